#include "tests/test.h"

#include <ctype.h>
#include <string.h>

#include "node/lexicon.h"

#define ALL (LEXICON_LISTS * LEXICON_WORDS)

static const char *word(unsigned i) {
    return lexicon_word(i / LEXICON_WORDS, (uint8_t)(i % LEXICON_WORDS));
}

static unsigned min3(unsigned a, unsigned b, unsigned c) {
    return a < b ? (a < c ? a : c) : b < c ? b : c;
}

/* Letters put in, left out or changed, from one word to the other. */
static unsigned distance(const char *a, const char *b) {
    unsigned row[LEXICON_WORD_MAX + 1];
    size_t len = strlen(b);

    for (unsigned k = 0; k <= len; k++)
        row[k] = k;
    for (unsigned i = 1; *a; a++, i++) {
        unsigned corner = row[0];
        row[0] = i;
        for (unsigned k = 1; k <= len; k++) {
            unsigned above = row[k];
            row[k] = min3(above + 1, row[k - 1] + 1, corner + (*a != b[k - 1]));
            corner = above;
        }
    }
    return row[len];
}

static void words_are_short_small_letters_in_order(void **state) {
    (void)state;
    for (unsigned i = 0; i < ALL; i++) {
        size_t len = strlen(word(i));
        assert_in_range(len, 3, LEXICON_WORD_MAX);
        for (size_t k = 0; k < len; k++)
            assert_true(islower((unsigned char)word(i)[k]));
        if (i % LEXICON_WORDS)
            assert_true(strcmp(word(i - 1), word(i)) < 0);
    }
}

static void four_letters_tell_a_word(void **state) {
    (void)state;
    for (unsigned i = 0; i < ALL; i++)
        for (unsigned k = 0; k < i; k++) {
            assert_memory_not_equal(word(i), word(k), LEXICON_PREFIX);
            assert_int_not_equal(strncmp(word(i), word(k), strlen(word(k))), 0);
            assert_int_not_equal(strncmp(word(k), word(i), strlen(word(i))), 0);
        }
}

static void no_single_slip_makes_one_word_of_another(void **state) {
    (void)state;
    for (unsigned i = 0; i < ALL; i++)
        for (unsigned k = 0; k < i; k++)
            if (distance(word(i), word(k)) < 2)
                fail_msg("%s and %s", word(i), word(k));
}

/* Groups of vowels, but for a silent e at the end ("smile", not "maple"): enough to tell a short word from a
 * long one. */
static unsigned syllables(const char *text) {
    unsigned count = 0;
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++) {
        bool vowel = strchr("aeiouy", text[i]), before = i && strchr("aeiouy", text[i - 1]);
        count +=
            vowel && !before &&
            !(i && i + 1 == len && text[i] == 'e' && (text[i - 1] != 'l' || strchr("aeiouy", text[i - 2])));
    }
    return count;
}

static void the_second_list_sounds_longer(void **state) {
    unsigned lower = 0, upper = 0;
    (void)state;
    for (unsigned i = 0; i < LEXICON_WORDS; i++) {
        lower += syllables(word(i)) == 1;
        upper += syllables(word(LEXICON_WORDS + i)) >= 2;
    }
    assert_int_equal(lower, LEXICON_WORDS);
    assert_int_equal(upper, LEXICON_WORDS);
}

static void find(const char *typed, const char *want) {
    unsigned list;
    uint8_t byte;
    bool found = lexicon_find(bytes_str(typed), &list, &byte);

    assert_int_equal(found, want != NULL);
    if (want)
        assert_string_equal(lexicon_word(list, byte), want);
}

static void what_is_typed_is_found(void **state) {
    char typed[LEXICON_WORD_MAX + 2];
    (void)state;
    for (unsigned i = 0; i < ALL; i++)
        for (size_t len = 1; len <= strlen(word(i)); len++) {
            memcpy(typed, word(i), len);
            typed[len] = 0;
            typed[0] = (char)toupper((unsigned char)typed[0]);
            find(typed, len >= LEXICON_PREFIX || len == strlen(word(i)) ? word(i) : NULL);
        }
    find("", NULL);
    find("bridges", NULL);
    find("bridgx", NULL);
    find("brid", "bridge");
    find("xylophone", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_short_small_letters_in_order),
        cmocka_unit_test(four_letters_tell_a_word),
        cmocka_unit_test(no_single_slip_makes_one_word_of_another),
        cmocka_unit_test(the_second_list_sounds_longer),
        cmocka_unit_test(what_is_typed_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
