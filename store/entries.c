#include "store/entries.h"

#include <string.h>

#include "proto/leaf.h"
#include "store/erased.h"
#include "store/logs.h"
#include "store/scrub.h"

#define RUN_KEY (LOG_ID_LEN + 8)
#define PART_KEY (8 + 1)

struct run {
    uint64_t first, row, count;
};

static void run_key(uint8_t ret[static RUN_KEY], const uint8_t *log, uint64_t first) {
    memcpy(ret, log, LOG_ID_LEN);
    be64_put(ret + LOG_ID_LEN, first);
}

static bool run_read(struct txn *t, struct bytes key, struct bytes value, struct run *ret) {
    if (key.len != RUN_KEY || value.len != 16) {
        txn_fail(t, ERR_CORRUPT);
        return false;
    }
    *ret = (struct run){be64_get(key.ptr + LOG_ID_LEN), be64_get(value.ptr), be64_get(value.ptr + 8)};
    return true;
}

static void run_put(struct txn *t, const uint8_t *log, const struct run *run) {
    uint8_t key[RUN_KEY], value[16];
    run_key(key, log, run->first);
    be64_put(value, run->row);
    be64_put(value + 8, run->count);
    row_put(t, TABLE_RUNS, BYTES(key), BYTES(value));
}

/* The run that index is in or comes after. */
static bool run_floor(struct txn *t, const uint8_t *log, uint64_t index, struct run *ret) {
    uint8_t sought[RUN_KEY];
    struct bytes key, value;
    run_key(sought, log, index);
    if (!row_floor(t, TABLE_RUNS, BYTES(sought), &key, &value) || !row_starts(key, log, LOG_ID_LEN))
        return false;
    return run_read(t, key, value, ret);
}

bool entries_find(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t index, uint64_t *ret_row,
                  uint64_t *ret_count) {
    struct run run;
    if (!run_floor(t, log, index, &run) || index - run.first >= run.count)
        return false;
    *ret_row = run.row + (index - run.first);
    *ret_count = run.count - (index - run.first);
    return true;
}

/* Give count entries of a log their rows, lengthening its last run if nothing came between. */
static uint64_t run_extend(struct txn *t, const uint8_t *log, uint64_t first, uint32_t count) {
    struct bytes key, value;
    uint64_t next = 0;
    if (row_last(t, TABLE_LEAVES, &key, &value))
        next = be64_get(key.ptr) + 1;
    struct run run;
    if (!run_floor(t, log, first, &run) || run.first + run.count != first || run.row + run.count != next)
        run = (struct run){first, next, 0};
    run.count += count;
    run_put(t, log, &run);
    return next;
}

static uint64_t part_append(struct txn *t, MDB_cursor *parts, uint64_t row, uint8_t class,
                            struct bytes salted) {
    uint8_t key[PART_KEY];
    be64_put(key, row);
    key[8] = class;
    row_cursor_put(t, parts, BYTES(key), salted, MDB_APPEND);
    return salted.len;
}

/* That a part is gone is the word of one peer, who may lie: it is not kept, and others are asked for the
 * part. */
static uint64_t entries_write(struct txn *t, MDB_cursor *leaves, MDB_cursor *parts, uint64_t row,
                              const struct package *package, const struct gate_verdict *verdict,
                              uint64_t *withheld) {
    struct reader r;
    struct entry entry;
    uint32_t count = 0;
    uint64_t bytes = 0;
    reader_init(&r, package->entries);
    for (; !t->err && count < package->entry_count && package_entry_next(&r, &entry); count++, row++) {
        uint8_t key[8];
        be64_put(key, row);
        row_cursor_put(t, leaves, BYTES(key), entry.leaf, MDB_APPEND);
        bytes += LOG_ENTRY_BYTES + entry.leaf.len;
        for (uint8_t class = 0; class < PART_CLASSES; class ++) {
            uint8_t state = verdict->part[count][class];
            if (state == PART_HELD)
                bytes += part_append(t, parts, row, class, entry.part[class].salted);
            else if (state == PART_WITHHELD && package->from + count < withheld[class])
                withheld[class] = package->from + count;
        }
    }
    if (count != package->entry_count)
        txn_fail(t, ERR_MESSAGE);
    return bytes;
}

