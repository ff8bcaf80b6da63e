/* What the file of a fork proves, said to people. */
#ifndef NODE_CLI_VERIFY_FORK_H
#define NODE_CLI_VERIFY_FORK_H

#include "node/cli/cli.h"

/* Judge the text of a fork file (node/forkfile.h) and say the verdict; returns the command's status. */
int verify_fork(struct cli *cli, const char *path, struct bytes text, const char *fingerprint);

#endif
