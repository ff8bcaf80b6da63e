#include <stdlib.h>
#include <string.h>

#include "node/api_call.h"
#include "node/card.h"
#include "node/record.h"
#include "store/directory.h"
#include "store/signers.h"

#define VERSION_BYTES 400 /* of a version whatever its parts are */

/* The epoch of an entry: that of the last note whose anchor is not beyond it. */
static uint64_t epoch_of(struct txn *t, const struct log_record *record, uint64_t index) {
    struct package_note note;
    struct authority *a = malloc(sizeof *a);
    uint64_t epoch = record->epoch;

    for (; a != NULL && epoch > 0; epoch--)
        if (logs_note(t, record, epoch, &note) && authority_parse(note.text, a) == ERR_OK &&
            a->anchor_size <= index)
            break;
    free(a);
    return epoch;
}

/* Who signed: the operator key of the first checkpoint that covers the entry, as far as this node saw it. */
static json_t *signed_json(struct api_call *call, const struct log_record *record, uint64_t index) {
    struct pubkey key;
    uint64_t size = 0;
    bool seen = signers_find(call->txn, record->id, index, &size, &key);

    return json_pack("{s:I, s:o, s:o}", "epoch", (json_int_t)epoch_of(call->txn, record, index), "size",
                     seen ? json_integer((json_int_t)size) : json_null(), "operator",
                     seen ? api_hex(BYTES(key.b)) : json_null());
}

/* What a leaf says of a contact: a record, or that it ends. */
static json_t *version_json(struct api_call *call, const struct log_record *record,
                            const struct contact_version *version, size_t *size) {
    struct card card;

    if (card_read(call->txn, record->id, version->index, call->view, &card) != ERR_OK)
        return NULL;
    json_t *json = card_contact(record->code, &card);
    if (json == NULL)
        json = json_pack("{s:o, s:o, s:I}", "state", api_code(record->code), "id",
                         api_hex(BYTES(version->id)), "index", (json_int_t)version->index);
    json_object_set_new(json, "withdrawn", json_boolean(version->withdrawn));
    json_object_set_new(json, "time", api_when(card.leaf.time));
    json_object_set_new(json, "signed", signed_json(call, record, version->index));
    *size += card_size(&card) + VERSION_BYTES;
    return json;
}

/* Whether a part of it has gone: then nobody can say what it changed. */
static bool is_gone(const json_t *version) {
    const char *class;
    json_t *state;

    json_object_foreach(json_object_get(version, "parts"), class, state) {
        if (strcmp(json_string_value(state), "gone") == 0)
            return true;
    }
    return false;
}

/* What each version changed of the one before it; the list is newest first, more: it goes on. */
static void note_changes(json_t *list, bool more) {
    size_t count = json_array_size(list);

    for (size_t i = 0; i < count; i++) {
        json_t *version = json_array_get(list, i), *before = json_array_get(list, i + 1);
        if (json_is_true(json_object_get(before, "withdrawn")))
            before = NULL;
        if (json_is_true(json_object_get(version, "withdrawn")) || (i + 1 == count && more) ||
            is_gone(version) || is_gone(before))
            continue;
        json_object_set_new(version, "changes", record_changes(before, version));
    }
}

void api_history(struct api_call *call) {
    struct log_record record;
    uint8_t id[CONTACT_ID_LEN];
    struct contact_cursor c = {0};
    json_t *list = json_array();
    size_t size = 0;

    if (api_find_shown(call, call->word[0], &record) && api_find_id(call, &record, id)) {
        memcpy(c.version.log, record.id, LOG_ID_LEN);
        memcpy(c.version.id, id, CONTACT_ID_LEN);
        while (size < API_PAGE_BYTES && directory_history(call->txn, record.head.size, &c)) {
            json_t *version = version_json(call, &record, &c.version, &size);
            if (version != NULL)
                json_array_append_new(list, version);
        }
        directory_done(&c);
        note_changes(list, size >= API_PAGE_BYTES);
        if (json_array_size(list) == 0)
            api_refuse(call, 404, "NOT_FOUND", "this State has no such contact");
        else
            call->json = json_pack("{s:O, s:b}", "contacts", list, "more", size >= API_PAGE_BYTES);
    }
    json_decref(list);
}
