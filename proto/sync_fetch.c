/* Fetching one log's entries: from whom, how far, and what happens when the gate refuses.
 *
 * The next FETCH is sent before the gate has judged the last: so the wire, the hashing and the disk work at
 * once.  A package that the gate refuses costs the peer its claim for a while. */
#include <string.h>

#include "proto/sync_state.h"

#define RETRY_FIRST_MS 5000u
#define RETRY_MAX_MS 3600000u
#define SLOW_MS 5000u /* an answer with more behind it that takes longer lets others have a turn */
#define STALE_RETRY_MS 1000u
#define FEW_ENTRIES 64
#define LOST_FAILURES 3 /* as so many: 40 s at most */

static uint32_t seconds(uint64_t ms) {
    return (uint32_t)((ms + 999) / 1000);
}

uint32_t fetch_back_off(struct sync *s, unsigned failures, uint64_t at_least_s) {
    uint64_t most = (uint64_t)RETRY_FIRST_MS << (failures < 10 ? failures : 10);
    if (most > RETRY_MAX_MS)
        most = RETRY_MAX_MS;
    uint64_t wait = most / 2 + s->random % (most / 2);
    return seconds(s->now_ms + (wait < at_least_s * 1000 ? at_least_s * 1000 : wait));
}

void fetch_blame(struct sync *s, unsigned peer, uint32_t slot, uint64_t at_least_s) {
    struct sync_report *report = sync_report(s, peer, slot);
    if (!report->has)
        return;
    s->counts.lost++;
    report->worth = WORTH_UNKNOWN;
    report->retry_s = fetch_back_off(s, report->failures, at_least_s);
    if (report->failures < UINT8_MAX)
        report->failures++;
    queue_ready(s, peer, slot); /* looked at, it waits for its second */
}

bool fetch_is_local(enum err err) {
    return err == ERR_DISK_FULL || err == ERR_IO || err == ERR_MEMORY || err == ERR_CORRUPT ||
           err == ERR_BUSY;
}

void fetch_vain(struct sync *s, const struct sync_claim *claim) {
    struct sync_report *report = sync_report(s, claim->peer, claim->slot);
    if (report->version == claim->version)
        report->worth = WORTH_NOTHING;
}

/* ---- asking ---- */

/* Few entries are asked for in a small answer, and so are more when much is under way. */
static uint32_t bytes_for(const struct sync *s, const struct sync_claim *claim) {
    bool few = claim->target - claim->from <= FEW_ENTRIES;
    const struct sync_bounds *b = &s->bounds;
    bool room = s->peer[claim->peer].bytes + b->bytes_large <= b->bytes_peer &&
                s->bytes + b->bytes_large <= b->bytes_all;
    return few || !room ? b->bytes_small : b->bytes_large;
}

static void fetch_send(struct sync *s, struct sync_claim *claim, struct sync_actions *ret) {
    struct sync_action *action = sync_act(ret, SYNC_SEND_FETCH, claim->peer);
    action->bytes = bytes_for(s, claim);
    action->id = flight_begin(s, claim, (uint32_t)action->bytes)->id;
    memcpy(action->log, s->log[claim->slot].head.log, LOG_ID_LEN);
    action->epoch = claim->news.epoch;
    action->has_note = claim->news.has_note;
    action->note = claim->news.note;
    action->has_root = claim->news.has_root;
    action->root = claim->news.root;
    action->from = claim->from;
    action->target = claim->target;
}

/* What differs from what is held is compared with the store first. */
static void compare(struct sync *s, unsigned peer, uint32_t slot, struct sync_actions *ret) {
    struct sync_action *action = sync_act(ret, SYNC_COMPARE, peer);
    action->head = report_head(s, peer, slot);
    memcpy(action->log, action->head.log, LOG_ID_LEN);
    sync_report(s, peer, slot)->worth = WORTH_ASKED;
    s->peer[peer].comparing++;
    s->comparing++;
}

void sync_compared(struct sync *s, unsigned peer, const uint8_t id[static LOG_ID_LEN],
                   const struct sync_news *news) {
    uint32_t slot = table_find(s, id);
    if (slot == SYNC_NONE || sync_report(s, peer, slot)->worth != WORTH_ASKED)
        return;
    struct sync_report *report = sync_report(s, peer, slot);
    s->peer[peer].comparing--;
    s->comparing--;
    report->worth = news->any ? WORTH_UNKNOWN : WORTH_NOTHING;
    struct sync_claim *claim = news->any ? claim_begin(s, peer, slot, CLAIM_ENTRIES) : NULL;
    if (claim) {
        claim->version = report->version;
        claim->failures = report->failures;
        claim->news = *news;
        claim->from = news->from;
        claim->target = news->target;
        claim->alone = news->from == news->target;
    }
    if (claim || s->log[slot].lacks)
        queue_front(s, peer, slot);
}

