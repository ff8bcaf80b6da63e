#include "node/replica_state.h"

#include <stdlib.h>
#include <string.h>

#include "node/answer.h"
#include "store/lacking.h"
#include "store/news.h"
#include "store/wanted.h"

static uint8_t heads_room[RADIX_BYTES_MAX]; /* the loop's thread alone answers */

enum err replica_open(struct store *store, const struct replica_io *io, bool partial_observers,
                      struct replica **ret) {
    struct replica *r = calloc(1, sizeof *r);
    if (!r)
        return ERR_MEMORY;
    r->io = *io;
    r->store = store;
    r->partial_observers = partial_observers;
    r->quota = UINT64_MAX;
    enum err err = replica_make(r);
    if (err) {
        free(r);
        return err;
    }
    *ret = r;
    return ERR_OK;
}

void replica_close(struct replica *r) {
    if (!r)
        return;
    gleaner_done(&r->gleaner);
    free(r->sync);
    free(r);
}

/* ---- actions ---- */

static void send_frame(struct replica *r, unsigned peer, struct frame *frame) {
    if (frame)
        r->io.send(r->io.context, peer, frame);
    else
        r->io.close(r->io.context, peer, ERR_MEMORY);
}

static void send_request(struct replica *r, const struct sync_action *a) {
    struct message m = {.id = a->id};
    switch (a->kind) {
    case SYNC_SEND_CHANGES:
        m.kind = MESSAGE_CHANGES;
        memcpy(m.changes.instance, a->instance, INSTANCE_LEN);
        m.changes.since = a->since;
        m.changes.wait_s = a->wait_s;
        break;
    case SYNC_SEND_VECTOR:
        m.kind = MESSAGE_VECTOR;
        memcpy(m.vector.from, a->log, LOG_ID_LEN);
        break;
    case SYNC_SEND_RADIX:
        m.kind = MESSAGE_RADIX;
        sync_radix_question(r->sync, a->peer, &m);
        break;
    case SYNC_SEND_PROVE:
        m.kind = MESSAGE_PROVE;
        memcpy(m.prove.log, a->log, LOG_ID_LEN);
        m.prove.a = m.prove.index = a->from;
        m.prove.target = a->target;
        m.prove.root = a->root;
        break;
    default:
        m.kind = MESSAGE_FETCH;
        memcpy(m.fetch.log, a->log, LOG_ID_LEN);
        m.fetch.epoch = a->epoch;
        m.fetch.from = a->from;
        m.fetch.target = a->target;
        m.fetch.bytes = a->bytes;
        m.fetch.has_note = a->has_note;
        m.fetch.note = a->note;
        m.fetch.has_root = a->has_root;
        m.fetch.root = a->root;
    }
    send_frame(r, a->peer, answer_frame(&m));
}

static void step(struct replica *r, struct sync_event *event, struct frame **frame, const struct message *m);

static struct committer_job *job_new(const struct sync_action *a, enum committer_kind kind) {
    struct committer_job *job = calloc(1, sizeof *job);
    if (job) {
        job->kind = kind;
        job->peer = a->peer;
        memcpy(job->log, a->log, LOG_ID_LEN);
    }
    return job;
}

/* Hand a job to the writer, with the frame that its message lies in.  job may be NULL: out of memory. */
static void job_submit(struct replica *r, const struct sync_action *a, struct committer_job *job,
                       struct frame **frame, const struct message *m) {
    enum err err = job ? ERR_OK : ERR_MEMORY;
    if (job) {
        if (frame) {
            job->frame = *frame;
            job->message = *m;
        }
        err = r->io.commit(r->io.context, job);
        if (err) {
            job->frame = NULL;
            committer_job_free(job);
        } else if (frame) {
            *frame = NULL;
        }
    }
    if (err) {
        struct sync_event event = {.kind = SYNC_COMMITTED, .peer = a->peer, .err = err};
        memcpy(event.head.log, a->log, LOG_ID_LEN);
        step(r, &event, NULL, NULL);
    }
}

/* A package, parts, or the end of a search: what its last answer has proven at f. */
static void commit(struct replica *r, const struct sync_action *a, struct frame **frame,
                   const struct message *m) {
    const struct locate *found = seeker_find(&r->seeker, a->log);
    bool fork = m->kind == (MESSAGE_PROVE | MESSAGE_ANSWER);
    bool parts = m->kind == (MESSAGE_PARTS | MESSAGE_ANSWER);
    struct committer_job *job = job_new(a, fork    ? COMMITTER_FORK
                                           : parts ? COMMITTER_PARTS
                                                   : COMMITTER_MESSAGE);
    if (job && fork && found)
        job->f = found->at;
    if (job && parts)
        job->asked = gleaner_take(&r->gleaner, a->log, &job->parts_next);
    if (job && job->asked && m->parts_given.count < job->asked->parts.count) /* the rest did not fit */
        job->parts_next = job->asked->parts.want[m->parts_given.count].index;
    job_submit(r, a, job, frame, m);
}

