/* What comes in at a listener that is no peer, or a peer that breaks the rules. */
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/lib/peer.h"
#include "tests/lib/rogue.h"
#include "tests/test.h"

#define PORT 21010
#define URL "tcp://127.0.0.1:21010"
#define HELLO "\0\0\0\5hello"

static uv_loop_t *loop;
static struct peer node; /* number 1; knows 2 and 3 */

static void node_open(const struct net_options *limits) {
    peer_open(&node, loop, 1, limits);
    peer_befriend(&node, 2, LINK_MEMBER);
    peer_befriend(&node, 3, LINK_OBSERVER);
    CHECK_OK(net_listen(node.net, URL));
}

static unsigned links(void) {
    return net_counts(node.net).links;
}

/* A good peer still gets in. */
static void still_serves(void) {
    struct peer friend;
    unsigned ups = node.ups;
    static const struct net_options quick = {.redial_ms = 20};
    peer_open(&friend, loop, 3, &quick);
    peer_befriend(&friend, 1, LINK_MEMBER);
    assert_non_null(net_dial(friend.net, URL, &node.key));
    UNTIL(loop, node.ups == ups + 1 && friend.links == 1);
    peer_close(&friend, loop);
}

/* Up as node 2. */
static void rogue_greet(struct rogue *rogue) {
    unsigned ups = node.ups;
    rogue_open(rogue, PORT);
    rogue_secure(rogue, 2, 1);
    UNTIL_ROGUE(loop, rogue, rogue->secure);
    assert_true(rogue_put(rogue, HELLO, 9));
    UNTIL_ROGUE(loop, rogue, node.ups == ups + 1);
}

/* ---- strangers ---- */

static void garbage_is_refused_at_once(void **state) {
    static const char *garbage[] = {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\xff\xff\xff\xff\xff\xff\xff\xff",
                                    "\x16\x03\x01\xff\xff\x01\xff\xff\xff", "\0\0\0\5hello"};
    (void)state;
    node_open(NULL);
    for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++) {
        struct rogue rogue;
        uint64_t refused = net_counts(node.net).refused;
        rogue_open(&rogue, PORT);
        assert_true(rogue_raw(&rogue, garbage[i], i == 3 ? 9 : strlen(garbage[i])));
        UNTIL_ROGUE(loop, &rogue, rogue.closed);
        assert_int_equal(net_counts(node.net).refused, refused + 1);
        rogue_close(&rogue);
    }
    assert_int_equal(node.ups, 0);
    still_serves();
    peer_close(&node, loop);
}

static void silent_clients_are_closed_at_the_deadline(void **state) {
    static const struct net_options limits = {.first_ms = 300};
    struct rogue rogue[10];
    (void)state;
    node_open(&limits);
    for (int i = 0; i < 10; i++)
        rogue_open(&rogue[i], PORT);
    UNTIL(loop, links() == 10);
    for (int i = 0; i < 10; i++)
        UNTIL_ROGUE(loop, &rogue[i], rogue[i].closed);
    assert_int_equal(net_counts(node.net).late, 10);
    for (int i = 0; i < 10; i++)
        rogue_close(&rogue[i]);
    still_serves();
    peer_close(&node, loop);
}

static void a_trickle_does_not_move_the_deadline(void **state) {
    static const struct net_options limits = {.first_ms = 400};
    static const uint8_t start[] = {22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3}; /* of a ClientHello */
    struct rogue rogue;
    (void)state;
    node_open(&limits);
    rogue_open(&rogue, PORT);
    uint64_t before = uv_hrtime();
    for (size_t sent = 0; !rogue.closed; sent++) {
        rogue_raw(&rogue, start + sent % sizeof start, 1);
        uint64_t seen = net_counts(node.net).bytes_in;
        UNTIL_ROGUE(loop, &rogue, rogue.closed || net_counts(node.net).bytes_in > seen);
        if (sent + 1 == sizeof start) /* the rest does not come */
            UNTIL_ROGUE(loop, &rogue, rogue.closed);
    }
    assert_true(uv_hrtime() - before >= 300000000);
    assert_int_equal(net_counts(node.net).late, 1);
    rogue_close(&rogue);
    peer_close(&node, loop);
}

