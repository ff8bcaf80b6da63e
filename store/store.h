/* The store: LMDB rows, one writer, many readers, every change of a log in one transaction.
 *
 * A transaction carries a sticky error: after the first failure every call on it is a no-op, and the caller
 * looks once, at txn_commit().  MDB_* codes are translated in store.c and nowhere else.  Views that rows give
 * (struct bytes) live until the transaction ends, and in a write transaction until the next write.
 *
 * LMDB is opened with MDB_NOTLS and its default, synchronous commits; the map is 64 GiB of address space.
 * Only one process has a store open: store_open() holds a lock on the directory. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <lmdb.h>

#include "proto/bytes.h"
#include "proto/limits.h"

struct store;

struct store_options {
    uint8_t instance[INSTANCE_LEN]; /* used if the database is new; random */
    uint8_t secret[32];             /* likewise: keys local derivations, never leaves this node */
    const char *network;            /* used if the database is new; otherwise compared: ERR_NETWORK */
    size_t map_bytes;               /* 0: 64 GiB */
};

struct txn {
    struct store *store;
    MDB_txn *mdb;
    enum err err;
    bool write;
    bool inside; /* counted among those who use the environment */
    bool words;  /* what pinned States say of others has changed: believe_all() is due */
};

/* Open or create the database in the directory (which exists, mode 0700).  ERR_BUSY: another process has it
 * open. ERR_NETWORK, ERR_VERSION, ERR_CORRUPT, ERR_IO, ERR_DISK_FULL. */
enum err store_open(const char *dir, const struct store_options *options, struct store **ret) MUST_CHECK;
void store_close(struct store *store); /* takes NULL */

/* Begin; check the error at the end.  One write transaction at a time; a read one may be held by any thread.
 */
void txn_begin(struct txn *t, struct store *store, bool write);

/* Commit, or abort if something had failed; durable when it returns ERR_OK.  ERR_DISK_FULL leaves the store
 * usable. */
enum err txn_commit(struct txn *t) MUST_CHECK;
void txn_abort(struct txn *t);

/* Random at the creation of the database: it tells cursors of this database from those of another. */
const uint8_t *store_instance(const struct store *store);
const uint8_t *store_secret(const struct store *store);

/* Write a compact copy of the database, as it is at one instant, into an open file; the store works on
 * meanwhile.  ERR_DISK_FULL, ERR_IO. */
enum err store_copy(struct store *store, int fd) MUST_CHECK;

/* Give the database a new instance, because it was put back from a copy: no cursor of a peer's is good any
 * more. */
enum err store_renew(struct store *store, const uint8_t instance[static INSTANCE_LEN]) MUST_CHECK;

/* Open the database anew, which gives back all memory that held rows.  Readers that come meanwhile wait.
 * ERR_BUSY: there is one that does not end; nothing has changed.  Others: the store is closed for good. */
enum err store_reopen(struct store *store) MUST_CHECK;

/* Rows of one small table of settings, by a name of this program's. */
bool store_setting(struct txn *t, const char *name, struct bytes *ret);
void store_set(struct txn *t, const char *name, struct bytes value);

/* A number that each commit raises: what was read at one version is right as long as the store has it. */
uint64_t store_version(struct store *store);
uint64_t txn_version(const struct txn *t); /* that it reads; 0 after a failure */

/* Whether a write has failed such that nobody knows what the disk holds: no other is begun until the store is
 * opened anew. */
bool store_broken(const struct store *store);

/* Bytes that the database takes on the disk. */
uint64_t store_bytes(struct store *store);

#endif