static void glean(struct replica *r, const struct sync_action *a) {
    struct txn t;
    uint64_t next;
    txn_begin(&t, r->store, false);
    const struct message *asked = gleaner_ask(&r->gleaner, &t, r->sync, a, r->partial_observers, &next);
    txn_abort(&t);
    if (asked) {
        send_frame(r, a->peer, answer_frame(asked));
        return;
    }
    struct committer_job *job = job_new(a, COMMITTER_PARTS);
    if (job)
        job->parts_next = next;
    job_submit(r, a, job, NULL, NULL);
}

/* Of a log over its quota no entries are asked for, but notes and evidence. */
static bool is_beyond_entries(const struct log_record *record, const struct sync_action *a,
                              const struct sync_news *news) {
    return news->has_note || news->has_root || a->head.epoch > record->epoch ||
           a->head.flags != record->head.flags;
}

static void compare(struct replica *r, const struct sync_action *a) {
    struct log_record record;
    struct wanted wanted;
    struct sync_news news = {.any = false};
    struct txn t;
    txn_begin(&t, r->store, false);
    if (logs_get(&t, a->log, &record)) {
        news = news_of(&t, &record, &a->head);
        news.any = news.any && (record.need <= r->quota || is_beyond_entries(&record, a, &news));
    } else if (wanted_find(&t, a->log, &wanted))
        news = (struct sync_news){.any = true, .has_note = true, .note = wanted.note};
    txn_abort(&t);
    sync_compared(r->sync, a->peer, a->log, &news);
}

static void locate(struct replica *r, const struct sync_action *a, struct frame **frame,
                   const struct message *m) {
    struct sync_event event = {.kind = SYNC_LOCATED, .peer = a->peer};
    bool answer = m && m->kind == (MESSAGE_PROVE | MESSAGE_ANSWER);
    struct txn t;
    memcpy(event.head.log, a->log, LOG_ID_LEN);
    txn_begin(&t, r->store, false);
    event.err = answer ? seeker_take(&r->seeker, &t, a->log, &m->proved)
                       : seeker_begin(&r->seeker, &t, r->sync, a->log);
    txn_abort(&t);
    event.locate = seeker_find(&r->seeker, a->log);
    step(r, &event, frame, m);
}

/* What is carried, from replication's own table. */
static void answer_heads(struct replica *r, const struct sync_action *a, const struct message *m) {
    struct message answer;
    struct writer w;
    writer_init(&w, heads_room, sizeof heads_room);
    if (a->kind == SYNC_ANSWER_CHANGES)
        sync_changes(r->sync, a, &w, &answer);
    else if (m->kind == MESSAGE_VECTOR)
        sync_vector(r->sync, m, &w, &answer);
    else
        sync_radix(r->sync, m, &w, &answer);
    send_frame(r, a->peer, answer_frame(&answer));
}

static void answer_store(struct replica *r, const struct sync_action *a, const struct message *m) {
    struct txn t;
    uint64_t seq;
    if (!sync_carries(r->sync, answer_log(m), &seq)) {
        send_frame(r, a->peer, answer_unknown(m->id));
        return;
    }
    txn_begin(&t, r->store, false);
    send_frame(r, a->peer, answer_request(&t, m, r->class[a->peer]));
    txn_abort(&t);
}

static void perform(struct replica *r, const struct sync_action *a, struct frame **frame,
                    const struct message *m) {
    switch (a->kind) {
    case SYNC_SEND_CHANGES:
    case SYNC_SEND_VECTOR:
    case SYNC_SEND_RADIX:
    case SYNC_SEND_FETCH:
    case SYNC_SEND_PROVE:
        send_request(r, a);
        return;
    case SYNC_COMPARE:
        compare(r, a);
        return;
    case SYNC_LOCATE:
        locate(r, a, frame, m);
        return;
    case SYNC_RETREAT:
        job_submit(r, a, job_new(a, COMMITTER_RETREAT), NULL, NULL);
        return;
    case SYNC_SEND_PARTS:
        glean(r, a);
        return;
    case SYNC_ANSWER:
        answer_store(r, a, m);
        return;
    case SYNC_ANSWER_HEADS:
    case SYNC_ANSWER_CHANGES:
        answer_heads(r, a, m);
        return;
    case SYNC_COMMIT:
        commit(r, a, frame, m);
        return;
    case SYNC_REPORTED:
        r->io.reported(r->io.context, a->peer);
        return;
    case SYNC_CLOSE:
        r->io.close(r->io.context, a->peer, a->err);
        return;
    }
}

/* One event, and all that follows from it.  A frame that an action takes is set to NULL. */
static void step(struct replica *r, struct sync_event *event, struct frame **frame, const struct message *m) {
    struct sync_actions actions; /* here, since performing one may lead to a further step */
    struct sync_event turn = {.kind = SYNC_TURN};
    for (bool compared = true; compared; event = &turn) {
        compared = false;
        event->now_ms = r->io.now_ms(r->io.context);
        event->random = r->io.random(r->io.context);
        event->message = m;
        sync_step(r->sync, event, &actions);
        for (unsigned i = 0; i < actions.count; i++) {
            compared = compared || actions.action[i].kind == SYNC_COMPARE;
            perform(r, &actions.action[i], frame, m);
        }
    }
}

