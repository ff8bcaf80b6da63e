/* Files of lines of which one that begins with a space goes on with the one before: vCard, LDIF. */
#ifndef NODE_FOLDED_H
#define NODE_FOLDED_H

#include "proto/bytes.h"

/* What is left to read. */
struct folded {
    const uint8_t *at, *end;
    size_t line; /* the number of the next one */
};

/* The next line without its end: LF, CRLF, CR, and CR CR LF of who converts line ends twice.  False at the
 * end. */
bool folded_next(struct folded *f, struct bytes *ret);

/* Does the next line begin with one of these characters? */
bool folded_begins(const struct folded *f, const char *characters);

/* A line being put together: malloc'd, with a NUL behind it; what is beyond max is cut off. */
struct folded_text {
    size_t max;
    char *text;
    size_t len, room;
    bool cut;
};

/* False: out of memory. */
bool folded_add(struct folded_text *to, struct bytes piece) MUST_CHECK;

#endif
