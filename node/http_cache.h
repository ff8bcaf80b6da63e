/* Answers that are sent again as they are, as long as they are right.
 *
 * An answer is kept with its mark and its time (api.h); it is given out only while both hold, so nothing is
 * ever older than the store.  The bounds are of number and bytes; what was asked longest ago gives way.  One
 * thread. */
#ifndef NODE_HTTP_CACHE_H
#define NODE_HTTP_CACHE_H

#include "node/http_reply.h"

struct http_cache_limits {
    unsigned entries;
    size_t bytes; /* one answer takes at most a sixteenth of them */
};

struct http_cache;

/* What is asked: the same words may be answered otherwise in another view. */
struct http_cache_key {
    enum api_view view;
    const char *path, *query;
};

enum err http_cache_open(const struct http_cache_limits *limits, struct http_cache **ret) MUST_CHECK;
void http_cache_close(struct http_cache *cache); /* takes NULL */

/* NULL if it is not kept, or not right any more.  Lives until the next call. */
const struct http_reply *http_cache_get(struct http_cache *cache, const struct http_cache_key *key,
                                        struct api_mark mark, uint64_t now_s);

/* Keep a reply of len bytes, which it takes over; or give it back: false. */
bool http_cache_put(struct http_cache *cache, const struct http_cache_key *key, struct api_mark mark,
                    uint64_t until_s, size_t len, const struct http_reply *reply);

/* What is kept now. */
unsigned http_cache_count(const struct http_cache *cache);
size_t http_cache_bytes(const struct http_cache *cache);

#endif
