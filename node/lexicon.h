/* The words in which bytes are read to another person, or written on paper.
 *
 * A word for each byte, in two lists that take turns: words of one syllable at even places, longer ones at
 * odd places, so that a word left out, said twice or swapped with its neighbour is heard.  All differ in
 * their first four letters and none begins with another; no two of a list differ in a single sound or letter.
 * The lists are part of the form of sheets that lie in safes: they never change. */
#ifndef NODE_LEXICON_H
#define NODE_LEXICON_H

#include "proto/bytes.h"

#define LEXICON_LISTS 2
#define LEXICON_WORDS 256
#define LEXICON_PREFIX 4 /* letters that are enough */
#define LEXICON_WORD_MAX 9

const char *lexicon_word(unsigned list, uint8_t byte);

/* Find what was typed, in small or large letters, whole or its first four letters. */
bool lexicon_find(struct bytes typed, unsigned *ret_list, uint8_t *ret_byte);

#endif
