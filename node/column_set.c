#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/column_setting.h"
#include "node/text.h"
#include "node/timetable.h"

bool column_refuse(const struct column_setting *s, const char *text, const char *rule, const char *remedy) {
    char found[64];
    text_show_to(found, sizeof found, bytes_str(text));
    snprintf(s->why->text, sizeof s->why->text, "%s: %s: found \"%s\": %s", s->column, rule, found, remedy);
    return false;
}

bool column_refuse_bytes(const struct column_setting *s, const char *text) {
    return column_refuse(s, text, "not UTF-8", "save the text as UTF-8");
}

bool column_guesses(const struct column_setting *s) {
    return s->tidy->notices != NULL;
}

static bool word_of(const char *text, const char *const *words) {
    for (; *words != NULL; words++)
        if (strcasecmp(text, *words) == 0)
            return true;
    return false;
}

bool column_put(json_t *record, const char *name, json_t *value) {
    return value != NULL && json_object_set_new(record, name, value) == 0;
}

json_t *column_child(json_t *parent, const char *name, bool list) {
    json_t *value = json_object_get(parent, name);
    if (value == NULL) {
        value = list ? json_array() : json_object();
        json_object_set_new(parent, name, value);
    }
    return value;
}

json_t *column_item(json_t *list, size_t index) {
    while (json_array_size(list) <= index)
        json_array_append_new(list, json_object());
    return json_array_get(list, index);
}

/* Cut the next piece at any of the separators, without spaces around; false at the end. */
bool column_cut(const char **text, const char *separators, char *to, size_t size) {
    while (**text != '\0') {
        size_t len = strcspn(*text, separators);
        const char *from = *text, *end = from + len;
        *text = *end != '\0' ? end + 1 : end;
        while (from < end && isspace((unsigned char)*from))
            from++;
        while (end > from && isspace((unsigned char)end[-1]))
            end--;
        if (from == end)
            continue;
        len = (size_t)(end - from) < size - 1 ? (size_t)(end - from) : size - 1;
        memcpy(to, from, len);
        to[len] = '\0';
        return true;
    }
    return false;
}

/* Single values. */

/* Fingerprints are written in groups, in capitals. */
static json_t *hex_of(const char *text) {
    char hex[TIDY_MAX];
    size_t len = 0;
    if (strncasecmp(text, "0x", 2) == 0)
        text += 2;
    for (; *text != '\0' && len + 1 < sizeof hex; text++)
        if (*text != ' ' && *text != ':')
            hex[len++] = (char)tolower((unsigned char)*text);
    hex[len] = '\0';
    return json_string(hex);
}

static json_t *bool_of(const struct column_setting *s, const char *text) {
    static const char *const yes[] = {"yes", "true", "1", "y", NULL}, *const no[] = {"no", "false", "0", "n",
                                                                                     NULL};
    if (word_of(text, yes) || word_of(text, no))
        return json_boolean(word_of(text, yes));
    column_refuse(s, text, "not yes or no", "write yes or no");
    return NULL;
}

static json_t *number_of(const struct column_setting *s, const char *text) {
    size_t len = strlen(text);
    if (len > 0 && len < 10 && strspn(text, "0123456789") == len)
        return json_integer((json_int_t)strtoul(text, NULL, 10));
    column_refuse(s, text, "not a number", "write digits");
    return NULL;
}

static json_t *zone_of(const struct column_setting *s, const char *text) {
    char zone[16];
    if (!column_guesses(s) || !tidy_zone(text, zone))
        return json_string(text);
    tidy_note(s->tidy, s->column, text,
              "taken as a fixed distance from UTC: a name such as Europe/Paris knows summer time");
    return json_string(zone);
}

static json_t *country_of(const struct column_setting *s, const char *text) {
    char code[3];
    return json_string(column_guesses(s) && tidy_country(text, code) ? code : text);
}

static json_t *date_of(const struct column_setting *s, const char *text) {
    char date[32];
    if (strlen(text) >= sizeof date)
        return json_string(text);
    tidy_date(text, s->tidy->dates, date);
    return json_string(date);
}

