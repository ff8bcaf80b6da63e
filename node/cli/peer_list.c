#include <string.h>

#include "node/cli/commands.h"

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

int cmd_peer_add(struct cli *cli, int argc, char **argv) {
    const char *name = "";
    const struct cli_option options[] = {{"name", "NAME", "a name for people", NULL, &name, NULL}, {0}};

    if (cli_options(cli, options, argc, argv, 2, 2) < 0 || !cli_open(cli))
        return cli->status;
    json_t *answer = cli_call(
        cli, "peer-add", json_pack("{s:s, s:s, s:s}", "node", argv[1], "address", argv[2], "name", name));
    if (!answer)
        return cli->status;
    if (cli->json)
        cli_print_json(answer);
    else
        printf("Added %s at %s\n", text_of(answer, "node"), argv[2]);
    json_decref(answer);
    return CLI_DONE;
}

static void print_peers(const json_t *peers) {
    static const char *const columns[] = {"STATE", "NAME", "NODE", "ADDRESS", "FROM", "LINK", NULL};
    struct cli_table *table = cli_table_new(columns);
    json_t *peer;
    size_t i;

    json_array_foreach(peers, i, peer) {
        char node[20];
        bool invited = json_is_true(json_object_get(peer, "invited"));
        bool configured = json_is_true(json_object_get(peer, "configured"));
        snprintf(node, sizeof(node), "%.16s", text_of(peer, "node"));
        const char *cells[] = {text_of(peer, "state"),
                               text_of(peer, "name"),
                               node,
                               text_of(peer, "address"),
                               configured && invited ? "invitation, hand"
                               : configured          ? "hand"
                               : invited             ? "invitation"
                                                     : "log",
                               json_is_true(json_object_get(peer, "up")) ? "up" : "down"};
        cli_table_row(table, cells);
    }
    cli_table_print(table);
}

int cmd_peer_list(struct cli *cli, int argc, char **argv) {
    if (cli_options(cli, NULL, argc, argv, 0, 0) < 0 || !cli_open(cli))
        return cli->status;
    json_t *answer = cli_get(cli, "/api/v1/network", NULL);
    if (!answer)
        return cli->status;
    json_t *peers = json_pack("{s:O}", "peers", json_object_get(answer, "peers"));
    if (cli->json)
        cli_print_json(peers);
    else
        print_peers(json_object_get(peers, "peers"));
    json_decref(peers);
    json_decref(answer);
    return CLI_DONE;
}

/* The one peer whose node id begins so; "" if there is none or more than one, which has been said. */
static const char *find_peer(struct cli *cli, const json_t *peers, const char *wanted) {
    const char *found = "";
    unsigned count = 0;
    json_t *peer;
    size_t i;

    json_array_foreach(peers, i, peer) if (strlen(wanted) >= 8 &&
                                           !strncmp(text_of(peer, "node"), wanted, strlen(wanted))) {
        found = text_of(peer, "node");
        count++;
    }
    if (count == 1)
        return found;
    cli->status = cli_say(cli, CLI_REFUSED,
                          "%s: %s has a node id that begins so (8 hex digits or more): comity peer list",
                          wanted, count ? "more than one peer" : "no peer");
    return "";
}

int cmd_peer_remove(struct cli *cli, int argc, char **argv) {
    if (cli_options(cli, NULL, argc, argv, 1, 1) < 0 || !cli_open(cli))
        return cli->status;
    json_t *list = cli_call(cli, "peer-list", json_object()), *answer = NULL;
    const char *node = list ? find_peer(cli, json_object_get(list, "peers"), argv[1]) : "";

    if (*node)
        answer = cli_call(cli, "peer-remove", json_pack("{s:s}", "node", node));
    if (answer && cli->json)
        cli_print_json(answer);
    else if (answer)
        printf("Removed %s\n", node);
    int status = answer ? CLI_DONE : cli->status;
    json_decref(answer);
    json_decref(list);
    return status;
}
