/* A State in a simulation: its keys, its publishing node, and the book of all that was ever signed for it.
 *
 * The book is kept beside the programs: of each tree that left the signer its leaves, of each note its text.
 */
#ifndef TESTS_SIM_MEMBER_H
#define TESTS_SIM_MEMBER_H

#include "node/birth.h"
#include "node/publisher.h"
#include "tests/sim/scene.h"
#include "tests/store/author.h"

#define MEMBER_ROOTS 3 /* of which two sign */
#define MEMBER_EPOCHS 16
#define MEMBER_BRANCHES 8

/* A tree that was signed, leaf by leaf. */
struct signed_tree {
    bool left;  /* others may have seen it: it was handed in */
    bool tried; /* it was, and the node died upon it */
    uint64_t epoch, size;
    struct digest root;
    struct digest *leaf;
};

struct member_note {
    struct authority authority;
    uint8_t text[AUTHORITY_MAX];
    struct package_note note;
};

struct member {
    unsigned number, home; /* home: the station that publishes */
    char code[CODE_LEN + 1], name[8];
    char origin[ORIGIN_MAX + 1];
    uint8_t id[LOG_ID_LEN];
    struct birth_seeds seeds;
    bool villain, late;
    bool speaks;                 /* it has said something of another State's log */
    bool roots_lost;             /* its custodians open no more epochs: another log is to succeed it */
    const struct member *old;    /* the log that this one is to succeed; NULL: none */
    bool stranger[STATIONS_MAX]; /* at these nodes nobody has checked it: they have words at most */
    bool may_fork; /* what was done to it cannot be prevented (design 4): it may sign a second history */
    bool set_back; /* a copy of its log was put back: entries may be missing until peers give them */
    bool forked;   /* it has */
    bool cosigned; /* its head, on the day after */
    bool unmarked; /* a copy of its store was put back, and not by the rules: it does not know */
    uint64_t witnessed_epoch, witnessed; /* the largest head that its node has cosigned */
    uint64_t witnessed_s, cosigned_s;    /* the latest time that it has given with one; that it has signed */
    bool has_clone;                      /* its machine was copied, and both run */
    unsigned clone;                      /* station */
    uint64_t epoch;                      /* of the newest note */
    unsigned note_count;
    struct member_note note[MEMBER_EPOCHS];
    bool note_waits; /* the newest has not been handed in yet */
    unsigned tree_count, tree_room;
    struct signed_tree *tree;
    struct signed_tree acked; /* the largest that its officer was told of; leaf is a tree's of the list */
    unsigned contacts, published;
    struct author branch[MEMBER_BRANCHES]; /* of a villain: its histories */
    unsigned branch_count;
};

/* old: the member whose State's code it takes, as its successor; NULL: it is a State of its own. */
void member_make(struct member *m, unsigned number, unsigned home, bool villain, const struct member *old);
void member_close(struct member *m);

/* "FR" of a log, for people; "??" of an unknown one. */
const char *member_name(const uint8_t log[static LOG_ID_LEN]);
struct member *member_of(const uint8_t log[static LOG_ID_LEN]); /* NULL: nobody's */

/* The note of epoch 0 of its log. */
const struct package_note *member_first(const struct member *m);

/* The keys of an epoch. */
void member_operator(const struct member *m, uint64_t epoch, struct pubkey *ret,
                     uint8_t ret_secret[static KEY_SECRET_LEN]);
void member_root(const struct member *m, uint64_t epoch, unsigned which, struct pubkey *ret,
                 uint8_t ret_secret[static KEY_SECRET_LEN]);

/* Make the note of the next epoch, signed by the custodians; so many of them, 2 if they are honest. */
void member_next_note(struct member *m, uint64_t anchor, const struct digest *root, const struct proof *proof,
                      unsigned signers, struct member_note *ret);

/* A tree was signed: it goes into the book. */
void member_signed(struct member *m, uint64_t epoch, uint64_t size, const struct digest *leaf);

/* It was handed in to the own node, which gives it to all: it begins all others of its epoch that were, or
 * continues them. */
void member_left(struct member *m, uint64_t size, const struct digest *root);
void member_tried(struct member *m, uint64_t size, const struct digest *root);

/* The leaves of a tree that was signed and begins with size leaves of this root; NULL: there is none. */
const struct digest *member_leaves(const struct member *m, uint64_t size, const struct digest *root);

#endif
