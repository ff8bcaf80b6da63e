/* What lies beyond the view of a log in dispute: both variants, the rivals, and the evidence (design 3.4).
 *
 * Entries after a fork, and those of a contested epoch, are no part of the view and yet somebody's last word
 * on whom to call: they are shown, marked, and of both histories. */
#include <string.h>

#include "node/api_call.h"
#include "node/card.h"
#include "node/fingerprint.h"
#include "proto/evidence.h"
#include "store/branch.h"
#include "store/facts.h"
#include "store/forks.h"

#define VARIANT_CONTACTS 50 /* of one variant in an answer */
#define VARIANT_LEAVES 4096 /* that are looked through for them */
#define VARIANT_BYTES 65536 /* of their parts */

struct tail {
    uint8_t id[LOG_ID_LEN]; /* rows of its entries */
    uint64_t from, to;
    struct digest root;
};

/* The log's own leaves beyond its view, and those of its second branch; returns how many there are. */
static unsigned tails_of(struct api_call *call, const struct log_record *record, struct tail ret[static 2]) {
    struct tree_reader tree[] = {tree_of(call->txn, record), tree_of_side(call->txn, record)};
    uint64_t from = record->head.size;
    unsigned count = 0;

    if (!(record->head.flags & (VIEW_DISPUTED | VIEW_CONTESTED)))
        return 0;
    for (unsigned i = 0; i < (record->has_side ? 2u : 1u); i++) {
        struct tail *tail = &ret[count];
        *tail = (struct tail){.from = from, .to = i ? record->side_held : record->held};
        memcpy(tail->id, record->id, LOG_ID_LEN);
        if (i)
            branch_id(record->id, tail->id);
        if (tail->to > from && (!i || record->side_base == from) &&
            merkle_root(&tail->root, tail->to, logs_lookup, &tree[i]) == ERR_OK)
            count++;
    }
    return count;
}

/* A contact's leaf of a tail as its record, or as the word that it ends; NULL if it is of another kind. */
static json_t *entry_json(struct api_call *call, const struct log_record *record, const struct tail *tail,
                          uint64_t index, size_t *size) {
    struct card card;
    json_t *json;

    if (card_read(call->txn, tail->id, index, call->view, &card) != ERR_OK)
        return NULL;
    if (card.leaf.kind == LEAF_WITHDRAW && card.leaf.withdraw.kind == LEAF_CONTACT) {
        json = json_pack("{s:o, s:o, s:I, s:b}", "state", api_code(record->code), "id",
                         api_hex(card.leaf.withdraw.id), "index", (json_int_t)index, "withdrawn", true);
    } else {
        json = card_contact(record->code, &card);
    }
    if (json)
        json_object_set_new(json, "standing", json_string("disputed"));
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        *size += card.state[class] == PART_HELD ? card.salted[class].len : 0;
    return json;
}

static json_t *tail_json(struct api_call *call, const struct log_record *record, const struct tail *tail) {
    json_t *contacts = json_array(), *json;
    uint64_t index = tail->from;
    size_t size = 0;

    for (; index < tail->to && index - tail->from < VARIANT_LEAVES && size < VARIANT_BYTES &&
           json_array_size(contacts) < VARIANT_CONTACTS;
         index++)
        if ((json = entry_json(call, record, tail, index, &size)) != NULL)
            json_array_append_new(contacts, json);
    return json_pack("{s:I, s:o, s:o, s:b}", "size", (json_int_t)tail->to, "root",
                     api_base64(BYTES(tail->root.b)), "contacts", contacts, "more", index < tail->to);
}

/* One of the notes that contest an epoch. */
static json_t *rival_json(const struct view_note *note) {
    char text[FINGERPRINT_TEXT], words[FINGERPRINT_WORDS];

    fingerprint_text(&note->hash, text);
    fingerprint_words(&note->hash, ' ', words);
    return json_pack("{s:I, s:o, s:s, s:s}", "epoch", (json_int_t)note->epoch, "hash",
                     api_hex(BYTES(note->hash.b)), "fingerprint", text, "fingerprint_words", words);
}

