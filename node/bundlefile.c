#include "node/bundlefile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- writing ---- */

static enum err put(struct bundle_writer *w, const void *data, size_t len) {
    if (fwrite(data, 1, len, w->to) != len)
        return errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL : ERR_IO;
    w->bytes += len;
    return ERR_OK;
}

static enum err record_put(struct bundle_writer *w, enum bundle_kind kind, struct bytes value) {
    uint8_t head[BUNDLE_HEAD_LEN];
    bundle_head_write(kind, value.len, head);
    bundle_sum_add(&w->end.sum, head, value);
    enum err err = put(w, head, sizeof head);
    return err ? err : put(w, value.ptr, value.len);
}

enum err bundle_writer_begin(struct bundle_writer *w, FILE *to, const struct bundle_header *header) {
    uint8_t buffer[BUNDLE_HEADER_MAX];
    struct bytes value;
    *w = (struct bundle_writer){.to = to, .end.sum = bundle_sum_begin()};
    enum err err = bundle_header_write(header, buffer, sizeof buffer, &value);
    if (!err)
        err = put(w, BUNDLE_MAGIC, BUNDLE_MAGIC_LEN);
    return err ? err : record_put(w, BUNDLE_HEADER, value);
}

enum err bundle_writer_log(struct bundle_writer *w, const struct bundle_log *log) {
    uint8_t buffer[BUNDLE_LOG_MAX];
    struct bytes value;
    enum err err = bundle_log_write(log, buffer, sizeof buffer, &value);
    w->end.logs++;
    return err ? err : record_put(w, BUNDLE_LOG, value);
}

enum err bundle_writer_package(struct bundle_writer *w, struct bytes message) {
    if (message.len > BUNDLE_PACKAGE_MAX)
        return ERR_SIZE;
    w->end.packages++;
    return record_put(w, BUNDLE_PACKAGE, message);
}

enum err bundle_writer_end(struct bundle_writer *w) {
    uint8_t buffer[BUNDLE_END_MAX];
    struct bytes value;
    enum err err = bundle_end_write(&w->end, buffer, sizeof buffer, &value);
    if (!err)
        err = record_put(w, BUNDLE_END, value);
    if (!err && fflush(w->to))
        err = errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL : ERR_IO;
    return err;
}

/* ---- reading ---- */

/* So many bytes, or fewer at the end. */
static enum err get(struct bundle_reader *r, uint8_t *to, size_t len, size_t *ret_len) {
    size_t have = 0;
    while (have < len) {
        ssize_t got = r->seeks ? pread(r->fd, to + have, len - have, (off_t)(r->at + have))
                               : read(r->fd, to + have, len - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ERR_IO;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    *ret_len = have;
    return ERR_OK;
}

static enum err open_at(struct bundle_reader *r, int fd, uint64_t at) {
    struct stat st;
    *r = (struct bundle_reader){.fd = fd, .at = at, .seeks = fstat(fd, &st) == 0 && S_ISREG(st.st_mode)};
    r->buffer = malloc(BUNDLE_HEAD_LEN + BUNDLE_PACKAGE_MAX);
    return r->buffer ? ERR_OK : ERR_MEMORY;
}

enum err bundle_reader_begin(struct bundle_reader *r, int fd, struct bundle_header *ret) {
    /* The version stands behind the last slash. */
    enum { NAME_LEN = sizeof "comity-bundle/v" - 1 };
    size_t len;
    struct bytes value;
    enum err err = open_at(r, fd, 0);
    if (!err)
        err = get(r, r->buffer, BUNDLE_MAGIC_LEN, &len);
    if (err)
        return err;
    if (len < NAME_LEN || memcmp(r->buffer, BUNDLE_MAGIC, NAME_LEN) != 0)
        return ERR_NOT_FOUND;
    if (len < BUNDLE_MAGIC_LEN)
        return ERR_SHORT;
    if (memcmp(r->buffer, BUNDLE_MAGIC, BUNDLE_MAGIC_LEN) != 0)
        return ERR_VERSION;
    r->at = BUNDLE_MAGIC_LEN;
    r->summed = true;
    r->next_sum = bundle_sum_begin();
    err = bundle_reader_next(r, &value);
    if (!err && r->kind != BUNDLE_HEADER)
        err = ERR_KIND;
    return err ? err : bundle_header_read(value, ret);
}

enum err bundle_reader_from(struct bundle_reader *r, int fd, uint64_t at) {
    return open_at(r, fd, at);
}

/* Nothing follows the end record. */
static enum err past_end(struct bundle_reader *r, struct bytes *ret) {
    size_t len;
    enum err err = get(r, r->buffer, 1, &len);
    *ret = (struct bytes){r->buffer, 0};
    r->record_at = r->at;
    return err ? err : len ? ERR_TRAILING : ERR_OK;
}

enum err bundle_reader_next(struct bundle_reader *r, struct bytes *ret) {
    size_t len;
    uint32_t want;
    if (r->kind == BUNDLE_END)
        return past_end(r, ret);
    r->record++;
    r->record_at = r->at;
    enum err err = get(r, r->buffer, BUNDLE_HEAD_LEN, &len);
    if (!err && len < BUNDLE_HEAD_LEN)
        err = ERR_SHORT;
    if (!err)
        err = bundle_head_read(r->buffer, &r->kind, &want);
    if (err)
        return err;
    r->at += BUNDLE_HEAD_LEN;
    err = get(r, r->buffer + BUNDLE_HEAD_LEN, want, &len);
    if (err || len < want) {
        r->at = r->record_at;
        r->kind = (enum bundle_kind)0;
        return err ? err : ERR_SHORT;
    }
    r->at += want;
    *ret = (struct bytes){r->buffer + BUNDLE_HEAD_LEN, want};
    r->sum = r->next_sum;
    bundle_sum_add(&r->next_sum, r->buffer, *ret);
    r->logs += r->kind == BUNDLE_LOG;
    r->packages += r->kind == BUNDLE_PACKAGE;
    return ERR_OK;
}

struct bytes bundle_reader_whole(const struct bundle_reader *r, struct bytes value) {
    return (struct bytes){r->buffer, BUNDLE_HEAD_LEN + value.len};
}

void bundle_reader_close(struct bundle_reader *r) {
    free(r->buffer);
    r->buffer = NULL;
}
