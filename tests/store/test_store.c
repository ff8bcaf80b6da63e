#include "tests/test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/directory.h"
#include "tests/lib/tmp.h"
#include "tests/store/author.h"

/* LMDB's syncs come here, so that a test can make one fail. */
static int sync_errno;

int fdatasync(int fd) {
    if (sync_errno) {
        errno = sync_errno;
        return -1;
    }
    return fsync(fd);
}

struct fixture {
    char dir[TMP_LEN];
    struct author fr;
};

static int make_author(void **state) {
    static struct fixture f;
    tmp_open(f.dir);
    author_open(&f.fr, "fr", 1);
    *state = &f;
    return 0;
}

static int drop_author(void **state) {
    struct fixture *f = *state;
    sync_errno = 0;
    author_close(&f->fr);
    tmp_close(f->dir);
    digest_thread_done();
    return 0;
}

static enum err set(struct store *store, const char *name, struct bytes value) {
    struct txn t;
    txn_begin(&t, store, true);
    store_set(&t, name, value);
    return txn_commit(&t);
}

static bool setting_is(struct store *store, const char *name, const char *want) {
    struct txn t;
    struct bytes value;
    txn_begin(&t, store, false);
    bool same = store_setting(&t, name, &value) && bytes_is(value, want);
    CHECK_OK(txn_commit(&t));
    return same;
}

static enum err deliver(struct store *store, struct author *a, uint64_t to, uint64_t target) {
    struct txn t;
    struct log_record record;
    txn_begin(&t, store, true);
    enum err err = author_deliver(a, &t, to, target, &record);
    enum err committed = txn_commit(&t);
    return err ? err : committed;
}

static void a_database_keeps_its_rows_instance_and_secret(void **state) {
    struct fixture *f = *state;
    struct store_options other = {.network = "test.example"};
    struct store *store = author_store(f->dir, 0);
    uint8_t instance[INSTANCE_LEN], secret[32];
    memcpy(instance, store_instance(store), sizeof instance);
    memcpy(secret, store_secret(store), sizeof secret);
    CHECK_OK(set(store, "a", bytes_str("one")));
    assert_true(store_bytes(store) > 0);
    store_close(store);
    CHECK_OK(store_open(f->dir, &other, &store));
    assert_memory_equal(store_instance(store), instance, sizeof instance);
    assert_memory_equal(store_secret(store), secret, sizeof secret);
    assert_true(setting_is(store, "a", "one"));
    assert_false(setting_is(store, "b", "one"));
    store_close(store);
}

static void a_database_of_another_network_is_refused(void **state) {
    struct fixture *f = *state;
    struct store_options other = {.network = "exercise.test.example"};
    struct store *store = author_store(f->dir, 0);
    store_close(store);
    store = NULL;
    CHECK_ERR(store_open(f->dir, &other, &store), ERR_NETWORK);
    assert_null(store);
    store = author_store(f->dir, 0);
    store_close(store);
}

static void files_are_for_the_owner_alone(void **state) {
    struct fixture *f = *state;
    const char *name[] = {"data.mdb", "lock.mdb", "lock"};
    struct store *store = author_store(f->dir, 0);
    for (unsigned i = 0; i < 3; i++) {
        char path[TMP_LEN + 16];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", f->dir, name[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
    }
    store_close(store);
}

static void what_is_no_database_is_refused(void **state) {
    struct fixture *f = *state;
    struct store_options options = {.network = "test.example"};
    struct store *store = NULL;
    char path[TMP_LEN + 16];
    snprintf(path, sizeof path, "%s/data.mdb", f->dir);
    FILE *file = fopen(path, "w");
    for (unsigned i = 0; i < 20000; i++)
        fputc('x', file);
    fclose(file);
    CHECK_ERR(store_open(f->dir, &options, &store), ERR_CORRUPT);
    CHECK_ERR(store_open("/nonexistent/directory", &options, &store), ERR_IO);
    assert_null(store);
}

static void an_error_sticks_until_the_end_of_its_transaction(void **state) {
    struct fixture *f = *state;
    struct store *store = author_store(f->dir, 0);
    struct txn t;
    struct bytes value;
    uint8_t long_name[600];
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    txn_begin(&t, store, true);
    store_set(&t, "before", bytes_str("x"));
    store_set(&t, (const char *)long_name, bytes_str("longer than a key can be"));
    assert_int_equal(t.err, ERR_SIZE);
    store_set(&t, "after", bytes_str("x"));
    assert_false(store_setting(&t, "before", &value));
    CHECK_ERR(txn_commit(&t), ERR_SIZE);
    assert_false(setting_is(store, "before", "x"));
    CHECK_OK(set(store, "next", bytes_str("x")));
    store_close(store);
}

