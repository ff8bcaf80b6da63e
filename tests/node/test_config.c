#include "tests/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/config.h"
#include "node/file.h"
#include "tests/lib/tmp.h"

struct fixture {
    char dir[TMP_LEN], path[TMP_LEN + 16];
};

static int open_dir(void **state) {
    static struct fixture f;
    tmp_open(f.dir);
    snprintf(f.path, sizeof f.path, "%s/comity.conf", f.dir);
    *state = &f;
    return 0;
}

static int close_dir(void **state) {
    struct fixture *f = *state;
    tmp_close(f->dir);
    return 0;
}

static const char good[] =
    "[node]\nnetwork = test.example\nstate = FR\norigin = test.example/fr/0123456789abcdef\n";

/* Load this text; what is said on standard error goes to said. */
static enum err load(struct fixture *f, struct bytes text, struct config *ret, char *said, size_t max) {
    FILE *to = tmpfile();
    int old = dup(STDERR_FILENO);
    CHECK_OK(file_replace(f->path, text));
    fflush(stderr);
    assert_true(dup2(fileno(to), STDERR_FILENO) >= 0);
    enum err err = config_load(f->dir, ret);
    fflush(stderr);
    assert_true(dup2(old, STDERR_FILENO) >= 0);
    close(old);
    rewind(to);
    size_t len = fread(said, 1, max - 1, to);
    said[len] = 0;
    fclose(to);
    return err;
}

static void what_is_saved_loads_back(void **state) {
    struct fixture *f = *state;
    struct config c = {.web_public = true}, read;
    snprintf(c.dir, sizeof c.dir, "%s", f->dir);
    snprintf(c.network, sizeof c.network, "test.example");
    snprintf(c.code, sizeof c.code, "fr");
    snprintf(c.origin, sizeof c.origin, "test.example/fr/0123456789abcdef");
    snprintf(c.listen, sizeof c.listen, "tcp://0.0.0.0:23001");
    snprintf(c.web_listen, sizeof c.web_listen, "127.0.0.1:23002");
    snprintf(c.web_hosts, sizeof c.web_hosts, "one.example two.example:80");
    snprintf(c.endorsements, sizeof c.endorsements, "2");
    CHECK_OK(config_save(&c));
    CHECK_ERR(config_save(&c), ERR_EXISTS);
    CHECK_OK(config_load(f->dir, &read));
    assert_string_equal(read.network, c.network);
    assert_string_equal(read.code, c.code);
    assert_string_equal(read.origin, c.origin);
    assert_string_equal(read.observer, "");
    assert_string_equal(read.listen, c.listen);
    assert_string_equal(read.web_listen, c.web_listen);
    assert_string_equal(read.web_hosts, c.web_hosts);
    assert_int_equal(config_endorsements(&read), 2);
    assert_true(read.web_public);
    assert_string_equal(config_endpoint(&read), "");
    snprintf(read.advertise, sizeof read.advertise, "tcp://192.0.2.1:7600");
    assert_string_equal(config_endpoint(&read), "tcp://192.0.2.1:7600");
}

static void what_is_kept_for_how_long_is_said_in_units(void **state) {
    static const struct {
        const char *text;
        uint64_t delay_s, retention_s;
    } said_so[] = {
        {"", 72 * 3600, 365 * 86400},
        {"[contacts]\nerase_delay = 0s\nretention = 1d\n", 0, 86400},
        {"[contacts]\nerase_delay = 90m\nretention = never\n", 5400, RETENTION_NEVER},
        {"[contacts]\nerase_delay = 1000000d\nretention = 2h\n", UINT64_C(86400000000), 7200},
    };
    struct fixture *f = *state;
    struct config c;
    char said[256], text[256];
    for (size_t i = 0; i < sizeof said_so / sizeof *said_so; i++) {
        snprintf(text, sizeof text, "[node]\nnetwork = test.example\nobserver = A\n%s", said_so[i].text);
        CHECK_OK(load(f, bytes_str(text), &c, said, sizeof said));
        struct retention_policy policy = config_retention(&c);
        assert_int_equal(policy.erase_delay_s, said_so[i].delay_s);
        assert_int_equal(policy.retention_s, said_so[i].retention_s);
    }
}

