/* Invitations, as they are carried and behind the signature: what is read is written again to the same bytes,
 * and what is believed was proven; a node takes it or refuses it with a reason, and its store holds together.
 *
 * The first byte says whether the rest is text as a mail brings it, the bytes in it, or the choices by which
 * a State forges its own invitation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/armour.h"
#include "node/ops.h"
#include "tests/fuzz/forge.h"
#include "tests/lib/sound.h"

#define NETWORK "test.example"

static struct author fr, ke;
static struct author_mark fr_mark;
static struct store *store;

static void end(void) {
    author_close(&fr);
    author_close(&ke);
    store_close(store);
}

static struct leaf node_leaf(void) {
    struct leaf leaf = {.kind = LEAF_NODE, .time = 1700000000};
    leaf.node.id = leaf.node.witness = fr.authority.operator_key[0];
    return leaf;
}

static void begin(void) {
    if (store) {
        author_return(&fr, &fr_mark);
        return;
    }
    author_open(&fr, "fr", 1);
    author_fill(&fr, 5, 120, 0);
    struct leaf leaf = node_leaf();
    author_leaf(&fr, &leaf);
    author_mark(&fr, &fr_mark);
    author_open(&ke, "ke", 2);
    store = author_store(fuzz_dir(), 0);
    author_register(&ke, store);
    MUST(atexit(end) == 0);
}

static uint64_t now_s(void) {
    return 1700000000;
}

/* Whether it is taken or not, there is a reason; and then it is gone again. */
static void hand_in(struct bytes data, bool good) {
    struct ops ops = {.store = store, .network = NETWORK, .origin = ke.origin, .now_s = now_s};
    struct ops_reply reply;
    char why[SOUND_TEXT], body[ORIGIN_MAX + 32];
    struct txn t;
    ops_call(&ops, "trust-add", data, &reply);
    MUST(reply.body && (reply.status == OPS_DONE || reply.status == OPS_REFUSED));
    MUST(good || reply.status == OPS_REFUSED);
    MUST(reply.status == OPS_DONE || strstr(reply.body, "\"error\":\""));
    free(reply.body);
    if (reply.status != OPS_DONE)
        return;
    txn_begin(&t, store, false);
    if (!sound_store(&t, why))
        fuzz_fail(why, __FILE__, __LINE__);
    txn_abort(&t);
    snprintf(body, sizeof body, "{\"origin\":\"%s\"}", fr.origin);
    ops_call(&ops, "trust-remove", bytes_str(body), &reply);
    free(reply.body);
}

/* What is believed, from nothing but the parts of it. */
static void proven(const struct invitation *v, const struct invited *said) {
    struct digest hash = digest_leaf(v->leaf);
    bool signed_by_one = false;
    if (!*v->origin)
        return;
    for (unsigned i = 0; i < v->signature_count; i++)
        signed_by_one |= authority_has_operator(&said->authority, &v->signature[i].key) &&
                         checkpoint_verify(&v->checkpoint, &v->signature[i]) == ERR_OK;
    MUST(signed_by_one || (v->checkpoint.size == said->authority.anchor_size &&
                           digest_eq(&v->checkpoint.root, &said->authority.anchor_root)));
    MUST(merkle_check_inclusion(v->index, v->checkpoint.size, &hash, &v->proof, &v->checkpoint.root) ==
         ERR_OK);
    MUST(said->leaf.kind == LEAF_NODE && pubkey_eq(&said->leaf.node.id, &v->node));
    MUST(invitation_names(v, &said->authority.hash));
}

static bool same_again(const struct invitation *v, struct bytes data) {
    static uint8_t buffer[INVITATION_MAX];
    struct package_note note[NOTES_PER_FETCH];
    struct bytes again;
    struct reader r;
    uint32_t count = 0;
    reader_init(&r, v->notes);
    while (count < v->note_count && count < NOTES_PER_FETCH && package_note_next(&r, &note[count]))
        count++;
    if (count != v->note_count) /* their shape is looked at when they are walked */
        return true;
    return invitation_write(v, note, count, buffer, sizeof buffer, &again) == ERR_OK && bytes_eq(data, again);
}

static void try_bytes(struct bytes data) {
    struct invitation v;
    struct invited said;
    bool good = invitation_read(data, &v) == ERR_OK;
    if (good)
        MUST(same_again(&v, data));
    good = good && invitation_verify(&v, NETWORK, &said) == ERR_OK;
    if (good)
        proven(&v, &said);
    hand_in(data, good);
}

static void try_text(struct bytes text) {
    static uint8_t buffer[INVITATION_MAX], other[INVITATION_MAX];
    struct bytes data, again;
    char *written;
    if (armour_get(text, buffer, &data))
        return;
    MUST(armour_put(data, "For: people\n", &written) == ERR_OK);
    MUST(armour_get(bytes_str(written), other, &again) == ERR_OK && bytes_eq(data, again));
    free(written);
    try_bytes(data);
}

static void change(struct invitation *v, struct supply *s) {
    switch (supply_byte(s) % 8) {
    case 0:
        v->index = supply_byte(s);
        return;
    case 1:
        v->checkpoint.size = supply_byte(s);
        return;
    case 2:
        v->checkpoint.root.b[0] ^= supply_byte(s);
        return;
    case 3:
        v->leaf = fr.entry[supply_byte(s) % fr.size].leaf;
        return;
    case 4:
        v->proof.count = supply_byte(s) % 5;
        return;
    case 5:
        v->node = ke.authority.operator_key[0];
        return;
    case 6:
        v->name = supply_bytes(s, supply_byte(s));
        return;
    default:
        v->address[0] = supply_bytes(s, supply_byte(s));
    }
}

static void try_forged(struct supply *s) {
    static uint8_t buffer[INVITATION_MAX];
    struct invitation v = {.network = NETWORK, .index = 5, .signature_count = 1, .address_count = 1};
    struct package_note note[1 + AUTHOR_EPOCHS] = {fr.note};
    struct bytes data;
    if (supply_byte(s) & 1)
        forge_note(&fr, s);
    memcpy(note + 1, fr.later, fr.later_count * sizeof *note);
    memcpy(v.origin, fr.origin, sizeof v.origin);
    memcpy(v.checkpoint.origin, fr.origin, sizeof fr.origin);
    v.checkpoint.size = fr.size;
    v.checkpoint.root = author_root(&fr, fr.size);
    v.leaf = fr.entry[5].leaf;
    v.node = fr_mark.authority.operator_key[0];
    v.address[0] = bytes_str("tcp://127.0.0.1:23101");
    MUST(merkle_prove_inclusion(&v.proof, 5, fr.size, author_lookup, &fr) == ERR_OK);
    for (unsigned changes = supply_byte(s) / 64; changes; changes--)
        change(&v, s);
    checkpoint_sign(&v.checkpoint, fr.operator_secret, &v.signature[0]);
    if (invitation_write(&v, note, 1 + fr.later_count, buffer, sizeof buffer, &data))
        return;
    for (unsigned flips = supply_byte(s) / 96; flips; flips--)
        buffer[supply_below(s, (uint32_t)data.len)] ^= supply_byte(s);
    try_bytes(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct supply s = {data, size};
    begin();
    switch (supply_byte(&s) % 3) {
    case 0:
        try_text((struct bytes){s.at, s.left});
        return 0;
    case 1:
        try_bytes((struct bytes){s.at, s.left});
        return 0;
    default:
        try_forged(&s);
        return 0;
    }
}
