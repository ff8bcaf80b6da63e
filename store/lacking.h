/* Parts that a node lacks though its leaves commit to them: whoever gave it the entries withheld them.
 *
 * What a node may have is asked for again (PARTS).  A part that is gone is not lacking: it was erased, and
 * nobody is asked for it. */
#ifndef STORE_LACKING_H
#define STORE_LACKING_H

#include "store/logs.h"

#define LACKING_SCAN 4096 /* entries that one call looks at */

/* Whether parts below the head may be lacking; without members, of the public class alone. */
bool lacking_any(const struct log_record *record, bool members);

/* Those of the entries from an index on, below to, that are lacking: at most PARTS_PER_REQUEST, of which ret
 * takes the first count.  *ret_next is where to go on, or to. */
struct lacking {
    uint64_t index;
    enum part_class class;
    struct digest commitment;
};
unsigned lacking_find(struct txn *t, const struct log_record *record, bool members, uint64_t from,
                      uint64_t to, struct lacking ret[static PARTS_PER_REQUEST], uint64_t *ret_next);

/* Store one that has come, already judged.  False if it is not lacking any more. */
bool lacking_fill(struct txn *t, struct log_record *record, uint64_t index, enum part_class class,
                  struct bytes salted);

/* The leaves from a size on are no longer in the view, or gone: what they have erased may be lacking again.
 * Lowers record->whole, which the caller writes. */
void lacking_return(struct txn *t, struct log_record *record, uint64_t size);

/* After some have come, or none were found: raise record->whole past what is there, and write the record. */
void lacking_advance(struct txn *t, struct log_record *record);

#endif
