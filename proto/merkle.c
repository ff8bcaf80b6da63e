#include "proto/merkle.h"

#include <assert.h>

void frontier_init(struct frontier *f) {
    f->size = 0;
}

void frontier_add(struct frontier *f, const struct digest *leaf) {
    struct digest carry = *leaf;
    unsigned level = 0;
    for (; f->size >> level & 1; level++)
        carry = digest_node(&f->peak[level], &carry);
    f->peak[level] = carry;
    f->size++;
}

/* Fold the subtrees of the bits of size, smallest first, into one hash. */
struct digest frontier_root(const struct frontier *f) {
    struct digest root;
    bool any = false;
    if (f->size == 0)
        return digest_empty();
    for (unsigned level = 0; level < INDEX_BITS; level++)
        if (f->size >> level & 1) {
            root = any ? digest_node(&f->peak[level], &root) : f->peak[level];
            any = true;
        }
    return root;
}

enum err frontier_load(struct frontier *ret, uint64_t size, merkle_lookup *lookup, void *context) {
    for (unsigned level = 0; level < INDEX_BITS; level++)
        if (size >> level & 1 && !lookup(context, level, (size >> level) - 1, &ret->peak[level]))
            return ERR_CORRUPT;
    ret->size = size;
    return ERR_OK;
}

uint64_t merkle_split(uint64_t count) {
    assert(count >= 2);
    return 1ull << (INDEX_BITS - __builtin_clzll(count - 1));
}

/* Complete subtrees are looked up, the right edge is folded. */
enum err merkle_subtree(struct digest *ret, uint64_t from, uint64_t count, merkle_lookup *lookup,
                        void *context) {
    struct digest part;
    bool any = false;
    for (unsigned level = 0; level < INDEX_BITS; level++) {
        if (!(count >> level & 1))
            continue;
        uint64_t at = from + (count >> (level + 1) << (level + 1));
        if (!lookup(context, level, at >> level, &part))
            return ERR_CORRUPT;
        *ret = any ? digest_node(&part, ret) : part;
        any = true;
    }
    return ERR_OK;
}

/* A tree of which everything can be looked up gives every range. */
struct looked_up {
    merkle_lookup *lookup;
    void *context;
};

static enum err range_look_up(const void *context, uint64_t from, uint64_t count, struct digest *ret) {
    const struct looked_up *tree = context;
    return merkle_subtree(ret, from, count, tree->lookup, tree->context);
}

enum err merkle_root(struct digest *ret, uint64_t size, merkle_lookup *lookup, void *context) {
    if (size == 0) {
        *ret = digest_empty();
        return ERR_OK;
    }
    return merkle_subtree(ret, 0, size, lookup, context);
}

static void proof_reverse(struct proof *proof) {
    for (unsigned i = 0; i < proof->count / 2; i++) {
        struct digest swap = proof->node[i];
        proof->node[i] = proof->node[proof->count - 1 - i];
        proof->node[proof->count - 1 - i] = swap;
    }
}

/* RFC 9162 2.1.3.1, from the root down; the proof is then turned round. */
enum err merkle_prove_inclusion_by(struct proof *ret, uint64_t index, uint64_t size, merkle_range *range,
                                   const void *context) {
    uint64_t from = 0, count = size;
    if (index >= size || size > INT64_MAX)
        return ERR_RANGE;
    ret->count = 0;
    while (count > 1) {
        uint64_t k = merkle_split(count);
        bool left = index - from < k;
        enum err err = range(context, left ? from + k : from, left ? count - k : k, &ret->node[ret->count++]);
        if (err)
            return err;
        from += left ? 0 : k;
        count = left ? k : count - k;
    }
    proof_reverse(ret);
    return ERR_OK;
}

/* RFC 9162 2.1.4.1: SUBPROOF(a, D[from : from + count], known), known: the verifier has the root of this
 * subtree. */
