/* A file of the time zone database: TZif, version 2 or later (RFC 9636).
 *
 * Own code, because libc reads one only into the zone of the whole process, by the environment.  Nothing here
 * allocates: a parsed file is views into its bytes, which have to outlive it.  Files that count leap seconds
 * are refused: our seconds do not. */
#ifndef NODE_TZIF_H
#define NODE_TZIF_H

#include "proto/bytes.h"

#define TZIF_FILE_MAX 65536
#define TZIF_OFFSET_MAX 93600 /* s; RFC 9636 wants less than 26 hours either way */

/* The day of a year, and the second of that day, at which an offset begins. */
struct tzif_rule {
    enum { TZIF_JULIAN, TZIF_DAY, TZIF_MONTH } form; /* Jn (no leap day), n (from 0), Mm.w.d */
    uint16_t day;                                    /* n, or the day of the week from Sunday */
    uint8_t month, week;                             /* week 5 is the last */
    int32_t time_s;                                  /* from local midnight: -167 to 167 hours */
};

/* What holds after the last transition that the file lists. */
struct tzif_footer {
    bool given, summer;
    int32_t standard_s, summer_s; /* offsets, east of UTC */
    struct tzif_rule begin, end;  /* of the summer time */
};

struct tzif {
    struct bytes times;   /* 8 bytes each, ascending */
    struct bytes kinds;   /* an index of offsets each */
    struct bytes offsets; /* 6 bytes each, of which 4 count */
    struct tzif_footer footer;
};

/* The offset at some time, and how long it holds: from <= time < until. */
struct tzif_span {
    int64_t from, until; /* s since 1970; INT64_MIN and INT64_MAX where it never changes */
    int32_t offset_s;    /* east of UTC */
};

/* Parse a whole file: ERR_SHORT, ERR_TRAILING, ERR_SIZE, ERR_VERSION, ERR_ORDER, ERR_RANGE, ERR_SCHEMA. */
enum err tzif_parse(struct bytes file, struct tzif *ret) MUST_CHECK;

/* Find the offset at a time; any time will do. */
void tzif_find(const struct tzif *zone, int64_t at, struct tzif_span *ret);

/* The time at which clocks show this: local_s is what they show, as seconds since 1970 were it UTC.  Of two
 * such times the first; where clocks skip it, as if they had not (RFC 5545 3.3.5). */
int64_t tzif_instant(const struct tzif *zone, int64_t local_s);

#endif
