#include "node/hours.h"

#include <stdlib.h>
#include <string.h>

#include "node/record.h"

#define DAY_S 86400
#define DAY_MINUTES 1440
/* Forty holidays, a week, and a day that is skipped cannot keep a contact shut for longer. */
#define DAYS_AHEAD 62
#define YEAR_9999_S 253402300799

static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static bool day_read(const json_t *name, uint8_t *ret) {
    for (uint8_t i = 0; json_is_string(name) && i < sizeof days / sizeof *days; i++)
        if (strcmp(json_string_value(name), days[i]) == 0) {
            *ret = i;
            return true;
        }
    return false;
}

static void spans_read(const json_t *weekly, struct hours *ret) {
    size_t i;
    json_t *item;

    json_array_foreach(weekly, i, item) {
        /* Member by member: hours that say the same are the same bytes. */
        struct hours_span *span = &ret->span[ret->span_count];
        uint8_t day;
        uint16_t from, to;
        if (ret->span_count == HOURS_SPANS_MAX || !day_read(json_object_get(item, "day"), &day) ||
            !clock_parse(json_string_value(json_object_get(item, "from")), &from) ||
            !clock_parse(json_string_value(json_object_get(item, "to")), &to))
            continue;
        span->day = day;
        span->from = from;
        span->to = to;
        ret->span_count++;
    }
}

