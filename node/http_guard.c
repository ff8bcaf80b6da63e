#include "node/http_guard.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool http_guard_allow(struct http_guard *guard, const char *host) {
    if (guard->count == HTTP_GUARD_HOSTS || strlen(host) >= sizeof guard->host[0])
        return false;
    snprintf(guard->host[guard->count++], sizeof guard->host[0], "%s", host);
    return true;
}

/* Whether bytes are this text, whatever their case. */
static bool is_same(struct bytes bytes, const char *text) {
    return bytes.len == strlen(text) && strncasecmp((const char *)bytes.ptr, text, bytes.len) == 0;
}

static bool host_allowed(const struct http_guard *guard, struct bytes host) {
    for (unsigned i = 0; i < guard->count; i++)
        if (host.len > 0 && is_same(host, guard->host[i]))
            return true;
    return false;
}

/* Header names of HTTP's token characters only: a space before the colon or a folded line is none. */
static bool name_is_token(struct bytes name) {
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] <= ' ' || name.ptr[i] >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", name.ptr[i]) != NULL)
            return false;
    return name.len > 0;
}

static bool value_is_clean(struct bytes value) {
    for (size_t i = 0; i < value.len; i++)
        if ((value.ptr[i] < ' ' && value.ptr[i] != '	') || value.ptr[i] == 0x7f)
            return false;
    return true;
}

void http_guard_see(struct http_seen *seen, struct bytes name, struct bytes value) {
    const struct {
        const char *name;
        struct bytes *value;
        unsigned *count;
    } wanted[] = {
        {"Host", &seen->host, &seen->hosts},           {"Content-Length", &seen->length, &seen->lengths},
        {"Transfer-Encoding", NULL, &seen->encodings}, {"Origin", &seen->origin, &seen->origins},
        {"Sec-Fetch-Site", &seen->site, NULL},         {"Sec-Fetch-Mode", &seen->mode, NULL},
        {"Sec-Fetch-Dest", &seen->destination, NULL},
    };

    seen->malformed |= !name_is_token(name) || !value_is_clean(value);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (is_same(name, wanted[i].name)) {
            if (wanted[i].count != NULL)
                (*wanted[i].count)++;
            if (wanted[i].value != NULL)
                *wanted[i].value = value;
        }
}

/* A page of this server's own, under any name that it answers to. */
static bool origin_own(const struct http_guard *guard, struct bytes origin) {
    static const char *const schemes[] = {"http://", "https://"};

    for (unsigned i = 0; i < 2; i++) {
        size_t len = strlen(schemes[i]);
        if (origin.len > len && is_same((struct bytes){origin.ptr, len}, schemes[i]))
            return host_allowed(guard, (struct bytes){origin.ptr + len, origin.len - len});
    }
    return false;
}

/* A foreign page may link here, no more: no frames, images, scripts or fetches. */
static bool site_refused(const struct http_seen *seen) {
    if (seen->site.ptr == NULL || bytes_is(seen->site, "same-origin") || bytes_is(seen->site, "none"))
        return false;
    bool navigates = seen->mode.ptr != NULL && bytes_is(seen->mode, "navigate");
    bool document = seen->destination.ptr == NULL || bytes_is(seen->destination, "document");
    return !(navigates && document);
}

struct http_refusal http_guard_judge(const struct http_guard *guard, const struct http_seen *seen,
                                     const char *method, const char *version) {
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return (struct http_refusal){405, "METHOD",
                                     "only GET and HEAD are answered here: nothing is changed over HTTP"};
    if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
        return (struct http_refusal){505, "VERSION", "only HTTP/1.0 and HTTP/1.1 are spoken here"};
    if (seen->hosts != 1 || !host_allowed(guard, seen->host))
        return (struct http_refusal){
            421, "HOST",
            "this server is not known under this Host name: use the address that comity "
            "web prints, or enter the name under [web] hosts in comity.conf"};
    if (seen->malformed)
        return (struct http_refusal){400, "HEADER",
                                     "a header is malformed: send names and values as RFC 9110 has them"};
    if (seen->encodings != 0 || seen->lengths > 1 || (seen->lengths == 1 && !bytes_is(seen->length, "0")))
        return (struct http_refusal){400, "BODY", "a request has no body here: send none"};
    if (seen->origins > 1 || (seen->origins == 1 && !origin_own(guard, seen->origin)) || site_refused(seen))
        return (struct http_refusal){403, "ORIGIN",
                                     "pages of other sites may not read from here: open the address itself"};
    return (struct http_refusal){0, NULL, NULL};
}

static enum MHD_Result see(void *context, enum MHD_ValueKind kind, const char *name, size_t name_len,
                           const char *value, size_t value_len) {
    (void)kind;
    http_guard_see(
        context, (struct bytes){(const uint8_t *)name, name_len},
        (struct bytes){(const uint8_t *)(value == NULL ? "" : value), value == NULL ? 0 : value_len});
    return MHD_YES;
}

struct http_refusal http_guard_check(const struct http_guard *guard, struct MHD_Connection *connection,
                                     const char *method, const char *version) {
    struct http_seen seen = {0};

    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, see, &seen);
    return http_guard_judge(guard, &seen, method, version);
}
