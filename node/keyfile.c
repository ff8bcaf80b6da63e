#include "node/keyfile.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/file.h"
#include "node/printer.h"

static_assert(KEYFILE_SALT_LEN == crypto_pwhash_SALTBYTES, "the salt is argon2id's");
static_assert(KEYFILE_NONCE_LEN == crypto_secretbox_NONCEBYTES, "the nonce is secretbox's");
static_assert(KEYFILE_BOX_LEN == KEY_SEED_LEN + DIGEST_LEN + crypto_secretbox_MACBYTES,
              "the box is secretbox's");

#define PLAIN_LEN (KEY_SEED_LEN + DIGEST_LEN)

const struct keyfile_cost keyfile_cost_operator = {3, 64u << 20};
const struct keyfile_cost keyfile_cost_root = {crypto_pwhash_OPSLIMIT_MODERATE,
                                               crypto_pwhash_MEMLIMIT_MODERATE};

static const char *const kind_names[] = {[KEYFILE_OPERATOR] = "operator", [KEYFILE_ROOT] = "root"};

/* What is secret while a file is locked or unlocked, in one guarded piece. */
struct secrets {
    uint8_t key[crypto_secretbox_KEYBYTES];
    uint8_t plain[PLAIN_LEN];
    uint8_t secret[KEY_SECRET_LEN];
};

/* The readable lines, all that stands above the box. */
static void put_head(struct printer *t, const struct keyfile *f) {
    uint8_t typed[1 + KEY_LEN] = {KEY_TYPE_ED25519};

    memcpy(typed + 1, f->key.b, KEY_LEN);
    printer_put(t, "comity-key/v1\nkind %s\nname %s\npublic ", kind_names[f->kind], f->name);
    printer_base64(t, BYTES(typed));
    printer_put(t, "\nkdf argon2id13 %llu %zu ", (unsigned long long)f->cost.ops, f->cost.memory);
    printer_base64(t, BYTES(f->salt));
    printer_put(t, "\n");
}

static enum err head_digest(const struct keyfile *f, struct digest *ret) {
    char head[KEYFILE_MAX];
    struct printer t = {head, sizeof(head), 0, ERR_OK};

    put_head(&t, f);
    if (!t.err)
        *ret = digest_of((struct bytes){(const uint8_t *)head, t.len});
    return t.err;
}

static enum err stretch(const struct keyfile *f, const char *passphrase, struct secrets *s) {
    return crypto_pwhash(s->key, sizeof(s->key), passphrase, strlen(passphrase), f->salt, f->cost.ops,
                         f->cost.memory, crypto_pwhash_ALG_ARGON2ID13)
               ? ERR_MEMORY
               : ERR_OK;
}

enum err keyfile_lock(enum keyfile_kind kind, const char *name, const uint8_t seed[static KEY_SEED_LEN],
                      const char *passphrase, struct keyfile_cost cost,
                      const uint8_t salt[static KEYFILE_SALT_LEN],
                      const uint8_t nonce[static KEYFILE_NONCE_LEN], struct keyfile *ret) {
    struct keyfile f = {.kind = kind, .cost = cost};
    struct digest digest;
    struct secrets *s = sodium_malloc(sizeof(*s));
    enum err err;

    if (!s)
        return ERR_MEMORY;
    assert(strlen(name) <= KEY_NAME_MAX);
    snprintf(f.name, sizeof(f.name), "%s", name);
    memcpy(f.salt, salt, sizeof(f.salt));
    memcpy(f.nonce, nonce, sizeof(f.nonce));
    key_from_seed(seed, &f.key, s->secret);
    err = head_digest(&f, &digest);
    if (!err)
        err = stretch(&f, passphrase, s);
    if (!err) {
        memcpy(s->plain, seed, KEY_SEED_LEN);
        memcpy(s->plain + KEY_SEED_LEN, digest.b, DIGEST_LEN);
        crypto_secretbox_easy(f.box, s->plain, sizeof(s->plain), f.nonce, s->key);
        *ret = f;
    }
    sodium_free(s);
    return err;
}

enum err keyfile_unlock(const struct keyfile *file, const char *passphrase,
                        uint8_t ret_secret[static KEY_SECRET_LEN]) {
    struct digest digest;
    struct pubkey key;
    struct secrets *s = sodium_malloc(sizeof(*s));
    enum err err = s ? head_digest(file, &digest) : ERR_MEMORY;

    if (!err)
        err = stretch(file, passphrase, s);
    if (!err && crypto_secretbox_open_easy(s->plain, file->box, sizeof(file->box), file->nonce, s->key))
        err = ERR_DENIED;
    if (!err) {
        key_from_seed(s->plain, &key, s->secret);
        if (sodium_memcmp(s->plain + KEY_SEED_LEN, digest.b, DIGEST_LEN) || !pubkey_eq(&key, &file->key))
            err = ERR_DENIED;
        else
            memcpy(ret_secret, s->secret, KEY_SECRET_LEN);
    }
    sodium_free(s);
    return err;
}

/* Cut the next line and the word in front of it, which must be this one. */
static enum err cut(struct bytes *text, const char *word, struct bytes *ret_rest) {
    struct bytes first;

    return line_cut(text, ret_rest) && word_cut(ret_rest, &first) && bytes_is(first, word) ? ERR_OK
                                                                                           : ERR_SCHEMA;
}

