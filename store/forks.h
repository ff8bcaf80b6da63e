/* Evidence of forks (design 2.6): one of each log and authority note, with the smallest f. */
#ifndef STORE_FORKS_H
#define STORE_FORKS_H

#include "proto/view.h"
#include "store/rows.h"

/* Keep evidence as it travels, in place of what is kept of this note. */
void forks_put(struct txn *t, const uint8_t log[static LOG_ID_LEN], const struct digest *note, uint64_t f,
               const struct digest *root, struct bytes evidence);

/* What is kept of a note; false if nothing.  The view lives as long as the transaction. */
bool forks_get(struct txn *t, const uint8_t log[static LOG_ID_LEN], const struct digest *note,
               struct view_fork *ret, struct bytes *ret_evidence);

#endif
