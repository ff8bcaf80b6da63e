#include "tests/sim/counterfeit.h"

#include <string.h>

#include "store/branch.h"
#include "tests/sim/faults.h"
#include "tests/sim/member.h"
#include "tests/sim/perjury.h"

static uint64_t dice(uint64_t n) {
    return dice_below(&scene.dice.villain, n);
}

/* The last byte of a leaf is of a commitment or of a number: another one is canonical too. */
static bool leaf_change(struct counterfeit *c, const struct package *p) {
    struct reader r;
    struct entry e;
    c->other = (uint32_t)dice(p->entry_count);
    reader_init(&r, p->entries);
    for (uint32_t i = 0; i <= c->other; i++)
        if (!package_entry_next(&r, &e))
            return false;
    memcpy(c->leaf, e.leaf.ptr, e.leaf.len);
    c->leaf[e.leaf.len - 1] ^= 1;
    return leaf_check((struct bytes){c->leaf, e.leaf.len}) == ERR_OK;
}

void counterfeit_leaf(struct counterfeit *c, uint32_t at, struct entry *e) {
    if (c->made && at == c->other)
        e->leaf.ptr = c->leaf;
}

/* The root of what the liar holds before the package, with the package's entries behind it. */
static bool root_of(struct station *s, const struct package *p, struct counterfeit *c, struct digest *ret) {
    struct log_record record;
    struct frontier f;
    struct reader r;
    struct entry e;
    struct txn t;
    txn_begin(&t, s->store, false);
    bool held = logs_get(&t, p->log, &record) && p->from <= record.held;
    struct tree_reader tree = tree_of(&t, &record);
    held = held && frontier_load(&f, p->from, logs_lookup, &tree) == ERR_OK;
    txn_abort(&t);
    reader_init(&r, p->entries);
    for (uint32_t i = 0; held && package_entry_next(&r, &e); i++) {
        counterfeit_leaf(c, i, &e);
        struct digest leaf = digest_leaf(e.leaf);
        frontier_add(&f, &leaf);
    }
    if (held)
        *ret = frontier_root(&f);
    return held;
}

static void key_of(struct station *s, uint8_t ret_secret[static KEY_SECRET_LEN], struct pubkey *ret) {
    uint8_t seed[KEY_SEED_LEN];
    memset(seed, (int)s->number, sizeof seed);
    key_from_seed(seed, ret, ret_secret);
}

/* Signed by a key of its own, by nobody, or under the State's key with the signature of another tree. */
static bool tree_make(struct station *s, struct package *p, struct counterfeit *c) {
    struct checkpoint target;
    uint8_t secret[KEY_SECRET_LEN];
    struct pubkey key;
    const struct member *m = member_of(p->log);
    c->made = true;
    if (!m || p->more || !leaf_change(c, p) || !root_of(s, p, c, &p->root))
        return false;
    target = (struct checkpoint){.size = p->size, .root = p->root};
    memcpy(target.origin, m->origin, sizeof target.origin);
    key_of(s, secret, &key);
    switch (dice(3)) {
    case 0:
        p->signature_count = 0;
        break;
    case 1:
        checkpoint_sign(&target, secret, &p->signature[0]);
        p->signature_count = 1;
        break;
    default:
        break;
    }
    return true;
}

/* Entries up to another leaf, on the way to the target, and a proof that proves nothing. */
static bool beginning_make(struct package *p, struct counterfeit *c) {
    c->made = true;
    if (p->entry_count < 2 || !leaf_change(c, p) || c->other + 1 == p->entry_count)
        return false;
    c->entries = c->other + 1;
    p->more = true;
    p->proof.count = 1 + (unsigned)dice(6);
    for (unsigned i = 0; i < p->proof.count; i++)
        memset(p->proof.node[i].b, (int)dice(256), DIGEST_LEN);
    return true;
}

/* Over the very head, by a witness that is no node of the State's. */
static bool cosignature_make(struct station *s, struct package *p) {
    const struct member *m = member_of(p->log);
    struct checkpoint target = {.size = p->size, .root = p->root};
    uint8_t secret[KEY_SECRET_LEN];
    struct pubkey key;
    if (!m || m == s->member || !p->size)
        return false;
    memcpy(target.origin, m->origin, sizeof target.origin);
    key_of(s, secret, &key);
    checkpoint_cosign(&target, SCENE_START_S + 86400 * (1 + dice(1000)), secret, &p->cosignature[0]);
    p->cosignature_count = 1;
    if (dice(2)) /* or under the name of one that is */
        key_from_seed(m->seeds.witness, &p->cosignature[0].key, secret);
    return true;
}

void counterfeit_note(struct package_note *n) {
    struct authority a;
    if (n->count == sizeof n->signature / sizeof *n->signature || authority_parse(n->text, &a))
        return;
    n->signature[n->count].key = a.root[a.root_count - 1];
    memset(n->signature[n->count++].signature.b, 7, SIGNATURE_LEN);
}

void counterfeit_make(struct station *s, struct package *p, struct counterfeit *ret) {
    bool made = false;
    ret->entries = ret->other = p->entry_count;
    switch (dice(7)) {
    case 0:
        made = p->entry_count && tree_make(s, p, ret);
        break;
    case 1:
        made = p->entry_count && beginning_make(p, ret);
        break;
    case 2:
        made = cosignature_make(s, p);
        break;
    case 3:
        made = perjury_make(s, p, ret->evidence, sizeof ret->evidence, &p->evidence);
        break;
    default:
        break;
    }
    if (!made)
        ret->entries = ret->other = p->entry_count;
    ret->made = made;
}
