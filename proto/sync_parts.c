/* Asking for parts that were withheld when their entries came: this node was taken for an observer then, or
 * the peer did not have them itself.
 *
 * One PARTS of a log is in flight at a time, and only when nothing else is.  A peer that gives none is left
 * alone for a while, by the log, but goes on being asked for entries. */
#include <string.h>

#include "proto/sync_state.h"

void parts_blame(struct sync *s, unsigned peer, uint32_t slot, uint64_t at_least_s) {
    struct sync_report *report = sync_report(s, peer, slot);
    report->parts_s = fetch_back_off(s, report->parts_failures, at_least_s);
    if (report->parts_failures < UINT8_MAX)
        report->parts_failures++;
}

void parts_start(struct sync *s, unsigned peer, uint32_t slot, struct sync_actions *ret) {
    const struct sync_report *report = sync_report(s, peer, slot);
    const struct sync_log *log = &s->log[slot];
    struct sync_claim *claim = claim_begin(s, peer, slot, CLAIM_PARTS);
    if (!claim)
        return;
    s->gleans++;
    struct sync_action *action = sync_act(ret, SYNC_SEND_PARTS, peer);
    action->id = flight_begin(s, claim, s->bounds.bytes_large)->id;
    memcpy(action->log, log->head.log, LOG_ID_LEN);
    action->target = log->head.size < report->size ? log->head.size : report->size;
    action->from = report->parts_from < action->target ? report->parts_from : 0;
}

void parts_answer(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret) {
    struct sync_flight flight;
    struct sync_claim *claim = flight_answered(s, peer, m->id, CLAIM_PARTS, &flight, ret);
    if (!claim)
        return;
    memcpy(sync_act(ret, SYNC_COMMIT, peer)->log, s->log[claim->slot].head.log, LOG_ID_LEN);
    claim->commits++;
    s->commits++;
}

void parts_committed(struct sync *s, const struct sync_event *event, struct sync_claim *claim) {
    struct sync_report *report = sync_report(s, claim->peer, claim->slot);
    if (event->err && fetch_is_local(event->err)) {
        s->log[claim->slot].retry_ms = s->now_ms + LOCAL_RETRY_MS;
        return;
    }
    if (!event->err) {
        report->parts_from = event->next < UINT32_MAX ? (uint32_t)event->next : 0;
        report->parts_failures = event->gained ? 0 : report->parts_failures;
    }
    if (event->err || !event->gained || !event->next)
        parts_blame(s, claim->peer, claim->slot, 0);
}

/* There was nothing to ask for: the request has never left. */
void parts_unasked(struct sync *s, const struct sync_event *event, struct sync_claim *claim) {
    for (struct sync_flight *f = s->flight; f < s->flight + SYNC_FETCH_ALL; f++)
        if (f->used && &s->claim[f->claim] == claim)
            flight_end(s, f);
    parts_committed(s, event, claim);
}

bool sync_gleaning(const struct sync *s, const uint8_t log[static LOG_ID_LEN]) {
    uint32_t slot = table_find(s, log);
    return slot != SYNC_NONE && s->log[slot].claim != CLAIM_NONE &&
           s->claim[s->log[slot].claim].kind == CLAIM_PARTS;
}
