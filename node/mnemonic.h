/* Bytes as words: fingerprints that two people read to each other, and keys on paper.
 *
 * Four check words follow (a Reed-Solomon code over the bytes): up to four wrong words are noticed, and a
 * single one is named.  Nothing is ever mended in silence. */
#ifndef NODE_MNEMONIC_H
#define NODE_MNEMONIC_H

#include "node/lexicon.h"

#define MNEMONIC_CHECK 4
#define MNEMONIC_DATA_MAX 32
#define MNEMONIC_WORDS_MAX (MNEMONIC_DATA_MAX + MNEMONIC_CHECK)
#define MNEMONIC_ROW 6                                              /* words of a printed row */
#define MNEMONIC_TEXT (MNEMONIC_WORDS_MAX * (LEXICON_WORD_MAX + 1)) /* a buffer that takes any */

/* Write the words of at most MNEMONIC_DATA_MAX bytes, with a separator between rows and blanks between words.
 * ret: MNEMONIC_TEXT bytes, wiped by the caller if they are of a secret. */
void mnemonic_put(struct bytes data, char row_end, char ret[static MNEMONIC_TEXT]);

enum mnemonic_fault_kind {
    MNEMONIC_UNKNOWN, /* the word at this place is in no list */
    MNEMONIC_TURN,    /* it is of the other list: left out, twice, or swapped, here or just before */
    MNEMONIC_COUNT,   /* too few or too many words: place is how many */
    MNEMONIC_WRONG,   /* the one word at this place is wrong */
    MNEMONIC_CHECKED  /* several are */
};

struct mnemonic_fault {
    enum mnemonic_fault_kind kind;
    unsigned place;                  /* from 1 */
    unsigned wanted;                 /* words */
    char word[LEXICON_WORD_MAX + 1]; /* as it was typed, cut */
};

/* Read len bytes from typed words; whatever is no letter stands between words.  ERR_SCHEMA: what is wrong
 * stands in *ret_fault. */
enum err mnemonic_get(struct bytes text, uint8_t *ret, size_t len,
                      struct mnemonic_fault *ret_fault) MUST_CHECK;

/* Say it in a sentence for the person who typed. */
void mnemonic_complaint(const struct mnemonic_fault *fault, char *ret, size_t max);

#endif
