/* When this node first believed so much of a log, by its own clock: from it follows when an erasure was first
 * seen, and when a version was replaced (proto/retention.h).
 *
 * Rows are (log, size): all entries below were in the view at that time.  Rows that stand close together are
 * made one, and then some entries count as seen a little later than they were: what is destroyed is never
 * destroyed too early. */
#ifndef STORE_AGES_H
#define STORE_AGES_H

#include "store/logs.h"

/* Whether the view of a log is larger than what is noted, or noted at a time that is yet to come: then
 * ages_note() is due. */
bool ages_behind(struct txn *t, const struct log_record *record, uint64_t now_s);

/* Note that the view has reached this size; step_s: rows closer than this become one. */
void ages_note(struct txn *t, const struct log_record *record, uint64_t now_s, uint64_t step_s);

/* When an entry was first seen in the view; UINT64_MAX: not noted. */
uint64_t ages_seen(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t index);

/* The entries of a log from size on are about to be others. */
void ages_cut(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t size);

#endif
