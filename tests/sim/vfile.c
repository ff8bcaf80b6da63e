#include "tests/sim/vfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/sim/disk.h"

#define FIRST_FD 1000000
#define FDS 1024
#define NAMES 4096
#define PATH_LONGEST 120

/* A file or a directory: its bytes as programs see them, and as the disk has them. */
struct node {
    unsigned refs;
    bool is_directory;
    size_t len, synced_len;
    uint8_t *data, *synced;
};

/* What a path leads to, as programs see it, and as the disk has it. */
struct name {
    char path[PATH_LONGEST];
    struct node *node, *synced;
};

static struct name names[NAMES];
static unsigned name_count;
static struct open_file {
    struct node *node;
    size_t at;
    char path[PATH_LONGEST];
} files[FDS];

static bool is_ours(const char *path) {
    return strncmp(path, "/sim/", 5) == 0;
}

static void *must(void *p) {
    if (!p)
        abort();
    return p;
}

static struct node *node_new(bool directory) {
    struct node *n = must(calloc(1, sizeof *n));
    n->is_directory = directory;
    return n;
}

static struct node *node_ref(struct node *n) {
    if (n)
        n->refs++;
    return n;
}

static void node_drop(struct node *n) {
    if (!n || --n->refs)
        return;
    free(n->data);
    free(n->synced);
    free(n);
}

static void point(struct node **at, struct node *to) {
    node_ref(to);
    node_drop(*at);
    *at = to;
}

static struct name *name_find(const char *path, bool make) {
    struct name *gap = NULL;
    for (unsigned i = 0; i < name_count; i++) {
        if (strcmp(names[i].path, path) == 0)
            return &names[i];
        if (!names[i].node && !names[i].synced)
            gap = &names[i];
    }
    if (!make)
        return NULL;
    if (!gap && name_count == NAMES)
        abort();
    gap = gap ? gap : &names[name_count++];
    snprintf(gap->path, sizeof gap->path, "%s", path);
    return gap;
}

