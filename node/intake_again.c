#include "node/intake_state.h"
#include "store/lacking.h"

/* Fill what is lacking of one entry whose leaf is the one held; what is wrong is left out. */
static void parts_fill(struct txn *t, struct log_record *record, uint64_t index, const struct entry *entry,
                       unsigned classes, unsigned *parts, struct gate_wrong *wrong) {
    for (unsigned class = 0; class < classes; class ++) {
        struct bytes held;
        if (entry->part[class].state != PART_HELD || index < record->whole[class] ||
            logs_part(t, record->id, index, class, &held) != PART_WITHHELD)
            continue;
        enum err err = gate_part(classes == PART_MEMBERS, entry->leaf, class, entry->part[class].salted);
        if (!err) {
            *parts += lacking_fill(t, record, index, class, entry->part[class].salted);
            continue;
        }
        if (wrong->count++ == 0) {
            wrong->at = index;
            wrong->why = err;
        }
    }
}

enum err intake_again(struct txn *t, struct log_record *record, const struct package *package, uint64_t count,
                      unsigned classes, uint64_t *ret_differs, unsigned *ret_parts,
                      struct gate_wrong *ret_wrong) {
    struct tree_reader tree = tree_of(t, record);
    struct reader r;
    struct entry entry;
    *ret_differs = UINT64_MAX;
    *ret_parts = 0;
    *ret_wrong = (struct gate_wrong){0};
    reader_init(&r, package->entries);
    for (uint64_t i = 0; i < count && package_entry_next(&r, &entry); i++) {
        struct digest leaf = digest_leaf(entry.leaf), held;
        uint64_t index = package->from + i;
        if (index >= record->held)
            break;
        if (!logs_lookup(&tree, 0, index, &held))
            return t->err ? t->err : ERR_CORRUPT;
        if (digest_eq(&leaf, &held))
            parts_fill(t, record, index, &entry, classes, ret_parts, ret_wrong);
        else if (*ret_differs == UINT64_MAX)
            *ret_differs = index;
    }
    if (*ret_parts && !t->err)
        lacking_advance(t, record);
    return t->err ? t->err : r.err;
}
