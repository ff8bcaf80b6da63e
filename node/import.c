#include "node/import.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/feed.h"
#include "node/text.h"

struct item {
    struct feed_item is;
    enum import_verdict verdict;
    unsigned depth;                  /* of the key that its id is of */
    char id[2 * CONTACT_ID_LEN + 1]; /* "": it has no key */
};

struct import {
    struct import_options options;
    struct feed *feed;
    char *source;
    bool rejected; /* what was refused of a file, not a whole one */
    struct item *items;
    size_t count, room;
    json_t *shared; /* ids of keys that several items share */
};

void import_id(const uint8_t secret[static IMPORT_KEY_LEN], const char *source, const char *key,
               uint8_t ret[static CONTACT_ID_LEN]) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, secret, IMPORT_KEY_LEN, CONTACT_ID_LEN);
    /* With its NUL, so that no two pairs read alike. */
    crypto_generichash_update(&state, (const uint8_t *)source, strlen(source) + 1);
    crypto_generichash_update(&state, (const uint8_t *)key, strlen(key));
    crypto_generichash_final(&state, ret, CONTACT_ID_LEN);
}

static bool fail(struct csverror *ret, const char *why) {
    snprintf(ret->text, sizeof ret->text, "%s", why);
    return false;
}

/* The name of the source. */

/* Cut ".rejected.csv" off the end of a name, whatever the extension. */
static bool cut_rejected(char *name) {
    char *dot = strrchr(name, '.');
    size_t len = strlen(IMPORT_REJECTED);
    if (dot == NULL || (size_t)(dot - name) < len || strncmp(dot + 1 - len, IMPORT_REJECTED, len) != 0)
        return false;
    dot[1 - (ptrdiff_t)len] = '\0';
    return name[0] != '\0';
}

static const char *source_of_format(const struct import *m) {
    const char *name = m->feed->format->name;
    return strcmp(name, "dotgov") == 0 || strcmp(name, "certopedia") == 0 || strcmp(name, "diodb") == 0
               ? name
               : NULL;
}

/* Refused items that come back are items of the file they were taken from. */
static char *source_name(struct import *m) {
    const char *slash = strrchr(m->options.path, '/');
    char *name = strdup(slash != NULL ? slash + 1 : m->options.path);
    while (name != NULL && cut_rejected(name))
        m->rejected = true;
    const char *given = m->options.source != NULL ? m->options.source : source_of_format(m);
    if (given == NULL)
        return name;
    free(name);
    return strdup(given);
}

/* Reading. */

static void refuse(struct item *item, const char *why) {
    snprintf(item->is.why.text, sizeof item->is.why.text, "%s", why);
    item->verdict = IMPORT_REFUSED;
}

static void own_state(const struct import *m, struct item *item) {
    const char *state = json_string_value(json_object_get(item->is.record, "state"));
    if (state != NULL && strcasecmp(state, m->options.code) != 0) {
        char shown[40], why[200];
        text_show_to(shown, sizeof shown, bytes_str(state));
        snprintf(why, sizeof why, "state: found \"%s\": this node can speak for %s alone", shown,
                 m->options.code);
        refuse(item, why);
        return;
    }
    json_object_del(item->is.record, "state");
}

static void set_kind(const struct import *m, json_t *record) {
    if (json_object_get(record, "kind") == NULL && m->options.kind != NULL)
        json_object_set_new(record, "kind", json_string(m->options.kind));
}

static void check(const struct import *m, struct item *item) {
    struct record_error why;
    if (item->is.record == NULL || item->is.why.text[0] != '\0')
        item->verdict = IMPORT_REFUSED;
    if (item->is.record == NULL)
        return;
    set_kind(m, item->is.record);
    own_state(m, item);
    if (item->verdict == IMPORT_GOOD && !record_check(item->is.record, &why))
        refuse(item, why.text);
}

static struct item *item_add(struct import *m) {
    if (m->count == m->room) {
        size_t room = m->room * 2 + 64;
        struct item *more = realloc(m->items, room * sizeof *more);
        if (more == NULL)
            return NULL;
        m->items = more;
        m->room = room;
    }
    struct item *item = &m->items[m->count++];
    memset(item, 0, sizeof *item);
    return item;
}

static bool read_items(struct import *m, struct csverror *ret) {
    for (;;) {
        struct item *item = item_add(m);
        if (item == NULL)
            return fail(ret, err_text(ERR_MEMORY));
        item->is.notices = json_array();
        if (!m->feed->format->next(m->feed, &item->is)) {
            json_decref(item->is.notices);
            m->count--;
            return true;
        }
        if (m->count > IMPORT_ROWS_MAX) {
            snprintf(ret->text, sizeof ret->text, "more than %d rows: nothing was drafted, split it",
                     IMPORT_ROWS_MAX);
            return false;
        }
        check(m, item);
        if (m->options.progress != NULL)
            m->options.progress(m->options.context, m->feed->at, m->feed->len);
    }
}

