/* diff: the drafts against what is published, field by field. */
#include <stdio.h>

#include "node/cli/amendment.h"
#include "node/cli/approving.h"
#include "node/cli/commands.h"

static json_t *all_changes(struct drafting *d) {
    static const char *const copied[] = {"author", "made", "seqs", "approved_by", "approved"};
    json_t *changes = json_array(), *draft;
    const char *id;
    size_t i;
    json_object_foreach(d->pending, id, draft) {
        json_t *change = amendment_of(d, id, json_object_get(draft, "record"));
        for (size_t k = 0; k < sizeof copied / sizeof copied[0]; k++)
            json_object_set(change, copied[k], json_object_get(draft, copied[k]));
        json_array_append_new(changes, change);
    }
    json_array_foreach(d->others, i, draft) json_array_append_new(changes, json_copy(draft));
    return changes;
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

static void print_changes(const json_t *changes) {
    struct amendment_count n = {0};
    size_t i;
    json_t *change;
    if (json_array_size(changes) == 0) {
        puts("No drafts: nothing would change.");
        return;
    }
    json_array_foreach(changes, i, change) {
        print_numbers(change);
        amendment_print(change, &n);
        approving_print(change);
    }
    fputs("\n", stdout);
    amendment_print_count(&n);
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
