#include "node/cli/commands.h"
#include "node/cli/drafting.h"

static int discard(struct cli *cli, json_t *body) {
    json_t *answer = cli_call(cli, "draft-drop", body);

    if (!answer)
        return cli->status;
    if (cli->json)
        cli_print_json(answer);
    else
        printf("Discarded: %lld\n", (long long)json_integer_value(json_object_get(answer, "dropped")));
    json_decref(answer);
    return CLI_DONE;
}

int cmd_discard(struct cli *cli, int argc, char **argv) {
    bool all = false;
    const struct cli_option options[] = {{"all", NULL, "discard every draft", &all, NULL, NULL}, {0}};
    int count = cli_options(cli, options, argc, argv, 0, 4096);

    if (count < 0)
        return cli->status;
    if (!count == !all)
        return cli_say(cli, CLI_USAGE, "which? Give the numbers that comity diff shows, or --all");
    json_t *list = drafting_numbers(cli, count, argv);
    if (!list)
        return cli->status;
    if (!cli_open(cli) || (all && !cli_ask(cli, "Discard every draft, of all authors?"))) {
        json_decref(list);
        return cli->status ? cli->status : CLI_REFUSED;
    }
    return discard(cli, json_pack("{s:o, s:b, s:b}", "seqs", list, "all", all, "strict", true));
}
