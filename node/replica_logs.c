/* Which logs replication carries: told in the order of their changes, as the store has them and as trust says
 * that they are followed. */
#include <stdlib.h>
#include <string.h>

#include "node/replica_state.h"
#include "store/believe.h"
#include "store/lacking.h"
#include "store/news.h"
#include "store/wanted.h"

#define ROOM_LEAST 2048

enum err replica_make(struct replica *r) {
    struct txn t;
    txn_begin(&t, r->store, false);
    uint64_t logs = 2 * logs_count(&t);
    enum err err = t.err;
    txn_abort(&t);
    if (err)
        return err;
    unsigned room = logs < ROOM_LEAST ? ROOM_LEAST : logs < SYNC_LOGS_MAX ? (unsigned)logs : SYNC_LOGS_MAX;
    struct sync *sync = calloc(1, sync_size(room)); /* large, and mostly never touched */
    if (!sync)
        return ERR_MEMORY;
    sync_init(sync, room, store_instance(r->store));
    free(r->sync);
    r->sync = sync;
    r->room = room;
    return ERR_OK;
}

/* Logs that are yet to be opened stand among those that are carried, with nothing held. */
static void wanted_rescan(struct replica *r, struct txn *t) {
    struct wanted wanted[WANTED_MAX];
    uint32_t count = wanted_logs(t, wanted);
    for (uint32_t i = 0; i < count; i++) {
        struct sync_event event = {.kind = SYNC_HEAD};
        memcpy(event.head.log, wanted[i].id, LOG_ID_LEN);
        replica_step(r, &event);
    }
}

/* Also where all that was reported may be of use again, since a word names what nobody has told of. */
static void log_tell(struct replica *r, struct txn *t, const struct log_record *record, bool followed) {
    struct sync_event event = {.kind = followed ? SYNC_HEAD : SYNC_DROP,
                               .head = record->head,
                               .held = logs_wanted(record),
                               .lacks = lacking_any(record, r->partial_observers),
                               .seq = record->seq};
    struct digest note;
    uint64_t seq;
    bool carried = sync_carries(r->sync, record->id, &seq);
    if (carried != followed ||
        (followed && (seq != record->seq || !record->seq || news_named(t, record, &note))))
        replica_step(r, &event);
}

void replica_refresh(struct replica *r) {
    struct log_record record;
    struct txn t;
    uint64_t seq = sync_newest(r->sync);
    txn_begin(&t, r->store, false);
    while (changes_next(&t, &seq, &record))
        log_tell(r, &t, &record, believe_follows(&t, &record));
    txn_abort(&t);
}

/* A node that has come to follow more logs than there is room for begins anew, with more. */
static void grow(struct replica *r) {
    if (r->room == SYNC_LOGS_MAX || replica_make(r))
        return;
    for (unsigned peer = 0; peer < SYNC_PEERS; peer++)
        if (r->up[peer])
            r->io.close(r->io.context, peer, ERR_FULL);
    replica_rescan(r);
}

/* In the order of their changes, as they are told; then those that have no head yet. */
void replica_rescan(struct replica *r) {
    struct log_record record = {.seq = 0};
    struct following following;
    struct txn t;
    uint64_t seq = 0;
    txn_begin(&t, r->store, false);
    believe_following(&t, &following);
    while (changes_next(&t, &seq, &record))
        log_tell(r, &t, &record, believe_follows_in(&t, &record, &following));
    record = (struct log_record){.seq = 0};
    while (logs_next(&t, &record))
        if (!record.seq)
            log_tell(r, &t, &record, believe_follows_in(&t, &record, &following));
    wanted_rescan(r, &t);
    txn_abort(&t);
    if (sync_full(r->sync))
        grow(r);
}
