#include <stdio.h>
#include <string.h>

#include "node/record.h"
#include "node/text.h"

const char *const record_kinds[] = {"diplomatic", "technical", "policy", "legal", "law-enforcement", NULL};
static const char *const statuses[] = {"active", "suspended", NULL};

/* One check of one record: the way to the value at hand, and the first complaint. */
struct check {
    char path[96];
    struct record_error *error;
};

static bool refuse(struct check *c, const char *rule) {
    snprintf(c->error->text, sizeof c->error->text, "%s: %s", c->path, rule);
    return false;
}

static struct bytes json_bytes(const json_t *text) {
    return (struct bytes){(const uint8_t *)json_string_value(text), json_string_length(text)};
}

/* Refuse with what was found, and what to do. */
static bool refuse_found(struct check *c, const json_t *value, const char *rule, const char *remedy) {
    char found[64];
    if (json_is_string(value))
        text_show_to(found, sizeof found, json_bytes(value));
    else {
        char *dump = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        text_show_to(found, sizeof found, bytes_str(dump != NULL ? dump : "?"));
        free(dump);
    }
    snprintf(c->error->text, sizeof c->error->text, "%s: %s: found \"%s\": %s", c->path, rule, found, remedy);
    return false;
}

/* Step into a member or an item; the length to come back to. */
static size_t enter(struct check *c, const char *name, size_t index) {
    size_t len = strlen(c->path), room = sizeof c->path - len;
    if (name != NULL)
        snprintf(c->path + len, room, "%s%.40s", len > 0 ? "." : "", name);
    else
        snprintf(c->path + len, room, "[%zu]", index);
    return len;
}

static bool leave(struct check *c, size_t len, bool good) {
    if (good)
        c->path[len] = '\0';
    return good;
}

static bool one_of(const char *const *values, const char *value) {
    for (; *values != NULL; values++)
        if (strcmp(*values, value) == 0)
            return true;
    return false;
}

static bool refuse_value(struct check *c, const json_t *value, const char *const *values) {
    char remedy[160] = "write ";
    for (size_t i = 0; values[i] != NULL; i++) {
        size_t len = strlen(remedy);
        snprintf(remedy + len, sizeof remedy - len, "%s%s",
                 i == 0 ? "" : (values[i + 1] == NULL ? " or " : ", "), values[i]);
    }
    return refuse_found(c, value, "not one of the values known here", remedy);
}

static bool check_words(struct check *c, const json_t *value) {
    uint32_t point;
    const char *why = text_refuse(json_bytes(value), &point);
    if (why == NULL)
        return true;
    if (point == 0) {
        char rule[128];
        snprintf(rule, sizeof rule, "text %s", why);
        return refuse(c, rule);
    }
    char rule[24];
    snprintf(rule, sizeof rule, "text has U+%04X", (unsigned)point);
    return refuse_found(c, value, rule, why);
}

static bool date_valid(const json_t *value) {
    uint64_t at;
    return json_string_length(value) == 10 && time_parse(json_string_value(value), &at);
}

static bool all_of(const json_t *value, const char *set) {
    const char *text = json_string_value(value);
    return text[0] != '\0' && strspn(text, set) == strlen(text);
}

