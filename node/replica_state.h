/* What replication's glue remembers; private to replica*.c. */
#ifndef NODE_REPLICA_STATE_H
#define NODE_REPLICA_STATE_H

#include "node/gleaner.h"
#include "node/replica.h"
#include "node/seeker.h"

struct replica {
    struct sync *sync;
    struct replica_io io;
    struct store *store;
    bool partial_observers;
    uint64_t quota;
    unsigned room; /* logs that sync has room for */
    bool up[SYNC_PEERS];
    enum link_class class[SYNC_PEERS];
    struct survey survey;
    struct seeker seeker;
    struct gleaner gleaner;
};

/* An event that brings no message, and all that follows from it. */
void replica_step(struct replica *r, struct sync_event *event);

/* A machine with room for the logs that there are, and as many again, in place of the one there is.  On an
 * error that one stays. */
enum err replica_make(struct replica *r) MUST_CHECK;

#endif
