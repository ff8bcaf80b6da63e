/* A record as it leaves this program in a file: what other States signed may hold characters that turn the
 * direction of writing or cannot be seen, and they are spelled out as everywhere else (node/text.h). */
#ifndef NODE_SHOWN_H
#define NODE_SHOWN_H

#include <jansson.h>

/* A copy; the caller's.  What an author may write stays as it is. */
json_t *shown_record(const json_t *record);

#endif
