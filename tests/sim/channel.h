/* Links between nodes: streams, so what is sent arrives in order, late, or never because the link ends.
 *
 * A frame that the network loses is sent again by TCP, and arrives later; if that goes on the link ends, at
 * each side in its own time.  A way that is cut holds what is sent until it is mended, or the link ends of
 * silence.  The first node of a link dials, with growing waits, while both admit each other. */
#ifndef TESTS_SIM_CHANNEL_H
#define TESTS_SIM_CHANNEL_H

#include "tests/sim/scene.h"

#define CHANNEL_SILENCE_MS 150000

/* What the network does to all links. */
struct weather {
    bool split; /* nodes on two sides do not reach each other */
    bool one_way;
    uint8_t side[STATIONS_MAX];
    bool isolated[STATIONS_MAX];
    bool clogged[CHANNELS_MAX];
    uint8_t slow[CHANNELS_MAX]; /* s that each frame takes */
    unsigned loss;              /* per thousand frames, also when all else is healed */
};
extern struct weather weather;

void channel_add(unsigned dialler, unsigned other);
void channel_send(struct station *s, unsigned channel, struct frame *frame); /* takes the frame */

/* End a link: each side learns of it in its own time. */
void channel_break(unsigned channel);

void channel_dial_all(struct station *s);         /* it has started */
void channel_gone(struct station *s, bool power); /* it has ended; after a power cut others notice late */
void channel_readmit(struct station *s);          /* end links with nodes that it no longer admits */

/* The weather has changed: what was held may go on. */
void channel_review(void);
void channel_close(void);

/* What has been sent over all links since this was zeroed: of it the packages of one log, and their entries.
 */
struct channel_count {
    const uint8_t *log;
    uint64_t frames, bytes, packages, entry_bytes, entry_most;
    uint64_t all;   /* packages of any log */
    uint64_t walks; /* questions for all heads: a report was lost, or a peer is new */
};
extern struct channel_count channel_count;

#endif
