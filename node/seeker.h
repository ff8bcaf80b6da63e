/* The searches for where rival trees part from what is held (proto/locate.h), over the leaves of the store.
 *
 * They live in memory: one that is lost with the process is begun anew when the peer is asked again. */
#ifndef NODE_SEEKER_H
#define NODE_SEEKER_H

#include "proto/sync.h"
#include "store/logs.h"

/* Zeroed at first. */
struct seeker {
    struct search {
        bool used;
        uint8_t log[LOG_ID_LEN];
        struct locate locate;
    } search[SYNC_LOCATES];
};

/* The search of a log; NULL if there is none. */
struct locate *seeker_find(struct seeker *s, const uint8_t log[static LOG_ID_LEN]);

/* Begin one: the rival that the intake has kept, against what this node holds signed.  ERR_NOT_FOUND: there
 * is no rival, or it is of another epoch; locate_begin()'s. */
enum err seeker_begin(struct seeker *s, struct txn *t, const struct sync *sync,
                      const uint8_t log[static LOG_ID_LEN]) MUST_CHECK;

/* Go on with one by an answer to PROVE.  ERR_NOT_FOUND, locate_take()'s. */
enum err seeker_take(struct seeker *s, struct txn *t, const uint8_t log[static LOG_ID_LEN],
                     const struct proved *answer) MUST_CHECK;

#endif
