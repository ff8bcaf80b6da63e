/* A node of a simulation: the store, the gate, replication and admission as they are, on a simulated disk;
 * what the daemon does around them (node/peering.c, node/committer.c, node/daemon.c) is done here without
 * threads. */
#ifndef TESTS_SIM_STATION_H
#define TESTS_SIM_STATION_H

#include "tests/sim/scene.h"

void station_make(struct station *s, unsigned number, const char *name,
                  const uint8_t seed[static KEY_SEED_LEN], struct member *member);

/* Start it; if its disk fails meanwhile, it tries again later. */
void station_start(struct station *s);

/* End it, as kill -9 or a power cut does. */
void station_stop(struct station *s, bool power);
void station_start_later(struct station *s, uint64_t ms);

/* Whatever a node does lies between these two: its disk is in use, and a crash ends it at the second. */
void station_enter(struct station *s);
void station_leave(struct station *s);

/* Trust or own log have changed: as peering_renew(). */
void station_renew(struct station *s);

/* Its wall clock. */
uint64_t station_now_s(const struct station *s);

/* As peering_confirmed(); within enter and leave. */
bool station_confirmed(struct station *s, char *ret_reason, size_t max);

/* The largest size of the own log that a peer says to hold. */
uint64_t station_reported(const struct station *s);

/* Links: this side of a channel is up, is down, has a frame for it (taken). */
void station_up(struct station *s, unsigned channel, unsigned other);
void station_down(struct station *s, unsigned channel);
void station_frame(struct station *s, unsigned channel, struct frame *frame);
bool station_admits(const struct station *s, const struct station *other);
bool station_has(const struct station *s, const struct station *other); /* a link is up to that key */

/* What a node has of a log; false if it is not open there, or the node is down. */
bool station_log(struct station *s, const uint8_t log[static LOG_ID_LEN], struct log_record *ret);

#endif
