#include <string.h>

#include "node/api_call.h"
#include "node/card.h"
#include "store/directory.h"

#define NOTE_SIGNATURES (SIGNATURES_MAX + COSIGNATURES_MAX)
#define DAY_S 86400
#define AMBER_S (36 * 3600)
#define RED_S (7 * DAY_S)
#define PARTS_ENTRIES 8192
#define PARTS_BYTES 524288 /* of a page, which must fit a frame */

static const struct {
    unsigned flag;
    const char *name;
} flag_names[] = {
    {VIEW_DISPUTED, "disputed"}, {VIEW_CONTESTED, "contested"}, {VIEW_INCOMPLETE, "incomplete"}};

static json_t *flags_json(unsigned flags) {
    json_t *list = json_array();

    for (size_t i = 0; i < sizeof flag_names / sizeof *flag_names; i++)
        if (flags & flag_names[i].flag)
            json_array_append_new(list, json_string(flag_names[i].name));
    return list;
}

static bool is_own_witness(struct api_call *call, const struct log_record *record, const struct pubkey *key) {
    struct pubkey node = {0};
    uint64_t index;
    struct card card;

    while (directory_node_next(call->txn, record->id, LEAF_NODE, record->head.size, &node, &index))
        if (card_read(call->txn, record->id, index, API_PUBLIC, &card) == ERR_OK &&
            card.leaf.kind == LEAF_NODE && pubkey_eq(&card.leaf.node.witness, key))
            return true;
    return false;
}

/* When a node of the State last cosigned its own head: to the second if that cosignature is held, else by the
 * day that its head record gives. */
static uint64_t cosigned_at(struct api_call *call, const struct log_record *record) {
    struct checkpoint checkpoint;
    struct checkpoint_signature signature[NOTE_SIGNATURES];
    unsigned count = 0;
    uint64_t newest = 0;

    logs_checkpoint(call->txn, record, &checkpoint, signature, NOTE_SIGNATURES, &count);
    for (unsigned i = 0; i < count; i++)
        if (signature[i].time > newest && is_own_witness(call, record, &signature[i].key))
            newest = signature[i].time;
    if (newest == 0 && record->head.day != 0)
        newest = record->head.day * DAY_S;
    return newest;
}

static const char *freshness(uint64_t now, uint64_t cosigned) {
    if (cosigned == 0)
        return "none";
    uint64_t age = now > cosigned ? now - cosigned : 0;
    return age > RED_S ? "red" : age > AMBER_S ? "amber" : "green";
}

static const char *trust_word(struct api_call *call, const struct log_record *record, const struct pin *pin) {
    if (pin == NULL)
        return believe_follows(call->txn, record) ? "endorsed" : "none";
    return pin->own ? "own" : "pinned";
}

static bool is_over_quota(const struct api_call *call, const struct log_record *record) {
    return call->options->log_quota && record->need > call->options->log_quota;
}

json_t *api_log_json(struct api_call *call, const struct log_record *record) {
    struct pin pin;
    uint64_t cosigned = cosigned_at(call, record);

    bool pinned = roster_get(call->txn, record->origin, &pin);
    json_t *log = json_pack("{s:s, s:o, s:o, s:I, s:o, s:I, s:o}", "origin", record->origin, "code",
                            api_code(record->code), "state", api_code(record->code), "size",
                            (json_int_t)record->head.size, "root", api_base64(BYTES(record->head.root.b)),
                            "epoch", (json_int_t)record->head.epoch, "flags", flags_json(record->head.flags));
    json_object_set_new(log, "void", json_integer((json_int_t)believe_voids(call->txn, record)));
    json_object_set_new(log, "held", json_integer((json_int_t)record->held));
    json_object_set_new(log, "target", json_integer((json_int_t)record->target));
    json_object_set_new(log, "moved", api_when(record->moved));
    json_object_set_new(log, "cosigned", api_when(cosigned));
    json_object_set_new(log, "freshness", json_string(freshness(call->now, cosigned)));
    json_object_set_new(log, "trust", json_string(trust_word(call, record, pinned ? &pin : NULL)));
    json_object_set_new(log, "hold", json_boolean(pinned && pin.hold));
    json_object_set_new(log, "bytes", json_integer((json_int_t)record->bytes));
    json_object_set_new(log, "over_quota", json_boolean(is_over_quota(call, record)));
    api_log_disputes(call, record, log);
    return log;
}

