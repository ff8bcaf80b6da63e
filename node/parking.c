#include "node/parking.h"

#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

TAILQ_HEAD(parked_list, parked);

struct parking {
    pthread_mutex_t lock;
    pthread_cond_t idle; /* nobody is resuming any more */
    parking_resume *resume;
    unsigned max, count;
    unsigned resuming; /* threads that have taken some out and not yet resumed them all */
    uint64_t wakes;
    bool ended;
    struct parked_list list; /* the longest waiting first */
};

enum err parking_open(unsigned max, parking_resume *resume, struct parking **ret) {
    struct parking *p = calloc(1, sizeof *p);

    if (p == NULL)
        return ERR_MEMORY;
    p->max = max;
    p->resume = resume;
    TAILQ_INIT(&p->list);
    if (pthread_mutex_init(&p->lock, NULL) != 0 || pthread_cond_init(&p->idle, NULL) != 0) {
        free(p);
        return ERR_MEMORY;
    }
    *ret = p;
    return ERR_OK;
}

void parking_close(struct parking *parking) {
    if (parking == NULL)
        return;
    assert(TAILQ_EMPTY(&parking->list));
    pthread_cond_destroy(&parking->idle);
    pthread_mutex_destroy(&parking->lock);
    free(parking);
}

uint64_t parking_ticket(struct parking *parking) {
    pthread_mutex_lock(&parking->lock);
    uint64_t ticket = parking->wakes;
    pthread_mutex_unlock(&parking->lock);
    return ticket;
}

unsigned parking_count(struct parking *parking) {
    pthread_mutex_lock(&parking->lock);
    unsigned count = parking->count;
    pthread_mutex_unlock(&parking->lock);
    return count;
}

static void take_out(struct parking *p, struct parked *parked, struct parked_list *to) {
    TAILQ_REMOVE(&p->list, parked, link);
    TAILQ_INSERT_TAIL(to, parked, link);
    p->count--;
}

/* Let go of the lock and resume those that were taken out.  A resumed one may be gone at once: nothing of it
 * is touched afterwards. */
static void unlock_resume(struct parking *p, struct parked_list *list) {
    struct parked *parked;

    p->resuming++;
    pthread_mutex_unlock(&p->lock);
    while ((parked = TAILQ_FIRST(list)) != NULL) {
        TAILQ_REMOVE(list, parked, link);
        p->resume(parked);
    }
    pthread_mutex_lock(&p->lock);
    p->resuming--;
    pthread_cond_broadcast(&p->idle);
    pthread_mutex_unlock(&p->lock);
}

bool parking_enter(struct parking *parking, struct parked *parked, uint64_t ticket) {
    struct parked_list out = TAILQ_HEAD_INITIALIZER(out);

    pthread_mutex_lock(&parking->lock);
    bool in = !parking->ended && parking->wakes == ticket && parking->max > 0;
    if (in && parking->count == parking->max) {
        struct parked *longest = TAILQ_FIRST(&parking->list);
        longest->ended = true;
        take_out(parking, longest, &out);
    }
    if (in) {
        TAILQ_INSERT_TAIL(&parking->list, parked, link);
        parking->count++;
    } else {
        parked->ended = parking->ended || parking->max == 0;
    }
    unlock_resume(parking, &out);
    return in;
}

static void wake(struct parking *p, bool end) {
    struct parked_list out = TAILQ_HEAD_INITIALIZER(out);
    struct parked *parked;

    pthread_mutex_lock(&p->lock);
    p->wakes++;
    p->ended |= end;
    while ((parked = TAILQ_FIRST(&p->list)) != NULL) {
        parked->ended |= end;
        take_out(p, parked, &out);
    }
    unlock_resume(p, &out);
}

void parking_wake(struct parking *parking) {
    wake(parking, false);
}

void parking_end(struct parking *parking) {
    wake(parking, true);
    pthread_mutex_lock(&parking->lock);
    while (parking->resuming) /* another thread's wake or sweep: the server must not end before it */
        pthread_cond_wait(&parking->idle, &parking->lock);
    pthread_mutex_unlock(&parking->lock);
}

/* Nobody reads from a parked connection: its end is seen here alone. */
static bool client_gone(const struct parked *parked) {
    struct pollfd look = {.fd = parked->fd, .events = POLLRDHUP};

    return poll(&look, 1, 0) > 0;
}

void parking_sweep(struct parking *parking, uint64_t now_ms) {
    struct parked_list out = TAILQ_HEAD_INITIALIZER(out);

    pthread_mutex_lock(&parking->lock);
    for (struct parked *parked = TAILQ_FIRST(&parking->list), *next; parked != NULL; parked = next) {
        next = TAILQ_NEXT(parked, link);
        if (now_ms < parked->until_ms && !client_gone(parked))
            continue;
        parked->ended = true;
        take_out(parking, parked, &out);
    }
    unlock_resume(parking, &out);
}
