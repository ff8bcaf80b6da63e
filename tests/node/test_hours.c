#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/hours.h"
#include "node/record.h"

/* Hours in short: "mon 09:00-17:00, tue 22:00-06:00". */
static json_t *record_of(const char *zone, const char *spans, const char *holidays) {
    json_t *weekly = json_array(), *dates = json_array();
    char *copy = strdup(spans), *rest = copy, *item;

    while ((item = strsep(&rest, ",")) != NULL) {
        item += strspn(item, " ");
        if (strlen(item) >= 15)
            json_array_append_new(weekly, json_pack("{s:s%, s:s%, s:s%}", "day", item, (size_t)3, "from",
                                                    item + 4, (size_t)5, "to", item + 10, (size_t)5));
    }
    free(copy);
    rest = copy = strdup(holidays);
    while ((item = strsep(&rest, " ")) != NULL)
        if (*item != '\0')
            json_array_append_new(dates, json_string(item));
    free(copy);
    return json_pack("{s:s, s:{s:o, s:o}}", "timezone", zone, "hours", "weekly", weekly, "holidays", dates);
}

struct expected {
    const char *zone, *spans, *holidays, *at;
    bool open;
    const char *turns; /* UTC; "" if never */
    const char *local;
};

static void check_one(const struct expected *e) {
    json_t *record = record_of(e->zone, e->spans, e->holidays);
    uint64_t at;

    assert_true(time_parse(e->at, &at));
    hours_note(record, at);
    const json_t *open = json_object_get(record, "open");
    const char *turns = json_string_value(json_object_get(record, e->open ? "closes" : "opens"));
    const char *local = json_string_value(json_object_get(record, "local_time"));
    if (open == NULL || json_is_true(open) != e->open || strcmp(turns != NULL ? turns : "", e->turns) != 0 ||
        local == NULL || strcmp(local, e->local) != 0) {
        char *found = json_dumps(record, JSON_SORT_KEYS);
        fail_msg("%s, %s at %s: %s", e->zone, e->spans, e->at, found);
    }
    json_decref(record);
}

static void check_all(const struct expected *e, size_t count) {
    if (!zones_present())
        skip();
    for (size_t i = 0; i < count; i++)
        check_one(&e[i]);
}
#define CHECK_ALL(table) check_all(table, sizeof table / sizeof *table)

#define OFFICE "mon 09:00-17:00, tue 09:00-17:00, wed 09:00-17:00, thu 09:00-17:00, fri 09:00-17:00"
#define GULF "sun 08:00-15:00, mon 08:00-15:00, tue 08:00-15:00, wed 08:00-15:00, thu 08:00-15:00"
#define NIGHTS                                                                                               \
    "mon 22:00-06:00, tue 22:00-06:00, wed 22:00-06:00, thu 22:00-06:00, fri 22:00-06:00, sat 22:00-06:00, " \
    "sun 22:00-06:00"
#define ALL_WEEK                                                                                             \
    "mon 00:00-24:00, tue 00:00-24:00, wed 00:00-24:00, thu 00:00-24:00, fri 00:00-24:00, sat 00:00-24:00, " \
    "sun 00:00-24:00"

static void a_week_has_the_weekend_that_it_says(void **state) {
    static const struct expected table[] = {
        {"Europe/Paris", OFFICE, "", "2026-01-05T07:59:59Z", false, "2026-01-05T08:00:00Z",
         "2026-01-05T08:59:00+01:00"},
        {"Europe/Paris", OFFICE, "", "2026-01-05T08:00:00Z", true, "2026-01-05T16:00:00Z",
         "2026-01-05T09:00:00+01:00"},
        {"Europe/Paris", OFFICE, "", "2026-01-05T16:00:00Z", false, "2026-01-06T08:00:00Z",
         "2026-01-05T17:00:00+01:00"},
        {"Europe/Paris", OFFICE, "", "2026-01-09T20:00:00Z", false, "2026-01-12T08:00:00Z",
         "2026-01-09T21:00:00+01:00"},
        /* Friday and Saturday are the weekend, Sunday is not. */
        {"Asia/Riyadh", GULF, "", "2026-01-08T12:30:00Z", false, "2026-01-11T05:00:00Z",
         "2026-01-08T15:30:00+03:00"},
        {"Asia/Riyadh", GULF, "", "2026-01-11T05:00:00Z", true, "2026-01-11T12:00:00Z",
         "2026-01-11T08:00:00+03:00"},
        /* Offsets of half and quarter hours. */
        {"Asia/Kolkata", OFFICE, "", "2026-01-05T03:30:00Z", true, "2026-01-05T11:30:00Z",
         "2026-01-05T09:00:00+05:30"},
        {"Asia/Kathmandu", OFFICE, "", "2026-01-05T03:14:59Z", false, "2026-01-05T03:15:00Z",
         "2026-01-05T08:59:00+05:45"},
    };
    (void)state;
    CHECK_ALL(table);
}

