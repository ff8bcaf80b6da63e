/* doctor: everything that is stored, recomputed. */
#include <stdio.h>
#include <string.h>

#include "node/backup.h"
#include "node/cli/commands.h"
#include "node/cli/nodesource.h"
#include "node/cli/submit.h"
#include "node/cli/terminal.h"
#include "node/file.h"
#include "node/keyfile.h"

struct doctor {
    struct cli *cli;
    json_t *faults; /* {"where", "what", "do"} */
    json_t *logs;
    uint64_t fault_count, entries, tiles, parts, rows;
    bool failed; /* something could not be looked at: cli->status says why */
};

/* What a person does about damage in a log's own bytes. */
static const char logs_remedy[] =
    "stop the node; restore the newest good backup into a new directory with --take-ledger (comity restore); "
    "what it lacks comes from the peers. Look at the disk first";

static void found(struct doctor *d, const char *where, const char *what, const char *remedy) {
    d->fault_count++;
    json_array_append_new(d->faults,
                          json_pack("{s:s, s:s, s:s}", "where", where, "what", what, "do", remedy));
}

static void take_faults(struct doctor *d, const char *origin, const json_t *faults, const char *remedy) {
    char where[ORIGIN_MAX + 80];
    json_t *f;
    size_t i;

    json_array_foreach(faults, i, f) {
        snprintf(where, sizeof(where), "%s%s%.70s", origin, *origin ? ", " : "",
                 json_string_value(json_object_get(f, "where")));
        found(d, where, json_string_value(json_object_get(f, "what")), remedy);
    }
}

/* ---- files beside the database ---- */

static void check_seed(struct doctor *d, const char *name) {
    char path[PATH_LEN + 96], why[PATH_LEN + 300];
    uint8_t seed[KEY_SEED_LEN];
    enum err err = file_path(path, sizeof(path), d->cli->config.dir, name);

    if (!err)
        err = seed_load(path, seed);
    explicit_bzero(seed, sizeof(seed));
    if (err == ERR_DENIED || err == ERR_TYPE) {
        file_secret_complaint(path, why, sizeof(why));
        found(d, name, err_text(err), why);
    } else if (err) {
        found(d, name, err_text(err), "put it back from a backup: the node cannot be itself without it");
    }
}

