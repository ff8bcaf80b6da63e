#include "proto/chain.h"

#include <string.h>

static bool same_state(const struct authority *a, const struct authority *b) {
    return strcmp(a->network, b->network) == 0 && strcmp(a->code, b->code) == 0;
}

/* An operator key signs in one epoch and in no other; nor may a root key of earlier days become one. */
static bool reuses_key(const struct authority *chain, unsigned count, const struct authority *child) {
    for (unsigned i = 0; i < count; i++)
        for (unsigned k = 0; k < child->operator_count; k++)
            if (authority_has_operator(&chain[i], &child->operator_key[k]) ||
                authority_has_root(&chain[i], &child->operator_key[k]))
                return true;
    return false;
}

/* The cheap rules first: a flood of bad notes must not cost signatures. */
enum err chain_check_next(const struct authority *chain, unsigned count, const struct authority *child,
                          struct bytes text, const struct authority_signature *signature,
                          unsigned signature_count, const struct proof *proof) {
    const struct authority *parent = &chain[count - 1];
    struct digest hash = digest_of(text);
    if (!digest_eq(&hash, &child->hash))
        return ERR_AUTHORITY;
    if (!same_state(parent, child))
        return ERR_ORIGIN;
    if (count >= EPOCHS_MAX || child->epoch != parent->epoch + 1 || !child->has_prev ||
        !digest_eq(&child->prev, &parent->hash))
        return ERR_EPOCH;
    if (child->anchor_size <= parent->anchor_size || child->anchor_size > parent->max)
        return ERR_BOUNDS;
    if (reuses_key(chain, count, child))
        return ERR_KEY_TWICE;
    enum err err = merkle_check_consistency(parent->anchor_size, child->anchor_size, &parent->anchor_root,
                                            &child->anchor_root, proof);
    if (err)
        return err;
    if (authority_count_committed(parent, text, signature, signature_count) < parent->next_need)
        return ERR_COMMITTED;
    if (authority_count_roots(child, text, signature, signature_count) < child->root_need)
        return ERR_UNSIGNED;
    return ERR_OK;
}
