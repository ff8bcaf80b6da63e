/* Packages that are changed and then signed with the right keys: what a State's own officer could send. */
#ifndef TESTS_FUZZ_FORGE_H
#define TESTS_FUZZ_FORGE_H

#include "proto/evidence.h"
#include "proto/message.h"
#include "tests/fuzz/fuzz.h"
#include "tests/store/author.h"

#define FORGE_ENTRIES 48

struct forge {
    const struct author *author;
    struct package head; /* evidence points into bytes below */
    unsigned notes;
    struct package_note note[AUTHOR_EPOCHS];
    unsigned entries;
    struct entry entry[FORGE_ENTRIES];
    struct proof proof;
    uint8_t evidence[EVIDENCE_MAX];
};

/* A good package of the author's: leaves [from, to) under the tree of target leaves, signed. */
void forge_begin(struct forge *f, struct author *a, uint64_t from, uint64_t to, uint64_t target);

/* Change one thing of it; other gives what is good elsewhere. */
void forge_change(struct forge *f, struct supply *s, struct author *other);

/* Sign what it now says is its target: with the operator's key of this author. */
void forge_sign(struct forge *f, const struct author *signer);

/* Write it as a frame, in which supply may change bytes, and read that as a peer would: false if it is
 * refused there.  The message lives until the next call. */
bool forge_message(const struct forge *f, struct supply *s, struct message *ret);

/* The same as the bytes of the frame, whether a peer would take them or not; false if it cannot be written.
 */
bool forge_frame(const struct forge *f, struct supply *s, struct bytes *ret);

/* The State's note of the epoch after the author's, changed by supply, signed by its custodians; it becomes
 * the author's own. */
void forge_note(struct author *a, struct supply *s);

/* Evidence that two histories part, changed by supply and signed again; the package carries it. */
void forge_evidence(struct forge *f, struct supply *s, struct author *a, struct author *b);

/* Any proof that the author's tree gives, or one near it. */
void forge_proved(struct supply *s, struct author *a, struct proved *ret);

#endif
