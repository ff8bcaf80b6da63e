/* Replication's glue: performs what proto/sync asks for, over a handful of functions that somebody else
 * provides.
 *
 * It knows no loop, socket or thread, so the daemon and a simulator run the same lines.  One thread calls it.
 */
#ifndef NODE_REPLICA_H
#define NODE_REPLICA_H

#include "node/committer.h"
#include "node/survey.h"
#include "proto/sync.h"

struct replica_io {
    void *context;
    uint64_t (*now_ms)(void *context); /* monotonic */
    uint64_t (*random)(void *context);
    void (*send)(void *context, unsigned peer, struct frame *frame); /* takes the frame */
    void (*close)(void *context, unsigned peer, enum err why);
    enum err (*commit)(
        void *context,
        struct committer_job *job); /* as committer_submit; the job comes back to replica_committed */
    void (*reported)(void *context, unsigned peer); /* the peer's report is complete */
    void (*refused)(void *context, unsigned peer,
                    const struct committer_job *job); /* for the log: the gate has refused; or, with job->err
                                                         ERR_OK, has left parts out */
};

struct replica;

/* The most bytes that are kept of one log; no bound unless it is called. */
void replica_quota(struct replica *r, uint64_t quota);

/* Ask peers for nothing that would be stored, until told otherwise; they are served and heard as before. */
void replica_halt(struct replica *r, bool halted);

/* partial_peers: whether observers hold less than this node may have (it is a State's). */
enum err replica_open(struct store *store, const struct replica_io *io, bool partial_observers,
                      struct replica **ret) MUST_CHECK;
void replica_close(struct replica *r); /* takes NULL */

/* Read anew which logs are carried, and where they stand: at start, after publishing, after a change of
 * trust. */
void replica_rescan(struct replica *r);

/* The same if only heads have moved, and trust has not: costs no more than what has changed. */
void replica_refresh(struct replica *r);

/* Links; peer is below SYNC_PEERS and stands for one node id as long as this process lives. */
void replica_up(struct replica *r, unsigned peer, enum link_class class,
                const uint8_t instance[static INSTANCE_LEN]);
void replica_down(struct replica *r, unsigned peer);
void replica_message(struct replica *r, unsigned peer, struct frame *frame); /* takes the frame */

/* Ask every peer that is linked which of the parts that a log erases it still holds (node/survey.h); what
 * they have said. */
void replica_survey(struct replica *r, const uint8_t log[static LOG_ID_LEN], uint64_t now_s);
const struct survey *replica_surveyed(const struct replica *r);

/* A job given to io.commit is done.  Takes the job. */
void replica_committed(struct replica *r, struct committer_job *job);

/* When replica_timeout() is next due, on io.now_ms's clock; UINT64_MAX if never. */
uint64_t replica_deadline(const struct replica *r);
void replica_timeout(struct replica *r);

/* What its bounds have done. */
struct sync_counts replica_counts(const struct replica *r);

/* What a peer reports of a log, and whether its report is complete. */
bool replica_reported(const struct replica *r, unsigned peer, const uint8_t log[static LOG_ID_LEN],
                      struct head *ret);
bool replica_complete(const struct replica *r, unsigned peer);

#endif
