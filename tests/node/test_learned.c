/* Nodes learned from the logs: which, where they are reached, and that those which people have given come
 * first. */
#include "node/learned.h"

#include <stdio.h>
#include <string.h>

#include "node/dialling.h"
#include "proto/contact.h"
#include "proto/writer.h"
#include "store/roster.h"
#include "tests/lib/peer.h"
#include "tests/store/two_states.h"
#include "tests/test.h"

static struct pubkey key_number(uint8_t number) {
    uint8_t seed[KEY_SEED_LEN] = {number, 77}, secret[KEY_SECRET_LEN];
    struct pubkey key;
    key_from_seed(seed, &key, secret);
    return key;
}

/* A node whose part of this class says where it is; NULL: says nothing. */
static void node_add(struct author *a, uint8_t number, enum part_class class, const char *const endpoint[2]) {
    static uint8_t salted[SALT_LEN + 512];
    struct bytes part[PART_CLASSES] = {{NULL, 0}, {NULL, 0}}, bytes;
    struct leaf leaf = {.kind = LEAF_NODE, .time = 1};
    uint8_t buffer[LEAF_MAX];
    struct writer w;
    leaf.node.id = key_number(number);
    leaf.node.witness = key_number((uint8_t)(number + 100));
    if (endpoint[0]) {
        writer_init(&w, salted + SALT_LEN, sizeof salted - SALT_LEN);
        writer_map(&w, 1);
        writer_uint(&w, field_find(node_fields, "endpoints")->key);
        writer_array(&w, endpoint[1] ? 2 : 1);
        writer_str(&w, bytes_str(endpoint[0]));
        if (endpoint[1])
            writer_str(&w, bytes_str(endpoint[1]));
        part[class] = (struct bytes){salted, SALT_LEN + w.len};
        leaf.has_part[class] = true;
        leaf.part[class] = part_commitment(class, part[class]);
    }
    CHECK_OK(leaf_encode(&leaf, buffer, sizeof buffer, &bytes));
    author_add(a, bytes, part);
}

static void pin(struct fixture *f, const struct author *a) {
    struct pin pin = {.hash = a->authority.hash};
    struct txn t;
    memcpy(pin.origin, a->origin, sizeof pin.origin);
    txn_begin(&t, f->store, true);
    roster_pin(&t, &pin);
    CHECK_OK(txn_commit(&t));
}

static unsigned load(struct fixture *f, struct learned ret[static LEARNED_MAX]) {
    struct pubkey own = key_number(1);
    struct txn t;
    txn_begin(&t, f->store, false);
    unsigned count = learned_load(&t, &own, ret);
    assert_int_equal(t.err, ERR_OK);
    txn_abort(&t);
    return count;
}

static void takes_what_can_be_dialled_of_followed_states(void **state) {
    struct fixture *f = *state;
    struct learned all[LEARNED_MAX];
    node_add(&f->fr, 1, PART_MEMBERS, (const char *const[]){"tcp://127.0.2.1:4480", NULL}); /* this node */
    node_add(&f->fr, 2, PART_MEMBERS, (const char *const[]){"https://node.example", "tcp://127.0.2.2:4480"});
    node_add(&f->fr, 3, PART_PUBLIC, (const char *const[]){"tcp://127.0.2.3:4480", NULL});
    node_add(&f->fr, 4, PART_PUBLIC, (const char *const[]){NULL, NULL});
    node_add(&f->ke, 5, PART_PUBLIC, (const char *const[]){"tcp://127.0.2.5:4480", NULL});
    publish_all(f, &f->fr);
    publish_all(f, &f->ke);
    assert_int_equal(load(f, all), 0);
    pin(f, &f->fr);
    assert_int_equal(load(f, all), 2);
    for (unsigned i = 0; i < 2; i++)
        assert_string_equal(all[i].address, pubkey_eq(&all[i].node, &(struct pubkey[]){key_number(2)}[0])
                                                ? "tcp://127.0.2.2:4480"
                                                : "tcp://127.0.2.3:4480");
}

