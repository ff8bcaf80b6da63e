/* The Merkle tree of RFC 9162 section 2.1: growing it, proving and checking.
 *
 * A frontier is the right edge of a tree: the roots of its maximal complete subtrees, one for each bit of
 * size. Proofs are made from complete subtrees that the caller can look up; so a proof costs O(log size)
 * look-ups. */
#ifndef PROTO_MERKLE_H
#define PROTO_MERKLE_H

#include "proto/digest.h"

struct frontier {
    uint64_t size;          /* leaves, below 2^63 */
    struct digest peak[64]; /* peak[l] is valid if bit l of size is set: the subtree of 2^l leaves */
};

struct proof {
    unsigned count;
    struct digest node[PROOF_MAX];
};

/* Give the root of the complete subtree of leaves [index << level, (index + 1) << level).
 * False: it is not to be had, and the proof fails with ERR_CORRUPT. */
typedef bool merkle_lookup(void *context, unsigned level, uint64_t index, struct digest *ret);

/* Give the root of leaves [from, from + count), a subtree that a proof names.  Any error ends the proof. */
typedef enum err merkle_range(const void *context, uint64_t from, uint64_t count, struct digest *ret);

void frontier_init(struct frontier *f);
void frontier_add(struct frontier *f, const struct digest *leaf);
struct digest frontier_root(const struct frontier *f);

/* Rebuild the frontier of the first size leaves. */
enum err frontier_load(struct frontier *ret, uint64_t size, merkle_lookup *lookup, void *context) MUST_CHECK;

/* Root of the first size leaves. */
enum err merkle_root(struct digest *ret, uint64_t size, merkle_lookup *lookup, void *context) MUST_CHECK;

/* Leaves of the left subtree of a tree of count: the largest power of two below it.  count at least 2. */
uint64_t merkle_split(uint64_t count);

/* Root of leaves [from, from + count), where from is a multiple of a power of two >= count: the shape of
 * every subtree that a proof names. */
enum err merkle_subtree(struct digest *ret, uint64_t from, uint64_t count, merkle_lookup *lookup,
                        void *context) MUST_CHECK;

/* RFC 9162 2.1.3.1; ERR_RANGE unless index < size. */
enum err merkle_prove_inclusion(struct proof *ret, uint64_t index, uint64_t size, merkle_lookup *lookup,
                                void *context) MUST_CHECK;

/* RFC 9162 2.1.4.1; from 1 <= a <= b, empty for a == b. */
enum err merkle_prove_consistency(struct proof *ret, uint64_t a, uint64_t b, merkle_lookup *lookup,
                                  void *context) MUST_CHECK;

/* The same two, from the roots of whole subtrees instead of complete ones alone. */
enum err merkle_prove_inclusion_by(struct proof *ret, uint64_t index, uint64_t size, merkle_range *range,
                                   const void *context) MUST_CHECK;
enum err merkle_prove_consistency_by(struct proof *ret, uint64_t a, uint64_t b, merkle_range *range,
                                     const void *context) MUST_CHECK;

/* RFC 9162 2.1.3.2: ERR_PROOF unless the leaf hash stands at index of the tree with this root. */
enum err merkle_check_inclusion(uint64_t index, uint64_t size, const struct digest *leaf,
                                const struct proof *proof, const struct digest *root) MUST_CHECK;

/* RFC 9162 2.1.4.2: ERR_PROOF unless the first tree is a prefix of the second.  a == 0 proves nothing:
 * accepted only with an empty proof and the empty root. */
enum err merkle_check_consistency(uint64_t a, uint64_t b, const struct digest *root_a,
                                  const struct digest *root_b, const struct proof *proof) MUST_CHECK;

#endif
