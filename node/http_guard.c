#include "node/http_guard.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The headers that decide, and how often each came. */
struct seen {
    const struct http_guard *guard;
    unsigned hosts, lengths, encodings;
    bool malformed;
    const char *host, *origin, *site, *mode, *destination, *length;
};

bool http_guard_allow(struct http_guard *guard, const char *host) {
    if (guard->count == HTTP_GUARD_HOSTS || strlen(host) >= sizeof guard->host[0])
        return false;
    snprintf(guard->host[guard->count++], sizeof guard->host[0], "%s", host);
    return true;
}

static bool host_allowed(const struct http_guard *guard, const char *host) {
    for (unsigned i = 0; i < guard->count; i++)
        if (strcasecmp(guard->host[i], host) == 0)
            return true;
    return false;
}

/* Header names of HTTP's token characters only: a space before the colon or a folded line is none. */
static bool name_is_token(const char *name) {
    for (const char *c = name; *c != '\0'; c++)
        if (*c <= ' ' || *c >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", *c) != NULL)
            return false;
    return *name != '\0';
}

static enum MHD_Result see(void *context, enum MHD_ValueKind kind, const char *name, size_t name_len,
                           const char *value, size_t value_len) {
    struct seen *seen = context;
    const struct {
        const char *name;
        const char **value;
        unsigned *count;
    } wanted[] = {
        {"Host", &seen->host, &seen->hosts},           {"Content-Length", &seen->length, &seen->lengths},
        {"Transfer-Encoding", NULL, &seen->encodings}, {"Origin", &seen->origin, NULL},
        {"Sec-Fetch-Site", &seen->site, NULL},         {"Sec-Fetch-Mode", &seen->mode, NULL},
        {"Sec-Fetch-Dest", &seen->destination, NULL},
    };

    (void)kind;
    seen->malformed |= strlen(name) != name_len || !name_is_token(name);
    for (size_t i = 0; i < value_len; i++)
        seen->malformed |= (value[i] >= 0 && value[i] < ' ' && value[i] != '\t') || value[i] == 0x7f;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (strcasecmp(name, wanted[i].name) == 0) {
            if (wanted[i].count != NULL)
                (*wanted[i].count)++;
            if (wanted[i].value != NULL)
                *wanted[i].value = value == NULL ? "" : value;
        }
    return MHD_YES;
}

/* A page of this server's own, under any name that it answers to. */
static bool origin_own(const struct http_guard *guard, const char *origin) {
    static const char *const schemes[] = {"http://", "https://"};

    for (unsigned i = 0; i < 2; i++) {
        size_t len = strlen(schemes[i]);
        if (strncasecmp(origin, schemes[i], len) == 0)
            return host_allowed(guard, origin + len);
    }
    return false;
}

/* A foreign page may link here, no more: no frames, images, scripts or fetches. */
static bool site_refused(const struct seen *seen) {
    if (seen->site == NULL || strcmp(seen->site, "same-origin") == 0 || strcmp(seen->site, "none") == 0)
        return false;
    bool navigates = seen->mode != NULL && strcmp(seen->mode, "navigate") == 0;
    bool document = seen->destination == NULL || strcmp(seen->destination, "document") == 0;
    return !(navigates && document);
}

struct http_refusal http_guard_check(const struct http_guard *guard, struct MHD_Connection *connection,
                                     const char *method, const char *version) {
    struct seen seen = {.guard = guard};

    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, see, &seen);
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return (struct http_refusal){405, "METHOD", "only GET and HEAD are answered here"};
    if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
        return (struct http_refusal){505, "VERSION", "only HTTP/1.0 and HTTP/1.1 are spoken here"};
    if (seen.hosts != 1 || !host_allowed(guard, seen.host))
        return (struct http_refusal){421, "HOST", "this server is not known under this Host name"};
    if (seen.malformed)
        return (struct http_refusal){400, "HEADER", "a header is malformed"};
    if (seen.encodings != 0 || seen.lengths > 1 || (seen.length != NULL && strcmp(seen.length, "0") != 0))
        return (struct http_refusal){400, "BODY", "a request has no body here"};
    if ((seen.origin != NULL && !origin_own(guard, seen.origin)) || site_refused(&seen))
        return (struct http_refusal){403, "ORIGIN", "pages of other sites may not read from here"};
    return (struct http_refusal){0, NULL, NULL};
}
