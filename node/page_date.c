/* Times in the words of the page's language. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "node/page_part.h"

static unsigned two_digits(const char *text) {
    return (unsigned)(text[0] - '0') * 10 + (unsigned)(text[1] - '0');
}

/* Whether a text begins as the pattern says: 0 for a digit, else the character itself. */
static bool looks_like(const char *text, const char *pattern) {
    for (; *pattern != '\0'; pattern++, text++)
        if (*pattern == '0' ? !isdigit((unsigned char)*text) : *text != *pattern)
            return false;
    return true;
}

const char *page_time_text(const struct page *p, char ret[static PAGE_TIME], const char *text) {
    char date[PAGE_TIME / 2], day[8], year[8], clock[8];
    unsigned month = strlen(text) >= 10 ? two_digits(text + 5) : 0;

    if (!looks_like(text, "0000-00-00") || month < 1 || month > 12) {
        snprintf(ret, PAGE_TIME, "%.31s", text);
        return ret;
    }
    bool first = two_digits(text + 8) == 1 && p->m.language == LANGUAGE_FR; /* le 1er janvier */
    snprintf(day, sizeof day, first ? "%uer" : "%u", two_digits(text + 8) % 100);
    snprintf(year, sizeof year, "%.4s", text);
    words_fill(date, sizeof date, page_text(p, WORD_DATE),
               (const char *const[]){day, page_text(p, (enum word)(WORD_MONTH_1 + month - 1)), year, NULL});
    /* A date alone is its first second. */
    if (!looks_like(text + 10, "T00:00:00") || strcmp(text + 10, "T00:00:00Z") == 0) {
        snprintf(ret, PAGE_TIME, "%s", date);
        return ret;
    }
    snprintf(clock, sizeof clock, "%.5s", text + 11);
    if (text[19] == 'Z')
        words_fill(ret, PAGE_TIME, page_text(p, WORD_DATE_TIME), (const char *const[]){date, clock, NULL});
    else
        snprintf(ret, PAGE_TIME, "%s, %s", date, clock);
    return ret;
}

void page_time(struct page *p, const char *text) {
    char shown[PAGE_TIME];

    if (*text == '\0')
        return;
    markup_html(&p->m, "<time");
    markup_attribute(&p->m, "datetime", text);
    markup_html(&p->m, ">");
    markup_text(&p->m, page_time_text(p, shown, text));
    markup_html(&p->m, "</time>");
}
