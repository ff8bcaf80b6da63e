#include "node/net/frame.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

static size_t most(size_t a, size_t b) {
    return a > b ? a : b;
}

struct frame *frame_new(size_t len) {
    if (len > FRAME_MAX)
        return NULL;
    struct frame *frame = malloc(sizeof *frame + len);
    if (!frame)
        return NULL;
    frame->next = NULL;
    frame->len = len;
    be32_put(frame->head, (uint32_t)len);
    return frame;
}

void frame_free(struct frame *frame) {
    free(frame);
}

enum err frame_reader_want(struct frame_reader *reader, uint8_t **ret_to, size_t *ret_room) {
    if (!reader->frame) {
        *ret_to = reader->head + reader->fill;
        *ret_room = FRAME_HEAD - reader->fill;
        return ERR_OK;
    }
    if (reader->fill == reader->room) {
        size_t room = least(reader->frame->len, 2 * reader->room);
        struct frame *grown = realloc(reader->frame, sizeof *grown + room);
        if (!grown)
            return ERR_MEMORY;
        reader->frame = grown;
        reader->room = room;
    }
    *ret_to = reader->frame->data + reader->fill;
    *ret_room = reader->room - reader->fill;
    return ERR_OK;
}

/* The head is whole: take memory for the first part of the frame. */
static enum err begin(struct frame_reader *reader) {
    size_t len = be32_get(reader->head);
    if (len > reader->max)
        return ERR_SIZE;
    size_t room = least(len, most(FRAME_START, reader->seen));
    struct frame *frame = malloc(sizeof *frame + room);
    if (!frame)
        return ERR_MEMORY;
    frame->next = NULL;
    frame->len = len;
    memcpy(frame->head, reader->head, FRAME_HEAD);
    reader->frame = frame;
    reader->room = room;
    reader->fill = 0;
    return ERR_OK;
}

enum err frame_reader_took(struct frame_reader *reader, size_t count, struct frame **ret_frame) {
    *ret_frame = NULL;
    reader->fill += count;
    if (!reader->frame) {
        assert(reader->fill <= FRAME_HEAD);
        if (reader->fill < FRAME_HEAD)
            return ERR_OK;
        enum err err = begin(reader);
        if (err)
            return err;
    }
    assert(reader->fill <= reader->room);
    if (reader->fill < reader->frame->len)
        return ERR_OK;
    *ret_frame = reader->frame;
    reader->seen = most(reader->seen, reader->frame->len);
    reader->frame = NULL;
    reader->fill = 0;
    return ERR_OK;
}

bool frame_reader_partial(const struct frame_reader *reader) {
    return reader->frame || reader->fill;
}

void frame_reader_close(struct frame_reader *reader) {
    frame_free(reader->frame);
    reader->frame = NULL;
    reader->fill = 0;
}

void frame_queue_push(struct frame_queue *queue, struct frame *frame) {
    frame->next = NULL;
    be32_put(frame->head, (uint32_t)frame->len);
    *(queue->first ? &queue->last->next : &queue->first) = frame;
    queue->last = frame;
    queue->bytes += FRAME_HEAD + frame->len;
}

struct bytes frame_queue_next(const struct frame_queue *queue) {
    const struct frame *frame = queue->first;
    if (!frame)
        return (struct bytes){NULL, 0};
    const uint8_t *start = (const uint8_t *)frame + offsetof(struct frame, head);
    return (struct bytes){start + queue->cut, FRAME_HEAD + frame->len - queue->cut};
}

void frame_queue_took(struct frame_queue *queue, size_t count) {
    struct frame *frame = queue->first;
    queue->cut += count;
    queue->bytes -= count;
    if (queue->cut < FRAME_HEAD + frame->len)
        return;
    queue->first = frame->next;
    queue->cut = 0;
    frame_free(frame);
}

void frame_queue_close(struct frame_queue *queue) {
    for (struct frame *next, *frame = queue->first; frame; frame = next) {
        next = frame->next;
        frame_free(frame);
    }
    *queue = (struct frame_queue){0};
}
