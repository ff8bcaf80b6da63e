#include "node/timetable.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/record.h"

#define DAYS 7
#define PIECE_MAX 64

static const char *const days[DAYS] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/* The number of a day, by its first three letters in either case; -1. */
static int day_of(const char *name, size_t len) {
    for (int i = 0; i < DAYS && len >= 3; i++)
        if (strncasecmp(days[i], name, 3) == 0)
            return i;
    return -1;
}

static const char *text_of(const json_t *span, const char *name) {
    const char *text = json_string_value(json_object_get(span, name));
    return text != NULL ? text : "";
}

/* Whether a span is that of the day after another, at the same times. */
static bool follows(const json_t *span, const json_t *next) {
    int a = day_of(text_of(span, "day"), 3), b = day_of(text_of(next, "day"), 3);
    return next != NULL && a >= 0 && b == a + 1 &&
           strcmp(text_of(span, "from"), text_of(next, "from")) == 0 &&
           strcmp(text_of(span, "to"), text_of(next, "to")) == 0;
}

char *timetable_text(const json_t *weekly) {
    char *text = NULL;
    size_t len, count = json_array_size(weekly);
    FILE *to = open_memstream(&text, &len);

    if (to == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const json_t *first = json_array_get(weekly, i);
        size_t last = i;
        while (follows(json_array_get(weekly, last), json_array_get(weekly, last + 1)))
            last++;
        fprintf(to, "%s%s", i > 0 ? ", " : "", text_of(first, "day"));
        if (last > i)
            fprintf(to, "-%s", text_of(json_array_get(weekly, last), "day"));
        fprintf(to, " %s-%s", text_of(first, "from"), text_of(first, "to"));
        i = last;
    }
    return fclose(to) == 0 ? text : NULL;
}

static void add(json_t *list, const char *day, const char *from, const char *to) {
    json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "day", day, "from", from, "to", to));
}

/* "mon-fri 09:00-17:00"; the week goes round: "fri-mon" is four days. */
static bool take_piece(json_t *list, char *piece) {
    char *times = piece + strcspn(piece, " \t"), *hyphen = memchr(piece, '-', (size_t)(times - piece));
    char *from = times + strspn(times, " \t"), *to = strchr(from, '-');

    if (times == piece || to == NULL)
        return false;
    *times = '\0';
    for (char *end = to; end > from && isspace((unsigned char)end[-1]);)
        *--end = '\0';
    *to++ = '\0';
    to += strspn(to, " \t");
    if (hyphen == NULL) {
        int day = day_of(piece, strlen(piece));
        add(list, day >= 0 ? days[day] : piece, from, to);
        return true;
    }
    int first = day_of(piece, (size_t)(hyphen - piece)), last = day_of(hyphen + 1, strlen(hyphen + 1));
    for (int day = first; first >= 0 && last >= 0; day = (day + 1) % DAYS) {
        add(list, days[day], from, to);
        if (day == last)
            return true;
    }
    return false;
}

/* Cut the next piece at a comma, a semicolon or a line's end, without spaces around; false at the end. */
static bool cut_piece(const char **text, char piece[static PIECE_MAX]) {
    size_t len = 0;

    while (len == 0 && **text != '\0') {
        *text += strspn(*text, ",; \t\r\n");
        len = strcspn(*text, ",;\n");
        const char *from = *text;
        *text += len;
        while (len > 0 && isspace((unsigned char)from[len - 1]))
            len--;
        if (len >= PIECE_MAX)
            len = PIECE_MAX - 1;
        memcpy(piece, from, len);
        piece[len] = '\0';
    }
    return len > 0;
}

json_t *timetable_read(const char *text, char *bad, size_t bad_size) {
    char piece[PIECE_MAX], kept[PIECE_MAX];
    json_t *list = json_array();

    while (cut_piece(&text, piece)) {
        memcpy(kept, piece, sizeof kept);
        if (take_piece(list, piece))
            continue;
        snprintf(bad, bad_size, "%s", kept);
        json_decref(list);
        return NULL;
    }
    return list;
}

bool timetable_is(const char *text) {
    char bad[PIECE_MAX];
    json_t *weekly = timetable_read(text, bad, sizeof bad), *span;
    bool good = json_array_size(weekly) > 0;
    size_t i;
    uint16_t minutes;

    json_array_foreach(weekly, i, span) {
        good = good && day_of(text_of(span, "day"), 3) >= 0 && clock_parse(text_of(span, "from"), &minutes) &&
               clock_parse(text_of(span, "to"), &minutes);
    }
    json_decref(weekly);
    return good;
}
