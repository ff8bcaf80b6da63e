#include "node/encoding.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "node/text.h"
#include "proto/error.h"

#define LOOKED_AT 512 /* bytes that tell what a file is */

static bool begins(const uint8_t *data, size_t len, const char *with, size_t with_len) {
    return len >= with_len && memcmp(data, with, with_len) == 0;
}

size_t encoding_foreign(const uint8_t *data, size_t len, size_t at) {
    while (at < len) {
        utf8proc_int32_t c;
        if (data[at] < 0x80) {
            if (data[at] < 0x20 && data[at] != '\t' && data[at] != '\n' && data[at] != '\r')
                return at;
            at++;
            continue;
        }
        utf8proc_ssize_t used = utf8proc_iterate(data + at, (utf8proc_ssize_t)(len - at), &c);
        if (used <= 0)
            return at;
        at += (size_t)used;
    }
    return len;
}

/* Files that are often taken for a table. */
static const char *known_binary(const uint8_t *data, size_t len) {
    if (begins(data, len, "PK\3\4", 4))
        return "is a spreadsheet or an archive, no text: open it and save the sheet as \"CSV UTF-8\"";
    if (begins(data, len, "\xd0\xcf\x11\xe0", 4))
        return "is an old spreadsheet or document, no text: open it and save the sheet as \"CSV UTF-8\"";
    if (begins(data, len, "%PDF", 4))
        return "is a PDF, no text: ask for the table it was made from";
    while (len > 0 && (*data == ' ' || *data == '\n' || *data == '\r' || *data == '\t')) {
        data++;
        len--;
    }
    if (begins(data, len, "<", 1))
        return "is a web page or XML, no table: open it in a spreadsheet and save it as \"CSV UTF-8\"";
    return NULL;
}

/* UTF-16 without a mark: of plain letters every other byte is zero. */
static const char *utf16_by_look(const uint8_t *data, size_t len) {
    size_t even = 0, odd = 0, looked = len < LOOKED_AT ? len & ~(size_t)1 : LOOKED_AT;
    for (size_t i = 0; i < looked; i += 2) {
        even += data[i] == 0;
        odd += data[i + 1] == 0;
    }
    if (looked >= 8 && odd > looked / 5 && even == 0)
        return "UTF-16LE";
    return looked >= 8 && even > looked / 5 && odd == 0 ? "UTF-16BE" : NULL;
}

/* By its mark; ret_skip is the mark's length. */
static const char *by_mark(const uint8_t *data, size_t len, size_t *ret_skip) {
    static const struct {
        const char *mark;
        size_t len;
        const char *name;
    } marks[] = {{"\xef\xbb\xbf", 3, "UTF-8"},
                 {"\xff\xfe\0\0", 4, "UTF-32LE"},
                 {"\xff\xfe", 2, "UTF-16LE"},
                 {"\xfe\xff", 2, "UTF-16BE"}};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (begins(data, len, marks[i].mark, marks[i].len)) {
            *ret_skip = marks[i].len;
            return marks[i].name;
        }
    }
    *ret_skip = 0;
    return NULL;
}

/* Convert from an open descriptor; ret_bad is where it stopped. */
static bool convert(iconv_t cd, const uint8_t *data, size_t len, uint8_t **ret, size_t *ret_len,
                    size_t *ret_bad) {
    size_t room = len + len / 2 + 64, used = 0, left = len;
    char *in = (char *)(uintptr_t)data, *to = malloc(room + 1);
    while (to != NULL) {
        char *out = to + used;
        size_t free_bytes = room - used;
        size_t done = iconv(cd, left > 0 ? &in : NULL, &left, &out, &free_bytes);
        used = room - free_bytes;
        if (done != (size_t)-1 && left == 0) {
            to[used] = '\0';
            *ret = (uint8_t *)to;
            *ret_len = used;
            return true;
        }
        if (done == (size_t)-1 && errno != E2BIG)
            break;
        room *= 2;
        char *more = realloc(to, room + 1);
        if (more == NULL)
            break;
        to = more;
    }
    *ret_bad = len - left;
    free(to);
    return false;
}

/* Line and byte of a place; lines end with LF, CRLF or CR. */
static void place_of(const uint8_t *data, size_t at, size_t *ret_line, size_t *ret_byte) {
    *ret_line = *ret_byte = 1;
    for (size_t i = 0; i < at; i++) {
        bool end = data[i] == '\n' || (data[i] == '\r' && data[i + 1] != '\n');
        *ret_line += end;
        *ret_byte = end ? 1 : *ret_byte + 1;
    }
}

