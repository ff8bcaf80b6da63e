#include "node/intake_state.h"
#include "store/lacking.h"

/* Fill what is lacking of one entry whose leaf is the one held. */
static enum err parts_fill(struct txn *t, const struct log_record *record, uint64_t index,
                           const struct entry *entry, unsigned classes, unsigned *parts) {
    for (unsigned class = 0; class < classes; class ++) {
        struct bytes held;
        if (entry->part[class].state != PART_HELD || index < record->whole[class] ||
            logs_part(t, record->id, index, class, &held) != PART_WITHHELD)
            continue;
        enum err err = gate_part(classes == PART_MEMBERS, entry->leaf, class, entry->part[class].salted);
        if (err)
            return err;
        *parts += lacking_fill(t, record, index, class, entry->part[class].salted);
    }
    return t->err;
}

enum err intake_again(struct txn *t, struct log_record *record, const struct package *package, uint64_t count,
                      unsigned classes, uint64_t *ret_differs, unsigned *ret_parts, uint64_t *ret_at) {
    struct tree_reader tree = tree_of(t, record);
    struct reader r;
    struct entry entry;
    enum err err = ERR_OK;
    *ret_differs = UINT64_MAX;
    *ret_parts = 0;
    reader_init(&r, package->entries);
    for (uint64_t i = 0; i < count && !err && package_entry_next(&r, &entry); i++) {
        struct digest leaf = digest_leaf(entry.leaf), held;
        *ret_at = package->from + i;
        if (*ret_at >= record->held)
            break;
        if (!logs_lookup(&tree, 0, *ret_at, &held))
            return t->err ? t->err : ERR_CORRUPT;
        if (digest_eq(&leaf, &held))
            err = parts_fill(t, record, *ret_at, &entry, classes, ret_parts);
        else if (*ret_differs == UINT64_MAX)
            *ret_differs = *ret_at;
    }
    if (*ret_parts && !t->err)
        lacking_advance(t, record);
    return t->err ? t->err : err ? err : r.err;
}