static json_t *rivals_json(struct api_call *call, const struct log_record *record) {
    struct facts facts;
    json_t *rivals = json_array();

    facts_load(call->txn, record, &facts);
    struct view view = call->txn->err ? (struct view){.flags = 0} : view_of(&facts.x, false);
    for (unsigned i = 0; view.flags & VIEW_CONTESTED && i < 2; i++)
        json_array_append_new(rivals, rival_json(&facts.note[view.rival[i]]));
    return rivals;
}

void api_log_disputes(struct api_call *call, const struct log_record *record, json_t *log) {
    struct tail tail[2];
    unsigned count = tails_of(call, record, tail);
    json_t *variants = json_array();

    for (unsigned i = 0; i < count; i++)
        json_array_append_new(variants, tail_json(call, record, &tail[i]));
    if (record->head.flags & VIEW_DISPUTED)
        json_object_set_new(log, "f", json_integer((json_int_t)record->head.f));
    if (record->head.flags & VIEW_CONTESTED)
        json_object_set_new(log, "rivals", rivals_json(call, record));
    if (count)
        json_object_set(log, "variants", variants);
    json_decref(variants);
}

void api_contact_variants(struct api_call *call, const struct log_record *record,
                          const uint8_t id[static CONTACT_ID_LEN], uint64_t at, json_t *contact) {
    struct tail tail[2];
    unsigned count = tails_of(call, record, tail);
    json_t *variants = json_array(), *json;

    for (unsigned i = 0; i < count; i++) {
        struct contact_version version;
        size_t size = 0;
        if (directory_contact(call->txn, tail[i].id, id, tail[i].to, at, &version, NULL) &&
            version.index >= tail[i].from &&
            (json = entry_json(call, record, &tail[i], version.index, &size)) != NULL)
            json_array_append_new(variants, json);
    }
    if (json_array_size(variants))
        json_object_set(contact, "variants", variants);
    json_decref(variants);
}

static json_t *side_json(const struct evidence_side *side) {
    json_t *signatures = json_array();

    for (unsigned i = 0; i < side->signature_count; i++)
        json_array_append_new(signatures,
                              json_pack("{s:o, s:o}", "key", api_base64(BYTES(side->signature[i].key.b)),
                                        "signature", api_base64(BYTES(side->signature[i].signature.b))));
    return json_pack("{s:I, s:o, s:o, s:o}", "size", (json_int_t)side->size, "root",
                     api_base64(BYTES(side->root.b)), "leaf", api_base64(BYTES(side->proved.leaf.b)),
                     "signatures", signatures);
}

/* The evidence that is kept of each epoch, newest first, as bytes for verify and in numbers for people. */
void api_evidence(struct api_call *call) {
    struct log_record record;
    struct view_note note[NOTES_MAX];
    json_t *list = json_array();

    if (!api_find_log(call, &record)) {
        json_decref(list);
        return;
    }
    for (uint32_t i = notes_load(call->txn, record.id, note); i-- > 0;) {
        struct view_fork fork;
        struct bytes bytes;
        struct evidence e;
        if (forks_get(call->txn, record.id, &note[i].hash, &fork, &bytes) && !evidence_read(bytes, &e))
            json_array_append_new(
                list, json_pack("{s:I, s:o, s:I, s:o, s:o, s:[o, o]}", "epoch", (json_int_t)note[i].epoch,
                                "note", api_hex(BYTES(note[i].hash.b)), "f", (json_int_t)e.f, "root",
                                api_base64(BYTES(e.root_f.b)), "evidence", api_base64(bytes), "sides",
                                side_json(&e.side[0]), side_json(&e.side[1])));
    }
    call->json = json_pack("{s:s, s:o}", "origin", record.origin, "evidence", list);
}
