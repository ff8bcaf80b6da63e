#include <string.h>

#include "node/cli/commands.h"
#include "node/cli/keyring.h"
#include "node/file.h"
#include "node/keycard.h"

static bool make(struct cli *cli, int count, char **path, struct keycard *ret) {
    struct keyfile key, next;

    if (!keyring_load(cli, path[0], &key) || (count == 2 && !keyring_load(cli, path[1], &next)))
        return false;
    *ret = (struct keycard){.kind = key.kind, .key = key.key};
    snprintf(ret->name, sizeof(ret->name), "%s", key.name);
    cli->status = CLI_USAGE;
    if (key.kind == KEYFILE_ROOT && count < 2)
        cli_say(cli, 0, "%s is a root key: its next key file is wanted too, or nobody could ever follow it",
                path[0]);
    else if (key.kind == KEYFILE_OPERATOR && count > 1)
        cli_say(cli, 0, "%s is an operator key: it has no next key", path[0]);
    else if (count == 2 && (next.kind != KEYFILE_ROOT || strcmp(next.name, key.name)))
        cli_say(cli, 0, "%s is a %s key of %s, and the next root key of %s is wanted", path[1],
                keyring_kind(next.kind), next.name, key.name);
    else if (count == 2 && pubkey_eq(&next.key, &key.key))
        cli_say(cli, 0, "%s and %s are the same key: the next key is one that has never been used", path[0],
                path[1]);
    else
        cli->status = CLI_DONE;
    if (count == 2)
        ret->next = authority_commitment(&next.key);
    return cli->status == CLI_DONE;
}

int cmd_key_card(struct cli *cli, int argc, char **argv) {
    const char *out = NULL;
    struct keycard card;
    struct bytes printed;
    char text[KEYCARD_MAX];
    const struct cli_option options[] = {{"out", "FILE", "write it to a new file", NULL, &out, NULL}, {0}};
    int count = cli_options(cli, options, argc, argv, 1, 2);

    if (count < 0 || !make(cli, count, argv + 1, &card))
        return cli->status;
    enum err err = keycard_print(&card, text, sizeof(text), &printed);
    if (!err && out)
        err = file_write_new(out, printed);
    if (err)
        return cli_err(cli, err, out ? out : argv[1], "");
    if (cli->json) {
        json_t *document = json_pack("{s:s%}", "card", (const char *)printed.ptr, printed.len);
        cli_print_json(document);
        json_decref(document);
    } else if (!out) {
        fwrite(printed.ptr, 1, printed.len, stdout);
    }
    return CLI_DONE;
}
