#include "node/http_cache.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define BUCKETS 4096u
#define SHARE 16      /* one answer takes no more than this part of the bytes */
#define OVERHEAD 1024 /* of an answer beside its body: headers, and this */

struct kept {
    TAILQ_ENTRY(kept) age;
    LIST_ENTRY(kept) same;
    struct http_reply reply;
    uint64_t until_s;
    size_t bytes;
    size_t key_len;
    char key[];
};

TAILQ_HEAD(kept_list, kept);
LIST_HEAD(kept_bucket, kept);

struct http_cache {
    struct http_cache_limits limits;
    uint8_t secret[crypto_shorthash_KEYBYTES]; /* or strangers could choose what meets in a bucket */
    struct api_mark mark;                      /* of all that is kept */
    unsigned count;
    size_t bytes;
    struct kept_list age; /* asked longest ago first */
    struct kept_bucket bucket[BUCKETS];
};

/* A key as bytes: the view, the path, a question mark (paths have none), the query. */
struct spelt {
    size_t len;
    char text[1 + 2 * 2048 + 2];
};

enum err http_cache_open(const struct http_cache_limits *limits, struct http_cache **ret) {
    struct http_cache *cache = calloc(1, sizeof *cache);

    if (cache == NULL)
        return ERR_MEMORY;
    cache->limits = *limits;
    randombytes_buf(cache->secret, sizeof cache->secret);
    TAILQ_INIT(&cache->age);
    *ret = cache;
    return ERR_OK;
}

static void drop(struct http_cache *cache, struct kept *kept) {
    TAILQ_REMOVE(&cache->age, kept, age);
    LIST_REMOVE(kept, same);
    cache->count--;
    cache->bytes -= kept->bytes;
    http_reply_free(&kept->reply);
    free(kept);
}

static void drop_all(struct http_cache *cache) {
    struct kept *kept;

    while ((kept = TAILQ_FIRST(&cache->age)) != NULL)
        drop(cache, kept);
}

void http_cache_close(struct http_cache *cache) {
    if (cache == NULL)
        return;
    drop_all(cache);
    free(cache);
}

static bool spell(const struct http_cache_key *key, struct spelt *ret) {
    size_t path = strlen(key->path), query = strlen(key->query);

    ret->len = 1 + path + 1 + query;
    if (path > sizeof ret->text || query > sizeof ret->text || ret->len > sizeof ret->text)
        return false;
    ret->text[0] = key->view == API_MEMBERS ? 'm' : 'p';
    memcpy(ret->text + 1, key->path, path);
    ret->text[1 + path] = '?';
    memcpy(ret->text + 2 + path, key->query, query);
    return true;
}

static struct kept_bucket *bucket_of(struct http_cache *cache, const struct spelt *key) {
    uint8_t hash[crypto_shorthash_BYTES];

    crypto_shorthash(hash, (const uint8_t *)key->text, key->len, cache->secret);
    return &cache->bucket[be64_get(hash) % BUCKETS];
}

static struct kept *find(struct kept_bucket *bucket, const struct spelt *key) {
    struct kept *kept;

    LIST_FOREACH(kept, bucket, same) {
        if (kept->key_len == key->len && memcmp(kept->key, key->text, key->len) == 0)
            return kept;
    }
    return NULL;
}

static bool mark_is(struct api_mark a, struct api_mark b) {
    return a.version == b.version && a.generation == b.generation;
}

const struct http_reply *http_cache_get(struct http_cache *cache, const struct http_cache_key *key,
                                        struct api_mark mark, uint64_t now_s) {
    struct spelt spelt;

    if (!mark_is(cache->mark, mark)) {
        drop_all(cache); /* nothing of it is right any more, and some of it may be erased by now */
        cache->mark = mark;
    }
    if (!spell(key, &spelt))
        return NULL;
    struct kept *kept = find(bucket_of(cache, &spelt), &spelt);
    if (kept == NULL)
        return NULL;
    if (now_s >= kept->until_s) {
        drop(cache, kept);
        return NULL;
    }
    TAILQ_REMOVE(&cache->age, kept, age);
    TAILQ_INSERT_TAIL(&cache->age, kept, age);
    return &kept->reply;
}

bool http_cache_put(struct http_cache *cache, const struct http_cache_key *key, struct api_mark mark,
                    uint64_t until_s, size_t len, const struct http_reply *reply) {
    struct spelt spelt;

    if (!mark_is(cache->mark, mark) || len > cache->limits.bytes / SHARE || !spell(key, &spelt))
        return false;
    struct kept_bucket *bucket = bucket_of(cache, &spelt);
    struct kept *old = find(bucket, &spelt), *kept = malloc(sizeof *kept + spelt.len);
    if (kept == NULL)
        return false;
    if (old != NULL)
        drop(cache, old);
    kept->reply = *reply;
    kept->until_s = until_s;
    kept->bytes = sizeof *kept + spelt.len + OVERHEAD + len;
    kept->key_len = spelt.len;
    memcpy(kept->key, spelt.text, spelt.len);
    while (cache->count > 0 &&
           (cache->count == cache->limits.entries || cache->bytes + kept->bytes > cache->limits.bytes))
        drop(cache, TAILQ_FIRST(&cache->age));
    LIST_INSERT_HEAD(bucket, kept, same);
    TAILQ_INSERT_TAIL(&cache->age, kept, age);
    cache->count++;
    cache->bytes += kept->bytes;
    return true;
}

unsigned http_cache_count(const struct http_cache *cache) {
    return cache->count;
}

size_t http_cache_bytes(const struct http_cache *cache) {
    return cache->bytes;
}
