#include "store/scrub.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/lmdbpage.h"
#include "store/rows.h"

#define SETTING "scrub"
#define WALK_PAGES 512  /* leaf pages of one step */
#define FREE_PAGES 4096 /* of the file, of one step: 16 MiB */
#define DEPTH_MAX 16
#define TABLES_SEEN_MAX 64

void scrub_want(struct txn *t) {
    uint8_t value[8];
    be64_put(value, txn_version(t));
    store_set(t, SETTING, BYTES(value));
}

static bool wanted_since(struct txn *t, uint64_t *ret) {
    struct bytes value;
    if (!store_setting(t, SETTING, &value) || value.len != 8)
        return false;
    *ret = be64_get(value.ptr);
    return true;
}

bool scrub_wanted(struct txn *t) {
    uint64_t since;
    return wanted_since(t, &since);
}

/* One step: the file, while the writer's lock is held and nothing has been changed under it. */
struct step {
    struct store *store;
    struct scrub *scrub;
    int fd;
    size_t page_size;
    struct lmdbmeta meta;
    unsigned left; /* leaf pages that may still be looked at */
    enum err err;
};

static bool read_at(struct step *s, void *to, size_t len, uint64_t at) {
    for (size_t done = 0; done < len;) {
        ssize_t n = pread(s->fd, (uint8_t *)to + done, len - done, (off_t)(at + done));
        if (n <= 0) {
            s->err = n ? ERR_IO : ERR_CORRUPT;
            return false;
        }
        done += (size_t)n;
    }
    return true;
}

/* Overwrite a piece of the file, if there is anything in it. */
static void clear_at(struct step *s, uint64_t at, uint64_t len) {
    static const uint8_t zero[65536];
    uint8_t found[4096];
    for (uint64_t done = 0; done < len && !s->err;) {
        size_t piece = len - done < sizeof found ? (size_t)(len - done) : sizeof found;
        if (!read_at(s, found, piece, at + done))
            return;
        if (memcmp(found, zero, piece) != 0) {
            if (pwrite(s->fd, zero, piece, (off_t)(at + done)) != (ssize_t)piece)
                s->err = ERR_IO;
            s->scrub->cleared += piece;
        }
        done += piece;
    }
}

static enum err step_begin(struct step *s, struct txn *t) {
    MDB_stat stat;
    MDB_envinfo info;
    MDB_env *env = s->store->env;
    if (t->err)
        return t->err;
    if (mdb_env_stat(env, &stat) || mdb_env_info(env, &info) || mdb_env_get_fd(env, &s->fd))
        return ERR_IO;
    s->page_size = stat.ms_psize;
    uint8_t *pages = malloc(2 * s->page_size);
    if (!pages)
        return ERR_MEMORY;
    if (read_at(s, pages, 2 * s->page_size, 0))
        s->err = lmdbpage_meta(pages, s->page_size, &s->meta);
    free(pages);
    if (!s->err && (s->meta.txn != info.me_last_txnid || s->meta.last_page != info.me_last_pgno))
        s->err = ERR_VERSION;
    return s->err;
}

/* ---- the pages in use ---- */

/* What stands behind a value on pages of its own. */
static void run_clear(struct step *s, const struct lmdbvalue *value) {
    uint8_t head[LMDBPAGE_HEAD];
    uint64_t at = value->page * s->page_size, pages;
    if (!read_at(s, head, sizeof head, at))
        return;
    s->err = lmdbpage_run(head, s->page_size, value->page, value->len, &pages);
    if (!s->err)
        clear_at(s, at + LMDBPAGE_HEAD + value->len, pages * s->page_size - LMDBPAGE_HEAD - value->len);
}

/* The tables that the table of tables names. */
struct tables {
    unsigned count;
    uint64_t root[TABLES_SEEN_MAX];
};

static void leaf_clear(struct step *s, const struct lmdbpage *page, struct tables *tables) {
    for (unsigned i = 0; i < page->count && !s->err; i++) {
        struct lmdbvalue value;
        s->err = lmdbpage_value(page, i, &value);
        if (!s->err && value.page != LMDBPAGE_NONE)
            run_clear(s, &value);
        if (!s->err && value.table && tables && tables->count < TABLES_SEEN_MAX)
            tables->root[tables->count++] = value.root;
        else if (!s->err && value.table)
            s->err = ERR_VERSION;
    }
}

