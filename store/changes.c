#include "store/changes.h"

#include <string.h>

uint64_t changes_newest(struct txn *t) {
    struct bytes key, value;
    return row_last(t, TABLE_CHANGES, &key, &value) ? be64_get(key.ptr) : 0;
}

void changes_move(struct txn *t, struct log_record *record) {
    uint8_t key[8];
    uint64_t seq = changes_newest(t) + 1;
    if (record->seq) {
        be64_put(key, record->seq);
        row_delete(t, TABLE_CHANGES, BYTES(key));
    }
    be64_put(key, seq);
    row_put(t, TABLE_CHANGES, BYTES(key), BYTES(record->id));
    record->seq = seq;
}

bool changes_next(struct txn *t, uint64_t *seq, struct log_record *ret) {
    uint8_t from[8];
    struct bytes key, value;
    be64_put(from, *seq + 1);
    if (*seq == UINT64_MAX || !row_ceil(t, TABLE_CHANGES, BYTES(from), &key, &value))
        return false;
    *seq = be64_get(key.ptr);
    return logs_get(t, value.ptr, ret);
}

unsigned changes_after(struct txn *t, uint64_t since, struct head *ret, unsigned max, uint64_t *ret_next,
                       bool *ret_more) {
    uint8_t from[8];
    unsigned count = 0;
    bool more = false;
    MDB_cursor *c = since < UINT64_MAX ? row_cursor(t, TABLE_CHANGES) : NULL;
    be64_put(from, since + 1);
    struct bytes key = BYTES(from), value;
    *ret_next = since;
    for (bool there = c && row_move(t, c, MDB_SET_RANGE, &key, &value); there;
         there = row_move(t, c, MDB_NEXT, &key, &value)) {
        struct log_record record;
        more = count == max;
        if (more || !logs_get(t, value.ptr, &record))
            break;
        ret[count++] = record.head;
        *ret_next = be64_get(key.ptr);
    }
    if (c)
        mdb_cursor_close(c);
    *ret_more = more;
    return count;
}
