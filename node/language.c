#include "node/language.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *tag, *name, *group;
    unsigned least; /* digits before the first group that is set apart */
    bool rtl;
} table[LANGUAGES] = {
    [LANGUAGE_AR] = {"ar", "العربية", ",", 1, true},
    [LANGUAGE_ZH] = {"zh", "中文", ",", 1, false},
    [LANGUAGE_EN] = {"en", "English", ",", 1, false},
    [LANGUAGE_FR] = {"fr", "Français", "\u202f", 1, false}, /* narrow no-break space */
    [LANGUAGE_RU] = {"ru", "Русский", "\u00a0", 1, false},  /* no-break space */
    [LANGUAGE_ES] = {"es", "Español", ".", 2, false},       /* 1234, but 12.345 */
};

const char *language_tag(enum language language) {
    return table[language].tag;
}

const char *language_name(enum language language) {
    return table[language].name;
}

bool language_rtl(enum language language) {
    return table[language].rtl;
}

enum language language_find(const char *tag) {
    for (enum language i = 0; i < LANGUAGES; i++)
        if (strcmp(tag, table[i].tag) == 0)
            return i;
    return LANGUAGES;
}

/* The weight of "fr-CH;q=0.8", in thousandths; 1000 if it gives none, 0 if it is nonsense. */
static unsigned weight(const char *range, size_t len) {
    const char *q = memmem(range, len, "q=", 2), *end = range + len;
    unsigned value = 0, unit = 100;

    if (q == NULL)
        return 1000;
    q += 2;
    if (q < end && *q == '1')
        return 1000;
    if (end - q < 2 || q[0] != '0' || q[1] != '.')
        return 0;
    for (q += 2; q < end && isdigit((unsigned char)*q) && unit > 0; q++, unit /= 10)
        value += (unsigned)(*q - '0') * unit;
    return value;
}

enum language language_choose(const char *accept) {
    enum language best = LANGUAGE_EN;
    unsigned best_weight = 0;

    while (accept != NULL && *accept != '\0') {
        accept += strspn(accept, " \t,");
        size_t len = strcspn(accept, ",");
        for (enum language i = 0; i < LANGUAGES && len >= 2; i++) {
            bool same =
                strncasecmp(accept, table[i].tag, 2) == 0 && (len == 2 || !isalnum((unsigned char)accept[2]));
            if (same && weight(accept, len) > best_weight) {
                best = i;
                best_weight = weight(accept, len);
            }
        }
        accept += len;
    }
    return best;
}

/* CLDR's rules for whole numbers, language by language. */
static enum plural plural_ar(uint64_t n) {
    uint64_t rest = n % 100;

    if (n <= 2)
        return n == 0 ? PLURAL_ZERO : n == 1 ? PLURAL_ONE : PLURAL_TWO;
    return rest >= 3 && rest <= 10 ? PLURAL_FEW : rest >= 11 ? PLURAL_MANY : PLURAL_OTHER;
}

static enum plural plural_ru(uint64_t n) {
    uint64_t last = n % 10, teens = n % 100;

    if (last == 1 && teens != 11)
        return PLURAL_ONE;
    return last >= 2 && last <= 4 && (teens < 12 || teens > 14) ? PLURAL_FEW : PLURAL_MANY;
}

enum plural language_plural(enum language language, uint64_t count) {
    bool millions = count != 0 && count % 1000000 == 0; /* "un million de contacts" */

    switch (language) {
    case LANGUAGE_AR:
        return plural_ar(count);
    case LANGUAGE_RU:
        return plural_ru(count);
    case LANGUAGE_FR:
        return count <= 1 ? PLURAL_ONE : millions ? PLURAL_MANY : PLURAL_OTHER;
    case LANGUAGE_ES:
        return count == 1 ? PLURAL_ONE : millions ? PLURAL_MANY : PLURAL_OTHER;
    case LANGUAGE_EN:
        return count == 1 ? PLURAL_ONE : PLURAL_OTHER;
    default:
        return PLURAL_OTHER;
    }
}

const char *language_number(enum language language, char ret[static LANGUAGE_NUMBER], long long number) {
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%lld", number);
    bool grouped = count >= 3 + (int)table[language].least && number >= 0;
    size_t len = 0;

    for (int i = 0; i < count; i++) {
        if (grouped && i > 0 && (count - i) % 3 == 0) {
            size_t group = strlen(table[language].group);
            memcpy(ret + len, table[language].group, group);
            len += group;
        }
        ret[len++] = digits[i];
    }
    ret[len] = '\0';
    return ret;
}
