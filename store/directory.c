#include "store/directory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/erased.h"
#include "store/rows.h"

#define ID_MAX 32
#define PREFIX_MAX (LOG_ID_LEN + 1 + ID_MAX)
#define VALUE_LEN 9

/* The length of an object's id, which tells its kind's rows apart too. */
static size_t id_len(enum leaf_kind kind) {
    switch (kind) {
    case LEAF_CONTACT:
        return CONTACT_ID_LEN;
    case LEAF_ENDORSE:
    case LEAF_SUCCEED:
        return LOG_ID_LEN; /* of the origin that the word is on */
    case LEAF_NODE:
    case LEAF_OBSERVER:
        return KEY_LEN;
    default:
        return 0;
    }
}

/* log, kind, id: what all versions of an object share. */
static size_t prefix_put(uint8_t ret[static PREFIX_MAX], const uint8_t *log, enum leaf_kind kind,
                         const uint8_t *id) {
    size_t len = id_len(kind);
    memcpy(ret, log, LOG_ID_LEN);
    ret[LOG_ID_LEN] = (uint8_t)kind;
    if (len)
        memcpy(ret + LOG_ID_LEN + 1, id, len);
    return LOG_ID_LEN + 1 + len;
}

static void row_make(struct directory_row *row, const uint8_t *log, enum leaf_kind kind, const uint8_t *id,
                     uint64_t index, uint64_t valid_from, bool withdrawn) {
    size_t len = prefix_put(row->key, log, kind, id);
    be64_put(row->key + len, ~index);
    row->len = (uint8_t)(len + 8);
    be64_put(row->value, valid_from);
    row->value[8] = withdrawn;
}

static void word_make(struct directory_row *row, const uint8_t *log, const struct leaf *leaf,
                      uint64_t index) {
    char origin[ORIGIN_MAX + 1] = {0};
    uint8_t about[LOG_ID_LEN];
    memcpy(origin, leaf->word.origin.ptr, leaf->word.origin.len);
    origin_log_id(origin, about);
    row_make(row, log, leaf->kind, about, index, 0, false);
}

/* What a leaf says about an object; false if nothing. */
static bool row_of(struct directory_row *row, const uint8_t *log, uint64_t index, const struct leaf *leaf) {
    switch (leaf->kind) {
    case LEAF_STATE:
        row_make(row, log, LEAF_STATE, NULL, index, 0, false);
        return true;
    case LEAF_CONTACT:
        row_make(row, log, LEAF_CONTACT, leaf->contact.id, index, leaf->contact.valid_from, false);
        return true;
    case LEAF_NODE:
        row_make(row, log, LEAF_NODE, leaf->node.id.b, index, 0, false);
        return true;
    case LEAF_OBSERVER:
        row_make(row, log, LEAF_OBSERVER, leaf->observer.id.b, index, 0, false);
        return true;
    case LEAF_ENDORSE:
    case LEAF_SUCCEED:
        word_make(row, log, leaf, index);
        return true;
    case LEAF_WITHDRAW:
        if (!leaf->withdraw.id.len || leaf->withdraw.id.len != id_len(leaf->withdraw.kind))
            return false;
        row_make(row, log, leaf->withdraw.kind, leaf->withdraw.id.ptr, index, 0, true);
        return true;
    default:
        return false;
    }
}

static int row_order(const void *a, const void *b) {
    const struct directory_row *x = a, *y = b;
    int order = memcmp(x->key, y->key, x->len < y->len ? x->len : y->len);
    return order ? order : (x->len > y->len) - (x->len < y->len);
}

static void rows_put(struct txn *t, struct directory_row *row, uint32_t count) {
    MDB_cursor *c = count ? row_cursor(t, TABLE_DIRECTORY) : NULL;
    if (!c)
        return;
    qsort(row, count, sizeof *row, row_order);
    for (uint32_t i = 0; i < count; i++)
        row_cursor_put(t, c, (struct bytes){row[i].key, row[i].len}, BYTES(row[i].value), 0);
    mdb_cursor_close(c);
}

void directory_note(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t from, uint64_t to) {
    struct directory_row *row = t->store->directory_row;
    struct leaf_cursor c = {.index = from};
    struct leaf leaf;
    uint32_t rows = 0;
    for (; from < to && logs_leaf_next(t, log, &c); from++) {
        if (leaf_decode(c.leaf, &leaf))
            continue;
        if (leaf.kind == LEAF_ERASE)
            erased_note(t, log, from, &leaf);
        else if (row_of(&row[rows], log, from, &leaf))
            rows++;
        if (rows == DIRECTORY_LAG) {
            rows_put(t, row, rows);
            rows = 0;
        }
    }
    logs_leaf_done(&c);
    rows_put(t, row, rows);
    if (from < to)
        txn_fail(t, ERR_CORRUPT);
}

