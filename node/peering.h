/* The nodes that this one talks to: their links, their places in replication, whom to dial, and whether what
 * they report of this State's own log lets its officers sign (design 4).
 *
 * All of it runs on the loop's thread. */
#ifndef NODE_PEERING_H
#define NODE_PEERING_H

#include <jansson.h>

#include "node/admission.h"
#include "node/config.h"
#include "node/control.h"
#include "node/replica.h"

struct peering;

struct peering_options {
    uv_loop_t *loop;
    const struct config *config;
    struct store *store;
    struct committer *writer;
    uint8_t seed[KEY_SEED_LEN];     /* of the node key */
    void (*changed)(void *context); /* a peer came, went, or has reported; a head has moved */
    void (*moved)(void *context, const struct log_record *record); /* by replication */
    void (*broken)(void *context, enum err err); /* the store can no longer be written, or is damaged */
    void *context;
};

enum err peering_open(const struct peering_options *options, struct peering **ret) MUST_CHECK;

/* Begin: listen for peers and for the CLI, dial.  Says on the log what is refused. */
enum err peering_start(struct peering *p, struct control *control) MUST_CHECK;

/* The trust has changed: renew who is admitted, whom to dial, and what is carried.  The same if only heads
 * have moved. */
void peering_renew(struct peering *p);
void peering_moved(struct peering *p);

/* Whether the own head has been compared with enough peers since the start; otherwise why not, and what to
 * do. */
bool peering_confirmed(struct peering *p, char *ret_reason, size_t max);

/* Ask the peers what they still hold of what a log erases; peering_json tells what they say. */
void peering_survey(struct peering *p, const uint8_t log[static LOG_ID_LEN]);

/* Look how much room the disk has: with too little, nothing more is taken from peers. */
void peering_room(struct peering *p);

/* What the API says of a running daemon: see api_live in node/api.h. */
json_t *peering_json(struct peering *p);

/* Close every link; done when all have been freed, on the loop. */
void peering_close(struct peering *p, void (*done)(void *context), void *context);
void peering_free(struct peering *p); /* after done */

#endif
