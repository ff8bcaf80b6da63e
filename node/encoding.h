/* Bytes of a file from elsewhere, brought to UTF-8 without a byte order mark. */
#ifndef NODE_ENCODING_H
#define NODE_ENCODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENCODING_WHY_MAX 400

/* Replace *data (malloc'd, with a NUL behind it).  name is one of iconv, or NULL: UTF-16 is told by its mark
 * or its look, anything else must be UTF-8.  With the name UTF-8, bytes that are not stay for the reader to
 * refuse in their place.  False after writing why: the place, and how another encoding would read it. */
bool encoding_to_utf8(uint8_t **data, size_t *len, const char *name, char why[static ENCODING_WHY_MAX]);

/* The first byte from at on that is no UTF-8 or a control character other than tab and line ends; len if
 * there is none. */
size_t encoding_foreign(const uint8_t *data, size_t len, size_t at);

#endif