void directory_forget(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t from, uint64_t to) {
    struct leaf_cursor c = {.index = from};
    struct directory_row row;
    struct leaf leaf;
    for (; from < to && logs_leaf_next(t, log, &c); from++) {
        if (leaf_decode(c.leaf, &leaf))
            continue;
        if (leaf.kind == LEAF_ERASE)
            erased_forget(t, log, from, &leaf);
        else if (row_of(&row, log, from, &leaf))
            row_delete(t, TABLE_DIRECTORY, (struct bytes){row.key, row.len});
    }
    logs_leaf_done(&c);
    if (from < to)
        txn_fail(t, ERR_CORRUPT);
}

/* The versions of one object, as the cursor passes them. */
struct version {
    uint64_t index, valid_from;
    bool withdrawn;
};

static bool version_read(struct txn *t, const uint8_t *prefix, size_t len, struct bytes key,
                         struct bytes value, struct version *ret) {
    if (!row_starts(key, prefix, len))
        return false;
    if (key.len != len + 8 || value.len != VALUE_LEN) {
        txn_fail(t, ERR_CORRUPT);
        return false;
    }
    *ret = (struct version){~be64_get(key.ptr + len), be64_get(value.ptr), value.ptr[8] != 0};
    return true;
}

/* What stands about an object at a time; index UINT64_MAX where there is none. */
struct standing {
    struct version force; /* decides at this time; it may be a withdrawal */
    struct version next;  /* the earliest announced successor */
};

/* Design 2.3: the highest index with valid_from <= at.  The cursor stands on the newest version; those that
 * it meets before the one in force are yet to come. */
static struct standing standing_at(struct txn *t, MDB_cursor *c, const uint8_t *prefix, size_t len,
                                   struct bytes key, struct bytes value, uint64_t size, uint64_t at) {
    static const struct version none = {UINT64_MAX, UINT64_MAX, false};
    struct standing s = {none, none};
    struct version v;
    for (bool there = true; there && version_read(t, prefix, len, key, value, &v);
         there = row_move(t, c, MDB_NEXT, &key, &value)) {
        if (v.index >= size)
            continue;
        if (v.valid_from <= at) {
            s.force = v;
            break;
        }
        if (s.next.index == UINT64_MAX || v.valid_from < s.next.valid_from)
            s.next = v;
    }
    return s;
}

static struct contact_version contact_of(const uint8_t *log, const uint8_t *id, const struct version *v) {
    struct contact_version contact = {
        .index = v->index, .valid_from = v->valid_from, .withdrawn = v->withdrawn};
    memcpy(contact.log, log, LOG_ID_LEN);
    memcpy(contact.id, id, CONTACT_ID_LEN);
    return contact;
}

bool directory_contact(struct txn *t, const uint8_t log[static LOG_ID_LEN],
                       const uint8_t id[static CONTACT_ID_LEN], uint64_t size, uint64_t at,
                       struct contact_version *ret, struct contact_version *ret_next) {
    uint8_t prefix[PREFIX_MAX];
    size_t len = prefix_put(prefix, log, LEAF_CONTACT, id);
    struct standing s = {{UINT64_MAX, 0, false}, {UINT64_MAX, 0, false}};
    struct bytes key = {prefix, len}, value;
    MDB_cursor *c = row_cursor(t, TABLE_DIRECTORY);
    if (c && row_move(t, c, MDB_SET_RANGE, &key, &value))
        s = standing_at(t, c, prefix, len, key, value, size, at);
    if (c)
        mdb_cursor_close(c);
    if (ret_next)
        *ret_next = contact_of(log, id, &s.next);
    if (t->err || s.force.index == UINT64_MAX || s.force.withdrawn)
        return false;
    *ret = contact_of(log, id, &s.force);
    return true;
}

