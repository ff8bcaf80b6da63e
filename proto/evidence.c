#include "proto/evidence.h"

#include <assert.h>
#include <string.h>

#define TAG "comity-evidence/v1"
#define ITEMS 8
#define SIDE_ITEMS 6

/* ---- bytes ---- */

static void side_write(struct writer *w, const struct evidence_side *side) {
    writer_array(w, SIDE_ITEMS);
    writer_uint(w, side->size);
    writer_bin(w, BYTES(side->root.b));
    signatures_write(w, side->signature, side->signature_count, false);
    proved_write(w, &side->proved);
}

enum err evidence_write(const struct evidence *e, uint8_t *buffer, size_t max, struct bytes *ret) {
    struct writer w;
    writer_init(&w, buffer, max < EVIDENCE_MAX ? max : EVIDENCE_MAX);
    writer_array(&w, ITEMS);
    writer_str(&w, bytes_str(TAG));
    writer_bin(&w, BYTES(e->log));
    writer_bin(&w, BYTES(e->note.b));
    writer_uint(&w, e->f);
    writer_bin(&w, BYTES(e->root_f.b));
    proof_write(&w, &e->from_anchor);
    side_write(&w, &e->side[0]);
    side_write(&w, &e->side[1]);
    return writer_end(&w, ret);
}

static void side_read(struct reader *r, struct evidence_side *ret) {
    if (reader_array(r, SIDE_ITEMS) != SIDE_ITEMS)
        reader_fail(r, ERR_SCHEMA);
    ret->size = reader_uint(r, INT64_MAX);
    reader_fixed(r, ret->root.b, DIGEST_LEN);
    ret->signature_count = signatures_read(r, ret->signature, EVIDENCE_SIGNATURES_MAX, false);
    proved_read(r, &ret->proved);
}

/* One spelling: another order would be the same fork under another hash. */
static enum err order_check(const struct evidence *e) {
    for (unsigned i = 0; i < 2; i++) {
        const struct evidence_side *side = &e->side[i];
        if (side->signature_count == 0 || side->signature_count > EVIDENCE_SIGNATURES_MAX)
            return ERR_SCHEMA;
        for (unsigned k = 1; k < side->signature_count; k++)
            if (memcmp(side->signature[k - 1].key.b, side->signature[k].key.b, KEY_LEN) >= 0)
                return ERR_SCHEMA;
    }
    int order = memcmp(e->side[0].proved.leaf.b, e->side[1].proved.leaf.b, DIGEST_LEN);
    return order == 0 ? ERR_ALIKE : order > 0 ? ERR_SCHEMA : ERR_OK;
}

enum err evidence_read(struct bytes bytes, struct evidence *ret) {
    struct reader r;
    struct evidence e;
    if (bytes.len > EVIDENCE_MAX)
        return ERR_SIZE;
    enum err err = reader_check(bytes, EVIDENCE_DEPTH, EVIDENCE_ITEMS);
    if (err)
        return err;
    reader_init(&r, bytes);
    if (reader_array(&r, ITEMS) != ITEMS || !bytes_is(reader_str(&r, sizeof TAG), TAG))
        reader_fail(&r, ERR_SCHEMA);
    reader_fixed(&r, e.log, LOG_ID_LEN);
    reader_fixed(&r, e.note.b, DIGEST_LEN);
    e.f = reader_uint(&r, INT64_MAX);
    reader_fixed(&r, e.root_f.b, DIGEST_LEN);
    proof_read(&r, &e.from_anchor);
    side_read(&r, &e.side[0]);
    side_read(&r, &e.side[1]);
    err = reader_end(&r);
    err = err ? err : order_check(&e);
    if (!err)
        *ret = e;
    return err;
}

/* ---- judging ---- */

static enum err bounds_check(const struct evidence *e, const struct authority *note) {
    if (e->f < note->anchor_size)
        return ERR_BOUNDS;
    for (unsigned i = 0; i < 2; i++) {
        if (e->side[i].size > note->max)
            return ERR_BOUNDS;
        if (e->f >= e->side[i].size)
            return ERR_RANGE;
    }
    return ERR_OK;
}

static struct checkpoint side_checkpoint(const struct evidence_side *side, const char *origin) {
    struct checkpoint c = {.size = side->size, .root = side->root};
    assert(strlen(origin) <= ORIGIN_MAX);
    memcpy(c.origin, origin, strlen(origin) + 1);
    return c;
}

/* As at the gate: keys that may not sign are passed over, a wrong signature of one that may is refused. */
static enum err signatures_check(const struct evidence_side *side, const char *origin,
                                 const struct authority *note) {
    const struct checkpoint c = side_checkpoint(side, origin);
    unsigned good = 0;
    for (unsigned i = 0; i < side->signature_count; i++) {
        if (!authority_has_operator(note, &side->signature[i].key))
            continue;
        enum err err = checkpoint_verify(&c, &side->signature[i]);
        if (err)
            return err;
        good++;
    }
    return good ? ERR_OK : ERR_UNSIGNED;
}

