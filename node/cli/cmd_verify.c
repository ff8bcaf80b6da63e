/* verify: what a receipt or the file of a fork proves, and what it does not, without a node. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/cli/commands.h"
#include "node/cli/terminal.h"
#include "node/cli/verify_fork.h"
#include "node/cli/wording.h"
#include "node/file.h"
#include "node/fingerprint.h"
#include "node/forkfile.h"
#include "node/record.h"
#include "proto/receipt.h"

#define FILE_MAX (FORKFILE_MAX > RECEIPT_MAX ? FORKFILE_MAX : RECEIPT_MAX)
#define WORDS_ROOM (FINGERPRINT_WORDS + 160)

/* A file, read and judged. */
struct verdict {
    const char *file, *wanted; /* fingerprint, or NULL */
    uint8_t *text, *extra;
    struct authority chain[EPOCHS_MAX];
    struct receipt receipt;
    struct receipt_report report;
    char fingerprint[FINGERPRINT_TEXT], words[WORDS_ROOM];
    enum err err;
};

#define CUT "it was cut or altered on its way: ask for it again, as a file"
#define FORGED "do not rely on it, and show it to the State whose log it names"

static const struct {
    const char *what, *remedy;
} places[] = {
    [RECEIPT_FILE] = {"its lines are not those of a receipt", CUT},
    [RECEIPT_EXTRA] = {"its second line cannot be read", CUT},
    [RECEIPT_LEAF] = {"the entry is damaged", CUT},
    [RECEIPT_CHECKPOINT] = {"the checkpoint is damaged", CUT},
    [RECEIPT_NOTE] = {"it does not show who may sign for this log", FORGED},
    [RECEIPT_SIGNATURE] = {"no key that may has signed this checkpoint", FORGED},
    [RECEIPT_SIZE] = {"the checkpoint lies outside what the State's root keys allow", FORGED},
    [RECEIPT_ANCHOR] = {"the checkpoint does not go on from what the State's root keys have signed", FORGED},
    [RECEIPT_INCLUSION] = {"the entry is not the one that stands in the log at this place", FORGED},
    [RECEIPT_PART] = {"what it says about people is not what was signed", FORGED},
    [RECEIPT_WITNESS] = {"a cosignature is wrong", FORGED},
};

static const char *const class_names[PART_CLASSES] = {"public part", "members' part"};

/* The rows of a fingerprint in words, each behind a margin. */
static void words_indent(const struct digest *digest, char ret[static WORDS_ROOM]) {
    char rows[FINGERPRINT_WORDS], *rest = rows, *row;
    size_t at = 0;

    fingerprint_words(digest, '\n', rows);
    while ((row = strsep(&rest, "\n")) != NULL)
        if (*row != '\0')
            at += (size_t)snprintf(ret + at, WORDS_ROOM - at, "        %s\n", row);
}

static void judge(struct verdict *v, size_t len) {
    v->err = receipt_read((struct bytes){v->text, len}, v->extra, &v->receipt, &v->report.place);
    if (v->err == ERR_OK)
        v->err = receipt_check(&v->receipt, v->chain, &v->report);
    fingerprint_text(&v->report.fingerprint, v->fingerprint);
    words_indent(&v->report.fingerprint, v->words);
}

static json_t *record_of(const struct verdict *v) {
    const struct receipt_report *report = &v->report;
    struct bytes payload[PART_CLASSES] = {{NULL, 0}, {NULL, 0}};
    enum part_state state[PART_CLASSES];

    if (!report->understood || report->leaf.kind != LEAF_CONTACT)
        return NULL;
    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        state[class] = v->receipt.entry.part[class].state;
        if (state[class] == PART_HELD)
            payload[class] = part_payload(v->receipt.entry.part[class].salted);
    }
    return record_json(report->authority.code, &report->leaf, payload, state);
}

static void print_record(json_t *record) {
    const char *key;
    json_t *value;

    json_object_foreach(record, key, value) {
        char *text = wording_value(value);
        printf("    %-14s ", key);
        terminal_put(stdout, text);
        putchar('\n');
        free(text);
    }
}

