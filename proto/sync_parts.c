/* Asking for parts that were withheld when their entries came: this node was taken for an observer then, or
 * the peer did not have them itself.
 *
 * One PARTS of a log is in flight at a time, and only when nothing else is.  A peer that gives none is left
 * alone for a while, by the log, but goes on being asked for entries. */
#include <string.h>

#include "proto/sync_state.h"

static void gleaning_end(struct sync *s, struct sync_log *log) {
    log->gleaning = false;
    s->gleans--;
    s->pull_due = true;
}

static void parts_blame(struct sync *s, unsigned peer, unsigned slot, uint64_t at_least_s) {
    struct sync_report *report = &s->report[peer][slot];
    report->parts_ms = fetch_back_off(s, report->parts_failures);
    if (report->parts_ms < s->now_ms + at_least_s * 1000)
        report->parts_ms = s->now_ms + at_least_s * 1000;
    if (report->parts_failures < UINT8_MAX)
        report->parts_failures++;
}

/* A peer that may be asked now; if only time is missing, remember when. */
static bool may_ask(struct sync *s, unsigned peer, unsigned slot) {
    const struct sync_report *report = &s->report[peer][slot];
    const struct sync_peer *p = &s->peer[peer];
    if (!p->up || p->partial || !report->has || !report->head.size || p->fetches >= SYNC_FETCH_PEER)
        return false;
    if (s->now_ms >= report->parts_ms)
        return true;
    if (report->parts_ms < s->retry_ms)
        s->retry_ms = report->parts_ms;
    return false;
}

void parts_start(struct sync *s, unsigned slot, struct sync_actions *ret) {
    struct sync_log *log = &s->log[slot];
    if (!log->lacks || s->gleans == SYNC_PARTS)
        return;
    for (unsigned i = 0; i < SYNC_PEERS; i++) {
        unsigned peer = (s->turn + i) % SYNC_PEERS;
        const struct sync_report *report = &s->report[peer][slot];
        if (!may_ask(s, peer, slot))
            continue;
        log->peer = peer;
        log->gleaning = true;
        s->gleans++;
        flight_begin(s, log);
        struct sync_action *action = sync_act(ret, SYNC_SEND_PARTS, peer);
        action->id = log->request;
        memcpy(action->log, log->id, LOG_ID_LEN);
        action->target = log->head.size < report->head.size ? log->head.size : report->head.size;
        action->from = report->parts_from < action->target ? report->parts_from : 0;
        return;
    }
}

void parts_answer(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret) {
    unsigned slot = fetch_waiting(s, peer, m->id);
    bool late = slot == SYNC_LOGS && m->id > 0 && m->id < s->peer[peer].next_id;
    if (late)
        return;
    if (slot == SYNC_LOGS || !s->log[slot].gleaning) {
        sync_act(ret, SYNC_CLOSE, peer)->err = ERR_MESSAGE;
        return;
    }
    struct sync_log *log = &s->log[slot];
    flight_end(s, log);
    struct sync_action *commit = sync_act(ret, SYNC_COMMIT, peer);
    memcpy(commit->log, log->id, LOG_ID_LEN);
    log->commits++;
    s->commits++;
}

/* The verdict on an answer; or there was nothing to ask for, and the request has never left. */
void parts_committed(struct sync *s, const struct sync_event *event, unsigned slot) {
    struct sync_log *log = &s->log[slot];
    struct sync_report *report = &s->report[log->peer][slot];
    flight_end(s, log);
    gleaning_end(s, log);
    if (event->err && fetch_is_local(event->err)) {
        log->retry_ms = s->now_ms + LOCAL_RETRY_MS;
        return;
    }
    if (!event->err) {
        report->parts_from = event->next;
        report->parts_failures = event->gained ? 0 : report->parts_failures;
    }
    if (event->err || !event->gained || !event->next)
        parts_blame(s, log->peer, slot, 0);
}

void parts_failed(struct sync *s, unsigned slot, uint64_t at_least_s) {
    struct sync_log *log = &s->log[slot];
    gleaning_end(s, log);
    parts_blame(s, log->peer, slot, at_least_s);
}

bool sync_gleaning(const struct sync *s, const uint8_t log[static LOG_ID_LEN]) {
    unsigned slot = sync_find(s, log);
    return slot != SYNC_LOGS && s->log[slot].gleaning;
}
