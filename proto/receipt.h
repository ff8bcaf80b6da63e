/* Receipts (design 2.5): one entry of a log, proven by one text file.
 *
 * The file is a C2SP tlog-proof, which any verifier of such proofs reads as one: index, inclusion proof,
 * signed checkpoint.  Its "extra" line is base64 of canonical msgpack with what a verifier needs beside them:
 *
 *   {1: leaf, 2: [public part, members part], 3: [note...], 4: [node...], 5: [[key, origin or nil]...]}
 *
 *   2  as in packages: nil: the leaf commits to none; bin: salt || payload; 2 withheld; 3 gone
 *   3  the authority notes from epoch 0 to that of the checkpoint, as in packages
 *   4  the consistency proof from the last note's anchor to the checkpoint; empty where either is nothing new
 *   5  the witness keys of the checkpoint's cosignatures, each with the log of the State that it is said to
 * be of
 *
 * Nothing of it is believed: hashes and signatures decide.  What no file can prove is whose a log is: that is
 * the fingerprint, to be compared over another channel. */
#ifndef PROTO_RECEIPT_H
#define PROTO_RECEIPT_H

#include "proto/chain.h"
#include "proto/leaf.h"
#include "proto/note.h"
#include "proto/package.h"

struct receipt_witness {
    struct pubkey key;
    struct bytes origin; /* said, not proven; empty: not said */
};

struct receipt {
    uint64_t index;
    struct proof inclusion;
    struct bytes checkpoint; /* the whole signed note */
    struct entry entry;
    uint32_t note_count;
    struct bytes notes; /* encoded one behind the other, see package_note_write and package_note_next */
    struct proof anchor;
    unsigned witness_count;
    struct receipt_witness witness[COSIGNATURES_MAX];
};

/* Write the file; extra is room of RECEIPT_EXTRA_MAX for its second line.  ERR_FULL. */
enum err receipt_write(const struct receipt *receipt, uint8_t *extra, char *to, size_t max,
                       size_t *ret_len) MUST_CHECK;

/* What a refusal is about. */
enum receipt_place {
    RECEIPT_FILE,       /* its lines */
    RECEIPT_EXTRA,      /* its second line */
    RECEIPT_LEAF,       /* the entry */
    RECEIPT_CHECKPOINT, /* the form of the checkpoint */
    RECEIPT_NOTE,       /* an authority note */
    RECEIPT_SIGNATURE,  /* of the checkpoint, by an operator key */
    RECEIPT_SIZE,       /* of the checkpoint, against the anchor and max of its epoch */
    RECEIPT_ANCHOR,     /* that the checkpoint extends what the root keys have signed */
    RECEIPT_INCLUSION,  /* that the entry is in the log */
    RECEIPT_PART,       /* a part */
    RECEIPT_WITNESS     /* a cosignature */
};

/* Read a file of at most RECEIPT_MAX bytes; views point into it and into extra, of RECEIPT_EXTRA_MAX. */
enum err receipt_read(struct bytes file, uint8_t *extra, struct receipt *ret,
                      enum receipt_place *ret_place) MUST_CHECK;

struct receipt_report {
    enum receipt_place place; /* on refusal */
    unsigned at;              /* of it: the epoch of the note, the class of the part */
    struct checkpoint checkpoint;
    struct digest fingerprint;  /* SHA-256 of the text of epoch 0 */
    struct authority authority; /* that has signed: the last note's */
    unsigned signatures;
    struct pubkey signer; /* one of them */
    unsigned cosignatures;
    struct {
        const struct receipt_witness *witness;
        uint64_t time;
    } cosignature[COSIGNATURES_MAX];
    bool understood; /* leaf has a meaning to this program */
    struct leaf leaf;
};

/* Verify all that a file can prove.  ERR_OK: all holds; else place and at say where it does not.  chain is
 * room for the notes. */
enum err receipt_check(const struct receipt *receipt, struct authority chain[static EPOCHS_MAX],
                       struct receipt_report *ret) MUST_CHECK;

#endif
