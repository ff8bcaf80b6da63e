#include "tests/bench/raw.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void must(int code, const char *what) {
    if (code) {
        fprintf(stderr, "%s: %d\n", what, code);
        exit(1);
    }
}

void raw_open(struct raw *raw, const char *dir) {
    MDB_txn *t;
    must(mdb_env_create(&raw->env), "create");
    must(mdb_env_set_mapsize(raw->env, (size_t)64 << 30), "mapsize");
    must(mdb_env_set_maxdbs(raw->env, 2), "maxdbs");
    must(mdb_env_open(raw->env, dir, MDB_NOTLS, 0600), "open");
    must(mdb_txn_begin(raw->env, NULL, 0, &t), "begin");
    must(mdb_dbi_open(t, "leaves", MDB_CREATE, &raw->leaves), "leaves");
    must(mdb_dbi_open(t, "parts", MDB_CREATE, &raw->parts), "parts");
    must(mdb_txn_commit(t), "commit");
}

static void raw_put(MDB_cursor *c, const uint8_t *key, size_t key_len, struct bytes value) {
    MDB_val k = {key_len, (void *)(uintptr_t)key}, v = {value.len, (void *)(uintptr_t)value.ptr};
    must(mdb_cursor_put(c, &k, &v, MDB_APPEND), "put");
}

void raw_append(struct raw *raw, const struct author *a, uint64_t from, uint64_t to) {
    MDB_txn *t;
    MDB_cursor *leaves, *parts;
    must(mdb_txn_begin(raw->env, NULL, 0, &t), "begin");
    must(mdb_cursor_open(t, raw->leaves, &leaves), "cursor");
    must(mdb_cursor_open(t, raw->parts, &parts), "cursor");
    for (uint64_t i = from; i < to; i++) {
        const struct entry *e = &a->entry[i];
        uint8_t key[9];
        be64_put(key, i);
        raw_put(leaves, key, 8, e->leaf);
        for (uint8_t class = 0; class < PART_CLASSES; class ++) {
            key[8] = class;
            if (e->part[class].state == PART_HELD)
                raw_put(parts, key, 9, e->part[class].salted);
        }
    }
    mdb_cursor_close(leaves);
    mdb_cursor_close(parts);
    must(mdb_txn_commit(t), "commit");
}

void sub_directory(char *ret, size_t max, const char *dir, const char *name) {
    snprintf(ret, max, "%s/%s", dir, name);
    must(mkdir(ret, 0700), ret);
}
