/* The floor of the disk: at it nothing changes, one byte below it does, and it ends an eighth above. */
#include "node/headroom.h"

#include "proto/limits.h"
#include "tests/test.h"

static void at_the_floor_there_is_room_and_one_byte_below_there_is_not(void **state) {
    (void)state;
    assert_false(headroom_is_low(DISK_FLOOR, DISK_FLOOR, false));
    assert_true(headroom_is_low(DISK_FLOOR - 1, DISK_FLOOR, false));
    assert_true(headroom_is_low(0, DISK_FLOOR, false));
    assert_false(headroom_is_low(0, 0, false));
    assert_false(headroom_is_low(UINT64_MAX, DISK_FLOOR, true)); /* nobody can tell: go on */
}

static void it_ends_an_eighth_above_so_that_it_does_not_flutter(void **state) {
    (void)state;
    assert_true(headroom_is_low(DISK_FLOOR + DISK_FLOOR / 8 - 1, DISK_FLOOR, true));
    assert_false(headroom_is_low(DISK_FLOOR + DISK_FLOOR / 8, DISK_FLOOR, true));
    assert_false(headroom_is_low(DISK_FLOOR + 1, DISK_FLOOR, false));
}

static void a_look_tells_whether_it_has_changed(void **state) {
    (void)state;
    struct headroom h = {.dir = ".", .floor = 1};
    assert_false(headroom_look(&h));
    assert_in_range(h.left, 1, UINT64_MAX - 1);
    h.floor = UINT64_MAX / 2; /* no disk has so much */
    assert_true(headroom_look(&h));
    assert_true(h.low);
    assert_false(headroom_look(&h));
    h.floor = 0;
    assert_true(headroom_look(&h));
    assert_false(h.low);
    h = (struct headroom){.dir = "/nonexistent", .floor = 1};
    assert_false(headroom_look(&h));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_the_floor_there_is_room_and_one_byte_below_there_is_not),
        cmocka_unit_test(it_ends_an_eighth_above_so_that_it_does_not_flutter),
        cmocka_unit_test(a_look_tells_whether_it_has_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
