#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/net/net.h"

#define ACCEPT_WAIT_MAX 1000 /* milliseconds after an accept that failed: out of descriptors, say */

#define PLACE_LEN 8
#define PLACES 64          /* addresses of which the newest connections are counted */
#define PLACE_A_SECOND 100 /* connections from one of them: each may cost a handshake, half a millisecond */

struct listener {
    struct listener *next;
    struct net *net;
    nng_stream_listener *stream;
    struct job accept;
    bool local, closed;
    int dir;     /* see local_url(); -1 */
    uint64_t at; /* when to accept again */
    unsigned wait;
    struct count {
        uint8_t place[PLACE_LEN];
        uint64_t since;
        unsigned connections;
    } count[PLACES];
};

/* ---- who may come in ---- */

/* The part of an address that one party may be assumed to have: all of IPv4, 64 bits of IPv6. */
static void place_of(const nng_sockaddr *address, uint8_t ret[static PLACE_LEN]) {
    memset(ret, 0, PLACE_LEN);
    if (address->s_family == NNG_AF_INET)
        memcpy(ret, &address->s_in.sa_addr, 4);
    else if (address->s_family == NNG_AF_INET6)
        memcpy(ret, address->s_in6.sa_addr, PLACE_LEN);
}

/* Whoever floods a listener from one address is turned away before he costs a handshake. */
static bool too_often(struct listener *listener, nng_stream *stream) {
    uint64_t now = net_now(listener->net);
    uint8_t place[PLACE_LEN];
    nng_sockaddr address;
    if (nng_stream_get_addr(stream, NNG_OPT_REMADDR, &address))
        return true; /* gone already */
    place_of(&address, place);
    struct count *count = listener->count;
    for (struct count *other = count; other < listener->count + PLACES; other++) {
        if (memcmp(other->place, place, PLACE_LEN) == 0) {
            count = other;
            break;
        }
        if (other->since < count->since)
            count = other;
    }
    if (memcmp(count->place, place, PLACE_LEN) != 0 || now - count->since >= 1000) {
        *count = (struct count){.since = now};
        memcpy(count->place, place, PLACE_LEN);
    }
    return ++count->connections > PLACE_A_SECOND;
}

/* The oldest half-open link gives way, so that whoever only connects cannot keep others out: a peer needs a
 * few round trips, and no flood is fast enough to push it out before. */
static void make_room(struct net *net, const struct link *newcomer) {
    struct link *oldest = NULL, *neighbour = NULL;
    unsigned count = 0, neighbours = 0;
    uint8_t place[PLACE_LEN], new_place[PLACE_LEN];
    place_of(&newcomer->address, new_place);
    for (struct link *link = net->links; link; link = link->next) { /* newest first */
        if (link == newcomer || link->dialled || link->local || link->state == LINK_UP ||
            link->state == LINK_CLOSED)
            continue;
        count++;
        oldest = link;
        place_of(&link->address, place);
        if (memcmp(place, new_place, PLACE_LEN) == 0) {
            neighbours++;
            neighbour = link;
        }
    }
    if (neighbours < HALF_OPEN_ADDRESS_MAX && count < HALF_OPEN_MAX)
        return;
    net->counts.crowded++;
    link_close(neighbours >= HALF_OPEN_ADDRESS_MAX ? neighbour : oldest, ERR_BUSY);
}

static bool full(const struct net *net, bool local) {
    unsigned count = 0;
    for (const struct link *link = net->links; link; link = link->next)
        count += link->local == local && (local || (link->state == LINK_UP && !link->dialled));
    return count >= (local ? LOCAL_MAX : net->options.links_max);
}

/* Whether a connection is turned away at once, and why. */
static bool unwelcome(struct listener *listener, nng_stream *stream) {
    struct net *net = listener->net;
    bool crowd = full(net, listener->local),
         flood = !crowd && !listener->local && too_often(listener, stream);
    net->counts.full += crowd;
    net->counts.flooded += flood;
    return listener->closed || net->closing || crowd || flood;
}