static enum err proofs_check(const struct evidence *e, const struct authority *note) {
    if (merkle_check_consistency(note->anchor_size, e->f, &note->anchor_root, &e->root_f, &e->from_anchor))
        return ERR_ANCHOR;
    for (unsigned i = 0; i < 2; i++) {
        const struct evidence_side *side = &e->side[i];
        enum err err = proved_begins(&side->proved, e->f, &e->root_f, side->size, &side->root);
        err = err ? err : proved_stands(&side->proved, e->f, side->size, &side->root);
        if (err)
            return err;
    }
    return ERR_OK;
}

enum err evidence_check(const struct evidence *e, const char *origin, const struct authority *note) {
    uint8_t id[LOG_ID_LEN];
    origin_log_id(origin, id);
    if (memcmp(id, e->log, LOG_ID_LEN) != 0)
        return ERR_ORIGIN;
    if (!digest_eq(&e->note, &note->hash))
        return ERR_EPOCH;
    enum err err = order_check(e);
    err = err ? err : bounds_check(e, note);
    for (unsigned i = 0; i < 2 && !err; i++)
        err = signatures_check(&e->side[i], origin, note);
    return err ? err : proofs_check(e, note);
}

/* ---- making ---- */

/* Keep a signature if it has one of the lowest keys so far, in their order. */
static void signature_keep(struct evidence_side *side, const struct checkpoint_signature *s) {
    unsigned at = 0;
    while (at < side->signature_count && memcmp(side->signature[at].key.b, s->key.b, KEY_LEN) < 0)
        at++;
    if (at == EVIDENCE_SIGNATURES_MAX ||
        (at < side->signature_count && pubkey_eq(&side->signature[at].key, &s->key)))
        return;
    if (side->signature_count < EVIDENCE_SIGNATURES_MAX)
        side->signature_count++;
    for (unsigned i = side->signature_count - 1; i > at; i--)
        side->signature[i] = side->signature[i - 1];
    side->signature[at] = *s;
}

enum err evidence_side_begin(struct evidence_side *ret, const struct checkpoint *c,
                             const struct authority *note, const struct checkpoint_signature *signature,
                             unsigned count) {
    struct evidence_side side = {.size = c->size, .root = c->root};
    for (unsigned i = 0; i < count; i++) {
        if (!authority_has_operator(note, &signature[i].key))
            continue;
        enum err err = checkpoint_verify(c, &signature[i]);
        if (err)
            return err;
        signature_keep(&side, &signature[i]);
    }
    if (side.signature_count == 0)
        return ERR_UNSIGNED;
    *ret = side;
    return ERR_OK;
}

/* What both sides share: the first f leaves, and that they extend the anchor. */
static enum err common_make(struct evidence *e, const struct authority *note, const struct extension *own) {
    if (e->f < note->anchor_size)
        return ERR_BOUNDS;
    enum err err = merkle_root(&e->root_f, e->f, own->lookup, own->context);
    if (!err && note->anchor_size > 0)
        err = merkle_prove_consistency(&e->from_anchor, note->anchor_size, e->f, own->lookup, own->context);
    return err;
}

enum err evidence_make(struct evidence *ret, const char *origin, const struct authority *note, uint64_t f,
                       const struct extension *own, const struct evidence_side *mine,
                       const struct evidence_side *other) {
    struct evidence e = {.note = note->hash, .f = f};
    struct evidence_side side = *mine;
    assert(mine->size == own->size);
    assert(digest_eq(&mine->root, &own->root));
    origin_log_id(origin, e.log);
    enum err err = extension_prove(own, f, f, &side.proved);
    err = err ? err : common_make(&e, note, own);
    if (err)
        return err;
    bool first = memcmp(side.proved.leaf.b, other->proved.leaf.b, DIGEST_LEN) < 0;
    e.side[first ? 0 : 1] = side;
    e.side[first ? 1 : 0] = *other;
    err = evidence_check(&e, origin, note);
    if (!err)
        *ret = e;
    return err;
}

/* ---- answering ---- */

enum err evidence_prove(const struct evidence *e, uint64_t size, const struct digest *root, uint64_t a,
                        uint64_t index, merkle_lookup *lookup, void *context, struct proved *ret) {
    struct extension tree;
    const struct evidence_side *side = e->side;
    while (side < e->side + 2 && (side->size != size || !digest_eq(&side->root, root)))
        side++;
    if (side == e->side + 2)
        return ERR_NOT_FOUND;
    if (a > e->f || index > e->f)
        return ERR_RANGE;
    struct proved proved = side->proved; /* all there is to say at f, and of the empty beginning */
    if (a == e->f && index == e->f) {
        *ret = proved;
        return ERR_OK;
    }
    enum err err = extension_init(&tree, e->f, size, root, &side->proved.consistency, lookup, context);
    if (!err && a < e->f) {
        proved.consistency.count = 0;
        err = a > 0 ? extension_consistency(&tree, a, &proved.consistency) : ERR_OK;
    }
    if (!err && index < e->f) {
        err = extension_inclusion(&tree, index, &proved.inclusion);
        if (!err && !lookup(context, 0, index, &proved.leaf))
            err = ERR_CORRUPT;
    }
    if (!err)
        *ret = proved;
    return err;
}
