#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/isocode.h"
#include "node/record.h"
#include "node/remarks.h"
#include "node/rules.h"
#include "node/text.h"
#include "node/zones.h"

static const char good[] =
    "{\"id\": \"00112233445566778899aabbccddeeff\", \"state\": \"FR\", \"kind\": \"technical\","
    " \"status\": \"suspended\", \"valid_from\": \"2026-01-01T00:00:00Z\", \"valid_until\": \"2027-01-01\","
    " \"review_by\": \"2026-12-01\","
    " \"organisation\": {\"fr\": \"Centre d'exemple\", \"en\": \"Example Centre\"}, \"unit\": {\"fr\": "
    "\"Veille\"},"
    " \"title\": {\"fr\": \"Chef de quart\"}, \"holder\": \"person\", \"name\": {\"ar\": \"عبدالحليم حافظ\"},"
    " \"name_parts\": {\"given\": \"عبدالحليم\", \"surname\": \"حافظ\"}, \"latin\": \"Abdel Halim Hafez\","
    " \"honorific\": \"Dr\", \"emails\": [{\"address\": \"desk@example.org\", \"purpose\": \"incident\","
    " \"shared\": true}], \"phones\": [{\"number\": \"+33123456789\", \"extension\": \"12\", \"type\": "
    "\"voice\","
    " \"secure\": false, \"display\": \"01 23 45 67 89\"}],"
    " \"channels\": [{\"kind\": \"matrix\", \"uri\": \"https://matrix.to/#/@d:example.org\", \"note\": "
    "\"nuit\"}],"
    " \"keys\": [{\"type\": \"openpgp\", \"fingerprint\": \"0123456789abcdef0123456789abcdef01234567\","
    " \"expires\": \"2027-06-30T00:00:00Z\"}], \"languages\": [\"fr\", \"en\"], \"timezone\": "
    "\"Europe/Paris\","
    " \"hours\": {\"always\": false, \"weekly\": [{\"day\": \"mon\", \"from\": \"09:00\", \"to\": \"17:30\"},"
    " {\"day\": \"fri\", \"from\": \"22:00\", \"to\": \"06:00\"}], \"holidays\": [\"2026-12-25\"],"
    " \"text\": \"sauf jours de fermeture\"}, \"address\": {\"fr\": \"1 rue de l'Exemple\"}, \"country\": "
    "\"FR\","
    " \"constituency\": {\"fr\": \"administrations\"}, \"backup\": \"ffeeddccbbaa99887766554433221100\","
    " \"nomination\": {\"ref\": \"NV 12/2026\", \"date\": \"2026-01-02\", \"by\": \"Ministère d'exemple\"},"
    " \"primary\": true, \"rank\": 1, \"public\": [\"organisation\", \"languages\"]}";

static json_t *parse(const char *text) {
    json_error_t error;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL)
        fail_msg("%s: %s", error.text, text);
    return json;
}

static uint8_t space[PART_CLASSES][PART_MAX];

/* To leaf and parts and back. */
static json_t *round_trip(const json_t *record, struct bytes payload[PART_CLASSES]) {
    uint8_t *buffer[PART_CLASSES] = {space[0], space[1]};
    enum part_state state[PART_CLASSES];
    struct leaf leaf;
    CHECK_OK(record_parts(record, buffer, payload));
    CHECK_OK(record_leaf(record, 1767225600, &leaf));
    for (unsigned i = 0; i < PART_CLASSES; i++) {
        state[i] = payload[i].len > 0 ? PART_HELD : PART_NONE;
        if (payload[i].len > 0)
            CHECK_OK(field_check(contact_fields, payload[i], NULL));
    }
    return record_json("fr", &leaf, payload, state);
}

static bool contains(struct bytes in, const char *text) {
    return in.len > 0 && memmem(in.ptr, in.len, text, strlen(text)) != NULL;
}

