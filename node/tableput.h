/* Contacts as a table for spreadsheets: the columns of docs/records.md, as many as these contacts need. */
#ifndef NODE_TABLEPUT_H
#define NODE_TABLEPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Write contacts as the API gives them, with a byte order mark, so that spreadsheets take it for UTF-8.  Read
 * again, it gives the same records.  False: more columns than a table may have. */
bool tableput_csv(FILE *to, const json_t *contacts, char delimiter);

#endif
