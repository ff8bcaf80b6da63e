/* A quiet federation in which one State publishes one entry: how fast, and at what cost, has everybody got
 * it?
 */
#ifndef TESTS_SIM_CALM_H
#define TESTS_SIM_CALM_H

#include "tests/sim/scene.h"

/* What an update cost: bytes of leaves and parts, and of all else, over all links; nodes that have it in the
 * end, but the first; the most milliseconds that it took, and the most links that it went over. */
struct calm {
    uint64_t entry_bytes, pulled_bytes, other_bytes, packages, took_ms;
    unsigned nodes, hops;
};

/* Let all come to rest, publish, and see that it is everywhere in the time that the links need (design,
 * promise 9).  False if no State may publish. */
bool calm_update(struct calm *ret);

#endif
