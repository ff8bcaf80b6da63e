#include "node/cli/editing.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/editor.h"
#include "node/column.h"
#include "node/file.h"
#include "node/timetable.h"

#define DOCUMENT_MAX 67108864

/* Options and the columns that they set.  What is listed replaces the whole list; names by their language. */
enum how { ONE, LIST, BY_TAG };

static const struct edit_option {
    const char *name, *value, *help, *column;
    enum how how;
} edit_options[] = {
    {"kind", "KIND", "one of kinds in comity.conf, such as technical", "kind", ONE},
    {"organisation", "[fr=]TEXT", "the body reached, in a language", "organisation", BY_TAG},
    {"unit", "[fr=]TEXT", "part of it", "unit", BY_TAG},
    {"title", "[fr=]TEXT", "role or post", "title", BY_TAG},
    {"holder", "HOLDER", "office or person", "holder", ONE},
    {"name", "[fr=]TEXT", "name of a person, whole", "name", BY_TAG},
    {"latin", "TEXT", "the name in Latin letters", "latin", ONE},
    {"email", "ADDRESS[,PURPOSE]", "again for each", "email", LIST},
    {"phone", "NUMBER[,TYPE]", "+33..., voice, sms, fax, sat or video", "phone", LIST},
    {"channel", "KIND[,URI|NOTE]", "another way", "channel_kind", LIST},
    {"language", "TAG", "spoken, the preferred one first", "languages", LIST},
    {"timezone", "ZONE", "such as Europe/Paris", "timezone", ONE},
    {"hours", "TEXT", "24/7, or mon-fri 09:00-17:00, or in words", NULL, ONE},
    {"address", "[fr=]TEXT", "of the office", "address", BY_TAG},
    {"country", "FR", "where it is", "country", ONE},
    {"constituency", "[fr=]TEXT", "whom it serves", "constituency", BY_TAG},
    {"nomination", "REF", "of the note verbale", "nomination_ref", ONE},
    {"nomination-document", "FILE", "take the SHA-256 of its scan; the file itself stays here", NULL, ONE},
    {"primary", "yes|no", "the first of its kind", "primary", ONE},
    {"status", "STATUS", "active or suspended", "status", ONE},
    {"valid-from", "TIME", "announce it (default: when it is published)", "valid_from", ONE},
    {"valid-until", "TIME", "until when it holds, if an end is known", "valid_until", ONE},
    {"review-by", "TIME", "when it is to be confirmed", "review_by", ONE},
    {"public", "FIELDS", "what everybody may see, such as \"organisation languages\"", "public", ONE},
    {"set", "COLUMN=TEXT", "any column of docs/records.md, such as key_type=openpgp", NULL, LIST},
    {"clear", "FIELD", "take a field out", NULL, LIST},
};

#define EDIT_COUNT (sizeof edit_options / sizeof edit_options[0])

static_assert(EDIT_COUNT <= EDITING_OPTIONS_MAX, "every option has a place");

int editing_read(struct editing *e, int argc, char **argv, int count) {
    struct cli_option options[EDIT_COUNT + 3] = {0};
    for (size_t i = 0; i < EDIT_COUNT; i++)
        options[i] = (struct cli_option){
            edit_options[i].name, edit_options[i].value, edit_options[i].help, NULL, NULL, &e->given[i]};
    options[EDIT_COUNT] = (struct cli_option){
        "file", "RECORD.json", "begin with this record; also a text of the editor", NULL, &e->file, NULL};
    if (count > 0)
        options[EDIT_COUNT + 1] = (struct cli_option){
            "announced",   NULL, "begin with the version that is announced, not with that in force",
            &e->announced, NULL, NULL};
    return cli_options(e->cli, options, argc, argv, count, count);
}

static bool refuse(struct editing *e, const char *option, const char *why) {
    e->cli->status = cli_say(e->cli, CLI_REFUSED, "--%s: %s", option, why);
    return false;
}

static bool set(struct editing *e, json_t *record, const char *option, const char *column, const char *text) {
    struct record_error why;
    return column_set(record, column, text, "und", &why) || refuse(e, option, why.text);
}

/* "fr=Centre" sets organisation:fr. */
static bool set_by_tag(struct editing *e, json_t *record, const struct edit_option *o, const char *text) {
    const char *equals = strchr(text, '=');
    char column[COLUMN_NAME_MAX];
    if (equals == NULL || !tag_valid((struct bytes){(const uint8_t *)text, (size_t)(equals - text)}))
        return set(e, record, o->name, o->column, text);
    snprintf(column, sizeof column, "%s:%.*s", o->column, (int)(equals - text), text);
    return set(e, record, o->name, column, equals + 1);
}

/* The n-th of a list, with what stands behind its comma. */
static bool set_item(struct editing *e, json_t *record, const struct edit_option *o, unsigned n,
                     const char *text) {
    char first[CLI_ARG_MAX], column[COLUMN_NAME_MAX];
    const char *comma = strchr(text, ',');
    const char *word = strcmp(o->name, "channel") == 0 ? "channel" : o->column;
    const char *rest = comma != NULL ? comma + 1 : NULL;
    char number[8] = "";

    if (n > 0)
        snprintf(number, sizeof number, "%u", n + 1);
    snprintf(first, sizeof first, "%.*s", (int)(comma != NULL ? comma - text : (long)strlen(text)), text);
    if (strcmp(o->name, "channel") == 0) {
        snprintf(column, sizeof column, "%s%s_kind", word, number);
        if (!set(e, record, o->name, column, first))
            return false;
        snprintf(column, sizeof column, "%s%s%s", word, number,
                 rest != NULL && strncmp(rest, "https:", 6) == 0 ? "" : "_note");
    } else {
        snprintf(column, sizeof column, "%s%s", word, number);
        if (!set(e, record, o->name, column, first))
            return false;
        snprintf(column, sizeof column, "%s%s_%s", word, number,
                 strcmp(word, "phone") == 0 ? "type" : "purpose");
    }
    char known[COLUMN_NAME_MAX];
    if (!column_known(column, known))
        return refuse(e, o->name, "more of them than a record can hold");
    return rest == NULL || set(e, record, o->name, column, rest);
}

