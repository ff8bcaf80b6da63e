#include <ctype.h>
#include <string.h>

#include "node/api_call.h"
#include "node/card.h"
#include "node/hours.h"
#include "node/stale.h"
#include "store/directory.h"

#define LIMIT_DEFAULT 50
#define PREFIX_MIN 4

static const char *const standings[] = {
    [SHELF_CURRENT] = "current", [SHELF_FUTURE] = "announced", [SHELF_WITHDRAWN] = "withdrawn"};

/* Until when a contact says the same about itself: clocks there, its hours and its reviews move. */
static void note_until(struct api_call *call, const struct search_hit *hit, const json_t *contact,
                       uint64_t signed_s, uint64_t at) {
    if (*query_get(&call->query, "at") != '\0')
        return;
    api_until(call, hit->due);
    api_until(call, stale_next(contact, signed_s, call->options->review_days, at));
    if (json_object_get(contact, "local_time") != NULL)
        api_until(call, at - at % 60 + 60);
}

/* A contact for an answer about a time, adding its size to *size; NULL if it has gone since the search read
 * it. */
static json_t *contact_json(struct api_call *call, const struct search_hit *hit, uint64_t at, size_t *size) {
    struct card card;

    if (card_read(call->txn, hit->log, hit->index, call->view, &card) != ERR_OK)
        return NULL;
    json_t *contact = card_contact(hit->code, &card);
    if (contact == NULL)
        return NULL;
    json_object_set_new(contact, "standing", json_string(standings[hit->standing]));
    hours_note(contact, at);
    json_object_set_new(contact, "review_due",
                        api_when(stale_review(contact, card.leaf.time, call->options->review_days)));
    json_object_set_new(contact, "stale",
                        stale_reasons(contact, card.leaf.time, call->options->review_days, at));
    note_until(call, hit, contact, card.leaf.time, at);
    json_object_set_new(contact, "successor", api_when(hit->due == UINT64_MAX ? 0 : hit->due));
    *size += card_size(&card);
    return contact;
}

/* "FR" or "fr" as the store writes it; "" stays. */
static bool lower_code(const char *text, char ret[static CODE_LEN + 1]) {
    memset(ret, 0, CODE_LEN + 1);
    if (*text == '\0')
        return true;
    if (strlen(text) != CODE_LEN)
        return false;
    for (unsigned i = 0; i < CODE_LEN; i++)
        ret[i] = (char)tolower((unsigned char)text[i]);
    return authority_check_code(bytes_str(ret)) == ERR_OK;
}

/* after=FR/<hex id>, as "next" of the page before says it. */
static bool read_after(struct api_call *call, struct search_want *want) {
    const char *text = query_get(&call->query, "after");
    char code[CODE_LEN + 1] = {0};

    if (*text == '\0')
        return true;
    want->has_after = strlen(text) > CODE_LEN && text[CODE_LEN] == '/';
    memcpy(code, text, want->has_after ? CODE_LEN : 0);
    if (want->has_after && lower_code(code, want->after_code) &&
        hex_get(want->after_id, CONTACT_ID_LEN, bytes_str(text + CODE_LEN + 1)) == ERR_OK)
        return true;
    api_refuse(call, 400, "SCHEMA", "after is '%s'; it must be what \"next\" of the page before says", text);
    return false;
}

/* open=now: who is reached now, or at the time asked for. */
static bool read_open(struct api_call *call, struct search_want *want) {
    const char *text = query_get(&call->query, "open");

    want->open = strcmp(text, "now") == 0;
    if (*text == '\0' || want->open)
        return true;
    api_refuse(call, 400, "SCHEMA", "open is '%s'; it must be now", text);
    return false;
}

static bool read_want(struct api_call *call, struct search_want *want, char code[static CODE_LEN + 1]) {
    uint64_t limit = LIMIT_DEFAULT;
    const char *state = query_get(&call->query, "state");

    *want = (struct search_want){.view = call->view, .at = call->now};
    if (!lower_code(state, code)) {
        api_refuse(call, 400, "NAME", "state is '%s'; it must be a code of two letters", state);
        return false;
    }
    want->text = query_get(&call->query, "q");
    want->state = code;
    want->kind = query_get(&call->query, "kind");
    want->language = query_get(&call->query, "language");
    want->at_given = *query_get(&call->query, "at") != '\0';
    if (!api_time(call, "at", &want->at) || !api_number(call, "limit", 1, SEARCH_LIMIT_MAX, &limit) ||
        !api_flag(call, "all", &want->all) || !api_flag(call, "stale", &want->stale) ||
        !read_open(call, want) || !read_after(call, want))
        return false;
    want->limit = (unsigned)limit;
    return true;
}

static json_t *next_of(const struct search_hit *last) {
    char hex[2 * CONTACT_ID_LEN + 1];

    hex_put(hex, last->id, CONTACT_ID_LEN);
    return json_sprintf("%c%c/%s", toupper((unsigned char)last->code[0]),
                        toupper((unsigned char)last->code[1]), hex);
}

