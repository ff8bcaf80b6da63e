#include "node/rules.h"

#include <stdio.h>
#include <string.h>

#define DAY_S 86400
#define KINDS "diplomatic technical"
#define PUBLIC_FIELDS "holder primary rank"
#define REVIEW_DAYS 365

static struct config source;
/* Without a configuration, as where a record is only looked at: every kind that there are words for. */
static struct rules rules = {.kinds = KINDS " policy legal law-enforcement",
                             .public_fields = PUBLIC_FIELDS,
                             .review_days = REVIEW_DAYS};

static bool is_yes(const char *value) {
    return strcmp(value, "yes") == 0;
}

void rules_set(const struct config *config) {
    uint64_t days = REVIEW_DAYS;

    source = *config;
    if (source.review_days[0] != '\0' && decimal_get(&days, bytes_str(source.review_days)) != ERR_OK)
        days = REVIEW_DAYS;
    rules = (struct rules){.kinds = source.kinds[0] != '\0' ? source.kinds : KINDS,
                           .public_fields =
                               source.public_fields[0] != '\0' ? source.public_fields : PUBLIC_FIELDS,
                           .review_days = (unsigned)days,
                           .nomination = is_yes(source.nomination),
                           .two_person = is_yes(source.two_person)};
    if (strcmp(rules.public_fields, "none") == 0)
        rules.public_fields = "";
}

const struct rules *rules_get(void) {
    return &rules;
}

bool rules_next(const char **list, char *to, size_t size) {
    *list += strspn(*list, " ");
    size_t len = strcspn(*list, " ");
    snprintf(to, size, "%.*s", (int)len, *list);
    *list += len;
    return len > 0;
}

bool rules_word(const char *list, const char *word) {
    char item[64];

    while (rules_next(&list, item, sizeof item))
        if (strcmp(item, word) == 0)
            return true;
    return false;
}

void rules_public(json_t *record) {
    json_t *fields;

    if (json_object_get(record, "public") != NULL)
        return;
    fields = json_array();
    for (const struct field *f = contact_fields; f->key != 0; f++)
        if (json_object_get(record, f->name) != NULL && rules_word(rules.public_fields, f->name))
            json_array_append_new(fields, json_string(f->name));
    json_object_set_new(record, "public", fields);
}

bool rules_review(const json_t *record, uint64_t now_s, struct record_error *ret) {
    const char *review = json_string_value(json_object_get(record, "review_by"));
    const char *from = json_string_value(json_object_get(record, "valid_from"));
    uint64_t at, start = now_s;
    char latest[24];

    if (review == NULL || !time_parse(review, &at))
        return true;
    if (from != NULL && (!time_parse(from, &start) || start < now_s))
        start = now_s;
    uint64_t last = start + (uint64_t)rules.review_days * DAY_S;
    if (at <= last)
        return true;
    time_text(last, latest);
    snprintf(
        ret->text, sizeof ret->text,
        "review_by: more than %u days off, the review period of the network: found \"%s\": write %.10s or "
        "earlier",
        rules.review_days, review, latest);
    return false;
}

bool rules_validity(const json_t *record, uint64_t now_s, struct record_error *ret) {
    const char *until = json_string_value(json_object_get(record, "valid_until"));
    uint64_t at;

    if (until == NULL || !time_parse(until, &at) || at > now_s)
        return true;
    snprintf(ret->text, sizeof ret->text,
             "valid_until: has passed: found \"%s\": write a later time, or end the contact (comity contact "
             "withdraw)",
             until);
    return false;
}
