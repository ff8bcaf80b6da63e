#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/form.h"
#include "node/timetable.h"
#include "tests/lib/somebody.h"

static char *written(const json_t *record, bool guide) {
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    form_write(to, record, guide);
    fclose(to);
    return text;
}

static json_t *read_good(const char *text) {
    struct form_error error;
    json_t *sections = form_read(bytes_str(text), &error);

    if (sections == NULL)
        fail_msg("line %u: %s in %s", error.line, error.text, text);
    return sections;
}

/* Whatever an author may publish comes back from the text, with the guide around it or without. */
static void every_record_comes_back_from_its_form(void **state) {
    (void)state;
    for (uint64_t i = 1; i <= 1500; i++) {
        json_t *record = somebody_record(i);
        json_object_del(record, "id");
        json_object_del(record, "state");
        char *text = written(record, i % 2 == 0);
        json_t *sections = read_good(text);
        assert_int_equal(json_array_size(sections), 1);
        json_t *back = json_object_get(json_array_get(sections, 0), "record");
        json_t *changes = record_changes(record, back);
        if (json_array_size(changes) > 0) {
            char *dump = json_dumps(changes, JSON_INDENT(1));
            fail_msg("%u: %s\n%s", (unsigned)i, dump, text);
        }
        json_decref(changes);
        json_decref(sections);
        free(text);
        json_decref(record);
    }
}

static void the_guide_alone_says_nothing(void **state) {
    json_t *empty = json_object();
    char *text = written(empty, true);
    json_t *sections = read_good(text);

    (void)state;
    assert_int_equal(json_object_size(json_object_get(json_array_get(sections, 0), "record")), 0);
    json_decref(sections);
    free(text);
    json_decref(empty);
}

static void a_mistake_comes_with_its_line(void **state) {
    static const struct {
        const char *text, *said;
        unsigned line;
    } cases[] = {
        {"kind = technical\nkind = legal\n", "kind is said a second time, first in line 1: take one out", 2},
        {"# x\n\nfoo = bar\n", "no column 'foo': docs/records.md lists them", 3},
        {"id = 0\n", "no column 'id': docs/records.md lists them", 1},
        {"words\n", "neither a comment (#), a heading ([...]) nor \"column = text\": found \"words\"", 1},
        {"[\xff]\n", "not UTF-8, or with a control character: save the file as UTF-8, and take it out", 1},
        {"[a\n", "a heading ends with ]: found \"[a\"", 1},
        {"[a] b\n", "a heading ends with ]: found \"[a] b\"", 1},
        {"hours_weekly = monday\n", NULL, 1},
        {"email_purpose = incid\xd6nt\n",
         "not UTF-8, or with a control character: save the file as UTF-8, and take it out", 1},
    };
    struct form_error error;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(form_read(bytes_str(cases[i].text), &error));
        if (error.line != cases[i].line || (cases[i].said != NULL && strcmp(error.text, cases[i].said) != 0))
            fail_msg("line %u: %s", error.line, error.text);
    }
    static const uint8_t nul[] = "kind = a\0b\n";
    assert_null(form_read((struct bytes){nul, sizeof nul - 1}, &error));
    char *endless = calloc(1, FORM_LINE_MAX + 2);
    memset(endless, 'x', FORM_LINE_MAX + 1);
    assert_null(form_read(bytes_str(endless), &error));
    free(endless);
}

static void a_refusal_finds_its_line(void **state) {
    json_t *sections =
        read_good("\xef\xbb\xbf[one]\r\n kind=technical\r\norganisation = A\r\nemail = a\r\n[two]\n\n");
    const json_t *one = json_array_get(sections, 1), *two = json_array_get(sections, 2);
    struct record_error why;

    (void)state;
    assert_string_equal(json_string_value(json_object_get(one, "name")), "one");
    assert_false(record_check(json_object_get(one, "record"), &why));
    assert_int_equal(form_line(one, &why), 4);
    assert_false(record_check(json_object_get(two, "record"), &why));
    assert_int_equal(form_line(two, &why), 5);
    json_decref(sections);
}

static void weeks_are_written_short_and_read_back(void **state) {
    static const struct {
        const char *text, *again;
        size_t spans;
    } cases[] = {
        {"mon-fri 09:00-17:00", "mon-fri 09:00-17:00", 5},
        {"Mon-Fri 09:00-12:00; Monday 13:00 - 17:00", "mon-fri 09:00-12:00, mon 13:00-17:00", 6},
        {"fri-mon 22:00-06:00", "fri-sun 22:00-06:00, mon 22:00-06:00", 4},
        {"sun 00:00-24:00, mon 00:00-24:00", "sun 00:00-24:00, mon 00:00-24:00", 2},
        {"thu 8-9", "thu 8-9", 1},
    };
    static const char *const bad[] = {"mon", "mon 09:00", "-fri 09:00-10:00", "mon-xyz 09:00-10:00", "24/7"};
    char said[64];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *week = timetable_read(cases[i].text, said, sizeof said);
        assert_int_equal(json_array_size(week), cases[i].spans);
        char *text = timetable_text(week);
        assert_string_equal(text, cases[i].again);
        free(text);
        json_decref(week);
    }
    assert_true(timetable_is("mon-fri 09:00-17:00") && !timetable_is("thu 8-9") && !timetable_is("24/7"));
    json_t *sections = read_good("hours = sat 22:00-06:00\n");
    json_t *hours = json_object_get(json_object_get(json_array_get(sections, 0), "record"), "hours");
    assert_int_equal(json_array_size(json_object_get(hours, "weekly")), 1);
    json_decref(sections);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(timetable_read(bad[i], said, sizeof said));
        assert_string_equal(said, bad[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_comes_back_from_its_form),
        cmocka_unit_test(the_guide_alone_says_nothing),
        cmocka_unit_test(a_mistake_comes_with_its_line),
        cmocka_unit_test(a_refusal_finds_its_line),
        cmocka_unit_test(weeks_are_written_short_and_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
