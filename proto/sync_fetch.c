/* Fetching one log's entries: from whom, how far, and what happens when the gate refuses.
 *
 * One FETCH of a log is in flight at a time, and the next is sent before the gate has judged the last: so the
 * wire, the hashing and the disk work at once.  A package that the gate refuses costs the peer its claim for
 * a while. */
#include <string.h>

#include "proto/sync_state.h"
#include "proto/view.h"

#define RETRY_FIRST_MS 5000u
#define RETRY_MAX_MS 3600000u
#define SLOW_MS 5000u /* an answer with more behind it that takes longer lets others have a turn */
#define STALE_RETRY_MS 1000u

/* Exponential back-off with full jitter on its upper half. */
uint64_t fetch_back_off(struct sync *s, unsigned failures) {
    uint64_t most = (uint64_t)RETRY_FIRST_MS << (failures < 10 ? failures : 10);
    if (most > RETRY_MAX_MS)
        most = RETRY_MAX_MS;
    return s->now_ms + most / 2 + s->random % (most / 2);
}

void fetch_blame(struct sync *s, unsigned peer, unsigned slot, uint64_t at_least_s) {
    struct sync_report *report = &s->report[peer][slot];
    if (!report->has)
        return;
    report->worth = WORTH_UNKNOWN;
    report->retry_ms = fetch_back_off(s, report->failures);
    if (report->retry_ms < s->now_ms + at_least_s * 1000)
        report->retry_ms = s->now_ms + at_least_s * 1000;
    if (report->failures < UINT8_MAX)
        report->failures++;
}

/* Less than a full answer though more is behind it, or a late one: whoever serves so would hold a log for
 * months. */
static bool stingy(const struct sync *s, const struct sync_log *log, const struct package *package) {
    bool full = package->entries.len >= FETCH_BYTES_MAX / 8 || package->entry_count >= FETCH_ENTRIES_MAX / 8;
    return package->more && (!full || s->now_ms - log->sent_ms > SLOW_MS);
}

void flight_end(struct sync *s, struct sync_log *log) {
    if (!log->fetching)
        return;
    log->fetching = false;
    s->fetches--;
    s->peer[log->peer].fetches--;
    s->pull_due = true;
}

void flight_begin(struct sync *s, struct sync_log *log) {
    struct sync_peer *p = &s->peer[log->peer];
    log->fetching = true;
    log->request = p->next_id++;
    log->sent_ms = s->now_ms;
    log->deadline_ms = s->now_ms + SYNC_FETCH_MS;
    s->fetches++;
    p->fetches++;
}

static void fetch_send(struct sync *s, unsigned slot, struct sync_actions *ret) {
    struct sync_log *log = &s->log[slot];
    struct sync_action *action = sync_act(ret, SYNC_SEND_FETCH, log->peer);
    flight_begin(s, log);
    action->id = log->request;
    memcpy(action->log, log->id, LOG_ID_LEN);
    action->epoch = log->news.epoch;
    action->has_note = log->news.has_note;
    action->note = log->news.note;
    action->has_root = log->news.has_root;
    action->root = log->news.root;
    action->from = log->from;
    action->target = log->target;
}

/* Whether this peer may be asked for this log now, apart from what its report is worth; if only time is
 * missing, remember when. */
static bool may_ask(struct sync *s, unsigned peer, unsigned slot) {
    const struct sync_report *report = &s->report[peer][slot];
    const struct sync_peer *p = &s->peer[peer];
    if (!p->up || p->partial || !report->has || report->worth == WORTH_NOTHING ||
        p->fetches >= SYNC_FETCH_PEER)
        return false;
    if (s->now_ms >= report->retry_ms)
        return true;
    if (report->retry_ms < s->retry_ms)
        s->retry_ms = report->retry_ms;
    return false;
}

static bool others_may(struct sync *s, unsigned peer, unsigned slot) {
    for (unsigned other = 0; other < SYNC_PEERS; other++)
        if (other != peer && may_ask(s, other, slot))
            return true;
    return false;
}

/* What differs from what is held is compared with the store first, once for each record; of a disputed log
 * also what does not, since a variant may be wanted. */
static void compare(struct sync *s, unsigned peer, unsigned slot, struct sync_actions *ret) {
    struct sync_report *report = &s->report[peer][slot];
    struct sync_action *action;
    if (head_same(&s->log[slot].head, &report->head) && !(report->head.flags & VIEW_DISPUTED)) {
        report->worth = WORTH_NOTHING;
        return;
    }
    if (ret->count == SYNC_ACTIONS - SYNC_RESERVE) { /* at the next step */
        s->pull_due = true;
        return;
    }
    action = sync_act(ret, SYNC_COMPARE, peer);
    memcpy(action->log, s->log[slot].id, LOG_ID_LEN);
    action->head = report->head;
    report->worth = WORTH_ASKED;
}

