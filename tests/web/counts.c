/* What the program says of numbers, for a browser to compare: language, number, form, the number as written.
 */
#include <stdio.h>

#include "node/language.h"

static const char *const forms[] = {[PLURAL_ZERO] = "zero", [PLURAL_ONE] = "one",   [PLURAL_TWO] = "two",
                                    [PLURAL_FEW] = "few",   [PLURAL_MANY] = "many", [PLURAL_OTHER] = "other"};

static void line(enum language language, long long number) {
    char written[LANGUAGE_NUMBER];

    printf("%s\t%lld\t%s\t%s\n", language_tag(language), number,
           forms[language_plural(language, (uint64_t)number)], language_number(language, written, number));
}

int main(void) {
    static const long long large[] = {9999, 10000, 100000, 1000000, 1000001, 2000000, 12345678, 1000000000};

    for (enum language language = 0; language < LANGUAGES; language++) {
        for (long long number = 0; number <= 1200; number++)
            line(language, number);
        for (size_t i = 0; i < sizeof large / sizeof *large; i++)
            line(language, large[i]);
    }
    return 0;
}
