#include "node/answer_state.h"

#include <stdlib.h>
#include <string.h>

#include "proto/extension.h"
#include "store/believe.h"

struct frame *answer_frame(const struct message *m) {
    size_t max =
        m->kind == (MESSAGE_PARTS | MESSAGE_ANSWER)  ? FRAME_MAX
        : m->kind == (MESSAGE_CALL | MESSAGE_ANSWER) ? m->result.body.len + 64
        : m->kind == MESSAGE_CALL                    ? m->call.body.len + m->call.name.len + 64
        : m->kind == (MESSAGE_CHANGES | MESSAGE_ANSWER) || m->kind == (MESSAGE_VECTOR | MESSAGE_ANSWER)
            ? m->heads.heads.len + 256
            : 16384;
    struct frame *frame = frame_new(max < FRAME_MAX ? max : FRAME_MAX);
    struct bytes written;
    if (!frame)
        return NULL;
    if (message_encode(m, frame->data, frame->len, &written)) {
        frame_free(frame);
        return NULL;
    }
    frame->len = written.len;
    return frame;
}

struct frame *answer_error(uint64_t id, unsigned code, uint64_t retry_s, const char *what) {
    struct message m = {.id = id, .kind = MESSAGE_ERROR};
    m.error.code = code;
    m.error.retry_s = retry_s;
    m.error.what = bytes_str(what);
    if (m.error.what.len > ERROR_TEXT_MAX)
        m.error.what.len = ERROR_TEXT_MAX;
    return answer_frame(&m);
}

/* ---- heads ---- */

/* The digest over all that is carried, made anew when a head or the trust has changed. */
static void digest_renew(struct answers *a, struct txn *t) {
    uint64_t seq = changes_newest(t);
    struct log_record record = {.seq = 0};
    struct head_digest digest;
    if (a->digest_known && a->digest_seq == seq && !a->carrier_changed)
        return;
    a->count = 0;
    head_digest_init(&digest);
    while (logs_next(t, &record))
        if (believe_carries(t, &record)) {
            head_digest_add(&digest, &record.head);
            a->count++;
        }
    a->digest = digest.value;
    a->digest_seq = seq;
    a->digest_known = true;
    a->carrier_changed = false;
}

static bool head_carried(struct txn *t, const struct head *head) {
    struct log_record record;
    return logs_get(t, head->log, &record) && believe_carries(t, &record);
}

static struct frame *heads_frame(struct answers *a, struct txn *t, struct message *m, struct writer *w) {
    digest_renew(a, t);
    memcpy(m->heads.instance, store_instance(a->store), INSTANCE_LEN);
    m->heads.digest = a->digest;
    m->heads.count = a->count;
    if (t->err || writer_end(w, &m->heads.heads))
        return answer_error(m->id, MESSAGE_ERROR_INTERNAL, 60, "the store cannot be read");
    return answer_frame(m);
}

struct frame *answer_changes(struct answers *a, uint64_t id, uint64_t since, bool gap) {
    static struct head head[HEADS_MAX]; /* the loop's thread alone answers */
    uint8_t buffer[HEADS_MAX * HEAD_MAX];
    struct message m = {.id = id, .kind = MESSAGE_CHANGES | MESSAGE_ANSWER};
    struct writer w;
    struct txn t;
    writer_init(&w, buffer, sizeof buffer);
    txn_begin(&t, a->store, false);
    m.heads.gap = gap;
    m.heads.next = changes_newest(&t);
    unsigned count = gap ? 0 : changes_after(&t, since, head, HEADS_MAX, &m.heads.next, &m.heads.more);
    for (unsigned i = 0; i < count; i++)
        if (head_carried(&t, &head[i])) {
            head_write(&w, &head[i]);
            m.heads.head_count++;
        }
    struct frame *frame = heads_frame(a, &t, &m, &w);
    txn_abort(&t);
    return frame;
}

static struct frame *vector_answer(struct answers *a, struct txn *t, const struct message *request) {
    uint8_t buffer[HEADS_MAX * HEAD_MAX];
    struct message m = {.id = request->id, .kind = MESSAGE_VECTOR | MESSAGE_ANSWER};
    struct log_record record = {.seq = 0};
    struct writer w;
    writer_init(&w, buffer, sizeof buffer);
    m.heads.next = changes_newest(t);
    memcpy(record.id, request->vector.from, LOG_ID_LEN);
    while (logs_next(t, &record)) {
        if (!believe_carries(t, &record))
            continue;
        if (m.heads.head_count == HEADS_MAX) {
            m.heads.more = true;
            break;
        }
        head_write(&w, &record.head);
        m.heads.head_count++;
    }
    return heads_frame(a, t, &m, &w);
}

/* ---- parts ---- */

/* One part asked for by index and commitment; another commitment than the leaf's is not there. */
static struct part part_find(struct txn *t, const struct log_record *record, uint64_t index,
                             enum part_class class, const struct digest *commitment, enum link_class to) {
    struct part part = {.state = PART_NONE};
    struct bytes leaf;
    bool has[PART_CLASSES];
    struct digest found[PART_CLASSES];
    if (index >= record->head.size || logs_leaf(t, record->id, index, &leaf))
        return part;
    leaf_parts(leaf, has, found);
    if (!has[class] || !digest_eq(&found[class], commitment))
        return part;
    part.state = PART_WITHHELD;
    if (class == PART_PUBLIC || to == LINK_MEMBER)
        part.state = part_told(logs_part(t, record->id, index, class, &part.salted));
    return part;
}

static struct frame *parts_serve(struct txn *t, const struct log_record *record,
                                 const struct message *request, enum link_class class) {
    struct message *m = calloc(1, sizeof *m);
    struct frame *frame = NULL;
    size_t bytes = 0;
    if (!m)
        return NULL;
    m->id = request->id;
    m->kind = MESSAGE_PARTS | MESSAGE_ANSWER;
    for (unsigned i = 0; i < request->parts.count; i++) {
        struct part part = part_find(t, record, request->parts.want[i].index, request->parts.want[i].class,
                                     &request->parts.want[i].commitment, class);
        bytes += part.salted.len + 8;
        if (bytes > FETCH_BYTES_MAX) /* the rest is asked for again */
            break;
        m->parts_given.part[m->parts_given.count++] = part;
    }
    frame = answer_frame(m);
    free(m);
    return frame;
}

static const uint8_t *log_asked(const struct message *request) {
    switch (request->kind) {
    case MESSAGE_FETCH:
        return request->fetch.log;
    case MESSAGE_PROVE:
        return request->prove.log;
    default:
        return request->parts.log;
    }
}

static struct frame *serve(struct answers *a, struct txn *t, const struct message *request,
                           enum link_class class) {
    struct log_record record;
    if (request->kind == MESSAGE_VECTOR)
        return vector_answer(a, t, request);
    if (!logs_get(t, log_asked(request), &record) || !believe_carries(t, &record))
        return answer_error(request->id, MESSAGE_ERROR_UNKNOWN, 60, "this log is not carried here");
    if (request->kind == MESSAGE_FETCH)
        return answer_fetch(t, &record, request, class);
    if (request->kind == MESSAGE_PROVE)
        return answer_prove(t, &record, request);
    return parts_serve(t, &record, request, class);
}

struct frame *answer_request(struct answers *a, const struct message *request, enum link_class class) {
    struct txn t;
    txn_begin(&t, a->store, false);
    struct frame *frame = serve(a, &t, request, class);
    txn_abort(&t);
    return frame;
}
