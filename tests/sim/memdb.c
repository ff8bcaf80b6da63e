#include "tests/sim/memdb.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLES 40
#define KEY_LONGEST 511
#define PATH_LONGEST 96
#define IMAGES 1024

struct row {
    uint32_t refs, key_len, value_len;
    uint8_t bytes[]; /* key, value */
};

struct table {
    char name[16];
    uint32_t count, room;
    struct row **row; /* ascending by key */
};

struct mem_image {
    char path[PATH_LONGEST];
    uint32_t tables;
    uint64_t version; /* counts commits */
    struct table table[TABLES];
};

/* One change of a table: what was at this place before, and what is there now. */
struct change {
    uint32_t table, at;
    struct row *before, *after;
};

struct MDB_env {
    struct mem_image *image;
    struct MDB_txn *writer;
    unsigned readers;
    uint64_t moves; /* counts changes, so that cursors notice them */
    struct change *change;
    uint32_t change_count, change_room;
};

struct MDB_txn {
    MDB_env *env;
    bool write;
};

struct MDB_cursor {
    MDB_txn *txn;
    MDB_dbi dbi;
    bool placed;
    uint64_t moves;
    uint32_t at;
    uint32_t key_len;
    uint8_t key[KEY_LONGEST]; /* of the row that it stands on */
};

static struct mem_image *images[IMAGES];

static void *must(void *p) {
    if (!p)
        abort();
    return p;
}

/* ---- rows and tables ---- */

static struct row *row_make(const MDB_val *key, const MDB_val *value) {
    struct row *row = must(malloc(sizeof *row + key->mv_size + value->mv_size));
    *row = (struct row){1, (uint32_t)key->mv_size, (uint32_t)value->mv_size};
    memcpy(row->bytes, key->mv_data, key->mv_size);
    if (value->mv_size)
        memcpy(row->bytes + key->mv_size, value->mv_data, value->mv_size);
    return row;
}

static void row_free(struct row *row) {
    if (row && --row->refs == 0)
        free(row);
}

static int compare(const void *a, size_t a_len, const void *b, size_t b_len) {
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order ? order : (a_len > b_len) - (a_len < b_len);
}

