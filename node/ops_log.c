#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/intake.h"
#include "node/invitation.h"
#include "node/ops_call.h"
#include "node/restored.h"
#include "proto/message.h"
#include "proto/view.h"
#include "store/directory.h"

static enum err own_log(struct ops_call *call, struct txn *t, struct log_record *ret) {
    uint8_t id[LOG_ID_LEN];

    if (!*call->ops->origin)
        return ops_refuse(call, ERR_DENIED, "this is an observer's node: it has no log of its own");
    origin_log_id(call->ops->origin, id);
    if (logs_get(t, id, ret))
        return ERR_OK;
    return ops_refuse(call, ERR_NOT_FOUND,
                      "the own log %s is not open here: `comity init` has not ended well", call->ops->origin);
}

static enum err decode(struct ops_call *call, struct message *ret) {
    enum err err = message_decode(call->body, ret);

    if (err)
        return ops_refuse_err(call, err, "the package");
    if (ret->kind != (MESSAGE_FETCH | MESSAGE_ANSWER))
        return ops_refuse(call, ERR_MESSAGE, "a package is wanted, in the form of an answer to FETCH");
    return ERR_OK;
}

enum err ops_log_open(struct ops_call *call, struct txn *t) {
    struct message message;
    struct package_note note;
    struct authority authority;
    struct log_record record;
    struct reader r;
    struct pin pin = {.own = true, .added = call->ops->now_s()};
    enum err err = decode(call, &message);

    if (err)
        return err;
    reader_init(&r, message.package.notes);
    if (!package_note_next(&r, &note))
        return ops_refuse(call, r.err ? r.err : ERR_MISSING, "the package has no authority note");
    err = gate_open(call->ops->origin, &note, &authority);
    if (!err && strcmp(authority.network, call->ops->network))
        err = ERR_NETWORK;
    if (err)
        return ops_refuse_err(call, err, "the authority note");
    snprintf(pin.origin, sizeof(pin.origin), "%s", call->ops->origin);
    pin.hash = authority.hash;
    roster_pin(t, &pin);
    logs_open(t, call->ops->origin, &note, &record);
    call->ops->changed_log = call->ops->changed_trust = true;
    ops_put_text(call->out, "origin", call->ops->origin);
    return ERR_OK;
}

static enum err take(struct ops_call *call, struct txn *t, const struct package *package,
                     struct log_record *ret) {
    struct intake *intake = intake_new(false);
    uint64_t at = 0;
    char what[80];
    enum err err = intake ? intake_package(intake, t, package, call->ops->now_s(), ret, &at) : ERR_MEMORY;

    if (!err && intake_wrong(intake)->count) { /* nobody else has a better one */
        err = intake_wrong(intake)->why;
        at = intake_wrong(intake)->at;
    }
    intake_free(intake);
    if (err && err != ERR_MEMORY && !t->err) {
        snprintf(what, sizeof(what), "entry %llu of the own log", (unsigned long long)at);
        return ops_refuse_err(call, err, what);
    }
    return err;
}

/* The own custodians' note has been handed in by the own people: its epoch is confirmed by that. */
static void confirm_own(struct ops_call *call, struct txn *t, const struct log_record *record) {
    struct pin pin;

    if (record->head.flags & VIEW_CONTESTED || !roster_get(t, record->origin, &pin) ||
        pin.epoch >= record->epoch)
        return;
    pin.epoch = record->epoch;
    pin.hash = record->end;
    roster_pin(t, &pin);
    call->ops->changed_trust = true;
}

enum err ops_submit(struct ops_call *call, struct txn *t) {
    struct message message;
    struct log_record record;
    enum err err = own_log(call, t, &record);

    if (!err)
        err = decode(call, &message);
    if (!err && memcmp(message.package.log, record.id, LOG_ID_LEN))
        err = ops_refuse(call, ERR_ORIGIN,
                         "the package is of another log than %s: only the own log is written here",
                         call->ops->origin);
    if (!err)
        err = take(call, t, &message.package, &record);
    if (err)
        return err;
    if (message.package.note_count)
        confirm_own(call, t, &record);
    call->ops->changed_log = true;
    ops_put_number(call->out, "size", record.head.size);
    ops_put_number(call->out, "held", record.held);
    json_object_set_new(call->out, "complete", json_boolean(record.held == record.head.size));
    return ERR_OK;
}

/* The right edge of the first size leaves, as a list of peaks, largest first. */
static enum err put_edge(struct ops_call *call, const char *name, const struct frontier *f) {
    json_t *peaks = json_array();