/* The forms of single texts: what is wrong, which standard says so, what to do. */
static bool check_form(struct check *c, const struct field *f, const json_t *value) {
    struct bytes text = json_bytes(value);

    if (f->form != FORM_VALUE && !check_words(c, value))
        return false;
    switch (f->form) {
    case FORM_EMAIL:
        return email_valid(text) || refuse_found(c, value, "not an e-mail address (RFC 5321, 6531)",
                                                 "write it as name@example.org");
    case FORM_PHONE:
        return phone_valid(text) ||
               refuse_found(c, value, "not a number of ITU-T E.164",
                            "write +, country code and number, digits only: +33123456789");
    case FORM_DIGITS:
        return all_of(value, "0123456789") || refuse_found(c, value, "not digits alone", "write digits only");
    case FORM_TAG:
        return tag_valid(text) ||
               refuse_found(c, value, "not a language tag of BCP 47", "write a tag such as fr or zh-Hant");
    case FORM_ZONE:
        return zone_valid(text) || refuse_found(c, value, "not a name of the IANA time zone database",
                                                "write a name such as Europe/Paris, or UTC");
    case FORM_URI:
        return https_valid(text) || refuse_found(c, value, "not an https URI without user name (RFC 3986)",
                                                 "begin it with https://");
    case FORM_DATE:
        return date_valid(value) ||
               refuse_found(c, value, "not a date of RFC 3339", "write year-month-day: 2026-12-25");
    case FORM_COUNTRY:
        return (json_string_length(value) == 2 && all_of(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) ||
               refuse_found(c, value, "not a code of ISO 3166-1", "write two capital letters: FR");
    case FORM_VALUE:
        return one_of(f->values, json_string_value(value)) || refuse_value(c, value, f->values);
    case FORM_TEXT:
    case FORM_ENDPOINT:
    case FORM_ID:
        break;
    }
    return true;
}

static bool check_text(struct check *c, const struct field *f, const json_t *value) {
    char rule[64];

    if (!json_is_string(value))
        return refuse_found(c, value, "not a text", "put it in quotation marks");
    if (json_string_length(value) > f->bytes_max) {
        snprintf(rule, sizeof rule, "%zu bytes, more than %zu", json_string_length(value), f->bytes_max);
        return refuse_found(c, value, rule, "shorten it");
    }
    return check_form(c, f, value);
}

static bool check_names(struct check *c, const struct field *f, const json_t *value) {
    const char *tag;
    json_t *text;
    char rule[64];

    if (!json_is_object(value) || json_object_size(value) == 0)
        return refuse_found(c, value, "not a text by language",
                            "write {\"fr\": \"...\"}, with a tag of BCP 47");
    if (json_object_size(value) > f->count_max) {
        snprintf(rule, sizeof rule, "%zu languages, more than %u", json_object_size(value), f->count_max);
        return refuse(c, rule);
    }
    json_object_foreach((json_t *)(uintptr_t)value, tag, text) {
        if (!tag_valid(bytes_str(tag))) {
            json_t *found = json_string(tag);
            refuse_found(c, found, "not a language tag of BCP 47", "write a tag such as fr or zh-Hant");
            json_decref(found);
            return false;
        }
        size_t len = enter(c, tag, 0);
        if (!leave(c, len, check_text(c, f, text)))
            return false;
    }
    return true;
}

static bool check_number(struct check *c, const struct field *f, const json_t *value) {
    char remedy[64];
    if (json_is_integer(value) && json_integer_value(value) >= 0 &&
        (uint64_t)json_integer_value(value) <= f->bytes_max)
        return true;
    snprintf(remedy, sizeof remedy, "write a number from 0 to %zu", f->bytes_max);
    return refuse_found(c, value, "not a number in its range", remedy);
}

static bool check_time(struct check *c, const json_t *value) {
    uint64_t at;
    if (json_is_string(value) && time_parse(json_string_value(value), &at))
        return true;
    return refuse_found(c, value, "not a time of RFC 3339 in UTC",
                        "write 2026-12-31 or 2026-12-31T12:00:00Z");
}

static bool check_clock(struct check *c, const json_t *value) {
    uint16_t minutes;
    if (json_string_length(value) == 5 && clock_parse(json_string_value(value), &minutes))
        return true;
    return refuse_found(c, value, "not a time of day", "write HH:MM, from 00:00 to 24:00");
}

static bool check_bin(struct check *c, const struct field *f, const json_t *value) {
    char remedy[64];
    uint8_t bin[64];
    size_t len = json_string_length(value), exact = f->form == FORM_ID ? 2 * (size_t)CONTACT_ID_LEN : len;
    if (json_is_string(value) && len > 0 && len % 2 == 0 && len <= 2 * f->bytes_max && len == exact &&
        hex_get(bin, len / 2, json_bytes(value)) == ERR_OK)
        return true;
    snprintf(remedy, sizeof remedy, "write %s%zu digits of 0-9 and a-f", f->form == FORM_ID ? "" : "at most ",
             2 * f->bytes_max);
    return refuse_found(c, value, "not bytes in hex", remedy);
}

static bool check_record(struct check *c, const struct field *fields, const json_t *value);

static bool check_list(struct check *c, const struct field *f, const json_t *value) {
    size_t i;
    json_t *item;
    char rule[64];

    if (!json_is_array(value) || json_array_size(value) == 0)
        return refuse_found(c, value, "not a list with something in it",
                            "write [ ... ], or leave the field out");
    if (json_array_size(value) > f->count_max) {
        snprintf(rule, sizeof rule, "%zu items, more than %u", json_array_size(value), f->count_max);
        return refuse(c, rule);
    }
    json_array_foreach(value, i, item) {
        size_t len = enter(c, NULL, i);
        bool good = f->type == FIELD_TEXTS ? check_text(c, f, item) : check_record(c, f->fields, item);
        if (!leave(c, len, good))
            return false;
    }
    return true;
}

static bool check_value(struct check *c, const struct field *f, const json_t *value) {
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
        return json_is_boolean(value) || refuse_found(c, value, "not yes or no", "write true or false");
    case FIELD_BIN:
        return check_bin(c, f, value);
    case FIELD_RECORD:
        return check_record(c, f->fields, value);
    }
    return false;
}

static bool refuse_unknown(struct check *c, const char *name) {
    char shown[40];
    text_show_to(shown, sizeof shown, bytes_str(name));
    enter(c, shown, 0);
    return refuse(c, "unknown field: the fields are listed in docs/records.md");
}

