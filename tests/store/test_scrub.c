/* Scrubbing: of rows that are gone no byte is left in the file, and of those that stay nothing changes,
 * whoever reads meanwhile and wherever it is interrupted. */
#include "store/scrub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/lmdbpage.h"
#include "store/roster.h"
#include "store/rows.h"
#include "tests/lib/tmp.h"
#include "tests/store/author.h"
#include "tests/test.h"

#define SECRET "Anna Exampleova"
#define KEPT "Badri Samplevich"

static char dir[TMP_LEN];
static struct store *store;

static int open_store(void **state) {
    (void)state;
    tmp_open(dir);
    store = author_store(dir, 0);
    return 0;
}

static int close_store(void **state) {
    (void)state;
    store_close(store);
    tmp_close(dir);
    digest_thread_done();
    return 0;
}

/* How often a text stands in the database file. */
static unsigned count(const char *text) {
    char path[TMP_LEN + 16];
    struct stat st;
    snprintf(path, sizeof path, "%s/data.mdb", dir);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &st), 0);
    uint8_t *bytes = malloc((size_t)st.st_size);
    assert_int_equal(fread(bytes, 1, (size_t)st.st_size, file), st.st_size);
    fclose(file);
    unsigned found = 0;
    for (const uint8_t *at = bytes, *end = bytes + st.st_size;
         (at = memmem(at, (size_t)(end - at), text, strlen(text))) != NULL; at++)
        found++;
    free(bytes);
    return found;
}

/* A draft of about so many bytes, full of a text. */
static struct bytes draft(const char *text, size_t len) {
    static char buffer[70000];
    size_t at = 0;
    for (size_t piece = strlen(text) + 1; at + piece < len; at += piece)
        memcpy(buffer + at, text, piece); /* with its NUL */
    return (struct bytes){(uint8_t *)buffer, at};
}

static const size_t lengths[] = {20, 300, 1900, 2100, 3000, 4050, 4079, 4080, 4081, 9000, 60000};
enum { LENGTHS = sizeof lengths / sizeof *lengths };

/* Drafts of every size, the secret ones between those that stay, in many transactions; half of the secret
 * ones become shorter and shorter in place. */
static void fill(unsigned rounds) {
    for (unsigned i = 0; i < rounds * LENGTHS; i++) {
        struct txn t;
        txn_begin(&t, store, true);
        uint64_t kept = drafts_add(&t, draft(KEPT, lengths[i % LENGTHS]));
        uint64_t seq = drafts_add(&t, draft(SECRET, lengths[i % LENGTHS]));
        if (i % 2)
            drafts_replace(&t, seq, draft(SECRET, lengths[i % LENGTHS] / 2));
        if (i % 5 == 0)
            drafts_replace(&t, kept, draft(KEPT, lengths[(i + 3) % LENGTHS]));
        CHECK_OK(txn_commit(&t));
    }
}

static bool is_secret(struct bytes text) {
    return memmem(text.ptr, text.len, SECRET, strlen(SECRET)) != NULL;
}

static unsigned remove_secret(void) {
    struct txn t;
    struct bytes text;
    uint64_t seq = 0;
    unsigned removed = 0;
    txn_begin(&t, store, true);
    while (drafts_next(&t, &seq, &text))
        if (is_secret(text)) {
            drafts_remove(&t, seq);
            removed++;
        }
    scrub_want(&t);
    CHECK_OK(txn_commit(&t));
    return removed;
}

/* Of all rows that stay. */
static struct digest digest_kept(void) {
    struct digest sum = digest_empty();
    struct txn t;
    struct bytes text;
    uint64_t seq = 0;
    txn_begin(&t, store, false);
    while (drafts_next(&t, &seq, &text))
        if (!is_secret(text))
            sum = digest_pieces((struct bytes[]){BYTES(sum.b), text}, 2);
    txn_abort(&t);
    return sum;
}

static bool wanted(void) {
    struct txn t;
    txn_begin(&t, store, false);
    bool is = scrub_wanted(&t);
    txn_abort(&t);
    return is;
}

static void scrub_all(struct scrub *scrub) {
    bool more = true;
    for (unsigned steps = 0; more; steps++) {
        assert_true(steps < 10000);
        CHECK_OK(scrub_step(store, scrub, &more));
    }
}

static void nothing_is_left_of_what_was_destroyed(void **state) {
    (void)state;
    struct scrub scrub = {.wanted = 0};
    fill(12);
    struct digest before = digest_kept();
    remove_secret();
    assert_true(count(SECRET) > 0);
    assert_true(wanted());
    scrub_all(&scrub);
    assert_false(wanted());
    assert_int_equal(count(SECRET), 0);
    assert_true(count(KEPT) > 0);
    struct digest after = digest_kept();
    assert_true(digest_eq(&before, &after));
    /* And nothing of it comes back with what is written later. */
    for (unsigned i = 0; i < 50; i++) {
        struct txn t;
        txn_begin(&t, store, true);
        drafts_add(&t, draft(KEPT, lengths[i % LENGTHS]));
        CHECK_OK(txn_commit(&t));
    }
    assert_int_equal(count(SECRET), 0);
}

static void without_a_wish_nothing_is_done(void **state) {
    (void)state;
    struct scrub scrub = {.wanted = 0};
    bool more = true;
    fill(1);
    uint64_t version = store_version(store);
    CHECK_OK(scrub_step(store, &scrub, &more));
    assert_false(more);
    assert_int_equal(store_version(store), version);
}

