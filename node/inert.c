#include "node/inert.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/text.h"

#define OUT_FIRST 4096
#define ESCAPE_MAX 13 /* twice backslash, u, four hex digits; NUL */

/* Text being written, in one pass: jansson's own dump would have to be gone through twice more. */
struct out {
    char *text; /* NULL: out of memory, nothing is written any more */
    size_t len, room;
};

static bool out_room(struct out *o, size_t more) {
    size_t room = o->room;

    if (o->text == NULL || more <= room - o->len)
        return o->text != NULL;
    while (room - o->len < more)
        room *= 2;
    char *larger = realloc(o->text, room);
    if (larger == NULL)
        free(o->text);
    o->text = larger;
    o->room = room;
    return larger != NULL;
}

static void out_bytes(struct out *o, const void *from, size_t len) {
    if (!out_room(o, len))
        return;
    memcpy(o->text + o->len, from, len);
    o->len += len;
}

static bool must_escape(uint32_t c) {
    return c < 0x20 || c == '"' || c == '\\' || c == '<' || (c >= 0x7f && text_hides(c));
}

/* The code point at text, and *ret_len its bytes.  jansson's strings are UTF-8. */
static uint32_t code_point(const uint8_t *text, size_t *ret_len) {
    *ret_len = text[0] < 0x80 ? 1 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
    uint32_t c = *ret_len == 1 ? text[0] : text[0] & (0x7fu >> *ret_len);
    for (size_t i = 1; i < *ret_len; i++)
        c = c << 6 | (text[i] & 0x3f);
    return c;
}

static void out_escape(struct out *o, uint32_t c) {
    char text[ESCAPE_MAX];
    int len;

    if (c == '"' || c == '\\')
        len = snprintf(text, sizeof text, "\\%c", (char)c);
    else if (c == '\n')
        len = snprintf(text, sizeof text, "\\n");
    else if (c < 0x10000)
        len = snprintf(text, sizeof text, "\\u%04x", (unsigned)c);
    else
        len = snprintf(text, sizeof text, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((c - 0x10000) >> 10)),
                       (unsigned)(0xdc00 + ((c - 0x10000) & 0x3ff)));
    out_bytes(o, text, (size_t)len);
}

static void out_string(struct out *o, const char *text, size_t len) {
    const uint8_t *at = (const uint8_t *)text, *end = at + len, *from = at;

    out_bytes(o, "\"", 1);
    while (at < end) {
        size_t skip;
        uint32_t c = code_point(at, &skip);
        if (must_escape(c)) {
            out_bytes(o, from, (size_t)(at - from));
            out_escape(o, c);
            from = at + skip;
        }
        at += skip;
    }
    out_bytes(o, from, (size_t)(end - from));
    out_bytes(o, "\"", 1);
}

static void out_value(struct out *o, const json_t *json);

static void out_array(struct out *o, const json_t *json) {
    size_t i;
    json_t *item;

    out_bytes(o, "[", 1);
    json_array_foreach(json, i, item) {
        if (i > 0)
            out_bytes(o, ",", 1);
        out_value(o, item);
    }
    out_bytes(o, "]", 1);
}

static void out_object(struct out *o, const json_t *json) {
    const char *key;
    json_t *item;
    bool first = true;

    out_bytes(o, "{", 1);
    json_object_foreach((json_t *)(uintptr_t)json, key, item) {
        if (!first)
            out_bytes(o, ",", 1);
        first = false;
        out_string(o, key, strlen(key));
        out_bytes(o, ":", 1);
        out_value(o, item);
    }
    out_bytes(o, "}", 1);
}

static void out_number(struct out *o, const json_t *json) {
    char text[64];
    size_t len = json_dumpb(json, text, sizeof text, JSON_ENCODE_ANY);

    out_bytes(o, text, len < sizeof text ? len : 0);
}

static void out_value(struct out *o, const json_t *json) {
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        out_object(o, json);
        break;
    case JSON_ARRAY:
        out_array(o, json);
        break;
    case JSON_STRING:
        out_string(o, json_string_value(json), json_string_length(json));
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        out_number(o, json);
        break;
    case JSON_TRUE:
        out_bytes(o, "true", 4);
        break;
    case JSON_FALSE:
        out_bytes(o, "false", 5);
        break;
    case JSON_NULL:
        out_bytes(o, "null", 4);
        break;
    }
}

char *inert_dump(const json_t *json, size_t *ret_len) {
    struct out o = {.text = malloc(OUT_FIRST), .room = OUT_FIRST};

    out_value(&o, json);
    out_bytes(&o, "\n", 2);
    *ret_len = o.text == NULL ? 0 : o.len - 1;
    return o.text;
}
