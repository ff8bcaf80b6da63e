/* A mapping to begin with for a table: every column with what it probably means and what stands in it, as a
 * text to edit. */
#ifndef NODE_SUGGESTION_H
#define NODE_SUGGESTION_H

#include "node/import.h"

/* Print it; false after writing why. */
bool suggestion_print(FILE *to, const struct import_options *options, struct csverror *ret);

#endif
