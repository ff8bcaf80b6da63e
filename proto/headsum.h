/* The digest over head records: by which a node and its peer see that both know the same set of them.
 *
 * It is a sum, not a chain: of SHA-256 of each record the first 16 bytes, as a number, modulo 2^128, beside
 * the count of records.  So a record that changes costs two hashes, however many there are, and the sums of
 * sixteen ranges of log ids are together that of the range they make up (proto/radix.h). */
#ifndef PROTO_HEADSUM_H
#define PROTO_HEADSUM_H

#include "proto/head.h"

struct headsum {
    uint64_t count, high, low;
};

void headsum_add(struct headsum *s, const struct head *head);
void headsum_take(struct headsum *s, const struct head *head); /* one that was added */
void headsum_join(struct headsum *s, const struct headsum *other);
void headsum_leave(struct headsum *s, const struct headsum *other); /* one that was joined */
bool headsum_eq(const struct headsum *a, const struct headsum *b);

/* The sum as 16 bytes, most significant first. */
void headsum_put(const struct headsum *s, uint8_t ret[static HEADSUM_LEN]);
void headsum_get(struct headsum *ret, uint64_t count, const uint8_t bytes[static HEADSUM_LEN]);

#endif
