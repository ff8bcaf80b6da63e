/* What peers report of this State's own log (design 4), and whether that is enough to sign on top of it. */
#ifndef NODE_OWNHEAD_H
#define NODE_OWNHEAD_H

#include "proto/message.h"
#include "store/store.h"

enum ownhead {
    OWNHEAD_UNKNOWN, /* has said nothing yet, or does not know of the open epoch yet */
    OWNHEAD_AGREES,  /* a prefix of what is held here, or all of it */
    OWNHEAD_AHEAD,   /* more than is held here: this node has lost entries or an epoch, and fetches them */
    OWNHEAD_DIFFERS  /* another history, or it knows of two */
};

/* Compare a report with what is held of the log. */
enum ownhead ownhead_compare(struct store *store, const uint8_t log[static LOG_ID_LEN],
                             const struct head *reported);

#define OWNHEAD_PEERS 3 /* so many have to agree, or all that are configured */

/* What one node of another State has said since the start; an observer's word neither lets sign nor keeps
 * from it. */
struct ownhead_word {
    enum ownhead said;
    bool holds; /* something of the log; one that holds nothing agrees, and proves nothing */
    char peer[17];
};

/* Whether the own head has been compared with enough peers.  After a restore at least one has to answer that
 * holds the log, also where none is configured.  ret_reason says why not, and what happens next. */
bool ownhead_confirmed(const struct ownhead_word *word, unsigned count, unsigned configured, bool restored,
                       char *ret_reason, size_t max);

#endif
