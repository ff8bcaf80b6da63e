#include <stdlib.h>
#include <unistd.h>

#include "node/cli/commands.h"
#include "node/cli/received.h"

static int draft(struct cli *cli, const struct received *b, const char *name) {
    char node[2 * KEY_LEN + 1], own[NAME_TEXT_MAX + 1];

    hex_put(node, b->invitation.node.b, KEY_LEN);
    snprintf(own, sizeof(own), "%.*s", (int)b->invitation.name.len, (const char *)b->invitation.name.ptr);
    json_t *answer = cli_call(cli, "draft-add",
                              json_pack("{s:[{s:s, s:s, s:s, s:I}]}", "drafts", "action", "accredit", "node",
                                        node, "name", name ? name : own, "author", (json_int_t)getuid()));
    if (!answer)
        return cli->status;
    if (cli->json)
        cli_print_json(answer);
    else
        puts("Drafted. `comity publish` accredits the observer; from then on every State's node lets it "
             "link, and gives "
             "it public parts only.");
    json_decref(answer);
    return CLI_DONE;
}

int cmd_observer_accredit(struct cli *cli, int argc, char **argv) {
    const char *name = NULL, *fingerprint = NULL;
    const struct cli_option options[] = {
        {"name", "NAME", "a name for it, instead of its own", NULL, &name, NULL},
        {"fingerprint", "HEX|WORDS", "the fingerprint that was read to you; replaces the question", NULL,
         &fingerprint, NULL},
        {0}};

    if (cli_options(cli, options, argc, argv, 1, 1) < 0 || !cli_open(cli))
        return cli->status;
    struct received *b = received_read(cli, argv[1]);
    if (!b)
        return cli->status;
    received_show(b);
    int status = CLI_REFUSED;
    if (*b->invitation.origin)
        cli_say(cli, 0, "this is the invitation of a State: comity trust add takes it");
    else if (received_agree(cli, b, fingerprint, "observer"))
        status = draft(cli, b, name);
    else
        status = cli->status;
    free(b);
    return status;
}

int cmd_observer_list(struct cli *cli, int argc, char **argv) {
    static const char *const columns[] = {"STATE", "OBSERVER", "NODE", NULL};
    json_t *observer;
    size_t i;

    if (cli_options(cli, NULL, argc, argv, 0, 0) < 0 || !cli_open(cli))
        return cli->status;
    json_t *answer = cli_get(cli, "/api/v1/network", NULL), *observers = json_object_get(answer, "observers");
    if (!answer)
        return cli->status;
    if (cli->json) {
        json_t *document = json_pack("{s:O}", "observers", observers);
        cli_print_json(document);
        json_decref(document);
    } else {
        struct cli_table *table = cli_table_new(columns);
        json_array_foreach(observers, i, observer) {
            const char *cells[] = {json_string_value(json_object_get(observer, "state")),
                                   json_string_value(json_object_get(observer, "name")),
                                   json_string_value(json_object_get(observer, "node"))};
            cli_table_row(table, cells);
        }
        cli_table_print(table);
    }
    json_decref(answer);
    return CLI_DONE;
}
