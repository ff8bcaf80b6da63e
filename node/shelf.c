#include "node/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "node/card.h"
#include "node/fold.h"
#include "store/directory.h"

/* Of a record: what is no text for people. */
static const char *const unsearched[] = {"id",        "state",  "status", "valid_from", "valid_until",
                                         "review_by", "public", "parts",  "index"};

struct ids {
    uint8_t (*id)[CONTACT_ID_LEN];
    size_t count, room;
};

static int compare_ids(const void *a, const void *b) {
    return memcmp(a, b, CONTACT_ID_LEN);
}

static int compare_entries(const void *a, const void *b) {
    return memcmp(((const struct shelf_entry *)a)->id, ((const struct shelf_entry *)b)->id, CONTACT_ID_LEN);
}

static bool grow(void **array, size_t *room, size_t count, size_t item) {
    if (count < *room)
        return true;
    size_t wanted = *room == 0 ? 64 : *room * 2;
    void *larger = reallocarray(*array, wanted, item);
    if (larger == NULL)
        return false;
    *array = larger;
    *room = wanted;
    return true;
}

static bool ids_add(struct ids *ids, const uint8_t *id) {
    void *array = ids->id;

    if (!grow(&array, &ids->room, ids->count, CONTACT_ID_LEN))
        return false;
    ids->id = array;
    memcpy(ids->id[ids->count++], id, CONTACT_ID_LEN);
    return true;
}

static void ids_sort(struct ids *ids) {
    size_t kept = 0;

    if (ids->count == 0)
        return;
    qsort(ids->id, ids->count, CONTACT_ID_LEN, compare_ids);
    for (size_t i = 0; i < ids->count; i++)
        if (kept == 0 || memcmp(ids->id[kept - 1], ids->id[i], CONTACT_ID_LEN) != 0)
            memmove(ids->id[kept++], ids->id[i], CONTACT_ID_LEN);
    ids->count = kept;
}

static void entry_clear(struct shelf_entry *e) {
    for (unsigned view = 0; view < SHELF_VIEWS; view++) {
        free(e->text[view].words);
        free(e->text[view].languages);
        free(e->text[view].rank);
        e->text[view] = (struct shelf_text){NULL, NULL, NULL};
    }
}

void shelf_clear(struct shelf *shelf) {
    for (size_t i = 0; i < shelf->count; i++)
        entry_clear(&shelf->entry[i]);
    free(shelf->entry);
    free(shelf->state_words);
    *shelf = (struct shelf){0};
}

const struct shelf_entry *shelf_find(const struct shelf *shelf, const uint8_t id[static CONTACT_ID_LEN]) {
    struct shelf_entry key;

    if (shelf->count == 0)
        return NULL;
    memcpy(key.id, id, CONTACT_ID_LEN);
    return bsearch(&key, shelf->entry, shelf->count, sizeof key, compare_entries);
}

/* Text being gathered, a value a line, up to SHELF_TEXT_MAX. */
struct gather {
    size_t len;
    char text[SHELF_TEXT_MAX + 1];
};

static void gather_add(struct gather *g, const char *text) {
    size_t len = strlen(text);

    if (len + 1 > SHELF_TEXT_MAX - g->len)
        return;
    memcpy(g->text + g->len, text, len);
    g->len += len;
    g->text[g->len++] = '\n';
}

static bool is_searched(const char *key) {
    for (size_t i = 0; i < sizeof unsearched / sizeof *unsearched; i++)
        if (strcmp(key, unsearched[i]) == 0)
            return false;
    return true;
}

/* Every text in a value, however deep; its depth is bounded by that of a part. */
static void gather_value(struct gather *g, json_t *value) {
    const char *key;
    json_t *item;
    size_t i;

    if (json_is_string(value))
        gather_add(g, json_string_value(value));
    json_array_foreach(value, i, item) gather_value(g, item);
    json_object_foreach(value, key, item) gather_value(g, item);
}

static char *fold_gathered(const struct gather *g) {
    return fold_text((struct bytes){(const uint8_t *)g->text, g->len});
}

