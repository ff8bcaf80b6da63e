/* Replication (design 6) as a pure state machine: events in, actions out.
 *
 * It reads no clock and does no I/O; what it learns comes in an event, what it wants done leaves in actions,
 * to be performed in order before the next event.  It holds, per peer, a copy of what that peer has reported
 * (never mixed with what this node carries), per log one pending target, and the parked requests of others.
 *
 * Pull is the truth: a peer's report only says where to ask.  What a peer delivers goes to the gate
 * (SYNC_COMMIT), and the verdict comes back as SYNC_COMMITTED.  A bad object costs that peer its claim to
 * that log for a while, no more. */
#ifndef PROTO_SYNC_H
#define PROTO_SYNC_H

#include "proto/locate.h"
#include "proto/message.h"

enum sync_event_kind {
    SYNC_LINK_UP,   /* peer, instance, partial: its HELLO has come */
    SYNC_LINK_DOWN, /* peer */
    SYNC_MESSAGE,   /* peer, message: any but HELLO; the frame outlives the actions */
    SYNC_HEAD,      /* head, held, seq: this node carries this log, now in this state */
    SYNC_DROP,      /* head.log: no longer carried */
    SYNC_COMMITTED, /* peer, head, held, seq, err: the verdict on a SYNC_COMMIT; head is the state after it
                       (of an error only head.log counts; ERR_FORK: a search is to begin) */
    /* The answer to SYNC_SEND_PARTS has been judged, or there was nothing to ask for, comes as a
     * SYNC_COMMITTED too, with gained and next. */
    SYNC_LOCATED, /* head.log, locate, err: the answer to SYNC_LOCATE */
    SYNC_HALT,    /* halted: nothing is asked of peers that would be stored; or it is again */
    SYNC_TURN,    /* reports have been compared: go on */
    SYNC_TIMEOUT  /* sync_deadline() has passed */
};

/* What a peer's report is worth: see store/news.h. */
struct sync_news {
    bool any;
    uint64_t epoch;        /* the notes after it are to be asked for */
    uint64_t from, target; /* and these entries; from == target: the signed target alone */
    bool has_note, has_root;
    struct digest note; /* the chain that ends in it is to be asked for, from the first note on */
    struct digest root; /* the tree of target leaves with this root is meant, of a disputed log */
};

struct sync_event {
    enum sync_event_kind kind;
    uint64_t now_ms; /* monotonic */
    uint64_t random; /* for jitter */
    unsigned peer;   /* below SYNC_PEERS; the same for the same node while this process lives */
    uint8_t instance[INSTANCE_LEN];
    bool partial; /* SYNC_LINK_UP: it holds less than this node may have, so nothing is fetched from it */
    const struct message *message;
    struct head head;
    uint64_t
        held; /* the index from which entries are wanted: more than head.size while a target is pending */
    const struct locate *locate; /* outlives the actions */
    uint64_t seq;  /* SYNC_HEAD and SYNC_COMMITTED: of the head's last change; 0: it has none yet, and others
                      are not told of the log */
    bool halted;   /* SYNC_HALT */
    bool lacks;    /* SYNC_HEAD and SYNC_COMMITTED: parts that this node may have were withheld */
    bool gained;   /* of PARTS: some have come, or none were to be asked for up to next */
    uint64_t next; /* of PARTS: where to go on; 0: the log has been gone through */
    unsigned signatures; /* SYNC_COMMITTED: that the package has brought */
    bool wrong; /* SYNC_COMMITTED: it came with parts that were left out; others are asked for them first */
    enum err err;
};

