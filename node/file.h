/* Files that this program owns: read with a bound, written so that a crash leaves the old one or the new one.
 *
 * Nothing here prints; errno tells more after ERR_IO. */
#ifndef NODE_FILE_H
#define NODE_FILE_H

#include "proto/bytes.h"

/* Read a whole regular file of at most max bytes; ret is malloc'd and has a NUL behind it.  ERR_NOT_FOUND,
 * ERR_SIZE, ERR_TYPE (not a regular file), ERR_IO. */
enum err file_read(const char *path, size_t max, uint8_t **ret, size_t *ret_len) MUST_CHECK;

/* The same from a descriptor of any kind, such as standard input. */
enum err file_read_fd(int fd, size_t max, uint8_t **ret, size_t *ret_len) MUST_CHECK;

/* The same for a secret: it must not be a symbolic link (ERR_TYPE), must be this user's, and nobody else's to
 * read or write: ERR_DENIED.  file_secret_complaint() says what to do about it. */
enum err file_read_secret(const char *path, size_t max, uint8_t **ret, size_t *ret_len) MUST_CHECK;

/* Write the exact fix for ERR_DENIED or ERR_TYPE of file_read_secret(). */
void file_secret_complaint(const char *path, char *ret, size_t max);

/* Write a new file, mode 0600, and make it durable, with its directory.  ERR_EXISTS. */
enum err file_write_new(const char *path, struct bytes data) MUST_CHECK;

/* Write or replace a file in one step: PATH.tmp, fsync, rename, fsync of the directory. */
enum err file_replace(const char *path, struct bytes data) MUST_CHECK;

/* Copy a regular file into a new one, mode 0600, and make it durable, but not its directory.  ERR_EXISTS,
 * ERR_TYPE, ERR_DISK_FULL. */
enum err file_copy(const char *from, const char *to) MUST_CHECK;

/* fsync the directory that holds path. */
enum err file_sync_dir(const char *path) MUST_CHECK;

/* Remove a tree of files and directories; does not follow symbolic links, nor say what it could not remove.
 */
void file_remove_tree(const char *path);

/* Join a directory and a name: ERR_SIZE. */
enum err file_path(char *ret, size_t max, const char *dir, const char *name) MUST_CHECK;

#endif
