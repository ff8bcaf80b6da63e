#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/ops_call.h"
#include "node/record.h"
#include "store/directory.h"

#define DRAFT_MAX 65536
#define LIST_BYTES_MAX                                                                                       \
    393216 /* a page of texts: JSON may double what stands in it, and it must fit a frame */

static bool is_hex(const json_t *value, size_t len) {
    const char *text = json_string_value(value);
    return text && strlen(text) == len && strspn(text, "0123456789abcdef") == len;
}

/* Whether a contact of the own State is in force, announced, or drafted. */
static bool contact_there(struct ops_call *call, struct txn *t, const char *id) {
    uint8_t log[LOG_ID_LEN], bin[CONTACT_ID_LEN];
    struct log_record record;
    struct contact_version version, next = {.index = UINT64_MAX};
    struct bytes text;
    char drafted[2 * CONTACT_ID_LEN + 16];
    uint64_t seq = 0;

    if (hex_get(bin, sizeof bin, bytes_str(id)))
        return false;
    origin_log_id(call->ops->origin, log);
    if (logs_get(t, log, &record) &&
        (directory_contact(t, log, bin, record.head.size, call->ops->now_s(), &version, &next) ||
         next.index != UINT64_MAX))
        return true;
    int len = snprintf(drafted, sizeof drafted, "\"id\":\"%s\"", id);
    while (drafts_next(t, &seq, &text))
        if (memmem(text.ptr, text.len, drafted, (size_t)len) != NULL)
            return true;
    return false;
}

/* The contact to turn to next is another one, and there is one. */
static enum err check_backup(struct ops_call *call, struct txn *t, size_t at, const json_t *draft) {
    const char *id = json_string_value(json_object_get(draft, "id"));
    const char *backup = json_string_value(json_object_get(json_object_get(draft, "record"), "backup"));

    if (!backup)
        return ERR_OK;
    if (!strcmp(backup, id))
        return ops_refuse(call, ERR_SCHEMA,
                          "draft %zu: backup: the contact itself: give the id of another, or leave it out",
                          at);
    if (!contact_there(call, t, backup))
        return ops_refuse(
            call, ERR_SCHEMA,
            "draft %zu: backup: this State has no contact with this id: found \"%s\": comity contact "
            "list --json shows whole ids",
            at, backup);
    return ERR_OK;
}

static enum err check_put(struct ops_call *call, size_t at, const json_t *draft) {
    const json_t *record = json_object_get(draft, "record");
    const char *state = json_string_value(json_object_get(record, "state"));
    char network[NETWORK_MAX + 1], code[CODE_LEN + 1];
    struct record_error why;

    if (!json_is_object(record) || !record_check(record, &why))
        return ops_refuse(call, ERR_SCHEMA, "draft %zu: %s", at,
                          json_is_object(record) ? why.text : "record is missing");
    if (origin_check(bytes_str(call->ops->origin), network, code) || !state || strcasecmp(state, code))
        return ops_refuse(call, ERR_SCHEMA,
                          "draft %zu: state is '%.8s', but this node can only write for its own State", at,
                          state ? state : "");
    return ERR_OK;
}

/* A State accredits a bounded number of observers: those that stand, and those drafted. */
static enum err check_accredit(struct ops_call *call, struct txn *t, size_t at, const json_t *draft) {
    static const char drafted[] = "\"action\":\"accredit\"";
    const char *name = json_string_value(json_object_get(draft, "name"));
    uint8_t log[LOG_ID_LEN];
    struct log_record record;
    struct pubkey node = {{0}};
    uint64_t index, seq = 0;
    struct bytes text;
    unsigned count = 0;

    const char *id = json_string_value(json_object_get(draft, "node"));
    if (!id || hex_get(node.b, KEY_LEN, bytes_str(id)) || key_check(&node) || !name || !*name ||
        strlen(name) > NAME_TEXT_MAX || !utf8_clean(bytes_str(name)))
        return ops_refuse(call, ERR_SCHEMA, "draft %zu: accredit wants a node id (64 hex digits) and a name",
                          at);
    memset(&node, 0, sizeof node);
    origin_log_id(call->ops->origin, log);
    if (logs_get(t, log, &record))
        while (directory_node_next(t, log, LEAF_OBSERVER, record.head.size, &node, &index))
            count++;
    while (drafts_next(t, &seq, &text))
        count += memmem(text.ptr, text.len, drafted, sizeof drafted - 1) != NULL;
    return count < OBSERVERS_PER_STATE_MAX
               ? ERR_OK
               : ops_refuse(call, ERR_ITEMS, "draft %zu: a State accredits at most %d observers", at,
                            OBSERVERS_PER_STATE_MAX);
}

