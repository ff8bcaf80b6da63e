/* Counts of this process since its start, for /metrics: added to from any thread, never taken back.
 *
 * They are numbers and nothing else: no name, no address and no text of anybody's goes into them. */
#ifndef NODE_TALLY_H
#define NODE_TALLY_H

#include <stdint.h>

#include "proto/error.h"

enum tally {
    TALLY_HTTP_ANSWERED, /* by status: 200 to 299 */
    TALLY_HTTP_SAME,     /* 304 */
    TALLY_HTTP_REFUSED,  /* 400 to 499 */
    TALLY_HTTP_FAILED,   /* 500 and above */
    TALLY_HTTP_KEPT,     /* answers that were at hand */
    TALLY_HTTP_PARKED,   /* requests that began to wait */
    TALLY_GATE_PASSED,   /* packages */
    TALLY_PARTS_WRONG,   /* parts that were left out of them, or of answers for parts */
    TALLY_WRITER_BUSY,   /* jobs that found its queue full */
    TALLY_LINES_LEFT_OUT,
    TALLIES
};

void tally_add(enum tally tally);
void tally_more(enum tally tally, unsigned count);
uint64_t tally_get(enum tally tally);

/* Packages that the gate has refused, by reason. */
void tally_gate_refused(enum err err);
uint64_t tally_gate_refusals(enum err err);

/* What there is now, set by who knows. */
enum gauge {
    GAUGE_HTTP_PARKED,
    GAUGE_HTTP_CACHE_ENTRIES,
    GAUGE_HTTP_CACHE_BYTES,
    GAUGE_DISK_LEFT,
    GAUGE_DISK_LOW,
    GAUGE_LINKS_HALF_OPEN, /* this and what follows: struct net_counts, as the loop last told */
    GAUGE_LINKS_QUEUED,
    GAUGE_LINKS_OPENED,
    GAUGE_LINKS_UP,
    GAUGE_LINKS_FLOODED,
    GAUGE_LINKS_CROWDED,
    GAUGE_LINKS_FULL,
    GAUGE_LINKS_OTHERS,
    GAUGE_LINKS_LATE,
    GAUGE_LINKS_BROKEN,
    GAUGE_LINKS_GLUTTED,
    GAUGE_LINKS_PAUSED,
    GAUGE_LINKS_IN,
    GAUGE_LINKS_OUT,
    GAUGE_SYNC_LATE, /* and struct sync_counts */
    GAUGE_SYNC_LOST,
    GAUGE_SYNC_TURNS,
    GAUGE_SYNC_PACED,
    GAUGE_SYNC_STRANGE,
    GAUGE_SYNC_JUDGED,
    GAUGE_SYNC_SPARED,
    GAUGE_SYNC_WALKS,
    GAUGE_SYNC_VECTORS,
    GAUGES
};

void gauge_set(enum gauge gauge, uint64_t value);
uint64_t gauge_get(enum gauge gauge);

#endif
