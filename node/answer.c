#include "node/answer.h"

#include <stdlib.h>
#include <string.h>

#include "proto/evidence.h"
#include "proto/extension.h"
#include "store/believe.h"
#include "store/branch.h"
#include "store/forks.h"
#include "store/notes.h"
#include "store/records.h"

/* Beyond an answer's entries: signatures, cosignatures, proof and evidence, and 16 notes with theirs. */
#define FETCH_ROOM (FETCH_BYTES_MAX + 65536 + NOTES_PER_FETCH * 13312)

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

/* ---- notes ---- */

/* The kept notes after an epoch, as many as fit; all of one epoch or none, so that the next question can go
 * on from there. */
static uint32_t notes_after(struct txn *t, const struct log_record *record, uint64_t epoch,
                            struct package_note ret[static NOTES_PER_FETCH]) {
    struct view_note note[NOTES_MAX];
    uint32_t all = notes_load(t, record->id, note), count = 0;
    for (uint32_t i = 0; i < all; i++) {
        uint32_t same = 0;
        while (i + same < all && note[i + same].epoch == note[i].epoch)
            same++;
        if (note[i].epoch > epoch && count + same > NOTES_PER_FETCH)
            break;
        for (uint32_t k = 0; note[i].epoch > epoch && k < same; k++)
            count += notes_get(t, record->id, note[i + k].epoch, &note[i + k].hash, &ret[count]);
        i += same - 1;
    }
    return t->err ? 0 : count;
}

/* For one who does not have the log: its first note, and the chain that ends in a given one or, if that is
 * not kept, what follows the first. */
static uint32_t notes_to(struct txn *t, const struct log_record *record, const struct digest *hash,
                         struct package_note ret[static NOTES_PER_FETCH]) {
    struct view_note note[NOTES_MAX];
    uint32_t all = notes_load(t, record->id, note), at = 0, count = 0;
    while (at < all && !digest_eq(&note[at].hash, hash))
        at++;
    if (at == all) {
        count = notes_after(t, record, 0, ret);
        count -= count == NOTES_PER_FETCH;
        memmove(ret + 1, ret, count * sizeof *ret);
    } else {
        uint32_t chain[EPOCHS_MAX], length = 0;
        for (; note[at].epoch > 0; at = note[at].parent)
            chain[length++] = at;
        for (; length && count < NOTES_PER_FETCH - 1; count++, length--)
            notes_get(t, record->id, note[chain[length - 1]].epoch, &note[chain[length - 1]].hash,
                      &ret[1 + count]);
    }
    return !t->err && notes_get(t, record->id, 0, &note[0].hash, &ret[0]) ? count + 1 : 0;
}

/* ---- trees ---- */

/* A tree that is asked for by its root: of the log's own leaves, or of its second branch's. */
static bool tree_find(struct txn *t, const struct log_record *record, uint64_t size,
                      const struct digest *root, struct tree_reader *ret, bool *ret_side) {
    struct tree_reader tree[] = {tree_of(t, record), tree_of_side(t, record)};
    uint64_t held[] = {record->held, record->side_held};
    struct digest found;
    for (unsigned i = 0; i < (record->has_side ? 2u : 1u); i++)
        if (size <= held[i] && !merkle_root(&found, size, logs_lookup, &tree[i]) && digest_eq(&found, root)) {
            *ret = tree[i];
            *ret_side = i == 1;
            return true;
        }
    return false;
}

/* What a FETCH is answered from: the head, or a variant of a disputed log. */
struct source {
    uint8_t id[LOG_ID_LEN]; /* rows of the entries */
    struct tree_reader tree;
    uint64_t size;
    struct digest root;
};

static bool source_find(struct txn *t, const struct log_record *record, const struct message *request,
                        struct source *ret) {
    bool side;
    *ret = (struct source){.tree = tree_of(t, record), .size = record->head.size, .root = record->head.root};
    memcpy(ret->id, record->id, LOG_ID_LEN);
    if (!request->fetch.has_root)
        return true;
    if (!tree_find(t, record, request->fetch.target, &request->fetch.root, &ret->tree, &side))
        return false;
    ret->size = request->fetch.target;
    ret->root = request->fetch.root;
    if (side)
        branch_id(record->id, ret->id);
    return !side || request->fetch.from >= record->side_base;
}

/* ---- entries ---- */

/* Entries from request->from on, as many as fit. */
static void entries_write(struct txn *t, const struct source *source, uint64_t from, enum link_class class,
                          struct package_writer *pw) {
    struct entry_cursor c = {.leaf = {.index = from}};
    size_t bytes = 0;
    while (pw->count < FETCH_ENTRIES_MAX && from + pw->count < source->size &&
           logs_entry_next(t, source->id, class == LINK_MEMBER, &c)) {
        bytes += package_entry_size(&c.entry);
        if (bytes > FETCH_BYTES_MAX && pw->count > 0)
            break;
        package_entry(pw, &c.entry);
    }
    logs_entry_done(&c);
}

