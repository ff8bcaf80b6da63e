/* Secret keys at rest: operator and root keys behind a passphrase, and the plain seeds that the daemon needs.
 *
 * A key file is text of a few lines:
 *
 *     comity-key/v1
 *     kind operator
 *     name <key name>
 *     public <base64 of type || key>
 *     kdf argon2id13 <ops> <bytes of memory> <base64 salt>
 *     box <base64 nonce> <base64 secretbox of seed || SHA-256 of the lines above>
 *
 * The digest inside the box binds the readable lines to the secret.  A hostile file cannot ask for more
 * memory or time than KEYFILE_*_MAX. */
#ifndef NODE_KEYFILE_H
#define NODE_KEYFILE_H

#include "proto/authority.h"

#define KEYFILE_MAX 1024
#define KEYFILE_OPS_MAX 16
#define KEYFILE_MEMORY_MAX (1u << 30)
#define KEYFILE_SALT_LEN 16
#define KEYFILE_NONCE_LEN 24
#define KEYFILE_BOX_LEN (KEY_SEED_LEN + DIGEST_LEN + 16)

enum keyfile_kind { KEYFILE_OPERATOR, KEYFILE_ROOT };

struct keyfile_cost {
    uint64_t ops;
    size_t memory;
};

/* What a thief of the file pays for each guess: an operator's key is used daily, a root key hardly ever. */
extern const struct keyfile_cost keyfile_cost_operator, keyfile_cost_root;

struct keyfile {
    enum keyfile_kind kind;
    char name[KEY_NAME_MAX + 1]; /* in signed notes */
    struct pubkey key;
    struct keyfile_cost cost;
    uint8_t salt[KEYFILE_SALT_LEN], nonce[KEYFILE_NONCE_LEN], box[KEYFILE_BOX_LEN];
};

/* Lock a seed under a passphrase; salt and nonce come from the caller, random.  ERR_MEMORY. */
enum err keyfile_lock(enum keyfile_kind kind, const char *name, const uint8_t seed[static KEY_SEED_LEN],
                      const char *passphrase, struct keyfile_cost cost,
                      const uint8_t salt[static KEYFILE_SALT_LEN],
                      const uint8_t nonce[static KEYFILE_NONCE_LEN], struct keyfile *ret) MUST_CHECK;

/* Unlock into guarded memory of the caller's.  ERR_DENIED: another passphrase, or the file was altered;
 * ERR_MEMORY. */
enum err keyfile_unlock(const struct keyfile *file, const char *passphrase,
                        uint8_t ret_secret[static KEY_SECRET_LEN]) MUST_CHECK;

/* ERR_VERSION: not of this form; ERR_SCHEMA, ERR_BASE64, ERR_KEY, ERR_RANGE (asks for too much). */
enum err keyfile_parse(struct bytes text, struct keyfile *ret) MUST_CHECK;
enum err keyfile_print(const struct keyfile *file, char *buffer, size_t max, struct bytes *ret) MUST_CHECK;

/* Read a key file or write a new one.  Errors of file_read_secret(), file_write_new() and keyfile_parse(). */
enum err keyfile_load(const char *path, struct keyfile *ret) MUST_CHECK;
enum err keyfile_save(const char *path, const struct keyfile *file) MUST_CHECK;

/* node.key, witness.key, box.key: 32 bytes as hex and a newline, mode 0600.  ret is guarded memory, or wiped
 * by the caller. */
enum err seed_load(const char *path, uint8_t ret[static KEY_SEED_LEN]) MUST_CHECK;
enum err seed_save(const char *path, const uint8_t seed[static KEY_SEED_LEN]) MUST_CHECK;

#endif
