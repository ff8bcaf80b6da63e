#include "node/dialling.h"

#include <string.h>

#include "node/logline.h"
#include "store/roster.h"

static struct dial *find(struct dialling *d, const struct peer_row *row) {
    for (unsigned i = 0; i < d->count; i++)
        if (pubkey_eq(&d->dial[i].key, &row->node) && strcmp(d->dial[i].address, row->address) == 0)
            return &d->dial[i];
    return NULL;
}

static void want(struct dialling *d, struct net *net, const struct peer_row *row) {
    struct dial *dial = find(d, row);
    if (dial) {
        dial->wanted = true;
        return;
    }
    if (d->count == DIALS_MAX) {
        logline(LOGLINE_WARNING, "%u nodes are dialled already; %s is not", DIALS_MAX, row->address);
        return;
    }
    struct dialler *dialler = net_dial(net, row->address, &row->node);
    if (!dialler) {
        logline(LOGLINE_WARNING, "%s is not an address of the form tcp://host:port", row->address);
        return;
    }
    dial = &d->dial[d->count++];
    *dial = (struct dial){.key = row->node, .dialler = dialler, .wanted = true};
    memcpy(dial->address, row->address, sizeof dial->address);
}

void dialling_renew(struct dialling *d, struct net *net, struct store *store,
                    const struct admission *admission) {
    struct peer_row row;
    struct txn t;
    memset(&row, 0, sizeof row);
    for (unsigned i = 0; i < d->count; i++)
        d->dial[i].wanted = false;
    d->configured = 0;
    txn_begin(&t, store, false);
    while (peers_next(&t, &row)) {
        const struct admitted *admitted = admission_find(admission, &row.node);
        d->configured += admitted && admitted->class == LINK_MEMBER;
        if (admitted && row.address[0])
            want(d, net, &row);
    }
    txn_abort(&t);
    for (unsigned i = 0; i < d->count;) {
        if (d->dial[i].wanted) {
            i++;
            continue;
        }
        net_undial(d->dial[i].dialler);
        d->dial[i] = d->dial[--d->count];
    }
}