/* Values of a fixed set are written in small letters here. */
static json_t *word_in_small(const char *text) {
    char word[64];
    size_t len = 0;
    for (; text[len] != '\0' && len + 1 < sizeof word; len++)
        word[len] = text[len] == ' ' || text[len] == '_' ? '-' : (char)tolower((unsigned char)text[len]);
    word[len] = '\0';
    return text[len] == '\0' ? json_string(word) : json_string(text);
}

/* One text as the value of a field that holds one; NULL after writing why. */
static json_t *value_of(const struct column_setting *s, const struct field *f, const char *text) {
    char email[TIDY_MAX];

    switch (f->type) {
    case FIELD_BOOL:
        return bool_of(s, text);
    case FIELD_UINT:
        return number_of(s, text);
    case FIELD_BIN:
        return hex_of(text);
    case FIELD_TIME:
        return date_of(s, text);
    default:
        break;
    }
    switch (f->form) {
    case FORM_EMAIL:
        tidy_email(text, email);
        return json_string(email);
    case FORM_ZONE:
        return zone_of(s, text);
    case FORM_COUNTRY:
        return country_of(s, text);
    case FORM_DATE:
        return date_of(s, text);
    case FORM_VALUE:
        return word_in_small(text);
    default:
        return json_string(text);
    }
}

static bool set_item(const struct column_setting *s, const struct column_target *t, const char *text) {
    if (strcmp(t->field->name, t->list->main) == 0 && t->field->type == FIELD_TEXT)
        return column_way(s, t, text);
    json_t *item = column_item(column_child(s->record, t->list->field, true), t->item);
    return column_put(item, t->field->name, value_of(s, t->field, text));
}

/* Lists of words, and hours. */

static void add_language(const struct column_setting *s, json_t *list, const char *text) {
    char tag[36];
    const char *known = column_guesses(s) && tidy_language(text, tag) ? tag : text;
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item) {
        if (column_guesses(s) && strcasecmp(json_string_value(item), known) == 0)
            return;
    }
    json_array_append_new(list, json_string(known));
}

/* "Norwegian Bokmål, English" by commas; "fr en" by spaces. */
static void set_languages(const struct column_setting *s, const char *name, const char *text) {
    char piece[256], word[256], tag[36];
    json_t *list = json_array();
    while (column_cut(&text, ",/\n|", piece, sizeof piece)) {
        const char *rest = piece;
        if (column_guesses(s) && tidy_language(piece, tag))
            add_language(s, list, piece);
        else
            while (column_cut(&rest, "; &", word, sizeof word))
                if (strncasecmp(word, "q=", 2) != 0 && strcasecmp(word, "and") != 0)
                    add_language(s, list, word);
    }
    json_object_set_new(s->record, name, list);
}

static json_t *words_of(const char *text) {
    char piece[256];
    json_t *list = json_array();
    while (column_cut(&text, ";, \n|", piece, sizeof piece))
        json_array_append_new(list, json_string(piece));
    return list;
}

/* "mon-thu 08:00-17:00, fri 08:00-12:00" */
static json_t *weekly_of(const struct column_setting *s, const char *text) {
    char bad[64] = "";
    json_t *list = timetable_read(text, bad, sizeof bad);
    if (list == NULL)
        column_refuse(s, bad, "not days with their hours", "write mon-fri 08:00-17:00, sat 10:00-12:00");
    return list;
}

static bool set_hours(const struct column_setting *s, const char *text) {
    static const char *const always[] = {"24/7", "always", "24x7",     "24/7/365",
                                         "H24",  "24h",    "24 hours", NULL};
    json_t *hours = column_child(s->record, "hours", false);
    if (word_of(text, always))
        return column_put(hours, "always", json_true());
    return column_put(hours, "text", json_string(text)) || column_refuse_bytes(s, text);
}

static bool set_group(const struct column_setting *s, const struct column_target *t, const char *text) {
    json_t *group = column_child(s->record, t->group->name, false);
    if (t->field->type == FIELD_RECORDS)
        return column_put(group, t->field->name, weekly_of(s, text));
    if (t->field->type == FIELD_TEXTS)
        return column_put(group, t->field->name, words_of(text));
    return column_put(group, t->field->name, value_of(s, t->field, text));
}

