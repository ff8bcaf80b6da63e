#include "proto/radix.h"

#include <string.h>

struct radix radix_of(const uint8_t id[static LOG_ID_LEN], unsigned len) {
    return (struct radix){len, len ? be32_get(id) >> (4 * (RADIX_DIGITS_MAX - len)) : 0};
}

struct radix radix_child(struct radix r, unsigned digit) {
    return (struct radix){r.len + 1, r.digits << 4 | digit};
}

bool radix_covers(struct radix r, const uint8_t id[static LOG_ID_LEN]) {
    return radix_of(id, r.len).digits == r.digits;
}

void radix_first(struct radix r, uint8_t ret[static LOG_ID_LEN]) {
    memset(ret, 0, LOG_ID_LEN);
    be32_put(ret, r.len ? r.digits << (4 * (RADIX_DIGITS_MAX - r.len)) : 0);
}

bool radix_after(struct radix r, uint8_t ret[static LOG_ID_LEN]) {
    struct radix next = {r.len, r.digits + 1};
    if (r.len == 0 || (uint64_t)r.digits + 1 == UINT64_C(1) << (4 * r.len))
        return false;
    radix_first(next, ret);
    return true;
}

void radix_write(struct radix r, char ret[static RADIX_DIGITS_MAX + 1]) {
    for (unsigned i = 0; i < r.len; i++)
        ret[i] = "0123456789abcdef"[r.digits >> (4 * (r.len - 1 - i)) & 15];
    ret[r.len] = '\0';
}

bool radix_read(struct bytes text, struct radix *ret) {
    *ret = (struct radix){0, 0};
    if (text.len > RADIX_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        bool figure = c >= '0' && c <= '9', letter = c >= 'a' && c <= 'f';
        if (!figure && !letter)
            return false;
        *ret = radix_child(*ret, (unsigned)(figure ? c - '0' : c - 'a' + 10));
    }
    return true;
}

unsigned radix_bucket(const uint8_t id[static LOG_ID_LEN]) {
    return radix_of(id, RADIX_DEPTH).digits;
}

unsigned radix_buckets(struct radix r, unsigned *ret_count) {
    unsigned shift = 4 * (RADIX_DEPTH - r.len);
    *ret_count = 1u << shift;
    return r.digits << shift;
}

void radix_change(struct radix_sums *sums, const struct head *before, const struct head *after) {
    struct headsum *bucket = &sums->bucket[radix_bucket(before ? before->log : after->log)];
    struct headsum was = *bucket;
    if (before)
        headsum_take(bucket, before);
    if (after)
        headsum_add(bucket, after);
    headsum_leave(&sums->all, &was);
    headsum_join(&sums->all, bucket);
}

struct headsum radix_sum(const struct radix_sums *sums, struct radix r) {
    struct headsum sum = {.count = 0};
    unsigned count, first = radix_buckets(r, &count);
    if (r.len == 0)
        return sums->all;
    for (unsigned i = 0; i < count; i++)
        headsum_join(&sum, &sums->bucket[first + i]);
    return sum;
}
