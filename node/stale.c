#include "node/stale.h"

#include "node/record.h"

#define DAY_S 86400

/* A time that a member says; UINT64_MAX if it does not. */
static uint64_t time_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    uint64_t at;

    return text != NULL && time_parse(text, &at) ? at : UINT64_MAX;
}

uint64_t stale_review(const json_t *record, uint64_t signed_s, unsigned review_days) {
    uint64_t said = time_of(record, "review_by"), from = time_of(record, "valid_from");

    if (from == UINT64_MAX || from < signed_s)
        from = signed_s;
    uint64_t period = from + (uint64_t)review_days * DAY_S;
    return said < period ? said : period;
}

static uint64_t key_end(const json_t *record) {
    uint64_t first = UINT64_MAX;
    size_t i;
    json_t *key;

    json_array_foreach(json_object_get(record, "keys"), i, key) {
        uint64_t end = time_of(key, "expires");
        first = end < first ? end : first;
    }
    return first;
}

static uint64_t earlier(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

uint64_t stale_from(const json_t *record, uint64_t signed_s, unsigned review_days) {
    return earlier(stale_review(record, signed_s, review_days),
                   earlier(time_of(record, "valid_until"), key_end(record)));
}

json_t *stale_reasons(const json_t *record, uint64_t signed_s, unsigned review_days, uint64_t at_s) {
    json_t *reasons = json_array();

    if (stale_review(record, signed_s, review_days) <= at_s)
        json_array_append_new(reasons, json_string("review"));
    if (time_of(record, "valid_until") <= at_s)
        json_array_append_new(reasons, json_string("ended"));
    if (key_end(record) <= at_s)
        json_array_append_new(reasons, json_string("key"));
    return reasons;
}

uint64_t stale_next(const json_t *record, uint64_t signed_s, unsigned review_days, uint64_t at_s) {
    const uint64_t turn[] = {stale_review(record, signed_s, review_days), time_of(record, "valid_until"),
                             key_end(record)};
    uint64_t next = UINT64_MAX;

    for (size_t i = 0; i < sizeof turn / sizeof *turn; i++)
        if (turn[i] > at_s)
            next = earlier(next, turn[i]);
    return next;
}
