/* The disks of a simulation: what store/ asks of LMDB and node/ of the file system comes here at link time,
 * and fails here.
 *
 * Every operation of the disk in use is counted, so a crash can be set at any of them: from then on each one
 * fails, nothing more is stored, and whoever runs the node ends it when it comes back.  A commit may have
 * happened or not.  The databases are those of memdb.h, or LMDB's own in a directory of the machine. */
#ifndef TESTS_SIM_DISK_H
#define TESTS_SIM_DISK_H

#include <stdbool.h>
#include <stdint.h>

struct disk {
    uint64_t ops;
    uint64_t crash_at;  /* operations until it fails for good; 0: never */
    bool crash_late;    /* a commit that is hit has happened */
    bool dead;          /* the crash has come */
    uint64_t full_at;   /* operations until there is no room for one write; 0: never */
    bool full;          /* no room, until this is taken back */
    uint64_t broken_at; /* operations until one write gives EIO; 0: never */
    unsigned hit_full, hit_broken;
};

/* Whose operations those are that follow; NULL: of nobody, and nothing fails. */
struct disk *disk_use(struct disk *disk); /* gives the one before */

/* Count an operation and give the error that it ends with, as errno has it; 0: it goes on. */
int disk_touch(bool write);

/* Take LMDB itself instead of memdb, for paths that begin with this directory of the machine; NULL: memdb. */
void disk_real(const char *directory);
bool disk_is_real(void);

/* Where the database of a node lies that is told by name; the directory is made. */
void disk_path(char *ret, unsigned max, const char *name);

/* Copy, put back and remove databases, of either kind.  The node is down, or, if its own is copied, between
 * two transactions: nothing else writes. */
void disk_copy(const char *from, const char *to);
void disk_remove(const char *path);

#endif
