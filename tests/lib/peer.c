#include "tests/lib/peer.h"

#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

void peer_seed(unsigned number, uint8_t ret[static KEY_SEED_LEN]) {
    memset(ret, 0, KEY_SEED_LEN);
    be32_put(ret, number);
}

void peer_key(unsigned number, struct pubkey *ret) {
    uint8_t seed[KEY_SEED_LEN], secret[KEY_SECRET_LEN];
    peer_seed(number, seed);
    key_from_seed(seed, ret, secret);
}

static enum link_class admit(void *context, const struct pubkey *key) {
    const struct peer *peer = context;
    for (unsigned i = 0; i < peer->friends; i++)
        if (pubkey_eq(&peer->friend[i].key, key))
            return peer->friend[i].class;
    return LINK_NONE;
}

static bool hello_came(void *context, struct link *link, struct bytes hello) {
    struct peer *peer = context;
    (void)link;
    memcpy(peer->hello, hello.ptr, hello.len);
    peer->hello[hello.len] = 0;
    return !peer->refuse_hello;
}

static void up(void *context, struct link *link) {
    struct peer *peer = context;
    assert_in_range(peer->links, 0, PEER_LINKS - 1);
    peer->link[peer->links++] = link;
    peer->ups++;
}

static void message(void *context, struct link *link, struct frame *frame) {
    struct peer *peer = context;
    if (frame->len > 1 && !peer->before)
        peer->before = peer->messages;
    for (uint64_t end = uv_hrtime() + 1000ull * peer->slow_us; uv_hrtime() < end;)
        ;
    peer->messages++;
    peer->bytes += frame->len;
    for (size_t i = 0; i < frame->len; i++)
        peer->sum += frame->data[i];
    if (peer->echo) {
        (void)link_send(link, frame);
        return;
    }
    if (peer->answer) {
        struct frame *answer = frame_new(peer->answer);
        assert_non_null(answer);
        memset(answer->data, 0, peer->answer);
        (void)link_send(link, answer);
    }
    frame_free(peer->frame);
    peer->frame = frame;
}

static void down(void *context, struct link *link, enum err why) {
    struct peer *peer = context;
    unsigned at = 0;
    while (at < peer->links && peer->link[at] != link)
        at++;
    assert_int_not_equal(at, peer->links);
    memmove(peer->link + at, peer->link + at + 1, (peer->links - at - 1) * sizeof *peer->link);
    peer->links--;
    peer->downs++;
    peer->down_why = why;
}

static void failed(void *context, struct dialler *dialler, enum err why) {
    struct peer *peer = context;
    (void)dialler;
    peer->failures++;
    peer->failed_why = why;
}

void peer_open(struct peer *peer, uv_loop_t *loop, unsigned number, const struct net_options *limits) {
    struct net_options options = limits ? *limits : (struct net_options){0};
    char hello[32];
    *peer = (struct peer){0};
    snprintf(hello, sizeof hello, "hello from %u", number);
    peer_key(number, &peer->key);
    peer_seed(number, options.seed);
    options.loop = loop;
    options.hello = bytes_str(hello);
    options.context = peer;
    options.admit = admit;
    options.hello_came = hello_came;
    options.up = up;
    options.message = message;
    options.down = down;
    options.failed = failed;
    CHECK_OK(net_open(&options, &peer->net));
}

void peer_befriend(struct peer *peer, unsigned number, enum link_class class) {
    struct pubkey key;
    peer_key(number, &key);
    for (unsigned i = 0; i < peer->friends; i++)
        if (pubkey_eq(&peer->friend[i].key, &key)) {
            peer->friend[i].class = class;
            return;
        }
    assert_in_range(peer->friends, 0, PEER_FRIENDS - 1);
    peer->friend[peer->friends].key = key;
    peer->friend[peer->friends++].class = class;
}

static void closed(void *context) {
    struct peer *peer = context;
    peer->closed = true;
}

void peer_close(struct peer *peer, uv_loop_t *loop) {
    net_close(peer->net, closed, peer);
    UNTIL(loop, peer->closed);
    assert_int_equal(peer->links, 0);
    assert_int_equal(peer->ups, peer->downs);
    frame_free(peer->frame);
    peer->frame = NULL;
}

enum err peer_send(struct peer *peer, size_t len, uint8_t fill) {
    struct frame *frame = frame_new(len);
    assert_non_null(frame);
    assert_in_range(peer->links, 1, PEER_LINKS);
    memset(frame->data, fill, len);
    return link_send(peer->link[peer->links - 1], frame);
}
