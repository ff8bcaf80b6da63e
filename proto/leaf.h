/* Leaves (design 2.3): canonical msgpack [kind, map], at most 4096 bytes.
 *
 * leaf_check() is the gate's whole opinion of a leaf.  leaf_decode() gives it a meaning: a leaf of unknown
 * kind, or one that fails its kind's schema, is kept, replicated and hashed, and has no effect.  Unknown map
 * keys are ignored.
 *
 * Keys, common to all kinds: 1 claimed time (s); 8 and 9, as bin of 32 bytes, the commitments to a public and
 * a members part.  Then, by kind: authority/v1  2 epoch, 3 hash of the note's text (32) state/v1      2 names
 * of the State [[tag, text]...], 3 names of its authority [[tag, text]...] contact/v1    2 id (16), 3 PoC
 * kind (text, 32), 4 valid_from (s), 5 valid_until (s)?, 6 review_by (s)?, 7 status (0 active, 1 suspended),
 * 8 public part (32)?, 9 members part (32)? node/v1       2 node id (32), 3 witness key (32), 4 box key (32),
 * 8 public part (32)?, 9 members part (32)? observer/v1   2 node id (32), 3 name (text, 250) withdraw/v1   2
 * kind withdrawn (text, 32), 3 its id (16 or 32): contact, node or observer; log id of an endorsed State
 * endorse/v1    2 origin (text, 80), 3 code of its State (2), 4 epoch, 5 hash of that epoch's note (32)
 * succeed/v1    2 origin that ends (text, 80), 3 code of its State (2), 4 its last epoch, 5 hash of that note
 * (32), 6 origin that takes its place (text, 80) erase/v1      2 [index...]: entries before this one,
 * strictly ascending, whose parts are dropped everywhere (design 2.4) */
#ifndef PROTO_LEAF_H
#define PROTO_LEAF_H

#include "proto/digest.h"
#include "proto/key.h"
#include "proto/part.h"

enum leaf_kind {
    LEAF_UNKNOWN,
    LEAF_AUTHORITY,
    LEAF_STATE,
    LEAF_CONTACT,
    LEAF_NODE,
    LEAF_OBSERVER,
    LEAF_WITHDRAW,
    LEAF_ENDORSE,
    LEAF_SUCCEED,
    LEAF_ERASE
};

#define LEAF_KIND_MAX 32
#define LEAF_NAMES_MAX 12         /* languages of a name */
#define LEAF_TAG_MAX 35           /* BCP 47 */
#define LEAF_ERASE_MAX LEAF_ITEMS /* entries that one erase/v1 names */

struct name {
    struct bytes tag, text;
};

struct names {
    unsigned count;
    struct name name[LEAF_NAMES_MAX];
};

struct leaf {
    enum leaf_kind kind;
    uint64_t time;
    bool has_part[PART_CLASSES];
    struct digest part[PART_CLASSES];
    union {
        struct {
            uint64_t epoch;
            struct digest hash;
        } authority;
        struct {
            struct names state, authority;
        } state;
        struct {
            uint8_t id[CONTACT_ID_LEN];
            struct bytes
                kind; /* "diplomatic", "technical", ...: configuration of the network, not of this code */
            uint64_t valid_from, valid_until, review_by; /* 0: not said */
            unsigned status;
        } contact;
        struct {
            struct pubkey id, witness;
            uint8_t box[32];
        } node;
        struct {
            struct pubkey id;
            struct bytes name;
        } observer;
        struct {
            enum leaf_kind kind;
            struct bytes id;
        } withdraw;
        struct {
            struct bytes origin, code;
            uint64_t epoch;
            struct digest note;
            struct bytes successor; /* of succeed/v1 */
        } word;                     /* on another State: endorse/v1 and succeed/v1 */
        struct {
            unsigned count; /* 1 at least */
            uint64_t entry[LEAF_ERASE_MAX];
        } erase;
    };
};

/* The gate's rule: canonical, at most LEAF_MAX bytes, depth 4, 64 items a container.  Errors as reader_check,
 * ERR_SIZE. */
enum err leaf_check(struct bytes leaf) MUST_CHECK;

/* Give a checked leaf its meaning; views point into leaf.  ERR_KIND: unknown (ret->kind says so); others:
 * fails its schema.  Neither is a reason to refuse it. */
enum err leaf_decode(struct bytes leaf, struct leaf *ret) MUST_CHECK;

/* Write a leaf; what it writes decodes to the same.  ERR_FULL, ERR_SCHEMA. */
enum err leaf_encode(const struct leaf *leaf, uint8_t *buffer, size_t max, struct bytes *ret) MUST_CHECK;

/* The commitments of a checked leaf of any kind, unknown ones too: what a newer program says about people
 * must reach its readers through older nodes. */
void leaf_parts(struct bytes leaf, bool ret_has[static PART_CLASSES], struct digest ret[static PART_CLASSES]);

/* "contact/v1" and so on; "" for LEAF_UNKNOWN. */
const char *leaf_kind_name(enum leaf_kind kind);

#endif
