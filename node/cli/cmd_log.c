/* log list, show, keys, verify and export. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/commands.h"
#include "node/cli/logname.h"
#include "node/cli/terminal.h"
#include "node/export.h"
#include "node/logcheck.h"
#include "node/tilepath.h"
#include "proto/gate.h"

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static void number_of(const json_t *object, const char *name, char ret[static 24]) {
    snprintf(ret, 24, "%lld", (long long)json_integer_value(json_object_get(object, name)));
}

/* "disputed, incomplete" */
static void flags_of(const json_t *log, char ret[static 64]) {
    size_t i;
    json_t *flag;
    ret[0] = '\0';
    json_array_foreach(json_object_get(log, "flags"), i, flag) {
        size_t len = strlen(ret);
        snprintf(ret + len, 64 - len, "%s%s", i > 0 ? ", " : "", json_string_value(flag));
    }
}

int cmd_log_list(struct cli *cli, int argc, char **argv) {
    static const char *const columns[] = {"STATE", ">SIZE", ">EPOCH", "TRUST", "FRESH",
                                          "FLAGS", "ROOT",  "ORIGIN", NULL};
    if (cli_options(cli, NULL, argc, argv, 0, 0) < 0 || !cli_open(cli))
        return cli->status;
    json_t *answer = cli_get(cli, "/api/v1/logs", NULL), *log;
    if (answer == NULL)
        return cli->status;
    if (cli->json) {
        cli_print_json(answer);
        json_decref(answer);
        return CLI_DONE;
    }
    struct cli_table *table = cli_table_new(columns);
    size_t i;
    json_array_foreach(json_object_get(answer, "logs"), i, log) {
        char size[24], epoch[24], flags[64];
        number_of(log, "size", size);
        number_of(log, "epoch", epoch);
        flags_of(log, flags);
        cli_table_row(table, (const char *const[]){text_of(log, "state"), size, epoch, text_of(log, "trust"),
                                                   text_of(log, "freshness"), flags, text_of(log, "root"),
                                                   text_of(log, "origin")});
    }
    cli_table_print(table);
    json_decref(answer);
    return CLI_DONE;
}

int cmd_log_show(struct cli *cli, int argc, char **argv) {
    static const char *const lines[] = {"state",    "origin",    "size",  "root",  "epoch", "held",
                                        "cosigned", "freshness", "moved", "trust", NULL};
    if (cli_options(cli, NULL, argc, argv, 1, 1) < 0 || !cli_open(cli))
        return cli->status;
    json_t *log = logname_find(cli, argv[1]);
    if (log == NULL)
        return cli->status;
    if (cli->json) {
        cli_print_json(log);
    } else {
        char flags[64];
        for (size_t i = 0; lines[i] != NULL; i++) {
            const json_t *value = json_object_get(log, lines[i]);
            if (json_is_integer(value))
                printf("%-10s %lld\n", lines[i], (long long)json_integer_value(value));
            else if (json_is_string(value))
                printf("%-10s %s\n", lines[i], json_string_value(value));
        }
        flags_of(log, flags);
        printf("%-10s %s\n", "flags", flags[0] != '\0' ? flags : "none");
    }
    json_decref(log);
    return CLI_DONE;
}

/* The authority note of epoch 0, as the node keeps it; its text is in *answer. */
struct first_note {
    json_t *answer;
    struct package_note note;
};

static bool fixed_base64(const json_t *text, uint8_t *ret, size_t want) {
    size_t len;
    return json_is_string(text) &&
           base64_get(ret, want, &len, bytes_str(json_string_value(text))) == ERR_OK && len == want;
}

static bool first_note_get(struct cli *cli, const char *origin, struct first_note *ret) {
    char path[160];
    size_t i;
    json_t *item;

    memset(ret, 0, sizeof *ret);
    snprintf(path, sizeof path, "/api/v1/logs/%s/notes", origin);
    ret->answer = cli_get(cli, path, NULL);
    const json_t *note = json_array_get(ret->answer, 0), *text = json_object_get(note, "text");
    bool good = json_is_string(text);
    json_array_foreach(json_object_get(note, "signatures"), i, item) {
        struct authority_signature *s = &ret->note.signature[ret->note.count];
        if (i == sizeof ret->note.signature / sizeof ret->note.signature[0])
            break;
        good = good && fixed_base64(json_object_get(item, "key"), s->key.b, KEY_LEN) &&
               fixed_base64(json_object_get(item, "signature"), s->signature.b, SIGNATURE_LEN);
        ret->note.count++;
    }
    if (good) {
        ret->note.text = bytes_str(json_string_value(text));
        return true;
    }
    if (ret->answer != NULL)
        cli->status = cli_say(cli, CLI_FAULT, "the authority note of %s cannot be read", origin);
    json_decref(ret->answer);
    ret->answer = NULL;
    return false;
}

