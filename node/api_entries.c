/* What a State has published, entry by entry, newest first; of a contact, what stood before it too. */
#include <string.h>

#include "node/api_call.h"
#include "node/card.h"
#include "store/directory.h"

#define LIMIT_DEFAULT 100
#define LIMIT_MAX 500
#define PAGE_BYTES 204800 /* of parts in one answer: as JSON, it must fit a frame */
#define ENTRY_BYTES 600   /* of an entry whatever its parts are */

/* The contact as the version before an entry has it; NULL if there is none. */
static json_t *version_before(struct api_call *call, const struct log_record *record, const uint8_t *id,
                              uint64_t index, size_t *size) {
    struct contact_cursor c = {0};
    struct card card;
    json_t *json = NULL;
    bool found = false;

    memcpy(c.version.log, record->id, LOG_ID_LEN);
    memcpy(c.version.id, id, CONTACT_ID_LEN);
    while (!found && directory_history(call->txn, record->head.size, &c))
        found = c.version.index < index;
    if (found && !c.version.withdrawn &&
        card_read(call->txn, record->id, c.version.index, call->view, &card) == ERR_OK) {
        json = card_contact(record->code, &card);
        *size += card_size(&card);
    }
    directory_done(&c);
    return json;
}

static json_t *erases_json(const struct leaf *leaf) {
    json_t *list = json_array();

    for (unsigned i = 0; i < leaf->erase.count; i++)
        json_array_append_new(list, json_integer((json_int_t)leaf->erase.entry[i]));
    return list;
}

static json_t *entry_json(struct api_call *call, const struct log_record *record, const struct card *card,
                          size_t *size) {
    const struct leaf *leaf = &card->leaf;
    json_t *json = json_pack(
        "{s:I, s:o, s:s}", "index", (json_int_t)card->index, "time", api_when(leaf->time), "kind",
        leaf->kind == LEAF_WITHDRAW ? leaf_kind_name(leaf->withdraw.kind) : leaf_kind_name(leaf->kind));
    bool ends = leaf->kind == LEAF_WITHDRAW;
    bool of_contact = leaf->kind == LEAF_CONTACT || (ends && leaf->withdraw.kind == LEAF_CONTACT &&
                                                     leaf->withdraw.id.len == CONTACT_ID_LEN);

    json_object_set_new(json, "withdrawn", json_boolean(ends));
    *size += ENTRY_BYTES;
    if (leaf->kind == LEAF_ERASE)
        json_object_set_new(json, "erases", erases_json(leaf));
    if (!of_contact)
        return json;
    if (!ends)
        json_object_set_new(json, "contact", card_contact(record->code, card));
    json_t *before =
        version_before(call, record, ends ? leaf->withdraw.id.ptr : leaf->contact.id, card->index, size);
    json_object_set_new(json, "before", before == NULL ? json_null() : before);
    *size += card_size(card);
    return json;
}

/* A leaf that this program cannot read still counts as an entry. */
static json_t *unread_json(uint64_t index) {
    return json_pack("{s:I, s:n, s:s, s:b}", "index", (json_int_t)index, "time", "kind", "", "withdrawn",
                     false);
}

void api_entries(struct api_call *call) {
    struct log_record record;
    uint64_t from = 0, since = 0, limit = LIMIT_DEFAULT, index;
    size_t size = 0;

    if (!api_find_shown(call, call->word[0], &record) || !api_number(call, "from", 0, INT64_MAX, &from) ||
        !api_number(call, "limit", 1, LIMIT_MAX, &limit) || !api_time(call, "since", &since))
        return;
    json_t *entries = json_array();
    for (index = record.head.size; index > from && json_array_size(entries) < limit && size < PAGE_BYTES;
         index--) {
        struct card card = {0};
        enum err err = card_read(call->txn, record.id, index - 1, call->view, &card);
        if (err == ERR_OK && card.leaf.time < since) {
            index = from;
            break;
        }
        json_array_append_new(entries, err == ERR_OK ? entry_json(call, &record, &card, &size)
                                                     : unread_json(index - 1));
    }
    call->json = json_pack("{s:o, s:o, s:I, s:b}", "state", api_code(record.code), "entries", entries, "size",
                           (json_int_t)record.head.size, "more", index > from);
}
