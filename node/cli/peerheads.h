/* What the ceremonies ask the node: its chain of authority notes, and how much of the own log other nodes
 * hold. */
#ifndef NODE_CLI_PEERHEADS_H
#define NODE_CLI_PEERHEADS_H

#include "node/cli/cli.h"
#include "node/proposal.h"

struct peerheads {
    bool configured; /* this node has peers */
    bool running;    /* and a daemon that can ask them */
    uint64_t size;   /* the most that one of them reports to hold, of the history that is held here */
};

/* Ask how far States' nodes hold the own log, of which size entries are held here.  False after saying why.
 */
bool peerheads_ask(struct cli *cli, uint64_t size, struct peerheads *ret);

/* Ask for the chain of a log; ret is zeroed by the caller, and freed even after a failure.  False after
 * saying why. */
bool peerheads_chain(struct cli *cli, const char *origin, struct proposal *ret);

#endif
