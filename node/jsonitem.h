/* The objects of a JSON text one by one, each with its line, so that one that cannot be read costs no other.
 *
 * They are the elements of an array; of the array "contacts" or "cards" of an object; or objects that follow
 * one another, a line each or not. */
#ifndef NODE_JSONITEM_H
#define NODE_JSONITEM_H

#include "proto/bytes.h"

struct jsonitem {
    const uint8_t *text;
    size_t len, at;
    size_t line;   /* of at */
    bool in_array; /* between [ and ] */
};

/* False if it is no JSON, or none of these: why says what. */
bool jsonitem_begin(struct jsonitem *j, struct bytes text, const char **why);

/* The next object as it stands, not checked; false at the end. */
bool jsonitem_next(struct jsonitem *j, struct bytes *ret, size_t *ret_line);

#endif
