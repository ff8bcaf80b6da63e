#include "node/renewal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/file.h"
#include "node/ledger.h"

#define RENEWAL_PATH_MAX 1024
#define RENEWAL_MAX 128

static const char first_line[] = "comity-renewal/v1\n";

static enum err path_of(char ret[static RENEWAL_PATH_MAX], const char *dir, const char *name) {
    int n = snprintf(ret, RENEWAL_PATH_MAX, "%s/" LEDGER_DIR "/%s", dir, name);
    return n < 0 || n >= RENEWAL_PATH_MAX ? ERR_SIZE : ERR_OK;
}

static enum err text_of(const struct digest *note, char ret[static RENEWAL_MAX]) {
    size_t len = (size_t)snprintf(ret, RENEWAL_MAX, "%snote ", first_line);
    enum err err = base64_put(ret, RENEWAL_MAX - 1, &len, BYTES(note->b));

    if (!err)
        memcpy(ret + len, "\n", 2);
    return err;
}

/* A ledger that can be read stays; one that was damaged is kept for whoever wants to look at it. */
static enum err set_aside(const char *dir) {
    char from[RENEWAL_PATH_MAX], to[RENEWAL_PATH_MAX];
    struct ledger l;
    enum err err = ledger_load(dir, &l);

    if (!err)
        return ERR_EXISTS;
    if (err == ERR_NOT_FOUND)
        return ERR_OK;
    if (err == ERR_IO || err == ERR_DENIED || err == ERR_TYPE || err == ERR_MEMORY)
        return err; /* it may be a good one */
    err = path_of(from, dir, "ledger");
    if (!err)
        err = path_of(to, dir, "damaged");
    if (!err && rename(from, to))
        err = ERR_IO;
    return err ? err : file_sync_dir(from);
}

enum err renewal_grant(const char *dir, const struct digest *note) {
    char path[RENEWAL_PATH_MAX], text[RENEWAL_MAX];
    enum err err = file_path(path, sizeof(path), dir, LEDGER_DIR);

    if (!err && mkdir(path, 0700) && errno != EEXIST)
        err = ERR_IO;
    if (!err)
        err = set_aside(dir);
    if (!err)
        err = text_of(note, text);
    if (!err)
        err = path_of(path, dir, "renewal");
    return err ? err : file_replace(path, bytes_str(text));
}

bool renewal_granted(const char *dir, const struct digest *note) {
    char path[RENEWAL_PATH_MAX], text[RENEWAL_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err err = path_of(path, dir, "renewal");

    if (!err)
        err = text_of(note, text);
    if (!err)
        err = file_read_secret(path, RENEWAL_MAX, &data, &len);
    bool granted = !err && bytes_is((struct bytes){data, len}, text);
    free(data);
    return granted;
}

enum err renewal_drop(const char *dir) {
    char path[RENEWAL_PATH_MAX];
    enum err err = path_of(path, dir, "renewal");

    if (!err && unlink(path))
        return errno == ENOENT ? ERR_OK : ERR_IO;
    return err ? err : file_sync_dir(path);
}
