/* Buffers that end at a page nobody may touch: one byte read too far is a crash, in every build. */
#ifndef TESTS_LIB_GUARD_H
#define TESTS_LIB_GUARD_H

#include <stddef.h>
#include <stdint.h>

struct guard {
    uint8_t *map;
    size_t map_len;
    uint8_t *end; /* first forbidden byte */
};

/* Make room for at most max bytes. */
void guard_open(struct guard *g, size_t max);

/* Copy len bytes so that they end at the guard page; valid until the next call. */
const uint8_t *guard_copy(struct guard *g, const void *from, size_t len);

void guard_close(struct guard *g);

#endif
