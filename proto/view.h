/* The view (design 3): which part of a log every node believes, from signed bytes alone.
 *
 * One pure function.  This slice knows logs of epoch 0 without a fork; the flags and f are there for what
 * follows. */
#ifndef PROTO_VIEW_H
#define PROTO_VIEW_H

#include "proto/authority.h"

#define VIEW_DISPUTED 1u
#define VIEW_CONTESTED 2u
#define VIEW_INCOMPLETE 4u

/* A checkpoint signed by an operator key of the epoch, whose entries are held and verified. */
struct view_candidate {
    uint64_t epoch, size;
    struct digest root;
};

struct view {
    uint64_t epoch, size;
    struct digest root;
    unsigned flags;
    uint64_t f; /* first index at which histories differ; with VIEW_DISPUTED */
};

/* The largest candidate within anchor and max of the chain's last epoch; the anchor itself if there is none.
 */
struct view view_of(const struct authority *last, const struct view_candidate *candidate, unsigned count);

#endif
