/* A node as the tests of links see it: a net with a key of its own, which counts what happens to it.  Several
 * share one loop. */
#ifndef TESTS_LIB_PEER_H
#define TESTS_LIB_PEER_H

#include "node/net/link.h"

#define PEER_FRIENDS 8
#define PEER_LINKS 128

struct peer {
    struct net *net;
    struct pubkey key;
    struct {
        struct pubkey key;
        enum link_class class;
    } friend[PEER_FRIENDS];
    unsigned friends;
    bool refuse_hello, echo, closed;
    struct link *link[PEER_LINKS]; /* those that are up, oldest first */
    unsigned links;
    unsigned ups, downs, failures, messages;
    enum err down_why, failed_why;
    size_t answer;       /* bytes with which it answers each message; 0: none */
    unsigned slow_us;    /* how long it takes over each message */
    unsigned before;     /* messages before the first of more than a byte */
    size_t bytes;        /* in messages */
    uint64_t sum;        /* of all their bytes */
    struct frame *frame; /* the last one, if it was not echoed */
    char hello[FRAME_FIRST_MAX + 1];
};

void peer_seed(unsigned number, uint8_t ret[static KEY_SEED_LEN]);
void peer_key(unsigned number, struct pubkey *ret);

/* Open a net whose key comes from number; options gives limits only. */
void peer_open(struct peer *peer, uv_loop_t *loop, unsigned number, const struct net_options *limits);

void peer_befriend(struct peer *peer, unsigned number, enum link_class class);

/* Close it and run the loop until nothing of it is left. */
void peer_close(struct peer *peer, uv_loop_t *loop);

/* Send a frame of len bytes, all alike. */
enum err peer_send(struct peer *peer, size_t len, uint8_t fill);

/* Run the loop until the condition holds; fail after half a minute. */
#define UNTIL(loop, condition)                                                                               \
    do {                                                                                                     \
        uint64_t until_ = uv_hrtime() + 30000000000ull;                                                      \
        while (!(condition) && uv_hrtime() < until_)                                                         \
            uv_run((loop), UV_RUN_ONCE);                                                                     \
        if (!(condition))                                                                                    \
            fail_msg("%s:%d: never came: %s", __FILE__, __LINE__, #condition);                               \
    } while (0)

#endif
