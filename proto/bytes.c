#include "proto/bytes.h"

#include <sodium.h>
#include <string.h>

struct bytes bytes_str(const char *text) {
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

bool bytes_eq(struct bytes a, struct bytes b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool bytes_is(struct bytes a, const char *text) {
    return bytes_eq(a, bytes_str(text));
}

void be32_put(uint8_t to[static 4], uint32_t value) {
    for (int i = 3; i >= 0; i--, value >>= 8)
        to[i] = (uint8_t)value;
}

uint32_t be32_get(const uint8_t from[static 4]) {
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

void be64_put(uint8_t to[static 8], uint64_t value) {
    be32_put(to, (uint32_t)(value >> 32));
    be32_put(to + 4, (uint32_t)value);
}

uint64_t be64_get(const uint8_t from[static 8]) {
    return (uint64_t)be32_get(from) << 32 | be32_get(from + 4);
}

void hex_put(char *to, const uint8_t *from, size_t len) {
    sodium_bin2hex(to, 2 * len + 1, from, len);
}

enum err hex_get(uint8_t *ret, size_t len, struct bytes text) {
    if (text.len != 2 * len)
        return ERR_SCHEMA;
    for (size_t i = 0; i < text.len; i++)
        if (!((text.ptr[i] >= '0' && text.ptr[i] <= '9') || (text.ptr[i] >= 'a' && text.ptr[i] <= 'f')))
            return ERR_SCHEMA;
    for (size_t i = 0; i < len; i++) {
        uint8_t high = text.ptr[2 * i], low = text.ptr[2 * i + 1];
        ret[i] = (uint8_t)((high <= '9' ? high - '0' : high - 'a' + 10) << 4 |
                           (low <= '9' ? low - '0' : low - 'a' + 10));
    }
    return ERR_OK;
}

enum err base64_put(char *to, size_t max, size_t *pos, struct bytes from) {
    if (from.len > max || *pos > max || max - *pos <= BASE64_LEN(from.len))
        return ERR_FULL;
    sodium_bin2base64(to + *pos, max - *pos, from.ptr, from.len, sodium_base64_VARIANT_ORIGINAL);
    *pos += BASE64_LEN(from.len);
    return ERR_OK;
}

/* libsodium refuses bits that do not belong and wrong padding, so each value has one spelling. */
enum err base64_get(uint8_t *ret, size_t max, size_t *ret_len, struct bytes text) {
    size_t padding = 0, len = 0;
    const char *end = NULL;
    if (text.len % 4)
        return ERR_BASE64;
    for (size_t i = 0; i < text.len; i++) /* libsodium takes some bytes of 0x80 and above for letters */
        if (text.ptr[i] & 0x80)
            return ERR_BASE64;
    while (padding < 2 && padding < text.len && text.ptr[text.len - 1 - padding] == '=')
        padding++;
    if (text.len / 4 * 3 - padding > max)
        return ERR_FULL;
    if (sodium_base642bin(ret, max, (const char *)text.ptr, text.len, NULL, &len, &end,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != (const char *)text.ptr + text.len)
        return ERR_BASE64;
    *ret_len = len;
    return ERR_OK;
}

enum err decimal_get(uint64_t *ret, struct bytes text) {
    uint64_t value = 0;
    if (text.len == 0 || text.len > 19 || (text.len > 1 && text.ptr[0] == '0'))
        return ERR_RANGE;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return ERR_RANGE;
        value = value * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    if (value > INT64_MAX)
        return ERR_RANGE;
    *ret = value;
    return ERR_OK;
}

bool line_cut(struct bytes *text, struct bytes *ret_line) {
    const uint8_t *end = text->len ? memchr(text->ptr, '\n', text->len) : NULL;
    if (!end)
        return false;
    size_t len = (size_t)(end - text->ptr);
    *ret_line = (struct bytes){text->ptr, len};
    text->ptr += len + 1;
    text->len -= len + 1;
    return true;
}

bool word_cut(struct bytes *text, struct bytes *ret_word) {
    if (text->len == 0)
        return false;
    const uint8_t *end = memchr(text->ptr, ' ', text->len);
    size_t len = end ? (size_t)(end - text->ptr) : text->len;
    *ret_word = (struct bytes){text->ptr, len};
    text->ptr += len + (end != NULL);
    text->len -= len + (end != NULL);
    return true;
}

/* The length of the UTF-8 sequence that a byte begins, and the smallest code point that needs it. */
static size_t utf8_len(uint8_t first, uint32_t *ret_least) {
    if (first < 0x80)
        return *ret_least = 0, 1;
    if ((first & 0xe0) == 0xc0)
        return *ret_least = 0x80, 2;
    if ((first & 0xf0) == 0xe0)
        return *ret_least = 0x800, 3;
    if ((first & 0xf8) == 0xf0)
        return *ret_least = 0x10000, 4;
    return 0;
}

bool utf8_clean(struct bytes text) {
    for (size_t i = 0; i < text.len;) {
        uint32_t least = 0;
        size_t len = utf8_len(text.ptr[i], &least);
        if (len == 0 || len > text.len - i)
            return false;
        uint32_t point = len == 1 ? text.ptr[i] : text.ptr[i] & (0x7fu >> len);
        for (size_t k = 1; k < len; k++) {
            if ((text.ptr[i + k] & 0xc0) != 0x80)
                return false;
            point = point << 6 | (text.ptr[i + k] & 0x3f);
        }
        if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) || point < 0x20 ||
            (point >= 0x7f && point <= 0x9f))
            return false;
        i += len;
    }
    return true;
}
