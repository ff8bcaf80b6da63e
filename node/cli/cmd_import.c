#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/cli/commands.h"
#include "node/cli/drafting.h"
#include "node/cli/terminal.h"
#include "node/column.h"
#include "node/file.h"
#include "node/import.h"

#define MAP_FILE_MAX 65536
#define MEMORY_MAX (64u << 20)
#define ROWS_MAX 200000 /* of one file: they stand in memory */
#define SHOWN_GONE 20

/* One run of the command: what was asked for, what was read, what came of it. */
struct run {
    struct cli *cli;
    const char *kind, *language, *source, *delimiter, *key, *map_file, *rejected, *public;
    bool withdraw_gone;
    struct cli_texts maps;
    struct import_options options;
    struct import_map map[IMPORT_MAPS_MAX];
    char *map_text; /* of the map file, cut into pieces */
    struct import *import;
    json_t *rows;    /* good ones, in order: records with id */
    json_t *refused; /* {"line", "reason"} */
    char *rejected_text;
    size_t rejected_len;
    char rejected_path[2 * PATH_LEN];
    json_t *gone; /* ids that earlier files of this source had */
    json_t *kept; /* the same, where this file is a part and cannot tell what has gone */
    size_t read, new, changed, same, withdrawn;
};

static int run_failed(struct run *r) {
    return r->cli->status;
}

/* Options. */

static char *trimmed(char *text) {
    text += strspn(text, " \t");
    for (char *end = text + strlen(text); end > text && (end[-1] == ' ' || end[-1] == '\t');)
        *--end = '\0';
    return text;
}

static bool add_map(struct run *r, char *text, const char *where) {
    char *equals = strrchr(text, '=');
    if (equals == NULL || equals == text || equals[1] == '\0') {
        r->cli->status = cli_say(r->cli, CLI_USAGE, "%s: \"%s\" is no COLUMN=FIELD", where, text);
        return false;
    }
    if (r->options.map_count == IMPORT_MAPS_MAX) {
        r->cli->status = cli_say(r->cli, CLI_USAGE, "%s: more than %d columns", where, IMPORT_MAPS_MAX);
        return false;
    }
    *equals = '\0';
    r->map[r->options.map_count++] = (struct import_map){trimmed(text), trimmed(equals + 1)};
    return true;
}

/* Lines of COLUMN=FIELD; # begins a comment. */
static bool read_map_file(struct run *r) {
    uint8_t *data;
    size_t len, number = 1;
    enum err err = file_read(r->map_file, MAP_FILE_MAX, &data, &len);
    if (err != ERR_OK) {
        r->cli->status = cli_err(r->cli, err, r->map_file, "");
        return false;
    }
    r->map_text = (char *)data;
    for (char *line = r->map_text, *end; line != NULL; line = end, number++) {
        char where[PATH_LEN + 32];
        end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        line[strcspn(line, "\r")] = '\0';
        line = trimmed(line);
        snprintf(where, sizeof where, "%.*s line %zu", PATH_LEN, r->map_file, number);
        if (line[0] != '\0' && line[0] != '#' && !add_map(r, line, where))
            return false;
    }
    return true;
}

