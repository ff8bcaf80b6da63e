/* All there is in one simulation: its time, its dice, the nodes, the States whose nodes they are, and the
 * links between them.  There is one at a time. */
#ifndef TESTS_SIM_SCENE_H
#define TESTS_SIM_SCENE_H

#include "node/admission.h"
#include "node/intake.h"
#include "node/ops.h"
#include "node/ownhead.h"
#include "node/replica.h"
#include "tests/sim/agenda.h"
#include "tests/sim/dice.h"
#include "tests/sim/disk.h"
#include "tests/sim/story.h"

#define SCENE_NETWORK "test.example"
#define SCENE_START_S 1767225600u /* wall clock at the beginning */
#define STATIONS_MAX 200
#define CHANNELS_MAX 1200
#define SNAPSHOTS_MAX 8

struct member; /* a State: member.h */

/* A place among a node's peers: another node, by its key. */
struct place {
    bool used, up;
    unsigned other; /* station */
    unsigned channel;
    enum ownhead own; /* what it says of this State's own log, as node/peering.c keeps it */
    bool own_held;
    struct head own_head;
};

/* A node with its store. */
struct station {
    unsigned number;
    char name[24];
    bool up, leaving; /* leaving: it has crashed, and is ended when its work in progress comes back */
    bool tainted;     /* what it holds was damaged: nothing is asked of it any more */
    bool bruised;     /* a part that it holds was damaged: it is asked for everything else */
    bool was_tainted; /* it was, and what it said then may be with others still */
    bool gone;        /* switched off for good */
    bool liar;        /* speaks as it likes; it is not asked for anything either */
    bool partial;     /* an observer's */
    bool lost_ledger; /* or an older one was put back */
    bool core;        /* asked for the same as the others of the core: see watch_rest.c */
    bool has_copy;    /* a backup of it is kept */
    bool restored;    /* it was put back by the rules, and is to be marked when it starts */
    unsigned twin;    /* the station whose keys and State it shares, as a clone; else its own number */
    struct pubkey key;
    struct member *member; /* NULL: an observer's */
    char db[160], dir[160];
    struct disk disk;
    struct store *store;
    struct replica *replica;
    struct intake *intake;
    struct admission admission;
    struct committer_job *job, **job_last;
    unsigned waiting;
    bool commit_due, renew_due;
    uint64_t timer_ms;      /* of the next look at replication's deadline */
    unsigned same_ms;       /* looks within one millisecond */
    uint64_t boot_ms, life; /* life counts its starts */
    int64_t skew_s;
    unsigned configured, endorsements; /* endorsements: how many it asks for; 0: words do nothing */
    struct place place[SYNC_PEERS];
    uint64_t refused, closed, frames_in, bytes_in;
};

/* A link that one of two nodes dials. */
struct channel {
    unsigned end[2]; /* the first dials */
    bool up[2];      /* as each side sees it */
    bool whole;      /* what is sent arrives */
    bool dialling;
    uint64_t generation, latency_ms, fails;
    uint64_t last_ms[2]; /* arrival of the newest frame, by the sending side */
    uint64_t stalled_ms; /* nothing arrives before */
    struct held {
        struct held *next;
        struct frame *frame;
    } * held[2], **held_last[2]; /* what waits while the way is cut, by the sending side */
};

struct scene {
    uint64_t seed, now_ms;
    struct agenda agenda;
    struct {
        struct dice net, disk, clock, work, fault, villain, watch, words;
    } dice;
    unsigned station_count, member_count, channel_count;
    struct station *station;
    struct member *member;
    struct channel *channel;
    bool healed;
    unsigned days; /* that have passed beside now_ms */
    unsigned at;   /* the station whose code runs */
};

extern struct scene scene;

void scene_open(uint64_t seed, unsigned stations, unsigned members);
void scene_close(void);

/* Let everything happen up to a time, or until done says so. */
void scene_run(uint64_t until_ms, bool (*done)(void));

/* Put something down, so many milliseconds from now. */
void scene_after(uint64_t ms, struct occasion o);

/* Something is as it must never be: say what, tell how to repeat it, and end. */
_Noreturn void scene_wrong(const char *rule, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
