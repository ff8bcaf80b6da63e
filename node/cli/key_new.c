#include <ctype.h>
#include <sodium.h>
#include <string.h>

#include "node/cli/commands.h"
#include "node/keyfile.h"

static enum err make(const char *path, const char *name, const char *passphrase, struct keyfile *ret) {
    uint8_t salt[KEYFILE_SALT_LEN], nonce[KEYFILE_NONCE_LEN], *seed = sodium_malloc(KEY_SEED_LEN);
    enum err err = seed ? ERR_OK : ERR_MEMORY;

    if (!err) {
        randombytes_buf(seed, KEY_SEED_LEN);
        randombytes_buf(salt, sizeof(salt));
        randombytes_buf(nonce, sizeof(nonce));
        err = keyfile_lock(KEYFILE_ROOT, name, seed, passphrase, keyfile_cost_root, salt, nonce, ret);
    }
    sodium_free(seed);
    return err ? err : keyfile_save(path, ret);
}

static int key_new(struct cli *cli, const char *path, const char *name) {
    struct keyfile file;
    char hex[2 * KEY_LEN + 1], *passphrase = sodium_malloc(PASSPHRASE_MAX + 1);
    int status = CLI_DONE;

    if (!passphrase)
        return cli_err(cli, ERR_MEMORY, path, "");
    if (!cli_passphrase(cli, path, true, passphrase)) {
        status = cli->status;
    } else {
        enum err err = make(path, name, passphrase, &file);
        if (err)
            status = cli_err(cli, err, path,
                             err == ERR_EXISTS ? "A key is never written over something else" : "");
    }
    sodium_free(passphrase);
    if (status)
        return status;
    hex_put(hex, file.key.b, KEY_LEN);
    if (cli->json) {
        json_t *document = json_pack("{s:s, s:s, s:s}", "file", path, "name", name, "key", hex);
        cli_print_json(document);
        json_decref(document);
    } else {
        printf("Made the root key %s of %s in %s\n", hex, name, path);
    }
    return CLI_DONE;
}

int cmd_key_new(struct cli *cli, int argc, char **argv) {
    const char *network = NULL, *state = NULL;
    char name[KEY_NAME_MAX + 1], code[CODE_LEN + 1] = "";
    const struct cli_option options[] = {{"network", "NAME", "name of the network", NULL, &network, NULL},
                                         {"state", "CODE", "the State, such as FR", NULL, &state, NULL},
                                         {0}};

    if (cli_options(cli, options, argc, argv, 1, 1) < 0)
        return cli->status;
    for (unsigned i = 0; state && strlen(state) == CODE_LEN && i < CODE_LEN; i++)
        code[i] = (char)tolower((unsigned char)state[i]);
    if (!network || authority_check_network(bytes_str(network)) || authority_check_code(bytes_str(code)))
        return cli_say(cli, CLI_USAGE,
                       "--network NAME and --state CODE are wanted: the key bears their names (2.1)");
    snprintf(name, sizeof(name), "%s/%s", network, code);
    return key_new(cli, argv[1], name);
}
