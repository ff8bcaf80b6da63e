#include <stdlib.h>
#include <string.h>

#include "node/net/net.h"

static struct link *of_recv(struct job *job) {
    return (struct link *)(void *)((uint8_t *)job - offsetof(struct link, recv));
}

static struct link *of_send(struct job *job) {
    return (struct link *)(void *)((uint8_t *)job - offsetof(struct link, send));
}

/* ---- buffers ---- */

/* How large the buffers of a link may be that has much to say or to hear. */
static size_t bulk_room(struct link *link) {
    if (!link->large && link->net->large < LARGE_LINKS_MAX) {
        link->large = true;
        link->net->large++;
    }
    return link->large ? LARGE : MEDIUM;
}

static void free_boxes(struct link *link) {
    for (int i = 0; i < 2; i++) {
        free(link->box[i].out.data);
        link->box[i] = (struct box){0};
    }
}

static void give_place_back(struct link *link) {
    if (link->large)
        link->net->large--;
    link->large = false;
}

/* Change to two buffers for receiving, or back to one.  Nothing is being received now. */
static void resize(struct link *link, bool bulk) {
    size_t room = bulk ? bulk_room(link) : SMALL;
    uint8_t *in = malloc(room), *spare = bulk ? malloc(room) : NULL;
    if (!in || (bulk && !spare)) {
        free(in);
        free(spare);
        return;
    }
    free(link->in);
    free(link->spare);
    link->in = in;
    link->spare = spare;
    link->room = room;
}

void pump_trim(struct link *link, uint64_t now) {
    if (link->queued || link->send.busy || now - link->sent < LARGE_KEPT_MS)
        return;
    free_boxes(link);
    if (!link->spare)
        give_place_back(link);
}

void pump_close(struct link *link) {
    free(link->in);
    free(link->spare);
    free_boxes(link);
    give_place_back(link);
    frame_reader_close(&link->reader);
    frame_queue_close(&link->queue);
}

/* ---- out ---- */

static size_t unsent(const struct box *box) {
    return box->out.len - box->sent;
}

/* After every change of the queue or the boxes. */
static void account(struct link *link) {
    size_t queued = link->queue.bytes + unsent(&link->box[0]) + unsent(&link->box[1]);
    link->net->queued += queued;
    link->net->queued -= link->queued;
    link->queued = queued;
    if (!queued) {
        link->drain_since = 0;
    } else if (!link->drain_since) {
        link->drain_since = net_now(link->net);
        link->drain_bytes = 0;
    }
}

/* Whether another frame may not fit the queue. */
static bool queue_long(const struct link *link) {
    return link->queued && link->queued + FRAME_HEAD + FRAME_MAX > link->net->options.queue_max;
}

/* Make room in an empty box. */
static bool box_ready(struct box *box, size_t room) {
    if (box->out.len || box->out.room >= room)
        return true;
    free(box->out.data);
    box->out.data = malloc(room);
    box->out.room = box->out.data ? room : 0;
    return box->out.data != NULL;
}

static enum err put(struct link *link, struct bytes from, struct outbox *out, size_t *ret_count) {
    if (link->tls)
        return tls_write(link->tls, from, out, ret_count);
    size_t room = out->room - out->len, count = from.len < room ? from.len : room;
    memcpy(out->data + out->len, from.ptr, count);
    out->len += count;
    *ret_count = count;
    return ERR_OK;
}

static enum err fill(struct link *link, struct box *box) {
    if (link->queue.first && !box->out.len &&
        !box_ready(box, link->queue.bytes + TLS_RESERVE > SMALL ? bulk_room(link) : SMALL))
        return ERR_MEMORY;
    while (link->queue.first) {
        size_t count = 0;
        enum err err = put(link, frame_queue_next(&link->queue), &box->out, &count);
        if (err)
            return err;
        if (!count)
            break;
        frame_queue_took(&link->queue, count);
    }
    return ERR_OK;
}

static void submit(struct link *link, struct box *box) {
    link->sent = net_now(link->net);
    nng_stream_send(link->stream, job_start_iov(&link->send, box->out.data + box->sent, unsent(box)));
}

/* Send the box being filled, if there is something in it and the other one is not on its way. */
static bool turn(struct link *link) {
    struct box *box = &link->box[link->filling];
    if (link->send.busy || !box->out.len)
        return false;
    link->filling ^= 1;
    submit(link, box);
    return true;
}

void pump_out(struct link *link) {
    do {
        enum err err = fill(link, &link->box[link->filling]);
        if (err) {
            link_close(link, err);
            return;
        }
    } while (turn(link));
    account(link);
}

void pump_send_done(struct job *job, int result) {
    struct link *link = of_send(job);
    struct box *box = &link->box[link->filling ^ 1];
    if (link->state == LINK_CLOSED)
        return;
    if (result) {
        link_close(link, net_error(result));
        return;
    }
    size_t count = nng_aio_count(job->aio);
    box->sent += count;
    link->drain_bytes += count;
    link->net->counts.bytes_out += count;
    if (unsent(box)) {
        submit(link, box);
        account(link);
        return;
    }
    box->out.len = box->sent = 0;
    pump_out(link);
    if (link->paused && !queue_long(link))
        net_wake(link->net);
}

