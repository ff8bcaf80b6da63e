/* Canonical msgpack into a buffer of the caller's; an error sticks, like the reader's.
 *
 * Packing is msgpack-c's.  Map keys must be written in ascending order: the writer does not sort. */
#ifndef PROTO_WRITER_H
#define PROTO_WRITER_H

#include "proto/bytes.h"

struct writer {
    uint8_t *ptr;
    size_t len, max;
    enum err err;
};

void writer_init(struct writer *w, uint8_t *buffer, size_t max);
void writer_nil(struct writer *w);
void writer_bool(struct writer *w, bool value);
void writer_uint(struct writer *w, uint64_t value);
void writer_str(struct writer *w, struct bytes text);
void writer_bin(struct writer *w, struct bytes data);
void writer_array(struct writer *w, uint32_t count);
void writer_map(struct writer *w, uint32_t count);

/* Begin a bin of len bytes whose content follows in writer_raw() calls. */
void writer_bin_head(struct writer *w, uint32_t len);

/* Append bytes that are already encoded. */
void writer_raw(struct writer *w, struct bytes encoded);

/* ERR_FULL if anything did not fit; what was written is then of no use. */
enum err writer_end(const struct writer *w, struct bytes *ret) MUST_CHECK;

#endif