/* ---- one process ---- */

struct child {
    pid_t pid;
    int out;
};

/* Run work in a process of its own; what it writes to the descriptor comes to child.out. */
static struct child child_start(void (*work)(struct fixture *f, int out), struct fixture *f) {
    int fd[2];
    assert_int_equal(pipe(fd), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves nobody behind */
        close(fd[0]);
        work(f, fd[1]);
        _exit(0);
    }
    close(fd[1]);
    return (struct child){pid, fd[0]};
}

static void child_kill(struct child *c) {
    int status;
    kill(c->pid, SIGKILL);
    assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
    close(c->out);
}

static void hold_the_store(struct fixture *f, int out) {
    struct store *store = author_store(f->dir, 0);
    if (store && write(out, "x", 1) == 1)
        pause();
}

static void one_process_has_a_store_until_it_ends_in_any_way(void **state) {
    struct fixture *f = *state;
    struct store_options options = {.network = "test.example"};
    struct store *store = NULL;
    char byte;
    struct child c = child_start(hold_the_store, f);
    assert_int_equal(read(c.out, &byte, 1), 1);
    CHECK_ERR(store_open(f->dir, &options, &store), ERR_BUSY);
    child_kill(&c);
    CHECK_OK(store_open(f->dir, &options, &store));
    struct store *second = NULL;
    CHECK_ERR(store_open(f->dir, &options, &second), ERR_BUSY);
    store_close(store);
}

/* ---- kill -9 ---- */

#define CRASH_ENTRIES 6000
#define CRASH_TARGET 40 /* entries to a target */

/* Open the log if need be, then append packages of odd sizes, and tell what is held after each commit. */
static void append_and_acknowledge(struct fixture *f, int out) {
    struct store *store = author_store(f->dir, 0);
    struct author *a = &f->fr;
    struct txn t;
    struct log_record record;
    txn_begin(&t, store, false);
    bool there = logs_get(&t, a->id, &record);
    txn_abort(&t);
    if (!there)
        author_register(a, store);
    for (uint64_t held = record.held; held < a->size; held = record.held) {
        uint64_t to = held + 1 + held % 23, target = (held / CRASH_TARGET + 1) * CRASH_TARGET;
        txn_begin(&t, store, true);
        if (author_deliver(a, &t, to < target ? to : target, target, &record) || txn_commit(&t))
            _exit(1);
        if (write(out, &record.held, sizeof record.held) != sizeof record.held)
            _exit(2);
    }
}

/* Everything that hangs together in a log is as it was at one commit. */
static uint64_t check_whole(struct fixture *f) {
    struct store *store = author_store(f->dir, 0);
    struct author *a = &f->fr;
    struct txn t;
    struct log_record record;
    txn_begin(&t, store, false);
    if (logs_get(&t, a->id, &record)) {
        struct frontier held;
        struct digest root, want;
        struct tree_reader tree = {.txn = &t};
        struct entry_cursor c = {.leaf = {.index = 0}};
        struct contact_cursor contacts = {.mdb = NULL};
        uint64_t count = 0;
        while (logs_entry_next(&t, a->id, true, &c))
            assert_true(bytes_eq(c.entry.leaf, a->entry[count++].leaf));
        logs_entry_done(&c);
        assert_int_equal(count, record.held);
        logs_frontier(&t, &record, false, &held);
        root = frontier_root(&held);
        want = author_root(a, record.held);
        assert_true(digest_eq(&root, &want));
        memcpy(tree.id, a->id, LOG_ID_LEN);
        CHECK_OK(merkle_root(&root, record.head.size, logs_lookup, &tree));
        assert_true(digest_eq(&root, &record.head.root));
        assert_int_equal(record.head.size, record.held / CRASH_TARGET * CRASH_TARGET);
        assert_int_equal(record.target, record.held % CRASH_TARGET ? record.head.size + CRASH_TARGET : 0);
        assert_int_equal(changes_newest(&t), record.seq);
        assert_int_equal(record.seq, record.head.size / CRASH_TARGET);
        for (count = 0; directory_next(&t, a->id, record.head.size, UINT64_MAX, false, &contacts); count++)
            ;
        directory_done(&contacts);
        assert_int_equal(count, record.head.size);
    }
    CHECK_OK(txn_commit(&t));
    store_close(store);
    return record.held;
}

