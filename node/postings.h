/* The words that are searched: each token once, with the slots whose text has it.
 *
 * A token is what stands between spaces and newlines.  A word is looked for inside every token, so that it is
 * found in scripts that do not part words; the answer is exact.  Not for several threads while it changes. */
#ifndef NODE_POSTINGS_H
#define NODE_POSTINGS_H

#include "node/trigrams.h"

/* Words of a set of slots: bit slot % 64 of word slot / 64. */
#define POSTINGS_BITS(slots) (((size_t)(slots) + 63) / 64)

struct postings_list {
    uint32_t count, room;
    uint32_t *slot;
};

struct postings {
    char *text; /* the tokens, a line each, and a NUL */
    size_t len, room;
    size_t unused; /* bytes of tokens that no slot has any more */
    uint32_t count, token_room;
    uint32_t *offset; /* of each token, ascending */
    struct trigrams trigrams;
    struct postings_list *posting;
    uint32_t *bucket; /* token + 1 by hash; 0 is free */
    size_t bucket_count;
};

/* Enter every token of a text for a slot, or take them out again; start with a zeroed struct.  False: out
 * of memory, some tokens may be missing. */
bool postings_add(struct postings *postings, uint32_t slot, const char *text) MUST_CHECK;
void postings_remove(struct postings *postings, uint32_t slot, const char *text);

/* The number of a token, which is made if it is new. */
bool postings_token(struct postings *postings, struct bytes token, uint32_t *ret) MUST_CHECK;

/* Set the bits of the slots that have a token with this word inside, or just this token. */
void postings_find(const struct postings *postings, const char *word, uint64_t *bits);
void postings_exact(const struct postings *postings, const char *token, uint64_t *bits);

/* Release all, and leave it as new. */
void postings_clear(struct postings *postings);

#endif
