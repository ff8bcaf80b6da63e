#include "store/roster.h"
#include "store/rows.h"

uint64_t drafts_add(struct txn *t, struct bytes draft) {
    uint8_t k[8];
    struct bytes key, value;
    uint64_t seq = row_last(t, TABLE_DRAFTS, &key, &value) ? be64_get(key.ptr) + 1 : 1;
    be64_put(k, seq);
    row_put(t, TABLE_DRAFTS, BYTES(k), draft);
    return seq;
}

bool drafts_next(struct txn *t, uint64_t *seq, struct bytes *ret) {
    uint8_t from[8];
    struct bytes key, value;
    if (*seq == UINT64_MAX)
        return false;
    be64_put(from, *seq + 1);
    if (!row_ceil(t, TABLE_DRAFTS, BYTES(from), &key, &value))
        return false;
    *seq = be64_get(key.ptr);
    *ret = value;
    return true;
}

void drafts_remove(struct txn *t, uint64_t seq) {
    uint8_t key[8];
    be64_put(key, seq);
    row_delete(t, TABLE_DRAFTS, BYTES(key));
}

void drafts_replace(struct txn *t, uint64_t seq, struct bytes draft) {
    uint8_t key[8];
    be64_put(key, seq);
    row_put(t, TABLE_DRAFTS, BYTES(key), draft);
}