static void print_entry(const struct verdict *v) {
    const struct receipt_report *report = &v->report;
    json_t *record = record_of(v);
    char when[24], id[2 * CONTACT_ID_LEN + 1];

    time_text(report->leaf.time, when);
    if (record != NULL) {
        hex_put(id, report->leaf.contact.id, CONTACT_ID_LEN);
        printf("The contact %c%c/%s, entered by its State with the date %s:\n",
               report->authority.code[0] - 32, report->authority.code[1] - 32, id, when);
        print_record(record);
    } else if (report->understood) {
        printf("An entry of kind %s, with the date %s.\n", leaf_kind_name(report->leaf.kind), when);
    } else {
        puts("An entry that this version of the program does not understand.");
    }
    json_decref(record);
}

static void print_proven(const struct verdict *v) {
    const struct receipt_report *report = &v->report;
    char key[BASE64_LEN(KEY_LEN) + 1], when[24];
    size_t pos = 0;

    (void)!base64_put(key, sizeof key, &pos, BYTES(report->signer.b));
    puts("\nThis file proves:");
    printf("  - the entry stands at place %" PRIu64 " (from 0) of the log %s,\n    which had %" PRIu64
           " entries when this was signed.\n",
           v->receipt.index, report->checkpoint.origin, report->checkpoint.size);
    printf("  - this was signed with the operator key %s,\n    which the log's %u root key%s ha%s appointed "
           "(epoch %" PRIu64 ", %u must sign).\n",
           key, report->authority.root_count, report->authority.root_count == 1 ? "" : "s",
           report->authority.root_count == 1 ? "s" : "ve", report->authority.epoch,
           report->authority.root_need);
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        if (v->receipt.entry.part[class].state == PART_HELD)
            printf("  - the %s is exactly what the entry was signed with.\n", class_names[class]);
    for (unsigned i = 0; i < report->cosignatures; i++) {
        char hex[2 * KEY_LEN + 1];
        hex_put(hex, report->cosignature[i].witness->key.b, KEY_LEN);
        time_text(report->cosignature[i].time, when);
        printf("  - the holder of the witness key %.16s... saw this very log at %s.\n", hex, when);
    }
}

static void print_unproven(const struct verdict *v) {
    const struct receipt_report *report = &v->report;
    const char *code = report->authority.code;

    puts("\nIt does not prove:");
    if (v->wanted == NULL)
        printf("  - that this log is that of the State %c%c. Compare its fingerprint with the one that the "
               "State "
               "gives you\n    over another channel, or that `comity trust fingerprint` prints on a node:\n"
               "        %s\n%s",
               code[0] - 32, code[1] - 32, v->fingerprint, v->words);
    else
        puts("  - whose the fingerprint is that you have given: you say so, and it is that of this log.");
    puts("  - that the entry still holds: a later one may have taken its place. A node knows.");
    for (unsigned i = 0; i < report->cosignatures; i++) {
        const struct receipt_witness *w = report->cosignature[i].witness;
        char name[ORIGIN_MAX + 1], hex[2 * KEY_LEN + 1];
        snprintf(name, sizeof name, "%.*s", (int)w->origin.len, (const char *)w->origin.ptr);
        if (w->origin.len > 0) {
            hex_put(hex, w->key.b, KEY_LEN);
            printf("  - that the witness key %.16s... is of a node in the log ", hex);
            terminal_put(stdout, name);
            puts(",\n    as the file says.");
        }
    }
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        if (v->receipt.entry.part[class].state == PART_WITHHELD ||
            v->receipt.entry.part[class].state == PART_GONE)
            printf("  - what the %s says: it is not in this file.\n", class_names[class]);
}

static json_t *cosignatures_json(const struct receipt_report *report) {
    json_t *list = json_array();

    for (unsigned i = 0; i < report->cosignatures; i++) {
        const struct receipt_witness *w = report->cosignature[i].witness;
        char hex[2 * KEY_LEN + 1], when[24];
        hex_put(hex, w->key.b, KEY_LEN);
        time_text(report->cosignature[i].time, when);
        json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "key", hex, "time", when, "said_origin",
                                              w->origin.len > 0
                                                  ? json_stringn((const char *)w->origin.ptr, w->origin.len)
                                                  : json_null()));
    }
    return list;
}

