#include "tests/test.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/file.h"
#include "node/keyfile.h"
#include "tests/lib/guard.h"
#include "tests/lib/tmp.h"

/* As little work as argon2id does: these tests are about the file. */
static const struct keyfile_cost cheap = {1, 8192};
static const uint8_t seed[KEY_SEED_LEN] = {1, 2, 3}, salt[KEYFILE_SALT_LEN] = {4},
                     nonce[KEYFILE_NONCE_LEN] = {5};

static struct keyfile locked(void) {
    struct keyfile f;
    CHECK_OK(keyfile_lock(KEYFILE_OPERATOR, "test.example/fr/0123456789abcdef", seed, "six random words",
                          cheap, salt, nonce, &f));
    return f;
}

static struct bytes printed(char buffer[static KEYFILE_MAX]) {
    struct keyfile f = locked();
    struct bytes text;
    CHECK_OK(keyfile_print(&f, buffer, KEYFILE_MAX, &text));
    return text;
}

static void what_is_locked_unlocks_with_its_passphrase_alone(void **state) {
    struct keyfile f = locked(), read;
    struct pubkey key;
    char buffer[KEYFILE_MAX];
    uint8_t want[KEY_SECRET_LEN], secret[KEY_SECRET_LEN] = {0};
    (void)state;
    key_from_seed(seed, &key, want);
    CHECK_OK(keyfile_parse(printed(buffer), &read));
    assert_int_equal(read.kind, KEYFILE_OPERATOR);
    assert_string_equal(read.name, f.name);
    assert_true(pubkey_eq(&read.key, &key));
    CHECK_ERR(keyfile_unlock(&read, "six random word", secret), ERR_DENIED);
    CHECK_ERR(keyfile_unlock(&read, "", secret), ERR_DENIED);
    assert_int_equal(secret[0] | secret[40], 0);
    CHECK_OK(keyfile_unlock(&read, "six random words", secret));
    assert_memory_equal(secret, want, sizeof want);
}

static void a_file_cut_at_any_byte_is_refused(void **state) {
    struct guard g;
    struct keyfile f;
    char buffer[KEYFILE_MAX];
    struct bytes text = printed(buffer);
    (void)state;
    guard_open(&g, KEYFILE_MAX);
    for (size_t len = 0; len < text.len; len++)
        CHECK_REFUSED(keyfile_parse((struct bytes){guard_copy(&g, buffer, len), len}, &f));
    CHECK_OK(keyfile_parse((struct bytes){guard_copy(&g, buffer, text.len), text.len}, &f));
    guard_close(&g);
}

static void a_changed_byte_never_gives_a_key(void **state) {
    char buffer[KEYFILE_MAX];
    struct bytes text = printed(buffer);
    uint8_t secret[KEY_SECRET_LEN];
    (void)state;
    for (size_t i = 0; i < text.len; i++) {
        struct keyfile f;
        buffer[i] = (char)(buffer[i] ^ 1);
        enum err err = keyfile_parse(text, &f);
        if (!err && f.cost.memory < 1u << 20 && f.cost.ops < 4)
            err = keyfile_unlock(&f, "six random words", secret);
        else if (!err)
            err = ERR_RANGE; /* dearer than this test wants to pay; it is another key all the same */
        CHECK_REFUSED(err);
        buffer[i] = (char)(buffer[i] ^ 1);
    }
}

static void parse_cost(const char *cost, enum err want) {
    char buffer[KEYFILE_MAX], changed[KEYFILE_MAX + 64];
    struct bytes text = printed(buffer);
    struct keyfile f;
    buffer[text.len] = 0;
    char *at = strstr(buffer, "argon2id13 1 8192");
    assert_non_null(at);
    int n = snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - buffer), buffer, cost,
                     at + strlen("argon2id13 1 8192"));
    CHECK_ERR(keyfile_parse((struct bytes){(uint8_t *)changed, (size_t)n}, &f), want);
}

