/* Derived from the leaves by the time the head covers them: contacts, nodes and observers by id, each with
 * all its versions.
 *
 * Rows are (log, id, index descending), so that the newest version comes first; a version whose index is not
 * below the head's size is not in the view yet and is passed over. */
#ifndef STORE_DIRECTORY_H
#define STORE_DIRECTORY_H

#include "store/logs.h"

struct contact_version {
    uint8_t log[LOG_ID_LEN];
    uint8_t id[CONTACT_ID_LEN];
    uint64_t index;      /* of its leaf */
    uint64_t valid_from; /* s */
    bool withdrawn;      /* this version ends the contact */
};

/* Called by logs_append: write the rows of the entries [from, to), which are held. */
void directory_note(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t from, uint64_t to);

/* Compare the rows of the entries [from, to) with what their leaves say: false if one is missing or wrong,
 * then *ret_wrong is its entry.  *ret_rows: how many there should be. */
bool directory_check(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t from, uint64_t to,
                     uint64_t *ret_wrong, uint64_t *ret_rows);

/* How many rows there are. */
uint64_t directory_rows(struct txn *t, const uint8_t log[static LOG_ID_LEN]);

/* Take the rows of the entries [from, to) back, while these are still held. */
void directory_forget(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t from, uint64_t to);

/* So many entries of a pending target may be held before their rows are written.  Ids are random: many rows
 * at once, in the order of their keys, cost a fraction of the pages that as many small batches would. */
#define DIRECTORY_LAG 65536

/* The version in force at a time (design 2.3): the highest index with valid_from <= at and below size; false
 * if there is none or it is withdrawn.  ret_next (if given) is the earliest announced successor; its index is
 * UINT64_MAX if none. */
bool directory_contact(struct txn *t, const uint8_t log[static LOG_ID_LEN],
                       const uint8_t id[static CONTACT_ID_LEN], uint64_t size, uint64_t at,
                       struct contact_version *ret, struct contact_version *ret_next);

/* Walk the contacts of a log in force (or, with all, withdrawn and future ones too), by id.  Start zeroed. */
struct contact_cursor {
    MDB_cursor *mdb;
    struct contact_version version;
};
bool directory_next(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t size, uint64_t at, bool all,
                    struct contact_cursor *c);
void directory_done(struct contact_cursor *c);

/* The versions of one contact, newest first.  Start with a zeroed cursor whose version has log and id. */
bool directory_history(struct txn *t, uint64_t size, struct contact_cursor *c);

/* The newest state/v1 leaf of a log, and its current nodes and observers: rows give the index of the leaf. */
bool directory_state(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t size, uint64_t *ret_index);
bool directory_node_next(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum leaf_kind kind,
                         uint64_t size, struct pubkey *node,
                         uint64_t *ret_index); /* kind LEAF_NODE or LEAF_OBSERVER; start with zeroes */

/* A State's latest word of a kind (LEAF_ENDORSE, LEAF_SUCCEED) on an origin, by its log id: the index of its
 * leaf; false if there is none or it is withdrawn.  Whether a log has any word at all. */
bool directory_word(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum leaf_kind kind,
                    const uint8_t about[static LOG_ID_LEN], uint64_t size, uint64_t *ret_index);
bool directory_word_next(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum leaf_kind kind,
                         uint64_t size, uint8_t about[static LOG_ID_LEN],
                         uint64_t *ret_index); /* by id; start with zeroes */
bool directory_speaks(struct txn *t, const uint8_t log[static LOG_ID_LEN]);

#endif
