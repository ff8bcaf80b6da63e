#include "node/ownhead.h"

#include <string.h>

#include "store/logs.h"

enum ownhead ownhead_compare(struct store *store, const uint8_t log[static LOG_ID_LEN],
                             const struct head *reported) {
    struct log_record record;
    struct txn t;
    struct tree_reader tree = {.txn = &t};
    struct digest root;
    enum ownhead result = OWNHEAD_UNKNOWN;
    memcpy(tree.id, log, LOG_ID_LEN);
    txn_begin(&t, store, false);
    if (!logs_get(&t, log, &record))
        result = OWNHEAD_UNKNOWN;
    else if (reported->size > record.head.size)
        result = OWNHEAD_AHEAD;
    else if (merkle_root(&root, reported->size, logs_lookup, &tree) == ERR_OK)
        result = digest_eq(&root, &reported->root) ? OWNHEAD_AGREES : OWNHEAD_DIFFERS;
    txn_abort(&t);
    return result;
}
