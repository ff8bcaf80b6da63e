/* The one read API (design 6.3): (path, query, view) -> status, type, bytes.
 *
 * The page and programs reach it over HTTP, the CLI over its link or, when no daemon runs, in its own
 * process.  It only reads; each call takes one read transaction of its own, so any thread may call it.
 *
 * The public view never opens a members' part: its answers are built from public parts alone. */
#ifndef NODE_API_H
#define NODE_API_H

#include <jansson.h>

#include "store/store.h"

enum api_view { API_PUBLIC, API_MEMBERS };

struct api; /* node/api.c */

/* What only a running daemon knows; called with the api's lock free, from any thread.  Returns a new object:
 * {"running": true, "confirmed": bool, "peers": [{"node": hex, "up": bool, "since": time, "name", "state",
 * "class", "reported": {origin: size}}], ...}.  The public view is told how many links are up, no more. */
typedef json_t *api_live(void *context);

struct api_options {
    struct store *store;
    const char *network;
    const char *origin;   /* the node's own log; "" for an observer */
    const char *name;     /* of an observer */
    const char *node_id;  /* hex */
    unsigned review_days; /* after which a contact is to be confirmed; 0: as the rules say */
    uint64_t log_quota;   /* bytes kept of one log; 0: no bound */
    api_live *live;       /* NULL when no daemon runs */
    void *live_context;
};

/* What an answer was made from: another one, and it may be another answer. */
struct api_mark {
    uint64_t version; /* of the store */
    unsigned generation;
};

struct api_reply {
    unsigned status;  /* as in HTTP: 200, 304, 400, 404, 500 */
    const char *type; /* content type */
    char *body;       /* malloc; free() it */
    size_t len;
    char etag[72];    /* quoted; "" if none */
    char file[64];    /* the name under which a browser should keep it; "" to show it */
    bool by_language; /* it would be another for a reader of another language */
    struct api_mark mark;
    uint64_t until_s; /* right until this time, as long as the mark is; 0: not to be kept */
    bool live;        /* and as long as what only the daemon knows is the same */
    unsigned wait_s;  /* nothing has changed, and the reader would wait so long for it */
};

enum err api_open(const struct api_options *options, struct api **ret) MUST_CHECK;
void api_close(struct api *api); /* takes NULL */

/* Answer a read.  path begins with "/" and is decoded; query is raw ("q=a%20b&state=FR") or "".
 *
 *   /api/v1/states                        "states": state, names, authority, contacts, origin, size, ...
 *   /api/v1/states/FR                     and its "nodes" and "observers"
 *   /api/v1/states/FR/entries?from=&since=&limit=
 *                                         "entries": index, time, kind, withdrawn; of a contact "contact" and
 *                                         what stood "before"; newest first
 *   /api/v1/contacts?q=&state=&kind=&language=&at=&limit=&after=&all=
 *                                         "contacts", "total", "next" or null
 *   /api/v1/contacts/FR/<hex id>?at=      the id, or its beginning (4 digits or more) if only one has it
 *   /api/v1/contacts/FR/<hex id>/history  "contacts", newest first, "more" if too long
 *   /api/v1/contacts/FR/<hex id>/receipt?at=&public=
 *                                         proto/receipt.h, as a file; public=1 leaves the members' part out
 *   /api/v1/logs, /api/v1/logs/<origin>   "logs": origin, code, state, size, root, epoch, flags, held, ...
 *   /api/v1/logs/<origin>/entries/<index> index, leaf, parts {class: salt || payload}, inclusion, size, root
 *   /api/v1/logs/<origin>/entries/<index>/receipt?public=
 *   /api/v1/logs/<origin>/notes           [{"text", "signatures": [{"key", "signature"}], "proof"}], by epoch
 *   /api/v1/logs/<origin>/parts?from=     "parts": index, class, part (salt || payload) or state; "next"
 *   /api/v1/summary                       "rows": counts by State and kind, without names
 *   /api/v1/network                       "logs", "nodes", "peers"
 *   /api/v1/status                        this node; "stamp" changes whenever anything else here may have
 *   /api/v1/changes?since=&wait=          "changes": logs whose heads have moved; "cursor", "stamp", "gap"
 *   /api/v1/drafts                        members' view only: "drafts": seq, action, id, record, ...
 *   /metrics                              Prometheus text, without any text of a person
 *   /log/<origin>/checkpoint, /log/<origin>/tile/..., as C2SP tlog-tiles
 *
 * Bytes are base64 of RFC 4648 section 4, ids and node keys hex, times RFC 3339, flags a list of words.  A
 * refusal is a problem (node/problem.h) with 400 or 404; a parameter that is not listed is refused. */
void api_get(struct api *api, enum api_view view, const char *path, const char *query, struct api_reply *ret);

/* The same as JSON in memory, for the page: NULL where the answer is not JSON; *ret_status as above. */
json_t *api_json(struct api *api, enum api_view view, const char *path, const char *query,
                 unsigned *ret_status);

/* Tell that something has changed which the store does not show (any thread). */
void api_changed(struct api *api);

/* The mark of an answer that would be made now. */
struct api_mark api_mark(const struct api *api);

#endif
