/* The authority notes that are kept of each log: the chain, and rivals (proto/keep.h).
 *
 * A row has the note as it travels, behind what the view asks of it, so that believing needs no parsing. */
#ifndef STORE_NOTES_H
#define STORE_NOTES_H

#include "proto/package.h"
#include "proto/view.h"
#include "store/rows.h"

#define NOTES_MAX (2 * EPOCHS_MAX) /* kept of one log; then no more are taken */

/* Keep a note that the chain rule has passed; the text has been read into a. */
void notes_put(struct txn *t, const uint8_t log[static LOG_ID_LEN], const struct authority *a,
               const struct package_note *note);

/* A kept note by its epoch and hash; views live as long as the transaction. */
bool notes_get(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t epoch, const struct digest *hash,
               struct package_note *ret);

/* The hash of a kept note of this epoch that begins with these bytes; false if there is none. */
bool notes_find(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t epoch,
                const uint8_t tag[static NOTE_TAG_LEN], struct digest *ret);

/* All that are kept, parents before their children; returns how many. */
uint32_t notes_load(struct txn *t, const uint8_t log[static LOG_ID_LEN],
                    struct view_note ret[static NOTES_MAX]);

#endif
