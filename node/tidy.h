/* Values as people write them in tables and address books, brought into the form of a record.
 *
 * Spelling is put right silently ("mailto:", "[at]", spaces in numbers); what is more than spelling is noted,
 * so that an officer can look at it.  Without a place for notices nothing is guessed: a value that is not
 * what its field wants stays as it is, for the check to refuse. */
#ifndef NODE_TIDY_H
#define NODE_TIDY_H

#include <jansson.h>

#include "proto/bytes.h"

#define TIDY_MAX 4096 /* of a value that is tidied; a longer one is cut, and too long for any field */

enum tidy_dates { TIDY_DATES_PLAIN, TIDY_DATES_DAY_FIRST, TIDY_DATES_MONTH_FIRST };

struct tidy {
    const char *tag;       /* language of texts without one */
    const char *dial;      /* digits of the country code of national numbers; NULL: unknown */
    enum tidy_dates dates; /* what 03/04/2026 means; plain: it is refused */
    json_t *notices;       /* array of {"field", "found", "what"}; NULL: none, and nothing is guessed */
    bool many;   /* an address or number that is set again is one more, and takes no other's place */
    size_t line; /* that notices name as "line"; 0: none */
};

void tidy_note(const struct tidy *t, const char *field, const char *found, const char *what);

/* Whether a cell only says that it says nothing: "(blank)", "N/A", "- -", "none". */
bool tidy_nothing(const char *text);

/* Words for people on one line: line ends and tabs become between, spaces and direction marks at the ends go,
 * Unicode becomes composed (NFC).  malloc'd, NULL without memory. */
char *tidy_words(const char *text, const char *between);

/* A number or an address in the signs of ASCII as far as it can be: full-width and Arabic digits, all dashes,
 * all spaces; without marks of direction. */
void tidy_signs(const char *text, char to[static TIDY_MAX]);

/* An address: without "mailto:", name, angle brackets, the masks of those who fear harvesters. */
void tidy_email(const char *text, char to[static TIDY_MAX]);

enum tidy_phone_is {
    TIDY_PHONE_NUMBER,   /* +, country code and number */
    TIDY_PHONE_NATIONAL, /* a number, but of which country? */
    TIDY_PHONE_EMAIL,    /* an e-mail address in the wrong place */
    TIDY_PHONE_WORDS,    /* no digit in it */
    TIDY_PHONE_OTHER     /* what may be anything; number holds it without spaces, to be refused */
};

struct tidy_phone {
    enum tidy_phone_is is;
    char number[64];
    char extension[16]; /* "" if there is none */
    const char *type;   /* "fax" or "sms" if words beside the number say so; NULL */
    bool worded;        /* words stand beside the number, or letters in it: worth showing as it was written */
};

void tidy_phone(const char *text, const char *dial, struct tidy_phone *ret);

/* A language by its name in English or its code, as a tag: "English", "ger", "en_GB;q=0.8".  False: not
 * known, and ret is the text as it is. */
bool tidy_language(const char *text, char ret[static 36]);

/* A country by its name in English, or its code of two or three letters, as ISO 3166-1 alpha-2.  False: not
 * known. */
bool tidy_country(const char *text, char ret[static 3]);

/* 31.12.2026, 31/12/2026 or 2026/12/31 as 2026-12-31; anything else as it is. */
void tidy_date(const char *text, enum tidy_dates dates, char ret[static 32]);

/* A zone such as GMT+1 or -0500 as a name of the IANA database; false if it is none of these, or is no whole
 * hour. */
bool tidy_zone(const char *text, char ret[static 16]);

#endif
