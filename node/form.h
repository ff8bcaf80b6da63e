/* Contacts as a text that people edit: a line "column = text" for each thing that is said, under a line
 * "[name]" for each contact where there are several.
 *
 *   # a comment
 *   organisation:fr = Centre d'exemple
 *   email = desk@example.org
 *   hours_weekly = mon-fri 09:00-17:00
 *
 * The columns are those of node/column.h.  Nothing after "=" says nothing. */
#ifndef NODE_FORM_H
#define NODE_FORM_H

#include <jansson.h>
#include <stdio.h>

#include "node/record.h"

#define FORM_MAX 8388608 /* bytes of a file */
#define FORM_LINE_MAX 8192
#define FORM_SECTIONS_MAX 20000

struct form_error {
    unsigned line; /* 0: of none */
    char text[400];
};

/* Write what a record says, in the order of its fields; with a guide also what it could say, as comments. */
void form_write(FILE *to, const json_t *record, bool guide);

/* Read sections: an array of {"name", "line", "record", "lines": {member: line}}; what stands before the
 * first "[name]" is of the name "".  Forms are not checked here.  NULL after saying why. */
json_t *form_read(struct bytes text, struct form_error *ret);

/* The line of a section to which a refusal of record_check() belongs; that of the section if none does. */
unsigned form_line(const json_t *section, const struct record_error *why);

#endif