void replica_step(struct replica *r, struct sync_event *event) {
    step(r, event, NULL, NULL);
}

/* ---- events ---- */

/* ---- surveys ---- */

/* The next question to a peer, if there is one. */
static void survey_send(struct replica *r, unsigned peer) {
    struct message *m = calloc(1, sizeof *m);
    if (m && survey_ask(&r->survey, peer, r->io.now_ms(r->io.context), m))
        send_frame(r, peer, answer_frame(m));
    free(m);
}

static void survey_answer(struct replica *r, unsigned peer, const struct message *m) {
    if (!survey_take(&r->survey, peer, m)) {
        r->io.close(r->io.context, peer, ERR_MESSAGE);
        return;
    }
    survey_send(r, peer);
    r->io.reported(r->io.context, peer);
}

void replica_survey(struct replica *r, const uint8_t log[static LOG_ID_LEN], uint64_t now_s) {
    struct txn t;
    txn_begin(&t, r->store, false);
    survey_begin(&r->survey, &t, log, now_s);
    txn_abort(&t);
    for (unsigned peer = 0; peer < SYNC_PEERS; peer++)
        if (r->up[peer])
            survey_send(r, peer);
}

const struct survey *replica_surveyed(const struct replica *r) {
    return &r->survey;
}

void replica_up(struct replica *r, unsigned peer, enum link_class class,
                const uint8_t instance[static INSTANCE_LEN]) {
    struct sync_event event = {.kind = SYNC_LINK_UP, .peer = peer};
    r->class[peer] = class;
    r->up[peer] = true;
    event.partial = r->partial_observers && class == LINK_OBSERVER;
    memcpy(event.instance, instance, INSTANCE_LEN);
    step(r, &event, NULL, NULL);
}

void replica_down(struct replica *r, unsigned peer) {
    struct sync_event event = {.kind = SYNC_LINK_DOWN, .peer = peer};
    r->up[peer] = false;
    survey_down(&r->survey, peer);
    step(r, &event, NULL, NULL);
}

void replica_message(struct replica *r, unsigned peer, struct frame *frame) {
    struct message m;
    struct sync_event event = {.kind = SYNC_MESSAGE, .peer = peer};
    enum err err = message_decode((struct bytes){frame->data, frame->len}, &m);
    if (err == ERR_KIND) /* a newer program's request: it learns that this one does not know it */
        send_frame(r, peer,
                   answer_error(m.id, MESSAGE_ERROR_KIND, 0, "this kind of message is not known here"));
    else if (err)
        r->io.close(r->io.context, peer, err);
    else if (survey_is_answer(&m))
        survey_answer(r, peer, &m);
    else
        step(r, &event, &frame, &m);
    frame_free(frame);
}

void replica_committed(struct replica *r, struct committer_job *job) {
    struct sync_event event = {.kind = SYNC_COMMITTED,
                               .peer = job->peer,
                               .head = job->record.head,
                               .held = logs_wanted(&job->record),
                               .seq = job->record.seq,
                               .lacks = lacking_any(&job->record, r->partial_observers),
                               .gained = job->parts > 0 || (!job->asked && job->parts_next),
                               .next = job->parts_next,
                               .wrong = job->wrong.count > 0,
                               .err = job->err};
    if (job->kind == COMMITTER_MESSAGE)
        event.signatures = package_signatures(&job->message.package);
    memcpy(event.head.log, job->log, LOG_ID_LEN);
    if (job->err ? job->err != ERR_FORK && job->err != ERR_GAP && job->err != ERR_QUOTA
                 : job->wrong.count > 0)
        r->io.refused(r->io.context, job->peer, job);
    step(r, &event, NULL, NULL);
    committer_job_free(job);
}

void replica_quota(struct replica *r, uint64_t quota) {
    r->quota = quota;
}

void replica_halt(struct replica *r, bool halted) {
    struct sync_event event = {.kind = SYNC_HALT, .halted = halted};
    step(r, &event, NULL, NULL);
}

uint64_t replica_deadline(const struct replica *r) {
    return sync_deadline(r->sync);
}

void replica_timeout(struct replica *r) {
    struct sync_event event = {.kind = SYNC_TIMEOUT};
    step(r, &event, NULL, NULL);
}

bool replica_reported(const struct replica *r, unsigned peer, const uint8_t log[static LOG_ID_LEN],
                      struct head *ret) {
    return sync_reported(r->sync, peer, log, ret);
}

bool replica_complete(const struct replica *r, unsigned peer) {
    return sync_complete(r->sync, peer);
}

struct sync_counts replica_counts(const struct replica *r) {
    return sync_counts(r->sync);
}