static bool check_record(struct check *c, const struct field *fields, const json_t *value) {
    const char *name;
    json_t *item;

    if (!json_is_object(value) || json_object_size(value) == 0)
        return refuse_found(c, value, "not an object with something in it", "write { ... }, or leave it out");
    json_object_foreach((json_t *)(uintptr_t)value, name, item) {
        const struct field *f = field_find(fields, name);
        if (f == NULL)
            return refuse_unknown(c, name);
        size_t len = enter(c, name, 0);
        if (!leave(c, len, check_value(c, f, item)))
            return false;
    }
    for (const struct field *f = fields; f->key != 0; f++) {
        if (!f->required || json_object_get(value, f->name) != NULL)
            continue;
        enter(c, f->name, 0);
        return refuse(c, "is missing, and without it the rest says nothing: add it");
    }
    return true;
}

/* The fields of the leaf, and "public". */
static bool check_kind(struct check *c, const json_t *value) {
    if (json_is_string(value) && one_of(record_kinds, json_string_value(value)))
        return true;
    return refuse_value(c, value, record_kinds);
}

static bool check_status(struct check *c, const json_t *value) {
    if (json_is_string(value) && one_of(statuses, json_string_value(value)))
        return true;
    return refuse_value(c, value, statuses);
}

static bool check_id(struct check *c, const json_t *value) {
    static const struct field id = {.bytes_max = CONTACT_ID_LEN, .form = FORM_ID};
    return check_bin(c, &id, value);
}

static bool check_state(struct check *c, const json_t *value) {
    return (json_string_length(value) == 2 && all_of(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) ||
           refuse_found(c, value, "not a State code", "write two capital letters: FR");
}

static bool check_public(struct check *c, const json_t *value) {
    size_t i;
    json_t *item;

    if (!json_is_array(value))
        return refuse_found(c, value, "not a list of fields", "write [\"organisation\"], or [] for none");
    json_array_foreach(value, i, item) {
        if (!json_is_string(item) || field_find(contact_fields, json_string_value(item)) == NULL)
            return refuse_found(c, item, "not a field that a part can hold",
                                "the fields are listed in docs/records.md");
    }
    return true;
}

static const struct {
    const char *name;
    bool (*check)(struct check *c, const json_t *value);
} own_fields[] = {
    {"kind", check_kind},      {"status", check_status},   {"id", check_id},
    {"state", check_state},    {"valid_from", check_time}, {"valid_until", check_time},
    {"review_by", check_time}, {"public", check_public},
};

static bool check_member(struct check *c, const char *name, const json_t *value) {
    const struct field *f = field_find(contact_fields, name);
    if (f != NULL)
        return check_value(c, f, value);
    for (size_t i = 0; i < sizeof own_fields / sizeof own_fields[0]; i++)
        if (strcmp(own_fields[i].name, name) == 0)
            return own_fields[i].check(c, value);
    c->path[0] = '\0';
    return refuse_unknown(c, name);
}

/* What holds between fields. */
static bool check_whole(struct check *c, const json_t *record) {
    const char *const channels[] = {"emails", "phones", "channels"};
    uint64_t from = 0, until = 0;
    bool reachable = false;

    snprintf(c->path, sizeof c->path, "kind");
    if (json_object_get(record, "kind") == NULL)
        return refuse(c, "is missing: say which kind of contact it is, such as technical or diplomatic");
    snprintf(c->path, sizeof c->path, "organisation");
    if (json_object_get(record, "organisation") == NULL && json_object_get(record, "name") == NULL)
        return refuse(c, "is missing, and so is name: say who is reached");
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++)
        reachable = reachable || json_object_get(record, channels[i]) != NULL;
    snprintf(c->path, sizeof c->path, "emails");
    if (!reachable)
        return refuse(
            c, "no way to reach this contact: add an e-mail address, a phone number or another channel");
    const char *first = json_string_value(json_object_get(record, "valid_from"));
    const char *last = json_string_value(json_object_get(record, "valid_until"));
    snprintf(c->path, sizeof c->path, "valid_until");
    if (first != NULL && last != NULL && time_parse(first, &from) && time_parse(last, &until) &&
        until <= from)
        return refuse_found(c, json_object_get(record, "valid_until"), "not after valid_from",
                            "give a later time");
    return true;
}

static bool check_size(struct check *c, const json_t *record) {
    uint8_t part[PART_CLASSES][PART_MAX];
    uint8_t *buffer[PART_CLASSES] = {part[0], part[1]};
    struct bytes payload[PART_CLASSES];
    snprintf(c->path, sizeof c->path, "record");
    if (record_parts(record, buffer, payload) == ERR_OK)
        return true;
    return refuse(c, "too long in all (16 KiB in each part): shorten its texts");
}

bool record_check(const json_t *record, struct record_error *ret) {
    struct check c = {.path = "", .error = ret};
    const char *name;
    json_t *value;

    ret->text[0] = '\0';
    if (!json_is_object(record)) {
        snprintf(c.path, sizeof c.path, "record");
        return refuse(&c, "not a JSON object: write { ... }, as in docs/records.md");
    }
    json_object_foreach((json_t *)(uintptr_t)record, name, value) {
        enter(&c, name, 0);
        if (!check_member(&c, name, value))
            return false;
        c.path[0] = '\0';
    }
    return check_whole(&c, record) && check_size(&c, record);
}
