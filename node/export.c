#include "node/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/file.h"
#include "node/tilepath.h"
#include "proto/merkle.h"

#define PATH_BYTES 4096

struct export {
    const struct logsource *source;
    const char *dir;
    struct export_report *report;
    uint64_t done, all;
    void (*progress)(void *context, uint64_t done, uint64_t all);
    void *context;
    enum err lookup_err;
};

static enum err refuse(struct export *e, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum err refuse(struct export *e, enum err err, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(e->report->why, sizeof e->report->why, format, arguments);
    va_end(arguments);
    return err;
}

/* The directory itself, where it can be; that is for the person to see to. */
static enum err make_dir(struct export *e) {
    struct stat st;

    if (mkdir(e->dir, 0755) == 0 || (errno == EEXIST && stat(e->dir, &st) == 0 && S_ISDIR(st.st_mode)))
        return ERR_OK;
    return refuse(e, ERR_DENIED, "%s",
                  errno == ENOENT   ? "The directory that is to hold it is not there: make it first"
                  : errno == EEXIST ? "It is no directory: name another place"
                                    : strerror(errno));
}

/* Make the directories that lead to a path below dir. */
static bool make_way(struct export *e, char *path) {
    for (char *slash = path + strlen(e->dir); (slash = strchr(slash + 1, '/')) != NULL;) {
        *slash = '\0';
        bool made = mkdir(path, 0755) == 0 || errno == EEXIST;
        *slash = '/';
        if (!made)
            return false;
    }
    return true;
}

static bool write_all(const char *path, struct bytes data) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    size_t done = 0;
    if (fd < 0)
        return false;
    while (done < data.len) {
        ssize_t n = write(fd, data.ptr + done, data.len - done);
        if (n < 0 && errno != EINTR)
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    /* Others read these files: a web server, a person. */
    bool good = done == data.len && fchmod(fd, 0644) == 0;
    return close(fd) == 0 && good;
}

/* Write a file whole, by rename; sync_all() makes it durable. */
static enum err put(struct export *e, const char *name, struct bytes data) {
    char path[PATH_BYTES], part[PATH_BYTES + 8];
    enum err err = file_path(path, sizeof path, e->dir, name);
    if (err != ERR_OK)
        return refuse(e, err, "%s: %s", e->dir, err_text(err));
    snprintf(part, sizeof part, "%s.part", path);
    if (!make_way(e, path) || !write_all(part, data) || rename(part, path) != 0)
        return refuse(e, errno == ENOSPC ? ERR_DISK_FULL : ERR_IO, "%s: %s", path, strerror(errno));
    e->report->written++;
    return ERR_OK;
}

/* One call for hundreds of files and their directories. */
static enum err sync_all(struct export *e) {
    int fd = open(e->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && syncfs(fd) == 0;
    int why = errno;
    if (fd >= 0)
        close(fd);
    return good ? ERR_OK : refuse(e, ERR_IO, "%s: %s", e->dir, strerror(why));
}

/* Whether the checkpoint in the directory covers the file: then it was durable before that was written. */
static bool is_kept(const struct export *e, const char *name, unsigned level, uint64_t index,
                    unsigned width) {
    char path[PATH_BYTES];
    struct stat st;
    if (tile_width(e->report->size_before, level, index) < width ||
        file_path(path, sizeof path, e->dir, name) != ERR_OK || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    return level == TILE_ENTRIES ? st.st_size > 0 : (uint64_t)st.st_size == (uint64_t)width * DIGEST_LEN;
}

static enum err copy(struct export *e, unsigned level, uint64_t index, unsigned width) {
    char name[TILE_PATH_MAX];
    uint8_t *data;
    size_t len, want = level == TILE_ENTRIES ? 0 : (size_t)width * DIGEST_LEN;

    tile_path_put(name, level, index, width);
    e->done++;
    if (e->progress != NULL)
        e->progress(e->context, e->done, e->all);
    if (is_kept(e, name, level, index, width)) {
        e->report->kept++;
        return ERR_OK;
    }
    enum err err = e->source->get(e->source->context, name, &data, &len);
    if (err != ERR_OK)
        return refuse(e, err, "the log cannot give %s: %s", name, err_text(err));
    if (want != 0 && len != want)
        err = refuse(e, ERR_CORRUPT, "%s of the log has %zu bytes, not %zu", name, len, want);
    if (err == ERR_OK)
        err = put(e, name, (struct bytes){data, len});
    free(data);
    return err;
}

static enum err copy_level(struct export *e, unsigned level, uint64_t size) {
    enum err err = ERR_OK;
    for (uint64_t i = 0; err == ERR_OK && tile_width(size, level, i) > 0; i++)
        err = copy(e, level, i, tile_width(size, level, i));
    return err;
}

static enum err copy_all(struct export *e, uint64_t size) {
    for (unsigned level = 0; level <= TILE_LEVELS; level++)
        e->all += (tile_count(size, level) + TILE_WIDTH - 1) / TILE_WIDTH;
    enum err err = copy_level(e, TILE_ENTRIES, size);
    for (unsigned level = 0; err == ERR_OK && level < TILE_LEVELS; level++)
        err = copy_level(e, level, size);
    return err;
}

/* A merkle_lookup over tiles, by the complete subtrees that they hold. */
struct tiles {
    struct export *e;
    uint64_t size;
};

static bool lookup(void *context, unsigned level, uint64_t index, struct digest *ret) {
    struct tiles *t = context;
    unsigned tile_level = level / 8, bits = level % 8;
    uint64_t first = index << bits, tile = first / TILE_WIDTH;
    unsigned width = tile_width(t->size, tile_level, tile);
    char name[TILE_PATH_MAX];
    uint8_t *data;
    size_t len;

    if (tile_level >= TILE_LEVELS || first % TILE_WIDTH + (1u << bits) > width)
        return false;
    tile_path_put(name, tile_level, tile, width);
    if (t->e->source->get(t->e->source->context, name, &data, &len) != ERR_OK)
        return false;
    bool good = len == (size_t)width * DIGEST_LEN;
    if (good) {
        struct frontier f;
        frontier_init(&f);
        for (uint64_t i = 0; i < 1u << bits; i++) {
            struct digest leaf;
            memcpy(leaf.b, data + (first % TILE_WIDTH + i) * DIGEST_LEN, DIGEST_LEN);
            frontier_add(&f, &leaf);
        }
        *ret = frontier_root(&f);
    }
    free(data);
    return good;
}

/* The root that the source's tiles give at a size must be this one. */
static enum err check_root(struct export *e, uint64_t of, const struct checkpoint *want, enum err wrong,
                           const char *what) {
    struct tiles tiles = {e, of};
    struct digest root;
    enum err err = merkle_root(&root, want->size, lookup, &tiles);
    if (err != ERR_OK)
        return refuse(e, err, "the log's tiles cannot be read: %s", err_text(err));
    if (!digest_eq(&root, &want->root))
        return refuse(e, wrong, "%s", what);
    return ERR_OK;
}

/* What the directory holds already must be an earlier state of the same log. */
static enum err check_directory(struct export *e, const char *origin, const struct checkpoint *now) {
    struct logsource there = logsource_directory(e->dir);
    struct logsource_head before;
    enum err err = logsource_head(&there, &before);

    if (err == ERR_NOT_FOUND)
        return ERR_OK;
    if (err != ERR_OK)
        return refuse(e, err, "%s/checkpoint: %s: export into an empty directory", e->dir, err_text(err));
    struct checkpoint old = before.checkpoint;
    free(before.bytes);
    e->report->size_before = old.size;
    if (strcmp(old.origin, origin) != 0)
        return refuse(e, ERR_ORIGIN, "%s holds another log, %s: export into another directory", e->dir,
                      old.origin);
    if (old.size > now->size)
        return refuse(e, ERR_STALE, "%s holds %llu entries, this node only %llu: wait until it has caught up",
                      e->dir, (unsigned long long)old.size, (unsigned long long)now->size);
    return check_root(
        e, now->size, &old, ERR_FORK,
        "the directory holds another history of this log: keep it, it is evidence, and export into "
        "another directory");
}

enum err export_log(const struct logsource *source, const char *origin, const char *dir,
                    void (*progress)(void *context, uint64_t done, uint64_t all), void *context,
                    struct export_report *ret) {
    struct export e = {.source = source, .dir = dir, .report = ret, .progress = progress, .context = context};
    struct logsource_head head;

    memset(ret, 0, sizeof *ret);
    enum err err = logsource_head(source, &head);
    if (err != ERR_OK)
        return refuse(&e, err, "the log's checkpoint: %s",
                      err == ERR_NOT_FOUND ? "nothing has been signed yet" : err_text(err));
    ret->size = head.checkpoint.size;
    if (strcmp(head.checkpoint.origin, origin) != 0)
        err = refuse(&e, ERR_ORIGIN, "the log's checkpoint is of %s", head.checkpoint.origin);
    if (err == ERR_OK)
        err = make_dir(&e);
    if (err == ERR_OK)
        err = check_directory(&e, origin, &head.checkpoint);
    if (err == ERR_OK)
        err = check_root(
            &e, ret->size, &head.checkpoint, ERR_CORRUPT,
            "the tiles that this node holds do not give the root of its checkpoint: comity log verify "
            "says more");
    if (err == ERR_OK)
        err = copy_all(&e, ret->size);
    if (err == ERR_OK)
        err = sync_all(&e);
    if (err == ERR_OK)
        err = put(&e, "checkpoint", (struct bytes){head.bytes, head.len});
    if (err == ERR_OK)
        err = sync_all(&e);
    free(head.bytes);
    return err;
}
