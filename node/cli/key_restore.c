#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/cli/commands.h"
#include "node/cli/keyring.h"
#include "node/file.h"
#include "node/mnemonic.h"

#define TYPED_MAX 8192 /* more than any sheet's words or code */

struct restoring {
    struct cli *cli;
    const char *path; /* of the new key file */
    const char *network, *state, *fingerprint;
    enum keyfile_kind kind;
    char *typed; /* guarded, TYPED_MAX + 1 */
    size_t len;
    struct keyfile file;
};

/* ---- what was typed or scanned ---- */

/* Read up to an empty line after something, or to the end; by hand, so that no buffer of the C library keeps
 * it. */
static bool read_typed(struct restoring *r, int fd, bool by_hand) {
    bool line_empty = true;
    ssize_t n = 0;
    char c;

    while (r->len < TYPED_MAX && (n = read(fd, &c, 1)) == 1) {
        r->typed[r->len++] = c;
        if (c == '\n' && by_hand && line_empty && r->len > 1)
            break;
        line_empty = c == '\n' ? true : line_empty && (c == ' ' || c == '\r');
    }
    r->typed[r->len] = 0;
    c = 0;
    if (n < 0 || r->len == TYPED_MAX)
        r->cli->status = cli_err(r->cli, n < 0 ? ERR_IO : ERR_SIZE, "what was typed", "");
    return n >= 0 && r->len < TYPED_MAX;
}

static bool read_from(struct restoring *r, const char *from) {
    bool by_hand = !from && isatty(STDIN_FILENO);
    uint8_t *data = NULL;

    if (!from || !strcmp(from, "-")) {
        if (by_hand)
            fputs("Type the words of the sheet, or paste the text of its code; end with an empty line:\n",
                  stderr);
        return read_typed(r, STDIN_FILENO, by_hand);
    }
    enum err err = file_read(from, TYPED_MAX, &data, &r->len);
    if (err)
        return r->cli->status = cli_err(r->cli, err, from, ""), false;
    memcpy(r->typed, data, r->len);
    r->typed[r->len] = 0;
    sodium_memzero(data, r->len);
    free(data);
    return true;
}

/* ---- words: the key itself ---- */

static bool from_words(struct restoring *r) {
    struct mnemonic_fault fault;
    char name[KEY_NAME_MAX + 1], complaint[300];
    uint8_t *seed = sodium_malloc(KEY_SEED_LEN);
    char *passphrase = sodium_malloc(PASSPHRASE_MAX + 1);
    bool good = seed && passphrase && keyring_name(r->cli, r->network, r->state, name);

    if (!seed || !passphrase)
        r->cli->status = cli_err(r->cli, ERR_MEMORY, r->path, "");
    if (good && mnemonic_get((struct bytes){(uint8_t *)r->typed, r->len}, seed, KEY_SEED_LEN, &fault)) {
        mnemonic_complaint(&fault, complaint, sizeof(complaint));
        r->cli->status = cli_say(r->cli, CLI_REFUSED, "%s", complaint);
        good = false;
    }
    good = good && cli_passphrase(r->cli, r->path, true, passphrase);
    enum err err = good ? keyring_lock(r->kind, name, seed, passphrase, &r->file) : ERR_OK;
    if (err)
        r->cli->status = cli_err(r->cli, err, r->path, "");
    sodium_free(seed);
    sodium_free(passphrase);
    return good && !err;
}

/* ---- the code: the key file ---- */

/* Without carriage returns, and with one line end behind it, as scanners do or do not give it. */
static void tidy(struct restoring *r) {
    size_t len = 0;

    for (size_t i = 0; i < r->len; i++)
        if (r->typed[i] != '\r')
            r->typed[len++] = r->typed[i];
    while (len && (r->typed[len - 1] == '\n' || r->typed[len - 1] == ' '))
        len--;
    r->typed[len++] = '\n';
    r->len = len;
}

static bool from_code(struct restoring *r) {
    tidy(r);
    enum err err = keyfile_parse((struct bytes){(uint8_t *)r->typed, r->len}, &r->file);

    if (err)
        r->cli->status = cli_err(r->cli, err, "the text of the code",
                                 "It was cut or altered: scan it again, or type the words");
    return !err;
}

static bool restore(struct restoring *r, const char *from) {
    char complaint[FINGERPRINT_COMPLAINT];

    if (!read_from(r, from) || !(strstr(r->typed, "comity-key/") == r->typed ? from_code(r) : from_words(r)))
        return false;
    struct digest digest = keyring_fingerprint(&r->file.key);
    enum err err = r->fingerprint ? fingerprint_compare(&digest, r->fingerprint, complaint) : ERR_OK;
    if (err)
        return r->cli->status = cli_say(r->cli, CLI_REFUSED, "%s: nothing was written", complaint), false;
    err = keyfile_save(r->path, &r->file);
    if (err)
        r->cli->status = cli_err(r->cli, err, r->path,
                                 err == ERR_EXISTS ? "A key is never written over something else" : "");
    return !err;
}

static void print_restored(const struct restoring *r) {
    struct digest digest = keyring_fingerprint(&r->file.key);

    if (r->cli->json) {
        json_t *document = keyring_json(r->path, &r->file);
        cli_print_json(document);
        json_decref(document);
        return;
    }
    printf("Restored the %s key of %s in %s\n", keyring_kind(r->file.kind), r->file.name, r->path);
    keyring_print(stdout, &digest, "  ");
    puts("Compare this with the fingerprint on the sheet.");
}

int cmd_key_restore(struct cli *cli, int argc, char **argv) {
    const char *from = NULL;
    bool officer = false;
    struct restoring r = {.cli = cli};
    const struct cli_option options[] = {
        {"network", "NAME", "name of the network, as on the sheet", NULL, &r.network, NULL},
        {"state", "CODE", "the State, as on the sheet", NULL, &r.state, NULL},
        {"operator", NULL, "an officer's key, and not a custodian's", &officer, NULL, NULL},
        {"from", "FILE", "read the words or the code's text from FILE, and do not ask (-: standard input)",
         NULL, &from, NULL},
        {"fingerprint", "HEX|WORDS", "the fingerprint on the sheet; nothing is written if it is another",
         NULL, &r.fingerprint, NULL},
        {0}};

    if (cli_options(cli, options, argc, argv, 1, 1) < 0)
        return cli->status;
    r.path = argv[1];
    r.kind = officer ? KEYFILE_OPERATOR : KEYFILE_ROOT;
    r.typed = sodium_malloc(TYPED_MAX + 1);
    if (!r.typed)
        return cli_err(cli, ERR_MEMORY, r.path, "");
    bool good = restore(&r, from);
    sodium_free(r.typed);
    if (!good)
        return cli->status;
    print_restored(&r);
    return CLI_DONE;
}
