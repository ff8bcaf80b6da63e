#include "node/grid.h"

#include <stdlib.h>
#include <string.h>

#include "node/column_target.h"
#include "node/guess.h"
#include "node/known.h"
#include "node/personal.h"
#include "node/spoilt.h"
#include "node/text.h"

static bool refuse(struct csverror *ret, const char *rule, const char *found, const char *remedy) {
    char shown[80];
    text_show_to(shown, sizeof shown, bytes_str(found));
    snprintf(ret->text, sizeof ret->text, "%s \"%s\": %s", rule, shown, remedy);
    return false;
}

static size_t column_of(const struct csvrow *header, const char *name) {
    for (size_t i = 0; i < header->count; i++)
        if (strcmp(header->cell[i], name) == 0)
            return i;
    return SIZE_MAX;
}

static const char *mapped_by(const struct import_map *map, unsigned count, const char *column) {
    for (unsigned i = 0; i < count; i++)
        if (strcmp(map[i].column, column) == 0)
            return map[i].field;
    return NULL;
}

static const char *mapped(const struct grid *s, const char *column) {
    const struct import_options *o = s->options;
    const char *field = mapped_by(o->map, o->map_count, column);
    return field == NULL && s->known != NULL ? mapped_by(s->known->map, s->known->map_count, column) : field;
}

static void note_unused(json_t *unused, const char *name) {
    char shown[COLUMN_NAME_MAX];
    text_show_to(shown, sizeof shown, bytes_str(name));
    if (shown[0] != '\0')
        json_array_append_new(unused, json_string(shown));
}

/* Several columns may fill a list; of other fields only a mapping may name several, whose texts are joined.
 */
static bool is_doubled(const struct grid *s, size_t index) {
    const char *name = s->column[index];
    const char *member = column_member(name);
    for (size_t i = 0; i < index; i++)
        if (strcmp(s->column[i], name) == 0)
            return strcmp(member, "emails") != 0 && strcmp(member, "phones") != 0 &&
                   strcmp(member, "channels") != 0 && mapped(s, s->header->cell[index]) == NULL;
    return false;
}

/* What one column means; columns that nothing is known of are noted. */
static bool column_resolve(struct grid *s, size_t index, json_t *unused, struct csverror *ret) {
    const char *name = s->header->cell[index], *field = mapped(s, name);

    if (field == NULL && strcasecmp(name, "reason") == 0)
        return true; /* of a list of refused rows, corrected and imported again */
    s->personal[index] = field == NULL || strcmp(field, "-") == 0 ? personal_column(name) : NULL;
    if (field != NULL && strcmp(field, "-") == 0)
        return true;
    if (!column_known(field != NULL ? field : name, s->column[index])) {
        s->column[index][0] = '\0';
        if (field != NULL)
            return refuse(ret, "--map leads to no field", field, "the fields are listed in docs/records.md");
        if (s->personal[index] == NULL)
            note_unused(unused, name);
        return true;
    }
    if (is_doubled(s, index))
        return refuse(ret, "the header names two columns for", s->column[index],
                      "rename one, or leave it out with --map COLUMN=-");
    return true;
}

static bool maps_used(const struct grid *s, struct csverror *ret) {
    for (unsigned i = 0; i < s->options->map_count; i++)
        if (column_of(s->header, s->options->map[i].column) == SIZE_MAX)
            return refuse(ret,
                          "--map names a column that the header does not have:", s->options->map[i].column,
                          "spell it as in the file");
    return true;
}

