/* Erase leaves: what they hide, and that nothing is hidden by a leaf that the view has not, or by one that
 * comes before what it names. */
#include "store/erased.h"

#include <string.h>

#include "store/directory.h"
#include "tests/store/author.h"
#include "tests/store/two_states.h"
#include "tests/test.h"

static void erase(struct author *a, unsigned count, const uint64_t *entry) {
    struct leaf leaf = {.kind = LEAF_ERASE, .time = 7};
    leaf.erase.count = count;
    memcpy(leaf.erase.entry, entry, count * sizeof *entry);
    author_leaf(a, &leaf);
}

/* What a reader meets of the parts of the entries of fr, a letter each: held, hidden, gone, withheld. */
static const char *parts(struct fixture *f, enum part_class class) {
    static char text[64];
    size_t len = 0;
    struct txn t;
    struct bytes part;
    txn_begin(&t, f->store, false);
    for (uint64_t i = 0; i < f->fr.size; i++)
        text[len++] = "-HwgE"[logs_part(&t, f->fr.id, i, class, &part)];
    CHECK_OK(txn_commit(&t));
    text[len] = '\0';
    return text;
}

/* The same as the walk for a FETCH meets them. */
static const char *walked(struct fixture *f, bool members, enum part_class class) {
    static char text[64];
    size_t len = 0;
    struct txn t;
    struct entry_cursor c = {.leaf = {.index = 0}};
    txn_begin(&t, f->store, false);
    while (logs_entry_next(&t, f->fr.id, members, &c)) {
        assert_true(c.entry.part[class].state == PART_HELD || !c.entry.part[class].salted.ptr);
        text[len++] = "-HwgE"[c.entry.part[class].state];
    }
    logs_entry_done(&c);
    CHECK_OK(txn_commit(&t));
    text[len] = '\0';
    return text;
}

static void deliver(struct fixture *f, uint64_t to) {
    struct txn t;
    struct log_record record;
    txn_begin(&t, f->store, true);
    CHECK_OK(author_deliver(&f->fr, &t, to, to, &record));
    CHECK_OK(txn_commit(&t));
}

static void an_erase_leaf_hides_once_the_view_has_it(void **state) {
    struct fixture *f = *state;
    author_fill(&f->fr, 4, 100, 200);
    erase(&f->fr, 2, (const uint64_t[]){1, 3});
    deliver(f, 4);
    assert_string_equal(parts(f, PART_MEMBERS), "HHHH-");
    deliver(f, 5);
    assert_string_equal(parts(f, PART_MEMBERS), "HEHE-");
    assert_string_equal(parts(f, PART_PUBLIC), "HEHE-");
    assert_string_equal(walked(f, true, PART_MEMBERS), "HEHE-");
    assert_string_equal(walked(f, false, PART_PUBLIC), "HEHE-");
    assert_string_equal(walked(f, false, PART_MEMBERS), "wEwE-");
}

static void a_leaf_beyond_the_view_hides_nothing(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct log_record record;
    author_fill(&f->fr, 3, 100, 200);
    erase(&f->fr, 1, (const uint64_t[]){0});
    author_fill(&f->fr, 1, 100, 200);
    /* All but the last entry of the target have come: the head has not moved. */
    txn_begin(&t, f->store, true);
    CHECK_OK(author_deliver(&f->fr, &t, 4, 5, &record));
    directory_note(&t, f->fr.id, 0, 4);
    CHECK_OK(txn_commit(&t));
    assert_int_equal(record.head.size, 0);
    assert_string_equal(parts(f, PART_PUBLIC), "HHH--");
}

static void nobody_erases_what_is_yet_to_come(void **state) {
    struct fixture *f = *state;
    author_fill(&f->fr, 1, 100, 200);
    erase(&f->fr, 3, (const uint64_t[]){0, 1, 2}); /* itself and the next one */
    author_fill(&f->fr, 1, 100, 200);
    deliver(f, 3);
    assert_string_equal(parts(f, PART_PUBLIC), "E-H");
}

