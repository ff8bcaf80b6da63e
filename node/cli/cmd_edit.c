/* contact add, edit and withdraw: drafts, which publish signs. */
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/cli/commands.h"
#include "node/cli/contacting.h"
#include "node/cli/editor.h"
#include "node/cli/formed.h"
#include "node/cli/terminal.h"
#include "node/column.h"
#include "node/file.h"
#include "node/remarks.h"
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
    {"valid-until", "TIME", "", "valid_until", ONE},
    {"review-by", "TIME", "when it is to be confirmed", "review_by", ONE},
    {"public", "FIELDS", "what everybody may see, such as \"organisation languages\"", "public", ONE},
    {"set", "COLUMN=TEXT", "any column of docs/records.md, such as key_type=openpgp", NULL, LIST},
    {"clear", "FIELD", "take a field out", NULL, LIST},
};

#define EDIT_COUNT (sizeof edit_options / sizeof edit_options[0])

struct edit {
    struct cli *cli;
    const char *file;
    struct cli_texts given[EDIT_COUNT];
};

static int edit_read(struct edit *e, int argc, char **argv, int count) {
    struct cli_option options[EDIT_COUNT + 2] = {0};
    for (size_t i = 0; i < EDIT_COUNT; i++)
        options[i] = (struct cli_option){
            edit_options[i].name, edit_options[i].value, edit_options[i].help, NULL, NULL, &e->given[i]};
    options[EDIT_COUNT] = (struct cli_option){
        "file", "RECORD.json", "begin with this record; also a text of the editor", NULL, &e->file, NULL};
    return cli_options(e->cli, options, argc, argv, count, count);
}

static bool refuse(struct edit *e, const char *option, const char *why) {
    e->cli->status = cli_say(e->cli, CLI_REFUSED, "--%s: %s", option, why);
    return false;
}

static bool set(struct edit *e, json_t *record, const char *option, const char *column, const char *text) {
    struct record_error why;
    return column_set(record, column, text, "und", &why) || refuse(e, option, why.text);
}

/* "fr=Centre" sets organisation:fr. */
static bool set_by_tag(struct edit *e, json_t *record, const struct edit_option *o, const char *text) {
    const char *equals = strchr(text, '=');
    char column[COLUMN_NAME_MAX];
    if (equals == NULL || !tag_valid((struct bytes){(const uint8_t *)text, (size_t)(equals - text)}))
        return set(e, record, o->name, o->column, text);
    snprintf(column, sizeof column, "%s:%.*s", o->column, (int)(equals - text), text);
    return set(e, record, o->name, column, equals + 1);
}