static int key_order(struct bytes a, struct bytes b) {
    int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* A tree from the key of scrub on, if it has one.  False: it has not come to the end, and scrub has the key
 * to go on from. */
static bool tree_clear(struct step *s, uint64_t number, unsigned depth, bool resume, struct tables *tables);

static bool children_clear(struct step *s, const struct lmdbpage *page, unsigned depth, bool resume,
                           struct tables *tables) {
    struct bytes from = {s->scrub->key, s->scrub->key_len};
    for (unsigned i = 0; i < page->count && !s->err; i++) {
        bool before = resume && i + 1 < page->count && key_order(lmdbpage_key(page, i + 1), from) <= 0;
        if (before)
            continue;
        if (!tree_clear(s, lmdbpage_child(page, i), depth + 1, resume, tables))
            return false;
        resume = false;
    }
    return true;
}

/* Leave off before a leaf page; the tables of one step have no key to go on from, and are never left. */
static bool is_left(struct step *s, const struct lmdbpage *page, struct tables *tables) {
    struct bytes key = page->count ? lmdbpage_key(page, 0) : (struct bytes){NULL, 0};
    if (tables || s->left > 0 || !key.len || key.len > SCRUB_KEY_MAX)
        return false;
    memcpy(s->scrub->key, key.ptr, key.len);
    s->scrub->key_len = key.len;
    return true;
}

static bool tree_clear(struct step *s, uint64_t number, unsigned depth, bool resume, struct tables *tables) {
    struct lmdbpage page;
    bool whole = true;
    if (number == LMDBPAGE_NONE || s->err)
        return true;
    uint8_t *bytes = depth < DEPTH_MAX && number <= s->meta.last_page ? malloc(s->page_size) : NULL;
    if (!bytes) {
        s->err = depth < DEPTH_MAX && number <= s->meta.last_page ? ERR_MEMORY : ERR_CORRUPT;
        return true;
    }
    if (read_at(s, bytes, s->page_size, number * s->page_size))
        s->err = lmdbpage_read(bytes, s->page_size, number, &page);
    if (!s->err && page.leaf && is_left(s, &page, tables)) {
        whole = false;
    } else if (!s->err) {
        clear_at(s, number * s->page_size + page.lower, page.upper - page.lower);
        if (page.leaf)
            leaf_clear(s, &page, tables);
        else
            whole = children_clear(s, &page, depth, resume, tables);
        s->left -= page.leaf && s->left > 0;
    }
    free(bytes);
    return whole;
}

/* The free list and the table of tables, which are small, in every step; then a piece of the others. */
static void walk(struct step *s) {
    struct tables none = {.count = TABLES_SEEN_MAX}, tables = {.count = 0};
    struct scrub *scrub = s->scrub;
    s->left = WALK_PAGES;
    (void)tree_clear(s, s->meta.free_root, 0, false, &none);
    (void)tree_clear(s, s->meta.main_root, 0, false, &tables);
    for (; scrub->table < tables.count && !s->err; scrub->table++) {
        if (!tree_clear(s, tables.root[scrub->table], 0, scrub->key_len > 0, NULL))
            return;
        scrub->key_len = 0;
    }
    if (!s->err)
        scrub->stage = SCRUB_SETTLE;
}

/* ---- the free pages ---- */

/* The oldest transaction that a reader still sees. */
static int oldest_note(const char *line, void *context) {
    uint64_t *oldest = context;
    const char *last = strrchr(line, ' ');
    char *end;
    if (!last || last[1] < '0' || last[1] > '9')
        return 0; /* the head of the list, or a reader that waits */
    uint64_t txn = strtoull(last + 1, &end, 10);
    if (txn < *oldest)
        *oldest = txn;
    return 0;
}

static uint64_t oldest_reader(struct store *store) {
    uint64_t oldest = store_version(store);
    if (mdb_reader_list(store->env, oldest_note, &oldest) < 0)
        return 0;
    return oldest;
}

/* Make every page that may hold remnants free for good: LMDB keeps those of the last transactions, and those
 * that a reader sees. */
static enum err settle(struct store *store, struct scrub *scrub) {
    if (!scrub->until)
        scrub->until = store_version(store);
    while (store_version(store) < scrub->until + 2) {
        struct txn t;
        struct bytes value;
        uint8_t copy[8];
        txn_begin(&t, store, true);
        if (store_setting(&t, SETTING, &value) && value.len == sizeof copy) {
            memcpy(copy, value.ptr, sizeof copy);
            store_set(&t, SETTING, BYTES(copy));
        } else {
            txn_fail(&t, ERR_CORRUPT);
        }
        enum err err = txn_commit(&t);
        if (err)
            return err;
    }
    if (oldest_reader(store) <= scrub->until)
        return ERR_BUSY;
    scrub->stage = SCRUB_FREE;
    return ERR_OK;
}

/* Mark the free pages of a window: those that LMDB itself could take, which are all that were free when the
 * walk had ended. */
static void window_mark(struct step *s, MDB_txn *reader, bool mark[static FREE_PAGES]) {
    uint64_t oldest = oldest_reader(s->store);
    MDB_cursor *c;
    MDB_val key, value;
    if (mdb_cursor_open(reader, 0, &c)) {
        s->err = ERR_IO;
        return;
    }
    while (mdb_cursor_get(c, &key, &value, MDB_NEXT) == 0 && !s->err) {
        size_t txn, count;
        if (key.mv_size != sizeof txn || value.mv_size < sizeof count) {
            s->err = ERR_VERSION;
            break;
        }
        memcpy(&txn, key.mv_data, sizeof txn);
        memcpy(&count, value.mv_data, sizeof count);
        if (count > value.mv_size / sizeof count - 1)
            s->err = ERR_VERSION;
        for (size_t i = 1; i <= count && txn < oldest && !s->err; i++) {
            size_t page;
            memcpy(&page, (const uint8_t *)value.mv_data + i * sizeof page, sizeof page);
            if (page >= s->scrub->page && page - s->scrub->page < FREE_PAGES)
                mark[page - s->scrub->page] = true;
        }
    }
    mdb_cursor_close(c);
}

/* Clear a window of the file; at its end also what a transaction that failed has left behind it. */
static void window_clear(struct step *s) {
    static bool mark[FREE_PAGES];
    MDB_txn *reader;
    memset(mark, 0, sizeof mark);
    if (mdb_txn_begin(s->store->env, NULL, MDB_RDONLY, &reader)) {
        s->err = ERR_BUSY;
        return;
    }
    window_mark(s, reader, mark);
    mdb_txn_abort(reader);
    uint64_t end = s->scrub->page + FREE_PAGES;
    for (uint64_t page = s->scrub->page; page < end && page <= s->meta.last_page && !s->err; page++)
        if (page > 1 && mark[page - s->scrub->page])
            clear_at(s, page * s->page_size, s->page_size);
    if (s->err)
        return;
    s->scrub->page = end;
    if (end > s->meta.last_page && ftruncate(s->fd, (off_t)((s->meta.last_page + 1) * s->page_size)))
        s->err = ERR_IO;
}

/* ---- steps ---- */

/* Look at the file while nobody writes. */
static enum err held(struct store *store, struct scrub *scrub, void (*run)(struct step *), bool *ret_end) {
    struct step s = {.store = store, .scrub = scrub};
    struct txn t;
    txn_begin(&t, store, true);
    enum err err = step_begin(&s, &t);
    if (!err) {
        run(&s);
        err = s.err;
    }
    *ret_end = !err && scrub->stage == SCRUB_FREE && scrub->page > s.meta.last_page;
    if (*ret_end && fdatasync(s.fd))
        err = ERR_IO;
    txn_abort(&t);
    return err;
}

static enum err begin(struct store *store, struct scrub *scrub, bool *ret_more) {
    struct txn t;
    txn_begin(&t, store, false);
    *ret_more = wanted_since(&t, &scrub->wanted);
    enum err err = t.err;
    txn_abort(&t);
    if (err || !*ret_more)
        return err;
    err = store_reopen(store);
    if (!err)
        scrub->stage = SCRUB_WALK;
    return err;
}

/* What was asked for meanwhile is asked for still. */
static enum err end(struct store *store, struct scrub *scrub, bool *ret_more) {
    struct txn t;
    uint64_t wanted;
    txn_begin(&t, store, true);
    *ret_more = wanted_since(&t, &wanted) && wanted != scrub->wanted;
    if (!*ret_more)
        row_delete(&t, TABLE_SETTINGS, bytes_str(SETTING));
    *scrub = (struct scrub){.stage = SCRUB_BEGIN};
    return txn_commit(&t);
}

enum err scrub_step(struct store *store, struct scrub *scrub, bool *ret_more) {
    bool at_end = false;
    enum err err;
    *ret_more = true;
    switch (scrub->stage) {
    case SCRUB_BEGIN:
        return begin(store, scrub, ret_more);
    case SCRUB_WALK:
        return held(store, scrub, walk, &at_end);
    case SCRUB_SETTLE:
        return settle(store, scrub);
    default:
        err = held(store, scrub, window_clear, &at_end);
        return err || !at_end ? err : end(store, scrub, ret_more);
    }
}