static void a_handshake_that_does_not_end_is_bounded_in_bytes(void **state) {
    uint8_t records[5 + 1024] = {22, 3, 3, 4, 0, 1, 0, 255, 255}; /* of a ClientHello of 64 KiB */
    struct rogue rogue;
    (void)state;
    node_open(NULL);
    rogue_open(&rogue, PORT);
    for (int i = 0; i < 64 && !rogue.closed; i++) {
        rogue_raw(&rogue, records, sizeof records);
        memset(records + 5, 0, 4);
        rogue_step(&rogue);
        uv_run(loop, UV_RUN_NOWAIT);
    }
    UNTIL_ROGUE(loop, &rogue, rogue.closed);
    assert_true(net_counts(node.net).bytes_in <= 2 * 16384 + 4096);
    rogue_close(&rogue);
    peer_close(&node, loop);
}

static void an_address_has_few_links_half_open(void **state) {
    struct rogue rogue[40], good;
    (void)state;
    node_open(NULL);
    for (int i = 0; i < 40; i++) {
        rogue_open(&rogue[i], PORT);
        UNTIL(loop, net_counts(node.net).opened == (unsigned)i + 1);
        assert_true(links() <= 17);
    }
    UNTIL(loop, links() == 16);
    for (int i = 0; i < 24; i++) /* the oldest gave way */
        UNTIL_ROGUE(loop, &rogue[i], rogue[i].closed);
    assert_int_equal(net_counts(node.net).crowded, 24);
    assert_int_equal(net_counts(node.net).half_open, 16);
    rogue_greet(&good);
    for (int i = 0; i < 40; i++)
        rogue_close(&rogue[i]);
    rogue_close(&good);
    UNTIL(loop, links() == 0);
    peer_close(&node, loop);
}

static void a_flood_from_one_address_is_turned_away_before_the_handshake(void **state) {
    struct rogue rogue;
    (void)state;
    node_open(NULL);
    uint64_t begun = uv_hrtime();
    for (unsigned i = 1; i <= 500; i++) {
        rogue_open(&rogue, PORT);
        UNTIL(loop, net_counts(node.net).opened + net_counts(node.net).refused >= i);
        assert_true(net_counts(node.net).opened <= 100 * ((uv_hrtime() - begun) / 1000000000 + 2));
        rogue_close(&rogue);
    }
    still_serves();
    peer_close(&node, loop);
}

static void links_beyond_the_limit_are_refused(void **state) {
    static const struct net_options limits = {.links_max = 1};
    struct rogue first, second;
    (void)state;
    node_open(&limits);
    rogue_greet(&first);
    rogue_open(&second, PORT);
    UNTIL_ROGUE(loop, &second, second.closed);
    assert_int_equal(node.links, 1);
    assert_int_equal(net_counts(node.net).full, 1);
    rogue_close(&second);
    rogue_close(&first);
    UNTIL(loop, node.links == 0);
    still_serves();
    peer_close(&node, loop);
}

static void without_descriptors_the_listener_waits_and_goes_on(void **state) {
    struct rlimit old, low;
    struct rogue rogue[4];
    (void)state;
    node_open(NULL);
    int next = dup(0);
    close(next);
    getrlimit(RLIMIT_NOFILE, &old);
    low = old;
    low.rlim_cur = (rlim_t)next + 5; /* four ends of ours, one of the node's */
    setrlimit(RLIMIT_NOFILE, &low);
    for (int i = 0; i < 4; i++)
        rogue_open(&rogue[i], PORT);
    UNTIL(loop, links() >= 1);
    for (int i = 0; i < 200; i++)
        uv_run(loop, UV_RUN_NOWAIT);
    assert_int_equal(links(), 1);
    setrlimit(RLIMIT_NOFILE, &old);
    UNTIL(loop, links() == 4);
    for (int i = 0; i < 4; i++)
        rogue_close(&rogue[i]);
    still_serves();
    peer_close(&node, loop);
}

/* ---- other kinds of TLS ---- */

static SSL_CTX *context_make(int version, const char *type) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, version);
    SSL_CTX_set_max_proto_version(context, version);
    if (!type)
        return context;
    EVP_PKEY *key = strcmp(type, "EC") ? EVP_PKEY_Q_keygen(NULL, NULL, type)
                                       : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    X509 *x = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(x), 0);
    X509_gmtime_adj(X509_getm_notAfter(x), 1 << 30);
    X509_set_pubkey(x, key);
    assert_true(X509_sign(x, key, strcmp(type, "EC") ? NULL : EVP_sha256()) > 0);
    assert_int_equal(SSL_CTX_use_certificate(context, x), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(context, key), 1);
    X509_free(x);
    EVP_PKEY_free(key);
    return context;
}

