#include "proto/extension.h"

/* Whether the border lies in, or at the end of, the left half. */
static bool goes_left(const struct extension *e, const struct extension_step *step) {
    return e->held - step->from <= step->split;
}

/* The way from the whole down to the border, as RFC 9162 2.1.4.1 walks it.  Its right siblings are nodes of
 * the proof, which begins at the bottom. */
static enum err steps_walk(struct extension *e, const struct proof *proof) {
    uint64_t from = 0, count = e->size;
    unsigned left = proof->count;
    for (e->depth = 0; e->held - from != count; e->depth++) {
        struct extension_step *step = &e->step[e->depth];
        if (left == 0)
            return ERR_PROOF;
        *step = (struct extension_step){
            .from = from, .count = count, .split = merkle_split(count), .right = proof->node[--left]};
        from += goes_left(e, step) ? 0 : step->split;
        count = goes_left(e, step) ? step->split : count - step->split;
    }
    e->edge = from;
    return ERR_OK;
}

/* Fold the roots of the steps from the border up, to the root of the whole. */
static enum err steps_fold(struct extension *e) {
    struct digest root, left;
    enum err err = merkle_subtree(&root, e->edge, e->held - e->edge, e->lookup, e->context);
    for (unsigned i = e->depth; i-- > 0 && !err;) {
        struct extension_step *step = &e->step[i];
        if (goes_left(e, step)) {
            root = digest_node(&root, &step->right);
        } else {
            err = merkle_subtree(&left, step->from, step->split, e->lookup, e->context);
            root = digest_node(&left, &root);
        }
        step->root = root;
    }
    if (!err && !digest_eq(&root, &e->root))
        err = ERR_PROOF;
    return err;
}

enum err extension_init(struct extension *ret, uint64_t held, uint64_t size, const struct digest *root,
                        const struct proof *proof, merkle_lookup *lookup, void *context) {
    struct digest root_held;
    if (held == 0 || held > size || size > INT64_MAX)
        return ERR_RANGE;
    enum err err = merkle_root(&root_held, held, lookup, context);
    if (!err)
        err = merkle_check_consistency(held, size, &root_held, root, proof);
    if (err)
        return err;
    ret->held = held;
    ret->size = size;
    ret->root = *root;
    ret->lookup = lookup;
    ret->context = context;
    err = steps_walk(ret, proof);
    return err ? err : steps_fold(ret);
}

/* merkle_range of the whole. */
static enum err range_find(const void *context, uint64_t from, uint64_t count, struct digest *ret) {
    const struct extension *e = context;
    if (from + count <= e->held)
        return merkle_subtree(ret, from, count, e->lookup, e->context);
    for (unsigned i = 0; i < e->depth; i++) {
        const struct extension_step *step = &e->step[i];
        if (step->from == from && step->count == count) {
            *ret = step->root;
            return ERR_OK;
        }
        if (from >= e->held && from == step->from + step->split && count == step->count - step->split) {
            *ret = step->right;
            return ERR_OK;
        }
    }
    return ERR_RANGE;
}

enum err extension_inclusion(const struct extension *e, uint64_t index, struct proof *ret) {
    if (index >= e->held)
        return ERR_RANGE;
    return merkle_prove_inclusion_by(ret, index, e->size, range_find, e);
}

enum err extension_consistency(const struct extension *e, uint64_t a, struct proof *ret) {
    if (a == 0 || a > e->held)
        return ERR_RANGE;
    return merkle_prove_consistency_by(ret, a, e->size, range_find, e);
}

enum err extension_prove(const struct extension *e, uint64_t a, uint64_t index, struct proved *ret) {
    enum err err = extension_inclusion(e, index, &ret->inclusion);
    ret->consistency.count = 0;
    if (!err && a > 0)
        err = extension_consistency(e, a, &ret->consistency);
    if (!err && !e->lookup(e->context, 0, index, &ret->leaf))
        err = ERR_CORRUPT;
    return err;
}
