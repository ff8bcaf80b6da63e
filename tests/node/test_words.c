#include "tests/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/words_table.h"

static const char *const names[] = {
#define X(name) #name,
    WORDS_MAP(X)
#undef X
};

/* The forms that CLDR has for each language. */
static const unsigned wanted[LANGUAGES] = {
    [LANGUAGE_AR] = 1u << PLURAL_ZERO | 1u << PLURAL_ONE | 1u << PLURAL_TWO | 1u << PLURAL_FEW |
                    1u << PLURAL_MANY | 1u << PLURAL_OTHER,
    [LANGUAGE_ZH] = 1u << PLURAL_OTHER,
    [LANGUAGE_EN] = 1u << PLURAL_ONE | 1u << PLURAL_OTHER,
    [LANGUAGE_FR] = 1u << PLURAL_ONE | 1u << PLURAL_MANY | 1u << PLURAL_OTHER,
    [LANGUAGE_RU] = 1u << PLURAL_ONE | 1u << PLURAL_FEW | 1u << PLURAL_MANY | 1u << PLURAL_OTHER,
    [LANGUAGE_ES] = 1u << PLURAL_ONE | 1u << PLURAL_MANY | 1u << PLURAL_OTHER,
};

static unsigned forms_of(enum language language, enum word word) {
    unsigned forms = 0;

    for (enum plural form = 0; form < PLURALS; form++)
        forms |= words_table[language][word][form] == NULL ? 0u : 1u << form;
    return forms;
}

/* The places of a message, as bits; fails if one is badly written. */
static unsigned places(const char *text, const char *name) {
    unsigned found = 0;

    for (const char *at = text; (at = strchr(at, '{')) != NULL; at++) {
        if (at[1] < '0' || at[1] > '2' || at[2] != '}')
            fail_msg("%s: a place is written {0}, {1} or {2}: %s", name, text);
        found |= 1u << (at[1] - '0');
    }
    return found;
}

static void no_message_is_missing(void **state) {
    (void)state;
    for (enum language language = 0; language < LANGUAGES; language++)
        for (enum word word = 0; word < WORDS; word++)
            if (words_text(language, word) == NULL)
                fail_msg("%s.txt: %s is missing", language_tag(language), names[word]);
}

/* Whether a count changes the sentence is the same in all languages; each then has its own forms, all of
 * them. */
static void each_language_has_its_forms(void **state) {
    (void)state;
    for (enum word word = 0; word < WORDS; word++) {
        bool counted = forms_of(LANGUAGE_EN, word) == wanted[LANGUAGE_EN];
        for (enum language language = 0; language < LANGUAGES; language++) {
            unsigned want = counted ? wanted[language] : 1u << PLURAL_OTHER;
            if (forms_of(language, word) != want)
                fail_msg("%s.txt: %s has the forms %x, not %x", language_tag(language), names[word],
                         forms_of(language, word), want);
        }
    }
}

/* A form for exactly one number may do without the number. */
static void places_agree(void **state) {
    (void)state;
    for (enum language language = 0; language < LANGUAGES; language++)
        for (enum word word = 0; word < WORDS; word++)
            for (enum plural form = 0; form < PLURALS; form++) {
                const char *text = words_table[language][word][form];
                unsigned want = places(words_text(LANGUAGE_EN, word), names[word]);
                bool exact = form == PLURAL_ZERO || form == PLURAL_ONE || form == PLURAL_TWO;
                if (text == NULL)
                    continue;
                unsigned found = places(text, names[word]);
                if (found != want && !(exact && (found | 1u) == want))
                    fail_msg("%s.txt: %s: other places than in English: %s", language_tag(language),
                             names[word], text);
            }
}

/* Texts go into pages as they are. */
static void no_message_has_markup(void **state) {
    (void)state;
    for (enum language language = 0; language < LANGUAGES; language++)
        for (enum word word = 0; word < WORDS; word++)
            for (enum plural form = 0; form < PLURALS; form++) {
                const char *text = words_table[language][word][form];
                if (text != NULL && (strpbrk(text, "<>&\"") != NULL || text[0] == '\0'))
                    fail_msg("%s.txt: %s: %s", language_tag(language), names[word], text);
            }
}

