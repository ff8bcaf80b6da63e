/* Receipts: what proves one entry to somebody who has no node (proto/receipt.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/api_call.h"
#include "node/card.h"
#include "proto/receipt.h"
#include "store/directory.h"

#define NOTE_SIGNATURES (SIGNATURES_MAX + COSIGNATURES_MAX)

/* A receipt in the making, with the room for what it views. */
struct making {
    struct receipt receipt;
    struct checkpoint checkpoint;
    uint8_t note[NOTE_MAX];
    uint8_t notes[RECEIPT_EXTRA_MAX];
    uint8_t extra[RECEIPT_EXTRA_MAX];
    char origin[COSIGNATURES_MAX][ORIGIN_MAX + 1];
};

/* The log whose State has entered a node with this witness key; false if none is carried here. */
static bool witness_origin(struct api_call *call, const struct pubkey *key, char ret[static ORIGIN_MAX + 1]) {
    struct log_record record = {0};

    while (logs_next(call->txn, &record)) {
        struct pubkey node = {0};
        struct card card;
        uint64_t index;
        while (directory_node_next(call->txn, record.id, LEAF_NODE, record.head.size, &node, &index))
            if (card_read(call->txn, record.id, index, API_PUBLIC, &card) == ERR_OK &&
                card.leaf.kind == LEAF_NODE && pubkey_eq(&card.leaf.node.witness, key)) {
                memcpy(ret, record.origin, sizeof record.origin);
                return true;
            }
    }
    return false;
}

/* The signed head, and who has cosigned it. */
static enum err add_checkpoint(struct api_call *call, const struct log_record *record, struct making *m) {
    struct checkpoint_signature signature[NOTE_SIGNATURES];
    struct receipt *r = &m->receipt;
    unsigned count = 0;

    logs_checkpoint(call->txn, record, &m->checkpoint, signature, NOTE_SIGNATURES, &count);
    if (count == 0)
        return ERR_UNSIGNED;
    for (unsigned i = 0; i < count && r->witness_count < COSIGNATURES_MAX; i++) {
        if (signature[i].time == 0)
            continue;
        char *origin = m->origin[r->witness_count];
        struct receipt_witness *witness = &r->witness[r->witness_count++];
        witness->key = signature[i].key;
        if (witness_origin(call, &signature[i].key, origin))
            witness->origin = bytes_str(origin);
    }
    return checkpoint_note(&m->checkpoint, signature, count, m->note, sizeof m->note, &r->checkpoint);
}

/* The authority notes up to the epoch of the head, and the proof from the last one's anchor. */
static enum err add_notes(struct api_call *call, const struct log_record *record, struct making *m) {
    struct tree_reader tree = {.txn = call->txn};
    struct package_note note;
    struct authority authority = {0};
    struct writer w;
    enum err err = ERR_OK;

    writer_init(&w, m->notes, sizeof m->notes);
    for (uint64_t epoch = 0; epoch <= record->head.epoch && err == ERR_OK; epoch++) {
        if (!logs_note(call->txn, record, epoch, &note))
            return ERR_CORRUPT;
        package_note_write(&w, &note);
        err = authority_parse(note.text, &authority);
        m->receipt.note_count++;
    }
    err = err ? err : writer_end(&w, &m->receipt.notes);
    if (err || authority.anchor_size == 0)
        return err;
    memcpy(tree.id, record->id, LOG_ID_LEN);
    return merkle_prove_consistency(&m->receipt.anchor, authority.anchor_size, m->checkpoint.size,
                                    logs_lookup, &tree);
}

/* The entry as far as the view goes, and its place in the tree. */
static enum err add_entry(struct api_call *call, const struct log_record *record, uint64_t index,
                          enum api_view view, struct making *m) {
    struct tree_reader tree = {.txn = call->txn};
    struct receipt *r = &m->receipt;
    struct card card;

    enum err err = card_read(call->txn, record->id, index, view, &card);
    if (err == ERR_NOT_FOUND)
        return ERR_CORRUPT;
    bool has[PART_CLASSES];
    struct digest commitment[PART_CLASSES];
    leaf_parts(card.bytes, has, commitment);
    r->index = index;
    r->entry.leaf = card.bytes;
    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        bool read = err == ERR_OK;
        enum part_state state = read ? card.state[class] : has[class] ? PART_WITHHELD : PART_NONE;
        r->entry.part[class] = (struct part){state == PART_HIDDEN ? PART_GONE : state, card.salted[class]};
    }
    memcpy(tree.id, record->id, LOG_ID_LEN);
    return merkle_prove_inclusion(&r->inclusion, index, m->checkpoint.size, logs_lookup, &tree);
}

static void refuse(struct api_call *call, enum err err) {
    if (err == ERR_UNSIGNED || err == ERR_RANGE)
        api_refuse(call, 404, "UNSIGNED",
                   "no checkpoint covers this entry yet: ask again when its State has signed one");
    else
        api_refuse(call, 500, err_name(err), "the receipt: %s", err_text(err));
}

static void give(struct api_call *call, const struct log_record *record, uint64_t index, const char *name) {
    struct making *m = calloc(1, sizeof *m);
    char *text = malloc(RECEIPT_MAX);
    enum err err = m == NULL || text == NULL ? ERR_MEMORY : ERR_OK;
    enum api_view view = call->view;
    bool public = false;

    if (!api_flag(call, "public", &public)) {
        free(text);
        free(m);
        return;
    }
    if (public)
        view = API_PUBLIC;
    err = err ? err : add_checkpoint(call, record, m);
    err = err ? err : add_notes(call, record, m);
    err = err ? err : add_entry(call, record, index, view, m);
    err = err ? err : receipt_write(&m->receipt, m->extra, text, RECEIPT_MAX, &call->len);
    free(m);
    if (err != ERR_OK) {
        free(text);
        refuse(call, err);
        return;
    }
    char *body = realloc(text, call->len);
    call->body = (uint8_t *)(body != NULL ? body : text);
    call->type = "text/plain; charset=utf-8";
    snprintf(call->file, sizeof call->file, "%s.tlog-proof", name);
}

void api_receipt(struct api_call *call) {
    struct log_record record;
    struct search_hit hit;
    uint64_t at = call->now;
    char hex[2 * CONTACT_ID_LEN + 1], name[48];

    if (!api_time(call, "at", &at) || !api_find_contact(call, at, &record, &hit, NULL))
        return;
    hex_put(hex, hit.id, CONTACT_ID_LEN);
    snprintf(name, sizeof name, "%s-%.12s", record.code, hex);
    give(call, &record, hit.index, name);
}

void api_entry_receipt(struct api_call *call) {
    struct log_record record;
    uint64_t index;
    char name[48];

    if (!api_find_log(call, &record) || !api_find_index(call, &record, &index))
        return;
    snprintf(name, sizeof name, "%s-entry-%llu", record.code, (unsigned long long)index);
    give(call, &record, index, name);
}
