#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "node/column.h"
#include "tests/lib/somebody.h"

static void differs(const json_t *got, const json_t *want, const char *where) {
    if (json_equal(got, want))
        return;
    char *a = json_dumps(got, JSON_SORT_KEYS), *b = json_dumps(want, JSON_SORT_KEYS);
    fail_msg("%s:\n%s\nnot\n%s", where, a, b);
}

/* The record of column and text pairs, as an import sets them. */
static json_t *taken(const char *const *pairs, json_t *notices) {
    struct tidy tidy = {.tag = "und", .notices = notices, .many = true};
    struct record_error why;
    json_t *record = json_object();
    for (; pairs[0] != NULL; pairs += 2)
        if (!column_take(record, pairs[0], pairs[1], &tidy, &why))
            fail_msg("%s", why.text);
    column_finish(record, &tidy);
    return record;
}

static void check(const char *const *pairs, const char *want_json, size_t want_notices) {
    json_t *notices = json_array(), *want = json_loads(want_json, 0, NULL);
    assert_non_null(want);
    json_t *got = taken(pairs, notices);
    differs(got, want, pairs[1]);
    assert_int_equal(json_array_size(notices), want_notices);
    json_decref(want);
    json_decref(got);
    json_decref(notices);
}
#define CHECK(json, notices, ...) check((const char *const[]){__VA_ARGS__, NULL}, json, notices)

static void columns_say_all_of_a_record(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        json_t *record = somebody_record(seed), *texts = column_texts(record), *again = json_object(), *text;
        struct record_error why;
        const char *column;
        json_object_foreach(texts, column, text) {
            if (!column_set(again, column, json_string_value(text), "und", &why))
                fail_msg("seed %u: %s: %s", (unsigned)seed, column, why.text);
        }
        column_done(again);
        differs(again, record, "columns of a record");
        json_decref(texts);
        json_decref(record);
        json_decref(again);
    }
}

static void what_says_nothing_is_not_set(void **state) {
    (void)state;
    CHECK("{\"country\": \"NA\"}", 0, "email", "(blank)", "phone", "N/A (Email only)", "title", "- -", "name",
          "none", "country", "NA", "phone", "--");
}

static void values_in_the_wrong_column_find_their_place(void **state) {
    (void)state;
    CHECK("{\"emails\": [{\"address\": \"a@example.org\"}]}", 1, "phone", "mailto:a@example.org");
    CHECK("{\"channels\": [{\"kind\": \"web\", \"uri\": \"https://example.org/form\"}]}", 1, "email",
          "https://example.org/form");
    CHECK("{\"channels\": [{\"kind\": \"phone\", \"note\": \"0300 123 2040\"}]}", 1, "phone",
          "0300 123 2040");
    CHECK("{}", 1, "phone", "On request");
    CHECK("{\"channels\": [{\"kind\": \"web\", \"note\": \"http://example.org\"}]}", 1, "channel",
          "http://example.org");
}

static void cells_with_several_values_keep_them_all(void **state) {
    (void)state;
    CHECK("{\"emails\": [{\"address\": \"a@example.org\"}, {\"address\": \"b@example.org\"}, {\"address\": "
          "\"c@example.org\"}]}",
          0, "email", "A <a@example.org>; a@example.org\nc[at]example.org", "email2", "b@example.org");
    CHECK("{\"phones\": [{\"number\": \"+33123456789\"}, {\"number\": \"+33198765432\", \"extension\": "
          "\"7\"}]}",
          0, "phone", "+33 1 23 45 67 89 / +33 1 98 76 54 32;ext=7");
    CHECK("{\"emails\": [{\"address\": \"a|b@example.org\"}]}", 0, "email", "a|b@example.org");
}

static void texts_of_several_columns_are_joined(void **state) {
    (void)state;
    CHECK("{\"name\": {\"und\": \"Anna Muster\"}, \"address\": {\"de\": \"Weg 1, 12345 Ort\"}}", 0, "name",
          "Anna", "name", "Muster", "address:de", "Weg 1\n12345 Ort");
}

static void names_of_languages_and_countries_become_codes(void **state) {
    (void)state;
    CHECK("{\"languages\": [\"en\", \"id\"], \"country\": \"TR\"}", 0, "languages", "English, Indonesian",
          "country", "Türkiye");
    CHECK("{\"languages\": [\"nb\", \"en-GB\", \"de\"]}", 0, "languages",
          "Norwegian Bokmål, en_GB;q=0.8, ger");
    CHECK("{\"languages\": [\"fr\", \"en\"], \"timezone\": \"Etc/GMT-1\"}", 1, "languages", "fr en fr",
          "timezone", "GMT+1");
}

static void texts_are_brought_on_one_line_and_composed(void **state) {
    (void)state;
    CHECK("{\"organisation\": {\"und\": \"Centre caf\\u00e9 x\"}, \"name\": {\"ja\": \"久保田    利伸\"}}", 0,
          "organisation", "\xe2\x80\x8f Centre cafe\xcc\x81\r\nx\xc2\xa0", "name:ja", "久保田    利伸");
}

static void what_an_author_sets_again_takes_the_place(void **state) {
    (void)state;
    struct record_error why;
    json_t *record = json_object(),
           *want = json_loads("{\"emails\": [{\"address\": \"b@example.org\", \"purpose\": "
                              "\"incident\"}], \"phones\": [{\"number\": \"+33198765432\"}]}",
                              0, NULL);
    assert_true(column_set(record, "email", "a@example.org", "und", &why));
    assert_true(column_set(record, "email_purpose", "incident", "und", &why));
    assert_true(column_set(record, "email", "b@example.org", "und", &why));
    assert_true(column_set(record, "phone", "+33123456789", "und", &why));
    assert_true(column_set(record, "phone", "+33 1 98 76 54 32", "und", &why));
    column_done(record);
    differs(record, want, "set again");
    json_decref(want);
    json_decref(record);
}

static void no_more_than_a_record_holds(void **state) {
    (void)state;
    json_t *notices = json_array();
    json_t *record = taken((const char *const[]){"email",
                                                 "a@x.example,b@x.example,c@x.example,d@x.example,"
                                                 "e@x.example,f@x.example,g@x.example",
                                                 NULL},
                           notices);
    assert_int_equal(json_array_size(json_object_get(record, "emails")), 6);
    assert_int_equal(json_array_size(notices), 1);
    json_decref(record);
    json_decref(notices);
}

static void hours_by_the_week_are_read(void **state) {
    (void)state;
    CHECK("{\"hours\": {\"weekly\": [{\"day\": \"sun\", \"from\": \"22:00\", \"to\": \"06:00\"}, {\"day\": "
          "\"thu\", "
          "\"from\": \"08:00\", \"to\": \"12:00\"}], \"holidays\": [\"2026-12-25\"], \"text\": \"ring "
          "twice\"}}",
          0, "hours_weekly", "sun 22:00-06:00, thu 08:00-12:00", "hours_holidays", "2026-12-25", "hours",
          "ring twice");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_say_all_of_a_record),
        cmocka_unit_test(what_says_nothing_is_not_set),
        cmocka_unit_test(values_in_the_wrong_column_find_their_place),
        cmocka_unit_test(cells_with_several_values_keep_them_all),
        cmocka_unit_test(texts_of_several_columns_are_joined),
        cmocka_unit_test(names_of_languages_and_countries_become_codes),
        cmocka_unit_test(texts_are_brought_on_one_line_and_composed),
        cmocka_unit_test(what_an_author_sets_again_takes_the_place),
        cmocka_unit_test(no_more_than_a_record_holds),
        cmocka_unit_test(hours_by_the_week_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
