#include "node/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_PATH_MAX 1024

static enum err of_errno(void) {
    switch (errno) {
    case ENOENT:
        return ERR_NOT_FOUND;
    case EEXIST:
        return ERR_EXISTS;
    case ELOOP:
        return ERR_TYPE;
    case ENOSPC:
    case EDQUOT:
        return ERR_DISK_FULL;
    case ENOMEM:
        return ERR_MEMORY;
    default:
        return ERR_IO;
    }
}

/* Read to the end or to one byte more than allowed: a file may grow while it is read. */
static enum err read_all(int fd, size_t max, uint8_t **ret, size_t *ret_len) {
    size_t len = 0, room = 4096 < max + 2 ? 4096 : max + 2;
    uint8_t *data = malloc(room);

    while (data) {
        ssize_t n = read(fd, data + len, room - 1 - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || len + (size_t)n > max) {
            enum err err = n < 0 ? of_errno() : ERR_SIZE;
            free(data);
            return err;
        }
        if (n == 0) {
            data[len] = 0;
            *ret = data;
            *ret_len = len;
            return ERR_OK;
        }
        len += (size_t)n;
        if (len + 1 == room) {
            room = room * 2 < max + 2 ? room * 2 : max + 2;
            uint8_t *more = realloc(data, room);
            if (!more)
                break;
            data = more;
        }
    }
    free(data);
    return ERR_MEMORY;
}

enum err file_read_fd(int fd, size_t max, uint8_t **ret, size_t *ret_len) {
    return read_all(fd, max, ret, ret_len);
}

static enum err read_file(const char *path, size_t max, bool secret, uint8_t **ret, size_t *ret_len) {
    /* O_NONBLOCK: a FIFO must not make us wait before we can see that it is one. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (secret ? O_NOFOLLOW : 0));
    struct stat st;
    enum err err = ERR_OK;

    if (fd < 0)
        return of_errno();
    if (fstat(fd, &st))
        err = of_errno();
    else if (!S_ISREG(st.st_mode))
        err = ERR_TYPE;
    else if (secret && (st.st_uid != geteuid() || (st.st_mode & 077)))
        err = ERR_DENIED;
    else if (st.st_size > 0 && (uint64_t)st.st_size > max)
        err = ERR_SIZE;
    if (!err)
        err = read_all(fd, max, ret, ret_len);
    int kept = errno;
    close(fd);
    errno = kept;
    return err;
}

enum err file_read(const char *path, size_t max, uint8_t **ret, size_t *ret_len) {
    return read_file(path, max, false, ret, ret_len);
}

enum err file_read_secret(const char *path, size_t max, uint8_t **ret, size_t *ret_len) {
    return read_file(path, max, true, ret, ret_len);
}

void file_secret_complaint(const char *path, char *ret, size_t max) {
    struct stat st;

    if (lstat(path, &st))
        snprintf(ret, max, "%s: %s", path, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        snprintf(ret, max,
                 "%s is not a regular file (symbolic links are not followed): put the file itself there",
                 path);
    else if (st.st_uid != geteuid())
        snprintf(ret, max, "%s belongs to user %u, not to this one (%u): run as that user, or: chown %u %s",
                 path, (unsigned)st.st_uid, (unsigned)geteuid(), (unsigned)geteuid(), path);
    else
        snprintf(ret, max, "%s has mode %04o, so others can read or write it: chmod 600 %s", path,
                 (unsigned)(st.st_mode & 07777), path);
}

static enum err write_all(int fd, struct bytes data) {
    while (data.len) {
        ssize_t n = write(fd, data.ptr, data.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return of_errno();
        data.ptr += n;
        data.len -= (size_t)n;
    }
    return fsync(fd) ? of_errno() : ERR_OK;
}

static enum err write_file(const char *path, int flags, struct bytes data) {
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
    enum err err;

    if (fd < 0)
        return of_errno();
    err = write_all(fd, data);
    if (close(fd) && !err)
        err = of_errno();
    if (err) {
        int kept = errno;
        unlink(path);
        errno = kept;
    }
    return err;
}

enum err file_write_new(const char *path, struct bytes data) {
    enum err err = write_file(path, O_EXCL, data);
    return err ? err : file_sync_dir(path);
}

enum err file_replace(const char *path, struct bytes data) {
    char temporary[FILE_PATH_MAX];
    enum err err;

    if (snprintf(temporary, sizeof(temporary), "%s.tmp", path) >= (int)sizeof(temporary))
        return ERR_SIZE;
    err = write_file(temporary, O_TRUNC, data);
    if (!err && rename(temporary, path))
        err = of_errno();
    return err ? err : file_sync_dir(path);
}

static enum err copy_all(int in, int out) {
    enum { PIECE = 1 << 20 };
    uint8_t *buffer = malloc(PIECE);
    enum err err = buffer ? ERR_OK : ERR_MEMORY;
    struct stat st;

    if (!err && fstat(in, &st))
        err = of_errno();
    if (!err && !S_ISREG(st.st_mode))
        err = ERR_TYPE;
    for (ssize_t n = 1; !err && n;) {
        n = read(in, buffer, PIECE);
        if (n < 0 && errno != EINTR)
            err = of_errno();
        for (ssize_t at = 0, some; !err && at < n; at += some) {
            some = write(out, buffer + at, (size_t)(n - at));
            if (some < 0 && errno != EINTR)
                err = of_errno();
            some = some < 0 ? 0 : some;
        }
    }
    free(buffer);
    return err ? err : fsync(out) ? of_errno() : ERR_OK;
}

enum err file_copy(const char *from, const char *to) {
    int in = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW), out;
    enum err err;

    if (in < 0)
        return of_errno();
    out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    err = out < 0 ? of_errno() : copy_all(in, out);
    int kept = errno;
    if (out >= 0 && close(out) && !err)
        err = of_errno();
    close(in);
    if (err && out >= 0)
        unlink(to);
    errno = kept;
    return err;
}

enum err file_sync_dir(const char *path) {
    char dir[FILE_PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = !slash ? 1 : slash == path ? 1 : (size_t)(slash - path);
    enum err err;
    int fd;

    if (len >= sizeof(dir))
        return ERR_SIZE;
    memcpy(dir, slash ? path : ".", len);
    dir[len] = 0;
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return of_errno();
    err = fsync(fd) ? of_errno() : ERR_OK;
    close(fd);
    return err;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk) {
    (void)st;
    (void)type;
    (void)walk;
    (void)!remove(path);
    return 0;
}

void file_remove_tree(const char *path) {
    (void)!nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

enum err file_path(char *ret, size_t max, const char *dir, const char *name) {
    int n = snprintf(ret, max, "%s/%s", dir, name);
    return n < 0 || (size_t)n >= max ? ERR_SIZE : ERR_OK;
}
