/* A package: consecutive leaves of one log with their parts and the proof that leads to a signed checkpoint.
 *
 * It is what publishing hands in, what FETCH answers, and what a bundle holds: one shape, for the one gate.
 */
#ifndef PROTO_PACKAGE_H
#define PROTO_PACKAGE_H

#include "proto/authority.h"
#include "proto/checkpoint.h"
#include "proto/merkle.h"
#include "proto/part.h"
#include "proto/reader.h"
#include "proto/writer.h"

struct package_note {
    struct bytes text;
    unsigned count;
    struct authority_signature signature[ROOT_KEYS_MAX * 2];
    struct proof proof; /* consistency from the anchor before to this note's; empty for epoch 0 */
};

struct package {
    uint8_t log[LOG_ID_LEN];
    uint64_t epoch;
    struct bytes notes; /* array of notes, see package_note_next */
    uint32_t note_count;
    uint64_t size; /* of the signed target; 0: no checkpoint is given */
    struct digest root;
    unsigned signature_count;
    struct checkpoint_signature signature[SIGNATURES_MAX];
    unsigned cosignature_count;
    struct checkpoint_signature cosignature[COSIGNATURES_MAX];
    struct bytes evidence; /* of a fork of this epoch; empty: none */
    uint64_t from;         /* index of the first entry */
    uint32_t entry_count;
    struct bytes entries; /* array items [leaf, part 0, part 1], see package_entry_next */
    struct proof proof;   /* consistency from from + entry_count to size */
    bool more;            /* the target is not reached by this package */
};

struct entry {
    struct bytes leaf;
    struct part part[PART_CLASSES];
};

/* Write: head, then each entry, then tail.  ERR_FULL sticks in the writer.
 * The entries' count must be known at the head: package_begin reserves its place and package_end fills it in.
 */
struct package_writer {
    struct writer w;
    size_t count_at;
    uint32_t count;
};
/* buffer NULL: go on in pw->w, which message_begin_package() has begun. */
void package_begin(struct package_writer *pw, uint8_t *buffer, size_t max, const struct package *head,
                   const struct package_note *note, uint32_t note_count);
void package_entry(struct package_writer *pw, const struct entry *entry);
enum err package_end(struct package_writer *pw, const struct proof *proof, bool more,
                     struct bytes *ret) MUST_CHECK;

/* One note as a value: [text, [[key, signature], ...], [proof node, ...]]. */
void package_note_write(struct writer *w, const struct package_note *note);

/* One part as a value: nil, bin, or the number of its state. */
void part_write(struct writer *w, const struct part *part);
void part_read(struct reader *r, struct part *ret);

/* A proof as a value: an array of its nodes. */
void proof_write(struct writer *w, const struct proof *proof);
void proof_read(struct reader *r, struct proof *ret);

/* Signatures of a checkpoint as a value: [[key, signature], ...], or with the time of each between them. */
void signatures_write(struct writer *w, const struct checkpoint_signature *s, unsigned count, bool timed);
unsigned signatures_read(struct reader *r, struct checkpoint_signature *ret, unsigned max, bool timed);

/* Bytes that an entry takes in a package, at most. */
size_t package_entry_size(const struct entry *entry);

/* Read the body of a package (already canonical by reader_check); views point into it.  ERR_MESSAGE and the
 * reader's. */
enum err package_read(struct reader *r, struct package *ret) MUST_CHECK;

/* How many signatures it brings, that is, how many there may be to verify. */
unsigned package_signatures(const struct package *package);

/* Walk the entries or notes: begin with the package's view; false at the end or on an error, which then
 * sticks in r. */
bool package_entry_next(struct reader *r, struct entry *ret);
bool package_note_next(struct reader *r, struct package_note *ret);

#endif