static void welcome(struct listener *listener, nng_stream *stream) {
    struct net *net = listener->net;
    struct link *link;
    if (unwelcome(listener, stream)) {
        net->counts.refused++;
        nng_stream_close(stream);
        nng_stream_free(stream);
    } else if (link_open(net, stream, NULL, listener->local, &link)) {
        net->counts.refused++;
    } else if (!listener->local) {
        make_room(net, link);
    }
}

/* ---- accepting ---- */

static void accept_done(struct job *job, int result) {
    struct listener *listener =
        (struct listener *)(void *)((uint8_t *)job - offsetof(struct listener, accept));
    listener->at = net_now(listener->net);
    if (!result) {
        listener->wait = 0;
        welcome(listener, nng_aio_get_output(job->aio, 0));
        return;
    }
    listener->wait = listener->wait ? 2 * listener->wait : 50;
    if (listener->wait > ACCEPT_WAIT_MAX)
        listener->wait = ACCEPT_WAIT_MAX;
    listener->at += listener->wait;
}

static void listener_free(struct listener *listener) {
    if (listener->stream)
        nng_stream_listener_free(listener->stream);
    job_close(&listener->accept);
    if (listener->dir >= 0)
        close(listener->dir);
    free(listener);
}

bool listener_step_all(struct net *net, uint64_t now) {
    for (struct listener **at = &net->listeners; *at;) {
        struct listener *listener = *at;
        if (net->closing && !listener->closed) {
            listener->closed = true;
            nng_stream_listener_close(listener->stream);
        }
        if (!listener->accept.busy && !listener->closed && now >= listener->at)
            nng_stream_listener_accept(listener->stream, job_start(&listener->accept));
        if (listener->closed && !listener->accept.busy) {
            *at = listener->next;
            listener_free(listener);
        } else {
            at = &listener->next;
        }
    }
    return net->listeners != NULL;
}

/* ---- listening ---- */

/* Remove a socket that nobody answers on.  NNG would do so too, but would remove any other file as well. */
static enum err clear_stale(const char *path) {
    struct stat status;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (lstat(path, &status))
        return errno == ENOENT ? ERR_OK : ERR_IO;
    if (!S_ISSOCK(status.st_mode))
        return ERR_EXISTS;
    if (strlen(path) >= sizeof address.sun_path)
        return ERR_NAME;
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return ERR_IO;
    bool stale = connect(fd, (const struct sockaddr *)&address, sizeof address) && errno == ECONNREFUSED;
    close(fd);
    if (!stale)
        return ERR_BUSY;
    return unlink(path) && errno != ENOENT ? ERR_IO : ERR_OK;
}

static enum err listen_on(struct listener *listener, const char *url) {
    enum err err = listener->local ? clear_stale(url + strlen("ipc://")) : ERR_OK;
    if (err)
        return err;
    int result = nng_stream_listener_alloc(&listener->stream, url);
    if (!result && listener->local)
        result = nng_stream_listener_set_int(listener->stream, NNG_OPT_IPC_PERMISSIONS, 0600);
    if (!result)
        result = nng_stream_listener_listen(listener->stream);
    return result ? net_error(result) : ERR_OK;
}

enum err net_listen(struct net *net, const char *url) {
    bool local = local_is(url);
    if (!local && !tcp_is(url, false))
        return ERR_NAME;
    enum err err = local ? ERR_OK : net_identity(net);
    if (err)
        return err;
    struct listener *listener = calloc(1, sizeof *listener);
    if (!listener)
        return ERR_MEMORY;
    listener->net = net;
    listener->local = local;
    listener->dir = -1;
    char *short_url = local ? local_url(url, &listener->dir) : strdup(url);
    err = short_url ? job_open(&listener->accept, &net->bridge, accept_done) : ERR_NOT_FOUND;
    if (!err)
        err = listen_on(listener, short_url);
    free(short_url);
    if (err) {
        listener_free(listener);
        return err;
    }
    listener->next = net->listeners;
    net->listeners = listener;
    net_wake(net);
    return ERR_OK;
}