static void a_record_comes_back_as_it_went(void **state) {
    (void)state;
    struct record_error why;
    struct bytes payload[PART_CLASSES];
    json_t *record = parse(good);
    if (!record_check(record, &why))
        fail_msg("%s", why.text);
    json_t *back = round_trip(record, payload);
    json_object_del(back, "parts");
    json_object_set_new(record, "valid_until", json_string("2027-01-01T00:00:00Z"));
    json_object_set_new(record, "review_by", json_string("2026-12-01T00:00:00Z"));
    if (!json_equal(record, back)) {
        char *text = json_dumps(back, JSON_INDENT(1));
        fail_msg("came back as %s", text);
    }
    json_decref(back);
    json_decref(record);
}

static void a_public_part_holds_the_listed_fields_and_no_others(void **state) {
    (void)state;
    struct bytes payload[PART_CLASSES];
    json_t *record = parse(good);
    json_t *back = round_trip(record, payload);
    assert_true(contains(payload[PART_PUBLIC], "Example Centre"));
    assert_false(contains(payload[PART_PUBLIC], "desk@example.org"));
    assert_false(contains(payload[PART_PUBLIC], "Hafez"));
    assert_true(contains(payload[PART_MEMBERS], "desk@example.org"));
    assert_false(contains(payload[PART_MEMBERS], "Example Centre"));
    json_decref(back);

    json_object_set_new(record, "public", json_array());
    back = round_trip(record, payload);
    assert_int_equal(payload[PART_PUBLIC].len, 0);
    json_decref(back);
    json_object_del(record, "public");
    back = round_trip(record, payload);
    assert_int_equal(payload[PART_PUBLIC].len, 0);
    json_decref(back);
    json_decref(record);
}

static void what_is_withheld_or_gone_is_said(void **state) {
    (void)state;
    struct leaf leaf = {.kind = LEAF_CONTACT, .contact = {.kind = {(const uint8_t *)"policy", 6}}};
    const struct bytes none[PART_CLASSES] = {{NULL, 0}, {NULL, 0}};
    json_t *back = record_json("ke", &leaf, none, (enum part_state[]){PART_GONE, PART_WITHHELD});
    json_t *parts = json_object_get(back, "parts");
    assert_string_equal(json_string_value(json_object_get(parts, "public")), "gone");
    assert_string_equal(json_string_value(json_object_get(parts, "members")), "withheld");
    assert_string_equal(json_string_value(json_object_get(back, "state")), "KE");
    assert_null(json_object_get(back, "emails"));
    json_decref(back);
}

static void what_cannot_be_read_is_left_out(void **state) {
    (void)state;
    struct leaf leaf = {.kind = LEAF_CONTACT, .contact = {.kind = {(const uint8_t *)"policy", 6}}};
    /* {1: 5, 4: "office", 9: [5], 14: "UTC", 3000: nil} */
    const uint8_t odd[] = {0x85, 1, 5,  4,    0xa6, 'o', 'f', 'f',  'i',  'c',  'e', 9,
                           0x91, 5, 14, 0xa3, 'U',  'T', 'C', 0xcd, 0x0b, 0xb8, 0xc0};
    const struct bytes payload[PART_CLASSES] = {{NULL, 0}, BYTES(odd)};
    json_t *back = record_json("ke", &leaf, payload, (enum part_state[]){PART_NONE, PART_HELD});
    assert_null(json_object_get(back, "organisation"));
    assert_null(json_object_get(back, "emails"));
    assert_string_equal(json_string_value(json_object_get(back, "holder")), "office");
    assert_string_equal(json_string_value(json_object_get(back, "timezone")), "UTC");
    json_decref(back);

    const struct bytes garbage[PART_CLASSES] = {{NULL, 0},
                                                BYTES(((uint8_t[]){0xdf, 0xff, 0xff, 0xff, 0xff}))};
    back = record_json("ke", &leaf, garbage, (enum part_state[]){PART_NONE, PART_HELD});
    assert_non_null(back);
    json_decref(back);
}

