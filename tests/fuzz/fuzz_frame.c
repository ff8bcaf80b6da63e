/* A stream cut at any points gives the frames that stand in it, up to the first that is too long; a queue
 * gives back the same stream in pieces of any size. */
#include <string.h>

#include "node/net/frame.h"
#include "tests/fuzz/fuzz.h"

/* The frame at the beginning of a stream: false if it is not whole. */
static bool first_frame(struct bytes stream, struct bytes *ret) {
    if (stream.len < FRAME_HEAD || stream.len - FRAME_HEAD < be32_get(stream.ptr))
        return false;
    *ret = (struct bytes){stream.ptr + FRAME_HEAD, be32_get(stream.ptr)};
    return true;
}

static void drain(struct frame_queue *queue, struct bytes stream, struct supply *cuts) {
    while (queue->first) {
        struct bytes next = frame_queue_next(queue);
        size_t took = 1 + supply_below(cuts, 64);
        took = took < next.len ? took : next.len;
        MUST(took <= stream.len && memcmp(next.ptr, stream.ptr, took) == 0);
        stream = (struct bytes){stream.ptr + took, stream.len - took};
        frame_queue_took(queue, took);
    }
    MUST(queue->bytes == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct supply s = {data, size};
    struct frame_reader reader = {.max = supply_below(&s, 4096)};
    struct frame_queue queue = {.first = NULL};
    struct supply cuts = {NULL, 0};
    cuts.left = supply_below(&s, 64);
    struct bytes choices = supply_bytes(&s, cuts.left), stream = supply_bytes(&s, SIZE_MAX), rest = stream,
                 want;
    cuts = (struct supply){choices.ptr, choices.len};
    size_t fed = 0;
    enum err err = ERR_OK;
    while (fed < stream.len && !err) {
        uint8_t *to;
        size_t room, count = 1 + supply_below(&cuts, 300);
        struct frame *frame = NULL;
        MUST(frame_reader_want(&reader, &to, &room) == ERR_OK && room > 0);
        count = count < room ? count : room;
        count = count < stream.len - fed ? count : stream.len - fed;
        memcpy(to, stream.ptr + fed, count);
        fed += count;
        err = frame_reader_took(&reader, count, &frame);
        if (!frame)
            continue;
        MUST(!err && first_frame(rest, &want) && frame->len <= reader.max);
        MUST(bytes_eq(want, (struct bytes){frame->data, frame->len}));
        rest = (struct bytes){want.ptr + want.len, rest.len - FRAME_HEAD - want.len};
        frame_queue_push(&queue, frame);
    }
    MUST(err == ERR_OK || err == ERR_SIZE);
    if (err)
        MUST(rest.len >= FRAME_HEAD && be32_get(rest.ptr) > reader.max);
    else
        MUST(!first_frame(rest, &want) && frame_reader_partial(&reader) == (rest.len > 0));
    drain(&queue, stream, &cuts);
    frame_queue_close(&queue);
    frame_reader_close(&reader);
    return 0;
}
