#include "tests/lib/toytree.h"

#include <assert.h>

struct digest toytree_leaf(unsigned branch, uint64_t index) {
    uint8_t text[12];
    be32_put(text, branch);
    be64_put(text + 4, index);
    return digest_leaf(BYTES(text));
}

static size_t place(unsigned level, uint64_t index) {
    return 2u * TOYTREE_MAX - (2u * TOYTREE_MAX >> level) + (size_t)index;
}

void toytree_add(struct toytree *t, const struct digest *leaf) {
    assert(t->size < TOYTREE_MAX);
    t->node[place(0, t->size)] = *leaf;
    t->size++;
    for (unsigned level = 1; t->size % (1u << level) == 0; level++) {
        uint64_t index = (t->size >> level) - 1;
        t->node[place(level, index)] =
            digest_node(&t->node[place(level - 1, 2 * index)], &t->node[place(level - 1, 2 * index + 1)]);
    }
}

void toytree_grow(struct toytree *t, unsigned branch, uint64_t fork, uint64_t size) {
    while (t->size < size) {
        struct digest leaf = toytree_leaf(t->size < fork ? 0 : branch, t->size);
        toytree_add(t, &leaf);
    }
}

struct digest toytree_root(const struct toytree *t, uint64_t size) {
    struct frontier f;
    frontier_init(&f);
    assert(size <= t->size);
    while (f.size < size)
        frontier_add(&f, &t->node[place(0, f.size)]);
    return frontier_root(&f);
}

bool toytree_lookup(void *context, unsigned level, uint64_t index, struct digest *ret) {
    const struct toytree_part *part = context;
    assert(part->held <= part->tree->size);
    if (level >= 63 || index >= part->held >> level)
        return false;
    *ret = part->tree->node[place(level, index)];
    return true;
}

/* The root of 2^level leaves that are all alike. */
static struct digest alike(unsigned level) {
    static struct digest root[63];
    static unsigned known;
    if (known == 0)
        root[known++] = toytree_leaf(0, 0);
    for (; known <= level; known++)
        root[known] = digest_node(&root[known - 1], &root[known - 1]);
    return root[level];
}

static struct digest huge(const struct toytree_huge *t, unsigned level, uint64_t index) {
    unsigned i = 0;
    while (i < t->odd_count && t->odd[i] >> level != index)
        i++;
    if (i == t->odd_count)
        return alike(level);
    if (level == 0)
        return toytree_leaf(t->branch[i], t->odd[i]);
    struct digest left = huge(t, level - 1, 2 * index), right = huge(t, level - 1, 2 * index + 1);
    return digest_node(&left, &right);
}

bool toytree_huge_lookup(void *context, unsigned level, uint64_t index, struct digest *ret) {
    const struct toytree_huge *t = context;
    if (level >= 63 || index >= t->held >> level)
        return false;
    *ret = huge(t, level, index);
    return true;
}
