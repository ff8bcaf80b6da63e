/* Questions for lacking parts (PARTS) that are under way: an answer holds parts alone, in the order asked.
 *
 * They live in memory: one that is lost with the process is asked again. */
#ifndef NODE_GLEANER_H
#define NODE_GLEANER_H

#include "proto/sync.h"
#include "store/logs.h"

/* Zeroed at first; gleaner_done() frees what it holds. */
struct gleaner {
    struct gleaner_question {
        uint8_t log[LOG_ID_LEN];
        struct message *asked; /* NULL: the place is free */
        uint64_t next;         /* index behind the last that was looked at; 0: none is left */
    } question[SYNC_PARTS];
};

/* Make the question of a SYNC_SEND_PARTS from the store.  NULL: nothing is lacking up to *ret_next, or there
 * is no room.  It lives until gleaner_take(), or until sync has given it up. */
const struct message *gleaner_ask(struct gleaner *g, struct txn *t, const struct sync *sync,
                                  const struct sync_action *action, bool members, uint64_t *ret_next);

/* Take the question of a log, to be freed by the caller; NULL if there is none. */
struct message *gleaner_take(struct gleaner *g, const uint8_t log[static LOG_ID_LEN], uint64_t *ret_next);

void gleaner_done(struct gleaner *g);

#endif
