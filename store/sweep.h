/* Destroying the parts that nobody is to have any more: those of erased entries after the node's delay, and
 * those of versions that no longer count after its retention period (proto/retention.h).
 *
 * A sweep goes through the logs in small steps, each in a transaction of its own, and may be given up and
 * begun again at any point.  A log in which nothing has changed since it was swept, and nothing has come due,
 * is passed over.  What is destroyed leaves a mark in its place, so that it is neither asked for nor taken
 * again; its bytes lie in freed pages until these are scrubbed (store/scrub.h). */
#ifndef STORE_SWEEP_H
#define STORE_SWEEP_H

#include "proto/retention.h"
#include "store/erased.h"

#define SWEEP_ROWS 4096 /* that one step looks at */
#define SWEEP_PARTS 256 /* entries whose parts one step destroys */

/* Where a sweep is; start zeroed. */
struct sweep {
    uint8_t log[LOG_ID_LEN]; /* that is being swept, or was the last */
    bool inside;             /* in the midst of it */
    bool erasures_done;      /* then its versions are walked, if it is time */
    bool walks;
    uint64_t walked_s, former_s; /* when they were walked, and when the next of them comes due */
    uint64_t size, flags; /* of the log when its turn came: what has come since makes it be swept again */
    struct digest note;
    struct erased erased;
    uint8_t key[LOG_ID_LEN + 1 + CONTACT_ID_LEN + 8]; /* of the directory's row last seen */
    size_t key_len;
    uint64_t since_s;         /* from when on a version after the present one counts */
    uint64_t waiting, next_s; /* of this log: entries erased and not destroyed, and what comes due next */
    uint64_t due_s;           /* when something comes due next, in all */
    unsigned destroyed;       /* entries, in all */
};

/* Take one step.  False: the sweep has ended, and nothing is due before sweep->due_s unless the store
 * changes.
 */
bool sweep_step(struct txn *t, const struct retention_policy *policy, uint64_t now_s, struct sweep *sweep);

/* What the last sweep of a log has found: entries that are erased and wait for their destruction, and when
 * the next of its parts come due (RETENTION_NEVER: none). */
void sweep_waiting(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t *ret_waiting,
                   uint64_t *ret_due_s);

#endif
