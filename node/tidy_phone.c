#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "node/tidy.h"

#define NATIONAL_MIN 5 /* digits that make a number that somebody could dial */

/* What is left to read of a number, and what came of it. */
struct dialled {
    const char *at;
    struct tidy_phone *phone;
    size_t len; /* of phone->number */
    bool odd;   /* a sign that has no place in a number */
};

static void keep(struct dialled *d, char c) {
    if (d->len + 1 < sizeof d->phone->number)
        d->phone->number[d->len++] = c;
    else
        d->odd = true;
}

/* Words beside a number say what it is for. */
static void note_word(struct tidy_phone *p, const char *word, size_t len) {
    static const struct {
        const char *word, *type;
    } words[] = {{"fax", "fax"}, {"telefax", "fax"}, {"sms", "sms"}, {"факс", "fax"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i].word) <= len && strncasecmp(word, words[i].word, strlen(words[i].word)) == 0)
            p->type = words[i].type;
}

/* "(0)" is the trunk prefix, which E.164 drops; "(118)" is part of the number; "(Helpdesk)" is a remark. */
static void take_brackets(struct dialled *d) {
    size_t len = strcspn(d->at, ")");
    const char *inner = d->at + 1;
    bool closed = d->at[len] == ')';
    if (closed && len == 2 && inner[0] == '0') {
        if (d->len == 0)
            keep(d, '0');
    } else if (closed && len > 1 && strspn(inner, "0123456789 .-+") == len - 1) {
        d->at++;
        return; /* its digits are read on */
    } else if (closed && len > 1) {
        d->phone->worded = true;
        note_word(d->phone, inner, len - 1);
    } else if (!closed) {
        d->odd = true;
        len = 0;
    }
    d->at += closed ? len + 1 : 1;
}

/* The words that announce an extension, and the digits behind them. */
static bool take_extension(struct dialled *d) {
    static const char *const words[] = {"extension", "ext",   "x",   ";ext=", "#",
                                        "durchwahl", "poste", "доб", NULL};
    if (d->len == 0)
        return false;
    for (size_t i = 0; words[i] != NULL; i++) {
        size_t len = strlen(words[i]);
        if (strncasecmp(d->at, words[i], len) != 0)
            continue;
        const char *digits = d->at + len + strspn(d->at + len, " .:=-");
        size_t count = strspn(digits, "0123456789");
        if (count == 0 || count >= sizeof d->phone->extension || isalpha((unsigned char)digits[count]))
            continue;
        memcpy(d->phone->extension, digits, count);
        d->phone->extension[count] = '\0';
        d->at = digits + count;
        return true;
    }
    return false;
}

/* 1-833-CYBER-88: the letters of the keys. */
static bool take_vanity(struct dialled *d) {
    static const char keys[] = "22233344455566677778889999";
    size_t len = 0;
    while (d->at[len] >= 'A' && d->at[len] <= 'Z')
        len++;
    if (len < 3 || d->len == 0 || (d->at[-1] != '-' && d->at[-1] != ' ') ||
        islower((unsigned char)d->at[len]))
        return false;
    for (size_t i = 0; i < len; i++)
        keep(d, keys[d->at[i] - 'A']);
    d->phone->worded = true;
    d->at += len;
    return true;
}

/* A word before or behind the number: "Tel:", "Fax", "office". */
static bool take_word(struct dialled *d) {
    size_t len = 0;
    while (isalpha((unsigned char)d->at[len]) || (unsigned char)d->at[len] >= 0x80)
        len++;
    if (len == 0)
        return false;
    note_word(d->phone, d->at, len);
    d->phone->worded = d->phone->worded || d->len > 0;
    d->at += len;
    d->at += strspn(d->at, ".:");
    return true;
}

static void take(struct dialled *d) {
    if (isdigit((unsigned char)*d->at)) {
        if (d->phone->extension[0] != '\0') /* digits behind an extension */
            d->odd = true;
        keep(d, *d->at++);
    } else if (*d->at == '+') {
        d->odd = d->odd || d->len > 0;
        keep(d, *d->at++);
    } else if (*d->at == '(') {
        take_brackets(d);
    } else if (strchr(" .-/)", *d->at) != NULL) {
        d->at++;
    } else if (!take_extension(d) && !take_vanity(d) && !take_word(d)) {
        d->odd = true;
        d->at++;
    }
}

/* "00" dials abroad; with the country code known, a national number is brought into form: its trunk prefix 0
 * goes, but not in Italy and San Marino, and 1 before ten digits is North America's. */
static void to_international(struct tidy_phone *p, const char *dial) {
    char number[sizeof p->number + 8];
    const char *rest = p->number;

    if (strncmp(rest, "00", 2) == 0 && rest[2] != '0') {
        snprintf(number, sizeof number, "+%s", rest + 2);
    } else if (dial != NULL) {
        bool keeps = strcmp(dial, "39") == 0 || strcmp(dial, "378") == 0;
        if (rest[0] == '0' && !keeps)
            rest++;
        else if (strcmp(dial, "1") == 0 && rest[0] == '1' && strlen(rest) == 11)
            rest++;
        snprintf(number, sizeof number, "+%s%s", dial, rest);
    } else {
        return;
    }
    snprintf(p->number, sizeof p->number, "%.*s", (int)sizeof p->number - 1, number);
}

static enum tidy_phone_is judge(const struct dialled *d, const char *text) {
    const char *number = d->phone->number;
    if (text[strcspn(text, "0123456789")] == '\0' && !d->odd)
        return TIDY_PHONE_WORDS;
    if (d->odd)
        return TIDY_PHONE_OTHER;
    if (number[0] == '+')
        return TIDY_PHONE_NUMBER;
    return strlen(number) >= NATIONAL_MIN && strlen(text) <= 100 ? TIDY_PHONE_NATIONAL : TIDY_PHONE_OTHER;
}

/* Behind "tel:" a parameter that is no extension says nothing that a record holds. */
static void cut_uri(char *text) {
    size_t skip = strncasecmp(text, "tel:", 4) == 0 ? 4 : 0;
    memmove(text, text + skip, strlen(text + skip) + 1);
    for (char *at = strchr(text, ';'); at != NULL; at = strchr(at + 1, ';'))
        if (strncasecmp(at, ";ext=", 5) != 0) {
            *at = '\0';
            return;
        }
}

void tidy_phone(const char *text, const char *dial, struct tidy_phone *ret) {
    char plain[TIDY_MAX];
    memset(ret, 0, sizeof *ret);
    tidy_signs(text, plain);
    if (strchr(plain, '@') != NULL) {
        ret->is = TIDY_PHONE_EMAIL;
        return;
    }
    cut_uri(plain);
    struct dialled d = {.at = plain, .phone = ret};
    while (*d.at != '\0')
        take(&d);
    if (!d.odd && d.len >= NATIONAL_MIN && ret->number[0] != '+')
        to_international(ret, dial);
    ret->is = judge(&d, plain);
}
