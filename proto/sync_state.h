/* What replication remembers; private to sync*.c, and to tests that look inside.
 *
 * Logs lie in slots, found through buckets of the first digits of their ids.  What a peer reports of a log is
 * a place (peer, slot), written `at`.  Nothing here is walked as a whole when something happens: places that
 * want looking at stand in queues, work under way in a small pool of claims. */
#ifndef PROTO_SYNC_STATE_H
#define PROTO_SYNC_STATE_H

#include "proto/sync.h"

#define SYNC_NONE UINT32_MAX /* no slot, no place */
#define CLAIM_NONE UINT8_MAX
#define LATER_SECONDS 4096 /* places wait for a second to come, at most so many ahead */
#define LOCAL_RETRY_MS 30000u

/* Whether a peer may be asked for a log: nothing, also if what was asked has come to nothing. */
enum sync_worth { WORTH_UNKNOWN = 0, WORTH_ASKED, WORTH_NOTHING };
enum sync_queue { QUEUE_NONE = 0, QUEUE_READY, QUEUE_LATER };

/* What a peer has said of a log; the log's id is its slot's. */
struct sync_report {
    uint64_t size, f;
    struct digest root;
    uint8_t note[NOTE_TAG_LEN];
    uint32_t epoch, day;
    uint8_t flags;
    bool has;
    uint8_t worth, queue;             /* enum sync_worth of this very record, enum sync_queue */
    uint8_t failures, parts_failures; /* in a row */
    uint16_t version;                 /* counts its changes */
    uint32_t retry_s, parts_s;        /* not before; of PARTS */
    uint32_t parts_from;              /* from which index on */
    uint32_t due_s;                   /* until when it waits, in QUEUE_LATER */
    uint32_t previous, next;          /* places in the queue that it stands in */
};

/* A log: carried by this node, or only reported. */
struct sync_log {
    struct head head; /* of this node; of one that is only reported, the id alone */
    bool used, carried, lacks;
    uint8_t claim;         /* what is under way for it; CLAIM_NONE */
    uint8_t overtaken;     /* claims in a row that gave way to another peer's */
    uint32_t next;         /* slot behind it in its bucket, by id; or among the free ones */
    uint32_t older, newer; /* slots that changed before and after it; of those with a seq */
    uint64_t seq;          /* of its head's last change; 0: it has no head that others are told of */
    uint64_t held;
    uint64_t reporters, heard; /* a bit for each peer that reports it; that ever has */
    uint64_t retry_ms;
};

/* A peer's claim to deliver a log now: the only one, until it is done or lost. */
enum sync_claim_kind { CLAIM_ENTRIES, CLAIM_PROOF, CLAIM_PARTS };

struct sync_claim {
    bool used;
    bool fresh;       /* nothing has been asked yet */
    bool failed;      /* let the packages at the gate come back, take no more */
    bool yielded;     /* the same, so that another log or peer has its turn */
    bool fork;        /* the gate has found another history: a search is to begin */
    bool alone;       /* the signed target alone was asked for */
    bool moved;       /* something has come of it */
    bool undone;      /* what it has brought gives way again: it was worth nothing */
    uint8_t failures; /* of the report, when it began */
    uint8_t kind;     /* enum sync_claim_kind */
    uint16_t version;
    uint32_t slot;
    unsigned peer, flights, commits, packages;
    struct sync_news news;
    uint64_t from, target; /* the next FETCH */
};

/* A FETCH, PROVE or PARTS whose answer has not come. */
struct sync_flight {
    bool used;
    uint8_t claim;
    unsigned peer;
    uint64_t id, from, sent_ms, deadline_ms;
    uint32_t bytes;   /* that its answer may have */
    uint64_t look_ms; /* when to see whether another peer would rather be asked */
};

/* Prefixes whose sums differ, yet to be asked for. */
struct sync_walk {
    bool first; /* nothing has been answered yet */
    unsigned questions, count, asked_count;
    struct radix pending[SYNC_WALK], asked[RADIX_PREFIXES];
};

struct sync_peer {
    bool up, partial;
    bool complete;
    bool guessed;   /* its copy is what this node carries itself, until it has said so */
    bool overflow;  /* it reports more logs than there is room for; sums are not compared */
    bool silent;    /* what it was asked for last has not come */
    bool announced; /* SYNC_REPORTED was given since the link came up */
    bool parked;
    bool untold; /* what this node carries has changed since CHANGES was last answered */
    uint8_t instance[INSTANCE_LEN];
    uint64_t cursor, next_id;
    unsigned asking;   /* MESSAGE_CHANGES, _VECTOR, _RADIX or 0 */
    unsigned ask_kind; /* what to ask at ask_at, if nothing is asked; 0: VECTOR from its beginning */
    uint64_t ask_id, ask_wait_s, ask_deadline_ms, ask_at_ms;
    uint64_t asks_ms;    /* ahead of now by what has been asked lately */
    uint64_t judged_us;  /* ahead of now by the signatures that have come to nothing lately */
    uint64_t begun_next; /* the cursor when a VECTOR or a walk began */
    uint8_t vector_from[LOG_ID_LEN];
    unsigned mismatches, fetches, comparing, bytes;
    uint64_t parked_id, parked_since, parked_until_ms;
    uint32_t ready_first, ready_last; /* places */
    struct sync_walk walk;
    struct radix_sums sums; /* of the copy of its report */
};

