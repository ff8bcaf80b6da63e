/* A backup as one file: the tar archive that any system can open (libarchive, pax format). */
#ifndef NODE_TARBALL_H
#define NODE_TARBALL_H

#include "node/backup.h"

/* Write the files of a backup that lie in dir into the new file path, SHA256SUMS first, and make it durable.
 * ERR_EXISTS, ERR_DISK_FULL, ERR_IO. */
enum err tarball_write(const char *path, const char *dir, const struct backup *b) MUST_CHECK;

/* Unpack into dir, which is empty but for db/.  Only regular files of a backup's names pass, each once:
 * ERR_NAME, ERR_TYPE, ERR_EXISTS, ERR_SIZE; ERR_VERSION: not a tar archive; ERR_CORRUPT, ERR_DISK_FULL. */
enum err tarball_read(const char *path, const char *dir) MUST_CHECK;

#endif
