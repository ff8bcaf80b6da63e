#include <string.h>

#include "node/intake_state.h"
#include "proto/keep.h"
#include "store/believe.h"
#include "store/branch.h"
#include "store/forks.h"

enum err intake_rival(struct txn *t, const struct log_record *record, const struct digest *note,
                      uint64_t size, const struct digest *root, const struct checkpoint_signature *signature,
                      unsigned count) {
    struct slot slot = {.note = *note, .size = size, .root = *root};
    for (; slot.signature_count < count && slot.signature_count < SIGNATURES_MAX; slot.signature_count++)
        slot.signature[slot.signature_count] = signature[slot.signature_count];
    slot_put(t, record->id, SLOT_RIVAL, &slot);
    return t->err ? t->err : ERR_FORK;
}

/* Keep evidence, and believe the log anew. */
static enum err evidence_keep(struct txn *t, struct log_record *record, const struct evidence *e,
                              uint64_t now_s) {
    uint8_t buffer[EVIDENCE_MAX];
    struct bytes bytes;
    enum err err = evidence_write(e, buffer, sizeof buffer, &bytes);
    if (err)
        return err;
    forks_put(t, record->id, &e->note, e->f, &e->root_f, bytes);
    believe_log(t, record, now_s);
    return t->err;
}

enum err intake_evidence(struct intake *intake, struct txn *t, const struct package *package, uint64_t now_s,
                         struct log_record *record, bool *ret_proven) {
    struct evidence *e = &intake->evidence;
    struct authority *a = &intake->chain[0];
    *ret_proven = false;
    if (!package->evidence.len)
        return ERR_OK;
    enum err err = evidence_read(package->evidence, e);
    if (err)
        return err;
    facts_load(t, record, &intake->facts);
    uint32_t note = t->err ? VIEW_NONE : facts_note(&intake->facts, &e->note);
    if (note == VIEW_NONE) /* of a note that is not kept: without effect here */
        return t->err;
    err = intake_authority(t, record, intake->facts.note[note].epoch, &e->note, a);
    if (!err)
        err = evidence_check(e, record->origin, a);
    if (err)
        return err;
    *ret_proven = package->size == e->f && digest_eq(&package->root, &e->root_f);
    struct view_fork fork = {note, e->f, e->root_f};
    switch (keep_fork(&intake->facts.x, &fork)) {
    case KEEP_TAKE:
        return evidence_keep(t, record, e, now_s);
    case KEEP_LOCATE:
        return intake_rival(t, record, &e->note, e->side[0].size, &e->side[0].root, e->side[0].signature,
                            e->side[0].signature_count);
    default:
        return ERR_OK;
    }
}

/* A branch's side of a fork: the candidate that its leaves have reached or, where it holds no more than the
 * leaves before a later fork, a side of that one's evidence. */
static enum err side_find(struct intake *intake, struct txn *t, const struct log_record *record,
                          enum checkpoint_slot candidate, const struct authority *a, uint64_t f,
                          struct tree_reader *tree, struct extension *ret_tree, struct evidence_side *ret) {
    struct checkpoint c = {.size = 0};
    struct proof none = {.count = 0};
    struct slot slot;
    struct view_fork fork;
    struct bytes bytes;
    memcpy(c.origin, record->origin, sizeof c.origin);
    if (slot_get(t, record->id, candidate, &slot) && digest_eq(&slot.note, &a->hash) && slot.size > f) {
        c.size = slot.size;
        c.root = slot.root;
        enum err err = extension_init(ret_tree, slot.size, slot.size, &slot.root, &none, logs_lookup, tree);
        return err ? err : evidence_side_begin(ret, &c, a, slot.signature, slot.signature_count);
    }
    struct evidence *e = &intake->evidence;
    if (!forks_get(t, record->id, &a->hash, &fork, &bytes) || evidence_read(bytes, e) || e->f <= f)
        return t->err ? t->err : ERR_NOT_FOUND;
    *ret = e->side[0];
    enum err err = extension_init(ret_tree, e->f, e->side[0].size, &e->side[0].root,
                                  &e->side[0].proved.consistency, logs_lookup, tree);
    return err ? ERR_NOT_FOUND : ERR_OK; /* its leaves are on the other branch */
}

