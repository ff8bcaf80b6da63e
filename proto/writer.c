#include "proto/writer.h"

#include <msgpack/pack.h>
#include <string.h>

static int append(void *context, const char *data, size_t len) {
    writer_raw(context, (struct bytes){(const uint8_t *)data, len});
    return 0;
}

/* msgpack-c's packer holds no state beyond where to write. */
static msgpack_packer packer(struct writer *w) {
    msgpack_packer pk;
    msgpack_packer_init(&pk, w, append);
    return pk;
}

void writer_init(struct writer *w, uint8_t *buffer, size_t max) {
    *w = (struct writer){buffer, 0, max, ERR_OK};
}

void writer_raw(struct writer *w, struct bytes encoded) {
    if (w->err || encoded.len > w->max - w->len) {
        w->err = ERR_FULL;
        return;
    }
    if (encoded.len)
        memcpy(w->ptr + w->len, encoded.ptr, encoded.len);
    w->len += encoded.len;
}

void writer_nil(struct writer *w) {
    msgpack_packer pk = packer(w);
    msgpack_pack_nil(&pk);
}

void writer_bool(struct writer *w, bool value) {
    msgpack_packer pk = packer(w);
    if (value)
        msgpack_pack_true(&pk);
    else
        msgpack_pack_false(&pk);
}

void writer_uint(struct writer *w, uint64_t value) {
    msgpack_packer pk = packer(w);
    msgpack_pack_uint64(&pk, value);
}

void writer_str(struct writer *w, struct bytes text) {
    msgpack_packer pk = packer(w);
    msgpack_pack_str(&pk, text.len);
    writer_raw(w, text);
}

void writer_bin_head(struct writer *w, uint32_t len) {
    msgpack_packer pk = packer(w);
    msgpack_pack_bin(&pk, len);
}

void writer_bin(struct writer *w, struct bytes data) {
    if (data.len > UINT32_MAX)
        w->err = ERR_FULL;
    writer_bin_head(w, (uint32_t)data.len);
    writer_raw(w, data);
}

void writer_array(struct writer *w, uint32_t count) {
    msgpack_packer pk = packer(w);
    msgpack_pack_array(&pk, count);
}

void writer_map(struct writer *w, uint32_t count) {
    msgpack_packer pk = packer(w);
    msgpack_pack_map(&pk, count);
}

enum err writer_end(const struct writer *w, struct bytes *ret) {
    if (w->err)
        return w->err;
    *ret = (struct bytes){w->ptr, w->len};
    return ERR_OK;
}