static json_t *verdict_json(const struct verdict *v, bool good) {
    const struct receipt_report *report = &v->report;
    json_t *json = json_pack("{s:b}", "good", good), *record = v->err == ERR_OK ? record_of(v) : NULL;
    char hex[2 * KEY_LEN + 1];

    if (v->err != ERR_OK) {
        json_object_set_new(json, "what", json_string(places[report->place].what));
        json_object_set_new(json, "why", json_string(err_text(v->err)));
        json_object_set_new(json, "code", json_string(err_name(v->err)));
        return json;
    }
    hex_put(hex, report->signer.b, KEY_LEN);
    json_object_set_new(json, "origin", json_string(report->checkpoint.origin));
    json_object_set_new(json, "fingerprint", json_string(v->fingerprint));
    json_object_set_new(json, "fingerprint_compared", json_boolean(v->wanted != NULL));
    json_object_set_new(json, "epoch", json_integer((json_int_t)report->authority.epoch));
    json_object_set_new(json, "index", json_integer((json_int_t)v->receipt.index));
    json_object_set_new(json, "size", json_integer((json_int_t)report->checkpoint.size));
    json_object_set_new(json, "operator_key", json_string(hex));
    json_object_set_new(json, "cosignatures", cosignatures_json(report));
    json_object_set_new(json, "kind",
                        json_string(report->understood ? leaf_kind_name(report->leaf.kind) : ""));
    json_object_set_new(json, "contact", record != NULL ? record : json_null());
    return json;
}

static int say_wrong(struct cli *cli, const struct verdict *v) {
    const struct receipt_report *report = &v->report;
    char which[32] = "";

    if (report->place == RECEIPT_NOTE)
        snprintf(which, sizeof which, "note of epoch %u: ", report->at);
    else if (report->place == RECEIPT_PART)
        snprintf(which, sizeof which, "%s: ", class_names[report->at]);
    return cli_say(cli, CLI_REFUSED, "%s: WRONG: %s (%s%s); %s", v->file, places[report->place].what, which,
                   err_text(v->err), places[report->place].remedy);
}

/* Whether the log has the fingerprint that was given; false after saying what to do. */
static bool compare(struct cli *cli, const struct verdict *v) {
    char complaint[FINGERPRINT_COMPLAINT];

    if (v->wanted == NULL || v->err != ERR_OK)
        return true;
    enum err err = fingerprint_compare(&v->report.fingerprint, v->wanted, complaint);
    if (err == ERR_OK)
        return true;
    cli->status = cli_say(cli, err == ERR_DENIED ? CLI_REFUSED : CLI_USAGE,
                          err == ERR_DENIED ? "%s: WRONG: it is of another log, whose fingerprint is %s: %s"
                                            : "%s, whose fingerprint is %s: %s",
                          v->file, v->fingerprint, complaint);
    return false;
}

static int say(struct cli *cli, const struct verdict *v) {
    bool same = compare(cli, v);

    if (cli->json) {
        json_t *json = verdict_json(v, v->err == ERR_OK && same);
        cli_print_json(json);
        json_decref(json);
    } else if (v->err == ERR_OK && same) {
        print_entry(v);
        print_proven(v);
        print_unproven(v);
    }
    return v->err != ERR_OK ? say_wrong(cli, v) : same ? CLI_DONE : cli->status;
}

int cmd_verify(struct cli *cli, int argc, char **argv) {
    struct verdict *v = calloc(1, sizeof *v);
    size_t len = 0;
    const char *wanted = NULL;
    const struct cli_option options[] = {{"fingerprint", "HEX|WORDS",
                                          "what the State has given you: the log must have it", NULL, &wanted,
                                          NULL},
                                         {0}};

    if (v == NULL || cli_options(cli, options, argc, argv, 1, 1) < 0) {
        free(v);
        return cli->status;
    }
    v->file = argv[1];
    v->wanted = wanted;
    v->extra = malloc(RECEIPT_EXTRA_MAX);
    enum err err = v->extra == NULL            ? ERR_MEMORY
                   : strcmp(argv[1], "-") == 0 ? file_read_fd(STDIN_FILENO, FILE_MAX, &v->text, &len)
                                               : file_read(argv[1], FILE_MAX, &v->text, &len);
    int status;
    if (err != ERR_OK) {
        status = cli_err(cli, err, argv[1], err == ERR_SIZE ? "No receipt is so long" : "");
    } else if (forkfile_is((struct bytes){v->text, len})) {
        status = verify_fork(cli, argv[1], (struct bytes){v->text, len}, wanted);
    } else {
        judge(v, len);
        status = say(cli, v);
    }
    free(v->text);
    free(v->extra);
    free(v);
    return status;
}
