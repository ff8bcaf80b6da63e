#include "node/answer_state.h"

#include <stdlib.h>
#include <string.h>

#include "proto/extension.h"

struct frame *answer_frame(const struct message *m) {
    size_t max =
        m->kind == (MESSAGE_PARTS | MESSAGE_ANSWER)  ? FRAME_MAX
        : m->kind == (MESSAGE_CALL | MESSAGE_ANSWER) ? m->result.body.len + 64
        : m->kind == MESSAGE_CALL                    ? m->call.body.len + m->call.name.len + 64
        : m->kind == (MESSAGE_CHANGES | MESSAGE_ANSWER) || m->kind == (MESSAGE_VECTOR | MESSAGE_ANSWER)
            ? m->heads.heads.len + 256
        : m->kind == (MESSAGE_RADIX | MESSAGE_ANSWER) ? m->groups.groups.len + 256
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

const uint8_t *answer_log(const struct message *request) {
    switch (request->kind) {
    case MESSAGE_FETCH:
        return request->fetch.log;
    case MESSAGE_PROVE:
        return request->prove.log;
    default:
        return request->parts.log;
    }
}

struct frame *answer_request(struct txn *t, const struct message *request, enum link_class class) {
    struct log_record record;
    if (!logs_get(t, answer_log(request), &record) || !record.seq)
        return answer_error(request->id, MESSAGE_ERROR_UNKNOWN, 60, "this log is not carried here");
    if (request->kind == MESSAGE_FETCH)
        return answer_fetch(t, &record, request, class);
    if (request->kind == MESSAGE_PROVE)
        return answer_prove(t, &record, request);
    return parts_serve(t, &record, request, class);
}

struct frame *answer_unknown(uint64_t id) {
    return answer_error(id, MESSAGE_ERROR_UNKNOWN, 60, "this log is not carried here");
}
