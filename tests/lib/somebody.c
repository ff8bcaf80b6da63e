#include "tests/lib/somebody.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/record.h"
#include "proto/contact.h"

struct dice {
    uint64_t state;
};

/* splitmix64 */
static uint64_t roll(struct dice *d) {
    uint64_t z = d->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static size_t below(struct dice *d, size_t limit) {
    return (size_t)(roll(d) % limit);
}

static bool one_in(struct dice *d, size_t n) {
    return below(d, n) == 0;
}

static const char *const words[] = {"Centre",
                                    "d'exemple",
                                    "=1+1",
                                    "@SUM(A1)",
                                    "-2+3",
                                    "+x",
                                    "'quoted'",
                                    "\"double\"",
                                    "a,b",
                                    "c;d",
                                    "e|f",
                                    "back\\slash",
                                    "\\n",
                                    "^n",
                                    "%0A",
                                    "<script>alert(1)</script>",
                                    "&amp;",
                                    "END:VCARD",
                                    "BEGIN:VCARD",
                                    "EMAIL:evil@example.org",
                                    "dn: cn=x",
                                    "# comment",
                                    "-----",
                                    "{\"json\": [1]}",
                                    ":colon",
                                    "< file:///etc/passwd",
                                    "$HOME",
                                    "a$b",
                                    "café",
                                    "Ἀρχιμήδης",
                                    "عبدالحليم",
                                    "יהורם",
                                    "久保田　利伸",
                                    "宮崎",
                                    "Михаил",
                                    "ශ්‍රී",
                                    "ธงไชย",
                                    "𝒳𐍈",
                                    "👩🏽",
                                    "N/A",
                                    "none",
                                    "24/7",
                                    "sep=;",
                                    "x  y    z",
                                    "0123456789012345678901234567890123456789012345678901234567890123456789"};
static const char *const tags[] = {"und", "fr", "en", "zh-Hant", "ar", "sr-Latn", "x-comity", "ja"};

/* Words with a space between, of at most max bytes. */
static json_t *text(struct dice *d, size_t max) {
    char buffer[512] = "";
    size_t count = 1 + below(d, one_in(d, 6) ? 12 : 3), len = 0;
    for (size_t i = 0; i < count; i++) {
        const char *word = words[below(d, sizeof words / sizeof words[0])];
        size_t more = strlen(word) + (len > 0);
        if (len + more > max || len + more >= sizeof buffer)
            continue;
        len += (size_t)snprintf(buffer + len, sizeof buffer - len, "%s%s", len > 0 ? " " : "", word);
    }
    return json_string(len > 0 ? buffer : "x");
}

static json_t *names(struct dice *d, const struct field *f) {
    json_t *names = json_object();
    for (size_t n = 1 + below(d, 3); n > 0; n--)
        json_object_set_new(names, tags[below(d, sizeof tags / sizeof tags[0])], text(d, f->bytes_max));
    return names;
}

static json_t *digits(struct dice *d, const char *prefix, size_t count) {
    char number[32];
    size_t len = (size_t)snprintf(number, sizeof number, "%s", prefix);
    for (size_t i = 0; i < count; i++)
        number[len++] = (char)('0' + below(d, 10));
    number[len] = '\0';
    return json_string(number);
}

static json_t *hex(struct dice *d, size_t bytes) {
    char hex[160];
    for (size_t i = 0; i < 2 * bytes; i++)
        hex[i] = "0123456789abcdef"[below(d, 16)];
    hex[2 * bytes] = '\0';
    return json_string(hex);
}

static json_t *clock_time(struct dice *d) {
    char time[8];
    snprintf(time, sizeof time, "%02u:%02u", (unsigned)below(d, 24), (unsigned)below(d, 60));
    return json_string(time);
}

static json_t *text_value(struct dice *d, const struct field *f) {
    static const char *const emails[] = {"desk@example.org",      "a.b+c@example.org", "o'neil@example.org",
                                         "pipe|pipe@example.org", "=1@example.org",    "почта@пример.example",
                                         "x{y}@sub.example.org",  "'quote@example.org"};
    static const char *const uris[] = {"https://example.org/", "https://example.org/a,b;c?d=e&f=1#g",
                                       "https://example.org:8443/%0A'(x)"};
    static const char *const zones[] = {"UTC", "Europe/Paris", "America/Argentina/Buenos_Aires"};
    size_t count = 0;

    switch (f->form) {
    case FORM_EMAIL:
        return json_string(emails[below(d, sizeof emails / sizeof emails[0])]);
    case FORM_PHONE:
        return digits(d, "+3", 7 + below(d, 7));
    case FORM_DIGITS:
        return digits(d, "", 1 + below(d, f->bytes_max));
    case FORM_URI:
        return json_string(uris[below(d, 3)]);
    case FORM_TAG:
        return json_string(tags[1 + below(d, 5)]);
    case FORM_ZONE:
        return json_string(zones[below(d, 3)]);
    case FORM_COUNTRY:
        return json_string(one_in(d, 2) ? "FR" : "NA");
    case FORM_DATE:
        return json_string(one_in(d, 2) ? "2026-12-25" : "2027-02-28");
    case FORM_VALUE:
        while (f->values[count] != NULL)
            count++;
        return json_string(f->values[below(d, count)]);
    default:
        return text(d, f->bytes_max);
    }
}

static json_t *record_of(struct dice *d, const struct field *fields, size_t rarity);

static json_t *list_of(struct dice *d, const struct field *f) {
    json_t *list = json_array();
    size_t count = 1 + below(d, one_in(d, 4) ? f->count_max : 2);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, f->type == FIELD_TEXTS ? text_value(d, f) : record_of(d, f->fields, 2));
    return list;
}