/* What a machine works within: the bounds of proto/limits.h.  A test may lower them, since a small federation
 * meets none of those. */
struct sync_bounds {
    unsigned heads, radix_heads; /* of an answer to CHANGES or VECTOR; of a prefix in one to RADIX */
    unsigned prefixes, walk;     /* of a question by RADIX; that wait in a walk */
    unsigned changes_back, strange;
    unsigned fetches_peer, fetches_all, claims;
    unsigned commits, commits_all, packages, locates, gleans;
    uint32_t bytes_small, bytes_large; /* asked for in a FETCH */
    uint32_t bytes_peer, bytes_all;
};
extern const struct sync_bounds sync_bounds;

struct sync {
    struct sync_bounds bounds;
    uint8_t instance[INSTANCE_LEN];
    unsigned capacity, slots;
    bool full; /* a log that is carried has found no room */
    bool halted;
    struct sync_counts counts;
    uint64_t judged_us; /* as of each peer, of all */
    uint64_t seq, now_ms, random;
    unsigned carried, strange, fetches, bytes, comparing, claims, commits, locates, gleans, turn;
    uint32_t free_first, fresh; /* slots given back, and the first that was never used */
    uint32_t oldest, newest;    /* slots by seq */
    uint64_t later_s;           /* up to this second, nobody waits */
    unsigned later_count;
    struct radix_sums own; /* of what this node carries */
    struct sync_claim claim[SYNC_CLAIMS];
    struct sync_flight flight[SYNC_FETCH_ALL];
    uint32_t bucket[RADIX_BUCKETS]; /* slots */
    uint32_t later[LATER_SECONDS];  /* places */
    struct sync_peer peer[SYNC_PEERS];
    struct sync_report *report; /* [SYNC_PEERS][slots] */
    struct sync_log log[];      /* [slots], and behind them the reports */
};

struct sync_action *sync_act(struct sync_actions *actions, enum sync_action_kind kind, unsigned peer);

static inline uint32_t sync_at(const struct sync *s, unsigned peer, uint32_t slot) {
    return peer * s->slots + slot;
}

static inline struct sync_report *sync_report(struct sync *s, unsigned peer, uint32_t slot) {
    return &s->report[sync_at(s, peer, slot)];
}

/* The lowest bit that is set of some. */
static inline unsigned sync_bit(uint64_t bits) {
    return (unsigned)__builtin_ctzll(bits);
}

/* sync_table.c: the logs. */
void table_init(struct sync *s);
uint32_t table_find(const struct sync *s, const uint8_t id[static LOG_ID_LEN]); /* SYNC_NONE */

/* The slot of a log, taken if there is none; SYNC_NONE if there is no room. */
uint32_t table_slot(struct sync *s, const uint8_t id[static LOG_ID_LEN], bool carried);
void table_release(struct sync *s, uint32_t slot); /* unless it is carried, reported or claimed */

/* Walk by id: the first whose id is not below id, or if above is set, above it; the one behind a slot. */
uint32_t table_from(const struct sync *s, const uint8_t id[static LOG_ID_LEN], bool above);
uint32_t table_next(const struct sync *s, uint32_t slot);

/* The log is carried and stands so, or is carried no more: what others are told of it follows. */
void table_set(struct sync *s, uint32_t slot, const struct sync_event *event);
void table_drop(struct sync *s, uint32_t slot);

/* The sum of what others are told of under a prefix. */
struct headsum table_sum(const struct sync *s, struct radix prefix);

/* The first log that others are told of and that changed after since.  *ret_gap: too long ago to tell. */
uint32_t table_since(const struct sync *s, uint64_t since, bool *ret_gap);

/* sync_queue.c: places that want looking at. */
void queue_init(struct sync *s);
void queue_ready(struct sync *s, unsigned peer, uint32_t slot);
void queue_front(struct sync *s, unsigned peer, uint32_t slot);
void queue_later(struct sync *s, unsigned peer, uint32_t slot, uint64_t at_ms);
void queue_leave(struct sync *s, unsigned peer, uint32_t slot);
uint32_t queue_take(struct sync *s, unsigned peer); /* a slot; SYNC_NONE */
void queue_expire(struct sync *s);                  /* whose time has come is ready */
uint64_t queue_deadline(const struct sync *s);

/* sync_report.c: the copies of what peers report. */
struct head report_head(const struct sync *s, unsigned peer, uint32_t slot);
void report_set(struct sync *s, unsigned peer, const struct head *head);
void report_drop(struct sync *s, unsigned peer, uint32_t slot);
/* What the peer does not carry: from an id, or above it, up to another; NULL: to the end. */
void report_drop_range(struct sync *s, unsigned peer, const uint8_t *from, bool above, const uint8_t *below);
void report_guess(struct sync *s, unsigned peer); /* that it carries what this node does */
/* What a peer reports and nothing came of is compared anew, since its link is up: while it was asked it may
 * have been put back. */
