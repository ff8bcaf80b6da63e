#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/import.h"
#include "node/jscontact.h"
#include "node/ldif.h"
#include "node/leaflet.h"
#include "node/tableput.h"
#include "node/vcard.h"
#include "tests/lib/shared.h"
#include "tests/lib/somebody.h"
#include "tests/lib/tmp.h"

#define RECORDS 1500

static char dir[TMP_LEN], path[TMP_LEN + 16];

static int set_up(void **state) {
    (void)state;
    tmp_open(dir);
    snprintf(path, sizeof path, "%s/exchange", dir);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    tmp_close(dir);
    return 0;
}

static void put_csv(FILE *to, const json_t *contacts) {
    assert_true(tableput_csv(to, contacts, ';'));
}

static void put_vcard(FILE *to, const json_t *contacts) {
    size_t i;
    json_t *contact;
    json_array_foreach(contacts, i, contact) vcard_put(to, contact, VCARD_WHOLE);
}

static void put_ldif(FILE *to, const json_t *contacts) {
    size_t i;
    json_t *contact;
    fputs("version: 1\n\n", to);
    json_array_foreach(contacts, i, contact) ldif_put(to, contact, "ou=contacts,dc=example,dc=org");
}

static void put_jscontact(FILE *to, const json_t *contacts) {
    json_t *cards = json_array(), *contact;
    size_t i;
    json_array_foreach(contacts, i, contact) json_array_append_new(cards, jscontact_card(contact));
    json_dumpf(cards, to, JSON_INDENT(1));
    json_decref(cards);
}

static void put_json(FILE *to, const json_t *contacts) {
    json_t *all = json_pack("{s:O}", "contacts", contacts);
    json_dumpf(all, to, 0);
    json_decref(all);
}

/* What LDIF has attributes for: all else is not expected back. */
static json_t *carried_by_ldif(const json_t *record) {
    static const char *const whole[] = {"id",    "kind", "organisation", "unit",
                                        "title", "name", "languages",    "address"};
    json_t *kept = json_object(), *list, *item, *parts = json_object(), *copy;
    size_t i;
    for (i = 0; i < sizeof whole / sizeof whole[0]; i++)
        json_object_set(kept, whole[i], json_object_get(record, whole[i]));
    json_object_set(parts, "given", json_object_get(json_object_get(record, "name_parts"), "given"));
    const json_t *surname = json_object_get(json_object_get(record, "name_parts"), "surname");
    if (!json_equal(surname, json_object_get(json_object_get(record, "name"), "und")))
        json_object_set(parts, "surname", (json_t *)(uintptr_t)surname);
    if (json_object_size(parts) > 0)
        json_object_set(kept, "name_parts", parts);
    json_decref(parts);

    const struct {
        const char *field, *member, *also;
    } lists[] = {{"emails", "address", ""}, {"phones", "number", "extension"}, {"channels", "uri", "kind"}};
    for (size_t k = 0; k < 3; k++) {
        list = json_array();
        json_array_foreach(json_object_get(record, lists[k].field), i, item) {
            if (json_object_get(item, lists[k].member) == NULL)
                continue;
            copy = json_object();
            json_object_set(copy, lists[k].member, json_object_get(item, lists[k].member));
            json_object_set(copy, lists[k].also, json_object_get(item, lists[k].also));
            const char *type = json_string_value(json_object_get(item, "type"));
            if (type != NULL && strcmp(type, "fax") == 0)
                json_object_set_new(copy, "type", json_string("fax"));
            json_array_append_new(list, copy);
        }
        if (json_array_size(list) > 0)
            json_object_set(kept, lists[k].field, list);
        json_decref(list);
    }
    return kept;
}

static json_t *carried_whole(const json_t *record) {
    return json_deep_copy(record);
}

static const struct format {
    const char *name;
    void (*put)(FILE *to, const json_t *contacts);
    json_t *(*carried)(const json_t *record);
} formats[] = {{"csv", put_csv, carried_whole},
               {"vcard", put_vcard, carried_whole},
               {"ldif", put_ldif, carried_by_ldif},
               {"jscontact", put_jscontact, carried_whole},
               {"json", put_json, carried_whole}};

