#include <stdio.h>
#include <string.h>

#include "node/complaint.h"
#include "node/rules.h"
#include "node/text.h"

static const char *const statuses[] = {"active", "suspended", NULL};

static struct bytes json_bytes(const json_t *text) {
    return (struct bytes){(const uint8_t *)json_string_value(text), json_string_length(text)};
}

static bool one_of(const char *const *values, const char *value) {
    for (; *values != NULL; values++)
        if (strcmp(*values, value) == 0)
            return true;
    return false;
}

static bool check_text(struct complaint *c, const struct field *f, const json_t *value) {
    char rule[64];

    if (!json_is_string(value))
        return complaint_found(c, value, "not a text", "put it in quotation marks");
    if (json_string_length(value) > f->bytes_max) {
        snprintf(rule, sizeof rule, "%zu bytes, more than %zu", json_string_length(value), f->bytes_max);
        return complaint_found(c, value, rule, "shorten it");
    }
    return complaint_form(c, f, value);
}

static bool check_names(struct complaint *c, const struct field *f, const json_t *value) {
    const char *tag;
    json_t *text;
    char rule[64];

    if (!json_is_object(value) || json_object_size(value) == 0)
        return complaint_found(c, value, "not a text by language",
                               "write {\"fr\": \"...\"}, with a tag of BCP 47");
    if (json_object_size(value) > f->count_max) {
        snprintf(rule, sizeof rule, "%zu languages, more than %u", json_object_size(value), f->count_max);
        return complaint_refuse(c, rule);
    }
    json_object_foreach((json_t *)(uintptr_t)value, tag, text) {
        json_t *said = json_string(tag);
        bool good = complaint_tag(c, said);
        json_decref(said);
        if (!good)
            return false;
        size_t len = complaint_enter(c, tag, 0);
        if (!complaint_leave(c, len, check_text(c, f, text)))
            return false;
    }
    return true;
}

static bool check_number(struct complaint *c, const struct field *f, const json_t *value) {
    char remedy[64];
    if (json_is_integer(value) && json_integer_value(value) >= 0 &&
        (uint64_t)json_integer_value(value) <= f->bytes_max)
        return true;
    snprintf(remedy, sizeof remedy, "write a number from 0 to %zu", f->bytes_max);
    return complaint_found(c, value, "not a number in its range", remedy);
}

static bool check_time(struct complaint *c, const json_t *value) {
    uint64_t at;
    if (json_is_string(value) && time_parse(json_string_value(value), &at))
        return true;
    return complaint_found(c, value, "not a time of RFC 3339 in UTC",
                           "write 2026-12-31 or 2026-12-31T12:00:00Z");
}

static bool check_clock(struct complaint *c, const json_t *value) {
    uint16_t minutes;
    if (json_string_length(value) == 5 && clock_parse(json_string_value(value), &minutes))
        return true;
    return complaint_found(c, value, "not a time of day", "write HH:MM, from 00:00 to 24:00");
}

static bool check_bin(struct complaint *c, const struct field *f, const json_t *value) {
    char remedy[64];
    uint8_t bin[64];
    size_t len = json_string_length(value), exact = f->form == FORM_ID ? 2 * (size_t)CONTACT_ID_LEN : len;
    if (json_is_string(value) && len > 0 && len % 2 == 0 && len <= 2 * f->bytes_max && len == exact &&
        hex_get(bin, len / 2, json_bytes(value)) == ERR_OK)
        return true;
    snprintf(remedy, sizeof remedy, "write %s%zu digits of 0-9 and a-f", f->form == FORM_ID ? "" : "at most ",
             2 * f->bytes_max);
    return complaint_found(c, value, "not bytes in hex", remedy);
}

static bool check_record(struct complaint *c, const struct field *fields, const json_t *value);

