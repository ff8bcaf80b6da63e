#include "node/callers.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <time.h>

#define TICK_MS 250

/* A new one has never asked anything, and gives way first. */
enum standing { CALLER_NEW, CALLER_IDLE, CALLER_BUSY, CALLER_PARKED, STANDINGS };

struct caller {
    TAILQ_ENTRY(caller) link;
    int fd;
    enum standing standing;
    uint64_t since_ms;
    bool cut; /* shut down already */
};

TAILQ_HEAD(caller_list, caller);

struct callers {
    struct callers_options options;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool closing;
    struct caller_list list[STANDINGS]; /* longest in this standing first */
    unsigned count[STANDINGS];          /* of them, those that are not cut */
};

uint64_t callers_now_ms(void) {
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void cut(struct callers *c, struct caller *caller) {
    if (caller->cut)
        return;
    caller->cut = true;
    c->count[caller->standing]--;
    shutdown(caller->fd, SHUT_RDWR);
}

static void cut_late(struct callers *c, uint64_t now) {
    static const enum standing all[] = {CALLER_NEW, CALLER_IDLE, CALLER_BUSY};

    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        unsigned limit = all[i] == CALLER_BUSY ? c->options.answer_ms : c->options.request_ms;
        struct caller *caller;
        TAILQ_FOREACH(caller, &c->list[all[i]], link) {
            if (now - caller->since_ms < limit)
                break;
            cut(c, caller);
        }
    }
}

static void *watch(void *argument) {
    struct callers *c = argument;

    pthread_mutex_lock(&c->lock);
    while (!c->closing) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += TICK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&c->wake, &c->lock, &until);
        uint64_t now = callers_now_ms();
        cut_late(c, now);
        if (c->options.tick == NULL)
            continue;
        pthread_mutex_unlock(&c->lock);
        c->options.tick(c->options.context, now);
        pthread_mutex_lock(&c->lock);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

static bool wake_init(pthread_cond_t *wake) {
    pthread_condattr_t attributes;

    if (pthread_condattr_init(&attributes) != 0)
        return false;
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    bool good = pthread_cond_init(wake, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return good;
}

enum err callers_open(const struct callers_options *options, struct callers **ret) {
    struct callers *c = calloc(1, sizeof *c);

    if (c == NULL)
        return ERR_MEMORY;
    c->options = *options;
    for (unsigned i = 0; i < STANDINGS; i++)
        TAILQ_INIT(&c->list[i]);
    if (pthread_mutex_init(&c->lock, NULL) != 0)
        goto no_lock;
    if (!wake_init(&c->wake))
        goto no_wake;
    if (pthread_create(&c->thread, NULL, watch, c) != 0)
        goto no_thread;
    *ret = c;
    return ERR_OK;
no_thread:
    pthread_cond_destroy(&c->wake);
no_wake:
    pthread_mutex_destroy(&c->lock);
no_lock:
    free(c);
    return ERR_MEMORY;
}

void callers_close(struct callers *callers) {
    if (callers == NULL)
        return;
    pthread_mutex_lock(&callers->lock);
    callers->closing = true;
    pthread_cond_signal(&callers->wake);
    pthread_mutex_unlock(&callers->lock);
    pthread_join(callers->thread, NULL);
    for (unsigned i = 0; i < STANDINGS; i++)
        assert(TAILQ_EMPTY(&callers->list[i]));
    pthread_cond_destroy(&callers->wake);
    pthread_mutex_destroy(&callers->lock);
    free(callers);
}

/* Cut the one that has stood so for longest. */
static void cut_longest(struct callers *c, enum standing standing) {
    struct caller *caller;

    TAILQ_FOREACH(caller, &c->list[standing], link) {
        if (!caller->cut) {
            cut(c, caller);
            return;
        }
    }
}

struct caller *caller_add(struct callers *callers, int fd) {
    struct caller *caller = calloc(1, sizeof *caller);

    if (caller == NULL)
        return NULL;
    caller->fd = fd;
    caller->since_ms = callers_now_ms();
    pthread_mutex_lock(&callers->lock);
    if (callers->count[CALLER_NEW] + callers->count[CALLER_IDLE] >= callers->options.waiting_max)
        cut_longest(callers, callers->count[CALLER_NEW] > 0 ? CALLER_NEW : CALLER_IDLE);
    TAILQ_INSERT_TAIL(&callers->list[CALLER_NEW], caller, link);
    callers->count[CALLER_NEW]++;
    pthread_mutex_unlock(&callers->lock);
    return caller;
}

void caller_remove(struct callers *callers, struct caller *caller) {
    if (caller == NULL)
        return;
    pthread_mutex_lock(&callers->lock);
    TAILQ_REMOVE(&callers->list[caller->standing], caller, link);
    callers->count[caller->standing] -= !caller->cut;
    pthread_mutex_unlock(&callers->lock);
    free(caller);
}

static void move(struct callers *c, struct caller *caller, enum standing to) {
    pthread_mutex_lock(&c->lock);
    if (caller->standing != to) {
        TAILQ_REMOVE(&c->list[caller->standing], caller, link);
        if (to == CALLER_BUSY && c->count[to] >= c->options.busy_max)
            cut_longest(c, to);
        if (!caller->cut) {
            c->count[caller->standing]--;
            c->count[to]++;
        }
        caller->standing = to;
        caller->since_ms = callers_now_ms();
        TAILQ_INSERT_TAIL(&c->list[to], caller, link);
    }
    pthread_mutex_unlock(&c->lock);
}

void caller_asked(struct callers *callers, struct caller *caller) {
    move(callers, caller, CALLER_BUSY);
}

void caller_answered(struct callers *callers, struct caller *caller) {
    move(callers, caller, CALLER_IDLE);
}

void caller_parked(struct callers *callers, struct caller *caller) {
    move(callers, caller, CALLER_PARKED);
}

int caller_fd(const struct caller *caller) {
    return caller->fd;
}
