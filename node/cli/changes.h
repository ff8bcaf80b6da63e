/* What drafts would change, and what versions have changed, field by field in plain words. */
#ifndef NODE_CLI_CHANGES_H
#define NODE_CLI_CHANGES_H

#include "node/cli/drafting.h"

struct changes_count {
    size_t new, changed, withdrawn, accredited, none;
};

/* {"state", "id", "action", "kind", "organisation", "fields"} of wanting a contact to be a record, or to end
 * (NULL). */
json_t *changes_of(struct drafting *d, const char *id, const json_t *record);

/* Print one, indented under a line that says which contact it is, and count it. */
void changes_print(const json_t *change, struct changes_count *count);

/* Print fields as record_changes() gives them. */
void changes_print_fields(const json_t *fields);

/* "2 new, 1 changed, 0 withdrawn", without a line's end. */
void changes_print_count(const struct changes_count *count);

#endif