static void takes_so_many_and_always_the_same(void **state) {
    struct fixture *f = *state;
    struct learned all[LEARNED_MAX], again[LEARNED_MAX];
    char address[32];
    for (uint8_t i = 2; i < 2 + 3 * LEARNED_MAX; i++) {
        snprintf(address, sizeof address, "tcp://127.0.2.%u:4480", i);
        node_add(&f->fr, i, PART_PUBLIC, (const char *const[]){address, NULL});
    }
    publish_all(f, &f->fr);
    pin(f, &f->fr);
    assert_int_equal(load(f, all), LEARNED_MAX);
    assert_int_equal(load(f, again), LEARNED_MAX);
    for (unsigned i = 0; i < LEARNED_MAX; i++) {
        assert_true(pubkey_eq(&all[i].node, &again[i].node));
        assert_true(i == 0 || memcmp(all[i - 1].rank, all[i].rank, sizeof all[i].rank) < 0);
    }
}

static void give(struct fixture *f, uint8_t number) {
    struct peer_row row = {.node = key_number(number), .configured = true};
    struct txn t;
    snprintf(row.address, sizeof row.address, "tcp://127.0.3.%u:4480", number);
    txn_begin(&t, f->store, true);
    peers_put(&t, &row);
    CHECK_OK(txn_commit(&t));
}

static unsigned dialled(const struct dialling *d, bool learned) {
    unsigned count = 0;
    for (unsigned i = 0; i < d->count; i++)
        count += d->dial[i].learned == learned;
    return count;
}

/* Of 24 nodes, people give where first none, then 3, then 9 are. */
static void given_nodes_are_never_displaced(void **state) {
    static const struct net_options slow = {.redial_ms = 60000};
    struct fixture *f = *state;
    struct dialling d = {.own = key_number(1)};
    struct admission admission = {.row = NULL};
    struct peer peer;
    uv_loop_t loop;
    char address[32];
    for (uint8_t i = 2; i < 2 + 3 * LEARNED_MAX; i++) {
        snprintf(address, sizeof address, "tcp://127.0.2.%u:4480", i);
        node_add(&f->fr, i, PART_PUBLIC, (const char *const[]){address, NULL});
    }
    publish_all(f, &f->fr);
    pin(f, &f->fr);
    CHECK_OK(admission_load(&admission, f->store));
    uv_loop_init(&loop);
    peer_open(&peer, &loop, 1, &slow);
    dialling_renew(&d, peer.net, f->store, &admission);
    assert_int_equal(dialled(&d, true), LEARNED_MAX);
    for (uint8_t i = 2; i < 5; i++)
        give(f, i);
    dialling_renew(&d, peer.net, f->store, &admission);
    assert_int_equal(dialled(&d, false), 3);
    assert_int_equal(dialled(&d, true), LEARNED_MAX - 3);
    for (unsigned i = 0; i < d.count; i++) /* a given node's learned address is not used */
        assert_true(!d.dial[i].learned || !pubkey_eq(&d.dial[i].key, &(struct pubkey[]){key_number(3)}[0]));
    for (uint8_t i = 5; i < 11; i++)
        give(f, i);
    dialling_renew(&d, peer.net, f->store, &admission);
    assert_int_equal(dialled(&d, false), 9);
    assert_int_equal(dialled(&d, true), 0);
    peer_close(&peer, &loop);
    uv_loop_close(&loop);
    admission_done(&admission);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(takes_what_can_be_dialled_of_followed_states, open_two_states,
                                        close_them),
        cmocka_unit_test_setup_teardown(takes_so_many_and_always_the_same, open_two_states, close_them),
        cmocka_unit_test_setup_teardown(given_nodes_are_never_displaced, open_two_states, close_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
