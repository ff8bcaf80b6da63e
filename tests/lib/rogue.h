/* A stranger, or a peer that breaks the rules: a bare socket, and TLS spoken on it by hand with a key that
 * may well be admitted. */
#ifndef TESTS_LIB_ROGUE_H
#define TESTS_LIB_ROGUE_H

#include <stdbool.h>
#include <uv.h>

#include "node/net/tls.h"

struct rogue {
    int fd;
    bool closed; /* by the other side */
    bool secure; /* the handshake has finished */
    struct tls_identity *identity;
    struct tls *tls;
    size_t got; /* plain bytes read, or raw ones without TLS */
};

/* Connect to 127.0.0.1; nothing is sent. */
void rogue_open(struct rogue *rogue, unsigned port);

/* Begin TLS as node `number`, expecting node `other`. */
void rogue_secure(struct rogue *rogue, unsigned number, unsigned other);

/* Read what has come and go on with the handshake; never waits. */
void rogue_step(struct rogue *rogue);

/* Send bytes as they are; false when they are refused. */
bool rogue_raw(struct rogue *rogue, const void *bytes, size_t len);

/* Send bytes over TLS. */
bool rogue_put(struct rogue *rogue, const void *bytes, size_t len);

/* Send the head of a frame that announces len bytes. */
bool rogue_head(struct rogue *rogue, uint32_t len);

void rogue_close(struct rogue *rogue);

/* As UNTIL, while the rogue goes on too. */
#define UNTIL_ROGUE(loop, rogue, condition)                                                                  \
    do {                                                                                                     \
        uint64_t until_ = uv_hrtime() + 30000000000ull;                                                      \
        while (!(condition) && uv_hrtime() < until_) {                                                       \
            rogue_step(rogue);                                                                               \
            uv_run((loop), UV_RUN_NOWAIT);                                                                   \
        }                                                                                                    \
        if (!(condition))                                                                                    \
            fail_msg("%s:%d: never came: %s", __FILE__, __LINE__, #condition);                               \
    } while (0)

#endif
