#include <stdlib.h>
#include <string.h>

#include "node/eraser.h"
#include "node/ops_call.h"
#include "store/believe.h"
#include "store/directory.h"
#include "store/erased.h"

/* Drafts that erase: which entries of a contact they may name.
 *
 * What a contact says now, or is announced to say, is erased only with its end: a directory that lists a
 * contact of which nobody may know anything helps no one, and is most likely a slip. */

static bool is(const json_t *object, const char *name, const char *value) {
    const char *text = json_string_value(json_object_get(object, name));
    return text && !strcmp(text, value);
}

/* The versions of one contact of the own State, newest first. */
struct walk {
    struct txn *t;
    struct log_record record;
    uint64_t now_s;
    struct contact_cursor c;
    bool decided; /* what stands now has been passed: all that follows is former */
    bool former;  /* the present one will never be in force again */
    bool bare;    /* it has no parts, or they are erased already */
};

static bool has_parts(const struct walk *w) {
    bool has[PART_CLASSES];
    struct digest commitment[PART_CLASSES];
    struct bytes leaf;
    uint64_t by;

    if (logs_leaf(w->t, w->record.id, w->c.version.index, &leaf))
        return false;
    leaf_parts(leaf, has, commitment);
    return (has[PART_PUBLIC] || has[PART_MEMBERS]) &&
           !erased_find(w->t, w->record.id, w->record.head.size, w->c.version.index, &by);
}

static enum err walk_begin(struct ops_call *call, struct txn *t, const char *contact, struct walk *ret) {
    uint8_t log[LOG_ID_LEN];

    *ret = (struct walk){.t = t, .now_s = call->ops->now_s()};
    if (!contact || strlen(contact) != 2 * CONTACT_ID_LEN ||
        hex_get(ret->c.version.id, CONTACT_ID_LEN, bytes_str(contact)))
        return ops_refuse(call, ERR_SCHEMA, "erase: contact: an id of 32 hex digits is wanted");
    origin_log_id(call->ops->origin, log);
    if (!*call->ops->origin || !logs_get(t, log, &ret->record))
        return ops_refuse(
            call, ERR_DENIED,
            "erase: this node has no log of its own: a State erases only what it has published");
    memcpy(ret->c.version.log, log, LOG_ID_LEN);
    return ERR_OK;
}

/* The next version that says something; false at the end. */
static bool walk_next(struct walk *w) {
    while (directory_history(w->t, w->record.head.size, &w->c)) {
        w->former = w->decided;
        w->decided = w->decided || w->c.version.valid_from <= w->now_s;
        w->bare = !w->c.version.withdrawn && !has_parts(w);
        if (!w->c.version.withdrawn)
            return true;
    }
    directory_done(&w->c);
    return false;
}

/* Whether the end of a contact is drafted. */
static bool end_drafted(struct txn *t, const char *contact) {
    struct bytes text;
    uint64_t seq = 0;
    bool found = false;

    while (!found && drafts_next(t, &seq, &text)) {
        if (!memmem(text.ptr, text.len, contact, strlen(contact)))
            continue;
        json_t *draft = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
        found = is(draft, "action", "withdraw") && is(draft, "id", contact);
        json_decref(draft);
    }
    return found;
}

static bool names(const json_t *entries, uint64_t index) {
    size_t i;
    json_t *entry;
    json_array_foreach((json_t *)(uintptr_t)entries, i, entry) {
        if (json_is_integer(entry) && (uint64_t)json_integer_value(entry) == index)
            return true;
    }
    return false;
}

/* Strictly ascending numbers, as the leaf will have them. */
static bool are_entries(const json_t *entries) {
    json_int_t before = -1;
    size_t i;
    json_t *entry;
    json_array_foreach((json_t *)(uintptr_t)entries, i, entry) {
        if (!json_is_integer(entry) || json_integer_value(entry) <= before)
            return false;
        before = json_integer_value(entry);
    }
    return json_array_size(entries) > 0 && json_array_size(entries) <= LEAF_ERASE_MAX;
}

