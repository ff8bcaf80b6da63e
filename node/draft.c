#include "node/draft.h"

#include <stdlib.h>
#include <string.h>

#include "node/record.h"

enum err draft_leaf(struct leaf *leaf, const struct bytes payload[static PART_CLASSES],
                    const struct draft_salts *salts, uint8_t *buffer, struct entry *ret, size_t *ret_len) {
    struct entry entry = {0};
    size_t len = 0;

    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        leaf->has_part[class] = payload[class].len > 0;
        if (!payload[class].len)
            continue;
        if (payload[class].len > PART_MAX)
            return ERR_SIZE;
        uint8_t *salted = buffer + len;
        memcpy(salted, salts->class[class], SALT_LEN);
        memcpy(salted + SALT_LEN, payload[class].ptr, payload[class].len);
        entry.part[class] = (struct part){PART_HELD, {salted, SALT_LEN + payload[class].len}};
        leaf->part[class] = part_commitment(class, entry.part[class].salted);
        len += entry.part[class].salted.len;
    }
    enum err err = leaf_encode(leaf, buffer + len, LEAF_MAX, &entry.leaf);
    if (err)
        return err;
    *ret = entry;
    *ret_len = len + entry.leaf.len;
    return ERR_OK;
}

static const struct bytes no_payload[PART_CLASSES];

enum err draft_note(const struct authority *authority, uint64_t now_s, uint8_t *buffer, struct entry *ret,
                    size_t *ret_len) {
    struct leaf leaf = {
        .kind = LEAF_AUTHORITY, .time = now_s, .authority = {authority->epoch, authority->hash}};

    return draft_leaf(&leaf, no_payload, NULL, buffer, ret, ret_len);
}

static enum err put(const json_t *draft, uint64_t now_s, const struct draft_salts *salts, uint8_t *buffer,
                    struct entry *ret, size_t *ret_len) {
    struct leaf leaf = {0};
    struct bytes payload[PART_CLASSES] = {{0}};
    json_t *record = json_deep_copy(json_object_get(draft, "record"));
    uint8_t *space = malloc(PART_CLASSES * PART_MAX), *part[PART_CLASSES];
    enum err err = record && space ? ERR_OK : ERR_MEMORY;

    for (unsigned class = 0; space && class < PART_CLASSES; class ++)
        part[class] = space + class * PART_MAX;
    if (!err && json_object_set(record, "id", json_object_get(draft, "id")))
        err = ERR_SCHEMA;
    if (!err)
        err = record_leaf(record, now_s, &leaf);
    if (!err)
        err = record_parts(record, part, payload);
    leaf.time = now_s;
    if (!err)
        err = draft_leaf(&leaf, payload, salts, buffer, ret, ret_len);
    free(space);
    json_decref(record);
    return err;
}

static enum err withdraw(const json_t *draft, uint64_t now_s, uint8_t *buffer, struct entry *ret,
                         size_t *ret_len) {
    uint8_t id[CONTACT_ID_LEN];
    const char *hex = json_string_value(json_object_get(draft, "id"));
    struct leaf leaf = {.kind = LEAF_WITHDRAW, .time = now_s, .withdraw = {LEAF_CONTACT, BYTES(id)}};
    enum err err = hex ? hex_get(id, sizeof(id), bytes_str(hex)) : ERR_MISSING;

    return err ? err : draft_leaf(&leaf, no_payload, NULL, buffer, ret, ret_len);
}

static enum err accredit(const json_t *draft, uint64_t now_s, uint8_t *buffer, struct entry *ret,
                         size_t *ret_len) {
    const char *hex = json_string_value(json_object_get(draft, "node"));
    const char *name = json_string_value(json_object_get(draft, "name"));
    struct leaf leaf = {.kind = LEAF_OBSERVER, .time = now_s};
    enum err err = hex && name ? hex_get(leaf.observer.id.b, KEY_LEN, bytes_str(hex)) : ERR_MISSING;

    if (err)
        return err;
    leaf.observer.name = bytes_str(name);
    return draft_leaf(&leaf, no_payload, NULL, buffer, ret, ret_len);
}

