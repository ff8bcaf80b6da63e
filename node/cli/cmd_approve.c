/* approve: another officer than the author agrees to drafts. */
#include <stdio.h>
#include <string.h>

#include "node/cli/amendment.h"
#include "node/cli/approving.h"
#include "node/cli/commands.h"

/* The numbers asked for, or every draft; each with the sum of the text that was shown. */
struct approval {
    struct cli *cli;
    struct drafting d;
    json_t *wanted; /* numbers; NULL: all */
    json_t *drafts; /* {"seq", "sum"} */
};

static bool wants(const struct approval *a, const json_t *number) {
    size_t i;
    json_t *item;
    json_array_foreach(a->wanted, i, item) {
        if (json_equal(item, number))
            return true;
    }
    return a->wanted == NULL;
}

static bool show(struct approval *a, const json_t *draft) {
    const json_t *seqs = json_object_get(draft, "seqs"),
                 *seq = json_array_get(seqs, json_array_size(seqs) - 1);
    const json_t *author = json_object_get(draft, "author");
    struct amendment_count count = {0};

    if (!wants(a, seq))
        return true;
    if (json_is_integer(author) && json_integer_value(author) == (json_int_t)approving_user()) {
        a->cli->status =
            cli_say(a->cli, CLI_REFUSED, "draft %lld is yours: another officer than its author approves it",
                    (long long)json_integer_value(seq));
        return false;
    }
    const char *id = json_string_value(json_object_get(draft, "id"));
    json_t *change =
        id != NULL ? amendment_of(&a->d, id, json_object_get(draft, "record")) : json_deep_copy(draft);
    if (!a->cli->json) {
        printf("draft %lld: ", (long long)json_integer_value(seq));
        amendment_print(change, &count);
    }
    json_decref(change);
    json_array_append_new(a->drafts,
                          json_pack("{s:O, s:O}", "seq", seq, "sum", json_object_get(draft, "sum")));
    return true;
}

static bool show_all(struct approval *a) {
    const char *id;
    json_t *draft;
    size_t i;

    json_object_foreach(a->d.pending, id, draft) {
        if (!show(a, draft))
            return false;
    }
    json_array_foreach(a->d.others, i, draft) {
        if (!show(a, draft))
            return false;
    }
    if (json_array_size(a->drafts) > 0 &&
        (a->wanted == NULL || json_array_size(a->drafts) == json_array_size(a->wanted)))
        return true;
    a->cli->status = cli_say(a->cli, CLI_REFUSED, "no such draft: comity diff shows the numbers");
    return false;
}

static int approve(struct approval *a) {
    struct cli *cli = a->cli;

    if (!show_all(a))
        return cli->status;
    if (!cli_ask(cli, "Approve what is shown?"))
        return CLI_REFUSED;
    json_t *answer =
        cli_call(cli, "draft-approve",
                 json_pack("{s:O, s:I}", "drafts", a->drafts, "approver", (json_int_t)approving_user()));
    if (answer == NULL)
        return cli->status;
    if (cli->json)
        cli_print_json(answer);
    else
        printf("Approved: %lld; comity publish signs them\n",
               (long long)json_integer_value(json_object_get(answer, "approved")));
    json_decref(answer);
    return CLI_DONE;
}

int cmd_approve(struct cli *cli, int argc, char **argv) {
    struct approval a = {.cli = cli};
    bool all = false;
    const struct cli_option options[] = {{"all", NULL, "approve every draft", &all, NULL, NULL}, {0}};
    int count = cli_options(cli, options, argc, argv, 0, 4096);

    if (count < 0)
        return cli->status;
    if (!count == !all)
        return cli_say(cli, CLI_USAGE, "which? Give the numbers that comity diff shows, or --all");
    if (!all && (a.wanted = drafting_numbers(cli, count, argv)) == NULL)
        return cli->status;
    if (cli_open(cli) && drafting_begin(&a.d, cli, false)) {
        a.drafts = json_array();
        int status = approve(&a);
        (void)!drafting_end(&a.d);
        cli->status = status;
        json_decref(a.drafts);
    }
    json_decref(a.wanted);
    return cli->status;
}
