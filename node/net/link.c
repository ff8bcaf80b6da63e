#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/net/net.h"

/* Over ipc:// the kernel says who is at the other end: this process's user or root.  Root dials whom it
 * likes.
 */
static bool local_allowed(nng_stream *stream, bool dialled) {
    uint64_t uid;
    if (nng_stream_get_uint64(stream, NNG_OPT_IPC_PEER_UID, &uid))
        return false;
    return uid == geteuid() || uid == 0 || (dialled && geteuid() == 0);
}

static bool admitted(void *context, const struct pubkey *key) {
    const struct net *net = context;
    return net->options.admit(net->options.context, key) != LINK_NONE;
}

static enum err channel_open(struct link *link) {
    struct net *net = link->net;
    if (link->local)
        return local_allowed(link->stream, link->dialled) ? ERR_OK : ERR_DENIED;
    enum err err = net_identity(net);
    if (err)
        return err;
    struct tls_peer peer = {.dialled = link->dialled, .context = net, .admit = admitted};
    if (link->dialler)
        peer.expected = *dialler_key(link->dialler);
    link->tls = tls_new(net->identity, &peer);
    if (!link->tls)
        return ERR_MEMORY;
    nng_stream_set_bool(link->stream, NNG_OPT_TCP_KEEPALIVE, true); /* not vital: silence ends it too */
    return nng_stream_get_addr(link->stream, NNG_OPT_REMADDR, &link->address) ? ERR_CLOSED : ERR_OK;
}

static void link_free(struct link *link) {
    pump_close(link);
    nng_stream_free(link->stream);
    job_close(&link->recv);
    job_close(&link->send);
    tls_free(link->tls);
    free(link);
}

enum err link_open(struct net *net, nng_stream *stream, struct dialler *dialler, bool local,
                   struct link **ret) {
    struct link *link = calloc(1, sizeof *link);
    if (!link) {
        nng_stream_close(stream);
        nng_stream_free(stream);
        return ERR_MEMORY;
    }
    *link =
        (struct link){.net = net, .stream = stream, .dialler = dialler, .dialled = dialler, .local = local};
    link->state = local ? LINK_GREETING : LINK_HANDSHAKE;
    link->reader.max = FRAME_FIRST_MAX;
    link->opened = link->heard = link->sent = net_now(net);
    link->room = SMALL;
    link->in = malloc(link->room);
    enum err err = link->in ? ERR_OK : ERR_MEMORY;
    if (!err)
        err = job_open(&link->recv, &net->bridge, pump_recv_done);
    if (!err)
        err = job_open(&link->send, &net->bridge, pump_send_done);
    if (!err)
        err = channel_open(link);
    if (err) {
        nng_stream_close(stream);
        link_free(link);
        return err;
    }
    link->next = net->links;
    link->at = &net->links;
    if (link->next)
        link->next->at = &link->next;
    net->links = link;
    net->counts.opened++;
    net->counts.links++;
    *ret = link;
    pump_start(link);
    return ERR_OK;
}

/* A link that this side has dialled says HELLO only if no other is up by now, and none that it has dialled
 * has said it.  So nobody replaces a link that works, and the other side may take a newer link that this side
 * dials for the replacement of an older. */
static bool needless(const struct link *link) {
    for (const struct link *other = link->net->links; other; other = other->next)
        if (other != link && !other->local && pubkey_eq(&other->key, &link->key) &&
            (other->state == LINK_UP || (other->state == LINK_GREETING && other->dialled)))
            return true;
    return false;
}

void link_greet(struct link *link) {
    const struct frame *hello = link->net->hello;
    if (link->tls)
        link->key = *tls_key(link->tls);
    link->state = LINK_GREETING;
    if (!link->local && link->dialled && needless(link)) {
        link_close(link, ERR_EXISTS);
        return;
    }
    struct frame *frame = frame_new(hello->len);
    if (!frame) {
        link_close(link, ERR_MEMORY);
        return;
    }
    memcpy(frame->data, hello->data, hello->len);
    (void)link_send(link, frame);
}

/* One link per node.  Two that were dialled by the same side: the newer, because that side dials again only
 * when it has lost the older.  If both sides dialled: the link dialled by the side with the lower key, which
 * both ends find alike; unless the older has been up for so long that the peer's dialling shows its loss. */
static bool rival_wins(const struct link *link, const struct link *older) {
    const struct net *net = link->net;
    if (older->dialled == link->dialled)
        return link->dialled;
    if (net_now(net) - older->up_since > 3ull * net->options.first_ms)
        return false;
    struct pubkey own = *tls_identity_key(net->identity);
    bool own_is_lower = memcmp(own.b, link->key.b, KEY_LEN) < 0;
    return older->dialled == own_is_lower;
}

static bool room_for(const struct link *link) {
    unsigned count = 0;
    for (const struct link *other = link->net->links; other; other = other->next)
        count += other->state == LINK_UP && !other->dialled && !other->local;
    return link->dialled || link->local || count < link->net->options.links_max;
}

/* Why the peer's HELLO does not bring the link up, or ERR_OK. */
static enum err hello_refused(struct link *link, struct bytes hello) {
    const struct net_options *options = &link->net->options;
    link->class = link->local ? LINK_LOCAL : options->admit(options->context, &link->key);
    if (link->class == LINK_NONE)
        return ERR_DENIED;
    if (!hello.len || !options->hello_came(options->context, link, hello))
        return ERR_MESSAGE;
    if (link->state != LINK_GREETING)
        return ERR_CLOSED;
    struct link *older = link->local ? NULL : net_find(link->net, &link->key, link);
    if (older && rival_wins(link, older))
        return ERR_EXISTS;
    if (older) {
        link_close(older, ERR_EXISTS);
        link_tell(older);
    }
    return room_for(link) ? ERR_OK : ERR_BUSY;
}