static void write_file(const char *text, size_t len) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static struct import *import_file(const char *kind) {
    struct import_options options = {.path = path, .code = "FR", .secret = {1}, .kind = kind};
    struct csverror why;
    struct import *import = import_open(&options, &why);
    if (import == NULL)
        fail_msg("%s", why.text);
    return import;
}

static void differs(const json_t *got, const json_t *want, const char *name, unsigned seed) {
    if (json_equal(got, want))
        return;
    char *a = json_dumps(got, JSON_SORT_KEYS), *b = json_dumps(want, JSON_SORT_KEYS);
    fail_msg("%s, seed %u:\n%s\nnot\n%s", name, seed, a, b);
}

/* Where a format carries none of the ways, nobody is reached: it is refused, and says so. */
static bool has_no_way(const struct format *f, const struct import_row *row) {
    if (row->record != NULL)
        return false;
    if (strcmp(f->name, "ldif") != 0 || strstr(row->why.text, "no way to reach") == NULL)
        fail_msg("%s: %s", f->name, row->why.text);
    return true;
}

static void check_format(const struct format *f) {
    json_t *records = json_array(), *contacts = json_array();
    char *text;
    size_t len;
    for (unsigned seed = 0; seed < RECORDS; seed++) {
        json_t *record = somebody_record(seed), *contact = json_copy(record);
        json_object_set_new(contact, "state", json_string("FR"));
        json_array_append_new(records, record);
        json_array_append_new(contacts, contact);
    }
    FILE *to = open_memstream(&text, &len);
    f->put(to, contacts);
    fclose(to);
    write_file(text, len);
    free(text);
    struct import *import = import_file(NULL);
    assert_int_equal(import_count(import), RECORDS);
    for (unsigned seed = 0; seed < RECORDS; seed++) {
        struct import_row row;
        json_t *want = f->carried(json_array_get(records, seed));
        import_row(import, seed, &row);
        if (!has_no_way(f, &row))
            differs(row.record, want, f->name, seed);
        json_decref(want);
    }
    import_close(import);
    json_decref(records);
    json_decref(contacts);
}

static void what_is_written_reads_back_the_same(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        check_format(&formats[i]);
}

static char *written(const struct format *f, const json_t *contact) {
    json_t *contacts = json_pack("[O]", contact);
    char *text;
    size_t len;
    FILE *to = open_memstream(&text, &len);
    f->put(to, contacts);
    fclose(to);
    json_decref(contacts);
    return text;
}

/* Every line of a card or an entry is short, whole UTF-8, and begins as it may: no text makes lines of its
 * own. */
static void no_text_breaks_out_of_its_line(void **state) {
    (void)state;
    for (unsigned seed = 0; seed < RECORDS; seed++) {
        json_t *contact = somebody_record(seed);
        json_object_set_new(contact, "state", json_string("FR"));
        char *card = written(&formats[1], contact), *entry = written(&formats[2], contact), *save = card;
        unsigned begins = 0, ends = 0;
        for (char *end; (end = strstr(card, "\r\n")) != NULL; card = end + 2) {
            *end = '\0';
            assert_true(strlen(card) <= 75);
            assert_true(utf8_clean(bytes_str(card)));
            assert_null(strpbrk(card, "\r\n"));
            begins += strcmp(card, "BEGIN:VCARD") == 0;
            ends += strcmp(card, "END:VCARD") == 0;
            assert_true(card[0] == ' ' || (card[0] >= 'A' && card[0] <= 'Z'));
        }
        assert_int_equal(begins, 1);
        assert_int_equal(ends, 1);
        assert_string_equal(card, "");
        free(save);
        save = entry;
        unsigned dns = 0;
        for (char *end; (end = strchr(entry, '\n')) != NULL; entry = end + 1) {
            *end = '\0';
            assert_true(strlen(entry) <= 76);
            for (char *c = entry; *c != '\0'; c++)
                assert_true(*c >= 0x20 && (unsigned char)*c < 0x7f);
            dns += strncmp(entry, "dn:", 3) == 0;
        }
        assert_int_equal(dns, 1);
        free(save);
        json_decref(contact);
    }
}

