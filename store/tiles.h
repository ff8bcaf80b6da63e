/* The tree as tiles: rows of up to 256 hashes, as C2SP tlog-tiles has them.  Rows are written once full; the
 * one at the right edge of each level grows. */
#ifndef STORE_TILES_H
#define STORE_TILES_H

#include "proto/merkle.h"
#include "store/rows.h"

/* Add the hashes of leaves from index size on. */
void tiles_append(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t size,
                  const struct digest *leaf_hash, uint32_t count);

#endif
