/* Random histories of a few States, for the property tests of the view and of trust: everything that is ever
 * made in one, honest or not, and what of it a node knows.
 *
 * Notes, trees, checkpoints, forks and words point at each other by place.  Keys are small numbers and a
 * signature is a bit: the arithmetic is tested elsewhere.  One seed always makes the same history. */
#ifndef TESTS_PROTO_HISTORY_H
#define TESTS_PROTO_HISTORY_H

#include "proto/digest.h"

#define HISTORY_NONE UINT32_MAX
#define HISTORY_STATES 4
#define HISTORY_LOGS 6
#define HISTORY_NOTES 96
#define HISTORY_TREES 256
#define HISTORY_LEAVES 48 /* of one tree */
#define HISTORY_CHECKPOINTS 512
#define HISTORY_FORKS 192
#define HISTORY_WORDS 512
#define HISTORY_MESSAGES 1024
#define HISTORY_OPERATORS 3

/* An authority note.  Roots, commitments and signers are sets of keys, a bit each. */
struct history_note {
    uint32_t log, parent; /* HISTORY_NONE for epoch 0 */
    uint64_t epoch;       /* as it says */
    uint64_t anchor_size, max;
    uint32_t anchor_tree; /* HISTORY_NONE: a root without a tree */
    struct digest anchor_root, hash;
    unsigned root, root_need, next, next_need, signers;
    unsigned operator_count, operator_key[HISTORY_OPERATORS];
};

/* Leaves in order; of the first given, the bytes are sent. */
struct history_tree {
    uint32_t log;
    uint64_t len, given;
    uint16_t leaf[HISTORY_LEAVES]; /* below HISTORY_WORDS: that word; equal numbers are equal leaves */
    struct digest root[HISTORY_LEAVES + 1];
};

struct history_checkpoint {
    uint32_t log, tree; /* HISTORY_NONE: a root without a tree */
    unsigned key;
    uint64_t size;
    struct digest root;
};

/* Located evidence: two checkpoints whose trees differ first at f, below the size of both. */
struct history_fork {
    uint32_t a, b;
    uint64_t f;
};

enum history_kind { HISTORY_ENDORSE, HISTORY_SUCCEED, HISTORY_WITHDRAW };

/* A leaf that speaks about a log; a withdrawal ends the endorsement of that log. */
struct history_word {
    enum history_kind kind;
    uint32_t log, state;
    uint32_t note; /* HISTORY_NONE: a hash that nobody knows */
    uint64_t epoch;
    uint32_t successor;
};

enum history_what { HISTORY_NOTE, HISTORY_CHECKPOINT, HISTORY_FORK, HISTORY_TREE };

struct history_message {
    enum history_what what;
    uint32_t which;
    uint64_t size; /* of HISTORY_TREE: its first leaves */
};

/* What a person at one node has decided. */
struct history_trust {
    unsigned k;
    uint32_t pinned[HISTORY_STATES]; /* a log, or HISTORY_NONE */
    uint32_t trusted[HISTORY_LOGS];  /* the note of the pin or of the latest confirm, or HISTORY_NONE */
    bool hold[HISTORY_STATES];
};

struct history {
    uint64_t seed, random;
    unsigned state_count, log_count, note_count, tree_count, checkpoint_count, fork_count, word_count,
        message_count;
    uint32_t state_of[HISTORY_LOGS], first_note[HISTORY_LOGS];
    struct history_note note[HISTORY_NOTES];
    struct history_tree tree[HISTORY_TREES];
    struct history_checkpoint checkpoint[HISTORY_CHECKPOINTS];
    struct history_fork fork[HISTORY_FORKS];
    struct history_word word[HISTORY_WORDS];
    struct history_message message[HISTORY_MESSAGES];      /* all that is ever sent, once each */
    struct history_trust before, trust;                    /* at first, and in the end */
    uint32_t word_about[HISTORY_LOGS], heir[HISTORY_LOGS]; /* what most words say of a log */
    bool orderly[HISTORY_LOGS]; /* logs that little happens to, so that they are heard */
};

/* What has reached a node. */
struct history_known {
    bool note[HISTORY_NOTES], checkpoint[HISTORY_CHECKPOINTS], fork[HISTORY_FORKS];
    uint64_t held[HISTORY_TREES]; /* leaves */
};

void history_make(struct history *h, uint64_t seed);

/* A random number below n. */
unsigned history_random(uint64_t *random, unsigned n);

/* Add a message to what is known. */
void history_learn(struct history_known *known, const struct history_message *message);

/* How many leaves two trees have in common, at most max. */
uint64_t history_common(const struct history *h, uint32_t a, uint32_t b, uint64_t max);

/* Whether a note lists a key among its operators. */
bool history_operates(const struct history_note *note, unsigned key);

/* Pieces, for histories that are made by hand or continued: a leaf at the end of a tree, a checkpoint, a fork
 * (false if one tree begins the other), a message. */
void history_grow(struct history *h, uint32_t tree, uint16_t leaf);
uint32_t history_sign(struct history *h, uint32_t tree, uint64_t size, unsigned key);
bool history_locate(struct history *h, uint32_t a, uint32_t b);
void history_send(struct history *h, enum history_what what, uint32_t which, uint64_t size);

/* A new tree that begins like another; a new note with honest keys under a parent, signed by all. */
uint32_t history_branch(struct history *h, uint32_t log, uint32_t from, uint64_t size);
uint32_t history_renew(struct history *h, uint32_t log, uint32_t parent);

/* A leaf that says nothing: one of a few, so that trees agree now and then. */
uint16_t history_plain(unsigned variant);

#endif