/* The n-th of a list, with what stands behind its comma. */
static bool set_item(struct edit *e, json_t *record, const struct edit_option *o, unsigned n,
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

static bool set_list(struct edit *e, json_t *record, const struct edit_option *o,
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

static bool set_column(struct edit *e, json_t *record, const char *text) {
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

static bool clear_field(struct edit *e, json_t *record, const char *name) {
    if (json_object_del(record, name) == 0)
        return true;
    cli_say(e->cli, 0, "--clear %s: the record has no such field", name);
    return field_find(contact_fields, name) != NULL || strncmp(name, "valid_", 6) == 0 ||
           strcmp(name, "review_by") == 0 || refuse(e, "clear", "no such field: docs/records.md lists them");
}

/* What lies in the archive is known again by its sum; only that is published. */
static bool set_document(struct edit *e, json_t *record, const char *path) {
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

/* "mon-fri 09:00-17:00", if every piece of it is so. */
static bool is_timetable(const char *text) {
    char bad[64];
    json_t *weekly = timetable_read(text, bad, sizeof bad), *span;
    bool good = json_array_size(weekly) > 0;
    size_t i;
    uint16_t minutes;

    json_array_foreach(weekly, i, span) {
        good = good && clock_parse(json_string_value(json_object_get(span, "from")), &minutes) &&
               clock_parse(json_string_value(json_object_get(span, "to")), &minutes);
    }
    json_decref(weekly);
    return good;
}

/* Hours said anew take the place of those before, of whatever form; holidays stay. */
static bool set_hours(struct edit *e, json_t *record, const char *text) {
    static const char *const forms[] = {"always", "weekly", "text"};
    json_t *hours = json_object_get(record, "hours");

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        json_object_del(hours, forms[i]);
    return set(e, record, "hours", is_timetable(text) ? "hours_weekly" : "hours", text);
}

/* An option that is no column by itself. */
static bool edit_other(struct edit *e, json_t *record, const char *name, const char *text) {
    if (strcmp(name, "clear") == 0)
        return clear_field(e, record, text);
    if (strcmp(name, "nomination-document") == 0)
        return set_document(e, record, text);
    return strcmp(name, "hours") == 0 ? set_hours(e, record, text) : set_column(e, record, text);
}

static bool edit_one(struct edit *e, json_t *record, size_t at) {
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
static void edit_public(const struct edit *e, json_t *record) {
    for (size_t i = 0; i < EDIT_COUNT; i++)
        if (strcmp(edit_options[i].name, "public") == 0 && e->given[i].count > 0 &&
            e->given[i].text[e->given[i].count - 1][strspn(e->given[i].text[e->given[i].count - 1], " ")] ==
                '\0')
            json_object_set_new(record, "public", json_array());
}

static bool edit_apply(struct edit *e, json_t *record) {
    for (size_t pass = 0; pass < 2; pass++) /* first what is taken out, then what is set */
        for (size_t i = 0; i < EDIT_COUNT; i++)
            if ((strcmp(edit_options[i].name, "clear") == 0) == (pass == 0) && !edit_one(e, record, i))
                return false;
    edit_public(e, record);
    column_done(record);
    return true;
}

static int say_drafted(struct cli *cli, const struct drafting *d, const char *id,
                       enum drafting_verdict verdict) {
    static const char *const words[] = {
        [DRAFTING_SAME] = "unchanged", [DRAFTING_NEW] = "new", [DRAFTING_CHANGED] = "changed"};
    if (cli->json) {
        json_t *answer = json_pack("{s:s, s:s, s:s}", "state", d->state, "id", id, "result", words[verdict]);
        cli_print_json(answer);
        json_decref(answer);
    } else if (verdict == DRAFTING_SAME) {
        printf("%s/%s: nothing changes, nothing is drafted\n", d->state, id);
    } else {
        printf("%s/%s: drafted; comity diff shows it, comity publish signs it\n", d->state, id);
    }
    return CLI_DONE;
}

/* What is allowed, and still worth a look. */
static void say_remarks(const struct cli *cli, const json_t *record) {
    json_t *remarks = remarks_of(record, (uint64_t)time(NULL)), *remark;
    size_t i;

    json_array_foreach(remarks, i, remark) cli_say(cli, 0, "look at %s", json_string_value(remark));
    json_decref(remarks);
}

/* Check, draft, hand in; takes the record. */
static int draft_record(struct edit *e, struct drafting *d, const char *id, json_t *record) {
    struct record_error why;
    enum drafting_verdict verdict = DRAFTING_FAILED;
    char state[3];

    memcpy(state, d->state, sizeof state);
    if (!formed_good(record, &why))
        e->cli->status = cli_say(e->cli, CLI_REFUSED, "%s", why.text);
    else
        verdict = drafting_put(d, id, record);
    if (verdict == DRAFTING_NEW || verdict == DRAFTING_CHANGED)
        say_remarks(e->cli, record);
    json_decref(record);
    if (!drafting_end(d) || verdict == DRAFTING_FAILED)
        return e->cli->status;
    return say_drafted(e->cli, d, id, verdict);
}

static void random_id(char ret[static 2 * CONTACT_ID_LEN + 1]) {
    uint8_t id[CONTACT_ID_LEN];
    randombytes_buf(id, sizeof id);
    hex_put(ret, id, sizeof id);
}

/* Nothing was said on the command line: then an editor asks. */
static bool edit_asks(const struct edit *e) {
    for (size_t i = 0; i < EDIT_COUNT; i++)
        if (e->given[i].count > 0)
            return false;
    return e->file == NULL && editor_there();
}

int cmd_contact_add(struct cli *cli, int argc, char **argv) {
    struct edit e = {.cli = cli};
    struct drafting d;
    char id[2 * CONTACT_ID_LEN + 1];

    if (edit_read(&e, argc, argv, 0) < 0)
        return cli->status;
    if (!cli_open(cli))
        return cli->status;
    json_t *record = edit_asks(&e)    ? formed_edit(cli, "A new contact.", NULL)
                     : e.file != NULL ? formed_file(cli, e.file)
                                      : json_object();
    if (record == NULL || !edit_apply(&e, record) || !drafting_begin(&d, cli, false)) {
        json_decref(record);
        return cli->status;
    }
    random_id(id);
    return draft_record(&e, &d, id, record);
}

/* The whole id of a contact of the own State, published or only drafted. */
static bool find_own(struct drafting *d, const char *name, char ret[static 2 * CONTACT_ID_LEN + 1]) {
    char path[CONTACTING_PATH_MAX];
    const char *id, *found = NULL;
    json_t *draft;

    if (!contacting_path(d->cli, name, path))
        return false;
    const char *code = path + strlen("/api/v1/contacts/"), *digits = code + CODE_LEN + 1;
    if (strncmp(code, d->state, CODE_LEN) != 0) {
        d->cli->status = cli_say(d->cli, CLI_REFUSED, "%s: this node can only write for %s", name, d->state);
        return false;
    }
    json_object_foreach(d->pending, id, draft) {
        if (strncmp(id, digits, strlen(digits)) == 0)
            found = id;
    }
    if (found != NULL) {
        snprintf(ret, 2 * CONTACT_ID_LEN + 1, "%s", found);
        return true;
    }
    json_t *contact = contacting_get(d->cli, path, NULL);
    if (contact == NULL)
        return false;
    snprintf(ret, 2 * CONTACT_ID_LEN + 1, "%s", json_string_value(json_object_get(contact, "id")));
    json_decref(contact);
    return true;
}

/* What is to be drafted, before the options are applied; NULL after saying why. */
static json_t *edit_base(struct edit *e, struct drafting *d, const char *id) {
    char title[80];

    if (e->file != NULL)
        return formed_file(e->cli, e->file);
    json_t *record = drafting_base(d, id);
    if (record == NULL)
        e->cli->status =
            cli_say(e->cli, CLI_REFUSED, "%s/%s is withdrawn: contact add makes a new one", d->state, id);
    if (record == NULL || !edit_asks(e))
        return record;
    snprintf(title, sizeof title, "Contact %s/%s.", d->state, id);
    json_t *edited = formed_edit(e->cli, title, record);
    json_decref(record);
    return edited;
}

static int edit_found(struct edit *e, struct drafting *d, const char *id) {
    json_t *record = edit_base(e, d, id);
    if (record == NULL || !edit_apply(e, record)) {
        json_decref(record);
        (void)!drafting_end(d);
        return e->cli->status;
    }
    const json_t *announced = json_object_get(drafting_published(d, id), "next");
    if (json_is_object(announced) && json_object_get(record, "valid_from") == NULL)
        cli_say(e->cli, 0, "this takes the place of the version announced for %s too",
                json_string_value(json_object_get(announced, "valid_from")));
    return draft_record(e, d, id, record);
}

int cmd_contact_edit(struct cli *cli, int argc, char **argv) {
    struct edit e = {.cli = cli};
    struct drafting d;
    char id[2 * CONTACT_ID_LEN + 1];

    if (edit_read(&e, argc, argv, 1) < 0 || !cli_open(cli) || !drafting_begin(&d, cli, false))
        return cli->status;
    if (!find_own(&d, argv[1], id)) {
        int status = cli->status;
        (void)!drafting_end(&d);
        return status;
    }
    return edit_found(&e, &d, id);
}

static int withdraw_found(struct cli *cli, struct drafting *d, const char *id) {
    char question[160];
    const json_t *published = drafting_published(d, id);
    snprintf(question, sizeof question, "End %s/%s? Readers will not find it any more.", d->state, id);
    if (published != NULL && !cli_ask(cli, question)) {
        (void)!drafting_end(d);
        return CLI_REFUSED;
    }
    bool drafted_only = published == NULL;
    enum drafting_verdict verdict = drafting_withdraw(d, id);
    if (!drafting_end(d) || verdict == DRAFTING_FAILED)
        return cli->status;
    if (drafted_only && !cli->json) {
        printf("%s/%s: was not published; its draft is gone\n", d->state, id);
        return CLI_DONE;
    }
    return say_drafted(cli, d, id, verdict);
}

int cmd_contact_withdraw(struct cli *cli, int argc, char **argv) {
    struct drafting d;
    char id[2 * CONTACT_ID_LEN + 1];

    if (cli_options(cli, NULL, argc, argv, 1, 1) < 0 || !cli_open(cli) || !drafting_begin(&d, cli, false))
        return cli->status;
    if (!find_own(&d, argv[1], id)) {
        int status = cli->status;
        (void)!drafting_end(&d);
        return status;
    }
    return withdraw_found(cli, &d, id);
}