uint64_t entries_append(struct txn *t, const uint8_t id[static LOG_ID_LEN], const struct package *package,
                        const struct gate_verdict *verdict, uint64_t ret_withheld[static PART_CLASSES]) {
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        ret_withheld[class] = package->from + package->entry_count;
    if (package->entry_count > FETCH_ENTRIES_MAX) {
        txn_fail(t, ERR_ITEMS);
        return 0;
    }
    uint64_t bytes = 0, row = run_extend(t, id, package->from, package->entry_count);
    MDB_cursor *leaves = row_cursor(t, TABLE_LEAVES);
    MDB_cursor *parts = row_cursor(t, TABLE_PARTS);
    if (leaves && parts)
        bytes = entries_write(t, leaves, parts, row, package, verdict, ret_withheld);
    if (leaves)
        mdb_cursor_close(leaves);
    if (parts)
        mdb_cursor_close(parts);
    return bytes;
}

void entries_part(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t index, enum part_class class,
                  struct bytes salted) {
    uint64_t row, count;
    uint8_t key[PART_KEY];
    if (!entries_find(t, id, index, &row, &count))
        return;
    be64_put(key, row);
    key[8] = (uint8_t) class;
    row_put(t, TABLE_PARTS, BYTES(key), salted);
}

/* Make an index the first of a run, if it lies within one. */
static void run_split(struct txn *t, const uint8_t *id, uint64_t at) {
    struct run run;
    if (!run_floor(t, id, at, &run) || run.first == at || at - run.first >= run.count)
        return;
    struct run tail = {at, run.row + (at - run.first), run.count - (at - run.first)};
    run.count -= tail.count;
    run_put(t, id, &run);
    run_put(t, id, &tail);
}

/* The first run from an index on. */
static bool run_ceil(struct txn *t, const uint8_t *id, uint64_t from, struct run *ret) {
    uint8_t sought[RUN_KEY];
    struct bytes key, value;
    run_key(sought, id, from);
    return row_ceil(t, TABLE_RUNS, BYTES(sought), &key, &value) && row_starts(key, id, LOG_ID_LEN) &&
           run_read(t, key, value, ret);
}

static void run_delete(struct txn *t, const uint8_t *id, uint64_t first) {
    uint8_t key[RUN_KEY];
    run_key(key, id, first);
    row_delete(t, TABLE_RUNS, BYTES(key));
}

/* How many bytes a row has; it is about to go. */
static uint64_t row_drop(struct txn *t, enum table table, struct bytes key) {
    struct bytes value;
    if (!row_get(t, table, key, &value))
        return 0;
    uint64_t bytes = value.len > 1 ? value.len : 0;
    row_delete(t, table, key);
    return bytes;
}

/* A run whose count is damaged would name rows without end: it fails at the first that is not there. */
uint64_t entries_drop(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t from) {
    uint64_t bytes = 0;
    struct run run;
    run_split(t, id, from);
    while (run_ceil(t, id, from, &run)) {
        scrub_want(t);
        for (uint64_t row = run.row; row < run.row + run.count; row++) {
            uint8_t key[PART_KEY];
            be64_put(key, row);
            uint64_t leaf = row_drop(t, TABLE_LEAVES, (struct bytes){key, 8});
            if (!leaf) {
                txn_fail(t, ERR_CORRUPT);
                return bytes;
            }
            bytes += LOG_ENTRY_BYTES + leaf;
            for (key[8] = 0; key[8] < PART_CLASSES; key[8]++)
                bytes += row_drop(t, TABLE_PARTS, BYTES(key));
        }
        run_delete(t, id, run.first);
    }
    return bytes;
}