/* Shake hands and say HELLO, as far as it goes; true if the node let it in. */
static bool plain_tls_gets_in(int version, const char *type) {
    struct rogue rogue;
    SSL_CTX *context = context_make(version, type);
    SSL *ssl = SSL_new(context);
    uint64_t refused = net_counts(node.net).refused, until = uv_hrtime() + 30000000000ull;
    char byte;
    bool over = false, greeted = false;
    rogue_open(&rogue, PORT);
    assert_int_equal(fcntl(rogue.fd, F_SETFL, O_NONBLOCK), 0);
    SSL_set_fd(ssl, rogue.fd);
    while (!over && uv_hrtime() < until) {
        int result = SSL_connect(ssl);
        if (result == 1 && !greeted)
            greeted = SSL_write(ssl, HELLO, 9) == 9;
        if (result == 1)
            result = SSL_read(ssl, &byte, 1);
        over = result <= 0 && SSL_get_error(ssl, result) != SSL_ERROR_WANT_READ;
        uv_run(loop, UV_RUN_NOWAIT);
    }
    assert_true(over);
    UNTIL(loop, links() == 0);
    assert_int_equal(net_counts(node.net).refused, refused + 1);
    SSL_free(ssl);
    SSL_CTX_free(context);
    rogue_close(&rogue);
    return node.ups != 0;
}

static void only_tls_1_3_with_an_admitted_ed25519_key_gets_in(void **state) {
    (void)state;
    node_open(NULL);
    assert_false(plain_tls_gets_in(TLS1_2_VERSION, "ED25519"));
    assert_false(plain_tls_gets_in(TLS1_3_VERSION, NULL));
    assert_false(plain_tls_gets_in(TLS1_3_VERSION, "EC"));
    assert_false(plain_tls_gets_in(TLS1_3_VERSION, "ED25519"));
    still_serves();
    peer_close(&node, loop);
}

static void our_own_key_is_refused(void **state) {
    struct rogue rogue;
    (void)state;
    node_open(NULL);
    peer_befriend(&node, 1, LINK_MEMBER);
    rogue_open(&rogue, PORT);
    rogue_secure(&rogue, 1, 1);
    UNTIL_ROGUE(loop, &rogue, rogue.closed);
    assert_int_equal(node.ups, 0);
    rogue_close(&rogue);
    peer_close(&node, loop);
}

/* ---- admitted, and breaking the rules ---- */

static void a_long_first_frame_is_refused_before_its_bytes_come(void **state) {
    struct rogue rogue;
    (void)state;
    node_open(NULL);
    rogue_open(&rogue, PORT);
    rogue_secure(&rogue, 2, 1);
    UNTIL_ROGUE(loop, &rogue, rogue.secure);
    assert_true(rogue_head(&rogue, FRAME_FIRST_MAX + 1));
    UNTIL_ROGUE(loop, &rogue, rogue.closed);
    assert_int_equal(node.ups, 0);
    assert_int_equal(net_counts(node.net).refused, 1);
    rogue_close(&rogue);
    peer_close(&node, loop);
}

static void a_heartbeat_is_no_hello(void **state) {
    struct rogue rogue;
    (void)state;
    node_open(NULL);
    rogue_open(&rogue, PORT);
    rogue_secure(&rogue, 2, 1);
    UNTIL_ROGUE(loop, &rogue, rogue.secure);
    assert_true(rogue_head(&rogue, 0));
    UNTIL_ROGUE(loop, &rogue, rogue.closed);
    assert_int_equal(node.ups, 0);
    rogue_close(&rogue);
    peer_close(&node, loop);
}

static void a_hello_that_is_refused_ends_the_link(void **state) {
    struct rogue rogue;
    (void)state;
    node_open(NULL);
    node.refuse_hello = true;
    rogue_open(&rogue, PORT);
    rogue_secure(&rogue, 2, 1);
    UNTIL_ROGUE(loop, &rogue, rogue.secure);
    assert_true(rogue_put(&rogue, HELLO, 9));
    UNTIL_ROGUE(loop, &rogue, rogue.closed);
    assert_string_equal(node.hello, "hello");
    assert_int_equal(node.ups, 0);
    rogue_close(&rogue);
    peer_close(&node, loop);
}

static void a_frame_beyond_the_limit_ends_the_link(void **state) {
    static const uint32_t lengths[] = {FRAME_MAX + 1, 0x7fffffff, 0xffffffff};
    (void)state;
    node_open(NULL);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct rogue rogue;
        rogue_greet(&rogue);
        assert_true(rogue_head(&rogue, lengths[i]));
        UNTIL_ROGUE(loop, &rogue, rogue.closed);
        UNTIL(loop, node.links == 0);
        CHECK_ERR(node.down_why, ERR_SIZE);
        rogue_close(&rogue);
    }
    peer_close(&node, loop);
}

