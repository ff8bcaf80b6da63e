#include "tests/test.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "node/mnemonic.h"

#define LEN 20
#define WORDS (LEN + MNEMONIC_CHECK)

/* The words of some bytes, one by one, to be spoilt. */
struct spoken {
    uint8_t data[LEN];
    char text[MNEMONIC_TEXT];
    char word[WORDS][LEXICON_WORD_MAX + 1];
};

static void speak(struct spoken *s) {
    const char *p = s->text;

    for (unsigned i = 0; i < LEN; i++)
        s->data[i] = (uint8_t)(i * 37 + 11);
    mnemonic_put(BYTES(s->data), '\n', s->text);
    for (unsigned i = 0; i < WORDS; i++) {
        size_t len = strcspn(p, " \n");
        memcpy(s->word[i], p, len);
        s->word[i][len] = 0;
        p += len + 1;
    }
}

static enum err hear(const struct spoken *s, unsigned count, struct mnemonic_fault *fault) {
    char text[2 * MNEMONIC_TEXT];
    uint8_t data[LEN] = {0};
    size_t at = 0;

    for (unsigned i = 0; i < count; i++)
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s ", s->word[i % WORDS]);
    enum err err = mnemonic_get(bytes_str(text), data, LEN, fault);
    if (!err)
        assert_memory_equal(data, s->data, LEN);
    return err;
}

static void bytes_become_rows_of_words_and_bytes_again(void **state) {
    struct mnemonic_fault fault;
    char text[MNEMONIC_TEXT];
    uint8_t data[MNEMONIC_DATA_MAX], again[MNEMONIC_DATA_MAX];
    (void)state;
    for (size_t len = 1; len <= MNEMONIC_DATA_MAX; len++) {
        unsigned rows = 1;
        memset(data, (int)(251 - len), sizeof(data));
        mnemonic_put((struct bytes){data, len}, '\n', text);
        for (const char *p = text; *p; p++)
            rows += *p == '\n';
        assert_int_equal(rows, (len + MNEMONIC_CHECK + MNEMONIC_ROW - 1) / MNEMONIC_ROW);
        CHECK_OK(mnemonic_get(bytes_str(text), again, len, &fault));
        assert_memory_equal(data, again, len);
    }
}

/* Sheets lie in safes for years: these words never change. */
static void the_words_stay_as_they_are(void **state) {
    static const uint8_t data[8] = {0, 1, 2, 3, 0xfc, 0xfd, 0xfe, 0xff};
    char text[MNEMONIC_TEXT];
    (void)state;
    mnemonic_put(BYTES(data), '/', text);
    assert_string_equal(text, "band actor beam alpine yacht zenith/zinc zodiac joke piano flag typhoon");
}

static void the_hand_may_be_careless(void **state) {
    struct spoken s;
    struct mnemonic_fault fault;
    char text[2 * MNEMONIC_TEXT];
    size_t at = 0;
    (void)state;
    speak(&s);
    for (unsigned i = 0; i < WORDS; i++) {
        char four[LEXICON_PREFIX + 1];
        snprintf(four, sizeof(four), "%.4s", s.word[i]);
        for (char *p = four; *p; p++)
            *p = (char)toupper((unsigned char)*p);
        at +=
            (size_t)snprintf(text + at, sizeof(text) - at, "%s%2u. %s", i % 2 ? "\r\n\t" : ", ", i + 1, four);
    }
    uint8_t data[LEN];
    CHECK_OK(mnemonic_get(bytes_str(text), data, LEN, &fault));
    assert_memory_equal(data, s.data, LEN);
}

static void a_single_wrong_word_is_named(void **state) {
    struct spoken s;
    struct mnemonic_fault fault;
    (void)state;
    speak(&s);
    for (unsigned i = 0; i < WORDS; i++)
        for (unsigned b = 0; b < LEXICON_WORDS; b++) {
            struct spoken t = s;
            snprintf(t.word[i], sizeof(t.word[i]), "%s", lexicon_word(i % LEXICON_LISTS, (uint8_t)b));
            if (!strcmp(t.word[i], s.word[i])) {
                CHECK_OK(hear(&t, WORDS, &fault));
                continue;
            }
            CHECK_ERR(hear(&t, WORDS, &fault), ERR_SCHEMA);
            assert_int_equal(fault.kind, MNEMONIC_WRONG);
            assert_int_equal(fault.place, i + 1);
            assert_string_equal(fault.word, t.word[i]);
        }
}