static void a_reader_keeps_what_it_sees_and_is_waited_for(void **state) {
    (void)state;
    struct scrub scrub = {.wanted = 0};
    struct txn reader;
    struct bytes text;
    uint64_t seq = 0;
    unsigned seen = 0;
    bool more = true;
    fill(4);
    txn_begin(&reader, store, false);
    unsigned removed = remove_secret();
    CHECK_ERR(scrub_step(store, &scrub, &more), ERR_BUSY);
    assert_true(wanted());
    while (drafts_next(&reader, &seq, &text))
        seen += is_secret(text);
    assert_int_equal(seen, removed);
    txn_abort(&reader);
    /* One that begins later holds up the end, not the beginning. */
    CHECK_OK(scrub_step(store, &scrub, &more));
    txn_begin(&reader, store, false);
    enum err err = ERR_OK;
    for (unsigned i = 0; i < 100 && !err; i++)
        err = scrub_step(store, &scrub, &more);
    assert_string_equal(err_name(err), "BUSY");
    struct digest sum = digest_kept();
    seq = 0;
    struct digest by_reader = digest_empty();
    while (drafts_next(&reader, &seq, &text))
        if (!is_secret(text))
            by_reader = digest_pieces((struct bytes[]){BYTES(by_reader.b), text}, 2);
    assert_true(digest_eq(&sum, &by_reader));
    txn_abort(&reader);
    scrub_all(&scrub);
    assert_int_equal(count(SECRET), 0);
}

/* Other work goes on between the steps, and a crash may come after any of them. */
static void it_goes_on_from_any_point_after_a_crash(void **state) {
    (void)state;
    for (unsigned steps = 0; steps < 7; steps++) {
        struct scrub scrub = {.wanted = 0};
        bool more = true;
        fill(3);
        remove_secret();
        for (unsigned i = 0; i < steps && more; i++) {
            struct txn t;
            CHECK_OK(scrub_step(store, &scrub, &more));
            txn_begin(&t, store, true);
            drafts_add(&t, draft(KEPT, lengths[i % LENGTHS]));
            CHECK_OK(txn_commit(&t));
        }
        struct digest before = digest_kept();
        store_close(store);
        store = author_store(dir, 0);
        assert_true(wanted() || !more);
        scrub = (struct scrub){.wanted = 0};
        scrub_all(&scrub);
        struct digest after = digest_kept();
        assert_true(digest_eq(&before, &after));
        assert_int_equal(count(SECRET), 0);
    }
}

/* Rows that are destroyed while it is under way are scrubbed too. */
static void a_wish_that_comes_meanwhile_is_granted(void **state) {
    (void)state;
    struct scrub scrub = {.wanted = 0};
    bool more = true;
    fill(2);
    remove_secret();
    CHECK_OK(scrub_step(store, &scrub, &more));
    CHECK_OK(scrub_step(store, &scrub, &more));
    fill(2);
    remove_secret();
    scrub_all(&scrub);
    assert_false(wanted());
    assert_int_equal(count(SECRET), 0);
}

/* Tables of several levels, walked in pieces. */
static void a_large_table_is_walked_in_pieces(void **state) {
    (void)state;
    struct scrub scrub = {.wanted = 0};
    bool more = true;
    for (unsigned i = 0; i < 40; i++) {
        struct txn t;
        txn_begin(&t, store, true);
        for (unsigned k = 0; k < 500; k++)
            drafts_add(&t, draft(k % 3 ? KEPT : SECRET, 900));
        CHECK_OK(txn_commit(&t));
    }
    struct digest before = digest_kept();
    remove_secret();
    unsigned steps = 0;
    for (; more; steps++)
        CHECK_OK(scrub_step(store, &scrub, &more));
    assert_true(steps > 5);
    struct digest after = digest_kept();
    assert_true(digest_eq(&before, &after));
    assert_int_equal(count(SECRET), 0);
}

static void a_page_that_is_not_as_it_should_be_is_refused(void **state) {
    (void)state;
    static uint8_t page[4096];
    struct lmdbpage p;
    struct lmdbmeta meta;
    static uint8_t two[8192];
    uint64_t pages;
    CHECK_ERR(lmdbpage_read(page, sizeof page, 0, &p), ERR_CORRUPT); /* of no kind */
    page[10] = 2;                                                    /* a leaf */
    CHECK_ERR(lmdbpage_read(page, sizeof page, 0, &p), ERR_CORRUPT); /* its bounds are 0 */
    page[12] = 16;
    page[15] = 0x10;
    CHECK_OK(lmdbpage_read(page, sizeof page, 0, &p));
    assert_int_equal(p.count, 0);
    CHECK_ERR(lmdbpage_read(page, sizeof page, 1, &p), ERR_CORRUPT); /* another page's */
    page[12] = 18;                                                   /* a node at 0: in the head */
    CHECK_ERR(lmdbpage_read(page, sizeof page, 0, &p), ERR_CORRUPT);
    page[15] = 0x11; /* beyond the page */
    CHECK_ERR(lmdbpage_read(page, sizeof page, 0, &p), ERR_CORRUPT);
    CHECK_ERR(lmdbpage_meta(two, 4096, &meta), ERR_VERSION);
    CHECK_ERR(lmdbpage_run(page, 4096, 0, 10, &pages), ERR_CORRUPT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_left_of_what_was_destroyed, open_store, close_store),
        cmocka_unit_test_setup_teardown(without_a_wish_nothing_is_done, open_store, close_store),
        cmocka_unit_test_setup_teardown(a_reader_keeps_what_it_sees_and_is_waited_for, open_store,
                                        close_store),
        cmocka_unit_test_setup_teardown(it_goes_on_from_any_point_after_a_crash, open_store, close_store),
        cmocka_unit_test_setup_teardown(a_wish_that_comes_meanwhile_is_granted, open_store, close_store),
        cmocka_unit_test_setup_teardown(a_large_table_is_walked_in_pieces, open_store, close_store),
        cmocka_unit_test(a_page_that_is_not_as_it_should_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
