#include <sodium.h>

#include "node/cli/commands.h"
#include "node/cli/keyring.h"
#include "node/file.h"

/* Lock the same key anew and put it in the old file's place. */
static enum err lock_again(const char *path, const struct keyfile *old, const uint8_t *secret,
                           const char *passphrase) {
    struct keyfile new;
    char text[KEYFILE_MAX];
    struct bytes printed;
    enum err err = keyring_lock(old->kind, old->name, secret, passphrase, &new);

    if (!err && !pubkey_eq(&new.key, &old->key))
        err = ERR_CORRUPT;
    if (!err)
        err = keyfile_print(&new, text, sizeof(text), &printed);
    return err ? err : file_replace(path, printed);
}

int cmd_key_passphrase(struct cli *cli, int argc, char **argv) {
    const char *new_file = NULL;
    struct keyfile file;
    const struct cli_option options[] = {{"new-passphrase-file", "FILE",
                                          "read the new passphrase from the first line of FILE", NULL,
                                          &new_file, NULL},
                                         {0}};

    if (cli_options(cli, options, argc, argv, 1, 1) < 0 || !keyring_load(cli, argv[1], &file))
        return cli->status;
    if (cli->passphrase_file && !new_file)
        return cli_say(cli, CLI_USAGE, "--new-passphrase-file FILE is wanted beside --passphrase-file");
    uint8_t *secret = sodium_malloc(KEY_SECRET_LEN);
    char *passphrase = sodium_malloc(PASSPHRASE_MAX + 1);
    int status = secret && passphrase ? CLI_DONE : cli_err(cli, ERR_MEMORY, argv[1], "");
    if (!status && !keyring_unlock(cli, argv[1], &file, secret))
        status = cli->status;
    cli->passphrase_file = new_file;
    if (!status && !cli_passphrase(cli, argv[1], true, passphrase))
        status = cli->status;
    enum err err = status ? ERR_OK : lock_again(argv[1], &file, secret, passphrase);
    if (err)
        status = cli_err(cli, err, argv[1], "The old passphrase still holds");
    sodium_free(secret);
    sodium_free(passphrase);
    if (!status && cli->json) {
        json_t *document = keyring_json(argv[1], &file);
        cli_print_json(document);
        json_decref(document);
    } else if (!status) {
        printf("%s has a new passphrase. Copies of the file, and sealed sheets, still have the old one.\n",
               argv[1]);
    }
    return status;
}
