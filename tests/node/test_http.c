#include "tests/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "node/http.h"
#include "node/record.h"
#include "store/roster.h"
#include "tests/lib/fixture.h"

#define TOKEN "0123456789abcdefABCDEF_-"
#define ANSWER_MAX 262144
#define WAIT_MS 20000

struct world {
    struct fixture f;
    struct api *api;
    struct http *http;
    char host[64];
    char answer[ANSWER_MAX];
};

static int start(void **state, bool public_view, unsigned request_ms) {
    struct world *w = calloc(1, sizeof *w);

    fixture_open(&w->f);
    struct author *fr = fixture_state(&w->f, "fr", "{\"en\":\"Republic of Samples\"}");
    fixture_contact(fr, 1,
                    "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Alert Centre\"},"
                    "\"emails\":[{\"address\":\"canary@fr.example\"}],\"public\":[\"organisation\"]}",
                    1767225600);
    fixture_publish(&w->f, fr);
    w->api = fixture_api(&w->f, NULL);
    struct http_options options = {.api = w->api,
                                   .listen = "127.0.0.1:0",
                                   .token = TOKEN,
                                   .public_view = public_view,
                                   .hosts = "directory.example other.example:8443",
                                   .request_ms = request_ms};
    CHECK_OK(http_start(&options, &w->http));
    snprintf(w->host, sizeof w->host, "127.0.0.1:%u", http_port(w->http));
    *state = w;
    return 0;
}

static int setup(void **state) {
    return start(state, true, 0);
}

static int setup_closed(void **state) {
    return start(state, false, 0);
}

static int setup_hasty(void **state) {
    return start(state, true, 1000);
}

static int teardown(void **state) {
    struct world *w = *state;

    http_stop(w->http);
    api_close(w->api);
    fixture_close(&w->f);
    free(w);
    return 0;
}

static int dial(const struct world *w) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(w->http))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

/* The server may refuse before all is sent: that is no failure here. */
static void send_all(int fd, const void *bytes, size_t len) {
    for (size_t sent = 0; sent < len;) {
        ssize_t got = send(fd, (const char *)bytes + sent, len - sent, MSG_NOSIGNAL);
        if (got <= 0)
            return;
        sent += (size_t)got;
    }
}

/* Read until the end, or until the headers and what they announce are there. */
static unsigned receive(struct world *w, int fd, bool head) {
    size_t len = 0;
    struct pollfd wait = {.fd = fd, .events = POLLIN};

    w->answer[0] = '\0';
    while (len < ANSWER_MAX - 1 && poll(&wait, 1, WAIT_MS) > 0) {
        ssize_t got = recv(fd, w->answer + len, ANSWER_MAX - 1 - len, 0);
        if (got <= 0)
            break;
        len += (size_t)got;
        w->answer[len] = '\0';
        const char *body = strstr(w->answer, "\r\n\r\n"), *length = strstr(w->answer, "Content-Length: ");
        if (body == NULL)
            continue;
        if (head || length == NULL || len >= (size_t)(body + 4 - w->answer) + strtoul(length + 16, NULL, 10))
            break;
    }
    return strncmp(w->answer, "HTTP/1.", 7) == 0 ? (unsigned)strtoul(w->answer + 9, NULL, 10) : 0;
}

static unsigned ask_raw(struct world *w, const void *bytes, size_t len) {
    int fd = dial(w);

    send_all(fd, bytes, len);
    unsigned status = receive(w, fd, memcmp(bytes, "HEAD", 4) == 0);
    close(fd);
    return status;
}

static unsigned ask(struct world *w, const char *path, const char *headers) {
    char request[8192];

    int len =
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", path, w->host, headers);
    return ask_raw(w, request, (size_t)len);
}

