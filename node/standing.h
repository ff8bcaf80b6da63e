/* How ledger, pending batch and stored log stand to each other (design 4): whether something may be signed,
 * something has to be finished, or a person has to act, and how. */
#ifndef NODE_STANDING_H
#define NODE_STANDING_H

#include "node/ledger.h"
#include "node/ownlog.h"

enum standing_state {
    STANDING_CLEAN,       /* a batch may be signed on top of base */
    STANDING_HALF,        /* signed, but not all handed in: publisher_finish() */
    STANDING_DONE,        /* handed in, but not tidied up: publisher_finish() */
    STANDING_LOG_BACK,    /* the ledger has signed more than the store holds, and the batch is not at hand */
    STANDING_LEDGER_BACK, /* the store holds more than the ledger has signed */
    STANDING_LEDGER_LOST, /* there is no ledger, and this epoch may not begin one */
    STANDING_FORK,        /* same size, another root */
    STANDING_OTHER,       /* a ledger of another log */
    STANDING_DISPUTED,    /* two histories of the own log are signed */
    STANDING_CONTESTED,   /* two authority notes of one epoch are signed */
    STANDING_INCOMPLETE   /* entries below the newest anchor are not held here */
};

struct standing {
    enum standing_state state;
    uint64_t epoch, size; /* of the ledger */
    struct frontier base; /* the tree that the next batch stands upon; if CLEAN */
    bool renewal;         /* the ledger is lost, and this epoch begins a new one */
};

/* What the stored own log has of its first size leaves. */
typedef enum err standing_root(void *context, uint64_t size, struct digest *ret);

/* Compare them.  Errors: the ledger's but ERR_NOT_FOUND, the batch's, root's. */
enum err standing_look(const char *dir, const struct ownlog *log, standing_root *root, void *context,
                       struct standing *ret) MUST_CHECK;

/* Say what it means and what to do about it, in plain words; "" for a state that needs nothing from a
 * person. */
void standing_say(const struct standing *standing, const struct ownlog *log, char *ret, size_t max);

#define STANDING_TEXT_MAX 700

#endif
