/* Nodes that this one has learned of from the logs: a State's node/v1 leaf names its node's key, and its part
 * where it can be reached (design 6).  They are dialled beside those that people have given, as long as these
 * are few. */
#ifndef NODE_LEARNED_H
#define NODE_LEARNED_H

#include "proto/key.h"
#include "proto/limits.h"
#include "store/store.h"

struct learned {
    struct pubkey node;
    char address[256]; /* tcp://host:port */
    uint8_t rank[8];   /* another one for each pair of nodes, so that all nodes together choose evenly */
};

/* The first LEARNED_MAX by rank of those whose logs are followed, but own.  Returns how many; errors stick in
 * t. */
unsigned learned_load(struct txn *t, const struct pubkey *own, struct learned ret[static LEARNED_MAX]);

#endif
