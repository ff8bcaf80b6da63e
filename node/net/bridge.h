/* The bridge from NNG's threads to the loop's.
 *
 * NNG runs its callbacks on threads of its own.  Here such a callback does one thing: it puts the completed
 * job on a list, and wakes the loop if the list was empty.  Everything else happens on the loop's thread, so
 * that what stands behind a job needs no lock. */
#ifndef NODE_NET_BRIDGE_H
#define NODE_NET_BRIDGE_H

#include <nng/nng.h>
#include <stdbool.h>
#include <uv.h>

#include "proto/error.h"

struct job;

struct bridge {
    uv_async_t async;
    uv_mutex_t lock; /* guards the list */
    struct job *first, **last;
    void (*drained)(struct bridge *bridge); /* on the loop, after each round of jobs and each wake */
};

/* One NNG operation at a time, used again and again. */
struct job {
    struct job *next;
    struct bridge *bridge;
    nng_aio *aio;
    void (*done)(struct job *job, int result); /* on the loop */
    bool busy;                                 /* submitted, done not yet called */
};

enum err bridge_open(struct bridge *bridge, uv_loop_t *loop,
                     void (*drained)(struct bridge *bridge)) MUST_CHECK;

/* Have drained called soon, on the loop.  From the loop's thread. */
void bridge_wake(struct bridge *bridge);

/* Close it, when every job has been freed; closed is called on the loop. */
void bridge_close(struct bridge *bridge, uv_close_cb closed);

enum err job_open(struct job *job, struct bridge *bridge,
                  void (*done)(struct job *job, int result)) MUST_CHECK;

/* Mark it submitted and give its aio to the NNG function that the caller calls next. */
nng_aio *job_start(struct job *job);

/* The same for bytes to send or room to fill. */
nng_aio *job_start_iov(struct job *job, uint8_t *ptr, size_t len);

/* Free a job that is not busy; waits for NNG's callback to return, which is at once. Takes one never opened.
 */
void job_close(struct job *job);

#endif
