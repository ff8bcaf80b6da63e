/* What a peer's report says of the own log. */
#include "node/ownhead.h"

#include <string.h>

#include "proto/view.h"
#include "tests/store/two_states.h"
#include "tests/test.h"

static void a_report_of_the_own_log_agrees_is_ahead_or_differs(void **state) {
    struct fixture *f = *state;
    struct head head = {.size = 3};
    author_fill(&f->fr, 5, 200, 0);
    assert_int_equal(ownhead_compare(f->store, f->ke.id, &head), OWNHEAD_AHEAD);
    publish_all(f, &f->fr);
    head.root = author_root(&f->fr, 3);
    assert_int_equal(ownhead_compare(f->store, f->fr.id, &head), OWNHEAD_AGREES);
    head.root.b[0] ^= 1;
    assert_int_equal(ownhead_compare(f->store, f->fr.id, &head), OWNHEAD_DIFFERS);
    head.root.b[0] ^= 1;
    head.flags = VIEW_DISPUTED; /* it knows of two histories, and this node does not */
    assert_int_equal(ownhead_compare(f->store, f->fr.id, &head), OWNHEAD_DIFFERS);
    head.flags = 0;
    head.epoch = 1;
    assert_int_equal(ownhead_compare(f->store, f->fr.id, &head), OWNHEAD_AHEAD);
    head.epoch = 0;
    head.size = 6;
    assert_int_equal(ownhead_compare(f->store, f->fr.id, &head), OWNHEAD_AHEAD);
    head.size = 0;
    head.root = digest_empty();
    assert_int_equal(ownhead_compare(f->store, f->fr.id, &head), OWNHEAD_AGREES);
}

#define SAY(what, has)                                                                                       \
    { .said = OWNHEAD_##what, .holds = has, .peer = "0123456789abcdef" }

/* Whether these words let sign, with so many peers configured. */
static bool confirmed(const struct ownhead_word *word, unsigned count, unsigned configured, bool restored) {
    char reason[300] = "";
    bool good = ownhead_confirmed(word, count, configured, restored, reason, sizeof reason);
    assert_true(strlen(reason) > 10);
    return good;
}

static void so_many_as_are_configured_but_no_more_than_three_have_to_agree(void **state) {
    static const struct ownhead_word words[] = {SAY(AGREES, true), SAY(AGREES, false), SAY(AGREES, true),
                                                SAY(AGREES, true)};
    (void)state;
    for (unsigned configured = 0; configured < 8; configured++)
        for (unsigned said = 0; said <= 4; said++)
            assert_int_equal(confirmed(words, said, configured, false),
                             said >= (configured < 3 ? configured : 3));
}

static void one_that_holds_more_or_another_history_outweighs_the_others(void **state) {
    static const struct ownhead_word ahead[] = {SAY(AGREES, true), SAY(AGREES, true), SAY(AGREES, true),
                                                SAY(AHEAD, true)},
                                     differs[] = {SAY(DIFFERS, true), SAY(AGREES, true), SAY(AGREES, true),
                                                  SAY(AGREES, true)};
    (void)state;
    for (unsigned configured = 0; configured < 5; configured++) {
        assert_false(confirmed(ahead, 4, configured, false));
        assert_false(confirmed(differs, 4, configured, false));
    }
    assert_true(confirmed(ahead, 3, 3, false));
}

static void after_a_restore_somebody_who_holds_the_log_has_to_answer(void **state) {
    static const struct ownhead_word nothing[] = {SAY(AGREES, false)}, holds[] = {SAY(AGREES, true)};
    (void)state;
    assert_false(confirmed(NULL, 0, 0, true));
    assert_false(confirmed(nothing, 1, 0, true));
    assert_false(confirmed(nothing, 1, 1, true));
    assert_true(confirmed(nothing, 1, 1, false));
    assert_true(confirmed(holds, 1, 0, true));
    assert_true(confirmed(holds, 1, 1, true));
    assert_false(confirmed(holds, 1, 2, true));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_report_of_the_own_log_agrees_is_ahead_or_differs, open_two_states,
                                        close_them),
        cmocka_unit_test(so_many_as_are_configured_but_no_more_than_three_have_to_agree),
        cmocka_unit_test(one_that_holds_more_or_another_history_outweighs_the_others),
        cmocka_unit_test(after_a_restore_somebody_who_holds_the_log_has_to_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