static void how_much_of_the_disk_is_said_in_units(void **state) {
    static const struct {
        const char *text;
        uint64_t quota, floor;
    } said_so[] = {
        {"", LOG_QUOTA, DISK_FLOOR},
        {"[disk]\nlog_quota = 1K\ndisk_floor = 0M\n", 1024, 0},
        {"[disk]\nlog_quota = none\ndisk_floor = none\n", UINT64_MAX, 0},
        {"[disk]\nlog_quota = 1000000T\ndisk_floor = 3G\n", UINT64_C(1000000) << 40, UINT64_C(3) << 30},
    };
    struct fixture *f = *state;
    struct config c;
    char said[256], text[256];
    for (size_t i = 0; i < sizeof said_so / sizeof *said_so; i++) {
        snprintf(text, sizeof text, "[node]\nnetwork = test.example\nobserver = A\n%s", said_so[i].text);
        CHECK_OK(load(f, bytes_str(text), &c, said, sizeof said));
        assert_int_equal(config_log_quota(&c), said_so[i].quota);
        assert_int_equal(config_disk_floor(&c), said_so[i].floor);
    }
}

static void a_mistake_is_named_with_its_line_and_rule(void **state) {
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"[node]\nnetwrok = a\n",
         "comity.conf:2: no setting 'netwrok' in section [node]; perhaps node.network"},
        {"[nod]\nnetwork = a\n", "perhaps node.network"},
        {"[page]\nlisten = 1\n", "comity.conf:2: no setting 'listen' in section [page]"},
        {"[node]\nnetwork = a\nnetwork = b\n",
         "comity.conf:3: network is set a second time, first in line 2"},
        {"[node]\nnetwork = Test\n", "comity.conf:2: network = 'Test' is not good"},
        {"[node]\nstate = fr\n", "two capital letters"},
        {"[node]\nstate = FRA\n", "two capital letters"},
        {"[trust]\nendorsements = 100\n", "a number from 0 to 99"},
        {"[trust]\nendorsements = -1\n", "a number from 0 to 99"},
        {"[contacts]\nerase_delay = 72\n", "a number and s, m, h or d, such as 72h"},
        {"[contacts]\nerase_delay = h\n", "a number and s, m, h or d, such as 72h"},
        {"[contacts]\nerase_delay = -1h\n", "a number and s, m, h or d, such as 72h"},
        {"[contacts]\nerase_delay = 99999999d\n", "a number and s, m, h or d, such as 72h"},
        {"[contacts]\nerase_delay = never\n", "a number and s, m, h or d, such as 72h"},
        {"[disk]\nlog_quota = 16\n", "a number and K, M, G or T, such as 16G, or none"},
        {"[disk]\nlog_quota = 1000001T\n", "such as 16G, or none"},
        {"[disk]\ndisk_floor = -1M\n", "such as 16G, or none"},
        {"[disk]\ndisk_floor = M\n", "such as 16G, or none"},
        {"[contacts]\nretention = always\n", "such as 365d, or never"},
        {"[node]\norigin = x\n", "comity.conf:2: origin = 'x' is not good"},
        {"[node]\nlisten = 0.0.0.0:1\n", "tcp://HOST:PORT"},
        {"[node]\ncourier = perhaps\n", "yes or no"},
        {"[node]\nlisten = tcp://h:0\n", "tcp://HOST:PORT"},
        {"[node]\nlisten = tcp://h:65536\n", "tcp://HOST:PORT"},
        {"[node]\nlisten = tcp://h:-1\n", "tcp://HOST:PORT"},
        {"[node]\nlisten = tcp://h:1e3\n", "tcp://HOST:PORT"},
        {"[web]\nlisten = 7680\n", "HOST:PORT"},
        {"[web]\nview = all\n", "members or public"},
        {"[node\nnetwork = a\n", "comity.conf:"},
        {"network\n", "comity.conf:1: neither [section] nor key = value"},
        {"[node]\nnetwork = a\rb\n", "carriage return"},
        {"[node]\nnetwork = t.example\n", "needs either state and origin, or observer"},
        {"[node]\nnetwork = t.example\nstate = FR\n", "origin is missing"},
        {"[node]\nnetwork = t.example\nstate = FR\nobserver = x\n", "needs either"},
        {"[node]\nnetwork = t.example\nstate = FR\norigin = t.example/ke/0123456789abcdef\n",
         "another network or State"},
        {"[node]\nstate = FR\n", "network is missing"},
        {"", "network is missing"},
    };
    struct fixture *f = *state;
    struct config c;
    char said[1024];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_ERR(load(f, bytes_str(bad[i].text), &c, said, sizeof said), ERR_SCHEMA);
        if (!strstr(said, bad[i].says))
            fail_msg("'%s' says '%s', not '%s'", bad[i].text, said, bad[i].says);
    }
}

