/* Publishing through the session: what init and publish share. */
#ifndef NODE_CLI_SUBMIT_H
#define NODE_CLI_SUBMIT_H

#include "node/cli/cli.h"
#include "node/cli/terminal.h"
#include "node/publisher.h"

struct submit {
    struct cli *cli;
    struct progress bar;
    bool said; /* why it failed has been printed */
    struct publisher publisher;
};

/* Prepare publishing for the node in dir; count entries will be handed in. */
void submit_init(struct submit *s, struct cli *cli, const char *dir, uint64_t count);

/* Ask the node for its own log.  False after saying why: return cli->status. */
bool submit_log(struct cli *cli, struct ownlog *ret);

/* Say what failed, unless it has been said: gives the status. */
int submit_failed(const struct submit *s, enum err err);

#endif