/* Who each item is. */

/* Append the main members of a list's items (addresses, numbers), or the value itself. */
static void key_add(json_t *key, const json_t *record, const char *field, const char *member) {
    size_t i;
    json_t *item, *value = json_object_get(record, field), *texts = json_array();

    if (member == NULL) {
        json_array_append(key, value != NULL ? value : json_null());
    } else {
        json_array_foreach(value, i, item) json_array_append(texts, json_object_get(item, member));
        json_array_append(key, texts);
    }
    json_decref(texts);
}

/* How much of a record goes into its key: the first is enough where nobody shares it. */
enum { KEY_SHORT, KEY_NAMED, KEY_FULL, KEYS };

static char *key_of(const json_t *record, unsigned depth) {
    json_t *key = json_array();
    key_add(key, record, "emails", "address");
    key_add(key, record, "organisation", NULL);
    key_add(key, record, "kind", NULL);
    bool bare = json_object_get(record, "emails") == NULL || json_object_get(record, "organisation") == NULL;
    if (bare && depth == KEY_SHORT) {
        key_add(key, record, "phones", "number");
        key_add(key, record, "name", NULL);
    }
    if (depth >= KEY_NAMED) {
        key_add(key, record, "name", NULL);
        key_add(key, record, "unit", NULL);
    }
    if (depth >= KEY_FULL) {
        key_add(key, record, "title", NULL);
        key_add(key, record, "phones", "number");
        key_add(key, record, "address", NULL);
        key_add(key, record, "constituency", NULL);
    }
    char *text = json_dumps(key, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(key);
    return text;
}

/* Give an item the id by a key of this depth: the record's own, or its item's key, has only one. */
static void key_item(const struct import *m, struct item *item, unsigned depth) {
    const char *own = json_string_value(json_object_get(item->is.record, "id"));
    uint8_t id[CONTACT_ID_LEN];

    item->depth = depth;
    item->id[0] = '\0';
    if (own != NULL) {
        snprintf(item->id, sizeof item->id, "%s", own);
        return;
    }
    char *key = item->is.key != NULL ? strdup(item->is.key) : key_of(item->is.record, depth);
    if (key != NULL && key[0] != '\0') {
        import_id(m->options.secret, m->source, key, id);
        hex_put(item->id, id, sizeof id);
    }
    free(key);
}

/* Whether a longer key can tell it apart: it has no id and no key of its own. */
static bool can_deepen(const struct item *item) {
    return item->is.record != NULL && item->is.key == NULL &&
           json_object_get(item->is.record, "id") == NULL && item->verdict != IMPORT_REPEATED;
}

/* Whether an item counts among those that have an id. */
typedef bool item_test(const struct item *item);

static bool is_good(const struct item *item) {
    return item->is.record != NULL && item->verdict == IMPORT_GOOD;
}

/* How many such items take each id by a key of this depth. */
static json_t *count_ids(const struct import *m, item_test *counts_for, unsigned depth) {
    json_t *counts = json_object();
    for (size_t i = 0; i < m->count; i++) {
        const struct item *item = &m->items[i];
        if (item->depth != depth || item->id[0] == '\0' || !counts_for(item))
            continue;
        json_int_t count = json_integer_value(json_object_get(counts, item->id));
        json_object_set_new(counts, item->id, json_integer(count + 1));
    }
    return counts;
}

/* Where several items share a key, each gets a longer one, so that no order of the file decides who is who;
 * those that are refused count too, because they will be mended.  A key that was shared once stays so. */
static void deepen(struct import *m) {
    for (unsigned depth = KEY_SHORT; depth + 1 < KEYS; depth++) {
        json_t *counts = count_ids(m, can_deepen, depth);
        for (size_t i = 0; i < m->count; i++) {
            struct item *item = &m->items[i];
            if (!can_deepen(item) || item->depth != depth || item->id[0] == '\0')
                continue;
            if (json_integer_value(json_object_get(counts, item->id)) > 1)
                json_object_set_new(m->shared, item->id, json_true());
            if (json_object_get(m->shared, item->id) != NULL)
                key_item(m, item, depth + 1);
        }
        json_decref(counts);
    }
}

/* Items that say what an earlier one said, with the same key of their own or none: their short keys are the
 * same, and only these are compared whole. */
static void find_repeated(struct import *m) {
    json_t *seen = json_object(), *counts = count_ids(m, is_good, KEY_SHORT);
    for (size_t i = 0; i < m->count; i++) {
        struct item *item = &m->items[i];
        if (!is_good(item) || json_integer_value(json_object_get(counts, item->id)) < 2)
            continue;
        json_t *all = json_pack("[s?, O]", item->is.key, item->is.record);
        char *text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
        const json_t *before = text != NULL ? json_object_get(seen, text) : NULL;
        if (before != NULL) {
            snprintf(item->is.why.text, sizeof item->is.why.text, "says the same as line %zu",
                     (size_t)json_integer_value(before));
            item->verdict = IMPORT_REPEATED;
        } else if (text != NULL) {
            json_object_set_new(seen, text, json_integer((json_int_t)item->is.line));
        }
        json_decref(all);
        free(text);
    }
    json_decref(counts);
    json_decref(seen);
}

static void identify(const struct import *m, struct item *item, json_t *seen) {
    char why[200];
    if (item->id[0] == '\0') {
        refuse(item,
               "the key column is empty: without it the row cannot be told from others when it comes again");
        return;
    }
    json_object_set_new(item->is.record, "id", json_string(item->id));
    const json_t *before = json_object_get(seen, item->id);
    if (before == NULL) {
        json_object_set_new(seen, item->id, json_integer((json_int_t)(item - m->items)));
        return;
    }
    snprintf(
        why, sizeof why,
        "the same contact as another row: found \"line %zu\": leave one out, or tell rows apart with --key "
        "COLUMN",
        m->items[json_integer_value(before)].is.line);
    refuse(item, why);
}

static bool identify_all(struct import *m, struct csverror *ret) {
    json_t *seen = json_object();
    if (seen == NULL)
        return fail(ret, err_text(ERR_MEMORY));
    for (size_t i = 0; i < m->count; i++)
        if (m->items[i].is.record != NULL)
            key_item(m, &m->items[i], KEY_SHORT);
    find_repeated(m);
    deepen(m);
    for (size_t i = 0; i < m->count; i++)
        if (m->items[i].verdict == IMPORT_GOOD)
            identify(m, &m->items[i], seen);
    json_decref(seen);
    return true;
}

struct import *import_open(const struct import_options *options, struct csverror *ret) {
    struct import *m = calloc(1, sizeof *m);
    if (m == NULL) {
        (void)fail(ret, err_text(ERR_MEMORY));
        return NULL;
    }
    m->options = *options;
    m->shared = json_object();
    m->feed = feed_open(&m->options, ret);
    bool good = m->feed != NULL;
    if (good && (m->source = source_name(m)) == NULL)
        good = fail(ret, err_text(ERR_MEMORY));
    if (good && options->shared != NULL)
        options->shared(options->context, m->source, m->shared);
    if (good && read_items(m, ret) && identify_all(m, ret))
        return m;
    import_close(m);
    return NULL;
}

void import_close(struct import *m) {
    if (m == NULL)
        return;
    for (size_t i = 0; i < m->count; i++) {
        json_decref(m->items[i].is.record);
        json_decref(m->items[i].is.notices);
        free(m->items[i].is.key);
    }
    if (m->feed != NULL)
        m->feed->format->close(m->feed);
    json_decref(m->shared);
    free(m->items);
    free(m->source);
    sodium_memzero(m, sizeof *m);
    free(m);
}

size_t import_count(const struct import *m) {
    return m->count;
}

void import_row(const struct import *m, size_t index, struct import_row *ret) {
    const struct item *item = &m->items[index];
    json_t *record = item->verdict == IMPORT_GOOD ? item->is.record : NULL;
    *ret = (struct import_row){item->is.line, item->verdict, record, item->is.notices, item->is.why};
}

void import_refuse(struct import *m, size_t index, const char *why) {
    refuse(&m->items[index], why);
}

void import_rejected(const struct import *m, FILE *to) {
    const struct feed_format *format = m->feed->format;
    if (format->reject_begin != NULL)
        format->reject_begin(m->feed, to);
    for (size_t i = 0; i < m->count; i++)
        if (m->items[i].verdict == IMPORT_REFUSED)
            format->reject(m->feed, &m->items[i].is, m->items[i].is.why.text, to);
    if (format->reject_end != NULL)
        format->reject_end(m->feed, to);
}

const char *import_extension(const struct import *m) {
    return m->feed->format->extension;
}

const char *import_source(const struct import *m) {
    return m->source;
}

bool import_is_rejected(const struct import *m) {
    return m->rejected;
}

const char *import_format(const struct import *m) {
    return m->feed->format->name;
}

json_t *import_members(const struct import *m) {
    return m->feed->format->members != NULL ? m->feed->format->members(m->feed) : NULL;
}

const json_t *import_shared(const struct import *m) {
    return m->shared;
}

const json_t *import_unused(const struct import *m) {
    return m->feed->unused;
}
