#include "tests/test.h"

#include <string.h>

#include "store/directory.h"
#include "tests/lib/tmp.h"
#include "tests/store/author.h"
#include "tests/store/two_states.h"

#define NEVER UINT64_MAX

/* The id of contact `name`, and the key of node or observer `name`. */
static void id_of(uint8_t name, uint8_t ret[static CONTACT_ID_LEN]) {
    memset(ret, name, CONTACT_ID_LEN);
}

static struct pubkey key_of(uint8_t name) {
    uint8_t seed[KEY_SEED_LEN] = {name}, secret[KEY_SECRET_LEN];
    struct pubkey key;
    key_from_seed(seed, &key, secret);
    return key;
}

/* The next entry: contact `name`, valid from a time. */
static void contact(struct author *a, uint8_t name, uint64_t valid_from) {
    struct leaf leaf = {.kind = LEAF_CONTACT, .time = 1};
    id_of(name, leaf.contact.id);
    leaf.contact.kind = bytes_str("technical");
    leaf.contact.valid_from = valid_from;
    author_leaf(a, &leaf);
}

static void withdraw(struct author *a, enum leaf_kind kind, uint8_t name) {
    struct leaf leaf = {.kind = LEAF_WITHDRAW, .time = 1};
    uint8_t id[CONTACT_ID_LEN];
    struct pubkey key = key_of(name);
    id_of(name, id);
    leaf.withdraw.kind = kind;
    leaf.withdraw.id = kind == LEAF_CONTACT ? BYTES(id) : BYTES(key.b);
    author_leaf(a, &leaf);
}

static void node(struct author *a, uint8_t name) {
    struct leaf leaf = {.kind = LEAF_NODE, .time = 1};
    leaf.node.id = leaf.node.witness = key_of(name);
    author_leaf(a, &leaf);
}

static void observer(struct author *a, uint8_t name) {
    struct leaf leaf = {.kind = LEAF_OBSERVER, .time = 1};
    leaf.observer.id = key_of(name);
    leaf.observer.name = bytes_str("a library");
    author_leaf(a, &leaf);
}

static void named(struct author *a, const char *text) {
    struct leaf leaf = {.kind = LEAF_STATE, .time = 1};
    leaf.state.state = (struct names){1, {{bytes_str("en"), bytes_str(text)}}};
    leaf.state.authority = (struct names){1, {{bytes_str("en"), bytes_str("an office")}}};
    author_leaf(a, &leaf);
}

/* Deliver all that an author has made; to may be less than that. */
static void deliver(struct fixture *f, struct author *a, uint64_t to) {
    struct txn t;
    struct log_record record;
    txn_begin(&t, f->store, true);
    CHECK_OK(author_deliver(a, &t, to, a->size, &record));
    CHECK_OK(txn_commit(&t));
}

/* The index in force of contact `name` of fr, and of its successor; NEVER for none. */
static uint64_t in_force(struct fixture *f, uint8_t name, uint64_t size, uint64_t at, uint64_t *ret_next) {
    struct txn t;
    struct contact_version version = {.index = NEVER}, next;
    uint8_t id[CONTACT_ID_LEN];
    id_of(name, id);
    txn_begin(&t, f->store, false);
    bool found = directory_contact(&t, f->fr.id, id, size, at, &version, &next);
    CHECK_OK(txn_commit(&t));
    assert_int_equal(found, version.index != NEVER);
    *ret_next = next.index;
    return version.index;
}

static void the_highest_index_already_valid_is_in_force(void **state) {
    struct fixture *f = *state;
    uint64_t next;
    contact(&f->fr, 'a', 100); /* 0 */
    contact(&f->fr, 'a', 300); /* 1: a successor, announced */
    contact(&f->fr, 'a', 50);  /* 2: a correction of what holds now */
    contact(&f->fr, 'a', 200); /* 3: comes before 1, and outranks it */
    deliver(f, &f->fr, 4);
    assert_int_equal(in_force(f, 'a', 4, 10, &next), NEVER);
    assert_int_equal(next, 2);
    assert_int_equal(in_force(f, 'a', 4, 50, &next), 2);
    assert_int_equal(next, 3);
    assert_int_equal(in_force(f, 'a', 4, 199, &next), 2);
    assert_int_equal(in_force(f, 'a', 4, 200, &next), 3);
    assert_int_equal(next, NEVER);
    assert_int_equal(in_force(f, 'a', 4, 1000, &next), 3);
    /* In the view of a smaller size the later ones are not there. */
    assert_int_equal(in_force(f, 'a', 2, 199, &next), 0);
    assert_int_equal(next, 1);
    assert_int_equal(in_force(f, 'a', 2, 300, &next), 1);
    assert_int_equal(in_force(f, 'a', 0, 300, &next), NEVER);
    assert_int_equal(next, NEVER);
    assert_int_equal(in_force(f, 'b', 4, 300, &next), NEVER);
}

