#include "proto/sync.h"

#include <assert.h>
#include <string.h>

#include "proto/sync_state.h"

static unsigned slots_of(unsigned logs) {
    return logs + SYNC_STRANGE + SYNC_CLAIMS;
}

size_t sync_size(unsigned logs) {
    size_t slots = slots_of(logs);
    return sizeof(struct sync) + slots * (sizeof(struct sync_log) + SYNC_PEERS * sizeof(struct sync_report));
}

const struct sync_bounds sync_bounds = {.heads = HEADS_MAX,
                                        .radix_heads = RADIX_HEADS,
                                        .prefixes = RADIX_PREFIXES,
                                        .walk = SYNC_WALK,
                                        .changes_back = SYNC_CHANGES_BACK,
                                        .strange = SYNC_STRANGE,
                                        .fetches_peer = SYNC_FETCH_PEER,
                                        .fetches_all = SYNC_FETCH_ALL,
                                        .claims = SYNC_CLAIMS,
                                        .commits = SYNC_COMMITS,
                                        .commits_all = SYNC_COMMITS_ALL,
                                        .packages = SYNC_PACKAGES,
                                        .locates = SYNC_LOCATES,
                                        .gleans = SYNC_PARTS,
                                        .bytes_small = FETCH_BYTES_SMALL,
                                        .bytes_large = FETCH_BYTES_MAX,
                                        .bytes_peer = SYNC_BYTES_PEER,
                                        .bytes_all = SYNC_BYTES_ALL};

void sync_init(struct sync *s, unsigned logs, const uint8_t instance[static INSTANCE_LEN]) {
    assert(logs <= SYNC_LOGS_MAX);
    s->bounds = sync_bounds;
    memcpy(s->instance, instance, INSTANCE_LEN);
    s->capacity = logs;
    s->slots = slots_of(logs);
    s->report = (struct sync_report *)(void *)(s->log + s->slots);
    table_init(s);
    queue_init(s);
}

struct sync_action *sync_act(struct sync_actions *actions, enum sync_action_kind kind, unsigned peer) {
    assert(actions->count < SYNC_ACTIONS);
    struct sync_action *action = &actions->action[actions->count++];
    *action = (struct sync_action){.kind = kind, .peer = peer};
    return action;
}

/* ---- events ---- */

/* What a package has led to may be told before its verdict: then too it was worth asking for. */
static void head_event(struct sync *s, const struct sync_event *event) {
    uint32_t slot = table_slot(s, event->head.log, true);
    if (slot == SYNC_NONE) {
        s->full = true;
        return;
    }
    const struct sync_log *log = &s->log[slot];
    struct sync_claim *claim = claim_of(s, slot);
    if (claim && (log->held != event->held || !head_same(&log->head, &event->head)))
        claim->moved = true;
    table_set(s, slot, event);
    report_forget(s, slot);
}

static void drop_event(struct sync *s, const struct sync_event *event) {
    uint32_t slot = table_find(s, event->head.log);
    if (slot != SYNC_NONE)
        table_drop(s, slot);
}

static void link_event(struct sync *s, const struct sync_event *event, struct sync_actions *ret) {
    struct sync_peer *p = &s->peer[event->peer];
    if (memcmp(p->instance, event->instance, INSTANCE_LEN) != 0)
        p->cursor = 0;
    memcpy(p->instance, event->instance, INSTANCE_LEN);
    p->partial = event->partial;
    pull_up(s, event->peer, ret);
}

static void message_event(struct sync *s, const struct sync_event *event, struct sync_actions *ret) {
    const struct message *m = event->message;
    if (!s->peer[event->peer].up)
        return;
    switch (m->kind) {
    case MESSAGE_CHANGES:
    case MESSAGE_VECTOR:
    case MESSAGE_RADIX:
    case MESSAGE_FETCH:
    case MESSAGE_PROVE:
    case MESSAGE_PARTS:
        serve_request(s, event->peer, m, ret);
        return;
    case MESSAGE_CHANGES | MESSAGE_ANSWER:
    case MESSAGE_VECTOR | MESSAGE_ANSWER:
    case MESSAGE_RADIX | MESSAGE_ANSWER:
        pull_heads(s, event->peer, m, ret);
        return;
    case MESSAGE_FETCH | MESSAGE_ANSWER:
        fetch_answer(s, event->peer, m, ret);
        return;
    case MESSAGE_PROVE | MESSAGE_ANSWER:
        locate_answer(s, event->peer, m, ret);
        return;
    case MESSAGE_PARTS | MESSAGE_ANSWER:
        parts_answer(s, event->peer, m, ret);
        return;
    case MESSAGE_ERROR:
        if (!pull_error(s, event->peer, m))
            fetch_error(s, event->peer, m, ret);
        return;
    default: /* a second HELLO, a CALL, an answer to what is never asked here */
        sync_act(ret, SYNC_CLOSE, event->peer)->err = ERR_MESSAGE;
    }
}

