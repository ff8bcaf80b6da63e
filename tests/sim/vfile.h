/* A file system in memory for paths that begin with /sim/: what node/file.c, the ledger and the pending batch
 * ask of the system comes here at link time; other paths go on to the system.
 *
 * A power cut loses what was not synced: of a file its newest bytes, or a part of them; of a directory its
 * newest names, each by itself. */
#ifndef TESTS_SIM_VFILE_H
#define TESTS_SIM_VFILE_H

#include "tests/sim/dice.h"

/* End the process that works below a directory: its descriptors are gone.  With power, the machine's too. */
void vfile_crash(const char *directory, bool power, struct dice *dice);

void vfile_make(const char *directory); /* durable */

/* Copy what lies below a directory to another, as a backup of the files has it; what was there is gone. */
void vfile_copy(const char *from, const char *to);
void vfile_remove(const char *path); /* a file, or all below a directory */
void vfile_clear(void);              /* remove everything */

#endif
