#include "node/intake.h"

#include <stdlib.h>
#include <string.h>

#include "node/intake_state.h"
#include "node/tally.h"
#include "proto/keep.h"
#include "store/branch.h"
#include "store/directory.h"

struct intake *intake_new(bool observer) {
    struct intake *intake = calloc(1, sizeof *intake);
    if (intake)
        intake->observer = observer;
    return intake;
}

void intake_free(struct intake *intake) {
    free(intake);
}

void intake_quota(struct intake *intake, uint64_t quota, const char *own) {
    intake->quota = quota;
    origin_log_id(own, intake->own);
}

/* Over the quota what is held is kept, and nothing is added. */
static bool fits(struct intake *intake, struct txn *t, struct log_record *record,
                 const struct package *package) {
    return !intake->quota || memcmp(intake->own, record->id, LOG_ID_LEN) == 0 ||
           logs_fits(t, record, package, intake->quota);
}

const struct gate_wrong *intake_wrong(const struct intake *intake) {
    return &intake->verdict.wrong;
}

/* ---- cosignatures ---- */

/* Whether a witness key belongs to a node of this very State. */
static bool is_own_witness(struct txn *t, const struct log_record *record, const struct pubkey *key) {
    struct pubkey node = {{0}};
    uint64_t index;
    while (directory_node_next(t, record->id, LEAF_NODE, record->head.size, &node, &index)) {
        struct leaf leaf;
        if (logs_leaf_of(t, record->id, index, LEAF_NODE, &leaf) && pubkey_eq(&leaf.node.witness, key))
            return true;
    }
    return false;
}

/* Cosignatures of the State's own nodes over the head that this package has led to; others are left out. */
static void cosignatures_take(struct txn *t, const struct package *package, struct log_record *record) {
    struct checkpoint target = {.size = package->size, .root = package->root};
    memcpy(target.origin, record->origin, sizeof target.origin);
    if (record->head.size != package->size || !digest_eq(&record->head.root, &package->root))
        return;
    for (unsigned i = 0; i < package->cosignature_count; i++) {
        const struct checkpoint_signature *s = &package->cosignature[i];
        if (is_own_witness(t, record, &s->key) && checkpoint_verify_cosignature(&target, s) == ERR_OK)
            logs_cosign(t, record, s, true);
    }
}

/* ---- targets ---- */

/* An epoch between that of the view and the last of the chain: a peer may be on the way too, and further. */
static bool is_between(const struct log_record *record, uint64_t epoch) {
    return epoch > record->head.epoch && epoch < record->epoch;
}

/* The note that a target is of: the last of the chain or, while its leaves are fetched, that of the view. */
static enum err note_of(struct txn *t, const struct log_record *record, uint64_t epoch,
                        struct authority *ret) {
    bool view = epoch != record->epoch;
    struct package_note note;
    if (is_between(record, epoch))
        return logs_note(t, record, epoch, &note) && !authority_parse(note.text, ret) ? ERR_OK : ERR_CORRUPT;
    return intake_authority(t, record, view ? record->head.epoch : record->epoch,
                            view ? &record->note : &record->end, ret);
}

/* A target of an epoch that is over, or that is contested here: its package had only notes to bring. */
static bool is_past(const struct log_record *record, uint64_t epoch) {
    return epoch != record->epoch && epoch != record->head.epoch &&
           (epoch < record->head.epoch || record->head.flags & VIEW_CONTESTED);
}

/* An anchor of the chain is root-signed: leaves that it proves need no operator's signature. */
static bool is_anchor(const struct authority *a, const struct package *package) {
    return package->size && package->size == a->anchor_size && digest_eq(&package->root, &a->anchor_root);
}

/* Begin the second branch from the anchor that is held, also if it leads elsewhere; unless it has just been
 * begun there, and then the package is to blame. */
static enum err side_begin(struct intake *intake, struct txn *t, struct log_record *record, enum err err) {
    struct authority *a = &intake->chain[1];
    enum err read = intake_authority(t, record, record->head.epoch, &record->note, a);
    if (read)
        return read;
    if (record->has_side && record->side_held == a->anchor_size)
        return err;
    branch_begin(t, record, a->anchor_size);
    record_put(t, record);
    return t->err;
}

