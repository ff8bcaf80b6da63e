/* How the six languages of the United Nations write: direction, plurals, numbers (as Unicode CLDR has them).
 *
 * Digits are 0 to 9 in all of them, in Arabic too, as United Nations documents print them: people read
 * telephone numbers and sizes to each other over borders. */
#ifndef NODE_LANGUAGE_H
#define NODE_LANGUAGE_H

#include <stdbool.h>
#include <stdint.h>

#define LANGUAGE_NUMBER 48 /* 20 digits, a sign, and 6 gaps of 3 bytes */

/* In the order in which the United Nations lists them. */
enum language { LANGUAGE_AR, LANGUAGE_ZH, LANGUAGE_EN, LANGUAGE_FR, LANGUAGE_RU, LANGUAGE_ES, LANGUAGES };

/* The forms that a message with a count may have; each language uses some of them, and PLURAL_OTHER. */
enum plural { PLURAL_ZERO, PLURAL_ONE, PLURAL_TWO, PLURAL_FEW, PLURAL_MANY, PLURAL_OTHER, PLURALS };

const char *language_tag(enum language language);  /* "ar" */
const char *language_name(enum language language); /* "العربية", in the language itself */
bool language_rtl(enum language language);

/* The language of a tag, exactly; LANGUAGES if it is none of the six. */
enum language language_find(const char *tag);

/* What a browser's Accept-Language asks for most; LANGUAGE_EN if it is none of the six, or NULL. */
enum language language_choose(const char *accept);

/* The form in which a whole number of things is said. */
enum plural language_plural(enum language language, uint64_t count);

/* A whole number, with its thousands set apart. */
const char *language_number(enum language language, char ret[static LANGUAGE_NUMBER], long long number);

#endif
