#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "node/lookalike.h"
#include "tests/lib/shared.h"

static void letters_that_look_alike_are_told(void **state) {
    (void)state;
    struct lookalike *l = lookalike_new();
    assert_non_null(l);
    assert_null(lookalike_note(l, "Sweden CERT"));
    assert_null(lookalike_note(l, "Sweden CERT"));
    assert_null(lookalike_note(l, "SWEDEN CERT"));
    assert_string_equal(lookalike_note(l, "Sw\xd0\xb5"
                                          "den CERT"),
                        "Sweden CERT"); /* a Cyrillic e */
    assert_null(lookalike_note(l, "Norway CERT"));
    assert_string_equal(lookalike_note(l, "N\xce\xbfrway CERT"), "Norway CERT"); /* a Greek o */
    assert_null(lookalike_note(l, ""));
    lookalike_free(l);
    lookalike_free(NULL);
}

static void words_of_two_scripts_are_told(void **state) {
    (void)state;
    static const char *const mixed[] = {"Sw\xd0\xb5"
                                        "den CERT",
                                        "Центр Сybеr", "B\xce\xbfrder"};
    static const char *const plain[] = {
        "Sweden", "Центр CERT", "東京CERTセンター", "مركز CERT", "Γιώργος", "Café", "x", ""};
    struct lookalike *l = lookalike_new();
    char word[128];
    for (size_t i = 0; i < sizeof mixed / sizeof mixed[0]; i++)
        if (!lookalike_mixed(l, mixed[i], word))
            fail_msg("%s is not told", mixed[i]);
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (lookalike_mixed(l, plain[i], word))
            fail_msg("%s is told for %s", plain[i], word);
    lookalike_free(l);
}

static void real_names_of_all_scripts_are_not_told(void **state) {
    (void)state;
    char path[SHARED_LEN], line[512], word[128];
    if (!shared_path("data/names/unicode-names.txt", path))
        skip();
    FILE *file = fopen(path, "r");
    struct lookalike *l = lookalike_new();
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        const char *like = lookalike_note(l, line);
        if (like != NULL || lookalike_mixed(l, line, word))
            fail_msg("%s: %s", line, like != NULL ? like : word);
    }
    fclose(file);
    lookalike_free(l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_that_look_alike_are_told),
        cmocka_unit_test(words_of_two_scripts_are_told),
        cmocka_unit_test(real_names_of_all_scripts_are_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
