#include <string.h>

#include "node/record.h"

/* Fields of the leaf that an author sets, beside those of the table. */
static const char *const leaf_fields[] = {"kind", "status", "valid_from", "valid_until", "review_by", NULL};

/* What the API adds to a record and an author does not write. */
static const char *const derived[] = {"id",        "state",  "parts",      "origin",    "index",      "time",
                                      "withdrawn", "next",   "standing",   "successor", "local_time", "open",
                                      "opens",     "closes", "review_due", "stale",     "erased",     NULL};

static bool listed(const char *const *list, const char *name) {
    for (; *list != NULL; list++)
        if (strcmp(*list, name) == 0)
            return true;
    return false;
}

json_t *record_authored(const json_t *record) {
    json_t *copy = json_object(), *value;
    const char *name;
    json_object_foreach((json_t *)(uintptr_t)record, name, value) {
        if (!listed(derived, name))
            json_object_set_new(copy, name, json_deep_copy(value));
    }
    return copy;
}

/* "public" as a list in the order of the table, of the fields that the record has. */
static json_t *public_fields(const json_t *record) {
    json_t *fields = json_array();
    for (const struct field *f = contact_fields; f->key != 0; f++) {
        size_t i;
        json_t *item;
        if (json_object_get(record, f->name) == NULL)
            continue;
        bool public = f->class == PART_PUBLIC && json_object_get(record, "public") == NULL;
        json_array_foreach(json_object_get(record, "public"), i, item) {
            public = public || (json_is_string(item) && strcmp(json_string_value(item), f->name) == 0);
        }
        if (public)
            json_array_append_new(fields, json_string(f->name));
    }
    return fields;
}

/* The value that stands if the record does not say it; NULL if nothing does. */
static json_t *unsaid(const char *name) {
    return strcmp(name, "status") == 0 ? json_string("active") : NULL;
}

static void note_change(json_t *changes, const char *name, const json_t *before, const json_t *after) {
    bool same = before == NULL ? after == NULL : after != NULL && json_equal(before, after);
    if (same)
        return;
    json_t *change = json_object();
    json_object_set_new(change, "field", json_string(name));
    if (before != NULL)
        json_object_set_new(change, "before", json_deep_copy(before));
    if (after != NULL)
        json_object_set_new(change, "after", json_deep_copy(after));
    json_array_append_new(changes, change);
}

static void compare(json_t *changes, const char *name, const json_t *before, const json_t *after) {
    json_t *fallback = unsaid(name);
    const json_t *old = json_object_get(before, name), *new = json_object_get(after, name);
    /* A record that does not say from when it is valid is valid from its publishing on: no change of its
     * own. */
    if (strcmp(name, "valid_from") == 0 && new == NULL)
        old = NULL;
    if (before != NULL && old == NULL)
        old = fallback;
    if (new == NULL)
        new = fallback;
    if (before == NULL && new == fallback)
        new = NULL;
    note_change(changes, name, old, new);
    json_decref(fallback);
}

static void spell_time(json_t *holder, const char *name) {
    uint64_t at;
    char text[24];
    const char *given = json_string_value(json_object_get(holder, name));
    if (given == NULL || !time_parse(given, &at))
        return;
    time_text(at, text);
    json_object_set_new(holder, name, json_string(text));
}

/* A date alone means its first second, and comes back as that. */
static void spell_times(json_t *record, const struct field *fields) {
    for (const struct field *f = fields; f->key != 0; f++) {
        json_t *value = json_object_get(record, f->name), *item;
        size_t i;
        if (f->type == FIELD_TIME)
            spell_time(record, f->name);
        else if (f->type == FIELD_RECORD && value != NULL)
            spell_times(value, f->fields);
        else if (f->type == FIELD_RECORDS)
            json_array_foreach(value, i, item) spell_times(item, f->fields);
    }
}

/* A copy in which what says the same is spelt the same. */
static json_t *spelt(const json_t *record) {
    static const char *const times[] = {"valid_from", "valid_until", "review_by"};
    json_t *copy = json_deep_copy(record);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        spell_time(copy, times[i]);
    spell_times(copy, contact_fields);
    return copy;
}

static void compare_all(json_t *changes, const json_t *before, const json_t *after) {
    for (size_t i = 0; leaf_fields[i] != NULL; i++)
        compare(changes, leaf_fields[i], before, after);
    for (const struct field *f = contact_fields; f->key != 0; f++)
        compare(changes, f->name, before, after);

    json_t *old = public_fields(before), *new = public_fields(after);
    if (!json_equal(old, new))
        note_change(changes, "public", before != NULL ? old : NULL, new);
    json_decref(old);
    json_decref(new);
}

json_t *record_changes(const json_t *before, const json_t *after) {
    json_t *changes = json_array();
    json_t *old = before != NULL ? spelt(before) : NULL, *new = spelt(after);
    compare_all(changes, old, new);
    json_decref(old);
    json_decref(new);
    return changes;
}
