#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/column.h"
#include "node/dotgov.h"
#include "node/import.h"
#include "tests/lib/shared.h"
#include "tests/lib/tmp.h"

static char dir[TMP_LEN], path[TMP_LEN + 16];

static int set_up(void **state) {
    (void)state;
    tmp_open(dir);
    snprintf(path, sizeof path, "%s/t.csv", dir);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    tmp_close(dir);
    return 0;
}

static struct import_options options_of(const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    return (struct import_options){.path = path, .code = "FR", .secret = {1, 2, 3}};
}

static size_t at; /* of the next row */

static struct import *open_good(const struct import_options *options) {
    struct csverror why;
    struct import *import = import_open(options, &why);
    if (import == NULL)
        fail_msg("%s", why.text);
    at = 0;
    return import;
}

static struct import_row next(struct import *import) {
    struct import_row row;
    assert_true(at < import_count(import));
    import_row(import, at++, &row);
    return row;
}

static json_t *next_good(struct import *import) {
    struct import_row row = next(import);
    if (row.record == NULL)
        fail_msg("line %zu: %s", row.line, row.why.text);
    return json_incref(row.record);
}

static void next_repeated(struct import *import, const char *said) {
    struct import_row row = next(import);
    assert_int_equal(row.verdict, IMPORT_REPEATED);
    assert_string_equal(row.why.text, said);
}

static void next_refused(struct import *import, size_t line, const char *said) {
    struct import_row row = next(import);
    assert_int_equal(row.verdict, IMPORT_REFUSED);
    assert_null(row.record);
    assert_int_equal(row.line, line);
    if (strstr(row.why.text, said) == NULL)
        fail_msg("said \"%s\", not \"%s\"", row.why.text, said);
}

static void next_none(struct import *import) {
    assert_int_equal(at, import_count(import));
}

static const char *text_at(const json_t *record, const char *list, const char *member) {
    return json_string_value(json_object_get(json_array_get(json_object_get(record, list), 0), member));
}

static void kind_organisation_and_email_are_enough(void **state) {
    (void)state;
    struct import_options o =
        options_of("kind,organisation,email\ntechnical,Example Centre,desk@example.org\n");
    struct import *import = open_good(&o);
    json_t *record = next_good(import);
    assert_string_equal(json_string_value(json_object_get(json_object_get(record, "organisation"), "und")),
                        "Example Centre");
    assert_string_equal(text_at(record, "emails", "address"), "desk@example.org");
    assert_int_equal(strlen(json_string_value(json_object_get(record, "id"))), 32);
    json_decref(record);
    next_none(import);
    import_close(import);
}

static void columns_carry_every_field(void **state) {
    (void)state;
    struct import_options o = options_of(
        "Kind;Organisation:fr;organization:en;Name;Given;E-Mail;email_purpose;email2;Phone;phone_type;"
        "Language;Time zone;hours;country;rank;primary;public;channel_kind;channel;key;key_type;"
        "nomination_ref\n"
        "legal;Centre;Centre (en);Ἀρχιμήδης;A;mailto:a@example.org;incident;b[at]example.org;"
        "+33 (0)1 23.45-67 89 ext. 12;voice;fr, en;Europe/Paris;24/7;FR;2;yes;organisation languages;"
        "matrix;https://matrix.to/;AB12 cd34"
        "ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34;age;NV 1\n");
    o.language = "el";
    struct import *import = open_good(&o);
    json_t *record = next_good(import);
    json_object_del(record, "id");
    json_t *want = json_pack(
        "{s:s, s:{s:s,s:s}, s:{s:s}, s:{s:s}, s:[{s:s,s:s},{s:s}], s:[{s:s,s:s,s:s}], s:[s,s], s:s, s:{s:b}, "
        "s:s, s:i, s:b, s:[s,s], s:[{s:s,s:s}], s:[{s:s,s:s}], s:{s:s}}",
        "kind", "legal", "organisation", "fr", "Centre", "en", "Centre (en)", "name", "el", "Ἀρχιμήδης",
        "name_parts", "given", "A", "emails", "address", "a@example.org", "purpose", "incident", "address",
        "b@example.org", "phones", "number", "+33123456789", "extension", "12", "type", "voice", "languages",
        "fr", "en", "timezone", "Europe/Paris", "hours", "always", 1, "country", "FR", "rank", 2, "primary",
        1, "public", "organisation", "languages", "channels", "kind", "matrix", "uri", "https://matrix.to/",
        "keys", "type", "age", "fingerprint",
        "ab12cd34"
        "ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34",
        "nomination", "ref", "NV 1");
    if (!json_equal(record, want)) {
        char *text = json_dumps(record, JSON_INDENT(1));
        fail_msg("%s", text);
    }
    assert_int_equal(json_array_size(import_unused(import)), 0);
    json_decref(want);
    json_decref(record);
    import_close(import);
}

