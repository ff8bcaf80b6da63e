/* The view of an unforked log: the largest candidate of the last epoch within its bounds, in any order. */
#include "proto/view.h"

#include "tests/test.h"

static struct digest root(uint8_t n) {
    return (struct digest){{n}};
}

static struct authority epoch(uint64_t e, uint64_t anchor, uint64_t max) {
    return (struct authority){.epoch = e, .anchor_size = anchor, .anchor_root = root(99), .max = max};
}

static void believes_the_anchor_when_there_is_no_candidate(void **state) {
    (void)state;
    struct authority a = epoch(0, 0, 100);
    a.anchor_root = digest_empty();
    struct view v = view_of(&a, NULL, 0);
    assert_int_equal(v.epoch, 0);
    assert_int_equal(v.size, 0);
    struct digest empty = digest_empty();
    assert_true(digest_eq(&v.root, &empty));
    assert_int_equal(v.flags, 0);
    a = epoch(3, 40, 100);
    v = view_of(&a, NULL, 0);
    assert_int_equal(v.epoch, 3);
    assert_int_equal(v.size, 40);
    assert_int_equal(v.root.b[0], 99);
}

static void believes_the_largest_candidate_in_every_order(void **state) {
    (void)state;
    struct authority a = epoch(1, 10, 100);
    struct view_candidate c[] = {{1, 20, root(20)}, {1, 100, root(100)}, {1, 50, root(50)}, {0, 70, root(70)},
                                 {2, 80, root(80)}, {1, 101, root(101)}, {1, 9, root(9)}};
    const unsigned count = sizeof(c) / sizeof(c[0]);
    for (unsigned turn = 0; turn < count; turn++) {
        for (unsigned swap = 0; swap + 1 < count; swap++) {
            struct view_candidate first = c[swap];
            c[swap] = c[swap + 1];
            c[swap + 1] = first;
            struct view v = view_of(&a, c, count);
            assert_int_equal(v.size, 100);
            assert_int_equal(v.root.b[0], 100);
            assert_int_equal(v.epoch, 1);
            assert_int_equal(v.flags, 0);
        }
    }
}

static void gives_no_effect_to_other_epochs_and_sizes_out_of_bounds(void **state) {
    (void)state;
    struct authority a = epoch(1, 10, 100);
    struct view_candidate c[] = {
        {0, 70, root(70)}, {2, 80, root(80)}, {1, 101, root(1)}, {1, 9, root(9)}, {1, UINT64_MAX, root(2)}};
    struct view v = view_of(&a, c, sizeof(c) / sizeof(c[0]));
    assert_int_equal(v.size, 10);
    assert_int_equal(v.root.b[0], 99);
}

static void grows_with_what_it_learns_and_never_shrinks(void **state) {
    (void)state;
    struct authority a = epoch(0, 0, 1000);
    struct view_candidate c[32];
    uint64_t last = 0, largest = 0;
    for (unsigned i = 0; i < 32; i++) {
        c[i] = (struct view_candidate){0, (i * 37) % 101, root((uint8_t)i)};
        struct view v = view_of(&a, c, i + 1);
        assert_true(v.size >= last);
        largest = c[i].size > largest ? c[i].size : largest;
        assert_int_equal(v.size, largest);
        last = v.size;
    }
    assert_true(last > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(believes_the_anchor_when_there_is_no_candidate),
        cmocka_unit_test(believes_the_largest_candidate_in_every_order),
        cmocka_unit_test(gives_no_effect_to_other_epochs_and_sizes_out_of_bounds),
        cmocka_unit_test(grows_with_what_it_learns_and_never_shrinks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
