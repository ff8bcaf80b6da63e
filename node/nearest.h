/* The nearest known name to one that is not known: for refusals that say what was probably meant. */
#ifndef NODE_NEAREST_H
#define NODE_NEAREST_H

#include <stdbool.h>

struct nearest {
    const char *wanted, *best;
    unsigned distance;
};

void nearest_begin(struct nearest *n, const char *wanted);

/* Offer a known name, which outlives n. */
void nearest_try(struct nearest *n, const char *known);

/* The best name, or NULL if none is near enough to be what was meant. */
const char *nearest_get(const struct nearest *n);

#endif