static bool is(const json_t *draft, const char *name, const char *value) {
    const char *text = json_string_value(json_object_get(draft, name));
    return text && !strcmp(text, value);
}

/* What the State says of another one's log. */
static enum err word(const json_t *draft, uint64_t now_s, uint8_t *buffer, struct entry *ret,
                     size_t *ret_len) {
    const char *origin = json_string_value(json_object_get(draft, "origin"));
    const char *state = json_string_value(json_object_get(draft, "state"));
    const char *note = json_string_value(json_object_get(draft, "note"));
    const char *successor = json_string_value(json_object_get(draft, "successor"));
    json_int_t epoch = json_integer_value(json_object_get(draft, "epoch"));
    bool succeed = is(draft, "action", "succeed");
    struct leaf leaf = {.kind = succeed ? LEAF_SUCCEED : LEAF_ENDORSE, .time = now_s};

    if (!origin || !state || !note || epoch < 0 || (succeed && !successor))
        return ERR_MISSING;
    leaf.word.origin = bytes_str(origin);
    leaf.word.code = bytes_str(state);
    leaf.word.epoch = (uint64_t)epoch;
    if (succeed)
        leaf.word.successor = bytes_str(successor);
    enum err err = hex_get(leaf.word.note.b, DIGEST_LEN, bytes_str(note));
    return err ? err : draft_leaf(&leaf, no_payload, NULL, buffer, ret, ret_len);
}

static enum err unsay(const json_t *draft, uint64_t now_s, uint8_t *buffer, struct entry *ret,
                      size_t *ret_len) {
    const char *origin = json_string_value(json_object_get(draft, "origin"));
    enum leaf_kind kind = is(draft, "of", "succeed") ? LEAF_SUCCEED : LEAF_ENDORSE;
    uint8_t id[LOG_ID_LEN];
    struct leaf leaf = {.kind = LEAF_WITHDRAW, .time = now_s, .withdraw = {kind, BYTES(id)}};

    if (!origin)
        return ERR_MISSING;
    origin_log_id(origin, id);
    return draft_leaf(&leaf, no_payload, NULL, buffer, ret, ret_len);
}

/* The entries of the own log whose parts are to be dropped. */
static enum err erase(const json_t *draft, uint64_t now_s, uint8_t *buffer, struct entry *ret,
                      size_t *ret_len) {
    const json_t *entries = json_object_get(draft, "entries"), *entry;
    struct leaf leaf = {.kind = LEAF_ERASE, .time = now_s};
    size_t i;

    if (json_array_size(entries) > LEAF_ERASE_MAX)
        return ERR_ITEMS;
    json_array_foreach((json_t *)(uintptr_t)entries, i, entry) {
        if (!json_is_integer(entry) || json_integer_value(entry) < 0)
            return ERR_TYPE;
        leaf.erase.entry[leaf.erase.count++] = (uint64_t)json_integer_value(entry);
    }
    return draft_leaf(&leaf, no_payload, NULL, buffer, ret, ret_len);
}

enum err draft_entry(const json_t *draft, uint64_t now_s, const struct draft_salts *salts, uint8_t *buffer,
                     struct entry *ret, size_t *ret_len) {
    const char *action = json_string_value(json_object_get(draft, "action"));

    if (action && !strcmp(action, "put"))
        return put(draft, now_s, salts, buffer, ret, ret_len);
    if (action && !strcmp(action, "withdraw"))
        return withdraw(draft, now_s, buffer, ret, ret_len);
    if (action && !strcmp(action, "accredit"))
        return accredit(draft, now_s, buffer, ret, ret_len);
    if (action && (!strcmp(action, "endorse") || !strcmp(action, "succeed")))
        return word(draft, now_s, buffer, ret, ret_len);
    if (action && !strcmp(action, "unsay"))
        return unsay(draft, now_s, buffer, ret, ret_len);
    if (action && !strcmp(action, "erase"))
        return erase(draft, now_s, buffer, ret, ret_len);
    return ERR_SCHEMA;
}
