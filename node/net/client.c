#include "node/net/client.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "node/net/link.h"

struct client {
    uv_loop_t loop;
    uv_timer_t timer;
    struct net *net;
    struct link *link; /* while it is up */
    struct frame *answer;
    enum err why; /* what ended the waiting */
    bool late;
    uint8_t hello[FRAME_FIRST_MAX];
    size_t hello_len;
};

static enum link_class admit_none(void *context, const struct pubkey *key) {
    (void)context, (void)key;
    return LINK_NONE;
}

static bool hello_came(void *context, struct link *link, struct bytes hello) {
    struct client *client = context;
    (void)link;
    memcpy(client->hello, hello.ptr, hello.len);
    client->hello_len = hello.len;
    return true;
}

static void up(void *context, struct link *link) {
    struct client *client = context;
    client->link = link;
}

static void message(void *context, struct link *link, struct frame *frame) {
    struct client *client = context;
    (void)link;
    frame_free(client->answer); /* one that came too late for its caller */
    client->answer = frame;
}

static void down(void *context, struct link *link, enum err why) {
    struct client *client = context;
    (void)link;
    client->link = NULL;
    client->why = why ? why : ERR_CLOSED;
}

static void failed(void *context, struct dialler *dialler, enum err why) {
    struct client *client = context;
    (void)dialler;
    client->why = why;
}

static void timed_out(uv_timer_t *timer) {
    struct client *client = timer->data;
    client->late = true;
}

static void arm(struct client *client, unsigned timeout_ms) {
    client->late = false;
    uv_update_time(&client->loop);
    uv_timer_start(&client->timer, timed_out, timeout_ms, 0);
}

enum err client_open(const char *url, struct bytes hello, unsigned timeout_ms, struct client **ret) {
    struct client *client = calloc(1, sizeof *client);
    if (!client || uv_loop_init(&client->loop)) {
        free(client);
        return ERR_MEMORY;
    }
    uv_timer_init(&client->loop, &client->timer);
    client->timer.data = client;
    struct net_options options = {.loop = &client->loop,
                                  .hello = hello,
                                  .context = client,
                                  .admit = admit_none,
                                  .hello_came = hello_came,
                                  .up = up,
                                  .message = message,
                                  .down = down,
                                  .failed = failed};
    enum err err = net_open(&options, &client->net);
    if (!err && !net_dial(client->net, url, NULL))
        err = ERR_NAME;
    arm(client, timeout_ms);
    while (!err && !client->link && !client->why && !client->late)
        uv_run(&client->loop, UV_RUN_ONCE);
    if (!err && !client->link)
        err = client->why ? client->why : ERR_LATE;
    if (err) {
        client_close(client);
        return err;
    }
    *ret = client;
    return ERR_OK;
}

struct bytes client_hello(const struct client *client) {
    return (struct bytes){client->hello, client->hello_len};
}

enum err client_call(struct client *client, struct frame *request, unsigned timeout_ms,
                     struct frame **ret_answer) {
    if (!client->link || client->late) {
        frame_free(request);
        return client->link ? ERR_LATE : client->why;
    }
    frame_free(client->answer);
    client->answer = NULL;
    enum err err = link_send(client->link, request);
    arm(client, timeout_ms);
    while (!err && !client->answer && client->link && !client->late)
        uv_run(&client->loop, UV_RUN_ONCE);
    if (!err && !client->answer)
        err = client->link ? ERR_LATE : client->why;
    if (err)
        return err;
    *ret_answer = client->answer;
    client->answer = NULL;
    return ERR_OK;
}

void client_close(struct client *client) {
    if (!client)
        return;
    uv_close((uv_handle_t *)&client->timer, NULL);
    if (client->net)
        net_close(client->net, NULL, NULL);
    uv_run(&client->loop, UV_RUN_DEFAULT); /* until everything has been freed */
    int result = uv_loop_close(&client->loop);
    assert(result == 0);
    (void)result;
    frame_free(client->answer);
    free(client);
}