static void several_addresses_may_stand_in_one_cell(void **state) {
    (void)state;
    struct import_options o = options_of("organisation,email\nX,a@example.org; b@example.org\n");
    o.kind = "policy";
    struct import *import = open_good(&o);
    json_t *record = next_good(import);
    assert_int_equal(json_array_size(json_object_get(record, "emails")), 2);
    json_decref(record);
    import_close(import);
}

static void bad_rows_come_with_line_and_reason(void **state) {
    (void)state;
    struct import_options o = options_of("kind,organisation,email,phone,state\n"
                                         "technical,A,a@example.org,,\n"
                                         "technical,B,,,\n"
                                         "clerical,C,c@example.org,,\n"
                                         "technical,D,not an address,,FR\n"
                                         "technical,\"E\n(two lines)\",e@example.org,,\n"
                                         "technical,F,f@example.org,=1+1,\n"
                                         "technical,G,g@example.org,,KE\n"
                                         "technical,A,a@example.org,,fr\n"
                                         "technical,\"H\",h@example.org,,,,,x\n"
                                         "technical,I,i@example.org,,\n");
    struct import *import = open_good(&o);
    json_decref(next_good(import));
    next_refused(import, 3, "no way to reach this contact");
    next_refused(import, 4, "kind: not one of the values");
    next_refused(import, 5, "emails[0].address: not an e-mail address");
    json_decref(next_good(import));
    next_refused(import, 8, "phone: not a number of ITU-T E.164");
    next_refused(import, 9, "state: found \"KE\"");
    next_repeated(import, "says the same as line 2");
    next_refused(import, 11, "more cells than the header");
    json_decref(next_good(import));
    next_none(import);
    import_close(import);
}

static void formulas_are_texts_or_refused(void **state) {
    (void)state;
    struct import_options o = options_of("kind,organisation,email,phone\n"
                                         "technical,=cmd|' /C calc'!A0,a@example.org,\n"
                                         "technical,'=1+1,b@example.org,'+33123456789\n"
                                         "technical,@SUM,=c@example.org,\n"
                                         "technical,D,d@example.org,-2+3\n");
    struct import *import = open_good(&o);
    json_t *record = next_good(import);
    assert_string_equal(json_string_value(json_object_get(json_object_get(record, "organisation"), "und")),
                        "=cmd|' /C calc'!A0");
    json_decref(record);
    record = next_good(import);
    assert_string_equal(json_string_value(json_object_get(json_object_get(record, "organisation"), "und")),
                        "=1+1");
    assert_string_equal(text_at(record, "phones", "number"), "+33123456789");
    json_decref(record);
    json_decref(next_good(import));
    next_refused(import, 5, "phone: not a number of ITU-T E.164");
    import_close(import);
}

static void a_row_keeps_its_id_from_file_to_file(void **state) {
    (void)state;
    char first[33], second[33], other[33];
    const char text[] = "kind,organisation,email,phone\ntechnical,A,a@example.org,+33123456789\n";
    struct import_options o = options_of(text);
    o.source = "list";
    struct import *import = open_good(&o);
    json_t *record = next_good(import);
    snprintf(first, sizeof first, "%s", json_string_value(json_object_get(record, "id")));
    json_decref(record);
    import_close(import);

    /* Another telephone number and another order of columns: the same contact. */
    o = options_of("email,kind,phone,organisation\na@example.org,technical,+33199999999,A\n");
    o.source = "list";
    import = open_good(&o);
    record = next_good(import);
    snprintf(second, sizeof second, "%s", json_string_value(json_object_get(record, "id")));
    json_decref(record);
    import_close(import);
    assert_string_equal(first, second);

    o.secret[0] ^= 1;
    import = open_good(&o);
    record = next_good(import);
    snprintf(other, sizeof other, "%s", json_string_value(json_object_get(record, "id")));
    json_decref(record);
    import_close(import);
    assert_string_not_equal(first, other);
}

