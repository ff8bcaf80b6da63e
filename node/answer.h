/* Answers to peers, read from the store: what this node carries, in the class that the peer may have.
 *
 * Each answer takes one read transaction.  An observer's peer gets leaves and public parts; of a members'
 * part it gets the word that it is withheld. */
#ifndef NODE_ANSWER_H
#define NODE_ANSWER_H

#include "node/net/link.h"
#include "proto/message.h"
#include "store/store.h"

struct answers {
    struct store *store;
    bool carrier_changed; /* set when trust has changed: the digest is made anew */
    uint64_t digest_seq;
    bool digest_known;
    struct digest digest;
    uint64_t count;
};

/* The heads changed since a cursor; with gap none, and word of it. */
struct frame *answer_changes(struct answers *a, uint64_t id, uint64_t since, bool gap);

/* Answer VECTOR, FETCH, PROVE or PARTS; an ERROR message if it cannot be.  NULL: out of memory. */
struct frame *answer_request(struct answers *a, const struct message *request, enum link_class class);

/* An ERROR message. */
struct frame *answer_error(uint64_t id, unsigned code, uint64_t retry_s, const char *what);

/* Any message that message_encode() writes, as a frame.  NULL: out of memory. */
struct frame *answer_frame(const struct message *m);

#endif
