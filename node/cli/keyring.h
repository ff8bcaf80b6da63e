/* Key files as commands handle them: made, loaded, unlocked, and shown to the people who keep them. */
#ifndef NODE_CLI_KEYRING_H
#define NODE_CLI_KEYRING_H

#include "node/cli/cli.h"
#include "node/fingerprint.h"
#include "node/keyfile.h"

/* Load a key file; unlock it, asking for its passphrase.  ret_secret is guarded memory.  False after saying
 * why: return cli->status. */
bool keyring_load(struct cli *cli, const char *path, struct keyfile *ret);
bool keyring_unlock(struct cli *cli, const char *path, const struct keyfile *file,
                    uint8_t ret_secret[static KEY_SECRET_LEN]);

/* Lock a seed under a passphrase, with fresh salt and nonce and the cost of its kind. */
enum err keyring_lock(enum keyfile_kind kind, const char *name, const uint8_t seed[static KEY_SEED_LEN],
                      const char *passphrase, struct keyfile *ret) MUST_CHECK;

/* The key name <network>/<code> from the options of a command, or from the configuration of --data if there
 * are none.  False after saying why. */
bool keyring_name(struct cli *cli, const char *network, const char *state, char ret[static KEY_NAME_MAX + 1]);

/* "root", "operator". */
const char *keyring_kind(enum keyfile_kind kind);

/* The fingerprint of a public key: of its commitment, so that a next key has it before it is known. */
struct digest keyring_fingerprint(const struct pubkey *key);

/* Print a fingerprint in hex and in rows of words, indented. */
void keyring_print(FILE *to, const struct digest *fingerprint, const char *indent);

/* {"file", "kind", "name", "key", "fingerprint", "fingerprint_words"} */
json_t *keyring_json(const char *path, const struct keyfile *file);

#endif
