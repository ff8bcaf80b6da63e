/* Entries whose parts are dropped by erase/v1 leaves (design 2.4): derived from the leaves, like the
 * directory.
 *
 * Rows are (log, entry, leaf), for the first leaf that names an entry; so there are no more of them than
 * entries, whatever a State writes.  A leaf counts while it is in the view, and hides at once; whether the
 * bytes are there still is another question (store/destroy.h).  A leaf of a fork, or beyond an anchor that
 * left it out, has no effect. */
#ifndef STORE_ERASED_H
#define STORE_ERASED_H

#include "store/logs.h"

/* Write the rows of an erase/v1 leaf; take them back; compare them: false if one is missing.  Entries that do
 * not come before the leaf have none: nobody erases what is yet to come. */
void erased_note(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t index,
                 const struct leaf *leaf);
void erased_forget(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t index,
                   const struct leaf *leaf);
bool erased_check(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t index,
                  const struct leaf *leaf);

/* The size of the view in which entries of this log are erased; 0: none is, and nothing is to be looked up.
 * Also 0 for the id of a second branch: what a view erases lies below it. */
uint64_t erased_view(struct txn *t, const uint8_t log[static LOG_ID_LEN]);

/* The first leaf that erases an entry in a view of this size; false if none does. */
bool erased_find(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t size, uint64_t entry,
                 uint64_t *ret_leaf);

/* The lowest entry that a leaf from an index on names; UINT64_MAX if none does.  When those leaves go, parts
 * from there on may be lacking again (store/lacking.h). */
uint64_t erased_lowest(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t from);

/* Walk what is erased in a view, by entry, each with its first leaf.  Start zeroed, or with the entry above
 * which to begin and begun set.  False at the end. */
struct erased {
    uint64_t entry, leaf;
    bool begun;
};
bool erased_next(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t size, struct erased *e);

#endif
