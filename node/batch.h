/* A batch of new leaves on top of a tree of which only the right edge is known: root and proofs of what a
 * publisher has just made, without the store. */
#ifndef NODE_BATCH_H
#define NODE_BATCH_H

#include "proto/merkle.h"

struct batch {
    struct frontier base;    /* before */
    struct frontier after;   /* with the new leaves */
    struct digest *node[64]; /* per level: complete subtrees that hold at least one new leaf, by index */
};

/* Hash count leaves onto base.  ERR_MEMORY; ERR_RANGE past 2^62 leaves. */
enum err batch_build(struct batch *ret, const struct frontier *base, const struct bytes *leaf,
                     uint32_t count) MUST_CHECK;
void batch_free(struct batch *batch); /* takes a zeroed one */

/* merkle_lookup: new subtrees, and those old ones that a proof from base.size or later can need. */
bool batch_lookup(void *batch, unsigned level, uint64_t index, struct digest *ret);

/* Consistency from any size between base and after to after. */
enum err batch_prove(struct batch *batch, uint64_t size, struct proof *ret) MUST_CHECK;

#endif
