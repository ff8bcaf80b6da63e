#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "store/roster.h"
#include "tests/lib/tmp.h"
#include "tests/store/author.h"

struct fixture {
    char dir[TMP_LEN];
    struct store *store;
};

static int open_store(void **state) {
    static struct fixture f;
    tmp_open(f.dir);
    f.store = author_store(f.dir, 0);
    *state = &f;
    return 0;
}

static int close_store(void **state) {
    struct fixture *f = *state;
    store_close(f->store);
    tmp_close(f->dir);
    return 0;
}

static struct pin pin_of(const char *code, char root) {
    struct pin pin = {.epoch = 3, .added = 77, .hold = true};
    char hex[17];
    memset(hex, root, 16);
    hex[16] = '\0';
    snprintf(pin.origin, sizeof pin.origin, "test.example/%s/%s", code, hex);
    memset(pin.hash.b, root, DIGEST_LEN);
    return pin;
}

static enum err pin_now(struct fixture *f, const struct pin *pin) {
    struct txn t;
    txn_begin(&t, f->store, true);
    roster_pin(&t, pin);
    return txn_commit(&t);
}

static void a_pin_is_kept_replaced_and_removed(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct pin pin = pin_of("fr", 'a'), got;
    CHECK_OK(pin_now(f, &pin));
    txn_begin(&t, f->store, true);
    assert_true(roster_get(&t, pin.origin, &got));
    assert_memory_equal(&got, &pin, sizeof pin);
    pin.epoch = 4;
    pin.own = true;
    pin.hold = false;
    roster_pin(&t, &pin);
    assert_true(roster_get(&t, pin.origin, &got));
    assert_memory_equal(&got, &pin, sizeof pin);
    roster_remove(&t, pin.origin);
    assert_false(roster_get(&t, pin.origin, &got));
    roster_remove(&t, pin.origin);
    assert_false(roster_get(&t, "", &got));
    CHECK_OK(txn_commit(&t));
}

static void a_state_has_one_pinned_log(void **state) {
    struct fixture *f = *state;
    struct pin first = pin_of("fr", 'a'), rival = pin_of("fr", 'b'), other = pin_of("ke", 'b');
    CHECK_OK(pin_now(f, &first));
    CHECK_ERR(pin_now(f, &rival), ERR_EXISTS);
    CHECK_OK(pin_now(f, &other));
    CHECK_OK(pin_now(f, &first));
}

static void pins_are_walked_by_origin(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct pin pin = {.origin = ""};
    const char *code[] = {"ke", "fr", "zz", "aa"};
    char seen[16] = "";
    for (unsigned i = 0; i < 4; i++) {
        struct pin p = pin_of(code[i], 'c');
        CHECK_OK(pin_now(f, &p));
    }
    txn_begin(&t, f->store, false);
    for (size_t len = 0; roster_next(&t, &pin) && len < 8; len += CODE_LEN)
        memcpy(seen + len, pin.origin + strlen("test.example/"), CODE_LEN);
    CHECK_OK(txn_commit(&t));
    assert_string_equal(seen, "aafrkezz");
}

static void peers_are_kept_by_node(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct peer_row a = {.name = "Nairobi \xc3\xa9", .address = "tcp://127.0.0.1:7001", .configured = true};
    struct peer_row b = {.invited = true}, got, walked = {.name = ""};
    memset(a.node.b, 2, KEY_LEN);
    memset(b.node.b, 1, KEY_LEN);
    struct pin pin = pin_of("ke", 'd');
    memcpy(b.origin, pin.origin, sizeof b.origin);
    memset(b.name, 'n', NAME_TEXT_MAX);
    memset(b.address, 'a', sizeof b.address - 1);
    txn_begin(&t, f->store, true);
    peers_put(&t, &a);
    peers_put(&t, &b);
    CHECK_OK(txn_commit(&t));
    txn_begin(&t, f->store, true);
    assert_true(peers_get(&t, &a.node, &got));
    assert_memory_equal(&got, &a, sizeof a);
    assert_true(peers_next(&t, &walked));
    assert_memory_equal(&walked, &b, sizeof b);
    assert_true(peers_next(&t, &walked));
    assert_memory_equal(&walked.node, &a.node, KEY_LEN);
    assert_false(peers_next(&t, &walked));
    peers_remove(&t, &a.node);
    assert_false(peers_get(&t, &a.node, &got));
    CHECK_OK(txn_commit(&t));
}

static void drafts_come_in_the_order_in_which_they_were_made(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct bytes text;
    uint64_t seq = 0;
    txn_begin(&t, f->store, true);
    assert_int_equal(drafts_add(&t, bytes_str("one")), 1);
    assert_int_equal(drafts_add(&t, bytes_str("two")), 2);
    assert_int_equal(drafts_add(&t, bytes_str("three")), 3);
    drafts_remove(&t, 2);
    drafts_remove(&t, 9);
    CHECK_OK(txn_commit(&t));
    txn_begin(&t, f->store, false);
    assert_true(drafts_next(&t, &seq, &text));
    assert_true(bytes_is(text, "one"));
    assert_true(drafts_next(&t, &seq, &text));
    assert_int_equal(seq, 3);
    assert_true(bytes_is(text, "three"));
    assert_false(drafts_next(&t, &seq, &text));
    CHECK_OK(txn_commit(&t));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, close_store)
    const struct CMUnitTest tests[] = {
        TEST(a_pin_is_kept_replaced_and_removed),
        TEST(a_state_has_one_pinned_log),
        TEST(pins_are_walked_by_origin),
        TEST(peers_are_kept_by_node),
        TEST(drafts_come_in_the_order_in_which_they_were_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