/* Move on to the newest row of the first object after id, or from it on; false past the last of its kind. */
static bool object_seek(struct txn *t, MDB_cursor *c, const uint8_t *log, enum leaf_kind kind,
                        const uint8_t *id, bool after, struct bytes *ret_key, struct bytes *ret_value) {
    uint8_t sought[PREFIX_MAX + 8];
    size_t len = prefix_put(sought, log, kind, id);
    memset(sought + len, 0xff, 8);
    *ret_key = (struct bytes){sought, after ? len + 8 : len};
    if (!row_move(t, c, MDB_SET_RANGE, ret_key, ret_value))
        return false;
    if (after && row_starts(*ret_key, sought, len) && !row_move(t, c, MDB_NEXT, ret_key, ret_value))
        return false;
    return row_starts(*ret_key, sought, LOG_ID_LEN + 1);
}

bool directory_next(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t size, uint64_t at, bool all,
                    struct contact_cursor *c) {
    struct bytes key, value;
    bool after = c->mdb != NULL;
    if (!c->mdb && !(c->mdb = row_cursor(t, TABLE_DIRECTORY)))
        return false;
    for (; object_seek(t, c->mdb, log, LEAF_CONTACT, c->version.id, after, &key, &value); after = true) {
        uint8_t prefix[PREFIX_MAX];
        size_t len = LOG_ID_LEN + 1 + CONTACT_ID_LEN;
        if (key.len < len) {
            txn_fail(t, ERR_CORRUPT);
            return false;
        }
        memcpy(prefix, key.ptr, len);
        memcpy(c->version.id, prefix + LOG_ID_LEN + 1, CONTACT_ID_LEN);
        struct standing s = standing_at(t, c->mdb, prefix, len, key, value, size, at);
        const struct version *v = s.force.index != UINT64_MAX ? &s.force : &s.next;
        bool current = v == &s.force && !s.force.withdrawn;
        if (v->index == UINT64_MAX || !(current || all))
            continue;
        c->version = contact_of(log, prefix + LOG_ID_LEN + 1, v);
        return !t->err;
    }
    return false;
}

void directory_done(struct contact_cursor *c) {
    if (c->mdb)
        mdb_cursor_close(c->mdb);
    c->mdb = NULL;
}

bool directory_history(struct txn *t, uint64_t size, struct contact_cursor *c) {
    uint8_t prefix[PREFIX_MAX];
    size_t len = prefix_put(prefix, c->version.log, LEAF_CONTACT, c->version.id);
    struct bytes key = {prefix, len}, value;
    MDB_cursor_op op = c->mdb ? MDB_NEXT : MDB_SET_RANGE;
    struct version v;
    if (!c->mdb && !(c->mdb = row_cursor(t, TABLE_DIRECTORY)))
        return false;
    for (; row_move(t, c->mdb, op, &key, &value) && version_read(t, prefix, len, key, value, &v);
         op = MDB_NEXT)
        if (v.index < size) {
            c->version = contact_of(prefix, prefix + LOG_ID_LEN + 1, &v);
            return true;
        }
    return false;
}

/* The newest version in view of the object that the cursor stands on: nodes, observers and names know no
 * times to come. */
static struct version newest(struct txn *t, MDB_cursor *c, const uint8_t *prefix, size_t len,
                             struct bytes key, struct bytes value, uint64_t size) {
    return standing_at(t, c, prefix, len, key, value, size, UINT64_MAX).force;
}

bool directory_state(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t size,
                     uint64_t *ret_index) {
    uint8_t prefix[PREFIX_MAX];
    size_t len = prefix_put(prefix, log, LEAF_STATE, NULL);
    struct bytes key = {prefix, len}, value;
    struct version v = {UINT64_MAX, 0, false};
    MDB_cursor *c = row_cursor(t, TABLE_DIRECTORY);
    if (c && row_move(t, c, MDB_SET_RANGE, &key, &value))
        v = newest(t, c, prefix, len, key, value, size);
    if (c)
        mdb_cursor_close(c);
    if (t->err || v.index == UINT64_MAX)
        return false;
    *ret_index = v.index;
    return true;
}

bool directory_check(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t from, uint64_t to,
                     uint64_t *ret_wrong, uint64_t *ret_rows) {
    struct leaf_cursor c = {.index = from};
    struct directory_row row;
    struct leaf leaf;
    struct bytes value;
    bool good = true;
    *ret_rows = 0;
    for (*ret_wrong = from; good && *ret_wrong < to; *ret_wrong += good) {
        good = logs_leaf_next(t, log, &c);
        if (!good || leaf_decode(c.leaf, &leaf))
            continue;
        if (leaf.kind == LEAF_ERASE)
            good = erased_check(t, log, *ret_wrong, &leaf);
        if (!good || !row_of(&row, log, *ret_wrong, &leaf))
            continue;
        good = row_get(t, TABLE_DIRECTORY, (struct bytes){row.key, row.len}, &value) &&
               value.len == sizeof row.value && memcmp(value.ptr, row.value, value.len) == 0;
        *ret_rows += good;
    }
    logs_leaf_done(&c);
    return good;
}

