#include "node/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/file.h"
#include "node/printer.h"

#define PATH_MAX_HERE 1024

/* ---- names ---- */

static const char *const fixed[] = {BACKUP_ABOUT, BACKUP_DATABASE, "comity.conf", "web.token"};
static const char *const needed[] = {BACKUP_ABOUT, BACKUP_DATABASE, "comity.conf",
                                     "box.key",    "node.key",      "witness.key"};

static bool is_key(const char *name) {
    size_t len = strlen(name);
    return len > 4 && len <= BACKUP_NAME_MAX && !strcmp(name + len - 4, ".key") && *name != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == len;
}

bool backup_name_good(const char *name) {
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        if (!strcmp(name, fixed[i]))
            return true;
    return is_key(name);
}

static int by_name(const void *a, const void *b) {
    const struct backup_file *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static enum err take(struct backup *b, const char *name) {
    if (b->count == BACKUP_FILES_MAX)
        return ERR_ITEMS;
    memcpy(b->file[b->count++].name, name, strlen(name) + 1); /* its length was checked with its name */
    return ERR_OK;
}

enum err backup_choose(const char *dir, struct backup *ret) {
    struct backup b = {.count = 0};
    enum err err = ERR_OK;
    DIR *d = opendir(dir);

    if (!d)
        return ERR_IO;
    for (struct dirent *e; !err && (e = readdir(d));)
        if (strcmp(e->d_name, BACKUP_ABOUT) != 0 && backup_name_good(e->d_name))
            err = take(&b, e->d_name);
    closedir(d);
    qsort(b.file, b.count, sizeof(b.file[0]), by_name);
    if (!err)
        *ret = b;
    return err;
}

/* ---- sums ---- */

static enum err sum_of(const char *dir, const char *name, struct digest *ret) {
    char path[PATH_MAX_HERE];
    struct stat st;
    enum err err = file_path(path, sizeof(path), dir, name);
    int fd = err ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);

    if (fd < 0)
        return err ? err : errno == ENOENT ? ERR_NOT_FOUND : errno == ELOOP ? ERR_TYPE : ERR_IO;
    err = fstat(fd, &st) ? ERR_IO : !S_ISREG(st.st_mode) ? ERR_TYPE : ERR_OK;
    void *map = NULL;
    if (!err && st.st_size) {
        map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        err = map == MAP_FAILED ? ERR_IO : ERR_OK;
    }
    if (!err)
        *ret = digest_of((struct bytes){map, (size_t)st.st_size});
    if (!err && map)
        munmap(map, (size_t)st.st_size);
    close(fd);
    return err;
}

enum err backup_sum(const char *dir, struct backup *b, const char **ret_name) {
    enum err err = ERR_OK;

    for (unsigned i = 0; i < b->count && !err; i++) {
        *ret_name = b->file[i].name;
        err = sum_of(dir, b->file[i].name, &b->file[i].sum);
    }
    return err;
}

enum err backup_verify(const char *dir, const struct backup *b, const char **ret_name) {
    for (unsigned i = 0; i < b->count; i++) {
        struct digest sum;
        enum err err = sum_of(dir, b->file[i].name, &sum);
        if (!err && !digest_eq(&sum, &b->file[i].sum))
            err = ERR_CORRUPT;
        if (err) {
            *ret_name = b->file[i].name;
            return err;
        }
    }
    return ERR_OK;
}

/* ---- SHA256SUMS ---- */

enum err backup_print(const struct backup *b, char *buffer, size_t max, struct bytes *ret) {
    struct printer t = {buffer, max, 0, ERR_OK};

    for (unsigned i = 0; i < b->count; i++) {
        char hex[2 * DIGEST_LEN + 1];
        hex_put(hex, b->file[i].sum.b, DIGEST_LEN);
        printer_put(&t, "%s  %s\n", hex, b->file[i].name);
    }
    *ret = (struct bytes){(const uint8_t *)buffer, t.len};
    return t.err;
}

