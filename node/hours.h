/* When a contact can be reached: its time zone and hours, asked about at an instant.
 *
 * Hours are local.  A span belongs to the day on which it begins, also past midnight: it is off when that day
 * is a holiday.  Where clocks are put back, a time means the first of the two; where they skip it, as if they
 * had not (RFC 5545 3.3.5); a day that the calendar skips has no spans. */
#ifndef NODE_HOURS_H
#define NODE_HOURS_H

#include <jansson.h>

#include "node/zones.h"

#define HOURS_SPANS_MAX 21
#define HOURS_HOLIDAYS_MAX 40

struct hours_span {
    uint8_t day;       /* 0 is Monday */
    uint16_t from, to; /* minutes; past midnight if to is not later than from */
};

struct hours {
    char zone[ZONE_NAME_MAX + 1]; /* "" if it does not say */
    bool always;
    uint8_t span_count, holiday_count;
    struct hours_span span[HOURS_SPANS_MAX];
    int32_t holiday[HOURS_HOLIDAYS_MAX]; /* days since 1970, ascending */
};

struct hours_answer {
    bool has_local, has_open; /* what can be said: without a zone neither, but that always is always */
    int32_t offset_s;         /* of the local time, east of UTC */
    bool open;
    uint64_t turns; /* s: when open changes next; UINT64_MAX: not within the next two months */
};

/* Read "timezone" and "hours" of a record; what does not follow its rule is as if not said.  Every byte of
 * ret is set, so that equal hours are equal bytes. */
void hours_read(const json_t *record, struct hours *ret);

/* Answer for a time, in s since 1970, up to the year 9999. */
void hours_at(const struct hours *hours, uint64_t at_s, struct hours_answer *ret);

/* Add to a record what follows for a time: "local_time" to the minute ("2026-03-29T10:00:00+02:00"), "open"
 * (yes or no), and "opens" or "closes" (UTC), each only where it can be said. */
void hours_note(json_t *record, uint64_t at_s);

#endif