static enum err check_draft(struct ops_call *call, struct txn *t, size_t at, json_t *draft) {
    const char *action = json_string_value(json_object_get(draft, "action"));

    if (action && !strcmp(action, "accredit"))
        return check_accredit(call, t, at, draft);
    if (ops_is_word(draft))
        return ops_check_word(call, t, at, draft);
    if (action && !strcmp(action, "erase"))
        return ops_check_erase(call, t, at, draft);
    if (!is_hex(json_object_get(draft, "id"), 2 * CONTACT_ID_LEN))
        return ops_refuse(call, ERR_SCHEMA, "draft %zu: id is not 32 hex digits", at);
    if (action && !strcmp(action, "put")) {
        enum err err = check_put(call, at, draft);
        return err ? err : check_backup(call, t, at, draft);
    }
    if (action && !strcmp(action, "withdraw"))
        return ERR_OK;
    return ops_refuse(
        call, ERR_SCHEMA,
        "draft %zu: action is '%.20s': put, withdraw, erase, accredit, endorse, succeed or unsay is wanted",
        at, action ? action : "");
}

/* A new draft takes the place of the earlier one for the same observer. */
static void drop_accredit(struct txn *t, const json_t *draft) {
    static const char drafted[] = "\"action\":\"accredit\"";
    char node[2 * KEY_LEN + 16];
    struct bytes text;
    uint64_t seq = 0;

    int len =
        snprintf(node, sizeof node, "\"node\":\"%s\"", json_string_value(json_object_get(draft, "node")));
    while (drafts_next(t, &seq, &text))
        if (memmem(text.ptr, text.len, drafted, sizeof drafted - 1) &&
            memmem(text.ptr, text.len, node, (size_t)len))
            drafts_remove(t, seq);
}

static enum err add(struct ops_call *call, struct txn *t, size_t at, json_t *draft) {
    char made[24];
    enum err err = check_draft(call, t, at, draft);

    if (err)
        return err;
    if (!strcmp(json_string_value(json_object_get(draft, "action")), "accredit"))
        drop_accredit(t, draft);
    if (ops_is_word(draft))
        ops_drop_word(t, draft);
    json_object_del(draft, "approved_by"); /* that is another operation, and of the text that stands then */
    json_object_del(draft, "approved");
    if (!json_object_get(draft, "made")) {
        time_text(call->ops->now_s(), made);
        ops_put_text(draft, "made", made);
    }
    char *text = json_dumps(draft, JSON_COMPACT);
    if (!text)
        return ERR_MEMORY;
    if (strlen(text) > DRAFT_MAX)
        err = ops_refuse(call, ERR_SIZE, "draft %zu is longer than %d bytes", at, DRAFT_MAX);
    else
        drafts_add(t, bytes_str(text));
    free(text);
    return err;
}

enum err ops_draft_add(struct ops_call *call, struct txn *t) {
    json_t *drafts = json_object_get(call->in, "drafts"), *draft;
    size_t at;

    if (!*call->ops->origin)
        return ops_refuse(call, ERR_DENIED, "this is an observer's node: it has no State to write for");
    if (!json_is_array(drafts))
        return ops_refuse(call, ERR_MISSING, "drafts: a list is wanted");
    json_array_foreach(drafts, at, draft) {
        enum err err = add(call, t, at, draft);
        if (err)
            return err;
    }
    ops_put_number(call->out, "added", json_array_size(drafts));
    return ERR_OK;
}

/* Drop every draft that has this number and, if a sum is given, this text. */
static bool drop_one(struct txn *t, uint64_t seq, const char *sum) {
    uint64_t at = seq - 1;
    struct bytes text;
    char hex[2 * DIGEST_LEN + 1];

    if (!seq || !drafts_next(t, &at, &text) || at != seq)
        return false;
    if (sum) {
        struct digest found = digest_of(text);
        hex_put(hex, found.b, DIGEST_LEN);
        if (strcmp(hex, sum))
            return false;
    }
    drafts_remove(t, seq);
    return true;
}

static uint64_t drop_all(struct txn *t) {
    uint64_t seq = 0, count = 0;
    struct bytes text;

    for (; drafts_next(t, &seq, &text); count++)
        drafts_remove(t, seq);
    return count;
}

