#include "node/invitation.h"

#include <stdlib.h>
#include <string.h>

#include "proto/gate.h"
#include "proto/reader.h"
#include "proto/writer.h"

#define INVITATION_ITEMS 14
#define INVITATION_DEPTH 5

static const char version[] = "comity-invitation/v1";

static void copy_text(char *to, struct bytes text) {
    if (text.len)
        memcpy(to, text.ptr, text.len);
    to[text.len] = 0;
}

/* View the items of an array without reading them. */
static struct bytes items(struct reader *r, uint32_t max, uint32_t *ret_count) {
    uint32_t count = reader_array(r, max);
    const uint8_t *from = r->at;

    for (uint32_t i = 0; i < count && !r->err; i++)
        reader_raw(r);
    *ret_count = r->err ? 0 : count;
    return (struct bytes){from, r->err ? 0 : (size_t)(r->at - from)};
}

static void read_checkpoint(struct reader *r, struct invitation *v) {
    v->checkpoint.size = reader_uint(r, INT64_MAX);
    reader_fixed(r, v->checkpoint.root.b, DIGEST_LEN);
    uint32_t count = reader_array(r, SIGNATURES_MAX);
    for (uint32_t i = 0; i < count && !r->err; i++) {
        if (reader_array(r, 2) != 2)
            reader_fail(r, ERR_MESSAGE);
        reader_fixed(r, v->signature[i].key.b, KEY_LEN);
        reader_fixed(r, v->signature[i].signature.b, SIGNATURE_LEN);
    }
    v->signature_count = r->err ? 0 : count;
}

static void read_leaf(struct reader *r, struct invitation *v) {
    v->index = reader_uint(r, INT64_MAX);
    v->leaf = reader_bin(r, LEAF_MAX);
    v->part.state = reader_nil(r) ? PART_NONE : PART_HELD;
    if (v->part.state == PART_HELD)
        v->part.salted = reader_bin(r, SALT_LEN + PART_MAX);
    uint32_t count = reader_array(r, PROOF_MAX);
    for (uint32_t i = 0; i < count && !r->err; i++)
        reader_fixed(r, v->proof.node[i].b, DIGEST_LEN);
    v->proof.count = r->err ? 0 : count;
}

static void read_node(struct reader *r, struct invitation *v) {
    reader_fixed(r, v->node.b, KEY_LEN);
    v->name = reader_str(r, NAME_TEXT_MAX);
    uint32_t count = reader_array(r, INVITATION_ADDRESSES);
    for (uint32_t i = 0; i < count && !r->err; i++)
        v->address[i] = reader_str(r, INVITATION_ADDRESS_MAX);
    v->address_count = r->err ? 0 : count;
}

enum err invitation_read(struct bytes data, struct invitation *ret) {
    struct invitation v = {0};
    struct reader r;
    enum err err = data.len > INVITATION_MAX ? ERR_SIZE : reader_check(data, INVITATION_DEPTH, PROOF_MAX);

    if (err)
        return err;
    reader_init(&r, data);
    if (reader_array(&r, INVITATION_ITEMS) != INVITATION_ITEMS || !bytes_is(reader_str(&r, 40), version))
        return ERR_VERSION;
    copy_text(v.network, reader_str(&r, NETWORK_MAX));
    copy_text(v.origin, reader_str(&r, ORIGIN_MAX));
    v.notes = items(&r, NOTES_PER_FETCH, &v.note_count);
    read_checkpoint(&r, &v);
    read_leaf(&r, &v);
    read_node(&r, &v);
    err = reader_end(&r);
    if (!err) {
        memcpy(v.checkpoint.origin, v.origin, sizeof(v.origin));
        *ret = v;
    }
    return err;
}

static void write_checkpoint(struct writer *w, const struct invitation *v) {
    writer_uint(w, v->checkpoint.size);
    writer_bin(w, BYTES(v->checkpoint.root.b));
    writer_array(w, v->signature_count);
    for (unsigned i = 0; i < v->signature_count; i++) {
        writer_array(w, 2);
        writer_bin(w, BYTES(v->signature[i].key.b));
        writer_bin(w, BYTES(v->signature[i].signature.b));
    }
}

static void write_rest(struct writer *w, const struct invitation *v) {
    writer_uint(w, v->index);
    writer_bin(w, v->leaf);
    if (v->part.state == PART_HELD)
        writer_bin(w, v->part.salted);
    else
        writer_nil(w);
    writer_array(w, v->proof.count);
    for (unsigned i = 0; i < v->proof.count; i++)
        writer_bin(w, BYTES(v->proof.node[i].b));
    writer_bin(w, BYTES(v->node.b));
    writer_str(w, v->name);
    writer_array(w, v->address_count);
    for (unsigned i = 0; i < v->address_count; i++)
        writer_str(w, v->address[i]);
}

