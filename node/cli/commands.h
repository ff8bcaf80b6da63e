/* The functions behind the table of commands in main.c: one file of its own for each, or for a family. */
#ifndef NODE_CLI_COMMANDS_H
#define NODE_CLI_COMMANDS_H

#include "node/cli/cli.h"

#endif
