#include <stdio.h>
#include <string.h>

#include "node/ops_call.h"
#include "proto/view.h"
#include "store/directory.h"

/* Drafts in which the own State speaks of another one: endorse, succeed, and unsay, which takes one back. */

static bool is(const json_t *draft, const char *name, const char *value) {
    const char *text = json_string_value(json_object_get(draft, name));
    return text && !strcmp(text, value);
}

bool ops_is_word(const json_t *draft) {
    return is(draft, "action", "endorse") || is(draft, "action", "succeed") || is(draft, "action", "unsay");
}

/* The log that a draft is on: of another State, and held here. */
static enum err find(struct ops_call *call, struct txn *t, size_t at, const json_t *draft,
                     struct log_record *ret) {
    const char *origin = json_string_value(json_object_get(draft, "origin"));
    char network[NETWORK_MAX + 1], code[CODE_LEN + 1], own[CODE_LEN + 1];
    uint8_t id[LOG_ID_LEN];

    if (!origin || origin_check(bytes_str(origin), network, code) ||
        origin_check(bytes_str(call->ops->origin), network, own))
        return ops_refuse(call, ERR_NAME, "draft %zu: origin: the origin of a log is wanted", at);
    if (!strcmp(code, own))
        return ops_refuse(call, ERR_DENIED,
                          "draft %zu: %s is of the own State: nobody counts what a State says of itself", at,
                          origin);
    origin_log_id(origin, id);
    return logs_get(t, id, ret)
               ? ERR_OK
               : ops_refuse(call, ERR_NOT_FOUND,
                            "draft %zu: this node holds no log %s: comity log list shows them", at, origin);
}

static void put_note(json_t *draft, const struct log_record *record, uint64_t epoch,
                     const struct digest *note) {
    ops_put_text(draft, "state", record->code);
    ops_put_number(draft, "epoch", epoch);
    ops_put_hex(draft, "note", BYTES(note->b));
}

/* What people here have checked, and nothing else. */
static enum err check_endorse(struct ops_call *call, struct txn *t, size_t at, json_t *draft,
                              const struct log_record *record) {
    struct pin pin;

    if (!roster_get(t, record->origin, &pin) || pin.hold)
        return ops_refuse(
            call, ERR_DENIED,
            "draft %zu: %s is not trusted here, or on hold: a State endorses what its own people "
            "have checked",
            at, record->origin);
    if (record->epoch > pin.epoch)
        return ops_refuse(call, ERR_EPOCH,
                          "draft %zu: epoch %llu of %s has not been checked here: comity trust confirm comes "
                          "first",
                          at, (unsigned long long)record->epoch, record->origin);
    put_note(draft, record, pin.epoch, &pin.hash);
    return ERR_OK;
}

static enum err check_succeed(struct ops_call *call, size_t at, json_t *draft,
                              const struct log_record *record) {
    const char *successor = json_string_value(json_object_get(draft, "successor"));
    char network[NETWORK_MAX + 1], code[CODE_LEN + 1];

    if (!successor || origin_check(bytes_str(successor), network, code) ||
        strcmp(network, call->ops->network) || strcmp(code, record->code) ||
        !strcmp(successor, record->origin))
        return ops_refuse(
            call, ERR_NAME,
            "draft %zu: successor: the origin of another log of the same State is wanted, as its "
            "invitation names it",
            at);
    if (record->head.flags & VIEW_CONTESTED)
        return ops_refuse(
            call, ERR_EPOCH,
            "draft %zu: the next epoch of %s is contested: a succession names its last note, so "
            "comity trust confirm comes first",
            at, record->origin);
    put_note(draft, record, record->epoch, &record->end);
    return ERR_OK;
}

static enum err check_unsay(struct ops_call *call, struct txn *t, size_t at, json_t *draft,
                            const struct log_record *record) {
    struct log_record own;
    uint8_t id[LOG_ID_LEN];
    uint64_t index;
    bool endorse = is(draft, "of", "endorse");

    if (!endorse && !is(draft, "of", "succeed"))
        return ops_refuse(call, ERR_SCHEMA, "draft %zu: of: endorse or succeed is wanted", at);
    origin_log_id(call->ops->origin, id);
    if (!logs_get(t, id, &own) ||
        !directory_word(t, own.id, endorse ? LEAF_ENDORSE : LEAF_SUCCEED, record->id, own.head.size, &index))
        return ops_refuse(call, ERR_NOT_FOUND, "draft %zu: this State has published no such word on %s", at,
                          record->origin);
    ops_put_text(draft, "state", record->code);
    return ERR_OK;
}

enum err ops_check_word(struct ops_call *call, struct txn *t, size_t at, json_t *draft) {
    struct log_record record;
    enum err err = find(call, t, at, draft, &record);

    if (err)
        return err;
    if (is(draft, "action", "endorse"))
        return check_endorse(call, t, at, draft, &record);
    return is(draft, "action", "succeed") ? check_succeed(call, at, draft, &record)
                                          : check_unsay(call, t, at, draft, &record);
}

/* Which kind of word it says or takes back. */
static const char *kind_of(const json_t *draft) {
    const char *of =
        json_string_value(json_object_get(draft, is(draft, "action", "unsay") ? "of" : "action"));
    return of ? of : "";
}

void ops_drop_word(struct txn *t, const json_t *draft) {
    const char *origin = json_string_value(json_object_get(draft, "origin"));
    struct bytes text;
    uint64_t seq = 0;

    while (drafts_next(t, &seq, &text)) {
        if (!memmem(text.ptr, text.len, origin, strlen(origin)))
            continue;
        json_t *old = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
        bool same = ops_is_word(old) && is(old, "origin", origin) && !strcmp(kind_of(old), kind_of(draft));
        json_decref(old);
        if (same)
            drafts_remove(t, seq);
    }
}