void sync_compared(struct sync *s, unsigned peer, const uint8_t log[static LOG_ID_LEN],
                   const struct sync_news *news) {
    unsigned slot = sync_find(s, log);
    if (slot == SYNC_LOGS || s->report[peer][slot].worth != WORTH_ASKED)
        return;
    s->report[peer][slot].worth = news->any ? WORTH_NEWS : WORTH_NOTHING;
    s->report[peer][slot].news = *news;
    s->pull_due = true;
}

static void fetch_start(struct sync *s, unsigned slot, struct sync_actions *ret) {
    struct sync_log *log = &s->log[slot];
    bool comparing = false;
    if (!log->carried || log->fetching || log->locating || log->gleaning || log->commits)
        return;
    if (s->now_ms < log->retry_ms) {
        s->retry_ms = log->retry_ms < s->retry_ms ? log->retry_ms : s->retry_ms;
        return;
    }
    for (unsigned i = 0; i < SYNC_PEERS; i++) {
        unsigned peer = (s->turn + i) % SYNC_PEERS;
        struct sync_report *report = &s->report[peer][slot];
        if (!may_ask(s, peer, slot))
            continue;
        if (report->worth == WORTH_UNKNOWN)
            compare(s, peer, slot, ret);
        comparing = comparing || report->worth == WORTH_ASKED;
        if (report->worth != WORTH_NEWS)
            continue;
        log->peer = peer;
        log->news = report->news;
        log->version = report->version;
        log->from = report->news.from;
        log->target = report->news.target;
        log->alone = log->from == log->target;
        log->failed = log->yielded = log->moved = false;
        fetch_send(s, slot, ret);
        return;
    }
    if (!comparing)
        parts_start(s, slot, ret);
}

/* Fair turns: begin behind the log that was served last. */
void fetch_due(struct sync *s, struct sync_actions *ret) {
    if (!s->pull_due)
        return;
    s->pull_due = false;
    s->retry_ms = UINT64_MAX;
    unsigned first = s->turn++;
    for (unsigned i = 0; i < s->log_count && s->fetches < SYNC_FETCH_ALL; i++)
        fetch_start(s, s->order[(first + i) % s->log_count], ret);
}

unsigned fetch_waiting(const struct sync *s, unsigned peer, uint64_t id) {
    for (unsigned i = 0; i < s->log_count; i++) {
        const struct sync_log *log = &s->log[s->order[i]];
        if (log->fetching && log->peer == peer && log->request == id)
            return s->order[i];
    }
    return SYNC_LOGS;
}

/* An id that was never sent is a breach; one that was given up is only late. */
static bool was_sent(const struct sync *s, unsigned peer, uint64_t id) {
    return id > 0 && id < s->peer[peer].next_id;
}

/* Whether the gate takes further packages of this log.  One that is held back has a package there, whose
 * verdict wakes it. */
static bool may_hand_on(const struct sync *s, const struct sync_log *log) {
    return log->commits < SYNC_COMMITS && s->commits < SYNC_COMMITS_ALL;
}

void fetch_answer(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret) {
    const struct package *package = &m->package;
    unsigned slot = fetch_waiting(s, peer, m->id);
    if (slot == SYNC_LOGS) {
        if (!was_sent(s, peer, m->id))
            sync_act(ret, SYNC_CLOSE, peer)->err = ERR_MESSAGE;
        return;
    }
    struct sync_log *log = &s->log[slot];
    if (log->locating || log->gleaning) {
        sync_act(ret, SYNC_CLOSE, peer)->err = ERR_MESSAGE; /* PROVE or PARTS was asked */
        return;
    }
    flight_end(s, log);
    bool asked = memcmp(package->log, log->id, LOG_ID_LEN) == 0 && package->from == log->from;
    bool going = package->entry_count > 0 || package->from == package->size; /* else it would never end */
    if (!asked || !going || package->size < log->target) {
        fetch_blame(s, peer, slot, 0);
        return;
    }
    struct sync_action *commit = sync_act(ret, SYNC_COMMIT, peer);
    memcpy(commit->log, log->id, LOG_ID_LEN);
    log->commits++;
    s->commits++;
    log->from = log->alone ? package->size : log->from + package->entry_count;
    log->target = package->size;
    if (log->alone)
        return;
    if (stingy(s, log, package) && others_may(s, peer, slot)) {
        s->report[peer][slot].retry_ms = s->now_ms + RETRY_FIRST_MS;
        log->yielded = true;
    } else if (package->more && may_hand_on(s, log)) {
        fetch_send(s, slot, ret);
    }
}

