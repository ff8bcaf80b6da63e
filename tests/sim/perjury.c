#include "tests/sim/perjury.h"

#include <stdlib.h>
#include <string.h>

#include "proto/evidence.h"
#include "tests/sim/member.h"
#include "tests/sim/rfc.h"

struct perjury {
    struct digest *leaf; /* of the tree that the liar holds, up to the package's head */
    struct evidence e;
    uint64_t anchor;
};

/* merkle_lookup over the leaves. */
static bool look_up(void *perjury, unsigned level, uint64_t index, struct digest *ret) {
    const struct perjury *p = perjury;
    *ret = rfc_root(p->leaf + (index << level), UINT64_C(1) << level);
    return true;
}

static bool leaves_read(struct perjury *j, struct station *s, const struct package *p) {
    struct leaf_cursor c = {.index = 0};
    struct log_record record;
    struct package_note note;
    struct authority a;
    struct txn t;
    uint64_t at = 0;
    txn_begin(&t, s->store, false);
    bool held = logs_get(&t, p->log, &record) && record.head.size == p->size && p->size &&
                digest_eq(&record.head.root, &p->root) && logs_note(&t, &record, record.head.epoch, &note) &&
                authority_parse(note.text, &a) == ERR_OK && p->size > a.anchor_size;
    j->leaf = held ? malloc((p->size + 1) * sizeof *j->leaf) : NULL;
    while (j->leaf && at < p->size && logs_leaf_next(&t, p->log, &c))
        j->leaf[at++] = rfc_leaf(c.leaf);
    logs_leaf_done(&c);
    txn_abort(&t);
    if (!j->leaf || at < p->size)
        return false;
    j->anchor = a.anchor_size;
    j->e.note = a.hash;
    return true;
}

/* One side: the tree of the first size leaves as they are now. */
static bool side_make(struct perjury *j, uint64_t size, struct evidence_side *ret) {
    uint64_t f = j->e.f;
    ret->size = size;
    ret->root = rfc_root(j->leaf, size);
    ret->signature_count = 1;
    ret->proved.leaf = j->leaf[f];
    ret->proved.consistency.count = 0;
    return (f == 0 || merkle_prove_consistency(&ret->proved.consistency, f, size, look_up, j) == ERR_OK) &&
           merkle_prove_inclusion(&ret->proved.inclusion, f, size, look_up, j) == ERR_OK;
}

/* A head of before, as the State has signed it and as all have seen it; false: there is none above f. */
static bool older_side_make(struct perjury *j, const struct package *p, struct evidence_side *ret) {
    const struct member *m = member_of(p->log);
    const struct signed_tree *tree = NULL;
    struct checkpoint c;
    struct pubkey key;
    uint8_t secret[KEY_SECRET_LEN];
    for (unsigned i = 0; i < m->tree_count; i++)
        if (m->tree[i].left && m->tree[i].epoch == p->epoch && m->tree[i].size > j->e.f &&
            m->tree[i].size < p->size &&
            memcmp(m->tree[i].leaf, j->leaf, m->tree[i].size * sizeof *j->leaf) == 0)
            tree = &m->tree[i];
    if (!tree || m->villain || !side_make(j, tree->size, ret))
        return false;
    c = (struct checkpoint){.size = tree->size, .root = tree->root};
    memcpy(c.origin, m->origin, sizeof c.origin);
    member_operator(m, p->epoch, &key, secret);
    checkpoint_sign(&c, secret, &ret->signature[0]);
    return true;
}

/* Either a tree of its own, under a signature that is none of the State's; or an honest tree, the same or one
 * of before, with a leaf that does not stand in it. */
static void other_side_make(struct perjury *j, const struct package *p, struct evidence_side *ret) {
    struct checkpoint c = {.size = p->size};
    uint8_t seed[KEY_SEED_LEN] = {9}, secret[KEY_SECRET_LEN];
    struct pubkey key;
    bool honest = dice_chance(&scene.dice.villain, 700);
    *ret = j->e.side[0];
    if (honest && dice_chance(&scene.dice.villain, 500) && !older_side_make(j, p, ret))
        *ret = j->e.side[0];
    j->leaf[j->e.f].b[0] ^= 1;
    if (honest) {
        ret->proved.leaf = j->leaf[j->e.f];
        return;
    }
    if (!side_make(j, p->size, ret))
        return;
    c.root = ret->root;
    memcpy(c.origin, member_of(p->log)->origin, sizeof c.origin);
    key_from_seed(seed, &key, secret);
    checkpoint_sign(&c, secret, &ret->signature[0]);
}

/* Where the two are said to part: mostly among the leaves that whoever asks holds already. */
static uint64_t parting(const struct perjury *j, const struct package *p) {
    bool held = p->from > j->anchor && dice_chance(&scene.dice.villain, 800);
    return j->anchor + dice_below(&scene.dice.villain, (held ? p->from : p->size) - j->anchor);
}

bool perjury_make(struct station *s, const struct package *p, uint8_t *buffer, size_t max,
                  struct bytes *ret) {
    static struct perjury j;
    memset(&j, 0, sizeof j);
    bool made = member_of(p->log) && p->signature_count && leaves_read(&j, s, p);
    if (made) {
        memcpy(j.e.log, p->log, LOG_ID_LEN);
        j.e.f = parting(&j, p);
        j.e.root_f = rfc_root(j.leaf, j.e.f);
        j.e.side[0].signature[0] = p->signature[0];
        made = side_make(&j, p->size, &j.e.side[0]) &&
               (!j.anchor || j.anchor == j.e.f ||
                merkle_prove_consistency(&j.e.from_anchor, j.anchor, j.e.f, look_up, &j) == ERR_OK);
        other_side_make(&j, p, &j.e.side[1]);
    }
    if (made && memcmp(j.e.side[0].proved.leaf.b, j.e.side[1].proved.leaf.b, DIGEST_LEN) > 0) {
        struct evidence_side side = j.e.side[0];
        j.e.side[0] = j.e.side[1];
        j.e.side[1] = side;
    }
    made = made && evidence_write(&j.e, buffer, max, ret) == ERR_OK;
    free(j.leaf);
    return made;
}