    for (int level = 63; level >= 0; level--) {
        char text[BASE64_LEN(DIGEST_LEN) + 1];
        size_t len = 0;
        if (!(f->size >> level & 1))
            continue;
        if (base64_put(text, sizeof(text), &len, BYTES(f->peak[level].b)))
            return ERR_FULL;
        json_array_append_new(peaks, json_stringn(text, len));
    }
    json_object_set_new(call->out, name, peaks);
    return ERR_OK;
}

/* What the signer has to know of the newest authority note: its text, and the tree at its anchor if that is
 * held. */
static enum err put_epoch(struct ops_call *call, struct txn *t, const struct log_record *record) {
    struct package_note note;
    struct authority authority;
    struct tree_reader tree = {.txn = t};
    struct frontier anchor;
    enum err err =
        logs_note(t, record, record->epoch, &note) ? authority_parse(note.text, &authority) : ERR_CORRUPT;

    if (err)
        return ops_refuse_err(call, err, "the stored authority note");
    json_object_set_new(call->out, "note", json_stringn((const char *)note.text.ptr, note.text.len));
    ops_put_number(call->out, "epoch", authority.epoch);
    ops_put_number(call->out, "max", authority.max);
    if (authority.anchor_size > record->held)
        return ERR_OK;
    memcpy(tree.id, record->id, LOG_ID_LEN);
    err = frontier_load(&anchor, authority.anchor_size, logs_lookup, &tree);
    return err ? err : put_edge(call, "anchor", &anchor);
}

enum err ops_log_state(struct ops_call *call, struct txn *t) {
    struct log_record record;
    enum err err = own_log(call, t, &record);

    if (!err)
        err = put_epoch(call, t, &record);
    if (err)
        return err;
    ops_put_text(call->out, "origin", record.origin);
    ops_put_number(call->out, "size", record.head.size);
    ops_put_base64(call->out, "root", BYTES(record.head.root.b));
    ops_put_number(call->out, "held", record.held);
    ops_put_number(call->out, "flags", record.head.flags);
    return ERR_OK;
}

/* The consistency proof that leads from an earlier size, if one is asked for. */
static enum err put_proof(struct ops_call *call, struct tree_reader *tree, uint64_t size) {
    const json_t *from = json_object_get(call->in, "from");
    json_t *list;
    struct proof proof = {0};

    if (!from)
        return ERR_OK;
    if (!json_is_integer(from) || json_integer_value(from) < 0 || (uint64_t)json_integer_value(from) > size)
        return ops_refuse(call, ERR_RANGE, "from: a number from 0 to size is wanted");
    enum err err = ERR_OK;
    if (json_integer_value(from)) /* an empty tree is the beginning of every one, without a proof */
        err = merkle_prove_consistency(&proof, (uint64_t)json_integer_value(from), size, logs_lookup, tree);
    json_object_set_new(call->out, "proof", list = json_array());
    for (unsigned i = 0; i < proof.count && !err; i++) {
        json_t *node = json_object();
        ops_put_base64(node, "node", BYTES(proof.node[i].b));
        json_array_append(list, json_object_get(node, "node"));
        json_decref(node);
    }
    return err;
}

enum err ops_log_root(struct ops_call *call, struct txn *t) {
    struct log_record record;
    struct tree_reader tree = {.txn = t};
    struct digest root;
    const json_t *size = json_object_get(call->in, "size");
    enum err err = own_log(call, t, &record);

    if (err)
        return err;
    if (!json_is_integer(size) || json_integer_value(size) < 0 ||
        (uint64_t)json_integer_value(size) > record.head.size)
        return ops_refuse(call, ERR_RANGE, "size: a number from 0 to %llu is wanted, the size of the own log",
                          (unsigned long long)record.head.size);
    memcpy(tree.id, record.id, LOG_ID_LEN);
    err = merkle_root(&root, (uint64_t)json_integer_value(size), logs_lookup, &tree);
    if (!err)
        ops_put_base64(call->out, "root", BYTES(root.b));
    return err ? err : put_proof(call, &tree, (uint64_t)json_integer_value(size));
}

enum err ops_log_confirm(struct ops_call *call, struct txn *t) {
    (void)call;
    restored_clear(t);
    return ERR_OK;
}

/* ---- the invitation of this node ---- */

static enum err put_leaf(struct ops_call *call, struct txn *t, const struct log_record *record,
                         struct invitation *v) {
    struct pubkey node = {{0}};
    struct tree_reader tree = {.txn = t};
    enum err err;

    memcpy(tree.id, record->id, LOG_ID_LEN);
    while (directory_node_next(t, record->id, LEAF_NODE, record->head.size, &node, &v->index)) {
        if (!pubkey_eq(&node, &v->node))
            continue;
        err = logs_leaf(t, record->id, v->index, &v->leaf);
        if (!err)
            err = merkle_prove_inclusion(&v->proof, v->index, record->head.size, logs_lookup, &tree);
        if (err)
            return ops_refuse_err(call, err, "the leaf of this node");
        v->part.state = part_told(logs_part(t, record->id, v->index, PART_PUBLIC, &v->part.salted));
        return ERR_OK;
    }
    return ops_refuse(call, ERR_NOT_FOUND,
                      "the own log does not name this node: publish its node/v1 entry first");
}

