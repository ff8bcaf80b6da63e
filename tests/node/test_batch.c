#include "tests/test.h"

#include "node/batch.h"
#include "proto/bytes.h"

#define MOST 70

/* Leaf i of every tree here is the byte i. */
static uint8_t content[MOST];

static void leaves(uint64_t from, uint32_t count, struct bytes *ret) {
    for (uint32_t i = 0; i < count; i++) {
        content[from + i] = (uint8_t)(from + i);
        ret[i] = (struct bytes){&content[from + i], 1};
    }
}

static struct frontier tree(uint64_t size) {
    struct frontier f = {0};
    for (uint64_t i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)i;
        struct digest leaf = digest_leaf((struct bytes){&byte, 1});
        frontier_add(&f, &leaf);
    }
    return f;
}

static void every_proof_between_two_sizes_holds(void **state) {
    struct bytes leaf[MOST];
    (void)state;
    for (uint64_t from = 0; from < 35; from++)
        for (uint32_t count = 1; count < MOST - 35; count++) {
            struct frontier base = tree(from), after = tree(from + count);
            struct digest root = frontier_root(&after);
            struct batch b;
            leaves(from, count, leaf);
            CHECK_OK(batch_build(&b, &base, leaf, count));
            struct digest found = frontier_root(&b.after);
            assert_true(digest_eq(&found, &root));
            for (uint64_t size = from ? from : 1; size <= from + count; size++) {
                struct proof proof;
                struct frontier middle = tree(size);
                struct digest middle_root = frontier_root(&middle);
                CHECK_OK(batch_prove(&b, size, &proof));
                CHECK_OK(merkle_check_consistency(size, from + count, &middle_root, &root, &proof));
            }
            batch_free(&b);
        }
}

static void no_proof_from_outside_the_batch(void **state) {
    struct bytes leaf[4];
    struct frontier base = tree(5);
    struct batch b;
    struct proof proof;
    (void)state;
    leaves(5, 4, leaf);
    CHECK_OK(batch_build(&b, &base, leaf, 4));
    CHECK_ERR(batch_prove(&b, 4, &proof), ERR_RANGE);
    CHECK_ERR(batch_prove(&b, 10, &proof), ERR_RANGE);
    CHECK_OK(batch_prove(&b, 9, &proof));
    assert_int_equal(proof.count, 0);
    batch_free(&b);
}

static void a_subtree_that_nobody_kept_is_not_made_up(void **state) {
    struct bytes leaf[1];
    struct frontier base = tree(7);
    struct batch b;
    struct digest found;
    (void)state;
    leaves(7, 1, leaf);
    CHECK_OK(batch_build(&b, &base, leaf, 1));
    assert_false(batch_lookup(&b, 0, 0, &found));
    assert_false(batch_lookup(&b, 1, 0, &found));
    assert_true(batch_lookup(&b, 2, 0, &found));
    assert_true(batch_lookup(&b, 3, 0, &found));
    assert_false(batch_lookup(&b, 3, 1, &found));
    assert_false(batch_lookup(&b, 63, 0, &found));
    batch_free(&b);
}

static void a_tree_past_the_bound_is_refused(void **state) {
    struct frontier base = {.size = UINT64_C(1) << 62};
    struct batch b;
    struct bytes leaf[1];
    (void)state;
    leaves(0, 1, leaf);
    CHECK_ERR(batch_build(&b, &base, leaf, 1), ERR_RANGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_proof_between_two_sizes_holds),
        cmocka_unit_test(no_proof_from_outside_the_batch),
        cmocka_unit_test(a_subtree_that_nobody_kept_is_not_made_up),
        cmocka_unit_test(a_tree_past_the_bound_is_refused),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    digest_thread_done();
    return failed;
}
