#include "tests/sim/member.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/rfc.h"

enum role { ROLE_NODE = 1, ROLE_WITNESS, ROLE_BOX, ROLE_OPERATOR, ROLE_ROOT };

static void key_seed(const struct member *m, enum role role, uint64_t epoch, unsigned which,
                     uint8_t ret[static KEY_SEED_LEN]) {
    uint64_t from[] = {scene.seed, m->number, role, epoch, which};
    crypto_generichash(ret, KEY_SEED_LEN, (const uint8_t *)from, sizeof from, NULL, 0);
}

void member_operator(const struct member *m, uint64_t epoch, struct pubkey *ret,
                     uint8_t ret_secret[static KEY_SECRET_LEN]) {
    uint8_t seed[KEY_SEED_LEN];
    key_seed(m, ROLE_OPERATOR, epoch, 0, seed);
    key_from_seed(seed, ret, ret_secret);
}

void member_root(const struct member *m, uint64_t epoch, unsigned which, struct pubkey *ret,
                 uint8_t ret_secret[static KEY_SECRET_LEN]) {
    uint8_t seed[KEY_SEED_LEN];
    key_seed(m, ROLE_ROOT, epoch, which, seed);
    key_from_seed(seed, ret, ret_secret);
}

/* What stands in the note of an epoch apart from its anchor. */
static void note_keys(const struct member *m, uint64_t epoch, struct authority *ret) {
    uint8_t secret[KEY_SECRET_LEN];
    struct pubkey next;
    ret->epoch = epoch;
    ret->root_need = ret->next_need = 2;
    ret->root_count = ret->next_count = MEMBER_ROOTS;
    ret->operator_count = 1;
    snprintf(ret->network, sizeof ret->network, "%s", SCENE_NETWORK);
    snprintf(ret->code, sizeof ret->code, "%s", m->code);
    for (unsigned i = 0; i < MEMBER_ROOTS; i++) {
        member_root(m, epoch, i, &ret->root[i], secret);
        member_root(m, epoch + 1, i, &next, secret);
        ret->next[i] = authority_commitment(&next);
    }
    member_operator(m, epoch, &ret->operator_key[0], secret);
}

static void note_sign(const struct member *m, unsigned signers, struct member_note *ret) {
    uint8_t secret[KEY_SECRET_LEN];
    if (authority_write(&ret->authority, ret->text, sizeof ret->text, &ret->note.text))
        abort();
    ret->note.count = signers;
    for (unsigned i = 0; i < signers; i++) {
        member_root(m, ret->authority.epoch, i, &ret->note.signature[i].key, secret);
        key_sign(secret, ret->note.text, &ret->note.signature[i].signature);
    }
}

void member_next_note(struct member *m, uint64_t anchor, const struct digest *root, const struct proof *proof,
                      unsigned signers, struct member_note *ret) {
    memset(ret, 0, sizeof *ret);
    note_keys(m, m->epoch + 1, &ret->authority);
    ret->authority.has_prev = true;
    ret->authority.prev = m->note[m->note_count - 1].authority.hash;
    ret->authority.anchor_size = anchor;
    ret->authority.anchor_root = *root;
    ret->authority.max = anchor + 200;
    ret->note.proof = *proof;
    note_sign(m, signers, ret);
}

static void honest_make(struct member *m) {
    struct member_note *first = &m->note[0];
    note_keys(m, 0, &first->authority);
    first->authority.anchor_root = digest_empty();
    first->authority.max = 400;
    note_sign(m, 2, first);
    m->note_count = 1;
    authority_origin(&first->authority, m->origin);
    key_seed(m, ROLE_NODE, 0, 0, m->seeds.node);
    key_seed(m, ROLE_WITNESS, 0, 0, m->seeds.witness);
    key_seed(m, ROLE_BOX, 0, 0, m->seeds.box);
}

