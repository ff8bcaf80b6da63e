/* How long parts are kept (design 2.4): when those that are erased, and those of versions that no longer
 * count, are to be destroyed by one node.
 *
 * Pure: what the node holds, when it first saw it, and its own policy go in, and a time by its own clock
 * comes out.  The view depends on none of it: what is erased is hidden at once.
 *
 * While it is in doubt what a log says, nothing of it is destroyed: a stolen operator key must not be able to
 * destroy a directory before the custodians act. */
#ifndef PROTO_RETENTION_H
#define PROTO_RETENTION_H

#include "proto/bytes.h"

#define RETENTION_NEVER UINT64_MAX

struct retention_policy {
    uint64_t erase_delay_s; /* from when an erasure was first seen here */
    uint64_t retention_s;   /* from when a version no longer counts; RETENTION_NEVER: they are kept */
};

/* A log as this node believes it. */
struct retention_log {
    bool doubtful;   /* disputed, contested, or on the way to an anchor: any flag of proto/view.h */
    uint64_t anchor; /* of the view's epoch: root keys have confirmed the leaves below */
};

/* When the parts that a leaf erases are to be destroyed: at once if it lies below an anchor. seen_s is when
 * this node first had the leaf in its view; RETENTION_NEVER: not noted yet. */
uint64_t retention_erased(const struct retention_policy *policy, const struct retention_log *log,
                          uint64_t leaf, uint64_t seen_s);

/* From when on a later version counts, whatever its author claims: not before it was seen. */
uint64_t retention_counts(uint64_t valid_from_s, uint64_t seen_s);

/* When the parts of a version are to be destroyed that has not counted since a time: the earliest
 * retention_counts() of the versions after it. */
uint64_t retention_superseded(const struct retention_policy *policy, const struct retention_log *log,
                              uint64_t since_s);

#endif
