/* What the own State says of others, in plain words. */
#ifndef NODE_CLI_SPEAKING_H
#define NODE_CLI_SPEAKING_H

#include <jansson.h>
#include <stdbool.h>

/* Print a draft in which the State endorses, names a successor or takes one of these back; false if it is
 * another kind of draft. */
bool speaking_print(const json_t *draft);

#endif
