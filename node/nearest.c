#include "node/nearest.h"

#include <string.h>

#define NEAREST_LEN 64

static unsigned min3(unsigned a, unsigned b, unsigned c) {
    unsigned ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Levenshtein's distance by two rows; longer names than the rows are never near. */
static unsigned distance(const char *a, const char *b) {
    size_t la = strlen(a), lb = strlen(b);
    unsigned row[NEAREST_LEN + 1];

    if (la > NEAREST_LEN || lb > NEAREST_LEN)
        return NEAREST_LEN;
    for (size_t j = 0; j <= lb; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= la; i++) {
        unsigned corner = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= lb; j++) {
            unsigned above = row[j];
            row[j] = min3(above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1]));
            corner = above;
        }
    }
    return row[lb];
}

void nearest_begin(struct nearest *n, const char *wanted) {
    *n = (struct nearest){wanted, NULL, NEAREST_LEN};
}

void nearest_try(struct nearest *n, const char *known) {
    unsigned d = distance(n->wanted, known);

    if (d < n->distance) {
        n->distance = d;
        n->best = known;
    }
}

const char *nearest_get(const struct nearest *n) {
    return n->best && n->distance <= 1 + strlen(n->wanted) / 3 ? n->best : NULL;
}
