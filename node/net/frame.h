/* Frames: a u32 length, most significant byte first, and that many bytes.
 *
 * A reader takes the bytes of a stream in pieces of any size and gives whole frames; a queue gives frames
 * back as pieces.  The announced length is compared with the limit before memory is taken, and memory grows
 * with the bytes that have really come: an announcement alone costs FRAME_START bytes at most. */
#ifndef NODE_NET_FRAME_H
#define NODE_NET_FRAME_H

#include "proto/bytes.h"
#include "proto/limits.h"

#define FRAME_HEAD 4
#define FRAME_START 65536 /* memory for a frame of which nothing has come */

/* A whole frame, malloc'd with its bytes behind it; whoever holds it frees it with frame_free(). */
struct frame {
    struct frame *next;
    size_t len;
    uint8_t head[FRAME_HEAD]; /* the length as it is sent; adjoins data, so that both leave in one piece */
    uint8_t data[];
};

struct frame *frame_new(size_t len);  /* NULL: out of memory, or longer than FRAME_MAX */
void frame_free(struct frame *frame); /* takes NULL */

struct frame_reader {
    size_t max;  /* the longest frame allowed now */
    size_t fill; /* bytes held of the head, or of the frame */
    size_t room; /* bytes that the frame's memory holds */
    size_t seen; /* the longest frame that came whole: as much may be taken at once again */
    uint8_t head[FRAME_HEAD];
    struct frame *frame; /* NULL while the head is read */
};

/* Say where the next bytes go and how many may; never none.  ERR_MEMORY. */
enum err frame_reader_want(struct frame_reader *reader, uint8_t **ret_to, size_t *ret_room) MUST_CHECK;

/* Tell that count bytes have been put there.  *ret_frame is a frame that is now whole, else NULL.  ERR_SIZE:
 * longer than max; ERR_MEMORY. */
enum err frame_reader_took(struct frame_reader *reader, size_t count, struct frame **ret_frame) MUST_CHECK;

/* Tell whether a frame has begun and is not whole. */
bool frame_reader_partial(const struct frame_reader *reader);

void frame_reader_close(struct frame_reader *reader);

struct frame_queue {
    struct frame *first, *last;
    size_t cut;   /* bytes of the first frame, its head counted, that have left */
    size_t bytes; /* left to send, heads counted */
};

/* Append a frame, which is taken. */
void frame_queue_push(struct frame_queue *queue, struct frame *frame);

/* View what leaves next: at most one frame, empty if there is none. */
struct bytes frame_queue_next(const struct frame_queue *queue);

/* Drop count bytes of what frame_queue_next() showed; a frame that has left is freed. */
void frame_queue_took(struct frame_queue *queue, size_t count);

void frame_queue_close(struct frame_queue *queue);

#endif
