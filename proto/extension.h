/* A tree of which the first leaves are held, and of the others nothing but the proof that they follow.
 *
 * From the consistency proof of the leaves held to the whole come, for the whole tree, the inclusion proof of
 * every leaf held and the consistency proof of every smaller tree: each subtree that such a proof names lies
 * among the leaves held, or beyond them and is a node of the proof given, or holds the border and is folded
 * from those two.  So a node that holds the common leaves of a fork and its evidence can answer PROVE for
 * both sides, and look for a smaller fork.  A tree that is held whole is the case held == size. */
#ifndef PROTO_EXTENSION_H
#define PROTO_EXTENSION_H

#include "proto/proved.h"

/* A subtree that holds the border, [from, from + count) with from < held < from + count. */
struct extension_step {
    uint64_t from, count, split; /* its left half has split leaves */
    struct digest root;
    struct digest right; /* of its right half, if that lies beyond the border */
};

struct extension {
    uint64_t held, size;
    struct digest root;    /* of the whole */
    merkle_lookup *lookup; /* of the leaves held */
    void *context;
    uint64_t edge; /* where the last complete subtree of the leaves held begins */
    unsigned depth;
    struct extension_step step[PROOF_MAX]; /* from the whole down */
};

/* Take the proof from the first held leaves to the whole, once it is verified; held at least 1.  lookup and
 * context stay in use.  ERR_RANGE, ERR_PROOF; ERR_CORRUPT of the lookup. */
enum err extension_init(struct extension *ret, uint64_t held, uint64_t size, const struct digest *root,
                        const struct proof *proof, merkle_lookup *lookup, void *context) MUST_CHECK;

/* ERR_RANGE unless index < held; 0 < a <= held. */
enum err extension_inclusion(const struct extension *e, uint64_t index, struct proof *ret) MUST_CHECK;
enum err extension_consistency(const struct extension *e, uint64_t a, struct proof *ret) MUST_CHECK;

/* Both, with the leaf's hash: the answer to PROVE.  a == 0 gives no consistency. */
enum err extension_prove(const struct extension *e, uint64_t a, uint64_t index,
                         struct proved *ret) MUST_CHECK;

#endif
