/* import: drafts from a file of contacts; or what it would draft, or a mapping for it. */
#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/cli/commands.h"
#include "node/cli/drafting.h"
#include "node/cli/mapping.h"
#include "node/cli/preview.h"
#include "node/cli/primacy.h"
#include "node/cli/remembered.h"
#include "node/cli/terminal.h"
#include "node/column.h"
#include "node/file.h"
#include "node/suggestion.h"

/* One run of the command: what was asked for, what was read, what came of it. */
struct run {
    struct cli *cli;
    struct mapping mapping;
    const char *map_file, *rejected;
    bool withdraw_gone, propose;
    struct cli_texts maps, sets;
    struct import_options options;
    struct import *import;
    struct remembered before;
    struct progress progress;
    struct preview preview;
    json_t *kept; /* ids to remember beside those of this file */
    char rejected_path[2 * PATH_LEN];
};

/* Options. */

/* A table of refused rows has its header first and is UTF-8, whatever the file was that they came from. */
static bool read_map_file(struct run *r) {
    struct mapping *m = &r->mapping;
    const char *header = m->header, *encoding = m->encoding;

    if (r->map_file == NULL)
        return true;
    if (!mapping_read(m, r->cli, r->map_file))
        return false;
    if (strstr(r->options.path, IMPORT_REJECTED) != NULL) {
        m->header = header;
        m->encoding = encoding;
    }
    return true;
}

static bool read_options(struct run *r, int argc, char **argv) {
    struct mapping *m = &r->mapping;
    const struct cli_option options[] = {
        {"dry-run", NULL, "show what would change, and draft nothing", &r->preview.dry, NULL, NULL},
        {"propose", NULL, "print a mapping for this table, to edit", &r->propose, NULL, NULL},
        {"map", "COLUMN=FIELD", "what a column means (again and again; - for nothing)", NULL, NULL, &r->maps},
        {"map-file", "FILE", "the same, a line each, with other options", NULL, &r->map_file, NULL},
        {"set", "FIELD=VALUE", "for rows that do not say it", NULL, NULL, &r->sets},
        {"kind", "KIND", "of rows that do not say one", NULL, &m->kind, NULL},
        {"language", "TAG", "of names and texts that do not say one", NULL, &m->language, NULL},
        {"dial", "NUMBER", "the country code of numbers without one, such as 33", NULL, &m->dial, NULL},
        {"dates", "ORDER", "of 03/04/2026: day-first or month-first", NULL, &m->dates, NULL},
        {"public", "FIELDS", "what everybody may see of these contacts", NULL, &m->public, NULL},
        {"source", "NAME", "the list this is, from file to file (default: the file's name)", NULL, &m->source,
         NULL},
        {"key", "COLUMN", "tells rows apart (default: e-mail, organisation, kind)", NULL, &m->key, NULL},
        {"format", "FORMAT", "csv, vcard, ldif, json or security.txt (default: found out)", NULL, &m->format,
         NULL},
        {"header", "LINE", "that names the columns (default: the first)", NULL, &m->header, NULL},
        {"delimiter", "CHARACTER", "between cells (default: found out)", NULL, &m->delimiter, NULL},
        {"encoding", "NAME", "such as windows-1252 (default: UTF-8, or UTF-16 by its mark)", NULL,
         &m->encoding, NULL},
        {"rejected", "FILE", "where refused rows go (default: FILE.rejected.csv)", NULL, &r->rejected, NULL},
        {"all", NULL, "list all of what is new, changed, gone or refused", &r->preview.all, NULL, NULL},
        {"withdraw-gone", NULL, "draft the end of contacts that earlier files had", &r->withdraw_gone, NULL,
         NULL},
        {0}};
    if (cli_options(r->cli, options, argc, argv, 1, 1) < 0)
        return false;
    r->options.path = argv[1];
    for (unsigned i = 0; i < r->maps.count; i++) {
        /* The argument is this process's own to cut. */
        if (!mapping_add(m, r->cli, (char *)(uintptr_t)r->maps.text[i], false, "--map"))
            return false;
    }
    for (unsigned i = 0; i < r->sets.count; i++) {
        if (!mapping_add(m, r->cli, (char *)(uintptr_t)r->sets.text[i], true, "--set"))
            return false;
    }
    return read_map_file(r) && mapping_options(m, r->cli, &r->options);
}