static void a_page_for_paper_holds_texts_and_no_markup_of_theirs(void **state) {
    (void)state;
    json_t *contacts = json_array();
    char *text;
    size_t len;
    for (unsigned seed = 0; seed < 200; seed++) {
        json_t *contact = somebody_record(seed);
        json_object_set_new(contact, "state", json_string("FR"));
        json_array_append_new(contacts, contact);
    }
    FILE *to = open_memstream(&text, &len);
    assert_true(leaflet_put(to, contacts, LANGUAGE_AR, "test.example", "2026-12-31T00:00:00Z"));
    fclose(to);
    assert_null(strstr(text, "<script"));
    assert_non_null(strstr(text, "&lt;script&gt;"));
    assert_non_null(strstr(text, "dir=\"rtl\""));
    assert_null(strstr(text, "href="));
    assert_null(strstr(text, "url("));
    assert_null(strstr(text, "src="));
    size_t articles = 0, codes = 0;
    for (char *at = text; (at = strstr(at, "<article>")) != NULL; at++)
        articles++;
    for (char *at = text; (at = strstr(at, "<svg")) != NULL; at++)
        codes++;
    assert_int_equal(articles, 200);
    assert_true(codes > 190);
    free(text);
    json_decref(contacts);
}

static const char *und(const json_t *record, const char *field) {
    return json_string_value(json_object_get(json_object_get(record, field), "und"));
}

/* The names of about twenty scripts, byte for byte through every format. */
static void names_of_all_scripts_go_through_unharmed(void **state) {
    (void)state;
    char names[SHARED_LEN], line[512];
    unsigned count = 0;
    if (!shared_path("data/names/unicode-names.txt", names))
        skip();
    FILE *file = fopen(names, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0')
            continue;
        count++;
        json_t *contact = json_pack("{s:s, s:s, s:s, s:{s:s}, s:{s:s}, s:{s:s}, s:[{s:s}]}", "state", "FR",
                                    "id", "00112233445566778899aabbccddeeff", "kind", "technical", "name",
                                    "und", line, "organisation", "und", "Example Centre", "unit", "und", line,
                                    "emails", "address", "a@example.org");
        for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
            char *text = written(&formats[i], contact);
            write_file(text, strlen(text));
            free(text);
            struct import *import = import_file(NULL);
            struct import_row row;
            import_row(import, 0, &row);
            if (row.record == NULL)
                fail_msg("%s, %s: %s", formats[i].name, line, row.why.text);
            assert_string_equal(und(row.record, "name"), line);
            assert_string_equal(und(row.record, "unit"), line);
            import_close(import);
        }
        json_decref(contact);
    }
    fclose(file);
    assert_int_equal(count, 43);
}

