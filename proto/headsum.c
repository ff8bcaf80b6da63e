#include "proto/headsum.h"

static struct headsum sum_of(const struct head *head) {
    uint8_t buffer[HEAD_MAX];
    struct headsum sum;
    struct writer w;
    writer_init(&w, buffer, sizeof buffer);
    head_write(&w, head);
    struct digest digest = digest_of((struct bytes){buffer, w.len});
    headsum_get(&sum, 1, digest.b);
    return sum;
}

void headsum_join(struct headsum *s, const struct headsum *other) {
    s->count += other->count;
    s->low += other->low;
    s->high += other->high + (s->low < other->low);
}

void headsum_leave(struct headsum *s, const struct headsum *other) {
    s->count -= other->count;
    s->high -= other->high + (s->low < other->low);
    s->low -= other->low;
}

void headsum_add(struct headsum *s, const struct head *head) {
    struct headsum one = sum_of(head);
    headsum_join(s, &one);
}

void headsum_take(struct headsum *s, const struct head *head) {
    struct headsum one = sum_of(head);
    headsum_leave(s, &one);
}

bool headsum_eq(const struct headsum *a, const struct headsum *b) {
    return a->count == b->count && a->high == b->high && a->low == b->low;
}

void headsum_put(const struct headsum *s, uint8_t ret[static HEADSUM_LEN]) {
    be64_put(ret, s->high);
    be64_put(ret + 8, s->low);
}

void headsum_get(struct headsum *ret, uint64_t count, const uint8_t bytes[static HEADSUM_LEN]) {
    *ret = (struct headsum){count, be64_get(bytes), be64_get(bytes + 8)};
}