static uint64_t now_ms(void) {
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void check_status(struct world *w, const char *what, unsigned got, unsigned want) {
    if (got != want)
        fail_msg("%s: %u, not %u\n%.300s", what, got, want, w->answer);
}

/* Write the server's port where the text has a hash. */
static void with_port(char *to, size_t size, const char *text, unsigned port) {
    size_t at = 0;

    for (; *text != '\0'; text++)
        at += (size_t)(*text == '#' ? snprintf(to + at, size - at, "%u", port)
                                    : snprintf(to + at, size - at, "%c", *text));
    to[at] = '\0';
}

static void a_host_that_is_not_known_is_misdirected(void **state) {
    struct world *w = *state;
    char request[512], host[128];
    static const char *const refused[] = {"",
                                          "Host: evil.example\r\n",
                                          "Host: 127.0.0.1\r\n",
                                          "Host: 127.0.0.1.evil.example:#\r\n",
                                          "Host: localhost:1\r\n",
                                          "Host: [::1]%25x:#\r\n",
                                          "Host: localhost:#\r\nHost: localhost:#\r\n",
                                          "Host: localhost:#.\r\n",
                                          "Host: directory.example:#\r\n",
                                          "Host: \r\n"};
    static const char *const allowed[] = {"Host: 127.0.0.1:#\r\n", "Host: LOCALHOST:#\r\n",
                                          "Host: [::1]:#\r\n", "Host: directory.example\r\n",
                                          "Host: other.example:8443\r\n"};
    unsigned port = http_port(w->http);

    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        with_port(host, sizeof host, refused[i], port);
        for (unsigned minor = 0; minor < 2; minor++) {
            int len =
                snprintf(request, sizeof request, "GET /api/v1/states HTTP/1.%u\r\n%s\r\n", minor, host);
            unsigned status = ask_raw(w, request, (size_t)len);
            if (status != 421 && !(status == 400 && i == 0))
                fail_msg("%s: %u", host, status);
            assert_null(strstr(w->answer, "Republic of Samples"));
        }
    }
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        with_port(host, sizeof host, allowed[i], port);
        int len = snprintf(request, sizeof request, "GET /api/v1/states HTTP/1.1\r\n%s\r\n", host);
        check_status(w, host, ask_raw(w, request, (size_t)len), 200);
    }
}

static void only_get_and_head_are_answered(void **state) {
    static const char *const methods[] = {"POST",    "PUT",     "DELETE", "TRACE",
                                          "CONNECT", "OPTIONS", "PATCH",  "get"};
    struct world *w = *state;
    char request[512];

    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        int len = snprintf(request, sizeof request, "%s /api/v1/states HTTP/1.1\r\nHost: %s\r\n%s\r\n",
                           methods[i], w->host, i < 2 ? "Content-Length: 3\r\n" : "");
        check_status(w, methods[i], ask_raw(w, request, (size_t)len), 405);
        assert_non_null(strstr(w->answer, "Allow: GET, HEAD"));
    }
    int len = snprintf(request, sizeof request, "HEAD /api/v1/states HTTP/1.1\r\nHost: %s\r\n\r\n", w->host);
    check_status(w, "HEAD", ask_raw(w, request, (size_t)len), 200);
    assert_string_equal(strstr(w->answer, "\r\n\r\n"), "\r\n\r\n");
}

static void other_sites_may_link_but_not_read(void **state) {
    struct world *w = *state;
    char own[128];
    static const char *const refused[] = {
        "Origin: https://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: http://localhost:1\r\n",
        "Origin: \r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors\r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n",
        "Sec-Fetch-Site: nonsense\r\n",
    };
    static const char *const allowed[] = {
        "",
        "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n",
        "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n",
    };

    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        check_status(w, refused[i], ask(w, "/api/v1/states", refused[i]), 403);
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        check_status(w, allowed[i], ask(w, "/api/v1/states", allowed[i]), 200);
    snprintf(own, sizeof own, "Origin: http://%s\r\n", w->host);
    check_status(w, own, ask(w, "/api/v1/states", own), 200);
    assert_null(strstr(w->answer, "Access-Control"));
}

