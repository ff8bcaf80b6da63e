/* A peer that speaks as it likes: what its node would say is falsified, replaced by what it said before, or
 * not said.  It can sign with no keys but its own. */
#ifndef TESTS_SIM_LIAR_H
#define TESTS_SIM_LIAR_H

#include "tests/sim/scene.h"

/* What it says in place of a frame (taken); NULL: nothing. */
struct frame *liar_speaks(struct station *s, struct frame *frame);
void liar_close(void);

#endif
