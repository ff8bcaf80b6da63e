/* What a peer's report says of this State's own log (design 4). */
#ifndef NODE_OWNHEAD_H
#define NODE_OWNHEAD_H

#include "proto/message.h"
#include "store/store.h"

enum ownhead {
    OWNHEAD_UNKNOWN,
    OWNHEAD_AGREES, /* a prefix of what is held here, or all of it */
    OWNHEAD_AHEAD,  /* more than is held here: this node has lost entries, and fetches them */
    OWNHEAD_DIFFERS /* another history */
};

/* Compare a report with what is held of the log. */
enum ownhead ownhead_compare(struct store *store, const uint8_t log[static LOG_ID_LEN],
                             const struct head *reported);

#endif