/* One place: fetch what is news, ask for what is lacking, or wait until the peer may be asked again. */
static void look(struct sync *s, unsigned peer, uint32_t slot, struct sync_actions *ret) {
    struct sync_report *report = sync_report(s, peer, slot);
    struct sync_log *log = &s->log[slot];
    struct sync_claim *claim = claim_of(s, slot);
    uint64_t wait_s = UINT64_MAX;
    if (claim && claim->peer == peer && claim->fresh)
        fetch_send(s, claim, ret);
    if (claim || !report->has || !log->carried)
        return; /* when the claim ends, all its reporters are looked at */
    if (s->now_ms < log->retry_ms) {
        queue_later(s, peer, slot, log->retry_ms);
        return;
    }
    if (report->worth == WORTH_UNKNOWN) {
        wait_s = report->retry_s;
        if (s->now_ms >= wait_s * 1000) {
            compare(s, peer, slot, ret);
            return;
        }
    }
    if (log->lacks && report->size && s->now_ms >= (uint64_t)report->parts_s * 1000 &&
        s->gleans < s->bounds.gleans) {
        parts_start(s, peer, slot, ret);
        return;
    }
    if (log->lacks && report->size && report->parts_s < wait_s)
        wait_s = report->parts_s;
    if (wait_s != UINT64_MAX)
        queue_later(s, peer, slot, wait_s * 1000);
}

/* The next place of a peer: a claim that waits for its first request wants room for that alone, or claims
 * that wait would keep each other from it. */
static bool may_look(struct sync *s, unsigned peer) {
    uint32_t at = s->peer[peer].ready_first;
    const struct sync_claim *claim = at == SYNC_NONE ? NULL : claim_of(s, at - sync_at(s, peer, 0));
    if (claim && claim->peer == peer && claim->fresh)
        return s->peer[peer].up && s->now_ms >= claim_judged_ms(s, peer) &&
               s->commits < s->bounds.commits_all && flight_room(s, claim, s->bounds.bytes_small);
    return at != SYNC_NONE && claim_room(s, peer);
}

/* Fair turns: each peer has the first word in its turn. */
void fetch_due(struct sync *s, struct sync_actions *ret) {
    queue_expire(s);
    if (s->halted)
        return;
    s->turn++;
    for (unsigned i = 0; i < SYNC_PEERS; i++) {
        unsigned peer = (s->turn + i) % SYNC_PEERS;
        for (uint32_t slot; may_look(s, peer) && (slot = queue_take(s, peer)) != SYNC_NONE;)
            look(s, peer, slot, ret);
    }
}

/* ---- answers ---- */

/* Less than a full answer though more is behind it, or a late one: whoever serves so would hold a log for
 * months. */
static bool stingy(const struct sync *s, const struct sync_flight *flight, const struct package *package) {
    bool full = package->entries.len >= flight->bytes / 8 || package->entry_count >= FETCH_ENTRIES_MAX / 8;
    return package->more && (!full || s->now_ms - flight->sent_ms > SLOW_MS);
}

/* Another peer that has reported something else than this node holds, and may be asked. */
static bool others_may(struct sync *s, const struct sync_claim *claim) {
    uint64_t others = s->log[claim->slot].reporters & ~(UINT64_C(1) << claim->peer);
    for (; others; others &= others - 1) {
        const struct sync_report *report = sync_report(s, sync_bit(others), claim->slot);
        const struct sync_peer *p = &s->peer[sync_bit(others)];
        if (p->up && !p->partial && report->worth != WORTH_NOTHING &&
            s->now_ms >= (uint64_t)report->retry_s * 1000)
            return true;
    }
    return false;
}

/* A log that has had so many packages lets those have a turn that wait for the same peer. */
static bool others_wait(const struct sync *s, const struct sync_claim *claim) {
    return claim->packages >= s->bounds.packages && s->peer[claim->peer].ready_first != SYNC_NONE;
}

/* Whether the gate takes further packages of this log, and its peer a further request.  One that is held back
 * has a package at the gate, whose verdict wakes it, or ends and has its turn again. */
static bool may_go_on(const struct sync *s, const struct sync_claim *claim) {
    bool wanted = claim->kind == CLAIM_ENTRIES && !claim->failed && !claim->yielded && !claim->fork &&
                  !claim->alone && claim->from < claim->target && s->log[claim->slot].carried && !s->halted;
    return wanted && claim->flights == 0 && s->peer[claim->peer].up && claim->commits < s->bounds.commits &&
           s->commits < s->bounds.commits_all && flight_room(s, claim, s->bounds.bytes_small);
}

