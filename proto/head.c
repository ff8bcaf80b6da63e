#include "proto/head.h"

#include <string.h>

#include "proto/view.h"

void head_write(struct writer *w, const struct head *h) {
    writer_array(w, 8);
    writer_bin(w, BYTES(h->log));
    writer_uint(w, h->epoch);
    writer_uint(w, h->size);
    writer_bin(w, BYTES(h->root.b));
    writer_uint(w, h->flags);
    if (h->flags & VIEW_DISPUTED)
        writer_uint(w, h->f);
    else
        writer_nil(w);
    writer_uint(w, h->day);
    writer_bin(w, BYTES(h->note));
}

bool head_next(struct reader *r, struct head *ret) {
    struct head head = {.epoch = 0};
    if (r->err || r->at == r->end)
        return false;
    if (reader_array(r, 8) != 8)
        reader_fail(r, ERR_MESSAGE);
    reader_fixed(r, head.log, LOG_ID_LEN);
    head.epoch = reader_uint(r, UINT32_MAX);
    head.size = reader_uint(r, INT64_MAX);
    reader_fixed(r, head.root.b, DIGEST_LEN);
    head.flags = (unsigned)reader_uint(r, 255);
    bool none = reader_nil(r);
    if (!r->err && none == ((head.flags & VIEW_DISPUTED) != 0))
        reader_fail(r, ERR_MESSAGE);
    if (!none)
        head.f = reader_uint(r, INT64_MAX);
    head.day = reader_uint(r, UINT32_MAX);
    reader_fixed(r, head.note, NOTE_TAG_LEN);
    if (!r->err)
        *ret = head;
    return !r->err;
}

bool head_same(const struct head *a, const struct head *b) {
    return a->epoch == b->epoch && a->size == b->size && digest_eq(&a->root, &b->root) &&
           a->flags == b->flags && a->f == b->f && a->day == b->day &&
           memcmp(a->note, b->note, NOTE_TAG_LEN) == 0;
}
