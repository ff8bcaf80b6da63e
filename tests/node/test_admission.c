/* Who may link, as the store says: nodes of pinned States, observers that they accredit, and nobody else. */
#include "node/admission.h"

#include <string.h>

#include "store/roster.h"
#include "store/rows.h"
#include "tests/store/two_states.h"
#include "tests/test.h"

static struct pubkey key_number(uint8_t number) {
    uint8_t seed[KEY_SEED_LEN] = {number, 77}, secret[KEY_SECRET_LEN];
    struct pubkey key;
    key_from_seed(seed, &key, secret);
    return key;
}

static void node_add(struct author *a, uint8_t number) {
    struct leaf leaf = {.kind = LEAF_NODE, .time = 1};
    leaf.node.id = key_number(number);
    leaf.node.witness = key_number((uint8_t)(number + 100));
    author_leaf(a, &leaf);
}

static void observer_add(struct author *a, uint8_t number, const char *name) {
    struct leaf leaf = {.kind = LEAF_OBSERVER, .time = 1};
    leaf.observer.id = key_number(number);
    leaf.observer.name = bytes_str(name);
    author_leaf(a, &leaf);
}

static void withdraw(struct author *a, enum leaf_kind kind, uint8_t number) {
    struct leaf leaf = {.kind = LEAF_WITHDRAW, .time = 2};
    struct pubkey key = key_number(number);
    leaf.withdraw.kind = kind;
    leaf.withdraw.id = BYTES(key.b);
    author_leaf(a, &leaf);
}

static void pin(struct fixture *f, const struct author *a, bool hold) {
    struct pin pin = {.hash = a->authority.hash, .hold = hold};
    struct txn t;
    memcpy(pin.origin, a->origin, sizeof pin.origin);
    txn_begin(&t, f->store, true);
    roster_pin(&t, &pin);
    CHECK_OK(txn_commit(&t));
}

static enum link_class class_of(struct fixture *f, uint8_t number) {
    struct admission a = {.row = NULL};
    struct pubkey key = key_number(number);
    CHECK_OK(admission_load(&a, f->store));
    const struct admitted *row = admission_find(&a, &key);
    enum link_class class = row ? row->class : LINK_NONE;
    admission_done(&a);
    return class;
}

static void admits_nodes_and_observers_of_pinned_states_alone(void **state) {
    struct fixture *f = *state;
    node_add(&f->fr, 1);
    observer_add(&f->fr, 2, "An observatory");
    node_add(&f->ke, 3);
    publish_all(f, &f->fr);
    publish_all(f, &f->ke);
    assert_int_equal(class_of(f, 1), LINK_NONE);
    pin(f, &f->fr, false);
    assert_int_equal(class_of(f, 1), LINK_MEMBER);
    assert_int_equal(class_of(f, 2), LINK_OBSERVER);
    assert_int_equal(class_of(f, 3), LINK_NONE);
    assert_int_equal(class_of(f, 4), LINK_NONE);
}

static void a_state_on_hold_admits_nobody(void **state) {
    struct fixture *f = *state;
    node_add(&f->fr, 1);
    observer_add(&f->fr, 2, "An observatory");
    publish_all(f, &f->fr);
    pin(f, &f->fr, true);
    assert_int_equal(class_of(f, 1), LINK_NONE);
    assert_int_equal(class_of(f, 2), LINK_NONE);
}

static void what_is_withdrawn_is_no_longer_admitted(void **state) {
    struct fixture *f = *state;
    node_add(&f->fr, 1);
    observer_add(&f->fr, 2, "An observatory");
    withdraw(&f->fr, LEAF_NODE, 1);
    withdraw(&f->fr, LEAF_OBSERVER, 2);
    publish_all(f, &f->fr);
    pin(f, &f->fr, false);
    assert_int_equal(class_of(f, 1), LINK_NONE);
    assert_int_equal(class_of(f, 2), LINK_NONE);
}

/* A State cannot make a member of a key by calling it an observer, nor an observer of a member. */
static void a_key_with_two_classes_has_the_higher(void **state) {
    struct fixture *f = *state;
    node_add(&f->fr, 1);
    observer_add(&f->ke, 1, "Not only that");
    publish_all(f, &f->fr);
    publish_all(f, &f->ke);
    pin(f, &f->fr, false);
    pin(f, &f->ke, false);
    assert_int_equal(class_of(f, 1), LINK_MEMBER);
}

