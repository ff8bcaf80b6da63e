/* Seeds in which nodes have little room: bounds of replication, and of the writer's queue, are drawn small,
 * each with even odds.  So pages have more behind them, packages come in pieces and turns are taken, as among
 * thousands of logs of millions of entries. */
#ifndef TESTS_SIM_CRAMPED_H
#define TESTS_SIM_CRAMPED_H

#include "node/replica.h"

extern struct cramped {
    bool on;
    bool forgets; /* few changes are looked back at, so heads are asked for as a whole now and then */
    unsigned queue;
} cramped;

/* Draw for a seed: one in three is cramped, but for bytes and the writer's queue; with all, every one, and
 * those too. */
void cramped_open(bool may, bool all);

/* The machine of a node that starts. */
void cramped_apply(struct replica *r);

#endif
