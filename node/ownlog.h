/* The own log as its signer has to know it: the last authority note of the chain, where its epoch begins, and
 * where the log stands. */
#ifndef NODE_OWNLOG_H
#define NODE_OWNLOG_H

#include <jansson.h>

#include "proto/authority.h"
#include "proto/merkle.h"
#include "proto/view.h"

struct ownlog {
    char origin[ORIGIN_MAX + 1];
    struct authority authority; /* the last note of the chain */
    bool anchored;              /* the leaves of its anchor are held here, and have its root */
    struct frontier anchor;     /* then the right edge of the tree at the anchor */
    unsigned flags;             /* VIEW_* */
    uint64_t size;              /* of the head */
    struct digest root;
    uint64_t held; /* more than size if a batch is half handed in */
};

/* Read the answer of the operation log-state (node/ops.h).  ERR_SCHEMA, and authority_parse's. */
enum err ownlog_parse(const json_t *answer, struct ownlog *ret) MUST_CHECK;

/* Whether nothing is signed yet in the last epoch, as far as is held here. */
bool ownlog_at_anchor(const struct ownlog *log);

#endif
