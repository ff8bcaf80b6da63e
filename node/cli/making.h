/* A batch in the making: the drafts of the node as entries, for publish. */
#ifndef NODE_CLI_MAKING_H
#define NODE_CLI_MAKING_H

#include "node/cli/cli.h"
#include "node/ownlog.h"
#include "node/pending.h"

struct making {
    struct pending pending;
    uint32_t room;
    uint8_t **piece; /* the bytes of each entry */
    unsigned notes, put, withdrawn, erased, accredited, words;
    size_t bytes;   /* of the entries */
    bool primaries; /* some of them say that they are the first of their kind */
    bool left;      /* there are more drafts than one run takes */
};

/* Make entries of the drafts, as many as one batch takes; before them, where the log stands at the anchor of
 * a later epoch, the authority/v1 entry that names its note: a duty of authors (design 2.2).  Start zeroed.
 * False after saying why: return cli->status. */
bool making_gather(struct cli *cli, const struct ownlog *log, struct making *ret);
void making_free(struct making *m);

#endif
