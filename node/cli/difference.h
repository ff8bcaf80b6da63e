/* A changed field in words, for people who do not read code. */
#ifndef NODE_CLI_DIFFERENCE_H
#define NODE_CLI_DIFFERENCE_H

#include <jansson.h>
#include <stdio.h>

/* What people call a field: "phone numbers" for phones. */
const char *difference_name(const char *field);

/* Print a change as record_changes() gives it, indented, in lines of its own: of lists what came and what
 * went, of texts in several languages the one that changed. */
void difference_print(FILE *to, const json_t *change);

#endif