static void comments_a_byte_order_mark_and_windows_lines_are_taken(void **state) {
    struct fixture *f = *state;
    struct config c;
    char said[256];
    CHECK_OK(load(
        f, bytes_str("\xef\xbb\xbf; a comment\r\n[node]\r\nnetwork=test.example\r\n\r\nobserver = A B\r\n"),
        &c, said, sizeof said));
    assert_string_equal(c.observer, "A B");
    assert_string_equal(c.network, "test.example");
}

static void a_line_too_long_or_with_a_nul_is_refused(void **state) {
    struct fixture *f = *state;
    struct config c;
    char said[512], text[1024];
    int n = snprintf(text, sizeof text, "%s; ", good);
    memset(text + n, 'x', 400);
    n += 400;
    memcpy(text + n, "\n", 2);
    CHECK_ERR(load(f, bytes_str(text), &c, said, sizeof said), ERR_SCHEMA);
    assert_non_null(strstr(said, "comity.conf:5: the line is longer than"));
    struct bytes nul = {(const uint8_t *)"[node]\nnetwork = a\0b\n", 21};
    CHECK_ERR(load(f, nul, &c, said, sizeof said), ERR_SCHEMA);
}

static void what_garbage_says_never_reaches_the_terminal_raw(void **state) {
    struct fixture *f = *state;
    struct config c;
    char said[1024];
    CHECK_ERR(load(f, bytes_str("[node]\n\x1b[2J\xc2\x9b = \x1b]0;x\x07\n"), &c, said, sizeof said),
              ERR_SCHEMA);
    for (const char *p = said; *p; p++)
        assert_true(*p == '\n' || (*p >= ' ' && *p < 0x7f));
}

static void a_file_cut_at_any_byte_is_refused_or_says_the_same(void **state) {
    struct fixture *f = *state;
    struct config whole, c;
    char said[1024];
    CHECK_OK(load(f, bytes_str(good), &whole, said, sizeof said));
    for (size_t len = 0; len + 1 < sizeof good - 1; len++)
        CHECK_REFUSED(load(f, (struct bytes){(const uint8_t *)good, len}, &c, said, sizeof said));
}

static void a_directory_that_is_no_node_is_refused(void **state) {
    struct fixture *f = *state;
    struct config c;
    char said[1024], path[TMP_LEN + 32];
    snprintf(path, sizeof path, "%s/none", f->dir);
    CHECK_ERR(config_load(path, &c), ERR_NOT_FOUND);
    CHECK_ERR(config_load(f->dir, &c), ERR_NOT_FOUND);
    (void)said;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_dir, close_dir)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_is_saved_loads_back),
        TEST(what_is_kept_for_how_long_is_said_in_units),
        TEST(how_much_of_the_disk_is_said_in_units),
        TEST(a_mistake_is_named_with_its_line_and_rule),
        TEST(comments_a_byte_order_mark_and_windows_lines_are_taken),
        TEST(a_line_too_long_or_with_a_nul_is_refused),
        TEST(what_garbage_says_never_reaches_the_terminal_raw),
        TEST(a_file_cut_at_any_byte_is_refused_or_says_the_same),
        TEST(a_directory_that_is_no_node_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
