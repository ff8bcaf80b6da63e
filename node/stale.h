/* What of a contact has not been looked after: a review that is due, a validity that has ended, a key that
 * has.
 *
 * A review is due a review period of the network after the contact was signed, or earlier if it says so. */
#ifndef NODE_STALE_H
#define NODE_STALE_H

#include <jansson.h>
#include <stdint.h>

#define STALE_SOON_DAYS 30 /* before a review is due */
#define STALE_KEY_DAYS 60  /* before a key ends */

/* When a record as a view has it becomes stale, in s; UINT64_MAX: never.  signed_s is the claimed time of its
 * leaf; review_days the review period of the network. */
uint64_t stale_from(const json_t *record, uint64_t signed_s, unsigned review_days);

/* Why it is stale at a time: an array of the words "review", "ended" and "key"; empty if it is not. */
json_t *stale_reasons(const json_t *record, uint64_t signed_s, unsigned review_days, uint64_t at_s);

/* When the reasons change next after that time; UINT64_MAX: never. */
uint64_t stale_next(const json_t *record, uint64_t signed_s, unsigned review_days, uint64_t at_s);

/* When the review is due. */
uint64_t stale_review(const json_t *record, uint64_t signed_s, unsigned review_days);

#endif
