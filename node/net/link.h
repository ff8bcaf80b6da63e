/* Links (design 6.1): framed byte streams over NNG, with TLS 1.3 and pinned keys between nodes, plain over
 * ipc:// between CLI and daemon.
 *
 * Everything here runs on the thread of one libuv loop: NNG's callbacks only queue what has completed and
 * wake the loop, so a link needs no lock, nothing is submitted after its close, and streams are freed off
 * NNG's threads.
 *
 * A link is up when the peer's first frame (HELLO) has come in time over a proven, admitted key, and `hello`
 * accepted it. */
#ifndef NODE_NET_LINK_H
#define NODE_NET_LINK_H

#include <uv.h>

#include "node/net/frame.h"
#include "proto/key.h"

struct net; /* all links, listeners and diallers of one loop */
struct link;
struct dialler;

enum link_class { LINK_NONE, LINK_OBSERVER, LINK_MEMBER, LINK_LOCAL };

struct net_options {
    uv_loop_t *loop;
    uint8_t seed[KEY_SEED_LEN]; /* of the node key */
    struct bytes hello;         /* the first frame to send on every link; copied */
    void *context;
    /* Which class a proven key has now; LINK_NONE is not admitted.  Asked in the handshake, and again at
     * HELLO. */
    enum link_class (*admit)(void *context, const struct pubkey *key);
    /* The peer's HELLO; false closes the link.  Up may still not follow: of two links to one node one is
     * kept. */
    bool (*hello_came)(void *context, struct link *link, struct bytes hello);
    void (*up)(void *context, struct link *link);
    void (*message)(void *context, struct link *link, struct frame *frame); /* takes the frame */
    void (*down)(void *context, struct link *link,
                 enum err why); /* only after up; the link is gone after it */
    /* An attempt to dial came to nothing, or its link ended before it was up; may be NULL.  ERR_NOT_FOUND: no
     * such host, or no such socket; ERR_CLOSED: refused, or ended by the peer; ERR_KEY: another node is
     * there.
     */
    void (*failed)(void *context, struct dialler *dialler, enum err why);
    /* Limits; 0 takes the default. */
    unsigned links_max;    /* accepted over tcp:// and up: 256 */
    unsigned first_ms;     /* handshake and HELLO: 5,000 */
    unsigned heartbeat_ms; /* 160,000: once between two long polls */
    unsigned silence_ms;   /* 400,000 */
    unsigned rate_ms;      /* window in which 1 KiB a second must move: 5,000 */
    unsigned redial_ms;    /* first back-off: 1,000; the longest is 300 times that */
    size_t queue_max;      /* bytes queued to one link: LINK_QUEUE_MAX; with less than a frame left, its peer
                              is not listened to.  Two that do this to each other would wait for ever, so it has
                              to be more than either may ask for at a time. */
    size_t queue_all_max;  /* to all: 64 MiB */
};

enum err net_open(const struct net_options *options, struct net **ret) MUST_CHECK;

/* Listen on "tcp://host:port" (TLS) or "ipc:///path" (local: peers of this process's uid, or root). ERR_BUSY:
 * in use; ERR_EXISTS: something that is no socket has that name; ERR_NAME: not such an address. */
enum err net_listen(struct net *net, const char *url) MUST_CHECK;

/* Keep a link to this node at this address, with back-off and full jitter from 1 s to 300 s, until
 * net_undial().  While another link to the node is up, by whichever side dialled, it rests.  key is NULL for
 * ipc://, which is dialled once.  NULL: not such an address, or out of memory. */
struct dialler *net_dial(struct net *net, const char *url, const struct pubkey *key);
void net_undial(struct dialler *dialler); /* and closes its link; down is still called */

/* Close every link whose key `admit` no longer admits in its class. */
void net_readmit(struct net *net);

/* Queue a frame, which is taken in every case.  ERR_FULL: the queue's limit, and the link closes; ERR_CLOSED.
 * When all queues together are full, the link with the longest gives way. */
enum err link_send(struct link *link, struct frame *frame);

/* Close it, and drop what is queued; down follows from the loop, not from here. */
void link_close(struct link *link, enum err why);

const struct pubkey *link_key(const struct link *link); /* all zero for LINK_LOCAL */
enum link_class link_class_of(const struct link *link);
size_t link_queued(const struct link *link); /* bytes not yet handed to the kernel */
bool link_dialled(const struct link *link);  /* by this side */
void link_set_user(struct link *link, void *user);
void *link_user(const struct link *link);

struct net_counts {
    uint64_t opened, up, late, broken, bytes_in, bytes_out;
    uint64_t refused; /* of any reason; of them: */
    uint64_t flooded; /* more connections than its address may begin in a second */
    uint64_t crowded; /* half-open, and gave way to a newer one */
    uint64_t full;    /* there were as many links as there may be */
    uint64_t glutted; /* links that ended because of what was queued to them */
    uint64_t paused;  /* times that a link's frames had to wait for those of others, or for its own queue */
    uint64_t queued;  /* bytes, to all links now */
    unsigned links, half_open;
};
struct net_counts net_counts(const struct net *net);

/* Close all: down is called for each link that is up, and done, on the loop, when everything has been freed.
 */
void net_close(struct net *net, void (*done)(void *context), void *context);

#endif
