/* Kept answers: given out while they are right, never afterwards, and never more than their bounds. */
#include "node/http_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

static struct http_cache *cache;
static const struct api_mark first = {7, 1};
static const struct http_cache_limits limits = {2048, 16777216};

static int setup(void **state) {
    (void)state;
    CHECK_OK(http_cache_open(&limits, &cache));
    return 0;
}

static int teardown(void **state) {
    (void)state;
    http_cache_close(cache);
    return 0;
}

static struct http_cache_key key_of(const char *path, const char *query) {
    return (struct http_cache_key){API_PUBLIC, path, query};
}

/* Keep an answer whose ETag tells it from others. */
static bool keep(struct http_cache_key key, struct api_mark mark, uint64_t until_s, size_t len,
                 unsigned number) {
    struct api_reply reply = {.status = 200, .type = "text/plain", .body = calloc(1, len), .len = len};
    struct http_reply made;

    snprintf(reply.etag, sizeof reply.etag, "\"%u\"", number);
    assert_true(http_reply_make(&reply, HTTP_KEEP_CHECK, false, &made));
    bool kept = http_cache_put(cache, &key, mark, until_s, len, &made);
    if (!kept)
        http_reply_free(&made);
    return kept;
}

static int number_of(struct http_cache_key key, struct api_mark mark, uint64_t now_s) {
    const struct http_reply *reply = http_cache_get(cache, &key, mark, now_s);

    return reply == NULL ? -1 : (int)strtol(reply->etag + 1, NULL, 10);
}

static void an_answer_is_given_while_it_is_right(void **state) {
    struct http_cache_key key = key_of("/a", "q=1");
    (void)state;

    assert_int_equal(number_of(key, first, 100), -1);
    assert_true(keep(key, first, 110, 10, 5));
    assert_int_equal(number_of(key, first, 109), 5);
    assert_int_equal(number_of(key, first, 110), -1);
    assert_int_equal(http_cache_count(cache), 0);
}

static void another_mark_makes_all_void(void **state) {
    struct http_cache_key key = key_of("/a", "");
    (void)state;

    assert_int_equal(number_of(key, first, 1), -1);
    assert_true(keep(key, first, 10, 10, 1));
    assert_int_equal(number_of(key, (struct api_mark){8, 1}, 1), -1);
    assert_int_equal(http_cache_count(cache), 0);
    /* Made before the change, finished after it. */
    assert_false(keep(key, first, 10, 10, 1));
    assert_true(keep(key, (struct api_mark){8, 1}, 10, 10, 2));
    assert_int_equal(number_of(key, (struct api_mark){8, 2}, 1), -1);
    assert_int_equal(number_of(key, (struct api_mark){8, 1}, 1), -1);
}

static void views_paths_and_queries_are_told_apart(void **state) {
    struct http_cache_key keys[] = {
        {API_PUBLIC, "/a", "b"}, {API_MEMBERS, "/a", "b"}, {API_PUBLIC, "/a/b", ""},
        {API_PUBLIC, "/a", ""},  {API_PUBLIC, "/a", "b&"}, {API_PUBLIC, "/ab", ""},
    };
    (void)state;

    number_of(keys[0], first, 1);
    for (unsigned i = 0; i < 6; i++)
        assert_true(keep(keys[i], first, 10, 10, i));
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(number_of(keys[i], first, 1), (int)i);
    assert_true(keep(keys[2], first, 10, 10, 20));
    assert_int_equal(number_of(keys[2], first, 1), 20);
    assert_int_equal(http_cache_count(cache), 6);
}

static void number_and_bytes_are_bounded_and_the_oldest_gives_way(void **state) {
    char path[32];
    (void)state;

    number_of(key_of("/0", ""), first, 1);
    for (unsigned i = 0; i < limits.entries; i++) {
        snprintf(path, sizeof path, "/%u", i);
        assert_true(keep(key_of(path, ""), first, 10, 1, i));
    }
    assert_int_equal(number_of(key_of("/0", ""), first, 1), 0); /* asked again: now /1 is the oldest */
    assert_true(keep(key_of("/more", ""), first, 10, 1, 9));
    assert_int_equal(http_cache_count(cache), limits.entries);
    assert_int_equal(number_of(key_of("/0", ""), first, 1), 0);
    assert_int_equal(number_of(key_of("/1", ""), first, 1), -1);
    for (unsigned i = 0; i < 40; i++) {
        snprintf(path, sizeof path, "/large/%u", i);
        assert_true(keep(key_of(path, ""), first, 10, limits.bytes / 16, i));
        assert_true(http_cache_bytes(cache) <= limits.bytes);
    }
    assert_int_equal(number_of(key_of("/large/39", ""), first, 1), 39);
    assert_int_equal(number_of(key_of("/large/0", ""), first, 1), -1);
    assert_false(keep(key_of("/larger", ""), first, 10, limits.bytes / 16 + 1, 1));
}

static void what_is_too_long_to_ask_is_not_kept(void **state) {
    static char path[5000];
    (void)state;

    number_of(key_of("/", ""), first, 1);
    memset(path, 'a', sizeof path - 1);
    assert_false(keep(key_of(path, ""), first, 10, 1, 1));
    assert_int_equal(number_of(key_of("/", path), first, 1), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_answer_is_given_while_it_is_right),
        TEST(another_mark_makes_all_void),
        TEST(views_paths_and_queries_are_told_apart),
        TEST(number_and_bytes_are_bounded_and_the_oldest_gives_way),
        TEST(what_is_too_long_to_ask_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
