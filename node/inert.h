/* JSON that does no harm wherever it is pasted: what would end a script element or turn the text of a
 * terminal or a page is written as an escape. */
#ifndef NODE_INERT_H
#define NODE_INERT_H

#include <jansson.h>

/* One compact document with a final newline, and a NUL behind it; malloc'd, NULL without memory. */
char *inert_dump(const json_t *json, size_t *ret_len);

#endif
