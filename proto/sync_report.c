/* The copies of what peers report, never mixed with what this node carries, but for the first guess: that a
 * peer carries the same.  It is not taken for the peer's word before the peer's own sum has confirmed it. */
#include <string.h>

#include "proto/sync_state.h"
#include "proto/view.h"

struct head report_head(const struct sync *s, unsigned peer, uint32_t slot) {
    const struct sync_report *report = &s->report[sync_at(s, peer, slot)];
    struct head head = {.epoch = report->epoch,
                        .size = report->size,
                        .root = report->root,
                        .flags = report->flags,
                        .f = report->f,
                        .day = report->day};
    memcpy(head.log, s->log[slot].head.log, LOG_ID_LEN);
    memcpy(head.note, report->note, NOTE_TAG_LEN);
    return head;
}

static void head_keep(struct sync_report *report, const struct head *head) {
    report->epoch = (uint32_t)head->epoch;
    report->size = head->size;
    report->root = head->root;
    report->flags = (uint8_t)head->flags;
    report->f = head->f;
    report->day = (uint32_t)head->day;
    memcpy(report->note, head->note, NOTE_TAG_LEN);
}

/* What says the same as this node is worth nothing; of a disputed or contested log it may be, since a variant
 * may be wanted, or a note that a word names. */
static void weigh(struct sync *s, unsigned peer, uint32_t slot) {
    struct sync_report *report = sync_report(s, peer, slot);
    struct head head = report_head(s, peer, slot);
    bool same = head_same(&s->log[slot].head, &head) && !(head.flags & (VIEW_DISPUTED | VIEW_CONTESTED));
    report->worth = same ? WORTH_NOTHING : WORTH_UNKNOWN;
    if (s->log[slot].carried && (!same || s->log[slot].lacks))
        queue_ready(s, peer, slot);
}

static void keep(struct sync *s, unsigned peer, uint32_t slot, const struct head *head) {
    struct sync_report *report = sync_report(s, peer, slot);
    struct head before = report_head(s, peer, slot);
    if (report->has && head_same(&before, head))
        return;
    radix_change(&s->peer[peer].sums, report->has ? &before : NULL, head);
    head_keep(report, head);
    report->has = true;
    report->version++;
    s->log[slot].reporters |= UINT64_C(1) << peer;
    s->log[slot].heard |= UINT64_C(1) << peer;
    weigh(s, peer, slot);
}

void report_set(struct sync *s, unsigned peer, const struct head *head) {
    uint32_t slot = table_slot(s, head->log, false);
    if (slot != SYNC_NONE) {
        keep(s, peer, slot, head);
        return;
    }
    s->peer[peer].overflow = true;
    s->counts.strange++;
}

/* What the peer has failed to deliver is remembered: a claim is not renewed by taking it back and making it
 * again. */
void report_drop(struct sync *s, unsigned peer, uint32_t slot) {
    struct sync_report *report = sync_report(s, peer, slot);
    if (!report->has)
        return;
    struct head head = report_head(s, peer, slot);
    radix_change(&s->peer[peer].sums, &head, NULL);
    queue_leave(s, peer, slot);
    report->has = false;
    s->log[slot].reporters &= ~(UINT64_C(1) << peer);
    table_release(s, slot);
}

void report_drop_range(struct sync *s, unsigned peer, const uint8_t *from, bool above, const uint8_t *below) {
    uint32_t slot = table_from(s, from, above);
    while (slot != SYNC_NONE && (!below || memcmp(s->log[slot].head.log, below, LOG_ID_LEN) < 0)) {
        uint32_t next = table_next(s, slot);
        report_drop(s, peer, slot);
        slot = next;
    }
}

void report_guess(struct sync *s, unsigned peer) {
    s->peer[peer].guessed = true;
    for (uint32_t slot = s->oldest; slot != SYNC_NONE; slot = s->log[slot].newer)
        keep(s, peer, slot, &s->log[slot].head);
}

void report_renew(struct sync *s, unsigned peer) {
    for (uint32_t slot = 0; slot < s->fresh; slot++) {
        const struct sync_report *report = sync_report(s, peer, slot);
        if (s->log[slot].used && report->has && report->worth == WORTH_NOTHING)
            weigh(s, peer, slot);
    }
}

void report_wake(struct sync *s, uint32_t slot) {
    const struct sync_log *log = &s->log[slot];
    for (uint64_t left = log->carried ? log->reporters : 0; left; left &= left - 1) {
        unsigned peer = sync_bit(left);
        if (log->lacks || sync_report(s, peer, slot)->worth == WORTH_UNKNOWN)
            queue_ready(s, peer, slot);
    }
}

void report_forget(struct sync *s, uint32_t slot) {
    for (uint64_t left = s->log[slot].reporters; left; left &= left - 1)
        weigh(s, sync_bit(left), slot);
}
