/* Parts (design 2.4): what a leaf says about people, outside the leaf, committed to by a salted hash.
 *
 * On the wire and in the store a part is salt[32] || payload. */
#ifndef PROTO_PART_H
#define PROTO_PART_H

#include "proto/digest.h"

enum part_class { PART_PUBLIC = 0, PART_MEMBERS = 1 };

/* What a holder says of a part that a leaf commits to. */
enum part_state {
    PART_NONE, /* the leaf commits to nothing in this class */
    PART_HELD,
    PART_WITHHELD, /* this peer may not have it */
    PART_GONE,     /* erased, or never received */
    PART_HIDDEN    /* erased in the view and not destroyed yet: peers hear that it is withheld, so that they
                      may ask again if the erasure comes to nothing */
};

/* What a peer is told of it. */
enum part_state part_told(enum part_state state);

struct part {
    enum part_state state;
    struct bytes salted; /* salt || payload if PART_HELD */
};

/* Shape of the bytes: salt, then canonical msgpack of at most 16 KiB, depth 6.  ERR_SHORT, ERR_SIZE and the
 * reader's. */
enum err part_check(struct bytes salted) MUST_CHECK;

/* ERR_COMMITMENT unless the part is what the leaf commits to. */
enum err part_verify(enum part_class class, struct bytes salted, const struct digest *commitment) MUST_CHECK;

struct digest part_commitment(enum part_class class, struct bytes salted);

/* The payload behind the salt. */
struct bytes part_payload(struct bytes salted);

#endif
