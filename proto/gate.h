/* The one gate (design 1): local publishing, a peer's answer and a file on a USB stick all pass through here.
 *
 * It refuses what is not canonical, too long, or does not hash to a root that an operator key of the epoch
 * has signed. Nothing else: what a leaf means is not its business.  The root says nothing of parts, so one
 * that is not what its leaf commits to refuses no leaves: it is told of, and as good as withheld.  Pure: what
 * the node holds goes in, a verdict comes out. */
#ifndef PROTO_GATE_H
#define PROTO_GATE_H

#include "proto/package.h"

/* What the node holds of the log, and whose word its target wants. */
struct gate_base {
    const char *origin;
    const struct authority *authority; /* of the epoch that the target is of */
    const struct frontier *held;
    bool proven;   /* the target needs no signature: it is an anchor, or the leaves before a located fork */
    bool observer; /* the node is one: members' parts are not for it, whoever gives them */
};

/* Parts that are not what their leaves say, or not for this node: how many, and the entry of the first with
 * what is wrong with it. */
struct gate_wrong {
    unsigned count;
    uint64_t at;
    enum err why;
};

struct gate_verdict {
    struct frontier after;    /* of what is held once the package is stored */
    bool complete;            /* after.size is the target's */
    unsigned signature_count; /* those that verified, of keys that may */
    struct checkpoint_signature signature[SIGNATURES_MAX];
    uint64_t at; /* on refusal: index of the entry that is to blame, or the target's size */
    struct gate_wrong wrong;
    uint8_t part[FETCH_ENTRIES_MAX][PART_CLASSES]; /* enum part_state: only what is PART_HELD may be stored */
};

/* Judge a package.  leaf_hash takes package->entry_count hashes, for the store.  Entries that the log already
 * holds may not be among them: ERR_GAP unless package->from == held->size. ERR_ORIGIN, _EPOCH, _BOUNDS,
 * _UNSIGNED, _SIGNATURE, _GAP, the reader's, _ANCHOR, _ROOT, _PROOF.  A verdict with ret->wrong.count is good
 * all the same: whoever publishes refuses it. */
enum err gate_check(const struct gate_base *base, const struct package *package, struct digest *leaf_hash,
                    struct gate_verdict *ret) MUST_CHECK;

/* Judge one part, also one that comes after its entry: the leaf must commit to it, in this class.
 * ERR_COMMITMENT and part_check()'s; ERR_DENIED: a members' part, and the node is an observer. */
enum err gate_part(bool observer, struct bytes leaf, enum part_class class, struct bytes salted) MUST_CHECK;

/* Judge a target alone: within its epoch's bounds, and signed by at least one of its operator keys.
 * ERR_ORIGIN, _EPOCH, _BOUNDS, _UNSIGNED, _SIGNATURE. */
enum err gate_target(const struct gate_base *base, const struct package *package,
                     struct gate_verdict *ret) MUST_CHECK;

/* Judge the authority note of epoch 0 that opens a log, and keep of its signatures those that verified.
 * ERR_ORIGIN if it is not of this origin, and authority_check_first's. */
enum err gate_open(const char *origin, struct package_note *note, struct authority *ret) MUST_CHECK;

/* Judge the note of a later epoch by the chain that it continues, and keep of its signatures those that
 * verified: the errors of authority_parse() and chain_check_next(). */
enum err gate_next(const struct authority *chain, unsigned count, struct package_note *note,
                   struct authority *ret) MUST_CHECK;

#endif