/* The first row whose key is not below this one. */
static uint32_t table_find(const struct table *t, const void *key, size_t len, bool *ret_same) {
    uint32_t low = 0, high = t->count;
    int order = 1;
    *ret_same = false;
    if (t->count) { /* most rows are appended */
        const struct row *last = t->row[t->count - 1];
        if (compare(last->bytes, last->key_len, key, len) < 0)
            return t->count;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        order = compare(t->row[middle]->bytes, t->row[middle]->key_len, key, len);
        if (order == 0) {
            *ret_same = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void table_insert(struct table *t, uint32_t at, struct row *row) {
    if (t->count == t->room) {
        t->room = t->room ? 2 * t->room : 16;
        t->row = must(realloc(t->row, t->room * sizeof(struct row *)));
    }
    memmove(&t->row[at + 1], &t->row[at], (t->count - at) * sizeof(struct row *));
    t->row[at] = row;
    t->count++;
}

static void table_remove(struct table *t, uint32_t at) {
    memmove(&t->row[at], &t->row[at + 1], (t->count - at - 1) * sizeof(struct row *));
    t->count--;
}

static void change_note(MDB_env *env, uint32_t table, uint32_t at, struct row *before, struct row *after) {
    if (env->change_count == env->change_room) {
        env->change_room = env->change_room ? 2 * env->change_room : 64;
        env->change = must(realloc(env->change, env->change_room * sizeof *env->change));
    }
    env->change[env->change_count++] = (struct change){table, at, before, after};
    env->moves++;
}

static void changes_keep(MDB_env *env) {
    for (uint32_t i = 0; i < env->change_count; i++)
        row_free(env->change[i].before);
    env->change_count = 0;
}

static void changes_undo(MDB_env *env) {
    while (env->change_count) {
        struct change *c = &env->change[--env->change_count];
        struct table *t = &env->image->table[c->table];
        if (!c->before)
            table_remove(t, c->at);
        else if (!c->after)
            table_insert(t, c->at, c->before);
        else
            t->row[c->at] = c->before;
        row_free(c->after);
    }
    env->moves++;
}

/* ---- databases ---- */

static unsigned image_place(const char *path) {
    unsigned at = 0, free_at = IMAGES;
    for (; at < IMAGES; at++) {
        if (images[at] && strcmp(images[at]->path, path) == 0)
            return at;
        if (!images[at] && free_at == IMAGES)
            free_at = at;
    }
    assert(free_at < IMAGES);
    return free_at;
}

static struct mem_image *image_of(const char *path) {
    unsigned at = image_place(path);
    if (!images[at]) {
        images[at] = must(calloc(1, sizeof **images));
        snprintf(images[at]->path, PATH_LONGEST, "%s", path);
    }
    return images[at];
}

static struct mem_image *image_copy(const struct mem_image *from) {
    struct mem_image *copy = must(malloc(sizeof *copy));
    *copy = *from;
    for (uint32_t i = 0; i < copy->tables; i++) {
        struct table *t = &copy->table[i];
        t->room = t->count;
        t->row = t->count ? must(malloc(t->count * sizeof(struct row *))) : NULL;
        for (uint32_t k = 0; k < t->count; k++) {
            t->row[k] = from->table[i].row[k];
            t->row[k]->refs++;
        }
    }
    return copy;
}

void mem_image_free(struct mem_image *image) {
    if (!image)
        return;
    for (uint32_t i = 0; i < image->tables; i++) {
        for (uint32_t k = 0; k < image->table[i].count; k++)
            row_free(image->table[i].row[k]);
        free(image->table[i].row);
    }
    free(image);
}

struct mem_image *mem_copy(const char *path) {
    unsigned at = image_place(path);
    return images[at] ? image_copy(images[at]) : NULL;
}

void mem_remove(const char *path) {
    unsigned at = image_place(path);
    mem_image_free(images[at]);
    images[at] = NULL;
}

void mem_put_back(const char *path, const struct mem_image *image) {
    mem_remove(path);
    struct mem_image *copy = image_copy(image);
    snprintf(copy->path, PATH_LONGEST, "%s", path);
    images[image_place(path)] = copy;
}

void mem_clear(void) {
    for (unsigned i = 0; i < IMAGES; i++) {
        mem_image_free(images[i]);
        images[i] = NULL;
    }
}

const char *mem_flip(const char *path, const char *table, uint64_t random) {
    struct mem_image *image = image_of(path);
    uint64_t rows = 0, at;
    for (uint32_t i = 0; i < image->tables; i++)
        rows += table && strcmp(table, image->table[i].name) != 0 ? 0 : image->table[i].count;
    if (!rows)
        return NULL;
    at = random % rows;
    for (uint32_t i = 0; i < image->tables; i++) {
        struct table *t = &image->table[i];
        if (table && strcmp(table, t->name) != 0)
            continue;
        if (at >= t->count) {
            at -= t->count;
            continue;
        }
        const struct row *old = t->row[at];
        MDB_val key = {old->key_len, t->row[at]->bytes},
                value = {old->value_len, t->row[at]->bytes + old->key_len};
        struct row *flipped = row_make(&key, &value);
        if (old->value_len)
            flipped->bytes[old->key_len + (random >> 20) % old->value_len] ^=
                (uint8_t)(1u << (random >> 50) % 8);
        row_free(t->row[at]);
        t->row[at] = flipped;
        return t->name;
    }
    return NULL;
}

bool mem_contains(const char *path, const void *bytes, size_t len) {
    const struct mem_image *image = image_of(path);
    for (uint32_t i = 0; i < image->tables; i++)
        for (uint32_t k = 0; k < image->table[i].count; k++) {
            const struct row *row = image->table[i].row[k];
            if (memmem(row->bytes, (size_t)row->key_len + row->value_len, bytes, len))
                return true;
        }
    return false;
}

uint64_t mem_bytes(const char *path) {
    const struct mem_image *image = image_of(path);
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < image->tables; i++)
        for (uint32_t k = 0; k < image->table[i].count; k++)
            bytes += image->table[i].row[k]->key_len + image->table[i].row[k]->value_len;
    return bytes;
}

/* ---- environments and transactions ---- */

int mem_env_create(MDB_env **ret) {
    *ret = must(calloc(1, sizeof **ret));
    return 0;
}

int mem_env_open(MDB_env *env, const char *path) {
    env->image = image_of(path);
    return 0;
}

void mem_env_close(MDB_env *env) {
    assert(!env->writer && !env->readers); /* else a transaction was left open */
    free(env->change);
    free(env);
}

int mem_env_info(MDB_env *env, MDB_envinfo *ret) {
    *ret = (MDB_envinfo){.me_last_txnid = env->image->version};
    return 0;
}

int mem_txn_begin(MDB_env *env, unsigned flags, MDB_txn **ret) {
    bool write = !(flags & MDB_RDONLY);
    assert(!env->writer && (!write || !env->readers));
    MDB_txn *txn = must(malloc(sizeof *txn));
    *txn = (MDB_txn){env, write};
    if (write)
        env->writer = txn;
    else
        env->readers++;
    *ret = txn;
    return 0;
}

static void txn_end(MDB_txn *txn) {
    if (txn->write)
        txn->env->writer = NULL;
    else
        txn->env->readers--;
    free(txn);
}

int mem_txn_commit(MDB_txn *txn) {
    if (txn->write && txn->env->change_count)
        txn->env->image->version++;
    changes_keep(txn->env);
    txn_end(txn);
    return 0;
}

void mem_txn_abort(MDB_txn *txn) {
    if (txn->write)
        changes_undo(txn->env);
    txn_end(txn);
}

size_t mem_txn_id(MDB_txn *txn) {
    return txn->env->image->version + txn->write;
}

int mem_dbi_open(MDB_txn *txn, const char *name, unsigned flags, MDB_dbi *ret) {
    struct mem_image *image = txn->env->image;
    for (*ret = 0; *ret < image->tables; ++*ret)
        if (strcmp(image->table[*ret].name, name) == 0)
            return 0;
    if (!(flags & MDB_CREATE) || image->tables == TABLES)
        return MDB_NOTFOUND;
    snprintf(image->table[image->tables++].name, sizeof image->table->name, "%s", name);
    return 0;
}

/* ---- reading and writing ---- */

int mem_stat(MDB_txn *txn, MDB_dbi dbi, MDB_stat *ret) {
    *ret = (MDB_stat){.ms_entries = txn->env->image->table[dbi].count};
    return 0;
}

static void show(const struct row *row, MDB_val *key, MDB_val *value) {
    uint8_t *bytes = (uint8_t *)(uintptr_t)row->bytes;
    if (key)
        *key = (MDB_val){row->key_len, bytes};
    *value = (MDB_val){row->value_len, bytes + row->key_len};
}

int mem_get(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value) {
    struct table *t = &txn->env->image->table[dbi];
    bool same;
    if (!key->mv_size || key->mv_size > KEY_LONGEST)
        return MDB_BAD_VALSIZE;
    uint32_t at = table_find(t, key->mv_data, key->mv_size, &same);
    if (!same)
        return MDB_NOTFOUND;
    show(t->row[at], NULL, value);
    return 0;
}

int mem_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned flags) {
    struct table *t = &txn->env->image->table[dbi];
    bool same;
    if (!txn->write)
        return EACCES;
    if (!key->mv_size || key->mv_size > KEY_LONGEST)
        return MDB_BAD_VALSIZE;
    uint32_t at = table_find(t, key->mv_data, key->mv_size, &same);
    if (flags & MDB_APPEND && (same || at < t->count))
        return MDB_KEYEXIST;
    struct row *row = row_make(key, value);
    change_note(txn->env, dbi, at, same ? t->row[at] : NULL, row);
    if (same)
        t->row[at] = row;
    else
        table_insert(t, at, row);
    return 0;
}

int mem_del(MDB_txn *txn, MDB_dbi dbi, MDB_val *key) {
    struct table *t = &txn->env->image->table[dbi];
    bool same;
    if (!txn->write)
        return EACCES;
    uint32_t at = table_find(t, key->mv_data, key->mv_size, &same);
    if (!same)
        return MDB_NOTFOUND;
    change_note(txn->env, dbi, at, t->row[at], NULL);
    table_remove(t, at);
    return 0;
}

/* ---- cursors ---- */

int mem_cursor_open(MDB_txn *txn, MDB_dbi dbi, MDB_cursor **ret) {
    MDB_cursor *c = must(malloc(sizeof *c));
    c->txn = txn;
    c->dbi = dbi;
    c->placed = false;
    *ret = c;
    return 0;
}

void mem_cursor_close(MDB_cursor *cursor) {
    free(cursor);
}

MDB_txn *mem_cursor_txn(MDB_cursor *cursor) {
    return cursor->txn;
}

static int stand(MDB_cursor *c, uint32_t at, MDB_val *key, MDB_val *value) {
    const struct table *t = &c->txn->env->image->table[c->dbi];
    if (at >= t->count)
        return MDB_NOTFOUND;
    c->placed = true;
    c->at = at;
    c->moves = c->txn->env->moves;
    c->key_len = t->row[at]->key_len;
    memcpy(c->key, t->row[at]->bytes, c->key_len);
    show(t->row[at], key, value);
    return 0;
}

/* One further, from where it stands now: rows may have come and gone meanwhile. */
static int step(MDB_cursor *c, bool forward, MDB_val *key, MDB_val *value) {
    const struct table *t = &c->txn->env->image->table[c->dbi];
    bool same = true;
    if (!c->placed)
        return forward    ? stand(c, 0, key, value)
               : t->count ? stand(c, t->count - 1, key, value)
                          : MDB_NOTFOUND;
    if (c->moves != c->txn->env->moves)
        c->at = table_find(t, c->key, c->key_len, &same);
    if (!forward)
        return c->at ? stand(c, c->at - 1, key, value) : MDB_NOTFOUND;
    return stand(c, same ? c->at + 1 : c->at, key, value);
}

int mem_cursor_get(MDB_cursor *c, MDB_val *key, MDB_val *value, MDB_cursor_op op) {
    const struct table *t = &c->txn->env->image->table[c->dbi];
    bool same;
    uint32_t at;
    switch (op) {
    case MDB_FIRST:
        return stand(c, 0, key, value);
    case MDB_LAST:
        return t->count ? stand(c, t->count - 1, key, value) : MDB_NOTFOUND;
    case MDB_NEXT:
        return step(c, true, key, value);
    case MDB_PREV:
        return step(c, false, key, value);
    case MDB_SET:
    case MDB_SET_KEY:
    case MDB_SET_RANGE:
        if (!key->mv_size || key->mv_size > KEY_LONGEST)
            return MDB_BAD_VALSIZE;
        at = table_find(t, key->mv_data, key->mv_size, &same);
        return same || op == MDB_SET_RANGE ? stand(c, at, key, value) : MDB_NOTFOUND;
    default:
        return EINVAL;
    }
}

int mem_cursor_put(MDB_cursor *c, MDB_val *key, MDB_val *value, unsigned flags) {
    MDB_val k = *key, v = *value;
    bool same;
    int code = mem_put(c->txn, c->dbi, key, value, flags);
    if (code)
        return code;
    uint32_t at = table_find(&c->txn->env->image->table[c->dbi], k.mv_data, k.mv_size, &same);
    return stand(c, at, &k, &v);
}
