/* Ranges of log ids by their first digits. */
#include "proto/radix.h"

#include <string.h>

#include "tests/test.h"

static void reads_up_to_eight_digits_and_nothing_else(void **state) {
    static const char *const bad[] = {"A", "g", "0x", " ", "123456789", "-1"};
    struct radix r;
    char text[RADIX_DIGITS_MAX + 1];
    (void)state;
    for (unsigned len = 0; len <= RADIX_DIGITS_MAX; len++) {
        struct bytes digits = {(const uint8_t *)"0f1e2d3c", len};
        assert_true(radix_read(digits, &r));
        radix_write(r, text);
        assert_int_equal(r.len, len);
        assert_int_equal(strlen(text), len);
        assert_memory_equal(text, digits.ptr, len);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(radix_read(bytes_str(bad[i]), &r));
}

static void sixteen_ranges_make_up_the_one_above(void **state) {
    uint8_t id[LOG_ID_LEN] = {0x3a, 0xbf, 0x00, 0x91, 0xff}, first[LOG_ID_LEN], after[LOG_ID_LEN];
    (void)state;
    for (unsigned len = 0; len < RADIX_DIGITS_MAX; len++) {
        struct radix r = radix_of(id, len);
        unsigned covered = 0;
        assert_true(radix_covers(r, id));
        for (unsigned digit = 0; digit < 16; digit++)
            covered += radix_covers(radix_child(r, digit), id);
        assert_int_equal(covered, 1);
        radix_first(r, first);
        assert_true(radix_covers(r, first));
        assert_true(memcmp(first, id, LOG_ID_LEN) <= 0);
        assert_int_equal(radix_after(r, after), len > 0);
        if (len) {
            assert_true(memcmp(id, after, LOG_ID_LEN) < 0);
            assert_false(radix_covers(r, after));
        }
    }
    assert_false(radix_after((struct radix){2, 0xff}, after));
}

static void sums_of_ranges_follow_every_change(void **state) {
    static struct radix_sums sums;
    struct headsum all = {.count = 0}, found = all;
    struct head h[64];
    (void)state;
    memset(h, 0, sizeof h);
    for (unsigned i = 0; i < 64; i++) {
        be32_put(h[i].log, i * 2654435761u);
        radix_change(&sums, NULL, &h[i]);
        struct head before = h[i];
        h[i].size = i;
        radix_change(&sums, &before, &h[i]);
        headsum_add(&all, &h[i]);
    }
    assert_true(headsum_eq(&sums.all, &all));
    for (unsigned i = 0; i < 256; i++) {
        struct headsum one = radix_sum(&sums, (struct radix){2, i}), again = {.count = 0};
        headsum_join(&found, &one);
        for (unsigned k = 0; k < 64; k++)
            if (radix_covers((struct radix){2, i}, h[k].log))
                headsum_add(&again, &h[k]);
        assert_true(headsum_eq(&one, &again));
    }
    assert_true(headsum_eq(&found, &all));
    for (unsigned i = 0; i < 64; i++)
        radix_change(&sums, &h[i], NULL);
    assert_true(headsum_eq(&sums.all, &(struct headsum){.count = 0}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_up_to_eight_digits_and_nothing_else),
        cmocka_unit_test(sixteen_ranges_make_up_the_one_above),
        cmocka_unit_test(sums_of_ranges_follow_every_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
