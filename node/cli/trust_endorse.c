/* trust endorse, trust succeed: what the own State says of others, as drafts that publish signs. */
#include <unistd.h>

#include "node/cli/commands.h"
#include "node/cli/logname.h"

/* Takes the draft. */
static int draft(struct cli *cli, json_t *draft, const char *done) {
    json_object_set_new(draft, "author", json_integer((json_int_t)getuid()));
    json_t *answer = cli_call(cli, "draft-add", json_pack("{s:[o]}", "drafts", draft));

    if (!answer)
        return cli->status;
    if (cli->json)
        cli_print_json(answer);
    else
        printf("Drafted. `comity diff` shows what it says; `comity publish` signs it%s\n", done);
    json_decref(answer);
    return CLI_DONE;
}

static int take_back(struct cli *cli, const char *of, const char *origin) {
    return draft(cli, json_pack("{s:s, s:s, s:s}", "action", "unsay", "of", of, "origin", origin),
                 ", and from then on it is no longer said.");
}

int cmd_trust_endorse(struct cli *cli, int argc, char **argv) {
    bool withdraw = false;
    const struct cli_option options[] = {
        {"withdraw", NULL, "take the endorsement back", &withdraw, NULL, NULL}, {0}};

    if (cli_options(cli, options, argc, argv, 1, 1) < 0 || !cli_open(cli))
        return cli->status;
    json_t *log = logname_find(cli, argv[1]);
    const char *origin = json_string_value(json_object_get(log, "origin"));
    int status = cli->status;

    if (origin && withdraw)
        status = take_back(cli, "endorse", origin);
    else if (origin)
        status = draft(cli, json_pack("{s:s, s:s}", "action", "endorse", "origin", origin),
                       ". States that trust yours may then follow that State, and close its epochs, for your "
                       "word.");
    json_decref(log);
    return status;
}

int cmd_trust_succeed(struct cli *cli, int argc, char **argv) {
    bool withdraw = false;
    const struct cli_option options[] = {{"withdraw", NULL, "take it back", &withdraw, NULL, NULL}, {0}};
    int count = cli_options(cli, options, argc, argv, 1, 2);

    if (count < 0)
        return cli->status;
    if ((count == 1) != withdraw)
        return cli_say(cli, CLI_USAGE, "the log that is succeeded, and its successor, or --withdraw");
    if (!cli_open(cli))
        return cli->status;
    json_t *log = logname_find(cli, argv[1]);
    const char *origin = json_string_value(json_object_get(log, "origin"));
    int status = cli->status;

    if (origin && withdraw)
        status = take_back(cli, "succeed", origin);
    else if (origin &&
             !cli_ask(cli, "Have people of that State told you, over a channel that you trust, that "
                           "its root keys are lost, and which log is its new one?"))
        status = CLI_REFUSED;
    else if (origin)
        status = draft(
            cli, json_pack("{s:s, s:s, s:s}", "action", "succeed", "origin", origin, "successor", argv[2]),
            ". With enough States that say the same, the new log takes the place of the old one.");
    json_decref(log);
    return status;
}
