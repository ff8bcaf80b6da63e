#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/column.h"
#include "node/column_target.h"
#include "node/text.h"
#include "node/timetable.h"

/* Items of lists that have no number of their own stand from here on, until column_finish() closes the gaps.
 */
#define UNNUMBERED 16

/* One column of one record being set. */
struct setting {
    json_t *record;
    const char *column;
    const struct tidy *tidy;
    struct record_error *why;
};

static bool refuse(const struct setting *s, const char *text, const char *rule) {
    char found[64];
    text_show_to(found, sizeof found, bytes_str(text));
    snprintf(s->why->text, sizeof s->why->text, "%s: %s: found \"%s\"", s->column, rule, found);
    return false;
}

static bool guesses(const struct setting *s) {
    return s->tidy->notices != NULL;
}

static bool word_of(const char *text, const char *const *words) {
    for (; *words != NULL; words++)
        if (strcasecmp(text, *words) == 0)
            return true;
    return false;
}

static bool set_new(json_t *record, const char *name, json_t *value) {
    return value != NULL && json_object_set_new(record, name, value) == 0;
}

static json_t *child(json_t *parent, const char *name, bool list) {
    json_t *value = json_object_get(parent, name);
    if (value == NULL) {
        value = list ? json_array() : json_object();
        json_object_set_new(parent, name, value);
    }
    return value;
}

static json_t *item_of(json_t *list, size_t index) {
    while (json_array_size(list) <= index)
        json_array_append_new(list, json_object());
    return json_array_get(list, index);
}

/* An item behind all that have a number. */
static json_t *item_more(json_t *record, const char *field) {
    json_t *list = child(record, field, true);
    size_t size = json_array_size(list);
    return item_of(list, size > UNNUMBERED ? size : UNNUMBERED);
}

