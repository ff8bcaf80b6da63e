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

/* What the node has of the own log. */
struct publisher_log {
    char origin[ORIGIN_MAX + 1];
    uint64_t epoch, max;
    uint64_t size; /* of the head */
    struct digest root;
    uint64_t held; /* more than size if a batch is half handed in */
};

struct publisher {
    const char *dir; /* the ledger in it is locked by the caller */
    void *context;
    enum err (*submit)(void *context, struct bytes message); /* a package, as an answer to FETCH */
    enum err (*drop)(void *context, const struct pending_draft *draft, uint32_t count);
    void (*step)(void *context, unsigned number, uint64_t done); /* NULL: nobody looks; after each step */
};

/* How ledger, pending batch and stored log stand to each other. */
enum publisher_state {
    PUBLISHER_CLEAN,
    PUBLISHER_HALF,        /* signed, but not all handed in: publisher_finish() */
    PUBLISHER_DONE,        /* handed in, but not tidied up: publisher_finish() */
    PUBLISHER_LOG_BACK,    /* the ledger has signed more than the store holds, and the batch is not at hand */
    PUBLISHER_LEDGER_BACK, /* the store holds more than the ledger has signed */
    PUBLISHER_FORK,        /* same size, another root */
    PUBLISHER_OTHER        /* ledger of another log or epoch */
};

/* Compare them.  A batch that was written but never signed is forgotten.  Errors: the ledger's, the batch's.
 */
enum err publisher_look(const struct publisher *p, const struct publisher_log *log,
                        enum publisher_state *ret) MUST_CHECK;

/* Finish what a crash has left: from HALF or DONE. */
enum err publisher_finish(const struct publisher *p, const struct publisher_log *log) MUST_CHECK;

/* Publish a batch; log must be CLEAN, batch->from its size.  ERR_BOUNDS past the epoch's max.  *ret_head is
 * the checkpoint. */
enum err publisher_run(const struct publisher *p, const struct publisher_log *log,
                       const struct pending *batch, const uint8_t secret[static KEY_SECRET_LEN],
                       struct checkpoint *ret_head) MUST_CHECK;

/* Say what a state means and what to do about it; "" for those that need nothing from a person. */
const char *publisher_advice(enum publisher_state state);

#endif
