/* A connection to a node, spoken by hand: bytes as they are, or TLS and frames over it.  It never waits
 * longer than it is told, and keeps to no rule but those of TCP and TLS. */
#ifndef TESTS_SYSTEM_WIRE_H
#define TESTS_SYSTEM_WIRE_H

#include <stdbool.h>

#include "node/net/frame.h"
#include "node/net/tls.h"

#define WIRE_ROOM 131072

struct wire {
    int fd;      /* -1: not open */
    bool closed; /* by the other side */
    bool secure;
    struct tls *tls;
    struct outbox out;
    struct frame_reader reader;
    uint64_t sent, got; /* raw bytes */
    uint8_t room[WIRE_ROOM], raw[65536];
};

/* Begin to connect to 127.0.0.1 from an address of the loopback; false: refused at once. */
bool wire_open(struct wire *wire, unsigned port, uint32_t source);

/* Begin TLS; the identity stays the caller's. */
bool wire_secure(struct wire *wire, struct tls_identity *identity, const struct pubkey *expected);

/* Queue raw bytes, or a frame over TLS; false: there is no room for all of it now. */
bool wire_raw(struct wire *wire, struct bytes bytes);
bool wire_frame(struct wire *wire, struct bytes body);

/* Queue the head of a frame alone. */
bool wire_head(struct wire *wire, uint32_t len);

/* Send what is queued, and if listen is set read what has come; waits at most so long for either.  A whole
 * frame is the caller's, else NULL. */
struct frame *wire_step(struct wire *wire, bool listen, int wait_ms);

void wire_close(struct wire *wire);

#endif
