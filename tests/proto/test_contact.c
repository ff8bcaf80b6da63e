#include "tests/test.h"

#include <string.h>

#include "proto/contact.h"
#include "proto/writer.h"
#include "tests/lib/guard.h"

static bool take(bool (*valid)(struct bytes), const char *text) {
    struct guard g;
    guard_open(&g, 512);
    bool good = valid((struct bytes){guard_copy(&g, text, strlen(text)), strlen(text)});
    guard_close(&g);
    return good;
}

static void all(bool (*valid)(struct bytes), const char *const *text, bool want) {
    for (; *text != NULL; text++)
        if (take(valid, *text) != want)
            fail_msg("\"%s\" %s", *text, want ? "is refused" : "passes");
}

static void addresses_follow_rfc_5321_and_6531(void **state) {
    (void)state;
    const char *const good[] = {"a@b.cc",
                                "first.last+tag@sub.example.org",
                                "почта@пример.example",
                                "o'brien@example.org",
                                "x@xn--e1afmkfd.example",
                                NULL};
    const char *const bad[] = {"",
                               "a",
                               "@b.cc",
                               "a@",
                               "a@b",
                               "a@@b.cc",
                               "a@b@c.cc",
                               ".a@b.cc",
                               "a.@b.cc",
                               "a..b@c.dd",
                               "a@.b.cc",
                               "a@b..cc",
                               "a@-b.cc",
                               "a@b-.cc",
                               "a b@c.dd",
                               "a@b.cc\n",
                               "a@b.c>",
                               "<a@b.cc>",
                               "a@[127.0.0.1]",
                               "a@127.0.0.1",
                               "a@b.cc,d@e.ff",
                               "a\xc0\xaf@b.cc",
                               "a@b.cc;",
                               NULL};
    all(email_valid, good, true);
    all(email_valid, bad, false);
}

static void an_address_is_bounded_in_its_parts(void **state) {
    (void)state;
    char local[80], whole[300];
    memset(local, 'a', sizeof local);
    memcpy(local + 64, "@b.cc", 6);
    assert_true(take(email_valid, local));
    memset(local, 'a', 65);
    memcpy(local + 65, "@b.cc", 6);
    assert_false(take(email_valid, local));

    for (size_t i = 0; i < sizeof whole; i++)
        whole[i] = i % 60 == 59 ? '.' : 'd';
    whole[1] = '@';
    whole[254] = '\0';
    assert_true(take(email_valid, whole));
    whole[254] = 'd';
    whole[255] = '\0';
    assert_false(take(email_valid, whole));
}

static void numbers_follow_e164(void **state) {
    (void)state;
    const char *const good[] = {"+1234567", "+33123456789", "+123456789012345", NULL};
    const char *const bad[] = {"",
                               "+",
                               "+123456",
                               "+1234567890123456",
                               "33123456789",
                               "+033123456",
                               "+33 12345678",
                               "+33-12345678",
                               "=1+1",
                               "+3312345678;ext=1",
                               "+12345\xd9\xa3"
                               "78",
                               NULL};
    all(phone_valid, good, true);
    all(phone_valid, bad, false);
}

static void tags_follow_bcp_47(void **state) {
    (void)state;
    const char *const good[] = {"fr", "zh-Hant", "sr-Latn-RS", "de-CH-1996", "x-private", "und", NULL};
    const char *const bad[] = {"",
                               "f",
                               "x",
                               "english, indonesian",
                               "fr_FR",
                               "fr-",
                               "-fr",
                               "1a",
                               "toolonglanguage",
                               "a-b",
                               "abcdefgh-abcdefgh-abcdefgh-abcdefgh1",
                               NULL};
    all(tag_valid, good, true);
    all(tag_valid, bad, false);
}

static void zones_have_the_form_of_the_iana_database(void **state) {
    (void)state;
    const char *const good[] = {"UTC", "Europe/Paris", "America/Argentina/Buenos_Aires", "Etc/GMT+1", NULL};
    const char *const bad[] = {
        "",       "GMT+1", "CET", "Europe/", "/Paris", "Europe//Paris", "Europe/Paris/A/B", "Europe/Par is",
        "+02:00", NULL};
    all(zone_valid, good, true);
    all(zone_valid, bad, false);
}

static void only_https_uris_pass(void **state) {
    (void)state;
    const char *const good[] = {"https://example.org", "https://example.org:8443/a?b=c#d",
                                "https://matrix.to/#/@desk:example.org", NULL};
    const char *const bad[] = {"",
                               "http://example.org",
                               "https://",
                               "https:///x",
                               "javascript:alert(1)",
                               "data:text/html,x",
                               "https://user@example.org/",
                               "https://example.org\\@evil.example",
                               "\\\\host\\share",
                               "https://example.org/a b",
                               "https://example.org/<script>",
                               "https://ex\xc3\xa4mple.org/",
                               NULL};
    all(https_valid, good, true);
    all(https_valid, bad, false);
}

static uint8_t buffer[PART_MAX + 64];

static struct bytes done(const struct writer *w) {
    struct bytes payload;
    CHECK_OK(writer_end(w, &payload));
    return payload;
}

