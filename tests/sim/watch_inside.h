/* What replication remembers: within its bounds at every step, the same as the store when a node starts, and
 * at rest nothing but what peers carry (threats.md 2.1: I7). */
#ifndef TESTS_SIM_WATCH_INSIDE_H
#define TESTS_SIM_WATCH_INSIDE_H

#include "tests/sim/station.h"

/* What is under way, counted once more, and its bounds. */
void watch_inside(const struct station *s);

/* It has started: it carries the logs that its store holds, as they stand there. */
void watch_inside_started(const struct station *s);

/* Nothing has happened for longer than any back-off: between nodes of the core nothing is under way, and each
 * knows of the other exactly what that one carries. */
void watch_inside_rest(const struct station *s);

/* Of one node: its peers in the core know exactly what it carries. */
void watch_inside_reported(const struct station *s);

#endif
