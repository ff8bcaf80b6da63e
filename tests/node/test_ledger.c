#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/file.h"
#include "node/ledger.h"
#include "tests/lib/guard.h"
#include "tests/lib/tmp.h"

#define ORIGIN "test.example/fr/0123456789abcdef"

static struct ledger signed_at(uint64_t size) {
    struct ledger l;
    struct pubkey key;
    struct checkpoint c = {.origin = ORIGIN};
    uint8_t seed[KEY_SEED_LEN] = {9}, secret[KEY_SECRET_LEN];
    key_from_seed(seed, &key, secret);
    ledger_init(&l, ORIGIN, 0);
    for (uint64_t i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)i;
        struct digest leaf = digest_leaf((struct bytes){&byte, 1});
        frontier_add(&l.frontier, &leaf);
    }
    l.root = c.root = frontier_root(&l.frontier);
    c.size = size;
    if (size)
        checkpoint_sign(&c, secret, &l.last);
    return l;
}

static void what_is_printed_reads_back_to_the_same(void **state) {
    char buffer[LEDGER_MAX], again[LEDGER_MAX];
    struct bytes text, text2;
    struct ledger read;
    (void)state;
    for (uint64_t size = 0; size < 70; size++) {
        struct ledger l = signed_at(size);
        CHECK_OK(ledger_print(&l, buffer, sizeof buffer, &text));
        CHECK_OK(ledger_parse(text, &read));
        assert_int_equal(read.frontier.size, size);
        assert_true(digest_eq(&read.root, &l.root));
        CHECK_OK(ledger_print(&read, again, sizeof again, &text2));
        assert_true(bytes_eq(text, text2));
    }
}

static void a_ledger_cut_at_any_byte_is_refused(void **state) {
    char buffer[LEDGER_MAX];
    struct bytes text;
    struct guard g;
    struct ledger l = signed_at(7), read;
    (void)state;
    guard_open(&g, LEDGER_MAX);
    CHECK_OK(ledger_print(&l, buffer, sizeof buffer, &text));
    for (size_t len = 0; len < text.len; len++)
        CHECK_REFUSED(ledger_parse((struct bytes){guard_copy(&g, buffer, len), len}, &read));
    guard_close(&g);
}

static void a_ledger_with_any_bit_turned_is_refused(void **state) {
    char buffer[LEDGER_MAX];
    struct bytes text;
    struct ledger l = signed_at(6), read;
    (void)state;
    CHECK_OK(ledger_print(&l, buffer, sizeof buffer, &text));
    for (size_t i = 0; i < text.len; i++)
        for (int bit = 0; bit < 8; bit++) {
            buffer[i] = (char)(buffer[i] ^ (1 << bit));
            CHECK_REFUSED(ledger_parse(text, &read));
            buffer[i] = (char)(buffer[i] ^ (1 << bit));
        }
    CHECK_OK(ledger_parse(text, &read));
}

static void a_ledger_whose_root_does_not_fit_its_edge_is_refused_though_its_sum_fits(void **state) {
    char buffer[LEDGER_MAX];
    struct bytes text;
    struct ledger l = signed_at(6), read;
    (void)state;
    l.frontier.peak[1].b[0] ^= 1;
    CHECK_OK(ledger_print(&l, buffer, sizeof buffer, &text));
    CHECK_ERR(ledger_parse(text, &read), ERR_CORRUPT);
    l = signed_at(6);
    l.last.signature.b[3] ^= 1;
    CHECK_OK(ledger_print(&l, buffer, sizeof buffer, &text));
    CHECK_ERR(ledger_parse(text, &read), ERR_CORRUPT);
}

static void the_files_are_made_once_and_replaced_whole(void **state) {
    char dir[TMP_LEN], path[TMP_LEN + 32];
    struct ledger l = signed_at(0), read;
    (void)state;
    tmp_open(dir);
    CHECK_ERR(ledger_load(dir, &read), ERR_NOT_FOUND);
    CHECK_OK(ledger_create(dir, &l));
    CHECK_ERR(ledger_create(dir, &l), ERR_EXISTS);
    l = signed_at(5);
    CHECK_OK(ledger_save(dir, &l));
    CHECK_OK(ledger_load(dir, &read));
    assert_int_equal(read.frontier.size, 5);
    /* What a crash leaves of a ledger that was not finished has no effect. */
    snprintf(path, sizeof path, "%s/ledger/ledger.tmp", dir);
    CHECK_OK(file_write_new(path, bytes_str("comity-ledger/v1\norigin te")));
    CHECK_OK(ledger_load(dir, &read));
    l = signed_at(6);
    CHECK_OK(ledger_save(dir, &l));
    CHECK_OK(ledger_load(dir, &read));
    assert_int_equal(read.frontier.size, 6);
    tmp_close(dir);
}

static void one_process_signs_at_a_time(void **state) {
    char dir[TMP_LEN];
    struct ledger l = signed_at(0);
    int lock = -1, again = -1, status;
    (void)state;
    tmp_open(dir);
    CHECK_ERR(ledger_lock("/nonexistent", &lock), ERR_NOT_FOUND);
    CHECK_OK(ledger_create(dir, &l));
    CHECK_OK(ledger_lock(dir, &lock));
    CHECK_ERR(ledger_lock(dir, &again), ERR_BUSY);
    pid_t child = fork();
    if (child == 0)
        _exit(ledger_lock(dir, &again) == ERR_BUSY ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(lock);
    CHECK_OK(ledger_lock(dir, &again));
    close(again);
    tmp_close(dir);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_printed_reads_back_to_the_same),
        cmocka_unit_test(a_ledger_cut_at_any_byte_is_refused),
        cmocka_unit_test(a_ledger_with_any_bit_turned_is_refused),
        cmocka_unit_test(a_ledger_whose_root_does_not_fit_its_edge_is_refused_though_its_sum_fits),
        cmocka_unit_test(the_files_are_made_once_and_replaced_whole),
        cmocka_unit_test(one_process_signs_at_a_time),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    digest_thread_done();
    return failed;
}