static void hello_came(struct link *link, struct frame *frame) {
    struct net *net = link->net;
    enum err err = hello_refused(link, (struct bytes){frame->data, frame->len});
    frame_free(frame);
    if (err) {
        link_close(link, err);
        return;
    }
    link->state = LINK_UP;
    link->up_since = net_now(net);
    link->reader.max = FRAME_MAX;
    link->told = true;
    net->counts.up++;
    net->options.up(net->options.context, link);
}

void link_frame(struct link *link, struct frame *frame) {
    const struct net_options *options = &link->net->options;
    if (link->state == LINK_GREETING)
        hello_came(link, frame);
    else if (frame->len)
        options->message(options->context, link, frame);
    else
        frame_free(frame); /* a heartbeat */
}

/* When all queues together are full, whoever holds most of it gives way. */
static void relieve(struct net *net) {
    struct link *fattest = NULL;
    for (struct link *link = net->links; link; link = link->next)
        if (link->state != LINK_CLOSED && (!fattest || link->queued > fattest->queued))
            fattest = link;
    if (fattest)
        link_close(fattest, ERR_FULL);
}

enum err link_send(struct link *link, struct frame *frame) {
    struct net *net = link->net;
    if (link->state != LINK_UP && link->state != LINK_GREETING) {
        frame_free(frame);
        return ERR_CLOSED;
    }
    size_t more = FRAME_HEAD + frame->len;
    if (link->queued + more > net->options.queue_max) {
        frame_free(frame);
        link_close(link, ERR_FULL);
        return ERR_FULL;
    }
    frame_queue_push(&link->queue, frame);
    pump_out(link);
    if (net->queued > net->options.queue_all_max)
        relieve(net);
    return link->state == LINK_CLOSED ? link->why : ERR_OK;
}

static uint64_t *counter(struct link *link, enum err why) {
    struct net_counts *counts = &link->net->counts;
    if (why == ERR_LATE)
        return &counts->late;
    if (why == ERR_FULL)
        counts->glutted++;
    return link->told || why == ERR_CLOSED || why == ERR_IO ? &counts->broken : &counts->refused;
}

void link_close(struct link *link, enum err why) {
    if (link->state == LINK_CLOSED)
        return;
    link->state = LINK_CLOSED;
    link->why = why;
    if (why != ERR_OK)
        ++*counter(link, why);
    frame_queue_close(&link->queue);
    link->net->queued -= link->queued;
    link->queued = 0;
    nng_stream_close(link->stream); /* after this nothing is submitted, and NNG completes what was */
    net_wake(link->net);
}

void link_tell(struct link *link) {
    const struct net_options *options = &link->net->options;
    if (link->state != LINK_CLOSED || !link->told)
        return;
    link->told = false;
    options->down(options->context, link, link->why);
}

bool link_reap(struct link *link) {
    struct net *net = link->net;
    assert(link->state == LINK_CLOSED && !link->told);
    if (link->recv.busy || link->send.busy)
        return false;
    *link->at = link->next;
    if (link->next)
        link->next->at = link->at;
    net->counts.links--;
    if (link->dialler)
        dialler_lost(link->dialler, link->why, link->up_since ? net_now(net) - link->up_since : 0,
                     link->up_since != 0);
    link_free(link);
    return true;
}

/* A window that began at *since is over: did bytes move at the least rate? */
static bool too_slow(uint64_t *since, size_t *bytes, uint64_t now, uint64_t window) {
    if (!*since || now - *since < window)
        return false;
    bool slow = *bytes < RATE_MIN * (now - *since) / 1000;
    *since = now;
    *bytes = 0;
    return slow;
}

static bool overdue(struct link *link, uint64_t now) {
    const struct net_options *options = &link->net->options;
    if (link->state != LINK_UP)
        return now - link->opened >= options->first_ms;
    bool silent = !link->local && !link->paused && /* a caller may wait for a person, a peer for its turn */
                  now - link->heard >= options->silence_ms;
    return silent || too_slow(&link->partial_since, &link->partial_bytes, now, options->rate_ms) ||
           too_slow(&link->drain_since, &link->drain_bytes, now, (uint64_t)DRAIN_FACTOR * options->rate_ms);
}

void link_tick(struct link *link, uint64_t now) {
    nng_sockaddr unused;
    if (link->state == LINK_CLOSED)
        return;
    if (overdue(link, now)) {
        link_close(link, ERR_LATE);
        return;
    }
    /* NNG may lose the callback of a socket that dies just as it is submitted to; the dead socket has no
     * peer. */
    if (!link->local && nng_stream_get_addr(link->stream, NNG_OPT_REMADDR, &unused)) {
        link_close(link, ERR_CLOSED);
        return;
    }
    pump_trim(link, now);
    if (link->state == LINK_UP && !link->local && !link->queued &&
        now - link->sent >= link->net->options.heartbeat_ms) {
        struct frame *heartbeat = frame_new(0);
        if (heartbeat)
            (void)link_send(link, heartbeat);
    }
}

const struct pubkey *link_key(const struct link *link) {
    return &link->key;
}

enum link_class link_class_of(const struct link *link) {
    return link->class;
}

size_t link_queued(const struct link *link) {
    return link->queued;
}

bool link_dialled(const struct link *link) {
    return link->dialled;
}

void link_set_user(struct link *link, void *user) {
    link->user = user;
}

void *link_user(const struct link *link) {
    return link->user;
}
