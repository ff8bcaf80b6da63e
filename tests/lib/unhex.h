/* Bytes from hex digits as people write them in tables: spaces are passed over.  Not proto's reader of hex,
 * so that tests do not lean on what they test. */
#ifndef TESTS_LIB_UNHEX_H
#define TESTS_LIB_UNHEX_H

#include <stddef.h>
#include <stdint.h>

/* Give the length; a digit that is none, half a byte, or more than max bytes ends the test program. */
size_t unhex(uint8_t *ret, size_t max, const char *text);

/* A small generator (xorshift64*), so that a failure can be repeated from its seed. */
struct dice {
    uint64_t state;
};
uint64_t dice_throw(struct dice *d);
uint64_t dice_below(struct dice *d, uint64_t limit);

#endif
