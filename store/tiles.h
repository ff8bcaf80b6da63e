/* The tree as tiles: rows of up to 256 hashes, as C2SP tlog-tiles has them.  Rows are written once full; the
 * one at the right edge of each level grows. */
#ifndef STORE_TILES_H
#define STORE_TILES_H

#include "proto/merkle.h"
#include "store/rows.h"

/* Add the hashes of leaves from index size on. */
void tiles_append(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t size,
                  const struct digest *leaf_hash, uint32_t count);

/* Begin a branch at a size: its right edge is a copy of the log's. */
void tiles_begin(struct txn *t, const uint8_t branch[static LOG_ID_LEN], const uint8_t log[static LOG_ID_LEN],
                 uint64_t size);

/* Drop all hashes but those of the first size leaves. */
void tiles_cut(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t size);

/* Exchange the tiles of a log and of a branch that begins at a size. */
void tiles_swap(struct txn *t, const uint8_t a[static LOG_ID_LEN], const uint8_t b[static LOG_ID_LEN],
                uint64_t size);

#endif
