#include "node/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/file.h"
#include "node/printer.h"

#define LEDGER_PATH_MAX 1024

static void put64(struct printer *t, const char *before, struct bytes data, const char *after) {
    printer_put(t, "%s", before);
    printer_base64(t, data);
    printer_put(t, "%s", after);
}

void ledger_init(struct ledger *ledger, const char *origin, uint64_t epoch) {
    memset(ledger, 0, sizeof(*ledger));
    snprintf(ledger->origin, sizeof(ledger->origin), "%s", origin);
    ledger->epoch = epoch;
    frontier_init(&ledger->frontier);
    ledger->root = digest_empty();
}

enum err ledger_print(const struct ledger *ledger, char *buffer, size_t max, struct bytes *ret) {
    struct printer t = {buffer, max, 0, ERR_OK};

    printer_put(&t, "comity-ledger/v1\norigin %s\nepoch %llu\nsize %llu\n", ledger->origin,
                (unsigned long long)ledger->epoch, (unsigned long long)ledger->frontier.size);
    put64(&t, "root ", BYTES(ledger->root.b), "\n");
    for (int level = 63; level >= 0; level--)
        if (ledger->frontier.size >> level & 1)
            put64(&t, "peak ", BYTES(ledger->frontier.peak[level].b), "\n");
    if (ledger->frontier.size) {
        put64(&t, "signed ", BYTES(ledger->last.key.b), " ");
        put64(&t, "", BYTES(ledger->last.signature.b), "\n");
    }
    if (!t.err) {
        struct digest sum = digest_of((struct bytes){(const uint8_t *)buffer, t.len});
        put64(&t, "sum ", BYTES(sum.b), "\n");
    }
    if (!t.err)
        *ret = (struct bytes){(const uint8_t *)buffer, t.len};
    return t.err;
}

/* ---- reading: each helper takes one line that begins with this word ---- */

static enum err take(struct bytes *text, const char *word, struct bytes *ret_rest) {
    struct bytes first;

    return line_cut(text, ret_rest) && word_cut(ret_rest, &first) && bytes_is(first, word) ? ERR_OK
                                                                                           : ERR_SCHEMA;
}

static enum err take_number(struct bytes *text, const char *word, uint64_t *ret) {
    struct bytes rest;
    enum err err = take(text, word, &rest);

    return err ? err : decimal_get(ret, rest);
}

static enum err get64(struct bytes word, uint8_t *ret, size_t want) {
    size_t len = 0;
    enum err err = base64_get(ret, want, &len, word);

    return err ? err : len == want ? ERR_OK : ERR_SIZE;
}

static enum err take_digest(struct bytes *text, const char *word, struct digest *ret) {
    struct bytes rest;
    enum err err = take(text, word, &rest);

    return err ? err : get64(rest, ret->b, DIGEST_LEN);
}

static enum err take_tree(struct bytes *text, struct ledger *l) {
    struct bytes rest, key;
    enum err err = take_number(text, "size", &l->frontier.size);

    if (!err)
        err = take_digest(text, "root", &l->root);
    for (int level = 63; level >= 0 && !err; level--)
        if (l->frontier.size >> level & 1)
            err = take_digest(text, "peak", &l->frontier.peak[level]);
    if (err || !l->frontier.size)
        return err;
    err = take(text, "signed", &rest);
    if (!err)
        err = word_cut(&rest, &key) ? get64(key, l->last.key.b, KEY_LEN) : ERR_SCHEMA;
    return err ? err : get64(rest, l->last.signature.b, SIGNATURE_LEN);
}

/* The sum finds a damaged file, the root a damaged writer, the signature both. */
static enum err check(struct bytes whole, size_t summed, const struct digest *sum, const struct ledger *l) {
    struct checkpoint c = {.size = l->frontier.size, .root = l->root};
    struct digest found = digest_of((struct bytes){whole.ptr, summed}), root = frontier_root(&l->frontier);

