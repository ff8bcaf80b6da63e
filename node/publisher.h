/* Publishing (design 4): from a batch of new entries to entries that the own log holds, such that a crash at
 * any instant is finished later with the same bytes.
 *
 * The order is fixed: 1 the batch is written, 2 it is read back, signed, and the ledger is written, 3 its
 * packages are handed to the gate, 4 the drafts that it came from are dropped, 5 the batch is forgotten. */
#ifndef NODE_PUBLISHER_H
#define NODE_PUBLISHER_H

#include "node/batch.h"
#include "node/pending.h"
#include "node/signer.h"
#include "node/standing.h"

struct publisher {
    const char *dir; /* the ledger in it is locked by the caller */
    void *context;
    enum err (*submit)(void *context, struct bytes message); /* a package, as an answer to FETCH */
    enum err (*drop)(void *context, const struct pending_draft *draft, uint32_t count);
    standing_root *root;                                         /* of the first leaves of the own log */
    void (*step)(void *context, unsigned number, uint64_t done); /* NULL: nobody looks; after each step */
};

/* standing_look() of this publisher.  A batch that was written but never signed counts for nothing. */
enum err publisher_look(const struct publisher *p, const struct ownlog *log, struct standing *ret) MUST_CHECK;

/* Finish what a crash has left: from HALF or DONE. */
enum err publisher_finish(const struct publisher *p, const struct ownlog *log) MUST_CHECK;

/* Publish a batch; log must be CLEAN, and the batch begin with its tree.  *ret_head is the checkpoint.
 * ERR_BOUNDS past the epoch's max, and the signer's. */
enum err publisher_run(const struct publisher *p, const struct ownlog *log, const struct pending *batch,
                       const uint8_t secret[static KEY_SECRET_LEN], struct checkpoint *ret_head) MUST_CHECK;

#endif