static void a_withdrawn_contact_is_not_in_force_until_it_is_made_again(void **state) {
    struct fixture *f = *state;
    uint64_t next;
    contact(&f->fr, 'a', 100);
    contact(&f->fr, 'a', 900);
    withdraw(&f->fr, LEAF_CONTACT, 'a'); /* 2 */
    contact(&f->fr, 'a', 500);
    withdraw(&f->fr, LEAF_CONTACT, 'z');
    deliver(f, &f->fr, 5);
    assert_int_equal(in_force(f, 'a', 3, 400, &next), NEVER);
    assert_int_equal(next, NEVER);
    assert_int_equal(in_force(f, 'a', 3, 1000, &next), NEVER);
    assert_int_equal(in_force(f, 'a', 5, 400, &next), NEVER);
    assert_int_equal(next, 3);
    assert_int_equal(in_force(f, 'a', 5, 500, &next), 3);
    assert_int_equal(in_force(f, 'z', 5, 500, &next), NEVER);
}

/* The walk of fr's contacts as text: the id's letter and the index, a "-" if withdrawn. */
static const char *walk(struct fixture *f, uint64_t size, uint64_t at, bool all) {
    static char text[256];
    size_t len = 0;
    struct txn t;
    struct contact_cursor c = {.mdb = NULL};
    txn_begin(&t, f->store, false);
    while (directory_next(&t, f->fr.id, size, at, all, &c)) {
        assert_memory_equal(c.version.log, f->fr.id, LOG_ID_LEN);
        text[len++] = (char)c.version.id[0];
        text[len++] = (char)('0' + c.version.index);
        text[len++] = c.version.withdrawn ? '-' : ' ';
    }
    directory_done(&c);
    CHECK_OK(txn_commit(&t));
    text[len] = '\0';
    return text;
}

static void a_walk_gives_each_contact_once_by_id(void **state) {
    struct fixture *f = *state;
    contact(&f->fr, 'c', 0);
    contact(&f->fr, 'a', 0);
    contact(&f->fr, 'b', 500);
    contact(&f->fr, 'c', 10);
    contact(&f->fr, 'd', 0);
    withdraw(&f->fr, LEAF_CONTACT, 'd');
    node(&f->fr, 'a');
    contact(&f->fr, 0xff, 0);
    contact(&f->ke, 'a', 0);
    contact(&f->ke, 'k', 0);
    deliver(f, &f->fr, 8);
    deliver(f, &f->ke, 2);
    assert_string_equal(walk(f, 8, 100, false), "a1 c3 \xff"
                                                "7 ");
    assert_string_equal(walk(f, 8, 5, false), "a1 c0 \xff"
                                              "7 ");
    assert_string_equal(walk(f, 8, 500, false), "a1 b2 c3 \xff"
                                                "7 ");
    assert_string_equal(walk(f, 8, 100, true), "a1 b2 c3 d5-\xff"
                                               "7 ");
    assert_string_equal(walk(f, 2, 100, true), "a1 c0 ");
    assert_string_equal(walk(f, 0, 100, true), "");
}

static void entries_of_a_pending_target_are_not_in_view(void **state) {
    struct fixture *f = *state;
    contact(&f->fr, 'a', 0);
    deliver(f, &f->fr, 1);
    contact(&f->fr, 'a', 0);
    contact(&f->fr, 'b', 0);
    contact(&f->fr, 'c', 0);
    deliver(f, &f->fr, 3);
    assert_string_equal(walk(f, 1, 100, true), "a0 ");
    deliver(f, &f->fr, 4);
    assert_string_equal(walk(f, 4, 100, false), "a1 b2 c3 ");
}

static void a_history_has_all_versions_newest_first(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct contact_cursor c = {.mdb = NULL};
    contact(&f->fr, 'a', 100);
    contact(&f->fr, 'b', 1);
    contact(&f->fr, 'a', 300);
    withdraw(&f->fr, LEAF_CONTACT, 'a');
    deliver(f, &f->fr, 4);
    memcpy(c.version.log, f->fr.id, LOG_ID_LEN);
    memset(c.version.id, 'a', CONTACT_ID_LEN);
    txn_begin(&t, f->store, false);
    assert_true(directory_history(&t, 4, &c));
    assert_int_equal(c.version.index, 3);
    assert_true(c.version.withdrawn);
    assert_true(directory_history(&t, 4, &c));
    assert_int_equal(c.version.index, 2);
    assert_int_equal(c.version.valid_from, 300);
    assert_true(directory_history(&t, 4, &c));
    assert_int_equal(c.version.index, 0);
    assert_false(c.version.withdrawn);
    assert_false(directory_history(&t, 4, &c));
    directory_done(&c);
    assert_true(directory_history(&t, 3, &c));
    assert_int_equal(c.version.index, 2);
    directory_done(&c);
    CHECK_OK(txn_commit(&t));
}