/* The key of ids lies in the data directory: made at the first import. */
static bool read_secret(struct run *r) {
    char path[PATH_LEN + 32], hex[2 * IMPORT_KEY_LEN + 2];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err err = file_path(path, sizeof path, r->cli->config.dir, "import.key");

    if (err == ERR_OK)
        err = file_read_secret(path, sizeof hex, &data, &len);
    if (err == ERR_NOT_FOUND) {
        randombytes_buf(r->options.secret, IMPORT_KEY_LEN);
        hex_put(hex, r->options.secret, IMPORT_KEY_LEN);
        hex[sizeof hex - 2] = '\n';
        err = file_write_new(path, (struct bytes){(const uint8_t *)hex, sizeof hex - 1});
    } else if (err == ERR_OK) {
        if (len == sizeof hex - 1 && data[len - 1] == '\n')
            err = hex_get(r->options.secret, IMPORT_KEY_LEN, (struct bytes){data, len - 1});
        else
            err = ERR_CORRUPT;
        sodium_memzero(data, len);
        free(data);
    }
    if (err == ERR_OK)
        return true;
    r->cli->status = cli_err(r->cli, err, path,
                             "It must be 64 hex digits in a file of mode 0600: restore it; "
                             "with another one the same rows would be new contacts.");
    return false;
}

/* Reading the file. */

static void on_progress(void *context, size_t at, size_t size) {
    struct run *r = context;
    r->progress.all = size;
    progress_at(&r->progress, at);
}

static void on_shared(void *context, const char *source, json_t *ret) {
    struct run *r = context;
    remembered_read(&r->before, r->cli, source);
    json_object_update(ret, r->before.shared);
}

static bool open_file(struct run *r, const char *code) {
    struct csverror why;
    r->options.code = code;
    r->options.progress = on_progress;
    r->options.shared = on_shared;
    r->options.context = r;
    progress_begin(&r->progress, "reading", 1);
    r->import = import_open(&r->options, &why);
    progress_end(&r->progress);
    if (r->import == NULL) {
        r->cli->status = cli_say(r->cli, CLI_NOTHING, "%s: %s", r->options.path, why.text);
        return false;
    }
    if (r->withdraw_gone && import_is_rejected(r->import)) {
        r->cli->status =
            cli_say(r->cli, CLI_USAGE,
                    "--withdraw-gone: %s holds refused rows only, and cannot tell which contacts have gone",
                    r->options.path);
        return false;
    }
    return true;
}

/* How many items came to a verdict. */
static size_t count(const struct run *r, enum import_verdict verdict) {
    struct import_row row;
    size_t n = 0;
    for (size_t i = 0; i < import_count(r->import); i++) {
        import_row(r->import, i, &row);
        n += row.verdict == verdict;
    }
    return n;
}

/* Refused items, into a file of their own. */

static bool write_rejected_to(struct run *r, const char *path) {
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);
    if (to == NULL)
        return false;
    import_rejected(r->import, to);
    fclose(to);
    snprintf(r->rejected_path, sizeof r->rejected_path, "%s", path);
    bool good = file_replace(path, (struct bytes){(const uint8_t *)text, len}) == ERR_OK;
    free(text);
    return good;
}

