#include "node/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static utf8proc_ssize_t next_point(struct bytes text, size_t at, utf8proc_int32_t *ret) {
    return utf8proc_iterate(text.ptr + at, (utf8proc_ssize_t)(text.len - at), ret);
}

static bool is_joiner(uint32_t c) {
    return c == 0x200c || c == 0x200d;
}

/* Scripts in which a joiner changes what is read: Arabic to Sinhala, Myanmar, Khmer, Mongolian.  There it is
 * spelling ("Sri Lanka" in Sinhala has one), as in the rules of RFC 5892 A.1 and A.2. */
static bool takes_joiner(uint32_t before) {
    return (before >= 0x0620 && before <= 0x0dff) || (before >= 0x1000 && before <= 0x109f) ||
           (before >= 0x1780 && before <= 0x18af);
}

static bool is_selector(uint32_t c) {
    return (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef) || (c >= 0x180b && c <= 0x180d) ||
           c == 0x180f;
}

/* What has variants to select: the ideographs of names, Mongolian, Myanmar, 'Phags-pa, symbols. */
static bool takes_selector(uint32_t before) {
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)before);
    return (before >= 0x2e80 && before <= 0x9fff) || (before >= 0xf900 && before <= 0xfaff) ||
           (before >= 0x20000 && before <= 0x3ffff) || (before >= 0x1820 && before <= 0x18aa) ||
           (before >= 0x1000 && before <= 0x109f) || (before >= 0xa840 && before <= 0xa877) ||
           category == UTF8PROC_CATEGORY_SO || category == UTF8PROC_CATEGORY_SM;
}

bool text_joins(uint32_t c, uint32_t before) {
    return (is_joiner(c) && takes_joiner(before)) || (is_selector(c) && takes_selector(before));
}

static bool is_noncharacter(uint32_t c) {
    return (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

bool text_hides(uint32_t c) {
    switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CS:
        return true;
    default:
        return is_noncharacter(c) || is_selector(c) || c == 0x115f || c == 0x1160 || c == 0x3164 ||
               c == 0xffa0 || c == 0x034f;
    }
}

static bool is_mark(utf8proc_int32_t c) {
    utf8proc_category_t category = utf8proc_category(c);
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
           category == UTF8PROC_CATEGORY_ME;
}

static bool is_space(utf8proc_int32_t c) {
    return utf8proc_category(c) == UTF8PROC_CATEGORY_ZS;
}

static const char *refuse_point(uint32_t c, uint32_t before) {
    if (text_joins(c, before))
        return NULL;
    if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        return "holds a control character: take it out";
    if (c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
        (c >= 0x2066 && c <= 0x2069))
        return "holds a character that turns the direction of writing: take it out, the direction follows "
               "from the letters";
    if (text_hides(c))
        return "holds a character that cannot be seen: take it out";
    return NULL;
}

static bool is_ascii(struct bytes text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] >= 0x80)
            return false;
    return true;
}

/* Printable ASCII without spaces at the ends: what most texts are, and nothing is wrong with. */
static bool is_plain(struct bytes text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < 0x20 || text.ptr[i] > 0x7e)
            return false;
    return text.ptr[0] != ' ' && text.ptr[text.len - 1] != ' ';
}

static bool is_nfc(struct bytes text) {
    utf8proc_uint8_t *composed = NULL;
    utf8proc_ssize_t len =
        utf8proc_map(text.ptr, (utf8proc_ssize_t)text.len, &composed, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    bool same = len >= 0 && (size_t)len == text.len && memcmp(composed, text.ptr, text.len) == 0;
    free(composed);
    return same;
}

const char *text_refuse(struct bytes text, uint32_t *ret_point) {
    utf8proc_int32_t c = 0, before = 0;
    unsigned marks = 0;
    const char *why = NULL;

    if (ret_point != NULL)
        *ret_point = 0;
    if (text.len == 0)
        return "is empty: leave the field out";
    if (is_plain(text))
        return NULL;
    for (size_t at = 0; at < text.len && why == NULL; before = c) {
        utf8proc_ssize_t len = next_point(text, at, &c);
        if (len <= 0)
            return "is not UTF-8: save the text as UTF-8";
        marks = is_mark(c) ? marks + 1 : 0;
        if (marks > TEXT_MARKS_MAX)
            why = "has more than 4 combining marks on one letter: take them out";
        else
            why = refuse_point((uint32_t)c, (uint32_t)before);
        if (why == NULL && is_space(c) && (at == 0 || at + (size_t)len == text.len))
            why = "begins or ends with a space: take it out";
        if (why != NULL && ret_point != NULL)
            *ret_point = (uint32_t)c;
        at += (size_t)len;
    }
    if (why == NULL && !is_ascii(text) && !is_nfc(text))
        why = "is not in Unicode normal form C: save or paste it again composed (NFC)";
    return why;
}

/* What stands before the character at hand. */
struct context {
    uint32_t before;
    unsigned marks; /* the last ones */
};

/* Write the spelling of the character at *at to a buffer of 16 bytes, and pass over it. */
static size_t spell(struct bytes text, size_t *at, struct context *context, char to[static 16]) {
    utf8proc_int32_t c;
    utf8proc_ssize_t len = next_point(text, *at, &c);
    int written;

    if (len <= 0) {
        written = snprintf(to, 16, "<%02X>", text.ptr[(*at)++]);
        return (size_t)written;
    }
    context->marks = is_mark(c) ? context->marks + 1 : 0;
    if (context->marks > TEXT_MARKS_MAX ||
        (text_hides((uint32_t)c) && !text_joins((uint32_t)c, context->before))) {
        written = snprintf(to, 16, "<U+%04X>", (unsigned)c);
    } else {
        memcpy(to, text.ptr + *at, (size_t)len);
        written = (int)len;
    }
    *at += (size_t)len;
    context->before = (uint32_t)c;
    return (size_t)written;
}

static size_t show(char *to, size_t size, struct bytes text) {
    static const char ellipsis[] = "…";
    struct context context = {0, 0};
    size_t used = 0, room = 0; /* room: what can be kept if the rest must be cut */

    for (size_t at = 0; at < text.len;) {
        char piece[16];
        size_t len = spell(text, &at, &context, piece);
        if (used + len + 1 > size) {
            if (room + sizeof ellipsis <= size) {
                memcpy(to + room, ellipsis, sizeof ellipsis - 1);
                room += sizeof ellipsis - 1;
            }
            used = room;
            break;
        }
        memcpy(to + used, piece, len);
        used += len;
        if (used + sizeof ellipsis <= size)
            room = used;
    }
    to[used] = '\0';
    return used;
}

void text_show_to(char *to, size_t size, struct bytes text) {
    show(to, size, text);
}

char *text_show(struct bytes text, size_t max) {
    /* A byte becomes at most <E9>, a character of n bytes at most <U+10FFFF>; two bytes <U+0085>. */
    size_t size = text.len * 8 + 16;
    if (max > 0 && max + 1 < size)
        size = max + 1;
    char *to = malloc(size);
    if (to != NULL)
        show(to, size, text);
    return to;
}