static void event_take(struct sync *s, const struct sync_event *event, struct sync_actions *ret) {
    switch (event->kind) {
    case SYNC_LINK_UP:
        link_event(s, event, ret);
        return;
    case SYNC_LINK_DOWN:
        pull_down(s, event->peer);
        fetch_down(s, event->peer, ret);
        return;
    case SYNC_MESSAGE:
        message_event(s, event, ret);
        return;
    case SYNC_HEAD:
        head_event(s, event);
        return;
    case SYNC_DROP:
        drop_event(s, event);
        return;
    case SYNC_COMMITTED:
        fetch_committed(s, event, ret);
        return;
    case SYNC_LOCATED:
        locate_verdict(s, event, ret);
        return;
    case SYNC_HALT:
        s->halted = event->halted;
        return;
    case SYNC_TURN:
        return;
    case SYNC_TIMEOUT:
        serve_timeout(s, ret);
        pull_timeout(s, ret);
        fetch_timeout(s, ret);
        return;
    }
}

void sync_step(struct sync *s, const struct sync_event *event, struct sync_actions *ret) {
    struct headsum before = s->own.all;
    assert(event->peer < SYNC_PEERS);
    ret->count = 0;
    s->now_ms = event->now_ms;
    s->random = event->random;
    event_take(s, event, ret);
    serve_changed(s, &before, ret);
    fetch_due(s, ret);
}

static void earlier(uint64_t *at, uint64_t other) {
    if (other < *at)
        *at = other;
}

uint64_t sync_deadline(const struct sync *s) {
    uint64_t at = queue_deadline(s);
    for (const struct sync_peer *peer = s->peer; peer < s->peer + SYNC_PEERS; peer++) {
        if (peer->up)
            earlier(&at, peer->asking ? peer->ask_deadline_ms : peer->ask_at_ms);
        if (peer->up && peer->parked)
            earlier(&at, peer->parked_until_ms);
        uint64_t judged = claim_judged_ms(s, (unsigned)(peer - s->peer));
        if (peer->up && peer->ready_first != SYNC_NONE && s->now_ms < judged)
            earlier(&at, judged);
    }
    for (const struct sync_flight *flight = s->flight; flight < s->flight + SYNC_FETCH_ALL; flight++)
        if (flight->used)
            earlier(&at, flight->look_ms < flight->deadline_ms ? flight->look_ms : flight->deadline_ms);
    return at;
}

/* ---- what is known ---- */

struct sync_counts sync_counts(const struct sync *s) {
    return s->counts;
}

bool sync_full(const struct sync *s) {
    return s->full;
}

bool sync_carries(const struct sync *s, const uint8_t log[static LOG_ID_LEN], uint64_t *ret_seq) {
    uint32_t slot = table_find(s, log);
    bool carried = slot != SYNC_NONE && s->log[slot].carried;
    *ret_seq = carried ? s->log[slot].seq : 0;
    return carried;
}

uint64_t sync_newest(const struct sync *s) {
    return s->seq;
}

bool sync_reported(const struct sync *s, unsigned peer, const uint8_t log[static LOG_ID_LEN],
                   struct head *ret) {
    uint32_t slot = table_find(s, log);
    if (slot == SYNC_NONE || peer >= SYNC_PEERS || s->peer[peer].guessed ||
        !s->report[sync_at(s, peer, slot)].has)
        return false;
    *ret = report_head(s, peer, slot);
    return true;
}

bool sync_complete(const struct sync *s, unsigned peer) {
    return peer < SYNC_PEERS && s->peer[peer].up && s->peer[peer].complete;
}
