#include "node/card.h"

#include <ctype.h>
#include <string.h>

#include "node/record.h"
#include "proto/reader.h"
#include "store/erased.h"

#define ENDPOINTS_MAX 8
#define ENDPOINT_MAX 255

/* How many classes of part a view reads. */
static const unsigned view_classes[] = {[API_PUBLIC] = PART_PUBLIC + 1, [API_MEMBERS] = PART_MEMBERS + 1};

static const char *const class_names[PART_CLASSES] = {[PART_PUBLIC] = "public", [PART_MEMBERS] = "members"};
static const char *const state_names[] = {[PART_NONE] = "none",
                                          [PART_HELD] = "held",
                                          [PART_WITHHELD] = "withheld",
                                          [PART_GONE] = "gone",
                                          [PART_HIDDEN] = "gone"};

const char *card_class_name(unsigned class) {
    return class_names[class];
}

/* Whether the view erases an entry, and since when as its State says. */
static void note_erased(struct txn *t, const uint8_t *log, struct card *card) {
    uint64_t view = erased_view(t, log), by;
    struct bytes bytes;
    struct leaf leaf;

    card->erased = view > 0 && erased_find(t, log, view, card->index, &by);
    if (card->erased && logs_leaf(t, log, by, &bytes) == ERR_OK && leaf_decode(bytes, &leaf) == ERR_OK)
        card->erased_s = leaf.time;
}

enum err card_read(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t index, enum api_view view,
                   struct card *ret) {
    struct card card = {.index = index};

    enum err err = logs_leaf(t, log, index, &card.bytes);
    if (err != ERR_OK)
        return err;
    err = leaf_decode(card.bytes, &card.leaf);
    for (unsigned class = 0; err == ERR_OK && class < PART_CLASSES; class ++) {
        if (!card.leaf.has_part[class])
            card.state[class] = PART_NONE;
        else if (class < view_classes[view])
            card.state[class] = logs_part(t, log, index, class, &card.salted[class]);
        else
            card.state[class] = PART_WITHHELD;
    }
    note_erased(t, log, &card);
    *ret = card;
    return err;
}

/* What is hidden is told as what is gone: whether the bytes are still to be destroyed here is of this node
 * alone. */
json_t *card_parts(const struct card *card) {
    json_t *parts = json_object();

    for (unsigned class = 0; class < PART_CLASSES; class ++)
        json_object_set_new(parts, class_names[class], json_string(state_names[card->state[class]]));
    return parts;
}

static void payloads(const struct card *card, struct bytes ret[PART_CLASSES]) {
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        ret[class] =
            card->state[class] == PART_HELD ? part_payload(card->salted[class]) : (struct bytes){NULL, 0};
}

static json_t *upper(const char *code) {
    char text[CODE_LEN + 1] = {0};

    for (unsigned i = 0; i < CODE_LEN && code[i] != '\0'; i++)
        text[i] = (char)toupper((unsigned char)code[i]);
    return json_string(text);
}

static json_t *hex(const uint8_t *from, size_t len) {
    char text[2 * KEY_LEN + 1];

    hex_put(text, from, len);
    return json_string(text);
}

json_t *card_contact(const char *code, const struct card *card) {
    struct bytes payload[PART_CLASSES];
    const struct leaf *leaf = &card->leaf;

    if (leaf->kind != LEAF_CONTACT)
        return NULL;
    payloads(card, payload);
    json_t *record = record_json(code, leaf, payload, card->state);
    if (record == NULL)
        return NULL;
    json_object_set_new(record, "index", json_integer((json_int_t)card->index));
    if (card->erased) {
        char when[24];
        time_text(card->erased_s, when);
        json_object_set_new(record, "erased", json_string(when));
    }
    return record;
}

/* A payload of node_fields: key 1 is the list of endpoints. */
static json_t *endpoints(struct bytes payload) {
    struct reader r;
    json_t *list = json_array();

    if (payload.len == 0 || reader_check(payload, PART_DEPTH, PART_ITEMS) != ERR_OK)
        return list;
    reader_init(&r, payload);
    if (reader_map(&r, PART_ITEMS) == 0 || reader_uint(&r, UINT64_MAX) != 1)
        return list;
    uint32_t count = reader_array(&r, ENDPOINTS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        struct bytes text = reader_str(&r, ENDPOINT_MAX);
        if (r.err == ERR_OK)
            json_array_append_new(list, json_stringn((const char *)text.ptr, text.len));
    }
    return list;
}

json_t *card_node(const char *code, const struct card *card) {
    struct bytes payload[PART_CLASSES];
    const struct leaf *leaf = &card->leaf;

    if (leaf->kind != LEAF_NODE)
        return NULL;
    payloads(card, payload);
    json_t *node = json_object();
    json_object_set_new(node, "state", upper(code));
    json_object_set_new(node, "node", hex(leaf->node.id.b, KEY_LEN));
    json_object_set_new(node, "witness", hex(leaf->node.witness.b, KEY_LEN));
    json_object_set_new(node, "index", json_integer((json_int_t)card->index));
    json_object_set_new(node, "parts", card_parts(card));
    json_t *all = json_array();
    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        json_t *some = endpoints(payload[class]);
        json_array_extend(all, some);
        json_decref(some);
    }
    json_object_set_new(node, "endpoints", all);
    return node;
}

size_t card_size(const struct card *card) {
    size_t size = 0;

    for (unsigned class = 0; class < PART_CLASSES; class ++)
        size += card->state[class] == PART_HELD ? card->salted[class].len : 0;
    return size;
}
