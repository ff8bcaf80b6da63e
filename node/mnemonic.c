#include "node/mnemonic.h"

#include <assert.h>
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* ---- the check: a Reed-Solomon code over GF(256), polynomial 0x11d, roots 2^0 ... 2^3 ---- */

static uint8_t times(uint8_t a, uint8_t b) {
    uint8_t product = 0;

    for (; b; b >>= 1) {
        product ^= b & 1 ? a : 0;
        a = (uint8_t)(a << 1 ^ (a & 0x80 ? 0x1d : 0));
    }
    return product;
}

/* Remainder of data * x^4 divided by the code's polynomial: the check bytes. */
static void check_bytes(struct bytes data, uint8_t ret[static MNEMONIC_CHECK]) {
    static const uint8_t generator[MNEMONIC_CHECK] = {0x0f, 0x36, 0x78, 0x40}; /* below x^4, highest first */
    memset(ret, 0, MNEMONIC_CHECK);

    for (size_t i = 0; i < data.len; i++) {
        uint8_t lead = data.ptr[i] ^ ret[0];
        for (unsigned k = 0; k < MNEMONIC_CHECK; k++)
            ret[k] = (k + 1 < MNEMONIC_CHECK ? ret[k + 1] : 0) ^ times(lead, generator[k]);
    }
}

/* The code word's value at 2^0 ... 2^3: all zero if nothing is wrong. */
static bool syndromes(const uint8_t *symbol, size_t count, uint8_t ret[static MNEMONIC_CHECK]) {
    uint8_t root = 1, any = 0;

    for (unsigned k = 0; k < MNEMONIC_CHECK; k++, root = times(root, 2)) {
        ret[k] = 0;
        for (size_t i = 0; i < count; i++)
            ret[k] = times(ret[k], root) ^ symbol[i];
        any |= ret[k];
    }
    return any == 0;
}

/* The place, from 1, of the only symbol that is wrong; 0 if there are several.  A single error e at x^p gives
 * e, e*2^p, e*4^p, e*8^p. */
static unsigned locate(const uint8_t syndrome[static MNEMONIC_CHECK], size_t count) {
    uint8_t step = 1;

    for (size_t p = 0; p < count; p++, step = times(step, 2))
        if (syndrome[0] && times(syndrome[0], step) == syndrome[1] &&
            times(syndrome[1], step) == syndrome[2] && times(syndrome[2], step) == syndrome[3])
            return (unsigned)(count - p);
    return 0;
}

/* ---- writing ---- */

void mnemonic_put(struct bytes data, char row_end, char ret[static MNEMONIC_TEXT]) {
    uint8_t check[MNEMONIC_CHECK];
    size_t at = 0;

    assert(data.len && data.len <= MNEMONIC_DATA_MAX);
    check_bytes(data, check);
    for (size_t i = 0; i < data.len + MNEMONIC_CHECK; i++) {
        const char *word = lexicon_word(i % LEXICON_LISTS, i < data.len ? data.ptr[i] : check[i - data.len]);
        size_t len = strlen(word);
        if (i)
            ret[at++] = i % MNEMONIC_ROW ? ' ' : row_end;
        memcpy(ret + at, word, len);
        at += len;
    }
    ret[at] = 0;
    sodium_memzero(check, sizeof(check));
}

/* ---- reading ---- */

static bool word_next(struct bytes *text, struct bytes *ret) {
    while (text->len && !isalpha(*text->ptr))
        text->ptr++, text->len--;
    *ret = (struct bytes){text->ptr, 0};
    while (text->len && isalpha(*text->ptr))
        text->ptr++, text->len--, ret->len++;
    return ret->len > 0;
}

static enum err fault(struct mnemonic_fault *f, enum mnemonic_fault_kind kind, size_t place,
                      struct bytes word) {
    f->kind = kind;
    f->place = (unsigned)place;
    snprintf(f->word, sizeof(f->word), "%.*s",
             (int)(word.len > LEXICON_WORD_MAX ? LEXICON_WORD_MAX : word.len),
             word.len ? (const char *)word.ptr : "");
    return ERR_SCHEMA;
}

/* Every word becomes a symbol; the first that cannot is named. */
static enum err read_words(struct bytes text, uint8_t *symbol, size_t count, struct mnemonic_fault *f) {
    struct bytes word, none = {NULL, 0}, turned = none;
    size_t found = 0, turn = 0;

    for (; word_next(&text, &word); found++) {
        unsigned list;
        uint8_t byte;
        if (!lexicon_find(word, &list, &byte))
            return fault(f, MNEMONIC_UNKNOWN, found + 1, word);
        if (!turn && list != found % LEXICON_LISTS) {
            turn = found + 1;
            turned = word;
        }
        if (found < count)
            symbol[found] = byte;
    }
    return turn             ? fault(f, MNEMONIC_TURN, turn, turned)
           : found != count ? fault(f, MNEMONIC_COUNT, found, none)
                            : ERR_OK;
}

/* The word that stands at this place. */
static struct bytes word_at(struct bytes text, unsigned place) {
    struct bytes word = {NULL, 0};

    while (place-- && word_next(&text, &word))
        ;
    return word;
}

enum err mnemonic_get(struct bytes text, uint8_t *ret, size_t len, struct mnemonic_fault *ret_fault) {
    uint8_t symbol[MNEMONIC_WORDS_MAX] = {0}, syndrome[MNEMONIC_CHECK];
    size_t count = len + MNEMONIC_CHECK;

    assert(len && len <= MNEMONIC_DATA_MAX);
    *ret_fault = (struct mnemonic_fault){.wanted = (unsigned)count};
    enum err err = read_words(text, symbol, count, ret_fault);
    if (!err && !syndromes(symbol, count, syndrome)) {
        unsigned place = locate(syndrome, count);
        err = fault(ret_fault, place ? MNEMONIC_WRONG : MNEMONIC_CHECKED, place, word_at(text, place));
    }
    if (!err)
        memcpy(ret, symbol, len);
    sodium_memzero(symbol, sizeof(symbol));
    return err;
}

void mnemonic_complaint(const struct mnemonic_fault *f, char *ret, size_t max) {
    switch (f->kind) {
    case MNEMONIC_UNKNOWN:
        snprintf(ret, max, "word %u, “%s”, is none of the words that are used here", f->place, f->word);
        return;
    case MNEMONIC_TURN:
        snprintf(
            ret, max,
            "word %u, “%s”, cannot stand there: a word is missing, is there twice, or has changed places, "
            "there or shortly before",
            f->place, f->word);
        return;
    case MNEMONIC_COUNT:
        snprintf(ret, max, "there are %u words, and %u are wanted", f->place, f->wanted);
        return;
    case MNEMONIC_WRONG:
        snprintf(ret, max, "word %u, “%s”, does not fit the others: look at it again", f->place, f->word);
        return;
    case MNEMONIC_CHECKED:
        break;
    }
    snprintf(ret, max, "the words do not fit together: more than one of them is wrong");
}
