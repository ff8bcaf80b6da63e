#include "node/spoilt.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static bool is_letter(unsigned char c) {
    return isalpha(c) || c >= 0x80;
}

/* "Dvo?ak": a question mark where a letter was.  One at the end of a word is a question. */
static bool has_lost(const char *text) {
    for (const char *mark = strchr(text, '?'); mark != NULL; mark = strchr(mark + 1, '?'))
        if ((mark > text && is_letter((unsigned char)mark[-1]) && is_letter((unsigned char)mark[1])) ||
            (mark[1] != '\0' && is_letter((unsigned char)mark[1]) && (mark == text || mark[-1] == ' ')))
            return true;
    return strstr(text, "\xef\xbf\xbd") != NULL; /* U+FFFD, where a reader gave up */
}

/* UTF-8 of two bytes that was read byte by byte, as Windows-1252 or Latin-1: A with tilde or circumflex, and
 * a character from U+0080 to U+00BF. */
static bool is_read_twice(const char *text) {
    for (const char *at = strstr(text, "\xc3"); at != NULL; at = strstr(at + 1, "\xc3"))
        if (((unsigned char)at[1] == 0x83 || (unsigned char)at[1] == 0x82) && (unsigned char)at[2] == 0xc2)
            return true;
    return false;
}

const char *spoilt_text(const char *text) {
    if (is_read_twice(text))
        return "looks like UTF-8 that was read as something else: ask for the file as it was first saved";
    if (has_lost(text))
        return "has ? where a letter seems to have been: ask for the file saved as \"CSV UTF-8\"";
    return NULL;
}