enum err merkle_prove_consistency_by(struct proof *ret, uint64_t a, uint64_t b, merkle_range *range,
                                     const void *context) {
    uint64_t from = 0, count = b;
    bool known = true;
    if (a == 0 || a > b || b > INT64_MAX)
        return ERR_RANGE;
    ret->count = 0;
    while (a - from != count) {
        uint64_t k = merkle_split(count);
        bool left = a - from <= k;
        enum err err = range(context, left ? from + k : from, left ? count - k : k, &ret->node[ret->count++]);
        if (err)
            return err;
        known = known && left;
        from += left ? 0 : k;
        count = left ? k : count - k;
    }
    if (!known) {
        enum err err = range(context, from, count, &ret->node[ret->count++]);
        if (err)
            return err;
    }
    proof_reverse(ret);
    return ERR_OK;
}

enum err merkle_prove_inclusion(struct proof *ret, uint64_t index, uint64_t size, merkle_lookup *lookup,
                                void *context) {
    const struct looked_up tree = {lookup, context};
    return merkle_prove_inclusion_by(ret, index, size, range_look_up, &tree);
}

enum err merkle_prove_consistency(struct proof *ret, uint64_t a, uint64_t b, merkle_lookup *lookup,
                                  void *context) {
    const struct looked_up tree = {lookup, context};
    return merkle_prove_consistency_by(ret, a, b, range_look_up, &tree);
}

/* RFC 9162 2.1.3.2, step by step. */
enum err merkle_check_inclusion(uint64_t index, uint64_t size, const struct digest *leaf,
                                const struct proof *proof, const struct digest *root) {
    if (index >= size)
        return ERR_PROOF;
    uint64_t fn = index, sn = size - 1;
    struct digest r = *leaf;
    for (unsigned i = 0; i < proof->count; i++) {
        if (sn == 0)
            return ERR_PROOF;
        if (fn & 1 || fn == sn) {
            r = digest_node(&proof->node[i], &r);
            while (fn != 0 && !(fn & 1))
                fn >>= 1, sn >>= 1;
        } else {
            r = digest_node(&r, &proof->node[i]);
        }
        fn >>= 1, sn >>= 1;
    }
    return sn == 0 && digest_eq(&r, root) ? ERR_OK : ERR_PROOF;
}

/* RFC 9162 2.1.4.2, step by step. */
enum err merkle_check_consistency(uint64_t a, uint64_t b, const struct digest *root_a,
                                  const struct digest *root_b, const struct proof *proof) {
    if (a == 0) {
        struct digest empty = digest_empty();
        bool stated = digest_eq(root_a, &empty) && (b != 0 || digest_eq(root_b, &empty));
        return stated && proof->count == 0 ? ERR_OK : ERR_PROOF;
    }
    if (a == b)
        return proof->count == 0 && digest_eq(root_a, root_b) ? ERR_OK : ERR_PROOF;
    if (a > b || proof->count == 0)
        return ERR_PROOF;
    uint64_t fn = a - 1, sn = b - 1;
    while (fn & 1)
        fn >>= 1, sn >>= 1;
    bool whole = (a & (a - 1)) == 0; /* a complete subtree: the proof begins with the old root itself */
    struct digest fr = whole ? *root_a : proof->node[0], sr = fr;
    for (unsigned i = whole ? 0 : 1; i < proof->count; i++) {
        const struct digest *p = &proof->node[i];
        if (sn == 0)
            return ERR_PROOF;
        if (fn & 1 || fn == sn) {
            fr = digest_node(p, &fr);
            sr = digest_node(p, &sr);
            while (fn != 0 && !(fn & 1))
                fn >>= 1, sn >>= 1;
        } else {
            sr = digest_node(&sr, p);
        }
        fn >>= 1, sn >>= 1;
    }
    return sn == 0 && digest_eq(&fr, root_a) && digest_eq(&sr, root_b) ? ERR_OK : ERR_PROOF;
}
