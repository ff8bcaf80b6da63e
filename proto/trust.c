#include "proto/trust.h"

#include <string.h>

/* Who may be heard on a State at all. */
static bool heard(const struct trust_word *word, const char *code) {
    return !word->hold && strcmp(word->from, code) != 0 && strcmp(word->code, code) == 0;
}

static uint32_t note_find(const struct view_note *note, uint32_t count, const struct trust_word *word) {
    for (uint32_t i = 0; i < count; i++)
        if (note[i].epoch == word->epoch && digest_eq(&note[i].hash, &word->note))
            return i;
    return VIEW_NONE;
}

/* Whether this State has been counted among the words before it: that they are one a State is the caller's
 * promise, and not relied on. */
static bool counted(const struct trust_word *word, uint32_t i, const char *code) {
    for (uint32_t before = 0; before < i; before++)
        if (heard(&word[before], code) && strcmp(word[before].from, word[i].from) == 0)
            return true;
    return false;
}

static bool supports(const struct view_note *note, uint32_t named, uint32_t ancestor) {
    while (named != VIEW_NONE && named > ancestor)
        named = note[named].parent;
    return named == ancestor;
}

void trust_endorse(struct view_note *note, uint32_t note_count, const char *code, unsigned k,
                   const struct trust_word *word, uint32_t word_count) {
    for (uint32_t i = 0; i < note_count; i++) {
        unsigned support = 0;
        for (uint32_t w = 0; w < word_count; w++) {
            uint32_t named = heard(&word[w], code) && !counted(word, w, code)
                                 ? note_find(note, note_count, &word[w])
                                 : VIEW_NONE;
            support += named != VIEW_NONE && supports(note, named, i);
        }
        note[i].endorsed = k > 0 && support >= k;
    }
}

static bool alike(const struct trust_word *a, const struct trust_word *b) {
    return a->epoch == b->epoch && digest_eq(&a->note, &b->note) &&
           memcmp(a->successor, b->successor, LOG_ID_LEN) == 0;
}

static unsigned named_by(const struct trust_word *word, uint32_t count, const char *code, uint32_t like) {
    unsigned states = 0;
    for (uint32_t i = 0; i < count; i++)
        states += heard(&word[i], code) && !counted(word, i, code) && alike(&word[i], &word[like]);
    return states;
}

/* A child of the note that was named as the last shows that the roots are not lost after all. */
static bool vetoed(const struct view_note *note, uint32_t count, const struct trust_word *word) {
    uint32_t last = note_find(note, count, word);
    for (uint32_t i = 0; i < count && last != VIEW_NONE; i++)
        if (note[i].parent == last)
            return true;
    return last == VIEW_NONE;
}

/* What is vetoed is no succession: a word from the days of an earlier note must not stand for ever in the way
 * of those that know the last. */
bool trust_succeed(const struct view_note *note, uint32_t note_count, const char *code, unsigned k,
                   const struct trust_word *word, uint32_t word_count, uint8_t ret[static LOG_ID_LEN]) {
    uint32_t chosen = VIEW_NONE;
    for (uint32_t i = 0; i < word_count; i++) {
        if (!heard(&word[i], code) || counted(word, i, code) || k == 0 ||
            named_by(word, word_count, code, i) < k || vetoed(note, note_count, &word[i]))
            continue;
        if (chosen != VIEW_NONE && memcmp(word[i].successor, word[chosen].successor, LOG_ID_LEN) != 0)
            return false;
        chosen = i;
    }
    if (chosen == VIEW_NONE)
        return false;
    memcpy(ret, word[chosen].successor, LOG_ID_LEN);
    return true;
}

uint32_t trust_follow(uint32_t start, const uint32_t *next, uint32_t count) {
    uint32_t at = start;
    for (uint32_t steps = 0; next[at] != VIEW_NONE; steps++) {
        if (steps == count) /* more steps than there are origins: a ring */
            return start;
        at = next[at];
    }
    return at;
}