/* One member of the good record replaced: what the refusal must say. */
static void refusals_name_field_rule_and_remedy(void **state) {
    (void)state;
    const struct {
        const char *member, *value, *said;
    } bad[] = {
        {"kind", "\"Technical\"", "kind: not one of the values"},
        {"kind", "5", "kind: "},
        {"status", "\"dead\"", "status: "},
        {"id", "\"abc\"", "id: not bytes in hex"},
        {"state", "\"fra\"", "state: "},
        {"emails", "[]", "emails: not a list"},
        {"emails", "[{\"purpose\": \"incident\"}]", "emails[0].address: is missing"},
        {"emails", "[{\"address\": \"a@@b.cc\"}]",
         "emails[0].address: not an e-mail address (RFC 5321, 6531): found \"a@@b.cc\": write"},
        {"emails", "[{\"address\": \"a@b.cc\\nBcc: x@y.zz\"}]", "emails[0].address: text has U+000A"},
        {"emails", "[{\"address\": \"a@b.cc\", \"adress\": \"x\"}]", "emails[0].adress: unknown field"},
        {"phones", "[{\"number\": \"=1+1\"}]", "phones[0].number: not a number of ITU-T E.164"},
        {"phones", "[{\"number\": \"+33123456789\", \"type\": \"pigeon\"}]", "phones[0].type: not one of"},
        {"phones", "[{\"number\": \"+33123456789\", \"extension\": \"1;2\"}]",
         "phones[0].extension: not digits"},
        {"channels", "[{\"kind\": \"web\", \"uri\": \"javascript:alert(1)\"}]",
         "channels[0].uri: not an https URI"},
        {"keys", "[{\"type\": \"openpgp\", \"fingerprint\": \"xyz\"}]", "keys[0].fingerprint: not bytes"},
        {"keys", "[{\"type\": \"openpgp\", \"fingerprint\": \"ab\", \"expires\": \"soon\"}]",
         "keys[0].expires: not a time"},
        {"languages", "[\"english, indonesian\"]", "languages[0]: not a language tag"},
        {"timezone", "\"GMT+1\"", "timezone: not a name of the IANA"},
        {"country", "\"fr\"", "country: not a code"},
        {"hours", "{\"weekly\": [{\"day\": \"mon\", \"from\": \"9:00\", \"to\": \"17:00\"}]}",
         "hours.weekly[0].from: not a time of day"},
        {"hours", "{\"weekly\": [{\"day\": \"mon\", \"from\": \"09:00\", \"to\": \"24:01\"}]}",
         "hours.weekly[0].to: not a time of day"},
        {"hours", "{\"holidays\": [\"25/12/2026\"]}", "hours.holidays[0]: not a date"},
        {"organisation", "{}", "organisation: not a text by language"},
        {"organisation", "{\"french\\u001b[2J\": \"x\"}", "organisation: not a language tag"},
        {"organisation", "{\"fr\": \"\"}", "organisation.fr: text is empty"},
        {"organisation", "{\"fr\": \" x\"}", "begins or ends with a space"},
        {"organisation", "{\"fr\": \"a\\u202eb\"}",
         "organisation.fr: text has U+202E: found \"a<U+202E>b\": holds a character that turns"},
        {"organisation", "{\"fr\": \"a\\u200bb\"}",
         "found \"a<U+200B>b\": holds a character that cannot be seen"},
        {"organisation", "{\"fr\": \"a\\u200db\"}", "text has U+200D"},
        {"organisation", "{\"fr\": \"a\\ufeffb\"}", "text has U+FEFF"},
        {"organisation", "{\"fr\": \"a\\udb40\\udc01b\"}", "text has U+E0001"},
        {"organisation", "{\"fr\": \"a\\u061cb\"}", "text has U+061C"},
        {"organisation", "{\"fr\": \"\\u001b[2J\"}", "found \"<U+001B>[2J\": holds a control"},
        {"organisation", "{\"fr\": \"a\\u009bb\"}", "found \"a<U+009B>b\": holds a control"},
        {"organisation", "{\"fr\": \"e\\u0301t\"}", "not in Unicode normal form C"},
        {"organisation", "{\"fr\": \"a\\u0300\\u0301\\u0302\\u0303\\u0304\"}", "more than 4 combining marks"},
        {"valid_until", "\"2026-01-01T00:00:00Z\"", "valid_until: not after valid_from"},
        {"valid_until", "\"2026-02-30\"", "valid_until: not a time"},
        {"valid_until", "1767225600", "valid_until: not a time"},
        {"rank", "256", "rank: not a number in its range"},
        {"rank", "-1", "rank: not a number"},
        {"rank", "1.5", "rank: not a number"},
        {"primary", "\"yes\"", "primary: not yes or no"},
        {"public", "[\"organization\"]", "public: not a field"},
        {"public", "\"organisation\"", "public: not a list"},
        {"photo", "\"x\"", "photo: unknown field"},
        {"nomination", "{}", "nomination: not an object"},
        {"backup", "\"00\"", "backup: not bytes in hex"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct record_error why;
        json_t *record = parse(good);
        json_error_t error;
        json_t *value = json_loads(bad[i].value, JSON_DECODE_ANY, &error);
        assert_non_null(value);
        json_object_set_new(record, bad[i].member, value);
        if (record_check(record, &why))
            fail_msg("%s = %s passes", bad[i].member, bad[i].value);
        if (strstr(why.text, bad[i].said) == NULL)
            fail_msg("%s = %s: said \"%s\", not \"%s\"", bad[i].member, bad[i].value, why.text, bad[i].said);
        for (const char *c = why.text; *c != '\0'; c++)
            assert_true((unsigned char)*c >= 0x20);
        json_decref(record);
    }
}

static void bounds_hold_to_the_byte(void **state) {
    (void)state;
    struct record_error why;
    char text[256];
    json_t *record = parse(good);
    memset(text, 'a', sizeof text);
    text[250] = '\0';
    json_object_set_new(record, "organisation", json_pack("{s:s}", "fr", text));
    assert_true(record_check(record, &why));
    text[250] = 'a';
    text[251] = '\0';
    json_object_set_new(record, "organisation", json_pack("{s:s}", "fr", text));
    assert_false(record_check(record, &why));
    assert_non_null(strstr(why.text, "organisation.fr: 251 bytes, more than 250"));

    json_object_set_new(record, "organisation", json_pack("{s:s}", "fr", "x"));
    json_t *languages = json_array();
    for (int i = 0; i < 8; i++)
        json_array_append_new(languages, json_string("fr"));
    json_object_set(record, "languages", languages);
    assert_true(record_check(record, &why));
    json_array_append_new(languages, json_string("fr"));
    assert_false(record_check(record, &why));
    assert_non_null(strstr(why.text, "languages: 9 items, more than 8"));
    json_decref(languages);
    json_decref(record);
}

static void a_contact_must_be_reachable_and_called_something(void **state) {
    (void)state;
    struct record_error why;
    json_t *record = parse("{\"kind\": \"technical\", \"organisation\": {\"en\": \"X\"}}");
    assert_false(record_check(record, &why));
    assert_non_null(strstr(why.text, "no way to reach this contact"));
    json_object_set_new(record, "channels", json_pack("[{s:s,s:s}]", "kind", "radio", "note", "8.1 MHz"));
    assert_true(record_check(record, &why));
    json_object_del(record, "organisation");
    assert_false(record_check(record, &why));
    assert_non_null(strstr(why.text, "say who is reached"));
    json_object_set_new(record, "name", json_pack("{s:s}", "en", "X"));
    assert_true(record_check(record, &why));
    json_object_del(record, "kind");
    assert_false(record_check(record, &why));
    json_decref(record);
    record = json_array();
    assert_false(record_check(record, &why));
    json_decref(record);
}

static void check_refused(const char *rest, const char *said) {
    struct record_error why;
    char text[900];

    snprintf(text, sizeof text,
             "{\"kind\": \"technical\", \"organisation\": {\"en\": \"A\"}, \"emails\": [{\"address\": "
             "\"a@example.org\"}], %s}",
             rest);
    json_t *record = parse(text);
    bool passes = record_check(record, &why);
    if (passes != (said == NULL) || (said != NULL && strcmp(why.text, said) != 0))
        fail_msg("%s: %s", rest, passes ? "accepted" : why.text);
    json_decref(record);
}

static void each_standard_is_asked(void **state) {
    (void)state;
    if (!zones_present() || isocode_country("FR") == NULL)
        skip();
    check_refused(
        "\"timezone\": \"Europe/Atlantis\"",
        "timezone: not a name of the IANA time zone database: found \"Europe/Atlantis\": write a name "
        "such as Europe/Paris, or UTC");
    check_refused("\"country\": \"FX\"",
                  "country: not a code of ISO 3166-1: found \"FX\": write two capital letters: FR");
    check_refused("\"country\": \"fr\"",
                  "country: not a code of ISO 3166-1: found \"fr\": write two capital letters: FR");
    check_refused("\"country\": \"XK\"", NULL);
    check_refused("\"languages\": [\"English\"]",
                  "languages[0]: not a language tag of BCP 47: found \"English\": write a tag such as en");
    check_refused("\"languages\": [\"fra\"]",
                  "languages[0]: not a language tag of BCP 47: found \"fra\": write a tag such as fr");
    check_refused(
        "\"languages\": [\"xq\"]",
        "languages[0]: not a language tag of BCP 47: found \"xq\": write a tag such as fr or zh-Hant");
    check_refused("\"languages\": [\"prs\", \"zh-Hant-TW\", \"FR\", \"und\", \"x-sign\"]", NULL);
    check_refused("\"unit\": {\"french\": \"U\"}",
                  "unit: not a language tag of BCP 47: found \"french\": write a tag such as fr");
    check_refused(
        "\"keys\": [{\"type\": \"openpgp\", \"fingerprint\": \"0123456789abcdef\"}]",
        "keys[0].fingerprint: not as long as one of its type: found \"0123456789abcdef\": an OpenPGP "
        "fingerprint has 40 digits (RFC 4880) or 64 (RFC 9580)");
    check_refused(
        "\"nomination\": {\"hash\": \"00\"}",
        "nomination.hash: not a SHA-256 (FIPS 180-4): found \"00\": write the 64 digits that sha256sum "
        "prints for the document");
    check_refused("\"latin\": \"José\"",
                  "latin: not in the letters A to Z (ICAO 9303): found \"José\": write it as in the "
                  "machine-readable lines of a passport");
}

static void what_holds_between_fields_is_asked(void **state) {
    (void)state;
    check_refused("\"holder\": \"person\"",
                  "name: is missing, and the holder is a person: add it, or make the holder office");
    check_refused("\"holder\": \"office\"", NULL);
    check_refused("\"hours\": {\"weekly\": [{\"day\": \"mon\", \"from\": \"09:00\", \"to\": \"17:00\"}]}",
                  "timezone: is missing, and hours are local: add one such as Europe/Paris");
    check_refused(
        "\"timezone\": \"UTC\", \"hours\": {\"weekly\": [{\"day\": \"mon\", \"from\": \"09:00\", "
        "\"to\": \"09:00\"}]}",
        "hours.weekly[0].to: the same as from: found \"09:00\": write 00:00 and 24:00 for a whole day, "
        "or take it out");
    check_refused("\"timezone\": \"UTC\", \"hours\": {\"always\": true, \"weekly\": [{\"day\": \"mon\", "
                  "\"from\": \"09:00\", \"to\": \"10:00\"}]}",
                  "hours: always and weekly say two things: keep one of them");
}

static void what_is_allowed_may_still_be_worth_a_look(void **state) {
    json_t *record =
        parse("{\"emails\": [{\"address\": \"a@example.org\"}, {\"address\": \"a@GMAIL.com\"}],"
              " \"keys\": [{\"expires\": \"2026-02-01T00:00:00Z\"}, {\"expires\": \"2027-02-01\"}],"
              " \"timezone\": \"Etc/GMT-1\", \"hours\": {\"text\": \"office hours\"}}");
    static const char *const said[] = {"emails: a@GMAIL.com is with", "keys: one ends on 2026-02-01",
                                       "hours: words alone", "timezone: Etc/GMT-1 is no place"};
    json_t *remarks = remarks_of(record, 1767225600); /* 2026-01-01 */
    (void)state;

    assert_int_equal(json_array_size(remarks), sizeof said / sizeof *said);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        assert_int_equal(strncmp(json_string_value(json_array_get(remarks, i)), said[i], strlen(said[i])), 0);
    json_decref(remarks);
    json_decref(record);
    record = parse(good);
    remarks = remarks_of(record, 1767225600);
    assert_int_equal(json_array_size(remarks), 0);
    json_decref(remarks);
    json_decref(record);
}

static void the_rules_of_a_network_bind_its_authors(void **state) {
    static const struct config without = {.network = ""};
    static struct config strict = {
        .kinds = "technical liaison", .nomination = "yes", .public_fields = "languages", .review_days = "30"};
    struct record_error why;
    (void)state;

    rules_set(&strict);
    check_refused("\"nomination\": {\"ref\": \"NV 1\"}", NULL);
    check_refused(
        "\"nomination\": {\"by\": \"A\"}",
        "nomination.ref: is missing, and this network wants it: give the reference of the note verbale");
    json_t *record = parse("{\"kind\": \"legal\", \"languages\": [\"fr\"], \"holder\": \"office\","
                           " \"review_by\": \"2026-03-01\"}");
    assert_false(record_check(record, &why));
    assert_string_equal(why.text, "kind: not one of the values known here: found \"legal\": write one of "
                                  "them, or set kinds in comity.conf: technical liaison");
    assert_true(rules_review(record, 1769904000, &why));  /* 2026-02-01 */
    assert_false(rules_review(record, 1767225600, &why)); /* 2026-01-01 */
    assert_string_equal(why.text, "review_by: more than 30 days off, the review period of the network: found "
                                  "\"2026-03-01\": write 2026-01-31 or earlier");
    rules_public(record);
    json_t *wanted = parse("[\"languages\"]");
    assert_true(json_equal(json_object_get(record, "public"), wanted));
    json_decref(wanted);
    json_decref(record);
    rules_set(&without);
    assert_true(rules_word(rules_get()->kinds, "diplomatic") && !rules_word(rules_get()->kinds, "diplo"));
}

static void a_record_too_long_for_a_part_is_refused(void **state) {
    (void)state;
    /* With every field at its limit a part would take some 20 KiB. */
    struct record_error why;
    json_t *record = parse(good);
    const char *const names[] = {"organisation", "unit", "title", "name", "address", "constituency"};
    const char *const tags[] = {"aa", "bg", "cs", "da", "ee", "ff"};
    char text[512];
    for (size_t i = 0; i < 6; i++) {
        json_t *value = json_object();
        size_t max = field_find(contact_fields, names[i])->bytes_max;
        memset(text, 'x', max);
        text[max] = '\0';
        for (size_t k = 0; k < 6; k++)
            json_object_set_new(value, tags[k], json_string(text));
        json_object_set_new(record, names[i], value);
    }
    memset(text, 'x', 254);
    memcpy(text + 60, "@", 1);
    for (size_t i = 100; i < 250; i += 50)
        text[i] = '.';
    text[254] = '\0';
    json_t *emails = json_array(), *channels = json_array(), *keys = json_array();
    for (int i = 0; i < 6; i++)
        json_array_append_new(emails, json_pack("{s:s,s:s}", "address", text, "purpose",
                                                "incidents of every kind, day and night"));
    memset(text, 'x', 255);
    memcpy(text, "https://", 8);
    text[255] = '\0';
    for (int i = 0; i < 6; i++)
        json_array_append_new(
            channels, json_pack("{s:s,s:s,s:s%}", "kind", "web", "uri", text, "note", text, (size_t)120));
    json_object_set_new(record, "latin", json_stringn(text, 200));
    json_object_set_new(record, "hours", json_pack("{s:o}", "text", json_stringn(text, 255)));
    for (int i = 0; i < 4; i++)
        json_array_append_new(
            keys, json_pack("{s:s,s:s,s:s}", "type", "age", "fingerprint",
                            "abababababababababababababababababababababababababababababababab", "uri", text));
    json_object_set_new(record, "emails", emails);
    json_object_set_new(record, "channels", channels);
    json_object_set_new(record, "keys", keys);
    json_object_set_new(record, "public", json_array());
    assert_false(record_check(record, &why));
    assert_non_null(strstr(why.text, "record: too long in all"));
    json_decref(record);
}

static void names_of_twenty_scripts_pass_byte_for_byte(void **state) {
    (void)state;
    char path[4096], line[512];
    unsigned count = 0;
    snprintf(path, sizeof path, "%s/../shared/data/names/unicode-names.txt", getenv("COMITY_SOURCE"));
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        print_message("[  SKIPPED ] no %s\n", path);
        skip();
    }
    while (fgets(line, sizeof line, file) != NULL) {
        struct bytes payload[PART_CLASSES];
        struct record_error why;
        line[strcspn(line, "\n")] = '\0';
        json_t *record =
            json_pack("{s:s,s:s,s:{s:s},s:[{s:s}]}", "id", "00112233445566778899aabbccddeeff", "kind",
                      "technical", "name", "und", line, "emails", "address", "a@example.org");
        if (!record_check(record, &why))
            fail_msg("%s: %s", line, why.text);
        json_t *back = round_trip(record, payload);
        assert_string_equal(json_string_value(json_object_get(json_object_get(back, "name"), "und")), line);
        json_decref(back);
        json_decref(record);
        count++;
    }
    fclose(file);
    assert_true(count >= 40);
}