static void a_hostile_file_cannot_ask_for_memory_or_time(void **state) {
    (void)state;
    parse_cost("argon2id13 16 1073741824", ERR_OK);
    parse_cost("argon2id13 17 8192", ERR_RANGE);
    parse_cost("argon2id13 0 8192", ERR_RANGE);
    parse_cost("argon2id13 1 1073741825", ERR_RANGE);
    parse_cost("argon2id13 1 1099511627776", ERR_RANGE);
    parse_cost("argon2id13 1 18446744073709551616", ERR_RANGE);
    parse_cost("argon2id13 1 8191", ERR_RANGE);
    parse_cost("argon2id13 1 08192", ERR_RANGE);
    parse_cost("argon2id14 1 8192", ERR_SCHEMA);
}

static void a_file_that_others_can_read_is_refused_with_the_fix(void **state) {
    char dir[TMP_LEN], path[TMP_LEN + 16], link_path[TMP_LEN + 16], text[700];
    struct keyfile f = locked(), read;
    (void)state;
    tmp_open(dir);
    snprintf(path, sizeof path, "%s/operator.key", dir);
    snprintf(link_path, sizeof link_path, "%s/link", dir);
    CHECK_OK(keyfile_save(path, &f));
    CHECK_ERR(keyfile_save(path, &f), ERR_EXISTS);
    CHECK_OK(keyfile_load(path, &read));
    static const mode_t bad[] = {0640, 0604, 0620, 0602, 0610, 0601, 0644, 0666};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(chmod(path, bad[i]), 0);
        CHECK_ERR(keyfile_load(path, &read), ERR_DENIED);
        file_secret_complaint(path, text, sizeof text);
        assert_non_null(strstr(text, "chmod 600 "));
    }
    assert_int_equal(chmod(path, 0400), 0);
    CHECK_OK(keyfile_load(path, &read));
    assert_int_equal(symlink(path, link_path), 0);
    CHECK_ERR(keyfile_load(link_path, &read), ERR_TYPE);
    CHECK_ERR(keyfile_load(dir, &read), ERR_TYPE);
    unlink(link_path);
    assert_int_equal(mkfifo(link_path, 0600), 0);
    CHECK_ERR(keyfile_load(link_path, &read), ERR_TYPE);
    tmp_close(dir);
}

static void a_seed_is_32_bytes_of_hex_and_nothing_else(void **state) {
    static const char *const bad[] = {"",
                                      "\n",
                                      "00",
                                      "0102030000000000000000000000000000000000000000000000000000000000",
                                      "010203000000000000000000000000000000000000000000000000000000000\n",
                                      "01020300000000000000000000000000000000000000000000000000000000000\n",
                                      "010203000000000000000000000000000000000000000000000000000000000g\n",
                                      "010203000000000000000000000000000000000000000000000000000000000A\n"};
    char dir[TMP_LEN], path[TMP_LEN + 16];
    uint8_t read[KEY_SEED_LEN];
    (void)state;
    tmp_open(dir);
    snprintf(path, sizeof path, "%s/node.key", dir);
    CHECK_OK(seed_save(path, seed));
    CHECK_OK(seed_load(path, read));
    assert_memory_equal(read, seed, sizeof seed);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_OK(file_replace(path, bytes_str(bad[i])));
        CHECK_REFUSED(seed_load(path, read));
    }
    unlink(path);
    CHECK_ERR(seed_load(path, read), ERR_NOT_FOUND);
    tmp_close(dir);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_locked_unlocks_with_its_passphrase_alone),
        cmocka_unit_test(a_file_cut_at_any_byte_is_refused),
        cmocka_unit_test(a_changed_byte_never_gives_a_key),
        cmocka_unit_test(a_hostile_file_cannot_ask_for_memory_or_time),
        cmocka_unit_test(a_file_that_others_can_read_is_refused_with_the_fix),
        cmocka_unit_test(a_seed_is_32_bytes_of_hex_and_nothing_else),
    };
    if (sodium_init() < 0)
        return 99;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    digest_thread_done();
    return failed;
}
