#include "node/import.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/column.h"
#include "node/dotgov.h"
#include "node/text.h"

struct import {
    struct import_options options;
    struct csvfile *file;
    char *source;
    bool dotgov;
    bool rejected; /* the rows that were refused of a table, not a whole one */
    char column[CSVFILE_COLUMNS_MAX][COLUMN_NAME_MAX]; /* what each column means; "" for nothing */
    size_t key;                                        /* SIZE_MAX: the record's own */
    json_t *unused;
    json_t *seen; /* id -> line */
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

static const char *mapped(const struct import_options *o, const char *column) {
    for (unsigned i = 0; i < o->map_count; i++)
        if (strcmp(o->map[i].column, column) == 0)
            return o->map[i].field;
    return NULL;
}

static size_t column_of(const struct csvrow *header, const char *name) {
    for (size_t i = 0; i < header->count; i++)
        if (strcmp(header->cell[i], name) == 0)
            return i;
    return SIZE_MAX;
}

static bool refuse(struct csverror *ret, const char *rule, const char *found, const char *remedy) {
    char shown[80];
    text_show_to(shown, sizeof shown, bytes_str(found));
    snprintf(ret->text, sizeof ret->text, "%s \"%s\": %s", rule, shown, remedy);
    return false;
}

/* What one column means; columns that nothing is known of are noted. */
static bool column_resolve(struct import *m, size_t index, struct csverror *ret) {
    const char *name = csvfile_header(m->file)->cell[index];
    const char *field = mapped(&m->options, name);

    if (field == NULL && strcasecmp(name, "reason") == 0)
        return true; /* of a list of refused rows, corrected and imported again */
    if (field != NULL && strcmp(field, "-") == 0)
        return true;
    if (!column_known(field != NULL ? field : name, m->column[index])) {
        if (field != NULL)
            return refuse(ret, "--map leads to no field", field, "the fields are listed in docs/records.md");
        char shown[COLUMN_NAME_MAX];
        text_show_to(shown, sizeof shown, bytes_str(name));
        json_array_append_new(m->unused, json_string(shown));
        return true;
    }
    for (size_t i = 0; i < index; i++)
        if (strcmp(m->column[i], m->column[index]) == 0)
            return refuse(ret, "the header names two columns for", m->column[index],
                          "rename one, or leave it out with --map COLUMN=-");
    return true;
}

static bool maps_used(const struct import *m, struct csverror *ret) {
    for (unsigned i = 0; i < m->options.map_count; i++)
        if (column_of(csvfile_header(m->file), m->options.map[i].column) == SIZE_MAX)
            return refuse(ret,
                          "--map names a column that the header does not have:", m->options.map[i].column,
                          "spell it as in the file");
    return true;
}

static bool has_column(const struct import *m, const char *prefix) {
    for (size_t i = 0; i < csvfile_header(m->file)->count; i++)
        if (strncmp(m->column[i], prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

/* A table without any way to reach anybody is none of contacts: say it once, not for each row. */
static bool header_makes_sense(const struct import *m, struct csverror *ret) {
    if (!has_column(m, "email") && !has_column(m, "phone") && !has_column(m, "channel"))
        return refuse(ret, "no column is named email, phone or channel; the first is named",
                      csvfile_header(m->file)->cell[0], "name them so, or give --map COLUMN=email");
    if (!has_column(m, "kind") && m->options.kind == NULL)
        return refuse(ret, "no column is named kind; the first is named", csvfile_header(m->file)->cell[0],
                      "give --kind technical, or --map COLUMN=kind");
    return true;
}

static bool header_resolve(struct import *m, struct csverror *ret) {
    const struct csvrow *header = csvfile_header(m->file);

    m->key = SIZE_MAX;
    if (m->options.key != NULL && (m->key = column_of(header, m->options.key)) == SIZE_MAX)
        return refuse(ret, "--key names a column that the header does not have:", m->options.key,
                      "spell it as in the file");
    if (m->options.map_count == 0 && dotgov_header(header)) {
        m->dotgov = true;
        if (m->key == SIZE_MAX)
            m->key = DOTGOV_KEY;
        return true;
    }
    for (size_t i = 0; i < header->count; i++)
        if (!column_resolve(m, i, ret))
            return false;
    return maps_used(m, ret) && header_makes_sense(m, ret);
}

/* Cut IMPORT_REJECTED off the end of a name. */
static bool cut_rejected(char *name) {
    size_t len = strlen(name), end = strlen(IMPORT_REJECTED);
    if (len <= end || strcmp(name + len - end, IMPORT_REJECTED) != 0)
        return false;
    name[len - end] = '\0';
    return true;
}

/* Refused rows that come back are rows of the table they were taken from. */
static char *source_name(struct import *m) {
    const char *slash = strrchr(m->options.path, '/');
    char *name = strdup(slash != NULL ? slash + 1 : m->options.path);
    while (name != NULL && cut_rejected(name))
        m->rejected = true;
    if (m->options.source == NULL && !m->dotgov)
        return name;
    free(name);
    return strdup(m->options.source != NULL ? m->options.source : "dotgov");
}

struct import *import_open(const struct import_options *options, struct csverror *ret) {
    struct import *m = calloc(1, sizeof *m);
    if (m == NULL) {
        snprintf(ret->text, sizeof ret->text, "%s", err_text(ERR_MEMORY));
        return NULL;
    }
    m->options = *options;
    m->unused = json_array();
    m->seen = json_object();
    m->file = csvfile_open(options->path, options->delimiter, ret);
    if (m->file == NULL || !header_resolve(m, ret)) {
        import_close(m);
        return NULL;
    }
    m->source = source_name(m);
    return m;
}

void import_close(struct import *m) {
    if (m == NULL)
        return;
    csvfile_close(m->file);
    json_decref(m->unused);
    json_decref(m->seen);
    free(m->source);
    sodium_memzero(m, sizeof *m);
    free(m);
}

static json_t *csv_record(const struct import *m, const struct csvrow *row, struct record_error *ret) {
    const char *tag = m->options.language != NULL ? m->options.language : "und";
    json_t *record = json_object();
    for (size_t i = 0; i < row->count && i < csvfile_header(m->file)->count; i++) {
        if (m->column[i][0] == '\0' || column_set(record, m->column[i], row->cell[i], tag, ret))
            continue;
        json_decref(record);
        return NULL;
    }
    column_done(record);
    if (json_object_get(record, "kind") == NULL && m->options.kind != NULL)
        json_object_set_new(record, "kind", json_string(m->options.kind));
    return record;
}

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

/* What tells this row from others: the key column, or e-mail, organisation and kind, and only where one of
 * the first two is missing telephone and name too. */
static char *row_key(const struct import *m, const struct csvrow *row, const json_t *record) {
    if (m->key != SIZE_MAX)
        return strdup(m->key < row->count ? row->cell[m->key] : "");
    json_t *key = json_array();
    key_add(key, record, "emails", "address");
    key_add(key, record, "organisation", NULL);
    key_add(key, record, "kind", NULL);
    if (json_object_get(record, "emails") == NULL || json_object_get(record, "organisation") == NULL) {
        key_add(key, record, "phones", "number");
        key_add(key, record, "name", NULL);
    }
    char *text = json_dumps(key, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(key);
    return text;
}

/* Give the record its id: its own if the table has one (an export), else from the row's key. */
static bool identify(struct import *m, const struct csvrow *row, json_t *record, struct record_error *ret) {
    uint8_t id[CONTACT_ID_LEN];
    char hex[2 * CONTACT_ID_LEN + 1];

    if (json_object_get(record, "id") == NULL) {
        char *key = row_key(m, row, record);
        if (key == NULL || key[0] == '\0') {
            snprintf(ret->text, sizeof ret->text,
                     "the key column is empty: without it the row cannot be told "
                     "from others when it comes again");
            free(key);
            return false;
        }
        import_id(m->options.secret, m->source, key, id);
        free(key);
        hex_put(hex, id, sizeof id);
        json_object_set_new(record, "id", json_string(hex));
    }
    const char *own = json_string_value(json_object_get(record, "id"));
    const json_t *before = json_object_get(m->seen, own);
    if (before != NULL) {
        snprintf(ret->text, sizeof ret->text,
                 "the same contact as in line %lld: leave one out, or tell rows apart with --key COLUMN",
                 (long long)json_integer_value(before));
        return false;
    }
    json_object_set_new(m->seen, own, json_integer((json_int_t)row->line));
    return true;
}

static bool own_state(const struct import *m, json_t *record, struct record_error *ret) {
    const char *state = json_string_value(json_object_get(record, "state"));
    if (state != NULL && strcasecmp(state, m->options.code) != 0) {
        char shown[40];
        text_show_to(shown, sizeof shown, bytes_str(state));
        snprintf(ret->text, sizeof ret->text, "state: found \"%s\": this node can speak for %s alone", shown,
                 m->options.code);
        return false;
    }
    json_object_del(record, "state");
    return true;
}

bool import_next(struct import *m, struct import_row *ret) {
    memset(ret, 0, sizeof *ret);
    if (!csvfile_next(m->file, &ret->cells))
        return false;
    if (ret->cells.reason != NULL) {
        snprintf(ret->why.text, sizeof ret->why.text, "%s", ret->cells.reason);
        return true;
    }
    json_t *record = m->dotgov ? dotgov_record(&ret->cells, m->options.kind, &ret->why)
                               : csv_record(m, &ret->cells, &ret->why);
    if (record != NULL && own_state(m, record, &ret->why) && record_check(record, &ret->why) &&
        identify(m, &ret->cells, record, &ret->why))
        ret->record = record;
    else
        json_decref(record);
    return true;
}

const struct csvfile *import_file(const struct import *m) {
    return m->file;
}

const char *import_source(const struct import *m) {
    return m->source;
}

bool import_is_rejected(const struct import *m) {
    return m->rejected;
}

const char *import_format(const struct import *m) {
    return m->dotgov ? "dotgov" : "csv";
}

json_t *import_members(const struct import *m) {
    json_t *set = json_object(), *members = json_array(), *value;
    const char *name;

    if (m->dotgov || m->options.kind != NULL)
        json_object_set_new(set, "kind", json_true());
    for (size_t i = 0; m->dotgov && dotgov_members[i] != NULL; i++)
        json_object_set_new(set, dotgov_members[i], json_true());
    for (size_t i = 0; !m->dotgov && i < csvfile_header(m->file)->count; i++)
        if (m->column[i][0] != '\0')
            json_object_set_new(set, column_member(m->column[i]), json_true());
    json_object_foreach(set, name, value) json_array_append_new(members, json_string(name));
    json_decref(set);
    return members;
}

const json_t *import_unused(const struct import *m) {
    return m->unused;
}
