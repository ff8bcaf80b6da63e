/* What sound nodes say to each other, frame by frame: every question is one that may be asked, every answer
 * is what its question asks for (proto/message.h, design 6).
 *
 * It keeps the questions of each link, and looks into the store of who answers; what replication itself
 * remembers is the business of watch_inside.h. */
#ifndef TESTS_SIM_WATCH_WIRE_H
#define TESTS_SIM_WATCH_WIRE_H

#include "tests/sim/station.h"

void watch_wire_open(void);
void watch_wire_close(void);

/* A node says this on a link, as the side that it is there. */
void watch_said(struct station *from, const struct channel *link, unsigned side, const struct frame *frame);

/* Its gate has refused what the other node gave it of a log: it lets that node be for a while. */
void watch_wire_refused(const struct station *s, const struct station *other, const uint8_t *log);

#endif