/* Put the runs of one id from an index on under another, in an order that never meets itself. */
static void runs_move(struct txn *t, const uint8_t *from_id, const uint8_t *to_id, uint64_t from) {
    struct run run;
    while (run_ceil(t, from_id, from, &run)) {
        run_delete(t, from_id, run.first);
        run_put(t, to_id, &run);
    }
}

void entries_swap(struct txn *t, const uint8_t a[static LOG_ID_LEN], const uint8_t b[static LOG_ID_LEN],
                  uint64_t from) {
    static const uint8_t between[LOG_ID_LEN]; /* no log has this id */
    run_split(t, a, from);
    run_split(t, b, from);
    runs_move(t, a, between, from);
    runs_move(t, b, a, from);
    runs_move(t, between, b, from);
}

enum err logs_leaf(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t index, struct bytes *ret) {
    uint64_t row, count;
    uint8_t key[8];
    if (!entries_find(t, id, index, &row, &count))
        return t->err ? t->err : ERR_NOT_FOUND;
    be64_put(key, row);
    if (!row_get(t, TABLE_LEAVES, BYTES(key), ret))
        txn_fail(t, ERR_CORRUPT);
    return t->err;
}

bool logs_leaf_of(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t index, enum leaf_kind kind,
                  struct leaf *ret) {
    struct bytes bytes;
    return logs_leaf(t, id, index, &bytes) == ERR_OK && leaf_decode(bytes, ret) == ERR_OK &&
           ret->kind == kind;
}

/* What a leaf says of a part that lies in no row: there is none, or it was not given to this node. */
static enum part_state part_absent(struct bytes leaf, unsigned class) {
    bool has[PART_CLASSES];
    struct digest commitment[PART_CLASSES];
    leaf_parts(leaf, has, commitment);
    return has[class] ? PART_WITHHELD : PART_NONE;
}

static enum part_state part_stored(struct bytes value, struct bytes *ret) {
    if (value.len == 1)
        return PART_GONE;
    *ret = value;
    return PART_HELD;
}

/* What an entry's parts are to a reader if the view erases it: gone where they have been destroyed. */
static bool is_erased(struct txn *t, const uint8_t *id, uint64_t view, uint64_t index) {
    uint64_t leaf;
    return view && erased_find(t, id, view, index, &leaf);
}

static enum part_state part_erased(enum part_state state) {
    return state == PART_NONE || state == PART_GONE ? state : PART_HIDDEN;
}

static enum part_state part_kept(struct txn *t, const uint8_t *id, uint64_t index, enum part_class class,
                                 struct bytes *ret) {
    uint64_t row, count;
    uint8_t key[PART_KEY];
    struct bytes value;
    if (!entries_find(t, id, index, &row, &count))
        return PART_NONE;
    be64_put(key, row);
    key[8] = (uint8_t) class;
    if (row_get(t, TABLE_PARTS, BYTES(key), &value))
        return part_stored(value, ret);
    if (!row_get(t, TABLE_LEAVES, (struct bytes){key, 8}, &value))
        return PART_NONE;
    return part_absent(value, class);
}

enum part_state logs_part(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t index,
                          enum part_class class, struct bytes *ret) {
    struct bytes found = {NULL, 0};
    enum part_state state = part_kept(t, id, index, class, &found);
    if (is_erased(t, id, erased_view(t, id), index))
        return part_erased(state);
    *ret = found;
    return state;
}

/* How many bytes are held of the parts that a leaf commits to, and how many are not marked as gone; with
 * destroy they are. */
static void parts_count(struct txn *t, const uint8_t *id, uint64_t index, bool destroy, uint64_t *ret_held,
                        unsigned *ret_left) {
    bool has[PART_CLASSES];
    struct digest commitment[PART_CLASSES];
    uint64_t row, count;
    uint8_t key[PART_KEY];
    struct bytes value;
    *ret_held = *ret_left = 0;
    if (!entries_find(t, id, index, &row, &count))
        return;
    be64_put(key, row);
    if (!row_get(t, TABLE_LEAVES, (struct bytes){key, 8}, &value))
        return;
    leaf_parts(value, has, commitment);
    for (key[8] = 0; key[8] < PART_CLASSES; key[8]++) {
        bool there = has[key[8]] && row_get(t, TABLE_PARTS, BYTES(key), &value);
        bool held = there && value.len > 1;
        *ret_held += held ? value.len : 0;
        *ret_left += has[key[8]] && (!there || held);
        if (destroy && has[key[8]] && (!there || held))
            row_put(t, TABLE_PARTS, BYTES(key), BYTES(((uint8_t[]){PART_GONE})));
    }
}

