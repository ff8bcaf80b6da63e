/* Which tokens can have a word inside at all: for each block of tokens, which three bytes stand together in
 * it.
 *
 * Threes are hashed to bits, so a block may be looked through in vain; none that has the word is passed over.
 */
#ifndef NODE_TRIGRAMS_H
#define NODE_TRIGRAMS_H

#include "proto/bytes.h"

#define TRIGRAMS_BLOCK 32 /* tokens of a block: these make some 300 threes */
#define TRIGRAMS_WORDS 32 /* 2048 bits a block, of which then one in seven is set */
#define TRIGRAMS_ASKED 64 /* of a word; what is longer is looked for by its beginning */

struct trigrams {
    uint64_t (*block)[TRIGRAMS_WORDS];
    uint32_t room;
};

/* Enter a token by its number; numbers ascend from 0.  False: out of memory. */
bool trigrams_add(struct trigrams *trigrams, uint32_t number, struct bytes token) MUST_CHECK;

/* A word made ready to be asked for. */
struct trigrams_word {
    unsigned count;
    uint16_t bit[TRIGRAMS_ASKED];
};

void trigrams_word(struct bytes word, struct trigrams_word *ret);

/* May a token of this block have the word inside?  Always, if the word is shorter than three bytes. */
bool trigrams_may(const struct trigrams *trigrams, uint32_t block, const struct trigrams_word *word);

void trigrams_clear(struct trigrams *trigrams);

#endif
