#include "tests/test.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/mnemonic.h"
#include "node/sheet.h"

static const uint8_t seed[KEY_SEED_LEN] = "the seed of a key on paper";

static void make(struct keyfile *ret) {
    static const uint8_t salt[KEYFILE_SALT_LEN] = {1}, nonce[KEYFILE_NONCE_LEN] = {2};
    struct keyfile_cost cheap = {1, 8192};

    CHECK_OK(keyfile_lock(KEYFILE_ROOT, "test.example/fr", seed, "a passphrase", cheap, salt, nonce, ret));
}

/* The words of a text sheet, from its numbered rows. */
static void words_of(const char *text, char *ret) {
    const char *p = strstr(text, "The key in words");
    const char *end = p ? strstr(p, "\nThe key file") : NULL;

    assert_non_null(end);
    p = strchr(p, '\n');
    memcpy(ret, p, (size_t)(end - p));
    ret[end - p] = 0;
}

static void the_words_and_the_code_give_the_key_again(void **state) {
    static char buffer[SHEET_MAX], words[SHEET_MAX];
    struct keyfile file, again;
    struct bytes text, printed;
    struct mnemonic_fault fault;
    uint8_t read[KEY_SEED_LEN];
    char want[KEYFILE_MAX];
    (void)state;
    make(&file);
    CHECK_OK(sheet_text(&(struct sheet){&file, seed, "2031-05-06"}, buffer, &text));
    assert_int_equal(strlen(buffer), text.len);
    words_of(buffer, words);
    CHECK_OK(mnemonic_get(bytes_str(words), read, KEY_SEED_LEN, &fault));
    assert_memory_equal(read, seed, KEY_SEED_LEN);
    CHECK_OK(keyfile_print(&file, want, sizeof(want), &printed));
    char *at = strstr(buffer, "comity-key/v1");
    assert_non_null(at);
    assert_memory_equal(at, printed.ptr, printed.len);
    CHECK_OK(keyfile_parse((struct bytes){(uint8_t *)at, printed.len}, &again));
    assert_non_null(strstr(buffer, "WHOEVER READS THIS SHEET HOLDS THE KEY"));
    assert_non_null(strstr(buffer, "key restore NEW.key --network test.example --state fr"));
}

static void a_sealed_sheet_does_not_hold_the_key(void **state) {
    static char buffer[SHEET_MAX];
    char words[MNEMONIC_TEXT];
    struct keyfile file;
    struct bytes text;
    struct markup m = {0};
    (void)state;
    make(&file);
    mnemonic_put((struct bytes){seed, KEY_SEED_LEN}, '\n', words);
    *strchr(words, '\n') = 0;
    CHECK_OK(sheet_text(&(struct sheet){&file, NULL, "2031-05-06"}, buffer, &text));
    assert_null(strstr(buffer, "The key in words"));
    assert_null(strstr(buffer, words));
    assert_null(strstr(buffer, "WHOEVER"));
    CHECK_OK(sheet_html(&(struct sheet){&file, NULL, "2031-05-06"}, &m));
    char *html = strndup(m.text, m.len);
    assert_null(strstr(html, "The key in words"));
    free(html);
    free(m.text);
}

static void the_page_needs_nothing_from_outside(void **state) {
    struct keyfile file;
    struct markup m = {0};
    (void)state;
    make(&file);
    CHECK_OK(sheet_html(&(struct sheet){&file, seed, "2031-05-06"}, &m));
    char *html = strndup(m.text, m.len);
    assert_non_null(strstr(html, "The key in words"));
    assert_non_null(strstr(html, "<svg class=\"qr\""));
    assert_null(strstr(html, "src="));
    assert_null(strstr(html, "href="));
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "url("));
    free(html);
    free(m.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_words_and_the_code_give_the_key_again),
        cmocka_unit_test(a_sealed_sheet_does_not_hold_the_key),
        cmocka_unit_test(the_page_needs_nothing_from_outside),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
