#include "tests/test.h"

#include <string.h>

#include "node/spoilt.h"
#include "node/tidy.h"

struct phone_case {
    const char *text, *dial, *number, *extension, *type;
    enum tidy_phone_is is;
    bool worded;
};

static const struct phone_case phones[] = {
    {"+31 (0)118 489277 (Helpdesk)", NULL, "+31118489277", "", NULL, TIDY_PHONE_NUMBER, true},
    {"+33 1 47.20.08.23", NULL, "+33147200823", "", NULL, TIDY_PHONE_NUMBER, false},
    {"+86-(0)20-87113434", NULL, "+862087113434", "", NULL, TIDY_PHONE_NUMBER, false},
    {"+41 (22) 345 67 89", NULL, "+41223456789", "", NULL, TIDY_PHONE_NUMBER, false},
    {"1-833-CYBER-88", NULL, "18332923788", "", NULL, TIDY_PHONE_NATIONAL, true},
    {"1-833-CYBER-88", "1", "+18332923788", "", NULL, TIDY_PHONE_NUMBER, true},
    {"0300 123 2040", NULL, "03001232040", "", NULL, TIDY_PHONE_NATIONAL, false},
    {"0300 123 2040", "44", "+443001232040", "", NULL, TIDY_PHONE_NUMBER, false},
    {"06 1234 5678", "39", "+390612345678", "", NULL, TIDY_PHONE_NUMBER, false},
    {"0033 1 23 45 67 89", NULL, "+33123456789", "", NULL, TIDY_PHONE_NUMBER, false},
    {"(212) 555-0100 ext. 12", "1", "+12125550100", "12", NULL, TIDY_PHONE_NUMBER, false},
    {"tel:+1-418-656-9254;ext=102", NULL, "+14186569254", "102", NULL, TIDY_PHONE_NUMBER, false},
    {"Tel.: +49 228 99 9582-222", NULL, "+49228999582222", "", NULL, TIDY_PHONE_NUMBER, false},
    {"Fax: +49 228 1", NULL, "+492281", "", "fax", TIDY_PHONE_NUMBER, false},
    {"\xe2\x80\xaa+971 4 777 4003\xe2\x80\xac", NULL, "+97147774003", "", NULL, TIDY_PHONE_NUMBER, false},
    {"+٩٧١ ٤ ٧٧٧٤٠٠٣", NULL, "+97147774003", "", NULL, TIDY_PHONE_NUMBER, false},
    {"＋81 ３-1234-5678", NULL, "+81312345678", "", NULL, TIDY_PHONE_NUMBER, false},
    {"a@example.org", NULL, "", "", NULL, TIDY_PHONE_EMAIL, false},
    {"On request", NULL, "", "", NULL, TIDY_PHONE_WORDS, false},
    {"=1+1", NULL, "1", "", NULL, TIDY_PHONE_OTHER, false},
    {"-2+3", NULL, "2", "", NULL, TIDY_PHONE_OTHER, false},
    {"12", NULL, "12", "", NULL, TIDY_PHONE_OTHER, false},
};

static void numbers_come_into_the_form_of_e164(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof phones / sizeof phones[0]; i++) {
        const struct phone_case *c = &phones[i];
        struct tidy_phone got;
        tidy_phone(c->text, c->dial, &got);
        if (got.is != c->is || (c->is != TIDY_PHONE_OTHER && strcmp(got.number, c->number) != 0) ||
            strcmp(got.extension, c->extension) != 0 || got.worded != c->worded ||
            (got.type == NULL) != (c->type == NULL) || (c->type != NULL && strcmp(got.type, c->type) != 0))
            fail_msg("\"%s\": %d \"%s\" ext \"%s\" type %s%s", c->text, (int)got.is, got.number,
                     got.extension, got.type != NULL ? got.type : "-", got.worded ? " worded" : "");
    }
}

