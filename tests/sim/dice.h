/* Random numbers of a simulation: xoshiro256**, one stream for each purpose, so that a further draw for one
 * purpose does not shift the others. */
#ifndef TESTS_SIM_DICE_H
#define TESTS_SIM_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
    uint64_t s[4];
};

/* The same seed and purpose always give the same stream. */
void dice_seed(struct dice *d, uint64_t seed, const char *purpose);

uint64_t dice_next(struct dice *d);
uint64_t dice_below(struct dice *d, uint64_t n);                      /* 0 for n 0 */
uint64_t dice_between(struct dice *d, uint64_t least, uint64_t most); /* both included */
bool dice_chance(struct dice *d, unsigned per_mille);

#endif