static void a_span_past_midnight_belongs_to_the_day_it_begins_on(void **state) {
    static const struct expected table[] = {
        {"Europe/Paris", "mon 22:00-06:00", "", "2026-01-06T04:59:59Z", true, "2026-01-06T05:00:00Z",
         "2026-01-06T05:59:00+01:00"},
        {"Europe/Paris", "mon 22:00-06:00", "", "2026-01-06T05:00:00Z", false, "2026-01-12T21:00:00Z",
         "2026-01-06T06:00:00+01:00"},
        /* Monday the 5th is a holiday: its night is off; that of Sunday, which ends on it, is not. */
        {"Europe/Paris", NIGHTS, "2026-01-05", "2026-01-05T04:00:00Z", true, "2026-01-05T05:00:00Z",
         "2026-01-05T05:00:00+01:00"},
        {"Europe/Paris", NIGHTS, "2026-01-05", "2026-01-05T05:00:00Z", false, "2026-01-06T21:00:00Z",
         "2026-01-05T06:00:00+01:00"},
        /* Spans that join are one; from and to alike are a whole day. */
        {"Europe/Paris", "mon 08:00-24:00, tue 00:00-10:00", "", "2026-01-05T12:00:00Z", true,
         "2026-01-06T09:00:00Z", "2026-01-05T13:00:00+01:00"},
        {"Europe/Paris", "mon 08:00-08:00", "", "2026-01-05T07:00:00Z", true, "2026-01-06T07:00:00Z",
         "2026-01-05T08:00:00+01:00"},
        {"Europe/Paris", ALL_WEEK, "", "2026-01-05T07:00:00Z", true, "", "2026-01-05T08:00:00+01:00"},
        {"Europe/Paris", ALL_WEEK, "2026-01-20", "2026-01-05T07:00:00Z", true, "2026-01-19T23:00:00Z",
         "2026-01-05T08:00:00+01:00"},
    };
    (void)state;
    CHECK_ALL(table);
}

static void holidays_shut_a_contact_for_as_long_as_they_follow_each_other(void **state) {
    static const struct expected table[] = {
        {"Europe/Paris", OFFICE, "2026-12-25 2026-12-24", "2026-12-23T16:00:00Z", false,
         "2026-12-28T08:00:00Z", "2026-12-23T17:00:00+01:00"},
        {"Europe/Paris", OFFICE, "2026-01-06", "2026-01-06T10:00:00Z", false, "2026-01-07T08:00:00Z",
         "2026-01-06T11:00:00+01:00"},
    };
    char dates[HOURS_HOLIDAYS_MAX * 11 + 1] = "";
    (void)state;
    CHECK_ALL(table);
    /* All forty Mondays from 2026-01-05 on: the next is the forty-first, further off than is looked. */
    for (unsigned i = 0; i < HOURS_HOLIDAYS_MAX; i++) {
        char text[24];
        time_text(1767571200 + i * 7 * 86400, text);
        snprintf(dates + strlen(dates), sizeof dates - strlen(dates), "%.10s ", text);
    }
    struct expected mondays = {"UTC", "mon 09:00-17:00",          dates, "2026-01-05T10:00:00Z", false,
                               "",    "2026-01-05T10:00:00+00:00"};
    check_one(&mondays);
}