/* The sources of the pages, one behind the other. */
static char *page_sources(void) {
    char path[1024], *all = calloc(1, 1 << 20);
    const char *source = getenv("COMITY_SOURCE");
    struct dirent *entry;
    size_t len = 0;

    assert_non_null(all);
    assert_non_null(source);
    snprintf(path, sizeof path, "%s/node", source);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        if (strncmp(entry->d_name, "page", 4) != 0 || strstr(entry->d_name, ".c") == NULL)
            continue;
        snprintf(path, sizeof path, "%s/node/%s", source, entry->d_name);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        len += fread(all + len, 1, (1 << 20) - 1 - len, file);
        fclose(file);
    }
    closedir(dir);
    return all;
}

static bool uses(const char *sources, const char *name) {
    char word[64];
    size_t len = (size_t)snprintf(word, sizeof word, "WORD_%s", name);

    for (const char *at = sources; (at = strstr(at, word)) != NULL; at += len)
        if (strchr("_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", at[len]) == NULL)
            return true;
    return false;
}

static void no_message_is_unused(void **state) {
    char *sources = page_sources();

    (void)state;
    for (enum word word = 0; word < WORDS; word++) {
        bool month = word >= WORD_MONTH_1 && word <= WORD_MONTH_12; /* counted from the first */
        if (!month && !uses(sources, names[word]))
            fail_msg("no page says %s", names[word]);
    }
    free(sources);
}

static void the_form_follows_the_count(void **state) {
    (void)state;
    assert_string_equal(words_form(LANGUAGE_EN, WORD_RESULTS, 1), "{0} contact found");
    assert_string_equal(words_form(LANGUAGE_EN, WORD_RESULTS, 2), "{0} contacts found");
    assert_string_equal(words_form(LANGUAGE_RU, WORD_RESULTS, 22), "Найдено {0} контактных пункта");
    assert_string_equal(words_form(LANGUAGE_AR, WORD_RESULTS, 2), "عُثر على جهتي اتصال");
    assert_string_equal(words_form(LANGUAGE_ZH, WORD_RESULTS, 2), "找到 {0} 个联络点");
}

static void places_are_filled_within_bounds(void **state) {
    char text[16];

    (void)state;
    words_fill(text, sizeof text, "{1}, {0}", (const char *const[]){"a", "b", NULL});
    assert_string_equal(text, "b, a");
    words_fill(text, sizeof text, "{0}{1}{2}", (const char *const[]){"x", NULL});
    assert_string_equal(text, "x");
    words_fill(text, sizeof text, "{0} and what follows", (const char *const[]){"0123456789abcdef", NULL});
    assert_string_equal(text, "0123456789abcde");
    words_fill(text, 1, "{0}", (const char *const[]){"x", NULL});
    assert_string_equal(text, "");
}

static void states_and_languages_have_names(void **state) {
    unsigned count = 0;

    (void)state;
    for (const struct words_state *s = words_states; s->code != NULL; s++, count++) {
        assert_true(strlen(s->code) == 2 && s->region[0] != '\0');
        assert_true(s == words_states || strcmp(s[-1].code, s->code) < 0);
    }
    assert_int_equal(count, 193 + 2 + 2); /* Members, observers, and two that UN terminology has besides */
    assert_string_equal(words_state_name(LANGUAGE_AR, "fr"), "فرنسا");
    assert_string_equal(words_state_name(LANGUAGE_ES, "FR"), "Francia");
    assert_null(words_state_name(LANGUAGE_EN, "ZZ"));
    assert_string_equal(words_language(LANGUAGE_FR, "sw"), "swahili");
    assert_string_equal(words_language(LANGUAGE_EN, "zh-Hant-TW"), "Chinese");
    assert_string_equal(words_language(LANGUAGE_EN, "tlh"), "tlh");
    assert_string_equal(words_language(LANGUAGE_EN, ""), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_message_is_missing),
        cmocka_unit_test(each_language_has_its_forms),
        cmocka_unit_test(places_agree),
        cmocka_unit_test(no_message_has_markup),
        cmocka_unit_test(no_message_is_unused),
        cmocka_unit_test(the_form_follows_the_count),
        cmocka_unit_test(places_are_filled_within_bounds),
        cmocka_unit_test(states_and_languages_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
