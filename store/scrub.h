/* Scrubbing: after rows have been destroyed, their bytes are taken out of the database file.
 *
 * LMDB copies a page to change it, gives the old one back when no reader needs it any more, and never clears
 * anything: a deleted row lives on in freed pages, and as a remnant in the unused middle of pages in use.  So
 * the environment is opened anew, because its buffers hold remnants too; then every page in use is looked
 * through, and what belongs to no row is overwritten with zeros; then every page that was free by then.
 * Nothing that a reader, or a restart from the page before the last, could see is touched: LMDB itself would
 * write over the same bytes.
 *
 * It goes in small steps on the writer's thread, between other work.  That it is wanted stands in the
 * database, in the transaction that destroyed the rows, until it has ended and is on the disk. */
#ifndef STORE_SCRUB_H
#define STORE_SCRUB_H

#include "store/store.h"

#define SCRUB_KEY_MAX 511

/* Where a scrubbing is; start zeroed, also after an error. */
struct scrub {
    enum { SCRUB_BEGIN, SCRUB_WALK, SCRUB_SETTLE, SCRUB_FREE } stage;
    uint64_t wanted;            /* what asked for it: the number of a transaction */
    unsigned table;             /* that is being walked */
    uint8_t key[SCRUB_KEY_MAX]; /* of it, where to go on */
    size_t key_len;
    uint64_t until;   /* pages freed by this transaction, or before, may hold remnants */
    uint64_t page;    /* free pages below have been cleared */
    uint64_t cleared; /* bytes that were not zero */
};

/* Ask for it, in the transaction in which rows are destroyed. */
void scrub_want(struct txn *t);

/* Whether it is asked for. */
bool scrub_wanted(struct txn *t);

/* Take one step; no transaction may be open on this thread.  *ret_more: there is more to do.  ERR_BUSY: a
 * reader must end first; call again later.  ERR_VERSION, ERR_CORRUPT: the file is not laid out as this
 * program knows it, and nothing was changed there.  The store's. */
enum err scrub_step(struct store *store, struct scrub *scrub, bool *ret_more) MUST_CHECK;

#endif
