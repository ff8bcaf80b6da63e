/* Which operator key signs: only one that the newest authority note names (design 2.2). */
#ifndef NODE_CLI_SIGNING_H
#define NODE_CLI_SIGNING_H

#include "node/cli/cli.h"
#include "node/ownlog.h"

/* Unlock the key of a file, or, if path is NULL, the one of the data directory that the note names:
 * operator.key before others.  A key that was dismissed is refused before its passphrase is asked for.
 * ret_secret is guarded memory.  False after saying why: return cli->status. */
bool signing_unlock(struct cli *cli, const struct ownlog *log, const char *path,
                    uint8_t ret_secret[static KEY_SECRET_LEN]);

#endif