/* Beside the file; if nothing can be written there, in the data directory. */
static bool write_rejected(struct run *r) {
    char path[2 * PATH_LEN], other[2 * PATH_LEN];
    const char *name = strrchr(r->options.path, '/'), *extension = import_extension(r->import);

    if (count(r, IMPORT_REFUSED) == 0 || r->preview.dry)
        return true;
    snprintf(path, sizeof path, "%s" IMPORT_REJECTED "%s", r->options.path, extension);
    bool device =
        r->rejected == NULL && strncmp(path, "/dev/", 5) == 0; /* standard input: beside it is no place */
    if (!device && write_rejected_to(r, r->rejected != NULL ? r->rejected : path))
        return true;
    if (r->rejected != NULL) {
        r->cli->status = cli_say(
            r->cli, CLI_REFUSED,
            "%s: the refused rows cannot be written there: %s. Nothing was drafted: name another place",
            r->rejected, strerror(errno));
        return false;
    }
    snprintf(other, sizeof other, "%s/import", r->cli->config.dir);
    (void)!mkdir(other, 0700);
    snprintf(other, sizeof other, "%s/import/%s" IMPORT_REJECTED "%s", r->cli->config.dir,
             name != NULL ? name + 1 : r->options.path, extension);
    if (!write_rejected_to(r, other)) {
        r->rejected_path[0] = '\0';
        cli_say(r->cli, 0, "the refused rows could not be written to %s: --rejected FILE names another place",
                path);
        return true;
    }
    cli_say(r->cli, 0,
            "the refused rows could not be written to %s and are in %s: --rejected FILE names another place",
            path, other);
    return true;
}

/* Drafts. */

/* The contact as it is, with what this file speaks for replaced. */
static json_t *merged(json_t *base, const json_t *row, const json_t *members) {
    json_t *record = base != NULL && members != NULL ? json_copy(base) : json_object(), *value;
    const char *name;
    size_t i;

    json_array_foreach(members, i, value) json_object_del(record, json_string_value(value));
    json_object_foreach((json_t *)(uintptr_t)row, name, value) {
        if (strcmp(name, "id") != 0)
            json_object_set(record, name, value);
    }
    return record;
}

static json_t *public_list(const struct run *r) {
    const char *fields = r->mapping.public;
    struct record_error why;
    json_t *holder = json_object(), *list = NULL;
    if (fields != NULL && column_set(holder, "public", fields[0] != '\0' ? fields : " ", "und", &why)) {
        list = json_incref(json_object_get(holder, "public"));
        if (list == NULL)
            list = json_array();
    }
    json_decref(holder);
    return list;
}

static void note(struct run *r, enum drafting_verdict verdict, const struct import_row *row, const char *id,
                 const json_t *base, const json_t *record) {
    struct preview *p = &r->preview;
    /* One that is drafted already and not published changes too, as people see it. */
    bool new = verdict == DRAFTING_NEW &&base == NULL;
    bool changed = verdict == DRAFTING_CHANGED || (verdict == DRAFTING_NEW && base != NULL);

    p->same += verdict == DRAFTING_SAME;
    p->added += new;
    p->changed += changed;
    if (!p->dry || !(new || changed))
        return;
    json_t *entry = json_pack("{s:s, s:I, s:O}", "id", id, "line", (json_int_t)row->line, "record", record);
    if (changed)
        json_object_set_new(entry, "fields", record_changes(base, record));
    json_array_append_new(new ? p->new : p->changes, entry);
}

static bool draft_row(struct run *r, struct drafting *d, const struct import_row *row, const json_t *members,
                      json_t *public) {
    const char *id = json_string_value(json_object_get(row->record, "id"));
    json_t *base = drafting_base(d, id), *record = merged(base, row->record, members);
    if (public != NULL)
        json_object_set(record, "public", public);
    enum drafting_verdict verdict = drafting_put(d, id, record);
    note(r, verdict, row, id, base, record);
    json_decref(record);
    json_decref(base);
    return verdict != DRAFTING_FAILED && verdict != DRAFTING_REFUSED;
}

/* What a good row makes of its contact, with its id; NULL if it says nothing that stands in relation to
 * others or to now. */
