/* The one thread that writes: packages from peers go through the gate and into the store here, and so do the
 * changes that the officer's CLI asks for.
 *
 * Jobs are done in the order given.  Packages that wait together share a transaction, and so a disk sync;
 * each is still judged by itself.  A job is done when its result is durable; `done` then runs on the loop's
 * thread. */
#ifndef NODE_COMMITTER_H
#define NODE_COMMITTER_H

#include <uv.h>

#include "node/net/link.h"
#include "node/ops.h"
#include "proto/message.h"
#include "store/logs.h"

struct committer;

enum committer_kind {
    COMMITTER_MESSAGE, /* a package or a CALL; or what run does */
    COMMITTER_FORK,    /* message is the answer to PROVE that shows the rival of log at f */
    COMMITTER_RETREAT, /* of log */
    COMMITTER_PARTS    /* message is the answer to asked; without a frame there is none */
};

struct committer_job {
    struct committer_job *next;
    enum committer_kind kind;
    uint8_t log[LOG_ID_LEN];
    uint64_t f;
    struct message *asked;                                       /* PARTS; freed with the job */
    uint64_t parts_next;                                         /* for replication: where to go on asking */
    void (*run)(struct committer_job *job, struct store *store); /* other work; NULL: what message says */
    void (*done)(struct committer_job *job);                     /* takes the job */
    void *context;
    unsigned peer;
    struct link *link;      /* of a CALL: where the answer goes, if it is still there */
    struct frame *frame;    /* the bytes that message points into; freed with the job */
    struct message message; /* a package, or a CALL */
    /* Results. */
    enum err err;
    uint64_t at;              /* the entry to blame */
    struct gate_wrong wrong;  /* parts that were left out */
    unsigned parts;           /* that have come */
    struct log_record record; /* of a package's log, as it then stands */
    bool head_moved;
    uint64_t seq;           /* the newest change of the store */
    struct ops_reply reply; /* of a CALL */
    bool changed_log, changed_trust;
    bool survey;       /* peers are to be asked about log */
    bool others_moved; /* other logs may have: States have spoken of them */
};

/* Judge a package, or what has come of the search for a fork, within a write transaction; the verdict goes
 * into the job. */
struct intake;
void committer_judge(struct intake *intake, struct txn *t, struct committer_job *job, uint64_t now_s);

/* ops is used by the writer's thread alone from now on. */
enum err committer_open(uv_loop_t *loop, struct store *store, struct ops *ops,
                        struct committer **ret) MUST_CHECK;

/* Take a job whose message is an answer to FETCH or a CALL, or that has a run of its own.  ERR_BUSY: the
 * queue is full, and the job is still the caller's. */
enum err committer_submit(struct committer *writer, struct committer_job *job) MUST_CHECK;

void committer_job_free(struct committer_job *job); /* takes NULL */

/* Finish what is queued, then end the thread.  `done` of the last jobs runs before it returns. */
void committer_close(struct committer *writer); /* takes NULL */

#endif
