/* What proto/view.h and proto/trust.h make of facts about a few logs: base views, the words read in them,
 * then the views, successors and who is admitted.
 *
 * The facts are a whole node's (whole.h) or a bounded one's (bounded.h). */
#ifndef TESTS_PROTO_BELIEF_H
#define TESTS_PROTO_BELIEF_H

#include "proto/trust.h"
#include "tests/proto/history.h"

#define BELIEF_NOTES 24
#define BELIEF_BRANCHES 96
#define BELIEF_CANDIDATES 512
#define BELIEF_FORKS 256

/* The first leaves of a tree. */
struct belief_branch {
    uint32_t tree;
    uint64_t len;
};

struct belief_log {
    const struct history *h;
    struct digest empty;     /* root of no leaves, which is asked for often */
    struct view_facts facts; /* points into this struct, which therefore stays where it is */
    struct view_note note[BELIEF_NOTES];
    uint32_t place[BELIEF_NOTES]; /* where each note stands in the history */
    struct belief_branch branch[BELIEF_BRANCHES];
    struct view_candidate candidate[BELIEF_CANDIDATES];
    struct view_fork fork[BELIEF_FORKS];
};

struct belief {
    const struct history *h;
    struct belief_log log[HISTORY_LOGS];
    struct view base[HISTORY_LOGS], view[HISTORY_LOGS];
    uint32_t next[HISTORY_LOGS], heir[HISTORY_LOGS];
    bool admitted[HISTORY_LOGS];
    struct trust_word endorse[HISTORY_LOGS][HISTORY_STATES], succeed[HISTORY_LOGS][HISTORY_STATES];
    uint32_t endorse_count[HISTORY_LOGS], succeed_count[HISTORY_LOGS];
};

/* Begin with no note and one empty branch for each log. */
void belief_init(struct belief *b, const struct history *h);

/* Add to the facts of a log.  Of the parent of a note, the place among the facts is found. */
uint32_t belief_add_note(struct belief_log *l, uint32_t note);
uint32_t belief_find(const struct belief_log *l, uint32_t note);

/* Compute everything from the facts.  Of a log without notes, nothing but base.note and view.note VIEW_NONE.
 */
void belief_compute(struct belief *b, const struct history_trust *trust);

#endif