void fetch_go_on(struct sync *s, struct sync_claim *claim, struct sync_actions *ret) {
    if (may_go_on(s, claim))
        fetch_send(s, claim, ret);
    else if (claim->flights == 0 && claim->commits == 0 && claim->fork)
        locate_start(s, claim, ret);
    else if (claim->flights == 0 && claim->commits == 0)
        claim_end(s, claim);
}

void fetch_answer(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret) {
    const struct package *package = &m->package;
    struct sync_flight flight;
    struct sync_claim *claim = flight_answered(s, peer, m->id, CLAIM_ENTRIES, &flight, ret);
    if (!claim)
        return;
    const uint8_t *id = s->log[claim->slot].head.log;
    bool asked = memcmp(package->log, id, LOG_ID_LEN) == 0 && package->from == flight.from;
    bool going = package->entry_count > 0 || package->from == package->size; /* else it would never end */
    bool large = package->entry_count > 1 && package->entries.len > flight.bytes;
    if (!asked || !going || large || package->size < claim->target) {
        claim->failed = true;
        fetch_blame(s, peer, claim->slot, 0);
        fetch_go_on(s, claim, ret);
        return;
    }
    memcpy(sync_act(ret, SYNC_COMMIT, peer)->log, id, LOG_ID_LEN);
    claim->commits++;
    claim->packages++;
    s->commits++;
    claim->from = claim->alone ? package->size : claim->from + package->entry_count;
    claim->target = package->size;
    if (stingy(s, &flight, package) && others_may(s, claim)) {
        sync_report(s, peer, claim->slot)->retry_s = seconds(s->now_ms + RETRY_FIRST_MS);
        claim->yielded = true;
    }
    claim->yielded = claim->yielded || others_wait(s, claim);
    s->counts.turns += claim->yielded && package->more;
    fetch_go_on(s, claim, ret);
}

/* Whatever was asked: no answer, or none that helps. */
static void flight_failed(struct sync *s, struct sync_flight *flight, uint64_t at_least_s,
                          struct sync_actions *ret) {
    struct sync_claim *claim = &s->claim[flight->claim];
    flight_end(s, flight);
    claim->failed = true;
    if (claim->kind == CLAIM_PARTS)
        parts_blame(s, claim->peer, claim->slot, at_least_s);
    else
        fetch_blame(s, claim->peer, claim->slot, at_least_s);
    fetch_go_on(s, claim, ret);
}

void fetch_error(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret) {
    for (struct sync_flight *f = s->flight; f < s->flight + SYNC_FETCH_ALL; f++)
        if (f->used && f->peer == peer && f->id == m->id) {
            flight_failed(s, f, m->error.retry_s, ret);
            return;
        }
}

/* Another peer says that it holds entries which this node lacks. */
static bool others_promise(struct sync *s, const struct sync_claim *claim) {
    uint64_t others = s->log[claim->slot].reporters & ~(UINT64_C(1) << claim->peer);
    for (; others; others &= others - 1) {
        const struct sync_report *report = sync_report(s, sync_bit(others), claim->slot);
        const struct sync_peer *p = &s->peer[sync_bit(others)];
        if (p->up && !p->partial && !p->silent && report->worth != WORTH_NOTHING &&
            report->size > s->log[claim->slot].held && s->now_ms >= (uint64_t)report->retry_s * 1000)
            return true;
    }
    return false;
}

/* A peer that is asked and does not answer would keep the log from those who do. */
static void look_around(struct sync *s, struct sync_flight *flight, struct sync_actions *ret) {
    struct sync_claim *claim = &s->claim[flight->claim];
    struct sync_log *log = &s->log[claim->slot];
    if (!others_promise(s, claim)) {
        flight->look_ms = s->now_ms + (s->peer[claim->peer].silent ? SYNC_DISTRUST_MS : SYNC_LOOK_MS);
        return;
    }
    if (!s->peer[claim->peer].silent && SYNC_PATIENCE_MS << log->overtaken < SYNC_PATIENCE_MAX_MS)
        log->overtaken++;
    s->peer[claim->peer].silent = true;
    s->counts.late++;
    flight_failed(s, flight, 0, ret);
}

void fetch_timeout(struct sync *s, struct sync_actions *ret) {
    for (struct sync_flight *f = s->flight; f < s->flight + SYNC_FETCH_ALL; f++) {
        if (f->used && s->now_ms >= f->deadline_ms) {
            s->peer[f->peer].silent = true;
            s->counts.late++;
            flight_failed(s, f, 0, ret);
        } else if (f->used && s->now_ms >= f->look_ms) {
            look_around(s, f, ret);
        }
    }
}

