#include "store/logs.h"

#include <assert.h>
#include <string.h>

#include "proto/view.h"
#include "store/believe.h"
#include "store/branch.h"
#include "store/directory.h"
#include "store/entries.h"
#include "store/notes.h"
#include "store/records.h"
#include "store/signers.h"
#include "store/tiles.h"

bool logs_note(struct txn *t, const struct log_record *record, uint64_t epoch, struct package_note *ret) {
    struct digest hash = record->end;
    struct authority a;
    if (epoch > record->epoch)
        return false;
    for (uint64_t at = record->epoch; notes_get(t, record->id, at, &hash, ret); at--) {
        if (at == epoch)
            return true;
        if (authority_parse(ret->text, &a)) {
            txn_fail(t, ERR_CORRUPT);
            return false;
        }
        hash = a.prev;
    }
    txn_fail(t, ERR_CORRUPT);
    return false;
}

void logs_open(struct txn *t, const char *origin, const struct package_note *note, struct log_record *ret) {
    struct log_record record;
    struct authority a;
    char network[NETWORK_MAX + 1];
    uint8_t id[LOG_ID_LEN];
    origin_log_id(origin, id);
    if (logs_get(t, id, &record))
        txn_fail(t, ERR_EXISTS);
    enum err err = origin_check(bytes_str(origin), network, record.code);
    err = err ? err : authority_parse(note->text, &a);
    if (err)
        txn_fail(t, err);
    if (t->err)
        return;
    memcpy(record.id, id, LOG_ID_LEN);
    memcpy(record.head.log, id, LOG_ID_LEN);
    memcpy(record.origin, origin, strlen(origin));
    record.head.root = digest_empty();
    record.end = record.note = a.hash;
    memcpy(record.head.note, a.hash.b, NOTE_TAG_LEN);
    notes_put(t, id, &a, note);
    record_put(t, &record);
    *ret = record;
}

struct tree_reader tree_of(struct txn *t, const struct log_record *record) {
    struct tree_reader tree = {.txn = t};
    memcpy(tree.id, record->id, LOG_ID_LEN);
    return tree;
}

struct tree_reader tree_of_side(struct txn *t, const struct log_record *record) {
    struct tree_reader tree = tree_of(t, record);
    tree.has_side = record->has_side;
    tree.base = record->side_base;
    branch_id(record->id, tree.side);
    return tree;
}

uint64_t logs_wanted(const struct log_record *record) {
    return record->has_side && record->head.flags & VIEW_INCOMPLETE ? record->side_held : record->held;
}

/* ---- packages ---- */

static void side_take(struct txn *t, struct log_record *record, const struct package *package,
                      const struct digest *leaf_hash, const struct gate_verdict *verdict) {
    uint8_t id[LOG_ID_LEN];
    uint64_t withheld[PART_CLASSES];
    branch_id(record->id, id);
    record->bytes += entries_append(t, id, package, verdict, withheld);
    if (t->err)
        return;
    tiles_append(t, id, package->from, leaf_hash, package->entry_count);
    frontier_put(t, id, &verdict->after);
    record->side_held = verdict->after.size;
    if (verdict->complete && record->side_noted < record->side_held) {
        directory_note(t, id, record->side_noted, record->side_held);
        record->side_noted = record->side_held;
    }
}

static void entries_take(struct txn *t, struct log_record *record, const struct package *package,
                         const struct digest *leaf_hash, const struct gate_verdict *verdict) {
    uint64_t withheld[PART_CLASSES];
    record->bytes += entries_append(t, record->id, package, verdict, withheld);
    if (t->err)
        return;
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        if (record->whole[class] == record->held)
            record->whole[class] = withheld[class];
    tiles_append(t, record->id, package->from, leaf_hash, package->entry_count);
    frontier_put(t, record->id, &verdict->after);
    record->held = verdict->after.size;
    if (verdict->complete || record->held - record->noted >= DIRECTORY_LAG) {
        directory_note(t, record->id, record->noted, record->held);
        record->noted = record->held;
    }
}

/* A signed target: the candidate of the branch that has reached it, or what is pending. */
static void target_take(struct txn *t, struct log_record *record, bool side, const struct digest *note,
                        const struct package *package, const struct gate_verdict *verdict) {
    enum checkpoint_slot at = side ? SLOT_SIDE : SLOT_HEAD;
    struct slot slot, fresh = {.note = *note,
                               .size = package->size,
                               .root = package->root,
                               .signature_count = verdict->signature_count};
    memcpy(fresh.signature, verdict->signature, verdict->signature_count * sizeof *fresh.signature);
    if (!verdict->signature_count)
        return;
    if (verdict->complete) {
        bool known = slot_get(t, record->id, at, &slot) && digest_eq(&slot.note, note);
        if (!known || slot.size < fresh.size)
            slot_put(t, record->id, at, &fresh);
        if (!side)
            signers_note(t, record->id, fresh.size, &fresh.signature[0].key);
    } else if (!side && package->size > record->target) {
        slot_put(t, record->id, SLOT_TARGET, &fresh);
        record->target = package->size;
    }
}

void logs_append(struct txn *t, struct log_record *record, bool side, const struct digest *note,
                 const struct package *package, const struct digest *leaf_hash,
                 const struct gate_verdict *verdict, uint64_t now_s) {
    assert(verdict->after.size == package->from + package->entry_count);
    if (package->from != (side ? record->side_held : record->held))
        txn_fail(t, ERR_GAP);
    record->need = 0;
    if (!t->err && package->entry_count && side)
        side_take(t, record, package, leaf_hash, verdict);
    else if (!t->err && package->entry_count)
        entries_take(t, record, package, leaf_hash, verdict);
    if (!t->err && package->size)
        target_take(t, record, side, note, package, verdict);
    /* An anchor may be reached before the target that lies behind it. */
    if (!t->err && (verdict->complete || record->head.flags & VIEW_INCOMPLETE))
        believe_log(t, record, now_s);
    else if (!t->err)
        record_put(t, record);
}

bool logs_fits(struct txn *t, struct log_record *record, const struct package *package, uint64_t quota) {
    uint64_t need = record->bytes + package->entries.len + LOG_ENTRY_BYTES * (uint64_t)package->entry_count;
    if (need <= quota || package->entry_count == 0)
        return true;
    if (record->need != need) {
        record->need = need;
        record_put(t, record);
    }
    return false;
}

/* Whether the log's own leaves begin with this tree. */
static bool begins_with(struct txn *t, const struct log_record *record, const struct package *package) {
    struct tree_reader tree = tree_of(t, record);
    struct digest root;
    return package->size <= record->held && !merkle_root(&root, package->size, logs_lookup, &tree) &&
           digest_eq(&root, &package->root);
}

void logs_claim(struct txn *t, struct log_record *record, const struct digest *note,
                const struct package *package, struct gate_verdict *verdict, uint64_t now_s) {
    bool side = !begins_with(t, record, package);
    verdict->complete = true;
    target_take(t, record, side, note, package, verdict);
    if (!side && record->noted < record->held) { /* all below the head are in the directory */
        directory_note(t, record->id, record->noted, record->held);
        record->noted = record->held;
    }
    if (!t->err)
        believe_log(t, record, now_s);
}
