#include "store/erased.h"

#include <string.h>

#include "store/rows.h"

#define ERASED_KEY (LOG_ID_LEN + 8 + 8)

static void key_put(uint8_t ret[static ERASED_KEY], const uint8_t *log, uint64_t entry, uint64_t leaf) {
    memcpy(ret, log, LOG_ID_LEN);
    be64_put(ret + LOG_ID_LEN, entry);
    be64_put(ret + LOG_ID_LEN + 8, leaf);
}

void erased_note(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t index,
                 const struct leaf *leaf) {
    uint8_t key[ERASED_KEY];
    uint64_t before;
    for (unsigned i = 0; i < leaf->erase.count && leaf->erase.entry[i] < index; i++) {
        if (erased_find(t, log, index, leaf->erase.entry[i], &before))
            continue;
        key_put(key, log, leaf->erase.entry[i], index);
        row_put(t, TABLE_ERASED, BYTES(key), BYTES(((uint8_t[]){1})));
    }
}

void erased_forget(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t index,
                   const struct leaf *leaf) {
    uint8_t key[ERASED_KEY];
    for (unsigned i = 0; i < leaf->erase.count; i++) {
        key_put(key, log, leaf->erase.entry[i], index);
        row_delete(t, TABLE_ERASED, BYTES(key));
    }
}

bool erased_check(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t index,
                  const struct leaf *leaf) {
    uint8_t key[ERASED_KEY];
    struct bytes value;
    uint64_t before;
    for (unsigned i = 0; i < leaf->erase.count && leaf->erase.entry[i] < index; i++) {
        key_put(key, log, leaf->erase.entry[i], index);
        if (!row_get(t, TABLE_ERASED, BYTES(key), &value) &&
            !erased_find(t, log, index, leaf->erase.entry[i], &before))
            return false;
    }
    return true;
}

uint64_t erased_view(struct txn *t, const uint8_t log[static LOG_ID_LEN]) {
    struct log_record record;
    struct bytes key, value;
    if (!row_any(t, TABLE_ERASED) ||
        !row_ceil(t, TABLE_ERASED, (struct bytes){log, LOG_ID_LEN}, &key, &value) ||
        !row_starts(key, log, LOG_ID_LEN))
        return 0;
    return logs_get(t, log, &record) ? record.head.size : 0;
}

/* The first row from a key on that is of this log; a row that is no row of this table is corrupt. */
static bool row_from(struct txn *t, const uint8_t *log, uint64_t entry, uint64_t leaf, uint64_t *ret_entry,
                     uint64_t *ret_leaf) {
    uint8_t sought[ERASED_KEY];
    struct bytes key, value;
    key_put(sought, log, entry, leaf);
    if (!row_ceil(t, TABLE_ERASED, BYTES(sought), &key, &value) || !row_starts(key, log, LOG_ID_LEN))
        return false;
    if (key.len != ERASED_KEY) {
        txn_fail(t, ERR_CORRUPT);
        return false;
    }
    *ret_entry = be64_get(key.ptr + LOG_ID_LEN);
    *ret_leaf = be64_get(key.ptr + LOG_ID_LEN + 8);
    return true;
}

bool erased_find(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t size, uint64_t entry,
                 uint64_t *ret_leaf) {
    uint64_t found;
    return row_from(t, log, entry, 0, &found, ret_leaf) && found == entry && *ret_leaf < size;
}

uint64_t erased_lowest(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t from) {
    uint64_t entry = 0, leaf = 0;
    while (row_from(t, log, entry, leaf, &entry, &leaf)) {
        if (leaf >= from)
            return entry;
        leaf++;
    }
    return UINT64_MAX;
}

bool erased_next(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t size, struct erased *e) {
    uint64_t from = e->begun ? e->entry + 1 : 0;
    while (row_from(t, log, from, 0, &e->entry, &e->leaf)) {
        e->begun = true;
        if (e->leaf < size)
            return true;
        from = e->entry + 1;
    }
    return false;
}
