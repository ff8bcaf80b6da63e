/* Preloaded into a program: its changes of the files below a directory fail, are torn, or end it at the n-th
 * one; or all of them are written down in their order.
 *
 *   FAULTY_DIR    absolute; only what lies below it counts
 *   FAULTY_AT     which change, from 1
 *   FAULTY_HOW    kill, after (kill when it is done), torn (half of it, then kill), short (half of a write),
 *                 enospc, eio (this one), enospc-on, eio-on (this one and all later ones)
 *   FAULTY_FIRED  a file that is made when the n-th change has come
 *   FAULTY_TRACE  a file that takes every change, as images.py reads it
 *
 * What the C library writes for itself (stdio) passes by unseen. */
#undef _FILE_OFFSET_BITS /* it would make open64 of open: both are wanted */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define PIECES_MAX 128

enum call { CALL_WRITE, CALL_SYNC, CALL_MAKE, CALL_NAME };
enum todo { TODO_PASS, TODO_AFTER, TODO_TORN, TODO_SHORT, TODO_FAIL };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long count;

static bool how(const char *name) {
    const char *set = getenv("FAULTY_HOW");
    return set && !strcmp(set, name);
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

static enum todo fail(int code) {
    errno = code;
    return TODO_FAIL;
}

/* A full disk takes no more bytes and no new names; it lets names go, and what is written be flushed. */
static enum todo todo_of(enum call call) {
    bool takes = call == CALL_WRITE || call == CALL_MAKE;
    if (how("kill"))
        die();
    if (how("after"))
        return TODO_AFTER;
    if (how("torn"))
        return call == CALL_WRITE ? TODO_TORN : TODO_AFTER;
    if (how("short"))
        return call == CALL_WRITE ? TODO_SHORT : TODO_PASS;
    if (how("enospc") || how("enospc-on"))
        return takes ? fail(ENOSPC) : TODO_PASS;
    return fail(EIO);
}

static enum todo due(enum call call) {
    const char *at = getenv("FAULTY_AT"), *fired = getenv("FAULTY_FIRED");
    pthread_mutex_lock(&lock);
    unsigned long this = ++count, wanted = at ? strtoul(at, NULL, 10) : 0;
    pthread_mutex_unlock(&lock);
    if (!wanted || this < wanted || (this > wanted && !how("enospc-on") && !how("eio-on")))
        return TODO_PASS;
    if (fired && this == wanted)
        close((int)syscall(SYS_openat, AT_FDCWD, fired, O_WRONLY | O_CREAT, 0600));
    return todo_of(call);
}

static long done(enum todo todo, long result) {
    if (todo == TODO_AFTER || todo == TODO_TORN)
        die();
    return result;
}

/* ---- what is watched ---- */

static bool below(const char *path) {
    const char *dir = getenv("FAULTY_DIR");
    size_t len = dir ? strlen(dir) : 0;
    return len && !strncmp(path, dir, len) && (path[len] == '/' || !path[len]);
}

static bool of_path(const char *path, char ret[static PATH_MAX]) {
    size_t len = 0;
    if (path[0] != '/' && getcwd(ret, PATH_MAX - 1)) {
        len = strlen(ret);
        ret[len++] = '/';
    }
    if (strlen(path) >= PATH_MAX - len)
        return false;
    memcpy(ret + len, path, strlen(path) + 1);
    return below(ret);
}

static bool of_fd(int fd, char ret[static PATH_MAX]) {
    char link[64];
    struct stat st;
    int kept = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, ret, PATH_MAX - 1);
    errno = kept;
    if (len <= 0 || fstat(fd, &st) || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
        return false;
    ret[len] = '\0';
    return below(ret);
}

/* ---- what is written down ---- */

static void put(int fd, const void *bytes, size_t len) {
    for (const char *at = bytes; len;) {
        long n = syscall(SYS_write, fd, at, len);
        if (n <= 0)
            abort();
        at += n;
        len -= (size_t)n;
    }
}

/* A kind, a path below the directory, a number, bytes. */
static void trace(char kind, const char *path, uint64_t number, const struct iovec *piece, int pieces) {
    static int to = -2;
    const char *dir = getenv("FAULTY_DIR"), *file = getenv("FAULTY_TRACE");
    uint64_t len = 0;
    if (!file)
        return;
    pthread_mutex_lock(&lock);
    if (to == -2)
        to = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    path += dir && below(path) ? strlen(dir) : 0;
    for (int i = 0; i < pieces; i++)
        len += piece[i].iov_len;
    uint64_t head[] = {(uint64_t)kind, strlen(path), number, len};
    put(to, head, sizeof head);
    put(to, path, strlen(path));
    for (int i = 0; i < pieces; i++)
        put(to, piece[i].iov_base, piece[i].iov_len);
    pthread_mutex_unlock(&lock);
}

static void trace_path(char kind, const char *path, const char *other) {
    struct iovec piece = {(void *)(uintptr_t)other, other ? strlen(other) : 0};
    trace(kind, path, 0, &piece, other != NULL);
}

/* ---- writes ---- */

static long put_pieces(int fd, const struct iovec *piece, int pieces, int64_t at) {
    return at < 0 ? syscall(SYS_writev, fd, piece, pieces) : syscall(SYS_pwritev, fd, piece, pieces, at, 0);
}

/* The first half of them, or of the only one. */
static long put_half(int fd, const struct iovec *piece, int pieces, int64_t at) {
    struct iovec first = {piece[0].iov_base, piece[0].iov_len / 2};
    return pieces > 1 ? put_pieces(fd, piece, pieces / 2, at) : put_pieces(fd, &first, 1, at);
}

static long write_all(int fd, const struct iovec *piece, int pieces, int64_t at) {
    char path[PATH_MAX];
    if (!of_fd(fd, path)) {
        long n = put_pieces(fd, piece, pieces, at);
        if (fd == STDOUT_FILENO)
            trace('A', "", 0, piece, pieces);
        return n;
    }
    enum todo todo = due(CALL_WRITE);
    if (todo == TODO_FAIL)
        return -1;
    bool synced = fcntl(fd, F_GETFL) & O_DSYNC;
    trace(synced ? 'D' : 'W', path, at < 0 ? (uint64_t)lseek(fd, 0, SEEK_CUR) : (uint64_t)at, piece, pieces);
    bool half = todo == TODO_TORN || todo == TODO_SHORT;
    return done(todo, half ? put_half(fd, piece, pieces, at) : put_pieces(fd, piece, pieces, at));
}

static long write_one(int fd, const void *bytes, size_t len, int64_t at) {
    struct iovec piece = {(void *)(uintptr_t)bytes, len};
    return write_all(fd, &piece, 1, at);
}

ssize_t write(int fd, const void *bytes, size_t len) {
    return write_one(fd, bytes, len, -1);
}

ssize_t writev(int fd, const struct iovec *piece, int pieces) {
    return write_all(fd, piece, pieces, -1);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at) {
    return write_one(fd, bytes, len, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at) {
    return write_one(fd, bytes, len, at);
}

ssize_t pwritev(int fd, const struct iovec *piece, int pieces, off_t at) {
    return write_all(fd, piece, pieces, at);
}

ssize_t pwritev64(int fd, const struct iovec *piece, int pieces, off_t at) {
    return write_all(fd, piece, pieces, at);
}

int ftruncate(int fd, off_t len) {
    char path[PATH_MAX];
    bool watched = of_fd(fd, path);
    enum todo todo = watched ? due(CALL_WRITE) : TODO_PASS;
    if (todo == TODO_FAIL)
        return -1;
    if (watched)
        trace('T', path, (uint64_t)len, NULL, 0);
    return (int)done(todo, syscall(SYS_ftruncate, fd, len));
}

int ftruncate64(int fd, off_t len) {
    return ftruncate(fd, len);
}

/* ---- syncs ---- */

static int sync_by(long number, int fd) {
    char path[PATH_MAX];
    struct stat st;
    if (!of_fd(fd, path))
        return (int)syscall(number, fd);
    enum todo todo = due(CALL_SYNC);
    if (todo == TODO_FAIL)
        return -1;
    int result = (int)syscall(number, fd);
    if (!result)
        trace(!fstat(fd, &st) && S_ISDIR(st.st_mode) ? 'Y' : 'S', path, 0, NULL, 0);
    return (int)done(todo, result);
}

int fsync(int fd) {
    return sync_by(SYS_fsync, fd);
}

int fdatasync(int fd) {
    return sync_by(SYS_fdatasync, fd);
}

/* ---- names ---- */

static int open_by(int dir, const char *name, int flags, mode_t mode) {
    char path[PATH_MAX];
    bool makes =
        flags & O_CREAT && !faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) ? false : flags & O_CREAT;
    bool watched = of_path(name, path) && (makes || flags & O_TRUNC);
    enum todo todo = watched ? due(makes ? CALL_MAKE : CALL_WRITE) : TODO_PASS;
    if (todo == TODO_FAIL)
        return -1;
    int fd = (int)syscall(SYS_openat, dir, name, flags, mode);
    if (watched && fd >= 0)
        trace(makes ? 'M' : 'T', path, 0, NULL, 0);
    return (int)done(todo, fd);
}

/* The four ways to call it. */
#define OPEN(name, dir, ...)                                                                                 \
    int name(__VA_ARGS__, int flags, ...) {                                                                  \
        mode_t mode = 0;                                                                                     \
        va_list more;                                                                                        \
        va_start(more, flags);                                                                               \
        if (flags & (O_CREAT | __O_TMPFILE))                                                                 \
            mode = va_arg(more, mode_t);                                                                     \
        va_end(more);                                                                                        \
        return open_by(dir, path, flags, mode);                                                              \
    }
OPEN(open, AT_FDCWD, const char *path)
OPEN(open64, AT_FDCWD, const char *path)
OPEN(openat, at, int at, const char *path)
OPEN(openat64, at, int at, const char *path)

int mkdir(const char *name, mode_t mode) {
    char path[PATH_MAX];
    bool watched = of_path(name, path);
    enum todo todo = watched ? due(CALL_MAKE) : TODO_PASS;
    if (todo == TODO_FAIL)
        return -1;
    int result = (int)syscall(SYS_mkdirat, AT_FDCWD, name, mode);
    if (watched && !result)
        trace_path('K', path, NULL);
    return (int)done(todo, result);
}

static int name_by(char kind, enum call call, const char *from, const char *to) {
    char path[PATH_MAX], other[PATH_MAX];
    bool old = of_path(from, path), new = of_path(to, other), watched = old || new;
    enum todo todo = watched ? due(call) : TODO_PASS;
    if (todo == TODO_FAIL)
        return -1;
    long number = kind == 'R' ? SYS_renameat : SYS_linkat;
    int result = (int)syscall(number, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (watched && !result)
        trace_path(kind, path, other + (below(other) ? strlen(getenv("FAULTY_DIR")) : 0));
    return (int)done(todo, result);
}

int rename(const char *from, const char *to) {
    return name_by('R', CALL_NAME, from, to);
}

int link(const char *from, const char *to) {
    return name_by('L', CALL_MAKE, from, to);
}

int unlink(const char *name) {
    char path[PATH_MAX];
    bool watched = of_path(name, path);
    enum todo todo = watched ? due(CALL_NAME) : TODO_PASS;
    if (todo == TODO_FAIL)
        return -1;
    int result = (int)syscall(SYS_unlinkat, AT_FDCWD, name, 0);
    if (watched && !result)
        trace_path('U', path, NULL);
    return (int)done(todo, result);
}
