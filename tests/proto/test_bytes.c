#include "tests/test.h"

#include <string.h>

#include "proto/bytes.h"

static enum err get(const char *text, size_t len) {
    uint8_t out[64];
    size_t got;
    return base64_get(out, sizeof out, &got, (struct bytes){(const uint8_t *)text, len});
}

static void base64_takes_one_spelling_of_each_value(void **state) {
    uint8_t data[48];
    char text[80];
    (void)state;
    for (size_t len = 0; len <= sizeof data; len++) {
        uint8_t out[64];
        size_t pos = 0, got = 99;
        for (size_t i = 0; i < len; i++)
            data[i] = (uint8_t)(i * 37 + len);
        CHECK_OK(base64_put(text, sizeof text, &pos, (struct bytes){data, len}));
        CHECK_OK(base64_get(out, sizeof out, &got, bytes_str(text)));
        assert_int_equal(got, len);
        assert_memory_equal(out, data, len);
        /* Whatever single byte stands in a place, the text gives other bytes or none. */
        for (size_t at = 0; at < pos; at++)
            for (unsigned byte = 0; byte < 256; byte++) {
                char changed[80];
                memcpy(changed, text, pos);
                if ((uint8_t)changed[at] == byte)
                    continue;
                changed[at] = (char)byte;
                if (base64_get(out, sizeof out, &got, (struct bytes){(uint8_t *)changed, pos}) == ERR_OK)
                    assert_false(got == len && !memcmp(out, data, len));
            }
    }
}

static void base64_refuses_every_byte_outside_its_alphabet(void **state) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++)
        for (size_t at = 0; at < 4; at++) {
            char text[] = "AAAAAAAA";
            text[at] = (char)byte;
            bool good = byte && strchr(alphabet, (int)byte) && byte < 128;
            assert_int_equal(get(text, 8) == ERR_OK, good);
        }
    CHECK_REFUSED(get("AAA", 3));
    CHECK_REFUSED(get("AAA\n", 4));
    CHECK_REFUSED(get("AB==AAAA", 8));
    CHECK_REFUSED(get("AB==", 4)); /* bits that do not belong */
    CHECK_OK(get("AA==", 4));
    CHECK_REFUSED(get("====", 4));
}

static void a_decimal_has_no_sign_zero_or_blank_in_front(void **state) {
    static const char *const bad[] = {"",
                                      "-1",
                                      "+1",
                                      "01",
                                      " 1",
                                      "1 ",
                                      "0x1",
                                      "1e3",
                                      "9223372036854775808",
                                      "18446744073709551616",
                                      "99999999999999999999"};
    uint64_t value = 7;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_ERR(decimal_get(&value, bytes_str(bad[i])), ERR_RANGE);
    assert_int_equal(value, 7);
    CHECK_OK(decimal_get(&value, bytes_str("0")));
    CHECK_OK(decimal_get(&value, bytes_str("9223372036854775807")));
    assert_true(value == INT64_MAX);
}

static void hex_is_lower_case_and_of_its_length(void **state) {
    uint8_t out[4];
    (void)state;
    CHECK_OK(hex_get(out, 4, bytes_str("00ff10ab")));
    assert_int_equal(out[1], 0xff);
    CHECK_REFUSED(hex_get(out, 4, bytes_str("00ff10aB")));
    CHECK_REFUSED(hex_get(out, 4, bytes_str("00ff10a")));
    CHECK_REFUSED(hex_get(out, 4, bytes_str("00ff10abc")));
    CHECK_REFUSED(hex_get(out, 4, bytes_str("00ff 0ab")));
    CHECK_REFUSED(hex_get(out, 4, bytes_str("00ff10a\xe2")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_takes_one_spelling_of_each_value),
        cmocka_unit_test(base64_refuses_every_byte_outside_its_alphabet),
        cmocka_unit_test(a_decimal_has_no_sign_zero_or_blank_in_front),
        cmocka_unit_test(hex_is_lower_case_and_of_its_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