static void sources_and_keys_do_not_run_together(void **state) {
    (void)state;
    const uint8_t secret[IMPORT_KEY_LEN] = {9};
    uint8_t a[CONTACT_ID_LEN], b[CONTACT_ID_LEN];
    import_id(secret, "ab", "c", a);
    import_id(secret, "a", "bc", b);
    assert_memory_not_equal(a, b, sizeof a);
    import_id(secret, "a", "bc", a);
    assert_memory_equal(a, b, sizeof a);
}

static void a_key_column_tells_rows_apart(void **state) {
    (void)state;
    struct import_options o = options_of("kind,organisation,email,No\ntechnical,A,a@example.org,1\n"
                                         "technical,A,a@example.org,2\ntechnical,A,a@example.org,\n");
    o.key = "No";
    struct import *import = open_good(&o);
    json_decref(next_good(import));
    json_decref(next_good(import));
    next_refused(import, 4, "the key column is empty");
    assert_int_equal(json_array_size(import_unused(import)), 1);
    import_close(import);
}

static void an_id_of_an_export_is_kept(void **state) {
    (void)state;
    struct import_options o = options_of(
        "state,id,kind,organisation,email\nFR,00112233445566778899aabbccddeeff,technical,A,a@example.org\n"
        "FR,0011,technical,B,b@example.org\n");
    struct import *import = open_good(&o);
    json_t *record = next_good(import);
    assert_string_equal(json_string_value(json_object_get(record, "id")), "00112233445566778899aabbccddeeff");
    assert_null(json_object_get(record, "state"));
    json_decref(record);
    next_refused(import, 3, "id: not bytes in hex");
    import_close(import);
}

static void maps_lead_columns_to_fields(void **state) {
    (void)state;
    const struct import_map map[] = {{"Ministère", "organisation:fr"}, {"Courriel", "email"}, {"Note", "-"}};
    struct import_options o = options_of("Ministère,Courriel,Note,Divers\nM,m@example.org,x,1970-01-01\n");
    o.kind = "diplomatic";
    o.map = map;
    o.map_count = 3;
    struct import *import = open_good(&o);
    json_t *record = next_good(import);
    assert_string_equal(json_string_value(json_object_get(json_object_get(record, "organisation"), "fr")),
                        "M");
    assert_int_equal(json_array_size(import_unused(import)), 1);
    assert_string_equal(json_string_value(json_array_get(import_unused(import), 0)), "Divers");
    json_decref(record);
    import_close(import);
}

static void refused_open(struct import_options o, const char *said) {
    struct csverror why;
    assert_null(import_open(&o, &why));
    if (strstr(why.text, said) == NULL)
        fail_msg("said \"%s\", not \"%s\"", why.text, said);
}

static void headers_that_make_no_sense_are_refused_at_once(void **state) {
    (void)state;
    refused_open(options_of("a,b\n1,2\n"), "no column is named email, phone or channel");
    refused_open(options_of("organisation,email\nX,a@example.org\n"), "no column is named kind");
    refused_open(options_of("kind,email,title,Role\n"), "two columns for \"title\"");
    struct import_options o = options_of("kind,email\n");
    o.key = "No";
    refused_open(o, "--key names a column");
    const struct import_map map[] = {{"nope", "email"}}, other[] = {{"email", "nope"}};
    o = options_of("kind,email\n");
    o.map = map;
    o.map_count = 1;
    refused_open(o, "--map names a column");
    o.map = other;
    refused_open(o, "--map leads to no field");
}

