/* The only way in for msgpack from outside: a bounded, allocation-free reader of canonical bytes.
 *
 * Canonical (design 2.3): nil, bool, shortest non-negative integers, shortest str (clean UTF-8) and bin,
 * arrays, and maps whose keys are strictly ascending unsigned integers; no float, no ext, nothing after the
 * end.
 *
 * Use: reader_check() once over the whole, then reader_init() and the typed calls.  An error sticks: after it
 * every call is a no-op that gives zero or an empty view, so the caller looks once, at reader_end(). */
#ifndef PROTO_READER_H
#define PROTO_READER_H

#include "proto/bytes.h"

struct reader {
    const uint8_t *at, *end;
    enum err err;
};

enum reader_type {
    READER_NONE,
    READER_NIL,
    READER_BOOL,
    READER_UINT,
    READER_STR,
    READER_BIN,
    READER_ARRAY,
    READER_MAP
};

/* Refuse what is not exactly one canonical value of at most this depth and this many items a container.
 * O(bytes) time, O(depth_max) stack; depth_max at most 8.  ERR_SHORT, _TRAILING, _CANON, _ORDER, _DEPTH,
 * _ITEMS, _UTF8. */
enum err reader_check(struct bytes value, unsigned depth_max, unsigned items_max) MUST_CHECK;

void reader_init(struct reader *r, struct bytes value);

/* Tell the type of the next value; READER_NONE at the end or after an error. */
enum reader_type reader_peek(const struct reader *r);

/* Read an integer of at most max: else ERR_TYPE, ERR_RANGE. */
uint64_t reader_uint(struct reader *r, uint64_t max);
bool reader_bool(struct reader *r);

/* Read text or bytes of at most max bytes: else ERR_TYPE, ERR_SIZE. */
struct bytes reader_str(struct reader *r, size_t max);
struct bytes reader_bin(struct reader *r, size_t max);

/* Copy exactly len bytes of a bin: else ERR_TYPE, ERR_SIZE. */
void reader_fixed(struct reader *r, uint8_t *ret, size_t len);

/* Read the count of a container, at most max: else ERR_TYPE, ERR_ITEMS. */
uint32_t reader_array(struct reader *r, uint32_t max);
uint32_t reader_map(struct reader *r, uint32_t max);

/* Take a nil if the next value is one. */
bool reader_nil(struct reader *r);

/* Pass over the next value and view it whole. */
struct bytes reader_raw(struct reader *r);

/* Make an error stick, unless one does already. */
void reader_fail(struct reader *r, enum err err);

/* The first error, or ERR_TRAILING if something is left. */
enum err reader_end(const struct reader *r) MUST_CHECK;

#endif
