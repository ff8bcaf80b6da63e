/* A node without bounds: whatever has reached it are the facts. */
#ifndef TESTS_PROTO_WHOLE_H
#define TESTS_PROTO_WHOLE_H

#include "tests/proto/belief.h"

void whole_compute(struct belief *b, const struct history *h, const struct history_known *known,
                   const struct history_trust *trust);

#endif