static void a_number_of_any_length_stays_in_bounds(void **state) {
    (void)state;
    char text[9000];
    struct tidy_phone got;
    memset(text, '1', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    tidy_phone(text, "33", &got);
    assert_int_equal(got.is, TIDY_PHONE_OTHER);
    memset(text, '(', sizeof text - 1);
    tidy_phone(text, NULL, &got);
    assert_int_equal(got.is, TIDY_PHONE_OTHER);
}

static void addresses_lose_their_wrapping(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"mailto:desk@example.org", "desk@example.org"},
        {"MAILTO: desk@example.org?subject=x", "desk@example.org"},
        {"incident[at]example.org", "incident@example.org"},
        {"incident (at) example (dot) org", "incident@example.org"},
        {"incident at example dot org", "incident@example.org"},
        {"Desk <desk@example.org>", "desk@example.org"},
        {"desk@example.org (office hours)", "desk@example.org"},
        {" desk@example.org. ", "desk@example.org"},
        {"o'neil+tag@example.org", "o'neil+tag@example.org"},
        {"\xe2\x80\x8b"
         "desk@example.org",
         "desk@example.org"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char got[TIDY_MAX];
        tidy_email(cases[i][0], got);
        assert_string_equal(got, cases[i][1]);
    }
}

static void dates_are_turned_where_the_day_is_known(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum tidy_dates dates;
        const char *want;
    } cases[] = {
        {"31.12.2026", TIDY_DATES_PLAIN, "2026-12-31"},
        {"1.2.2026", TIDY_DATES_PLAIN, "2026-02-01"},
        {"31/12/2026", TIDY_DATES_PLAIN, "2026-12-31"},
        {"12/31/2026", TIDY_DATES_PLAIN, "2026-12-31"},
        {"03/04/2026", TIDY_DATES_PLAIN, "03/04/2026"},
        {"03/04/2026", TIDY_DATES_DAY_FIRST, "2026-04-03"},
        {"03/04/2026", TIDY_DATES_MONTH_FIRST, "2026-03-04"},
        {"2026/12/31", TIDY_DATES_PLAIN, "2026-12-31"},
        {"2026-12-31", TIDY_DATES_PLAIN, "2026-12-31"},
        {"13/13/2026", TIDY_DATES_PLAIN, "13/13/2026"},
        {"1.2.26", TIDY_DATES_PLAIN, "1.2.26"},
        {"soon", TIDY_DATES_PLAIN, "soon"},
        {"1..2026", TIDY_DATES_PLAIN, "1..2026"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char got[32];
        tidy_date(cases[i].text, cases[i].dates, got);
        assert_string_equal(got, cases[i].want);
    }
}

static void distances_from_utc_get_a_name(void **state) {
    (void)state;
    static const char *const cases[][2] = {{"GMT+1", "Etc/GMT-1"}, {"UTC-05:00", "Etc/GMT+5"},
                                           {"-0500", "Etc/GMT+5"}, {"GMT", "UTC"},
                                           {"UTC+0", "UTC"},       {"+14", "Etc/GMT-14"}};
    static const char *const none[] = {"UTC+5:30", "+0530", "Europe/Paris", "GMT+99", "CET",
                                       "",         "+",     "GMT+1x"};
    char got[16];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(tidy_zone(cases[i][0], got));
        assert_string_equal(got, cases[i][1]);
    }
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        if (tidy_zone(none[i], got))
            fail_msg("\"%s\" is %s", none[i], got);
}

static void lost_letters_are_pointed_out(void **state) {
    static const char *const spoilt[] = {"Dvo?\xc3\xa1k",       "?ukasz",
                                         "Jean ?ric",           "a\xef\xbf\xbd",
                                         "Caf\xc3\x83\xc2\xa9", "M\xc3\x83\xc2\xbcller"};
    static const char *const good[] = {"Who?",      "Why? Because", "Who ? No", "Caf\xc3\xa9",
                                       "\xc3\x83o", "a ? b",        "",         "\xc3\x82ge"};

    (void)state;
    for (size_t i = 0; i < sizeof spoilt / sizeof *spoilt; i++)
        if (spoilt_text(spoilt[i]) == NULL)
            fail_msg("%s", spoilt[i]);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (spoilt_text(good[i]) != NULL)
            fail_msg("%s: %s", good[i], spoilt_text(good[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_into_the_form_of_e164),
        cmocka_unit_test(a_number_of_any_length_stays_in_bounds),
        cmocka_unit_test(addresses_lose_their_wrapping),
        cmocka_unit_test(dates_are_turned_where_the_day_is_known),
        cmocka_unit_test(distances_from_utc_get_a_name),
        cmocka_unit_test(lost_letters_are_pointed_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
