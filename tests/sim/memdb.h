/* The part of LMDB that store/ uses, in memory: ordered rows, one writer, transactions that can be undone.
 *
 * A database is known by its path and outlives its environment, as a file outlives the process; a copy of it
 * shares its rows.  Each function does what LMDB's of the same name does, with the same codes.  A reader and
 * a writer may not overlap: whoever lets them is told. */
#ifndef TESTS_SIM_MEMDB_H
#define TESTS_SIM_MEMDB_H

#include <lmdb.h>
#include <stdbool.h>
#include <stdint.h>

int mem_env_create(MDB_env **ret);
int mem_env_open(MDB_env *env, const char *path);
void mem_env_close(MDB_env *env);
int mem_env_info(MDB_env *env, MDB_envinfo *ret);
int mem_txn_begin(MDB_env *env, unsigned flags, MDB_txn **ret);
int mem_txn_commit(MDB_txn *txn);
void mem_txn_abort(MDB_txn *txn);
size_t mem_txn_id(MDB_txn *txn);
int mem_dbi_open(MDB_txn *txn, const char *name, unsigned flags, MDB_dbi *ret);
int mem_stat(MDB_txn *txn, MDB_dbi dbi, MDB_stat *ret); /* rows alone */
int mem_get(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value);
int mem_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned flags);
int mem_del(MDB_txn *txn, MDB_dbi dbi, MDB_val *key);
int mem_cursor_open(MDB_txn *txn, MDB_dbi dbi, MDB_cursor **ret);
void mem_cursor_close(MDB_cursor *cursor);
MDB_txn *mem_cursor_txn(MDB_cursor *cursor);
int mem_cursor_get(MDB_cursor *cursor, MDB_val *key, MDB_val *value, MDB_cursor_op op);
int mem_cursor_put(MDB_cursor *cursor, MDB_val *key, MDB_val *value, unsigned flags);

/* A copy of a database, as a backup or a clone of a disk has it; mem_put_back() leaves the copy. */
struct mem_image;
struct mem_image *mem_copy(const char *path); /* NULL: there is none */
void mem_put_back(const char *path, const struct mem_image *image);
void mem_image_free(struct mem_image *image); /* takes NULL */
void mem_remove(const char *path);

/* Flip a bit of the value of one row, chosen by a random number, of a table or, with NULL, of any; gives the
 * name of its table, NULL if there is no row.  The database is closed. */
const char *mem_flip(const char *path, const char *table, uint64_t random);

/* Look for bytes in all rows. */
bool mem_contains(const char *path, const void *bytes, size_t len);

/* How many bytes its rows have. */
uint64_t mem_bytes(const char *path);

void mem_clear(void); /* remove every database */

#endif