void member_make(struct member *m, unsigned number, unsigned home, bool villain, const struct member *old) {
    m->number = number;
    m->home = home;
    m->villain = villain;
    snprintf(m->code, sizeof m->code, "%c%c", 'a' + (int)(number / 26), 'a' + (int)(number % 26));
    snprintf(m->name, sizeof m->name, "%c%c", 'A' + (int)(number / 26), 'A' + (int)(number % 26));
    m->old = old;
    if (old) {
        memcpy(m->code, old->code, sizeof m->code);
        snprintf(m->name, sizeof m->name, "%.2s-%u", old->name, number);
    }
    if (villain) {
        author_open(&m->branch[0], m->code, (uint8_t)(number + 1));
        m->branch_count = 1;
        snprintf(m->origin, sizeof m->origin, "%s", m->branch[0].origin);
        key_seed(m, ROLE_NODE, 0, 0, m->seeds.node);
    } else
        honest_make(m);
    origin_log_id(m->origin, m->id);
}

void member_close(struct member *m) {
    for (unsigned i = 0; i < m->branch_count; i++)
        author_close(&m->branch[i]);
    for (unsigned i = 0; i < m->tree_count; i++)
        free(m->tree[i].leaf);
    free(m->tree);
}

const struct package_note *member_first(const struct member *m) {
    return m->villain ? &m->branch[0].note : &m->note[0].note;
}

struct member *member_of(const uint8_t log[static LOG_ID_LEN]) {
    for (unsigned i = 0; i < scene.member_count; i++)
        if (memcmp(scene.member[i].id, log, LOG_ID_LEN) == 0)
            return &scene.member[i];
    return NULL;
}

const char *member_name(const uint8_t log[static LOG_ID_LEN]) {
    const struct member *m = member_of(log);
    return m ? m->name : "??";
}

const struct digest *member_leaves(const struct member *m, uint64_t size, const struct digest *root) {
    for (unsigned i = 0; i < m->tree_count; i++) {
        struct digest found = rfc_root(m->tree[i].leaf, size < m->tree[i].size ? size : m->tree[i].size);
        if (m->tree[i].size >= size && digest_eq(&found, root))
            return m->tree[i].leaf;
    }
    return NULL;
}

static bool same_history(const struct signed_tree *a, const struct signed_tree *b) {
    uint64_t common = a->size < b->size ? a->size : b->size;
    return a->epoch != b->epoch || memcmp(a->leaf, b->leaf, common * sizeof *a->leaf) == 0;
}

void member_signed(struct member *m, uint64_t epoch, uint64_t size, const struct digest *leaf) {
    for (unsigned i = 0; i < m->tree_count; i++)
        if (m->tree[i].epoch == epoch && m->tree[i].size == size &&
            memcmp(m->tree[i].leaf, leaf, size * sizeof *leaf) == 0)
            return; /* the same again */
    struct signed_tree t = {.epoch = epoch,
                            .size = size,
                            .root = rfc_root(leaf, size),
                            .leaf = malloc((size + 1) * sizeof *leaf)};
    if (!t.leaf)
        abort();
    memcpy(t.leaf, leaf, size * sizeof *leaf);
    if (m->tree_count == m->tree_room) {
        m->tree_room = m->tree_room ? 2 * m->tree_room : 16;
        m->tree = realloc(m->tree, m->tree_room * sizeof *m->tree);
        if (!m->tree)
            abort();
    }
    m->tree[m->tree_count++] = t;
}

static struct signed_tree *signed_of(const struct member *m, uint64_t size, const struct digest *root) {
    for (unsigned i = m->tree_count; i-- > 0;)
        if (m->tree[i].size == size && digest_eq(&m->tree[i].root, root))
            return &m->tree[i];
    return NULL;
}

void member_tried(struct member *m, uint64_t size, const struct digest *root) {
    struct signed_tree *t = signed_of(m, size, root);
    if (t)
        t->tried = true;
}

void member_left(struct member *m, uint64_t size, const struct digest *root) {
    struct signed_tree *t = signed_of(m, size, root);
    if (!t)
        scene_wrong("what leaves was signed",
                    "%s hands in a tree of %llu leaves that its signer has not signed", m->name,
                    (unsigned long long)size);
    t->left = true;
    for (unsigned i = 0; i < m->tree_count; i++) {
        const struct signed_tree *other = &m->tree[i];
        if (!other->left || same_history(other, t))
            continue;
        if (!m->may_fork)
            scene_wrong("an honest State signs one history",
                        "%s has signed %llu leaves in epoch %llu, and then other %llu", m->name,
                        (unsigned long long)other->size, (unsigned long long)t->epoch,
                        (unsigned long long)size);
        m->forked = true;
    }
}
