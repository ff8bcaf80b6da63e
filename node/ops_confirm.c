#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/fingerprint.h"
#include "node/ops_call.h"
#include "proto/view.h"
#include "store/believe.h"
#include "store/facts.h"

static enum err find_log(struct ops_call *call, struct txn *t, struct log_record *ret) {
    const char *origin = ops_text(call, "origin", ORIGIN_MAX, true);
    uint8_t id[LOG_ID_LEN];

    if (!origin)
        return call->err;
    origin_log_id(origin, id);
    return logs_get(t, id, ret)
               ? ERR_OK
               : ops_refuse(call, ERR_NOT_FOUND, "%s is no log that this node holds", origin);
}

static enum err load(struct txn *t, const struct log_record *record, struct facts **ret) {
    struct facts *f = malloc(sizeof(*f));

    if (!f)
        return ERR_MEMORY;
    facts_load(t, record, f);
    if (t->err) {
        free(f);
        return t->err;
    }
    *ret = f;
    return ERR_OK;
}

/* Whether a note is another one, or stands before it in its chain. */
static bool leads_to(const struct facts *f, uint32_t note, uint32_t later) {
    while (later != VIEW_NONE && later > note)
        later = f->note[later].parent;
    return later == note;
}

struct standing_of {
    const char *standing, *by;
};

/* What trust makes of a kept note. */
static struct standing_of standing(const struct facts *f, const struct view *view, uint32_t note) {
    bool pinned = f->x.trusted == VIEW_NONE ? note == 0 : leads_to(f, note, f->x.trusted);

    if (pinned)
        return (struct standing_of){"closed", "pin"};
    if (leads_to(f, note, view_closed(&f->x, false)))
        return (struct standing_of){"closed", "endorsements"};
    if (view_is_void(&f->x, note))
        return (struct standing_of){"void", ""};
    if (leads_to(f, note, view->end))
        return (struct standing_of){"open", ""};
    return (struct standing_of){"contested", ""};
}

/* As hex under this name, and in words. */
static void put_fingerprints(json_t *to, const char *name, const struct digest *hash) {
    char text[FINGERPRINT_TEXT], words[FINGERPRINT_WORDS], name_words[40];

    fingerprint_text(hash, text);
    fingerprint_words(hash, ' ', words);
    snprintf(name_words, sizeof(name_words), "%s_words", name);
    ops_put_text(to, name, text);
    ops_put_text(to, name_words, words);
}

static json_t *note_json(const struct facts *f, const struct view *view, uint32_t at) {
    const struct view_note *note = &f->note[at];
    struct standing_of s = standing(f, view, at);
    json_t *json = json_object();

    ops_put_number(json, "epoch", note->epoch);
    ops_put_hex(json, "note", BYTES(note->hash.b));
    if (note->parent != VIEW_NONE)
        ops_put_hex(json, "prev", BYTES(f->note[note->parent].hash.b));
    ops_put_text(json, "standing", s.standing);
    ops_put_text(json, "by", s.by);
    put_fingerprints(json, "fingerprint", &note->hash);
    return json;
}

enum err ops_put_standing(struct txn *t, const struct log_record *record, json_t *to) {
    struct facts *f = NULL;
    enum err err = load(t, record, &f);

    if (err)
        return err;
    struct view view = view_of(&f->x, false);
    uint32_t closed = view_closed(&f->x, false);
    ops_put_number(to, "closed", f->note[closed].epoch);
    ops_put_text(to, "closed_by", standing(f, &view, closed).by);
    ops_put_number(to, "newest", f->note[view.end].epoch);
    put_fingerprints(to, "newest_fingerprint", &f->note[view.end].hash);
    json_object_set_new(to, "contested", json_boolean(view.flags & VIEW_CONTESTED));
    ops_put_number(to, "void", believe_voids(t, record));
    free(f);
    return ERR_OK;
}