static char *languages_of(json_t *record) {
    struct gather g = {0};
    json_t *item;
    size_t i;

    g.text[g.len++] = ' ';
    json_array_foreach(json_object_get(record, "languages"), i, item) {
        if (json_is_string(item))
            gather_add(&g, json_string_value(item));
    }
    for (size_t at = 0; at < g.len; at++)
        if (g.text[at] == '\n')
            g.text[at] = ' ';
    return fold_gathered(&g);
}

/* The name that a page shows first: lists stand in the order in which they are read. */
static json_t *first_name(json_t *names) {
    static const char *const preferred[] = {"en", "fr", "es"};
    json_t *name = NULL;

    for (size_t i = 0; name == NULL && i < sizeof preferred / sizeof *preferred; i++)
        name = json_object_get(names, preferred[i]);
    return name != NULL ? name : json_object_iter_value(json_object_iter(names));
}

static bool text_of(json_t *record, struct shelf_text *ret) {
    struct gather g = {0};
    const char *key;
    json_t *item;

    gather_value(&g, first_name(json_object_get(record, "organisation")));
    ret->rank = fold_gathered(&g);
    g.len = 0;
    memset(g.text, 0, sizeof g.text);
    json_object_foreach(record, key, item) {
        if (is_searched(key))
            gather_value(&g, item);
    }
    ret->words = fold_gathered(&g);
    ret->languages = languages_of(record);
    return ret->words != NULL && ret->languages != NULL && ret->rank != NULL;
}

/* Which version of a contact counts at a time; false if the log knows none that says anything. */
static bool version_of(const struct shelf *shelf, struct txn *t, const uint8_t *id, uint64_t size,
                       uint64_t at, struct shelf_entry *ret) {
    struct contact_version version = {0}, next = {.index = UINT64_MAX};

    bool current = directory_contact(t, shelf->log, id, size, at, &version, &next);
    ret->due = next.index == UINT64_MAX ? UINT64_MAX : next.valid_from;
    if (current) {
        ret->standing = SHELF_CURRENT;
        ret->index = version.index;
        return true;
    }
    if (next.index != UINT64_MAX) {
        ret->standing = SHELF_FUTURE;
        ret->index = next.index;
        return true;
    }
    struct contact_cursor c = {0};
    memcpy(c.version.log, shelf->log, LOG_ID_LEN);
    memcpy(c.version.id, id, CONTACT_ID_LEN);
    bool found = false;
    while (!found && directory_history(t, size, &c))
        found = !c.version.withdrawn;
    ret->standing = SHELF_WITHDRAWN;
    ret->index = c.version.index;
    directory_done(&c);
    return found;
}

static enum err entry_read(const struct shelf *shelf, struct txn *t, struct shelf_entry *e) {
    for (unsigned view = 0; view < SHELF_VIEWS; view++) {
        struct card card;
        enum err err = card_read(t, shelf->log, e->index, view, &card);
        if (err != ERR_OK)
            return err;
        json_t *record = card_contact(shelf->code, &card);
        if (record == NULL)
            return ERR_KIND;
        bool good = text_of(record, &e->text[view]);
        json_decref(record);
        if (!good)
            return ERR_MEMORY;
        size_t len = card.leaf.contact.kind.len;
        memcpy(e->kind, card.leaf.contact.kind.ptr, len);
        e->kind[len] = '\0';
    }
    return ERR_OK;
}

/* Put one contact in its place: a known id is overwritten, a new one goes to the end, to be sorted later. */
static enum err take_contact(struct shelf *shelf, size_t sorted, struct txn *t, const uint8_t *id,
                             uint64_t size, uint64_t at) {
    struct shelf_entry fresh = {.due = UINT64_MAX}, *place = NULL;
    void *array = shelf->entry;

    memcpy(fresh.id, id, CONTACT_ID_LEN);
    if (!version_of(shelf, t, id, size, at, &fresh))
        return ERR_OK;
    enum err err = entry_read(shelf, t, &fresh);
    if (err != ERR_OK) {
        entry_clear(&fresh);
        return err == ERR_MEMORY ? err : ERR_OK;
    }
    if (sorted > 0)
        place = bsearch(&fresh, shelf->entry, sorted, sizeof fresh, compare_entries);
    if (place == NULL) {
        if (!grow(&array, &shelf->room, shelf->count, sizeof fresh)) {
            entry_clear(&fresh);
            return ERR_MEMORY;
        }
        shelf->entry = array;
        place = &shelf->entry[shelf->count++];
    } else {
        entry_clear(place);
    }
    *place = fresh;
    return ERR_OK;
}