static void add_key(json_t *keys, const char *role, const struct note_key *key) {
    char vkey[KEY_NAME_MAX + 80];
    if (note_vkey_put(vkey, sizeof vkey, key) == ERR_OK)
        json_array_append_new(keys, json_pack("{s:s, s:s}", "role", role, "vkey", vkey));
}

static json_t *keys_of(const char *origin, const struct authority *authority) {
    json_t *keys = json_array();
    char name[KEY_NAME_MAX + 1];
    authority_root_name(authority, name);
    for (unsigned i = 0; i < authority->operator_count; i++)
        add_key(keys, "operator", &(struct note_key){origin, KEY_TYPE_ED25519, authority->operator_key[i]});
    for (unsigned i = 0; i < authority->root_count; i++)
        add_key(keys, "root", &(struct note_key){name, KEY_TYPE_ED25519, authority->root[i]});
    return keys;
}

static int print_keys(struct cli *cli, const char *origin) {
    struct first_note first;
    struct authority authority;
    size_t i;
    json_t *key;

    if (!first_note_get(cli, origin, &first))
        return cli->status;
    enum err err = gate_open(origin, &first.note, &authority);
    json_decref(first.answer);
    if (err != ERR_OK)
        return cli_err(cli, err, origin, "Its authority note does not prove its keys.");
    json_t *keys = keys_of(origin, &authority);
    if (cli->json) {
        json_t *answer = json_pack("{s:s, s:O}", "origin", origin, "keys", keys);
        cli_print_json(answer);
        json_decref(answer);
    } else {
        json_array_foreach(keys, i, key) printf("%-8s %s\n", text_of(key, "role"), text_of(key, "vkey"));
    }
    json_decref(keys);
    return CLI_DONE;
}

int cmd_log_keys(struct cli *cli, int argc, char **argv) {
    if (cli_options(cli, NULL, argc, argv, 1, 1) < 0 || !cli_open(cli))
        return cli->status;
    json_t *log = logname_find(cli, argv[1]);
    if (log == NULL)
        return cli->status;
    int status = print_keys(cli, text_of(log, "origin"));
    json_decref(log);
    return status;
}

/* The node as a source of a log's files, and of its parts. */
struct node_source {
    struct cli *cli;
    const char *origin;
    json_t *parts; /* the page at hand */
    size_t at;     /* of the next one in it */
    int64_t next;  /* where the next page begins; -1: there is none */
    bool failed;   /* a page could not be read */
};

static enum err node_read(struct node_source *s, const char *path, const char *query, uint8_t **ret,
                          size_t *ret_len) {
    struct api_reply reply = {0};
    enum err err = session_get(s->cli->session, path, query, &reply);
    if (err == ERR_OK && reply.status != 200)
        err = reply.status == 404 ? ERR_NOT_FOUND : reply.status == 500 ? ERR_CORRUPT : ERR_IO;
    if (err != ERR_OK) {
        free(reply.body);
        return err;
    }
    *ret = (uint8_t *)reply.body;
    *ret_len = reply.len;
    return ERR_OK;
}

/* One entry, for bundles that are too long for one answer. */
static enum err append_entry(struct node_source *s, uint64_t index, uint8_t *bundle, size_t max,
                             size_t *len) {
    char path[200];
    unsigned status = 0;
    size_t leaf_len = 0;
    uint8_t leaf[LEAF_MAX];
    snprintf(path, sizeof path, "/api/v1/logs/%s/entries/%llu", s->origin, (unsigned long long)index);
    json_t *entry = session_json(s->cli->session, path, "", &status);
    const char *text = json_string_value(json_object_get(entry, "leaf"));
    enum err err = text == NULL ? ERR_NOT_FOUND : base64_get(leaf, sizeof leaf, &leaf_len, bytes_str(text));
    json_decref(entry);
    if (err == ERR_OK && *len + 2 + leaf_len > max)
        err = ERR_SIZE;
    if (err != ERR_OK)
        return err;
    bundle[(*len)++] = (uint8_t)(leaf_len >> 8);
    bundle[(*len)++] = (uint8_t)leaf_len;
    memcpy(bundle + *len, leaf, leaf_len);
    *len += leaf_len;
    return ERR_OK;
}

static enum err bundle_by_entries(struct node_source *s, uint64_t first, uint8_t **ret, size_t *ret_len) {
    size_t max = TILE_WIDTH * (2 + LEAF_MAX), len = 0;
    uint8_t *bundle = malloc(max);
    enum err err = bundle == NULL ? ERR_MEMORY : ERR_OK;
    for (unsigned i = 0; err == ERR_OK && i < TILE_WIDTH; i++)
        err = append_entry(s, first + i, bundle, max, &len);
    if (err != ERR_OK) {
        free(bundle);
        return err;
    }
    *ret = bundle;
    *ret_len = len;
    return ERR_OK;
}

