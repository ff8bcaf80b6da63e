/* What drafts would change, and what versions have changed, field by field in plain words. */
#ifndef NODE_CLI_AMENDMENT_H
#define NODE_CLI_AMENDMENT_H

#include "node/cli/drafting.h"

struct amendment_count {
    size_t new, changed, withdrawn, erased, accredited, words, none;
};

/* {"state", "id", "action", "kind", "organisation", "fields"} of wanting a contact to be a record, or to end
 * (NULL). */
json_t *amendment_of(struct drafting *d, const char *id, const json_t *record);

/* Print one, indented under a line that says which contact it is, and count it. */
void amendment_print(const json_t *change, struct amendment_count *count);

/* Print fields as record_changes() gives them. */
void amendment_print_fields(const json_t *fields);

/* "2 new, 1 changed, 0 withdrawn", without a line's end. */
void amendment_print_count(const struct amendment_count *count);

#endif