static void bytes_that_are_no_tls_end_the_link(void **state) {
    struct rogue rogue;
    (void)state;
    node_open(NULL);
    rogue_greet(&rogue);
    assert_true(rogue_raw(&rogue, "\x17\x03\x03\x00\x20 this was never encrypted by us", 37));
    UNTIL_ROGUE(loop, &rogue, rogue.closed);
    UNTIL(loop, node.links == 0);
    CHECK_ERR(node.down_why, ERR_DENIED);
    rogue_close(&rogue);
    peer_close(&node, loop);
}

static void a_frame_that_trickles_ends_the_link(void **state) {
    static const struct net_options limits = {.rate_ms = 400};
    struct rogue rogue;
    (void)state;
    node_open(&limits);
    rogue_greet(&rogue);
    assert_true(rogue_head(&rogue, 4000));
    for (unsigned sent = 0; !rogue.closed && sent < 3000; sent++) {
        uint64_t seen = net_counts(node.net).bytes_in, next = uv_hrtime() + 50000000;
        assert_true(rogue_put(&rogue, "x", 1) || rogue.closed);
        UNTIL_ROGUE(loop, &rogue,
                    rogue.closed || (net_counts(node.net).bytes_in > seen && uv_hrtime() > next));
    }
    assert_true(rogue.closed);
    UNTIL(loop, node.links == 0);
    CHECK_ERR(node.down_why, ERR_LATE);
    rogue_close(&rogue);
    peer_close(&node, loop);
}

static void a_peer_that_says_nothing_is_given_up(void **state) {
    static const struct net_options limits = {.silence_ms = 400};
    struct rogue rogue;
    (void)state;
    node_open(&limits);
    rogue_greet(&rogue);
    UNTIL_ROGUE(loop, &rogue, rogue.closed);
    UNTIL(loop, node.links == 0);
    CHECK_ERR(node.down_why, ERR_LATE);
    rogue_close(&rogue);
    peer_close(&node, loop);
}

static void a_peer_that_does_not_read_fills_its_own_queue_only(void **state) {
    static const struct net_options limits = {.queue_max = 1 << 20};
    struct rogue rogue;
    enum err err = ERR_OK;
    (void)state;
    node_open(&limits);
    rogue_greet(&rogue);
    for (int i = 0; i < 100 && !err; i++) {
        err = peer_send(&node, 256 * 1024, 1);
        assert_true(err || link_queued(node.link[0]) <= 1 << 20);
        for (int k = 0; k < 20; k++)
            uv_run(loop, UV_RUN_NOWAIT);
    }
    CHECK_ERR(err, ERR_FULL);
    UNTIL(loop, node.links == 0);
    CHECK_ERR(node.down_why, ERR_FULL);
    assert_int_equal(net_counts(node.net).glutted, 1);
    rogue_close(&rogue);
    still_serves();
    peer_close(&node, loop);
}

static void a_queue_that_does_not_drain_ends_the_link(void **state) {
    static const struct net_options limits = {.rate_ms = 100, .queue_max = 64 << 20};
    struct rogue rogue;
    (void)state;
    node_open(&limits);
    rogue_greet(&rogue);
    for (int i = 0; i < 40; i++)
        CHECK_OK(peer_send(&node, FRAME_MAX, 1));
    UNTIL(loop, node.links == 0);
    CHECK_ERR(node.down_why, ERR_LATE);
    rogue_close(&rogue);
    peer_close(&node, loop);
}

static void when_all_queues_are_full_the_longest_gives_way(void **state) {
    static const struct net_options limits = {.queue_max = 64 << 20, .queue_all_max = 30 << 20},
                                    quick = {.redial_ms = 20};
    struct rogue rogue;
    struct peer friend;
    (void)state;
    node_open(&limits);
    rogue_greet(&rogue);
    for (int i = 0; i < 29; i++)
        CHECK_OK(peer_send(&node, FRAME_MAX - 4, 1));
    peer_open(&friend, loop, 3, &quick);
    peer_befriend(&friend, 1, LINK_MEMBER);
    assert_non_null(net_dial(friend.net, URL, &node.key));
    UNTIL(loop, friend.links == 1 && node.links == 2);
    for (int i = 0; i < 12 && node.links == 2; i++)
        CHECK_OK(peer_send(&node, FRAME_MAX - 4, 1)); /* to the friend, which reads */
    UNTIL(loop, node.downs == 1);
    CHECK_ERR(node.down_why, ERR_FULL);
    assert_true(pubkey_eq(link_key(node.link[0]), &friend.key));
    rogue_close(&rogue);
    peer_close(&friend, loop);
    peer_close(&node, loop);
}

