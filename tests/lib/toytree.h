/* Trees to prove things of, without a store: small ones leaf by leaf, and huge ones of which nearly all
 * leaves are alike. */
#ifndef TESTS_LIB_TOYTREE_H
#define TESTS_LIB_TOYTREE_H

#include "proto/merkle.h"

#define TOYTREE_MAX 512
#define TOYTREE_ODD 4

struct toytree {
    uint64_t size;
    struct digest node[2 * TOYTREE_MAX]; /* complete subtrees, level after level */
};

/* The leaf of a number in a branch, the same wherever it is made. */
struct digest toytree_leaf(unsigned branch, uint64_t index);

void toytree_add(struct toytree *t, const struct digest *leaf);

/* Branch 0 up to fork, from there on this branch. */
void toytree_grow(struct toytree *t, unsigned branch, uint64_t fork, uint64_t size);

struct digest toytree_root(const struct toytree *t, uint64_t size);

/* The lookup's context: of a tree the first held leaves are at hand, and nothing beyond is given. */
struct toytree_part {
    const struct toytree *tree;
    uint64_t held;
};
bool toytree_lookup(void *context, unsigned level, uint64_t index, struct digest *ret);

/* All leaves alike but these few, in any order of their indexes; as large as one likes. */
struct toytree_huge {
    uint64_t held;
    unsigned odd_count;
    uint64_t odd[TOYTREE_ODD];
    unsigned branch[TOYTREE_ODD];
};
bool toytree_huge_lookup(void *context, unsigned level, uint64_t index, struct digest *ret);

#endif
