/* An observer that asks for what it may not have: members' parts, by their commitments, which stand in leaves
 * that it holds. */
#ifndef TESTS_SIM_CURIOUS_H
#define TESTS_SIM_CURIOUS_H

#include "tests/sim/station.h"

/* Each observer asks each State that it is linked to; the answers are looked at by watch_frame() and end
 * there. */
void curious_ask(void);

/* Whether a frame answers such a question. */
bool curious_asked(const struct frame *frame);

#endif
