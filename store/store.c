#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "store/directory.h"
#include "store/rows.h"

#define SCHEMA 3
#define MAP_BYTES ((size_t)64 << 30)
#define READERS_MAX 512
#define TABLES_MAX 32
#define REOPEN_WAIT_MS 100
#define WRITE_MAX (1u << 20) /* more than LMDB hands to one call of write */

static_assert((int)TABLE_COUNT <= TABLES_MAX, "every table can be opened");

/* The one place where LMDB's codes, and those of the system that it hands on, get our names. */
static enum err translate(int code) {
    switch (code) {
    case MDB_SUCCESS:
        return ERR_OK;
    case MDB_NOTFOUND:
        return ERR_NOT_FOUND;
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ERR_DISK_FULL;
    case MDB_TXN_FULL:
        return ERR_FULL;
    case MDB_READERS_FULL:
    case EAGAIN:
        return ERR_BUSY;
    case MDB_VERSION_MISMATCH:
        return ERR_VERSION;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_INCOMPATIBLE:
    case MDB_KEYEXIST: /* only MDB_APPEND says this here: rows are not where they should be */
        return ERR_CORRUPT;
    case MDB_BAD_VALSIZE:
        return ERR_SIZE;
    case ENOMEM:
        return ERR_MEMORY;
    default:
        errno = code > 0 ? code : 0; /* for who says what the system has said */
        return ERR_IO;
    }
}

/* A disk takes the beginning of a write before it is full, and LMDB calls that EIO. */
static bool room_is_short(const struct store *store) {
    struct statvfs fs;
    int fd;
    return !mdb_env_get_fd(store->env, &fd) && !fstatvfs(fd, &fs) &&
           (uint64_t)fs.f_bavail * fs.f_frsize < WRITE_MAX;
}

void txn_fail_mdb(struct txn *t, int code) {
    enum err err = translate(code == EIO && t->write && room_is_short(t->store) ? ENOSPC : code);
    /* A later commit could succeed on top of pages that the failed one has lost. */
    if (t->write && (err == ERR_IO || err == ERR_CORRUPT))
        atomic_store(&t->store->broken, true);
    txn_fail(t, err);
}

static enum err lock_take(const char *dir, int *ret) {
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/lock", dir);
    if (len < 0 || (size_t)len >= sizeof path)
        return ERR_SIZE;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return translate(errno);
    if (flock(fd, LOCK_EX | LOCK_NB)) {
        enum err err = errno == EWOULDBLOCK ? ERR_BUSY : translate(errno);
        close(fd);
        return err;
    }
    *ret = fd;
    return ERR_OK;
}

static enum err env_open(struct store *s, const char *dir, size_t map_bytes) {
    int code = mdb_env_create(&s->env);
    if (!code)
        code = mdb_env_set_mapsize(s->env, map_bytes ? map_bytes : MAP_BYTES);
    if (!code)
        code = mdb_env_set_maxreaders(s->env, READERS_MAX);
    if (!code)
        code = mdb_env_set_maxdbs(s->env, TABLES_MAX);
    if (!code)
        code = mdb_env_open(s->env, dir, MDB_NOTLS, 0600);
    int dead = 0;
    if (!code)
        code = mdb_reader_check(s->env, &dead);
    return translate(code);
}

static void tables_open(struct txn *t) {
    static const char *const name[] = {
#define X(name, text) [TABLE_##name] = text,
        TABLE_MAP(X)
#undef X
    };
    for (unsigned i = 0; i < TABLE_COUNT && !t->err; i++) {
        int code = mdb_dbi_open(t->mdb, name[i], MDB_CREATE, &t->store->table[i]);
        if (code)
            txn_fail_mdb(t, code);
    }
}

static void meta_fixed(struct txn *t, const char *name, uint8_t *ret, size_t len) {
    struct bytes value;
    if (!row_get(t, TABLE_META, bytes_str(name), &value) || value.len != len) {
        txn_fail(t, ERR_CORRUPT);
        return;
    }
    memcpy(ret, value.ptr, len);
}

