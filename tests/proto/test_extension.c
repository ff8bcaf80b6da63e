/* Proofs of a tree of which only the first leaves are held, against those made from the whole. */
#include "proto/extension.h"

#include <string.h>

#include "tests/lib/toytree.h"
#include "tests/lib/unhex.h"
#include "tests/test.h"

#define SIZES 70

static struct toytree tree;

static bool same(const struct proof *a, const struct proof *b) {
    return a->count == b->count && !memcmp(a->node, b->node, a->count * sizeof(a->node[0]));
}

/* Each index and each smaller size, from what is held and from the whole. */
static void compare(const struct extension *e, struct toytree_part *whole) {
    struct proof got, want;
    struct proved proved;
    for (uint64_t a = 1; a <= e->held; a++) {
        CHECK_OK(extension_consistency(e, a, &got));
        CHECK_OK(merkle_prove_consistency(&want, a, e->size, toytree_lookup, whole));
        assert_true(same(&got, &want));
    }
    for (uint64_t index = 0; index < e->held; index++) {
        CHECK_OK(extension_inclusion(e, index, &got));
        CHECK_OK(merkle_prove_inclusion(&want, index, e->size, toytree_lookup, whole));
        assert_true(same(&got, &want));
        CHECK_OK(extension_prove(e, index, index, &proved));
        assert_true(same(&proved.inclusion, &want));
        assert_int_equal(proved.consistency.count == 0, index == 0);
        struct digest leaf = toytree_leaf(0, index);
        assert_true(digest_eq(&proved.leaf, &leaf));
    }
    CHECK_ERR(extension_consistency(e, 0, &got), ERR_RANGE);
    CHECK_ERR(extension_consistency(e, e->held + 1, &got), ERR_RANGE);
    CHECK_ERR(extension_inclusion(e, e->held, &got), ERR_RANGE);
    CHECK_ERR(extension_prove(e, 1, e->held, &proved), ERR_RANGE);
}

static void proves_what_the_whole_tree_proves(void **state) {
    (void)state;
    for (uint64_t n = 1; n <= SIZES; n++) {
        struct toytree_part whole = {&tree, n};
        struct digest root = toytree_root(&tree, n);
        for (uint64_t m = 1; m <= n; m++) {
            struct toytree_part held = {&tree, m};
            struct extension e;
            struct proof proof;
            CHECK_OK(merkle_prove_consistency(&proof, m, n, toytree_lookup, &whole));
            CHECK_OK(extension_init(&e, m, n, &root, &proof, toytree_lookup, &held));
            compare(&e, &whole);
        }
    }
}

/* Whatever is changed: no extension, and so no proof. */
static void takes_no_proof_that_was_tampered_with(void **state) {
    (void)state;
    for (uint64_t n = 1; n <= 40; n++) {
        struct toytree_part whole = {&tree, n};
        struct digest root = toytree_root(&tree, n), other = root;
        other.b[9] ^= 1;
        for (uint64_t m = 1; m <= n; m++) {
            struct toytree_part held = {&tree, m};
            struct extension e;
            struct proof good, bad;
            CHECK_OK(merkle_prove_consistency(&good, m, n, toytree_lookup, &whole));
            CHECK_ERR(extension_init(&e, m, n, &other, &good, toytree_lookup, &held), ERR_PROOF);
            for (unsigned i = 0; i < good.count; i++) {
                bad = good;
                bad.node[i].b[31] ^= 0x80;
                CHECK_ERR(extension_init(&e, m, n, &root, &bad, toytree_lookup, &held), ERR_PROOF);
                bad = good;
                memmove(&bad.node[i], &bad.node[i + 1], (good.count - i - 1) * sizeof(bad.node[0]));
                bad.count--;
                CHECK_ERR(extension_init(&e, m, n, &root, &bad, toytree_lookup, &held), ERR_PROOF);
            }
            bad = good;
            bad.node[bad.count++] = root;
            CHECK_ERR(extension_init(&e, m, n, &root, &bad, toytree_lookup, &held), ERR_PROOF);
        }
    }
}

static void says_what_is_out_of_range_or_not_to_be_had(void **state) {
    (void)state;
    struct toytree_part whole = {&tree, 9}, none = {&tree, 0};
    struct digest root = toytree_root(&tree, 9);
    struct proof empty = {.count = 0}, proof;
    struct extension e;
    struct proved proved;
    CHECK_ERR(extension_init(&e, 0, 9, &root, &empty, toytree_lookup, &whole), ERR_RANGE);
    CHECK_ERR(extension_init(&e, 10, 9, &root, &empty, toytree_lookup, &whole), ERR_RANGE);
    CHECK_ERR(extension_init(&e, 1, UINT64_MAX, &root, &empty, toytree_lookup, &whole), ERR_RANGE);
    CHECK_OK(merkle_prove_consistency(&proof, 5, 9, toytree_lookup, &whole));
    CHECK_ERR(extension_init(&e, 5, 9, &root, &proof, toytree_lookup, &none), ERR_CORRUPT);
    CHECK_OK(extension_init(&e, 5, 9, &root, &proof, toytree_lookup, &whole));
    e.context = &none;
    CHECK_ERR(extension_prove(&e, 3, 3, &proved), ERR_CORRUPT);
}

static void proves_the_same_of_huge_trees(void **state) {
    (void)state;
    struct dice dice = {2025};
    for (unsigned round = 0; round < 300; round++) {
        uint64_t n = 1 + dice_below(&dice, 1ull << (1 + dice_below(&dice, 62))), m = 1 + dice_below(&dice, n);
        struct toytree_huge whole = {.held = n, .odd_count = TOYTREE_ODD};
        for (unsigned i = 0; i < TOYTREE_ODD; i++) {
            whole.odd[i] = dice_below(&dice, n);
            whole.branch[i] = i;
        }
        struct toytree_huge held = whole;
        struct digest root, root_a, leaf;
        struct proof proof, got, want;
        struct extension e;
        held.held = m;
        CHECK_OK(merkle_root(&root, n, toytree_huge_lookup, &whole));
        CHECK_OK(merkle_prove_consistency(&proof, m, n, toytree_huge_lookup, &whole));
        CHECK_OK(extension_init(&e, m, n, &root, &proof, toytree_huge_lookup, &held));
        for (unsigned i = 0; i < 8; i++) {
            uint64_t a = 1 + dice_below(&dice, m);
            CHECK_OK(extension_consistency(&e, a, &got));
            CHECK_OK(merkle_prove_consistency(&want, a, n, toytree_huge_lookup, &whole));
            assert_true(same(&got, &want));
            CHECK_OK(merkle_root(&root_a, a, toytree_huge_lookup, &held));
            CHECK_OK(merkle_check_consistency(a, n, &root_a, &root, &got));
            CHECK_OK(extension_inclusion(&e, a - 1, &got));
            assert_true(toytree_huge_lookup(&held, 0, a - 1, &leaf));
            CHECK_OK(merkle_check_inclusion(a - 1, n, &leaf, &got, &root));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proves_what_the_whole_tree_proves),
        cmocka_unit_test(takes_no_proof_that_was_tampered_with),
        cmocka_unit_test(says_what_is_out_of_range_or_not_to_be_had),
        cmocka_unit_test(proves_the_same_of_huge_trees),
    };
    toytree_grow(&tree, 0, SIZES, SIZES);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
