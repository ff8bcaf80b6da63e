/* Nodes without sockets or clocks: real stores, the gate, the replication machine and its glue, joined by
 * queues in memory.
 *
 * There is one world at a time.  What happens in it happens when settle() or pass() is called. */
#ifndef TESTS_LIB_WORLD_H
#define TESTS_LIB_WORLD_H

#include "node/intake.h"
#include "node/replica.h"
#include "tests/lib/tmp.h"
#include "tests/store/author.h"

enum { NODES = 4 };

struct letter {
    struct letter *next;
    unsigned from, to;
    struct frame *frame;
};

struct site {
    unsigned number;
    char dir[TMP_LEN];
    struct store *store;
    struct replica *replica;
    struct intake *intake;
    struct committer_job *job, **job_last;
    bool linked[NODES], complete[NODES];
    unsigned refused, closed;
    unsigned moved; /* packages that have moved a head, as the daemon is told */
    enum err closed_why;
    enum link_class class; /* as what others take it */
};

struct world {
    struct site site[NODES];
    struct letter *first, **last;
    uint64_t now_ms, letters, bytes;
    uint64_t sent[MESSAGE_ANSWER * 2], sent_bytes[MESSAGE_ANSWER * 2]; /* letters by kind of message */
    unsigned group; /* jobs that share a transaction; 0: one each */
    unsigned count;
    bool quiet;        /* what is carried or published is told to replication later */
    bool spoil;        /* site 0 sends parts with a flipped bit */
    bool spoil_leaves; /* and leaves */
};

extern struct world world;
extern struct author fr; /* the State that publishes */

void world_open(unsigned count);
void world_close(void);

/* A world in which France publishes, and these many sites follow it. */
void world_carrying(unsigned count);

/* Stop a site as a power cut does, and start it from its store. */
void site_stop(struct site *site);
void site_start(struct site *site);

void link_sites(unsigned a, unsigned b);
void unlink_sites(unsigned a, unsigned b);

/* Let everything happen that follows without the clock; let so much time pass, with every timeout in it. */
void settle(void);
bool happen(void); /* one step of it: the next letter, and a job of each site; false if there was nothing */
void pass(uint64_t ms);

/* By hand: put a frame under way, drop what is under way between two sites, do one job of a site's committer.
 */
void put_letter(unsigned from, unsigned to, struct frame *frame);
void letters_drop(unsigned a, unsigned b);
bool jobs_run(struct site *site);

/* Pin a State and open its log; publish up to an entry; look at what a site holds. */
void carry(unsigned number, struct author *a);
void publish(unsigned number, struct author *a, uint64_t to);
uint64_t size_at(unsigned number, const struct author *a);
enum part_state part_at(unsigned number, const struct author *a, uint64_t index, enum part_class class);

#endif