static void meta_write(struct txn *t, const struct store_options *o) {
    row_put(t, TABLE_META, bytes_str("schema"), BYTES(((uint8_t[]){SCHEMA})));
    row_put(t, TABLE_META, bytes_str("network"), bytes_str(o->network));
    row_put(t, TABLE_META, bytes_str("instance"), BYTES(o->instance));
    row_put(t, TABLE_META, bytes_str("secret"), BYTES(o->secret));
}

static void meta_open(struct txn *t, const struct store_options *o) {
    struct bytes value;
    if (!row_get(t, TABLE_META, bytes_str("schema"), &value))
        meta_write(t, o);
    else if (value.len != 1 || value.ptr[0] != SCHEMA)
        txn_fail(t, ERR_VERSION);
    if (row_get(t, TABLE_META, bytes_str("network"), &value) && !bytes_is(value, o->network))
        txn_fail(t, ERR_NETWORK);
    meta_fixed(t, "instance", t->store->instance, sizeof t->store->instance);
    meta_fixed(t, "secret", t->store->secret, sizeof t->store->secret);
}

static enum err store_prepare(struct store *s, const char *dir, const struct store_options *options) {
    enum err err = lock_take(dir, &s->lock);
    if (err)
        return err;
    if (strlen(dir) >= sizeof s->dir)
        return ERR_SIZE;
    memcpy(s->dir, dir, strlen(dir) + 1);
    s->map_bytes = options->map_bytes;
    s->directory_row = calloc(DIRECTORY_LAG, sizeof *s->directory_row);
    if (!s->directory_row)
        return ERR_MEMORY;
    err = env_open(s, dir, options->map_bytes);
    if (err)
        return err;
    struct txn t;
    txn_begin(&t, s, true);
    tables_open(&t);
    meta_open(&t, options);
    return txn_commit(&t);
}

enum err store_open(const char *dir, const struct store_options *options, struct store **ret) {
    struct store *s = calloc(1, sizeof *s);
    if (!s)
        return ERR_MEMORY;
    s->lock = -1;
    pthread_mutex_init(&s->door, NULL);
    pthread_cond_init(&s->door_opened, NULL);
    enum err err = store_prepare(s, dir, options);
    if (err)
        store_close(s);
    else
        *ret = s;
    return err;
}

void store_close(struct store *store) {
    if (!store)
        return;
    if (store->env)
        mdb_env_close(store->env);
    if (store->lock >= 0)
        close(store->lock);
    free(store->directory_row);
    pthread_cond_destroy(&store->door_opened);
    pthread_mutex_destroy(&store->door);
    explicit_bzero(store->secret, sizeof store->secret);
    free(store);
}

/* ---- opened anew ---- */

void store_enter(struct store *store) {
    pthread_mutex_lock(&store->door);
    while (store->shut)
        pthread_cond_wait(&store->door_opened, &store->door);
    store->inside++;
    pthread_mutex_unlock(&store->door);
}

void store_leave(struct store *store) {
    pthread_mutex_lock(&store->door);
    store->inside--;
    pthread_mutex_unlock(&store->door);
}

/* Keep others out, and wait a little for those who are in; false if one stays. */
static bool door_shut(struct store *store) {
    unsigned inside;
    pthread_mutex_lock(&store->door);
    store->shut = true;
    inside = store->inside;
    pthread_mutex_unlock(&store->door);
    for (unsigned waited = 0; inside > 0 && waited < REOPEN_WAIT_MS; waited++) {
        poll(NULL, 0, 1);
        pthread_mutex_lock(&store->door);
        inside = store->inside;
        pthread_mutex_unlock(&store->door);
    }
    return inside == 0;
}

static void door_open(struct store *store) {
    pthread_mutex_lock(&store->door);
    store->shut = false;
    pthread_cond_broadcast(&store->door_opened);
    pthread_mutex_unlock(&store->door);
}