/* ---- in ---- */

/* false: no whole step was possible, wait for more bytes or closed. */
static bool handshake(struct link *link) {
    struct box *box = &link->box[link->filling];
    enum err err = box_ready(box, SMALL) ? tls_handshake(link->tls, &box->out) : ERR_MEMORY;
    turn(link); /* before closing, so that the peer gets the alert */
    account(link);
    if (!err)
        link_greet(link);
    else if (err != ERR_SHORT)
        link_close(link, err);
    return !err;
}

/* Plain bytes into the frame being read; *ret_count 0: no more. */
static enum err get(struct link *link, uint8_t *to, size_t room, size_t *ret_count) {
    if (link->tls)
        return tls_read(link->tls, to, room, &link->box[link->filling].out, ret_count);
    size_t count = link->rest.len < room ? link->rest.len : room;
    if (count)
        memcpy(to, link->rest.ptr, count);
    link->rest.ptr += count;
    link->rest.len -= count;
    *ret_count = count;
    return ERR_OK;
}

/* Whoever asks without end is served in turn with the others, and not while its answers pile up: whether the
 * frames of this link have to wait. */
static bool turn_over(struct link *link, uint64_t begun) {
    if (link->state != LINK_UP || (!queue_long(link) && uv_hrtime() - begun < TURN_NS))
        return false;
    link->paused = true;
    link->partial_since = 0; /* the delay is ours */
    link->net->counts.paused++;
    net_wake(link->net);
    return true;
}

static enum err take_frames(struct link *link) {
    uint64_t begun = uv_hrtime();
    while (link->state != LINK_CLOSED) {
        uint8_t *to;
        size_t room, count = 0;
        struct frame *frame = NULL;
        enum err err = frame_reader_want(&link->reader, &to, &room);
        if (!err)
            err = get(link, to, room, &count);
        if (err || !count)
            return err;
        err = frame_reader_took(&link->reader, count, &frame);
        if (err)
            return err;
        if (frame) {
            link_frame(link, frame);
            if (turn_over(link, begun))
                return ERR_OK;
        }
    }
    return ERR_OK;
}

static void go_on(struct link *link) {
    enum err err = take_frames(link);
    if (err) {
        link_close(link, err);
        return;
    }
    if (link->paused)
        return;
    if (!frame_reader_partial(&link->reader) && !(link->tls && tls_partial(link->tls))) {
        link->partial_since = 0;
    } else if (!link->partial_since) {
        link->partial_since = link->heard;
        link->partial_bytes = 0;
    }
}

static void take(struct link *link, struct bytes raw) {
    if (link->tls)
        tls_feed(link->tls, raw);
    else
        link->rest = raw;
    if (link->state != LINK_HANDSHAKE || handshake(link))
        go_on(link);
}

static void receive(struct link *link) {
    nng_stream_recv(link->stream, job_start_iov(&link->recv, link->in, link->room));
}

/* Whether it has said nothing much for long. */
static bool quiet(const struct link *link) {
    return link->heard - link->bulk > LARGE_KEPT_MS;
}

/* All that came has been taken: there is room for more, perhaps another one. */
static void emptied(struct link *link, bool bulk) {
    if (link->spare ? !bulk && quiet(link) : bulk && link->state == LINK_UP)
        resize(link, bulk);
    receive(link);
}

/* A link that says much has two buffers: NNG fills one while the other is read. */
static void came(struct link *link, size_t count) {
    uint8_t *buffer = link->in;
    bool bulk = count >= SMALL, ahead = link->spare && (bulk || !quiet(link));
    if (bulk)
        link->bulk = link->heard;
    if (ahead) {
        link->in = link->spare;
        link->spare = buffer;
        receive(link);
    }
    take(link, (struct bytes){buffer, count});
    if (!ahead && !link->paused && link->state != LINK_CLOSED)
        emptied(link, bulk);
}

void pump_turn(struct link *link) {
    if (!link->paused || link->state == LINK_CLOSED || queue_long(link))
        return;
    link->paused = false;
    link->heard = net_now(link->net); /* what it has said meanwhile was not read */
    go_on(link);
    if (link->paused || link->state == LINK_CLOSED || link->recv.busy)
        return;
    size_t fresh = link->fresh;
    link->fresh = 0;
    if (fresh)
        came(link, fresh);
    else
        emptied(link, false);
}

void pump_recv_done(struct job *job, int result) {
    struct link *link = of_recv(job);
    if (link->state == LINK_CLOSED)
        return;
    if (result) {
        link_close(link, net_error(result));
        return;
    }
    size_t count = nng_aio_count(job->aio);
    link->heard = net_now(link->net);
    link->partial_bytes += count;
    link->net->counts.bytes_in += count;
    if (link->state != LINK_UP && (link->raw += count) > RAW_FIRST_MAX) {
        link_close(link, ERR_SIZE);
        return;
    }
    if (link->paused)
        link->fresh = count;
    else
        came(link, count);
}

void pump_start(struct link *link) {
    receive(link);
    if (link->local)
        link_greet(link);
    else if (link->dialled)
        handshake(link);
}
