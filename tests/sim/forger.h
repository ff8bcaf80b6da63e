/* Thieves of custodians' keys, of some or of all: notes of an honest State's next epoch that each break one
 * rule of authority (design 2.2), brought to a node by courier. */
#ifndef TESTS_SIM_FORGER_H
#define TESTS_SIM_FORGER_H

#include "tests/sim/member.h"

void forger_brings(struct station *s, struct member *m);

#endif
