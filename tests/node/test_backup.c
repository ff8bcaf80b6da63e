/* The texts of a backup, and the archive that holds one. */
#include "node/backup.h"
#include "tests/test.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/file.h"
#include "node/tarball.h"
#include "tests/lib/tmp.h"

#define SUM "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define LINE(name) SUM "  " name "\n"
#define WHOLE                                                                                                \
    LINE("backup.txt")                                                                                       \
    LINE("box.key") LINE("comity.conf") LINE("db/data.mdb") LINE("node.key") LINE("witness.key")

struct place {
    char from[TMP_LEN], to[TMP_LEN], tar[TMP_LEN + 16];
};

static int open_place(void **state) {
    static struct place p;
    char db[TMP_LEN + 8];
    tmp_open(p.from);
    tmp_open(p.to);
    snprintf(p.tar, sizeof p.tar, "%s/b.tar", p.from);
    snprintf(db, sizeof db, "%s/db", p.from);
    assert_int_equal(mkdir(db, 0700), 0);
    snprintf(db, sizeof db, "%s/db", p.to);
    assert_int_equal(mkdir(db, 0700), 0);
    *state = &p;
    return 0;
}

static int close_place(void **state) {
    struct place *p = *state;
    tmp_close(p->from);
    tmp_close(p->to);
    return 0;
}