static void an_invited_node_is_admitted_before_its_log_has_come(void **state) {
    struct fixture *f = *state;
    struct peer_row row = {.node = key_number(9), .invited = true};
    struct txn t;
    memcpy(row.origin, f->fr.origin, sizeof row.origin);
    txn_begin(&t, f->store, true);
    peers_put(&t, &row);
    CHECK_OK(txn_commit(&t));
    assert_int_equal(class_of(f, 9), LINK_NONE);
    pin(f, &f->fr, false);
    assert_int_equal(class_of(f, 9), LINK_MEMBER);
}

static void observers_are_known_by_the_name_of_their_accreditation(void **state) {
    struct fixture *f = *state;
    struct admission a = {.row = NULL};
    struct pubkey key = key_number(2);
    observer_add(&f->fr, 2, "An observatory");
    publish_all(f, &f->fr);
    pin(f, &f->fr, false);
    CHECK_OK(admission_load(&a, f->store));
    assert_string_equal(admission_find(&a, &key)->name, "An observatory");
    assert_string_equal(admission_find(&a, &key)->origin, f->fr.origin);
    admission_done(&a);
}

/* An accreditation that cannot be read keeps the old set, but not a State that is on hold since. */
static void a_hold_reaches_the_links_of_a_damaged_store(void **state) {
    struct fixture *f = *state;
    struct admission a = {.row = NULL};
    struct pubkey fr = key_number(1), ke = key_number(3);
    uint8_t key[8];
    struct txn t;
    node_add(&f->fr, 1);
    observer_add(&f->fr, 2, "An observatory");
    node_add(&f->ke, 3);
    publish_all(f, &f->fr);
    publish_all(f, &f->ke);
    pin(f, &f->fr, false);
    pin(f, &f->ke, false);
    CHECK_OK(admission_load(&a, f->store));
    assert_non_null(admission_find(&a, &ke));
    txn_begin(&t, f->store, true);
    for (uint64_t row = 0; row < 100; row++) {
        be64_put(key, row);
        row_delete(&t, TABLE_LEAVES, BYTES(key));
    }
    CHECK_OK(txn_commit(&t));
    pin(f, &f->ke, true);
    assert_int_equal(admission_load(&a, f->store), ERR_CORRUPT);
    assert_non_null(admission_find(&a, &fr));
    assert_null(admission_find(&a, &ke));
    admission_done(&a);
}

/* A row of the directory that leads to another leaf of its log: what a node's leaf holds is no name. */
static void a_damaged_row_names_no_observer(void **state) {
    struct fixture *f = *state;
    struct admission a = {.row = NULL};
    struct pubkey observer = key_number(2);
    uint8_t key[LOG_ID_LEN + 1 + KEY_LEN + 8], value[9] = {0};
    struct txn t;
    observer_add(&f->fr, 2, "An observatory");
    node_add(&f->fr, 1);
    publish_all(f, &f->fr);
    pin(f, &f->fr, false);
    origin_log_id(f->fr.origin, key);
    key[LOG_ID_LEN] = LEAF_OBSERVER;
    memcpy(key + LOG_ID_LEN + 1, observer.b, KEY_LEN);
    be64_put(key + LOG_ID_LEN + 1 + KEY_LEN, ~(f->fr.size - 1));
    txn_begin(&t, f->store, true);
    row_put(&t, TABLE_DIRECTORY, BYTES(key), BYTES(value));
    CHECK_OK(txn_commit(&t));
    CHECK_OK(admission_load(&a, f->store));
    assert_string_equal(admission_find(&a, &observer)->name, "");
    admission_done(&a);
}

#define STATES(test) cmocka_unit_test_setup_teardown(test, open_two_states, close_them)

int main(void) {
    const struct CMUnitTest tests[] = {
        STATES(admits_nodes_and_observers_of_pinned_states_alone),
        STATES(a_state_on_hold_admits_nobody),
        STATES(what_is_withdrawn_is_no_longer_admitted),
        STATES(a_key_with_two_classes_has_the_higher),
        STATES(an_invited_node_is_admitted_before_its_log_has_come),
        STATES(observers_are_known_by_the_name_of_their_accreditation),
        STATES(a_hold_reaches_the_links_of_a_damaged_store),
        STATES(a_damaged_row_names_no_observer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
