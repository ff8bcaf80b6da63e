#include "tests/test.h"

#include <string.h>

#include "node/language.h"

static void tags_are_found_exactly(void **state) {
    (void)state;
    assert_int_equal(language_find("ar"), LANGUAGE_AR);
    assert_int_equal(language_find("es"), LANGUAGE_ES);
    assert_int_equal(language_find("de"), LANGUAGES);
    assert_int_equal(language_find("AR"), LANGUAGES);
    assert_int_equal(language_find(""), LANGUAGES);
    for (enum language i = 0; i < LANGUAGES; i++)
        assert_int_equal(language_find(language_tag(i)), i);
    assert_true(language_rtl(LANGUAGE_AR));
    assert_false(language_rtl(LANGUAGE_ZH));
}

static void a_browser_gets_what_it_wants_most(void **state) {
    static const struct {
        const char *accept;
        enum language want;
    } cases[] = {{"fr", LANGUAGE_FR},
                 {"fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", LANGUAGE_FR},
                 {"de-DE,de;q=0.9,ru;q=0.8,en;q=0.7", LANGUAGE_RU},
                 {"zh-Hans-CN,zh;q=0.9", LANGUAGE_ZH},
                 {"en;q=0.5,ar;q=0.75", LANGUAGE_AR},
                 {"AR-eg", LANGUAGE_AR},
                 {"en;q=0,es;q=0.001", LANGUAGE_ES},
                 {"frp,est", LANGUAGE_EN}, /* other languages that begin alike */
                 {"de", LANGUAGE_EN},
                 {"*", LANGUAGE_EN},
                 {"", LANGUAGE_EN},
                 {NULL, LANGUAGE_EN},
                 {",,;q=,f,fr;q=9,es;q=x, ;;;", LANGUAGE_EN},
                 {"fr;q=1.0", LANGUAGE_FR}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (language_choose(cases[i].accept) != cases[i].want)
            fail_msg("%s: %s", cases[i].accept, language_tag(language_choose(cases[i].accept)));
}

/* Samples of CLDR's own tables; tests/web compares a thousand with the browser's. */
static void plurals_follow_the_rules(void **state) {
    static const struct {
        enum language language;
        uint64_t count;
        enum plural want;
    } cases[] = {
        {LANGUAGE_AR, 0, PLURAL_ZERO},       {LANGUAGE_AR, 1, PLURAL_ONE},
        {LANGUAGE_AR, 2, PLURAL_TWO},        {LANGUAGE_AR, 3, PLURAL_FEW},
        {LANGUAGE_AR, 110, PLURAL_FEW},      {LANGUAGE_AR, 11, PLURAL_MANY},
        {LANGUAGE_AR, 99, PLURAL_MANY},      {LANGUAGE_AR, 100, PLURAL_OTHER},
        {LANGUAGE_AR, 102, PLURAL_OTHER},    {LANGUAGE_RU, 1, PLURAL_ONE},
        {LANGUAGE_RU, 21, PLURAL_ONE},       {LANGUAGE_RU, 11, PLURAL_MANY},
        {LANGUAGE_RU, 111, PLURAL_MANY},     {LANGUAGE_RU, 3, PLURAL_FEW},
        {LANGUAGE_RU, 13, PLURAL_MANY},      {LANGUAGE_RU, 104, PLURAL_FEW},
        {LANGUAGE_RU, 0, PLURAL_MANY},       {LANGUAGE_FR, 0, PLURAL_ONE},
        {LANGUAGE_FR, 1, PLURAL_ONE},        {LANGUAGE_FR, 2, PLURAL_OTHER},
        {LANGUAGE_FR, 1000000, PLURAL_MANY}, {LANGUAGE_ES, 0, PLURAL_OTHER},
        {LANGUAGE_ES, 2000000, PLURAL_MANY}, {LANGUAGE_EN, 0, PLURAL_OTHER},
        {LANGUAGE_EN, 1, PLURAL_ONE},        {LANGUAGE_ZH, 1, PLURAL_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (language_plural(cases[i].language, cases[i].count) != cases[i].want)
            fail_msg("%s %u: %d", language_tag(cases[i].language), (unsigned)cases[i].count,
                     language_plural(cases[i].language, cases[i].count));
}

static void numbers_are_grouped(void **state) {
    static const struct {
        enum language language;
        long long number;
        const char *want;
    } cases[] = {{LANGUAGE_EN, 0, "0"},
                 {LANGUAGE_EN, 999, "999"},
                 {LANGUAGE_EN, 16000, "16,000"},
                 {LANGUAGE_EN, -5, "-5"},
                 {LANGUAGE_FR, 1234567, "1\u202f234\u202f567"},
                 {LANGUAGE_RU, 1234, "1\u00a0234"},
                 {LANGUAGE_ES, 1234, "1234"},
                 {LANGUAGE_ES, 12345, "12.345"},
                 {LANGUAGE_AR, 1000, "1,000"},
                 {LANGUAGE_FR, INT64_MAX, "9\u202f223\u202f372\u202f036\u202f854\u202f775\u202f807"}};
    char text[LANGUAGE_NUMBER];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(language_number(cases[i].language, text, cases[i].number), cases[i].want);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_are_found_exactly),
        cmocka_unit_test(a_browser_gets_what_it_wants_most),
        cmocka_unit_test(plurals_follow_the_rules),
        cmocka_unit_test(numbers_are_grouped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
