#include "tests/lib/webworld.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int start(void **state, bool public_view, unsigned request_ms) {
    struct webworld *w = calloc(1, sizeof *w);

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
                                   .token = WEBWORLD_TOKEN,
                                   .public_view = public_view,
                                   .hosts = "directory.example other.example:8443",
                                   .request_ms = request_ms};
    CHECK_OK(http_start(&options, &w->http));
    snprintf(w->host, sizeof w->host, "127.0.0.1:%u", http_port(w->http));
    *state = w;
    return 0;
}

int webworld_open(void **state) {
    return start(state, true, 0);
}

int webworld_open_closed(void **state) {
    return start(state, false, 0);
}

int webworld_open_hasty(void **state) {
    return start(state, true, 1000);
}

int webworld_close(void **state) {
    struct webworld *w = *state;

    http_stop(w->http);
    api_close(w->api);
    fixture_close(&w->f);
    free(w);
    return 0;
}

int webworld_dial(const struct webworld *w) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(w->http))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

/* The server may refuse before all is sent: that is no failure here. */
void webworld_send(int fd, const void *bytes, size_t len) {
    for (size_t sent = 0; sent < len;) {
        ssize_t got = send(fd, (const char *)bytes + sent, len - sent, MSG_NOSIGNAL);
        if (got <= 0)
            return;
        sent += (size_t)got;
    }
}

/* Read until the end, or until the headers and what they announce are there. */
unsigned webworld_receive(struct webworld *w, int fd, bool head) {
    size_t len = 0;
    struct pollfd wait = {.fd = fd, .events = POLLIN};

    w->answer[0] = '\0';
    while (len < WEBWORLD_ANSWER_MAX - 1 && poll(&wait, 1, WEBWORLD_WAIT_MS) > 0) {
        ssize_t got = recv(fd, w->answer + len, WEBWORLD_ANSWER_MAX - 1 - len, 0);
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

unsigned webworld_ask_raw(struct webworld *w, const void *bytes, size_t len) {
    int fd = webworld_dial(w);

    webworld_send(fd, bytes, len);
    unsigned status = webworld_receive(w, fd, memcmp(bytes, "HEAD", 4) == 0);
    close(fd);
    return status;
}

unsigned webworld_ask(struct webworld *w, const char *path, const char *headers) {
    char request[8192];

    int len =
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", path, w->host, headers);
    return webworld_ask_raw(w, request, (size_t)len);
}

uint64_t webworld_now_ms(void) {
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

void webworld_check(struct webworld *w, const char *what, unsigned got, unsigned want) {
    if (got != want)
        fail_msg("%s: %u, not %u\n%.300s", what, got, want, w->answer);
}
