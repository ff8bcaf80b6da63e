#include "store/lacking.h"

#include "store/entries.h"
#include "store/erased.h"
#include "store/records.h"

static unsigned classes(bool members) {
    return members ? PART_CLASSES : PART_MEMBERS;
}

bool lacking_any(const struct log_record *record, bool members) {
    for (unsigned class = 0; class < classes(members); class ++)
        if (record->whole[class] < record->head.size)
            return true;
    return false;
}

unsigned lacking_find(struct txn *t, const struct log_record *record, bool members, uint64_t from,
                      uint64_t to, struct lacking ret[static PARTS_PER_REQUEST], uint64_t *ret_next) {
    struct entry_cursor c = {.leaf = {.index = from}};
    uint64_t end = to - from < LACKING_SCAN ? to : from + LACKING_SCAN, next = from;
    unsigned count = 0;
    while (next < end && count + PART_CLASSES <= PARTS_PER_REQUEST &&
           logs_entry_next(t, record->id, members, &c)) {
        struct digest commitment[PART_CLASSES];
        bool has[PART_CLASSES];
        leaf_parts(c.entry.leaf, has, commitment);
        for (unsigned class = 0; class < classes(members); class ++)
            if (c.entry.part[class].state == PART_WITHHELD && next >= record->whole[class])
                ret[count++] = (struct lacking){next, (enum part_class) class, commitment[class]};
        next++;
    }
    logs_entry_done(&c);
    *ret_next = next;
    return t->err ? 0 : count;
}

bool lacking_fill(struct txn *t, struct log_record *record, uint64_t index, enum part_class class,
                  struct bytes salted) {
    struct bytes held;
    if (index >= record->held || logs_part(t, record->id, index, class, &held) != PART_WITHHELD)
        return false;
    entries_part(t, record->id, index, class, salted);
    record->bytes += salted.len;
    return !t->err;
}

void lacking_return(struct txn *t, struct log_record *record, uint64_t size) {
    uint64_t erased = erased_lowest(t, record->id, size);
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        if (record->whole[class] > erased)
            record->whole[class] = erased;
}

void lacking_advance(struct txn *t, struct log_record *record) {
    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        struct entry_cursor c = {.leaf = {.index = record->whole[class]}};
        for (unsigned i = 0;
             i < LACKING_SCAN && record->whole[class] < record->held &&
             logs_entry_next(t, record->id, true, &c) && c.entry.part[class].state != PART_WITHHELD;
             i++)
            record->whole[class]++;
        logs_entry_done(&c);
    }
    record_put(t, record);
}
