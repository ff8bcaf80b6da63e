#include "tests/sim/disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/lib/tmp.h"
#include "tests/sim/memdb.h"

static struct disk *current;
static const char *real;
static const MDB_txn *spoilt; /* a write in it has failed: LMDB refuses all that follows, and its commit */

struct disk *disk_use(struct disk *disk) {
    struct disk *before = current;
    current = disk;
    return before;
}

void disk_real(const char *directory) {
    real = directory;
}

bool disk_is_real(void) {
    return real != NULL;
}

void disk_path(char *ret, unsigned max, const char *name) {
    snprintf(ret, max, "%.100s/%.40s", real ? real : "/sim/db", name);
    if (real && mkdir(ret, 0700) && errno != EEXIST)
        abort();
}

void disk_remove(const char *path) {
    if (real)
        tmp_close(path);
    else
        mem_remove(path);
}

void disk_copy(const char *from, const char *to) {
    disk_remove(to);
    if (real) {
        if (mkdir(to, 0700))
            abort();
        tmp_copy(from, to);
        return;
    }
    struct mem_image *image = mem_copy(from);
    if (image)
        mem_put_back(to, image);
    mem_image_free(image);
}

/* True when the operation is the one that was waited for. */
static bool is_due(uint64_t *left) {
    return *left && --*left == 0;
}

int disk_touch(bool write) {
    struct disk *d = current;
    if (!d)
        return 0;
    d->ops++;
    if (!d->dead && is_due(&d->crash_at))
        d->dead = true;
    if (d->dead)
        return EIO;
    if (!write)
        return 0;
    if (d->full || is_due(&d->full_at)) {
        d->hit_full++;
        return ENOSPC;
    }
    if (is_due(&d->broken_at)) {
        d->hit_broken++;
        return EIO;
    }
    return 0;
}

/* A write of a transaction, which it does not survive if it fails. */
static int write_touch(const MDB_txn *txn) {
    if (txn == spoilt)
        return MDB_BAD_TXN;
    int code = disk_touch(true);
    if (code)
        spoilt = txn;
    return code == ENOSPC ? MDB_MAP_FULL : code;
}

/* ---- LMDB, by --wrap ---- */

#define WRAP(type, name, parameters)                                                                         \
    type __real_##name parameters;                                                                           \
    type __wrap_##name parameters;                                                                           \
    type __wrap_##name parameters

WRAP(int, mdb_env_create, (MDB_env * *ret)) {
    return real ? __real_mdb_env_create(ret) : mem_env_create(ret);
}

WRAP(int, mdb_env_set_mapsize, (MDB_env * env, size_t size)) {
    return real ? __real_mdb_env_set_mapsize(env, size) : 0;
}

WRAP(int, mdb_env_set_maxreaders, (MDB_env * env, unsigned readers)) {
    return real ? __real_mdb_env_set_maxreaders(env, readers) : 0;
}

WRAP(int, mdb_env_set_maxdbs, (MDB_env * env, MDB_dbi dbs)) {
    return real ? __real_mdb_env_set_maxdbs(env, dbs) : 0;
}

WRAP(int, mdb_env_open, (MDB_env * env, const char *path, unsigned flags, mdb_mode_t mode)) {
    int code = disk_touch(false);
    if (code)
        return code;
    /* What a commit of the real one costs is not what is looked for here. */
    return real ? __real_mdb_env_open(env, path, flags | MDB_NOSYNC, mode) : mem_env_open(env, path);
}

WRAP(void, mdb_env_close, (MDB_env * env)) {
    if (real)
        __real_mdb_env_close(env);
    else
        mem_env_close(env);
}

WRAP(int, mdb_env_info, (MDB_env * env, MDB_envinfo *ret)) {
    return real ? __real_mdb_env_info(env, ret) : mem_env_info(env, ret);
}

WRAP(int, mdb_env_get_fd, (MDB_env * env, mdb_filehandle_t *ret)) {
    return real ? __real_mdb_env_get_fd(env, ret) : EINVAL;
}