enum err ops_draft_drop(struct ops_call *call, struct txn *t) {
    json_t *seqs = json_object_get(call->in, "seqs"), *drafts = json_object_get(call->in, "drafts"), *item;
    uint64_t count = 0;
    size_t at;

    if (json_is_true(json_object_get(call->in, "all"))) {
        count = drop_all(t);
    } else if (json_is_array(drafts)) {
        json_array_foreach(drafts, at, item) count +=
            drop_one(t, (uint64_t)json_integer_value(json_object_get(item, "seq")),
                     json_string_value(json_object_get(item, "sum")));
    } else if (json_is_array(seqs)) {
        json_array_foreach(seqs, at, item) {
            bool dropped = drop_one(t, (uint64_t)json_integer_value(item), NULL);
            if (!dropped && json_is_true(json_object_get(call->in, "strict")))
                return ops_refuse(
                    call, ERR_NOT_FOUND,
                    "there is no draft %lld: nothing was discarded; comity diff shows the numbers",
                    (long long)json_integer_value(item));
            count += dropped;
        }
    } else {
        return ops_refuse(call, ERR_MISSING, "seqs, drafts or all is wanted");
    }
    ops_put_number(call->out, "dropped", count);
    return ERR_OK;
}

/* Note in one draft who agrees to it, if it is still the text that was shown. */
static enum err approve(struct ops_call *call, struct txn *t, const json_t *item, uint64_t approver) {
    uint64_t seq = (uint64_t)json_integer_value(json_object_get(item, "seq")), at = seq - 1;
    const char *sum = json_string_value(json_object_get(item, "sum"));
    char hex[2 * DIGEST_LEN + 1], now[24];
    struct bytes text;

    bool there = seq && drafts_next(t, &at, &text) && at == seq;
    struct digest found = there ? digest_of(text) : (struct digest){{0}};
    hex_put(hex, found.b, DIGEST_LEN);
    if (!there || !sum || strcmp(hex, sum))
        return ops_refuse(call, ERR_NOT_FOUND,
                          "draft %llu is not what was shown any more: look again, with comity diff",
                          (unsigned long long)seq);
    json_t *draft = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
    if (json_integer_value(json_object_get(draft, "author")) == (json_int_t)approver) {
        json_decref(draft);
        return ops_refuse(call, ERR_DENIED, "draft %llu: its author cannot approve it",
                          (unsigned long long)seq);
    }
    ops_put_number(draft, "approved_by", approver);
    time_text(call->ops->now_s(), now);
    ops_put_text(draft, "approved", now);
    char *dump = json_dumps(draft, JSON_COMPACT);
    json_decref(draft);
    if (!dump)
        return ERR_MEMORY;
    drafts_replace(t, seq, bytes_str(dump));
    free(dump);
    return ERR_OK;
}

enum err ops_draft_approve(struct ops_call *call, struct txn *t) {
    json_t *drafts = json_object_get(call->in, "drafts"), *item,
           *approver = json_object_get(call->in, "approver");
    enum err err = ERR_OK;
    size_t at;

    if (!json_is_array(drafts) || !json_is_integer(approver) || json_integer_value(approver) < 0)
        return ops_refuse(call, ERR_MISSING, "drafts and approver are wanted");
    json_array_foreach(drafts, at, item) {
        if (!err)
            err = approve(call, t, item, (uint64_t)json_integer_value(approver));
    }
    ops_put_number(call->out, "approved", json_array_size(drafts));
    return err;
}

enum err ops_draft_list(struct ops_call *call, struct txn *t) {
    uint64_t seq = (uint64_t)json_integer_value(json_object_get(call->in, "after"));
    json_t *drafts = json_array();
    struct bytes text;
    size_t size = 0;
    bool more = false;

    json_object_set_new(call->out, "drafts", drafts);
    for (uint64_t at = seq; drafts_next(t, &at, &text); seq = at) {
        size += text.len + 64;
        more = size > LIST_BYTES_MAX;
        if (more)
            break;
        json_t *draft = json_object();
        ops_put_number(draft, "seq", at);
        json_object_set_new(draft, "text", json_stringn((const char *)text.ptr, text.len));
        json_array_append_new(drafts, draft);
    }
    json_object_set_new(call->out, "more", json_boolean(more));
    return ERR_OK;
}
