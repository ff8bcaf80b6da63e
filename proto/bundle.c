#include "proto/bundle.h"

#include <string.h>

#include "proto/authority.h"
#include "proto/reader.h"
#include "proto/writer.h"

static uint32_t most(uint8_t kind) {
    switch (kind) {
    case BUNDLE_HEADER:
        return BUNDLE_HEADER_MAX;
    case BUNDLE_LOG:
        return BUNDLE_LOG_MAX;
    case BUNDLE_PACKAGE:
        return BUNDLE_PACKAGE_MAX;
    case BUNDLE_END:
        return BUNDLE_END_MAX;
    default:
        return 0;
    }
}

void bundle_head_write(enum bundle_kind kind, size_t len, uint8_t ret[static BUNDLE_HEAD_LEN]) {
    assert(len > 0 && len <= most((uint8_t)kind));
    ret[0] = (uint8_t)kind;
    be32_put(ret + 1, (uint32_t)len);
}

enum err bundle_head_read(const uint8_t head[static BUNDLE_HEAD_LEN], enum bundle_kind *ret_kind,
                          uint32_t *ret_len) {
    uint32_t len = be32_get(head + 1), limit = most(head[0]);
    if (!limit)
        return ERR_KIND;
    if (len == 0 || len > limit)
        return ERR_SIZE;
    *ret_kind = (enum bundle_kind)head[0];
    *ret_len = len;
    return ERR_OK;
}

struct digest bundle_sum_begin(void) {
    return digest_of(bytes_str(BUNDLE_MAGIC));
}

void bundle_sum_add(struct digest *sum, const uint8_t head[static BUNDLE_HEAD_LEN], struct bytes value) {
    struct bytes piece[] = {BYTES(sum->b), {head, BUNDLE_HEAD_LEN}, value};
    *sum = digest_pieces(piece, 3);
}

static enum err begin(struct reader *r, struct bytes value, uint32_t count) {
    enum err err = reader_check(value, 1, 8);
    if (err)
        return err;
    reader_init(r, value);
    return reader_array(r, 8) == count ? ERR_OK : r->err ? r->err : ERR_MESSAGE;
}

/* A text into a buffer of max + 1. */
static void text_read(struct reader *r, size_t max, char *ret) {
    struct bytes text = reader_str(r, max);
    memcpy(ret, text.len ? (const char *)text.ptr : "", text.len);
    ret[text.len] = '\0';
}

enum err bundle_header_write(const struct bundle_header *h, uint8_t *buffer, size_t max, struct bytes *ret) {
    struct writer w;
    writer_init(&w, buffer, max);
    writer_array(&w, 5);
    writer_str(&w, bytes_str(h->network));
    writer_str(&w, bytes_str(h->maker));
    writer_bool(&w, h->members);
    writer_uint(&w, h->made);
    writer_str(&w, bytes_str(h->software));
    return writer_end(&w, ret);
}

enum err bundle_header_read(struct bytes value, struct bundle_header *ret) {
    struct reader r;
    char network[NETWORK_MAX + 1], code[CODE_LEN + 1];
    enum err err = begin(&r, value, 5);
    if (err)
        return err;
    text_read(&r, NETWORK_MAX, ret->network);
    text_read(&r, ORIGIN_MAX, ret->maker);
    ret->members = reader_bool(&r);
    ret->made = reader_uint(&r, INT64_MAX);
    text_read(&r, SOFTWARE_MAX, ret->software);
    err = reader_end(&r);
    if (err || !ret->maker[0])
        return err;
    err = origin_check(bytes_str(ret->maker), network, code);
    return !err && strcmp(network, ret->network) != 0 ? ERR_NETWORK : err;
}

enum err bundle_log_write(const struct bundle_log *log, uint8_t *buffer, size_t max, struct bytes *ret) {
    struct writer w;
    writer_init(&w, buffer, max);
    writer_array(&w, 4);
    writer_str(&w, bytes_str(log->origin));
    writer_uint(&w, log->epoch);
    writer_uint(&w, log->size);
    writer_bin(&w, BYTES(log->root.b));
    return writer_end(&w, ret);
}

enum err bundle_log_read(struct bytes value, struct bundle_log *ret) {
    struct reader r;
    char network[NETWORK_MAX + 1], code[CODE_LEN + 1];
    enum err err = begin(&r, value, 4);
    if (err)
        return err;
    text_read(&r, ORIGIN_MAX, ret->origin);
    ret->epoch = reader_uint(&r, INT64_MAX);
    ret->size = reader_uint(&r, INT64_MAX);
    reader_fixed(&r, ret->root.b, DIGEST_LEN);
    err = reader_end(&r);
    if (!err)
        err = origin_check(bytes_str(ret->origin), network, code);
    if (!err)
        origin_log_id(ret->origin, ret->id);
    return err;
}

enum err bundle_end_write(const struct bundle_end *end, uint8_t *buffer, size_t max, struct bytes *ret) {
    struct writer w;
    writer_init(&w, buffer, max);
    writer_array(&w, 3);
    writer_uint(&w, end->logs);
    writer_uint(&w, end->packages);
    writer_bin(&w, BYTES(end->sum.b));
    return writer_end(&w, ret);
}

enum err bundle_end_read(struct bytes value, struct bundle_end *ret) {
    struct reader r;
    enum err err = begin(&r, value, 3);
    if (err)
        return err;
    ret->logs = reader_uint(&r, INT64_MAX);
    ret->packages = reader_uint(&r, INT64_MAX);
    reader_fixed(&r, ret->sum.b, DIGEST_LEN);
    return reader_end(&r);
}