/* Those of the head; a variant needs none, since the evidence has them. */
static void signatures_put(struct txn *t, const struct log_record *record, const struct source *source,
                           struct package *ret) {
    struct checkpoint checkpoint;
    struct checkpoint_signature all[SIGNATURES_MAX + COSIGNATURES_MAX];
    unsigned count = 0;
    if (source->size == record->head.size && digest_eq(&source->root, &record->head.root))
        logs_checkpoint(t, record, &checkpoint, all, SIGNATURES_MAX + COSIGNATURES_MAX, &count);
    for (unsigned i = 0; i < count; i++)
        if (all[i].time == 0 && ret->signature_count < SIGNATURES_MAX)
            ret->signature[ret->signature_count++] = all[i];
        else if (all[i].time && ret->cosignature_count < COSIGNATURES_MAX)
            ret->cosignature[ret->cosignature_count++] = all[i];
}

static void package_head(struct txn *t, const struct log_record *record, const struct source *source,
                         const struct message *request, struct package *ret) {
    struct view_fork fork;
    *ret = (struct package){.epoch = record->head.epoch, .size = source->size, .root = source->root};
    memcpy(ret->log, record->id, LOG_ID_LEN);
    ret->from = request->fetch.from;
    signatures_put(t, record, source, ret);
    forks_get(t, record->id, &record->note, &fork, &ret->evidence);
}

static struct frame *fetch_answer_from(struct txn *t, const struct log_record *record, struct source *source,
                                       const struct message *request, enum link_class class) {
    struct package head;
    struct package_note note[NOTES_PER_FETCH];
    struct proof proof = {.count = 0};
    struct package_writer pw;
    struct bytes written;
    struct frame *frame = frame_new(FETCH_ROOM);
    if (!frame)
        return NULL;
    package_head(t, record, source, request, &head);
    uint32_t notes = request->fetch.has_note ? notes_to(t, record, &request->fetch.note, note)
                                             : notes_after(t, record, request->fetch.epoch, note);
    writer_init(&pw.w, frame->data, frame->len);
    message_begin_package(&pw.w, request->id);
    package_begin(&pw, NULL, 0, &head, note, notes);
    entries_write(t, source, request->fetch.from, class, &pw);
    uint64_t to = request->fetch.from + pw.count;
    enum err err = t->err;
    if (!err && to > 0 && to < source->size)
        err = merkle_prove_consistency(&proof, to, source->size, logs_lookup, &source->tree);
    if (!err)
        err = package_end(&pw, &proof, to < source->size, &written);
    if (err) {
        frame_free(frame);
        return answer_error(request->id, MESSAGE_ERROR_INTERNAL, 60, err_text(err));
    }
    frame->len = written.len;
    struct frame *small = realloc(frame, sizeof *frame + written.len);
    return small ? small : frame;
}

static struct frame *fetch_serve(struct txn *t, const struct log_record *record,
                                 const struct message *request, enum link_class class) {
    struct source source;
    if (!source_find(t, record, request, &source) || request->fetch.from > source.size ||
        request->fetch.target > source.size)
        return answer_error(request->id, MESSAGE_ERROR_RANGE, 1, "beyond the head that is held here");
    return fetch_answer_from(t, record, &source, request, class);
}

/* ---- proofs and parts ---- */

static enum err prove(struct txn *t, const struct log_record *record, const struct message *request,
                      struct proved *ret) {
    struct tree_reader tree = tree_of(t, record);
    struct proof none = {.count = 0};
    struct extension whole;
    struct evidence e;
    struct view_fork fork;
    struct bytes bytes;
    bool side;
    if (tree_find(t, record, request->prove.target, &request->prove.root, &tree, &side)) {
        enum err err = extension_init(&whole, request->prove.target, request->prove.target,
                                      &request->prove.root, &none, logs_lookup, &tree);
        return err ? err : extension_prove(&whole, request->prove.a, request->prove.index, ret);
    }
    if (!forks_get(t, record->id, &record->note, &fork, &bytes) || evidence_read(bytes, &e))
        return ERR_NOT_FOUND;
    return evidence_prove(&e, request->prove.target, &request->prove.root, request->prove.a,
                          request->prove.index, logs_lookup, &tree, ret);
}

static struct frame *prove_serve(struct txn *t, const struct log_record *record,
                                 const struct message *request) {
    struct message m = {.id = request->id, .kind = MESSAGE_PROVE | MESSAGE_ANSWER};
    enum err err = prove(t, record, request, &m.proved);
    return err ? answer_error(request->id, MESSAGE_ERROR_RANGE, 0, err_text(err)) : answer_frame(&m);
}

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
        part.state = logs_part(t, record->id, index, class, &part.salted);
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
    m->parts_given.count = request->parts.count;
    for (unsigned i = 0; i < request->parts.count; i++) {
        struct part part = part_find(t, record, request->parts.want[i].index, request->parts.want[i].class,
                                     &request->parts.want[i].commitment, class);
        bytes += part.salted.len + 8;
        if (bytes > FETCH_BYTES_MAX) /* ask again for the rest */
            part = (struct part){.state = PART_WITHHELD};
        m->parts_given.part[i] = part;
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
        return fetch_serve(t, &record, request, class);
    if (request->kind == MESSAGE_PROVE)
        return prove_serve(t, &record, request);
    return parts_serve(t, &record, request, class);
}

struct frame *answer_request(struct answers *a, const struct message *request, enum link_class class) {
    struct txn t;
    txn_begin(&t, a->store, false);
    struct frame *frame = serve(a, &t, request, class);
    txn_abort(&t);
    return frame;
}
