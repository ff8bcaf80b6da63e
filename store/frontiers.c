#include <string.h>

#include "store/branch.h"
#include "store/records.h"

void frontier_put(struct txn *t, const uint8_t id[static LOG_ID_LEN], const struct frontier *f) {
    uint8_t value[64 * DIGEST_LEN];
    size_t len = 0;
    for (unsigned level = 0; level < 64; level++)
        if (f->size >> level & 1) {
            memcpy(value + len, f->peak[level].b, DIGEST_LEN);
            len += DIGEST_LEN;
        }
    row_put(t, TABLE_FRONTIERS, (struct bytes){id, LOG_ID_LEN}, (struct bytes){value, len});
}

/* The peaks of a frontier, from the lowest up. */
static void frontier_get(struct txn *t, const uint8_t *id, uint64_t size, struct frontier *ret) {
    struct frontier f;
    struct bytes value = {NULL, 0};
    size_t at = 0;
    frontier_init(&f);
    if (size)
        row_get(t, TABLE_FRONTIERS, (struct bytes){id, LOG_ID_LEN}, &value);
    for (unsigned level = 0; level < 64; level++)
        if (size >> level & 1) {
            if (value.len - at >= DIGEST_LEN)
                memcpy(f.peak[level].b, value.ptr + at, DIGEST_LEN);
            else
                txn_fail(t, ERR_CORRUPT);
            at += value.len - at >= DIGEST_LEN ? DIGEST_LEN : 0;
        }
    f.size = size;
    if (at != value.len)
        txn_fail(t, ERR_CORRUPT);
    if (!t->err)
        *ret = f;
}

void logs_frontier(struct txn *t, const struct log_record *record, bool side, struct frontier *ret) {
    uint8_t id[LOG_ID_LEN];
    branch_id(record->id, id);
    frontier_get(t, side ? id : record->id, side ? record->side_held : record->held, ret);
}

void frontiers_swap(struct txn *t, const uint8_t a[static LOG_ID_LEN], const uint8_t b[static LOG_ID_LEN]) {
    uint8_t copy[64 * DIGEST_LEN];
    struct bytes first = {NULL, 0}, second = {NULL, 0};
    row_get(t, TABLE_FRONTIERS, (struct bytes){a, LOG_ID_LEN}, &first);
    if (first.len > sizeof copy) {
        txn_fail(t, ERR_CORRUPT);
        return;
    }
    if (first.len) /* an empty tree has no row */
        memcpy(copy, first.ptr, first.len);
    first.ptr = copy;
    if (row_get(t, TABLE_FRONTIERS, (struct bytes){b, LOG_ID_LEN}, &second)) {
        uint8_t other[64 * DIGEST_LEN];
        size_t len = second.len <= sizeof other ? second.len : 0;
        if (len)
            memcpy(other, second.ptr, len);
        row_put(t, TABLE_FRONTIERS, (struct bytes){a, LOG_ID_LEN}, (struct bytes){other, len});
    } else
        row_delete(t, TABLE_FRONTIERS, (struct bytes){a, LOG_ID_LEN});
    row_put(t, TABLE_FRONTIERS, (struct bytes){b, LOG_ID_LEN}, first);
}
