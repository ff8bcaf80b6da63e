/* What a node keeps of a log: a bounded part of all that is ever sent, of which the view is the same (design
 * 2.6, 3.1).
 *
 * Of the notes, two under each parent and those that its trust names; of the trees, two branches; of the
 * forks of each epoch, the one with the smallest f. */
#ifndef PROTO_KEEP_H
#define PROTO_KEEP_H

#include "proto/view.h"

#define KEEP_CHILDREN 8 /* of one note, with those that trust names */

/* Whether a valid note under this parent is to be kept, given those that are.  named: a pin, a confirm, an
 * endorsement or a succession names it, or a note that descends from it; or it follows the note that a
 * succession names as the last, for then it is a veto. */
bool keep_note(const struct view_facts *kept, uint32_t parent, bool named);

enum keep {
    KEEP_TAKE,   /* it is news: it takes the place of the one that is kept */
    KEEP_DROP,   /* it tells nothing new */
    KEEP_LOCATE, /* it differs from what is held here at an index not yet known: find it (locate.h) */
    KEEP_FETCH   /* the leaves before it are not held yet */
};

/* What to do with the verified evidence of a fork.  KEEP_LOCATE also if the leaves before it are held, but on
 * another branch than those of the fork that is kept: the smaller fork lies where the two branches part. */
enum keep keep_fork(const struct view_facts *kept, const struct view_fork *fork);

/* What to do with a signed checkpoint of a note: KEEP_TAKE if its leaves are held and it is larger than the
 * candidates that are kept of them, KEEP_DROP if it is no more than a prefix of what is held or out of its
 * epoch's bounds, KEEP_LOCATE, or KEEP_FETCH.
 *
 * After KEEP_LOCATE: leaves that were signed for the note itself make a fork.  If it parts from leaves that
 * only another note has signed, it is none, and its leaves belong on the second branch. */
enum keep keep_candidate(const struct view_facts *kept, const struct view_candidate *candidate);

#endif
