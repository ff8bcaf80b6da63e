/* The notes of random histories made of real keys, texts, signatures and proofs: what proto/chain.h takes is
 * what the naive rule takes, which knows keys as bits. */
#include <string.h>

#include "proto/chain.h"
#include "tests/proto/naive.h"
#include "tests/test.h"

#define HISTORIES 300
#define ROOTS 16
#define EPOCHS 4

static struct history h;
static struct pubkey root_public[ROOTS], operator_public[HISTORY_NOTES];
static uint8_t root_secret[ROOTS][KEY_SECRET_LEN];

static struct authority note[HISTORY_NOTES];
static bool taken[HISTORY_NOTES];

static int keys(void **state) {
    (void)state;
    uint8_t secret[KEY_SECRET_LEN];
    for (uint8_t i = 0; i < ROOTS; i++)
        key_from_seed((uint8_t[KEY_SEED_LEN]){i, 'r'}, &root_public[i], root_secret[i]);
    for (uint8_t i = 0; i < HISTORY_NOTES; i++)
        key_from_seed((uint8_t[KEY_SEED_LEN]){i, 'o'}, &operator_public[i], secret);
    return 0;
}

/* --- trees -------------------------------------------------------------------------------------------- */

static bool subtree(void *context, unsigned level, uint64_t index, struct digest *ret) {
    const struct history_tree *t = context;
    if (level == 0) {
        if (index >= t->len)
            return false;
        *ret = digest_leaf((struct bytes){(const uint8_t *)&t->leaf[index], sizeof t->leaf[index]});
        return true;
    }
    struct digest left, right;
    if (!subtree(context, level - 1, 2 * index, &left) || !subtree(context, level - 1, 2 * index + 1, &right))
        return false;
    *ret = digest_node(&left, &right);
    return true;
}

static struct digest anchor_root(const struct history_note *n) {
    struct digest ret = n->anchor_root;
    if (n->anchor_tree != HISTORY_NONE)
        CHECK_OK(merkle_root(&ret, n->anchor_size, subtree, &h.tree[n->anchor_tree]));
    return ret;
}

/* The best proof that there is from the parent's anchor to its own; none from or to a root without a tree. */
static struct proof extension_proof(const struct history_note *n, const struct history_note *parent) {
    struct proof proof = {0};
    if (n->anchor_tree == HISTORY_NONE || parent->anchor_size == 0 || parent->anchor_size > n->anchor_size ||
        merkle_prove_consistency(&proof, parent->anchor_size, n->anchor_size, subtree,
                                 &h.tree[n->anchor_tree]) != ERR_OK)
        proof.count = 0;
    return proof;
}

/* --- notes -------------------------------------------------------------------------------------------- */

static void write(uint32_t place) {
    const struct history_note *n = &h.note[place];
    struct authority *a = &note[place];
    *a = (struct authority){.network = "histories.example", .code = "aa", .epoch = n->epoch, .max = n->max};
    a->has_prev = n->parent != HISTORY_NONE;
    if (a->has_prev)
        a->prev = note[n->parent].hash;
    a->anchor_size = n->anchor_size;
    a->anchor_root = anchor_root(n);
    a->root_need = n->root_need;
    a->next_need = n->next_need;
    for (unsigned i = 0; i < ROOTS; i++) {
        if (n->root >> i & 1)
            a->root[a->root_count++] = root_public[i];
        if (n->next >> i & 1)
            a->next[a->next_count++] = authority_commitment(&root_public[i]);
    }
    for (unsigned i = 0; i < n->operator_count; i++)
        a->operator_key[a->operator_count++] = operator_public[n->operator_key[i]];
}

static unsigned sign(const struct history_note *n, struct bytes text, struct authority_signature *ret) {
    unsigned count = 0;
    for (unsigned i = 0; i < ROOTS; i++)
        if (n->signers >> i & 1) {
            ret[count].key = root_public[i];
            key_sign(root_secret[i], text, &ret[count++].signature);
        }
    return count;
}

static bool take(uint32_t place) {
    const struct history_note *n = &h.note[place];
    uint8_t buffer[AUTHORITY_MAX];
    struct bytes text;
    struct authority chain[EPOCHS], parsed;
    struct authority_signature signature[ROOTS];
    unsigned count = 0;
    write(place);
    if (authority_write(&note[place], buffer, sizeof buffer, &text) != ERR_OK ||
        authority_parse(text, &parsed) != ERR_OK)
        return false;
    unsigned signers = sign(n, text, signature);
    if (n->parent == HISTORY_NONE)
        return authority_check_first(&parsed, text, signature, signers) == ERR_OK;
    if (!taken[n->parent])
        return false;
    for (uint32_t p = n->parent; p != HISTORY_NONE; p = h.note[p].parent)
        count++;
    for (uint32_t p = n->parent, i = count; i > 0; p = h.note[p].parent)
        chain[--i] = note[p];
    struct proof proof = extension_proof(n, &h.note[n->parent]);
    return chain_check_next(chain, count, &parsed, text, signature, signers, &proof) == ERR_OK;
}

static void the_chain_takes_what_the_text_says(void **state) {
    (void)state;
    unsigned valid = 0, all = 0;
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        history_make(&h, seed);
        for (uint32_t i = 0; i < h.note_count; i++, all++) {
            taken[i] = take(i);
            valid += taken[i];
            if (taken[i] != naive_valid(&h, i))
                fail_msg("seed %u, note %u: %s", (unsigned)seed, i, taken[i] ? "taken" : "refused");
        }
    }
    print_message("%u notes, %u of them valid\n", all, valid);
    assert_true(valid > all / 2 && valid < all);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_chain_takes_what_the_text_says)};
    return cmocka_run_group_tests(tests, keys, NULL);
}
