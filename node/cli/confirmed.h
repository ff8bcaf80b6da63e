/* Whether the own head has been compared with what others hold (design 4), as publish and status ask it. */
#ifndef NODE_CLI_CONFIRMED_H
#define NODE_CLI_CONFIRMED_H

#include "node/cli/cli.h"

#define CONFIRMED_TEXT_MAX 500

/* Ask the node.  False: ret_reason says why not, unless the node could not be asked, which cli->status then
 * says.  *ret_restored: the marker of a restore stands. */
bool confirmed_ask(struct cli *cli, char *ret_reason, size_t max, bool *ret_restored);

/* The same from the answer to /api/v1/status. */
bool confirmed_of(const struct config *config, const json_t *status, char *ret_reason, size_t max,
                  bool *ret_restored);

#endif
