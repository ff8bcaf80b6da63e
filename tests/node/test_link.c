/* Links between nodes of one process, on one loop: who is let in, what passes, what ends them. */
#include "node/net/link.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

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

static void ipv6_addresses_work(void **state) {
    struct peer a, b;
    (void)state;
    two_open(&a, &b);
    enum err err = net_listen(a.net, "tcp://[::1]:21006");
    if (!err) { /* else there is no IPv6 here */
        assert_non_null(net_dial(b.net, "tcp://[::1]:21006", &a.key));
        UNTIL(loop, a.links == 1 && b.links == 1);
    }
    two_close(&a, &b);
    if (err)
        skip();
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

static void nothing_passes_and_the_link_stays(void **state) {
    static const struct net_options limits = {.heartbeat_ms = 50, .silence_ms = 400, .redial_ms = 20};
    struct peer a, b;
    (void)state;
    peer_open(&a, loop, 1, &limits);
    peer_open(&b, loop, 2, &limits);
    peer_befriend(&a, 2, LINK_MEMBER);
    peer_befriend(&b, 1, LINK_MEMBER);
    CHECK_OK(net_listen(a.net, URL));
    assert_non_null(net_dial(b.net, URL, &a.key));
    UNTIL(loop, a.links == 1 && b.links == 1);
    uint64_t begun = uv_hrtime(), bytes = net_counts(a.net).bytes_in;
    UNTIL(loop, uv_hrtime() - begun > 1000000000);
    assert_int_equal(a.downs + b.downs, 0);
    assert_int_equal(a.messages + b.messages, 0);
    assert_true(net_counts(a.net).bytes_in - bytes >= 5 * 26); /* a frame of nothing in a TLS record */
    two_close(&a, &b);
}

static void a_key_no_longer_admitted_loses_its_link(void **state) {
    struct peer a, b;
    (void)state;
    two_open(&a, &b);
    assert_non_null(net_dial(b.net, URL, &a.key));
    UNTIL(loop, a.links == 1 && b.links == 1);
    net_readmit(a.net);
    uv_run(loop, UV_RUN_NOWAIT);
    assert_int_equal(a.links, 1);
    peer_befriend(&a, 2, LINK_NONE);
    net_readmit(a.net);
    UNTIL(loop, a.links == 0 && b.links == 0);
    CHECK_ERR(a.down_why, ERR_DENIED);
    UNTIL(loop, b.failures >= 2); /* redials are refused */
    assert_int_equal(a.ups, 1);
    peer_befriend(&a, 2, LINK_OBSERVER);
    UNTIL(loop, a.links == 1 && b.links == 1);
    assert_int_equal(link_class_of(a.link[0]), LINK_OBSERVER);
    peer_befriend(&a, 2, LINK_MEMBER); /* another class: another link */
    net_readmit(a.net);
    UNTIL(loop, a.ups == 3 && b.links == 1);
    assert_int_equal(link_class_of(a.link[0]), LINK_MEMBER);
    two_close(&a, &b);
}

static void two_that_dial_each_other_keep_one_link(void **state) {
    struct peer a, b;
    (void)state;
    for (int round = 0; round < 20; round++) {
        two_open(&a, &b);
        CHECK_OK(net_listen(b.net, "tcp://127.0.0.1:21001"));
        assert_non_null(net_dial(a.net, "tcp://127.0.0.1:21001", &b.key));
        assert_non_null(net_dial(b.net, URL, &a.key));
        UNTIL(loop,
              a.links == 1 && b.links == 1 && net_counts(a.net).links == 1 && net_counts(b.net).links == 1);
        uint64_t begun = uv_hrtime();
        UNTIL(loop, uv_hrtime() - begun > 30000000);
        assert_int_equal(a.links + b.links, 2);
        assert_int_equal(link_dialled(a.link[0]) + link_dialled(b.link[0]), 1);
        assert_true(a.downs <= 1 && b.downs <= 1);
        if (a.downs + b.downs) /* there was a choice */
            assert_int_equal(link_dialled(a.link[0]), memcmp(a.key.b, b.key.b, KEY_LEN) < 0);
        b.echo = true;
        CHECK_OK(peer_send(&a, 1000, 1));
        UNTIL(loop, a.messages == 1);
        two_close(&a, &b);
    }
}

static void two_ways_to_one_node_are_one_link(void **state) {
    struct peer a, b;
    (void)state;
    two_open(&a, &b);
    CHECK_OK(net_listen(a.net, "tcp://127.0.0.1:21002"));
    assert_non_null(net_dial(b.net, URL, &a.key));
    assert_non_null(net_dial(b.net, "tcp://127.0.0.1:21002", &a.key));
    UNTIL(loop, a.links == 1 && b.links == 1 && net_counts(b.net).links == 1);
    link_close(a.link[0], ERR_OK);
    UNTIL(loop, b.downs == 1 && b.links == 1 && a.ups == 2 && net_counts(b.net).links == 1);
    assert_int_equal(b.ups, 2);
    two_close(&a, &b);
}

static void undialling_closes_and_does_not_dial_again(void **state) {
    struct peer a, b;
    (void)state;
    two_open(&a, &b);
    struct dialler *dialler = net_dial(b.net, URL, &a.key);
    UNTIL(loop, a.links == 1 && b.links == 1);
    net_undial(dialler);
    UNTIL(loop, a.links == 0 && b.links == 0);
    dialler = net_dial(b.net, URL, &a.key);
    net_undial(dialler); /* before it has begun */
    uint64_t begun = uv_hrtime();
    UNTIL(loop, uv_hrtime() - begun > 100000000);
    assert_int_equal(a.ups, 1);
    two_close(&a, &b);
}

static void a_dial_that_leads_nowhere_is_tried_again_and_told(void **state) {
    static const struct net_options limits = {.first_ms = 200, .redial_ms = 20};
    static const struct {
        const char *url;
        enum err why;
    } cases[] = {{"tcp://127.0.0.1:21003", ERR_CLOSED}, /* nobody listens */
                 {"tcp://no-such-name.invalid:21003", ERR_NOT_FOUND}};
    struct peer b;
    struct pubkey key;
    (void)state;
    peer_open(&b, loop, 2, &limits);
    peer_key(1, &key);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned failures = b.failures;
        struct dialler *dialler = net_dial(b.net, cases[i].url, &key);
        UNTIL(loop, b.failures >= failures + 2);
        if (b.failed_why != ERR_LATE) /* a resolver that does not answer */
            CHECK_ERR(b.failed_why, cases[i].why);
        net_undial(dialler);
    }
    assert_null(net_dial(b.net, "tcp://127.0.0.1", &key));
    assert_null(net_dial(b.net, "http://127.0.0.1:80", &key));
    assert_null(net_dial(b.net, "tcp://127.0.0.1:21003", NULL));
    peer_close(&b, loop);
}

