/* Logs by the names that people give them: the code of a State, or an origin, or how that begins. */
#ifndef NODE_CLI_LOGNAME_H
#define NODE_CLI_LOGNAME_H

#include "node/cli/cli.h"

/* Ask the node for the log that is meant, as /api/v1/logs shows it; a new reference.  NULL after saying why:
 * return cli->status. */
json_t *logname_find(struct cli *cli, const char *name);

#endif
