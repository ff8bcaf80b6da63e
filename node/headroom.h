/* How much room is left on the disk of the data directory, and whether it is so little that nothing more is
 * taken from peers: what is left is for this node's own people (docs/decisions). */
#ifndef NODE_HEADROOM_H
#define NODE_HEADROOM_H

#include <stdbool.h>
#include <stdint.h>

struct headroom {
    const char *dir;
    uint64_t floor; /* 0: none */
    uint64_t left;  /* bytes, as last looked; UINT64_MAX: nobody can tell */
    bool low;
};

/* Look again.  True if low has changed: it begins below the floor, and ends an eighth above it. */
bool headroom_look(struct headroom *h);

/* The rule alone: whether so much is low, if it was low before or not. */
bool headroom_is_low(uint64_t left, uint64_t floor, bool before);

#endif
