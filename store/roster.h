/* Whom this node trusts and reaches: pinned States (design 5.1), node keys learned from invitations,
 * configured peers, and the drafts of its own officers.  None of it is replicated. */
#ifndef STORE_ROSTER_H
#define STORE_ROSTER_H

#include "proto/authority.h"
#include "store/store.h"

struct pin {
    char origin[ORIGIN_MAX + 1];
    uint64_t epoch;     /* up to which a person has checked the chain */
    struct digest hash; /* of that epoch's note */
    uint64_t added;     /* s */
    bool own;           /* this node's own State */
    bool hold;
};

/* Set or replace a pin; there is at most one pinned log per State code: ERR_EXISTS sticks if another origin
 * has it. */
void roster_pin(struct txn *t, const struct pin *pin);
bool roster_get(struct txn *t, const char *origin, struct pin *ret);
void roster_remove(struct txn *t, const char *origin);
bool roster_next(struct txn *t, struct pin *pin); /* by origin; start zeroed */

/* How many pinned States must endorse a note before it admits a State or closes an epoch (design 5.2); 0, if
 * nothing was set: none ever do. */
unsigned roster_endorsements(struct txn *t);
void roster_endorsements_set(struct txn *t, unsigned k);

/* A node that may be dialled or may link before its log says so: from an invitation, or by peer add. */
struct peer_row {
    struct pubkey node;
    char origin[ORIGIN_MAX + 1];  /* "" for an observer's node */
    char name[NAME_TEXT_MAX + 1]; /* for people */
    char address[256];            /* tcp://host:port; "" if it is only ever accepted */
    bool invited;    /* its key came with an invitation of origin: admitted as that State's node */
    bool configured; /* added by hand: dialled always */
};
void peers_put(struct txn *t, const struct peer_row *row);
bool peers_get(struct txn *t, const struct pubkey *node, struct peer_row *ret);
void peers_remove(struct txn *t, const struct pubkey *node);
bool peers_next(struct txn *t, struct peer_row *row); /* by node id; start zeroed */

/* Drafts: texts in the order in which they were made. */
uint64_t drafts_add(struct txn *t, struct bytes draft);
bool drafts_next(struct txn *t, uint64_t *seq, struct bytes *ret); /* start with 0 */
void drafts_remove(struct txn *t, uint64_t seq);
void drafts_replace(struct txn *t, uint64_t seq, struct bytes draft); /* the text of one that is there */

#endif
