/* Sums of head records: the same set gives the same sum in any order, another set another. */
#include "proto/headsum.h"

#include <string.h>

#include "tests/test.h"

static struct head head_number(unsigned i) {
    struct head h = {.epoch = i % 3, .size = 1000u * i, .day = 20000 + i};
    be32_put(h.log, i);
    return h;
}

static void does_not_depend_on_the_order(void **state) {
    struct headsum up = {.count = 0}, down = up, empty = up;
    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        struct head a = head_number(i), b = head_number(199 - i);
        headsum_add(&up, &a);
        headsum_add(&down, &b);
        assert_int_equal(headsum_eq(&up, &down), i == 199);
    }
    assert_int_equal(up.count, 200);
    for (unsigned i = 0; i < 200; i++) {
        struct head a = head_number((i * 7) % 200);
        headsum_take(&up, &a);
    }
    assert_true(headsum_eq(&up, &empty));
}

static void tells_every_field_apart(void **state) {
    struct head h = head_number(5), other[7] = {h, h, h, h, h, h, h};
    struct headsum sum = {.count = 0};
    (void)state;
    headsum_add(&sum, &h);
    other[0].log[15] ^= 1;
    other[1].epoch++;
    other[2].size++;
    other[3].root.b[31] ^= 1;
    other[4].flags ^= 2;
    other[5].day++;
    other[6].note[7] ^= 1;
    for (unsigned i = 0; i < 7; i++) {
        struct headsum found = {.count = 0};
        headsum_add(&found, &other[i]);
        assert_false(headsum_eq(&sum, &found));
    }
}

static void carries_over_and_travels_as_sixteen_bytes(void **state) {
    struct headsum a = {1, 5, UINT64_MAX}, b = {2, 7, 1}, sum = a, back;
    uint8_t bytes[HEADSUM_LEN];
    (void)state;
    headsum_join(&sum, &b);
    assert_true(sum.count == 3 && sum.high == 13 && sum.low == 0);
    headsum_put(&sum, bytes);
    headsum_get(&back, 3, bytes);
    assert_true(headsum_eq(&sum, &back));
    headsum_leave(&sum, &b);
    assert_true(headsum_eq(&sum, &a));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(does_not_depend_on_the_order),
        cmocka_unit_test(tells_every_field_apart),
        cmocka_unit_test(carries_over_and_travels_as_sixteen_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