/* The number of a full entry bundle, from its path; false if the path is of something else. */
static bool full_bundle(const char *path, uint64_t *ret) {
    uint64_t index = 0;
    static const char head[] = "tile/entries/";
    if (strncmp(path, head, sizeof head - 1) != 0 || strstr(path, ".p/") != NULL)
        return false;
    for (const char *c = path + sizeof head - 1; *c != '\0'; c++)
        if (isdigit((unsigned char)*c))
            index = index * 10 + (uint64_t)(*c - '0');
    *ret = index;
    return true;
}

static enum err node_get(void *context, const char *path, uint8_t **ret, size_t *ret_len) {
    struct node_source *s = context;
    char whole[200];
    uint64_t bundle;
    snprintf(whole, sizeof whole, "/log/%s/%s", s->origin, path);
    enum err err = node_read(s, whole, "", ret, ret_len);
    if (err != ERR_OK && err != ERR_NOT_FOUND && full_bundle(path, &bundle))
        err = bundle_by_entries(s, bundle * TILE_WIDTH, ret, ret_len);
    return err;
}

/* Take the page that begins at an index. */
static void page_turn(struct node_source *s, uint64_t from) {
    char path[160], query[48];
    unsigned status = 0;
    snprintf(path, sizeof path, "/api/v1/logs/%s/parts", s->origin);
    snprintf(query, sizeof query, "from=%llu", (unsigned long long)from);
    json_t *page = session_json(s->cli->session, path, query, &status);
    json_decref(s->parts);
    s->parts = json_incref(json_object_get(page, "parts"));
    s->at = 0;
    s->failed = s->failed || page == NULL;
    const json_t *next = json_object_get(page, "next");
    s->next = json_is_integer(next) ? json_integer_value(next) : -1;
    json_decref(page);
}

/* The part of this entry and class in the page at hand, passing over those before it. */
static const json_t *page_find(struct node_source *s, uint64_t index, const char *class) {
    for (; s->at < json_array_size(s->parts); s->at++) {
        const json_t *part = json_array_get(s->parts, s->at);
        uint64_t at = (uint64_t)json_integer_value(json_object_get(part, "index"));
        if (at > index || (at == index && strcmp(text_of(part, "class"), class) == 0))
            return at == index ? part : NULL;
    }
    return NULL;
}

static enum part_state node_part(void *context, uint64_t index, enum part_class class, uint8_t **ret,
                                 size_t *ret_len) {
    struct node_source *s = context;
    while (s->next >= 0 && (s->parts == NULL || index >= (uint64_t)s->next))
        page_turn(s, s->parts == NULL ? index : (uint64_t)s->next);
    const json_t *part = page_find(s, index, class == PART_PUBLIC ? "public" : "members");
    const char *text = json_string_value(json_object_get(part, "part"));
    if (text == NULL)
        return strcmp(text_of(part, "state"), "withheld") == 0 ? PART_WITHHELD : PART_GONE;
    uint8_t *data = malloc(SALT_LEN + PART_MAX);
    if (data == NULL || base64_get(data, SALT_LEN + PART_MAX, ret_len, bytes_str(text)) != ERR_OK) {
        free(data);
        return PART_GONE;
    }
    *ret = data;
    return PART_HELD;
}

static void show_progress(void *context, uint64_t done, uint64_t all) {
    struct progress *p = context;
    if (p->what == NULL || p->all != all)
        progress_begin(p, "log", all);
    progress_at(p, done);
}

static json_t *report_json(const char *origin, const struct logcheck_report *report) {
    char root[BASE64_LEN(DIGEST_LEN) + 1];
    size_t pos = 0;
    if (base64_put(root, sizeof root, &pos, BYTES(report->root.b)) != ERR_OK)
        root[0] = '\0';
    json_t *parts =
        json_pack("{s:I, s:I, s:I}", "held", (json_int_t)report->parts[PART_HELD], "withheld",
                  (json_int_t)report->parts[PART_WITHHELD], "gone", (json_int_t)report->parts[PART_GONE]);
    return json_pack("{s:s, s:b, s:b, s:I, s:s, s:I, s:I, s:I, s:I, s:o, s:I, s:O}", "origin", origin, "good",
                     report->fault_count == 0, "names_authority", report->named, "size",
                     (json_int_t)report->size, "root", root, "signatures", (json_int_t)report->signatures,
                     "cosignatures", (json_int_t)report->cosignatures, "tiles", (json_int_t)report->tiles,
                     "unknown_leaves", (json_int_t)report->leaves_unknown, "parts", parts, "fault_count",
                     (json_int_t)report->fault_count, "faults", report->faults);
}

