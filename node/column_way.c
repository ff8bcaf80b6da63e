#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/column_setting.h"
#include "node/text.h"

/* Items of lists that have no number of their own wait in a list of this mark and the list's name, until
 * column_finish() puts them behind the others. */
#define WAITING "+"

static void waiting_name(const char *field, char to[static 32]) {
    snprintf(to, 32, WAITING "%s", field);
}

/* An item behind all that have a number. */
static json_t *item_more(json_t *record, const char *field) {
    char name[32];
    waiting_name(field, name);
    json_t *list = column_child(record, name, true);
    json_array_append_new(list, json_object());
    return json_array_get(list, json_array_size(list) - 1);
}

size_t column_count(const json_t *record, const char *field) {
    char name[32];
    waiting_name(field, name);
    return json_array_size(json_object_get(record, field)) + json_array_size(json_object_get(record, name));
}

json_t *column_newest(const json_t *record, const char *field, size_t before) {
    char name[32];
    waiting_name(field, name);
    const json_t *waiting = json_object_get(record, name), *list = json_object_get(record, field);
    const json_t *of = json_array_size(waiting) > 0 ? waiting : list;
    json_t *item = column_count(record, field) > before ? json_array_get(of, json_array_size(of) - 1) : NULL;
    return json_object_size(item) > 0 ? item : NULL;
}

/* The item that a column sets; behind the others if it is filled and nothing takes its place. */
static json_t *item_for(const struct column_setting *s, const struct column_target *t, size_t index) {
    json_t *list = column_child(s->record, t->list->field, true), *item = column_item(list, index);
    bool more = s->tidy->many && json_object_get(item, t->field->name) != NULL;
    return more ? item_more(s->record, t->list->field) : item;
}

bool column_channel(json_t *record, const char *kind, const char *text) {
    json_t *item = item_more(record, "channels");
    bool link = https_valid(bytes_str(text));
    return column_put(item, "kind", json_string(kind)) &&
           column_put(item, link ? "uri" : "note", json_string(text));
}

static bool set_phone_as(const struct column_setting *s, const struct column_target *t, json_t *item,
                         const struct tidy_phone *p, const char *text) {
    const struct field *phones = field_find(contact_fields, t->list->field);
    const struct field *display = field_find(phones->fields, "display");
    if (!column_put(item, "number", json_string(p->number)))
        return column_refuse_bytes(s, text);
    if (p->extension[0] != '\0')
        json_object_set_new(item, "extension", json_string(p->extension));
    if (p->type != NULL && json_object_get(item, "type") == NULL)
        json_object_set_new(item, "type", json_string(p->type));
    char *words = p->worded && column_guesses(s) ? tidy_words(text, " ") : NULL;
    if (words != NULL && strlen(words) <= display->bytes_max && json_object_get(item, "display") == NULL)
        json_object_set_new(item, "display", json_string(words));
    free(words);
    return true;
}

static bool set_phone(const struct column_setting *s, const struct column_target *t, json_t *item,
                      const char *text) {
    struct tidy_phone phone;
    char email[TIDY_MAX];

    tidy_phone(text, s->tidy->dial, &phone);
    switch (column_guesses(s) ? phone.is : TIDY_PHONE_NUMBER) {
    case TIDY_PHONE_EMAIL:
        tidy_email(text, email);
        tidy_note(s->tidy, s->column, text, "an e-mail address: taken as one");
        return column_put(item_more(s->record, "emails"), "address", json_string(email));
    case TIDY_PHONE_NATIONAL:
        tidy_note(s->tidy, s->column, text,
                  "has no country code: kept as a channel of kind phone; --dial NUMBER says the code");
        return column_channel(s->record, phone.type != NULL ? phone.type : "phone", text) ||
               column_refuse_bytes(s, text);
    case TIDY_PHONE_WORDS:
        tidy_note(s->tidy, s->column, text, "has no digit: left out");
        return true;
    case TIDY_PHONE_OTHER:
        return column_refuse(s, text, "not a number of ITU-T E.164",
                             "write +, country code and number: +33123456789");
    case TIDY_PHONE_NUMBER:
        break;
    }
    if (phone.is != TIDY_PHONE_NUMBER && phone.is != TIDY_PHONE_NATIONAL)
        return column_put(item, "number", json_string(text));
    return set_phone_as(s, t, item, &phone, text);
}