/* Where an origin belongs among logs in the order of their origins. */
static size_t place_of(const json_t *logs, const char *origin) {
    size_t low = 0, high = json_array_size(logs);

    while (low < high) {
        size_t middle = (low + high) / 2;
        const char *other = json_string_value(json_object_get(json_array_get(logs, middle), "origin"));
        if (strcmp(other, origin) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void api_logs_put(json_t *logs, json_t *log) {
    json_array_insert_new(logs, place_of(logs, json_string_value(json_object_get(log, "origin"))), log);
}

json_t *api_logs_json(struct api_call *call) {
    struct log_record record = {0};
    json_t *logs = json_array();

    while (logs_next(call->txn, &record))
        api_logs_put(logs, api_log_json(call, &record));
    return logs;
}

void api_logs(struct api_call *call) {
    call->json = json_pack("{s:o}", "logs", api_logs_json(call));
}

void api_log(struct api_call *call) {
    struct log_record record;

    if (api_find_log(call, &record))
        call->json = api_log_json(call, &record);
}

bool api_find_index(struct api_call *call, const struct log_record *record, uint64_t *ret) {
    if (decimal_get(ret, call->word[3]) == ERR_OK && *ret < record->head.size)
        return true;
    api_refuse(call, 404, "NOT_FOUND", "the log has entries from 0 to below %llu",
               (unsigned long long)record->head.size);
    return false;
}

static json_t *proof_json(const struct proof *proof) {
    json_t *list = json_array();

    for (unsigned i = 0; i < proof->count; i++)
        json_array_append_new(list, api_base64(BYTES(proof->node[i].b)));
    return list;
}

void api_entry(struct api_call *call) {
    struct log_record record;
    struct tree_reader tree = {.txn = call->txn};
    struct proof proof;
    struct card card;
    uint64_t index;

    if (!api_find_log(call, &record) || !api_find_index(call, &record, &index))
        return;
    memcpy(tree.id, record.id, LOG_ID_LEN);
    enum err err = merkle_prove_inclusion(&proof, index, record.head.size, logs_lookup, &tree);
    if (err != ERR_OK || card_read(call->txn, record.id, index, call->view, &card) == ERR_NOT_FOUND) {
        api_refuse(call, 500, "CORRUPT", "entry %llu of this log cannot be read", (unsigned long long)index);
        return;
    }
    json_t *parts = json_object();
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        if (card.state[class] == PART_HELD)
            json_object_set_new(parts, card_class_name(class), api_base64(card.salted[class]));
    call->json =
        json_pack("{s:s, s:I, s:o, s:o, s:o, s:I, s:o}", "origin", record.origin, "index", (json_int_t)index,
                  "leaf", api_base64(card.bytes), "parts", parts, "inclusion", proof_json(&proof), "size",
                  (json_int_t)record.head.size, "root", api_base64(BYTES(record.head.root.b)));
}

static json_t *note_json(const struct package_note *note) {
    json_t *signatures = json_array();

    for (unsigned i = 0; i < note->count; i++)
        json_array_append_new(signatures,
                              json_pack("{s:o, s:o}", "key", api_base64(BYTES(note->signature[i].key.b)),
                                        "signature", api_base64(BYTES(note->signature[i].signature.b))));
    return json_pack("{s:o, s:o, s:o}", "text", api_text(note->text), "signatures", signatures, "proof",
                     proof_json(&note->proof));
}

void api_notes(struct api_call *call) {
    struct log_record record;
    struct package_note note;

    if (!api_find_log(call, &record))
        return;
    call->json = json_array();
    for (uint64_t epoch = 0; epoch <= record.epoch && logs_note(call->txn, &record, epoch, &note); epoch++)
        json_array_append_new(call->json, note_json(&note));
}

/* The parts that one leaf commits to: salt || payload, or what is said in their place. */
static size_t list_parts(json_t *list, const struct card *card) {
    size_t size = 0;

    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        if (!card->leaf.has_part[class])
            continue;
        bool held = card->state[class] == PART_HELD;
        json_t *part =
            json_pack("{s:I, s:s}", "index", (json_int_t)card->index, "class", card_class_name(class));
        if (held)
            json_object_set_new(part, "part", api_base64(card->salted[class]));
        else
            json_object_set_new(part, "state",
                                json_string(card->state[class] == PART_WITHHELD ? "withheld" : "gone"));
        json_array_append_new(list, part);
        size += 64 + (held ? BASE64_LEN(card->salted[class].len) : 0);
    }
    return size;
}

void api_parts(struct api_call *call) {
    struct log_record record;
    uint64_t index = 0;
    size_t size = 0;

    if (!api_find_log(call, &record) || !api_number(call, "from", 0, record.head.size, &index))
        return;
    json_t *list = json_array();
    uint64_t end = record.head.size - index > PARTS_ENTRIES ? index + PARTS_ENTRIES : record.head.size;
    for (; index < end && size < PARTS_BYTES; index++) {
        struct card card = {0};
        if (card_read(call->txn, record.id, index, call->view, &card) == ERR_OK)
            size += list_parts(list, &card);
    }
    call->json = json_pack("{s:o, s:o}", "parts", list, "next",
                           index < record.head.size ? json_integer((json_int_t)index) : json_null());
}
