/* Where leaves and parts lie: rows in the order of their arrival, over all logs.
 *
 * A row number is allotted to each entry as it comes, so that every log is written at the end of its tables
 * (pages stay full, and nothing is looked up), whichever log it is.  A run says where consecutive entries of
 * a log lie; entries that arrive without others between them share one run. */
#ifndef STORE_ENTRIES_H
#define STORE_ENTRIES_H

#include "proto/gate.h"
#include "store/rows.h"

/* Where an entry lies, and how many of the log follow it in the next rows, itself included; false if it is
 * not held. */
bool entries_find(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t index, uint64_t *ret_row,
                  uint64_t *ret_count);

/* Store the leaves of a package, and of its parts those that the gate has found good, as entries of a log, or
 * of a branch, from package->from on. ret_withheld takes, for each class, the first index whose part is
 * withheld; the end of the package if none is. Returns the bytes that are stored. */
uint64_t entries_append(struct txn *t, const uint8_t id[static LOG_ID_LEN], const struct package *package,
                        const struct gate_verdict *verdict, uint64_t ret_withheld[static PART_CLASSES]);

/* Store a part that was withheld when its entry came. */
void entries_part(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t index, enum part_class class,
                  struct bytes salted);

/* Whether bytes of an entry's parts are held; and whether any of them is not marked as gone. */
bool entries_held(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t index);
bool entries_left(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t index);

/* Mark all parts of an entry as gone, in place of their bytes.  Returns how many bytes they had. */
uint64_t entries_destroy(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t index);

/* Drop the entries from an index on.  Returns the bytes that they had. */
uint64_t entries_drop(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t from);

/* Exchange the entries of a log and a branch from an index on. */
void entries_swap(struct txn *t, const uint8_t a[static LOG_ID_LEN], const uint8_t b[static LOG_ID_LEN],
                  uint64_t from);

#endif