/* The chain of notes, up to the newest. */
static enum err put_notes(struct ops_call *call, struct txn *t, const struct log_record *record,
                          struct package_note note[static NOTES_PER_FETCH], uint32_t *ret_count) {
    if (record->epoch >= NOTES_PER_FETCH)
        return ops_refuse(
            call, ERR_ITEMS,
            "the own log has had more than %d epochs, which no invitation carries: States that do "
            "not know it yet take a bundle",
            NOTES_PER_FETCH);
    for (*ret_count = 0; *ret_count <= record->epoch; ++*ret_count)
        if (!logs_note(t, record, *ret_count, &note[*ret_count]))
            return ops_refuse(call, ERR_CORRUPT, "an authority note of the own log is not there");
    return ERR_OK;
}

static enum err put_state(struct ops_call *call, struct txn *t, struct invitation *v,
                          struct package_note note[static NOTES_PER_FETCH], uint32_t *ret_count) {
    struct log_record record;
    enum err err = own_log(call, t, &record);

    if (err)
        return err;
    if (!record.head.size)
        return ops_refuse(call, ERR_MISSING, "the own log has no entries yet");
    if (record.head.flags & VIEW_DOUBTFUL)
        return ops_refuse(
            call, ERR_FORK,
            "the own log is disputed, contested or incomplete: an invitation of it would not be "
            "believed");
    err = put_notes(call, t, &record, note, ret_count);
    if (err)
        return err;
    snprintf(v->origin, sizeof(v->origin), "%s", record.origin);
    logs_checkpoint(t, &record, &v->checkpoint, v->signature, SIGNATURES_MAX, &v->signature_count);
    unsigned own = 0;
    while (own < v->signature_count && !v->signature[own].time) /* cosignatures stand behind */
        own++;
    v->signature_count = own;
    v->checkpoint.size = record.head.size; /* of an anchor there is no checkpoint: its note proves it */
    v->checkpoint.root = record.head.root;
    return put_leaf(call, t, &record, v);
}

static enum err put_addresses(struct ops_call *call, struct invitation *v) {
    json_t *addresses = json_object_get(call->in, "addresses"), *address;
    size_t at;

    if (json_array_size(addresses) > INVITATION_ADDRESSES)
        return ops_refuse(call, ERR_ITEMS, "more than %d addresses", INVITATION_ADDRESSES);
    json_array_foreach(addresses, at, address) {
        const char *text = json_string_value(address);
        if (!text || strlen(text) > INVITATION_ADDRESS_MAX || strncmp(text, "tcp://", 6) ||
            !utf8_clean(bytes_str(text)))
            return ops_refuse(call, ERR_SCHEMA, "address %zu is not tcp://HOST:PORT", at);
        v->address[v->address_count++] = bytes_str(text);
    }
    return ERR_OK;
}

enum err ops_invite(struct ops_call *call, struct txn *t) {
    struct invitation v = {0};
    struct package_note note[NOTES_PER_FETCH];
    uint32_t note_count = 0;
    struct invited said;
    struct bytes data;
    const char *name = ops_text(call, "name", NAME_TEXT_MAX, true);
    bool state = *call->ops->origin;

    if (!name || !ops_node(call, "node", &v.node))
        return call->err;
    v.name = bytes_str(name);
    snprintf(v.network, sizeof(v.network), "%s", call->ops->network);
    enum err err = put_addresses(call, &v);
    if (!err && state)
        err = put_state(call, t, &v, note, &note_count);
    uint8_t *buffer = err ? NULL : malloc(INVITATION_MAX);
    if (!err && !buffer)
        return ERR_MEMORY;
    if (!err) {
        err = invitation_write(&v, note, note_count, buffer, INVITATION_MAX, &data);
        if (!err) /* what leaves this node must be what others admit */
            err = invitation_read(data, &v);
        if (!err)
            err = invitation_verify(&v, call->ops->network, &said);
        if (err)
            ops_refuse_err(call, err, "the invitation that was made");
    }
    if (!err) {
        ops_put_base64(call->out, "invitation", data);
        ops_put_hex(call->out, "fingerprint", BYTES(said.fingerprint.b));
        if (state)
            ops_put_hex(call->out, "note", BYTES(said.authority.hash.b));
    }
    free(buffer);
    return err;
}
