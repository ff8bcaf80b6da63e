/* The lists of .gov domains with their security contacts, as they are published: one technical contact for
 * each domain that names a mailbox. */
#ifndef NODE_DOTGOV_H
#define NODE_DOTGOV_H

#include "node/csvfile.h"
#include "node/record.h"

/* Whether a header is of such a list, word for word. */
bool dotgov_header(const struct csvrow *header);

/* The column whose cells tell rows apart. */
#define DOTGOV_KEY 0

/* The members of a record that it speaks for; ends with NULL. */
extern const char *const dotgov_members[];

/* A row's record, not checked; NULL after writing why. */
json_t *dotgov_record(const struct csvrow *row, const char *kind, struct record_error *ret);

#endif
