/* Answers to peers, read from the store: what this node carries, in the class that the peer may have.
 *
 * Each answer takes one read transaction.  An observer's peer gets leaves and public parts; of a members'
 * part it gets the word that it is withheld. */
#ifndef NODE_ANSWER_H
#define NODE_ANSWER_H

#include "node/net/link.h"
#include "proto/message.h"
#include "store/store.h"

/* Answer FETCH, PROVE or PARTS about a log that is carried; an ERROR message if it cannot be.  NULL: out of
 * memory. */
struct frame *answer_request(struct txn *t, const struct message *request, enum link_class class);

/* The log that such a request is about, and the answer if it is not carried. */
const uint8_t *answer_log(const struct message *request);
struct frame *answer_unknown(uint64_t id);

/* An ERROR message. */
struct frame *answer_error(uint64_t id, unsigned code, uint64_t retry_s, const char *what);

/* Any message that message_encode() writes, as a frame.  NULL: out of memory. */
struct frame *answer_frame(const struct message *m);

#endif
