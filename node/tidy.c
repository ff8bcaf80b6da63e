#include "node/tidy.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "node/isocode.h"
#include "node/text.h"

void tidy_note(const struct tidy *t, const char *field, const char *found, const char *what) {
    char shown[120];
    if (t == NULL || t->notices == NULL)
        return;
    text_show_to(shown, sizeof shown, bytes_str(found));
    json_t *notice = json_pack("{s:s, s:s, s:s}", "field", field, "found", shown, "what", what);
    if (t->line > 0)
        json_object_set_new(notice, "line", json_integer((json_int_t)t->line));
    json_array_append_new(t->notices, notice);
}

static bool word_of(const char *text, const char *const *words) {
    for (; *words != NULL; words++)
        if (strcasecmp(text, *words) == 0)
            return true;
    return false;
}

bool tidy_nothing(const char *text) {
    static const char *const words[] = {
        "(blank)",        "n/a",      "n.a.",      "n.a",     "none",        "null",    "nil",
        "unknown",        "tbd",      "tba",       "#n/a",    "#ref!",       "#value!", "(null)",
        "(none)",         "<none>",   "no data",   "(empty)", "empty",       "nvt",     "not available",
        "not applicable", "n.v.t.",   "geen",      "k.a.",    "keine",       "kein",    "aucun",
        "aucune",         "néant",    "s.o.",      "ninguno", "ninguna",     "нет",     "无",
        "لا يوجد",        "onbekend", "unbekannt", "inconnu", "desconocido", NULL};
    if (word_of(text, words) || strncasecmp(text, "n/a (", 5) == 0)
        return true;
    return text[0] != '\0' && text[strspn(text, "-?. _*/")] == '\0';
}

/* Marks that a copied text carries at its ends, and that say nothing there. */
static bool is_edge(utf8proc_int32_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0xfeff || c == 0x200b || c == 0x200e ||
           c == 0x200f || c == 0x061c || (c >= 0x2066 && c <= 0x2069) ||
           utf8proc_category(c) == UTF8PROC_CATEGORY_ZS;
}

/* The text without what is_edge() at both ends. */
static struct bytes trimmed(const char *text) {
    struct bytes all = bytes_str(text);
    utf8proc_int32_t c;
    while (all.len > 0) {
        utf8proc_ssize_t len = utf8proc_iterate(all.ptr, (utf8proc_ssize_t)all.len, &c);
        if (len <= 0 || !is_edge(c))
            break;
        all.ptr += len;
        all.len -= (size_t)len;
    }
    while (all.len > 0) {
        size_t at = all.len - 1;
        while (at > 0 && (all.ptr[at] & 0xc0) == 0x80)
            at--;
        if (utf8proc_iterate(all.ptr + at, (utf8proc_ssize_t)(all.len - at), &c) <= 0 || !is_edge(c))
            break;
        all.len = at;
    }
    return all;
}

/* Copy, with each run of line ends and tabs, and the spaces around it, replaced. */
static char *on_one_line(struct bytes text, const char *between) {
    size_t at = 0, step = strlen(between) > 1 ? strlen(between) : 1;
    char *to = malloc(text.len * step + 1);
    for (size_t i = 0; to != NULL && i < text.len;) {
        size_t run = i;
        bool broken = false;
        while (run < text.len && strchr(" \t\r\n", text.ptr[run]) != NULL && text.ptr[run] != '\0')
            broken |= text.ptr[run++] != ' ';
        if (broken) {
            memcpy(to + at, between, strlen(between));
            at += strlen(between);
            i = run;
            continue;
        }
        to[at++] = (char)text.ptr[i++];
    }
    if (to != NULL)
        to[at] = '\0';
    return to;
}

char *tidy_words(const char *text, const char *between) {
    utf8proc_uint8_t *composed = NULL;
    char *line = on_one_line(trimmed(text), between);
    if (line == NULL)
        return NULL;
    utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)line, (utf8proc_ssize_t)strlen(line),
                                        &composed, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (len < 0) { /* not UTF-8: the check says so */
        free(composed);
        return line;
    }
    free(line);
    return (char *)composed;
}

void tidy_signs(const char *text, char to[static TIDY_MAX]) {
    struct bytes in = trimmed(text);
    size_t at = 0;
    for (size_t i = 0; i < in.len && at + 5 < TIDY_MAX;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t len = utf8proc_iterate(in.ptr + i, (utf8proc_ssize_t)(in.len - i), &c);
        if (len <= 0) {
            to[at++] = (char)in.ptr[i++];
            continue;
        }
        if (c >= 0xff01 && c <= 0xff5e)
            c -= 0xff01 - 0x21;
        else if (c >= 0x0660 && c <= 0x0669)
            c -= 0x0660 - '0';
        else if (c >= 0x06f0 && c <= 0x06f9)
            c -= 0x06f0 - '0';
        else if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
            c = '-';
        else if (utf8proc_category(c) == UTF8PROC_CATEGORY_ZS)
            c = ' ';
        if (!(c == 0x200b || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
              (c >= 0x2066 && c <= 0x2069)))
            at += (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)to + at);
        i += (size_t)len;
    }
    to[at] = '\0';
}

