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
 *   erase-plan   {"contact": id}                -> {"former", "standing": entries with something to erase,
 * "current": something stands or is announced, "end_drafted"} erase-check {"draft", "seq"} -> {}: it may be
 * published
 *   erase-run    {}                             -> {"running": a daemon does it, "destroyed": entries}
 *   erasures-ask {"state": code}                -> {"running"}: a daemon is asking its peers what they hold
 *   log-open     message FETCH answer: the note of epoch 0 of the own State, no entries (init) -> {"origin"}
 *   submit       message FETCH answer: the next package of the own log -> {"size", "held", "complete"}
 *   log-state    {}                             -> what node/ownlog.h reads, "epoch", "max"
 *   log-root     {"size", "from"}               -> {"root"} of the own log's first leaves; "proof" from there
 *   log-confirm  {}                             -> {}: the own head was compared after a restore
 *   invite       {"node", "name", "addresses"}  -> {"invitation": base64, "fingerprint", "note"}
 *   trust-add    invitation (bytes)             -> {"origin", "state", "node", "new", "epoch", "note"} and
 * both fingerprints; a new pin is of the first note trust-remove {"origin"}, trust-hold {"origin", "hold"},
 * trust-list {} -> {"states", "endorsed"} trust-notes  {"origin", "note"?: hex}       -> {"size", "notes":
 * [{"epoch", "note", "prev", "standing", "by", fingerprints}]}: closed (by pin or endorsements), open,
 * contested or void; and "texts" of the first note, of the one before the named and of the named
 * trust-confirm {"origin", "note": hex} ->
 * {"epoch", "note", "moved"}: pins a note that is held backup-begin {"path": of a new file}         -> {};
 * backup-state {} -> {"running", "bytes"} doctor-log   {"origin", "from"}              -> {"faults":
 * [{"where", "what"}], "next"}, page by page doctor-rest  {}                             -> {"faults"}:
 * drafts and roster peer-add     {"node", "address", "name"}, peer-remove {"node"}, peer-list {} -> {"peers"}
 *   bundle-logs  {"after"?: log id} -> {"logs": [{"id", "origin", "state", "epoch", "size", "root",
 * "pinned"}], "more"}: what is carried bundle-fetch, bundle-public  message FETCH -> bytes: the answer, with
 * members' parts or without bundle-log   value of an L record -> {"standing": "followed", "left" (on hold, or
 * trusted no more) or "unknown"; "own", "epoch", "size", "held", "wanted", "flags"} bundle-take  P records ->
 * {"records": [{"code", "error"?, "at", "differs"?: first entry that is held with another leaf, "parts":
 * lacking ones that came, "wrong": parts left out, "wrong_at"?: entry of the first, and where the log stands,
 * as above}]} bundle-fork  log id, f, answer to PROVE ->
 * {"records": [one]}: the fork is kept as evidence bundle-own   {"maker", "made", "size", "root"} ->
 * {"marked", "cleared", "reason"}: the marker of a restore
 *
 * A draft is {"action": "put", "id", "record"}, {"action": "withdraw", "id"} or
 * {"action": "accredit", "node", "name"}, with "author" (user id) and "made" (time); or one in which the
 * State speaks of another: {"action": "endorse", "origin"}, {"action": "succeed", "origin", "successor"}, to
 * which draft-add gives "state", "epoch" and "note", or {"action": "unsay", "of": "endorse" or "succeed",
 * "origin"}; or {"action": "erase", "contact", "entries": [index...]}. */
#ifndef NODE_OPS_H
#define NODE_OPS_H

#include "proto/retention.h"
#include "store/store.h"

struct copier;

struct ops {
    struct store *store;
    struct copier *copier;
    const char *network;
    const char *origin; /* own; "" for an observer */
    uint64_t (*now_s)(void);
    struct retention_policy retention;
    uint64_t log_quota; /* of what peers give; 0: none */
    bool erases;        /* a daemon does, by itself: erase-run has nothing to do */
    bool survey;        /* set by the last operation: peers are to be asked about survey_log */
    uint8_t survey_log[LOG_ID_LEN];
    bool changed_log, changed_trust; /* by the last operation: the daemon tells replication and links */
};

enum ops_status { OPS_DONE = 0, OPS_REFUSED = 1, OPS_UNKNOWN = 2, OPS_ERROR = 3 };

struct ops_reply {
    enum ops_status status;
    char *body; /* malloc; free() it */
    size_t len;
};

void ops_call(struct ops *ops, const char *name, struct bytes body, struct ops_reply *ret);

#endif
