/* The HTTP server itself, over a socket: request lines, headers and bodies of any bytes, whole or cut short.
 * It closes or answers; what it answers is HTTP; and what is for members leaves only under the token.
 *
 * "@" stands for the server's name, "$" for a log's origin, "#" for the token. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/http.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/fixture.h"

#define TOKEN "0123456789abcdef0123"
#define ANSWER_MAX (1u << 20)
#define WAIT_MS 20000

static struct fixture fixture;
static struct api *api;
static struct http *http;

static void end(void) {
    http_stop(http);
    api_close(api);
    fixture_close(&fixture);
}

static void begin(void) {
    if (http)
        return;
    fixture_open(&fixture);
    struct author *fr = fixture_state(&fixture, "fr", "{\"en\":\"France\"}");
    fixture_contact(
        fr, 1,
        "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Alert Centre\"},\"name\":{\"en\":\"" CANARY
        "\"},\"emails\":[{\"address\":\"" CANARY "@fr.example\"}],\"public\":[\"organisation\"]}",
        1767225600);
    fixture_publish(&fixture, fr);
    api = fixture_api(&fixture, NULL);
    struct http_options options = {
        .api = api, .listen = "127.0.0.1:0", .token = TOKEN, .public_view = true, .request_ms = 300};
    MUST(http_start(&options, &http) == ERR_OK);
    MUST(atexit(end) == 0);
}

static size_t spell(struct supply *s, char *to, size_t max) {
    char host[32];
    size_t len = 0;
    snprintf(host, sizeof host, "127.0.0.1:%u", http_port(http));
    while (s->left && len + ORIGIN_MAX + 2 < max) {
        char c = (char)supply_byte(s);
        const char *text = c == '@' ? host : c == '$' ? fixture.state[0].origin : c == '#' ? TOKEN : NULL;
        if (text) {
            memcpy(to + len, text, strlen(text));
            len += strlen(text);
        } else {
            to[len++] = c;
        }
    }
    return len;
}

/* Send all, say that nothing more comes, read until the server closes. */
static size_t exchange(const char *request, size_t len, uint8_t answer[static ANSWER_MAX]) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(http))};
    size_t got = 0;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    MUST(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    for (size_t sent = 0; sent < len;) {
        ssize_t n = send(fd, request + sent, len - sent, MSG_NOSIGNAL);
        if (n <= 0) /* it has seen enough */
            break;
        sent += (size_t)n;
    }
    shutdown(fd, SHUT_WR);
    for (ssize_t n = 1; n > 0 && got<ANSWER_MAX; got += n> 0 ? (size_t)n : 0) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        MUST(poll(&wait, 1, WAIT_MS) == 1);
        n = recv(fd, answer + got, ANSWER_MAX - got, 0);
    }
    close(fd);
    return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t answer[ANSWER_MAX];
    static char request[65536];
    struct supply s = {data, size};
    begin();
    size_t len = spell(&s, request, sizeof request);
    size_t got = exchange(request, len, answer);
    struct bytes said = {answer, got};
    if (!got)
        return 0;
    MUST(got > 12 && memcmp(answer, "HTTP/1.", 7) == 0);
    /* What the request itself holds, an answer may repeat: that is not from the store. */
    if (!memmem(request, len, TOKEN, strlen(TOKEN)) && !memmem(request, len, "canary", 6))
        MUST(!fuzz_canary(said));
    if (memcmp(answer + 9, "200", 3) == 0)
        MUST(len > 4 && (!memcmp(request, "GET ", 4) || !memcmp(request, "HEAD", 4) || request[0] == '\r' ||
                         request[0] == '\n'));
    return 0;
}