static bool check_list(struct complaint *c, const struct field *f, const json_t *value) {
    size_t i;
    json_t *item;
    char rule[64];

    if (!json_is_array(value) || json_array_size(value) == 0)
        return complaint_found(c, value, "not a list with something in it",
                               "write [ ... ], or leave the field out");
    if (json_array_size(value) > f->count_max) {
        snprintf(rule, sizeof rule, "%zu items, more than %u", json_array_size(value), f->count_max);
        return complaint_refuse(c, rule);
    }
    json_array_foreach(value, i, item) {
        size_t len = complaint_enter(c, NULL, i);
        bool good = f->type == FIELD_TEXTS ? check_text(c, f, item) : check_record(c, f->fields, item);
        if (!complaint_leave(c, len, good))
            return false;
    }
    return true;
}

static bool check_value(struct complaint *c, const struct field *f, const json_t *value) {
    switch (f->type) {
    case FIELD_TEXT:
        return check_text(c, f, value);
    case FIELD_NAMES:
        return check_names(c, f, value);
    case FIELD_TEXTS:
    case FIELD_RECORDS:
        return check_list(c, f, value);
    case FIELD_UINT:
        return check_number(c, f, value);
    case FIELD_TIME:
        return check_time(c, value);
    case FIELD_CLOCK:
        return check_clock(c, value);
    case FIELD_BOOL:
        return json_is_boolean(value) || complaint_found(c, value, "not yes or no", "write true or false");
    case FIELD_BIN:
        return check_bin(c, f, value);
    case FIELD_RECORD:
        return check_record(c, f->fields, value);
    }
    return false;
}

static bool refuse_unknown(struct complaint *c, const char *name) {
    char shown[40];
    text_show_to(shown, sizeof shown, bytes_str(name));
    complaint_enter(c, shown, 0);
    return complaint_refuse(c, "unknown field: the fields are listed in docs/records.md");
}

static bool check_record(struct complaint *c, const struct field *fields, const json_t *value) {
    const char *name;
    json_t *item;

    if (!json_is_object(value) || json_object_size(value) == 0)
        return complaint_found(c, value, "not an object with something in it",
                               "write { ... }, or leave it out");
    json_object_foreach((json_t *)(uintptr_t)value, name, item) {
        const struct field *f = field_find(fields, name);
        if (f == NULL)
            return refuse_unknown(c, name);
        size_t len = complaint_enter(c, name, 0);
        if (!complaint_leave(c, len, check_value(c, f, item)))
            return false;
    }
    for (const struct field *f = fields; f->key != 0; f++) {
        if (!f->required || json_object_get(value, f->name) != NULL)
            continue;
        complaint_enter(c, f->name, 0);
        return complaint_refuse(c, "is missing, and without it the rest says nothing: add it");
    }
    return true;
}

/* The fields of the leaf, and "public". */
static bool check_kind(struct complaint *c, const json_t *value) {
    char remedy[300];
    if (json_is_string(value) && rules_word(rules_get()->kinds, json_string_value(value)))
        return true;
    snprintf(remedy, sizeof remedy, "write one of them, or set kinds in comity.conf: %.200s",
             rules_get()->kinds);
    return complaint_found(c, value, "not one of the values known here", remedy);
}

static bool check_status(struct complaint *c, const json_t *value) {
    if (json_is_string(value) && one_of(statuses, json_string_value(value)))
        return true;
    return complaint_value(c, value, statuses);
}

static bool check_id(struct complaint *c, const json_t *value) {
    static const struct field id = {.bytes_max = CONTACT_ID_LEN, .form = FORM_ID};
    return check_bin(c, &id, value);
}

static bool check_state(struct complaint *c, const json_t *value) {
    const char *text = json_string_value(value);
    return (json_string_length(value) == 2 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 2) ||
           complaint_found(c, value, "not a State code", "write two capital letters: FR");
}

static bool check_public(struct complaint *c, const json_t *value) {
    size_t i;
    json_t *item;

    if (!json_is_array(value))
        return complaint_found(c, value, "not a list of fields", "write [\"organisation\"], or [] for none");
    json_array_foreach(value, i, item) {
        if (!json_is_string(item) || field_find(contact_fields, json_string_value(item)) == NULL)
            return complaint_found(c, item, "not a field that a part can hold",
                                   "the fields are listed in docs/records.md");
    }
    return true;
}

