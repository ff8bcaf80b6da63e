#include "node/signer.h"

#include <stdio.h>
#include <string.h>

#include "node/renewal.h"

/* The ledger already stands at the end of this request: it was signed before, or something else was. */
static enum err again(const struct ledger *l, const struct signer_request *r) {
    if (l->frontier.size != r->from + r->count)
        return ERR_STALE;
    if (!digest_eq(&l->root, &r->root))
        return ERR_FORK;
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

/* Begin the epoch at its anchor, whose root is signed by the custodians and not computed from the store
 * alone. */
static enum err begin(struct ledger *l, const struct signer_request *r) {
    struct digest root = frontier_root(r->anchor);

    if (r->anchor->size != r->authority->anchor_size || !digest_eq(&root, &r->authority->anchor_root))
        return ERR_ROOT;
    ledger_init(l, r->origin, r->authority->epoch);
    l->frontier = *r->anchor;
    l->root = root;
    return ERR_OK;
}

/* The ledger as it stands for the epoch of the request; nothing is written yet. */
static enum err load(const char *dir, const struct signer_request *r, struct ledger *ret) {
    enum err err = ledger_load(dir, ret);

    if (err == ERR_NOT_FOUND && renewal_granted(dir, &r->authority->hash))
        return begin(ret, r);
    if (err)
        return err;
    if (strcmp(ret->origin, r->origin) != 0)
        return ERR_ORIGIN;
    if (ret->epoch > r->authority->epoch)
        return ERR_EPOCH;
    return ret->epoch < r->authority->epoch ? begin(ret, r) : ERR_OK;
}

static enum err check(const struct signer_request *r, const uint8_t secret[static KEY_SECRET_LEN]) {
    struct pubkey key;

    memcpy(key.b, secret + KEY_SEED_LEN, KEY_LEN);
    if (!authority_has_operator(r->authority, &key))
        return ERR_OPERATOR;
    if (!r->count)
        return ERR_RANGE;
    return r->from > r->authority->max || r->count > r->authority->max - r->from ? ERR_BOUNDS : ERR_OK;
}

enum err signer_sign(const char *dir, const struct signer_request *request,
                     const uint8_t secret[static KEY_SECRET_LEN], struct checkpoint_signature *ret) {
    struct ledger l;
    enum err err = check(request, secret);

    if (!err)
        err = load(dir, request, &l);
    if (err)
        return err;
    bool repeats = l.frontier.size > request->from;
    err = repeats ? again(&l, request) : grow(&l, request);
    if (!err && !repeats)
        err = sign(&l, secret);
    /* Also what is there already may not be on the disk, if its program ended before the directory was
     * synced. */
    if (!err)
        err = ledger_save(dir, &l);
    if (!err) /* used up before anything leaves */
        err = renewal_drop(dir);
    if (!err)
        *ret = l.last;
    return err;
}
