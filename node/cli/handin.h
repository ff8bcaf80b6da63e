/* Drafts on their way to the node: written once, sent many at a time, and the earlier ones that they replace
 * taken back only when they stand, so that a crash between loses none. */
#ifndef NODE_CLI_HANDIN_H
#define NODE_CLI_HANDIN_H

#include "node/cli/cli.h"

struct handin {
    char *text; /* of the call, up to the last draft */
    size_t len, room;
    size_t waiting; /* drafts in it */
    json_t *drop;   /* numbers of drafts to take back */
    uint64_t added; /* by the node, so far */
};

void handin_init(struct handin *h);
void handin_free(struct handin *h);

/* Add a draft (not taken), sending those before it when the call is full; take one back.  False after saying
 * why. */
bool handin_add(struct handin *h, struct cli *cli, const json_t *draft);
void handin_drop(struct handin *h, const json_t *seqs);

/* Send all that waits; or forget it. */
bool handin_send(struct handin *h, struct cli *cli);
void handin_forget(struct handin *h);

#endif
