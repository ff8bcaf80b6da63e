/* What a peer's report says of the own log. */
#include "node/ownhead.h"

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
    head.size = 6;
    assert_int_equal(ownhead_compare(f->store, f->fr.id, &head), OWNHEAD_AHEAD);
    head.size = 0;
    head.root = digest_empty();
    assert_int_equal(ownhead_compare(f->store, f->fr.id, &head), OWNHEAD_AGREES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_report_of_the_own_log_agrees_is_ahead_or_differs, open_two_states,
                                        close_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
