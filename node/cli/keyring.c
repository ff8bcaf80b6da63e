#include "node/cli/keyring.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>

#include "node/file.h"

bool keyring_load(struct cli *cli, const char *path, struct keyfile *ret) {
    char complaint[PATH_LEN + 300];
    enum err err = keyfile_load(path, ret);

    if (err == ERR_DENIED || err == ERR_TYPE) {
        file_secret_complaint(path, complaint, sizeof(complaint));
        cli->status = cli_say(cli, CLI_REFUSED, "%s", complaint);
    } else if (err) {
        cli->status = cli_err(cli, err, path, err == ERR_VERSION ? "It is not a key file" : "");
    }
    return !err;
}

bool keyring_unlock(struct cli *cli, const char *path, const struct keyfile *file,
                    uint8_t ret_secret[static KEY_SECRET_LEN]) {
    char *passphrase = sodium_malloc(PASSPHRASE_MAX + 1);
    bool good = false;

    if (!passphrase) {
        cli->status = cli_err(cli, ERR_MEMORY, path, "");
    } else if (cli_passphrase(cli, path, false, passphrase)) {
        enum err err = keyfile_unlock(file, passphrase, ret_secret);
        good = !err;
        if (err == ERR_DENIED)
            cli->status =
                cli_say(cli, CLI_REFUSED, "%s: this is not its passphrase, or the file was altered", path);
        else if (err)
            cli->status = cli_err(cli, err, path, "");
    }
    sodium_free(passphrase);
    return good;
}

enum err keyring_lock(enum keyfile_kind kind, const char *name, const uint8_t seed[static KEY_SEED_LEN],
                      const char *passphrase, struct keyfile *ret) {
    uint8_t salt[KEYFILE_SALT_LEN], nonce[KEYFILE_NONCE_LEN];

    randombytes_buf(salt, sizeof(salt));
    randombytes_buf(nonce, sizeof(nonce));
    return keyfile_lock(kind, name, seed, passphrase,
                        kind == KEYFILE_ROOT ? keyfile_cost_root : keyfile_cost_operator, salt, nonce, ret);
}

bool keyring_name(struct cli *cli, const char *network, const char *state,
                  char ret[static KEY_NAME_MAX + 1]) {
    char code[CODE_LEN + 1] = "";

    if (!network && !state && cli->dir) {
        if (!cli_config(cli))
            return false;
        network = cli->config.network;
        state = cli->config.code;
    }
    for (unsigned i = 0; state && strlen(state) == CODE_LEN && i < CODE_LEN; i++)
        code[i] = (char)tolower((unsigned char)state[i]);
    if (!network || authority_check_network(bytes_str(network)) || authority_check_code(bytes_str(code))) {
        cli->status =
            cli_say(cli, CLI_USAGE, "--network NAME and --state CODE are wanted: the key bears their names");
        return false;
    }
    snprintf(ret, KEY_NAME_MAX + 1, "%s/%s", network, code);
    return true;
}

const char *keyring_kind(enum keyfile_kind kind) {
    return kind == KEYFILE_ROOT ? "root" : "operator";
}

struct digest keyring_fingerprint(const struct pubkey *key) {
    return authority_commitment(key);
}

void keyring_print(FILE *to, const struct digest *fingerprint, const char *indent) {
    char hex[FINGERPRINT_TEXT], words[FINGERPRINT_WORDS];

    fingerprint_text(fingerprint, hex);
    fingerprint_words(fingerprint, '\n', words);
    fprintf(to, "%s%s\n%s", indent, hex, indent);
    for (const char *p = words; *p; p++) {
        fputc(*p, to);
        if (*p == '\n')
            fputs(indent, to);
    }
    fputc('\n', to);
}

json_t *keyring_json(const char *path, const struct keyfile *file) {
    struct digest fingerprint = keyring_fingerprint(&file->key);
    char key[2 * KEY_LEN + 1], hex[FINGERPRINT_TEXT], words[FINGERPRINT_WORDS];

    hex_put(key, file->key.b, KEY_LEN);
    fingerprint_text(&fingerprint, hex);
    fingerprint_words(&fingerprint, ' ', words);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "file", path, "kind", keyring_kind(file->kind), "name",
                     file->name, "key", key, "fingerprint", hex, "fingerprint_words", words);
}
