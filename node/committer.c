#include "node/committer.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/intake.h"
#include "node/tally.h"
#include "store/believe.h"

struct committer {
    uv_thread_t thread;
    uv_mutex_t lock;
    uv_cond_t wake;
    uv_async_t async;
    struct store *store;
    struct ops *ops;
    struct intake *intake;
    struct committer_job *first, **last; /* waiting */
    struct committer_job *done, **done_last;
    unsigned waiting;
    bool closing;
};

void committer_job_free(struct committer_job *job) {
    if (!job)
        return;
    frame_free(job->frame);
    free(job->asked);
    free(job->reply.body);
    free(job);
}

static void done_push(struct committer *w, struct committer_job *job) {
    job->next = NULL;
    uv_mutex_lock(&w->lock);
    *w->done_last = job;
    w->done_last = &job->next;
    uv_mutex_unlock(&w->lock);
    uv_async_send(&w->async);
}

static void done_run(struct committer *w) {
    uv_mutex_lock(&w->lock);
    struct committer_job *job = w->done;
    w->done = NULL;
    w->done_last = &w->done;
    uv_mutex_unlock(&w->lock);
    for (struct committer_job *next; job; job = next) {
        next = job->next;
        job->done(job);
    }
}

static void on_async(uv_async_t *async) {
    done_run(async->data);
}

/* What comes of replication: judged by the intake, in groups. */
static bool is_package(const struct committer_job *job) {
    return job->kind != COMMITTER_MESSAGE ||
           (!job->run && job->message.kind == (MESSAGE_FETCH | MESSAGE_ANSWER));
}

void committer_judge(struct intake *intake, struct txn *t, struct committer_job *job, uint64_t now_s) {
    struct log_record before;
    if (job->kind == COMMITTER_MESSAGE)
        memcpy(job->log, job->message.package.log, LOG_ID_LEN);
    if (!logs_get(t, job->log, &before)) /* this package may open it */
        before.seq = job->record.seq = 0;
    switch (job->kind) {
    case COMMITTER_FORK:
        job->err = intake_fork(intake, t, job->log, job->f, &job->message.proved, now_s, &job->record);
        break;
    case COMMITTER_RETREAT:
        job->err = intake_retreat(t, job->log, &job->record);
        break;
    case COMMITTER_PARTS:
        job->err = intake_parts(intake, t, job->log, job->asked, job->frame ? &job->message : NULL,
                                &job->record, &job->parts);
        job->wrong = *intake_wrong(intake);
        break;
    default:
        job->err = intake_package(intake, t, &job->message.package, now_s, &job->record, &job->at);
        job->wrong = *intake_wrong(intake);
    }
    job->head_moved = job->record.seq != before.seq;
    job->others_moved = t->words;
}

/* Packages at the front of the queue, in one transaction; if it fails, all of them have failed and nothing is
 * kept. */
static void group_run(struct committer *w, struct committer_job *group) {
    struct txn t;
    uint64_t now_s = (uint64_t)time(NULL);
    txn_begin(&t, w->store, true);
    for (struct committer_job *job = group; job; job = job->next)
        committer_judge(w->intake, &t, job, now_s);
    if (t.words)
        believe_all(&t, now_s);
    uint64_t seq = changes_newest(&t);
    enum err err = txn_commit(&t);
    for (struct committer_job *next, *job = group; job; job = next) {
        next = job->next;
        job->seq = seq;
        if (err) { /* what was true inside the transaction is not true now */
            job->err = err;
            job->head_moved = false;
        }
        done_push(w, job);
    }
}

static void own_run(struct committer *w, struct committer_job *job) {
    job->run(job, w->store);
    done_push(w, job);
}

static void call_run(struct committer *w, struct committer_job *job) {
    char name[128];
    struct bytes asked = job->message.call.name;
    size_t len = asked.len < sizeof name ? asked.len : sizeof name - 1;
    memcpy(name, asked.ptr, len);
    name[len] = '\0';
    ops_call(w->ops, name, job->message.call.body, &job->reply);
    job->changed_log = w->ops->changed_log;
    job->changed_trust = w->ops->changed_trust;
    job->survey = w->ops->survey;
    memcpy(job->log, w->ops->survey_log, LOG_ID_LEN);
    done_push(w, job);
}

/* Take the next job, or as many packages as stand together; NULL when there will be no more. */
static struct committer_job *take(struct committer *w) {
    uv_mutex_lock(&w->lock);
    while (!w->first && !w->closing)
        uv_cond_wait(&w->wake, &w->lock);
    struct committer_job *group = w->first, *end = group;
    unsigned count = group != NULL;
    while (end && is_package(end) && end->next && is_package(end->next) && count < COMMITTER_GROUP) {
        end = end->next;
        count++;
    }
    if (end) {
        w->first = end->next;
        w->last = w->first ? w->last : &w->first;
        end->next = NULL;
        w->waiting -= count;
    }
    uv_mutex_unlock(&w->lock);
    return group;
}

static void thread_run(void *context) {
    struct committer *w = context;
    for (struct committer_job *job; (job = take(w));)
        if (is_package(job))
            group_run(w, job);
        else if (job->run)
            own_run(w, job);
        else
            call_run(w, job);
    digest_thread_done();
}

enum err committer_open(uv_loop_t *loop, struct store *store, struct ops *ops, struct committer **ret) {
    struct committer *w = calloc(1, sizeof *w);
    if (!w)
        return ERR_MEMORY;
    w->store = store;
    w->ops = ops;
    w->last = &w->first;
    w->done_last = &w->done;
    w->intake = intake_new(!*ops->origin);
    if (w->intake)
        intake_quota(w->intake, ops->log_quota, ops->origin);
    if (!w->intake || uv_async_init(loop, &w->async, on_async)) {
        intake_free(w->intake);
        free(w);
        return ERR_MEMORY;
    }
    w->async.data = w;
    uv_mutex_init(&w->lock);
    uv_cond_init(&w->wake);
    if (uv_thread_create(&w->thread, thread_run, w)) {
        intake_free(w->intake);
        w->intake = NULL;
        return ERR_IO; /* the process cannot go on; what is left goes with it */
    }
    *ret = w;
    return ERR_OK;
}

enum err committer_submit(struct committer *w, struct committer_job *job) {
    uv_mutex_lock(&w->lock);
    bool full = w->waiting >= COMMITTER_QUEUE_MAX || w->closing;
    if (!full) {
        job->next = NULL;
        *w->last = job;
        w->last = &job->next;
        w->waiting++;
        uv_cond_signal(&w->wake);
    }
    uv_mutex_unlock(&w->lock);
    if (full)
        tally_add(TALLY_WRITER_BUSY);
    return full ? ERR_BUSY : ERR_OK;
}

static void async_closed(uv_handle_t *handle) {
    free(handle->data);
}

void committer_close(struct committer *w) {
    if (!w)
        return;
    uv_mutex_lock(&w->lock);
    w->closing = true;
    uv_cond_signal(&w->wake);
    uv_mutex_unlock(&w->lock);
    uv_thread_join(&w->thread);
    done_run(w);
    intake_free(w->intake);
    uv_mutex_destroy(&w->lock);
    uv_cond_destroy(&w->wake);
    uv_close((uv_handle_t *)&w->async, async_closed);
}