static void a_body_or_two_lengths_are_refused_and_the_connection_ends(void **state) {
    static const char *const cases[] = {
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 0\r\nContent-Length: 0\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 1e3\r\n",
        "Content-Length: 99999999999999999999\r\n",
    };
    struct world *w = *state;
    char request[512];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int fd = dial(w);
        int len = snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: %s\r\n%s\r\n0\r\n\r\n", w->host,
                           cases[i]);
        send_all(fd, request, (size_t)len);
        unsigned status = receive(w, fd, false);
        if (status != 400 && status != 413)
            fail_msg("%s: %u", cases[i], status);
        char rest;
        assert_true(recv(fd, &rest, 1, 0) <= 0);
        close(fd);
    }
}

static void malformed_headers_are_refused(void **state) {
    static const struct {
        const char *text;
        size_t len;
    } cases[] = {
#define CASE(text) {text, sizeof(text) - 1}
        CASE("GET /api/v1/states HTTP/1.1\r\nHost : H\r\n\r\n"),
        /* A folded line is joined with a space, as RFC 9112 5.2 has it: no name comes out of it. */
        CASE("GET /api/v1/states HTTP/1.1\r\nHost: H\r\n .evil.example\r\n\r\n"),
        CASE("GET /api/v1/states HTTP/1.1\r\nHost: evil.example\r\nX-A: b\r\n Host: H\r\n\r\n"),
        CASE("GET /api/v1/states HTTP/1.1\r\nHost: H\r\nX-A\0: b\r\n\r\n"),
        CASE("GET /api/v1/states HTTP/1.1\r\nHost: H\r\nX A: b\r\n\r\n"),
        CASE("GET /api/v1/states HTTP/1.1\r\nHost: H\r\nno colon\r\n\r\n"),
        CASE("GET /api/v1/states HTTP/9.9\r\nHost: H\r\n\r\n"),
        CASE("GET http://evil.example/ HTTP/1.1\r\nHost: H\r\n\r\n"),
        CASE("GET * HTTP/1.1\r\nHost: H\r\n\r\n"),
#undef CASE
    };
    struct world *w = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char request[512];
        size_t at = 0;
        for (size_t j = 0; j < cases[i].len; j++)
            if (cases[i].text[j] == 'H' && j > 0 && cases[i].text[j - 1] == ' ' &&
                cases[i].text[j + 1] == '\r')
                at += (size_t)snprintf(request + at, sizeof request - at, "%s", w->host);
            else
                request[at++] = cases[i].text[j];
        unsigned status = ask_raw(w, request, at);
        if (status != 0 && (status < 400 || status > 505))
            fail_msg("case %zu %s: %u", i, cases[i].text, status);
        assert_null(strstr(w->answer, "Republic of Samples"));
    }
}

static void what_is_too_long_is_refused(void **state) {
    struct world *w = *state;
    char *request = malloc(1 << 17);
    size_t len;

    assert_non_null(request);
    for (unsigned extra = 0; extra < 2; extra++) {
        len = (size_t)snprintf(request, 64, "GET /healthz?");
        memset(request + len, 'a', HTTP_URL_MAX - strlen("/healthz?") + extra);
        len += HTTP_URL_MAX - strlen("/healthz?") + extra;
        len += (size_t)snprintf(request + len, 256, " HTTP/1.1\r\nHost: %s\r\n\r\n", w->host);
        check_status(w, "URL", ask_raw(w, request, len), extra == 0 ? 200 : 414);
    }
    len = (size_t)snprintf(request, 256, "GET / HTTP/1.1\r\nHost: %s\r\nX-Long: ", w->host);
    memset(request + len, 'a', 65536);
    len += 65536;
    memcpy(request + len, "\r\n\r\n", 4);
    unsigned status = ask_raw(w, request, len + 4);
    assert_true(status == 431 || status == 0);
    len = (size_t)snprintf(request, 256, "GET / HTTP/1.1\r\nHost: %s\r\n", w->host);
    for (unsigned i = 0; i < 1000; i++)
        len += (size_t)snprintf(request + len, 64, "X-%u: %u\r\n", i, i);
    memcpy(request + len, "\r\n", 2);
    status = ask_raw(w, request, len + 2);
    assert_true(status == 431 || status == 0);
    free(request);
    check_status(w, "afterwards", ask(w, "/healthz", ""), 200);
}

