#include <sodium.h>
#include <string.h>

#include "node/cli/commands.h"
#include "node/cli/keyring.h"

/* What is asked for, and the files that came of it. */
struct pair {
    enum keyfile_kind kind;
    const char *name;
    int count;
    char **path;
    struct keyfile file[2];
};

static enum err make_one(const struct pair *m, const char *path, const char *passphrase,
                         struct keyfile *ret) {
    uint8_t *seed = sodium_malloc(KEY_SEED_LEN);
    enum err err = seed ? ERR_OK : ERR_MEMORY;

    if (!err) {
        randombytes_buf(seed, KEY_SEED_LEN);
        err = keyring_lock(m->kind, m->name, seed, passphrase, ret);
    }
    sodium_free(seed);
    return err ? err : keyfile_save(path, ret);
}

/* Each file under a passphrase of its own: who finds one safe open has not found both. */
static int make(struct cli *cli, struct pair *m) {
    char *passphrase = sodium_malloc(PASSPHRASE_MAX + 1);
    int status = passphrase ? CLI_DONE : cli_err(cli, ERR_MEMORY, m->path[0], "");

    for (int i = 0; i < m->count && !status; i++) {
        if (!cli_passphrase(cli, m->path[i], true, passphrase)) {
            status = cli->status;
            break;
        }
        enum err err = make_one(m, m->path[i], passphrase, &m->file[i]);
        if (err)
            status = cli_err(cli, err, m->path[i],
                             err == ERR_EXISTS ? "A key is never written over something else" : "");
    }
    sodium_free(passphrase);
    return status;
}

static void print_made(const struct cli *cli, const struct pair *m) {
    json_t *keys = json_array();

    for (int i = 0; i < m->count; i++) {
        struct digest fingerprint = keyring_fingerprint(&m->file[i].key);
        json_array_append_new(keys, keyring_json(m->path[i], &m->file[i]));
        if (cli->json)
            continue;
        printf("Made the %s key of %s in %s\n", keyring_kind(m->kind), m->name, m->path[i]);
        keyring_print(stdout, &fingerprint, "  ");
    }
    if (cli->json) {
        json_t *document = json_pack("{s:O}", "keys", keys);
        cli_print_json(document);
        json_decref(document);
    } else if (m->kind == KEYFILE_OPERATOR) {
        printf("Next: comity key card %s > CARD, and give the card to whoever proposes the next epoch\n",
               m->path[0]);
    } else if (m->count == 2) {
        printf("Next: a sheet of each for its safe (comity key sheet), and comity key card %s %s > CARD for\n"
               "whoever makes the node. Then %s goes to another safe than %s: who has both can replace all "
               "keys.\n",
               m->path[0], m->path[1], m->path[1], m->path[0]);
    }
    json_decref(keys);
}

int cmd_key_new(struct cli *cli, int argc, char **argv) {
    const char *network = NULL, *state = NULL;
    bool officer = false;
    char name[KEY_NAME_MAX + 1];
    const struct cli_option options[] = {{"network", "NAME", "name of the network", NULL, &network, NULL},
                                         {"state", "CODE", "the State, such as FR", NULL, &state, NULL},
                                         {"operator", NULL,
                                          "an officer's key, which signs entries, and not a custodian's",
                                          &officer, NULL, NULL},
                                         {0}};
    int count = cli_options(cli, options, argc, argv, 1, 2);

    if (count < 0 || !keyring_name(cli, network, state, name))
        return cli->status;
    if (officer && count == 2)
        return cli_say(cli, CLI_USAGE, "an operator key has no next key: one FILE is wanted");
    struct pair m = {officer ? KEYFILE_OPERATOR : KEYFILE_ROOT, name, count, argv + 1, {{0}}};
    int status = make(cli, &m);
    if (!status)
        print_made(cli, &m);
    return status;
}
