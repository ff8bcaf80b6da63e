/* The people of a State: its officer, who publishes as the command does, and its custodians, who open epochs.
 */
#ifndef TESTS_SIM_DESK_H
#define TESTS_SIM_DESK_H

#include "tests/sim/member.h"

#define DESK_ENTRIES_MAX 80 /* of one batch */

/* Open the own log on the State's node, with its first entries and the observers that it accredits. */
void desk_found(struct member *m, const struct pubkey *observer, unsigned observers);

/* Pin a State on a node, as `trust add` does with its invitation. */
void desk_trust(struct station *s, const struct member *m);

/* Hold a State on a node, or no more; false if the node is down or its disk full. */
bool desk_hold(struct station *s, const struct member *m, bool hold);

/* Confirm a note of a State on a node, as `trust confirm` does: the last of the chain, or any that it keeps.
 */
bool desk_confirm(struct station *s, const struct member *m);

/* Whether a State is pinned on a node that is up. */
bool desk_pinned(struct station *s, const struct member *m);

/* Publish some entries, unless something stands against it; finish what was interrupted first.  With kill the
 * officer's program ends after that step, 1 to 5.  True if the officer was told that it is done. */
bool desk_publish(struct member *m, unsigned entries, unsigned kill);

/* The custodians open the next epoch, with what a peer holds as its anchor; a note that was signed and could
 * not be handed in is handed in first. */
bool desk_rotate(struct member *m);

/* At rest, of a State that has lost nothing: it can publish an entry, its officer having compared the head by
 * hand. */
void desk_stands(struct member *m);

/* The daily cosignature of the own head. */
bool desk_cosign(struct member *m); /* false: it has nothing to say yet */

/* The bytes that stand in each members' part, and in no public one. */
extern const uint8_t desk_canary[16];

#endif