/* The note that a person names; VIEW_NONE: refused already. */
static uint32_t find_note(struct ops_call *call, const struct facts *f) {
    const char *hex = ops_text(call, "note", 2 * DIGEST_LEN, true);
    struct digest hash;

    if (!hex)
        return VIEW_NONE;
    if (hex_get(hash.b, DIGEST_LEN, bytes_str(hex))) {
        ops_refuse(call, ERR_SCHEMA, "note: the SHA-256 of an authority note in 64 hex digits is wanted");
        return VIEW_NONE;
    }
    uint32_t note = facts_note(f, &hash);
    if (note == VIEW_NONE)
        ops_refuse(call, ERR_NOT_FOUND,
                   "this node holds no such authority note of that State: a note is confirmed once it has "
                   "come from a peer, in a bundle or with an invitation");
    return note;
}

static enum err put_text(struct txn *t, const struct log_record *record, const struct view_note *note,
                         json_t *texts) {
    struct package_note kept;

    if (!notes_get(t, record->id, note->epoch, &note->hash, &kept))
        return ERR_CORRUPT;
    json_array_append_new(texts, json_stringn((const char *)kept.text.ptr, kept.text.len));
    return ERR_OK;
}

/* What tells what a note changes: the first note, the one before it, and its own text. */
static enum err put_texts(struct ops_call *call, struct txn *t, const struct log_record *record,
                          const struct facts *f) {
    json_t *texts = json_array();
    uint32_t note = find_note(call, f), parent;
    enum err err = ERR_OK;

    json_object_set_new(call->out, "texts", texts);
    if (note == VIEW_NONE)
        return call->err;
    parent = f->note[note].parent;
    if (note != 0)
        err = put_text(t, record, &f->note[0], texts);
    if (!err && parent != VIEW_NONE && parent != 0)
        err = put_text(t, record, &f->note[parent], texts);
    return err ? err : put_text(t, record, &f->note[note], texts);
}

enum err ops_trust_notes(struct ops_call *call, struct txn *t) {
    struct log_record record;
    struct facts *f = NULL;
    json_t *notes = json_array();
    enum err err = find_log(call, t, &record);

    json_object_set_new(call->out, "notes", notes);
    if (!err)
        err = load(t, &record, &f);
    if (err)
        return err;
    struct view view = view_of(&f->x, false);
    for (uint32_t i = 0; i < f->x.note_count; i++)
        json_array_append_new(notes, note_json(f, &view, i));
    ops_put_text(call->out, "origin", record.origin);
    ops_put_number(call->out, "size", record.head.size);
    if (json_object_get(call->in, "note"))
        err = put_texts(call, t, &record, f);
    free(f);
    return err;
}

static enum err move(struct ops_call *call, struct txn *t, const struct facts *f, struct pin *pin) {
    uint32_t note = find_note(call, f), at = f->x.trusted;

    if (note == VIEW_NONE)
        return call->err;
    if (at != VIEW_NONE && note != at && leads_to(f, note, at))
        return ops_refuse(call, ERR_EXISTS,
                          "epoch %llu is closed already: epoch %llu, which follows it, is confirmed here",
                          (unsigned long long)f->note[note].epoch, (unsigned long long)pin->epoch);
    pin->epoch = f->note[note].epoch;
    pin->hash = f->note[note].hash;
    roster_pin(t, pin);
    call->ops->changed_trust = true;
    ops_put_text(call->out, "origin", pin->origin);
    ops_put_number(call->out, "epoch", pin->epoch);
    ops_put_hex(call->out, "note", BYTES(pin->hash.b));
    json_object_set_new(call->out, "moved", json_boolean(note != at));
    return ERR_OK;
}

enum err ops_trust_confirm(struct ops_call *call, struct txn *t) {
    struct log_record record;
    struct facts *f = NULL;
    struct pin pin;
    enum err err = find_log(call, t, &record);

    if (!err && !roster_get(t, record.origin, &pin))
        err = ops_refuse(call, ERR_NOT_FOUND, "%s is not in the roster: comity trust add comes first",
                         record.origin);
    if (!err)
        err = load(t, &record, &f);
    if (!err)
        err = move(call, t, f, &pin);
    free(f);
    return err;
}
