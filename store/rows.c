#include "store/rows.h"

#include <assert.h>
#include <string.h>

static MDB_val val_of(struct bytes b) {
    /* LMDB does not write through what it is given to read. */
    return (MDB_val){b.len, (void *)(uintptr_t)b.ptr};
}

static struct bytes bytes_of(MDB_val v) {
    return (struct bytes){v.mv_data, v.mv_size};
}

void txn_fail(struct txn *t, enum err err) {
    if (!t->err)
        t->err = err;
}

bool row_get(struct txn *t, enum table table, struct bytes key, struct bytes *ret) {
    if (t->err)
        return false;
    MDB_val k = val_of(key), v;
    int code = mdb_get(t->mdb, t->store->table[table], &k, &v);
    if (code) {
        if (code != MDB_NOTFOUND)
            txn_fail_mdb(t, code);
        return false;
    }
    *ret = bytes_of(v);
    return true;
}

void row_put(struct txn *t, enum table table, struct bytes key, struct bytes value) {
    assert(t->write || t->err);
    if (t->err)
        return;
    MDB_val k = val_of(key), v = val_of(value);
    int code = mdb_put(t->mdb, t->store->table[table], &k, &v, 0);
    if (code)
        txn_fail_mdb(t, code);
}

void row_delete(struct txn *t, enum table table, struct bytes key) {
    assert(t->write || t->err);
    if (t->err)
        return;
    MDB_val k = val_of(key);
    int code = mdb_del(t->mdb, t->store->table[table], &k, NULL);
    if (code && code != MDB_NOTFOUND)
        txn_fail_mdb(t, code);
}

uint64_t row_count(struct txn *t, enum table table) {
    MDB_stat stat = {0};
    int code = t->err ? 0 : mdb_stat(t->mdb, t->store->table[table], &stat);
    if (code)
        txn_fail_mdb(t, code);
    return stat.ms_entries;
}

bool row_any(struct txn *t, enum table table) {
    return row_count(t, table) > 0;
}

bool row_ceil(struct txn *t, enum table table, struct bytes key, struct bytes *ret_key,
              struct bytes *ret_value) {
    MDB_cursor *c = row_cursor(t, table);
    if (!c)
        return false;
    *ret_key = key;
    bool found = row_move(t, c, MDB_SET_RANGE, ret_key, ret_value);
    mdb_cursor_close(c);
    return found;
}

bool row_floor(struct txn *t, enum table table, struct bytes key, struct bytes *ret_key,
               struct bytes *ret_value) {
    MDB_cursor *c = row_cursor(t, table);
    if (!c)
        return false;
    struct bytes k = key;
    bool found = row_move(t, c, MDB_SET_RANGE, &k, ret_value);
    if (!found)
        found = row_move(t, c, MDB_LAST, &k, ret_value);
    else if (!bytes_eq(k, key))
        found = row_move(t, c, MDB_PREV, &k, ret_value);
    mdb_cursor_close(c);
    if (found)
        *ret_key = k;
    return found;
}

bool row_last(struct txn *t, enum table table, struct bytes *ret_key, struct bytes *ret_value) {
    MDB_cursor *c = row_cursor(t, table);
    if (!c)
        return false;
    bool found = row_move(t, c, MDB_LAST, ret_key, ret_value);
    mdb_cursor_close(c);
    return found;
}

MDB_cursor *row_cursor(struct txn *t, enum table table) {
    if (t->err)
        return NULL;
    MDB_cursor *c = NULL;
    int code = mdb_cursor_open(t->mdb, t->store->table[table], &c);
    if (code)
        txn_fail_mdb(t, code);
    return code ? NULL : c;
}

bool row_move(struct txn *t, MDB_cursor *cursor, MDB_cursor_op op, struct bytes *key, struct bytes *value) {
    if (t->err)
        return false;
    MDB_val k = val_of(*key), v;
    int code = mdb_cursor_get(cursor, &k, &v, op);
    if (code) {
        if (code != MDB_NOTFOUND)
            txn_fail_mdb(t, code);
        return false;
    }
    *key = bytes_of(k);
    *value = bytes_of(v);
    return true;
}

void row_cursor_put(struct txn *t, MDB_cursor *cursor, struct bytes key, struct bytes value, unsigned flags) {
    if (t->err)
        return;
    MDB_val k = val_of(key), v = val_of(value);
    int code = mdb_cursor_put(cursor, &k, &v, flags);
    if (code)
        txn_fail_mdb(t, code);
}

bool row_starts(struct bytes key, const void *prefix, size_t len) {
    return key.len >= len && memcmp(key.ptr, prefix, len) == 0;
}
