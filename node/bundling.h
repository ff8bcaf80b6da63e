/* Making a bundle: a node's logs, asked of it package by package as a peer would ask, and written as they
 * come.
 *
 * The node may work meanwhile.  A log that grows is given as far as it goes when its last package is asked
 * for; one that is found to be forked meanwhile, with the evidence. */
#ifndef NODE_BUNDLING_H
#define NODE_BUNDLING_H

#include "node/bundlefile.h"
#include "node/ops.h"

/* As session_call(): a daemon, or a store in this process. */
typedef enum err bundling_call(void *context, const char *name, struct bytes body, struct ops_reply *ret);

struct bundling {
    bundling_call *call;
    void *context;
    bool members; /* give members' parts too */
    struct bundle_writer writer;
    void (*progress)(void *context, uint64_t entries); /* NULL: nobody looks */
    uint64_t entries;                                  /* written so far */
    char complaint[500];                               /* of the node, after ERR_DENIED */
};

struct bundling_log {
    struct bundle_log log;
    char state[CODE_LEN + 1];
    bool pinned;
    bool left_out;    /* the caller's to set */
    uint64_t entries; /* written */
};

/* All logs that the node carries: pinned States first, so that what they say of others is read before it is
 * needed.  malloc'd.  ERR_DENIED, ERR_MEMORY, of the call. */
enum err bundling_list(struct bundling *b, struct bundling_log **ret, size_t *ret_count) MUST_CHECK;

/* Write one log: its notes, its entries, evidence of a fork and both variants.  ERR_DENIED, ERR_NOT_FOUND (it
 * is carried no more), of the call and of writing. */
enum err bundling_put(struct bundling *b, struct bundling_log *log) MUST_CHECK;

#endif
