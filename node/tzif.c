#include "node/tzif.h"

#include <string.h>

#define HEADER_LEN 44
#define KIND_LEN 6
#define KINDS_MAX 256
#define DAY_S 86400
#define YEAR_S 31556952 /* on average */
/* Years that the footer's rules are worked out for: beyond them, what the first or last gives. */
#define YEAR_MIN 1
#define YEAR_MAX 9999

/* The six counts of a header. */
struct counts {
    uint32_t ut, standard, leap, times, kinds, letters;
};

static bool header_read(struct bytes *rest, uint8_t *ret_version, struct counts *ret) {
    const uint8_t *at = rest->ptr;

    if (rest->len < HEADER_LEN || memcmp(at, "TZif", 4) != 0)
        return false;
    *ret_version = at[4];
    *ret = (struct counts){be32_get(at + 20), be32_get(at + 24), be32_get(at + 28),
                           be32_get(at + 32), be32_get(at + 36), be32_get(at + 40)};
    *rest = (struct bytes){at + HEADER_LEN, rest->len - HEADER_LEN};
    return true;
}

/* Cut so many items off; len SIZE_MAX if there are not so many. */
static struct bytes cut(struct bytes *rest, uint32_t count, size_t size) {
    struct bytes piece = {rest->ptr, (size_t)count * size};

    if (piece.len > rest->len)
        return (struct bytes){NULL, SIZE_MAX};
    *rest = (struct bytes){rest->ptr + piece.len, rest->len - piece.len};
    return piece;
}

/* A data block with times of 4 or 8 bytes; ret NULL to pass over it. */
static enum err block_read(struct bytes *rest, const struct counts *n, size_t time_size, struct tzif *ret) {
    struct bytes times = cut(rest, n->times, time_size);
    struct bytes kinds = cut(rest, n->times, 1);
    struct bytes offsets = cut(rest, n->kinds, KIND_LEN);
    struct bytes letters = cut(rest, n->letters, 1);
    struct bytes leap = cut(rest, n->leap, time_size + 4);
    struct bytes standard = cut(rest, n->standard, 1);
    struct bytes ut = cut(rest, n->ut, 1);

    if (times.len == SIZE_MAX || kinds.len == SIZE_MAX || offsets.len == SIZE_MAX ||
        letters.len == SIZE_MAX || leap.len == SIZE_MAX || standard.len == SIZE_MAX || ut.len == SIZE_MAX)
        return ERR_SHORT;
    if (ret != NULL) {
        ret->times = times;
        ret->kinds = kinds;
        ret->offsets = offsets;
    }
    return ERR_OK;
}

static int64_t time_get(const struct tzif *zone, size_t i) {
    return (int64_t)be64_get(zone->times.ptr + 8 * i);
}

static int32_t offset_get(const struct tzif *zone, size_t kind) {
    return (int32_t)be32_get(zone->offsets.ptr + KIND_LEN * kind);
}

static enum err block_check(const struct tzif *zone) {
    size_t kinds = zone->offsets.len / KIND_LEN;

    if (kinds == 0 || kinds > KINDS_MAX)
        return ERR_RANGE;
    for (size_t i = 0; i < kinds; i++)
        if (offset_get(zone, i) <= -TZIF_OFFSET_MAX || offset_get(zone, i) >= TZIF_OFFSET_MAX)
            return ERR_RANGE;
    for (size_t i = 0; i < zone->kinds.len; i++) {
        if (zone->kinds.ptr[i] >= kinds)
            return ERR_RANGE;
        if (i > 0 && time_get(zone, i - 1) >= time_get(zone, i))
            return ERR_ORDER;
    }
    return ERR_OK;
}

/* The footer: a TZ string of POSIX with the longer times of RFC 9636. */

static bool take(struct bytes *text, char c) {
    if (text->len == 0 || text->ptr[0] != (uint8_t)c)
        return false;
    text->ptr++;
    text->len--;
    return true;
}

static bool is_digit(struct bytes text) {
    return text.len > 0 && text.ptr[0] >= '0' && text.ptr[0] <= '9';
}

