/* Links between nodes of one process, on one loop: who is let in, what passes, what ends them. */
#include "node/net/link.h"

#include <stdlib.h>

#include "tests/lib/peer.h"
#include "tests/lib/tmp.h"
#include "tests/test.h"

#define URL "tcp://127.0.0.1:21000"

static uv_loop_t *loop;

/* Node 1 listens, node 2 dials it. */
static void two_open(struct peer *a, struct peer *b) {
    static const struct net_options quick = {.redial_ms = 20};
    peer_open(a, loop, 1, &quick);
    peer_open(b, loop, 2, &quick);
    peer_befriend(a, 2, LINK_MEMBER);
    peer_befriend(b, 1, LINK_OBSERVER);
    CHECK_OK(net_listen(a->net, URL));
}

static void two_close(struct peer *a, struct peer *b) {
    peer_close(b, loop);
    peer_close(a, loop);
}

static void nodes_that_know_each_other_meet(void **state) {
    struct peer a, b;
    (void)state;
    two_open(&a, &b);
    assert_non_null(net_dial(b.net, URL, &a.key));
    UNTIL(loop, a.links == 1 && b.links == 1);
    assert_true(pubkey_eq(link_key(a.link[0]), &b.key));
    assert_true(pubkey_eq(link_key(b.link[0]), &a.key));
    assert_int_equal(link_class_of(a.link[0]), LINK_MEMBER);
    assert_int_equal(link_class_of(b.link[0]), LINK_OBSERVER);
    assert_true(link_dialled(b.link[0]) && !link_dialled(a.link[0]));
    assert_string_equal(a.hello, "hello from 2");
    assert_string_equal(b.hello, "hello from 1");
    two_close(&a, &b);
}

static void frames_of_every_size_pass_both_ways(void **state) {
    static const size_t sizes[] = {1, 3, 1024, 16380, 16381, 65535, 65536, 65537, 524288, FRAME_MAX};
    struct peer a, b;
    (void)state;
    two_open(&a, &b);
    a.echo = true;
    assert_non_null(net_dial(b.net, URL, &a.key));
    UNTIL(loop, b.links == 1);
    uint64_t sum = 0;
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        CHECK_OK(peer_send(&b, sizes[i], (uint8_t)(i + 1)));
        sum += sizes[i] * (i + 1);
        UNTIL(loop, b.messages == i + 1);
        assert_int_equal(b.frame->len, sizes[i]);
    }
    assert_int_equal(a.sum, sum);
    assert_int_equal(b.sum, sum);
    two_close(&a, &b);
}

static void many_frames_are_queued_and_come_in_order(void **state) {
    struct peer a, b;
    (void)state;
    two_open(&a, &b);
    assert_non_null(net_dial(b.net, URL, &a.key));
    UNTIL(loop, b.links == 1);
    for (unsigned i = 0; i < 2000; i++)
        CHECK_OK(peer_send(&b, 1 + i % 1500, (uint8_t)i));
    UNTIL(loop, a.messages == 2000);
    assert_int_equal(a.frame->data[0], (uint8_t)1999);
    assert_int_equal(link_queued(b.link[0]), 0);
    two_close(&a, &b);
}

static void an_unknown_key_is_refused(void **state) {
    struct peer a, b;
    (void)state;
    two_open(&a, &b);
    peer_befriend(&a, 2, LINK_NONE);
    assert_non_null(net_dial(b.net, URL, &a.key));
    UNTIL(loop, b.failures >= 2);
    assert_int_equal(a.ups + b.ups, 0);
    assert_true(net_counts(a.net).refused >= 1);
    two_close(&a, &b);
}

static void another_node_than_the_one_expected_is_refused(void **state) {
    struct peer a, b;
    struct pubkey other;
    (void)state;
    two_open(&a, &b);
    peer_befriend(&b, 3, LINK_MEMBER);
    peer_key(3, &other);
    assert_non_null(net_dial(b.net, URL, &other));
    UNTIL(loop, b.failures >= 1);
    CHECK_ERR(b.failed_why, ERR_KEY);
    assert_int_equal(a.ups + b.ups, 0);
    two_close(&a, &b);
}

static void a_local_caller_is_let_in_without_a_key(void **state) {
    struct peer a, b;
    char dir[TMP_LEN], url[TMP_LEN + 32];
    (void)state;
    tmp_open(dir);
    snprintf(url, sizeof url, "ipc://%s/control.sock", dir);
    peer_open(&a, loop, 1, NULL);
    peer_open(&b, loop, 2, NULL);
    a.echo = true;
    CHECK_OK(net_listen(a.net, url));
    assert_non_null(net_dial(b.net, url, NULL));
    UNTIL(loop, b.links == 1);
    assert_int_equal(link_class_of(b.link[0]), LINK_LOCAL);
    CHECK_OK(peer_send(&b, 300000, 7));
    UNTIL(loop, b.messages == 1);
    assert_int_equal(b.sum, 300000 * 7);
    two_close(&a, &b);
    tmp_close(dir);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_that_know_each_other_meet),
        cmocka_unit_test(frames_of_every_size_pass_both_ways),
        cmocka_unit_test(many_frames_are_queued_and_come_in_order),
        cmocka_unit_test(an_unknown_key_is_refused),
        cmocka_unit_test(another_node_than_the_one_expected_is_refused),
        cmocka_unit_test(a_local_caller_is_let_in_without_a_key),
    };
    loop = uv_default_loop();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    uv_loop_close(loop);
    return failed;
}
