/* The connections of the HTTP server, and how long each may keep a place.
 *
 * libmicrohttpd's own timer starts again with each byte, so a client that trickles would stay.  Here a
 * request has a deadline from the moment the server waits for it until its headers are whole, and its answer
 * has another; a thread shuts down what is late.  When places run out, the one that has waited longest
 * without a whole request gives way to the newcomer: silent clients push each other out, and who asks at once
 * is served.
 *
 * A descriptor is only shut down, never closed, and only while its caller is here: so it cannot be another's.
 */
#ifndef NODE_CALLERS_H
#define NODE_CALLERS_H

#include <stdint.h>

#include "proto/error.h"

struct callers;
struct caller;

struct callers_options {
    unsigned waiting_max; /* without a whole request; beyond: the longest waiting is shut down */
    unsigned busy_max;    /* that take an answer; likewise */
    unsigned request_ms;  /* for a whole request, idle time before it included */
    unsigned answer_ms;   /* for taking the answer */
    void (*tick)(void *context, uint64_t now_ms); /* a few times a second, with no lock held; may be NULL */
    void *context;
};

enum err callers_open(const struct callers_options *options, struct callers **ret) MUST_CHECK;

/* After the server has stopped and removed all.  Takes NULL. */
void callers_close(struct callers *callers);

/* A connection has come; NULL without memory: shut it down. */
struct caller *caller_add(struct callers *callers, int fd);
void caller_remove(struct callers *callers, struct caller *caller); /* takes NULL */

/* Its request is whole, and its answer begins; its answer is out, and the next request is awaited. */
void caller_asked(struct callers *callers, struct caller *caller);
void caller_answered(struct callers *callers, struct caller *caller);

/* It waits for a change, with no deadline of this side's, until caller_asked() is called again. */
void caller_parked(struct callers *callers, struct caller *caller);
int caller_fd(const struct caller *caller);

/* The clock of deadlines. */
uint64_t callers_now_ms(void);

#endif