static void a_silent_server_is_given_up_at_the_deadline(void **state) {
    static const struct net_options limits = {.first_ms = 200, .redial_ms = 20};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(21004)};
    struct peer b;
    struct pubkey key;
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)state;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 16), 0);
    peer_open(&b, loop, 2, &limits);
    peer_key(1, &key);
    assert_non_null(net_dial(b.net, "tcp://127.0.0.1:21004", &key));
    UNTIL(loop, b.failures == 2);
    CHECK_ERR(b.failed_why, ERR_LATE);
    peer_close(&b, loop);
    close(fd);
}

static pid_t serve_start(void) {
    char *arguments[] = {"test_link", "serve", NULL};
    pid_t pid;
    assert_int_equal(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environ), 0);
    return pid;
}

static void a_peer_that_was_killed_is_dialled_again(void **state) {
    static const struct net_options quick = {.redial_ms = 20};
    struct peer b;
    struct pubkey key;
    (void)state;
    peer_open(&b, loop, 2, &quick);
    peer_befriend(&b, 1, LINK_MEMBER);
    peer_key(1, &key);
    assert_non_null(net_dial(b.net, "tcp://127.0.0.1:21005", &key));
    for (unsigned round = 1; round <= 3; round++) {
        pid_t pid = serve_start();
        UNTIL(loop, b.links == 1);
        unsigned messages = b.messages;
        for (int i = 0; i < 3; i++)
            CHECK_OK(peer_send(&b, 512 * 1024, 1));
        UNTIL(loop, b.messages > messages);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        UNTIL(loop, b.links == 0);
        assert_int_equal(b.downs, round);
    }
    peer_close(&b, loop);
}

/* ---- local ---- */

static void a_local_path_may_be_long(void **state) {
    struct peer a, b;
    char dir[TMP_LEN], deep[TMP_LEN + 256], url[TMP_LEN + 320];
    struct stat status;
    (void)state;
    tmp_open(dir);
    snprintf(deep, sizeof deep, "%s/%0150d", dir, 1);
    assert_int_equal(mkdir(deep, 0700), 0);
    snprintf(url, sizeof url, "ipc://%s/control.sock", deep);
    peer_open(&a, loop, 1, NULL);
    peer_open(&b, loop, 2, NULL);
    CHECK_OK(net_listen(a.net, url));
    assert_int_equal(stat(url + 6, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    CHECK_ERR(net_listen(b.net, url), ERR_BUSY);
    assert_non_null(net_dial(b.net, url, NULL));
    UNTIL(loop, a.links == 1 && b.links == 1);
    two_close(&a, &b);
    assert_int_equal(stat(url + 6, &status), -1); /* removed */
    tmp_close(dir);
}

static void only_a_socket_that_nobody_answers_on_is_replaced(void **state) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct peer a, b;
    char dir[TMP_LEN], url[TMP_LEN + 32];
    (void)state;
    tmp_open(dir);
    snprintf(url, sizeof url, "ipc://%s/control.sock", dir);
    peer_open(&a, loop, 1, NULL);
    peer_open(&b, loop, 2, NULL);
    assert_in_range(strlen(url), 1, sizeof address.sun_path);
    memcpy(address.sun_path, url + 6, strlen(url + 6));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd); /* as kill -9 leaves it */
    CHECK_OK(net_listen(a.net, url));
    CHECK_ERR(net_listen(b.net, url), ERR_BUSY);
    peer_close(&a, loop);

    FILE *file = fopen(address.sun_path, "w");
    assert_non_null(file);
    fclose(file);
    CHECK_ERR(net_listen(b.net, url), ERR_EXISTS);
    assert_int_equal(access(address.sun_path, F_OK), 0);
    peer_close(&b, loop);
    tmp_close(dir);
}

