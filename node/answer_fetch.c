#include <stdlib.h>
#include <string.h>

#include "node/answer_state.h"
#include "proto/evidence.h"
#include "store/branch.h"
#include "store/forks.h"
#include "store/notes.h"

/* Beyond an answer's entries: signatures, cosignatures, proof and evidence, and 16 notes with theirs. */
#define FETCH_ROOM (FETCH_BYTES_MAX + 65536 + NOTES_PER_FETCH * 13312)

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
    if (!answer_tree(t, record, request->fetch.target, &request->fetch.root, &ret->tree, &side))
        return false;
    ret->size = request->fetch.target;
    ret->root = request->fetch.root;
    if (side)
        branch_id(record->id, ret->id);
    return !side || request->fetch.from >= record->side_base;
}

/* ---- entries ---- */

/* Entries from request->from on, as many as fit. */
static void entries_write(struct txn *t, const struct source *source, const struct message *request,
                          enum link_class class, struct package_writer *pw) {
    uint64_t from = request->fetch.from;
    struct entry_cursor c = {.leaf = {.index = from}};
    size_t bytes = 0;
    while (pw->count < FETCH_ENTRIES_MAX && from + pw->count < source->size &&
           logs_entry_next(t, source->id, class == LINK_MEMBER, &c)) {
        for (unsigned part = 0; part < PART_CLASSES; part++)
            c.entry.part[part].state = part_told(c.entry.part[part].state);
        bytes += package_entry_size(&c.entry);
        if (bytes > request->fetch.bytes && pw->count > 0)
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
    entries_write(t, source, request, class, &pw);
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

struct frame *answer_fetch(struct txn *t, const struct log_record *record, const struct message *request,
                           enum link_class class) {
    struct source source;
    if (!source_find(t, record, request, &source) || request->fetch.from > source.size ||
        request->fetch.target > source.size)
        return answer_error(request->id, MESSAGE_ERROR_RANGE, 1, "beyond the head that is held here");
    return fetch_answer_from(t, record, &source, request, class);
}