static const struct {
    const char *file;
    unsigned good, refused;
    const char *name, *organisation;
} cards[] = {
    {"John_Doe_ANDROID", 4, 2, "Ñ Ñ Ñ Ñ Ñ", NULL},
    {"John_Doe_BLACK_BERRY", 1, 0, "John Doe", "Acme Solutions"},
    {"John_Doe_EVOLUTION", 1, 0, "Mr. John Richter, James Doe Sr.", "IBM"},
    {"John_Doe_GMAIL", 1, 0, "Mr. John Richter, James Doe Sr.", "IBM"},
    {"John_Doe_IPHONE", 1, 0, "Mr. John Richter James Doe Sr.", "IBM"},
    {"John_Doe_LOTUS_NOTES", 1, 0, "Mr. Doe John I Johny", "IBM"},
    {"John_Doe_MAC_ADDRESS_BOOK", 1, 0, "Mr. John Richter,James Doe Sr.", "IBM"},
    {"John_Doe_MS_OUTLOOK", 1, 0, "Mr. John Richter James Doe Sr.", "IBM"},
    {"fullcontact", 1, 0, "Prefix FirstName MiddleName LastName Suffix", "Organization1"},
    {"gmail-list", 3, 0, "Arnold Smith", NULL},
    {"gmail-single", 1, 0, "Greg Dartmouth", "TheCompany"},
    {"gmail-single2", 1, 0, "VCard Test", "TheCompany"},
    {"issue114", 1, 0, "Dummy, Dummy", "Dummy GmbH"},
    {"outlook-2003", 1, 0, "John Doe III", "Company, The"},
    {"outlook-2007", 1, 0, "Mr. Michael Angstadt Jr.", "TheCompany"},
    {"rfc2426-example", 2, 0, "Frank Dawson", "Lotus Development Corporation"},
    {"rfc6350-example", 1, 0, "Simon Perreault", "Viagenie"},
    {"thunderbird-MoreFunctionsForAddressBook-extension", 1, 0, "John Doe", "TheOrganization"},
};

/* The contacts of a card file. */
static json_t *cards_read(const char *path_of_cards, const char *name, unsigned *ret_refused) {
    struct csverror why;
    struct import_options options = {.path = path_of_cards, .code = "FR", .secret = {1}, .kind = "technical"};
    struct import *import = import_open(&options, &why);
    if (import == NULL)
        fail_msg("%s: %s", name, why.text);
    json_t *contacts = json_array();
    *ret_refused = 0;
    for (size_t k = 0; k < import_count(import); k++) {
        struct import_row row;
        import_row(import, k, &row);
        *ret_refused += row.verdict == IMPORT_REFUSED;
        if (row.record == NULL)
            continue;
        json_t *contact = json_copy(row.record);
        json_object_set_new(contact, "state", json_string("FR"));
        json_array_append_new(contacts, contact);
    }
    import_close(import);
    return contacts;
}

static void goes_out_and_back(const struct format *f, const json_t *contacts, const char *name) {
    char *text;
    size_t len, k;
    json_t *contact;
    FILE *to = open_memstream(&text, &len);
    f->put(to, contacts);
    fclose(to);
    write_file(text, len);
    free(text);
    struct import *import = import_file(NULL);
    json_array_foreach(contacts, k, contact) {
        struct import_row row;
        import_row(import, k, &row);
        json_t *want = f->carried(contact);
        json_object_del(want, "state");
        if (!has_no_way(f, &row))
            differs(row.record, want, name, 0);
        json_decref(want);
    }
    import_close(import);
}

/* Cards of a dozen programs come in, and what came in goes out in every format and comes back the same. */
static void cards_of_many_programs_go_in_and_out(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cards / sizeof cards[0]; i++) {
        char name[128], real[SHARED_LEN];
        unsigned refused;
        snprintf(name, sizeof name, "data/vcards/%s.vcf", cards[i].file);
        if (!shared_path(name, real))
            skip();
        json_t *contacts = cards_read(real, name, &refused);
        if (json_array_size(contacts) != cards[i].good || refused != cards[i].refused)
            fail_msg("%s: %zu good, %u refused", name, json_array_size(contacts), refused);
        const json_t *first = json_array_get(contacts, 0);
        assert_string_equal(und(first, "name"), cards[i].name);
        if (cards[i].organisation != NULL)
            assert_string_equal(und(first, "organisation"), cards[i].organisation);
        for (size_t k = 0; k < sizeof formats / sizeof formats[0]; k++)
            goes_out_and_back(&formats[k], contacts, name);
        json_decref(contacts);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(no_text_breaks_out_of_its_line),
        cmocka_unit_test(a_page_for_paper_holds_texts_and_no_markup_of_theirs),
        cmocka_unit_test(names_of_all_scripts_go_through_unharmed),
        cmocka_unit_test(cards_of_many_programs_go_in_and_out),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