/* Whether it is the anchor of a note on the way to the last, and not in the leaves that are to go on: the way
 * is on another branch. */
static bool leads_elsewhere(struct txn *t, const struct log_record *record, const struct gate_base *base,
                            const struct package *package) {
    struct tree_reader tree = record->has_side ? tree_of_side(t, record) : tree_of(t, record);
    struct digest root;
    return record->head.flags & VIEW_INCOMPLETE && package->size <= logs_wanted(record) &&
           !digest_eq(&base->authority->hash, &record->note) && is_anchor(base->authority, package) &&
           merkle_root(&root, package->size, logs_lookup, &tree) == ERR_OK &&
           !digest_eq(&root, &package->root);
}

/* A signed tree that is no larger than what is held, or in a disputed log: is it part of it, or another? */
static enum err claim_judge(struct intake *intake, struct txn *t, struct log_record *record,
                            const struct gate_base *base, const struct package *package, uint64_t now_s) {
    enum err err = gate_target(base, package, &intake->verdict);
    if (!err && leads_elsewhere(t, record, base, package))
        return side_begin(intake, t, record, ERR_OK);
    if (err || base->proven)
        return err;
    if (!digest_eq(&base->authority->hash, &record->note)) /* of an epoch whose anchor is still sought */
        return ERR_GAP;
    facts_load(t, record, &intake->facts);
    if (t->err)
        return t->err;
    struct view_candidate candidate = {facts_note(&intake->facts, &base->authority->hash), package->size,
                                       package->root};
    enum keep verdict =
        candidate.note == VIEW_NONE ? KEEP_DROP : keep_candidate(&intake->facts.x, &candidate);
    if (verdict == KEEP_LOCATE || (verdict == KEEP_FETCH && record->head.flags & VIEW_DISPUTED))
        return intake_rival(t, record, &base->authority->hash, package->size, &package->root,
                            intake->verdict.signature, intake->verdict.signature_count);
    if (verdict == KEEP_TAKE)
        logs_claim(t, record, &base->authority->hash, package, &intake->verdict, now_s);
    return t->err ? t->err : verdict == KEEP_FETCH ? ERR_GAP : ERR_OK;
}

/* A signed target that does not go on from the log's own leaves: the anchor of its epoch may lie on another
 * branch, which is then begun; or these are two histories. */
static enum err main_refused(struct intake *intake, struct txn *t, struct log_record *record,
                             const struct gate_base *base, const struct package *package, enum err err) {
    if (!record->held || (err != ERR_PROOF && err != ERR_ROOT && err != ERR_ANCHOR))
        return err;
    if (record->head.flags & VIEW_INCOMPLETE)
        return side_begin(intake, t, record, err);
    const struct evidence *e = &intake->evidence;
    const struct evidence_side *other = &e->side[0];
    if (base->proven && package->evidence.len && e->f == package->size &&
        digest_eq(&e->root_f, &package->root))
        return intake_rival(t, record, &e->note, other->size, &other->root, other->signature,
                            other->signature_count); /* the fork that it shows is not the first */
    if (err == ERR_ANCHOR || base->proven)
        return err;
    return intake_rival(t, record, &base->authority->hash, package->size, &package->root,
                        intake->verdict.signature, intake->verdict.signature_count);
}

/* The leaves of a variant of a disputed log, as far as they are wanted: they move no head.  Where more than
 * the common leaves are held, those may be of a third history, which parts from this one later on: then it is
 * left, and nobody is to blame. */
static enum err variant_take(struct intake *intake, struct txn *t, struct log_record *record,
                             struct gate_base *base, const struct package *package,
                             const struct variant *variant, uint64_t now_s) {
    logs_frontier(t, record, variant->side, &intake->held);
    base->held = &intake->held;
    base->proven = true; /* the evidence has its signatures */
    enum err err = t->err ? t->err : gate_check(base, package, intake->leaf_hash, &intake->verdict);
    if (!err && !fits(intake, t, record, package))
        return ERR_QUOTA;
    if (!err)
        logs_append(t, record, variant->side, &base->authority->hash, package, intake->leaf_hash,
                    &intake->verdict, now_s);
    bool third = (err == ERR_ROOT || err == ERR_PROOF) && package->from > record->head.f;
    return t->err ? t->err : third ? ERR_OK : err;
}

