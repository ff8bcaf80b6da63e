/* A State that plays false with its own keys: it signs second histories, rival notes, and nonsense, and gives
 * each to whom it likes; and couriers, who bring packages without a link. */
#ifndef TESTS_SIM_VILLAIN_H
#define TESTS_SIM_VILLAIN_H

#include "tests/sim/member.h"

/* One thing that it does next; and how long until the one after, which some hurry with. */
void villain_acts(struct member *m);
uint64_t villain_pause(uint64_t most_ms);

/* Its custodians end what it has begun: an epoch upon one of its histories. */
void villain_repents(struct member *m);

/* Bring a package to a node, as an imported bundle does. */
void courier_brings(struct station *s, const struct package *package);

/* What one node holds of a log, brought to another. */
void courier_carries(struct station *from, struct station *to, const uint8_t log[static LOG_ID_LEN]);

/* A tree of an honest State with one entry more, under somebody else's signature, brought to a node. */
void courier_forges(struct station *s, struct member *m);

#endif
