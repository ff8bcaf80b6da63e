/* What the intake's files share; private to intake*.c. */
#ifndef NODE_INTAKE_STATE_H
#define NODE_INTAKE_STATE_H

#include "node/intake.h"
#include "store/facts.h"
#include "store/records.h"

struct intake {
    bool observer;
    uint64_t quota;          /* 0: none */
    uint8_t own[LOG_ID_LEN]; /* it is not of this log */
    struct digest leaf_hash[FETCH_ENTRIES_MAX];
    struct gate_verdict verdict;
    struct frontier held;
    struct facts facts;
    struct authority chain[EPOCHS_MAX]; /* of the note that is being judged, from epoch 0 */
    struct evidence evidence;
    struct named named[NAMED_MAX + NOTES_PER_FETCH];
};

/* A kept note, read again, not trusted again. */
enum err intake_authority(struct txn *t, const struct log_record *record, uint64_t epoch,
                          const struct digest *hash, struct authority *ret) MUST_CHECK;

/* Open a log that enough States name (store/wanted.h) with the first of a package's notes.  ERR_NOT_FOUND:
 * none name it. */
enum err intake_open(struct txn *t, const struct package *package, struct log_record *ret) MUST_CHECK;

/* The notes of a package: judge those that are news, keep what is to be kept (proto/keep.h), and believe the
 * log anew if there is any. */
enum err intake_notes(struct intake *intake, struct txn *t, const struct package *package, uint64_t now_s,
                      struct log_record *record) MUST_CHECK;

/* The evidence of a package, after its notes: *ret_proven tells that it is good and proves the package's own
 * target, the leaves before the fork.  ERR_FORK as intake_package(). */
enum err intake_evidence(struct intake *intake, struct txn *t, const struct package *package, uint64_t now_s,
                         struct log_record *record, bool *ret_proven) MUST_CHECK;

/* Two candidates whose leaves are both held, which this node has found to part by itself: make the evidence
 * and keep it, since either branch may have to give way to another, and peers are told. */
enum err intake_parted(struct intake *intake, struct txn *t, uint64_t now_s,
                       struct log_record *record) MUST_CHECK;

/* Keep a signed tree as the rival of what is held: ERR_FORK. */
enum err intake_rival(struct txn *t, const struct log_record *record, const struct digest *note,
                      uint64_t size, const struct digest *root, const struct checkpoint_signature *signature,
                      unsigned count) MUST_CHECK;

#endif
