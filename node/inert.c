#include "node/inert.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ESCAPE_LEN 6 /* backslash, u, four hex digits */

/* Inside JSON these can only stand in strings. */
static bool must_escape(uint32_t c) {
    return c == '<' || (c >= 0x7f && c <= 0x9f) || c == 0x61c || (c >= 0x200e && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* The code point at text, all below U+10000 that matter here; *ret_len its bytes.  jansson's output is UTF-8.
 */
static uint32_t code_point(const uint8_t *text, size_t *ret_len) {
    if (text[0] < 0x80) {
        *ret_len = 1;
        return text[0];
    }
    *ret_len = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
    if (*ret_len == 2)
        return (uint32_t)((text[0] & 0x1f) << 6 | (text[1] & 0x3f));
    if (*ret_len == 3)
        return (uint32_t)((text[0] & 0x0f) << 12 | (text[1] & 0x3f) << 6 | (text[2] & 0x3f));
    return 0x10000;
}

/* Bytes up to the next character that must be escaped, or to the end; *ret_skip its own bytes. */
static size_t run(const uint8_t *text, uint32_t *ret_c, size_t *ret_skip) {
    const uint8_t *at = text;

    while (*at != '\0') {
        *ret_c = code_point(at, ret_skip);
        if (must_escape(*ret_c))
            return (size_t)(at - text);
        at += *ret_skip;
    }
    *ret_skip = 0;
    return (size_t)(at - text);
}

static size_t count_escapes(const char *text) {
    const uint8_t *at = (const uint8_t *)text;
    size_t count = 0, skip;
    uint32_t c;

    for (at += run(at, &c, &skip); skip > 0; at += run(at, &c, &skip)) {
        count++;
        at += skip;
    }
    return count;
}

char *inert_dump(const json_t *json, size_t *ret_len) {
    char *plain = json_dumps(json, JSON_COMPACT);
    size_t plain_len = plain == NULL ? 0 : strlen(plain), escapes = plain == NULL ? 0 : count_escapes(plain);
    char *text = plain == NULL ? NULL : malloc(plain_len + escapes * ESCAPE_LEN + 2), *to = text;

    if (text != NULL) {
        const uint8_t *at = (const uint8_t *)plain;
        size_t skip = 1;
        while (skip > 0) {
            uint32_t c = 0;
            size_t len = run(at, &c, &skip);
            memcpy(to, at, len);
            to += len;
            at += len + skip;
            if (skip > 0)
                to += snprintf(to, ESCAPE_LEN + 1, "\\u%04x", (unsigned)c);
        }
        memcpy(to, "\n", 2);
        *ret_len = (size_t)(to - text) + 1;
    }
    free(plain);
    return text;
}
