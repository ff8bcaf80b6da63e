/* Whom this node dials: the admitted nodes whose address is known from an invitation or was given by hand;
 * and as long as these are fewer than LEARNED_MAX, others that the logs name (node/learned.h). */
#ifndef NODE_DIALLING_H
#define NODE_DIALLING_H

#include "node/admission.h"
#include "proto/sync.h"

#define DIALS_MAX SYNC_PEERS

struct dialling {
    struct pubkey own;          /* of this node; set before the first renewal */
    unsigned count, configured; /* configured: nodes of other States in the list, dialled or not */
    struct dial {
        struct pubkey key;
        char address[256];
        struct dialler *dialler;
        bool wanted, learned;
    } dial[DIALS_MAX];
};

/* Begin what is new and end what is no longer wanted.  Says on the log what cannot be dialled. */
void dialling_renew(struct dialling *d, struct net *net, struct store *store,
                    const struct admission *admission);

#endif