static bool names_gather(struct gather *g, const struct names *names) {
    for (unsigned i = 0; i < names->count; i++) {
        char text[NAME_TEXT_MAX * 4];
        struct bytes from = names->name[i].text;
        if (from.len >= sizeof text)
            return false;
        memcpy(text, from.ptr, from.len);
        text[from.len] = '\0';
        gather_add(g, text);
    }
    return true;
}

static enum err take_state(struct shelf *shelf, struct txn *t, uint64_t size) {
    struct gather g = {0};
    struct card card;
    uint64_t index;

    gather_add(&g, shelf->code);
    if (directory_state(t, shelf->log, size, &index) &&
        card_read(t, shelf->log, index, API_PUBLIC, &card) == ERR_OK && card.leaf.kind == LEAF_STATE) {
        names_gather(&g, &card.leaf.state.state);
        names_gather(&g, &card.leaf.state.authority);
    }
    char *folded = fold_gathered(&g);
    if (folded == NULL)
        return ERR_MEMORY;
    free(shelf->state_words);
    shelf->state_words = folded;
    return ERR_OK;
}

/* Which contacts the new leaves speak of. */
static bool touched_by_leaves(const struct shelf *shelf, struct txn *t, uint64_t size, struct ids *ids) {
    struct leaf_cursor c = {.index = shelf->size};
    bool good = true;

    for (uint64_t i = shelf->size; good && i < size && logs_leaf_next(t, shelf->log, &c); i++) {
        struct leaf leaf;
        if (leaf_decode(c.leaf, &leaf) != ERR_OK)
            continue;
        if (leaf.kind == LEAF_CONTACT)
            good = ids_add(ids, leaf.contact.id);
        else if (leaf.kind == LEAF_WITHDRAW && leaf.withdraw.kind == LEAF_CONTACT &&
                 leaf.withdraw.id.len == CONTACT_ID_LEN)
            good = ids_add(ids, leaf.withdraw.id.ptr);
    }
    logs_leaf_done(&c);
    return good;
}

static bool touched_by_time(const struct shelf *shelf, uint64_t at, struct ids *ids) {
    bool good = true;

    for (size_t i = 0; good && i < shelf->count; i++)
        if (shelf->entry[i].due <= at)
            good = ids_add(ids, shelf->entry[i].id);
    return good;
}

static void sum_up(struct shelf *shelf) {
    if (shelf->count > 0)
        qsort(shelf->entry, shelf->count, sizeof *shelf->entry, compare_entries);
    shelf->due = UINT64_MAX;
    shelf->current = 0;
    for (size_t i = 0; i < shelf->count; i++) {
        if (shelf->entry[i].due < shelf->due)
            shelf->due = shelf->entry[i].due;
        shelf->current += shelf->entry[i].standing == SHELF_CURRENT;
    }
}

enum err shelf_fill(struct shelf *shelf, struct txn *t, const struct log_record *record, uint64_t at,
                    bool *ret_changed) {
    uint64_t size = record->head.size;
    struct ids ids = {0};

    if (shelf->state_words != NULL && size == shelf->size && at < shelf->due)
        return ERR_OK;
    if (size < shelf->size)
        shelf_clear(shelf);
    memcpy(shelf->log, record->id, LOG_ID_LEN);
    memcpy(shelf->code, record->code, sizeof shelf->code);
    enum err err = ERR_MEMORY;
    if (touched_by_leaves(shelf, t, size, &ids) && touched_by_time(shelf, at, &ids))
        err = take_state(shelf, t, size);
    ids_sort(&ids);
    size_t sorted = shelf->count;
    for (size_t i = 0; err == ERR_OK && i < ids.count; i++)
        err = take_contact(shelf, sorted, t, ids.id[i], size, at);
    free(ids.id);
    sum_up(shelf);
    *ret_changed = true;
    if (err == ERR_OK)
        shelf->size = size;
    return err;
}
