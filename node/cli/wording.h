/* Values of a record in words, for tables, cards and differences. */
#ifndef NODE_CLI_WORDING_H
#define NODE_CLI_WORDING_H

#include <jansson.h>

/* One line that says a value: "Centre (fr), Centre (en)"; malloc'd, never NULL.  Other people's text is in
 * it as it stands: print it with terminal_put(). */
char *wording_value(const json_t *value);

/* The same of a field of that name: hours as people write them. */
char *wording_field(const char *field, const json_t *value);

/* The text of names in one language: the wanted one, else the first; "" if there is none.  Borrowed. */
const char *wording_name(const json_t *names, const char *tag);

/* The main member of a list's first item; "". Borrowed. */
const char *wording_first(const json_t *list, const char *member);

/* "FR/0123456789ab": as much of an id as people compare; the command takes it back. */
void wording_id(const json_t *contact, char *to, size_t size);

#endif