enum err intake_fork(struct intake *intake, struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t f,
                     const struct proved *rival, uint64_t now_s, struct log_record *ret) {
    struct authority *a = &intake->chain[0];
    struct evidence_side mine, other;
    struct evidence made;
    struct extension own;
    struct slot slot;
    if (!logs_get(t, log, ret) || !slot_get(t, log, SLOT_RIVAL, &slot))
        return t->err ? t->err : ERR_NOT_FOUND;
    slot_drop(t, log, SLOT_RIVAL);
    facts_load(t, ret, &intake->facts);
    uint32_t note = t->err ? VIEW_NONE : facts_note(&intake->facts, &slot.note);
    if (note == VIEW_NONE)
        return t->err ? t->err : ERR_NOT_FOUND;
    struct tree_reader tree = tree_of(t, ret);
    struct checkpoint c = {.size = slot.size, .root = slot.root};
    memcpy(c.origin, ret->origin, sizeof c.origin);
    enum err err = intake_authority(t, ret, intake->facts.note[note].epoch, &slot.note, a);
    if (!err)
        err = evidence_side_begin(&other, &c, a, slot.signature, slot.signature_count);
    if (!err)
        err = side_find(intake, t, ret, SLOT_HEAD, a, f, &tree, &own, &mine);
    other.proved = *rival;
    if (!err)
        err = evidence_make(&made, ret->origin, a, f, &own, &mine, &other);
    if (err) /* the search has proven it: another rival has come since, or other leaves are held */
        return t->err ? t->err : ERR_GAP;
    struct view_fork fork = {note, made.f, made.root_f};
    return keep_fork(&intake->facts.x, &fork) == KEEP_TAKE ? evidence_keep(t, ret, &made, now_s) : ERR_OK;
}

enum err intake_parted(struct intake *intake, struct txn *t, uint64_t now_s, struct log_record *record) {
    struct authority *a = &intake->chain[0];
    uint64_t f = record->head.f;
    struct evidence_side mine, other;
    struct evidence made;
    struct extension own, second;
    struct view_fork kept;
    struct bytes bytes;
    if (!(record->head.flags & VIEW_DISPUTED) || !record->has_side ||
        (forks_get(t, record->id, &record->note, &kept, &bytes) && kept.f <= f))
        return t->err;
    struct tree_reader tree = tree_of(t, record), side = tree_of_side(t, record);
    enum err err = intake_authority(t, record, record->head.epoch, &record->note, a);
    if (!err)
        err = side_find(intake, t, record, SLOT_SIDE, a, f, &side, &second, &other);
    if (!err)
        err = extension_prove(&second, f, f, &other.proved);
    if (!err)
        err = side_find(intake, t, record, SLOT_HEAD, a, f, &tree, &own, &mine);
    if (err == ERR_NOT_FOUND) /* a fork that is kept parts them: it has its evidence */
        return t->err;
    if (!err)
        err = evidence_make(&made, record->origin, a, f, &own, &mine, &other);
    return err ? err : evidence_keep(t, record, &made, now_s);
}

enum err intake_retreat(struct txn *t, const uint8_t log[static LOG_ID_LEN], struct log_record *ret) {
    if (!logs_get(t, log, ret))
        return t->err ? t->err : ERR_NOT_FOUND;
    slot_drop(t, log, SLOT_RIVAL);
    if (!(ret->head.flags & VIEW_DISPUTED) && ret->held > ret->head.size) {
        branch_cut(t, ret, ret->head.size);
        slot_drop(t, log, SLOT_TARGET);
        ret->target = 0;
        record_put(t, ret);
    }
    return t->err;
}
