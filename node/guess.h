/* What an unknown column probably means: by its name in some languages, and by what stands in it. */
#ifndef NODE_GUESS_H
#define NODE_GUESS_H

#include <stdbool.h>
#include <stddef.h>

/* What was seen in a column. */
struct guess_seen {
    size_t filled, emails, phones, links; /* cells that are not empty, and what they look like */
};
void guess_see(struct guess_seen *seen, const char *cell);

/* A column of docs/records.md, or NULL if nothing is known of it. */
const char *guess_field(const char *header, const struct guess_seen *seen);

/* Whether a name is that of a number or code which tells rows apart. */
bool guess_is_key(const char *header);

/* Whether the numbers in a column of this name are of fax machines. */
bool guess_is_fax(const char *header);

#endif
