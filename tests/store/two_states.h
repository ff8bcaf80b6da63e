/* A store in which two States have opened their logs: the fixture of tests that read what logs hold. */
#ifndef TESTS_STORE_TWO_STATES_H
#define TESTS_STORE_TWO_STATES_H

#include "tests/lib/tmp.h"
#include "tests/store/author.h"

struct fixture {
    char dir[TMP_LEN];
    struct store *store;
    struct author fr, ke;
};

/* Set-up and tear-down for cmocka: *state is the fixture. */
int open_two_states(void **state);
int close_them(void **state);

/* Deliver all that a State has made, and move its head there. */
void publish_all(struct fixture *f, struct author *a);

#endif