bool entries_held(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t index) {
    uint64_t held;
    unsigned left;
    parts_count(t, id, index, false, &held, &left);
    return held > 0;
}

bool entries_left(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t index) {
    uint64_t held;
    unsigned left;
    parts_count(t, id, index, false, &held, &left);
    return left > 0;
}

uint64_t entries_destroy(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t index) {
    uint64_t held;
    unsigned left;
    parts_count(t, id, index, true, &held, &left);
    return held;
}

bool logs_leaf_next(struct txn *t, const uint8_t id[static LOG_ID_LEN], struct leaf_cursor *c) {
    struct bytes key;
    bool found;
    if (c->mdb)
        c->index++;
    else if (!(c->mdb = row_cursor(t, TABLE_LEAVES)))
        return false;
    if (c->left) {
        c->row++;
        found = row_move(t, c->mdb, MDB_NEXT, &key, &c->leaf);
    } else {
        uint8_t sought[8];
        if (!entries_find(t, id, c->index, &c->row, &c->left))
            return false;
        be64_put(sought, c->row);
        key = BYTES(sought);
        found = row_move(t, c->mdb, MDB_SET, &key, &c->leaf);
    }
    c->left--;
    if (!found)
        txn_fail(t, ERR_CORRUPT);
    return found;
}

void logs_leaf_done(struct leaf_cursor *c) {
    if (c->mdb)
        mdb_cursor_close(c->mdb);
    c->mdb = NULL;
}

/* Find the rows of an entry's parts: the cursor stands on the first part that has not been taken yet. */
static void parts_seek(struct txn *t, struct entry_cursor *c) {
    uint8_t sought[8];
    be64_put(sought, c->leaf.row);
    c->key = BYTES(sought);
    if (!row_move(t, c->parts, MDB_SET_RANGE, &c->key, &c->value))
        c->key = (struct bytes){NULL, 0};
}

static void part_take(struct txn *t, struct entry_cursor *c, unsigned class, bool members) {
    struct part *part = &c->entry.part[class];
    *part = (struct part){PART_NONE, {NULL, 0}};
    if (c->key.len != PART_KEY || be64_get(c->key.ptr) != c->leaf.row || c->key.ptr[8] != class) {
        part->state = part_absent(c->leaf.leaf, class);
        return;
    }
    if (class == PART_MEMBERS && !members)
        part->state = PART_WITHHELD;
    else
        part->state = part_stored(c->value, &part->salted);
    if (!row_move(t, c->parts, MDB_NEXT, &c->key, &c->value))
        c->key = (struct bytes){NULL, 0};
}

bool logs_entry_next(struct txn *t, const uint8_t id[static LOG_ID_LEN], bool members,
                     struct entry_cursor *c) {
    uint64_t left = c->leaf.left;
    if (!c->parts) {
        if (!(c->parts = row_cursor(t, TABLE_PARTS)))
            return false;
        c->view = erased_view(t, id);
    }
    if (!logs_leaf_next(t, id, &c->leaf))
        return false;
    if (!left)
        parts_seek(t, c);
    c->entry.leaf = c->leaf.leaf;
    bool erased = is_erased(t, id, c->view, c->leaf.index);
    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        struct part *part = &c->entry.part[class];
        part_take(t, c, class, members);
        if (erased)
            *part = (struct part){part_erased(part->state), {NULL, 0}};
    }
    return !t->err;
}

void logs_entry_done(struct entry_cursor *c) {
    logs_leaf_done(&c->leaf);
    if (c->parts)
        mdb_cursor_close(c->parts);
    c->parts = NULL;
}