void report_renew(struct sync *s, unsigned peer);

/* What peers report of a log is compared anew: something has come of it, or trust has changed.  Or only those
 * are queued that have something to say, since the log is free. */
void report_forget(struct sync *s, uint32_t slot);
void report_wake(struct sync *s, uint32_t slot);

/* sync_pull.c: asking others for heads. */
void pull_up(struct sync *s, unsigned peer, struct sync_actions *ret);
void pull_down(struct sync *s, unsigned peer);
void pull_heads(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret);
bool pull_error(struct sync *s, unsigned peer, const struct message *m); /* of one of its questions */
void pull_timeout(struct sync *s, struct sync_actions *ret);
void pull_complete(struct sync *s, unsigned peer, struct sync_actions *ret); /* its sum fits */
void pull_ask(struct sync *s, unsigned peer, unsigned kind, uint64_t wait_s, struct sync_actions *ret);
void pull_vector(struct sync *s, unsigned peer, struct sync_actions *ret);

/* sync_walk.c: finding by RADIX where a peer's report and its copy differ. */
void walk_begin(struct sync *s, unsigned peer, struct sync_actions *ret);
void walk_answer(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret);

/* sync_claim.c: claims and their requests. */
struct sync_claim *claim_of(struct sync *s, uint32_t slot); /* NULL */
struct sync_claim *claim_begin(struct sync *s, unsigned peer, uint32_t slot, enum sync_claim_kind kind);
void claim_end(struct sync *s, struct sync_claim *claim);
bool claim_room(const struct sync *s, unsigned peer); /* for a request to this peer */

/* Signatures of a peer's package have come to nothing.  When the peer may be asked for packages again; before
 * now, if it may be. */
void claim_judged(struct sync *s, unsigned peer, unsigned signatures);
uint64_t claim_judged_ms(const struct sync *s, unsigned peer);

/* Whether a claim that has begun may ask its peer again: others may have taken the room since its last
 * answer. */
bool flight_room(const struct sync *s, const struct sync_claim *claim, uint32_t bytes);
struct sync_flight *flight_begin(struct sync *s, struct sync_claim *claim, uint32_t bytes);
void flight_end(struct sync *s, struct sync_flight *flight);

/* The claim whose request this answers, which is then no longer under way.  NULL: none, or one of another
 * kind; whoever never was asked, or is answered twice otherwise, is cut off. */
struct sync_claim *flight_answered(struct sync *s, unsigned peer, uint64_t id, enum sync_claim_kind kind,
                                   struct sync_flight *ret_flight, struct sync_actions *ret);

/* sync_fetch.c: one log's entries. */
void fetch_due(struct sync *s, struct sync_actions *ret);
void fetch_answer(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret);
void fetch_error(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret);
void fetch_committed(struct sync *s, const struct sync_event *event, struct sync_actions *ret);
void fetch_down(struct sync *s, unsigned peer, struct sync_actions *ret);
void fetch_timeout(struct sync *s, struct sync_actions *ret);

/* What goes on with a claim: the next FETCH, the search for a fork, or its end. */
void fetch_go_on(struct sync *s, struct sync_claim *claim, struct sync_actions *ret);

/* What was asked for has come to nothing: the record that it followed from is worth nothing until it says
 * something else, unless it has said so already. */
void fetch_vain(struct sync *s, const struct sync_claim *claim);
void fetch_blame(struct sync *s, unsigned peer, uint32_t slot, uint64_t at_least_s);

/* Exponential back-off with full jitter on its upper half, in seconds of the clock of now_ms. */
uint32_t fetch_back_off(struct sync *s, unsigned failures, uint64_t at_least_s);

/* Errors that say nothing about the peer: our own disk, say. */
bool fetch_is_local(enum err err);

/* sync_parts.c: parts that were withheld when their entries came. */
void parts_start(struct sync *s, unsigned peer, uint32_t slot, struct sync_actions *ret);
void parts_answer(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret);
void parts_committed(struct sync *s, const struct sync_event *event, struct sync_claim *claim);
void parts_unasked(struct sync *s, const struct sync_event *event, struct sync_claim *claim);
void parts_blame(struct sync *s, unsigned peer, uint32_t slot, uint64_t at_least_s);

/* sync_locate.c: where two trees part. */
void locate_start(struct sync *s, struct sync_claim *claim, struct sync_actions *ret);
void locate_answer(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret);
void locate_verdict(struct sync *s, const struct sync_event *event, struct sync_actions *ret);

/* sync_serve.c: answering others. */
void serve_request(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret);
void serve_changed(struct sync *s, const struct headsum *before, struct sync_actions *ret);
void serve_timeout(struct sync *s, struct sync_actions *ret);

#endif