static bool read_delimiter(struct run *r) {
    const char *d = r->delimiter;
    if (d == NULL)
        return true;
    r->options.delimiter = strcmp(d, "tab") == 0 || strcmp(d, "\\t") == 0 ? '\t' : d[0];
    if ((strlen(d) == 1 && strchr(",;|:", d[0]) != NULL) || r->options.delimiter == '\t')
        return true;
    r->cli->status = cli_say(r->cli, CLI_USAGE, "--delimiter %s: one of , ; | : or tab is wanted", d);
    return false;
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

static bool read_options(struct run *r, int argc, char **argv) {
    const struct cli_option options[] = {
        {"map", "COLUMN=FIELD", "what a column means (again and again; - for nothing)", NULL, NULL, &r->maps},
        {"map-file", "FILE", "the same, a line each", NULL, &r->map_file, NULL},
        {"kind", "KIND", "of rows that do not say one", NULL, &r->kind, NULL},
        {"language", "TAG", "of names and texts that do not say one", NULL, &r->language, NULL},
        {"public", "FIELDS", "what everybody may see of these contacts", NULL, &r->public, NULL},
        {"source", "NAME", "the list this is, from file to file (default: the file's name)", NULL, &r->source,
         NULL},
        {"key", "COLUMN", "tells rows apart (default: e-mail, organisation, kind)", NULL, &r->key, NULL},
        {"delimiter", "CHARACTER", "between cells (default: found out)", NULL, &r->delimiter, NULL},
        {"rejected", "FILE", "where refused rows go (default: FILE.rejected.csv)", NULL, &r->rejected, NULL},
        {"withdraw-gone", NULL, "draft the end of contacts that earlier files had", &r->withdraw_gone, NULL,
         NULL},
        {0}};
    if (cli_options(r->cli, options, argc, argv, 1, 1) < 0)
        return false;
    r->options.path = argv[1];
    r->options.kind = r->kind;
    r->options.language = r->language;
    r->options.source = r->source;
    r->options.key = r->key;
    r->options.map = r->map;
    for (unsigned i = 0; i < r->maps.count; i++) {
        /* The argument is this process's own to cut. */
        if (!add_map(r, (char *)(uintptr_t)r->maps.text[i], "--map"))
            return false;
    }
    return read_delimiter(r) && (r->map_file == NULL || read_map_file(r));
}

static bool check_values(struct run *r) {
    bool known = r->kind == NULL;
    for (size_t i = 0; record_kinds[i] != NULL && !known; i++)
        known = strcmp(record_kinds[i], r->kind) == 0;
    if (!known) {
        r->cli->status = cli_say(
            r->cli, CLI_USAGE,
            "--kind %s: one of diplomatic, technical, policy, legal, law-enforcement is wanted", r->kind);
        return false;
    }
    if (r->language != NULL && !tag_valid(bytes_str(r->language))) {
        r->cli->status =
            cli_say(r->cli, CLI_USAGE, "--language %s: a tag of BCP 47 such as fr is wanted", r->language);
        return false;
    }
    return true;
}

/* Reading the table: good rows into memory, refused ones to standard error and into a table of their own. */

static void reject(struct run *r, FILE *to, const struct import_row *row) {
    const struct csvrow *header = csvfile_header(import_file(r->import));
    char delimiter = csvfile_delimiter(import_file(r->import));

    if (json_array_size(r->refused) == 0) {
        for (size_t i = 0; i < header->count; i++) {
            csvfile_put(to, header->cell[i], delimiter);
            fputc(delimiter, to);
        }
        fputs("reason\n", to);
    }
    for (size_t i = 0; i < header->count; i++) {
        csvfile_put(to, i < row->cells.count ? row->cells.cell[i] : "", delimiter);
        fputc(delimiter, to);
    }
    csvfile_put(to, row->why.text, delimiter);
    for (size_t i = header->count; i < row->cells.count; i++) {
        fputc(delimiter, to);
        csvfile_put(to, row->cells.cell[i], delimiter);
    }
    fputc('\n', to);
    fprintf(stderr, "line %zu: ", row->cells.line);
    terminal_put(stderr, row->why.text);
    fputc('\n', stderr);
    json_array_append_new(
        r->refused, json_pack("{s:I, s:s}", "line", (json_int_t)row->cells.line, "reason", row->why.text));
}

static bool read_rows(struct run *r) {
    struct import_row row;
    struct progress progress;
    FILE *to = open_memstream(&r->rejected_text, &r->rejected_len);

    if (to == NULL) {
        r->cli->status = cli_err(r->cli, ERR_MEMORY, r->options.path, "");
        return false;
    }
    progress_begin(&progress, "reading", csvfile_size(import_file(r->import)));
    while (r->read <= ROWS_MAX && import_next(r->import, &row)) {
        r->read++;
        if (row.record != NULL)
            json_array_append_new(r->rows, row.record);
        else
            reject(r, to, &row);
        progress_at(&progress, csvfile_at(import_file(r->import)));
    }
    progress_end(&progress);
    fclose(to);
    if (r->read <= ROWS_MAX)
        return true;
    r->cli->status = cli_say(r->cli, CLI_REFUSED, "%s: more than %d rows: nothing was drafted, split it",
                             r->options.path, ROWS_MAX);
    return false;
}

static bool write_rejected_to(struct run *r, const char *path) {
    snprintf(r->rejected_path, sizeof r->rejected_path, "%s", path);
    return file_replace(path, (struct bytes){(const uint8_t *)r->rejected_text, r->rejected_len}) == ERR_OK;
}

/* Beside the file; if nothing can be written there, in the data directory. */
static bool write_rejected(struct run *r) {
    char path[2 * PATH_LEN];
    const char *name = strrchr(r->options.path, '/');

    if (json_array_size(r->refused) == 0)
        return true;
    snprintf(path, sizeof path, "%s" IMPORT_REJECTED, r->options.path);
    if (write_rejected_to(r, r->rejected != NULL ? r->rejected : path))
        return true;
    if (r->rejected != NULL) {
        r->cli->status =
            cli_say(r->cli, CLI_REFUSED,
                    "%s: the refused rows cannot be written there: %s. Nothing was drafted: name another "
                    "place",
                    r->rejected, strerror(errno));
        return false;
    }
    char other[2 * PATH_LEN];
    snprintf(other, sizeof other, "%s/import/%s" IMPORT_REJECTED, r->cli->config.dir,
             name != NULL ? name + 1 : r->options.path);
    if (!write_rejected_to(r, other)) {
        r->rejected_path[0] = '\0';
        cli_say(r->cli, 0, "the refused rows could not be written to %s: --rejected FILE names another place",
                path);
        return true;
    }
    cli_say(r->cli, 0,
            "the refused rows could not be written to %s and are in %s: --rejected FILE names another "
            "place",
            path, other);
    return true;
}

/* What earlier files of this source had: a text of ids, a line each, in the data directory. */

static bool memory_path(const struct run *r, char *path, size_t size) {
    char name[80], hex[17];
    struct digest d = digest_of(bytes_str(import_source(r->import)));
    hex_put(hex, d.b, 8);
    snprintf(name, sizeof name, "import/%s.ids", hex);
    return file_path(path, size, r->cli->config.dir, name) == ERR_OK;
}

static void read_memory(struct run *r, const struct drafting *d) {
    char path[2 * PATH_LEN], id[2 * CONTACT_ID_LEN + 1];
    uint8_t *data;
    size_t len;
    json_t *now = json_object(), *row, *missing = import_is_rejected(r->import) ? r->kept : r->gone;
    size_t i;

    json_array_foreach(r->rows, i, row) {
        json_object_set_new(now, json_string_value(json_object_get(row, "id")), json_true());
    }
    if (memory_path(r, path, sizeof path) && file_read(path, MEMORY_MAX, &data, &len) == ERR_OK) {
        struct bytes rest = {data, len}, line;
        while (line_cut(&rest, &line)) {
            if (line.len != sizeof id - 1)
                continue;
            memcpy(id, line.ptr, line.len);
            id[line.len] = '\0';
            if (json_object_get(now, id) == NULL &&
                (json_object_get(d->present, id) != NULL || json_object_get(d->pending, id) != NULL))
                json_array_append_new(missing, json_string(id));
        }
        free(data);
    }
    json_decref(now);
}

static void write_memory(struct run *r) {
    char path[2 * PATH_LEN], *text = NULL;
    size_t len, i;
    json_t *item;
    FILE *to = open_memstream(&text, &len);

    if (to == NULL)
        return;
    json_array_foreach(r->rows, i, item) fprintf(to, "%s\n", json_string_value(json_object_get(item, "id")));
    json_array_foreach(r->gone, i, item) fprintf(to, "%s\n", json_string_value(item));
    json_array_foreach(r->kept, i, item) fprintf(to, "%s\n", json_string_value(item));
    fclose(to);
    if (!memory_path(r, path, sizeof path) ||
        file_replace(path, (struct bytes){(const uint8_t *)text, len}) != ERR_OK)
        cli_say(r->cli, 0,
                "what this source had could not be noted in %s: contacts that a later file leaves out "
                "will not be told",
                path);
    free(text);
}

/* Drafts. */

/* The contact as it is, with what this table speaks for replaced. */
static json_t *merged(struct drafting *d, const json_t *row, const json_t *members, const char *id) {
    json_t *record = drafting_base(d, id), *value;
    const char *name;
    size_t i;

    if (record == NULL)
        record = json_object();
    json_array_foreach(members, i, value) json_object_del(record, json_string_value(value));
    json_object_foreach((json_t *)(uintptr_t)row, name, value) {
        if (strcmp(name, "id") != 0)
            json_object_set(record, name, value);
    }
    return record;
}

static json_t *public_list(const struct run *r) {
    struct record_error why;
    json_t *holder = json_object(), *list = NULL;
    if (r->public != NULL &&
        column_set(holder, "public", r->public[0] != '\0' ? r->public : " ", "und", &why)) {
        list = json_incref(json_object_get(holder, "public"));
        if (list == NULL)
            list = json_array();
    }
    json_decref(holder);
    return list;
}

static bool draft_rows(struct run *r, struct drafting *d) {
    json_t *members = import_members(r->import), *public = public_list(r), *row;
    struct progress progress;
    bool good = true;
    size_t i;

    progress_begin(&progress, "drafting", json_array_size(r->rows));
    json_array_foreach(r->rows, i, row) {
        const char *id = json_string_value(json_object_get(row, "id"));
        json_t *record = merged(d, row, members, id);
        if (public != NULL)
            json_object_set(record, "public", public);
        enum drafting_verdict verdict = drafting_put(d, id, record);
        json_decref(record);
        r->new += verdict == DRAFTING_NEW;
        r->changed += verdict == DRAFTING_CHANGED;
        r->same += verdict == DRAFTING_SAME;
        good = verdict != DRAFTING_FAILED;
        if (!good)
            break;
        progress_at(&progress, i + 1);
    }
    progress_end(&progress);
    json_decref(public);
    json_decref(members);
    return good;
}

static bool draft_gone(struct run *r, struct drafting *d) {
    size_t i;
    json_t *id;
    if (!r->withdraw_gone)
        return true;
    json_array_foreach(r->gone, i, id) {
        enum drafting_verdict verdict = drafting_withdraw(d, json_string_value(id));
        if (verdict == DRAFTING_FAILED)
            return false;
        r->withdrawn += verdict == DRAFTING_CHANGED;
    }
    return true;
}

/* A contact whose row is refused is not among the good rows, and has not gone. */
static bool gone_agreed(struct run *r) {
    char question[200];
    size_t gone = json_array_size(r->gone), refused = json_array_size(r->refused);

    if (!r->withdraw_gone || gone == 0 || refused == 0)
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
    char path[PATH_LEN + 32];

    if (!drafting_begin(&d, r->cli, true))
        return false;
    if (file_path(path, sizeof path, r->cli->config.dir, "import") == ERR_OK)
        (void)!mkdir(path, 0700);
    read_memory(r, &d);
    bool good = write_rejected(r) && gone_agreed(r) && draft_rows(r, &d) && draft_gone(r, &d);
    int status = r->cli->status;
    if (!good) { /* what has been handed in stays; the rest is not */
        json_array_clear(d.add);
        json_array_clear(d.drop);
    }
    good = drafting_end(&d) && good;
    if (!good && r->cli->status == 0)
        r->cli->status = status;
    if (good)
        write_memory(r);
    return good;
}

/* The report. */

static void print_json(struct run *r) {
    json_t *report =
        json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:O, s:O, s:O}", "file", r->options.path,
                  "format", import_format(r->import), "source", import_source(r->import), "rows",
                  (json_int_t)r->read, "new", (json_int_t)r->new, "changed", (json_int_t)r->changed,
                  "unchanged", (json_int_t)r->same, "withdrawn", (json_int_t)r->withdrawn, "gone", r->gone,
                  "refused", r->refused, "unused_columns", import_unused(r->import));
    if (r->rejected_path[0] != '\0')
        json_object_set_new(report, "rejected_file", json_string(r->rejected_path));
    cli_print_json(report);
    json_decref(report);
}

