#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "node/nearest.h"

static const char *nearest_of(const char *wanted) {
    static const char *const known[] = {"publish", "trust add", "trust list", "peer list",
                                        "status",  "web",       "network"};
    struct nearest n;
    nearest_begin(&n, wanted);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        nearest_try(&n, known[i]);
    return nearest_get(&n);
}

static void a_slip_of_the_fingers_finds_what_was_meant(void **state) {
    static const struct {
        const char *wanted, *meant;
    } cases[] = {{"pulbish", "publish"},      {"publsh", "publish"}, {"trust ad", "trust add"},
                 {"trustlist", "trust list"}, {"satus", "status"},   {"wbe", "web"},
                 {"netwrok", "network"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_non_null(nearest_of(cases[i].wanted));
        assert_string_equal(nearest_of(cases[i].wanted), cases[i].meant);
    }
}

static void what_is_like_nothing_finds_nothing(void **state) {
    char endless[5000];
    (void)state;
    assert_null(nearest_of("xylophone"));
    assert_null(nearest_of(""));
    memset(endless, 'p', sizeof endless - 1);
    endless[sizeof endless - 1] = 0;
    assert_null(nearest_of(endless));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_of_the_fingers_finds_what_was_meant),
        cmocka_unit_test(what_is_like_nothing_finds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
