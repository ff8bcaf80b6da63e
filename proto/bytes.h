/* Views of bytes that somebody else owns, fixed-size values, and their spelling in hex and base64.
 *
 * A view lives as long as what it points into.  Nothing here allocates. */
#ifndef PROTO_BYTES_H
#define PROTO_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/error.h"

struct bytes {
    const uint8_t *ptr;
    size_t len;
};

#define BYTES(array) ((struct bytes){(array), sizeof(array)})

/* View a C string without its NUL. */
struct bytes bytes_str(const char *text);

bool bytes_eq(struct bytes a, struct bytes b);

/* Tell whether a view holds exactly this text. */
bool bytes_is(struct bytes a, const char *text);

void be32_put(uint8_t to[static 4], uint32_t value);
uint32_t be32_get(const uint8_t from[static 4]);
void be64_put(uint8_t to[static 8], uint64_t value);
uint64_t be64_get(const uint8_t from[static 8]);

/* Write 2*len lower-case hex digits and a NUL. */
void hex_put(char *to, const uint8_t *from, size_t len);

/* Read exactly len bytes from 2*len lower-case hex digits: ERR_SCHEMA for anything else. */
enum err hex_get(uint8_t *ret, size_t len, struct bytes text) MUST_CHECK;

/* Base64 of RFC 4648 section 4, with padding. */
#define BASE64_LEN(n) (((n) + 2) / 3 * 4)

/* Append base64 to text at *pos; ERR_FULL if it and a NUL do not fit into max. */
enum err base64_put(char *to, size_t max, size_t *pos, struct bytes from) MUST_CHECK;

/* Read base64, refusing every spelling but the one that base64_put writes: ERR_BASE64; ERR_FULL if longer
 * than max. */
enum err base64_get(uint8_t *ret, size_t max, size_t *ret_len, struct bytes text) MUST_CHECK;

/* Read a decimal without sign or leading zero, at most 2^63-1: ERR_RANGE. */
enum err decimal_get(uint64_t *ret, struct bytes text) MUST_CHECK;

/* Cut the next line (without its newline) off text; false when no newline is left. */
bool line_cut(struct bytes *text, struct bytes *ret_line);

/* Cut up to the next space; the last word takes the rest. False when text is empty. */
bool word_cut(struct bytes *text, struct bytes *ret_word);

/* Tell whether bytes are UTF-8 (no surrogates, nothing overlong) without U+0000..U+001F and U+007F..U+009F.
 */
bool utf8_clean(struct bytes text);

#endif
