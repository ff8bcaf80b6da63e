#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/postings.h"

#define SLOTS 200u
#define ROUNDS 3000u

/* A small generator: the same every time. */
static uint32_t next(uint64_t *seed) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

static void write_text(uint64_t *seed, char to[64]) {
    static const char *const words[] = {"cert",          "центр",   "緊急センター", "a",
                                        "soc@x.example", "certain", "+33100",       "xx"};
    to[0] = '\0';
    for (uint32_t i = next(seed) % 4; i > 0; i--) {
        size_t len = strlen(to);
        snprintf(to + len, 64 - len, "%s%s%u", len > 0 ? (i % 2 ? " " : "\n") : "", words[next(seed) % 8],
                 next(seed) % 50);
    }
}

/* What an index finds must be what looking through every text finds, after any changes. */
static void it_finds_what_looking_finds(void **state) {
    static const char *const asked[] = {"cert",    "ert1", "центр2", "センター", "a",         "x",
                                        "example", "33",   "none",   "2",        "certain49", "@x.example7"};
    static char text[SLOTS][64];
    struct postings l = {0};
    uint64_t seed = 7, bits[POSTINGS_BITS(SLOTS)];

    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint32_t slot = next(&seed) % SLOTS;
        postings_remove(&l, slot, text[slot]);
        write_text(&seed, text[slot]);
        assert_true(postings_add(&l, slot, text[slot]));
        const char *word = asked[round % (sizeof asked / sizeof *asked)];
        memset(bits, 0, sizeof bits);
        postings_find(&l, word, bits);
        for (uint32_t i = 0; i < SLOTS; i++)
            if ((bits[i / 64] >> i % 64 & 1) != (strstr(text[i], word) != NULL))
                fail_msg("round %u: '%s' in '%s'", round, word, text[i]);
    }
    for (uint32_t i = 0; i < SLOTS; i++)
        postings_remove(&l, i, text[i]);
    assert_int_equal(l.unused, l.len);
    postings_clear(&l);
    assert_null(l.text);
}

static void a_token_is_found_by_itself_and_inside_no_other(void **state) {
    struct postings l = {0};
    uint64_t bits[1] = {0};
    uint32_t one, again;

    (void)state;
    postings_exact(&l, "l:fr", bits);
    postings_find(&l, "fr", bits);
    assert_true(postings_add(&l, 0, "l:fr-ca l:fr"));
    assert_true(postings_add(&l, 1, "l:fro"));
    postings_exact(&l, "l:fr", bits);
    assert_int_equal(bits[0], 1);
    bits[0] = 0;
    postings_find(&l, "l:fr", bits);
    assert_int_equal(bits[0], 3);
    assert_true(postings_token(&l, bytes_str("new"), &one));
    assert_true(postings_token(&l, bytes_str("new"), &again));
    assert_int_equal(one, again);
    postings_clear(&l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_finds_what_looking_finds),
        cmocka_unit_test(a_token_is_found_by_itself_and_inside_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
