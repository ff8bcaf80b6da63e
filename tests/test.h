/* What every unit test starts from: cmocka, and checks of enum err that print the error's name.
 *
 * A test is a function named as a sentence; main() ends with
 *   return cmocka_run_group_tests(tests, NULL, NULL); */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/error.h"

/* Fail unless expr gives this error; both are named. */
#define CHECK_ERR(expr, want)                                                                                \
    do {                                                                                                     \
        enum err check_got = (expr);                                                                         \
        if (check_got != (want))                                                                             \
            fail_msg("%s: %s, not %s", #expr, err_name(check_got), err_name(want));                          \
    } while (0)

#define CHECK_OK(expr) CHECK_ERR(expr, ERR_OK)

/* Fail unless expr refuses, whatever the reason. */
#define CHECK_REFUSED(expr)                                                                                  \
    do {                                                                                                     \
        if ((expr) == ERR_OK)                                                                                \
            fail_msg("%s: accepted", #expr);                                                                 \
    } while (0)

#endif