static void check_keys(struct doctor *d) {
    static const char *const seeds[] = {"node.key", "witness.key", "box.key"};
    struct backup list;
    struct keyfile file;

    for (unsigned i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
        check_seed(d, seeds[i]);
    if (backup_choose(d->cli->config.dir, &list)) {
        found(d, d->cli->config.dir, "its files cannot be listed", "look at the disk");
        return;
    }
    for (unsigned i = 0; i < list.count; i++) {
        char path[PATH_LEN + 96];
        const char *name = list.file[i].name;
        size_t len = strlen(name);
        bool plain = !strcmp(name, "import.key");
        for (unsigned k = 0; k < sizeof(seeds) / sizeof(seeds[0]); k++)
            plain = plain || !strcmp(name, seeds[k]);
        if (plain || len < 4 || strcmp(name + len - 4, ".key") != 0 ||
            file_path(path, sizeof(path), d->cli->config.dir, name))
            continue;
        enum err err = keyfile_load(path, &file);
        if (err)
            found(d, name, err_text(err),
                  "put it back from a backup, or have the custodians appoint a new key");
    }
}

/* ---- the signer ---- */

static void check_standing(struct doctor *d) {
    struct submit s;
    struct ownlog log;
    struct standing standing;
    char text[STANDING_TEXT_MAX];

    if (!*d->cli->config.code)
        return;
    if (!submit_log(d->cli, &log)) {
        found(d, "the own log", "it cannot be read", logs_remedy);
        return;
    }
    submit_init(&s, d->cli, d->cli->config.dir, 0);
    enum err err = publisher_look(&s.publisher, &log, &standing);
    if (err) {
        found(
            d, LEDGER_DIR, err_text(err),
            "nothing is signed with it; comity publish says which file it is. If the ledger is damaged, the "
            "custodians open the next epoch");
        return;
    }
    standing_say(&standing, &log, text, sizeof(text));
    if (*text)
        found(d, LEDGER_DIR, "ledger and log do not stand as they should", text);
}

/* ---- the logs ---- */

/* Rows derived from the entries, page by page. */
static void check_derived(struct doctor *d, const char *origin) {
    int64_t from = 0;
    json_int_t rows = 0;

    while (from >= 0) {
        json_t *page = cli_call(d->cli, "doctor-log",
                                json_pack("{s:s, s:I}", "origin", origin, "from", (json_int_t)from));
        if (!page) {
            found(d, origin, "what is derived from its entries cannot be read", logs_remedy);
            return;
        }
        take_faults(d, origin, json_object_get(page, "faults"), logs_remedy);
        rows += json_integer_value(json_object_get(page, "rows"));
        const json_t *next = json_object_get(page, "next"), *held = json_object_get(page, "rows_held");
        from = json_is_integer(next) ? json_integer_value(next) : -1;
        if (json_is_integer(held) && json_integer_value(held) != rows)
            found(d, origin, "the directory has rows that no entry gives, or lacks some", logs_remedy);
        json_decref(page);
    }
    d->rows += (uint64_t)rows;
}

static void check_log(struct doctor *d, const char *origin) {
    struct logcheck_report report;
    enum err err = nodesource_check(d->cli, origin, NULL, &report);

    if (err)
        found(d, origin, err == ERR_DENIED ? "its authority note cannot be read" : err_text(err),
              logs_remedy);
    else
        take_faults(d, origin, report.faults, logs_remedy);
    d->fault_count += report.fault_count - json_array_size(report.faults);
    d->entries += report.size;
    d->tiles += report.tiles;
    for (unsigned i = 0; i < 4; i++)
        d->parts += report.parts[i];
    if (!err)
        json_array_append_new(d->logs, nodesource_json(origin, &report));
    logcheck_free(&report);
    check_derived(d, origin);
}

static void check_logs(struct doctor *d) {
    json_t *answer = cli_get(d->cli, "/api/v1/logs", NULL), *log;
    size_t i;

    if (!answer)
        found(d, "the logs", "they cannot be listed", logs_remedy);
    json_array_foreach(json_object_get(answer, "logs"), i, log) {
        const char *origin = json_string_value(json_object_get(log, "origin"));
        if (origin && json_integer_value(json_object_get(log, "size")))
            check_log(d, origin);
    }
    json_decref(answer);
    answer = cli_call(d->cli, "doctor-rest", json_object());
    take_faults(d, "", json_object_get(answer, "faults"), "drop or enter it anew");
    if (!answer)
        found(d, "drafts and roster", "they cannot be read", logs_remedy);
    json_decref(answer);
}

static void print(const struct doctor *d) {
    json_t *f;
    size_t i;

    if (d->cli->json) {
        json_t *document = json_pack("{s:b, s:I, s:O, s:O}", "good", d->fault_count == 0, "fault_count",
                                     (json_int_t)d->fault_count, "faults", d->faults, "logs", d->logs);
        cli_print_json(document);
        json_decref(document);
        return;
    }
    json_array_foreach(d->faults, i, f) {
        printf("WRONG  ");
        terminal_put(stdout, json_string_value(json_object_get(f, "where")));
        printf(": ");
        terminal_put(stdout, json_string_value(json_object_get(f, "what")));
        printf("\n       ");
        terminal_put(stdout, json_string_value(json_object_get(f, "do")));
        puts("");
    }
    if (d->fault_count > json_array_size(d->faults))
        printf("WRONG  and %llu more\n", (unsigned long long)(d->fault_count - json_array_size(d->faults)));
    printf("%zu logs, %llu entries, %llu tiles, %llu parts, %llu rows of the directory: %s\n",
           json_array_size(d->logs), (unsigned long long)d->entries, (unsigned long long)d->tiles,
           (unsigned long long)d->parts, (unsigned long long)d->rows,
           d->fault_count ? "not all is as it was signed" : "all is as it was signed");
}

int cmd_doctor(struct cli *cli, int argc, char **argv) {
    struct doctor d = {.cli = cli};

    if (cli_options(cli, NULL, argc, argv, 0, 0) < 0 || !cli_open(cli))
        return cli->status;
    d.faults = json_array();
    d.logs = json_array();
    check_keys(&d);
    check_logs(&d);
    check_standing(&d);
    print(&d);
    json_decref(cli_call(cli, "erase-run", json_object())); /* what has come due, where no daemon does it */
    json_decref(d.faults);
    json_decref(d.logs);
    return d.fault_count ? CLI_REFUSED : CLI_DONE;
}
