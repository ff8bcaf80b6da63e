/* The options of contact add and edit: what an officer says of a record on the command line. */
#ifndef NODE_CLI_EDITING_H
#define NODE_CLI_EDITING_H

#include "node/cli/cli.h"
#include "node/record.h"

#define EDITING_OPTIONS_MAX 32

struct editing {
    struct cli *cli;
    const char *file; /* of --file; NULL */
    bool announced;   /* begin with the announced version; only where a contact is edited */
    struct cli_texts given[EDITING_OPTIONS_MAX];
};

/* Read the options, and so many arguments: as cli_options(). */
int editing_read(struct editing *e, int argc, char **argv, int count);

/* Whether nothing was said at all, and an editor may ask. */
bool editing_asks(const struct editing *e);

/* Change a record as the options say; false after saying why. */
bool editing_apply(struct editing *e, json_t *record);

#endif
