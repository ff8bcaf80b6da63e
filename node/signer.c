#include "node/signer.h"

#include <stdio.h>

/* The ledger already stands at the end of this request: it was signed before, or something else was. */
static enum err again(const struct ledger *l, const struct signer_request *r,
                      struct checkpoint_signature *ret) {
    if (l->frontier.size != r->from + r->count)
        return ERR_STALE;
    if (!digest_eq(&l->root, &r->root))
        return ERR_FORK;
    *ret = l->last;
    return ERR_OK;
}

/* Grow the ledger by the leaves; nothing is written yet. */
static enum err grow(struct ledger *l, const struct signer_request *r) {
    if (l->frontier.size < r->from)
        return ERR_GAP;
    if (!digest_eq(&l->root, &r->from_root))
        return ERR_FORK;
    for (uint32_t i = 0; i < r->count; i++) {
        struct digest leaf = digest_leaf(r->leaf[i]);
        frontier_add(&l->frontier, &leaf);
    }
    l->root = frontier_root(&l->frontier);
    return digest_eq(&l->root, &r->root) ? ERR_OK : ERR_ROOT;
}

static enum err sign(struct ledger *l, const uint8_t secret[static KEY_SECRET_LEN]) {
    struct checkpoint c = {.size = l->frontier.size, .root = l->root};

    snprintf(c.origin, sizeof(c.origin), "%s", l->origin);
    checkpoint_sign(&c, secret, &l->last);
    return checkpoint_verify(&c, &l->last); /* a flipped bit must not leave as a signature */
}

enum err signer_sign(const char *dir, const struct signer_request *request,
                     const uint8_t secret[static KEY_SECRET_LEN], struct checkpoint_signature *ret) {
    struct ledger l;
    enum err err = ledger_load(dir, &l);

    if (err)
        return err;
    if (!bytes_is(bytes_str(l.origin), request->origin))
        return ERR_ORIGIN;
    if (l.epoch != request->epoch)
        return ERR_EPOCH;
    if (!request->count)
        return ERR_RANGE;
    if (l.frontier.size > request->from)
        return again(&l, request, ret);
    err = grow(&l, request);
    if (!err)
        err = sign(&l, secret);
    if (!err)
        err = ledger_save(dir, &l);
    if (!err)
        *ret = l.last;
    return err;
}
