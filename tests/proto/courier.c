#include "tests/proto/courier.h"

#include <string.h>

#define ROUNDS 12
#define REFRESH 16

static void shuffle(uint32_t *order, uint32_t count, uint64_t *random) {
    for (uint32_t i = 0; i < count; i++) {
        uint32_t j = history_random(random, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
}

void courier_scatter(struct bounded *n, uint32_t count, const struct history_trust *trust, uint64_t *random,
                     courier_look *look) {
    uint32_t order[HISTORY_MESSAGES], restart = history_random(random, count + 1),
                                      change = history_random(random, count + 1);
    shuffle(order, count, random);
    for (uint32_t i = 0; i < count; i++) {
        unsigned luck = history_random(random, 10);
        if (luck > 2)
            bounded_take(n, &n->h->message[order[i]]);
        if (luck > 7)
            bounded_take(n, &n->h->message[order[history_random(random, i + 1)]]);
        if (i == change)
            n->trust = *trust;
        if (i == restart)
            bounded_restart(n);
        if (i % REFRESH == 0) {
            bounded_refresh(n);
            look(n);
        }
    }
    n->trust = *trust;
    bounded_refresh(n);
    look(n);
}

static bool same(const struct view *a, const struct view *b) {
    return a->note == b->note && a->end == b->end && a->size == b->size && a->flags == b->flags;
}

bool courier_settle(struct bounded *n, uint32_t count, uint64_t *random) {
    uint32_t order[HISTORY_MESSAGES];
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct view before[HISTORY_LOGS];
        bool settled = true;
        memcpy(before, n->kept.view, sizeof before);
        shuffle(order, count, random);
        for (uint32_t i = 0; i < count; i++)
            bounded_take(n, &n->h->message[order[i]]);
        bounded_refresh(n);
        for (uint32_t log = 0; log < n->h->log_count; log++)
            settled = settled && same(&before[log], &n->kept.view[log]);
        if (settled && round > 0)
            return true;
    }
    return false;
}