enum sync_action_kind {
    SYNC_SEND_CHANGES,   /* peer, id, instance, since, wait_s */
    SYNC_SEND_VECTOR,    /* peer, id, log: page starts above it */
    SYNC_SEND_RADIX,     /* peer, id: sync_radix_question() has the rest */
    SYNC_SEND_FETCH,     /* peer, id, log, epoch, from, target, bytes */
    SYNC_ANSWER,         /* answer event's message from the store: FETCH, PROVE, PARTS */
    SYNC_ANSWER_HEADS,   /* answer event's message by sync_vector() or sync_radix() */
    SYNC_ANSWER_CHANGES, /* peer, id, since, gap: answer a CHANGES, perhaps one that was parked, by
                            sync_changes() */
    SYNC_COMMIT,     /* hand the event's message to the gate and the store: a package, parts, or what proves a
                        fork */
    SYNC_COMPARE,    /* peer, log, head: is this report news?  SYNC_COMPARED answers, at once */
    SYNC_LOCATE,     /* peer, log: begin the search for where the rival parts from what is held, or go on
                        with it by the event's answer to PROVE.  SYNC_LOCATED answers, at once */
    SYNC_SEND_PROVE, /* peer, id, log, from (a and index), target, root */
    SYNC_SEND_PARTS, /* peer, id, log, from, target: ask for what is lacking between them.  SYNC_COMMITTED
                        answers if nothing is */
    SYNC_RETREAT,    /* log: the rival is no fork; what is pending gives way.  SYNC_COMMITTED answers */
    SYNC_REPORTED,   /* peer: its report is complete since the link came up */
    SYNC_CLOSE       /* peer, err: it broke the protocol */
};

struct sync_action {
    enum sync_action_kind kind;
    unsigned peer;
    uint64_t id;
    uint8_t log[LOG_ID_LEN];
    uint8_t instance[INSTANCE_LEN];
    uint64_t since, wait_s, epoch, from, target, bytes;
    bool has_note, has_root;
    struct digest note, root;
    struct head head;
    bool gap;
    enum err err;
};

struct sync_actions {
    unsigned count;
    struct sync_action action[SYNC_ACTIONS];
};

struct sync; /* sync_size() bytes from the caller, zeroed; the pages of absent peers stay untouched */

/* Room for so many logs that are carried, at most SYNC_LOGS_MAX, and SYNC_STRANGE that are only reported. */
size_t sync_size(unsigned logs);
void sync_init(struct sync *s, unsigned logs, const uint8_t instance[static INSTANCE_LEN]);
void sync_step(struct sync *s, const struct sync_event *event, struct sync_actions *ret);

/* The answer to a SYNC_COMPARE. */
void sync_compared(struct sync *s, unsigned peer, const uint8_t log[static LOG_ID_LEN],
                   const struct sync_news *news);

/* Whether a search for a fork of this log is under way. */
bool sync_locating(const struct sync *s, const uint8_t log[static LOG_ID_LEN]);

/* Whether this log's lacking parts are being asked for, or judged. */
bool sync_gleaning(const struct sync *s, const uint8_t log[static LOG_ID_LEN]);

/* When SYNC_TIMEOUT is next due, on the clock of now_ms; UINT64_MAX if never. */
uint64_t sync_deadline(const struct sync *s);

/* What bounds have done since the beginning. */
struct sync_counts {
    uint64_t late;    /* questions that were not answered in time */
    uint64_t lost;    /* times that a peer has lost its claim to a log for a while */
    uint64_t turns;   /* times that a log has given way to others that wait for the same peer */
    uint64_t paced;   /* questions for heads that have waited for their rate */
    uint64_t strange; /* reports of logs for which there was no room */
    uint64_t judged;  /* signatures that have come to nothing */
    uint64_t spared;  /* times that a peer was not asked because of those */
    uint64_t walks, vectors;
};
struct sync_counts sync_counts(const struct sync *s);

/* Whether a log that is carried has found no room. */
bool sync_full(const struct sync *s);

/* Whether a log is carried, and the last change of its head that is known here; the newest of all logs. */
bool sync_carries(const struct sync *s, const uint8_t log[static LOG_ID_LEN], uint64_t *ret_seq);
uint64_t sync_newest(const struct sync *s);

/* What is carried, as answers to others: their heads are written into w, and *ret has views of them.  w has
 * room for HEADS_MAX heads, or for RADIX_BYTES_MAX bytes. */
void sync_changes(const struct sync *s, const struct sync_action *action, struct writer *w,
                  struct message *ret);
void sync_vector(const struct sync *s, const struct message *request, struct writer *w, struct message *ret);
void sync_radix(const struct sync *s, const struct message *request, struct writer *w, struct message *ret);

/* The prefixes of a SYNC_SEND_RADIX, into ret->radix. */
void sync_radix_question(const struct sync *s, unsigned peer, struct message *ret);

/* What a peer has reported of a log; false if nothing. */
bool sync_reported(const struct sync *s, unsigned peer, const uint8_t log[static LOG_ID_LEN],
                   struct head *ret);

/* Whether the peer's report is complete since its link came up. */
bool sync_complete(const struct sync *s, unsigned peer);

#endif
