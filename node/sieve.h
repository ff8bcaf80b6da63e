/* Which contacts of a shelf a question finds: a bit for each slot, and fewer with each thing that is asked.
 *
 * Nothing here locks: the catalog that holds the shelf is locked meanwhile. */
#ifndef NODE_SIEVE_H
#define NODE_SIEVE_H

#include "node/search.h"

/* A question made ready: its texts folded and taken apart. */
struct sieve_question {
    const struct search_want *want;
    char *folded, *language, *kind;
    unsigned word_count;
    const char *word[SEARCH_WORDS];
};

/* ERR_MEMORY; free it also then. */
enum err sieve_question(struct sieve_question *q, const struct search_want *want) MUST_CHECK;
void sieve_question_free(struct sieve_question *q);

struct sieve {
    const struct shelf *shelf;
    size_t words;
    uint64_t *left, *step; /* what may still be found, and what the step at hand has found of it */
};

/* False: out of memory; close it also then. */
bool sieve_open(struct sieve *s, const struct shelf *shelf) MUST_CHECK;
void sieve_close(struct sieve *s);

/* Pour the shelf through a question. */
bool sieve_run(struct sieve *s, const struct sieve_question *q) MUST_CHECK;

bool sieve_has(const struct sieve *s, uint32_t slot);
uint64_t sieve_count(const struct sieve *s);

#endif
