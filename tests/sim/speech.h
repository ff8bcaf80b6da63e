/* What a State says of another one's log. */
#ifndef TESTS_SIM_SPEECH_H
#define TESTS_SIM_SPEECH_H

#include "tests/sim/member.h"

/* Make the leaf of a word: mostly of what its own node holds of that log, now and then of what it does not;
 * false if there is nobody to speak of.  Views in it last as long as the members. */
bool speech_make(struct member *m, struct leaf *ret);

#endif
