/* When parts are to be destroyed: the rule, case by case. */
#include "proto/retention.h"

#include "tests/test.h"

static const struct retention_policy policy = {.erase_delay_s = 72 * 3600, .retention_s = 365 * 86400};

static void an_erasure_is_carried_out_after_the_delay(void **state) {
    (void)state;
    struct retention_log log = {.anchor = 10};
    assert_int_equal(retention_erased(&policy, &log, 10, 1000), 1000 + 72 * 3600);
    assert_int_equal(retention_erased(&policy, &log, 99, 1000), 1000 + 72 * 3600);
    struct retention_policy now = {.erase_delay_s = 0};
    assert_int_equal(retention_erased(&now, &log, 99, 1000), 1000);
}

static void below_an_anchor_it_is_carried_out_at_once(void **state) {
    (void)state;
    struct retention_log log = {.anchor = 10};
    assert_int_equal(retention_erased(&policy, &log, 9, 1000), 0);
    assert_int_equal(retention_erased(&policy, &log, 0, RETENTION_NEVER), 0);
}

static void while_a_log_is_in_doubt_nothing_is_destroyed(void **state) {
    (void)state;
    struct retention_log log = {.doubtful = true, .anchor = 10};
    assert_int_equal(retention_erased(&policy, &log, 9, 0), RETENTION_NEVER);
    assert_int_equal(retention_erased(&policy, &log, 11, 0), RETENTION_NEVER);
    assert_int_equal(retention_superseded(&policy, &log, 0), RETENTION_NEVER);
}

static void what_has_not_been_seen_is_not_due(void **state) {
    (void)state;
    struct retention_log log = {.anchor = 0};
    assert_int_equal(retention_erased(&policy, &log, 5, RETENTION_NEVER), RETENTION_NEVER);
    assert_int_equal(retention_erased(&policy, &log, 5, RETENTION_NEVER - 1), RETENTION_NEVER);
    assert_int_equal(retention_superseded(&policy, &log, RETENTION_NEVER), RETENTION_NEVER);
}

/* A thief of an operator key may claim any time: what counts is when this node saw it. */
static void a_version_counts_from_when_it_is_valid_and_seen(void **state) {
    (void)state;
    assert_int_equal(retention_counts(0, 500), 500);
    assert_int_equal(retention_counts(499, 500), 500);
    assert_int_equal(retention_counts(900, 500), 900);
    assert_int_equal(retention_counts(900, RETENTION_NEVER), RETENTION_NEVER);
}

static void former_versions_are_kept_for_the_retention_period(void **state) {
    (void)state;
    struct retention_log log = {.anchor = 100};
    struct retention_policy for_ever = {.retention_s = RETENTION_NEVER};
    assert_int_equal(retention_superseded(&policy, &log, 500), 500 + 365 * 86400);
    assert_int_equal(retention_superseded(&for_ever, &log, 500), RETENTION_NEVER);
    assert_int_equal(retention_superseded(&for_ever, &log, 0), RETENTION_NEVER);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_erasure_is_carried_out_after_the_delay),
        cmocka_unit_test(below_an_anchor_it_is_carried_out_at_once),
        cmocka_unit_test(while_a_log_is_in_doubt_nothing_is_destroyed),
        cmocka_unit_test(what_has_not_been_seen_is_not_due),
        cmocka_unit_test(a_version_counts_from_when_it_is_valid_and_seen),
        cmocka_unit_test(former_versions_are_kept_for_the_retention_period),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
