/* What changes a store: one table of operations by name, for the officer's CLI alone.
 *
 * The daemon calls them on its writer thread for requests from its control socket; a CLI without a daemon
 * calls them in its own process.  Bodies are JSON unless said otherwise.  A refusal is {"error": text,
 * "code": err_name} with a status of the kinds below.
 *
 *   draft-add    {"drafts": [...]}              -> {"added": n}
 *   draft-drop   {"seqs": [...]} or {"all": true} -> {"dropped": n}
 *   log-open     message FETCH answer with the note of epoch 0 of this node's own State, and no entries
 * (init) submit       message FETCH answer: the next package of the own log, to the gate -> {"size",
 * "complete"} trust-add    invitation (binary, node/invitation.h) -> {"origin", "code", "fingerprint", "new":
 * bool} trust-remove {"origin"} · trust-hold {"origin", "hold"} peer-add     {"node": hex, "address", "name"}
 * · peer-remove {"node"} */
#ifndef NODE_OPS_H
#define NODE_OPS_H

#include "store/store.h"

struct ops {
    struct store *store;
    const char *network;
    const char *origin; /* own; "" for an observer */
    uint64_t (*now_s)(void);
    bool changed_log, changed_trust; /* set by an operation: the daemon tells replication and links */
};

enum ops_status { OPS_DONE = 0, OPS_REFUSED = 1, OPS_UNKNOWN = 2, OPS_ERROR = 3 };

struct ops_reply {
    enum ops_status status;
    char *body; /* malloc; free() it */
    size_t len;
};

void ops_call(struct ops *ops, const char *name, struct bytes body, struct ops_reply *ret);

#endif