/* Several columns that lead to the same text are its pieces. */
static bool set_name(const struct column_setting *s, const struct column_target *t, const char *text) {
    json_t *names = column_child(s->record, t->field->name, false);
    const char *tag = t->tag[0] != '\0' ? t->tag : s->tidy->tag;
    const char *before = json_string_value(json_object_get(names, tag));
    bool list = strcmp(t->field->name, "address") == 0 || strcmp(t->field->name, "constituency") == 0;

    if (before == NULL || !column_guesses(s))
        return column_put(names, tag, json_string(text)) || column_refuse_bytes(s, text);
    size_t size = strlen(before) + strlen(text) + 3;
    char *both = malloc(size);
    if (both != NULL)
        snprintf(both, size, "%s%s%s", before, list ? ", " : " ", text);
    bool good = both != NULL && column_put(names, tag, json_string(both));
    free(both);
    return good || column_refuse_bytes(s, text);
}

static bool set_plain(const struct column_setting *s, const char *text) {
    bool code = strcmp(s->column, "kind") == 0 || strcmp(s->column, "status") == 0;
    bool time = strncmp(s->column, "valid_", 6) == 0 || strcmp(s->column, "review_by") == 0;
    json_t *value = code ? word_in_small(text) : time ? date_of(s, text) : json_string(text);
    return column_put(s->record, s->column, value) || column_refuse_bytes(s, text);
}

static bool set_trimmed(const struct column_setting *s, const char *text) {
    struct column_target t;

    if (strcmp(s->column, "public") == 0)
        return column_put(s->record, "public", words_of(text));
    if (column_is_plain(s->column))
        return set_plain(s, text);
    if (!column_target_find(s->column, &t))
        return column_refuse(s, text, "no such column", "docs/records.md lists them");
    if (t.list != NULL)
        return set_item(s, &t, text);
    if (t.group != NULL)
        return set_group(s, &t, text);
    if (t.field->type == FIELD_NAMES)
        return set_name(s, &t, text);
    if (t.field->type == FIELD_RECORD)
        return set_hours(s, text);
    if (t.field->type == FIELD_TEXTS) {
        set_languages(s, t.field->name, text);
        return true;
    }
    return column_put(s->record, t.field->name, value_of(s, t.field, text)) || s->why->text[0] != '\0' ||
           column_refuse_bytes(s, text);
}

/* A cell as it is read: on one line where lines mean nothing, without what surrounds it. */
static char *cell_text(const struct column_setting *s, const char *text) {
    struct column_target t;
    bool several = !column_is_plain(s->column) && column_target_find(s->column, &t) &&
                   (t.list != NULL || t.field->type == FIELD_TEXTS);
    if (column_guesses(s) && !several) {
        bool list = strncmp(s->column, "address", 7) == 0 || strncmp(s->column, "constituency", 12) == 0 ||
                    strncmp(s->column, "hours", 5) == 0;
        return tidy_words(text, list ? ", " : " ");
    }
    text += strspn(text, " \t\r\n");
    size_t len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    return strndup(text, len);
}

bool column_take(json_t *record, const char *column, const char *text, const struct tidy *tidy,
                 struct record_error *ret) {
    const struct column_setting s = {record, column, tidy, ret};
    char *cell = cell_text(&s, text);

    ret->text[0] = '\0';
    if (cell == NULL)
        return column_refuse(&s, "", err_text(ERR_MEMORY), "close other programs");
    bool code = strncmp(column, "country", 7) == 0 || strncmp(column, "state", 5) == 0;
    bool good = true;
    if (cell[0] != '\0' && !(column_guesses(&s) && !code && tidy_nothing(cell)))
        good = set_trimmed(&s, cell);
    free(cell);
    return good;
}

bool column_set(json_t *record, const char *column, const char *text, const char *tag,
                struct record_error *ret) {
    return column_take(record, column, text, &(struct tidy){.tag = tag}, ret);
}
