/* The HTTP server on a free port of the loopback, with a State of one contact, and a client that sends any
 * bytes. */
#ifndef TESTS_LIB_WEBWORLD_H
#define TESTS_LIB_WEBWORLD_H

#include "node/http.h"
#include "tests/lib/fixture.h"
#include "tests/test.h"

#define WEBWORLD_TOKEN "0123456789abcdefABCDEF_-"
#define WEBWORLD_ANSWER_MAX 262144
#define WEBWORLD_WAIT_MS 20000 /* for what must come */

struct webworld {
    struct fixture f;
    struct api *api;
    struct http *http;
    char host[64];
    char answer[WEBWORLD_ANSWER_MAX];
};

/* With a public view, without one, and with a second for each request. */
int webworld_open(void **state);
int webworld_open_closed(void **state);
int webworld_open_hasty(void **state);
int webworld_close(void **state);

/* A connection; and bytes on it, of which the server may refuse the rest. */
int webworld_dial(const struct webworld *w);
void webworld_send(int fd, const void *bytes, size_t len);

/* Read an answer into w->answer, until its end or what its headers announce; its status, or 0. */
unsigned webworld_receive(struct webworld *w, int fd, bool head);

/* Ask on a connection of its own. */
unsigned webworld_ask_raw(struct webworld *w, const void *bytes, size_t len);
unsigned webworld_ask(struct webworld *w, const char *path, const char *headers);

void webworld_check(struct webworld *w, const char *what, unsigned got, unsigned want);
uint64_t webworld_now_ms(void);

#endif
