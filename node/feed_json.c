#include <stdlib.h>
#include <string.h>

#include "node/feed.h"
#include "node/grid.h"
#include "node/jscontact.h"
#include "node/jsonitem.h"
#include "node/known.h"
#include "node/text.h"

#define DEPTH_MAX 4 /* of what becomes columns */

/* Objects of our own form, cards of JSContact, or objects of any other form, whose members are columns. */
enum shape { OURS, CARDS, TABLE };

struct objects {
    struct feed feed;
    struct jsonitem items;
    enum shape shape;
    struct grid grid;
    struct csvrow header; /* of a table: every member that any object has */
    json_t *columns;      /* name -> its number */
};

/* {"organisation": {"fr": ...}} or {"emails": [{...}]}: a record, not a row. */
static bool is_ours(const json_t *item) {
    static const char *const names[] = {"organisation", "name", "unit", "title", NULL};
    static const char *const lists[] = {"emails", "phones", "channels", NULL};
    bool ours = false, other = false;
    for (size_t i = 0; names[i] != NULL; i++)
        ours = ours || json_is_object(json_object_get(item, names[i]));
    for (size_t i = 0; lists[i] != NULL; i++) {
        const json_t *list = json_object_get(item, lists[i]);
        ours = ours || json_is_object(json_array_get(list, 0));
        other = other || json_is_object(list);
    }
    return ours && !other;
}

/* Members as columns: "pgpKey.fingerprint"; texts of a list in one cell; objects of a list by their number.
 */
static void flatten(const char *prefix, const json_t *value, unsigned depth, json_t *cells);

static void flatten_member(const char *prefix, const char *name, const json_t *value, unsigned depth,
                           json_t *cells) {
    char path[COLUMN_NAME_MAX * 2];
    int len = snprintf(path, sizeof path, "%s%s%s", prefix, prefix[0] != '\0' ? "." : "", name);
    if (len > 0 && (size_t)len < sizeof path)
        flatten(path, value, depth + 1, cells);
}

static void flatten_list(const char *prefix, const json_t *list, unsigned depth, json_t *cells) {
    size_t i;
    json_t *item;
    char number[24], *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);
    if (to == NULL)
        return;
    json_array_foreach(list, i, item) {
        if (json_is_string(item)) {
            fprintf(to, "%s%s", ftell(to) > 0 ? "\n" : "", json_string_value(item));
        } else if (json_is_object(item) && i < 9) {
            snprintf(number, sizeof number, "%zu", i + 1);
            flatten_member(prefix, number, item, depth, cells);
        }
    }
    fclose(to);
    if (len > 0)
        json_object_set_new(cells, prefix, json_string(text));
    free(text);
}

static void flatten(const char *prefix, const json_t *value, unsigned depth, json_t *cells) {
    const char *name;
    json_t *member;
    char number[32];

    if (depth > DEPTH_MAX)
        return;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        json_object_foreach((json_t *)(uintptr_t)value, name, member)
            flatten_member(prefix, name, member, depth, cells);
        break;
    case JSON_ARRAY:
        flatten_list(prefix, value, depth, cells);
        break;
    case JSON_STRING:
        json_object_set(cells, prefix, (json_t *)(uintptr_t)value);
        break;
    case JSON_INTEGER:
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        json_object_set_new(cells, prefix, json_string(number));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        json_object_set_new(cells, prefix, json_string(json_is_true(value) ? "yes" : "no"));
        break;
    case JSON_REAL:
        snprintf(number, sizeof number, "%.17g", json_real_value(value));
        json_object_set_new(cells, prefix, json_string(number));
        break;
    case JSON_NULL:
        json_object_set_new(cells, prefix, json_string(""));
        break;
    }
}

/* An object from its text; NULL after writing line and reason. */
static json_t *load(const struct feed_item *item, char *why, size_t size) {
    json_error_t error;
    json_t *value = json_loadb((const char *)item->raw.ptr, item->raw.len, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(value))
        return value;
    char shown[100];
    text_show_to(shown, sizeof shown, bytes_str(value != NULL ? "it is no object" : error.text));
    snprintf(why, size, "line %zu: not an object of JSON: %s: write {\"...\": \"...\"}",
             item->line + (value == NULL && error.line > 0 ? (size_t)error.line - 1 : 0), shown);
    json_decref(value);
    return NULL;
}

