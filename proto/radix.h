/* Ranges of log ids by their first hexadecimal digits, and the sums of the head records in them: so that two
 * nodes find in a few questions where their sets differ, however many logs there are.
 *
 * Log ids are hashes, so ranges fill alike.  Sums are kept of those of RADIX_DEPTH digits; shorter ones are
 * added up from them, and what lies in longer ones is few enough to be walked. */
#ifndef PROTO_RADIX_H
#define PROTO_RADIX_H

#include "proto/headsum.h"

#define RADIX_DEPTH 3
#define RADIX_BUCKETS (1u << (4 * RADIX_DEPTH))

struct radix {
    unsigned len;    /* digits, at most RADIX_DIGITS_MAX; 0: all ids */
    uint32_t digits; /* the last in the lowest bits */
};

/* The prefix that an id begins with, and the one that goes on from another with a digit. */
struct radix radix_of(const uint8_t id[static LOG_ID_LEN], unsigned len);
struct radix radix_child(struct radix r, unsigned digit);
bool radix_covers(struct radix r, const uint8_t id[static LOG_ID_LEN]);

/* The lowest id that begins so. */
void radix_first(struct radix r, uint8_t ret[static LOG_ID_LEN]);

/* The lowest id behind all that begin so; false if there is none. */
bool radix_after(struct radix r, uint8_t ret[static LOG_ID_LEN]);

/* As text: lower-case hexadecimal digits.  radix_read gives false for other characters, or too many. */
void radix_write(struct radix r, char ret[static RADIX_DIGITS_MAX + 1]);
bool radix_read(struct bytes text, struct radix *ret);

/* The first buckets of a prefix of at most RADIX_DEPTH digits; count of them. */
unsigned radix_bucket(const uint8_t id[static LOG_ID_LEN]);
unsigned radix_buckets(struct radix r, unsigned *ret_count);

struct radix_sums {
    struct headsum all;
    struct headsum bucket[RADIX_BUCKETS];
};

/* A record comes, goes, or takes another's place; NULL: there is none. */
void radix_change(struct radix_sums *sums, const struct head *before, const struct head *after);

/* The sum of a prefix of at most RADIX_DEPTH digits. */
struct headsum radix_sum(const struct radix_sums *sums, struct radix r);

#endif
