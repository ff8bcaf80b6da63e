/* What the files of node/net share, and nobody else includes: the parts of a net, and who does what.
 *
 *   net.c     opening and closing, the tick, limits over all links
 *   link.c    a link's life: open, greet, up, closed, freed
 *   pump.c    its bytes: stream to frames, frames to stream
 *   dial.c    attempts and back-off       listen.c   accepting and its limits
 *
 * All of it runs on the loop's thread.  Nothing is freed inside a job's or a caller's callback, but in
 * net_step(), which runs after them. */
#ifndef NODE_NET_NET_H
#define NODE_NET_NET_H

#include "node/net/bridge.h"
#include "node/net/link.h"
#include "node/net/tls.h"

#define TURN_NS 1000000 /* how long the frames of one link are taken before others have a turn */
#define DRAIN_FACTOR 6  /* a kernel that buffers is given so many times the time to show progress */
#define SMALL 4096      /* a buffer for a link that says little */
#define MEDIUM (TLS_RECORD_MAX + 32 + TLS_RESERVE) /* holds one record */
#define LARGE (16 * (TLS_RECORD_MAX + 32) + TLS_RESERVE)
#define LARGE_KEPT_MS 10000 /* how long large buffers stay after their last use */

enum link_state {
    LINK_HANDSHAKE, /* TLS */
    LINK_GREETING,  /* our HELLO is on its way, the peer's has not come */
    LINK_UP,
    LINK_CLOSED /* nothing is submitted any more; freed when both jobs have come back */
};

/* Bytes on their way to the kernel: one box is sent while the other is filled. */
struct box {
    struct outbox out;
    size_t sent;
};

struct link {
    struct link *next, **at;
    struct net *net;
    struct dialler *dialler;   /* NULL on the listener's side, and once it is gone */
    bool dialled, local, told; /* told: up has been called, down not yet */
    enum link_state state;
    enum err why; /* of LINK_CLOSED */
    enum link_class class;
    struct pubkey key; /* all zero until proven, and over ipc:// */
    void *user;
    nng_sockaddr address;

    nng_stream *stream;
    struct job recv, send;
    struct tls *tls;     /* NULL over ipc:// */
    uint8_t *in, *spare; /* spare: with large buffers, filled by NNG while `in` is read */
    size_t room;
    size_t fresh;      /* bytes in `in` that came while what came before was not yet taken */
    struct bytes rest; /* over ipc://: what came and is not yet taken; TLS keeps its own */
    bool paused;       /* frames wait in what has come, for the link's turn or a shorter queue */
    bool large;        /* holds one of LARGE_LINKS_MAX places */
    struct frame_reader reader;
    struct box box[2];
    unsigned filling; /* which box is filled next */
    struct frame_queue queue;
    size_t queued; /* in queue and boxes; the part of net->queued that is ours */
    size_t raw;    /* bytes that came before HELLO */

    uint64_t opened, up_since, heard, sent, bulk; /* times, loop's milliseconds */
    uint64_t partial_since, drain_since;          /* 0: nothing is unfinished */
    size_t partial_bytes, drain_bytes;            /* moved since then */
};

struct net {
    struct net_options options;
    struct frame *hello;
    struct tls_identity *identity;
    struct bridge bridge;
    uv_timer_t timer;
    struct link *links;
    struct listener *listeners;
    struct dialler *diallers;
    size_t queued;
    unsigned large; /* links with large buffers */
    struct net_counts counts;
    uint64_t ticked;
    unsigned period;  /* of the tick */
    unsigned handles; /* of libuv's, still open */
    bool closing, finished, excused;
    void (*done)(void *context);
    void *done_context;
};

uint64_t net_now(const struct net *net);

/* Make the node's identity when it is first needed. */
enum err net_identity(struct net *net) MUST_CHECK;

/* Have what is finished freed, and what is due begun, soon. */
void net_wake(struct net *net);

/* Find a live link of this key which is up, other than one. */
struct link *net_find(struct net *net, const struct pubkey *key, const struct link *except);

/* Translate NNG's result; never ERR_OK. */
enum err net_error(int result);

/* ---- link.c ---- */

/* Begin a link on a stream, which is taken.  dialler NULL: accepted. */
enum err link_open(struct net *net, nng_stream *stream, struct dialler *dialler, bool local,
                   struct link **ret) MUST_CHECK;

/* The channel is ready (and the key proven): send HELLO and wait for the peer's. */
void link_greet(struct link *link);

/* A whole frame came; it is taken. */
void link_frame(struct link *link, struct frame *frame);

/* Tell of a closed link's end, if that is due. */
void link_tell(struct link *link);

/* Free a closed link of which nothing is in flight: false if something is. */
bool link_reap(struct link *link);

void link_tick(struct link *link, uint64_t now);

/* ---- pump.c ---- */

void pump_recv_done(struct job *job, int result);
void pump_send_done(struct job *job, int result);

/* Begin: the handshake of a dialler, and receiving. */
void pump_start(struct link *link);

/* Send what is queued, as far as the boxes allow. */
void pump_out(struct link *link);

/* Go on with the frames of a link that had to wait, if its queue is short by now. */
void pump_turn(struct link *link);

/* Give back large buffers that are not used. */
void pump_trim(struct link *link, uint64_t now);

void pump_close(struct link *link);

/* ---- dial.c ---- */

const struct pubkey *dialler_key(const struct dialler *dialler);

/* Begin, give up and free what is due: false if no dialler is left. */
bool dialler_step_all(struct net *net, uint64_t now);

/* The link that it dialled is being freed. */
void dialler_lost(struct dialler *dialler, enum err why, uint64_t up_ms, bool was_up);

bool local_is(const char *url);
bool tcp_is(const char *url, bool host_needed);

/* Spell a local address so that it fits a socket address: a long one below a descriptor of its directory,
 * which is *ret_dir (else -1) and stays open as long as the address is used.  NULL: there is no such
 * directory. */
char *local_url(const char *url, int *ret_dir);

/* ---- listen.c ---- */

/* The same for listeners. */
bool listener_step_all(struct net *net, uint64_t now);

#endif
