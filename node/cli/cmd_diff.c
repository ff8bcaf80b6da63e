/* diff: the drafts against what is published, field by field. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/commands.h"
#include "node/cli/drafting.h"
#include "node/cli/speaking.h"
#include "node/cli/terminal.h"
#include "node/cli/wording.h"

struct counts {
    size_t new, changed, withdrawn, accredited, words, none;
};

/* {"state", "id", "action", "fields", ...} of one contact's drafts. */
static json_t *contact_change(struct drafting *d, const char *id, const json_t *draft) {
    const json_t *published = drafting_published(d, id), *record = json_object_get(draft, "record");
    json_t *fields = record != NULL ? record_changes(published, record) : json_array();
    const char *action = record == NULL                ? "withdraw"
                         : published == NULL           ? "new"
                         : json_array_size(fields) > 0 ? "change"
                                                       : "none";
    json_t *change = json_pack("{s:s, s:s, s:s, s:o, s:O}", "state", d->state, "id", id, "action", action,
                               "fields", fields, "seqs", json_object_get(draft, "seqs"));
    const json_t *about = record != NULL ? record : published;
    const char *const copied[] = {"author", "made"};
    for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++)
        json_object_set(change, copied[i], json_object_get(draft, copied[i]));
    json_object_set(change, "kind", json_object_get(about, "kind"));
    json_object_set(change, "organisation", json_object_get(about, "organisation"));
    return change;
}

static json_t *all_changes(struct drafting *d) {
    json_t *changes = json_array(), *draft;
    const char *id;
    size_t i;
    json_object_foreach(d->pending, id, draft) json_array_append_new(changes, contact_change(d, id, draft));
    json_array_foreach(d->others, i, draft) {
        json_t *change = json_copy(draft);
        json_array_append_new(changes, change);
    }
    return changes;
}

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static void put_words(const json_t *value) {
    char *text = wording_value(value);
    terminal_put(stdout, text);
    free(text);
}

static void print_field(const json_t *field) {
    const json_t *before = json_object_get(field, "before"), *after = json_object_get(field, "after");
    printf("    %s: ", text_of(field, "field"));
    if (before == NULL) {
        put_words(after);
    } else if (after == NULL) {
        fputs("no longer said (was ", stdout);
        put_words(before);
        fputs(")", stdout);
    } else {
        fputs("was ", stdout);
        put_words(before);
        fputs("\n        becomes ", stdout);
        put_words(after);
    }
    fputs("\n", stdout);
}

/* "draft 7: ", which comity discard takes; several if older ones of the contact were left. */
static void print_numbers(const json_t *change) {
    const json_t *numbers = json_object_get(change, "seqs");
    size_t i;
    json_t *number;

    printf("draft%s", json_array_size(numbers) == 1 ? "" : "s");
    json_array_foreach(numbers, i, number) printf(" %lld", (long long)json_integer_value(number));
    fputs(": ", stdout);
}

static void print_change(const json_t *change, struct counts *n) {
    const char *action = text_of(change, "action");
    char id[64];
    size_t i;
    json_t *field;

    print_numbers(change);
    if (speaking_print(change)) {
        n->words++;
        return;
    }
    if (strcmp(action, "accredit") == 0) {
        n->accredited++;
        printf("observer %.16s is accredited: ", text_of(change, "node"));
        terminal_put(stdout, text_of(change, "name"));
        fputs("\n", stdout);
        return;
    }
    wording_id(change, id, sizeof id);
    printf("%s  %s  %s  ", id,
           strcmp(action, "new") == 0        ? "is new"
           : strcmp(action, "change") == 0   ? "changes"
           : strcmp(action, "withdraw") == 0 ? "ends"
                                             : "stays as it is",
           text_of(change, "kind"));
    terminal_put(stdout, wording_name(json_object_get(change, "organisation"), "en"));
    fputs("\n", stdout);
    json_array_foreach(json_object_get(change, "fields"), i, field) print_field(field);
    n->new += strcmp(action, "new") == 0;
    n->changed += strcmp(action, "change") == 0;
    n->withdrawn += strcmp(action, "withdraw") == 0;
    n->none += strcmp(action, "none") == 0;
}

static void print_changes(const json_t *changes) {
    struct counts n = {0};
    size_t i;
    json_t *change;
    if (json_array_size(changes) == 0) {
        puts("No drafts: nothing would change.");
        return;
    }
    json_array_foreach(changes, i, change) print_change(change, &n);
    printf("\n%zu new, %zu changed, %zu withdrawn", n.new, n.changed, n.withdrawn);
    if (n.accredited > 0)
        printf(", %zu observer%s accredited", n.accredited, n.accredited == 1 ? "" : "s");
    if (n.words > 0)
        printf(", %zu on logs of other States", n.words);
    if (n.none > 0)
        printf(", %zu as published", n.none);
    puts("; comity publish signs them");
}

int cmd_diff(struct cli *cli, int argc, char **argv) {
    struct drafting d;
    if (cli_options(cli, NULL, argc, argv, 0, 0) < 0 || !cli_open(cli) || !drafting_begin(&d, cli, false))
        return cli->status;
    json_t *changes = all_changes(&d);
    bool good = drafting_end(&d);
    if (good && cli->json) {
        json_t *answer = json_pack("{s:O}", "changes", changes);
        cli_print_json(answer);
        json_decref(answer);
    } else if (good) {
        print_changes(changes);
    }
    json_decref(changes);
    return good ? CLI_DONE : cli->status;
}
