/* What a view may see of a leaf: the only place from which the API, the search and the page read parts.
 *
 * A view is a number of part classes, from the public one upwards.  A class beyond it is never looked up: it
 * is "withheld" because the leaf commits to it, whether this node holds it or not. */
#ifndef NODE_CARD_H
#define NODE_CARD_H

#include "node/api.h"
#include "proto/leaf.h"
#include "store/logs.h"

struct card {
    uint64_t index;
    struct bytes bytes; /* of the leaf */
    struct leaf leaf;
    enum part_state state[PART_CLASSES];
    struct bytes salted[PART_CLASSES]; /* where PART_HELD */
    bool erased; /* by its State, in the view; the time is the claimed one of that leaf */
    uint64_t erased_s;
};

/* Read a leaf that means something; views live as long as the transaction.  ERR_NOT_FOUND; leaf_decode's,
 * with ret filled as far as it can be. */
enum err card_read(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t index, enum api_view view,
                   struct card *ret) MUST_CHECK;

/* Bytes of parts that a card brings into an answer. */
size_t card_size(const struct card *card);

/* The record of a contact's leaf, with "state", "id", "index" and "parts"; NULL if it is no contact's. */
json_t *card_contact(const char *code, const struct card *card);

/* A node's keys and, as far as the view goes, its endpoints; NULL if it is no node's leaf. */
json_t *card_node(const char *code, const struct card *card);

/* {"public": "held" | "none" | "withheld" | "gone", "members": ...} */
json_t *card_parts(const struct card *card);

/* "public" and "members". */
const char *card_class_name(unsigned class);

#endif