static enum err env_renew(struct store *s) {
    struct txn t = {.store = s, .write = true};
    mdb_env_close(s->env);
    s->env = NULL;
    enum err err = env_open(s, s->dir, s->map_bytes);
    if (!err)
        err = translate(mdb_txn_begin(s->env, NULL, 0, &t.mdb));
    if (err)
        return err;
    tables_open(&t);
    return txn_commit(&t);
}

enum err store_reopen(struct store *store) {
    enum err err = ERR_BUSY;
    if (door_shut(store)) {
        err = env_renew(store);
        if (err)
            atomic_store(&store->broken, true);
    }
    door_open(store);
    return err;
}

static void txn_leave(struct txn *t) {
    if (t->inside)
        store_leave(t->store);
    t->inside = false;
}

void txn_begin(struct txn *t, struct store *store, bool write) {
    *t = (struct txn){.store = store, .write = write};
    if (write && atomic_load(&store->broken)) {
        t->err = ERR_IO;
        return;
    }
    store_enter(store);
    t->inside = true;
    int code = store->env ? mdb_txn_begin(store->env, NULL, write ? 0 : MDB_RDONLY, &t->mdb) : EIO;
    if (code) {
        t->mdb = NULL;
        txn_fail_mdb(t, code);
        txn_leave(t);
    }
}

enum err txn_commit(struct txn *t) {
    if (t->err || !t->mdb) {
        txn_abort(t);
        return t->err;
    }
    int code = mdb_txn_commit(t->mdb);
    t->mdb = NULL; /* LMDB has freed it, also if it failed */
    txn_leave(t);
    if (code) {
        txn_fail_mdb(t, code);
        if (t->write && t->err != ERR_DISK_FULL)
            atomic_store(&t->store->broken, true);
    }
    return t->err;
}

void txn_abort(struct txn *t) {
    if (t->mdb)
        mdb_txn_abort(t->mdb);
    t->mdb = NULL;
    txn_leave(t);
}

const uint8_t *store_instance(const struct store *store) {
    return store->instance;
}

const uint8_t *store_secret(const struct store *store) {
    return store->secret;
}

enum err store_copy(struct store *store, int fd) {
    store_enter(store);
    int code = store->env ? mdb_env_copyfd2(store->env, fd, MDB_CP_COMPACT) : EIO;
    store_leave(store);
    if (!code && fsync(fd))
        code = errno;
    return translate(code);
}

enum err store_renew(struct store *store, const uint8_t instance[static INSTANCE_LEN]) {
    struct txn t;
    txn_begin(&t, store, true);
    row_put(&t, TABLE_META, bytes_str("instance"), (struct bytes){instance, INSTANCE_LEN});
    enum err err = txn_commit(&t);
    if (!err)
        memcpy(store->instance, instance, INSTANCE_LEN);
    return err;
}

bool store_setting(struct txn *t, const char *name, struct bytes *ret) {
    return row_get(t, TABLE_SETTINGS, bytes_str(name), ret);
}

void store_set(struct txn *t, const char *name, struct bytes value) {
    row_put(t, TABLE_SETTINGS, bytes_str(name), value);
}

uint64_t store_version(struct store *store) {
    MDB_envinfo info;
    store_enter(store);
    bool good = store->env && !mdb_env_info(store->env, &info);
    store_leave(store);
    return good ? info.me_last_txnid : 0;
}

uint64_t txn_version(const struct txn *t) {
    return t->mdb ? mdb_txn_id(t->mdb) : 0;
}

bool store_broken(const struct store *store) {
    return atomic_load(&store->broken);
}

uint64_t store_bytes(struct store *store) {
    int fd;
    struct stat st;
    store_enter(store);
    bool good = store->env && !mdb_env_get_fd(store->env, &fd) && !fstat(fd, &st);
    store_leave(store);
    return good ? (uint64_t)st.st_blocks * 512 : 0;
}
