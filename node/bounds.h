/* The bounds of a running node as people read them: how much, what happens beyond, and which number in
 * /metrics tells that it has happened.  `comity limits` prints them; the values are those of
 * proto/limits.h.
 *
 * Some also bound memory: all of these together are less than BOUNDS_BYTES_MAX, whatever peers and clients
 * do.  Beside that, a node takes memory for what it shows: some 2 KiB for each contact. */
#ifndef NODE_BOUNDS_H
#define NODE_BOUNDS_H

#include <stddef.h>
#include <stdint.h>

#define BOUNDS_BYTES_MAX (256u << 20)

struct bound {
    const char *name, *unit;
    uint64_t value;
    const char *beyond;  /* what happens then */
    const char *counter; /* in /metrics; NULL: there is none */
    uint64_t bytes;      /* memory that it bounds; 0: none, or another row has it */
};

extern const struct bound bounds[]; /* ends with a NULL name */

uint64_t bounds_bytes(void); /* of all */

#endif