static void erasures_are_walked_by_entry_with_their_first_leaf(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct erased e = {.begun = false};
    uint64_t leaf;
    author_fill(&f->fr, 3, 100, 200);
    erase(&f->fr, 1, (const uint64_t[]){2});    /* 3 */
    erase(&f->fr, 2, (const uint64_t[]){0, 2}); /* 4 */
    publish_all(f, &f->fr);
    author_fill(&f->ke, 2, 100, 200);
    erase(&f->ke, 1, (const uint64_t[]){1});
    publish_all(f, &f->ke);
    txn_begin(&t, f->store, false);
    assert_true(erased_next(&t, f->fr.id, 5, &e));
    assert_int_equal(e.entry, 0);
    assert_int_equal(e.leaf, 4);
    assert_true(erased_next(&t, f->fr.id, 5, &e));
    assert_int_equal(e.entry, 2);
    assert_int_equal(e.leaf, 3);
    assert_false(erased_next(&t, f->fr.id, 5, &e));
    assert_int_equal(erased_view(&t, f->fr.id), 5);
    /* In a smaller view only what its leaves name. */
    assert_false(erased_find(&t, f->fr.id, 4, 0, &leaf));
    assert_true(erased_find(&t, f->fr.id, 4, 2, &leaf));
    assert_false(erased_find(&t, f->fr.id, 3, 2, &leaf));
    e = (struct erased){.begun = false};
    assert_true(erased_next(&t, f->fr.id, 4, &e));
    assert_int_equal(e.entry, 2);
    CHECK_OK(txn_commit(&t));
}

static void rows_are_compared_with_their_leaves(void **state) {
    struct fixture *f = *state;
    struct txn t;
    uint64_t wrong, rows;
    struct leaf leaf = {.kind = LEAF_ERASE};
    author_fill(&f->fr, 3, 100, 200);
    erase(&f->fr, 1, (const uint64_t[]){1});
    publish_all(f, &f->fr);
    leaf.erase.count = 1;
    leaf.erase.entry[0] = 1;
    txn_begin(&t, f->store, true);
    assert_true(directory_check(&t, f->fr.id, 0, 4, &wrong, &rows));
    erased_forget(&t, f->fr.id, 3, &leaf);
    assert_false(directory_check(&t, f->fr.id, 0, 4, &wrong, &rows));
    assert_int_equal(wrong, 3);
    txn_abort(&t);
    /* Taking the leaf's rows back makes the entry visible again. */
    txn_begin(&t, f->store, true);
    directory_forget(&t, f->fr.id, 3, 4);
    CHECK_OK(txn_commit(&t));
    assert_string_equal(parts(f, PART_PUBLIC), "HHH-");
}

/* However often a State says it: one row for each entry, of the first leaf; in a fork's place another. */
static void an_entry_that_is_erased_again_has_one_row(void **state) {
    struct fixture *f = *state;
    struct txn t;
    uint64_t wrong, rows, leaf;
    author_fill(&f->fr, 2, 100, 200);
    erase(&f->fr, 1, (const uint64_t[]){1});       /* 2 */
    erase(&f->fr, 2, (const uint64_t[]){0, 1});    /* 3 */
    erase(&f->fr, 3, (const uint64_t[]){0, 1, 3}); /* 4 */
    publish_all(f, &f->fr);
    txn_begin(&t, f->store, true);
    assert_true(directory_check(&t, f->fr.id, 0, 5, &wrong, &rows));
    directory_forget(&t, f->fr.id, 4, 5);
    assert_true(erased_find(&t, f->fr.id, 5, 1, &leaf) && leaf == 2);
    assert_true(erased_find(&t, f->fr.id, 5, 0, &leaf) && leaf == 3);
    assert_false(erased_find(&t, f->fr.id, 5, 3, &leaf));
    directory_forget(&t, f->fr.id, 2, 4);
    assert_false(erased_find(&t, f->fr.id, 5, 0, &leaf));
    assert_false(erased_find(&t, f->fr.id, 5, 1, &leaf));
    directory_note(&t, f->fr.id, 2, 5);
    assert_true(directory_check(&t, f->fr.id, 0, 5, &wrong, &rows));
    CHECK_OK(txn_commit(&t));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_erase_leaf_hides_once_the_view_has_it, open_two_states,
                                        close_them),
        cmocka_unit_test_setup_teardown(a_leaf_beyond_the_view_hides_nothing, open_two_states, close_them),
        cmocka_unit_test_setup_teardown(nobody_erases_what_is_yet_to_come, open_two_states, close_them),
        cmocka_unit_test_setup_teardown(erasures_are_walked_by_entry_with_their_first_leaf, open_two_states,
                                        close_them),
        cmocka_unit_test_setup_teardown(an_entry_that_is_erased_again_has_one_row, open_two_states,
                                        close_them),
        cmocka_unit_test_setup_teardown(rows_are_compared_with_their_leaves, open_two_states, close_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
