/* The second branch of a log (design 2.6, 3.5): what follows a fork, or leads to an anchor, beside the leaves
 * that the log itself holds.
 *
 * Its rows stand under an id of their own, from its base on; what lies below the base is the log's.  It comes
 * and goes, and takes the log's place when the custodians' next epoch says so. */
#ifndef STORE_BRANCH_H
#define STORE_BRANCH_H

#include "store/logs.h"

/* The id under which the rows of a log's second branch stand. */
void branch_id(const uint8_t log[static LOG_ID_LEN], uint8_t ret[static LOG_ID_LEN]);

/* Begin one at a size that the log holds, dropping what was there. */
void branch_begin(struct txn *t, struct log_record *record, uint64_t base);

/* Drop it; its bytes are gone. */
void branch_drop(struct txn *t, struct log_record *record);

/* Give the log the branch's leaves from its base on, and the branch the log's. */
void branch_swap(struct txn *t, struct log_record *record);

/* A tree of a disputed log whose leaves are not all held: which branch is to take them, and from where. */
#define VARIANT_MAX 65536 /* leaves beyond the fork that are fetched of one: a thief may have signed more */

struct variant {
    bool side;
    uint64_t held, size;
    struct digest root;
};
bool branch_variant(struct txn *t, const struct log_record *record, struct variant *ret);

/* Drop the leaves of a log from size on, which is above its second branch's base or there is none. */
void branch_cut(struct txn *t, struct log_record *record, uint64_t size);

#endif