static bool take_number(struct bytes *text, int32_t max, int32_t *ret) {
    int32_t value = 0;

    if (!is_digit(*text))
        return false;
    for (; is_digit(*text); text->ptr++, text->len--) {
        value = value * 10 + (text->ptr[0] - '0');
        if (value > max)
            return false;
    }
    *ret = value;
    return true;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct bytes *text, int32_t hours_max, int32_t *ret_s) {
    int32_t hours, minutes = 0, seconds = 0;
    bool minus = take(text, '-');

    if (!minus)
        take(text, '+');
    if (!take_number(text, hours_max, &hours))
        return false;
    if (take(text, ':') &&
        (!take_number(text, 59, &minutes) || (take(text, ':') && !take_number(text, 59, &seconds))))
        return false;
    *ret_s = (minus ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

/* CET, or <+0530>; what it says is not used. */
static bool take_name(struct bytes *text) {
    bool quoted = take(text, '<');
    size_t len = 0;

    while (text->len > 0) {
        uint8_t c = text->ptr[0], small = c | 0x20;
        if (!(small >= 'a' && small <= 'z') && !(quoted && (is_digit(*text) || c == '+' || c == '-')))
            break;
        text->ptr++;
        text->len--;
        len++;
    }
    return len >= 3 && (!quoted || take(text, '>'));
}

/* ,M3.5.0/2 */
static bool take_rule(struct bytes *text, struct tzif_rule *ret) {
    int32_t day, week = 0, month = 0;

    *ret = (struct tzif_rule){.time_s = 2 * 3600};
    if (!take(text, ','))
        return false;
    if (take(text, 'M')) {
        ret->form = TZIF_MONTH;
        if (!take_number(text, 12, &month) || month == 0 || !take(text, '.') ||
            !take_number(text, 5, &week) || week == 0 || !take(text, '.') || !take_number(text, 6, &day))
            return false;
    } else {
        ret->form = take(text, 'J') ? TZIF_JULIAN : TZIF_DAY;
        if (!take_number(text, 365, &day) || (ret->form == TZIF_JULIAN && day == 0))
            return false;
    }
    ret->day = (uint16_t)day;
    ret->week = (uint8_t)week;
    ret->month = (uint8_t)month;
    return !take(text, '/') || take_time(text, 167, &ret->time_s);
}

/* POSIX counts offsets west of UTC. */
static bool take_offset(struct bytes *text, int32_t *ret_s) {
    if (!take_time(text, 24, ret_s))
        return false;
    *ret_s = -*ret_s;
    return true;
}

static bool footer_parse(struct bytes text, struct tzif_footer *ret) {
    *ret = (struct tzif_footer){.given = text.len > 0};
    if (!ret->given)
        return true;
    if (!take_name(&text) || !take_offset(&text, &ret->standard_s))
        return false;
    if (text.len == 0)
        return true;
    ret->summer = true;
    if (!take_name(&text))
        return false;
    ret->summer_s = ret->standard_s + 3600;
    if (text.len > 0 && text.ptr[0] != ',' && !take_offset(&text, &ret->summer_s))
        return false;
    return take_rule(&text, &ret->begin) && take_rule(&text, &ret->end) && text.len == 0;
}

enum err tzif_parse(struct bytes file, struct tzif *ret) {
    struct tzif zone = {.times = {NULL, 0}};
    struct bytes rest = file;
    struct counts n;
    uint8_t version, again;

    if (file.len > TZIF_FILE_MAX)
        return ERR_SIZE;
    if (!header_read(&rest, &version, &n))
        return ERR_SCHEMA;
    if (version < '2')
        return ERR_VERSION;
    enum err err = block_read(&rest, &n, 4, NULL);
    if (err != ERR_OK)
        return err;
    if (!header_read(&rest, &again, &n) || again != version || n.leap != 0)
        return ERR_SCHEMA;
    err = block_read(&rest, &n, 8, &zone);
    if (err == ERR_OK)
        err = block_check(&zone);
    if (err != ERR_OK)
        return err;
    if (!take(&rest, '\n') || rest.len == 0)
        return ERR_SHORT;
    const uint8_t *end = memchr(rest.ptr, '\n', rest.len);
    if (end != rest.ptr + rest.len - 1)
        return end == NULL ? ERR_SHORT : ERR_TRAILING;
    if (!footer_parse((struct bytes){rest.ptr, rest.len - 1}, &zone.footer))
        return ERR_SCHEMA;
    *ret = zone;
    return ERR_OK;
}

/* Days from 1970 to the first of a month: the calendar of era, year and day that begins in March. */
static int64_t days_of(int64_t year, unsigned month) {
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month > 2 ? (int64_t)month - 3 : (int64_t)month + 9) + 2) / 5;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool is_leap(int64_t year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* When a rule's moment comes in a year, by the clocks of that moment. */
static int64_t rule_local(const struct tzif_rule *rule, int64_t year) {
    int64_t day = days_of(year, 1);

    if (rule->form == TZIF_DAY) {
        day += rule->day;
    } else if (rule->form == TZIF_JULIAN) {
        day += rule->day - 1 + (is_leap(year) && rule->day >= 60);
    } else {
        int64_t first = days_of(year, rule->month);
        int64_t next = rule->month == 12 ? days_of(year + 1, 1) : days_of(year, rule->month + 1u);
        int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 1970 began on a Thursday */
        day = first + (rule->day - weekday + 7) % 7 + 7 * (rule->week - 1);
        if (day >= next)
            day -= 7;
    }
    return day * DAY_S + rule->time_s;
}

/* Shorten a span, right for what is known so far, by a moment from which on an offset holds. */
static void narrow(struct tzif_span *span, int64_t at, int64_t moment, int32_t offset_s) {
    if (moment <= at && moment >= span->from) {
        span->from = moment;
        span->offset_s = offset_s;
    } else if (moment > at && moment < span->until) {
        span->until = moment;
    }
}

/* The span of a footer that does not change its mind over the years. */
static void footer_find(const struct tzif_footer *f, int64_t at, struct tzif_span *ret) {
    *ret = (struct tzif_span){INT64_MIN, INT64_MAX, f->standard_s};
    if (!f->summer)
        return;
    int64_t year = 1970 + at / YEAR_S;
    year = year < YEAR_MIN ? YEAR_MIN : year > YEAR_MAX ? YEAR_MAX : year;
    /* At one moment, summer time that begins outdoes the one that ends: it lasts all the year. */
    for (int64_t y = year - 2; y <= year + 2; y++)
        narrow(ret, at, rule_local(&f->end, y) - f->summer_s, f->standard_s);
    for (int64_t y = year - 2; y <= year + 2; y++)
        narrow(ret, at, rule_local(&f->begin, y) - f->standard_s, f->summer_s);
}

void tzif_find(const struct tzif *zone, int64_t at, struct tzif_span *ret) {
    size_t low = 0, high = zone->kinds.len; /* of the transitions that are not later than at */

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (time_get(zone, middle) <= at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->kinds.len && zone->footer.given) {
        int64_t last = low > 0 ? time_get(zone, low - 1) : INT64_MIN;
        footer_find(&zone->footer, at, ret);
        if (ret->from < last)
            ret->from = last;
        return;
    }
    ret->from = low > 0 ? time_get(zone, low - 1) : INT64_MIN;
    ret->until = low < zone->kinds.len ? time_get(zone, low) : INT64_MAX;
    ret->offset_s = offset_get(zone, low > 0 ? zone->kinds.ptr[low - 1] : 0);
}

int64_t tzif_instant(const struct tzif *zone, int64_t local_s) {
    struct tzif_span before, after, found;

    tzif_find(zone, local_s - 2 * DAY_S, &before);
    if (local_s + 2 * DAY_S < before.until)
        return local_s - before.offset_s;
    tzif_find(zone, local_s + 2 * DAY_S, &after);
    int64_t at = local_s - before.offset_s;
    tzif_find(zone, at, &found);
    if (found.offset_s == before.offset_s)
        return at;
    tzif_find(zone, local_s - after.offset_s, &found);
    return found.offset_s == after.offset_s ? local_s - after.offset_s : at;
}
