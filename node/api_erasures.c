/* What a State has erased, how far this node has come with it, and what other nodes said when they were asked
 * for it (node/survey.h). */
#include <string.h>

#include "node/api_call.h"
#include "store/believe.h"
#include "store/directory.h"
#include "store/entries.h"
#include "store/erased.h"
#include "store/sweep.h"

#define LIMIT_MAX 1024 /* as many as a survey asks for */

/* One erased entry: what it was of, and whether its bytes are gone here. */
static json_t *entry_json(struct api_call *call, const struct log_record *record, const struct erased *e) {
    struct bytes bytes;
    struct leaf leaf;
    bool left = entries_left(call->txn, record->id, e->entry);
    json_t *json = json_pack("{s:I, s:I, s:s}", "index", (json_int_t)e->entry, "by", (json_int_t)e->leaf,
                             "here", left ? "waiting" : "gone");

    if (logs_leaf(call->txn, record->id, e->entry, &bytes) == ERR_OK && leaf_decode(bytes, &leaf) == ERR_OK &&
        leaf.kind == LEAF_CONTACT)
        json_object_set_new(json, "contact", api_hex(BYTES(leaf.contact.id)));
    if (logs_leaf(call->txn, record->id, e->leaf, &bytes) == ERR_OK && leaf_decode(bytes, &leaf) == ERR_OK)
        json_object_set_new(json, "erased", api_when(leaf.time));
    return json;
}

/* The newest that one answer takes: entries with the highest numbers, as a survey does. */
static json_t *entries_json(struct api_call *call, const struct log_record *record, bool *ret_more) {
    json_t *list = json_array();
    struct erased e = {.begun = false};

    *ret_more = false;
    while (erased_next(call->txn, record->id, record->head.size, &e)) {
        json_array_append_new(list, entry_json(call, record, &e));
        if (json_array_size(list) > LIMIT_MAX) {
            json_array_remove(list, 0);
            *ret_more = true;
        }
    }
    return list;
}

static bool has_node(const json_t *nodes, const char *key) {
    size_t i;
    json_t *node;
    json_array_foreach((json_t *)(uintptr_t)nodes, i, node) {
        if (strcmp(json_string_value(json_object_get(node, "node")), key) == 0)
            return true;
    }
    return false;
}

/* The nodes or observers that a State has entered and that are not linked: they were not asked. */
static void add_others(struct api_call *call, const struct log_record *record, enum leaf_kind kind,
                       json_t *nodes) {
    struct pubkey node = {{0}};
    uint64_t index;
    char key[2 * KEY_LEN + 1];

    while (directory_node_next(call->txn, record->id, kind, record->head.size, &node, &index)) {
        struct leaf leaf = {.kind = LEAF_UNKNOWN};
        hex_put(key, node.b, KEY_LEN);
        if (strcmp(key, call->options->node_id) == 0 || has_node(nodes, key) ||
            !logs_leaf_of(call->txn, record->id, index, kind, &leaf))
            continue;
        json_array_append_new(
            nodes, json_pack("{s:s, s:o, s:o, s:s, s:n}", "node", key, "name",
                             kind == LEAF_OBSERVER ? api_text(leaf.observer.name) : json_string(""), "state",
                             kind == LEAF_NODE ? api_code(record->code) : json_string(""), "class",
                             kind == LEAF_NODE ? "member" : "observer", "said"));
    }
}

/* The last survey, if it was on this log, with the nodes that could not be asked; null if not. */
static json_t *survey_of(struct api_call *call, const json_t *live, const struct log_record *record) {
    const char *origin = json_string_value(json_object_get(json_object_get(live, "survey"), "origin"));
    struct log_record other = {.seq = 0};

    if (origin == NULL || strcmp(origin, record->origin) != 0)
        return json_null();
    json_t *survey = json_deep_copy(json_object_get(live, "survey"));
    while (logs_next(call->txn, &other)) {
        if (!believe_follows(call->txn, &other))
            continue;
        add_others(call, &other, LEAF_NODE, json_object_get(survey, "nodes"));
        add_others(call, &other, LEAF_OBSERVER, json_object_get(survey, "nodes"));
    }
    return survey;
}

void api_erasures(struct api_call *call) {
    struct log_record record;
    uint64_t waiting, due;
    bool more;

    if (!api_find_state(call, call->word[0], &record))
        return;
    json_t *entries = entries_json(call, &record, &more), *live = api_live_json(call);
    sweep_waiting(call->txn, record.id, &waiting, &due);
    call->json = json_pack("{s:o, s:s, s:o, s:b, s:I, s:o, s:o}", "state", api_code(record.code), "origin",
                           record.origin, "entries", entries, "more", more, "waiting", (json_int_t)waiting,
                           "due", waiting > 0 && due != RETENTION_NEVER ? api_when(due) : json_null(),
                           "survey", survey_of(call, live, &record));
    json_decref(live);
}
