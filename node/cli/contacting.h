/* Contacts as people name them: FR/0123456789ab, or the id alone for the own State. */
#ifndef NODE_CLI_CONTACTING_H
#define NODE_CLI_CONTACTING_H

#include "node/cli/cli.h"

#define CONTACTING_PATH_MAX 96

/* The API's path of a contact; false after saying why: return cli->status. */
bool contacting_path(struct cli *cli, const char *name, char ret[static CONTACTING_PATH_MAX]);

/* Ask for it, as of a time or NULL; NULL after saying why (none, or several that begin so). */
json_t *contacting_get(struct cli *cli, const char *path, const char *at);

#endif