static bool has_column(const struct grid *s, const char *prefix) {
    for (size_t i = 0; i < s->header->count; i++)
        if (strncmp(s->column[i], prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

/* A table without any way to reach anybody is none of contacts: say it once, not for each row. */
static bool header_makes_sense(const struct grid *s, struct csverror *ret) {
    const char *first = s->header->count > 0 ? s->header->cell[0] : "";
    if (!has_column(s, "email") && !has_column(s, "phone") && !has_column(s, "channel"))
        return refuse(ret, "no column is named email, phone or channel; the first is named", first,
                      "name them so, or give --map COLUMN=email; --propose prints a mapping, --header LINE "
                      "says where they stand");
    if (!has_column(s, "kind") && s->options->kind == NULL && s->known == NULL)
        return refuse(ret, "no column is named kind; the first is named", first,
                      "give --kind technical, or --map COLUMN=kind");
    return true;
}

/* Columns in the order of the mapping, so that it says how texts are joined; then the others. */
static void order_columns(struct grid *s) {
    size_t count = 0;
    bool *done = calloc(s->header->count + 1, sizeof *done);
    if (done == NULL)
        return;
    for (unsigned m = 0; m < s->options->map_count; m++)
        for (size_t i = 0; i < s->header->count; i++)
            if (!done[i] && strcmp(s->header->cell[i], s->options->map[m].column) == 0) {
                done[i] = true;
                s->order[count++] = i;
            }
    for (size_t i = 0; i < s->header->count; i++)
        if (!done[i])
            s->order[count++] = i;
    free(done);
}

static bool key_resolve(struct grid *s, struct csverror *ret) {
    const char *key = s->options->key;
    s->key = SIZE_MAX;
    if (key == NULL && s->known != NULL)
        key = s->known->key;
    if (key == NULL || (s->key = column_of(s->header, key)) != SIZE_MAX)
        return true;
    return refuse(ret, "--key names a column that the header does not have:", key, "spell it as in the file");
}

bool grid_open(struct grid *s, const struct csvrow *header, const struct import_options *options,
               json_t *unused, struct csverror *ret) {
    *s = (struct grid){.header = header, .options = options, .key = SIZE_MAX};
    s->column = calloc(header->count + 1, sizeof *s->column);
    s->order = calloc(header->count + 1, sizeof *s->order);
    s->personal = calloc(header->count + 1, sizeof *s->personal);
    s->fax = calloc(header->count + 1, sizeof *s->fax);
    if (s->column == NULL || s->order == NULL || s->personal == NULL || s->fax == NULL) {
        snprintf(ret->text, sizeof ret->text, "%s", err_text(ERR_MEMORY));
        return false;
    }
    s->known = known_find(header);
    if (!key_resolve(s, ret))
        return false;
    for (size_t i = 0; i < header->count; i++)
        if (!column_resolve(s, i, unused, ret))
            return false;
    for (size_t i = 0; i < header->count; i++)
        s->fax[i] = strncmp(s->column[i], "phone", 5) == 0 && guess_is_fax(header->cell[i]);
    order_columns(s);
    s->exact = has_column(s, "id") && has_column(s, "state");
    return maps_used(s, ret) && header_makes_sense(s, ret);
}

void grid_close(struct grid *s) {
    free(s->column);
    free(s->order);
    free(s->personal);
    free(s->fax);
    *s = (struct grid){0};
}

static void notice_personal(const struct grid *s, size_t column, const char *cell, const struct tidy *tidy) {
    if (s->personal[column] != NULL && cell[0] != '\0' && !tidy_nothing(cell))
        tidy_note(tidy, s->personal[column], "...",
                  "personal: a directory of offices does not keep it: left out");
}

/* Whether a row says what a column means; of a list's item also if there is none to say it about. */
static bool is_said(const json_t *record, const char *name) {
    struct column_target t;
    const json_t *value = json_object_get(record, column_member(name));
    if (column_is_plain(name) || !column_target_find(name, &t) || (t.list == NULL && t.group == NULL))
        return value != NULL;
    if (t.group != NULL)
        return json_object_get(value, t.field->name) != NULL;
    const json_t *item = json_array_get(value, t.item);
    bool main = strcmp(t.field->name, t.list->main) == 0;
    return item != NULL ? json_object_get(item, t.field->name) != NULL : !main;
}

/* A value for what the row does not say. */
static bool set_default(json_t *record, const char *column, const char *text, const struct tidy *tidy,
                        struct record_error *why) {
    char name[COLUMN_NAME_MAX];
    if (!column_known(column, name) || is_said(record, name))
        return true;
    return column_take(record, name, text, tidy, why);
}

static bool set_defaults(const struct grid *s, json_t *record, const struct tidy *tidy,
                         struct record_error *why) {
    const struct import_options *o = s->options;
    for (unsigned i = 0; i < o->set_count; i++)
        if (!set_default(record, o->set[i].column, o->set[i].field, tidy, why))
            return false;
    for (unsigned i = 0; s->known != NULL && i < s->known->set_count; i++)
        if (!set_default(record, s->known->set[i].column, s->known->set[i].field, tidy, why))
            return false;
    return true;
}

/* What a column of fax numbers holds is one, though the number does not say so. */
static bool take_cell(const struct grid *s, size_t column, const char *cell, json_t *record,
                      const struct tidy *tidy, struct record_error *why) {
    char fax[256];
    if (s->fax[column] && cell[0] != '\0' && !tidy_nothing(cell) && strlen(cell) < sizeof fax - 6) {
        snprintf(fax, sizeof fax, "Fax: %s", cell);
        cell = fax;
    }
    return column_take(record, s->column[column], cell, tidy, why);
}

/* Words for people that have lost letters: what a web address may hold is none of them. */
static void notice_spoilt(const struct grid *s, size_t column, const char *cell, const struct tidy *tidy) {
    static const char *const words[] = {"organisation", "unit", "title", "name", "address", "constituency"};
    const char *member = column_member(s->column[column]), *what = spoilt_text(cell);

    for (size_t i = 0; what != NULL && i < sizeof words / sizeof words[0]; i++)
        if (strcmp(member, words[i]) == 0)
            tidy_note(tidy, member, cell, what);
}

bool grid_record(const struct grid *s, const struct csvrow *row, const struct feed *feed,
                 struct feed_item *item) {
    struct tidy tidy = feed_tidy(feed, item);
    struct record_error why;
    bool good = true;

    item->record = json_object();
    if (s->options->language == NULL && s->known != NULL)
        tidy.tag = s->known->language;
    if (s->exact)
        tidy.notices = NULL;
    for (size_t k = 0; k < s->header->count; k++) {
        size_t i = s->order[k];
        const char *cell = i < row->count ? row->cell[i] : "";
        if (s->column[i][0] == '\0')
            notice_personal(s, i, cell, &tidy);
        else if (!take_cell(s, i, cell, item->record, &tidy, &why) && good) {
            item->why = why;
            good = false;
        } else if (tidy.notices != NULL) {
            notice_spoilt(s, i, cell, &tidy);
        }
    }
    column_finish(item->record, &tidy);
    if (!set_defaults(s, item->record, &tidy, &why) && good)
        item->why = why;
    if (s->known != NULL && s->options->kind == NULL && json_object_get(item->record, "kind") == NULL)
        json_object_set_new(item->record, "kind", json_string(s->known->kind));
    if (s->key != SIZE_MAX)
        item->key = strdup(s->key < row->count ? row->cell[s->key] : "");
    return item->why.text[0] == '\0';
}

json_t *grid_members(const struct grid *s) {
    json_t *set = json_object(), *members = json_array(), *value;
    const char *name;

    if (s->options->kind != NULL || s->known != NULL)
        json_object_set_new(set, "kind", json_true());
    for (size_t i = 0; i < s->header->count; i++) {
        if (s->column[i][0] == '\0')
            continue;
        const char *member = column_member(s->column[i]);
        json_object_set_new(set, member, json_true());
        /* Where a number that no country can be told of finds its place, and an address among numbers. */
        if (!s->exact && (strcmp(member, "phones") == 0 || strcmp(member, "emails") == 0))
            json_object_set_new(set, "channels", json_true());
        if (!s->exact && strcmp(member, "phones") == 0)
            json_object_set_new(set, "emails", json_true());
    }
    json_object_foreach(set, name, value) json_array_append_new(members, json_string(name));
    json_decref(set);
    return members;
}
