/* Places (a log at a peer) that want looking at: ready ones in the order of their coming, for each peer, and
 * those that wait for a second to come.  A place stands in one of them, or in none. */
#include "proto/sync_state.h"

void queue_init(struct sync *s) {
    for (unsigned i = 0; i < LATER_SECONDS; i++)
        s->later[i] = SYNC_NONE;
    for (unsigned i = 0; i < SYNC_PEERS; i++)
        s->peer[i].ready_first = s->peer[i].ready_last = SYNC_NONE;
}

/* Put a place between two that are neighbours, or ends. */
static void enter(struct sync *s, uint32_t at, uint32_t previous, uint32_t next, uint32_t *first,
                  uint32_t *last) {
    s->report[at].previous = previous;
    s->report[at].next = next;
    *(previous == SYNC_NONE ? first : &s->report[previous].next) = at;
    if (next != SYNC_NONE)
        s->report[next].previous = at;
    else if (last)
        *last = at;
}

void queue_leave(struct sync *s, unsigned peer, uint32_t slot) {
    struct sync_report *report = sync_report(s, peer, slot);
    struct sync_peer *p = &s->peer[peer];
    bool later = report->queue == QUEUE_LATER;
    if (report->queue == QUEUE_NONE)
        return;
    uint32_t *first = later ? &s->later[report->due_s % LATER_SECONDS] : &p->ready_first;
    *(report->previous == SYNC_NONE ? first : &s->report[report->previous].next) = report->next;
    if (report->next != SYNC_NONE)
        s->report[report->next].previous = report->previous;
    else if (!later)
        p->ready_last = report->previous;
    s->later_count -= later;
    report->queue = QUEUE_NONE;
}

void queue_ready(struct sync *s, unsigned peer, uint32_t slot) {
    struct sync_report *report = sync_report(s, peer, slot);
    struct sync_peer *p = &s->peer[peer];
    if (report->queue == QUEUE_READY)
        return;
    queue_leave(s, peer, slot);
    report->queue = QUEUE_READY;
    enter(s, sync_at(s, peer, slot), p->ready_last, SYNC_NONE, &p->ready_first, &p->ready_last);
}

void queue_front(struct sync *s, unsigned peer, uint32_t slot) {
    struct sync_peer *p = &s->peer[peer];
    queue_leave(s, peer, slot);
    sync_report(s, peer, slot)->queue = QUEUE_READY;
    enter(s, sync_at(s, peer, slot), SYNC_NONE, p->ready_first, &p->ready_first, &p->ready_last);
}

void queue_later(struct sync *s, unsigned peer, uint32_t slot, uint64_t at_ms) {
    struct sync_report *report = sync_report(s, peer, slot);
    uint64_t at_s = (at_ms + 999) / 1000, now_s = s->now_ms / 1000;
    queue_leave(s, peer, slot);
    if (s->later_count == 0 || s->later_s < now_s)
        s->later_s = s->later_count ? s->later_s : now_s;
    if (at_s <= s->later_s)
        at_s = s->later_s + 1;
    if (at_s >= s->later_s + LATER_SECONDS)
        at_s = s->later_s + LATER_SECONDS - 1;
    uint32_t *first = &s->later[at_s % LATER_SECONDS];
    report->queue = QUEUE_LATER;
    report->due_s = (uint32_t)at_s;
    s->later_count++;
    enter(s, sync_at(s, peer, slot), SYNC_NONE, *first, first, NULL);
}

uint32_t queue_take(struct sync *s, unsigned peer) {
    uint32_t at = s->peer[peer].ready_first;
    if (at == SYNC_NONE)
        return SYNC_NONE;
    uint32_t slot = at - sync_at(s, peer, 0);
    queue_leave(s, peer, slot);
    return slot;
}

void queue_expire(struct sync *s) {
    uint64_t now_s = s->now_ms / 1000;
    for (; s->later_count && s->later_s < now_s; s->later_s++)
        for (uint32_t *first = &s->later[(s->later_s + 1) % LATER_SECONDS]; *first != SYNC_NONE;) {
            unsigned peer = *first / s->slots;
            queue_ready(s, peer, *first - sync_at(s, peer, 0));
        }
}

uint64_t queue_deadline(const struct sync *s) {
    if (!s->later_count)
        return UINT64_MAX;
    uint64_t at_s = s->later_s + 1;
    while (s->later[at_s % LATER_SECONDS] == SYNC_NONE)
        at_s++;
    return at_s * 1000;
}