static int compare_days(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static void holidays_read(const json_t *holidays, struct hours *ret) {
    size_t i;
    json_t *item;

    json_array_foreach(holidays, i, item) {
        uint64_t at;
        if (ret->holiday_count < HOURS_HOLIDAYS_MAX && json_string_length(item) == 10 &&
            time_parse(json_string_value(item), &at))
            ret->holiday[ret->holiday_count++] = (int32_t)(at / DAY_S);
    }
    qsort(ret->holiday, ret->holiday_count, sizeof ret->holiday[0], compare_days);
}

void hours_read(const json_t *record, struct hours *ret) {
    const json_t *zone = json_object_get(record, "timezone"), *hours = json_object_get(record, "hours");

    memset(ret, 0, sizeof *ret);
    if (json_is_string(zone) && json_string_length(zone) <= ZONE_NAME_MAX)
        memcpy(ret->zone, json_string_value(zone), json_string_length(zone));
    ret->always = json_is_true(json_object_get(hours, "always"));
    if (ret->always)
        return;
    spans_read(json_object_get(hours, "weekly"), ret);
    holidays_read(json_object_get(hours, "holidays"), ret);
}

/* One question: the rules, and the offset around the time asked for, where it does not change nearby. */
struct moment {
    const struct hours *hours;
    const struct tzif *zone;
    int64_t at;
    struct tzif_span steady;
};

static int64_t floor_day(int64_t s) {
    return s >= 0 ? s / DAY_S : -((DAY_S - 1 - s) / DAY_S);
}

/* Does the offset not change near this local time? */
static bool is_steady(const struct moment *m, int64_t local_s) {
    int64_t at = local_s - m->steady.offset_s;
    return at - 2 * DAY_S >= m->steady.from && at + 2 * DAY_S < m->steady.until;
}

static int64_t instant(const struct moment *m, int64_t local_s) {
    return is_steady(m, local_s) ? local_s - m->steady.offset_s : tzif_instant(m->zone, local_s);
}

/* A day that clocks skip whole, as Apia's of 2011-12-30, is none. */
static bool is_skipped(const struct moment *m, int64_t day) {
    struct tzif_span span;

    if (is_steady(m, day * DAY_S))
        return false;
    int64_t at = tzif_instant(m->zone, day * DAY_S);
    tzif_find(m->zone, at, &span);
    return floor_day(at + span.offset_s) != day;
}

static bool is_holiday(const struct hours *h, int64_t day) {
    int32_t key = (int32_t)day;
    return bsearch(&key, h->holiday, h->holiday_count, sizeof key, compare_days) != NULL;
}

static uint8_t weekday(int64_t day) {
    return (uint8_t)(((day + 3) % 7 + 7) % 7); /* 1970 began on a Thursday */
}

/* The spans that begin on a day, as instants. */
static size_t spans_of(const struct moment *m, int64_t day, int64_t from[HOURS_SPANS_MAX],
                       int64_t to[HOURS_SPANS_MAX]) {
    const struct hours *h = m->hours;
    size_t count = 0;
    uint8_t week_day = weekday(day);

    if (is_holiday(h, day))
        return 0;
    for (size_t i = 0; i < h->span_count; i++) {
        const struct hours_span *s = &h->span[i];
        if (s->day != week_day)
            continue;
        int64_t end = s->to > s->from ? s->to : s->to + DAY_MINUTES;
        from[count] = instant(m, day * DAY_S + s->from * 60);
        to[count++] = instant(m, day * DAY_S + end * 60);
    }
    return count > 0 && is_skipped(m, day) ? 0 : count;
}

/* Follow what is open from a time on through spans that join; the same time if it is shut then. */
static int64_t open_until(const struct moment *m, int64_t today) {
    int64_t from[HOURS_SPANS_MAX], to[HOURS_SPANS_MAX], until = m->at;

    for (int64_t day = today - 2; day <= today + DAYS_AHEAD; day++) {
        bool joined = true;
        size_t count = spans_of(m, day, from, to);
        while (joined) {
            joined = false;
            for (size_t i = 0; i < count; i++)
                if (from[i] <= until && to[i] > until) {
                    until = to[i];
                    joined = true;
                }
        }
        if (day * DAY_S - TZIF_OFFSET_MAX > until)
            break;
    }
    return until;
}

/* The first span that begins later; INT64_MAX if none does. */
static int64_t next_open(const struct moment *m, int64_t today) {
    int64_t from[HOURS_SPANS_MAX], to[HOURS_SPANS_MAX], next = INT64_MAX;

    for (int64_t day = today - 1; day <= today + DAYS_AHEAD && next == INT64_MAX; day++) {
        size_t count = spans_of(m, day, from, to);
        for (size_t i = 0; i < count; i++)
            if (from[i] > m->at && to[i] > from[i] && from[i] < next)
                next = from[i];
    }
    return next;
}

static void answer_spans(const struct hours *hours, const struct tzif *zone, int64_t at,
                         const struct tzif_span *steady, struct hours_answer *ret) {
    struct moment m = {hours, zone, at, *steady};
    int64_t today = floor_day(at + steady->offset_s), end = open_until(&m, today);

    ret->has_open = true;
    ret->open = end > at;
    if (!ret->open)
        end = next_open(&m, today);
    /* Two months on, what is open all the week is still open: it does not turn. */
    if (end < at + (int64_t)(DAYS_AHEAD - 1) * DAY_S)
        ret->turns = (uint64_t)end;
}

void hours_at(const struct hours *hours, uint64_t at_s, struct hours_answer *ret) {
    int64_t at = at_s > YEAR_9999_S ? YEAR_9999_S : (int64_t)at_s;
    const struct tzif *zone = hours->zone[0] != '\0' ? zones_find(hours->zone) : NULL;
    struct tzif_span steady;

    *ret = (struct hours_answer){.turns = UINT64_MAX, .has_open = hours->always, .open = hours->always};
    if (zone == NULL)
        return;
    tzif_find(zone, at, &steady);
    ret->has_local = true;
    ret->offset_s = steady.offset_s;
    if (!hours->always && hours->span_count > 0)
        answer_spans(hours, zone, at, &steady, ret);
}

/* RFC 3339 with the offset, which it gives in minutes. */
static json_t *local_json(uint64_t at_s, int32_t offset_s) {
    char text[24];
    int32_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
    int64_t local_s = (int64_t)at_s + (offset_s < 0 ? -minutes : minutes) * 60;

    time_text(local_s < 0 ? 0 : (uint64_t)local_s, text);
    return json_sprintf("%.19s%c%02d:%02d", text, offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

void hours_note(json_t *record, uint64_t at_s) {
    struct hours hours;
    struct hours_answer answer;
    char text[24];

    hours_read(record, &hours);
    hours_at(&hours, at_s, &answer);
    if (answer.has_local)
        json_object_set_new(record, "local_time", local_json(at_s - at_s % 60, answer.offset_s));
    if (!answer.has_open)
        return;
    json_object_set_new(record, "open", json_boolean(answer.open));
    if (answer.turns == UINT64_MAX)
        return;
    time_text(answer.turns, text);
    json_object_set_new(record, answer.open ? "closes" : "opens", json_string(text));
}