static void paths_are_spelt_one_way(void **state) {
    static const char *const paths[] = {"/../",
                                        "/api/v1/../v1/states",
                                        "/%2e%2e/",
                                        "/api/v1/%73tates",
                                        "/%00",
                                        "//",
                                        "//api/v1/states",
                                        "/api\\v1\\states",
                                        "/%252e%252e/",
                                        "/state/FR/",
                                        "/state/F%52",
                                        "/style.css/",
                                        "/node.key",
                                        "/m/",
                                        "/m/" TOKEN "x/",
                                        "/m/0123456789abcdefABCDEF_/",
                                        "/contact/FR/zz",
                                        "/log/test.example/fr/0/checkpoint"};
    struct world *w = *state;

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        check_status(w, paths[i], ask(w, paths[i], ""), 404);
        assert_null(strstr(w->answer, "Republic of Samples"));
    }
}

static void the_members_view_needs_its_token(void **state) {
    struct world *w = *state;

    check_status(w, "members", ask(w, "/m/" TOKEN "/api/v1/contacts", ""), 200);
    assert_non_null(strstr(w->answer, "canary@fr.example"));
    assert_non_null(strstr(w->answer, "Cache-Control: no-store"));
    assert_null(strstr(w->answer, TOKEN));
    static const char *const pages[] = {"/m/" TOKEN "/",         "/m/" TOKEN "/state/FR",
                                        "/m/" TOKEN "/none",     "/m/" TOKEN "/?q=%zz",
                                        "/m/" TOKEN "/api/none", "/m/" TOKEN "/network"};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        ask(w, pages[i], "");
        assert_null(strstr(w->answer, TOKEN));
    }
    check_status(w, "public", ask(w, "/api/v1/contacts", ""), 200);
    assert_null(strstr(w->answer, "canary"));
}

static void without_a_public_view_nothing_is_shown_without_the_token(void **state) {
    static const char *const paths[] = {"/", "/api/v1/states", "/state/FR", "/network",
                                        "/log/x/y/z/checkpoint"};
    struct world *w = *state;

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        check_status(w, paths[i], ask(w, paths[i], ""), 404);
        assert_null(strstr(w->answer, "Republic of Samples"));
        assert_null(strstr(w->answer, "test.example"));
    }
    check_status(w, "members", ask(w, "/m/" TOKEN "/", ""), 200);
    assert_non_null(strstr(w->answer, "state/FR"));
    check_status(w, "style", ask(w, "/style.css", ""), 200);
}

static void every_answer_carries_the_headers_that_keep_it_inert(void **state) {
    static const char *const paths[] = {"/",         "/none",      "/api/v1/states",
                                        "/api/none", "/style.css", "/healthz"};
    static const char *const headers[] = {"Content-Security-Policy: default-src 'none';",
                                          "frame-ancestors 'none'",
                                          "X-Content-Type-Options: nosniff",
                                          "Referrer-Policy: no-referrer",
                                          "Cross-Origin-Resource-Policy: same-origin",
                                          "Cross-Origin-Opener-Policy: same-origin",
                                          "Cache-Control: no-"};
    struct world *w = *state;

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        ask(w, paths[i], "");
        for (size_t j = 0; j < sizeof headers / sizeof *headers; j++)
            if (strstr(w->answer, headers[j]) == NULL)
                fail_msg("%s: no %s", paths[i], headers[j]);
        assert_null(strstr(w->answer, "Set-Cookie"));
    }
}

static void what_has_not_changed_is_not_sent_again(void **state) {
    static const char *const paths[] = {"/api/v1/states", "/style.css"};
    struct world *w = *state;
    char header[128];

    for (size_t i = 0; i < 2; i++) {
        ask(w, paths[i], "");
        const char *etag = strstr(w->answer, "ETag: ");
        assert_non_null(etag);
        snprintf(header, sizeof header, "If-None-Match: %.*s\r\n", (int)strcspn(etag + 6, "\r"), etag + 6);
        check_status(w, paths[i], ask(w, paths[i], header), 304);
        check_status(w, paths[i], ask(w, paths[i], "If-None-Match: \"0\"\r\n"), 200);
    }
}

