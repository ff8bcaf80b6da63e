#include "tests/sim/forger.h"

#include <stdlib.h>
#include <string.h>

#include "proto/message.h"
#include "tests/sim/faults.h"
#include "tests/sim/rfc.h"
#include "tests/sim/station.h"
#include "tests/sim/villain.h"

enum forgery {
    FORGERY_ONE,             /* one custodian has signed */
    FORGERY_TWICE,           /* one has signed twice */
    FORGERY_BORROWED,        /* one has signed for another too */
    FORGERY_OWN_SHORT,       /* enough of those committed, too few of its own roots */
    FORGERY_OWN_TWICE,       /* the same, and the one own root has signed twice */
    FORGERY_COMMITTED_SHORT, /* enough of its own roots, too few of those committed */
    FORGERY_COMMITTED_TWICE, /* the same, and the one committed has signed twice */
    FORGERY_STILL,           /* the anchor of the epoch before */
    FORGERY_PAST_MAX,        /* an anchor past the max of the epoch before */
    FORGERY_UNPROVEN,        /* an anchor that does not go on from the one before */
    FORGERY_KEY_AGAIN,       /* an operator key of an earlier epoch */
    FORGERY_SPOILED,         /* a good note, with a signature that is none beside the good ones */
    FORGERIES
};

static const char *const told[] = {"too few signatures",
                                   "one signature twice",
                                   "a signature under another's name",
                                   "too few of its own roots",
                                   "one own root twice",
                                   "too few of those committed",
                                   "one of those committed twice",
                                   "the anchor of before",
                                   "an anchor past max",
                                   "an anchor that does not go on",
                                   "an operator key of before",
                                   "a bad signature beside good ones"};

struct forger {
    const struct member *m;
    enum forgery forgery;
    struct authority *a;
    struct member_note note;
    struct pubkey stranger[2]; /* keys that nobody has committed to */
    uint8_t secret[2][KEY_SECRET_LEN];
    struct digest *leaf; /* of the tree that it stands on */
    uint64_t size;
};

static uint64_t dice(uint64_t n) {
    return dice_below(&scene.dice.villain, n);
}

/* merkle_lookup over the leaves. */
static bool look_up(void *forger, unsigned level, uint64_t index, struct digest *ret) {
    const struct forger *f = forger;
    *ret = rfc_root(f->leaf + (index << level), UINT64_C(1) << level);
    return true;
}

/* The largest tree of the State that goes on from its last anchor. */
static const struct signed_tree *stands_on(const struct member *m, const struct authority *parent) {
    const struct signed_tree *best = NULL;
    for (unsigned i = 0; i < m->tree_count; i++) {
        const struct signed_tree *t = &m->tree[i];
        struct digest root = rfc_root(t->leaf, t->size > parent->anchor_size ? parent->anchor_size : 0);
        if (t->size > parent->anchor_size && digest_eq(&root, &parent->anchor_root) &&
            (!best || t->size > best->size))
            best = t;
    }
    return best;
}

static void strangers_make(struct forger *f) {
    for (unsigned i = 0; i < 2; i++) {
        uint8_t seed[KEY_SEED_LEN];
        for (unsigned k = 0; k < KEY_SEED_LEN; k++)
            seed[k] = (uint8_t)dice_next(&scene.dice.villain);
        key_from_seed(seed, &f->stranger[i], f->secret[i]);
    }
}

/* Lengthen the tree by leaves of nothing. */
static void tree_grow(struct forger *f, uint64_t size) {
    f->leaf = realloc(f->leaf, (size + 1) * sizeof *f->leaf);
    if (!f->leaf)
        abort();
    for (; f->size < size; f->size++)
        for (unsigned k = 0; k < DIGEST_LEN; k++)
            f->leaf[f->size].b[k] = (uint8_t)dice_next(&scene.dice.villain);
}

static void anchor_make(struct forger *f, const struct authority *parent) {
    struct proof proof = {.count = 0};
    if (f->forgery == FORGERY_PAST_MAX)
        tree_grow(f, parent->max + 1);
    if (f->forgery == FORGERY_UNPROVEN)
        f->leaf[dice(parent->anchor_size)].b[0] ^= 1;
    uint64_t anchor = f->forgery == FORGERY_STILL ? parent->anchor_size : f->size;
    struct digest root = rfc_root(f->leaf, anchor);
    if (parent->anchor_size &&
        merkle_prove_consistency(&proof, parent->anchor_size, anchor, look_up, f) != ERR_OK)
        proof.count = 0;
    member_next_note((struct member *)(uintptr_t)f->m, anchor, &root, &proof, 0, &f->note);
}