uint64_t directory_rows(struct txn *t, const uint8_t log[static LOG_ID_LEN]) {
    uint64_t count = 0;
    struct bytes key = {log, LOG_ID_LEN}, value;
    MDB_cursor *c = row_cursor(t, TABLE_DIRECTORY);
    for (MDB_cursor_op op = MDB_SET_RANGE;
         c && row_move(t, c, op, &key, &value) && row_starts(key, log, LOG_ID_LEN); op = MDB_NEXT)
        count++;
    if (c)
        mdb_cursor_close(c);
    return count;
}

static bool node_seek(struct txn *t, MDB_cursor *c, const uint8_t *log, enum leaf_kind kind, uint64_t size,
                      struct pubkey *node, uint64_t *ret_index) {
    struct bytes key, value;
    while (object_seek(t, c, log, kind, node->b, true, &key, &value)) {
        uint8_t prefix[PREFIX_MAX];
        if (key.len < PREFIX_MAX) {
            txn_fail(t, ERR_CORRUPT);
            return false;
        }
        memcpy(prefix, key.ptr, PREFIX_MAX);
        memcpy(node->b, prefix + LOG_ID_LEN + 1, KEY_LEN);
        struct version v = newest(t, c, prefix, PREFIX_MAX, key, value, size);
        if (v.index == UINT64_MAX || v.withdrawn)
            continue;
        *ret_index = v.index;
        return true;
    }
    return false;
}

bool directory_node_next(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum leaf_kind kind,
                         uint64_t size, struct pubkey *node, uint64_t *ret_index) {
    assert(kind == LEAF_NODE || kind == LEAF_OBSERVER);
    MDB_cursor *c = row_cursor(t, TABLE_DIRECTORY);
    if (!c)
        return false;
    bool found = node_seek(t, c, log, kind, size, node, ret_index);
    mdb_cursor_close(c);
    return found;
}

bool directory_word(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum leaf_kind kind,
                    const uint8_t about[static LOG_ID_LEN], uint64_t size, uint64_t *ret_index) {
    uint8_t prefix[PREFIX_MAX];
    size_t len = prefix_put(prefix, log, kind, about);
    struct bytes key = {prefix, len}, value;
    struct version v = {UINT64_MAX, 0, false};
    MDB_cursor *c = row_cursor(t, TABLE_DIRECTORY);
    if (c && row_move(t, c, MDB_SET_RANGE, &key, &value))
        v = newest(t, c, prefix, len, key, value, size);
    if (c)
        mdb_cursor_close(c);
    *ret_index = v.index;
    return !t->err && v.index != UINT64_MAX && !v.withdrawn;
}

bool directory_word_next(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum leaf_kind kind,
                         uint64_t size, uint8_t about[static LOG_ID_LEN], uint64_t *ret_index) {
    struct bytes key, value;
    struct version v = {.withdrawn = true};
    size_t len = LOG_ID_LEN + 1 + LOG_ID_LEN;
    MDB_cursor *c = row_cursor(t, TABLE_DIRECTORY);
    while (c && v.withdrawn && object_seek(t, c, log, kind, about, true, &key, &value) && key.len >= len) {
        uint8_t prefix[PREFIX_MAX];
        memcpy(prefix, key.ptr, len);
        memcpy(about, prefix + LOG_ID_LEN + 1, LOG_ID_LEN);
        v = newest(t, c, prefix, len, key, value, size);
        v.withdrawn = v.withdrawn || v.index == UINT64_MAX;
    }
    if (c)
        mdb_cursor_close(c);
    *ret_index = v.index;
    return !t->err && !v.withdrawn;
}

bool directory_speaks(struct txn *t, const uint8_t log[static LOG_ID_LEN]) {
    static const enum leaf_kind kinds[] = {LEAF_ENDORSE, LEAF_SUCCEED};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        uint8_t sought[LOG_ID_LEN + 1];
        struct bytes key, value;
        memcpy(sought, log, LOG_ID_LEN);
        sought[LOG_ID_LEN] = (uint8_t)kinds[i];
        if (row_ceil(t, TABLE_DIRECTORY, BYTES(sought), &key, &value) &&
            row_starts(key, sought, sizeof sought))
            return true;
    }
    return false;
}