/* In a process of its own: connect as nobody and wait for the end. */
static int stranger(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char byte;
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (setuid(65534) || connect(fd, (struct sockaddr *)&address, sizeof address))
        return 2;
    return read(fd, &byte, 1) == 0 ? 0 : 3;
}

static void another_user_is_refused_even_where_the_file_lets_him(void **state) {
    struct peer a;
    char dir[TMP_LEN], url[TMP_LEN + 32];
    int status = 0;
    pid_t pid;
    (void)state;
    if (geteuid())
        skip(); /* only root can be another user */
    tmp_open(dir);
    snprintf(url, sizeof url, "ipc://%s/control.sock", dir);
    char *arguments[] = {"test_link", "stranger", url + 6, NULL};
    peer_open(&a, loop, 1, NULL);
    CHECK_OK(net_listen(a.net, url));
    assert_int_equal(chmod(dir, 0755), 0);
    assert_int_equal(chmod(url + 6, 0666), 0);
    assert_int_equal(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environ), 0);
    pid_t ended = 0;
    UNTIL(loop, ended || (ended = waitpid(pid, &status, WNOHANG)) != 0);
    assert_int_equal(ended, pid);
    assert_int_equal(status, 0);
    assert_int_equal(a.ups, 0);
    assert_int_equal(net_counts(a.net).refused, 1);
    peer_close(&a, loop);
    tmp_close(dir);
}

static void a_local_dial_is_tried_once(void **state) {
    struct peer b;
    (void)state;
    peer_open(&b, loop, 2, NULL);
    assert_non_null(net_dial(b.net, "ipc:///nowhere/control.sock", NULL));
    UNTIL(loop, b.failures == 1);
    CHECK_ERR(b.failed_why, ERR_NOT_FOUND);
    peer_close(&b, loop);
}

static void closing_in_the_middle_of_everything_frees_everything(void **state) {
    struct peer a, b;
    (void)state;
    for (int round = 0; round < 30; round++) {
        two_open(&a, &b);
        a.echo = b.echo = true;
        assert_non_null(net_dial(b.net, URL, &a.key));
        for (int i = 0; i < round; i++)
            uv_run(loop, UV_RUN_ONCE);
        if (b.links)
            CHECK_OK(peer_send(&b, 512 * 1024, 1));
        for (int i = 0; i < round / 3; i++)
            uv_run(loop, UV_RUN_ONCE);
        two_close(&a, &b);
    }
}

/* Node 1 as a process of its own, until it is killed. */
static int serve(void) {
    static struct peer a;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    peer_open(&a, loop, 1, NULL);
    peer_befriend(&a, 2, LINK_MEMBER);
    a.echo = true;
    CHECK_OK(net_listen(a.net, "tcp://127.0.0.1:21005"));
    uv_run(loop, UV_RUN_DEFAULT);
    return 1;
}

int main(int argc, char **argv) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_that_know_each_other_meet),
        cmocka_unit_test(ipv6_addresses_work),
        cmocka_unit_test(frames_of_every_size_pass_both_ways),
        cmocka_unit_test(many_frames_are_queued_and_come_in_order),
        cmocka_unit_test(an_unknown_key_is_refused),
        cmocka_unit_test(another_node_than_the_one_expected_is_refused),
        cmocka_unit_test(a_local_caller_is_let_in_without_a_key),
        cmocka_unit_test(nothing_passes_and_the_link_stays),
        cmocka_unit_test(a_key_no_longer_admitted_loses_its_link),
        cmocka_unit_test(two_that_dial_each_other_keep_one_link),
        cmocka_unit_test(two_ways_to_one_node_are_one_link),
        cmocka_unit_test(undialling_closes_and_does_not_dial_again),
        cmocka_unit_test(a_dial_that_leads_nowhere_is_tried_again_and_told),
        cmocka_unit_test(a_silent_server_is_given_up_at_the_deadline),
        cmocka_unit_test(a_peer_that_was_killed_is_dialled_again),
        cmocka_unit_test(a_local_path_may_be_long),
        cmocka_unit_test(only_a_socket_that_nobody_answers_on_is_replaced),
        cmocka_unit_test(another_user_is_refused_even_where_the_file_lets_him),
        cmocka_unit_test(a_local_dial_is_tried_once),
        cmocka_unit_test(closing_in_the_middle_of_everything_frees_everything),
    };
    loop = uv_default_loop();
    if (argc > 1 && strcmp(argv[1], "serve") == 0)
        return serve();
    if (argc > 2 && strcmp(argv[1], "stranger") == 0)
        return stranger(argv[2]);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    uv_loop_close(loop);
    return failed;
}
