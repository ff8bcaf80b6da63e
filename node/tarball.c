#include "node/tarball.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/file.h"

#define PATH_MAX_HERE 1024
#define PIECE 65536

/* ---- writing ---- */

static enum err refused(struct archive *a) {
    int code = archive_errno(a);
    return code == ENOSPC || code == EDQUOT ? ERR_DISK_FULL : ERR_IO;
}

static enum err put_data(struct archive *a, int fd) {
    static char buffer[PIECE];
    ssize_t n;

    while ((n = read(fd, buffer, sizeof(buffer))) > 0)
        if (archive_write_data(a, buffer, (size_t)n) != n)
            return refused(a);
    return n ? ERR_IO : ERR_OK;
}

static enum err put_file(struct archive *a, const char *dir, const char *name) {
    char path[PATH_MAX_HERE];
    struct stat st;
    enum err err = file_path(path, sizeof(path), dir, name);
    int fd = err ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct archive_entry *entry = archive_entry_new();

    if (fd < 0 || !entry || fstat(fd, &st)) {
        err = err ? err : !entry ? ERR_MEMORY : errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    } else {
        archive_entry_set_pathname(entry, name);
        archive_entry_set_size(entry, st.st_size);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0600);
        archive_entry_set_mtime(entry, st.st_mtime, 0);
        err = archive_write_header(a, entry) == ARCHIVE_OK ? put_data(a, fd) : refused(a);
    }
    archive_entry_free(entry);
    if (fd >= 0)
        close(fd);
    return err;
}

static enum err put_all(struct archive *a, int fd, const char *dir, const struct backup *b) {
    enum err err = ERR_OK;

    if (archive_write_set_format_pax_restricted(a) || archive_write_set_bytes_in_last_block(a, 1) ||
        archive_write_open_fd(a, fd))
        return ERR_IO;
    err = put_file(a, dir, BACKUP_SUMS);
    for (unsigned i = 0; i < b->count && !err; i++)
        err = put_file(a, dir, b->file[i].name);
    if (archive_write_close(a) && !err)
        err = refused(a);
    return err;
}

enum err tarball_write(const char *path, const char *dir, const struct backup *b) {
    struct archive *a = archive_write_new();
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    enum err err = fd < 0 ? (errno == EEXIST ? ERR_EXISTS : ERR_IO) : a ? ERR_OK : ERR_MEMORY;

    if (!err)
        err = put_all(a, fd, dir, b);
    archive_write_free(a);
    if (!err && fsync(fd))
        err = errno == ENOSPC ? ERR_DISK_FULL : ERR_IO;
    if (fd >= 0)
        close(fd);
    if (err && fd >= 0)
        unlink(path);
    return err ? err : file_sync_dir(path);
}

/* ---- reading ---- */

static enum err get_data(struct archive *a, int fd, uint64_t most) {
    static char buffer[PIECE];
    uint64_t sum = 0;

    for (;;) {
        la_ssize_t n = archive_read_data(a, buffer, sizeof(buffer));
        if (n <= 0)
            return n ? ERR_CORRUPT : ERR_OK;
        sum += (uint64_t)n;
        if (sum > most)
            return ERR_SIZE;
        if (write(fd, buffer, (size_t)n) != n)
            return errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL : ERR_IO;
    }
}

static enum err get_file(struct archive *a, struct archive_entry *entry, const char *dir) {
    const char *name = archive_entry_pathname(entry);
    char path[PATH_MAX_HERE];

    if (!name || (!backup_name_good(name) && strcmp(name, BACKUP_SUMS) != 0))
        return ERR_NAME;
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
        return ERR_TYPE;
    enum err err = file_path(path, sizeof(path), dir, name);
    int fd = err ? -1 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err ? err : errno == EEXIST ? ERR_EXISTS : ERR_IO;
    err = get_data(a, fd, strcmp(name, BACKUP_DATABASE) ? BACKUP_SMALL_MAX : UINT64_MAX);
    if (fsync(fd) && !err)
        err = ERR_IO;
    close(fd);
    return err;
}

enum err tarball_read(const char *path, const char *dir) {
    struct archive *a = archive_read_new();
    struct archive_entry *entry;
    enum err err = a ? ERR_OK : ERR_MEMORY;
    int code = ARCHIVE_OK;

    if (!err && (archive_read_support_format_tar(a) || archive_read_open_filename(a, path, PIECE)))
        err = archive_errno(a) == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    for (unsigned count = 0; !err && (code = archive_read_next_header(a, &entry)) == ARCHIVE_OK; count++)
        err = count > BACKUP_FILES_MAX ? ERR_ITEMS : get_file(a, entry, dir);
    if (!err && code != ARCHIVE_EOF)
        err = archive_file_count(a) > 1 ? ERR_CORRUPT : ERR_VERSION;
    archive_read_free(a);
    return err;
}