static const struct {
    const char *name;
    bool (*check)(struct complaint *c, const json_t *value);
} own_fields[] = {
    {"kind", check_kind},      {"status", check_status},   {"id", check_id},
    {"state", check_state},    {"valid_from", check_time}, {"valid_until", check_time},
    {"review_by", check_time}, {"public", check_public},
};

static bool check_member(struct complaint *c, const char *name, const json_t *value) {
    const struct field *f = field_find(contact_fields, name);
    if (f != NULL)
        return check_value(c, f, value);
    for (size_t i = 0; i < sizeof own_fields / sizeof own_fields[0]; i++)
        if (strcmp(own_fields[i].name, name) == 0)
            return own_fields[i].check(c, value);
    c->path[0] = '\0';
    return refuse_unknown(c, name);
}

/* Lengths of fingerprints in hex digits; 0 ends them. */
static const struct {
    const char *type;
    size_t digits[3];
    const char *remedy;
} key_lengths[] = {
    {"openpgp", {40, 64, 0}, "an OpenPGP fingerprint has 40 digits (RFC 4880) or 64 (RFC 9580)"},
    {"smime", {40, 64, 0}, "a certificate's has 40 digits (SHA-1) or 64 (SHA-256)"},
    {"x25519", {64, 0}, "an X25519 key has 64 digits"},
    {"age", {64, 0}, "an age key has 64 digits"},
};

static bool check_key(struct complaint *c, const json_t *key) {
    const char *type = json_string_value(json_object_get(key, "type"));
    const json_t *fingerprint = json_object_get(key, "fingerprint");
    size_t len = json_string_length(fingerprint);

    for (size_t i = 0; i < sizeof key_lengths / sizeof key_lengths[0]; i++) {
        if (strcmp(key_lengths[i].type, type) != 0)
            continue;
        bool good = false;
        for (const size_t *digits = key_lengths[i].digits; *digits != 0; digits++)
            good = good || *digits == len;
        complaint_enter(c, "fingerprint", 0);
        return good ||
               complaint_found(c, fingerprint, "not as long as one of its type", key_lengths[i].remedy);
    }
    return true;
}

static bool check_keys(struct complaint *c, const json_t *record) {
    size_t i;
    json_t *key;

    json_array_foreach(json_object_get(record, "keys"), i, key) {
        c->path[0] = '\0';
        complaint_enter(c, "keys", 0);
        complaint_enter(c, NULL, i);
        if (!check_key(c, key))
            return false;
    }
    return true;
}

static bool check_hours(struct complaint *c, const json_t *record) {
    const json_t *hours = json_object_get(record, "hours"), *weekly = json_object_get(hours, "weekly");
    size_t i;
    json_t *span;

    snprintf(c->path, sizeof c->path, "hours");
    if (json_is_true(json_object_get(hours, "always")) && weekly != NULL)
        return complaint_refuse(c, "always and weekly say two things: keep one of them");
    if (weekly != NULL && json_object_get(record, "timezone") == NULL) {
        snprintf(c->path, sizeof c->path, "timezone");
        return complaint_refuse(c, "is missing, and hours are local: add one such as Europe/Paris");
    }
    json_array_foreach(weekly, i, span) {
        snprintf(c->path, sizeof c->path, "hours.weekly[%zu].to", i);
        if (json_equal(json_object_get(span, "from"), json_object_get(span, "to")))
            return complaint_found(c, json_object_get(span, "to"), "the same as from",
                                   "write 00:00 and 24:00 for a whole day, or take it out");
    }
    return true;
}