/* Each entry that is named: of this contact, with something to erase, and not what stands. */
static enum err check_entries(struct ops_call *call, struct walk *w, size_t at, const json_t *entries,
                              bool ends) {
    enum err err = ERR_OK;
    size_t found = 0;

    while (!err && walk_next(w)) {
        unsigned long long index = w->c.version.index;
        if (!names(entries, w->c.version.index))
            continue;
        found++;
        if (w->bare)
            err = ops_refuse(call, ERR_SCHEMA, "draft %zu: erase: of entry %llu nothing is left to erase", at,
                             index);
        else if (!w->former && !ends)
            err = ops_refuse(call, ERR_DENIED,
                             "draft %zu: erase: entry %llu is what the contact says now, or is announced to "
                             "say: comity contact withdraw ends it first, or erase --all does both",
                             at, index);
    }
    directory_done(&w->c);
    if (!err && found != json_array_size(entries))
        err = ops_refuse(call, ERR_NOT_FOUND,
                         "draft %zu: erase: an entry that is named is none of this contact: comity contact "
                         "history shows their numbers",
                         at);
    return err ? err : w->t->err;
}

enum err ops_check_erase(struct ops_call *call, struct txn *t, size_t at, const json_t *draft) {
    const char *contact = json_string_value(json_object_get(draft, "contact"));
    const json_t *entries = json_object_get(draft, "entries");
    struct walk w;

    if (!are_entries(entries))
        return ops_refuse(call, ERR_SCHEMA,
                          "draft %zu: erase: entries: 1 to %d numbers of entries, ascending, are wanted", at,
                          LEAF_ERASE_MAX);
    enum err err = walk_begin(call, t, contact, &w);
    return err ? err : check_entries(call, &w, at, entries, end_drafted(t, contact));
}

enum err ops_erase_check(struct ops_call *call, struct txn *t) {
    return ops_check_erase(call, t, (size_t)json_integer_value(json_object_get(call->in, "seq")),
                           json_object_get(call->in, "draft"));
}

enum err ops_erase_plan(struct ops_call *call, struct txn *t) {
    const char *contact = ops_text(call, "contact", 2 * CONTACT_ID_LEN, true);
    json_t *former = json_array(), *standing = json_array();
    struct walk w;
    uint64_t versions = 0;
    enum err err = contact ? walk_begin(call, t, contact, &w) : call->err;
    bool current = false;

    while (!err && walk_next(&w)) {
        versions++;
        current = current || !w.former;
        if (!w.bare) /* oldest first, as the leaf has them */
            json_array_insert_new(w.former ? former : standing, 0,
                                  json_integer((json_int_t)w.c.version.index));
    }
    if (!err && !versions)
        err = ops_refuse(call, ERR_NOT_FOUND,
                         "nothing is published of this contact, so there is nothing to erase: comity discard "
                         "drops a draft");
    json_object_set_new(call->out, "former", former);
    json_object_set_new(call->out, "standing", standing);
    json_object_set_new(call->out, "current", json_boolean(current));
    if (!err)
        json_object_set_new(call->out, "end_drafted", json_boolean(end_drafted(t, contact)));
    return err;
}

enum err ops_erase_run(struct ops_call *call, struct txn *t) {
    unsigned destroyed = 0;
    enum err err = ERR_OK;

    (void)t;
    if (!call->ops->erases)
        err = eraser_run(&call->ops->retention, call->ops->store, call->ops->now_s(), &destroyed);
    json_object_set_new(call->out, "running", json_boolean(call->ops->erases));
    ops_put_number(call->out, "destroyed", destroyed);
    return err ? ops_refuse_err(call, err, "destroying what is erased") : ERR_OK;
}

/* The log that counts for a State's code. */
enum err ops_erasures_ask(struct ops_call *call, struct txn *t) {
    const char *code = ops_text(call, "state", CODE_LEN, true);
    struct log_record record = {.seq = 0};
    bool found = false;

    if (!code)
        return call->err;
    while (!found && logs_next(t, &record))
        found = !strcasecmp(record.code, code) && believe_shows(t, &record);
    if (!found)
        return ops_refuse(call, ERR_NOT_FOUND, "%s: no State with this code is followed here", code);
    memcpy(call->ops->survey_log, record.id, LOG_ID_LEN);
    call->ops->survey = call->ops->erases;
    json_object_set_new(call->out, "running", json_boolean(call->ops->erases));
    return ERR_OK;
}
