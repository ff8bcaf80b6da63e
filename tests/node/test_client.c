/* The blocking caller, against a node on a thread of its own. */
#include "node/net/client.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/lib/peer.h"
#include "tests/lib/tmp.h"
#include "tests/test.h"

static char dir[TMP_LEN], url[TMP_LEN + 32];

/* ---- a node that echoes, until it is told to stop ---- */

static struct server {
    uv_loop_t loop;
    uv_async_t stop;
    struct peer peer;
    pthread_t thread;
    pthread_barrier_t ready;
    bool echo, refuse, stopping;
} server;

static void stop_came(uv_async_t *async) {
    (void)async;
    server.stopping = true;
}

static void *serve(void *unused) {
    uv_loop_init(&server.loop);
    uv_async_init(&server.loop, &server.stop, stop_came);
    peer_open(&server.peer, &server.loop, 1, NULL);
    server.peer.echo = server.echo;
    server.peer.refuse_hello = server.refuse;
    CHECK_OK(net_listen(server.peer.net, url));
    pthread_barrier_wait(&server.ready);
    while (!server.stopping)
        uv_run(&server.loop, UV_RUN_ONCE);
    peer_close(&server.peer, &server.loop);
    uv_close((uv_handle_t *)&server.stop, NULL);
    uv_run(&server.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&server.loop), 0);
    return unused;
}

static void server_start(bool echo, bool refuse) {
    server = (struct server){.echo = echo, .refuse = refuse};
    pthread_barrier_init(&server.ready, NULL, 2);
    assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
    pthread_barrier_wait(&server.ready);
}

static void server_stop(void) {
    uv_async_send(&server.stop);
    pthread_join(server.thread, NULL);
    pthread_barrier_destroy(&server.ready);
}

static struct frame *request(size_t len) {
    struct frame *frame = frame_new(len);
    assert_non_null(frame);
    for (size_t i = 0; i < len; i++)
        frame->data[i] = (uint8_t)(i * 3);
    return frame;
}

/* ---- tests ---- */

static void a_call_is_answered(void **state) {
    static const size_t sizes[] = {1, 1000, 100000, FRAME_MAX};
    struct client *client;
    (void)state;
    server_start(true, false);
    CHECK_OK(client_open(url, bytes_str("cli"), 10000, &client));
    assert_true(bytes_is(client_hello(client), "hello from 1"));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct frame *answer, *same = request(sizes[i]);
        CHECK_OK(client_call(client, request(sizes[i]), 10000, &answer));
        assert_int_equal(answer->len, sizes[i]);
        assert_memory_equal(answer->data, same->data, sizes[i]);
        frame_free(answer);
        frame_free(same);
    }
    client_close(client);
    server_stop();
}

static void nobody_there_is_told_at_once(void **state) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct client *client;
    (void)state;
    CHECK_ERR(client_open(url, bytes_str("cli"), 10000, &client), ERR_NOT_FOUND);
    memcpy(address.sun_path, url + 6, strlen(url + 6));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd); /* as kill -9 leaves it */
    CHECK_ERR(client_open(url, bytes_str("cli"), 10000, &client), ERR_NOT_FOUND);
    CHECK_ERR(client_open("nonsense", bytes_str("cli"), 10000, &client), ERR_NAME);
    unlink(url + 6);
}

static void a_call_without_an_answer_ends_at_its_deadline(void **state) {
    struct client *client;
    struct frame *answer = NULL;
    (void)state;
    server_start(false, false);
    CHECK_OK(client_open(url, bytes_str("cli"), 10000, &client));
    CHECK_ERR(client_call(client, request(10), 50, &answer), ERR_LATE);
    CHECK_ERR(client_call(client, request(10), 50, &answer), ERR_LATE); /* answers would be mixed up */
    assert_null(answer);
    client_close(client);
    server_stop();
}

static void a_server_that_stops_is_told(void **state) {
    struct client *client;
    struct frame *answer;
    (void)state;
    server_start(true, false);
    CHECK_OK(client_open(url, bytes_str("cli"), 10000, &client));
    server_stop();
    CHECK_ERR(client_call(client, request(10), 10000, &answer), ERR_CLOSED);
    CHECK_ERR(client_call(client, request(10), 10000, &answer), ERR_CLOSED);
    client_close(client);
}

static void a_refused_hello_is_told(void **state) {
    struct client *client;
    (void)state;
    server_start(true, true);
    enum err err = client_open(url, bytes_str("cli"), 10000, &client);
    if (!err) { /* the server's HELLO was faster than its refusal */
        struct frame *answer;
        err = client_call(client, request(1), 10000, &answer);
        client_close(client);
    }
    CHECK_ERR(err, ERR_CLOSED);
    server_stop();
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_answered),
        cmocka_unit_test(nobody_there_is_told_at_once),
        cmocka_unit_test(a_call_without_an_answer_ends_at_its_deadline),
        cmocka_unit_test(a_server_that_stops_is_told),
        cmocka_unit_test(a_refused_hello_is_told),
    };
    tmp_open(dir);
    snprintf(url, sizeof url, "ipc://%s/control.sock", dir);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tmp_close(dir);
    return failed;
}