static void keys_spoil(struct forger *f) {
    uint8_t secret[KEY_SECRET_LEN];
    switch (f->forgery) {
    case FORGERY_OWN_SHORT:
    case FORGERY_OWN_TWICE:
    case FORGERY_COMMITTED_SHORT:
    case FORGERY_COMMITTED_TWICE:
        f->a->root[1] = f->stranger[0];
        f->a->root[2] = f->stranger[1];
        break;
    case FORGERY_KEY_AGAIN:
        member_operator(f->m, dice(f->m->epoch + 1), &f->a->operator_key[0], secret);
        break;
    default:
        break;
    }
}

static void put(struct forger *f, const struct pubkey *key, const uint8_t secret[static KEY_SECRET_LEN]) {
    struct authority_signature *s = &f->note.note.signature[f->note.note.count++];
    s->key = *key;
    key_sign(secret, f->note.note.text, &s->signature);
}

static void put_root(struct forger *f, unsigned which) {
    uint8_t secret[KEY_SECRET_LEN];
    struct pubkey key;
    member_root(f->m, f->m->epoch + 1, which, &key, secret);
    put(f, &key, secret);
}

static void sign(struct forger *f) {
    struct package_note *n = &f->note.note;
    if (authority_write(f->a, f->note.text, sizeof f->note.text, &n->text))
        abort();
    put_root(f, 0);
    switch (f->forgery) {
    case FORGERY_ONE:
        return;
    case FORGERY_TWICE:
        put_root(f, 0);
        return;
    case FORGERY_BORROWED:
        put_root(f, 0);
        n->signature[1].key = f->a->root[1];
        return;
    case FORGERY_OWN_TWICE:
        put_root(f, 0);
        put_root(f, 1); /* committed, and none of its roots */
        return;
    case FORGERY_COMMITTED_TWICE:
        put_root(f, 0);
        put(f, &f->stranger[0], f->secret[0]);
        return;
    case FORGERY_COMMITTED_SHORT:
        put(f, &f->stranger[0], f->secret[0]);
        return;
    default:
        put_root(f, 1);
    }
}

/* The State's own newest note, with a signature of its third custodian that is none. */
static bool spoil(struct forger *f) {
    uint8_t secret[KEY_SECRET_LEN];
    f->note = f->m->note[f->m->note_count - 1];
    f->note.note.text.ptr = f->note.text;
    if (!f->m->epoch || f->m->note_waits)
        return false;
    struct authority_signature *s = &f->note.note.signature[f->note.note.count++];
    member_root(f->m, f->m->epoch, 2, &s->key, secret);
    memset(s->signature.b, 7, sizeof s->signature.b);
    return true;
}

/* False: there is nothing yet that this could be done with. */
static bool forge(struct forger *f) {
    const struct authority *parent = &f->m->note[f->m->note_count - 1].authority;
    const struct signed_tree *tree = stands_on(f->m, parent);
    if (f->forgery == FORGERY_SPOILED)
        return spoil(f);
    if (!tree || f->m->note_count == MEMBER_EPOCHS ||
        (f->forgery == FORGERY_UNPROVEN && parent->anchor_size == 0))
        return false;
    f->size = tree->size;
    f->leaf = malloc((tree->size + 1) * sizeof *f->leaf);
    if (!f->leaf)
        abort();
    memcpy(f->leaf, tree->leaf, tree->size * sizeof *f->leaf);
    strangers_make(f);
    anchor_make(f, parent);
    keys_spoil(f);
    sign(f);
    free(f->leaf);
    return true;
}

void forger_brings(struct station *s, struct member *m) {
    static uint8_t buffer[AUTHORITY_MAX + 65536];
    static struct forger f;
    struct package package;
    struct package_writer pw;
    struct proof none = {.count = 0};
    struct bytes written;
    struct reader r;
    f = (struct forger){.m = m, .forgery = (enum forgery)dice(FORGERIES), .a = &f.note.authority};
    if (m->villain || !forge(&f))
        return;
    struct package head = {.epoch = f.a->epoch, .root = digest_empty()};
    memcpy(head.log, m->id, LOG_ID_LEN);
    package_begin(&pw, buffer, sizeof buffer, &head, &f.note.note, 1);
    if (package_end(&pw, &none, false, &written))
        abort();
    reader_init(&r, written);
    if (package_read(&r, &package) == ERR_OK) {
        STORY("a note of %s is forged: %s", m->name, told[f.forgery]);
        fault_count(FAULT_FORGED);
        courier_brings(s, &package);
    }
}