void api_contacts(struct api_call *call) {
    struct search_want want;
    struct search_hit hit[SEARCH_LIMIT_MAX];
    char code[CODE_LEN + 1];
    unsigned count;
    uint64_t total;
    bool more;

    if (!read_want(call, &want, code))
        return;
    if (!want.at_given)
        api_until(call, want.open || want.stale ? want.at + 1 : search_due(call->search, call->txn, want.at));
    enum err err = search_find(call->search, call->txn, &want, hit, &count, &total, &more);
    if (err == ERR_NOT_FOUND) {
        api_refuse(call, 400, "NOT_FOUND", "the contact that after names is gone; begin at the first page");
        return;
    }
    if (err != ERR_OK) {
        api_refuse(call, 500, err_name(err), "the search: %s", err_text(err));
        return;
    }
    json_t *contacts = json_array();
    size_t size = 0;
    for (unsigned i = 0; i < count; i++) {
        json_t *contact = contact_json(call, &hit[i], want.at, &size);
        if (contact != NULL)
            json_array_append_new(contacts, contact);
        if (size > API_PAGE_BYTES && i + 1 < count) {
            count = i + 1;
            more = true;
        }
    }
    call->json = json_pack("{s:o, s:I, s:o}", "contacts", contacts, "total", (json_int_t)total, "next",
                           more ? next_of(&hit[count - 1]) : json_null());
}

static bool not_there(struct api_call *call) {
    api_refuse(call, 404, "NOT_FOUND", "this State has no such contact");
    return false;
}

/* The id in the path, whole or its beginning. */
bool api_find_id(struct api_call *call, const struct log_record *record, uint8_t ret[static CONTACT_ID_LEN]) {
    struct bytes text = call->word[1];
    uint8_t digit[CONTACT_ID_LEN];
    char padded[2 * CONTACT_ID_LEN + 1];
    struct search_hit hit;
    unsigned count;

    if (text.len < PREFIX_MIN || text.len > 2 * CONTACT_ID_LEN)
        return not_there(call);
    memset(padded, '0', sizeof padded);
    memcpy(padded, text.ptr, text.len);
    if (hex_get(digit, CONTACT_ID_LEN, (struct bytes){(uint8_t *)padded, 2 * CONTACT_ID_LEN}) != ERR_OK)
        return not_there(call);
    if (text.len == 2 * CONTACT_ID_LEN) {
        memcpy(ret, digit, CONTACT_ID_LEN);
        return true;
    }
    enum err err = search_prefix(call->search, call->txn, record->code, text, call->now, &hit, &count);
    if (err != ERR_OK || count == 0)
        return not_there(call);
    if (count > 1) {
        api_refuse(call, 400, "AMBIGUOUS", "%u contacts of this State begin so; give more digits", count);
        return false;
    }
    memcpy(ret, hit.id, CONTACT_ID_LEN);
    return true;
}

/* The successor that has been announced, if any, whole. */
static void add_next(struct api_call *call, json_t *contact, const struct log_record *record,
                     const struct contact_version *next) {
    struct search_hit hit = {.index = next->index, .due = UINT64_MAX, .standing = SHELF_FUTURE};

    if (next->index == UINT64_MAX)
        return;
    memcpy(hit.log, record->id, LOG_ID_LEN);
    memcpy(hit.code, record->code, sizeof hit.code);
    size_t size = 0;
    json_t *successor = contact_json(call, &hit, next->valid_from, &size);
    if (successor != NULL)
        json_object_set_new(contact, "next", successor);
}

/* The last version that said something. */
static bool last_version(struct api_call *call, const struct log_record *record, const uint8_t *id,
                         uint64_t *ret_index) {
    struct contact_cursor c = {0};
    bool found = false;

    memcpy(c.version.log, record->id, LOG_ID_LEN);
    memcpy(c.version.id, id, CONTACT_ID_LEN);
    while (!found && directory_history(call->txn, record->head.size, &c))
        found = !c.version.withdrawn;
    *ret_index = c.version.index;
    directory_done(&c);
    return found;
}

bool api_find_contact(struct api_call *call, uint64_t at, struct log_record *ret_record,
                      struct search_hit *ret, struct contact_version *ret_next) {
    uint8_t id[CONTACT_ID_LEN];
    struct contact_version version = {0}, next = {.index = UINT64_MAX};
    struct search_hit hit = {.due = UINT64_MAX, .standing = SHELF_CURRENT};

    if (!api_find_shown(call, call->word[0], ret_record) || !api_find_id(call, ret_record, id))
        return false;
    memcpy(hit.log, ret_record->id, LOG_ID_LEN);
    memcpy(hit.code, ret_record->code, sizeof hit.code);
    memcpy(hit.id, id, CONTACT_ID_LEN);
    if (directory_contact(call->txn, ret_record->id, id, ret_record->head.size, at, &version, &next)) {
        hit.index = version.index;
    } else if (next.index != UINT64_MAX) {
        hit.index = next.index;
        hit.standing = SHELF_FUTURE;
        next.index = UINT64_MAX;
    } else if (last_version(call, ret_record, id, &hit.index)) {
        hit.standing = SHELF_WITHDRAWN;
    } else {
        return not_there(call);
    }
    hit.due = next.index == UINT64_MAX ? UINT64_MAX : next.valid_from;
    *ret = hit;
    if (ret_next != NULL)
        *ret_next = next;
    return true;
}

void api_contact(struct api_call *call) {
    struct log_record record;
    struct search_hit hit;
    struct contact_version next;
    uint64_t at = call->now;
    size_t size = 0;

    if (!api_time(call, "at", &at) || !api_find_contact(call, at, &record, &hit, &next))
        return;
    call->json = contact_json(call, &hit, at, &size);
    if (call->json == NULL)
        not_there(call);
    else {
        add_next(call, call->json, &record, &next);
        api_contact_variants(call, &record, hit.id, at, call->json);
        if (record.head.flags & VIEW_DOUBTFUL)
            api_until(call, at + 1); /* nobody knows when another variant takes effect */
    }
}
