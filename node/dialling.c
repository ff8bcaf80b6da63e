#include "node/dialling.h"

#include <stdio.h>
#include <string.h>

#include "node/learned.h"
#include "node/logline.h"
#include "store/roster.h"

static struct dial *find(struct dialling *d, const struct pubkey *key, const char *address) {
    for (unsigned i = 0; i < d->count; i++)
        if (pubkey_eq(&d->dial[i].key, key) && strcmp(d->dial[i].address, address) == 0)
            return &d->dial[i];
    return NULL;
}

static void want(struct dialling *d, struct net *net, const struct pubkey *key, const char *address,
                 bool learned) {
    struct dial *dial = find(d, key, address);
    if (dial) {
        dial->wanted = true;
        dial->learned = learned;
        return;
    }
    if (d->count == DIALS_MAX) {
        logline(LOGLINE_WARNING, "%u nodes are dialled already; %s is not", DIALS_MAX, address);
        return;
    }
    struct dialler *dialler = net_dial(net, address, key);
    if (!dialler) {
        logline(LOGLINE_WARNING, "%s is not an address of the form tcp://host:port", address);
        return;
    }
    dial = &d->dial[d->count++];
    *dial = (struct dial){.key = *key, .dialler = dialler, .wanted = true, .learned = learned};
    snprintf(dial->address, sizeof dial->address, "%s", address);
}

/* Whether people have said where this node is reached. */
static bool is_given(struct txn *t, const struct pubkey *key) {
    struct peer_row row;
    return peers_get(t, key, &row) && row.address[0];
}

/* Learned nodes make up the number, and give way to given ones. */
static void learned_want(struct dialling *d, struct net *net, struct txn *t,
                         const struct admission *admission, unsigned given) {
    struct learned learned[LEARNED_MAX];
    unsigned count = learned_load(t, &d->own, learned);
    for (unsigned i = 0; i < count && given < LEARNED_MAX; i++) {
        const struct admitted *admitted = admission_find(admission, &learned[i].node);
        if (!admitted || admitted->class != LINK_MEMBER || is_given(t, &learned[i].node))
            continue;
        want(d, net, &learned[i].node, learned[i].address, true);
        given++;
    }
}

static void unwanted_end(struct dialling *d) {
    for (unsigned i = 0; i < d->count;) {
        if (d->dial[i].wanted) {
            i++;
            continue;
        }
        net_undial(d->dial[i].dialler);
        d->dial[i] = d->dial[--d->count];
    }
}

void dialling_renew(struct dialling *d, struct net *net, struct store *store,
                    const struct admission *admission) {
    struct peer_row row;
    struct txn t;
    unsigned given = 0;
    memset(&row, 0, sizeof row);
    for (unsigned i = 0; i < d->count; i++)
        d->dial[i].wanted = false;
    d->configured = 0;
    txn_begin(&t, store, false);
    while (peers_next(&t, &row)) {
        const struct admitted *admitted = admission_find(admission, &row.node);
        d->configured += admitted && admitted->class == LINK_MEMBER;
        if (admitted && row.address[0]) {
            want(d, net, &row.node, row.address, false);
            given++;
        }
    }
    learned_want(d, net, &t, admission, given);
    txn_abort(&t);
    unwanted_end(d);
}