static enum err entries_take(struct intake *intake, struct txn *t, struct log_record *record,
                             struct gate_base *base, const struct package *package, uint64_t now_s,
                             uint64_t *ret_at) {
    bool side = record->has_side && record->head.flags & VIEW_INCOMPLETE;
    bool frozen = record->head.flags & VIEW_DISPUTED && digest_eq(&base->authority->hash, &record->note);
    struct variant variant;
    bool wanted = frozen && branch_variant(t, record, &variant) && variant.size == package->size &&
                  digest_eq(&variant.root, &package->root);
    if (wanted && variant.held == package->from)
        return variant_take(intake, t, record, base, package, &variant, now_s);
    if (wanted && package->signature_count == 0) /* what is before these entries was not taken */
        return ERR_GAP;
    if (package->from != logs_wanted(record) || frozen)
        return claim_judge(intake, t, record, base, package, now_s);
    logs_frontier(t, record, side, &intake->held);
    base->held = &intake->held;
    enum err err = t->err ? t->err : gate_check(base, package, intake->leaf_hash, &intake->verdict);
    *ret_at = intake->verdict.at;
    if (err && !t->err)
        return side ? side_begin(intake, t, record, err)
                    : main_refused(intake, t, record, base, package, err);
    if (err)
        return err;
    if (!fits(intake, t, record, package))
        return ERR_QUOTA;
    bool known = intake->verdict.complete && package->entry_count == 0 &&
                 record->head.size == package->size && digest_eq(&record->head.root, &package->root);
    if (!known)
        logs_append(t, record, side, &base->authority->hash, package, intake->leaf_hash, &intake->verdict,
                    now_s);
    return t->err;
}

/* The entries of a package, after its notes and evidence. */
static enum err package_take(struct intake *intake, struct txn *t, const struct package *package,
                             uint64_t now_s, bool proven, struct log_record *record, uint64_t *ret_at) {
    struct authority *authority = &intake->chain[0];
    if (!package->size || is_past(record, package->epoch))
        return ERR_OK;
    enum err err = note_of(t, record, package->epoch, authority);
    if (err)
        return err;
    struct gate_base base = {.origin = record->origin,
                             .authority = authority,
                             .proven = proven || is_anchor(authority, package),
                             .observer = intake->observer};
    err = entries_take(intake, t, record, &base, package, now_s, ret_at);
    if (!err && proven && package->size == logs_wanted(record)) /* its leaves have come with it */
        err = intake_evidence(intake, t, package, now_s, record, &proven);
    return err;
}

enum err intake_package(struct intake *intake, struct txn *t, const struct package *package, uint64_t now_s,
                        struct log_record *ret, uint64_t *ret_at) {
    bool proven = false, opens = !logs_get(t, package->log, ret);
    *ret_at = package->from;
    intake->verdict.wrong = (struct gate_wrong){0};
    if (opens) {
        enum err opened = t->err ? t->err : intake_open(t, package, ret);
        if (opened)
            return opened;
    }
    struct head before = ret->head;
    uint64_t wanted = logs_wanted(ret);
    enum err err = intake_notes(intake, t, package, now_s, ret);
    /* Who was asked for the notes up to one that is endorsed has given no later ones, but its newest entries.
     */
    bool ahead = opens && package->epoch > ret->epoch;
    if (!err && !ahead)
        err = intake_evidence(intake, t, package, now_s, ret, &proven);
    if (!err && !ahead)
        err = package_take(intake, t, package, now_s, proven, ret, ret_at);
    if (!err)
        err = intake_parted(intake, t, now_s, ret);
    bool moved = !head_same(&before, &ret->head);
    if ((err == ERR_GAP && (moved || wanted != logs_wanted(ret))) || (err && err != ERR_FORK && moved))
        err = ERR_OK; /* its notes have changed what is wanted: they were worth it */
    if (!err && !t->err)
        cosignatures_take(t, package, ret);
    if (err)
        tally_gate_refused(err);
    else
        tally_add(TALLY_GATE_PASSED);
    if (!err)
        tally_more(TALLY_PARTS_WRONG, intake->verdict.wrong.count);
    return t->err ? t->err : err;
}
