/* What else may happen to a quiet federation, and what it may cost: a State is put on hold at one node and
 * taken back; all States publish in the same moment. */
#ifndef TESTS_SIM_CALM_MANY_H
#define TESTS_SIM_CALM_MANY_H

#include "tests/sim/scene.h"

/* All is at rest before, and after. */
void calm_hold(void);
void calm_all_at_once(void);

#endif
