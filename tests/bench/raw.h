/* What the benchmarks measure against: LMDB alone, with the same bytes in ascending order; a clock, and a
 * short way to end. */
#ifndef TESTS_BENCH_RAW_H
#define TESTS_BENCH_RAW_H

#include <lmdb.h>

#include "tests/store/author.h"

struct raw {
    MDB_env *env;
    MDB_dbi leaves, parts;
};

double now_s(void); /* monotonic */

/* End the program, saying what failed, unless code is 0. */
void must(int code, const char *what);

void raw_open(struct raw *raw, const char *dir);

/* One durable transaction with the author's entries [from, to). */
void raw_append(struct raw *raw, const struct author *a, uint64_t from, uint64_t to);

/* A directory in another. */
void sub_directory(char *ret, size_t max, const char *dir, const char *name);

#endif
