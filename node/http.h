/* The HTTP server (design 6.3): the read API, the tiles and the pages, GET and HEAD, nothing else.
 *
 * It never changes anything, sets no cookies, and answers only under the Host names that it knows, so that a
 * foreign page cannot reach it by a name of its own.  The members' view lies under /m/TOKEN/ and is served on
 * loopback alone; the token stands in no answer and no log. */
#ifndef NODE_HTTP_H
#define NODE_HTTP_H

#include "node/api.h"

struct http;

struct http_options {
    struct api *api;
    const char *listen;  /* "127.0.0.1:8080", "[::1]:0", "localhost:8080"; port 0: any that is free */
    const char *token;   /* of the members' view, 16 to 128 characters of [0-9a-zA-Z_-]; NULL: no such view */
    bool public_view;    /* serve the public view at / */
    const char *hosts;   /* further Host names that are answered, separated by spaces, exactly as sent */
    unsigned request_ms; /* 0: HTTP_REQUEST_MS */
};

/* ERR_NAME: listen is not host:port of this machine.  ERR_DENIED: a token, but not on loopback.  ERR_SCHEMA:
 * no such token.  ERR_BUSY: the port is taken.  ERR_IO, ERR_MEMORY. */
enum err http_start(const struct http_options *options, struct http **ret) MUST_CHECK;

/* Ends all connections.  Takes NULL. */
void http_stop(struct http *http);

/* Something has changed: those that wait for it look again.  Any thread; takes NULL. */
void http_changed(struct http *http);

/* Requests that wait for a change. */
unsigned http_parked(const struct http *http);

unsigned http_port(const struct http *http);

#endif
