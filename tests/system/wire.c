#include "tests/system/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool wire_open(struct wire *wire, unsigned port, uint32_t source) {
    struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET};
    memset(wire, 0, sizeof *wire);
    wire->out = (struct outbox){wire->room, sizeof wire->room, 0};
    wire->reader.max = FRAME_MAX;
    from.sin_addr.s_addr = htonl(source);
    to.sin_port = htons((uint16_t)port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    wire->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (wire->fd < 0)
        return false;
    if (!bind(wire->fd, (struct sockaddr *)&from, sizeof from) &&
        (!connect(wire->fd, (struct sockaddr *)&to, sizeof to) || errno == EINPROGRESS))
        return true;
    wire_close(wire);
    return false;
}

void wire_close(struct wire *wire) {
    if (wire->fd >= 0)
        close(wire->fd);
    tls_free(wire->tls);
    frame_reader_close(&wire->reader);
    wire->fd = -1;
    wire->tls = NULL;
    wire->closed = true;
}

static bool anybody(void *context, const struct pubkey *key) {
    (void)context, (void)key;
    return true;
}

static void handshake(struct wire *wire) {
    enum err err = tls_handshake(wire->tls, &wire->out);
    wire->secure = err == ERR_OK;
    wire->closed = wire->closed || (err != ERR_OK && err != ERR_SHORT);
}

bool wire_secure(struct wire *wire, struct tls_identity *identity, const struct pubkey *expected) {
    struct tls_peer peer = {.dialled = true, .expected = *expected, .admit = anybody};
    wire->tls = tls_new(identity, &peer);
    if (!wire->tls)
        return false;
    handshake(wire);
    return !wire->closed;
}

bool wire_raw(struct wire *wire, struct bytes bytes) {
    if (wire->out.room - wire->out.len < bytes.len)
        return false;
    memcpy(wire->out.data + wire->out.len, bytes.ptr, bytes.len);
    wire->out.len += bytes.len;
    return true;
}

static bool put(struct wire *wire, struct bytes plain) {
    size_t count;
    return !tls_write(wire->tls, plain, &wire->out, &count) && count == plain.len;
}

bool wire_head(struct wire *wire, uint32_t len) {
    uint8_t head[FRAME_HEAD];
    be32_put(head, len);
    return put(wire, BYTES(head));
}

bool wire_frame(struct wire *wire, struct bytes body) {
    size_t records = body.len / TLS_RECORD_MAX + 2;
    if (wire->out.room - wire->out.len < body.len + records * TLS_RESERVE)
        return false;
    return wire_head(wire, (uint32_t)body.len) && put(wire, body);
}

static void flush(struct wire *wire) {
    ssize_t count = send(wire->fd, wire->out.data, wire->out.len, MSG_NOSIGNAL);
    if (count < 0) {
        wire->closed = wire->closed || (errno != EAGAIN && errno != EINTR && errno != ENOTCONN);
        return;
    }
    wire->sent += (uint64_t)count;
    wire->out.len -= (size_t)count;
    memmove(wire->out.data, wire->out.data + count, wire->out.len);
}

/* The next whole frame of what has been fed to TLS. */
static struct frame *frame_next(struct wire *wire) {
    struct frame *frame = NULL;
    size_t room, count = 1;
    uint8_t *to;
    while (!wire->closed && !frame && count) {
        if (frame_reader_want(&wire->reader, &to, &room) ||
            tls_read(wire->tls, to, room, &wire->out, &count) ||
            (count && frame_reader_took(&wire->reader, count, &frame)))
            wire->closed = true;
    }
    return frame;
}

static void receive(struct wire *wire) {
    ssize_t count = recv(wire->fd, wire->raw, sizeof wire->raw, 0);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR && errno != ENOTCONN))
        wire->closed = true;
    if (count <= 0)
        return;
    wire->got += (uint64_t)count;
    if (!wire->tls)
        return;
    tls_feed(wire->tls, (struct bytes){wire->raw, (size_t)count});
    if (!wire->secure)
        handshake(wire);
}

struct frame *wire_step(struct wire *wire, bool listen, int wait_ms) {
    struct frame *frame = wire->secure && listen ? frame_next(wire) : NULL;
    short events = (short)((wire->out.len ? POLLOUT : 0) | (listen ? POLLIN : 0));
    struct pollfd fd = {.fd = wire->fd, .events = events};
    if (frame || wire->closed || poll(&fd, 1, wait_ms) <= 0)
        return frame;
    if (fd.revents & (POLLERR | POLLHUP))
        wire->closed = true;
    if (fd.revents & POLLOUT)
        flush(wire);
    if (!(fd.revents & POLLIN) || !listen)
        return NULL;
    receive(wire);
    return wire->secure ? frame_next(wire) : NULL;
}
