#include <stdio.h>
#include <string.h>

#include "node/ops_call.h"

enum err ops_peer_add(struct ops_call *call, struct txn *t) {
    struct peer_row row = {0};
    struct pubkey node;
    const char *address = ops_text(call, "address", sizeof(row.address) - 1, true);
    const char *name = ops_text(call, "name", NAME_TEXT_MAX, false);

    if (!address || !ops_node(call, "node", &node))
        return call->err;
    if (call->err)
        return call->err;
    if (strncmp(address, "tcp://", 6) || !strchr(address + 6, ':'))
        return ops_refuse(call, ERR_SCHEMA, "'%s' is not tcp://HOST:PORT", address);
    if (!peers_get(t, &node, &row))
        row.node = node;
    row.configured = true;
    snprintf(row.address, sizeof(row.address), "%s", address);
    if (name)
        snprintf(row.name, sizeof(row.name), "%s", name);
    peers_put(t, &row);
    call->ops->changed_trust = true;
    ops_put_hex(call->out, "node", BYTES(node.b));
    return ERR_OK;
}

/* An invited node stays admitted; it only is no longer dialled by hand. */
enum err ops_peer_remove(struct ops_call *call, struct txn *t) {
    struct peer_row row;
    struct pubkey node;

    if (!ops_node(call, "node", &node))
        return call->err;
    if (!peers_get(t, &node, &row))
        return ops_refuse(call, ERR_NOT_FOUND, "no peer has this node id: comity peer list shows them");
    if (row.invited && !row.configured)
        return ops_refuse(
            call, ERR_DENIED,
            "this node came with the invitation of %s: comity trust remove or trust hold that State",
            row.origin);
    if (row.invited) {
        row.configured = false;
        peers_put(t, &row);
    } else {
        peers_remove(t, &node);
    }
    call->ops->changed_trust = true;
    ops_put_hex(call->out, "node", BYTES(node.b));
    return ERR_OK;
}

enum err ops_peer_list(struct ops_call *call, struct txn *t) {
    struct peer_row row = {0};
    json_t *peers = json_array();

    json_object_set_new(call->out, "peers", peers);
    while (peers_next(t, &row)) {
        json_t *peer = json_object();
        ops_put_hex(peer, "node", BYTES(row.node.b));
        ops_put_text(peer, "name", row.name);
        ops_put_text(peer, "origin", row.origin);
        ops_put_text(peer, "address", row.address);
        json_object_set_new(peer, "invited", json_boolean(row.invited));
        json_object_set_new(peer, "configured", json_boolean(row.configured));
        json_array_append_new(peers, peer);
    }
    return ERR_OK;
}
