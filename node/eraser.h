/* The node's eraser: what is to be destroyed is destroyed when its time has come, and scrubbed out of the
 * database file (store/sweep.h, store/scrub.h).
 *
 * It does its work in small steps on the thread that writes, between other work, and may be stopped anywhere.
 * While nothing changes and nothing is due it does nothing. */
#ifndef NODE_ERASER_H
#define NODE_ERASER_H

#include "proto/retention.h"
#include "store/scrub.h"
#include "store/sweep.h"

/* Start with a policy, all else zeroed. */
struct eraser {
    struct retention_policy policy;
    enum { ERASER_REST, ERASER_SWEEP, ERASER_SCRUB } stage;
    struct sweep sweep;
    struct scrub scrub;
    uint64_t version;    /* of the store, when the last sweep began */
    uint64_t due_s;      /* when something comes due */
    uint64_t not_before; /* after a failure, or while a reader is waited for (s) */
    unsigned destroyed;  /* entries, in all */
};

/* Whether there is something to do. */
bool eraser_due(const struct eraser *eraser, struct store *store, uint64_t now_s);

/* Take one step, with no transaction open on this thread; *ret_more: take the next one when other work has
 * had its turn.  ERR_OK also while a reader is waited for.  On errors, it is tried again later; ERR_IO: the
 * store can no longer be written. */
enum err eraser_step(struct eraser *eraser, struct store *store, uint64_t now_s, bool *ret_more) MUST_CHECK;

/* Take steps until there is nothing to do, where no daemon does it: the errors above; ERR_BUSY: a reader does
 * not end. */
enum err eraser_run(const struct retention_policy *policy, struct store *store, uint64_t now_s,
                    unsigned *ret_destroyed) MUST_CHECK;

#endif
