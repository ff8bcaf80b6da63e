#include <string.h>

#include "node/api_call.h"
#include "node/card.h"
#include "node/fingerprint.h"
#include "store/directory.h"

static void add_names(struct api_call *call, json_t *json, const struct log_record *record) {
    struct card card;
    uint64_t index;
    const struct names none = {0};
    bool there = directory_state(call->txn, record->id, record->head.size, &index) &&
                 card_read(call->txn, record->id, index, API_PUBLIC, &card) == ERR_OK &&
                 card.leaf.kind == LEAF_STATE;

    json_object_set_new(json, "names", api_names(there ? &card.leaf.state.state : &none));
    json_object_set_new(json, "authority", api_names(there ? &card.leaf.state.authority : &none));
}

/* What people compare: of the first note, for ever the same (docs/decisions/0006). */
static void add_fingerprint(struct api_call *call, json_t *json, const struct log_record *record) {
    struct package_note first;
    char text[FINGERPRINT_TEXT], words[FINGERPRINT_WORDS];

    if (!logs_note(call->txn, record, 0, &first))
        return;
    struct digest digest = digest_of(first.text);
    fingerprint_text(&digest, text);
    fingerprint_words(&digest, ' ', words);
    json_object_set_new(json, "fingerprint", json_string(text));
    json_object_set_new(json, "fingerprint_words", json_string(words));
}

json_t *api_state_json(struct api_call *call, const struct log_record *record) {
    json_t *json = api_log_json(call, record);
    uint64_t contacts = 0;

    add_names(call, json, record);
    add_fingerprint(call, json, record);
    enum err err = search_count(call->search, call->txn, record->id, call->now, &contacts);
    json_object_set_new(json, "contacts", err == ERR_OK ? json_integer((json_int_t)contacts) : json_null());
    return json;
}

void api_states(struct api_call *call) {
    struct log_record record = {.seq = 0};
    json_t *states = json_array();

    while (logs_next(call->txn, &record))
        if (api_is_listed(call, &record))
            api_logs_put(states, api_state_json(call, &record));
    call->json = json_pack("{s:o}", "states", states);
}

/* The leaves of one kind that stand: nodes, or accredited observers. */
json_t *api_nodes_json(struct api_call *call, const struct log_record *record, enum leaf_kind kind) {
    struct pubkey node = {0};
    struct card card;
    uint64_t index;
    json_t *list = json_array();

    while (directory_node_next(call->txn, record->id, kind, record->head.size, &node, &index)) {
        if (card_read(call->txn, record->id, index, call->view, &card) != ERR_OK || card.leaf.kind != kind)
            continue;
        json_array_append_new(list,
                              kind == LEAF_NODE
                                  ? card_node(record->code, &card)
                                  : json_pack("{s:o, s:o, s:o, s:I}", "state", api_code(record->code), "node",
                                              api_hex(BYTES(card.leaf.observer.id.b)), "name",
                                              api_text(card.leaf.observer.name), "index", (json_int_t)index));
    }
    return list;
}

void api_state(struct api_call *call) {
    struct log_record record;

    if (!api_find_state(call, call->word[0], &record))
        return;
    call->json = api_state_json(call, &record);
    json_object_set_new(call->json, "nodes", api_nodes_json(call, &record, LEAF_NODE));
    json_object_set_new(call->json, "observers", api_nodes_json(call, &record, LEAF_OBSERVER));
}
