/* Evidence of a fork that never was: of an honest log, made by a peer that has no key of its State. */
#ifndef TESTS_SIM_PERJURY_H
#define TESTS_SIM_PERJURY_H

#include "proto/package.h"
#include "tests/sim/scene.h"

/* Of the head that the package brings: one of its leaves is said to be another.  False: the liar does not
 * hold it. */
bool perjury_make(struct station *s, const struct package *p, uint8_t *buffer, size_t max, struct bytes *ret);

#endif