static uint64_t random_next(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* Let time pass without giving up the processor for longer than asked. */
static void spin(uint64_t microseconds) {
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while ((uint64_t)((now.tv_sec - start.tv_sec) * 1000000 + (now.tv_nsec - start.tv_nsec) / 1000) <
           microseconds);
}

static void nothing_acknowledged_is_lost_by_kill_9(void **state) {
    struct fixture *f = *state;
    uint64_t seed = 20260101, acknowledged = 0;
    unsigned kills = 0;
    author_fill(&f->fr, CRASH_ENTRIES, 120, 80);
    for (; kills < 60 && acknowledged < CRASH_ENTRIES; kills++) {
        struct child c = child_start(append_and_acknowledge, f);
        uint64_t acks = random_next(&seed) % 6, held;
        for (uint64_t i = 0; i < acks && read(c.out, &held, sizeof held) == sizeof held; i++)
            acknowledged = held;
        spin(random_next(&seed) % 1500);
        kill(c.pid, SIGKILL);
        while (read(c.out, &held, sizeof held) == sizeof held)
            acknowledged = held;
        child_kill(&c);
        uint64_t found = check_whole(f);
        assert_true(found >= acknowledged);
    }
    assert_true(kills >= 20);
    assert_true(acknowledged > 0);
}

/* ---- the disk ---- */

static void a_full_disk_leaves_the_store_readable_and_writable_later(void **state) {
    struct fixture *f = *state;
    struct store *store = author_store(f->dir, (size_t)1 << 20);
    struct txn t;
    struct log_record record;
    enum err err = ERR_OK;
    uint64_t stored = 0;
    author_register(&f->fr, store);
    author_fill(&f->fr, 2000, 300, 600);
    while (!(err = deliver(store, &f->fr, stored + 100, stored + 100)))
        stored += 100;
    assert_int_equal(err, ERR_DISK_FULL);
    assert_true(stored > 0);
    txn_begin(&t, store, false);
    assert_true(logs_get(&t, f->fr.id, &record));
    assert_int_equal(record.held, stored);
    assert_int_equal(record.head.size, stored);
    struct entry_cursor c = {.leaf = {.index = 0}};
    uint64_t count = 0;
    while (logs_entry_next(&t, f->fr.id, true, &c))
        count++;
    logs_entry_done(&c);
    assert_int_equal(count, stored);
    CHECK_OK(txn_commit(&t));
    CHECK_OK(set(store, "small", bytes_str("still fits")));
    store_close(store);
    store = author_store(f->dir, (size_t)64 << 20);
    assert_true(setting_is(store, "small", "still fits"));
    CHECK_OK(deliver(store, &f->fr, 1000, 2000));
    CHECK_OK(deliver(store, &f->fr, 2000, 2000));
    store_close(store);
}

static void no_space_at_the_sync_loses_one_transaction_only(void **state) {
    struct fixture *f = *state;
    struct store *store = author_store(f->dir, 0);
    CHECK_OK(set(store, "a", bytes_str("one")));
    sync_errno = ENOSPC;
    CHECK_ERR(set(store, "a", bytes_str("two")), ERR_DISK_FULL);
    sync_errno = 0;
    assert_true(setting_is(store, "a", "one"));
    CHECK_OK(set(store, "a", bytes_str("three")));
    assert_true(setting_is(store, "a", "three"));
    store_close(store);
}

static void a_failed_sync_ends_all_writing_until_the_store_is_opened_again(void **state) {
    struct fixture *f = *state;
    struct store *store = author_store(f->dir, 0);
    CHECK_OK(set(store, "a", bytes_str("one")));
    sync_errno = EIO;
    CHECK_ERR(set(store, "a", bytes_str("two")), ERR_IO);
    sync_errno = 0;
    CHECK_ERR(set(store, "a", bytes_str("three")), ERR_IO);
    assert_true(setting_is(store, "a", "one"));
    store_close(store);
    store = author_store(f->dir, 0);
    assert_true(setting_is(store, "a", "one"));
    CHECK_OK(set(store, "a", bytes_str("four")));
    store_close(store);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_author, drop_author)
    const struct CMUnitTest tests[] = {
        TEST(a_database_keeps_its_rows_instance_and_secret),
        TEST(a_database_of_another_network_is_refused),
        TEST(files_are_for_the_owner_alone),
        TEST(what_is_no_database_is_refused),
        TEST(an_error_sticks_until_the_end_of_its_transaction),
        TEST(one_process_has_a_store_until_it_ends_in_any_way),
        TEST(nothing_acknowledged_is_lost_by_kill_9),
        TEST(a_full_disk_leaves_the_store_readable_and_writable_later),
        TEST(no_space_at_the_sync_loses_one_transaction_only),
        TEST(a_failed_sync_ends_all_writing_until_the_store_is_opened_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
