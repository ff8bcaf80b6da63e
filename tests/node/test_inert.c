/* What is dumped reads back as it was, and none of the characters that turn a text stand in it. */
#include "node/inert.h"

#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

static void check(const char *text, const char *want) {
    json_t *json = json_pack("[s]", text), *again;
    size_t len = 0;
    char *dumped = inert_dump(json, &len);

    assert_non_null(dumped);
    assert_int_equal(strlen(dumped), len);
    if (strcmp(dumped, want) != 0)
        fail_msg("%s", dumped);
    again = json_loads(dumped, 0, NULL);
    assert_true(json_equal(json, again));
    json_decref(json);
    json_decref(again);
    free(dumped);
}

static void harmless_text_stays_as_it_is(void **state) {
    (void)state;
    check("", "[\"\"]\n");
    check("plain > & ' text", "[\"plain > & ' text\"]\n");
    check("\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x98\x80 \xd8\xb9",
          "[\"\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x98\x80 \xd8\xb9\"]\n");
}

static void what_could_turn_it_is_spelt_out(void **state) {
    (void)state;
    check("<", "[\"\\u003c\"]\n");
    check("</script><!--", "[\"\\u003c/script>\\u003c!--\"]\n");
    check("a\xe2\x80\xae"
          "b",
          "[\"a\\u202eb\"]\n");
    check("\xe2\x80\x8e\xe2\x81\xa6\xd8\x9c\xef\xbb\xbf", "[\"\\u200e\\u2066\\u061c\\ufeff\"]\n");
    check("\x7f\xc2\x80\xc2\x9f\xc2\xa0", "[\"\\u007f\\u0080\\u009f\xc2\xa0\"]\n");
    check("\xe2\x80\xa8\xe2\x80\xa9", "[\"\\u2028\\u2029\"]\n");
}

static void every_code_point_reads_back(void **state) {
    char text[5];
    (void)state;

    for (uint32_t c = 1; c < 0x3000; c++) {
        size_t len = 0;
        if (c < 0x80) {
            text[len++] = (char)c;
        } else if (c < 0x800) {
            text[len++] = (char)(0xc0 | c >> 6);
            text[len++] = (char)(0x80 | (c & 0x3f));
        } else {
            text[len++] = (char)(0xe0 | c >> 12);
            text[len++] = (char)(0x80 | (c >> 6 & 0x3f));
            text[len++] = (char)(0x80 | (c & 0x3f));
        }
        text[len] = '\0';
        json_t *json = json_pack("[s]", text);
        char *dumped = inert_dump(json, &len);
        json_t *again = json_loads(dumped, 0, NULL);
        assert_true(json_equal(json, again));
        assert_null(strchr(dumped, '<'));
        json_decref(json);
        json_decref(again);
        free(dumped);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(harmless_text_stays_as_it_is),
        cmocka_unit_test(what_could_turn_it_is_spelt_out),
        cmocka_unit_test(every_code_point_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