    if (!digest_eq(&found, sum) || !digest_eq(&root, &l->root))
        return ERR_CORRUPT;
    snprintf(c.origin, sizeof(c.origin), "%s", l->origin);
    return l->frontier.size && checkpoint_verify(&c, &l->last) ? ERR_CORRUPT : ERR_OK;
}

enum err ledger_parse(struct bytes text, struct ledger *ret) {
    struct ledger l = {0};
    struct bytes whole = text, line;
    struct digest sum;
    char network[NETWORK_MAX + 1], code[CODE_LEN + 1];
    enum err err;

    if (!line_cut(&text, &line) || !bytes_is(line, "comity-ledger/v1"))
        return ERR_VERSION;
    err = take(&text, "origin", &line);
    if (!err)
        err = origin_check(line, network, code);
    if (!err)
        memcpy(l.origin, line.ptr, line.len);
    if (!err)
        err = take_number(&text, "epoch", &l.epoch);
    if (!err)
        err = take_tree(&text, &l);
    size_t summed = whole.len - text.len;
    if (!err)
        err = take_digest(&text, "sum", &sum);
    if (!err && text.len)
        err = ERR_TRAILING;
    if (!err)
        err = check(whole, summed, &sum, &l);
    if (!err)
        *ret = l;
    return err;
}

/* ---- the files ---- */

static enum err path_of(char ret[static LEDGER_PATH_MAX], const char *dir, const char *name) {
    int n = snprintf(ret, LEDGER_PATH_MAX, "%s/" LEDGER_DIR "%s%s", dir, *name ? "/" : "", name);
    return n < 0 || n >= LEDGER_PATH_MAX ? ERR_SIZE : ERR_OK;
}

enum err ledger_load(const char *dir, struct ledger *ret) {
    char path[LEDGER_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err err = path_of(path, dir, "ledger");

    if (!err)
        err = file_read_secret(path, LEDGER_MAX, &data, &len);
    if (!err)
        err = ledger_parse((struct bytes){data, len}, ret);
    free(data);
    return err;
}

enum err ledger_save(const char *dir, const struct ledger *ledger) {
    char path[LEDGER_PATH_MAX], buffer[LEDGER_MAX];
    struct bytes text;
    enum err err = path_of(path, dir, "ledger");

    if (!err)
        err = ledger_print(ledger, buffer, sizeof(buffer), &text);
    return err ? err : file_replace(path, text);
}

/* The name of DIR/ledger in DIR: without it a power cut takes the ledger away, whatever was synced in it. */
static enum err sync_dir_itself(const char *dir) {
    char path[LEDGER_PATH_MAX];
    enum err err = file_path(path, sizeof(path), dir, LEDGER_DIR);

    return err ? err : file_sync_dir(path);
}

enum err ledger_create(const char *dir, const struct ledger *ledger) {
    char path[LEDGER_PATH_MAX], buffer[LEDGER_MAX];
    struct bytes text;
    enum err err = path_of(path, dir, "");

    if (err)
        return err;
    if (mkdir(path, 0700))
        return errno == EEXIST ? ERR_EXISTS : ERR_IO;
    err = path_of(path, dir, "ledger");
    if (!err)
        err = ledger_print(ledger, buffer, sizeof(buffer), &text);
    if (!err)
        err = file_write_new(path, text);
    return err ? err : sync_dir_itself(dir);
}

enum err ledger_lock(const char *dir, int *ret_fd) {
    char path[LEDGER_PATH_MAX];
    enum err err = path_of(path, dir, "lock");

    if (err)
        return err;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 && errno == ENOENT) { /* the whole directory is lost: its lock is not */
        char parent[LEDGER_PATH_MAX];
        if (path_of(parent, dir, "") || (mkdir(parent, 0700) && errno != EEXIST))
            return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
        err = sync_dir_itself(dir);
        if (err)
            return err;
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    }
    if (fd < 0)
        return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    if (flock(fd, LOCK_EX | LOCK_NB)) {
        err = errno == EWOULDBLOCK ? ERR_BUSY : ERR_IO;
        close(fd);
        return err;
    }
    *ret_fd = fd;
    return ERR_OK;
}
