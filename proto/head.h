/* A head record: what a node says of a log that it carries.  On the wire
 *
 *   [log, epoch, size, root, flags, f or nil, day, note tag]   at most HEAD_MAX bytes */
#ifndef PROTO_HEAD_H
#define PROTO_HEAD_H

#include "proto/digest.h"
#include "proto/reader.h"
#include "proto/writer.h"

struct head {
    uint8_t log[LOG_ID_LEN];
    uint64_t epoch, size;
    struct digest root;
    unsigned flags; /* VIEW_* */
    uint64_t f;     /* with VIEW_DISPUTED */
    uint64_t day;   /* of the State's own newest cosignature, days since 1970; 0: none */
    /* First bytes of the hash of the epoch's note, of two it may be either; with VIEW_INCOMPLETE of the note
     * that the chain ends in. */
    uint8_t note[NOTE_TAG_LEN];
};

void head_write(struct writer *w, const struct head *h);

/* Read the next of some; false at the end or on an error, which then sticks in r. */
bool head_next(struct reader *r, struct head *ret);

/* Whether two records say the same of a log. */
bool head_same(const struct head *a, const struct head *b);

#endif
