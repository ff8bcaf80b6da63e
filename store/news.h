/* Whether what a peer reports of a log may bring news, and what to ask for then. */
#ifndef STORE_NEWS_H
#define STORE_NEWS_H

#include "proto/sync.h"
#include "store/logs.h"

/* Compare a report with what is held.  A report that says less is no news; one that says other things of what
 * is held is: a rival note, or another tree. */
struct sync_news news_of(struct txn *t, const struct log_record *record, const struct head *reported);

/* Of a contested log, a note that the pin or a word names and that is not kept: whoever reports the log may
 * have it, whatever the report says. */
bool news_named(struct txn *t, const struct log_record *record, struct digest *ret);

#endif