/* {1: [["fr", text]], 9: [{1: address}]} */
static struct bytes sample(const char *text, const char *address) {
    struct writer w;
    writer_init(&w, buffer, sizeof buffer);
    writer_map(&w, 2);
    writer_uint(&w, 1);
    writer_array(&w, 1);
    writer_array(&w, 2);
    writer_str(&w, bytes_str("fr"));
    writer_str(&w, bytes_str(text));
    writer_uint(&w, 9);
    writer_array(&w, 1);
    writer_map(&w, 1);
    writer_uint(&w, 1);
    writer_str(&w, bytes_str(address));
    return done(&w);
}

static void a_payload_of_the_table_passes(void **state) {
    (void)state;
    const struct field *field = contact_fields;
    CHECK_OK(field_check(contact_fields, sample("Centre", "desk@example.org"), &field));
    assert_null(field);
}

static void what_breaks_a_bound_is_named(void **state) {
    (void)state;
    const struct field *field = NULL;
    char text[252];
    memset(text, 'a', sizeof text);
    text[250] = '\0';
    CHECK_OK(field_check(contact_fields, sample(text, "a@b.cc"), &field));
    text[250] = 'a';
    text[251] = '\0';
    CHECK_ERR(field_check(contact_fields, sample(text, "a@b.cc"), &field), ERR_SIZE);
    assert_string_equal(field->name, "organisation");
}

static void unknown_keys_are_passed_over_at_every_depth(void **state) {
    (void)state;
    struct writer w;
    writer_init(&w, buffer, sizeof buffer);
    writer_map(&w, 2);
    writer_uint(&w, 9);
    writer_array(&w, 1);
    writer_map(&w, 2);
    writer_uint(&w, 1);
    writer_str(&w, bytes_str("a@b.cc"));
    writer_uint(&w, 77);
    writer_map(&w, 0);
    writer_uint(&w, 4000);
    writer_nil(&w);
    CHECK_OK(field_check(contact_fields, done(&w), NULL));
}

static void an_item_without_what_it_is_for_is_refused(void **state) {
    (void)state;
    const struct field *field = NULL;
    struct writer w;
    writer_init(&w, buffer, sizeof buffer);
    writer_map(&w, 1);
    writer_uint(&w, 9);
    writer_array(&w, 1);
    writer_map(&w, 1);
    writer_uint(&w, 3);
    writer_bool(&w, true);
    CHECK_ERR(field_check(contact_fields, done(&w), &field), ERR_MISSING);
    assert_string_equal(field->name, "emails");
}

static void a_payload_that_is_no_map_is_refused(void **state) {
    (void)state;
    CHECK_ERR(field_check(contact_fields, BYTES(((uint8_t[]){0x90})), NULL), ERR_TYPE);
    CHECK_ERR(field_check(contact_fields, BYTES(((uint8_t[]){0xdd, 0xff, 0xff, 0xff, 0xff})), NULL),
              ERR_ITEMS);
    CHECK_REFUSED(field_check(contact_fields, (struct bytes){buffer, 0}, NULL));
    CHECK_ERR(field_check(contact_fields, (struct bytes){buffer, PART_MAX + 1}, NULL), ERR_SIZE);
}

static void every_truncation_is_refused(void **state) {
    (void)state;
    struct bytes whole = sample("Centre", "desk@example.org");
    struct guard g;
    guard_open(&g, whole.len);
    for (size_t len = 0; len < whole.len; len++)
        CHECK_REFUSED(field_check(contact_fields, (struct bytes){guard_copy(&g, whole.ptr, len), len}, NULL));
    guard_close(&g);
}

static void check_table(const struct field *fields, unsigned depth) {
    assert_true(depth <= 3);
    unsigned last = 0;
    for (const struct field *f = fields; f->key != 0; f++) {
        assert_true(f->key > last);
        last = f->key;
        assert_ptr_equal(field_find(fields, f->name), f);
        bool nested = f->type == FIELD_RECORD || f->type == FIELD_RECORDS;
        assert_int_equal(nested, f->fields != NULL);
        assert_int_equal(f->form == FORM_VALUE, f->values != NULL);
        if (!nested && f->type != FIELD_BOOL)
            assert_true(f->bytes_max > 0);
        if (f->type == FIELD_NAMES || f->type == FIELD_TEXTS || f->type == FIELD_RECORDS)
            assert_true(f->count_max > 0);
        if (nested)
            check_table(f->fields, depth + 1);
    }
    assert_null(field_find(fields, "no such field"));
}

static void the_tables_are_ascending_and_bounded(void **state) {
    (void)state;
    check_table(contact_fields, 0);
    check_table(node_fields, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_follow_rfc_5321_and_6531),
        cmocka_unit_test(an_address_is_bounded_in_its_parts),
        cmocka_unit_test(numbers_follow_e164),
        cmocka_unit_test(tags_follow_bcp_47),
        cmocka_unit_test(zones_have_the_form_of_the_iana_database),
        cmocka_unit_test(only_https_uris_pass),
        cmocka_unit_test(a_payload_of_the_table_passes),
        cmocka_unit_test(what_breaks_a_bound_is_named),
        cmocka_unit_test(unknown_keys_are_passed_over_at_every_depth),
        cmocka_unit_test(an_item_without_what_it_is_for_is_refused),
        cmocka_unit_test(a_payload_that_is_no_map_is_refused),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(the_tables_are_ascending_and_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
