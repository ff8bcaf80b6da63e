#include "tests/test.h"

#include <string.h>

#include "node/fingerprint.h"

static struct digest sample(void) {
    struct digest d;

    for (unsigned i = 0; i < DIGEST_LEN; i++)
        d.b[i] = (uint8_t)(0xab + 7 * i);
    return d;
}

static void it_reads_in_groups_of_four_or_in_rows_of_words(void **state) {
    struct digest d = sample();
    char text[FINGERPRINT_TEXT], words[FINGERPRINT_WORDS];
    (void)state;
    fingerprint_text(&d, text);
    assert_string_equal(text, "abb2 b9c0 c7ce d5dc e3ea f1f8 ff06 0d14 1b22 2930");
    fingerprint_words(&d, '\n', words);
    assert_string_equal(words, "shine project soft robin squash statue\n"
                               "swan thunder tooth turtle view window\n"
                               "zoom aspen bright bison chief canyon\n"
                               "crisp coffee kind vulture clay dialect");
}

static void what_was_read_aloud_is_compared(void **state) {
    struct digest d = sample(), beyond = d, other = d;
    char text[FINGERPRINT_TEXT], words[FINGERPRINT_WORDS], said[FINGERPRINT_COMPLAINT];
    (void)state;
    fingerprint_text(&d, text);
    fingerprint_words(&d, ' ', words);
    beyond.b[FINGERPRINT_LEN] ^= 1;
    other.b[FINGERPRINT_LEN - 1] ^= 1;
    CHECK_OK(fingerprint_compare(&d, text, said));
    CHECK_OK(fingerprint_compare(&d, words, said));
    CHECK_OK(fingerprint_compare(&beyond, text, said));
    CHECK_OK(fingerprint_compare(&d, " ABB2B9C0 C7CED5DC\nE3EAF1F8:FF060D14-1b222930 ", said));
    CHECK_ERR(fingerprint_compare(&other, text, said), ERR_DENIED);
    CHECK_ERR(fingerprint_compare(&other, words, said), ERR_DENIED);
    assert_non_null(strstr(said, "2931, and not"));
}

static void a_slip_is_told_from_another_fingerprint(void **state) {
    struct digest d = sample();
    char words[FINGERPRINT_WORDS], said[FINGERPRINT_COMPLAINT];
    (void)state;
    CHECK_ERR(fingerprint_compare(&d, "abb2 b9c0", said), ERR_SCHEMA);
    assert_string_equal(said, "a fingerprint has 40 hex digits, and 8 were given");
    CHECK_ERR(fingerprint_compare(&d, "", said), ERR_SCHEMA);
    CHECK_ERR(fingerprint_compare(&d, "band actor", said), ERR_SCHEMA);
    assert_string_equal(said, "there are 2 words, and 24 are wanted");
    fingerprint_words(&d, ' ', words);
    memcpy(words, "band", 4);
    words[4] = words[4] == ' ' ? ' ' : '.';
    CHECK_ERR(fingerprint_compare(&d, words, said), ERR_SCHEMA);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_reads_in_groups_of_four_or_in_rows_of_words),
        cmocka_unit_test(what_was_read_aloud_is_compared),
        cmocka_unit_test(a_slip_is_told_from_another_fingerprint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
