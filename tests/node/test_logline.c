/* What a node says: so many lines a second, and how many were left out; so long a line, and not longer. */
#include "node/logline.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proto/limits.h"
#include "tests/test.h"

static FILE *file;
static int stderr_copy;
static off_t at; /* read up to here: the file's own place is the writer's */

static int divert(void **state) {
    (void)state;
    file = tmpfile();
    assert_non_null(file);
    at = 0;
    stderr_copy = dup(STDERR_FILENO);
    return dup2(fileno(file), STDERR_FILENO) < 0;
}

static int restore(void **state) {
    (void)state;
    dup2(stderr_copy, STDERR_FILENO);
    close(stderr_copy);
    fclose(file);
    return 0;
}

/* What was written since the last time. */
static size_t said(char *ret, size_t max) {
    ssize_t len = pread(fileno(file), ret, max - 1, at);
    assert_in_range(len, 0, max - 1);
    ret[len] = '\0';
    at += len;
    return (size_t)len;
}

static void next_second(void) {
    for (time_t now = time(NULL); time(NULL) == now;)
        usleep(1000);
}

static unsigned lines_in(const char *text) {
    unsigned count = 0;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

static void so_many_lines_a_second_and_how_many_were_left_out(void **state) {
    (void)state;
    static char text[65536];
    time_t begun;
    do { /* within one second, whenever that is */
        next_second();
        logline(LOGLINE_INFO, "first"); /* tells of those before */
        said(text, sizeof text);
        begun = time(NULL);
        for (unsigned i = 1; i < LOG_LINES_S; i++)
            logline(LOGLINE_INFO, "line");
        said(text, sizeof text);
        logline(LOGLINE_INFO, "beyond");
    } while (time(NULL) != begun);
    assert_int_equal(lines_in(text), LOG_LINES_S - 1);
    assert_int_equal(said(text, sizeof text), 0);
    next_second();
    logline(LOGLINE_INFO, "again");
    said(text, sizeof text);
    assert_string_equal(text, "<4>1 lines were left out\n<6>again\n");
}

static void a_line_has_so_many_bytes_at_most(void **state) {
    (void)state;
    static char text[8192], longest[2 * LOG_LINE_MAX];
    memset(longest, 'x', sizeof longest - 1);
    next_second();
    logline(LOGLINE_INFO, "%.*s", LOG_LINE_MAX - 1, longest);
    assert_int_equal(said(text, sizeof text), 3 + LOG_LINE_MAX - 1 + 1);
    logline(LOGLINE_INFO, "%s", longest);
    assert_in_range(said(text, sizeof text), LOG_LINE_MAX / 2, 3 + LOG_LINE_MAX - 1 + 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(so_many_lines_a_second_and_how_many_were_left_out, divert, restore),
        cmocka_unit_test_setup_teardown(a_line_has_so_many_bytes_at_most, divert, restore),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