enum err invitation_write(const struct invitation *invitation, const struct package_note *note,
                          uint32_t note_count, uint8_t *buffer, size_t max, struct bytes *ret) {
    struct writer w;

    writer_init(&w, buffer, max);
    writer_array(&w, INVITATION_ITEMS);
    writer_str(&w, bytes_str(version));
    writer_str(&w, bytes_str(invitation->network));
    writer_str(&w, bytes_str(invitation->origin));
    writer_array(&w, note_count);
    for (uint32_t i = 0; i < note_count; i++)
        package_note_write(&w, &note[i]);
    write_checkpoint(&w, invitation);
    write_rest(&w, invitation);
    return writer_end(&w, ret);
}

/* ---- what it says is true ---- */

static enum err verify_addresses(const struct invitation *v) {
    for (unsigned i = 0; i < v->address_count; i++)
        if (v->address[i].len < 8 || memcmp(v->address[i].ptr, "tcp://", 6))
            return ERR_SCHEMA;
    return key_check(&v->node);
}

static enum err verify_observer(const struct invitation *v, struct invited *ret) {
    const struct bytes piece[] = {BYTES(v->node.b), v->name};

    if (!v->name.len || v->note_count || v->leaf.len || v->signature_count)
        return ERR_SCHEMA;
    ret->fingerprint = digest_pieces(piece, 2);
    return ERR_OK;
}

static enum err verify_checkpoint(const struct invitation *v, const struct authority *a) {
    unsigned good = 0;

    if (v->checkpoint.size < a->anchor_size || v->checkpoint.size > a->max || !v->checkpoint.size)
        return ERR_BOUNDS;
    if (v->checkpoint.size == a->anchor_size) /* custodians have signed it, in the note */
        return digest_eq(&v->checkpoint.root, &a->anchor_root) && !v->signature_count ? ERR_OK : ERR_ANCHOR;
    for (unsigned i = 0; i < v->signature_count; i++) {
        enum err err = authority_has_operator(a, &v->signature[i].key)
                           ? checkpoint_verify(&v->checkpoint, &v->signature[i])
                           : ERR_UNSIGNED;
        if (err && err != ERR_UNSIGNED)
            return err;
        good += !err;
    }
    return good ? ERR_OK : ERR_UNSIGNED;
}

static enum err verify_leaf(const struct invitation *v, struct leaf *ret) {
    struct digest hash = digest_leaf(v->leaf);
    enum err err = leaf_check(v->leaf);

    if (!err)
        err = merkle_check_inclusion(v->index, v->checkpoint.size, &hash, &v->proof, &v->checkpoint.root);
    if (!err)
        err = leaf_decode(v->leaf, ret);
    if (err)
        return err;
    if (ret->kind != LEAF_NODE || !pubkey_eq(&ret->node.id, &v->node))
        return ERR_SCHEMA;
    if (v->part.state != PART_HELD)
        return ERR_OK;
    if (!ret->has_part[PART_PUBLIC])
        return ERR_COMMITMENT;
    err = part_check(v->part.salted);
    return err ? err : part_verify(PART_PUBLIC, v->part.salted, &ret->part[PART_PUBLIC]);
}

/* The chain of notes, by the rule of the gate; chain has room for NOTES_PER_FETCH. */
static enum err verify_notes(const struct invitation *v, struct authority *chain) {
    struct reader r;
    struct package_note note;
    unsigned count = 0;
    enum err err = v->note_count ? ERR_OK : ERR_MISSING;

    for (reader_init(&r, v->notes); !err && count < v->note_count; count++) {
        if (!package_note_next(&r, &note))
            return r.err ? r.err : ERR_MISSING;
        err = count ? gate_next(chain, count, &note, &chain[count]) : gate_open(v->origin, &note, chain);
    }
    return err;
}

static enum err verify_state(const struct invitation *v, struct invited *ret) {
    struct authority *chain = calloc(NOTES_PER_FETCH, sizeof(*chain));
    enum err err = chain ? verify_notes(v, chain) : ERR_MEMORY;

    if (!err && strcmp(chain->network, v->network))
        err = ERR_NETWORK;
    if (!err) {
        ret->fingerprint = chain->hash;
        ret->authority = chain[v->note_count - 1];
        err = verify_checkpoint(v, &ret->authority);
    }
    free(chain);
    return err ? err : verify_leaf(v, &ret->leaf);
}

bool invitation_names(const struct invitation *invitation, const struct digest *note) {
    struct reader r;
    struct package_note one;

    for (reader_init(&r, invitation->notes); package_note_next(&r, &one);) {
        struct digest hash = digest_of(one.text);
        if (digest_eq(&hash, note))
            return true;
    }
    return false;
}

enum err invitation_verify(const struct invitation *invitation, const char *network, struct invited *ret) {
    struct invited found = {0};
    enum err err = strcmp(invitation->network, network) ? ERR_NETWORK : verify_addresses(invitation);

    if (!err)
        err = *invitation->origin ? verify_state(invitation, &found) : verify_observer(invitation, &found);
    if (!err)
        *ret = found;
    return err;
}
