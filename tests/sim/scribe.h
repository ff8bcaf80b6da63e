/* Somebody at the publishing node whose program is wrong, or who would rather not wait for custodians: asks
 * the signer for what does not go on from its ledger (design 4). */
#ifndef TESTS_SIM_SCRIBE_H
#define TESTS_SIM_SCRIBE_H

#include "tests/sim/member.h"

/* Ask once; whatever is signed, or written into the ledger, ends the simulation. */
void scribe_asks(struct member *m);

#endif
