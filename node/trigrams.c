#include "node/trigrams.h"

#include <stdlib.h>
#include <string.h>

#define BLOCKS_FIRST 8
#define BITS (TRIGRAMS_WORDS * 64)

/* Fibonacci hashing; whoever makes threes meet only makes his own words slow to find. */
static uint16_t bit_of(const uint8_t three[static 3]) {
    uint32_t value = (uint32_t)three[0] << 16 | (uint32_t)three[1] << 8 | three[2];
    return (uint16_t)(value * 2654435769u >> 21) % BITS;
}

bool trigrams_add(struct trigrams *trigrams, uint32_t number, struct bytes token) {
    uint32_t block = number / TRIGRAMS_BLOCK;

    if (block >= trigrams->room) {
        uint32_t room = trigrams->room == 0 ? BLOCKS_FIRST : 2 * trigrams->room;
        uint64_t(*larger)[TRIGRAMS_WORDS] = reallocarray(trigrams->block, room, sizeof *larger);
        if (larger == NULL)
            return false;
        memset(&larger[trigrams->room], 0, (room - trigrams->room) * sizeof *larger);
        trigrams->block = larger;
        trigrams->room = room;
    }
    for (size_t i = 0; i + 3 <= token.len; i++) {
        uint16_t bit = bit_of(token.ptr + i);
        trigrams->block[block][bit / 64] |= UINT64_C(1) << bit % 64;
    }
    return true;
}

void trigrams_word(struct bytes word, struct trigrams_word *ret) {
    ret->count = 0;
    for (size_t i = 0; i + 3 <= word.len && ret->count < TRIGRAMS_ASKED; i++)
        ret->bit[ret->count++] = bit_of(word.ptr + i);
}

bool trigrams_may(const struct trigrams *trigrams, uint32_t block, const struct trigrams_word *word) {
    const uint64_t *bits = trigrams->block[block];

    for (unsigned i = 0; i < word->count; i++)
        if ((bits[word->bit[i] / 64] >> word->bit[i] % 64 & 1) == 0)
            return false;
    return true;
}

void trigrams_clear(struct trigrams *trigrams) {
    free(trigrams->block);
    *trigrams = (struct trigrams){.room = 0};
}
