#include "node/pending.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/file.h"
#include "node/ledger.h"

#define PENDING_PATH_MAX 1024

static const char first_line[] = "comity-pending/v1\n";
#define FIRST_LEN (sizeof(first_line) - 1)

static enum err path_of(char ret[static PENDING_PATH_MAX], const char *dir) {
    return file_path(ret, PENDING_PATH_MAX, dir, LEDGER_DIR "/pending");
}

static void write_part(struct writer *w, const struct part *part) {
    if (part->state == PART_HELD)
        writer_bin(w, part->salted);
    else
        writer_nil(w);
}

static void write_all(struct writer *w, const struct pending *p) {
    writer_raw(w, bytes_str(first_line));
    writer_str(w, bytes_str(p->origin));
    writer_uint(w, p->epoch);
    writer_uint(w, p->base.size);
    for (unsigned level = 0; level < 63; level++)
        if (p->base.size >> level & 1)
            writer_bin(w, BYTES(p->base.peak[level].b));
    writer_array(w, p->draft_count);
    for (uint32_t i = 0; i < p->draft_count; i++) {
        writer_uint(w, p->draft[i].seq);
        writer_bin(w, BYTES(p->draft[i].sum.b));
    }
    writer_array(w, p->count);
    for (uint32_t i = 0; i < p->count; i++) {
        writer_bin(w, p->entry[i].leaf);
        for (unsigned class = 0; class < PART_CLASSES; class ++)
            write_part(w, &p->entry[i].part[class]);
    }
}

static size_t size_of(const struct pending *p) {
    size_t size = FIRST_LEN + 256 + 64 * (2 + DIGEST_LEN) + (size_t)p->draft_count * (9 + 2 + DIGEST_LEN);

    for (uint32_t i = 0; i < p->count; i++)
        size += package_entry_size(&p->entry[i]);
    return size + DIGEST_LEN;
}

enum err pending_save(const char *dir, const struct pending *pending) {
    char path[PENDING_PATH_MAX];
    struct writer w;
    struct bytes text;
    size_t max = size_of(pending);
    enum err err = path_of(path, dir);

    if (err)
        return err;
    if (pending->count > PENDING_ENTRIES_MAX || pending->draft_count > PENDING_ENTRIES_MAX ||
        max > PENDING_BYTES_MAX)
        return ERR_SIZE;
    uint8_t *buffer = malloc(max);
    if (!buffer)
        return ERR_MEMORY;
    writer_init(&w, buffer, max);
    write_all(&w, pending);
    struct digest sum = digest_of((struct bytes){buffer, w.len});
    writer_raw(&w, BYTES(sum.b));
    err = writer_end(&w, &text);
    if (!err)
        err = file_replace(path, text);
    free(buffer);
    return err;
}

static void read_part(struct reader *r, struct part *ret) {
    *ret = (struct part){.state = PART_NONE};
    if (reader_nil(r))
        return;
    ret->state = PART_HELD;
    ret->salted = reader_bin(r, SALT_LEN + PART_MAX);
}

static void read_entries(struct reader *r, struct pending *p) {
    p->count = reader_array(r, PENDING_ENTRIES_MAX);
    p->entry = calloc(p->count ? p->count : 1, sizeof(*p->entry));
    if (!p->entry)
        reader_fail(r, ERR_MEMORY);
    for (uint32_t i = 0; i < p->count && !r->err; i++) {
        p->entry[i].leaf = reader_bin(r, LEAF_MAX);
        for (unsigned class = 0; class < PART_CLASSES; class ++)
            read_part(r, &p->entry[i].part[class]);
    }
}

static void read_drafts(struct reader *r, struct pending *p) {
    p->draft_count = reader_array(r, PENDING_ENTRIES_MAX);
    p->draft = calloc(p->draft_count ? p->draft_count : 1, sizeof(*p->draft));
    if (!p->draft)
        reader_fail(r, ERR_MEMORY);
    for (uint32_t i = 0; i < p->draft_count && !r->err; i++) {
        p->draft[i].seq = reader_uint(r, UINT64_MAX);
        reader_fixed(r, p->draft[i].sum.b, DIGEST_LEN);
    }
}

static enum err read_all(struct bytes data, struct pending *p) {
    struct reader r;
    struct digest sum;

    if (data.len < FIRST_LEN + DIGEST_LEN || memcmp(data.ptr, first_line, FIRST_LEN))
        return ERR_VERSION;
    data.len -= DIGEST_LEN;
    sum = digest_of(data);
    if (memcmp(sum.b, data.ptr + data.len, DIGEST_LEN))
        return ERR_CORRUPT;
    reader_init(&r, (struct bytes){data.ptr + FIRST_LEN, data.len - FIRST_LEN});
    struct bytes origin = reader_str(&r, ORIGIN_MAX);
    if (origin.len)
        memcpy(p->origin, origin.ptr, origin.len);
    p->epoch = reader_uint(&r, INT64_MAX);
    p->base.size = reader_uint(&r, INT64_MAX);
    for (unsigned level = 0; level < 63 && !r.err; level++)
        if (p->base.size >> level & 1)
            reader_fixed(&r, p->base.peak[level].b, DIGEST_LEN);
    read_drafts(&r, p);
    if (!r.err)
        read_entries(&r, p);
    return reader_end(&r);
}

enum err pending_load(const char *dir, struct pending *ret) {
    char path[PENDING_PATH_MAX];
    struct pending p = {0};
    size_t len = 0;
    enum err err = path_of(path, dir);

    if (!err)
        err = file_read_secret(path, PENDING_BYTES_MAX, &p.data, &len);
    if (!err)
        err = read_all((struct bytes){p.data, len}, &p);
    if (err)
        pending_free(&p);
    else
        *ret = p;
    return err;
}

enum err pending_remove(const char *dir) {
    char path[PENDING_PATH_MAX];
    enum err err = path_of(path, dir);

    if (!err && unlink(path) && errno != ENOENT)
        err = ERR_IO;
    return err ? err : file_sync_dir(path);
}

void pending_free(struct pending *pending) {
    free(pending->entry);
    free(pending->draft);
    free(pending->data);
    memset(pending, 0, sizeof(*pending));
}
