#include "tests/sim/rfc.h"

struct digest rfc_leaf(struct bytes leaf) {
    return digest_pieces((struct bytes[]){{(const uint8_t[]){0}, 1}, leaf}, 2);
}

struct digest rfc_node(const struct digest *left, const struct digest *right) {
    return digest_pieces((struct bytes[]){{(const uint8_t[]){1}, 1}, BYTES(left->b), BYTES(right->b)}, 3);
}

/* The largest power of two below count. */
static uint64_t split(uint64_t count) {
    uint64_t left = 1;
    while (2 * left < count)
        left *= 2;
    return left;
}

struct digest rfc_root(const struct digest *leaf, uint64_t count) {
    if (count == 0)
        return digest_of((struct bytes){NULL, 0});
    if (count == 1)
        return leaf[0];
    uint64_t left = split(count);
    struct digest a = rfc_root(leaf, left), b = rfc_root(leaf + left, count - left);
    return rfc_node(&a, &b);
}

/* 2.1.4.1 read backwards: what SUBPROOF(a, D[b], known) has put into the proof gives both roots. */
struct walk {
    const struct proof *proof;
    const struct digest *root_a;
    unsigned at;
    bool bad;
};

static struct digest next_of(struct walk *w) {
    static const struct digest zero;
    w->bad = w->bad || w->at == w->proof->count;
    return w->bad ? zero : w->proof->node[w->at++];
}

static struct digest subproof(struct walk *w, uint64_t a, uint64_t b, bool known, struct digest *ret_b) {
    if (a == b) {
        *ret_b = known ? *w->root_a : next_of(w);
        return *ret_b;
    }
    uint64_t left = split(b);
    if (a <= left) {
        struct digest old = subproof(w, a, left, known, ret_b), right = next_of(w);
        *ret_b = rfc_node(ret_b, &right);
        return old;
    }
    struct digest old = subproof(w, a - left, b - left, false, ret_b), other = next_of(w);
    *ret_b = rfc_node(&other, ret_b);
    return rfc_node(&other, &old);
}

bool rfc_consistent(uint64_t a, const struct digest *root_a, uint64_t b, const struct digest *root_b,
                    const struct proof *proof) {
    struct walk w = {proof, root_a, 0, false};
    struct digest found_b, empty = rfc_root(NULL, 0);
    if (a == 0)
        return digest_eq(root_a, &empty) && proof->count == 0;
    if (a > b)
        return false;
    struct digest found_a = subproof(&w, a, b, true, &found_b);
    return !w.bad && w.at == proof->count && digest_eq(&found_a, root_a) && digest_eq(&found_b, root_b);
}