static json_t *related(const struct run *r, struct drafting *d, size_t index, const json_t *members) {
    static const char *const fields[] = {"primary", "valid_until", "review_by"};
    struct import_row row;
    bool says = false;

    import_row(r->import, index, &row);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        says = says || json_object_get(row.record, fields[i]) != NULL;
    if (!says)
        return NULL;
    json_t *base = drafting_base(d, json_string_value(json_object_get(row.record, "id")));
    json_t *record = merged(base, row.record, members);
    json_object_set(record, "id", json_object_get(row.record, "id"));
    json_decref(base);
    return record;
}

/* Refuse rows for what other contacts are, and are to be: all that the file intends is noted first. */
static void refuse_related(struct run *r, struct drafting *d) {
    json_t *members = import_members(r->import), *rows = json_array(), *entry, *record;
    struct record_error why;
    size_t i;

    json_array_foreach(r->preview.gone, i, entry) {
        record = json_object_get(entry, "record");
        if (r->withdraw_gone && json_is_true(json_object_get(record, "primary")))
            primacy_intend(d, json_string_value(json_object_get(entry, "id")), NULL);
    }
    for (i = 0; i < import_count(r->import); i++) {
        if ((record = related(r, d, i, members)) == NULL)
            continue;
        if (json_object_get(record, "primary") != NULL)
            primacy_intend(d, json_string_value(json_object_get(record, "id")), record);
        json_array_append_new(rows, json_pack("{s:I, s:o}", "row", (json_int_t)i, "record", record));
    }
    json_array_foreach(rows, i, entry) {
        record = json_object_get(entry, "record");
        if (drafting_refuses(d, json_string_value(json_object_get(record, "id")), record, &why))
            import_refuse(r->import, (size_t)json_integer_value(json_object_get(entry, "row")), why.text);
    }
    json_decref(rows);
    json_decref(members);
}

static bool draft_rows(struct run *r, struct drafting *d) {
    json_t *members = import_members(r->import), *public = public_list(r);
    struct import_row row;
    bool good = true;

    progress_begin(&r->progress, "drafting", import_count(r->import));
    for (size_t i = 0; i < import_count(r->import) && good; i++) {
        import_row(r->import, i, &row);
        r->preview.repeated += row.verdict == IMPORT_REPEATED;
        if (row.verdict == IMPORT_GOOD)
            good = draft_row(r, d, &row, members, public);
        progress_at(&r->progress, i + 1);
    }
    progress_end(&r->progress);
    json_decref(public);
    json_decref(members);
    return good;
}

/* Contacts of earlier files that this one does not have: gone, or only not in this part of it. */
static void find_gone(struct run *r, struct drafting *d) {
    json_t *now = json_object(), *value;
    struct import_row row;
    const char *id;

    for (size_t i = 0; i < import_count(r->import); i++) {
        import_row(r->import, i, &row);
        if (row.record != NULL)
            json_object_set_new(now, json_string_value(json_object_get(row.record, "id")), json_true());
    }
    json_object_foreach(r->before.ids, id, value) {
        json_t *record = json_object_get(now, id) == NULL ? drafting_base(d, id) : NULL;
        if (record == NULL)
            continue;
        json_object_set_new(r->kept, id, json_true());
        if (!import_is_rejected(r->import))
            json_array_append_new(r->preview.gone, json_pack("{s:s, s:O}", "id", id, "record", record));
        json_decref(record);
    }
    json_object_update(r->kept, now);
    json_decref(now);
}

static bool draft_gone(struct run *r, struct drafting *d) {
    size_t i;
    json_t *entry;
    if (!r->withdraw_gone)
        return true;
    json_array_foreach(r->preview.gone, i, entry) {
        enum drafting_verdict verdict = drafting_withdraw(d, json_string_value(json_object_get(entry, "id")));
        if (verdict == DRAFTING_FAILED)
            return false;
        r->preview.withdrawn += verdict == DRAFTING_CHANGED;
    }
    return true;
}