/* A web address where an e-mail address is wanted is a form to fill in. */
static bool set_email(const struct column_setting *s, json_t *item, const char *text) {
    char email[TIDY_MAX];
    tidy_email(text, email);
    if (column_guesses(s) && https_valid(bytes_str(text))) {
        tidy_note(s->tidy, s->column, text, "a web address: taken as a channel");
        return column_channel(s->record, "web", text);
    }
    return column_put(item, "address", json_string(email)) || column_refuse_bytes(s, text);
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
        if (column_cut(&from, "", to, size))
            return true;
    }
    return false;
}

/* Several addresses or numbers may stand in one cell. */
static bool set_several(const struct column_setting *s, const struct column_target *t, const char *text) {
    char piece[TIDY_MAX];
    size_t index = t->item;
    bool email = t->field->form == FORM_EMAIL, good = true;

    if (email && email_valid(bytes_str(text))) /* an address may hold what else separates */
        return set_email(s, item_for(s, t, index), text);
    for (unsigned i = 0; good && (email ? column_cut(&text, ";,\n|", piece, sizeof piece)
                                        : phone_cut(&text, piece, sizeof piece));
         i++) {
        json_t *item = i == 0 ? item_for(s, t, index) : item_more(s->record, t->list->field);
        if (column_guesses(s) && tidy_nothing(piece))
            continue;
        good = email ? set_email(s, item, piece) : set_phone(s, t, item, piece);
    }
    return good;
}

/* "http://" and the like cannot be the URI of a channel, but can stand beside it; "www." is short for an
 * address of today. */
static bool set_uri(const struct column_setting *s, json_t *item, const char *text) {
    char uri[TIDY_MAX];
    bool www = column_guesses(s) && strncasecmp(text, "www.", 4) == 0;
    snprintf(uri, sizeof uri, "%s%s", www ? "https://" : "", text);
    bool good = https_valid(bytes_str(uri)) || !column_guesses(s);
    if (json_object_get(item, "kind") == NULL && column_guesses(s))
        json_object_set_new(item, "kind", json_string("web"));
    if (!good)
        tidy_note(s->tidy, s->column, text, "not an https URI: kept as a note of the channel");
    else if (www)
        tidy_note(s->tidy, s->column, text, "taken as https://");
    return column_put(item, good ? "uri" : "note", json_string(good ? uri : text)) ||
           column_refuse_bytes(s, text);
}

bool column_way(const struct column_setting *s, const struct column_target *t, const char *text) {
    if (t->field->form == FORM_URI)
        return set_uri(s, item_for(s, t, t->item), text);
    return set_several(s, t, text);
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
    char name[32];
    waiting_name(l->field, name);
    json_t *waiting = json_object_get(record, name);
    if (waiting != NULL)
        json_array_extend(column_child(record, l->field, true), waiting);
    json_object_del(record, name);

    json_t *list = json_object_get(record, l->field);
    const struct field *f = field_find(contact_fields, l->field);
    bool guesses = tidy != NULL && tidy->notices != NULL;
    for (size_t k = json_array_size(list); k-- > 0;)
        if (json_object_size(json_array_get(list, k)) == 0 || (guesses && is_again(list, k, l->main)))
            json_array_remove(list, k);
    while (guesses && json_array_size(list) > f->count_max) {
        size_t last = json_array_size(list) - 1;
        const json_t *item = json_array_get(list, last);
        const char *text = json_string_value(json_object_get(item, l->main));
        if (text == NULL)
            text = json_string_value(json_object_get(item, "note"));
        tidy_note(tidy, l->field, text != NULL ? text : "", "more of them than a record holds: left out");
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