static bool is_below(const char *path, const char *directory) {
    size_t len = strlen(directory);
    return strncmp(path, directory, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static struct open_file *file_of(int fd) {
    return fd >= FIRST_FD && fd < FIRST_FD + FDS && files[fd - FIRST_FD].node ? &files[fd - FIRST_FD] : NULL;
}

static int failed(int code) {
    errno = code;
    return -1;
}

/* ---- crashes and copies ---- */

static void bytes_set(uint8_t **to, size_t *to_len, const uint8_t *from, size_t len) {
    uint8_t *copy = must(malloc(len + 1));
    if (len)
        memcpy(copy, from, len);
    free(*to);
    *to = copy;
    *to_len = len;
}

/* What a cut leaves of a file whose newest bytes were not synced. */
static void node_cut(struct node *n, struct dice *dice) {
    bool same = n->len == n->synced_len && (!n->len || memcmp(n->data, n->synced, n->len) == 0);
    if (same || n->is_directory)
        return;
    switch (dice_below(dice, 3)) {
    case 0:
        bytes_set(&n->data, &n->len, n->synced, n->synced_len);
        break;
    case 1: /* torn */
        n->len = dice_below(dice, n->len + 1);
        break;
    default:
        break;
    }
    bytes_set(&n->synced, &n->synced_len, n->data, n->len);
}

static void power_cut(const char *directory, struct dice *dice) {
    for (unsigned i = 0; i < name_count; i++) {
        struct name *name = &names[i];
        if (!is_below(name->path, directory) || (!name->node && !name->synced))
            continue;
        if (name->node != name->synced) {
            bool old = dice_below(dice, 2);
            point(old ? &name->node : &name->synced, old ? name->synced : name->node);
        }
        if (name->node)
            node_cut(name->node, dice);
    }
}

void vfile_crash(const char *directory, bool power, struct dice *dice) {
    for (unsigned i = 0; i < FDS; i++)
        if (files[i].node && is_below(files[i].path, directory))
            point(&files[i].node, NULL);
    if (power)
        power_cut(directory, dice);
}

void vfile_make(const char *directory) {
    struct name *name = name_find(directory, true);
    point(&name->node, node_new(true));
    point(&name->synced, name->node);
}

void vfile_remove(const char *path) {
    for (unsigned i = 0; i < name_count; i++)
        if (is_below(names[i].path, path)) {
            point(&names[i].node, NULL);
            point(&names[i].synced, NULL);
        }
}

void vfile_copy(const char *from, const char *to) {
    unsigned count = name_count;
    vfile_remove(to);
    for (unsigned i = 0; i < count; i++) {
        char path[2 * PATH_LONGEST];
        if (!names[i].node || !is_below(names[i].path, from))
            continue;
        snprintf(path, sizeof path, "%s%s", to, names[i].path + strlen(from));
        struct node *copy = node_new(names[i].node->is_directory);
        bytes_set(&copy->data, &copy->len, names[i].node->data, names[i].node->len);
        bytes_set(&copy->synced, &copy->synced_len, copy->data, copy->len);
        struct name *name = name_find(path, true);
        point(&name->node, copy);
        point(&name->synced, copy);
    }
}

void vfile_clear(void) {
    for (unsigned i = 0; i < FDS; i++)
        point(&files[i].node, NULL);
    vfile_remove("/sim");
    name_count = 0;
}

/* ---- what programs call, by --wrap ---- */

#define WRAP(type, name, parameters)                                                                         \
    type __real_##name parameters;                                                                           \
    type __wrap_##name parameters;                                                                           \
    type __wrap_##name parameters

static int vopen(const char *path, int flags) {
    struct name *name = name_find(path, false);
    unsigned at = 0;
    int code = disk_touch(flags & O_CREAT);
    if (code)
        return failed(code);
    if (name && !name->node)
        name = NULL;
    if (name && (flags & O_CREAT) && (flags & O_EXCL))
        return failed(EEXIST);
    if (!name && !(flags & O_CREAT))
        return failed(ENOENT);
    if (!name) {
        name = name_find(path, true);
        point(&name->node, node_new(false));
    }
    if (flags & O_TRUNC)
        name->node->len = 0;
    while (at < FDS && files[at].node)
        at++;
    if (at == FDS)
        return failed(EMFILE);
    files[at] = (struct open_file){.node = node_ref(name->node)};
    snprintf(files[at].path, sizeof files[at].path, "%s", path);
    return FIRST_FD + (int)at;
}

/* On a real disk a store's lock lies here: it counts as it does in memory. */
static bool may_open(int flags) {
    int code = disk_touch(flags & O_CREAT);
    return !code || !failed(code);
}

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    int mode = flags & O_CREAT ? va_arg(args, int) : 0;
    va_end(args);
    if (is_ours(path))
        return vopen(path, flags);
    return may_open(flags) ? __real_open64(path, flags, mode) : -1;
}

WRAP(int, __open64_2, (const char *path, int flags)) {
    if (is_ours(path))
        return vopen(path, flags);
    return may_open(flags) ? __real___open64_2(path, flags) : -1;
}

WRAP(int, close, (int fd)) {
    struct open_file *file = file_of(fd);
    if (!file)
        return fd >= FIRST_FD ? 0 : __real_close(fd); /* of a process that has crashed */
    point(&file->node, NULL);
    return 0;
}

WRAP(ssize_t, read, (int fd, void *buffer, size_t len)) {
    struct open_file *file = file_of(fd);
    if (!file)
        return __real_read(fd, buffer, len);
    int code = disk_touch(false);
    if (code)
        return failed(code);
    size_t left = file->node->len > file->at ? file->node->len - file->at : 0;
    len = len < left ? len : left;
    if (len)
        memcpy(buffer, file->node->data + file->at, len);
    file->at += len;
    return (ssize_t)len;
}

WRAP(ssize_t, write, (int fd, const void *buffer, size_t len)) {
    struct open_file *file = file_of(fd);
    if (!file)
        return __real_write(fd, buffer, len);
    int code = disk_touch(true);
    if (code)
        return failed(code);
    struct node *n = file->node;
    if (file->at + len > n->len) {
        n->data = must(realloc(n->data, file->at + len));
        n->len = file->at + len;
    }
    memcpy(n->data + file->at, buffer, len);
    file->at += len;
    return (ssize_t)len;
}

/* The names of a directory, or the bytes of a file. */
WRAP(int, fsync, (int fd)) {
    struct open_file *file = file_of(fd);
    if (!file)
        return __real_fsync(fd);
    int code = disk_touch(true);
    if (code)
        return failed(code);
    if (!file->node->is_directory) {
        bytes_set(&file->node->synced, &file->node->synced_len, file->node->data, file->node->len);
        return 0;
    }
    size_t len = strlen(file->path);
    for (unsigned i = 0; i < name_count; i++)
        if (is_below(names[i].path, file->path) && names[i].path[len] &&
            !strchr(names[i].path + len + 1, '/'))
            point(&names[i].synced, names[i].node);
    return 0;
}

WRAP(int, rename, (const char *from, const char *to)) {
    if (!is_ours(from))
        return __real_rename(from, to);
    int code = disk_touch(true);
    struct name *name = name_find(from, false);
    if (code)
        return failed(code);
    if (!name || !name->node)
        return failed(ENOENT);
    struct name *target = name_find(to, true);
    name = name_find(from, false);
    point(&target->node, name->node);
    point(&name->node, NULL);
    return 0;
}

WRAP(int, unlink, (const char *path)) {
    if (!is_ours(path))
        return __real_unlink(path);
    int code = disk_touch(true);
    struct name *name = name_find(path, false);
    if (code)
        return failed(code);
    if (!name || !name->node)
        return failed(ENOENT);
    point(&name->node, NULL);
    return 0;
}

WRAP(int, mkdir, (const char *path, mode_t mode)) {
    if (!is_ours(path))
        return __real_mkdir(path, mode);
    int code = disk_touch(true);
    struct name *name = name_find(path, true);
    if (code)
        return failed(code);
    if (name->node)
        return failed(EEXIST);
    point(&name->node, node_new(true));
    return 0;
}

WRAP(int, fstat64, (int fd, struct stat64 *ret)) {
    struct open_file *file = file_of(fd);
    if (!file)
        return __real_fstat64(fd, ret);
    memset(ret, 0, sizeof *ret);
    ret->st_mode = (file->node->is_directory ? S_IFDIR : S_IFREG) | 0600;
    ret->st_uid = geteuid();
    ret->st_size = (off64_t)file->node->len;
    return 0;
}

WRAP(int, flock, (int fd, int operation)) {
    return file_of(fd) ? 0 : __real_flock(fd, operation);
}
