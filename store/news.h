/* Whether what a peer reports of a log may bring news, and what to ask for then. */
#ifndef STORE_NEWS_H
#define STORE_NEWS_H

#include "store/logs.h"

struct news {
    bool any;
    uint64_t epoch;        /* ask for the notes after it */
    uint64_t from, target; /* and for these entries; from == target: for the signed target alone */
};

/* Compare a report with what is held.  A report that says less is no news; one that says other things of what
 * is held is: a rival note, or another tree. */
struct news news_of(struct txn *t, const struct log_record *record, const struct head *reported);

#endif
