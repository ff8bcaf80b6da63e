#include "tests/test.h"

#include <string.h>

#include "tests/lib/tmp.h"
#include "tests/store/author.h"

struct fixture {
    char dir[TMP_LEN];
    struct store *store;
    struct author fr, ke;
};

static int open_two_states(void **state) {
    static struct fixture f;
    tmp_open(f.dir);
    f.store = author_store(f.dir, 0);
    author_open(&f.fr, "fr", 1);
    author_open(&f.ke, "ke", 2);
    author_register(&f.fr, f.store);
    author_register(&f.ke, f.store);
    *state = &f;
    return 0;
}

static int close_them(void **state) {
    struct fixture *f = *state;
    store_close(f->store);
    author_close(&f->fr);
    author_close(&f->ke);
    tmp_close(f->dir);
    digest_thread_done();
    return 0;
}

/* Deliver up to an entry in a transaction of its own. */
static struct log_record deliver(struct fixture *f, struct author *a, uint64_t to, uint64_t target) {
    struct txn t;
    struct log_record record;
    txn_begin(&t, f->store, true);
    CHECK_OK(author_deliver(a, &t, to, target, &record));
    CHECK_OK(txn_commit(&t));
    return record;
}

static void an_opened_log_is_empty_and_known_by_its_id(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct log_record record, walked = {.seq = 0};
    struct package_note note;
    txn_begin(&t, f->store, false);
    assert_true(logs_get(&t, f->fr.id, &record));
    assert_string_equal(record.origin, f->fr.origin);
    assert_string_equal(record.code, "fr");
    assert_int_equal(record.head.size, 0);
    struct digest empty = digest_empty();
    assert_true(digest_eq(&record.head.root, &empty));
    assert_int_equal(record.seq, 0);
    assert_true(logs_note(&t, f->fr.id, 0, &note));
    assert_true(bytes_eq(note.text, f->fr.note.text));
    assert_int_equal(note.count, 1);
    assert_memory_equal(&note.signature[0], &f->fr.note.signature[0], sizeof note.signature[0]);
    assert_false(logs_note(&t, f->fr.id, 1, &note));
    unsigned count = 0;
    while (logs_next(&t, &walked))
        count++;
    assert_int_equal(count, 2);
    CHECK_OK(txn_commit(&t));
}

static void a_log_opens_once(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct log_record record;
    txn_begin(&t, f->store, true);
    logs_open(&t, f->fr.origin, &f->fr.note, &record);
    CHECK_ERR(txn_commit(&t), ERR_EXISTS);
}

static void a_head_moves_when_its_target_is_reached(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct checkpoint c;
    struct checkpoint_signature s[SIGNATURES_MAX];
    unsigned count;
    author_fill(&f->fr, 10, 200, 0);
    struct log_record record = deliver(f, &f->fr, 4, 10);
    assert_int_equal(record.held, 4);
    assert_int_equal(record.target, 10);
    assert_int_equal(record.head.size, 0);
    assert_int_equal(record.seq, 0);
    txn_begin(&t, f->store, false);
    assert_true(logs_target(&t, &record, &c, s, SIGNATURES_MAX, &count));
    assert_int_equal(c.size, 10);
    CHECK_OK(checkpoint_verify(&c, &s[0]));
    logs_checkpoint(&t, &record, &c, s, SIGNATURES_MAX, &count);
    assert_int_equal(count, 0);
    CHECK_OK(txn_commit(&t));
    record = deliver(f, &f->fr, 10, 10);
    assert_int_equal(record.head.size, 10);
    assert_int_equal(record.target, 0);
    assert_int_equal(record.seq, 1);
    txn_begin(&t, f->store, false);
    assert_false(logs_target(&t, &record, &c, s, SIGNATURES_MAX, &count));
    logs_checkpoint(&t, &record, &c, s, SIGNATURES_MAX, &count);
    assert_int_equal(count, 1);
    CHECK_OK(checkpoint_verify(&c, &s[0]));
    CHECK_OK(txn_commit(&t));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_two_states, close_them)
    const struct CMUnitTest tests[] = {
        TEST(an_opened_log_is_empty_and_known_by_its_id),
        TEST(a_log_opens_once),
        TEST(a_head_moves_when_its_target_is_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
