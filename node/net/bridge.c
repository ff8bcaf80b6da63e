#include "node/net/bridge.h"

#include <assert.h>

/* On a thread of NNG's. */
static void completed(void *arg) {
    struct job *job = arg;
    struct bridge *bridge = job->bridge;
    job->next = NULL;
    uv_mutex_lock(&bridge->lock);
    bool empty = !bridge->first;
    *bridge->last = job;
    bridge->last = &job->next;
    uv_mutex_unlock(&bridge->lock);
    if (empty) /* job may be in use again by now; bridge stays until the job's aio has been freed */
        uv_async_send(&bridge->async);
}

static void woken(uv_async_t *async) {
    struct bridge *bridge = async->data;
    uv_mutex_lock(&bridge->lock);
    struct job *job = bridge->first;
    bridge->first = NULL;
    bridge->last = &bridge->first;
    uv_mutex_unlock(&bridge->lock);
    for (struct job *next; job; job = next) {
        next = job->next;
        job->busy = false;
        job->done(job, nng_aio_result(job->aio));
    }
    bridge->drained(bridge);
}

enum err bridge_open(struct bridge *bridge, uv_loop_t *loop, void (*drained)(struct bridge *bridge)) {
    *bridge = (struct bridge){.drained = drained};
    bridge->last = &bridge->first;
    if (uv_mutex_init(&bridge->lock))
        return ERR_IO;
    if (uv_async_init(loop, &bridge->async, woken)) {
        uv_mutex_destroy(&bridge->lock);
        return ERR_IO;
    }
    bridge->async.data = bridge;
    return ERR_OK;
}

void bridge_wake(struct bridge *bridge) {
    uv_async_send(&bridge->async);
}

void bridge_close(struct bridge *bridge, uv_close_cb closed) {
    assert(!bridge->first);
    uv_mutex_destroy(&bridge->lock);
    uv_close((uv_handle_t *)&bridge->async, closed);
}

enum err job_open(struct job *job, struct bridge *bridge, void (*done)(struct job *job, int result)) {
    *job = (struct job){.bridge = bridge, .done = done};
    return nng_aio_alloc(&job->aio, completed, job) ? ERR_MEMORY : ERR_OK;
}

nng_aio *job_start(struct job *job) {
    assert(!job->busy);
    job->busy = true;
    return job->aio;
}

nng_aio *job_start_iov(struct job *job, uint8_t *ptr, size_t len) {
    nng_iov iov = {.iov_buf = ptr, .iov_len = len};
    int result = nng_aio_set_iov(job->aio, 1, &iov);
    assert(result == 0);
    (void)result;
    return job_start(job);
}

void job_close(struct job *job) {
    assert(!job->busy);
    if (job->aio)
        nng_aio_free(job->aio);
    job->aio = NULL;
}
