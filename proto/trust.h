/* Trust without a centre (design 5.2, 5.3): what the word of pinned States closes, admits and replaces.
 *
 * Only pinned States that are not on hold are heard, each code once, and never about a State of their own
 * code.  Their words are read in their base views, and of each the latest on an origin counts; the caller
 * sees to both.  Nothing is transitive: who is only endorsed is not heard. */
#ifndef PROTO_TRUST_H
#define PROTO_TRUST_H

#include "proto/limits.h"
#include "proto/view.h"

/* One pinned State's latest word on an origin: "this note is that State's" (endorse/v1), or "after this note,
 * that origin is replaced by another" (succeed/v1). */
struct trust_word {
    char from[CODE_LEN + 1]; /* the pinned State */
    bool hold;               /* it is on hold here */
    char code[CODE_LEN + 1]; /* the State that the word is about */
    uint64_t epoch;          /* of the note */
    struct digest note;
    uint8_t successor[LOG_ID_LEN]; /* of succeed/v1 */
};

/* Mark the notes of an origin of State code that at least k States endorse: a word supports the note that it
 * names, if that is held, and the notes before it.  k 0 marks none. */
void trust_endorse(struct view_note *note, uint32_t note_count, const char *code, unsigned k,
                   const struct trust_word *word, uint32_t word_count);

/* The successor that at least k States name alike, in origin, State and last note, for an origin whose notes
 * are given; false if there is none, or two.  Words whose last note is not held do not count, nor those whose
 * last note has a child: that is the State's veto. */
bool trust_succeed(const struct view_note *note, uint32_t note_count, const char *code, unsigned k,
                   const struct trust_word *word, uint32_t word_count, uint8_t ret[static LOG_ID_LEN]);

/* Follow successors from start, step by step: next[i] is the place of the one that replaces i, or VIEW_NONE.
 * If they lead into a ring, start stays. */
uint32_t trust_follow(uint32_t start, const uint32_t *next, uint32_t count);

#endif
