#include "tests/lib/custodian.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/message.h"
#include "store/logs.h"

static void must(bool good, const char *what) {
    if (good)
        return;
    fprintf(stderr, "custodian: %s\n", what);
    abort();
}

/* The numbers under which the officer's first keys were made, and further ones. */
static void make_key(const struct officer *o, uint8_t which, struct pubkey *ret,
                     uint8_t ret_secret[static KEY_SECRET_LEN]) {
    uint8_t seed[KEY_SEED_LEN];

    memset(seed, o->seeds.node[1], sizeof seed);
    seed[0] = which;
    key_from_seed(seed, ret, ret_secret);
}

static void root_of(const struct officer *o, uint64_t epoch, struct pubkey *ret,
                    uint8_t ret_secret[static KEY_SECRET_LEN]) {
    make_key(o, epoch < 2 ? (uint8_t)(4 + epoch) : (uint8_t)(200 + epoch), ret, ret_secret);
}

static void operator_of(const struct officer *o, uint64_t epoch, struct pubkey *ret,
                        uint8_t ret_secret[static KEY_SECRET_LEN]) {
    make_key(o, epoch ? (uint8_t)(100 + epoch) : 6, ret, ret_secret);
}

void custodian_operator(const struct officer *o, uint64_t epoch, uint8_t ret_secret[static KEY_SECRET_LEN]) {
    struct pubkey key;
    operator_of(o, epoch, &key, ret_secret);
}

/* The tree at the anchor, and that the anchor before is a part of it. */
static void prove(struct officer *o, const struct authority *last, struct authority *a,
                  struct package_note *note) {
    struct txn t;
    struct tree_reader tree = {.txn = &t};
    enum err err;

    origin_log_id(o->origin, tree.id);
    txn_begin(&t, o->store, false);
    err = merkle_root(&a->anchor_root, a->anchor_size, logs_lookup, &tree);
    if (!err && last->anchor_size)
        err = merkle_prove_consistency(&note->proof, last->anchor_size, a->anchor_size, logs_lookup, &tree);
    txn_abort(&t);
    must(!err, "anchor");
}

static void hand_in(struct officer *o, const struct authority *a, const struct package_note *note) {
    static uint8_t buffer[AUTHORITY_MAX + 65536];
    struct package_writer pw = {0};
    struct package head = {.epoch = a->epoch, .root = digest_empty()};
    struct proof none = {0};
    struct bytes message;

    origin_log_id(o->origin, head.log);
    writer_init(&pw.w, buffer, sizeof buffer);
    message_begin_package(&pw.w, 1);
    package_begin(&pw, NULL, 0, &head, note, 1);
    must(!package_end(&pw, &none, false, &message), "package");
    json_decref(officer_call_bytes(o, "submit", message, OPS_DONE));
}

void custodian_open(struct officer *o, uint64_t anchor) {
    struct ownlog log = officer_log(o);
    const struct authority *last = &log.authority;
    struct authority a = {.epoch = last->epoch + 1,
                          .has_prev = true,
                          .prev = last->hash,
                          .anchor_size = anchor,
                          .max = anchor + 1000,
                          .root_need = 1,
                          .root_count = 1,
                          .next_need = 1,
                          .next_count = 1,
                          .operator_count = 1};
    struct package_note note = {.count = 1};
    uint8_t text[AUTHORITY_MAX], secret[KEY_SECRET_LEN], root[KEY_SECRET_LEN];
    struct pubkey next;

    snprintf(a.network, sizeof a.network, "%s", last->network);
    snprintf(a.code, sizeof a.code, "%s", last->code);
    root_of(o, a.epoch + 1, &next, secret);
    a.next[0] = authority_commitment(&next);
    root_of(o, a.epoch, &a.root[0], root);
    operator_of(o, a.epoch, &a.operator_key[0], o->operator_secret);
    prove(o, last, &a, &note);
    must(!authority_write(&a, text, sizeof text, &note.text), "note");
    note.signature[0].key = a.root[0];
    key_sign(root, note.text, &note.signature[0].signature);
    hand_in(o, &a, &note);
    log = officer_log(o);
    must(digest_eq(&log.authority.hash, &a.hash), "the epoch does not stand");
}
