/* Who waits, who trickles, and who does not read: the server serves the others meanwhile. */
#include "tests/lib/webworld.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "node/record.h"
#include "store/roster.h"

/* Ask for changes after the cursor that the answer holds, without reading what comes. */
static int ask_changes(struct webworld *w, unsigned wait_s) {
    char request[512], cursor[160];
    const char *at = strstr(w->answer, "\"cursor\":\"");

    assert_non_null(at);
    snprintf(cursor, sizeof cursor, "%.*s", (int)strcspn(at + 10, "\""), at + 10);
    int len =
        snprintf(request, sizeof request, "GET /api/v1/changes?since=%s&wait=%u HTTP/1.1\r\nHost: %s\r\n\r\n",
                 cursor, wait_s, w->host);
    int fd = webworld_dial(w);
    webworld_send(fd, request, (size_t)len);
    return fd;
}

static bool silent(int fd, int ms) {
    struct pollfd wait = {.fd = fd, .events = POLLIN};

    return poll(&wait, 1, ms) == 0;
}

static void publish_another(struct webworld *w) {
    fixture_contact(&w->f.state[0], 2,
                    "{\"kind\":\"policy\",\"organisation\":{\"en\":\"Second\"},"
                    "\"emails\":[{\"address\":\"canary@fr.example\"}],\"public\":[\"organisation\"]}",
                    1767225600);
    fixture_publish(&w->f, &w->f.state[0]);
    api_changed(w->api);
    http_changed(w->http);
}

static void readers_that_wait_are_answered_when_a_head_moves(void **state) {
    struct webworld *w = *state;
    static int fd[100];

    webworld_check(w, "first", webworld_ask(w, "/api/v1/changes", ""), 200);
    assert_non_null(strstr(w->answer, "\"gap\":false"));
    assert_non_null(strstr(w->answer, w->f.state[0].origin));
    for (unsigned i = 0; i < 100; i++)
        fd[i] = ask_changes(w, 300);
    webworld_check(w, "meanwhile", webworld_ask(w, "/healthz", ""), 200);
    http_changed(w->http); /* nothing has: they go on waiting */
    assert_true(silent(fd[0], 100) && silent(fd[99], 0));
    publish_another(w);
    for (unsigned i = 0; i < 100; i++) {
        webworld_check(w, "woken", webworld_receive(w, fd[i], false), 200);
        assert_non_null(strstr(w->answer, w->f.state[0].origin));
        close(fd[i]);
    }
    int again = ask_changes(w, 300);
    assert_true(silent(again, 100));
    close(again);
}

static void who_waits_is_answered_when_the_time_is_over(void **state) {
    struct webworld *w = *state;

    webworld_ask(w, "/api/v1/changes", "");
    int fd = ask_changes(w, 0);
    webworld_check(w, "no wait", webworld_receive(w, fd, false), 200);
    close(fd);
    fd = ask_changes(w, 1);
    webworld_check(w, "a second", webworld_receive(w, fd, false), 200);
    assert_non_null(strstr(w->answer, "\"changes\":[]"));
    close(fd);
    webworld_check(w, "too long", webworld_ask(w, "/api/v1/changes?wait=301", ""), 400);
    webworld_check(w, "no cursor", webworld_ask(w, "/api/v1/changes?since=12", ""), 400);
    webworld_check(
        w, "foreign",
        webworld_ask(
            w, "/api/v1/changes?since=00000000000000000000000000000000-5-00000000000000000000000000000000",
            ""),
        200);
    assert_non_null(strstr(w->answer, "\"gap\":true"));
}

static bool gives(struct webworld *w, const char *path, const char *text) {
    webworld_check(w, path, webworld_ask(w, path, ""), 200);
    return strstr(w->answer, text) != NULL;
}

