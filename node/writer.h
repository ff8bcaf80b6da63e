/* The one thread that writes: packages from peers go through the gate and into the store here, and so do the
 * changes that the officer's CLI asks for.
 *
 * Jobs are done in the order given.  Packages that wait together share a transaction, and so a disk sync;
 * each is still judged by itself.  A job is done when its result is durable; `done` then runs on the loop's
 * thread. */
#ifndef NODE_WRITER_H
#define NODE_WRITER_H

#include <uv.h>

#include "node/net/link.h"
#include "node/ops.h"
#include "proto/message.h"
#include "store/logs.h"

#define WRITER_QUEUE_MAX 256 /* jobs waiting; beyond, ERR_BUSY */

struct writer_thread;

struct writer_job {
    struct writer_job *next;
    void (*run)(struct writer_job *job, struct store *store); /* other work; NULL: what message says */
    void (*done)(struct writer_job *job);                     /* takes the job */
    void *context;
    unsigned peer;
    struct link *link;      /* of a CALL: where the answer goes, if it is still there */
    struct frame *frame;    /* the bytes that message points into; freed with the job */
    struct message message; /* a package, or a CALL */
    /* Results. */
    enum err err;
    uint64_t at;              /* the entry to blame */
    struct log_record record; /* of a package's log, as it then stands */
    bool head_moved;
    uint64_t seq;           /* the newest change of the store */
    struct ops_reply reply; /* of a CALL */
    bool changed_log, changed_trust;
};

/* ops is used by the writer's thread alone from now on. */
enum err writer_open(uv_loop_t *loop, struct store *store, struct ops *ops,
                     struct writer_thread **ret) MUST_CHECK;

/* Take a job whose message is an answer to FETCH or a CALL, or that has a run of its own.  ERR_BUSY: the
 * queue is full, and the job is still the caller's. */
enum err writer_submit(struct writer_thread *writer, struct writer_job *job) MUST_CHECK;

void writer_job_free(struct writer_job *job); /* takes NULL */

/* Finish what is queued, then end the thread.  `done` of the last jobs runs before it returns. */
void writer_close(struct writer_thread *writer); /* takes NULL */

#endif