static void clocks_that_change_are_followed(void **state) {
    static const struct expected table[] = {
        /* Paris: 02:00 becomes 03:00 on 2026-03-29, 03:00 becomes 02:00 on 2026-10-25. */
        {"Europe/Paris", OFFICE, "", "2026-03-27T16:00:00Z", false, "2026-03-30T07:00:00Z",
         "2026-03-27T17:00:00+01:00"},
        {"Europe/Paris", "sun 01:00-02:30", "", "2026-03-29T00:00:00Z", true, "2026-03-29T01:30:00Z",
         "2026-03-29T01:00:00+01:00"},
        {"Europe/Paris", "sun 02:30-05:00", "", "2026-03-29T00:00:00Z", false, "2026-03-29T01:30:00Z",
         "2026-03-29T01:00:00+01:00"},
        {"Europe/Paris", "sun 02:30-05:00", "", "2026-10-25T00:29:59Z", false, "2026-10-25T00:30:00Z",
         "2026-10-25T02:29:00+02:00"},
        {"Europe/Paris", "sun 02:30-05:00", "", "2026-10-25T01:15:00Z", true, "2026-10-25T04:00:00Z",
         "2026-10-25T02:15:00+01:00"},
        {"Europe/Paris", "sun 01:00-02:30", "", "2026-10-25T00:29:59Z", true, "2026-10-25T00:30:00Z",
         "2026-10-25T02:29:00+02:00"},
        {"Europe/Paris", "sat 22:00-02:30, sun 02:30-10:00", "", "2026-10-24T21:00:00Z", true,
         "2026-10-25T09:00:00Z", "2026-10-24T23:00:00+02:00"},
        /* New York: 2026-03-08 and 2026-11-01. */
        {"America/New_York", "sun 01:30-03:30", "", "2026-03-08T06:30:00Z", true, "2026-03-08T07:30:00Z",
         "2026-03-08T01:30:00-05:00"},
        {"America/New_York", "sun 01:30-09:00", "", "2026-11-01T06:15:00Z", true, "2026-11-01T14:00:00Z",
         "2026-11-01T01:15:00-05:00"},
        {"America/New_York", OFFICE, "", "2026-10-30T21:00:00Z", false, "2026-11-02T14:00:00Z",
         "2026-10-30T17:00:00-04:00"},
        /* Cairo changes at midnight: Friday 2026-04-24 begins at 01:00; Thursday 2026-10-29 has 23:00 twice.
         */
        {"Africa/Cairo", "fri 00:00-08:00", "", "2026-04-23T21:59:59Z", false, "2026-04-23T22:00:00Z",
         "2026-04-23T23:59:00+02:00"},
        {"Africa/Cairo", "fri 00:00-08:00", "", "2026-04-23T22:00:00Z", true, "2026-04-24T05:00:00Z",
         "2026-04-24T01:00:00+03:00"},
        {"Africa/Cairo", "thu 20:00-24:00", "", "2026-10-29T21:30:00Z", true, "2026-10-29T22:00:00Z",
         "2026-10-29T23:30:00+02:00"},
        /* Lord Howe: half an hour, at 02:00 on 2026-04-05 back to 01:30, on 2026-10-04 on to 02:30. */
        {"Australia/Lord_Howe", "sun 01:45-03:00", "", "2026-04-04T14:40:00Z", false, "2026-04-04T14:45:00Z",
         "2026-04-05T01:40:00+11:00"},
        {"Australia/Lord_Howe", "sun 01:45-03:00", "", "2026-04-04T15:05:00Z", true, "2026-04-04T16:30:00Z",
         "2026-04-05T01:35:00+10:30"},
        {"Australia/Lord_Howe", "sun 02:15-04:00", "", "2026-10-03T15:30:00Z", false, "2026-10-03T15:45:00Z",
         "2026-10-04T02:30:00+11:00"},
        /* Apia had no Friday 2011-12-30: the week goes on with Saturday. */
        {"Pacific/Apia", OFFICE, "", "2011-12-30T04:00:00Z", false, "2012-01-01T19:00:00Z",
         "2011-12-29T18:00:00-10:00"},
        {"Pacific/Apia", "thu 22:00-06:00, sat 09:00-12:00", "", "2011-12-30T10:30:00Z", true,
         "2011-12-30T16:00:00Z", "2011-12-31T00:30:00+14:00"},
        /* Beyond what files list, the rule goes on. */
        {"Europe/Paris", OFFICE, "", "2060-03-26T16:00:00Z", false, "2060-03-29T07:00:00Z",
         "2060-03-26T17:00:00+01:00"},
    };
    (void)state;
    CHECK_ALL(table);
}

