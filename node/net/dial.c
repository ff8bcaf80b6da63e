#include <assert.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/net/net.h"

#define LOCAL "ipc://"
#define LOCAL_PATH_MAX 100 /* a socket address holds 107 */

struct dialler {
    struct dialler *next;
    struct net *net;
    struct pubkey key;
    bool local;
    bool ended; /* by net_undial(); freed when it is at rest */
    bool late;  /* its attempt has been given up */
    struct job job;
    nng_stream_dialer *dialer; /* of the attempt under way */
    int dir;                   /* see local_url(); -1 */
    struct link *link;
    uint64_t at; /* when the attempt began, or of the next one */
    unsigned failures;
    char url[];
};

const struct pubkey *dialler_key(const struct dialler *dialler) {
    return &dialler->key;
}

char *local_url(const char *url, int *ret_dir) {
    const char *path = url + strlen(LOCAL), *slash = strrchr(path, '/');
    char *copy = strdup(url);
    if (!copy || strlen(path) <= LOCAL_PATH_MAX || !slash) {
        *ret_dir = -1;
        return copy;
    }
    copy[slash - url] = 0;
    int dir = open(copy + strlen(LOCAL), O_PATH | O_DIRECTORY | O_CLOEXEC);
    free(copy);
    if (dir < 0 || asprintf(&copy, LOCAL "/proc/self/fd/%d%s", dir, slash) < 0) {
        if (dir >= 0)
            close(dir);
        return NULL;
    }
    *ret_dir = dir;
    return copy;
}

bool local_is(const char *url) {
    return strncmp(url, LOCAL, strlen(LOCAL)) == 0 && url[strlen(LOCAL)];
}

bool tcp_is(const char *url, bool host_needed) {
    nng_url *parsed;
    if (nng_url_parse(&parsed, url))
        return false;
    bool good =
        strcmp(parsed->u_scheme, "tcp") == 0 && parsed->u_port[0] && (!host_needed || parsed->u_hostname[0]);
    nng_url_free(parsed);
    return good;
}

/* Full jitter: anything between nothing and a bound that doubles. */
static void rest(struct dialler *dialler) {
    uint64_t most = dialler->net->options.redial_ms;
    for (unsigned i = 1; i < dialler->failures && i < 9; i++)
        most *= 2;
    uint64_t top = 300ull * dialler->net->options.redial_ms;
    dialler->at = net_now(dialler->net) + 1 + randombytes_uniform((uint32_t)(most < top ? most : top));
}

static void failed(struct dialler *dialler, enum err why) {
    const struct net_options *options = &dialler->net->options;
    dialler->failures++;
    rest(dialler);
    if (options->failed && !dialler->ended)
        options->failed(options->context, dialler, why);
}

void dialler_lost(struct dialler *dialler, enum err why, uint64_t up_ms, bool was_up) {
    dialler->link = NULL;
    if (why == ERR_EXISTS) {
        dialler->failures = 0;
    } else if (!was_up) {
        failed(dialler, why);
        return;
    }
    /* A link that stayed forgives the failures before it; one that comes and goes does not. */
    dialler->failures = up_ms > 10ull * dialler->net->options.redial_ms ? 1 : dialler->failures + 1;
    rest(dialler);
}

static void attempt_done(struct job *job, int result) {
    struct dialler *dialler = (struct dialler *)(void *)((uint8_t *)job - offsetof(struct dialler, job));
    struct net *net = dialler->net;
    nng_stream *stream = result ? NULL : nng_aio_get_output(job->aio, 0);
    nng_stream_dialer_free(dialler->dialer);
    dialler->dialer = NULL;
    if (dialler->dir >= 0)
        close(dialler->dir);
    if (stream && (dialler->ended || net->closing)) {
        nng_stream_close(stream);
        nng_stream_free(stream);
    } else if (stream) {
        enum err err = link_open(net, stream, dialler, dialler->local, &dialler->link);
        if (err)
            failed(dialler, err);
    } else {
        enum err err = dialler->late ? ERR_LATE : net_error(result);
        failed(dialler, dialler->local && err == ERR_CLOSED ? ERR_NOT_FOUND : err); /* a stale socket */
    }
}

/* NNG's own redialling and timeouts are not used: a fresh dialer each time, and its deadline is its close. */
static void attempt(struct dialler *dialler, uint64_t now) {
    dialler->dir = -1;
    char *url = dialler->local ? local_url(dialler->url, &dialler->dir) : strdup(dialler->url);
    int result = url ? nng_stream_dialer_alloc(&dialler->dialer, url) : NNG_ENOENT;
    free(url);
    if (result) {
        if (dialler->dir >= 0)
            close(dialler->dir);
        failed(dialler, net_error(result));
        return;
    }
    dialler->at = now;
    dialler->late = false;
    nng_stream_dialer_dial(dialler->dialer, job_start(&dialler->job));
}

static void dialler_step(struct dialler *dialler, uint64_t now) {
    bool over = dialler->ended || dialler->net->closing;
    if (dialler->job.busy) {
        if (!dialler->late && (over || now - dialler->at >= dialler->net->options.first_ms)) {
            dialler->late = true;
            nng_stream_dialer_close(dialler->dialer);
        }
    } else if (!over && !dialler->link && now >= dialler->at && !(dialler->local && dialler->failures)) {
        if (dialler->local || !net_find(dialler->net, &dialler->key, NULL))
            attempt(dialler, now);
        else
            dialler->failures = 0, rest(dialler);
    }
}

bool dialler_step_all(struct net *net, uint64_t now) {
    for (struct dialler **at = &net->diallers; *at;) {
        struct dialler *dialler = *at;
        dialler_step(dialler, now);
        if ((dialler->ended || net->closing) && !dialler->job.busy && !dialler->link) {
            *at = dialler->next;
            job_close(&dialler->job);
            free(dialler);
        } else {
            at = &dialler->next;
        }
    }
    return net->diallers != NULL;
}

struct dialler *net_dial(struct net *net, const char *url, const struct pubkey *key) {
    bool local = local_is(url);
    if (net->closing || (local ? key != NULL : !key || !tcp_is(url, true)))
        return NULL;
    struct dialler *dialler = calloc(1, sizeof *dialler + strlen(url) + 1);
    if (!dialler || job_open(&dialler->job, &net->bridge, attempt_done)) {
        free(dialler);
        return NULL;
    }
    dialler->net = net;
    dialler->local = local;
    dialler->dir = -1;
    if (key)
        dialler->key = *key;
    memcpy(dialler->url, url, strlen(url) + 1);
    dialler->next = net->diallers;
    net->diallers = dialler;
    net_wake(net);
    return dialler;
}

void net_undial(struct dialler *dialler) {
    dialler->ended = true;
    if (dialler->link)
        link_close(dialler->link, ERR_OK);
    net_wake(dialler->net);
}
