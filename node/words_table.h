/* The catalogues of node/words, compiled into the program by node/words/compile.py. */
#ifndef NODE_WORDS_TABLE_H
#define NODE_WORDS_TABLE_H

#include "node/words.h"

/* NULL where a language does without a form. */
extern const char *const words_table[LANGUAGES][WORDS][PLURALS];

struct words_state {
    const char *code;   /* "FR" */
    const char *region; /* "europe"; "-" for one that is listed only if it takes part */
    const char *name[LANGUAGES];
};

/* By code; ends with a NULL code. */
extern const struct words_state words_states[];

struct words_tongue {
    const char *tag; /* "sw" */
    const char *name[LANGUAGES];
};

/* By tag; ends with a NULL tag. */
extern const struct words_tongue words_tongues[];

#endif
