#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "node/keycard.h"

static struct keycard sample(enum keyfile_kind kind) {
    struct keycard c = {.kind = kind, .name = "test.example/fr"};
    uint8_t seed[KEY_SEED_LEN] = "a card of a test", secret[KEY_SECRET_LEN];

    key_from_seed(seed, &c.key, secret);
    if (kind == KEYFILE_ROOT)
        c.next = digest_of(bytes_str("next"));
    return c;
}

static void a_card_reads_back_as_it_was(void **state) {
    (void)state;
    for (enum keyfile_kind kind = KEYFILE_OPERATOR; kind <= KEYFILE_ROOT; kind++) {
        struct keycard c = sample(kind), again;
        char text[KEYCARD_MAX], mailed[KEYCARD_MAX];
        struct bytes printed;
        CHECK_OK(keycard_print(&c, text, sizeof(text), &printed));
        CHECK_OK(keycard_parse(printed, &again));
        assert_memory_equal(&c, &again, sizeof(c));
        size_t len = 0;
        for (size_t i = 0; i < printed.len; i++) {
            if (text[i] == '\n')
                mailed[len++] = '\r';
            mailed[len++] = text[i];
        }
        CHECK_OK(keycard_parse((struct bytes){(uint8_t *)mailed, len}, &again));
        assert_memory_equal(&c, &again, sizeof(c));
    }
}

static void what_is_cut_or_changed_is_refused(void **state) {
    struct keycard c = sample(KEYFILE_ROOT), again;
    char text[KEYCARD_MAX], changed[KEYCARD_MAX];
    struct bytes printed;
    (void)state;
    CHECK_OK(keycard_print(&c, text, sizeof(text), &printed));
    for (size_t i = 0; i < printed.len; i++)
        CHECK_REFUSED(keycard_parse((struct bytes){printed.ptr, i}, &again));
    memcpy(changed, text, printed.len);
    changed[printed.len] = '\n';
    CHECK_ERR(keycard_parse((struct bytes){(uint8_t *)changed, printed.len + 1}, &again), ERR_TRAILING);
    CHECK_ERR(keycard_parse(bytes_str("comity-card/v2\n"), &again), ERR_VERSION);
    CHECK_ERR(keycard_parse(bytes_str("comity-card/v1\nname Test/fr\n"), &again), ERR_NAME);
    CHECK_ERR(keycard_parse(bytes_str("comity-card/v1\nname test/fr\nroot AQ==\n"), &again), ERR_SIZE);
    CHECK_ERR(keycard_parse(bytes_str("comity-card/v1\nname test/fr\nroot "
                                      "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"),
                            &again),
              ERR_KEY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_reads_back_as_it_was),
        cmocka_unit_test(what_is_cut_or_changed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
