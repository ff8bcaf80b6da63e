#include "node/complaint.h"

#include <stdio.h>
#include <string.h>

#include "node/isocode.h"
#include "node/text.h"
#include "node/zones.h"

static struct bytes json_bytes(const json_t *text) {
    return (struct bytes){(const uint8_t *)json_string_value(text), json_string_length(text)};
}

bool complaint_refuse(struct complaint *c, const char *rule) {
    snprintf(c->error->text, sizeof c->error->text, "%s: %s", c->path, rule);
    return false;
}

bool complaint_found(struct complaint *c, const json_t *value, const char *rule, const char *remedy) {
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

size_t complaint_enter(struct complaint *c, const char *name, size_t index) {
    size_t len = strlen(c->path), room = sizeof c->path - len;
    if (name != NULL)
        snprintf(c->path + len, room, "%s%.40s", len > 0 ? "." : "", name);
    else
        snprintf(c->path + len, room, "[%zu]", index);
    return len;
}

bool complaint_leave(struct complaint *c, size_t len, bool good) {
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

bool complaint_value(struct complaint *c, const json_t *value, const char *const *values) {
    char remedy[160] = "write ";
    for (size_t i = 0; values[i] != NULL; i++) {
        size_t len = strlen(remedy);
        snprintf(remedy + len, sizeof remedy - len, "%s%s",
                 i == 0 ? "" : (values[i + 1] == NULL ? " or " : ", "), values[i]);
    }
    return complaint_found(c, value, "not one of the values known here", remedy);
}

static bool check_words(struct complaint *c, const json_t *value) {
    uint32_t point;
    const char *why = text_refuse(json_bytes(value), &point);
    if (why == NULL)
        return true;
    if (point == 0) {
        const char *remedy = strchr(why, ':');
        char rule[128];
        snprintf(rule, sizeof rule, "text %.*s", (int)(remedy - why), why);
        return complaint_found(c, value, rule, remedy + 2);
    }
    char rule[24];
    snprintf(rule, sizeof rule, "text has U+%04X", (unsigned)point);
    return complaint_found(c, value, rule, why);
}

static bool date_valid(const json_t *value) {
    uint64_t at;
    return json_string_length(value) == 10 && time_parse(json_string_value(value), &at);
}

static bool all_of(const json_t *value, const char *set) {
    const char *text = json_string_value(value);
    return text[0] != '\0' && strspn(text, set) == strlen(text);
}

/* ISO 3166-1 leaves some codes to their users. */
static bool is_private(const char *code) {
    return strcmp(code, "AA") == 0 || strcmp(code, "ZZ") == 0 || code[0] == 'X' ||
           (code[0] == 'Q' && code[1] >= 'M');
}

static bool check_country(struct complaint *c, const json_t *value) {
    const char *text = json_string_value(value), *known = isocode_country(text);
    char remedy[64];

    if (json_string_length(value) == 2 && all_of(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") &&
        (known != NULL || is_private(text) || isocode_country("FR") == NULL))
        return true;
    snprintf(remedy, sizeof remedy, "write two capital letters: %s", known != NULL ? known : "FR");
    return complaint_found(c, value, "not a code of ISO 3166-1", remedy);
}

/* The language of a tag is registered under its shortest code. */
bool complaint_tag(struct complaint *c, const json_t *value) {
    const char *text = json_string_value(value);
    size_t len = strcspn(text, "-");
    char language[9] = "", remedy[80];

    if (tag_valid(json_bytes(value)) && len < sizeof language) {
        memcpy(language, text, len);
        const char *code = isocode_language(language);
        if (strcasecmp(language, "x") == 0 || isocode_language("fr") == NULL ||
            (code != NULL && strcasecmp(code, language) == 0) || (code == NULL && isocode_rare(language)))
            return true;
    }
    const char *meant = isocode_language(text);
    snprintf(remedy, sizeof remedy, "write a tag such as %s", meant != NULL ? meant : "fr or zh-Hant");
    return complaint_found(c, value, "not a language tag of BCP 47", remedy);
}

/* The forms of single texts: what is wrong, which standard says so, what to do. */
bool complaint_form(struct complaint *c, const struct field *f, const json_t *value) {
    struct bytes text = json_bytes(value);

    if (f->form != FORM_VALUE && !check_words(c, value))
        return false;
    switch (f->form) {
    case FORM_EMAIL:
        return email_valid(text) || complaint_found(c, value, "not an e-mail address (RFC 5321, 6531)",
                                                    "write it as name@example.org");
    case FORM_PHONE:
        return phone_valid(text) ||
               complaint_found(c, value, "not a number of ITU-T E.164",
                               "write +, country code and number, digits only: +33123456789");
    case FORM_DIGITS:
        return all_of(value, "0123456789") ||
               complaint_found(c, value, "not digits alone", "write digits only");
    case FORM_TAG:
        return complaint_tag(c, value);
    case FORM_ZONE:
        return (zone_valid(text) && (!zones_present() || zones_find(json_string_value(value)) != NULL)) ||
               complaint_found(c, value, "not a name of the IANA time zone database",
                               "write a name such as Europe/Paris, or UTC");
    case FORM_URI:
        return https_valid(text) || complaint_found(c, value, "not an https URI without user name (RFC 3986)",
                                                    "begin it with https://");
    case FORM_DATE:
        return date_valid(value) ||
               complaint_found(c, value, "not a date of RFC 3339", "write year-month-day: 2026-12-25");
    case FORM_COUNTRY:
        return check_country(c, value);
    case FORM_VALUE:
        return one_of(f->values, json_string_value(value)) || complaint_value(c, value, f->values);
    case FORM_TEXT:
    case FORM_ENDPOINT:
    case FORM_ID:
        break;
    }
    return true;
}