static json_t *noted(const char *text) {
    json_t *record = json_loads(text, 0, NULL);
    assert_non_null(record);
    hours_note(record, 1767571200);
    return record;
}

static void what_is_not_said_is_not_answered(void **state) {
    static const char *const silent[] = {
        "{}",
        "{\"hours\": {\"text\": \"office hours\"}, \"timezone\": \"Europe/Paris\"}",
        "{\"hours\": {\"always\": false}, \"timezone\": \"Europe/Paris\"}",
        "{\"hours\": {\"weekly\": [{\"day\": \"mon\", \"from\": \"09:00\", \"to\": \"17:00\"}]}}",
        "{\"hours\": {\"weekly\": [{\"day\": \"mon\", \"from\": \"09:00\", \"to\": \"17:00\"}]},"
        " \"timezone\": \"Europe/Atlantis\"}",
        "{\"hours\": {\"weekly\": [{\"day\": \"Monday\", \"from\": 9, \"to\": \"25:00\"}, 7, null]},"
        " \"timezone\": \"Europe/Paris\"}",
        "{\"hours\": 7, \"timezone\": 8}",
    };
    (void)state;
    if (!zones_present())
        skip();
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        json_t *record = noted(silent[i]);
        if (json_object_get(record, "open") != NULL)
            fail_msg("answered: %s", silent[i]);
        json_decref(record);
    }
    json_t *always = noted("{\"hours\": {\"always\": true}}");
    assert_true(json_is_true(json_object_get(always, "open")));
    assert_null(json_object_get(always, "closes"));
    assert_null(json_object_get(always, "local_time"));
    json_decref(always);
}

/* The plain way: look at what the clock shows, minute by minute, on days without a change of clocks. */
static bool plain_open(const struct hours *h, int64_t local_s) {
    int64_t day = local_s / 86400, minute = local_s % 86400 / 60;
    for (unsigned i = 0; i < h->span_count; i++) {
        const struct hours_span *s = &h->span[i];
        int64_t end = s->to > s->from ? s->to : s->to + 1440;
        for (int64_t begun = day - 1; begun <= day; begun++) {
            int64_t m = minute + (day - begun) * 1440;
            bool holiday = false;
            for (unsigned j = 0; j < h->holiday_count; j++)
                holiday = holiday || h->holiday[j] == begun;
            if (!holiday && (begun + 3) % 7 == s->day && s->from <= m && m < end)
                return true;
        }
    }
    return false;
}

static void every_answer_agrees_with_the_clock_on_the_wall(void **state) {
    uint64_t seed = 20260105;
    (void)state;
    if (!zones_present())
        skip();
    for (unsigned round = 0; round < 300; round++) {
        struct hours h = {.zone = "Asia/Kathmandu", .span_count = (uint8_t)(1 + round % 6)};
        for (unsigned i = 0; i < h.span_count; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            h.span[i] = (struct hours_span){(uint8_t)((seed >> 33) % 7), (uint16_t)((seed >> 40) % 1440),
                                            (uint16_t)((seed >> 20) % 1441)};
        }
        h.holiday_count = 1;
        h.holiday[0] = 20463 + (int32_t)(seed >> 50) % 10;
        uint64_t at = 1767571200 + (seed >> 32) % 864000 / 60 * 60;
        struct hours_answer a;
        hours_at(&h, at, &a);
        int64_t local = (int64_t)at + 20700;
        assert_true(a.has_open && a.offset_s == 20700);
        assert_int_equal(a.open, plain_open(&h, local));
        uint64_t look = a.turns < at + 40 * 86400 ? a.turns : at + 40 * 86400;
        for (uint64_t t = at; t < look; t += 60)
            assert_int_equal(plain_open(&h, (int64_t)t + 20700), a.open);
        if (a.turns < at + 40 * 86400)
            assert_int_equal(plain_open(&h, (int64_t)a.turns + 20700), !a.open);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_week_has_the_weekend_that_it_says),
        cmocka_unit_test(a_span_past_midnight_belongs_to_the_day_it_begins_on),
        cmocka_unit_test(holidays_shut_a_contact_for_as_long_as_they_follow_each_other),
        cmocka_unit_test(clocks_that_change_are_followed),
        cmocka_unit_test(what_is_not_said_is_not_answered),
        cmocka_unit_test(every_answer_agrees_with_the_clock_on_the_wall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