WRAP(int, mdb_reader_check, (MDB_env * env, int *dead)) {
    return real ? __real_mdb_reader_check(env, dead) : 0;
}

WRAP(int, mdb_txn_begin, (MDB_env * env, MDB_txn *parent, unsigned flags, MDB_txn **ret)) {
    int code = disk_touch(false);
    if (code)
        return code;
    return real ? __real_mdb_txn_begin(env, parent, flags, ret) : mem_txn_begin(env, flags, ret);
}

WRAP(void, mdb_txn_abort, (MDB_txn * txn)) {
    spoilt = txn == spoilt ? NULL : spoilt;
    if (real)
        __real_mdb_txn_abort(txn);
    else
        mem_txn_abort(txn);
}

WRAP(int, mdb_txn_commit, (MDB_txn * txn)) {
    bool was_dead = current && current->dead;
    int code = txn == spoilt ? MDB_BAD_TXN : disk_touch(true);
    bool late = code && current->dead && !was_dead && current->crash_late;
    if (code && !late) {
        __wrap_mdb_txn_abort(txn);
        return code;
    }
    int done = real ? __real_mdb_txn_commit(txn) : mem_txn_commit(txn);
    return late ? code : done;
}

WRAP(size_t, mdb_txn_id, (MDB_txn * txn)) {
    return real ? __real_mdb_txn_id(txn) : mem_txn_id(txn);
}

WRAP(int, mdb_dbi_open, (MDB_txn * txn, const char *name, unsigned flags, MDB_dbi *ret)) {
    int code = disk_touch(false);
    if (code)
        return code;
    return real ? __real_mdb_dbi_open(txn, name, flags, ret) : mem_dbi_open(txn, name, flags, ret);
}

WRAP(int, mdb_stat, (MDB_txn * txn, MDB_dbi dbi, MDB_stat *ret)) {
    int code = disk_touch(false);
    if (code)
        return code;
    return real ? __real_mdb_stat(txn, dbi, ret) : mem_stat(txn, dbi, ret);
}

WRAP(int, mdb_get, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *value)) {
    int code = disk_touch(false);
    if (code)
        return code;
    return real ? __real_mdb_get(txn, dbi, key, value) : mem_get(txn, dbi, key, value);
}

WRAP(int, mdb_put, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned flags)) {
    int code = write_touch(txn);
    if (code)
        return code;
    return real ? __real_mdb_put(txn, dbi, key, value, flags) : mem_put(txn, dbi, key, value, flags);
}

WRAP(int, mdb_del, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *value)) {
    int code = write_touch(txn);
    if (code)
        return code;
    return real ? __real_mdb_del(txn, dbi, key, value) : mem_del(txn, dbi, key);
}

WRAP(int, mdb_cursor_open, (MDB_txn * txn, MDB_dbi dbi, MDB_cursor **ret)) {
    int code = disk_touch(false);
    if (code)
        return code;
    return real ? __real_mdb_cursor_open(txn, dbi, ret) : mem_cursor_open(txn, dbi, ret);
}

WRAP(void, mdb_cursor_close, (MDB_cursor * cursor)) {
    if (real)
        __real_mdb_cursor_close(cursor);
    else
        mem_cursor_close(cursor);
}

WRAP(int, mdb_cursor_get, (MDB_cursor * cursor, MDB_val *key, MDB_val *value, MDB_cursor_op op)) {
    int code = disk_touch(false);
    if (code)
        return code;
    return real ? __real_mdb_cursor_get(cursor, key, value, op) : mem_cursor_get(cursor, key, value, op);
}

WRAP(int, mdb_cursor_put, (MDB_cursor * cursor, MDB_val *key, MDB_val *value, unsigned flags)) {
    int code = write_touch(real ? mdb_cursor_txn(cursor) : mem_cursor_txn(cursor));
    if (code)
        return code;
    return real ? __real_mdb_cursor_put(cursor, key, value, flags)
                : mem_cursor_put(cursor, key, value, flags);
}
