/* A request that passes the guard is a GET or HEAD without a body, under exactly one Host that is known, from
 * no foreign page. */
#include <string.h>
#include <strings.h>

#include "node/http_guard.h"
#include "tests/fuzz/fuzz.h"

#define HOST "127.0.0.1:7680"
#define HEADERS 24

/* What is often sent, so that not all is found by chance. */
static const char *const names[] = {
    "Host",           "host",           "Origin",         "Content-Length", "Transfer-Encoding",
    "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Cookie"};
static const char *const values[] = {HOST,
                                     "directory.example",
                                     "http://" HOST,
                                     "https://directory.example",
                                     "null",
                                     "0",
                                     "5",
                                     "chunked",
                                     "same-origin",
                                     "cross-site",
                                     "navigate",
                                     "document",
                                     "none",
                                     ""};

static struct bytes choose(struct supply *s, const char *const *list, unsigned count) {
    uint8_t which = supply_byte(s);
    return which < count ? bytes_str(list[which]) : supply_bytes(s, which % 40);
}

static bool is(struct bytes name, const char *text) {
    return name.len == strlen(text) && strncasecmp((const char *)name.ptr, text, name.len) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const methods[] = {"GET", "HEAD", "POST", "get", "GET ", ""};
    static const char *const versions[] = {"HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "http/1.1", ""};
    struct supply s = {data, size};
    struct http_guard guard = {0};
    struct http_seen seen = {0};
    unsigned hosts = 0, lengths = 0, encodings = 0;
    bool known = false, foreign = false;
    const char *method = methods[supply_below(&s, 6)], *version = versions[supply_below(&s, 5)];
    MUST(http_guard_allow(&guard, HOST) && http_guard_allow(&guard, "directory.example"));
    for (unsigned i = 0; i < HEADERS && s.left > 0; i++) {
        struct bytes name = choose(&s, names, 9), value = choose(&s, values, 14);
        http_guard_see(&seen, name, value);
        hosts += is(name, "Host");
        known = is(name, "Host") ? is(value, HOST) || is(value, "directory.example") : known;
        lengths += is(name, "Content-Length") && !bytes_is(value, "0");
        encodings += is(name, "Transfer-Encoding");
        foreign |= is(name, "Origin") && !is(value, "http://" HOST) && !is(value, "https://" HOST) &&
                   !is(value, "http://directory.example") && !is(value, "https://directory.example");
    }
    struct http_refusal refusal = http_guard_judge(&guard, &seen, method, version);
    if (refusal.status != 0) {
        MUST(refusal.status >= 400 && refusal.status <= 505 && refusal.code[0] && refusal.text[0]);
        return 0;
    }
    MUST(!strcmp(method, "GET") || !strcmp(method, "HEAD"));
    MUST(!strcmp(version, "HTTP/1.1") || !strcmp(version, "HTTP/1.0"));
    MUST(hosts == 1 && known && lengths == 0 && encodings == 0 && !foreign);
    return 0;
}
