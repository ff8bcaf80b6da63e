/* The logs: authority notes, entries, Merkle tiles, heads and cosignatures of every State that this node
 * carries.
 *
 * Entries are stored package by package as the gate passes them.  A head moves when its target is reached,
 * together with the change cursor, in one transaction.  Leaves and parts lie in the order of their arrival
 * and are found by log and index (docs/store-format.md).  The tree is kept as the tiles of C2SP tlog-tiles,
 * so a proof reads O(log n) of them and an export is a copy. */
#ifndef STORE_LOGS_H
#define STORE_LOGS_H

#include "proto/gate.h"
#include "proto/leaf.h"
#include "proto/message.h"
#include "store/store.h"

#define LOG_ENTRY_BYTES 64 /* of an entry beside leaf and parts: its hashes and keys */

struct log_record {
    uint8_t id[LOG_ID_LEN];
    char origin[ORIGIN_MAX + 1];
    char code[CODE_LEN + 1];
    uint64_t epoch;     /* of the last note of the chain */
    struct digest end;  /* its hash */
    struct digest note; /* of the note whose epoch the head is of: another one while its leaves are fetched */
    struct head head;   /* the view: what this node believes and reports */
    uint64_t base;      /* size of the base view: what the State's own words are read in (design 3) */
    uint64_t held;      /* entries stored; more than head.size while a target is pending, or in dispute */
    uint64_t noted;     /* of them, in the directory: all below head.size */
    uint64_t target;    /* size of the pending target; 0: none */
    uint64_t seq;       /* of the head's last change; 0: not carried yet */
    uint64_t moved;     /* wall clock of this node when the head last moved, for people (s) */
    bool has_side;      /* a second branch is held, from side_base to side_held (store/branch.h) */
    uint64_t side_base, side_held, side_noted;
    uint64_t whole[PART_CLASSES]; /* no entry below has a part of this class withheld (store/lacking.h) */
    uint64_t
        bytes; /* of entries and parts that are stored, of both branches, as LOG_ENTRY_BYTES counts them */
    uint64_t need; /* what it would have had with a package that was over the quota; 0: none was */
    bool admitted; /* enough States endorse it (proto/trust.h) */
    bool has_heir; /* enough States name its successor */
    uint8_t heir[LOG_ID_LEN];
};

/* Open a log with its epoch-0 note, already judged by gate_open().  ERR_EXISTS if it is open. */
void logs_open(struct txn *t, const char *origin, const struct package_note *note, struct log_record *ret);

/* False if it is not there; then *ret is zero. */
bool logs_get(struct txn *t, const uint8_t id[static LOG_ID_LEN], struct log_record *ret);

/* Walk the logs by id: start with a zeroed record, or with one that has only an id, above which the walk
 * begins; it is also the cursor.  False at the end. */
bool logs_next(struct txn *t, struct log_record *record);

/* How many logs are open. */
uint64_t logs_count(struct txn *t);

/* The note of an epoch in the chain that this node believes, up to record->epoch; views live as long as the
 * transaction. */
bool logs_note(struct txn *t, const struct log_record *record, uint64_t epoch, struct package_note *ret);

/* The frontier of what is held, and of what is held of the second branch: the gate's base. */
void logs_frontier(struct txn *t, const struct log_record *record, bool side, struct frontier *ret);

/* The index from which entries are wanted next: of the second branch while it is to lead to an anchor. */
uint64_t logs_wanted(const struct log_record *record);

/* Store a package that the gate has passed, on the log's own leaves or on its second branch, and keep its
 * target: of this note, as the new candidate if the verdict is complete, else pending.  now_s is for people.
 * record is brought up to date; the view is renewed if there is news. */
void logs_append(struct txn *t, struct log_record *record, bool side, const struct digest *note,
                 const struct package *package, const struct digest *leaf_hash,
                 const struct gate_verdict *verdict, uint64_t now_s);

/* Whether a package may be stored if this is the most that is kept of a log; if not, record->need says so. */
bool logs_fits(struct txn *t, struct log_record *record, const struct package *package, uint64_t quota);

/* A signed tree of this note whose leaves are held already, as the gate's verdict says, on the log's own
 * branch or on its second: keep it as the candidate of that branch, and believe the log anew.  So a log has a
 * head though its pending target is delivered by nobody. */
