/* What an anchor takes away, entry by entry, in words for the custodians. */
#ifndef NODE_CLI_LOSSES_H
#define NODE_CLI_LOSSES_H

#include "node/cli/cli.h"
#include "node/proposal.h"

/* Describe the entries from the anchor to a size of the view, as many as a proposal lists.  False after
 * saying why.
 */
bool losses_ask(struct cli *cli, const char *origin, uint64_t anchor, uint64_t size,
                struct proposal *proposal);

#endif
