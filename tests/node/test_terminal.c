#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "node/cli/terminal.h"
#include "proto/bytes.h"
#include "tests/lib/unhex.h"

static void shown(const char *text, const char *want) {
    char *safe = terminal_safe(text);
    assert_string_equal(safe, want);
    free(safe);
}

static void names_of_all_scripts_pass_as_they_are(void **state) {
    static const char *const good[] = {"",
                                       "Office of Examples",
                                       "Bureau d\u2019exemple",
                                       "Πρότυπο",
                                       "مكتب الأمثلة",
                                       "נציגות",
                                       "例の事務所",
                                       "कार्यालय",
                                       "می\u200cخواهم",
                                       "क\u094d\u200dष",
                                       "Å̈"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        shown(good[i], good[i]);
}

static void what_acts_on_a_terminal_becomes_visible(void **state) {
    (void)state;
    shown("\033[2J", "<U+001B>[2J");
    shown("\033]52;c;AAAA\007", "<U+001B>]52;c;AAAA<U+0007>");
    shown("a\rb\nc\td\b", "a<U+000D>b<U+000A>c<U+0009>d<U+0008>");
    shown("\x7f", "<U+007F>");
    shown("\xc2\x9b"
          "31m",
          "<U+009B>31m");
    shown("moc.live\u202etxt", "moc.live<U+202E>txt");
    shown("\u2066a\u2069\u200e\u200f\u061c", "<U+2066>a<U+2069><U+200E><U+200F><U+061C>");
    shown("a\u200bb\ufeffc\u2028d", "a<U+200B>b<U+FEFF>c<U+2028>d");
    shown("\U000e0041", "<U+E0041>");
}

static void bytes_that_are_no_text_are_shown_one_by_one(void **state) {
    (void)state;
    shown("\xff", "<FF>");
    shown("\xc0\xaf", "<C0><AF>");
    shown("\xed\xa0\x80", "<ED><A0><80>");
    shown("\xf4\x90\x80\x80", "<F4><90><80><80>");
    shown("\xe2\x82", "<E2><82>");
    shown("\xe2\x82 a", "<E2><82> a");
}

static void a_long_text_is_cut(void **state) {
    char text[3000];
    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    char *safe = terminal_safe(text);
    assert_int_equal(strlen(safe), 512 + 3);
    assert_string_equal(safe + 512, "...");
    free(safe);
    memset(text, 1, sizeof text - 1);
    safe = terminal_safe(text);
    assert_int_equal(strlen(safe), 512 * strlen("<U+0001>") + 3);
    free(safe);
}

static void no_bytes_at_all_reach_the_terminal_raw(void **state) {
    struct dice dice = {20261123};
    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        char text[40];
        size_t len = (size_t)dice_below(&dice, sizeof text);
        for (size_t i = 0; i < len; i++)
            text[i] = (char)(1 + dice_below(&dice, 255));
        text[len] = 0;
        char *safe = terminal_safe(text);
        /* Valid text without C0 and C1 controls. */
        assert_true(utf8_clean(bytes_str(safe)));
        free(safe);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_all_scripts_pass_as_they_are),
        cmocka_unit_test(what_acts_on_a_terminal_becomes_visible),
        cmocka_unit_test(bytes_that_are_no_text_are_shown_one_by_one),
        cmocka_unit_test(a_long_text_is_cut),
        cmocka_unit_test(no_bytes_at_all_reach_the_terminal_raw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
