/* What a bounded node keeps, case by case; tests/proto/test_histories.c compares it with one that keeps all.
 */
#include "proto/keep.h"

#include <string.h>

#include "proto/merkle.h"
#include "tests/test.h"

/* Branches are texts: a leaf is a letter. */
struct held {
    const char *branch[2];
};

static struct digest tree_root(const char *leaves, uint64_t size) {
    struct frontier f;
    frontier_init(&f);
    for (uint64_t i = 0; i < size; i++) {
        struct digest leaf = digest_leaf((struct bytes){(const uint8_t *)&leaves[i], 1});
        frontier_add(&f, &leaf);
    }
    return frontier_root(&f);
}

static bool root_at(void *context, uint32_t branch, uint64_t size, struct digest *ret) {
    const struct held *held = context;
    if (size > strlen(held->branch[branch]))
        return false;
    *ret = tree_root(held->branch[branch], size);
    return true;
}

/* Facts of one log, with room for what is kept. */
struct fixture {
    struct held held;
    struct view_note note[12];
    struct view_candidate candidate[4];
    struct view_fork fork[4];
    struct view_facts facts;
};

static void begin(struct fixture *x, const char *first, const char *second) {
    memset(x, 0, sizeof *x);
    x->held = (struct held){{first, second}};
    x->note[0] = (struct view_note){.parent = VIEW_NONE, .anchor_root = digest_empty(), .max = 20};
    x->facts = (struct view_facts){.note_count = 1, .branch_count = second ? 2 : 1, .trusted = VIEW_NONE};
    x->facts.note = x->note;
    x->facts.candidate = x->candidate;
    x->facts.fork = x->fork;
    x->facts.root = root_at;
    x->facts.context = &x->held;
}

static void add_note(struct fixture *x, uint32_t parent, const char *anchor) {
    struct view_note *n = &x->note[x->facts.note_count++];
    *n = (struct view_note){.parent = parent, .epoch = x->note[parent].epoch + 1, .max = 20};
    n->anchor_size = strlen(anchor);
    n->anchor_root = tree_root(anchor, n->anchor_size);
}

static void keep_signed(struct fixture *x, uint32_t note, const char *leaves) {
    x->candidate[x->facts.candidate_count++] =
        (struct view_candidate){note, strlen(leaves), tree_root(leaves, strlen(leaves))};
}

static void keep_before(struct fixture *x, const char *leaves) {
    x->fork[x->facts.fork_count++] = (struct view_fork){0, strlen(leaves), tree_root(leaves, strlen(leaves))};
}

static enum keep fork_after(const struct fixture *x, const char *leaves) {
    struct view_fork fork = {0, strlen(leaves), tree_root(leaves, strlen(leaves))};
    return keep_fork(&x->facts, &fork);
}

static enum keep signed_by(const struct fixture *x, uint32_t note, const char *leaves) {
    struct view_candidate c = {note, strlen(leaves), tree_root(leaves, strlen(leaves))};
    return keep_candidate(&x->facts, &c);
}

static void two_notes_contest_as_well_as_four(void **state) {
    (void)state;
    struct fixture x;
    begin(&x, "abc", NULL);
    assert_true(keep_note(&x.facts, 0, false));
    add_note(&x, 0, "a");
    assert_true(keep_note(&x.facts, 0, false));
    assert_true(keep_note(&x.facts, 1, false)); /* the chain goes on */
    add_note(&x, 0, "ab");
    assert_false(keep_note(&x.facts, 0, false));
    assert_false(keep_note(&x.facts, 1, false)); /* below a contested one */
    assert_true(keep_note(&x.facts, 1, true));
    while (x.facts.note_count <= KEEP_CHILDREN) {
        assert_true(keep_note(&x.facts, 0, true));
        add_note(&x, 0, "ab");
    }
    assert_false(keep_note(&x.facts, 0, true));
}

static void candidates_are_compared_whatever_their_size(void **state) {
    (void)state;
    struct fixture x;
    begin(&x, "abcdef", NULL);
    assert_int_equal(signed_by(&x, 0, "abcd"), KEEP_TAKE);
    keep_signed(&x, 0, "abcd");
    assert_int_equal(signed_by(&x, 0, "abcd"), KEEP_DROP);
    assert_int_equal(signed_by(&x, 0, "ab"), KEEP_DROP);
    assert_int_equal(signed_by(&x, 0, "aX"), KEEP_LOCATE);
    assert_int_equal(signed_by(&x, 0, "abcde"), KEEP_TAKE);
    assert_int_equal(signed_by(&x, 0, "abcdefg"), KEEP_FETCH);
    keep_before(&x, "ab"); /* disputed: nothing of this changes */
    assert_int_equal(signed_by(&x, 0, "X"), KEEP_LOCATE);
    x.note[0].max = 4;
    assert_int_equal(signed_by(&x, 0, "abcde"), KEEP_DROP);
}

static void a_candidate_begins_with_its_own_anchor(void **state) {
    (void)state;
    struct fixture x;
    begin(&x, "abcdef", "aXYZ");
    add_note(&x, 0, "aX");
    assert_int_equal(signed_by(&x, 1, "a"), KEEP_DROP);
    assert_int_equal(signed_by(&x, 1, "aXY"), KEEP_TAKE);
    assert_int_equal(signed_by(&x, 1, "abcd"), KEEP_LOCATE);
    assert_int_equal(signed_by(&x, 1, "abcde"), KEEP_FETCH); /* longer than what goes on from the anchor */
}

static void the_smallest_fork_is_kept(void **state) {
    (void)state;
    struct fixture x;
    begin(&x, "abcdef", NULL);
    assert_int_equal(fork_after(&x, "abc"), KEEP_TAKE);
    keep_before(&x, "abc");
    assert_int_equal(fork_after(&x, "abc"), KEEP_DROP);
    assert_int_equal(fork_after(&x, "abcd"), KEEP_DROP);
    assert_int_equal(fork_after(&x, "ab"), KEEP_TAKE);
    assert_int_equal(fork_after(&x, "abcdefg"), KEEP_FETCH);
    assert_int_equal(fork_after(&x, "aXc"), KEEP_LOCATE);
    assert_int_equal(fork_after(&x, "Xbcd"), KEEP_LOCATE); /* a larger f: what differs lies before both */
    x.note[0].max = 1;
    assert_int_equal(fork_after(&x, "ab"), KEEP_DROP);
}

static void of_equal_f_under_another_prefix_none_passes_for_known(void **state) {
    (void)state;
    struct fixture x;
    begin(&x, "abcdef", "aXcdef");
    keep_before(&x, "abc");
    assert_int_equal(fork_after(&x, "aXc"), KEEP_LOCATE); /* although its leaves are held too */
    assert_int_equal(fork_after(&x, "aX"), KEEP_LOCATE);
    assert_int_equal(fork_after(&x, "aXcd"), KEEP_LOCATE);
    assert_int_equal(fork_after(&x, "a"), KEEP_TAKE);
    x.held.branch[0] = "qrs"; /* what was kept counts for nothing any more */
    assert_int_equal(fork_after(&x, "aXcd"), KEEP_TAKE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_notes_contest_as_well_as_four),
        cmocka_unit_test(candidates_are_compared_whatever_their_size),
        cmocka_unit_test(a_candidate_begins_with_its_own_anchor),
        cmocka_unit_test(the_smallest_fork_is_kept),
        cmocka_unit_test(of_equal_f_under_another_prefix_none_passes_for_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
