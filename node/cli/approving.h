/* The two-person rule: what one officer drafts, another approves.  It compares user ids on one machine, and
 * binds those who keep to it; it is no proof to anybody else. */
#ifndef NODE_CLI_APPROVING_H
#define NODE_CLI_APPROVING_H

#include "node/cli/cli.h"

/* The user who acts: who called sudo, else who runs the program. */
unsigned approving_user(void);

/* Whether a draft may be published: it may without the rule, or if another than its author has approved it.
 * False after saying why. */
bool approving_good(struct cli *cli, uint64_t seq, const json_t *draft);

/* A line on who drafted and who approved a change, where the rule holds. */
void approving_print(const json_t *change);

#endif