/* Who it is: a person has a name; the rules of the network may want a nomination. */
static bool check_person(struct complaint *c, const json_t *record) {
    const char *holder = json_string_value(json_object_get(record, "holder"));
    const json_t *latin = json_object_get(record, "latin");
    const json_t *nomination = json_object_get(record, "nomination");

    snprintf(c->path, sizeof c->path, "name");
    if (holder != NULL && strcmp(holder, "person") == 0 && json_object_get(record, "name") == NULL)
        return complaint_refuse(c,
                                "is missing, and the holder is a person: add it, or make the holder office");
    snprintf(c->path, sizeof c->path, "latin");
    for (const char *at = json_string_value(latin); at != NULL && *at != '\0'; at++)
        if ((unsigned char)*at >= 0x80)
            return complaint_found(c, latin, "not in the letters A to Z (ICAO 9303)",
                                   "write it as in the machine-readable lines of a passport");
    snprintf(c->path, sizeof c->path, "nomination.ref");
    if (rules_get()->nomination && json_object_get(nomination, "ref") == NULL)
        return complaint_refuse(
            c, "is missing, and this network wants it: give the reference of the note verbale");
    snprintf(c->path, sizeof c->path, "nomination.hash");
    if (json_object_get(nomination, "hash") != NULL &&
        json_string_length(json_object_get(nomination, "hash")) != 2 * DIGEST_LEN)
        return complaint_found(c, json_object_get(nomination, "hash"), "not a SHA-256 (FIPS 180-4)",
                               "write the 64 digits that sha256sum prints for the document");
    return true;
}

/* What holds between fields. */
static bool check_whole(struct complaint *c, const json_t *record) {
    const char *const channels[] = {"emails", "phones", "channels"};
    uint64_t from = 0, until = 0;
    bool reachable = false;

    snprintf(c->path, sizeof c->path, "kind");
    if (json_object_get(record, "kind") == NULL)
        return complaint_refuse(
            c, "is missing: say which kind of contact it is, such as technical or diplomatic");
    snprintf(c->path, sizeof c->path, "organisation");
    if (json_object_get(record, "organisation") == NULL && json_object_get(record, "name") == NULL)
        return complaint_refuse(c, "is missing, and so is name: say who is reached");
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++)
        reachable = reachable || json_object_get(record, channels[i]) != NULL;
    snprintf(c->path, sizeof c->path, "emails");
    if (!reachable)
        return complaint_refuse(
            c, "no way to reach this contact: add an e-mail address, a phone number or another channel");
    const char *first = json_string_value(json_object_get(record, "valid_from"));
    const char *last = json_string_value(json_object_get(record, "valid_until"));
    snprintf(c->path, sizeof c->path, "valid_until");
    if (first != NULL && last != NULL && time_parse(first, &from) && time_parse(last, &until) &&
        until <= from)
        return complaint_found(c, json_object_get(record, "valid_until"), "not after valid_from",
                               "give a later time");
    return true;
}

static bool check_size(struct complaint *c, const json_t *record) {
    uint8_t part[PART_CLASSES][PART_MAX];
    uint8_t *buffer[PART_CLASSES] = {part[0], part[1]};
    struct bytes payload[PART_CLASSES];
    snprintf(c->path, sizeof c->path, "record");
    if (record_parts(record, buffer, payload) == ERR_OK)
        return true;
    return complaint_refuse(c, "too long in all (16 KiB in each part): shorten its texts");
}

bool record_check(const json_t *record, struct record_error *ret) {
    struct complaint c = {.path = "", .error = ret};
    const char *name;
    json_t *value;

    ret->text[0] = '\0';
    if (!json_is_object(record)) {
        snprintf(c.path, sizeof c.path, "record");
        return complaint_refuse(&c, "not a JSON object: write { ... }, as in docs/records.md");
    }
    json_object_foreach((json_t *)(uintptr_t)record, name, value) {
        complaint_enter(&c, name, 0);
        if (!check_member(&c, name, value))
            return false;
        c.path[0] = '\0';
    }
    return check_whole(&c, record) && check_hours(&c, record) && check_keys(&c, record) &&
           check_person(&c, record) && check_size(&c, record);
}
