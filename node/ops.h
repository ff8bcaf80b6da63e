/* What changes a store: one table of operations by name, for the officer's CLI alone.
 *
 * The daemon calls them on its writer thread for requests from its control socket; a CLI without a daemon
 * calls them in its own process.  Bodies are JSON unless said otherwise.  A refusal is {"error": text,
 * "code": err_name} with a status of the kinds below.
 *
 *   draft-add    {"drafts": [...]}              -> {"added"}
 *   draft-drop   {"seqs": [...], "strict": bool}, {"all": true} or {"drafts": [{"seq", "sum"}]} ->
 * {"dropped"} draft-list   {"after": seq}                 -> {"drafts": [{"seq", "text"}], "more"}, in order
 *   draft-approve {"drafts": [{"seq", "sum"}], "approver": user id} -> {"approved"}
 *   log-open     message FETCH answer: the note of epoch 0 of the own State, no entries (init) -> {"origin"}
 *   submit       message FETCH answer: the next package of the own log -> {"size", "held", "complete"}
 *   log-state    {}                             -> what node/ownlog.h reads, "epoch", "max"
 *   log-root     {"size", "from"}               -> {"root"} of the own log's first leaves; "proof" from there
 *   log-confirm  {}                             -> {}: the own head was compared after a restore
 *   invite       {"node", "name", "addresses"}  -> {"invitation": base64, "fingerprint"}
 *   trust-add    invitation (bytes)             -> {"origin", "state", "node", "new"} and both fingerprints
 *   trust-remove {"origin"}, trust-hold {"origin", "hold"}, trust-list {} -> {"states"}
 *   backup-begin {"path": of a new file}         -> {}; backup-state {} -> {"running", "bytes"}
 *   doctor-log   {"origin", "from"}              -> {"faults": [{"where", "what"}], "next"}, page by page
 *   doctor-rest  {}                             -> {"faults"}: drafts and roster
 *   peer-add     {"node", "address", "name"}, peer-remove {"node"}, peer-list {} -> {"peers"}
 *
 * A draft is {"action": "put", "id", "record"}, {"action": "withdraw", "id"} or
 * {"action": "accredit", "node", "name"}, with "author" (user id) and "made" (time). */
#ifndef NODE_OPS_H
#define NODE_OPS_H

#include "store/store.h"

struct copier;

struct ops {
    struct store *store;
    struct copier *copier;
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
