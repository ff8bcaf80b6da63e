#include "tests/sim/dice.h"

static uint64_t splitmix(uint64_t *x) {
    uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void dice_seed(struct dice *d, uint64_t seed, const char *purpose) {
    uint64_t x = UINT64_C(0xcbf29ce484222325);
    for (; *purpose; purpose++)
        x = (x ^ (uint8_t)*purpose) * UINT64_C(0x100000001b3);
    x ^= seed * UINT64_C(0xd6e8feb86659fd93);
    for (unsigned i = 0; i < 4; i++)
        d->s[i] = splitmix(&x);
}

static uint64_t turned(uint64_t x, unsigned by) {
    return (x << by) | (x >> (64 - by));
}

uint64_t dice_next(struct dice *d) {
    uint64_t result = turned(d->s[1] * 5, 7) * 9, t = d->s[1] << 17;
    d->s[2] ^= d->s[0];
    d->s[3] ^= d->s[1];
    d->s[1] ^= d->s[2];
    d->s[0] ^= d->s[3];
    d->s[2] ^= t;
    d->s[3] = turned(d->s[3], 45);
    return result;
}

uint64_t dice_below(struct dice *d, uint64_t n) {
    return n ? dice_next(d) % n : 0;
}

uint64_t dice_between(struct dice *d, uint64_t least, uint64_t most) {
    return least + dice_below(d, most - least + 1);
}

bool dice_chance(struct dice *d, unsigned per_mille) {
    return dice_below(d, 1000) < per_mille;
}