void logs_claim(struct txn *t, struct log_record *record, const struct digest *note,
                const struct package *package, struct gate_verdict *verdict, uint64_t now_s);

/* The checkpoint of the head with its signatures and cosignatures; count 0 if the log is empty, or the head
 * is an anchor or the leaves before a fork, which an authority note or evidence proves. */
void logs_checkpoint(struct txn *t, const struct log_record *record, struct checkpoint *ret,
                     struct checkpoint_signature *signature, unsigned max, unsigned *ret_count);

/* The signed checkpoint of the pending target; false if none is pending. */
bool logs_target(struct txn *t, const struct log_record *record, struct checkpoint *ret,
                 struct checkpoint_signature *signature, unsigned max, unsigned *ret_count);

/* Keep a verified cosignature of the log's head: the newest of each witness key, at most 16 a log.  Moves the
 * head's day, and with it the change cursor, if it is the State's own. record is read and brought up to date.
 * logs_append keeps none, because the gate does not judge them. */
void logs_cosign(struct txn *t, struct log_record *record, const struct checkpoint_signature *cosignature,
                 bool own);

/* The time of the newest cosignature of a log by this key, over whichever of its heads; 0: there is none. */
uint64_t logs_cosigned(struct txn *t, const uint8_t id[static LOG_ID_LEN], const struct pubkey *key);

/* A leaf, and what is held of its parts: hidden, if the view erases it.  ERR_NOT_FOUND past what is held. */
enum err logs_leaf(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t index,
                   struct bytes *ret) MUST_CHECK;

/* A leaf that a row of the directory leads to: false unless it is of that kind, as after damage to the row.
 */
bool logs_leaf_of(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t index, enum leaf_kind kind,
                  struct leaf *ret) MUST_CHECK;
enum part_state logs_part(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t index,
                          enum part_class class, struct bytes *ret);

/* Walk the leaves from an index on, faster than one by one: index is that of leaf.  Start zeroed but for
 * index, where it begins.  False past the last that is held. */
struct leaf_cursor {
    MDB_cursor *mdb;
    uint64_t index;
    struct bytes leaf;
    uint64_t row, left; /* the store's own */
};
bool logs_leaf_next(struct txn *t, const uint8_t id[static LOG_ID_LEN], struct leaf_cursor *c);
void logs_leaf_done(struct leaf_cursor *c);

/* The same with the parts, for the answer to a FETCH; start zeroed but for leaf.index.  Without members, a
 * members' part is not opened: it is withheld. */
struct entry_cursor {
    struct leaf_cursor leaf;
    struct entry entry;
    MDB_cursor *parts; /* this and what follows: the store's own */
    uint64_t view;
    struct bytes key, value;
};
bool logs_entry_next(struct txn *t, const uint8_t id[static LOG_ID_LEN], bool members,
                     struct entry_cursor *c);
void logs_entry_done(struct entry_cursor *c);

/* A tile of C2SP tlog-tiles: width hashes of 32 bytes, fewer than 256 at the right edge; empty if there is
 * none. */
struct bytes logs_tile(struct txn *t, const uint8_t id[static LOG_ID_LEN], unsigned level, uint64_t index);

/* merkle_lookup over the tiles: its context is a tree_reader.  With a side, the tree goes on there from its
 * base. */
struct tree_reader {
    struct txn *txn;
    uint8_t id[LOG_ID_LEN];
    bool has_side;
    uint8_t side[LOG_ID_LEN];
    uint64_t base;
};
struct tree_reader tree_of(struct txn *t, const struct log_record *record);
struct tree_reader tree_of_side(struct txn *t, const struct log_record *record);
bool logs_lookup(void *tree_reader, unsigned level, uint64_t index, struct digest *ret);

/* The heads changed after a cursor, oldest first, at most max; *ret_next is the cursor after them, *ret_more
 * tells whether there are further ones. */
unsigned changes_after(struct txn *t, uint64_t since, struct head *ret, unsigned max, uint64_t *ret_next,
                       bool *ret_more);

/* Walk what has changed after a cursor, oldest first: *seq is it, and moves on.  False at the end. */
bool changes_next(struct txn *t, uint64_t *seq, struct log_record *ret);

/* The newest change; 0 if there is none. */
uint64_t changes_newest(struct txn *t);

#endif