static void several_requests_follow_on_one_connection(void **state) {
    struct world *w = *state;
    int fd = dial(w);
    char request[256];

    int len = snprintf(request, sizeof request, "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", w->host);
    for (unsigned i = 0; i < 5; i++) {
        send_all(fd, request, (size_t)len);
        check_status(w, "again", receive(w, fd, false), 200);
    }
    close(fd);
}

/* Ask for changes after the cursor that the answer holds, without reading what comes. */
static int ask_changes(struct world *w, unsigned wait_s) {
    char request[512], cursor[160];
    const char *at = strstr(w->answer, "\"cursor\":\"");

    assert_non_null(at);
    snprintf(cursor, sizeof cursor, "%.*s", (int)strcspn(at + 10, "\""), at + 10);
    int len =
        snprintf(request, sizeof request, "GET /api/v1/changes?since=%s&wait=%u HTTP/1.1\r\nHost: %s\r\n\r\n",
                 cursor, wait_s, w->host);
    int fd = dial(w);
    send_all(fd, request, (size_t)len);
    return fd;
}

static bool silent(int fd, int ms) {
    struct pollfd wait = {.fd = fd, .events = POLLIN};

    return poll(&wait, 1, ms) == 0;
}

static void publish_another(struct world *w) {
    fixture_contact(&w->f.state[0], 2,
                    "{\"kind\":\"policy\",\"organisation\":{\"en\":\"Second\"},"
                    "\"emails\":[{\"address\":\"canary@fr.example\"}],\"public\":[\"organisation\"]}",
                    1767225600);
    fixture_publish(&w->f, &w->f.state[0]);
    api_changed(w->api);
    http_changed(w->http);
}

static void readers_that_wait_are_answered_when_a_head_moves(void **state) {
    struct world *w = *state;
    static int fd[100];

    check_status(w, "first", ask(w, "/api/v1/changes", ""), 200);
    assert_non_null(strstr(w->answer, "\"gap\":false"));
    assert_non_null(strstr(w->answer, w->f.state[0].origin));
    for (unsigned i = 0; i < 100; i++)
        fd[i] = ask_changes(w, 300);
    check_status(w, "meanwhile", ask(w, "/healthz", ""), 200);
    http_changed(w->http); /* nothing has: they go on waiting */
    assert_true(silent(fd[0], 100) && silent(fd[99], 0));
    publish_another(w);
    for (unsigned i = 0; i < 100; i++) {
        check_status(w, "woken", receive(w, fd[i], false), 200);
        assert_non_null(strstr(w->answer, w->f.state[0].origin));
        close(fd[i]);
    }
    int again = ask_changes(w, 300);
    assert_true(silent(again, 100));
    close(again);
}

static void who_waits_is_answered_when_the_time_is_over(void **state) {
    struct world *w = *state;

    ask(w, "/api/v1/changes", "");
    int fd = ask_changes(w, 0);
    check_status(w, "no wait", receive(w, fd, false), 200);
    close(fd);
    fd = ask_changes(w, 1);
    check_status(w, "a second", receive(w, fd, false), 200);
    assert_non_null(strstr(w->answer, "\"changes\":[]"));
    close(fd);
    check_status(w, "too long", ask(w, "/api/v1/changes?wait=301", ""), 400);
    check_status(w, "no cursor", ask(w, "/api/v1/changes?since=12", ""), 400);
    check_status(
        w, "foreign",
        ask(w, "/api/v1/changes?since=00000000000000000000000000000000-5-00000000000000000000000000000000",
            ""),
        200);
    assert_non_null(strstr(w->answer, "\"gap\":true"));
}

static bool gives(struct world *w, const char *path, const char *text) {
    check_status(w, path, ask(w, path, ""), 200);
    return strstr(w->answer, text) != NULL;
}