static void print_report(const struct logcheck_report *report, const char *where, bool with_parts) {
    size_t i;
    json_t *f;
    json_array_foreach(report->faults, i, f) {
        printf("WRONG  %s: ", text_of(f, "where"));
        terminal_put(stdout, text_of(f, "what"));
        fputs("\n", stdout);
    }
    if (report->fault_count > json_array_size(report->faults))
        printf("WRONG  and %llu more\n",
               (unsigned long long)(report->fault_count - json_array_size(report->faults)));
    printf("%s: %llu entries, %llu tile%s, %u operator signature%s, %u cosignature%s of its own nodes\n",
           where, (unsigned long long)report->size, (unsigned long long)report->tiles,
           report->tiles == 1 ? "" : "s", report->signatures, report->signatures == 1 ? "" : "s",
           report->cosignatures, report->cosignatures == 1 ? "" : "s");
    if (with_parts)
        printf("parts: %llu held, %llu withheld, %llu gone\n", (unsigned long long)report->parts[PART_HELD],
               (unsigned long long)report->parts[PART_WITHHELD],
               (unsigned long long)report->parts[PART_GONE]);
    else
        puts("parts: none here; a node's own are verified without DIR");
    if (!report->named)
        puts("its first entry does not name the authority note, as it should");
    if (report->leaves_unknown > 0)
        printf("%llu entries mean nothing to this version and are kept\n",
               (unsigned long long)report->leaves_unknown);
    puts(report->fault_count == 0 ? "all of it is as it was signed"
                                  : "this log is damaged, or is not what was signed");
}

static int verify(struct cli *cli, const char *origin, const char *dir) {
    struct node_source node = {.cli = cli, .origin = origin};
    struct logsource source = dir != NULL ? logsource_directory(dir) : (struct logsource){node_get, &node};
    struct first_note first;
    struct progress progress = {0};
    struct logcheck_report report;

    if (!first_note_get(cli, origin, &first))
        return cli->status;
    const struct logcheck_options options = {.source = &source,
                                             .origin = origin,
                                             .note = &first.note,
                                             .part = dir == NULL ? node_part : NULL,
                                             .context = &node,
                                             .progress = show_progress,
                                             .progress_context = &progress};
    enum err err = logcheck(&options, &report);
    if (progress.what != NULL)
        progress_end(&progress);
    json_decref(first.answer);
    json_decref(node.parts);
    int status = report.fault_count == 0 ? CLI_DONE : CLI_REFUSED;
    if (err == ERR_OK && node.failed)
        err = ERR_CORRUPT;
    if (err != ERR_OK) {
        status = cli_err(cli, err, dir != NULL ? dir : origin, "The log could not be read to its end.");
    } else if (cli->json) {
        json_t *answer = report_json(origin, &report);
        cli_print_json(answer);
        json_decref(answer);
    } else {
        print_report(&report, dir != NULL ? dir : origin, dir == NULL);
    }
    logcheck_free(&report);
    return status;
}

int cmd_log_verify(struct cli *cli, int argc, char **argv) {
    int count = cli_options(cli, NULL, argc, argv, 1, 2);
    if (count < 0 || !cli_open(cli))
        return cli->status;
    json_t *log = logname_find(cli, argv[1]);
    if (log == NULL)
        return cli->status;
    int status = verify(cli, text_of(log, "origin"), count == 2 ? argv[2] : NULL);
    json_decref(log);
    return status;
}

static int export_to(struct cli *cli, const char *origin, const char *dir) {
    struct node_source node = {.cli = cli, .origin = origin};
    const struct logsource source = {node_get, &node};
    struct progress progress = {0};
    struct export_report report;

    enum err err = export_log(&source, origin, dir, show_progress, &progress, &report);
    if (progress.what != NULL)
        progress_end(&progress);
    if (err != ERR_OK)
        return cli_err(cli, err, dir, report.why);
    if (cli->json) {
        json_t *answer =
            json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "origin", origin, "directory", dir, "size",
                      (json_int_t)report.size, "size_before", (json_int_t)report.size_before, "files_written",
                      (json_int_t)report.written, "files_kept", (json_int_t)report.kept);
        cli_print_json(answer);
        json_decref(answer);
    } else {
        printf("%s: %llu entries of %s (%llu before), %llu files written, %llu there already\n", dir,
               (unsigned long long)report.size, origin, (unsigned long long)report.size_before,
               (unsigned long long)report.written, (unsigned long long)report.kept);
    }
    return CLI_DONE;
}

int cmd_log_export(struct cli *cli, int argc, char **argv) {
    if (cli_options(cli, NULL, argc, argv, 2, 2) < 0 || !cli_open(cli))
        return cli->status;
    json_t *log = logname_find(cli, argv[1]);
    if (log == NULL)
        return cli->status;
    int status = export_to(cli, text_of(log, "origin"), argv[2]);
    json_decref(log);
    return status;
}
