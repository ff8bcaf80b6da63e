#include "tests/lib/rogue.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/peer.h"
#include "tests/test.h"

void rogue_open(struct rogue *rogue, unsigned port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *rogue = (struct rogue){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_true(rogue->fd >= 0);
    assert_int_equal(connect(rogue->fd, (struct sockaddr *)&to, sizeof to), 0);
}

bool rogue_raw(struct rogue *rogue, const void *bytes, size_t len) {
    return send(rogue->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len;
}

static bool anybody(void *context, const struct pubkey *key) {
    (void)context, (void)key;
    return true;
}

static void handshake(struct rogue *rogue) {
    uint8_t room[8192];
    struct outbox out = {room, sizeof room, 0};
    enum err err = tls_handshake(rogue->tls, &out);
    if (out.len)
        rogue_raw(rogue, room, out.len);
    if (!err)
        rogue->secure = true;
    else if (err != ERR_SHORT)
        rogue->closed = true;
}

void rogue_secure(struct rogue *rogue, unsigned number, unsigned other) {
    struct tls_peer peer = {.dialled = true, .admit = anybody};
    uint8_t seed[KEY_SEED_LEN];
    peer_seed(number, seed);
    peer_key(other, &peer.expected);
    CHECK_OK(tls_identity_new(seed, &rogue->identity));
    rogue->tls = tls_new(rogue->identity, &peer);
    assert_non_null(rogue->tls);
    handshake(rogue);
}

static void read_plain(struct rogue *rogue) {
    uint8_t plain[4096], room[2048];
    struct outbox out = {room, sizeof room, 0};
    size_t count = 1;
    while (count && !rogue->closed) {
        if (tls_read(rogue->tls, plain, sizeof plain, &out, &count))
            rogue->closed = true;
        else
            rogue->got += count;
    }
}

void rogue_step(struct rogue *rogue) {
    uint8_t raw[4096];
    if (rogue->closed)
        return;
    ssize_t count = recv(rogue->fd, raw, sizeof raw, MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN))
        rogue->closed = true;
    if (count <= 0)
        return;
    if (!rogue->tls) {
        rogue->got += (size_t)count;
        return;
    }
    tls_feed(rogue->tls, (struct bytes){raw, (size_t)count});
    if (!rogue->secure)
        handshake(rogue);
    if (rogue->secure)
        read_plain(rogue);
}

bool rogue_put(struct rogue *rogue, const void *bytes, size_t len) {
    uint8_t room[65536];
    struct outbox out = {room, sizeof room, 0};
    size_t count;
    assert_true(len <= 32768);
    return !tls_write(rogue->tls, (struct bytes){bytes, len}, &out, &count) && count == len &&
           rogue_raw(rogue, room, out.len);
}

bool rogue_head(struct rogue *rogue, uint32_t len) {
    uint8_t head[FRAME_HEAD];
    be32_put(head, len);
    return rogue_put(rogue, head, sizeof head);
}

void rogue_close(struct rogue *rogue) {
    close(rogue->fd);
    tls_free(rogue->tls);
    tls_identity_free(rogue->identity);
}