static void two_wrong_words_are_never_called_one(void **state) {
    struct spoken s;
    struct mnemonic_fault fault;
    (void)state;
    speak(&s);
    for (unsigned i = 0; i < WORDS; i++)
        for (unsigned k = 0; k < i; k++) {
            struct spoken t = s;
            snprintf(t.word[i], sizeof(t.word[i]), "%s", lexicon_word(i % 2, (uint8_t)(s.data[0] + i)));
            snprintf(t.word[k], sizeof(t.word[k]), "%s", lexicon_word(k % 2, (uint8_t)(s.data[0] + 100 + k)));
            if (!strcmp(t.word[i], s.word[i]) || !strcmp(t.word[k], s.word[k]))
                continue;
            CHECK_ERR(hear(&t, WORDS, &fault), ERR_SCHEMA);
            assert_int_equal(fault.kind, MNEMONIC_CHECKED);
        }
}

static void words_swapped_left_out_or_said_twice_are_noticed(void **state) {
    struct spoken s;
    struct mnemonic_fault fault;
    (void)state;
    speak(&s);
    for (unsigned i = 0; i + 1 < WORDS; i++) {
        struct spoken t = s;
        memcpy(t.word[i], s.word[i + 1], sizeof(t.word[i]));
        memcpy(t.word[i + 1], s.word[i], sizeof(t.word[i]));
        CHECK_ERR(hear(&t, WORDS, &fault), ERR_SCHEMA);
        assert_int_equal(fault.kind, MNEMONIC_TURN);
        assert_int_equal(fault.place, i + 1);
        t = s;
        memmove(t.word[i], t.word[i + 1], sizeof(t.word[0]) * (WORDS - 1 - i));
        CHECK_ERR(hear(&t, WORDS - 1, &fault), ERR_SCHEMA);
        assert_int_equal(fault.kind, MNEMONIC_TURN);
        t = s;
        memmove(t.word[i + 1], t.word[i], sizeof(t.word[0]) * (WORDS - 1 - i));
        CHECK_ERR(hear(&t, WORDS, &fault), ERR_SCHEMA);
        assert_int_equal(fault.kind, MNEMONIC_TURN);
        assert_int_equal(fault.place, i + 2);
    }
    CHECK_ERR(hear(&s, WORDS - 1, &fault), ERR_SCHEMA);
    assert_int_equal(fault.kind, MNEMONIC_COUNT);
    assert_int_equal(fault.place, WORDS - 1);
    CHECK_ERR(hear(&s, 3 * WORDS, &fault), ERR_SCHEMA);
    assert_int_equal(fault.kind, MNEMONIC_COUNT);
    assert_int_equal(fault.place, 3 * WORDS);
}

static void a_complaint_names_the_word(void **state) {
    struct spoken s;
    struct mnemonic_fault fault;
    char said[300];
    (void)state;
    speak(&s);
    snprintf(s.word[6], sizeof(s.word[6]), "xylofones");
    CHECK_ERR(hear(&s, WORDS, &fault), ERR_SCHEMA);
    mnemonic_complaint(&fault, said, sizeof(said));
    assert_string_equal(said, "word 7, “xylofones”, is none of the words that are used here");
    uint8_t data[LEN];
    CHECK_ERR(mnemonic_get((struct bytes){NULL, 0}, data, LEN, &fault), ERR_SCHEMA);
    mnemonic_complaint(&fault, said, sizeof(said));
    assert_string_equal(said, "there are 0 words, and 24 are wanted");
    CHECK_ERR(mnemonic_get(bytes_str("\xff\xfe abcdefghijklmnopqrst"), data, LEN, &fault), ERR_SCHEMA);
    assert_int_equal(fault.kind, MNEMONIC_UNKNOWN);
    assert_string_equal(fault.word, "abcdefghi");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_rows_of_words_and_bytes_again),
        cmocka_unit_test(the_words_stay_as_they_are),
        cmocka_unit_test(the_hand_may_be_careless),
        cmocka_unit_test(a_single_wrong_word_is_named),
        cmocka_unit_test(two_wrong_words_are_never_called_one),
        cmocka_unit_test(words_swapped_left_out_or_said_twice_are_noticed),
        cmocka_unit_test(a_complaint_names_the_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
