/* The table of logs: slots, found through buckets of the first digits of their ids, each sorted by id; those
 * that others are told of also stand in the order of their last change. */
#include <assert.h>
#include <string.h>

#include "proto/sync_state.h"

void table_init(struct sync *s) {
    for (unsigned i = 0; i < RADIX_BUCKETS; i++)
        s->bucket[i] = SYNC_NONE;
    s->free_first = s->oldest = s->newest = SYNC_NONE;
}

static int compare(const struct sync *s, uint32_t slot, const uint8_t *id) {
    return memcmp(s->log[slot].head.log, id, LOG_ID_LEN);
}

/* The link in a bucket that leads to the id, or to where it would be. */
static uint32_t *link_to(struct sync *s, const uint8_t *id) {
    uint32_t *link = &s->bucket[radix_bucket(id)];
    while (*link != SYNC_NONE && compare(s, *link, id) < 0)
        link = &s->log[*link].next;
    return link;
}

uint32_t table_find(const struct sync *s, const uint8_t id[static LOG_ID_LEN]) {
    uint32_t slot = s->bucket[radix_bucket(id)];
    while (slot != SYNC_NONE && compare(s, slot, id) < 0)
        slot = s->log[slot].next;
    return slot != SYNC_NONE && compare(s, slot, id) == 0 ? slot : SYNC_NONE;
}

static uint32_t bucket_from(const struct sync *s, unsigned bucket) {
    while (bucket < RADIX_BUCKETS && s->bucket[bucket] == SYNC_NONE)
        bucket++;
    return bucket < RADIX_BUCKETS ? s->bucket[bucket] : SYNC_NONE;
}

uint32_t table_next(const struct sync *s, uint32_t slot) {
    const struct sync_log *log = &s->log[slot];
    return log->next != SYNC_NONE ? log->next : bucket_from(s, radix_bucket(log->head.log) + 1);
}

uint32_t table_from(const struct sync *s, const uint8_t id[static LOG_ID_LEN], bool above) {
    uint32_t slot = s->bucket[radix_bucket(id)];
    while (slot != SYNC_NONE && compare(s, slot, id) < (above ? 1 : 0))
        slot = s->log[slot].next;
    return slot != SYNC_NONE ? slot : bucket_from(s, radix_bucket(id) + 1);
}

/* Logs that are only reported have a bound of their own, so they never crowd out carried ones. */
static bool has_room(const struct sync *s, bool carried) {
    return carried ? s->carried < s->capacity : s->strange < s->bounds.strange;
}

static uint32_t slot_new(struct sync *s, const uint8_t *id) {
    uint32_t slot = s->free_first, *link = link_to(s, id);
    if (slot == SYNC_NONE)
        slot = s->fresh++;
    else
        s->free_first = s->log[slot].next;
    assert(slot < s->slots);
    s->log[slot] = (struct sync_log){
        .used = true, .claim = CLAIM_NONE, .next = *link, .older = SYNC_NONE, .newer = SYNC_NONE};
    memcpy(s->log[slot].head.log, id, LOG_ID_LEN);
    *link = slot;
    s->strange++;
    return slot;
}

uint32_t table_slot(struct sync *s, const uint8_t id[static LOG_ID_LEN], bool carried) {
    uint32_t slot = table_find(s, id);
    bool grows = slot == SYNC_NONE || (carried && !s->log[slot].carried);
    if (grows && !has_room(s, carried))
        return SYNC_NONE;
    if (slot == SYNC_NONE)
        slot = slot_new(s, id);
    if (carried && !s->log[slot].carried) {
        s->log[slot].carried = true;
        s->carried++;
        s->strange--;
    }
    return slot;
}

void table_release(struct sync *s, uint32_t slot) {
    struct sync_log *log = &s->log[slot];
    if (!log->used || log->carried || log->reporters || log->claim != CLAIM_NONE)
        return;
    *link_to(s, log->head.log) = log->next;
    for (uint64_t left = log->heard; left; left &= left - 1)
        *sync_report(s, sync_bit(left), slot) = (struct sync_report){.has = false};
    *log = (struct sync_log){.used = false, .next = s->free_first};
    s->free_first = slot;
    s->strange--;
}

/* ---- what others are told of ---- */

static void order_leave(struct sync *s, struct sync_log *log) {
    *(log->older == SYNC_NONE ? &s->oldest : &s->log[log->older].newer) = log->newer;
    *(log->newer == SYNC_NONE ? &s->newest : &s->log[log->newer].older) = log->older;
    log->older = log->newer = SYNC_NONE;
}

/* Changes come in their order, but for logs that are carried again.  Beyond what CHANGES looks back at, the
 * order does not matter. */
static void order_enter(struct sync *s, uint32_t slot) {
    struct sync_log *log = &s->log[slot];
    uint32_t older = s->newest;
    for (unsigned i = 0; older != SYNC_NONE && s->log[older].seq > log->seq; i++)
        older = i < s->bounds.changes_back ? s->log[older].older : SYNC_NONE;
    log->older = older;
    log->newer = older == SYNC_NONE ? s->oldest : s->log[older].newer;
    *(log->older == SYNC_NONE ? &s->oldest : &s->log[log->older].newer) = slot;
    *(log->newer == SYNC_NONE ? &s->newest : &s->log[log->newer].older) = slot;
}

static void tell_end(struct sync *s, uint32_t slot) {
    struct sync_log *log = &s->log[slot];
    if (!log->seq)
        return;
    radix_change(&s->own, &log->head, NULL);
    order_leave(s, log);
    log->seq = 0;
}

void table_set(struct sync *s, uint32_t slot, const struct sync_event *event) {
    struct sync_log *log = &s->log[slot];
    log->held = event->held;
    log->lacks = event->lacks;
    if (log->seq == event->seq && head_same(&log->head, &event->head))
        return;
    tell_end(s, slot);
    log->head = event->head;
    log->seq = event->seq;
    s->seq = event->seq > s->seq ? event->seq : s->seq;
    if (!log->seq)
        return;
    radix_change(&s->own, NULL, &log->head);
    order_enter(s, slot);
}

void table_drop(struct sync *s, uint32_t slot) {
    struct sync_log *log = &s->log[slot];
    if (!log->carried)
        return;
    tell_end(s, slot);
    log->carried = false;
    s->carried--;
    s->strange++;
    for (uint64_t left = s->strange > s->bounds.strange ? log->reporters : 0; left; left &= left - 1) {
        s->peer[sync_bit(left)].overflow = true; /* its copy has a hole now */
        report_drop(s, sync_bit(left), slot);
    }
    table_release(s, slot);
}

struct headsum table_sum(const struct sync *s, struct radix prefix) {
    struct headsum sum = {.count = 0};
    uint8_t first[LOG_ID_LEN];
    if (prefix.len <= RADIX_DEPTH)
        return radix_sum(&s->own, prefix);
    radix_first(prefix, first);
    for (uint32_t slot = table_from(s, first, false);
         slot != SYNC_NONE && radix_covers(prefix, s->log[slot].head.log); slot = table_next(s, slot))
        if (s->log[slot].seq)
            headsum_add(&sum, &s->log[slot].head);
    return sum;
}

uint32_t table_since(const struct sync *s, uint64_t since, bool *ret_gap) {
    uint32_t slot = s->newest, first = SYNC_NONE;
    unsigned back = 0;
    for (; slot != SYNC_NONE && s->log[slot].seq > since && back < s->bounds.changes_back; back++) {
        first = slot;
        slot = s->log[slot].older;
    }
    *ret_gap = slot != SYNC_NONE && s->log[slot].seq > since;
    return first;
}
