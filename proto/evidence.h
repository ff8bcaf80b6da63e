/* Located evidence of a fork (design 2.6): two trees of one log, both signed under one authority note, that
 * begin with the same f leaves and differ at index f.
 *
 * It proves itself to whoever has the note: nobody needs the leaves, or has to believe the one who brings it.
 * Two checkpoints alone prove nothing, of different sizes least of all; and a signed root of nothing is no
 * fork, since nobody can show a leaf in it.  As bytes it is
 *
 *     ["comity-evidence/v1", log id, hash of the note, f, root of the first f leaves,
 *      [node of the proof from the anchor to f...], side, side]
 *     side: [size, root, [[key, signature]...], [node of the proof from f to size...],
 *            hash of the leaf at f, [node of its inclusion...]]
 *
 * with the sides in ascending order of the hash of their leaf, and 1 or 2 signatures in ascending order of
 * their keys: a fork shown by the same two checkpoints has one spelling. */
#ifndef PROTO_EVIDENCE_H
#define PROTO_EVIDENCE_H

#include "proto/extension.h"

struct evidence_side {
    uint64_t size;
    struct digest root;
    unsigned signature_count;
    struct checkpoint_signature signature[EVIDENCE_SIGNATURES_MAX];
    struct proved proved; /* from f to size; the leaf at f */
};

struct evidence {
    uint8_t log[LOG_ID_LEN];
    struct digest note; /* hash of the authority note whose operator keys have signed */
    uint64_t f;
    struct digest root_f; /* of the first f leaves; the empty root for none */
    struct proof from_anchor;
    struct evidence_side side[2];
};

/* Write it into at most EVIDENCE_MAX bytes: ERR_FULL. */
enum err evidence_write(const struct evidence *e, uint8_t *buffer, size_t max, struct bytes *ret) MUST_CHECK;

/* Read what evidence_write writes; proves nothing.  The reader's errors, ERR_SCHEMA for another tag, count or
 * order, ERR_ALIKE. */
enum err evidence_read(struct bytes bytes, struct evidence *ret) MUST_CHECK;

/* Whether it shows a fork of this log under this note.  Signatures of keys that are no operator's of the note
 * do not count.
 *   ERR_ORIGIN     it is of another log
 *   ERR_EPOCH      it is of another note
 *   ERR_SCHEMA     sides, signatures or their order are not as written above
 *   ERR_ALIKE      both sides have the same leaf at f
 *   ERR_BOUNDS     f lies below the anchor, or a size beyond max
 *   ERR_RANGE      f does not lie in both trees
 *   ERR_UNSIGNED   no operator key of the note has signed a side
 *   ERR_SIGNATURE  one of them is said to, and has not
 *   ERR_ANCHOR     the f leaves do not begin with those of the anchor
 *   ERR_PROOF      a side does not begin with the f leaves, or its leaf does not stand at f */
enum err evidence_check(const struct evidence *e, const char *origin,
                        const struct authority *note) MUST_CHECK;

/* Begin a side: its checkpoint and, of the signatures given, those of the two lowest operator keys.  What it
 * proves is the caller's to add.  ERR_UNSIGNED, ERR_SIGNATURE. */
enum err evidence_side_begin(struct evidence_side *ret, const struct checkpoint *c,
                             const struct authority *note, const struct checkpoint_signature *signature,
                             unsigned count) MUST_CHECK;

/* Make evidence from the tree at hand, which holds more than f leaves, and the other side as PROVE gave it.
 * mine is begun; what it proves is made here.  The result has passed evidence_check: its errors. */
enum err evidence_make(struct evidence *ret, const char *origin, const struct authority *note, uint64_t f,
                       const struct extension *own, const struct evidence_side *mine,
                       const struct evidence_side *other) MUST_CHECK;

/* Answer PROVE about the side of this size and root, by one who holds the first f leaves alone: a and index
 * at most f.  ERR_NOT_FOUND if neither side is meant, ERR_RANGE. */
enum err evidence_prove(const struct evidence *e, uint64_t size, const struct digest *root, uint64_t a,
                        uint64_t index, merkle_lookup *lookup, void *context, struct proved *ret) MUST_CHECK;

#endif
