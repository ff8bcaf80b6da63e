/* What replication remembers; private to sync*.c, and to tests that look inside. */
#ifndef PROTO_SYNC_STATE_H
#define PROTO_SYNC_STATE_H

#include "proto/sync.h"

/* What a peer has said of a log, and whether it may be asked for it. */
enum sync_worth { WORTH_UNKNOWN = 0, WORTH_ASKED, WORTH_NEWS, WORTH_NOTHING };

struct sync_report {
    bool has, fresh; /* fresh: named by the VECTOR that is being read */
    uint8_t worth;   /* enum sync_worth: of this very record; nothing, also if it was fetched in vain */
    uint8_t failures;
    uint32_t version;  /* counts its changes */
    uint64_t retry_ms; /* not before */
    uint8_t parts_failures;
    uint64_t parts_ms, parts_from; /* PARTS: not before, and from which index on */
    struct head head;
    struct sync_news news;
};

/* A log: carried by this node, or only reported. */
struct sync_log {
    bool used, carried;
    uint8_t id[LOG_ID_LEN];
    unsigned reports; /* peers that report it */
    struct head head; /* of this node */
    uint64_t held;
    /* Pulling: one FETCH in flight, and packages at the gate. */
    bool fetching, failed; /* failed: let the packages at the gate come back, take no more */
    bool yielded;          /* the same, so that another peer has its turn */
    bool alone;            /* the signed target alone was asked for */
    bool moved;            /* something has come of this peer's packages */
    bool locating;         /* the request is a PROVE, or the search waits for its verdict */
    bool lacks;            /* parts of it are lacking */
    bool gleaning;         /* the request is a PARTS, or its answer is at the gate */
    struct sync_news news; /* what is asked for, and of it: */
    uint32_t version;      /* of the report that it follows from */
    unsigned peer, commits;
    uint64_t request, from, target, sent_ms, deadline_ms, retry_ms;
};

struct sync_peer {
    bool up, complete,
        overflow; /* overflow: it reports more logs than there is room for; digests are not compared */
    bool partial;
    bool announced; /* SYNC_REPORTED was given since the link came up */
    uint8_t instance[INSTANCE_LEN];
    uint64_t cursor, next_id;
    unsigned asking;                             /* MESSAGE_CHANGES, MESSAGE_VECTOR or 0 */
    uint64_t ask_id, ask_deadline_ms, ask_at_ms; /* ask_at: when to ask again, if nothing is asked */
    uint64_t vector_next;
    uint8_t vector_from[LOG_ID_LEN];
    unsigned mismatches, fetches;
    bool parked;
    uint64_t parked_id, parked_since, parked_until_ms;
};

struct sync {
    uint8_t instance[INSTANCE_LEN];
    uint64_t seq, now_ms, random;
    unsigned log_count, strange, fetches, commits, locates, gleans, turn;
    bool pull_due;
    uint64_t retry_ms; /* the earliest retry that held back a pull */
    struct sync_peer peer[SYNC_PEERS];
    struct sync_log log[SYNC_LOGS];
    uint16_t order[SYNC_LOGS]; /* used logs by id */
    struct sync_report report[SYNC_PEERS][SYNC_LOGS];
};

struct sync_action *sync_act(struct sync_actions *actions, enum sync_action_kind kind, unsigned peer);

/* The slot of a log; SYNC_LOGS if there is none. */
unsigned sync_find(const struct sync *s, const uint8_t id[static LOG_ID_LEN]);

/* The slot of a log, taken if there is none; SYNC_LOGS if there is no room.  A carried one may take a strange
 * one's place. */
unsigned sync_slot(struct sync *s, const uint8_t id[static LOG_ID_LEN], bool carried);
void sync_release(struct sync *s, unsigned slot); /* unless it is carried or reported */

/* sync_pull.c: asking others. */
void pull_up(struct sync *s, unsigned peer, struct sync_actions *ret);
void pull_down(struct sync *s, unsigned peer);
void pull_heads(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret);
void pull_timeout(struct sync *s, struct sync_actions *ret);

/* sync_fetch.c: one log's entries. */
void fetch_due(struct sync *s, struct sync_actions *ret);
void fetch_answer(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret);
void fetch_error(struct sync *s, unsigned peer, const struct message *m);
void fetch_committed(struct sync *s, const struct sync_event *event, struct sync_actions *ret);
void fetch_down(struct sync *s, unsigned peer);
void fetch_timeout(struct sync *s);

/* The log that waits for the answer to this request; SYNC_LOGS if none does. */
unsigned fetch_waiting(const struct sync *s, unsigned peer, uint64_t id);

/* What peers report of a log is compared anew: something has come of it, or trust has changed. */
void fetch_worth_forget(struct sync *s, unsigned slot);

/* What was asked for has come to nothing: the record that it followed from is worth nothing until it says
 * something else, unless it has said so already. */
void fetch_vain(struct sync *s, unsigned peer, unsigned slot);

/* For sync_locate.c and sync_parts.c: a request of a log is under way, and is no more; a peer has failed it,
 * and is to be asked again then. */
void flight_begin(struct sync *s, struct sync_log *log);
void flight_end(struct sync *s, struct sync_log *log);
void fetch_blame(struct sync *s, unsigned peer, unsigned slot, uint64_t at_least_s);
uint64_t fetch_back_off(struct sync *s, unsigned failures);

/* Errors that say nothing about the peer: our own disk, say. */
bool fetch_is_local(enum err err);
#define LOCAL_RETRY_MS 30000u

/* sync_locate.c: where two trees part. */
void locate_start(struct sync *s, unsigned peer, unsigned slot, struct sync_actions *ret);
void locate_answer(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret);
void locate_verdict(struct sync *s, const struct sync_event *event, struct sync_actions *ret);
void locate_end(struct sync *s, struct sync_log *log);

/* sync_parts.c: parts that were withheld when their entries came. */
void parts_start(struct sync *s, unsigned slot, struct sync_actions *ret);
void parts_answer(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret);
void parts_committed(struct sync *s, const struct sync_event *event, unsigned slot);
void parts_failed(struct sync *s, unsigned slot, uint64_t at_least_s); /* its request, if it is one */

/* sync_serve.c: answering others. */
void serve_request(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret);
void serve_changed(struct sync *s, struct sync_actions *ret);
void serve_timeout(struct sync *s, struct sync_actions *ret);

#endif
