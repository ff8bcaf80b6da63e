/* What stands in a backup (design 4): a directory, or the same files in one tar archive.
 *
 *     SHA256SUMS      of all others, as sha256sum(1) writes and checks it
 *     backup.txt      what it is of, for people and for restore
 *     comity.conf, web.token, *.key
 *     db/data.mdb     the database
 *
 * The ledger and the batch beside it are never part of it: put back, they would let the State sign a second
 * history. */
#ifndef NODE_BACKUP_H
#define NODE_BACKUP_H

#include "proto/authority.h"

#define BACKUP_FILES_MAX 64
#define BACKUP_NAME_MAX 63
#define BACKUP_TEXT_MAX 16384  /* SHA256SUMS, backup.txt */
#define BACKUP_SMALL_MAX 65536 /* any file but the database */
#define BACKUP_SUMS "SHA256SUMS"
#define BACKUP_ABOUT "backup.txt"
#define BACKUP_DATABASE "db/data.mdb"

struct backup_file {
    char name[BACKUP_NAME_MAX + 1];
    struct digest sum;
};

struct backup {
    unsigned count;
    struct backup_file file[BACKUP_FILES_MAX];
};

struct backup_about {
    char network[NETWORK_MAX + 1];
    char origin[ORIGIN_MAX + 1]; /* "" for an observer */
    char made[24];               /* time, for people */
    uint64_t size;               /* of the own log as the copy has it */
    struct digest root;
};

/* Whether a file of this name may stand in a backup; SHA256SUMS may not be listed in itself. */
bool backup_name_good(const char *name);

/* Choose the small files of a data directory that belong into a backup, in the order of their names.
 * ERR_ITEMS: more than BACKUP_FILES_MAX; ERR_IO. */
enum err backup_choose(const char *dir, struct backup *ret) MUST_CHECK;

/* Compute the sums of all files listed, in dir; on an error *ret_name is the file. */
enum err backup_sum(const char *dir, struct backup *b, const char **ret_name) MUST_CHECK;

/* Compare every file listed with its sum: ERR_CORRUPT, ERR_NOT_FOUND and others; *ret_name is the file. */
enum err backup_verify(const char *dir, const struct backup *b, const char **ret_name) MUST_CHECK;

/* The two texts.  Parsing refuses names that do not belong: ERR_SCHEMA, ERR_NAME, ERR_ITEMS, ERR_EXISTS (a
 * name twice), ERR_MISSING (a file that must be there), ERR_VERSION (not a backup). */
enum err backup_print(const struct backup *b, char *buffer, size_t max, struct bytes *ret) MUST_CHECK;
enum err backup_parse(struct bytes text, struct backup *ret) MUST_CHECK;
enum err backup_about_print(const struct backup_about *about, char *buffer, size_t max,
                            struct bytes *ret) MUST_CHECK;
enum err backup_about_parse(struct bytes text, struct backup_about *ret) MUST_CHECK;

#endif