/* How the word around a place would read in an encoding; "" if it would not. */
static void sample(const uint8_t *data, size_t len, size_t at, const char *name, char to[static 48]) {
    size_t from = at, end = at, out_len, bad;
    uint8_t *out = NULL;
    while (from > 0 && at - from < 10 && (data[from - 1] >= 0x80 || data[from - 1] > ' ') &&
           data[from - 1] != ',' && data[from - 1] != ';')
        from--;
    while (end < len && end - at < 10 && data[end] > ' ' && data[end] != ',' && data[end] != ';')
        end++;
    iconv_t cd = iconv_open("UTF-8", name);
    to[0] = '\0';
    if (cd == (iconv_t)-1)
        return;
    if (convert(cd, data + from, end - from, &out, &out_len, &bad))
        text_show_to(to, 48, (struct bytes){out, out_len});
    free(out);
    iconv_close(cd);
}

static bool refuse_foreign(const uint8_t *data, size_t len, size_t at, char why[static ENCODING_WHY_MAX]) {
    size_t line, byte;
    char western[48], cyrillic[48];
    place_of(data, at, &line, &byte);
    sample(data, len, at, "WINDOWS-1252", western);
    sample(data, len, at, "WINDOWS-1251", cyrillic);
    snprintf(
        why, ENCODING_WHY_MAX,
        "line %zu: byte %zu (%02X) is not UTF-8: save it as \"CSV UTF-8\", or say what it is: --encoding "
        "windows-1252 would read \"%s\" there, windows-1251 \"%s\"; --encoding utf-8 refuses such rows alone",
        line, byte, data[at], western, cyrillic);
    return false;
}

static bool from_name(uint8_t **data, size_t *len, size_t skip, const char *name,
                      char why[static ENCODING_WHY_MAX]) {
    uint8_t *out = NULL;
    size_t out_len = 0, bad = 0, line, byte;
    iconv_t cd = strchr(name, '/') == NULL ? iconv_open("UTF-8", name) : (iconv_t)-1;

    if (cd == (iconv_t)-1) {
        snprintf(
            why, ENCODING_WHY_MAX,
            "no encoding is named \"%.40s\" here: windows-1252, iso-8859-15, koi8-r and gb18030 are some",
            name);
        return false;
    }
    bool good = convert(cd, *data + skip, *len - skip, &out, &out_len, &bad);
    iconv_close(cd);
    if (!good) {
        place_of(*data + skip, bad, &line, &byte);
        snprintf(why, ENCODING_WHY_MAX, "line %zu: byte %zu cannot be read as %.40s: name another --encoding",
                 line, byte, name);
        return false;
    }
    free(*data);
    *data = out;
    *len = out_len;
    return true;
}

static void drop_mark(uint8_t *data, size_t *len, size_t skip) {
    memmove(data, data + skip, *len - skip + 1);
    *len -= skip;
}

static bool is_utf8(const char *name) {
    return strcasecmp(name, "UTF-8") == 0 || strcasecmp(name, "UTF8") == 0;
}

bool encoding_to_utf8(uint8_t **data, size_t *len, const char *name, char why[static ENCODING_WHY_MAX]) {
    size_t skip;
    const char *binary = known_binary(*data, *len), *marked = by_mark(*data, *len, &skip);

    if (binary != NULL) {
        snprintf(why, ENCODING_WHY_MAX, "%s", binary);
        return false;
    }
    if (marked == NULL && name == NULL)
        marked = utf16_by_look(*data, *len);
    if (name != NULL && !is_utf8(name))
        return from_name(data, len, marked != NULL && strncasecmp(marked, name, 5) == 0 ? skip : 0, name,
                         why) &&
               (drop_mark(*data, len, begins(*data, *len, "\xef\xbb\xbf", 3) ? 3 : 0), true);
    if (marked != NULL && !is_utf8(marked))
        return from_name(data, len, skip, marked, why);
    drop_mark(*data, len, skip);
    if (name != NULL) /* said to be UTF-8: the rows that are not are refused one by one */
        return true;
    for (size_t at = 0; (at = encoding_foreign(*data, *len, at)) < *len; at++)
        if ((*data)[at] >= 0x80)
            return refuse_foreign(*data, *len, at, why);
    return true;
}