/* The nodes or observers of fr as text, a to z: the name and the index of its leaf. */
static const char *nodes(struct fixture *f, enum leaf_kind kind, uint64_t size) {
    static char text[64];
    uint64_t at['z' + 1], index;
    size_t len = 0;
    struct txn t;
    struct pubkey key = {{0}}, last = {{0}};
    memset(at, 0xff, sizeof at);
    txn_begin(&t, f->store, false);
    while (directory_node_next(&t, f->fr.id, kind, size, &key, &index)) {
        assert_true(memcmp(last.b, key.b, KEY_LEN) < 0);
        last = key;
        for (uint8_t name = 'a'; name <= 'z'; name++) {
            struct pubkey candidate = key_of(name);
            if (pubkey_eq(&candidate, &key))
                at[name] = index;
        }
    }
    CHECK_OK(txn_commit(&t));
    for (uint8_t name = 'a'; name <= 'z'; name++)
        if (at[name] != NEVER) {
            text[len++] = (char)name;
            text[len++] = (char)('0' + at[name]);
        }
    text[len] = '\0';
    return text;
}

static void nodes_and_observers_stand_until_withdrawn(void **state) {
    struct fixture *f = *state;
    node(&f->fr, 'n');     /* 0 */
    observer(&f->fr, 'n'); /* 1: the same key as another kind */
    observer(&f->fr, 'o');
    node(&f->fr, 'm');
    node(&f->fr, 'n'); /* 4: renewed */
    withdraw(&f->fr, LEAF_OBSERVER, 'n');
    contact(&f->fr, 'n', 0);
    node(&f->ke, 'k');
    deliver(f, &f->fr, 7);
    deliver(f, &f->ke, 1);
    assert_string_equal(nodes(f, LEAF_NODE, 7), "m3n4");
    assert_string_equal(nodes(f, LEAF_NODE, 4), "m3n0");
    assert_string_equal(nodes(f, LEAF_OBSERVER, 7), "o2");
    assert_string_equal(nodes(f, LEAF_OBSERVER, 5), "n1o2");
    assert_string_equal(nodes(f, LEAF_OBSERVER, 0), "");
}

static void the_newest_name_of_a_state_is_found(void **state) {
    struct fixture *f = *state;
    struct txn t;
    uint64_t index;
    contact(&f->fr, 'a', 0);
    named(&f->fr, "Old");
    named(&f->fr, "New");
    deliver(f, &f->fr, 3);
    txn_begin(&t, f->store, false);
    assert_true(directory_state(&t, f->fr.id, 3, &index));
    assert_int_equal(index, 2);
    assert_true(directory_state(&t, f->fr.id, 2, &index));
    assert_int_equal(index, 1);
    assert_false(directory_state(&t, f->fr.id, 1, &index));
    assert_false(directory_state(&t, f->ke.id, 3, &index));
    CHECK_OK(txn_commit(&t));
}

static void a_leaf_without_meaning_has_no_effect(void **state) {
    struct fixture *f = *state;
    static const uint8_t odd[] = {0x92, 0xaa, 'c', 'o', 'n', 't', 'a', 'c', 't', '/', 'v', '1', 0x80};
    author_add(&f->fr, BYTES(odd), NULL);
    f->fr.unknown = true;
    author_fill(&f->fr, 2, 100, 0);
    withdraw(&f->fr, LEAF_NODE, 'n');
    contact(&f->fr, 'a', 0);
    deliver(f, &f->fr, 5);
    assert_string_equal(walk(f, 5, 100, true), "a4 ");
    assert_string_equal(nodes(f, LEAF_NODE, 5), "");
}

/* More entries than are noted at once, in two steps: every contact is found, none twice. */
static void a_long_catch_up_is_noted_whole(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct contact_cursor c = {.mdb = NULL};
    uint64_t size = DIRECTORY_LAG + 5000, count = 0, last = 0;
    author_fill(&f->fr, size, 60, 0);
    for (uint64_t to = 4000; to < size; to += 4000)
        deliver(f, &f->fr, to);
    deliver(f, &f->fr, size);
    txn_begin(&t, f->store, false);
    for (; directory_next(&t, f->fr.id, size, NEVER, false, &c); count++)
        last = c.version.index > last ? c.version.index : last;
    directory_done(&c);
    CHECK_OK(txn_commit(&t));
    assert_int_equal(count, size);
    assert_int_equal(last, size - 1);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_two_states, close_them)
    const struct CMUnitTest tests[] = {
        TEST(the_highest_index_already_valid_is_in_force),
        TEST(a_withdrawn_contact_is_not_in_force_until_it_is_made_again),
        TEST(a_walk_gives_each_contact_once_by_id),
        TEST(entries_of_a_pending_target_are_not_in_view),
        TEST(a_history_has_all_versions_newest_first),
        TEST(nodes_and_observers_stand_until_withdrawn),
        TEST(the_newest_name_of_a_state_is_found),
        TEST(a_leaf_without_meaning_has_no_effect),
        TEST(a_long_catch_up_is_noted_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