static bool set_list(struct editing *e, json_t *record, const struct edit_option *o,
                     const struct cli_texts *given) {
    json_object_del(record, column_member(o->column));
    if (strcmp(o->name, "language") == 0) {
        json_t *list = json_array();
        for (unsigned i = 0; i < given->count; i++)
            json_array_append_new(list, json_string(given->text[i]));
        json_object_set_new(record, "languages", list);
        return true;
    }
    for (unsigned i = 0; i < given->count; i++)
        if (!set_item(e, record, o, i, given->text[i]))
            return false;
    return true;
}

static bool set_column(struct editing *e, json_t *record, const char *text) {
    char name[COLUMN_NAME_MAX], known[COLUMN_NAME_MAX];
    const char *equals = strchr(text, '=');
    if (equals == NULL || (size_t)(equals - text) >= sizeof name)
        return refuse(e, "set", "write COLUMN=TEXT");
    memcpy(name, text, (size_t)(equals - text));
    name[equals - text] = '\0';
    if (!column_known(name, known))
        return refuse(e, "set", "no such column: docs/records.md lists them");
    return set(e, record, "set", known, equals + 1);
}

static bool clear_field(struct editing *e, json_t *record, const char *name) {
    if (json_object_del(record, name) == 0)
        return true;
    cli_say(e->cli, 0, "--clear %s: the record has no such field", name);
    return field_find(contact_fields, name) != NULL || strncmp(name, "valid_", 6) == 0 ||
           strcmp(name, "review_by") == 0 || refuse(e, "clear", "no such field: docs/records.md lists them");
}

/* What lies in the archive is known again by its sum; only that is published. */
static bool set_document(struct editing *e, json_t *record, const char *path) {
    uint8_t *data = NULL;
    size_t len = 0;
    char hex[2 * DIGEST_LEN + 1];
    enum err err = file_read(path, DOCUMENT_MAX, &data, &len);

    if (err != ERR_OK) {
        e->cli->status = cli_err(e->cli, err, path, "");
        return false;
    }
    struct digest sum = digest_of((struct bytes){data, len});
    hex_put(hex, sum.b, DIGEST_LEN);
    free(data);
    return set(e, record, "nomination-document", "nomination_hash", hex);
}

/* Hours said anew take the place of those before, of whatever form; holidays stay. */
static bool set_hours(struct editing *e, json_t *record, const char *text) {
    static const char *const forms[] = {"always", "weekly", "text"};
    json_t *hours = json_object_get(record, "hours");

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        json_object_del(hours, forms[i]);
    return set(e, record, "hours", timetable_is(text) ? "hours_weekly" : "hours", text);
}

/* An option that is no column by itself. */
static bool edit_other(struct editing *e, json_t *record, const char *name, const char *text) {
    if (strcmp(name, "clear") == 0)
        return clear_field(e, record, text);
    if (strcmp(name, "nomination-document") == 0)
        return set_document(e, record, text);
    return strcmp(name, "hours") == 0 ? set_hours(e, record, text) : set_column(e, record, text);
}

static bool edit_one(struct editing *e, json_t *record, size_t at) {
    const struct edit_option *o = &edit_options[at];
    const struct cli_texts *given = &e->given[at];

    if (given->count == 0)
        return true;
    if (o->column != NULL && o->how == LIST)
        return set_list(e, record, o, given);
    for (unsigned i = 0; i < given->count; i++) {
        const char *text = given->text[i];
        bool good = o->how == BY_TAG    ? set_by_tag(e, record, o, text)
                    : o->column != NULL ? set(e, record, o->name, o->column, text)
                                        : edit_other(e, record, o->name, text);
        if (!good)
            return false;
    }
    return true;
}

/* --public "" means that nothing is public. */
static void edit_public(const struct editing *e, json_t *record) {
    for (size_t i = 0; i < EDIT_COUNT; i++)
        if (strcmp(edit_options[i].name, "public") == 0 && e->given[i].count > 0 &&
            e->given[i].text[e->given[i].count - 1][strspn(e->given[i].text[e->given[i].count - 1], " ")] ==
                '\0')
            json_object_set_new(record, "public", json_array());
}

bool editing_apply(struct editing *e, json_t *record) {
    for (size_t pass = 0; pass < 2; pass++) /* first what is taken out, then what is set */
        for (size_t i = 0; i < EDIT_COUNT; i++)
            if ((strcmp(edit_options[i].name, "clear") == 0) == (pass == 0) && !edit_one(e, record, i))
                return false;
    edit_public(e, record);
    column_done(record);
    return true;
}

bool editing_asks(const struct editing *e) {
    for (size_t i = 0; i < EDIT_COUNT; i++)
        if (e->given[i].count > 0)
            return false;
    return e->file == NULL && editor_there();
}
