/* One contact of a kind is a State's first at any time: which ones say that they are, from when until when,
 * as published, announced and drafted. */
#ifndef NODE_CLI_PRIMACY_H
#define NODE_CLI_PRIMACY_H

#include "node/cli/drafting.h"

/* What is to become of a contact in this run (NULL: it ends), before it is drafted: where many are, each is
 * compared with what all the others are to be. */
void primacy_intend(struct drafting *d, const char *id, const json_t *record);

/* Whether a record says that it is the first while another one is; then ret says which, and what to do. */
bool primacy_clash(struct drafting *d, const char *id, const json_t *record, struct record_error *ret);

#endif
