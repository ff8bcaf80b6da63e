/* Logs that this node does not have and that enough pinned States name (design 5.2, 5.3): an origin that they
 * endorse, or the successor of one.  Their notes are asked of peers; what comes is judged as any note is. */
#ifndef STORE_WANTED_H
#define STORE_WANTED_H

#include "store/logs.h"

#define WANTED_MAX 64

struct wanted {
    uint8_t id[LOG_ID_LEN];
    char origin[ORIGIN_MAX + 1];
    struct digest note; /* that is endorsed; of a successor none is known, and it is all zero */
};

/* Returns how many there are. */
uint32_t wanted_logs(struct txn *t, struct wanted ret[static WANTED_MAX]);

/* Whether a log is among them. */
bool wanted_find(struct txn *t, const uint8_t id[static LOG_ID_LEN], struct wanted *ret);

#endif