/* A contact whose row is refused is not among the good rows, and has not gone. */
static bool gone_agreed(struct run *r) {
    char question[200];
    size_t gone = json_array_size(r->preview.gone), refused = count(r, IMPORT_REFUSED);

    if (!r->withdraw_gone || r->preview.dry || gone == 0 || refused == 0)
        return true;
    snprintf(
        question, sizeof question,
        "%zu row%s refused, and some of the %zu contact%s counted as gone may be theirs. Draft the end of "
        "%s?",
        refused, refused == 1 ? " is" : "s are", gone, gone == 1 ? "" : "s", gone == 1 ? "it" : "them all");
    if (cli_ask(r->cli, question))
        return true;
    r->cli->status = cli_say(r->cli, CLI_REFUSED, "nothing was drafted: mend the refused rows first");
    return false;
}

static bool draft_all(struct run *r) {
    struct drafting d;

    if (!drafting_begin(&d, r->cli, true))
        return false;
    d.dry = r->preview.dry;
    find_gone(r, &d);
    refuse_related(r, &d);
    bool good = write_rejected(r) && gone_agreed(r) && draft_rows(r, &d) && draft_gone(r, &d);
    int status = r->cli->status;
    if (!good) { /* what has been handed in stays; the rest is not */
        handin_forget(&d.handin);
    }
    good = drafting_end(&d) && good;
    if (!good && r->cli->status == 0)
        r->cli->status = status;
    if (good && !r->preview.dry)
        remembered_write(r->cli, import_source(r->import), r->kept, import_shared(r->import));
    return good;
}

static void print_report(struct run *r) {
    size_t i;
    json_t *name;

    r->preview.rejected = r->rejected_path;
    preview_refused(&r->preview);
    if (!r->cli->json)
        preview_notices(&r->preview);
    json_array_foreach(import_unused(r->import), i, name) {
        cli_say(r->cli, 0, "column %s is not used; --map %s=FIELD says what it means",
                json_string_value(name), json_string_value(name));
    }
    if (r->cli->json)
        preview_print_json(&r->preview);
    else
        preview_print(&r->preview);
}

static int propose(struct run *r) {
    struct csverror why;
    if (!suggestion_print(stdout, &r->options, &why))
        return cli_say(r->cli, CLI_NOTHING, "%s: %s", r->options.path, why.text);
    return CLI_DONE;
}

static int import_all(struct run *r) {
    if (!cli_open(r->cli) || !mapping_kind(&r->mapping, r->cli))
        return r->cli->status;
    if (r->cli->config.code[0] == '\0')
        return cli_say(r->cli, CLI_REFUSED, "this is an observer's node: it has no State to write for");
    const char code[CODE_LEN + 1] = {(char)toupper((unsigned char)r->cli->config.code[0]),
                                     (char)toupper((unsigned char)r->cli->config.code[1]), '\0'};
    if (!read_secret(r) || !open_file(r, code))
        return r->cli->status;
    r->preview.import = r->import;
    if (!draft_all(r)) {
        preview_refused(&r->preview);
        return r->cli->status;
    }
    print_report(r);
    if (count(r, IMPORT_GOOD) == 0)
        return cli_say(r->cli, CLI_NOTHING, "%s: no row could be imported", r->options.path);
    return CLI_DONE;
}

int cmd_import(struct cli *cli, int argc, char **argv) {
    struct run r = {.cli = cli, .preview = {.cli = cli}};
    int status = CLI_USAGE;
    if (read_options(&r, argc, argv)) {
        r.preview.path = r.options.path;
        r.preview.new = json_array();
        r.preview.changes = json_array();
        r.preview.gone = json_array();
        r.kept = json_object();
        status = r.propose ? propose(&r) : import_all(&r);
    } else {
        status = cli->status;
    }
    import_close(r.import);
    remembered_free(&r.before);
    json_decref(r.preview.new);
    json_decref(r.preview.changes);
    json_decref(r.preview.gone);
    json_decref(r.kept);
    mapping_free(&r.mapping);
    sodium_memzero(&r, sizeof r);
    return status;
}
