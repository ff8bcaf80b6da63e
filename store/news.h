/* Whether what a peer reports of a log may bring news, and what to ask for then. */
#ifndef STORE_NEWS_H
#define STORE_NEWS_H

#include "proto/sync.h"
#include "store/logs.h"

/* Compare a report with what is held.  A report that says less is no news; one that says other things of what
 * is held is: a rival note, or another tree. */
struct sync_news news_of(struct txn *t, const struct log_record *record, const struct head *reported);

#endif