static void print_gone(struct run *r) {
    size_t count = json_array_size(r->gone), i;
    json_t *id;
    if (count == 0)
        return;
    printf("%zu contact%s of earlier files of \"", count, count == 1 ? "" : "s");
    terminal_put(stdout, import_source(r->import));
    printf("\" %s not in this one%s\n", count == 1 ? "is" : "are",
           r->withdraw_gone ? ": their end is drafted" : " and stay; --withdraw-gone drafts their end:");
    json_array_foreach(r->gone, i, id) {
        if (i == SHOWN_GONE) {
            printf("  ... and %zu more\n", count - i);
            break;
        }
        printf("  %c%c/%s\n", toupper((unsigned char)r->cli->config.code[0]),
               toupper((unsigned char)r->cli->config.code[1]), json_string_value(id));
    }
}

static void print_report(struct run *r) {
    size_t refused = json_array_size(r->refused), i;
    json_t *name;

    json_array_foreach(import_unused(r->import), i, name) {
        cli_say(r->cli, 0, "column %s is not used; --map %s=FIELD says what it means",
                json_string_value(name), json_string_value(name));
    }
    if (r->cli->json) {
        print_json(r);
        return;
    }
    printf("%zu row%s of ", r->read, r->read == 1 ? "" : "s");
    terminal_put(stdout, r->options.path);
    printf(" (%s): %zu new, %zu changed, %zu unchanged, %zu refused\n", import_format(r->import), r->new,
           r->changed, r->same, refused);
    if (r->rejected_path[0] != '\0') {
        fputs("refused rows, with the reason of each: ", stdout);
        terminal_put(stdout, r->rejected_path);
        fputs("\n", stdout);
    }
    print_gone(r);
    if (r->new + r->changed + r->withdrawn > 0)
        puts("comity diff shows what will change, comity publish signs it");
}

