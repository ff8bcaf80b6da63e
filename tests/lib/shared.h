/* Data beside the repository: ../shared, or the directory that COMITY_SHARED names. */
#ifndef TESTS_LIB_SHARED_H
#define TESTS_LIB_SHARED_H

#include <stdbool.h>

#define SHARED_LEN 4096

/* The path of a file in it; false, after saying so, if it is not there: then the test is to be skipped. */
bool shared_path(const char *name, char ret[static SHARED_LEN]);

#endif