static bool listed(const struct backup *b, const char *name) {
    for (unsigned i = 0; i < b->count; i++)
        if (!strcmp(b->file[i].name, name))
            return true;
    return false;
}

static enum err parse_line(struct bytes line, struct backup *b) {
    char name[BACKUP_NAME_MAX + 1] = "";
    struct digest sum;

    if (line.len < 2 * DIGEST_LEN + 3 || line.len > 2 * DIGEST_LEN + 2 + BACKUP_NAME_MAX ||
        line.ptr[2 * DIGEST_LEN] != ' ' || line.ptr[2 * DIGEST_LEN + 1] != ' ')
        return ERR_SCHEMA;
    if (hex_get(sum.b, DIGEST_LEN, (struct bytes){line.ptr, 2 * DIGEST_LEN}))
        return ERR_SCHEMA;
    memcpy(name, line.ptr + 2 * DIGEST_LEN + 2, line.len - 2 * DIGEST_LEN - 2);
    if (!backup_name_good(name))
        return ERR_NAME;
    if (listed(b, name))
        return ERR_EXISTS;
    enum err err = take(b, name);
    if (!err)
        b->file[b->count - 1].sum = sum;
    return err;
}

enum err backup_parse(struct bytes text, struct backup *ret) {
    struct backup b = {.count = 0};
    struct bytes line;
    enum err err = ERR_OK;

    while (!err && text.len)
        err = line_cut(&text, &line) ? parse_line(line, &b) : ERR_SCHEMA;
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]) && !err; i++)
        if (!listed(&b, needed[i]))
            err = ERR_MISSING;
    if (!err)
        *ret = b;
    return err;
}

/* ---- backup.txt ---- */

enum err backup_about_print(const struct backup_about *about, char *buffer, size_t max, struct bytes *ret) {
    struct printer t = {buffer, max, 0, ERR_OK};

    printer_put(&t, "comity-backup/v1\nnetwork %s\norigin %s\nmade %s\nsize %llu\nroot ", about->network,
                *about->origin ? about->origin : "-", about->made, (unsigned long long)about->size);
    printer_base64(&t, BYTES(about->root.b));
    printer_put(&t, "\n");
    *ret = (struct bytes){(const uint8_t *)buffer, t.len};
    return t.err;
}

static enum err take_word(struct bytes *text, const char *word, char *ret, size_t max) {
    struct bytes line, first;

    if (!line_cut(text, &line) || !word_cut(&line, &first) || !bytes_is(first, word) || line.len >= max)
        return ERR_SCHEMA;
    memcpy(ret, line.ptr, line.len);
    ret[line.len] = 0;
    return ERR_OK;
}

enum err backup_about_parse(struct bytes text, struct backup_about *ret) {
    struct backup_about a = {.size = 0};
    struct bytes line;
    char number[24], root[BASE64_LEN(DIGEST_LEN) + 1];
    size_t len = 0;

    if (!line_cut(&text, &line) || !bytes_is(line, "comity-backup/v1"))
        return ERR_VERSION;
    enum err err = take_word(&text, "network", a.network, sizeof(a.network));
    if (!err)
        err = take_word(&text, "origin", a.origin, sizeof(a.origin));
    if (!err)
        err = take_word(&text, "made", a.made, sizeof(a.made));
    if (!err)
        err = take_word(&text, "size", number, sizeof(number));
    if (!err)
        err = decimal_get(&a.size, bytes_str(number));
    if (!err)
        err = take_word(&text, "root", root, sizeof(root));
    if (!err)
        err = base64_get(a.root.b, DIGEST_LEN, &len, bytes_str(root));
    if (!err && (len != DIGEST_LEN || text.len))
        err = ERR_SCHEMA;
    if (!strcmp(a.origin, "-"))
        a.origin[0] = 0;
    if (!err)
        *ret = a;
    return err;
}