static bool next_raw(struct objects *o, struct feed_item *ret) {
    if (!jsonitem_next(&o->items, &ret->raw, &ret->line))
        return false;
    o->feed.at = o->items.at;
    return true;
}

static void take_row(struct objects *o, const json_t *value, struct feed_item *item) {
    json_t *cells = json_object();
    const char **cell = calloc(o->header.count + 1, sizeof *cell);
    const char *name;
    json_t *number;

    flatten("", value, 0, cells);
    if (cell != NULL) {
        json_object_foreach(o->columns, name, number) {
            const char *text = json_string_value(json_object_get(cells, name));
            cell[json_integer_value(number)] = text != NULL ? text : "";
        }
        const struct csvrow row = {item->line, o->header.count, cell, NULL, item->raw};
        (void)grid_record(&o->grid, &row, &o->feed, item);
    }
    free(cell);
    json_decref(cells);
}

static bool next(struct feed *feed, struct feed_item *ret) {
    struct objects *o = (struct objects *)feed;
    struct tidy tidy = feed_tidy(feed, ret);

    if (!next_raw(o, ret))
        return false;
    json_t *value = load(ret, ret->why.text, sizeof ret->why.text);
    if (value == NULL)
        return true;
    json_object_del(value, "reason");
    if (o->shape == CARDS) {
        ret->record = json_object();
        (void)jscontact_record(value, &tidy, ret->record, &ret->key, &ret->why);
    } else if (o->shape == TABLE) {
        take_row(o, value, ret);
    } else {
        const char *state = json_string_value(json_object_get(value, "state"));
        const char *id = json_string_value(json_object_get(value, "id"));
        ret->record = record_authored(value);
        /* Whose it is decides whether it is taken, and as whom. */
        if (state != NULL)
            json_object_set_new(ret->record, "state", json_string(state));
        if (id != NULL)
            json_object_set_new(ret->record, "id", json_string(id));
    }
    json_decref(value);
    return true;
}

static void put_json_text(FILE *to, const char *text) {
    json_t *string = json_string(text);
    char *dump = string != NULL ? json_dumps(string, JSON_ENCODE_ANY) : NULL;
    fputs(dump != NULL ? dump : "\"\"", to);
    free(dump);
    json_decref(string);
}

/* The object as it stands, with the reason as its first member. */
static void reject(const struct feed *feed, const struct feed_item *item, const char *why, FILE *to) {
    static const char mark[] = "{\"reason\": ";
    size_t skip = 1;
    (void)feed;
    if (item->raw.len < 2 || item->raw.ptr[0] != '{') {
        fwrite(item->raw.ptr, 1, item->raw.len, to);
        fputc('\n', to);
        return;
    }
    if (item->raw.len > sizeof mark && memcmp(item->raw.ptr, mark, sizeof mark - 1) == 0) {
        /* One of an earlier time goes: a string, and what separates it. */
        struct jsonitem j = {
            .text = item->raw.ptr, .len = item->raw.len, .at = sizeof mark - 1, .in_array = true};
        struct bytes reason;
        size_t line;
        if (jsonitem_next(&j, &reason, &line))
            skip = j.at + (j.at < item->raw.len && item->raw.ptr[j.at] == ',');
    }
    fputs(mark, to);
    put_json_text(to, why);
    size_t rest = skip;
    while (rest < item->raw.len && strchr(" \t\r\n", item->raw.ptr[rest]) != NULL)
        rest++;
    if (rest < item->raw.len && item->raw.ptr[rest] != '}')
        fputc(',', to);
    fwrite(item->raw.ptr + skip, 1, item->raw.len - skip, to);
    fputc('\n', to);
}

static json_t *members(const struct feed *feed) {
    static const char *const spoken_for[] = {"organisation", "unit",    "title",     "name",   "name_parts",
                                             "emails",       "phones",  "languages", "holder", "timezone",
                                             "address",      "country", "channels",  NULL};
    const struct objects *o = (const struct objects *)feed;
    if (o->shape == TABLE)
        return grid_members(&o->grid);
    if (o->shape == OURS)
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; spoken_for[i] != NULL; i++)
        json_array_append_new(list, json_string(spoken_for[i]));
    return list;
}