/* Answers are kept, and nobody can tell but by the time it takes. */
static void a_kept_answer_is_never_older_than_the_store(void **state) {
    struct world *w = *state;
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
    uint64_t until = now_ms() + WAIT_MS;
    while (gives(w, first, "\"next\":{") && now_ms() < until)
        poll(NULL, 0, 50);
    assert_true(gives(w, first, "Successor") && !gives(w, first, "Alert Centre"));
    struct txn t;
    txn_begin(&t, w->f.store, true);
    roster_remove(&t, w->f.state[0].origin);
    CHECK_OK(txn_commit(&t));
    api_changed(w->api);
    assert_true(gives(w, search, "\"total\":0"));
    check_status(w, "unpinned", ask(w, first, ""), 404);
}

/* One that waits takes a place; who comes when all are taken gets that of the longest waiting. */
static void places_to_wait_are_counted_and_given_back(void **state) {
    struct world *w = *state;
    static int fd[HTTP_PARKED + 8];
    const struct rlimit files = {4096, 4096};
    unsigned left = HTTP_PARKED + 8;

    setrlimit(RLIMIT_NOFILE, &files);
    ask(w, "/api/v1/changes", "");
    for (unsigned i = 0; i < left; i++)
        fd[i] = ask_changes(w, 300);
    for (unsigned i = 0; i < 8; i++)
        assert_false(silent(fd[i], WAIT_MS));
    check_status(w, "meanwhile", ask(w, "/api/v1/states", ""), 200);
    assert_true(silent(fd[left - 1], 0));
    for (unsigned i = 0; i < left; i++)
        close(fd[i]);
    uint64_t until = now_ms() + WAIT_MS;
    while (http_parked(w->http) > 0 && now_ms() < until)
        poll(NULL, 0, 20);
    assert_int_equal(http_parked(w->http), 0);
}

/* Each byte would restart a timer of idleness: the deadline is for the whole request. */
static void a_request_that_trickles_is_cut_at_its_deadline(void **state) {
    struct world *w = *state;
    int fd = dial(w);
    const char *text = "GET / HTTP/1.1\r\nX-Slow: ";
    uint64_t until = now_ms() + WAIT_MS;
    bool cut = false;

    send_all(fd, text, strlen(text));
    while (!cut && now_ms() < until) {
        struct pollfd wait = {.fd = fd, .events = POLLIN | POLLRDHUP};
        char byte;
        if (poll(&wait, 1, 50) > 0)
            cut = recv(fd, &byte, 1, MSG_DONTWAIT) <= 0 && errno != EAGAIN;
        else
            send_all(fd, "a", 1);
    }
    close(fd);
    assert_true(cut);
}

static void a_silent_connection_is_cut_too(void **state) {
    struct world *w = *state;
    int fd = dial(w);
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    char byte;

    assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
    assert_true(recv(fd, &byte, 1, 0) <= 0);
    close(fd);
}

/* A thousand that hold on to a connection and never ask: who asks is served, all the while. */
static void a_thousand_that_trickle_do_not_keep_others_out(void **state) {
    struct world *w = *state;
    const struct rlimit files = {4096, 4096};
    static int fd[1000];

    setrlimit(RLIMIT_NOFILE, &files);
    for (unsigned i = 0; i < 1000; i++) {
        fd[i] = dial(w);
        send_all(fd[i], "GET / HTTP/1.1\r\nX: ", 19);
        if (i % 50 == 49)
            check_status(w, "in between", ask(w, "/healthz", ""), 200);
    }
    for (unsigned round = 0; round < 5; round++) {
        for (unsigned i = 0; i < 1000; i++)
            send_all(fd[i], "a", 1);
        check_status(w, "meanwhile", ask(w, "/api/v1/states", ""), 200);
    }
    for (unsigned i = 0; i < 1000; i++)
        close(fd[i]);
    check_status(w, "afterwards", ask(w, "/", ""), 200);
}

