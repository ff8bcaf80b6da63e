/* RFC 9162 once more, as its text has it: trees by recursion, and of proto/ the hash alone. */
#ifndef TESTS_SIM_RFC_H
#define TESTS_SIM_RFC_H

#include "proto/merkle.h"

struct digest rfc_leaf(struct bytes leaf);
struct digest rfc_node(const struct digest *left, const struct digest *right);

/* The root of so many leaves. */
struct digest rfc_root(const struct digest *leaf, uint64_t count);

/* Whether a proof shows that the tree of b leaves begins with the one of a. */
bool rfc_consistent(uint64_t a, const struct digest *root_a, uint64_t b, const struct digest *root_b,
                    const struct proof *proof);

#endif
