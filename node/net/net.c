#include "node/net/net.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

uint64_t net_now(const struct net *net) {
    return uv_now(net->options.loop) + 1; /* 0 stands for never */
}

enum err net_identity(struct net *net) {
    return net->identity ? ERR_OK : tls_identity_new(net->options.seed, &net->identity);
}

void net_wake(struct net *net) {
    if (!net->finished)
        bridge_wake(&net->bridge);
}

struct link *net_find(struct net *net, const struct pubkey *key, const struct link *except) {
    for (struct link *link = net->links; link; link = link->next)
        if (link != except && link->state == LINK_UP && !link->local && pubkey_eq(&link->key, key))
            return link;
    return NULL;
}

enum err net_error(int result) {
    static const struct {
        int result;
        enum err err;
    } table[] = {
        {NNG_ENOMEM, ERR_MEMORY},        {NNG_ETIMEDOUT, ERR_LATE},   {NNG_ECONNREFUSED, ERR_CLOSED},
        {NNG_ECLOSED, ERR_CLOSED},       {NNG_ECONNSHUT, ERR_CLOSED}, {NNG_ECONNRESET, ERR_CLOSED},
        {NNG_ECONNABORTED, ERR_CLOSED},  {NNG_EADDRINUSE, ERR_BUSY},  {NNG_ENOENT, ERR_NOT_FOUND},
        {NNG_EADDRINVAL, ERR_NOT_FOUND}, {NNG_EPERM, ERR_DENIED},     {NNG_EAGAIN, ERR_BUSY},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].result == result)
            return table[i].err;
    return ERR_IO;
}

/* ---- closing ---- */

static void handle_closed(uv_handle_t *handle) {
    struct net *net = handle->data;
    if (--net->handles)
        return;
    void (*done)(void *) = net->done;
    void *context = net->done_context;
    tls_identity_free(net->identity);
    frame_free(net->hello);
    sodium_memzero(net->options.seed, sizeof net->options.seed);
    free(net);
    if (done)
        done(context);
}

static void finish(struct net *net) {
    net->finished = true;
    net->bridge.async.data = net;
    uv_close((uv_handle_t *)&net->timer, handle_closed);
    bridge_close(&net->bridge, handle_closed);
}

void net_close(struct net *net, void (*done)(void *context), void *context) {
    assert(!net->closing);
    net->closing = true;
    net->done = done;
    net->done_context = context;
    for (struct link *link = net->links; link; link = link->next)
        link_close(link, ERR_OK);
    net_wake(net);
}

/* ---- what is due ---- */

/* Everything that must not happen inside a callback: telling, freeing, dialling, accepting. */
static void step(struct net *net) {
    uint64_t now = net_now(net);
    if (net->finished)
        return;
    for (struct link *link = net->links; link; link = link->next)
        pump_turn(link);
    for (struct link *link = net->links; link; link = link->next)
        link_tell(link);
    for (struct link *next, *link = net->links; link; link = next) {
        next = link->next;
        if (link->state == LINK_CLOSED && !link->told)
            link_reap(link);
    }
    bool diallers = dialler_step_all(net, now), listeners = listener_step_all(net, now);
    if (net->closing && !net->links && !diallers && !listeners)
        finish(net);
}

static void drained(struct bridge *bridge) {
    step((struct net *)(void *)((uint8_t *)bridge - offsetof(struct net, bridge)));
}

/* A tick that comes late says that the loop was busy: what the links have sent meanwhile is still to be read,
 * so nothing is judged by the clock, once. */
static void ticked(uv_timer_t *timer) {
    struct net *net = timer->data;
    uint64_t now = net_now(net);
    bool late = now - net->ticked > 4ull * net->period + 1000;
    bool judge = !late || net->excused;
    net->excused = late;
    net->ticked = now;
    for (struct link *link = net->links; judge && link; link = link->next)
        link_tick(link, now);
    step(net);
}

/* ---- opening ---- */

static void set_defaults(struct net_options *o) {
    o->links_max = o->links_max ? o->links_max : LINKS_ACCEPTED;
    o->first_ms = o->first_ms ? o->first_ms : LINK_FIRST_MS;
    o->heartbeat_ms = o->heartbeat_ms ? o->heartbeat_ms : LINK_HEARTBEAT_MS;
    o->silence_ms = o->silence_ms ? o->silence_ms : LINK_SILENCE_MS;
    o->rate_ms = o->rate_ms ? o->rate_ms : LINK_RATE_MS;
    o->redial_ms = o->redial_ms ? o->redial_ms : LINK_REDIAL_MS;
    o->queue_max = o->queue_max ? o->queue_max : LINK_QUEUE_MAX;
    o->queue_all_max = o->queue_all_max ? o->queue_all_max : LINK_QUEUE_ALL_MAX;
}

/* An eighth of the shortest deadline, between 10 and 250 ms. */
static unsigned tick_period(const struct net_options *o) {
    unsigned times[] = {o->first_ms, o->heartbeat_ms, o->silence_ms, o->rate_ms, o->redial_ms}, period = 2000;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        period = times[i] < period ? times[i] : period;
    return period < 80 ? 10 : period / 8;
}

enum err net_open(const struct net_options *options, struct net **ret) {
    if (options->hello.len > FRAME_FIRST_MAX || !options->hello.len)
        return ERR_SIZE;
    struct net *net = calloc(1, sizeof *net);
    struct frame *hello = frame_new(options->hello.len);
    if (!net || !hello || bridge_open(&net->bridge, options->loop, drained)) {
        frame_free(hello);
        free(net);
        return ERR_MEMORY;
    }
    memcpy(hello->data, options->hello.ptr, options->hello.len);
    net->options = *options;
    set_defaults(&net->options);
    net->options.hello = (struct bytes){hello->data, hello->len};
    net->hello = hello;
    net->period = tick_period(&net->options);
    net->handles = 2;
    net->ticked = net_now(net);
    uv_timer_init(options->loop, &net->timer);
    net->timer.data = net;
    uv_timer_start(&net->timer, ticked, net->period, net->period);
    *ret = net;
    return ERR_OK;
}

void net_readmit(struct net *net) {
    const struct net_options *options = &net->options;
    for (struct link *link = net->links; link; link = link->next)
        if (!link->local && (link->state == LINK_UP || link->state == LINK_GREETING)) {
            enum link_class class = options->admit(options->context, &link->key);
            if (class == LINK_NONE || (link->state == LINK_UP && class != link->class))
                link_close(link, ERR_DENIED);
        }
}

struct net_counts net_counts(const struct net *net) {
    struct net_counts counts = net->counts;
    counts.queued = net->queued;
    for (const struct link *link = net->links; link; link = link->next)
        counts.half_open += !link->local && link->state < LINK_UP;
    return counts;
}
