/* A directory of a test's own, mode 0700, removed with everything in it. */
#ifndef TESTS_LIB_TMP_H
#define TESTS_LIB_TMP_H

#include <stdlib.h>

#define TMP_LEN 256

/* Make it below $TMPDIR or /tmp. */
void tmp_open(char ret[static TMP_LEN]);

void tmp_close(const char *dir);

/* Copy the plain files of a directory into another one, which must exist; further directories are passed
 * over. */
void tmp_copy(const char *from, const char *to);

#endif
