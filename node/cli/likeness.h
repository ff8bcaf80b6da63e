/* A warning to authors: organisations and names that look like those of other contacts and are written with
 * other letters, and words that mix scripts.  It refuses nothing. */
#ifndef NODE_CLI_LIKENESS_H
#define NODE_CLI_LIKENESS_H

#include "node/cli/cli.h"

struct likeness;

/* Compare with these contacts (id -> record), the own State's; NULL without ICU's tables, which is no error.
 */
struct likeness *likeness_new(const json_t *contacts);
void likeness_free(struct likeness *l); /* takes NULL */

/* Warn about what a record says, on standard error; it is one of the contacts from then on.  Takes NULL. */
void likeness_warn(struct likeness *l, const struct cli *cli, const json_t *record);

#endif
