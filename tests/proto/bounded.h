/* A node that keeps only what proto/keep.h says: of the notes, two under each parent and those that are
 * named; two branches; of each note one fork, and a candidate on each branch.
 *
 * It sees messages one by one and forgets what it does not keep.  What it lacks it asks its peers for, who
 * have whatever has been sent to it so far: leaves, notes that are named, and where two trees part. */
#ifndef TESTS_PROTO_BOUNDED_H
#define TESTS_PROTO_BOUNDED_H

#include "tests/proto/belief.h"

struct bounded {
    const struct history *h;
    struct belief kept;
    struct history_trust trust;
    struct history_known peers;
    bool named[HISTORY_NOTES];
};

void bounded_init(struct bounded *n, const struct history *h, const struct history_trust *trust);

void bounded_take(struct bounded *n, const struct history_message *message);

/* Read the words anew, and ask for the notes that they and its trust name. */
void bounded_refresh(struct bounded *n);

/* Take the candidates and forks that another node keeps. */
void bounded_tell(struct bounded *n, const struct bounded *from);

/* Forget all that is not kept. */
void bounded_restart(struct bounded *n);

#endif
