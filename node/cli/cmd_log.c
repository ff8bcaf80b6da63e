/* log list, show, keys, verify and export. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/commands.h"
#include "node/cli/logname.h"
#include "node/cli/nodesource.h"
#include "node/cli/peerheads.h"
#include "node/cli/terminal.h"
#include "node/export.h"
#include "node/forkfile.h"
#include "node/logcheck.h"
#include "node/tilepath.h"

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static void number_of(const json_t *object, const char *name, char ret[static 24]) {
    snprintf(ret, 24, "%lld", (long long)json_integer_value(json_object_get(object, name)));
}

/* "disputed, incomplete"; that it is over this node's quota is no flag of the log, but is read here */
static void flags_of(const json_t *log, char ret[static 64]) {
    size_t i;
    json_t *flag;
    ret[0] = '\0';
    json_array_foreach(json_object_get(log, "flags"), i, flag) {
        size_t len = strlen(ret);
        snprintf(ret + len, 64 - len, "%s%s", i > 0 ? ", " : "", json_string_value(flag));
    }
    if (json_is_true(json_object_get(log, "over_quota")))
        snprintf(ret + strlen(ret), 64 - strlen(ret), "%sover quota", *ret ? ", " : "");
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

/* The file that shows a fork to anybody (node/forkfile.h), on standard output. */
static int print_evidence(struct cli *cli, const char *origin) {
    struct proposal chain = {0};
    uint8_t bytes[EVIDENCE_MAX];
    char path[ORIGIN_MAX + 40], *text = NULL;
    size_t len = 0;

    snprintf(path, sizeof path, "/api/v1/logs/%s/evidence", origin);
    json_t *answer = cli_get(cli, path, NULL);
    if (answer == NULL)
        return cli->status;
    const json_t *newest = json_array_get(json_object_get(answer, "evidence"), 0);
    enum err err = newest == NULL
                       ? ERR_NOT_FOUND
                       : base64_get(bytes, sizeof bytes, &len, bytes_str(text_of(newest, "evidence")));
    if (err == ERR_OK && !peerheads_chain(cli, origin, &chain))
        err = ERR_DENIED;
    if (err == ERR_OK)
        err = forkfile_print((struct bytes){bytes, len}, &chain, &text);
    if (err == ERR_OK && cli->json)
        cli_print_json(answer);
    else if (err == ERR_OK)
        fputs(text, stdout);
    free(text);
    proposal_free(&chain);
    json_decref(answer);
    if (err == ERR_NOT_FOUND)
        return cli_say(cli, CLI_REFUSED, "%s: no fork of this log is known here", origin);
    return err == ERR_OK ? CLI_DONE : err == ERR_DENIED ? cli->status : cli_err(cli, err, origin, "");
}

/* What lies beyond the view of a log in dispute. */
static void print_dispute(const json_t *log) {
    size_t i;
    json_t *one;

    if (json_object_get(log, "f") != NULL)
        printf("%-10s entries from %lld on differ between two signed histories: `comity log show --evidence` "
               "proves "
               "it\n",
               "dispute", (long long)json_integer_value(json_object_get(log, "f")));
    json_array_foreach(json_object_get(log, "variants"), i, one)
        printf("%-10s %zu: to size %lld, root %s, %zu entries on contacts\n", "variant", i + 1,
               (long long)json_integer_value(json_object_get(one, "size")), text_of(one, "root"),
               json_array_size(json_object_get(one, "contacts")));
    json_array_foreach(json_object_get(log, "rivals"), i, one)
        printf("%-10s %zu: epoch %lld, %s\n           %s\n", "rival", i + 1,
               (long long)json_integer_value(json_object_get(one, "epoch")), text_of(one, "fingerprint"),
               text_of(one, "fingerprint_words"));
}

int cmd_log_show(struct cli *cli, int argc, char **argv) {
    static const char *const lines[] = {"state", "origin",   "size",      "root",  "epoch", "held",
                                        "bytes", "cosigned", "freshness", "moved", "trust", NULL};
    bool evidence = false;
    const struct cli_option options[] = {{"evidence", NULL,
                                          "print the proof of its newest fork, which comity verify takes",
                                          &evidence, NULL, NULL},
                                         {0}};
    if (cli_options(cli, options, argc, argv, 1, 1) < 0 || !cli_open(cli))
        return cli->status;
    json_t *log = logname_find(cli, argv[1]);
    if (log == NULL)
        return cli->status;
    if (evidence) {
        cli->status = print_evidence(cli, text_of(log, "origin"));
        json_decref(log);
        return cli->status;
    }
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
        print_dispute(log);
    }
    json_decref(log);
    return CLI_DONE;
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
    struct proposal chain = {0};
    struct authority authority;
    uint64_t at = 0;
    size_t i;
    json_t *key;

    enum err err = ERR_OK;
    bool there = peerheads_chain(cli, origin, &chain);
    if (there)
        err = proposal_judge(&chain, &at);
    if (there && err == ERR_OK)
        authority = *proposal_authority(&chain);
    proposal_free(&chain);
    if (!there)
        return cli->status;
    if (err != ERR_OK)
        return cli_err(cli, err, origin, "Its authority notes do not prove its keys.");
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
    if (report->proof != LOGCHECK_CHECKPOINT)
        printf("its root is proven by %s, not by a checkpoint\n",
               report->proof == LOGCHECK_ANCHOR ? "the anchor of an authority note" : "evidence of a fork");
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
    struct logcheck_report report;
    enum err err = nodesource_check(cli, origin, dir, &report);
    int status = report.fault_count == 0 ? CLI_DONE : CLI_REFUSED;

    if (err == ERR_DENIED) {
        status = cli->status;
    } else if (err != ERR_OK) {
        status = cli_err(cli, err, dir != NULL ? dir : origin, "The log could not be read to its end.");
    } else if (cli->json) {
        json_t *answer = nodesource_json(origin, &report);
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
    struct nodesource node = {.cli = cli, .origin = origin};
    const struct logsource source = {nodesource_get, &node};
    struct progress progress = {0};
    struct export_report report;

    enum err err = export_log(&source, origin, dir, nodesource_progress, &progress, &report);
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