static int import_all(struct run *r) {
    struct csverror why;
    if (!cli_open(r->cli))
        return run_failed(r);
    if (r->cli->config.code[0] == '\0')
        return cli_say(r->cli, CLI_REFUSED, "this is an observer's node: it has no State to write for");
    if (!read_secret(r))
        return run_failed(r);
    char code[CODE_LEN + 1] = {(char)toupper((unsigned char)r->cli->config.code[0]),
                               (char)toupper((unsigned char)r->cli->config.code[1]), '\0'};
    r->options.code = code;
    r->import = import_open(&r->options, &why);
    if (r->import == NULL)
        return cli_say(r->cli, CLI_NOTHING, "%s: %s", r->options.path, why.text);
    if (r->withdraw_gone && import_is_rejected(r->import))
        return cli_say(
            r->cli, CLI_USAGE,
            "--withdraw-gone: %s holds refused rows only, and cannot tell which contacts have gone",
            r->options.path);
    if (!read_rows(r) || !draft_all(r))
        return run_failed(r);
    print_report(r);
    if (json_array_size(r->rows) == 0)
        return cli_say(r->cli, CLI_NOTHING, "%s: no row could be imported", r->options.path);
    return CLI_DONE;
}

int cmd_import(struct cli *cli, int argc, char **argv) {
    struct run r = {.cli = cli};
    if (!read_options(&r, argc, argv) || !check_values(&r)) {
        free(r.map_text);
        return cli->status;
    }
    r.rows = json_array();
    r.refused = json_array();
    r.gone = json_array();
    r.kept = json_array();
    int status = import_all(&r);
    import_close(r.import);
    json_decref(r.rows);
    json_decref(r.refused);
    json_decref(r.gone);
    json_decref(r.kept);
    free(r.rejected_text);
    free(r.map_text);
    sodium_memzero(&r, sizeof r);
    return status;
}