/* Replace each of the masks, in any case; what is written is never longer. */
static void unmask(char *text) {
    static const struct {
        const char *mask;
        char sign;
    } masks[] = {{" [at] ", '@'}, {" (at) ", '@'}, {"[at]", '@'},    {"(at)", '@'},
                 {" at ", '@'},   {" @ ", '@'},    {" [dot] ", '.'}, {" (dot) ", '.'},
                 {"[dot]", '.'},  {"(dot)", '.'},  {" dot ", '.'}};
    size_t to = 0;
    for (size_t from = 0; text[from] != '\0';) {
        size_t skip = 0;
        for (size_t i = 0; i < sizeof masks / sizeof masks[0] && skip == 0; i++) {
            if (strncasecmp(text + from, masks[i].mask, strlen(masks[i].mask)) == 0) {
                skip = strlen(masks[i].mask);
                text[to] = masks[i].sign;
            }
        }
        if (skip == 0)
            text[to] = text[from];
        to++;
        from += skip > 0 ? skip : 1;
    }
    text[to] = '\0';
}

/* Keep what stands between the last < and the > behind it, if there are any. */
static void between_angles(char *text) {
    char *open = strrchr(text, '<');
    size_t len = open != NULL ? strcspn(open, ">") : 0;
    if (open == NULL || open[len] != '>' || open[len + 1] != '\0')
        return;
    memmove(text, open + 1, len - 1);
    text[len - 1] = '\0';
}

void tidy_email(const char *text, char to[static TIDY_MAX]) {
    tidy_signs(text, to);
    between_angles(to);
    size_t skip = strncasecmp(to, "mailto:", 7) == 0 ? 7 : 0;
    skip += strspn(to + skip, " ");
    memmove(to, to + skip, strlen(to + skip) + 1);
    unmask(to);
    /* A remark in brackets behind it; the subject that a link proposes. */
    char *at = strchr(to, '@');
    char *remark = at != NULL ? strpbrk(at, "(?") : NULL;
    if (remark != NULL && (*remark == '?' || remark[-1] == ' '))
        *remark = '\0';
    for (size_t len = strlen(to); len > 0 && strchr(" .,;", to[len - 1]) != NULL;)
        to[--len] = '\0';
}

void tidy_date(const char *text, enum tidy_dates dates, char ret[static 32]) {
    unsigned long part[3];
    char sign[2] = "", *end;
    const char *at = text;

    snprintf(ret, 32, "%.31s", text);
    if (strlen(text) > 10 || strspn(text, "0123456789./-") != strlen(text))
        return;
    for (int i = 0; i < 3; i++) {
        if (!isdigit((unsigned char)*at))
            return;
        part[i] = strtoul(at, &end, 10);
        if (i < 2 && (*end == '\0' || (i == 1 && *end != sign[0])))
            return;
        if (i == 0)
            sign[0] = *end;
        at = i < 2 ? end + 1 : end;
    }
    if (*at != '\0')
        return;
    if (part[0] > 999) {
        snprintf(ret, 32, "%04lu-%02lu-%02lu", part[0], part[1], part[2]);
        return;
    }
    /* With dots the day is first everywhere; else a number that can be no month tells. */
    bool day_first = sign[0] == '.' || part[0] > 12 || dates == TIDY_DATES_DAY_FIRST;
    bool month_first = sign[0] != '.' && (part[1] > 12 || dates == TIDY_DATES_MONTH_FIRST);
    if (part[2] < 1000 || day_first == month_first)
        return;
    snprintf(ret, 32, "%04lu-%02lu-%02lu", part[2], part[day_first ? 1 : 0], part[day_first ? 0 : 1]);
}

bool tidy_zone(const char *text, char ret[static 16]) {
    const char *at = text;
    bool named = strncasecmp(at, "GMT", 3) == 0 || strncasecmp(at, "UTC", 3) == 0;
    at += named ? 3 : 0;
    at += strspn(at, " ");
    if (named && (*at == '\0' || strcmp(at, "+0") == 0 || strcmp(at, "0") == 0)) {
        snprintf(ret, 16, "UTC");
        return true;
    }
    if ((*at != '+' && *at != '-') || !isdigit((unsigned char)at[1]))
        return false;
    char sign = *at, *end;
    unsigned long hours = strtoul(at + 1, &end, 10), minutes = 0;
    if (end - at == 5) { /* +0530 */
        minutes = hours % 100;
        hours /= 100;
    } else if (*end == ':') {
        minutes = strtoul(end + 1, &end, 10);
    }
    if (*end != '\0' || minutes != 0 || hours > (sign == '+' ? 14 : 12))
        return false;
    /* POSIX counts the other way round: Etc/GMT-1 is one hour ahead. */
    if (hours == 0)
        snprintf(ret, 16, "UTC");
    else
        snprintf(ret, 16, "Etc/GMT%c%lu", sign == '+' ? '-' : '+', hours);
    return true;
}

bool tidy_country(const char *text, char ret[static 3]) {
    const char *code = isocode_country(text);
    if (code != NULL)
        snprintf(ret, 3, "%s", code);
    return code != NULL;
}

/* "en_gb;q=0.8" as "en-gb"; cut to fit. */
static void tag_shape(const char *text, char ret[static 36]) {
    size_t len = 0;
    for (; text[len] != '\0' && text[len] != ';' && len < 35; len++)
        ret[len] = text[len] == '_' ? '-' : text[len];
    ret[len] = '\0';
}

bool tidy_language(const char *text, char ret[static 36]) {
    tag_shape(text, ret);
    size_t first = strcspn(ret, "-");
    if (first >= 2 && first <= 3 && ret[first] == '-') {
        for (size_t i = 0; i < first; i++)
            ret[i] = (char)tolower((unsigned char)ret[i]);
        return true;
    }
    const char *code = isocode_language(ret);
    if (code == NULL)
        return false;
    snprintf(ret, 36, "%s", code);
    return true;
}