/* They ask for much, one request behind the other, and never read an answer. */
static void readers_that_do_not_read_do_not_keep_others_out(void **state) {
    struct world *w = *state;
    const struct rlimit files = {4096, 4096};
    static int fd[700];
    static char requests[400 * 64];
    size_t len = 0;

    setrlimit(RLIMIT_NOFILE, &files);
    while (len < sizeof requests - 128)
        len += (size_t)snprintf(requests + len, 128, "GET /style.css HTTP/1.1\r\nHost: %s\r\n\r\n", w->host);
    for (unsigned i = 0; i < 700; i++) {
        fd[i] = dial(w);
        send(fd[i], requests, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (i % 100 == 99)
            check_status(w, "in between", ask(w, "/healthz", ""), 200);
    }
    for (unsigned round = 0; round < 5; round++)
        check_status(w, "meanwhile", ask(w, "/api/v1/states", ""), 200);
    for (unsigned i = 0; i < 700; i++)
        close(fd[i]);
    check_status(w, "afterwards", ask(w, "/", ""), 200);
}

static void garbage_harms_nobody(void **state) {
    struct world *w = *state;
    char bytes[2048];
    uint32_t seed = 1;

    for (unsigned round = 0; round < 200; round++) {
        size_t len = 1 + seed % sizeof bytes;
        for (size_t i = 0; i < len; i++) {
            seed = seed * 1664525 + 1013904223;
            bytes[i] = (char)(seed >> 24);
        }
        int fd = dial(w);
        if (round % 2 == 0)
            send_all(fd, "GET /", 5);
        send_all(fd, bytes, len);
        if (round % 3 == 0)
            send_all(fd, "\r\n\r\n", 4);
        close(fd);
    }
    check_status(w, "afterwards", ask(w, "/healthz", ""), 200);
}

static void options_that_make_no_sense_are_refused(void **state) {
    struct world *w = *state;
    struct http *http = NULL;
    char taken[64];
    snprintf(taken, sizeof taken, "127.0.0.1:%u", http_port(w->http));
    const struct {
        struct http_options options;
        enum err want;
    } cases[] = {
        {{.api = w->api, .listen = "127.0.0.1"}, ERR_NAME},
        {{.api = w->api, .listen = "127.0.0.1:65536"}, ERR_NAME},
        {{.api = w->api, .listen = ":80"}, ERR_NAME},
        {{.api = w->api, .listen = "evil.example:80"}, ERR_NAME},
        {{.api = w->api, .listen = "192.0.2.1:0"}, ERR_NAME},
        {{.api = w->api, .listen = "127.0.0.1:0", .token = "short"}, ERR_SCHEMA},
        {{.api = w->api, .listen = "127.0.0.1:0", .token = "with/a/slash/and/more"}, ERR_SCHEMA},
        {{.api = w->api, .listen = "0.0.0.0:0", .token = TOKEN}, ERR_DENIED},
        {{.api = w->api, .listen = taken}, ERR_BUSY},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_ERR(http_start(&cases[i].options, &http), cases[i].want);
    assert_null(http);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_host_that_is_not_known_is_misdirected),
        TEST(only_get_and_head_are_answered),
        TEST(other_sites_may_link_but_not_read),
        TEST(a_body_or_two_lengths_are_refused_and_the_connection_ends),
        TEST(malformed_headers_are_refused),
        TEST(what_is_too_long_is_refused),
        TEST(paths_are_spelt_one_way),
        TEST(the_members_view_needs_its_token),
        cmocka_unit_test_setup_teardown(without_a_public_view_nothing_is_shown_without_the_token,
                                        setup_closed, teardown),
        TEST(every_answer_carries_the_headers_that_keep_it_inert),
        TEST(what_has_not_changed_is_not_sent_again),
        TEST(several_requests_follow_on_one_connection),
        TEST(readers_that_wait_are_answered_when_a_head_moves),
        TEST(who_waits_is_answered_when_the_time_is_over),
        TEST(a_kept_answer_is_never_older_than_the_store),
        TEST(places_to_wait_are_counted_and_given_back),
        cmocka_unit_test_setup_teardown(a_request_that_trickles_is_cut_at_its_deadline, setup_hasty,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_silent_connection_is_cut_too, setup_hasty, teardown),
        TEST(a_thousand_that_trickle_do_not_keep_others_out),
        TEST(readers_that_do_not_read_do_not_keep_others_out),
        TEST(garbage_harms_nobody),
        TEST(options_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