static void only_names_of_a_backup_pass(void **state) {
    static const char *const good[] = {"backup.txt",  "comity.conf",  "web.token",
                                       "db/data.mdb", "operator.key", "root-next-0.key"},
                             *const bad[] = {
                                 "",        "ledger/ledger", "ledger",    "../node.key", "/etc/x.key",
                                 ".key",    ".a.key",        "a/b.key",   "db/lock.mdb", "pending",
                                 "a b.key", "SHA256SUMS",    "node.key/", "renewal"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(backup_name_good(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(backup_name_good(bad[i]));
}

static void the_list_is_read_as_it_was_written(void **state) {
    struct backup b, again;
    struct bytes text;
    char buffer[BACKUP_TEXT_MAX];
    (void)state;
    CHECK_OK(backup_parse(bytes_str(WHOLE), &b));
    assert_int_equal(b.count, 6);
    CHECK_OK(backup_print(&b, buffer, sizeof buffer, &text));
    assert_true(bytes_is(text, WHOLE));
    CHECK_OK(backup_parse(text, &again));
    assert_memory_equal(&b, &again, sizeof b);
}

static void a_list_that_is_not_one_is_refused(void **state) {
    static const struct {
        const char *text;
        enum err err;
    } cases[] = {{"", ERR_MISSING},
                 {LINE("backup.txt"), ERR_MISSING},
                 {WHOLE LINE("node.key"), ERR_EXISTS},
                 {WHOLE LINE("ledger/ledger"), ERR_NAME},
                 {WHOLE LINE("../node.key"), ERR_NAME},
                 {WHOLE SUM " node.key\n", ERR_SCHEMA},
                 {WHOLE "e3  x.key\n", ERR_SCHEMA},
                 {WHOLE SUM "  x.key", ERR_SCHEMA},
                 {WHOLE "\n", ERR_SCHEMA}};
    struct backup b;
    char many[70 * 90] = WHOLE;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_ERR(backup_parse(bytes_str(cases[i].text), &b), cases[i].err);
    for (unsigned i = 0; i < BACKUP_FILES_MAX; i++)
        snprintf(many + strlen(many), 90, LINE("k%u.key"), i);
    CHECK_ERR(backup_parse(bytes_str(many), &b), ERR_ITEMS);
}

static void what_it_is_of_is_read_as_it_was_written(void **state) {
    struct backup_about a = {.network = "test.example",
                             .origin = "test.example/fr/0123456789abcdef",
                             .made = "2026-01-01T00:00:00Z",
                             .size = 77},
                        again;
    char buffer[BACKUP_TEXT_MAX];
    struct bytes text;
    (void)state;
    for (unsigned turn = 0; turn < 2; turn++) {
        CHECK_OK(backup_about_print(&a, buffer, sizeof buffer, &text));
        CHECK_OK(backup_about_parse(text, &again));
        assert_string_equal(a.network, again.network);
        assert_string_equal(a.origin, again.origin);
        assert_string_equal(a.made, again.made);
        assert_int_equal(a.size, again.size);
        for (size_t cut = 0; cut < text.len; cut++)
            CHECK_REFUSED(backup_about_parse((struct bytes){text.ptr, cut}, &again));
        a.origin[0] = 0; /* an observer's */
    }
}

/* ---- archives ---- */

static void put_file(const char *dir, const char *name, const char *text) {
    char path[2 * TMP_LEN];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    CHECK_OK(file_write_new(path, bytes_str(text)));
}

/* An archive of one entry, as somebody else might make it. */
static void make_tar(const struct place *p, const char *name, unsigned type, const char *link, size_t len) {
    static const char zeros[BACKUP_SMALL_MAX + 2];
    struct archive *a = archive_write_new();
    struct archive_entry *e = archive_entry_new();
    unlink(p->tar);
    assert_int_equal(archive_write_set_format_pax_restricted(a), 0);
    assert_int_equal(archive_write_open_filename(a, p->tar), 0);
    for (unsigned turn = 0; turn < (link && !*link ? 2 : 1); turn++) { /* an empty link: the entry twice */
        archive_entry_set_pathname(e, name);
        archive_entry_set_filetype(e, type);
        archive_entry_set_perm(e, 0666);
        archive_entry_set_size(e, (la_int64_t)len);
        if (link && *link)
            archive_entry_set_symlink(e, link);
        assert_int_equal(archive_write_header(a, e), 0);
        assert_int_equal(archive_write_data(a, zeros, len), len);
    }
    archive_entry_free(e);
    archive_write_free(a);
}

static void an_archive_holds_what_was_put_in(void **state) {
    struct place *p = *state;
    struct backup b;
    const char *name = "";
    uint8_t *text;
    size_t len;
    char path[2 * TMP_LEN];
    struct stat st;
    for (unsigned i = 0; i < 6; i++) {
        static const char *const names[] = {"backup.txt",  "box.key",  "comity.conf",
                                            "db/data.mdb", "node.key", "witness.key"};
        put_file(p->from, names[i], names[i]);
    }
    CHECK_OK(backup_parse(bytes_str(WHOLE), &b));
    CHECK_OK(backup_sum(p->from, &b, &name));
    put_file(p->from, BACKUP_SUMS, "sums");
    CHECK_OK(tarball_write(p->tar, p->from, &b));
    CHECK_ERR(tarball_write(p->tar, p->from, &b), ERR_EXISTS);
    CHECK_OK(tarball_read(p->tar, p->to));
    CHECK_OK(backup_verify(p->to, &b, &name));
    snprintf(path, sizeof path, "%s/node.key", p->to);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    CHECK_OK(file_read(path, 100, &text, &len));
    assert_string_equal(text, "node.key");
    free(text);
    CHECK_OK(file_replace(path, bytes_str("other")));
    CHECK_ERR(backup_verify(p->to, &b, &name), ERR_CORRUPT);
    assert_string_equal(name, "node.key");
    assert_int_equal(unlink(path), 0);
    CHECK_ERR(backup_verify(p->to, &b, &name), ERR_NOT_FOUND);
    assert_int_equal(symlink("/dev/null", path), 0);
    CHECK_ERR(backup_verify(p->to, &b, &name), ERR_TYPE);
}

static void an_archive_writes_nowhere_else_and_no_more_than_it_may(void **state) {
    static const struct {
        const char *name;
        unsigned type;
        const char *link;
        size_t len;
        enum err err;
    } cases[] = {{"../x.key", AE_IFREG, NULL, 4, ERR_NAME},
                 {"/tmp/comity-x.key", AE_IFREG, NULL, 4, ERR_NAME},
                 {"ledger/ledger", AE_IFREG, NULL, 4, ERR_NAME},
                 {"db", AE_IFDIR, NULL, 0, ERR_NAME},
                 {"x.key", AE_IFLNK, "/etc/passwd", 0, ERR_TYPE},
                 {"y.key", AE_IFIFO, NULL, 0, ERR_TYPE},
                 {"z.key", AE_IFREG, "", 4, ERR_EXISTS},
                 {"large.key", AE_IFREG, NULL, BACKUP_SMALL_MAX + 1, ERR_SIZE}};
    struct place *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_tar(p, cases[i].name, cases[i].type, cases[i].link, cases[i].len);
        CHECK_ERR(tarball_read(p->tar, p->to), cases[i].err);
    }
    assert_int_not_equal(access("/tmp/comity-x.key", F_OK), 0);
}

static void what_is_no_whole_archive_is_refused(void **state) {
    struct place *p = *state;
    uint8_t *data;
    size_t len;
    make_tar(p, "db/data.mdb", AE_IFREG, NULL, 20000);
    CHECK_OK(file_read(p->tar, 1u << 20, &data, &len));
    for (size_t cut = 0; cut < 20000; cut += 999) {
        char path[2 * TMP_LEN];
        CHECK_OK(file_replace(p->tar, (struct bytes){data, cut}));
        CHECK_REFUSED(tarball_read(p->tar, p->to));
        snprintf(path, sizeof path, "%s/db/data.mdb", p->to);
        unlink(path);
    }
    free(data);
    CHECK_OK(file_replace(p->tar, bytes_str("this is no archive at all, whatever its name says")));
    CHECK_REFUSED(tarball_read(p->tar, p->to));
    unlink(p->tar);
    CHECK_ERR(tarball_read(p->tar, p->to), ERR_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_place, close_place)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_names_of_a_backup_pass),
        cmocka_unit_test(the_list_is_read_as_it_was_written),
        cmocka_unit_test(a_list_that_is_not_one_is_refused),
        cmocka_unit_test(what_it_is_of_is_read_as_it_was_written),
        TEST(an_archive_holds_what_was_put_in),
        TEST(an_archive_writes_nowhere_else_and_no_more_than_it_may),
        TEST(what_is_no_whole_archive_is_refused),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    digest_thread_done();
    return failed;
}