/* Answers are kept, and nobody can tell but by the time it takes. */
static void a_kept_answer_is_never_older_than_the_store(void **state) {
    struct webworld *w = *state;
    const char *search = "/api/v1/contacts?q=second",
               *first = "/api/v1/contacts/FR/00000001000000000000000000000001";
    char record[300], when[24];

    for (unsigned i = 0; i < 3; i++)
        assert_true(gives(w, search, "\"total\":0") && gives(w, first, "Alert Centre"));
    publish_another(w);
    assert_true(gives(w, search, "\"total\":1"));
    time_text((uint64_t)time(NULL) + 2, when);
    snprintf(record, sizeof record,
             "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Successor\"},\"valid_from\":\"%s\","
             "\"emails\":[{\"address\":\"canary@fr.example\"}],\"public\":[\"organisation\"]}",
             when);
    fixture_contact(&w->f.state[0], 1, record, 1767225601);
    fixture_publish(&w->f, &w->f.state[0]);
    /* Announced at once, and in force at its second, without another word from anybody. */
    assert_true(gives(w, first, "\"next\":{"));
    uint64_t until = webworld_now_ms() + WEBWORLD_WAIT_MS;
    while (gives(w, first, "\"next\":{") && webworld_now_ms() < until)
        poll(NULL, 0, 50);
    assert_true(gives(w, first, "Successor") && !gives(w, first, "Alert Centre"));
    struct txn t;
    txn_begin(&t, w->f.store, true);
    roster_remove(&t, w->f.state[0].origin);
    CHECK_OK(txn_commit(&t));
    api_changed(w->api);
    assert_true(gives(w, search, "\"total\":0"));
    webworld_check(w, "unpinned", webworld_ask(w, first, ""), 404);
}

/* One that waits takes a place; who comes when all are taken gets that of the longest waiting. */
static void places_to_wait_are_counted_and_given_back(void **state) {
    struct webworld *w = *state;
    static int fd[HTTP_PARKED + 8];
    const struct rlimit files = {4096, 4096};
    unsigned left = HTTP_PARKED + 8;

    setrlimit(RLIMIT_NOFILE, &files);
    webworld_ask(w, "/api/v1/changes", "");
    for (unsigned i = 0; i < left; i++)
        fd[i] = ask_changes(w, 300);
    for (unsigned i = 0; i < 8; i++)
        assert_false(silent(fd[i], WEBWORLD_WAIT_MS));
    webworld_check(w, "meanwhile", webworld_ask(w, "/api/v1/states", ""), 200);
    assert_true(silent(fd[left - 1], 0));
    for (unsigned i = 0; i < left; i++)
        close(fd[i]);
    uint64_t until = webworld_now_ms() + WEBWORLD_WAIT_MS;
    while (http_parked(w->http) > 0 && webworld_now_ms() < until)
        poll(NULL, 0, 20);
    assert_int_equal(http_parked(w->http), 0);
}

/* Each byte would restart a timer of idleness: the deadline is for the whole request. */
static void a_request_that_trickles_is_cut_at_its_deadline(void **state) {
    struct webworld *w = *state;
    int fd = webworld_dial(w);
    const char *text = "GET / HTTP/1.1\r\nX-Slow: ";
    uint64_t until = webworld_now_ms() + WEBWORLD_WAIT_MS;
    bool cut = false;

    webworld_send(fd, text, strlen(text));
    while (!cut && webworld_now_ms() < until) {
        struct pollfd wait = {.fd = fd, .events = POLLIN | POLLRDHUP};
        char byte;
        if (poll(&wait, 1, 50) > 0)
            cut = recv(fd, &byte, 1, MSG_DONTWAIT) <= 0 && errno != EAGAIN;
        else
            webworld_send(fd, "a", 1);
    }
    close(fd);
    assert_true(cut);
}

static void a_silent_connection_is_cut_too(void **state) {
    struct webworld *w = *state;
    int fd = webworld_dial(w);
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    char byte;

    assert_int_equal(poll(&wait, 1, WEBWORLD_WAIT_MS), 1);
    assert_true(recv(fd, &byte, 1, 0) <= 0);
    close(fd);
}

