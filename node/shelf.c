#include "node/shelf.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/card.h"
#include "node/searched.h"
#include "node/stale.h"
#include "store/directory.h"

struct ids {
    uint8_t (*id)[CONTACT_ID_LEN];
    size_t count, room;
};

static int compare_ids(const void *a, const void *b) {
    return memcmp(a, b, CONTACT_ID_LEN);
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

static void text_clear(struct shelf_text *text) {
    free(text->words);
    free(text->features);
    free(text->rank);
    *text = (struct shelf_text){.words = NULL};
}

static void entry_clear(struct shelf_entry *e) {
    for (unsigned view = 0; view < SHELF_VIEWS; view++)
        text_clear(&e->text[view]);
}

void shelf_clear(struct shelf *shelf) {
    for (uint32_t i = 0; i < shelf->count; i++)
        entry_clear(&shelf->entry[i]);
    for (unsigned view = 0; view < SHELF_VIEWS; view++) {
        postings_clear(&shelf->words[view]);
        postings_clear(&shelf->features[view]);
        free(shelf->time[view]);
    }
    postings_clear(&shelf->schedules);
    free(shelf->entry);
    free(shelf->by_id);
    free(shelf->all);
    free(shelf->in_force);
    free(shelf->hours);
    free(shelf->state_words);
    *shelf = (struct shelf){.review_days = shelf->review_days};
}

/* Where an id stands in by_id, or would. */
static uint32_t place_of(const struct shelf *shelf, const uint8_t *id, bool *ret_found) {
    uint32_t low = 0, high = shelf->count;

    *ret_found = false;
    while (low < high && !*ret_found) {
        uint32_t middle = low + (high - low) / 2;
        int sign = memcmp(shelf->entry[shelf->by_id[middle]].id, id, CONTACT_ID_LEN);
        *ret_found = sign == 0;
        if (sign < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return high;
}

bool shelf_find(const struct shelf *shelf, const uint8_t id[static CONTACT_ID_LEN], uint32_t *ret) {
    bool found;
    uint32_t place = place_of(shelf, id, &found);

    if (found)
        *ret = shelf->by_id[place];
    return found;
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

/* The number of what a record says of its hours, of which many contacts have the same. */
static bool schedule_of(struct shelf *shelf, const json_t *record, uint32_t *ret) {
    struct hours hours;
    uint8_t hash[16];
    char hex[2 * sizeof hash + 1];
    uint32_t known = shelf->schedules.count;
    void *array = shelf->hours;
    size_t room = shelf->hours_room;

    hours_read(record, &hours);
    crypto_generichash(hash, sizeof hash, (const uint8_t *)&hours, sizeof hours, NULL, 0);
    hex_put(hex, hash, sizeof hash);
    if (!grow(&array, &room, known, sizeof hours))
        return false;
    shelf->hours = array;
    shelf->hours_room = (uint32_t)room;
    if (!postings_token(&shelf->schedules, bytes_str(hex), ret))
        return false;
    shelf->hours[*ret] = hours;
    return true;
}

static enum err view_read(struct shelf *shelf, struct txn *t, enum api_view view, struct shelf_entry *e,
                          struct shelf_time *ret_time) {
    struct card card;
    enum err err = card_read(t, shelf->log, e->index, view, &card);
    if (err != ERR_OK)
        return err;
    json_t *record = card_contact(shelf->code, &card);
    if (record == NULL)
        return ERR_KIND;
    struct shelf_text *text = &e->text[view];
    text->words = searched_words(record);
    text->features = searched_features(record);
    text->rank = searched_rank(record);
    bool good = text->words != NULL && text->features != NULL && text->rank != NULL &&
                schedule_of(shelf, record, &ret_time->schedule);
    ret_time->stale = stale_from(record, card.leaf.time, shelf->review_days);
    json_decref(record);
    size_t len = card.leaf.contact.kind.len;
    memcpy(e->kind, card.leaf.contact.kind.ptr, len);
    e->kind[len] = '\0';
    ret_time->suspended = card.leaf.contact.status != 0;
    ret_time->until = card.leaf.contact.valid_until > 0 ? card.leaf.contact.valid_until : UINT64_MAX;
    return good ? ERR_OK : ERR_MEMORY;
}

static enum err entry_read(struct shelf *shelf, struct txn *t, struct shelf_entry *e,
                           struct shelf_time ret_time[SHELF_VIEWS]) {
    enum err err = ERR_OK;

    for (unsigned view = 0; err == ERR_OK && view < SHELF_VIEWS; view++)
        err = view_read(shelf, t, view, e, &ret_time[view]);
    return err;
}

/* A slot for a new contact. */
static bool slot_make(struct shelf *shelf, const struct shelf_entry *fresh, uint32_t place, uint32_t *ret) {
    void *entries = shelf->entry, *by_id = shelf->by_id;
    size_t room = shelf->room, also = shelf->room;

    if (shelf->count == UINT32_MAX || !grow(&entries, &room, shelf->count, sizeof *fresh))
        return false;
    shelf->entry = entries;
    if (!grow(&by_id, &also, shelf->count, sizeof shelf->by_id[0]))
        return false;
    shelf->by_id = by_id;
    for (unsigned view = 0; view < SHELF_VIEWS; view++) {
        void *times = shelf->time[view];
        also = shelf->room;
        if (!grow(&times, &also, shelf->count, sizeof shelf->time[view][0]))
            return false;
        shelf->time[view] = times;
    }
    shelf->room = (uint32_t)room;
    memmove(&shelf->by_id[place + 1], &shelf->by_id[place], (shelf->count - place) * sizeof shelf->by_id[0]);
    shelf->by_id[place] = shelf->count;
    shelf->entry[shelf->count] = (struct shelf_entry){.due = UINT64_MAX};
    *ret = shelf->count++;
    return true;
}

static bool text_enter(struct shelf *shelf, uint32_t slot) {
    bool good = true;

    for (unsigned view = 0; good && view < SHELF_VIEWS; view++) {
        const struct shelf_text *text = &shelf->entry[slot].text[view];
        good = postings_add(&shelf->words[view], slot, text->words) &&
               postings_add(&shelf->features[view], slot, text->features);
    }
    return good;
}

static void text_leave(struct shelf *shelf, uint32_t slot) {
    for (unsigned view = 0; view < SHELF_VIEWS; view++) {
        const struct shelf_text *text = &shelf->entry[slot].text[view];
        if (text->words == NULL)
            continue;
        postings_remove(&shelf->words[view], slot, text->words);
        postings_remove(&shelf->features[view], slot, text->features);
    }
}

/* Tokens that nobody has any more are kept until they are half of all. */
static bool text_tidy(struct shelf *shelf) {
    bool good = true;

    for (unsigned view = 0; view < SHELF_VIEWS; view++) {
        if (shelf->words[view].unused <= shelf->words[view].len / 2)
            continue;
        postings_clear(&shelf->words[view]);
        for (uint32_t i = 0; good && i < shelf->count; i++)
            if (shelf->entry[i].text[view].words != NULL)
                good = postings_add(&shelf->words[view], i, shelf->entry[i].text[view].words);
    }
    return good;
}

/* Put one contact in its slot, as it counts at a time. */
static enum err take_contact(struct shelf *shelf, struct txn *t, const uint8_t *id, uint64_t size,
                             uint64_t at) {
    struct shelf_entry fresh = {.due = UINT64_MAX, .moved = true};
    struct shelf_time time[SHELF_VIEWS] = {0};
    bool found;
    uint32_t place = place_of(shelf, id, &found), slot = found ? shelf->by_id[place] : 0;

    memcpy(fresh.id, id, CONTACT_ID_LEN);
    if (!version_of(shelf, t, id, size, at, &fresh))
        return ERR_OK;
    enum err err = entry_read(shelf, t, &fresh, time);
    if (err == ERR_OK && !found && !slot_make(shelf, &fresh, place, &slot))
        err = ERR_MEMORY;
    if (err != ERR_OK) {
        entry_clear(&fresh);
        return err == ERR_MEMORY ? err : ERR_OK;
    }
    text_leave(shelf, slot);
    entry_clear(&shelf->entry[slot]);
    shelf->entry[slot] = fresh;
    for (unsigned view = 0; view < SHELF_VIEWS; view++)
        shelf->time[view][slot] = time[view];
    return text_enter(shelf, slot) ? ERR_OK : ERR_MEMORY;
}

static enum err take_state(struct shelf *shelf, struct txn *t, uint64_t size) {
    struct card card;
    uint64_t index;

    bool known = directory_state(t, shelf->log, size, &index) &&
                 card_read(t, shelf->log, index, API_PUBLIC, &card) == ERR_OK && card.leaf.kind == LEAF_STATE;
    char *folded = searched_state(shelf->code, known ? &card.leaf : NULL);
    if (folded == NULL)
        return ERR_MEMORY;
    free(shelf->state_words);
    shelf->state_words = folded;
    return ERR_OK;
}

/* The contacts whose entries a leaf erases: their text is another from now on. */
static bool touched_by_erasure(const struct shelf *shelf, struct txn *t, const struct leaf *erase,
                               struct ids *ids) {
    bool good = true;

    for (unsigned i = 0; good && i < erase->erase.count; i++) {
        struct bytes bytes;
        struct leaf leaf;
        if (logs_leaf(t, shelf->log, erase->erase.entry[i], &bytes) == ERR_OK &&
            leaf_decode(bytes, &leaf) == ERR_OK && leaf.kind == LEAF_CONTACT)
            good = ids_add(ids, leaf.contact.id);
    }
    return good;
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
        else if (leaf.kind == LEAF_ERASE)
            good = touched_by_erasure(shelf, t, &leaf, ids);
    }
    logs_leaf_done(&c);
    return good;
}

static bool touched_by_time(const struct shelf *shelf, uint64_t at, struct ids *ids) {
    bool good = true;

    for (uint32_t i = 0; good && i < shelf->count; i++)
        if (shelf->entry[i].due <= at)
            good = ids_add(ids, shelf->entry[i].id);
    return good;
}

static void set_bit(uint64_t *bits, uint32_t slot) {
    bits[slot / 64] |= UINT64_C(1) << slot % 64;
}

static enum err sum_up(struct shelf *shelf) {
    size_t words = POSTINGS_BITS(shelf->count) + 1;
    uint64_t *all = calloc(words, sizeof *all), *in_force = calloc(words, sizeof *in_force);

    free(shelf->all);
    free(shelf->in_force);
    shelf->all = all;
    shelf->in_force = in_force;
    if (all == NULL || in_force == NULL)
        return ERR_MEMORY; /* the catalog is emptied then */
    shelf->due = UINT64_MAX;
    shelf->current = 0;
    for (uint32_t i = 0; i < shelf->count; i++) {
        if (shelf->entry[i].due < shelf->due)
            shelf->due = shelf->entry[i].due;
        set_bit(all, i);
        if (shelf->entry[i].standing != SHELF_CURRENT)
            continue;
        set_bit(in_force, i);
        shelf->current++;
    }
    return ERR_OK;
}

/* Whether the leaves that were read are still those of the log. */
static bool is_same_history(const struct shelf *shelf, struct txn *t, const struct log_record *record) {
    struct tree_reader tree = tree_of(t, record);
    struct digest root;
    return shelf->size == 0 ||
           (record->head.size >= shelf->size && !merkle_root(&root, shelf->size, logs_lookup, &tree) &&
            digest_eq(&root, &shelf->root));
}

enum err shelf_fill(struct shelf *shelf, struct txn *t, const struct log_record *record, uint64_t at,
                    bool *ret_changed) {
    uint64_t size = record->head.size;
    struct ids ids = {0};

    bool same = is_same_history(shelf, t, record);
    if (same && shelf->state_words != NULL && size == shelf->size && at < shelf->due)
        return ERR_OK;
    if (!same)
        shelf_clear(shelf);
    memcpy(shelf->log, record->id, LOG_ID_LEN);
    memcpy(shelf->code, record->code, sizeof shelf->code);
    enum err err = ERR_MEMORY;
    if (touched_by_leaves(shelf, t, size, &ids) && touched_by_time(shelf, at, &ids))
        err = take_state(shelf, t, size);
    ids_sort(&ids);
    for (size_t i = 0; err == ERR_OK && i < ids.count; i++)
        err = take_contact(shelf, t, ids.id[i], size, at);
    free(ids.id);
    if (err == ERR_OK && !text_tidy(shelf))
        err = ERR_MEMORY;
    enum err summed = sum_up(shelf);
    err = err != ERR_OK ? err : summed;
    *ret_changed = true;
    if (err == ERR_OK) {
        shelf->size = size;
        shelf->root = record->head.root;
    }
    return err;
}