/* A burst of questions, each of which takes a while: who asks one has not to wait for all of them. */
static void whoever_asks_without_end_is_served_in_turn(void **state) {
    enum { QUESTIONS = 200 };
    static const struct net_options quick = {.redial_ms = 20};
    struct rogue rogue;
    struct peer friend;
    uint8_t burst[QUESTIONS][FRAME_HEAD + 1] = {{0}};
    (void)state;
    node_open(NULL);
    peer_open(&friend, loop, 3, &quick);
    peer_befriend(&friend, 1, LINK_MEMBER);
    assert_non_null(net_dial(friend.net, URL, &node.key));
    UNTIL(loop, friend.links == 1 && node.links == 1);
    rogue_greet(&rogue);
    node.slow_us = 2000;
    for (int i = 0; i < QUESTIONS; i++)
        be32_put(burst[i], 1);
    assert_true(rogue_put(&rogue, burst, sizeof burst));
    UNTIL(loop, node.messages > 0);
    CHECK_OK(peer_send(&friend, 2, 1));
    UNTIL(loop, node.messages == QUESTIONS + 1);
    assert_in_range(node.before, 1, QUESTIONS - 1);
    assert_true(net_counts(node.net).paused >= QUESTIONS);
    rogue_close(&rogue);
    peer_close(&friend, loop);
    peer_close(&node, loop);
}

/* Its questions stay where they are until there is room for the answers; then all of them are answered. */
static void who_does_not_read_is_not_listened_to(void **state) {
    enum { QUESTIONS = 200, LEN = 131072 };
    static const struct net_options limits = {.queue_max = 2 << 20};
    uint8_t burst[QUESTIONS][FRAME_HEAD + 1] = {{0}};
    struct rogue rogue;
    (void)state;
    node_open(&limits);
    node.answer = LEN;
    rogue_greet(&rogue);
    for (int i = 0; i < QUESTIONS; i++)
        be32_put(burst[i], 1);
    assert_true(rogue_put(&rogue, burst, sizeof burst));
    for (int calm = 0; calm < 10; calm++) { /* until nothing more is answered */
        unsigned before = node.messages;
        UNTIL(loop, net_counts(node.net).paused > 0);
        uv_run(loop, UV_RUN_ONCE);
        assert_true(node.links == 1 && link_queued(node.link[0]) <= 2 << 20);
        calm = node.messages == before ? calm : 0;
    }
    assert_in_range(node.messages, 1, QUESTIONS - 1);
    UNTIL_ROGUE(loop, &rogue, node.messages == QUESTIONS);
    UNTIL_ROGUE(loop, &rogue, rogue.got >= (size_t)QUESTIONS * (FRAME_HEAD + LEN));
    rogue_close(&rogue);
    peer_close(&node, loop);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN); /* writing to a node that has closed is what these tests are about */
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(garbage_is_refused_at_once),
        cmocka_unit_test(silent_clients_are_closed_at_the_deadline),
        cmocka_unit_test(a_trickle_does_not_move_the_deadline),
        cmocka_unit_test(a_handshake_that_does_not_end_is_bounded_in_bytes),
        cmocka_unit_test(an_address_has_few_links_half_open),
        cmocka_unit_test(a_flood_from_one_address_is_turned_away_before_the_handshake),
        cmocka_unit_test(links_beyond_the_limit_are_refused),
        cmocka_unit_test(without_descriptors_the_listener_waits_and_goes_on),
        cmocka_unit_test(only_tls_1_3_with_an_admitted_ed25519_key_gets_in),
        cmocka_unit_test(our_own_key_is_refused),
        cmocka_unit_test(a_long_first_frame_is_refused_before_its_bytes_come),
        cmocka_unit_test(a_heartbeat_is_no_hello),
        cmocka_unit_test(a_hello_that_is_refused_ends_the_link),
        cmocka_unit_test(a_frame_beyond_the_limit_ends_the_link),
        cmocka_unit_test(bytes_that_are_no_tls_end_the_link),
        cmocka_unit_test(a_frame_that_trickles_ends_the_link),
        cmocka_unit_test(a_peer_that_says_nothing_is_given_up),
        cmocka_unit_test(a_peer_that_does_not_read_fills_its_own_queue_only),
        cmocka_unit_test(a_queue_that_does_not_drain_ends_the_link),
        cmocka_unit_test(when_all_queues_are_full_the_longest_gives_way),
        cmocka_unit_test(whoever_asks_without_end_is_served_in_turn),
        cmocka_unit_test(who_does_not_read_is_not_listened_to),
    };
    loop = uv_default_loop();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    uv_loop_close(loop);
    return failed;
}