/* A thousand that hold on to a connection and never ask: who asks is served, all the while. */
static void a_thousand_that_trickle_do_not_keep_others_out(void **state) {
    struct webworld *w = *state;
    const struct rlimit files = {4096, 4096};
    static int fd[1000];

    setrlimit(RLIMIT_NOFILE, &files);
    for (unsigned i = 0; i < 1000; i++) {
        fd[i] = webworld_dial(w);
        webworld_send(fd[i], "GET / HTTP/1.1\r\nX: ", 19);
        if (i % 50 == 49)
            webworld_check(w, "in between", webworld_ask(w, "/healthz", ""), 200);
    }
    for (unsigned round = 0; round < 5; round++) {
        for (unsigned i = 0; i < 1000; i++)
            webworld_send(fd[i], "a", 1);
        webworld_check(w, "meanwhile", webworld_ask(w, "/api/v1/states", ""), 200);
    }
    for (unsigned i = 0; i < 1000; i++)
        close(fd[i]);
    webworld_check(w, "afterwards", webworld_ask(w, "/", ""), 200);
}

/* They ask for much, one request behind the other, and never read an answer. */
static void readers_that_do_not_read_do_not_keep_others_out(void **state) {
    struct webworld *w = *state;
    const struct rlimit files = {4096, 4096};
    static int fd[700];
    static char requests[400 * 64];
    size_t len = 0;

    setrlimit(RLIMIT_NOFILE, &files);
    while (len < sizeof requests - 128)
        len += (size_t)snprintf(requests + len, 128, "GET /style.css HTTP/1.1\r\nHost: %s\r\n\r\n", w->host);
    for (unsigned i = 0; i < 700; i++) {
        fd[i] = webworld_dial(w);
        send(fd[i], requests, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (i % 100 == 99)
            webworld_check(w, "in between", webworld_ask(w, "/healthz", ""), 200);
    }
    for (unsigned round = 0; round < 5; round++)
        webworld_check(w, "meanwhile", webworld_ask(w, "/api/v1/states", ""), 200);
    for (unsigned i = 0; i < 700; i++)
        close(fd[i]);
    webworld_check(w, "afterwards", webworld_ask(w, "/", ""), 200);
}

static void garbage_harms_nobody(void **state) {
    struct webworld *w = *state;
    char bytes[2048];
    uint32_t seed = 1;

    for (unsigned round = 0; round < 200; round++) {
        size_t len = 1 + seed % sizeof bytes;
        for (size_t i = 0; i < len; i++) {
            seed = seed * 1664525 + 1013904223;
            bytes[i] = (char)(seed >> 24);
        }
        int fd = webworld_dial(w);
        if (round % 2 == 0)
            webworld_send(fd, "GET /", 5);
        webworld_send(fd, bytes, len);
        if (round % 3 == 0)
            webworld_send(fd, "\r\n\r\n", 4);
        close(fd);
    }
    webworld_check(w, "afterwards", webworld_ask(w, "/healthz", ""), 200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, webworld_open, webworld_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(readers_that_wait_are_answered_when_a_head_moves),
        TEST(who_waits_is_answered_when_the_time_is_over),
        TEST(a_kept_answer_is_never_older_than_the_store),
        TEST(places_to_wait_are_counted_and_given_back),
        cmocka_unit_test_setup_teardown(a_request_that_trickles_is_cut_at_its_deadline, webworld_open_hasty,
                                        webworld_close),
        cmocka_unit_test_setup_teardown(a_silent_connection_is_cut_too, webworld_open_hasty, webworld_close),
        TEST(a_thousand_that_trickle_do_not_keep_others_out),
        TEST(readers_that_do_not_read_do_not_keep_others_out),
        TEST(garbage_harms_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
