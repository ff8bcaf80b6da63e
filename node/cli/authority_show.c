#include <string.h>

#include "node/cli/ceremony.h"
#include "node/cli/commands.h"
#include "node/cli/logname.h"
#include "node/cli/peerheads.h"
#include "node/file.h"

static void print_chain(const struct cli *cli, const struct proposal *p) {
    json_t *epochs = json_array();
    char origin[ORIGIN_MAX + 1];

    ceremony_origin(p, origin);
    for (unsigned i = 0; i < p->count; i++) {
        if (cli->json)
            json_array_append_new(epochs, ceremony_json(p, i));
        else
            ceremony_show(stdout, p, i, NULL);
        if (!cli->json && i + 1 < p->count)
            putchar('\n');
    }
    if (cli->json) {
        json_t *document = json_pack("{s:s, s:O}", "origin", origin, "epochs", epochs);
        cli_print_json(document);
        json_decref(document);
    }
    json_decref(epochs);
}

/* A proposal in a file, without a node. */
static int show_file(struct cli *cli, const char *path) {
    struct proposal p;

    if (!ceremony_read(cli, path, &p))
        return cli->status;
    print_chain(cli, &p);
    if (!cli->json)
        ceremony_tally(stdout, &p);
    proposal_free(&p);
    return CLI_DONE;
}

static int show_log(struct cli *cli, const char *name) {
    struct proposal p = {0};
    json_t *log = logname_find(cli, name);
    const char *origin = json_string_value(json_object_get(log, "origin"));
    bool good = origin && peerheads_chain(cli, origin, &p);

    if (good)
        print_chain(cli, &p);
    proposal_free(&p);
    json_decref(log);
    return good ? CLI_DONE : cli->status;
}

int cmd_authority_show(struct cli *cli, int argc, char **argv) {
    const char *file = NULL;
    const struct cli_option options[] = {
        {"file", "FILE", "a proposal, and not what the node holds", NULL, &file, NULL}, {0}};
    int count = cli_options(cli, options, argc, argv, 0, 1);

    if (count < 0)
        return cli->status;
    if (file && count)
        return cli_say(cli, CLI_USAGE, "either a State or --file FILE is wanted");
    if (file)
        return show_file(cli, file);
    if (!cli_open(cli))
        return cli->status;
    if (!count && !*cli->config.code)
        return cli_say(cli, CLI_USAGE, "this is an observer's node: name a State");
    return show_log(cli, count ? argv[1] : cli->config.origin);
}