/* The item that a column sets; behind the others if another column has filled it. */
static json_t *item_for(const struct setting *s, const struct column_target *t, size_t index) {
    json_t *list = child(s->record, t->list->field, true), *item = item_of(list, index);
    return json_object_get(item, t->field->name) == NULL ? item : item_more(s->record, t->list->field);
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

static json_t *bool_of(const struct setting *s, const char *text) {
    static const char *const yes[] = {"yes", "true", "1", "y", NULL}, *const no[] = {"no", "false", "0", "n",
                                                                                     NULL};
    if (word_of(text, yes) || word_of(text, no))
        return json_boolean(word_of(text, yes));
    refuse(s, text, "not yes or no: write yes or no");
    return NULL;
}

static json_t *number_of(const struct setting *s, const char *text) {
    size_t len = strlen(text);
    if (len > 0 && len < 10 && strspn(text, "0123456789") == len)
        return json_integer((json_int_t)strtoul(text, NULL, 10));
    refuse(s, text, "not a number: write digits");
    return NULL;
}

static json_t *zone_of(const struct setting *s, const char *text) {
    char zone[16];
    if (!guesses(s) || !tidy_zone(text, zone))
        return json_string(text);
    tidy_note(s->tidy, s->column, text,
              "taken as a fixed distance from UTC: a name such as Europe/Paris knows summer time");
    return json_string(zone);
}

static json_t *country_of(const struct setting *s, const char *text) {
    char code[3];
    return json_string(guesses(s) && tidy_country(text, code) ? code : text);
}

static json_t *date_of(const struct setting *s, const char *text) {
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
static json_t *value_of(const struct setting *s, const struct field *f, const char *text) {
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

/* Addresses, numbers and other ways. */

bool column_channel(json_t *record, const char *kind, const char *text) {
    json_t *item = item_more(record, "channels");
    bool link = https_valid(bytes_str(text));
    return set_new(item, "kind", json_string(kind)) &&
           set_new(item, link ? "uri" : "note", json_string(text));
}

static bool set_phone_as(const struct setting *s, const struct column_target *t, json_t *item,
                         const struct tidy_phone *p, const char *text) {
    const struct field *phones = field_find(contact_fields, t->list->field);
    const struct field *display = field_find(phones->fields, "display");
    if (!set_new(item, "number", json_string(p->number)))
        return refuse(s, text, "not UTF-8: save the text as UTF-8");
    if (p->extension[0] != '\0')
        json_object_set_new(item, "extension", json_string(p->extension));
    if (p->type != NULL && json_object_get(item, "type") == NULL)
        json_object_set_new(item, "type", json_string(p->type));
    char *words = p->worded && guesses(s) ? tidy_words(text, " ") : NULL;
    if (words != NULL && strlen(words) <= display->bytes_max && json_object_get(item, "display") == NULL)
        json_object_set_new(item, "display", json_string(words));
    free(words);
    return true;
}

static bool set_phone(const struct setting *s, const struct column_target *t, json_t *item,
                      const char *text) {
    struct tidy_phone phone;
    char email[TIDY_MAX];

    tidy_phone(text, s->tidy->dial, &phone);
    switch (guesses(s) ? phone.is : TIDY_PHONE_NUMBER) {
    case TIDY_PHONE_EMAIL:
        tidy_email(text, email);
        tidy_note(s->tidy, s->column, text, "an e-mail address: taken as one");
        return set_new(item_more(s->record, "emails"), "address", json_string(email));
    case TIDY_PHONE_NATIONAL:
        tidy_note(s->tidy, s->column, text,
                  "has no country code: kept as a channel of kind phone; --dial NUMBER says the code");
        return column_channel(s->record, phone.type != NULL ? phone.type : "phone", text) ||
               refuse(s, text, "not UTF-8");
    case TIDY_PHONE_WORDS:
        tidy_note(s->tidy, s->column, text, "has no digit: left out");
        return true;
    case TIDY_PHONE_OTHER:
        return refuse(s, text, "not a number of ITU-T E.164: write +, country code and number: +33123456789");
    case TIDY_PHONE_NUMBER:
        break;
    }
    if (phone.is != TIDY_PHONE_NUMBER && phone.is != TIDY_PHONE_NATIONAL)
        return set_new(item, "number", json_string(text));
    return set_phone_as(s, t, item, &phone, text);
}

/* A web address where an e-mail address is wanted is a form to fill in. */
static bool set_email(const struct setting *s, json_t *item, const char *text) {
    char email[TIDY_MAX];
    tidy_email(text, email);
    if (guesses(s) && https_valid(bytes_str(text))) {
        tidy_note(s->tidy, s->column, text, "a web address: taken as a channel");
        return column_channel(s->record, "web", text);
    }
    return set_new(item, "address", json_string(email)) || refuse(s, text, "not UTF-8: save it as UTF-8");
}

/* Cut the next piece at any of the separators, without spaces around; false at the end. */
static bool piece_cut(const char **text, const char *separators, char *to, size_t size) {
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

/* Where another number begins: behind a comma, a line end, " / " or " or "; a semicolon that no parameter
 * follows. */
static size_t phone_len(const char *text, size_t *ret_skip) {
    for (size_t i = 0; text[i] != '\0'; i++) {
        *ret_skip = 1;
        if (strchr(",\n|", text[i]) != NULL || (text[i] == ';' && strncasecmp(text + i, ";ext=", 5) != 0))
            return i;
        if ((strncmp(text + i, " / ", 3) == 0 || strncasecmp(text + i, " or ", 4) == 0) &&
            strchr("+0(", text[i + 3 + (text[i + 1] != '/')]) != NULL) {
            *ret_skip = 3;
            return i;
        }
    }
    *ret_skip = 0;
    return strlen(text);
}

static bool phone_cut(const char **text, char *to, size_t size) {
    while (**text != '\0') {
        size_t skip, len = phone_len(*text, &skip);
        char piece[TIDY_MAX];
        snprintf(piece, sizeof piece, "%.*s", (int)(len < sizeof piece ? len : sizeof piece - 1), *text);
        *text += len + skip;
        const char *from = piece;
        if (piece_cut(&from, "", to, size))
            return true;
    }
    return false;
}

/* Several addresses or numbers may stand in one cell. */
static bool set_several(const struct setting *s, const struct column_target *t, const char *text) {
    char piece[TIDY_MAX];
    size_t index = t->item;
    bool email = t->field->form == FORM_EMAIL, good = true;

    if (email && email_valid(bytes_str(text))) /* an address may hold what else separates */
        return set_email(s, item_for(s, t, index), text);
    for (unsigned i = 0; good && (email ? piece_cut(&text, ";,\n|", piece, sizeof piece)
                                        : phone_cut(&text, piece, sizeof piece));
         i++) {
        json_t *item = i == 0 ? item_for(s, t, index) : item_more(s->record, t->list->field);
        if (guesses(s) && tidy_nothing(piece))
            continue;
        good = email ? set_email(s, item, piece) : set_phone(s, t, item, piece);
    }
    return good;
}

/* "http://" and the like cannot be the URI of a channel, but can stand beside it. */
static bool set_uri(const struct setting *s, json_t *item, const char *text) {
    bool good = https_valid(bytes_str(text)) || !guesses(s);
    if (json_object_get(item, "kind") == NULL && guesses(s))
        json_object_set_new(item, "kind", json_string("web"));
    if (!good)
        tidy_note(s->tidy, s->column, text, "not an https URI: kept as a note of the channel");
    return set_new(item, good ? "uri" : "note", json_string(text)) ||
           refuse(s, text, "not UTF-8: save it as UTF-8");
}

static bool set_item(const struct setting *s, const struct column_target *t, const char *text) {
    bool main = strcmp(t->field->name, t->list->main) == 0;
    if (main && (t->field->form == FORM_EMAIL || t->field->form == FORM_PHONE))
        return set_several(s, t, text);
    if (main && t->field->form == FORM_URI)
        return set_uri(s, item_for(s, t, t->item), text);
    json_t *item = item_of(child(s->record, t->list->field, true), t->item);
    json_t *value = value_of(s, t->field, text);
    /* The kind of a channel says more than what a link alone was taken for. */
    return set_new(item, t->field->name, value);
}

/* Lists of words, and hours. */

static void add_language(const struct setting *s, json_t *list, const char *text) {
    char tag[36];
    const char *known = guesses(s) && tidy_language(text, tag) ? tag : text;
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item) {
        if (guesses(s) && strcasecmp(json_string_value(item), known) == 0)
            return;
    }
    json_array_append_new(list, json_string(known));
}

/* "Norwegian Bokmål, English" by commas; "fr en" by spaces. */
static void set_languages(const struct setting *s, const char *name, const char *text) {
    char piece[256], word[256], tag[36];
    json_t *list = json_array();
    while (piece_cut(&text, ",/\n|", piece, sizeof piece)) {
        const char *rest = piece;
        if (guesses(s) && tidy_language(piece, tag))
            add_language(s, list, piece);
        else
            while (piece_cut(&rest, "; &", word, sizeof word))
                if (strncasecmp(word, "q=", 2) != 0 && strcasecmp(word, "and") != 0)
                    add_language(s, list, word);
    }
    json_object_set_new(s->record, name, list);
}

static json_t *words_of(const char *text) {
    char piece[256];
    json_t *list = json_array();
    while (piece_cut(&text, ";, \n|", piece, sizeof piece))
        json_array_append_new(list, json_string(piece));
    return list;
}

/* "mon-thu 08:00-17:00, fri 08:00-12:00" */
static json_t *weekly_of(const struct setting *s, const char *text) {
    char bad[64] = "";
    json_t *list = timetable_read(text, bad, sizeof bad);
    if (list == NULL)
        refuse(s, bad, "not days with their hours: write mon-fri 08:00-17:00, sat 10:00-12:00");
    return list;
}

static bool set_hours(const struct setting *s, const char *text) {
    static const char *const always[] = {"24/7", "always", "24x7",     "24/7/365",
                                         "H24",  "24h",    "24 hours", NULL};
    json_t *hours = child(s->record, "hours", false);
    if (word_of(text, always))
        return set_new(hours, "always", json_true());
    return set_new(hours, "text", json_string(text)) || refuse(s, text, "not UTF-8: save it as UTF-8");
}

static bool set_group(const struct setting *s, const struct column_target *t, const char *text) {
    json_t *group = child(s->record, t->group->name, false);
    if (t->field->type == FIELD_RECORDS)
        return set_new(group, t->field->name, weekly_of(s, text));
    if (t->field->type == FIELD_TEXTS)
        return set_new(group, t->field->name, words_of(text));
    return set_new(group, t->field->name, value_of(s, t->field, text));
}

/* Several columns that lead to the same text are its pieces. */
static bool set_name(const struct setting *s, const struct column_target *t, const char *text) {
    json_t *names = child(s->record, t->field->name, false);
    const char *tag = t->tag[0] != '\0' ? t->tag : s->tidy->tag;
    const char *before = json_string_value(json_object_get(names, tag));
    bool list = strcmp(t->field->name, "address") == 0 || strcmp(t->field->name, "constituency") == 0;

    if (before == NULL || !guesses(s))
        return set_new(names, tag, json_string(text)) || refuse(s, text, "not UTF-8: save it as UTF-8");
    size_t size = strlen(before) + strlen(text) + 3;
    char *both = malloc(size);
    if (both != NULL)
        snprintf(both, size, "%s%s%s", before, list ? ", " : " ", text);
    bool good = both != NULL && set_new(names, tag, json_string(both));
    free(both);
    return good || refuse(s, text, "not UTF-8: save it as UTF-8");
}

static bool set_plain(const struct setting *s, const char *text) {
    bool code = strcmp(s->column, "kind") == 0 || strcmp(s->column, "status") == 0;
    bool time = strncmp(s->column, "valid_", 6) == 0 || strcmp(s->column, "review_by") == 0;
    json_t *value = code ? word_in_small(text) : time ? date_of(s, text) : json_string(text);
    return set_new(s->record, s->column, value) || refuse(s, text, "not UTF-8: save it as UTF-8");
}

static bool set_trimmed(const struct setting *s, const char *text) {
    struct column_target t;

    if (strcmp(s->column, "public") == 0)
        return set_new(s->record, "public", words_of(text));
    if (column_is_plain(s->column))
        return set_plain(s, text);
    if (!column_target_find(s->column, &t))
        return refuse(s, text, "no such column: see docs/records.md");
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
    return set_new(s->record, t.field->name, value_of(s, t.field, text)) || s->why->text[0] != '\0' ||
           refuse(s, text, "not UTF-8: save it as UTF-8");
}

/* A cell as it is read: on one line where lines mean nothing, without what surrounds it. */
static char *cell_text(const struct setting *s, const char *text) {
    struct column_target t;
    bool several = !column_is_plain(s->column) && column_target_find(s->column, &t) &&
                   (t.list != NULL || t.field->type == FIELD_TEXTS);
    if (guesses(s) && !several) {
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
    const struct setting s = {record, column, tidy, ret};
    char *cell = cell_text(&s, text);

    ret->text[0] = '\0';
    if (cell == NULL)
        return refuse(&s, "", err_text(ERR_MEMORY));
    bool code = strncmp(column, "country", 7) == 0 || strncmp(column, "state", 5) == 0;
    bool good = true;
    if (cell[0] != '\0' && !(guesses(&s) && !code && tidy_nothing(cell)))
        good = set_trimmed(&s, cell);
    free(cell);
    return good;
}

bool column_set(json_t *record, const char *column, const char *text, const char *tag,
                struct record_error *ret) {
    return column_take(record, column, text, &(struct tidy){.tag = tag}, ret);
}

/* Whether an item says no more than an earlier one: the same address again. */
static bool is_again(const json_t *list, size_t index, const char *main) {
    const json_t *item = json_array_get(list, index);
    const char *text = json_string_value(json_object_get(item, main));
    if (text == NULL || json_object_size(item) > 1)
        return false;
    for (size_t i = 0; i < index; i++) {
        const char *other = json_string_value(json_object_get(json_array_get(list, i), main));
        if (other != NULL && strcasecmp(other, text) == 0)
            return true;
    }
    return false;
}

static void finish_list(json_t *record, const struct column_list *l, const struct tidy *tidy) {
    json_t *list = json_object_get(record, l->field);
    const struct field *f = field_find(contact_fields, l->field);
    bool guesses = tidy != NULL && tidy->notices != NULL;

    for (size_t k = json_array_size(list); k-- > 0;)
        if (json_object_size(json_array_get(list, k)) == 0 || (guesses && is_again(list, k, l->main)))
            json_array_remove(list, k);
    while (guesses && json_array_size(list) > f->count_max) {
        size_t last = json_array_size(list) - 1;
        char *text = json_dumps(json_array_get(list, last), JSON_COMPACT);
        tidy_note(tidy, l->field, text != NULL ? text : "", "more of them than a record holds: left out");
        free(text);
        json_array_remove(list, last);
    }
    if (list != NULL && json_array_size(list) == 0)
        json_object_del(record, l->field);
}

void column_finish(json_t *record, const struct tidy *tidy) {
    for (size_t i = 0; column_lists[i].word != NULL; i++)
        finish_list(record, &column_lists[i], tidy);
}

void column_done(json_t *record) {
    column_finish(record, NULL);
}
