/* The view, step by step; tests/proto/test_histories.c searches it for what nobody thought of. */
#include "proto/view.h"

#include <string.h>

#include "proto/merkle.h"
#include "tests/test.h"

/* Branches are texts: a leaf is a letter. */
struct held {
    const char *branch[3];
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

static struct view_note note(uint8_t name, uint32_t parent, uint64_t epoch, const char *anchor) {
    struct view_note n = {.parent = parent, .epoch = epoch, .anchor_size = strlen(anchor), .max = 50};
    n.hash.b[0] = name;
    n.anchor_root = tree_root(anchor, n.anchor_size);
    return n;
}

static struct view_candidate signed_by(uint32_t note, const char *leaves) {
    return (struct view_candidate){note, strlen(leaves), tree_root(leaves, strlen(leaves))};
}

static void believes(struct view v, const char *leaves, unsigned flags, uint32_t note) {
    struct digest root = tree_root(leaves, strlen(leaves));
    assert_int_equal(v.size, strlen(leaves));
    assert_true(digest_eq(&v.root, &root));
    assert_int_equal(v.flags, flags);
    assert_int_equal(v.note, note);
    assert_int_equal(v.f, flags & VIEW_DISPUTED ? strlen(leaves) : 0);
}

static void the_largest_candidate_or_the_anchor(void **state) {
    (void)state;
    struct held held = {{"abcdef"}};
    struct view_note notes[] = {note(1, VIEW_NONE, 0, "")};
    struct view_candidate c[] = {signed_by(0, "ab"), signed_by(0, "abcde"), signed_by(0, "abc"),
                                 signed_by(0, "abX"), signed_by(0, "abcdefg")};
    struct view_facts x = {1, 1, 0, 0, notes, VIEW_NONE, c, NULL, root_at, &held};
    believes(view_of(&x, false), "", 0, 0);
    x.candidate_count = 5; /* abX is not held, nor is the last in full: void */
    believes(view_of(&x, false), "abcde", 0, 0);
    notes[0].max = 4;
    believes(view_of(&x, false), "abc", 0, 0);
}

static void a_fork_sets_the_view_back_to_what_is_common(void **state) {
    (void)state;
    struct held held = {{"abcdef", "abXY", "aZ"}};
    struct view_note notes[] = {note(1, VIEW_NONE, 0, "")};
    struct view_candidate c[] = {signed_by(0, "abcde"), signed_by(0, "abXY"), signed_by(0, "aZ")};
    struct view_facts x = {1, 3, 2, 0, notes, VIEW_NONE, c, NULL, root_at, &held};
    believes(view_of(&x, false), "ab", VIEW_DISPUTED, 0);
    x.candidate_count = 3; /* a smaller one, although it is disputed already */
    believes(view_of(&x, false), "a", VIEW_DISPUTED, 0);
}

static void evidence_does_what_the_candidates_would(void **state) {
    (void)state;
    struct held held = {{"abcdef"}};
    struct view_note notes[] = {note(1, VIEW_NONE, 0, "")};
    struct view_candidate c[] = {signed_by(0, "abcde")};
    struct view_fork forks[] = {{0, 3, tree_root("abc", 3)}, {0, 3, tree_root("aXc", 3)}};
    struct view_facts x = {1, 1, 1, 1, notes, VIEW_NONE, c, forks, root_at, &held};
    believes(view_of(&x, false), "abc", VIEW_DISPUTED, 0);
    x.fork = &forks[1]; /* its leaves are not held: nothing yet */
    believes(view_of(&x, false), "abcde", 0, 0);
    held.branch[1] = "aXc"; /* of the same f, under another prefix: a smaller fork lies before it */
    x.branch_count = x.fork_count = 2;
    x.fork = forks;
    believes(view_of(&x, false), "a", VIEW_DISPUTED, 0);
}

static void the_next_epoch_settles_it(void **state) {
    (void)state;
    struct held held = {{"abcdef", "abXYZ"}};
    struct view_note notes[] = {note(1, VIEW_NONE, 0, ""), note(2, 0, 1, "abXY")};
    struct view_candidate c[] = {signed_by(0, "abcde"), signed_by(0, "abXY"), signed_by(1, "abXYZ")};
    struct view_fork fork = {0, 1, tree_root("a", 1)};
    struct view_facts x = {2, 2, 2, 1, notes, VIEW_NONE, c, &fork, root_at, &held};
    believes(view_of(&x, false), "abXY", 0, 1);
    x.candidate_count = 3;
    believes(view_of(&x, false), "abXYZ", 0, 1);
    x.branch_count = 1; /* the branch of the anchor is not held: the epoch before, for the time being */
    believes(view_of(&x, false), "a", VIEW_DISPUTED | VIEW_INCOMPLETE, 0);
}

static void two_notes_of_one_epoch_contest_it(void **state) {
    (void)state;
    struct held held = {{"abcdef"}};
    struct view_note notes[] = {note(1, VIEW_NONE, 0, ""), note(2, 0, 1, "ab"), note(3, 1, 2, "abc"),
                                note(4, 1, 2, "abc"), note(5, 3, 3, "abcd")};
    struct view_candidate c[] = {signed_by(1, "abcde"), signed_by(4, "abcde")};
    struct view_facts x = {5, 1, 2, 0, notes, VIEW_NONE, c, NULL, root_at, &held};
    believes(view_of(&x, false), "ab", VIEW_CONTESTED, 1);
    assert_false(view_is_void(&x, 2));
    assert_false(view_has_voids(&x));
    x.trusted = 2;
    believes(view_of(&x, false), "abc", 0, 2);
    assert_true(view_is_void(&x, 3));
    assert_true(view_is_void(&x, 4));
    assert_true(view_has_voids(&x));
    x.trusted = VIEW_NONE;
    notes[1].endorsed = notes[3].endorsed = true; /* who supports a note supports those before it */
    believes(view_of(&x, false), "abcde", 0, 4);
    assert_true(view_has_voids(&x));
    believes(view_of(&x, true), "ab", VIEW_CONTESTED, 1);
    notes[2].endorsed = true; /* both: neither */
    believes(view_of(&x, false), "ab", VIEW_CONTESTED, 1);
    x.trusted = 2; /* a person outranks all of them */
    notes[2].endorsed = false;
    believes(view_of(&x, false), "abc", 0, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_candidate_or_the_anchor),
        cmocka_unit_test(a_fork_sets_the_view_back_to_what_is_common),
        cmocka_unit_test(evidence_does_what_the_candidates_would),
        cmocka_unit_test(the_next_epoch_settles_it),
        cmocka_unit_test(two_notes_of_one_epoch_contest_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
