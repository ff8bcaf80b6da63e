/* Hours of a week on one line, as people write them: "mon-fri 09:00-12:00, mon-fri 13:00-17:00, sat
 * 22:00-06:00". */
#ifndef NODE_TIMETABLE_H
#define NODE_TIMETABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* The text of hours.weekly: days that follow each other with the same times are drawn together.  malloc'd. */
char *timetable_text(const json_t *weekly);

/* hours.weekly of a text; NULL after copying the piece that is to blame to bad. Day and times are words, for
 * the record's check to judge. */
json_t *timetable_read(const char *text, char *bad, size_t bad_size);

/* Whether a text is one, every piece of it with days and times that there are. */
bool timetable_is(const char *text);

#endif
