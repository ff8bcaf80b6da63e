#include "node/ownhead.h"

#include <stdio.h>
#include <string.h>

#include "proto/view.h"
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
    if (!logs_get(&t, log, &record) || reported->epoch < record.head.epoch)
        result = OWNHEAD_UNKNOWN; /* it has not heard of the epoch, and will */
    else if (reported->epoch > record.head.epoch)
        result = OWNHEAD_AHEAD;
    else if (reported->flags & ~record.head.flags & (VIEW_DISPUTED | VIEW_CONTESTED))
        result = OWNHEAD_DIFFERS;
    else if (reported->size > record.head.size)
        result = OWNHEAD_AHEAD;
    else if (merkle_root(&root, reported->size, logs_lookup, &tree) == ERR_OK)
        result = digest_eq(&root, &reported->root) ? OWNHEAD_AGREES : OWNHEAD_DIFFERS;
    txn_abort(&t);
    return result;
}

/* One that holds another history, or more of this one, outweighs all that agree. */
static bool against(const struct ownhead_word *word, unsigned count, char *ret_reason, size_t max) {
    for (unsigned i = 0; i < count; i++)
        if (word[i].said == OWNHEAD_DIFFERS) {
            snprintf(ret_reason, max,
                     "peer %s holds another history of the own log, a fork: nothing is signed; compare with "
                     "its officers, then have the custodians open the next epoch",
                     word[i].peer);
            return true;
        }
    for (unsigned i = 0; i < count; i++)
        if (word[i].said == OWNHEAD_AHEAD) {
            snprintf(ret_reason, max,
                     "peer %s reports more of the own log than this node holds, which fetches it; if it does "
                     "not deliver, ask another State what it holds",
                     word[i].peer);
            return true;
        }
    return false;
}

bool ownhead_confirmed(const struct ownhead_word *word, unsigned count, unsigned configured, bool restored,
                       char *ret_reason, size_t max) {
    unsigned agree = 0, need = configured < OWNHEAD_PEERS ? configured : OWNHEAD_PEERS;

    if (restored && !need)
        need = 1;
    if (against(word, count, ret_reason, max))
        return false;
    for (unsigned i = 0; i < count; i++)
        agree += word[i].said == OWNHEAD_AGREES && (word[i].holds || !restored);
    snprintf(ret_reason, max, "%u of %u peers have confirmed the own head%s", agree, need,
             agree >= need ? "" : "; wait until more can be reached");
    return agree >= need;
}