/* Whatever was asked: no answer, or none that helps. */
static void flight_failed(struct sync *s, unsigned slot, uint64_t at_least_s) {
    struct sync_log *log = &s->log[slot];
    flight_end(s, log);
    if (log->gleaning) {
        parts_failed(s, slot, at_least_s);
        return;
    }
    locate_end(s, log);
    fetch_blame(s, log->peer, slot, at_least_s);
}

void fetch_error(struct sync *s, unsigned peer, const struct message *m) {
    unsigned slot = fetch_waiting(s, peer, m->id);
    if (slot == SYNC_LOGS) {
        struct sync_peer *p = &s->peer[peer];
        if (p->asking && p->ask_id == m->id) { /* CHANGES or VECTOR refused: ask again when it says */
            p->asking = 0;
            p->ask_at_ms = s->now_ms + 1000 * (m->error.retry_s ? m->error.retry_s : 30);
        }
        return;
    }
    flight_failed(s, slot, m->error.retry_s);
}

bool fetch_is_local(enum err err) {
    return err == ERR_DISK_FULL || err == ERR_IO || err == ERR_MEMORY || err == ERR_CORRUPT ||
           err == ERR_BUSY;
}

void fetch_worth_forget(struct sync *s, unsigned slot) {
    for (unsigned peer = 0; peer < SYNC_PEERS; peer++)
        if (s->report[peer][slot].worth) /* the pages of absent peers stay untouched */
            s->report[peer][slot].worth = WORTH_UNKNOWN;
}

void fetch_vain(struct sync *s, unsigned peer, unsigned slot) {
    struct sync_report *report = &s->report[peer][slot];
    if (report->version == s->log[slot].version)
        report->worth = WORTH_NOTHING;
}

/* All that was asked for is in.  If nothing has come of it, this record of this peer is worth nothing here;
 * what it may say next is another matter. */
static void delivered(struct sync *s, unsigned peer, unsigned slot) {
    struct sync_report *report = &s->report[peer][slot];
    const struct sync_log *log = &s->log[slot];
    report->failures = 0;
    if (log->fetching || log->commits || log->from < log->target)
        return;
    if (log->moved)
        fetch_worth_forget(s, slot);
    else
        fetch_vain(s, peer, slot);
}

static void refused(struct sync *s, const struct sync_event *event, unsigned slot, struct sync_actions *ret) {
    struct sync_log *log = &s->log[slot];
    log->failed = true; /* the packages behind this one fall with it */
    flight_end(s, log);
    if (event->err == ERR_GAP && !log->alone) { /* what is wanted has changed since it was asked for */
        fetch_worth_forget(s, slot);
        s->report[event->peer][slot].retry_ms = s->now_ms + STALE_RETRY_MS;
    } else if (event->err == ERR_FORK)
        locate_start(s, event->peer, slot, ret);
    else if (fetch_is_local(event->err))
        log->retry_ms = s->now_ms + LOCAL_RETRY_MS;
    else
        fetch_blame(s, event->peer, slot, 0);
}

void fetch_committed(struct sync *s, const struct sync_event *event, struct sync_actions *ret) {
    unsigned slot = sync_find(s, event->head.log);
    if (slot == SYNC_LOGS)
        return;
    struct sync_log *log = &s->log[slot];
    if (!event->err) {
        log->moved = log->moved || log->held != event->held || !head_same(&log->head, &event->head);
        log->head = event->head;
        log->held = event->held;
        log->lacks = event->lacks;
    }
    if (log->commits) {
        log->commits--;
        s->commits--;
    }
    if (log->gleaning) {
        parts_committed(s, event, slot);
        sync_release(s, slot);
        return;
    }
    if (event->err && !log->failed)
        refused(s, event, slot, ret);
    else if (!event->err)
        delivered(s, event->peer, slot);
    bool going_on = log->carried && !log->failed && !log->yielded && !log->fetching && !log->locating &&
                    may_hand_on(s, log);
    if (going_on && log->from < log->target && s->peer[log->peer].up)
        fetch_send(s, slot, ret);
    sync_release(s, slot);
}

void fetch_down(struct sync *s, unsigned peer) {
    for (unsigned i = 0; i < s->log_count; i++) {
        struct sync_log *log = &s->log[s->order[i]];
        if (log->locating && log->peer == peer)
            locate_end(s, log);
        if (!log->fetching || log->peer != peer)
            continue;
        flight_failed(s, s->order[i], 0); /* or it would be asked first again each time it comes back */
    }
}

void fetch_timeout(struct sync *s) {
    for (unsigned i = 0; i < s->log_count; i++) {
        struct sync_log *log = &s->log[s->order[i]];
        if (log->fetching && s->now_ms >= log->deadline_ms)
            flight_failed(s, s->order[i], 0);
    }
}
