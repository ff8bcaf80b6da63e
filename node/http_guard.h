/* What an HTTP request must be before anything answers it: method, Host, framing, origin. */
#ifndef NODE_HTTP_GUARD_H
#define NODE_HTTP_GUARD_H

#include <microhttpd.h>

#include "proto/bytes.h"

#define HTTP_GUARD_HOSTS 16

/* The Host names that are answered, as they are sent. */
struct http_guard {
    unsigned count;
    char host[HTTP_GUARD_HOSTS][128];
};

struct http_refusal {
    unsigned status; /* 0: go on */
    const char *code, *text;
};

/* False if there is no room, or it is too long. */
bool http_guard_allow(struct http_guard *guard, const char *host);

/* The headers that decide, and how often each came; zeroed at first. */
struct http_seen {
    unsigned hosts, lengths, encodings, origins;
    bool malformed;
    struct bytes host, origin, site, mode, destination, length; /* ptr NULL: not sent */
};

/* Take a header; then judge the request by all of them. */
void http_guard_see(struct http_seen *seen, struct bytes name, struct bytes value);
struct http_refusal http_guard_judge(const struct http_guard *guard, const struct http_seen *seen,
                                     const char *method, const char *version);

/* The same of a connection whose headers are whole. */
struct http_refusal http_guard_check(const struct http_guard *guard, struct MHD_Connection *connection,
                                     const char *method, const char *version);

#endif