static void joiners_pass_where_they_are_spelling(void **state) {
    (void)state;
    assert_null(text_refuse(bytes_str("ශ්\u200dරී ලංකා"), NULL));
    assert_null(text_refuse(bytes_str("می\u200cخواهم"), NULL));
    assert_non_null(text_refuse(bytes_str("pay\u200cpal"), NULL));
}

static void what_others_wrote_is_shown_harmless(void **state) {
    (void)state;
    const struct {
        const char *text;
        size_t len;
        const char *shown;
    } cases[] = {
        {"plain", 5, "plain"},       {"a\u202eb", 5, "a<U+202E>b"}, {"\x1b[2J", 4, "<U+001B>[2J"},
        {"\xff\xfe", 2, "<FF><FE>"}, {"\xc2\x9b", 2, "<U+009B>"},   {"a\0b", 3, "a<U+0000>b"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *shown = text_show((struct bytes){(const uint8_t *)cases[i].text, cases[i].len}, 0);
        assert_string_equal(shown, cases[i].shown);
        free(shown);
    }
    for (size_t size = 1; size < 24; size++) {
        char to[24];
        text_show_to(to, size, bytes_str("章子怡章子怡"));
        assert_true(strlen(to) < size);
        assert_true(utf8_clean(bytes_str(to)));
    }
}

static void times_are_read_as_they_are_written(void **state) {
    (void)state;
    const uint64_t times[] = {0, 1, 951782399, 1767225600, 2147483648, 4102444800, 253402300799};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        char text[24];
        uint64_t back = 7;
        time_text(times[i], text);
        assert_true(time_parse(text, &back));
        assert_int_equal(back, times[i]);
    }
    char text[24];
    time_text(UINT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59Z");
    const char *const bad[] = {"",
                               "2026",
                               "2026-1-1",
                               "2026-13-01",
                               "2026-02-29",
                               "2026-01-01T24:00:00Z",
                               "2026-01-01T00:00:00",
                               "2026-01-01T00:00:00+01:00",
                               "2026-01-01 00:00:00Z",
                               "1969-12-31",
                               "2026-01-01T00:00:00Zx",
                               NULL};
    for (size_t i = 0; bad[i] != NULL; i++) {
        uint64_t at;
        if (time_parse(bad[i], &at))
            fail_msg("%s passes", bad[i]);
    }
}

static void changes_are_told_field_by_field(void **state) {
    (void)state;
    struct bytes payload[PART_CLASSES];
    json_t *before = parse(good), *after = parse(good);
    json_t *published = round_trip(before, payload), *changes = record_changes(published, after);
    assert_int_equal(json_array_size(changes), 0);
    json_decref(changes);

    json_object_del(after, "valid_from");
    json_object_set_new(after, "rank", json_integer(2));
    json_object_del(after, "title");
    json_object_set_new(after, "public", json_pack("[s]", "organisation"));
    changes = record_changes(published, after);
    assert_int_equal(json_array_size(changes), 3);
    json_t *title = json_array_get(changes, 0), *rank = json_array_get(changes, 1);
    assert_string_equal(json_string_value(json_object_get(title, "field")), "title");
    assert_non_null(json_object_get(title, "before"));
    assert_null(json_object_get(title, "after"));
    assert_string_equal(json_string_value(json_object_get(rank, "field")), "rank");
    assert_int_equal(json_integer_value(json_object_get(rank, "after")), 2);
    json_decref(changes);

    changes = record_changes(NULL, after);
    assert_true(json_array_size(changes) > 15);
    json_decref(changes);
    json_decref(published);
    json_decref(before);
    json_decref(after);
}

static void the_order_of_public_fields_is_no_change(void **state) {
    (void)state;
    json_t *a = parse("{\"kind\": \"policy\", \"languages\": [\"fr\"], \"country\": \"FR\", \"public\": "
                      "[\"country\", \"languages\", \"title\"]}");
    json_t *b =
        parse("{\"kind\": \"policy\", \"status\": \"active\", \"languages\": [\"fr\"], \"country\": \"FR\", "
              "\"public\": [\"languages\", \"country\"]}");
    json_t *changes = record_changes(a, b);
    assert_int_equal(json_array_size(changes), 0);
    json_decref(changes);
    json_decref(a);
    json_decref(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_comes_back_as_it_went),
        cmocka_unit_test(a_public_part_holds_the_listed_fields_and_no_others),
        cmocka_unit_test(what_is_withheld_or_gone_is_said),
        cmocka_unit_test(what_cannot_be_read_is_left_out),
        cmocka_unit_test(refusals_name_field_rule_and_remedy),
        cmocka_unit_test(bounds_hold_to_the_byte),
        cmocka_unit_test(a_contact_must_be_reachable_and_called_something),
        cmocka_unit_test(a_record_too_long_for_a_part_is_refused),
        cmocka_unit_test(each_standard_is_asked),
        cmocka_unit_test(what_holds_between_fields_is_asked),
        cmocka_unit_test(names_of_twenty_scripts_pass_byte_for_byte),
        cmocka_unit_test(joiners_pass_where_they_are_spelling),
        cmocka_unit_test(what_others_wrote_is_shown_harmless),
        cmocka_unit_test(times_are_read_as_they_are_written),
        cmocka_unit_test(changes_are_told_field_by_field),
        cmocka_unit_test(the_order_of_public_fields_is_no_change),
        cmocka_unit_test(what_is_allowed_may_still_be_worth_a_look),
        cmocka_unit_test(the_rules_of_a_network_bind_its_authors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