static json_t *value_of(struct dice *d, const struct field *f) {
    switch (f->type) {
    case FIELD_TEXT:
        return text_value(d, f);
    case FIELD_NAMES:
        return names(d, f);
    case FIELD_UINT:
        return json_integer((json_int_t)below(d, f->bytes_max + 1));
    case FIELD_TIME:
        return json_string("2027-06-30T12:34:56Z");
    case FIELD_CLOCK:
        return clock_time(d);
    case FIELD_BOOL:
        return json_boolean(one_in(d, 2));
    case FIELD_BIN:
        return hex(d, f->form == FORM_ID ? f->bytes_max : 1 + below(d, f->bytes_max));
    case FIELD_RECORD:
        return record_of(d, f->fields, 2);
    case FIELD_TEXTS:
    case FIELD_RECORDS:
        return list_of(d, f);
    }
    return NULL;
}

static json_t *record_of(struct dice *d, const struct field *fields, size_t rarity) {
    json_t *record = json_object();
    for (const struct field *f = fields; f->key != 0; f++)
        if (f->required || one_in(d, rarity))
            json_object_set_new(record, f->name, value_of(d, f));
    if (json_object_size(record) == 0)
        json_object_set_new(record, fields->name, value_of(d, fields));
    return record;
}

json_t *somebody_record(uint64_t seed) {
    static const char *const kinds[] = {"diplomatic", "technical", "policy", "legal", "law-enforcement"};
    struct dice d = {seed};
    struct record_error why;
    for (unsigned tries = 0; tries < 100; tries++) {
        json_t *record = record_of(&d, contact_fields, 3), *public = json_array();
        json_object_set_new(record, "id", hex(&d, CONTACT_ID_LEN));
        json_object_set_new(record, "kind", json_string(kinds[below(&d, 5)]));
        if (one_in(&d, 4))
            json_object_set_new(record, "status", json_string("suspended"));
        if (one_in(&d, 3))
            json_object_set_new(record, "review_by", json_string("2027-01-31T00:00:00Z"));
        if (one_in(&d, 6))
            json_object_set_new(record, "valid_until", json_string("2029-01-31T00:00:00Z"));
        for (const struct field *f = contact_fields; f->key != 0; f++)
            if (json_object_get(record, f->name) != NULL && one_in(&d, 4))
                json_array_append_new(public, json_string(f->name));
        if (json_array_size(public) > 0)
            json_object_set(record, "public", public);
        json_decref(public);
        if (record_check(record, &why))
            return record;
        json_decref(record);
    }
    abort();
}
