#include "tests/lib/unhex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned digit(char c) {
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c | 0x20) : NULL;
    if (!at) {
        fprintf(stderr, "unhex: '%c' is no hex digit\n", c);
        abort();
    }
    return (unsigned)(at - digits);
}

size_t unhex(uint8_t *ret, size_t max, const char *text) {
    size_t len = 0;
    while (*text) {
        if (*text == ' ') {
            text++;
            continue;
        }
        if (len == max)
            abort();
        unsigned high = digit(text[0]), low = digit(text[1]);
        ret[len++] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    return len;
}

uint64_t dice_throw(struct dice *d) {
    d->state ^= d->state >> 12;
    d->state ^= d->state << 25;
    d->state ^= d->state >> 27;
    return d->state * 0x2545F4914F6CDD1DULL;
}

uint64_t dice_below(struct dice *d, uint64_t limit) {
    return dice_throw(d) % limit;
}