static enum err get64(struct bytes *line, uint8_t *ret, size_t want) {
    struct bytes word;
    size_t len = 0;
    enum err err = word_cut(line, &word) ? base64_get(ret, want, &len, word) : ERR_SCHEMA;

    return err ? err : len == want ? ERR_OK : ERR_SIZE;
}

static enum err get_names(struct bytes *text, struct keyfile *f) {
    struct bytes line;
    uint8_t typed[1 + KEY_LEN];
    enum err err = cut(text, "kind", &line);

    if (err || (!bytes_is(line, kind_names[KEYFILE_OPERATOR]) && !bytes_is(line, kind_names[KEYFILE_ROOT])))
        return ERR_SCHEMA;
    f->kind = bytes_is(line, kind_names[KEYFILE_ROOT]) ? KEYFILE_ROOT : KEYFILE_OPERATOR;
    err = cut(text, "name", &line);
    if (err || !line.len || line.len > KEY_NAME_MAX || !utf8_clean(line))
        return ERR_SCHEMA;
    memcpy(f->name, line.ptr, line.len);
    err = cut(text, "public", &line);
    if (!err)
        err = get64(&line, typed, sizeof(typed));
    if (err || line.len || typed[0] != KEY_TYPE_ED25519)
        return err ? err : ERR_KEY;
    memcpy(f->key.b, typed + 1, KEY_LEN);
    return key_check(&f->key);
}

static enum err get_cost(struct bytes *text, struct keyfile *f) {
    struct bytes line, word;
    uint64_t memory = 0;

    if (cut(text, "kdf", &line) || !word_cut(&line, &word) || !bytes_is(word, "argon2id13"))
        return ERR_SCHEMA;
    if (!word_cut(&line, &word) || decimal_get(&f->cost.ops, word) || f->cost.ops < 1 ||
        f->cost.ops > KEYFILE_OPS_MAX)
        return ERR_RANGE;
    if (!word_cut(&line, &word) || decimal_get(&memory, word) || memory < crypto_pwhash_MEMLIMIT_MIN ||
        memory > KEYFILE_MEMORY_MAX)
        return ERR_RANGE;
    f->cost.memory = (size_t)memory;
    enum err err = get64(&line, f->salt, sizeof(f->salt));
    return err ? err : line.len ? ERR_TRAILING : ERR_OK;
}

enum err keyfile_parse(struct bytes text, struct keyfile *ret) {
    struct keyfile f = {0};
    struct bytes line;
    enum err err;

    if (!line_cut(&text, &line) || !bytes_is(line, "comity-key/v1"))
        return ERR_VERSION;
    err = get_names(&text, &f);
    if (!err)
        err = get_cost(&text, &f);
    if (!err)
        err = cut(&text, "box", &line);
    if (!err)
        err = get64(&line, f.nonce, sizeof(f.nonce));
    if (!err)
        err = get64(&line, f.box, sizeof(f.box));
    if (!err && (line.len || text.len))
        err = ERR_TRAILING;
    if (!err)
        *ret = f;
    return err;
}

enum err keyfile_print(const struct keyfile *file, char *buffer, size_t max, struct bytes *ret) {
    struct printer t = {buffer, max, 0, ERR_OK};

    put_head(&t, file);
    printer_put(&t, "box ");
    printer_base64(&t, BYTES(file->nonce));
    printer_put(&t, " ");
    printer_base64(&t, BYTES(file->box));
    printer_put(&t, "\n");
    if (!t.err)
        *ret = (struct bytes){(const uint8_t *)buffer, t.len};
    return t.err;
}

enum err keyfile_load(const char *path, struct keyfile *ret) {
    uint8_t *data = NULL;
    size_t len = 0;
    enum err err = file_read_secret(path, KEYFILE_MAX, &data, &len);

    if (!err)
        err = keyfile_parse((struct bytes){data, len}, ret);
    free(data);
    return err;
}

enum err keyfile_save(const char *path, const struct keyfile *file) {
    char buffer[KEYFILE_MAX];
    struct bytes text;
    enum err err = keyfile_print(file, buffer, sizeof(buffer), &text);

    return err ? err : file_write_new(path, text);
}

enum err seed_load(const char *path, uint8_t ret[static KEY_SEED_LEN]) {
    uint8_t *data = NULL;
    size_t len = 0;
    enum err err = file_read_secret(path, 2 * KEY_SEED_LEN + 1, &data, &len);

    if (!err) {
        if (len != 2 * KEY_SEED_LEN + 1 || data[len - 1] != '\n')
            err = ERR_SCHEMA;
        else
            err = hex_get(ret, KEY_SEED_LEN, (struct bytes){data, len - 1});
        sodium_memzero(data, len);
    }
    free(data);
    return err;
}

enum err seed_save(const char *path, const uint8_t seed[static KEY_SEED_LEN]) {
    char *hex = sodium_malloc(2 * KEY_SEED_LEN + 2);
    enum err err = ERR_MEMORY;

    if (hex) {
        hex_put(hex, seed, KEY_SEED_LEN);
        memcpy(hex + 2 * KEY_SEED_LEN, "\n", 2);
        err = file_write_new(path, bytes_str(hex));
    }
    sodium_free(hex);
    return err;
}
