/* Codes of countries and languages by what people call them: the names of Debian's iso-codes, in English, the
 * other codes, and by ICU the names of languages in themselves, and of countries in some large languages. The
 * tables are read once. */
#ifndef NODE_ISOCODE_H
#define NODE_ISOCODE_H

#include <stdbool.h>

/* ISO 3166-1 alpha-2 ("TR") of "Türkiye", "Turquie", "TUR", "792" or "tr"; NULL.  Static. */
const char *isocode_country(const char *text);

/* ISO 639-1 ("fr"), else 639-2 ("gsw"), of "French", "français", "fre", "fra" or "FR"; NULL.  Static. */
const char *isocode_language(const char *text);

/* Whether a code is one of the languages that ISO 639-3 alone lists, such as prs, in small letters. */
bool isocode_rare(const char *code);

#endif