static void close_objects(struct feed *feed) {
    struct objects *o = (struct objects *)feed;
    grid_close(&o->grid);
    free((void *)(uintptr_t)o->header.cell);
    json_decref(o->columns);
    json_decref(feed->unused);
    free(feed->data);
    free(o);
}

static const struct feed_format ours = {"json", "json", next, reject, NULL, NULL, members, close_objects};
static const struct feed_format cards = {"jscontact", "json", next,    reject,
                                         NULL,        NULL,   members, close_objects};
static const struct feed_format table = {"json", "json", next, reject, NULL, NULL, members, close_objects};
static const struct feed_format certopedia = {"certopedia", "json", next,    reject,
                                              NULL,         NULL,   members, close_objects};
static const struct feed_format diodb = {"diodb", "json", next, reject, NULL, NULL, members, close_objects};

/* What the first object that can be read looks like. */
static enum shape shape_of(struct objects *o) {
    const struct jsonitem start = o->items;
    struct feed_item item = {0};
    enum shape shape = TABLE;
    for (unsigned i = 0; i < 100 && next_raw(o, &item); i++) {
        char why[100];
        json_t *value = load(&item, why, sizeof why);
        if (value == NULL)
            continue;
        shape = jscontact_is(value) ? CARDS : is_ours(value) ? OURS : TABLE;
        json_decref(value);
        break;
    }
    o->items = start;
    return shape;
}

/* Every member of every object, in the order of their first appearance. */
static bool read_header(struct objects *o) {
    const struct jsonitem start = o->items;
    struct feed_item item = {0};
    const char *name;
    json_t *cell, *number;

    /* No further than an import reads. */
    for (unsigned i = 0; i <= IMPORT_ROWS_MAX && next_raw(o, &item); i++) {
        char why[100];
        json_t *value = load(&item, why, sizeof why), *cells = json_object();
        if (value != NULL)
            flatten("", value, 0, cells);
        json_object_foreach(cells, name, cell) {
            size_t count = json_object_size(o->columns);
            if (count < CSVFILE_COLUMNS_MAX && json_object_get(o->columns, name) == NULL)
                json_object_set_new(o->columns, name, json_integer((json_int_t)count));
        }
        json_decref(cells);
        json_decref(value);
    }
    o->items = start;
    const char **names = calloc(json_object_size(o->columns) + 1, sizeof *names);
    if (names == NULL)
        return false;
    json_object_foreach(o->columns, name, number) names[json_integer_value(number)] = name;
    o->header = (struct csvrow){1, json_object_size(o->columns), names, NULL, {0}};
    return true;
}

static bool open_table(struct objects *o, const struct import_options *options, struct csverror *ret) {
    if (!read_header(o)) {
        snprintf(ret->text, sizeof ret->text, "%s", err_text(ERR_MEMORY));
        return false;
    }
    if (!grid_open(&o->grid, &o->header, options, o->feed.unused, ret))
        return false;
    const char *known = o->grid.known != NULL ? o->grid.known->name : "";
    o->feed.format = strcmp(known, "certopedia") == 0 ? &certopedia
                     : strcmp(known, "diodb") == 0    ? &diodb
                                                      : &table;
    return true;
}

struct feed *feed_json(uint8_t *data, size_t len, const struct import_options *options,
                       struct csverror *ret) {
    struct objects *o = calloc(1, sizeof *o);
    const char *why = err_text(ERR_MEMORY);
    if (o == NULL) {
        snprintf(ret->text, sizeof ret->text, "%s", why);
        free(data);
        return NULL;
    }
    o->feed = (struct feed){
        .format = &ours, .options = options, .unused = json_array(), .data = data, .len = len, .line = 1};
    o->columns = json_object();
    bool good = jsonitem_begin(&o->items, (struct bytes){data, len}, &why);
    if (!good)
        snprintf(ret->text, sizeof ret->text, "%s", why);
    if (good) {
        o->shape = shape_of(o);
        o->feed.format = o->shape == CARDS ? &cards : &ours;
    }
    if (good && o->shape == TABLE)
        good = open_table(o, options, ret);
    if (good)
        return &o->feed;
    close_objects(&o->feed);
    return NULL;
}