/* Blamed, or it would be asked first again each time it comes back; but not for long, since the line may be
 * bad. */
static void flight_lost(struct sync *s, struct sync_flight *flight, struct sync_actions *ret) {
    struct sync_report *report = sync_report(s, flight->peer, s->claim[flight->claim].slot);
    uint8_t failures = report->failures;
    if (failures > LOST_FAILURES)
        report->failures = LOST_FAILURES;
    flight_failed(s, flight, 0, ret);
    if (failures > report->failures)
        report->failures = failures;
}

void fetch_down(struct sync *s, unsigned peer, struct sync_actions *ret) {
    for (struct sync_flight *f = s->flight; f < s->flight + SYNC_FETCH_ALL; f++)
        if (f->used && f->peer == peer)
            flight_lost(s, f, ret);
    for (struct sync_claim *c = s->claim; c < s->claim + SYNC_CLAIMS; c++)
        if (c->used && c->peer == peer && c->flights == 0 && c->commits == 0)
            claim_end(s, c);
}

/* ---- verdicts ---- */

/* All that was asked for is in.  If nothing has come of it, this record of this peer is worth nothing here;
 * what it may say next is another matter. */
static void delivered(struct sync *s, struct sync_claim *claim) {
    if (!claim->undone)
        sync_report(s, claim->peer, claim->slot)->failures = 0;
    s->log[claim->slot].overtaken = 0;
    if (claim->flights == 0 && claim->commits == 0 && claim->from >= claim->target && !claim->moved)
        fetch_vain(s, claim);
}

/* What it has brought so far has given way again, and is wanted from the start: another branch, or nothing.
 */
static void gives_way(struct sync *s, struct sync_claim *claim) {
    claim->failed = claim->undone = true; /* the packages behind this one fall with it */
    sync_report(s, claim->peer, claim->slot)->failures = claim->failures;
    fetch_blame(s, claim->peer, claim->slot, 0);
}

static void refused(struct sync *s, const struct sync_event *event, struct sync_claim *claim) {
    struct sync_report *report = sync_report(s, claim->peer, claim->slot);
    claim->failed = true;                         /* the packages behind this one fall with it */
    if (event->err == ERR_GAP && !claim->alone) { /* what is wanted has changed since it was asked for */
        claim->moved = true;
        report->retry_s = seconds(s->now_ms + STALE_RETRY_MS);
    } else if (event->err == ERR_QUOTA) { /* nobody's fault, until there is other news */
        fetch_vain(s, claim);
    } else if (event->err == ERR_FORK && claim->kind == CLAIM_ENTRIES) {
        claim->fork = true;
    } else if (fetch_is_local(event->err)) {
        s->log[claim->slot].retry_ms = s->now_ms + LOCAL_RETRY_MS;
    } else {
        fetch_blame(s, claim->peer, claim->slot, 0);
    }
}

void fetch_committed(struct sync *s, const struct sync_event *event, struct sync_actions *ret) {
    uint32_t slot = table_find(s, event->head.log);
    struct sync_claim *claim = slot == SYNC_NONE ? NULL : claim_of(s, slot);
    if (slot == SYNC_NONE)
        return;
    struct sync_log *log = &s->log[slot];
    /* A package may be refused for its entries when its notes or its evidence have moved the head. */
    bool kept = !event->err || (event->seq && (event->err == ERR_FORK || event->err == ERR_GAP));
    bool moved = kept && (log->held != event->held || !head_same(&log->head, &event->head));
    bool back = kept && event->held < log->held && head_same(&log->head, &event->head);
    if (kept && log->carried)
        table_set(s, slot, event);
    if (moved && !claim)
        report_forget(s, slot);
    if (claim && claim->kind == CLAIM_PARTS && claim->commits == 0) {
        parts_unasked(s, event, claim);
        fetch_go_on(s, claim, ret);
        return;
    }
    if (!claim || claim->commits == 0)
        return;
    if (claim->kind != CLAIM_PARTS && !moved && !fetch_is_local(event->err))
        claim_judged(s, claim->peer, event->signatures);
    bool undone = claim->kind == CLAIM_ENTRIES && claim->moved && back;
    claim->moved = claim->moved || moved;
    claim->commits--;
    s->commits--;
    if (undone && !claim->failed)
        gives_way(s, claim);
    else if (claim->kind == CLAIM_PARTS)
        parts_committed(s, event, claim);
    else if (event->err && !claim->failed)
        refused(s, event, claim);
    else if (!event->err)
        delivered(s, claim);
    if (claim->kind == CLAIM_ENTRIES && !event->err && event->wrong)
        parts_blame(s, claim->peer, slot, 0);
    fetch_go_on(s, claim, ret);
}
