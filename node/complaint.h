/* One check of one record: the way to the value at hand, and the first complaint about it.  What the files of
 * record_check share; nobody else includes it. */
#ifndef NODE_COMPLAINT_H
#define NODE_COMPLAINT_H

#include "node/record.h"

struct complaint {
    char path[96];
    struct record_error *error;
};

/* Refuse; gives false, so that `return complaint_refuse(...)` reads well. */
bool complaint_refuse(struct complaint *c, const char *rule);

/* Refuse with what was found, and what to do. */
bool complaint_found(struct complaint *c, const json_t *value, const char *rule, const char *remedy);

/* Refuse a value that is none of a list that ends with NULL. */
bool complaint_value(struct complaint *c, const json_t *value, const char *const *values);

/* Step into a member, or an item if name is NULL: the length to come back to, if what was there is good. */
size_t complaint_enter(struct complaint *c, const char *name, size_t index);
bool complaint_leave(struct complaint *c, size_t len, bool good);

/* Whether a text follows the form of its field; length and type are seen already. */
bool complaint_form(struct complaint *c, const struct field *f, const json_t *value);

/* Whether this is a language tag of BCP 47 of a language that there is. */
bool complaint_tag(struct complaint *c, const json_t *value);

#endif
