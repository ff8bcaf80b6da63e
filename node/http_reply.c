#include "node/http_reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/tally.h"

static const char *const keep_values[] = {[HTTP_KEEP_NOT] = "no-store",
                                          [HTTP_KEEP_CHECK] = "no-cache",
                                          [HTTP_KEEP_EVER] = "public, max-age=31536000, immutable"};

static const char *const headers[][2] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
     "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
};

/* What every answer says, whole or not. */
static void add_headers(struct MHD_Response *response, const struct api_reply *reply, enum http_keep keep) {
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        MHD_add_response_header(response, headers[i][0], headers[i][1]);
    MHD_add_response_header(response, "Cache-Control", keep_values[keep]);
    if (reply->etag[0] != '\0')
        MHD_add_response_header(response, "ETag", reply->etag);
    if (reply->by_language)
        MHD_add_response_header(response, "Vary", "Accept-Language");
}

static void add_whole_headers(struct MHD_Response *response, const struct api_reply *reply, bool last) {
    char disposition[sizeof reply->file + 32];

    MHD_add_response_header(response, "Content-Type", reply->type);
    if (reply->status == 405)
        MHD_add_response_header(response, "Allow", "GET, HEAD");
    if (reply->file[0] != '\0') {
        snprintf(disposition, sizeof disposition, "attachment; filename=\"%s\"", reply->file);
        MHD_add_response_header(response, "Content-Disposition", disposition);
    }
    if (last)
        MHD_add_response_header(response, "Connection", "close");
}

bool http_reply_make(struct api_reply *reply, enum http_keep keep, bool last, struct http_reply *ret) {
    struct http_reply made = {.status = reply->status};

    made.whole = reply->body == NULL
                     ? NULL
                     : MHD_create_response_from_buffer(reply->len, reply->body, MHD_RESPMEM_MUST_FREE);
    if (made.whole == NULL)
        free(reply->body);
    reply->body = NULL;
    if (made.whole == NULL)
        return false;
    add_headers(made.whole, reply, keep);
    add_whole_headers(made.whole, reply, last);
    if (reply->status == 200 && reply->etag[0] != '\0') {
        memcpy(made.etag, reply->etag, sizeof made.etag);
        made.same = MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT);
        if (made.same != NULL)
            add_headers(made.same, reply, keep);
    }
    *ret = made;
    return true;
}

void http_reply_free(struct http_reply *reply) {
    if (reply->whole != NULL)
        MHD_destroy_response(reply->whole);
    if (reply->same != NULL)
        MHD_destroy_response(reply->same);
    *reply = (struct http_reply){0};
}

/* Among those that the reader has; they are quoted, so that none is part of another. */
static bool reader_has(const struct http_reply *reply, struct MHD_Connection *connection) {
    if (reply->same == NULL)
        return false;
    const char *given = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-None-Match");
    return given != NULL && (strcmp(given, "*") == 0 || strstr(given, reply->etag) != NULL);
}

enum MHD_Result http_reply_send(const struct http_reply *reply, struct MHD_Connection *connection) {
    if (reader_has(reply, connection)) {
        tally_add(TALLY_HTTP_SAME);
        return MHD_queue_response(connection, MHD_HTTP_NOT_MODIFIED, reply->same);
    }
    tally_add(reply->status < 300   ? TALLY_HTTP_ANSWERED
              : reply->status < 500 ? TALLY_HTTP_REFUSED
                                    : TALLY_HTTP_FAILED);
    return MHD_queue_response(connection, reply->status, reply->whole);
}
