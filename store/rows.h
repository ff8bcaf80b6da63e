/* What the files of the store share: the tables, and reading and writing rows under a sticky error.
 *
 * Every call is a no-op once the transaction has failed.  A row that is not there is no failure. */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include <pthread.h>
#include <stdatomic.h>

#include "store/store.h"

/* clang-format off */
#define TABLE_MAP(X) \
    X(META,         "meta")         /* name -> what was fixed at creation */ \
    X(SETTINGS,     "settings")     /* name -> value */ \
    X(LOGS,         "logs")         /* log -> record */ \
    X(NOTES,        "notes")        /* log, epoch, hash -> authority note and its signatures */ \
    X(FORKS,        "forks")        /* log, hash of note -> evidence of a fork */ \
    X(CHECKPOINTS,  "checkpoints")  /* log, slot -> signed checkpoint */ \
    X(COSIGNATURES, "cosignatures") /* log, witness key -> cosignature */ \
    X(FRONTIERS,    "frontiers")    /* log or branch -> peaks */ \
    X(RUNS,         "runs")         /* log, first index -> first row, count */ \
    X(LEAVES,       "leaves")       /* row -> leaf */ \
    X(PARTS,        "parts")        /* row, class -> salt and payload, or one byte if it is gone */ \
    X(TILES,        "tiles")        /* log, level, index -> hashes */ \
    X(DIRECTORY,    "directory")    /* log, kind, id, index descending -> valid_from, withdrawn */ \
    X(ERASED,       "erased")       /* log, entry, erase/v1 leaf that names it -> 1 */ \
    X(AGES,         "ages")         /* log, size -> when the view was first so large */ \
    X(SWEPT,        "swept")        /* log -> what it was when it was swept (store/sweep.h) */ \
    X(CHANGES,      "changes")      /* seq -> log */ \
    X(PINS,         "pins")         /* origin -> pin */ \
    X(PEERS,        "peers")        /* node -> peer */ \
    X(DRAFTS,       "drafts")       /* seq -> text */ \
    X(SIGNERS,      "signers")      /* log, size of a head -> operator key */
/* clang-format on */

enum table {
#define X(name, text) TABLE_##name,
    TABLE_MAP(X)
#undef X
        TABLE_COUNT
};

/* A row of the directory before it is put: its key has at most log, kind, a key of 32 bytes, index. */
struct directory_row {
    uint8_t key[LOG_ID_LEN + 1 + 32 + 8];
    uint8_t len;
    uint8_t value[9];
};

#define STORE_DIR_MAX 4096

struct store {
    MDB_env *env;
    int lock; /* held with flock() while the store is open */
    MDB_dbi table[TABLE_COUNT];
    uint8_t instance[INSTANCE_LEN];
    uint8_t secret[32];
    char dir[STORE_DIR_MAX];
    size_t map_bytes;
    pthread_mutex_t door; /* of what follows: the environment is opened anew when nobody is in it */
    pthread_cond_t door_opened;
    unsigned inside;
    bool shut;
    atomic_bool broken; /* a commit has failed in a way that leaves doubt: no further writes */
    /* Work space of directory_note, DIRECTORY_LAG rows: there is one writer at a time. */
    struct directory_row *directory_row;
};

/* Use the environment other than in a transaction: enter, and leave. */
void store_enter(struct store *store);
void store_leave(struct store *store);

/* Make an error stick, unless one does already; the second takes what an MDB_* call has returned. */
void txn_fail(struct txn *t, enum err err);
void txn_fail_mdb(struct txn *t, int code);

bool row_get(struct txn *t, enum table table, struct bytes key, struct bytes *ret);
void row_put(struct txn *t, enum table table, struct bytes key, struct bytes value);
void row_delete(struct txn *t, enum table table, struct bytes key); /* if it is there */

/* Whether a table has any row; dearer questions follow. */
bool row_any(struct txn *t, enum table table);

/* How many rows a table has. */
uint64_t row_count(struct txn *t, enum table table);

/* The first row whose key is not below key, the last whose key is not above it, and the last of all. */
bool row_ceil(struct txn *t, enum table table, struct bytes key, struct bytes *ret_key,
              struct bytes *ret_value);
bool row_floor(struct txn *t, enum table table, struct bytes key, struct bytes *ret_key,
               struct bytes *ret_value);
bool row_last(struct txn *t, enum table table, struct bytes *ret_key, struct bytes *ret_value);

/* Cursors, for runs of rows.  The caller closes them, before the transaction ends. */
MDB_cursor *row_cursor(struct txn *t, enum table table); /* NULL on failure */
bool row_move(struct txn *t, MDB_cursor *cursor, MDB_cursor_op op, struct bytes *key, struct bytes *value);
void row_cursor_put(struct txn *t, MDB_cursor *cursor, struct bytes key, struct bytes value, unsigned flags);

/* Whether a key begins with these bytes. */
bool row_starts(struct bytes key, const void *prefix, size_t len);

#endif