static void a_list_of_domains_is_known_by_its_header(void **state) {
    (void)state;
    struct import_options o = options_of(
        "Domain name,Domain type,Organization name,Suborganization name,City,State,Security contact email\n"
        "one.example,City,City of Example,Water,Exampleton,CA,Security@one.example\n"
        "two.example,City,City of Example,,Exampleton,CA,(blank)\n"
        "three.example,City,City of Example,,Exampleton,CA,\n"
        "four.example,City,City of Example,Water,Exampleton,CA,security@one.example\n");
    struct import *import = open_good(&o);
    assert_string_equal(import_format(import), "dotgov");
    assert_string_equal(import_source(import), "dotgov");
    json_t *record = next_good(import);
    assert_string_equal(json_string_value(json_object_get(record, "kind")), "technical");
    assert_string_equal(text_at(record, "emails", "address"), "Security@one.example");
    assert_string_equal(json_string_value(json_object_get(json_object_get(record, "unit"), "en")), "Water");
    assert_string_equal(json_string_value(json_object_get(json_object_get(record, "constituency"), "en")),
                        "one.example (City)");
    json_decref(record);
    next_refused(import, 3, "there is no mailbox: found \"(blank)\"");
    next_refused(import, 4, "there is no mailbox: found \"\"");
    json_decref(next_good(import));
    next_none(import);
    import_close(import);
}

static void the_real_list_of_domains_gives_every_mailbox(void **state) {
    (void)state;
    char real[SHARED_LEN];
    struct csverror why;
    if (!shared_path("data/dotgov-current-full.csv", real))
        skip();
    struct import_options o = {.path = real, .code = "US"};
    struct import *import = import_open(&o, &why);
    assert_non_null(import);
    unsigned good = 0, without = 0, other = 0;
    for (size_t i = 0; i < import_count(import); i++) {
        struct import_row row;
        import_row(import, i, &row);
        good += row.record != NULL;
        without += row.record == NULL && strstr(row.why.text, "there is no mailbox") != NULL;
        if (row.record == NULL && strstr(row.why.text, "there is no mailbox") == NULL) {
            other++;
            print_message("line %zu: %s\n", row.line, row.why.text);
        }
    }
    import_close(import);
    assert_int_equal(good, 9906);
    assert_int_equal(without, 6633);
    assert_int_equal(other, 0);
}

static void every_name_of_a_column_is_known_and_stands_for_itself(void **state) {
    (void)state;
    for (size_t i = 0; column_names[i] != NULL; i++) {
        char name[COLUMN_NAME_MAX];
        if (!column_known(column_names[i], name))
            fail_msg("%s is not known", column_names[i]);
        assert_string_equal(name, column_names[i]);
    }
    char name[COLUMN_NAME_MAX];
    const char *const bad[] = {"",
                               "photo",
                               "email7",
                               "email0",
                               "organisation:",
                               "organisation:x y",
                               "email:fr",
                               "birth date",
                               "kind:fr",
                               "hours:fr",
                               "emails2_nope",
                               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                               NULL};
    for (size_t i = 0; bad[i] != NULL; i++)
        if (column_known(bad[i], name))
            fail_msg("\"%s\" is known as %s", bad[i], name);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kind_organisation_and_email_are_enough),
        cmocka_unit_test(columns_carry_every_field),
        cmocka_unit_test(several_addresses_may_stand_in_one_cell),
        cmocka_unit_test(bad_rows_come_with_line_and_reason),
        cmocka_unit_test(formulas_are_texts_or_refused),
        cmocka_unit_test(a_row_keeps_its_id_from_file_to_file),
        cmocka_unit_test(sources_and_keys_do_not_run_together),
        cmocka_unit_test(a_key_column_tells_rows_apart),
        cmocka_unit_test(an_id_of_an_export_is_kept),
        cmocka_unit_test(maps_lead_columns_to_fields),
        cmocka_unit_test(headers_that_make_no_sense_are_refused_at_once),
        cmocka_unit_test(a_list_of_domains_is_known_by_its_header),
        cmocka_unit_test(the_real_list_of_domains_gives_every_mailbox),
        cmocka_unit_test(every_name_of_a_column_is_known_and_stands_for_itself),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
