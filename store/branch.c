#include "store/branch.h"

#include <string.h>

#include "proto/evidence.h"
#include "store/ages.h"
#include "store/directory.h"
#include "store/entries.h"
#include "store/forks.h"
#include "store/lacking.h"
#include "store/records.h"
#include "store/tiles.h"

void branch_id(const uint8_t log[static LOG_ID_LEN], uint8_t ret[static LOG_ID_LEN]) {
    struct digest digest = digest_pieces((struct bytes[]){bytes_str("comity/branch"), {log, LOG_ID_LEN}}, 2);
    memcpy(ret, digest.b, LOG_ID_LEN);
}

void branch_begin(struct txn *t, struct log_record *record, uint64_t base) {
    uint8_t id[LOG_ID_LEN];
    struct frontier edge;
    struct tree_reader tree = tree_of(t, record);
    if (record->has_side)
        branch_drop(t, record);
    branch_id(record->id, id);
    if (frontier_load(&edge, base, logs_lookup, &tree)) {
        txn_fail(t, ERR_CORRUPT);
        return;
    }
    tiles_begin(t, id, record->id, base);
    frontier_put(t, id, &edge);
    record->has_side = true;
    record->side_base = record->side_held = record->side_noted = base;
}

/* Every row of a tree from a size on: entries, tiles, and what the directory says of them. */
static void rows_drop(struct txn *t, struct log_record *record, const uint8_t *id, uint64_t from,
                      uint64_t held, uint64_t noted) {
    if (noted > from)
        directory_forget(t, id, from, noted);
    if (held > from)
        record_less(record, entries_drop(t, id, from));
    tiles_cut(t, id, from);
}

void branch_drop(struct txn *t, struct log_record *record) {
    uint8_t id[LOG_ID_LEN];
    if (!record->has_side)
        return;
    branch_id(record->id, id);
    rows_drop(t, record, id, record->side_base, record->side_held, record->side_noted);
    tiles_cut(t, id, 0); /* the copies of the log's own right edge */
    row_delete(t, TABLE_FRONTIERS, BYTES(id));
    slot_drop(t, record->id, SLOT_SIDE);
    record->has_side = false;
    record->side_base = record->side_held = record->side_noted = 0;
}

/* What is known of the entries from here on is known no more; nor of those before that leaves from here on
 * erase. */
static void whole_cut(struct txn *t, struct log_record *record, uint64_t size) {
    lacking_return(t, record, size);
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        if (record->whole[class] > size)
            record->whole[class] = size;
}

static void number_swap(uint64_t *a, uint64_t *b) {
    uint64_t c = *a;
    *a = *b;
    *b = c;
}

void branch_swap(struct txn *t, struct log_record *record) {
    uint8_t id[LOG_ID_LEN];
    uint64_t base = record->side_base;
    branch_id(record->id, id);
    whole_cut(t, record, base);
    ages_cut(t, record->id, base);
    if (record->noted > base)
        directory_forget(t, record->id, base, record->noted);
    if (record->side_noted > base)
        directory_forget(t, id, base, record->side_noted);
    entries_swap(t, record->id, id, base);
    tiles_swap(t, record->id, id, base);
    frontiers_swap(t, record->id, id);
    slots_swap(t, record->id, SLOT_HEAD, SLOT_SIDE);
    cosignatures_cut(t, record->id, base);
    number_swap(&record->held, &record->side_held);
    record->noted = record->side_noted = base;
    if (record->noted < record->held)
        directory_note(t, record->id, record->noted, record->held);
    if (record->side_noted < record->side_held)
        directory_note(t, id, record->side_noted, record->side_held);
    record->noted = record->held;
    record->side_noted = record->side_held;
}

void branch_cut(struct txn *t, struct log_record *record, uint64_t size) {
    struct frontier edge;
    if (size >= record->held)
        return;
    whole_cut(t, record, size);
    ages_cut(t, record->id, size);
    rows_drop(t, record, record->id, size, record->held, record->noted);
    cosignatures_cut(t, record->id, size);
    struct tree_reader tree = tree_of(t, record);
    if (!t->err && frontier_load(&edge, size, logs_lookup, &tree))
        txn_fail(t, ERR_CORRUPT);
    if (!t->err)
        frontier_put(t, record->id, &edge);
    record->held = size;
    record->noted = record->noted < size ? record->noted : size;
}

/* Whether a branch is the beginning of this tree, as far as it is held. */
static bool leads_to(struct tree_reader *tree, uint64_t held, const struct evidence *e, unsigned side) {
    struct digest leaf;
    if (held == e->f)
        return true;
    return logs_lookup(tree, 0, e->f, &leaf) && digest_eq(&leaf, &e->side[side].proved.leaf);
}

bool branch_variant(struct txn *t, const struct log_record *record, struct variant *ret) {
    struct tree_reader tree[] = {tree_of(t, record), tree_of_side(t, record)};
    uint64_t held[] = {record->held, record->side_held};
    struct view_fork fork;
    struct bytes bytes;
    struct evidence e;
    bool taken[2] = {false, !record->has_side || record->side_base != record->head.f};
    if (!forks_get(t, record->id, &record->note, &fork, &bytes) || evidence_read(bytes, &e))
        return false;
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned branch = 0; branch < 2; branch++) {
            if (taken[branch] || !leads_to(&tree[branch], held[branch], &e, i))
                continue;
            taken[branch] = true;
            *ret = (struct variant){branch == 1, held[branch], e.side[i].size, e.side[i].root};
            if (held[branch] < e.side[i].size && e.side[i].size - e.f <= VARIANT_MAX)
                return true;
            break;
        }
    }
    return false;
}
