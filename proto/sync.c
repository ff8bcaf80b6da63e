#include "proto/sync.h"

#include <assert.h>
#include <string.h>

#include "proto/sync_state.h"

size_t sync_size(void) {
    return sizeof(struct sync);
}

void sync_init(struct sync *s, const uint8_t instance[static INSTANCE_LEN]) {
    memcpy(s->instance, instance, INSTANCE_LEN);
    s->retry_ms = UINT64_MAX;
}

struct sync_action *sync_act(struct sync_actions *actions, enum sync_action_kind kind, unsigned peer) {
    assert(actions->count < SYNC_ACTIONS);
    struct sync_action *action = &actions->action[actions->count++];
    *action = (struct sync_action){.kind = kind, .peer = peer};
    return action;
}

/* ---- the table of logs, sorted by id through `order` ---- */

/* Where the id is in the order, or would be. */
static unsigned place(const struct sync *s, const uint8_t *id, bool *ret_found) {
    unsigned low = 0, high = s->log_count;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (memcmp(s->log[s->order[middle]].id, id, LOG_ID_LEN) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_found = low < s->log_count && memcmp(s->log[s->order[low]].id, id, LOG_ID_LEN) == 0;
    return low;
}

unsigned sync_find(const struct sync *s, const uint8_t id[static LOG_ID_LEN]) {
    bool found;
    unsigned at = place(s, id, &found);
    return found ? s->order[at] : SYNC_LOGS;
}

static void forget(struct sync *s, unsigned slot) {
    bool found;
    unsigned at = place(s, s->log[slot].id, &found);
    assert(found);
    memmove(&s->order[at], &s->order[at + 1], (s->log_count - at - 1) * sizeof *s->order);
    s->log_count--;
    s->strange -= !s->log[slot].carried;
    for (unsigned p = 0; p < SYNC_PEERS; p++) {
        if (s->report[p][slot].has)
            s->peer[p].overflow = true; /* its copy has a hole now */
        if (s->report[p][slot].has || s->report[p][slot].failures || s->report[p][slot].retry_ms)
            s->report[p][slot] = (struct sync_report){.has = false};
    }
    locate_end(s, &s->log[slot]);
    s->gleans -= s->log[slot].gleaning;
    if (s->log[slot].fetching) { /* its answer will find nobody waiting */
        s->fetches--;
        s->peer[s->log[slot].peer].fetches--;
    }
    s->log[slot] = (struct sync_log){.used = false};
}

void sync_release(struct sync *s, unsigned slot) {
    struct sync_log *log = &s->log[slot];
    if (log->used && !log->carried && log->reports == 0 && log->commits == 0)
        forget(s, slot);
}

/* Room for one more: strange logs have a bound, and give way to carried ones. */
static bool make_room(struct sync *s, bool carried) {
    if (!carried)
        return s->strange < SYNC_STRANGE && s->log_count < SYNC_LOGS;
    for (unsigned i = 0; i < SYNC_LOGS && s->log_count == SYNC_LOGS; i++)
        if (s->log[i].used && !s->log[i].carried && s->log[i].commits == 0)
            forget(s, i);
    return s->log_count < SYNC_LOGS;
}

unsigned sync_slot(struct sync *s, const uint8_t id[static LOG_ID_LEN], bool carried) {
    unsigned slot = sync_find(s, id);
    if (slot == SYNC_LOGS) {
        if (!make_room(s, carried))
            return SYNC_LOGS;
        for (slot = 0; s->log[slot].used;)
            slot++;
        bool found;
        unsigned at = place(s, id, &found);
        memmove(&s->order[at + 1], &s->order[at], (s->log_count - at) * sizeof *s->order);
        s->order[at] = (uint16_t)slot;
        s->log_count++;
        s->strange++;
        s->log[slot] = (struct sync_log){.used = true};
        memcpy(s->log[slot].id, id, LOG_ID_LEN);
    }
    if (carried && !s->log[slot].carried) {
        s->log[slot].carried = true;
        s->strange--;
    }
    return slot;
}

/* ---- events ---- */

static void head_event(struct sync *s, const struct sync_event *event) {
    unsigned slot = sync_slot(s, event->head.log, true);
    if (slot == SYNC_LOGS)
        return;
    s->log[slot].head = event->head;
    s->log[slot].held = event->held;
    s->log[slot].lacks = event->lacks;
    fetch_worth_forget(s, slot);
}

static void drop_event(struct sync *s, const struct sync_event *event) {
    unsigned slot = sync_find(s, event->head.log);
    if (slot == SYNC_LOGS || !s->log[slot].carried)
        return;
    s->log[slot].carried = false;
    s->strange++;
    sync_release(s, slot);
}

static void message_event(struct sync *s, const struct sync_event *event, struct sync_actions *ret) {
    const struct message *m = event->message;
    if (!s->peer[event->peer].up)
        return;
    switch (m->kind) {
    case MESSAGE_CHANGES:
    case MESSAGE_VECTOR:
    case MESSAGE_FETCH:
    case MESSAGE_PROVE:
    case MESSAGE_PARTS:
        serve_request(s, event->peer, m, ret);
        return;
    case MESSAGE_CHANGES | MESSAGE_ANSWER:
    case MESSAGE_VECTOR | MESSAGE_ANSWER:
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
        fetch_error(s, event->peer, m);
        return;
    default: /* a second HELLO, a CALL, an answer to what is never asked here */
        sync_act(ret, SYNC_CLOSE, event->peer)->err = ERR_MESSAGE;
    }
}

void sync_step(struct sync *s, const struct sync_event *event, struct sync_actions *ret) {
    ret->count = 0;
    s->now_ms = event->now_ms;
    s->random = event->random;
    assert(event->peer < SYNC_PEERS);
    switch (event->kind) {
    case SYNC_LINK_UP:
        if (memcmp(s->peer[event->peer].instance, event->instance, INSTANCE_LEN) != 0)
            s->peer[event->peer].cursor = 0;
        memcpy(s->peer[event->peer].instance, event->instance, INSTANCE_LEN);
        s->peer[event->peer].partial = event->partial;
        pull_up(s, event->peer, ret);
        break;
    case SYNC_LINK_DOWN:
        pull_down(s, event->peer);
        fetch_down(s, event->peer);
        break;
    case SYNC_MESSAGE:
        message_event(s, event, ret);
        break;
    case SYNC_HEAD:
        head_event(s, event);
        break;
    case SYNC_DROP:
        drop_event(s, event);
        break;
    case SYNC_COMMITTED:
        fetch_committed(s, event, ret);
        break;
    case SYNC_TURN:
        break;
    case SYNC_LOCATED:
        locate_verdict(s, event, ret);
        break;
    case SYNC_TIMEOUT:
        serve_timeout(s, ret);
        pull_timeout(s, ret);
        fetch_timeout(s);
        break;
    }
    if (event->kind == SYNC_HEAD || event->kind == SYNC_COMMITTED || event->kind == SYNC_DROP) {
        s->seq = event->seq > s->seq ? event->seq : s->seq;
        serve_changed(s, ret);
    }
    if (event->kind != SYNC_MESSAGE || s->now_ms >= s->retry_ms)
        s->pull_due = true;
    fetch_due(s, ret);
}

static void earlier(uint64_t *at, uint64_t other) {
    if (other < *at)
        *at = other;
}

uint64_t sync_deadline(const struct sync *s) {
    uint64_t at = s->retry_ms;
    for (unsigned p = 0; p < SYNC_PEERS; p++) {
        const struct sync_peer *peer = &s->peer[p];
        if (!peer->up)
            continue;
        earlier(&at, peer->asking ? peer->ask_deadline_ms : peer->ask_at_ms);
        if (peer->parked)
            earlier(&at, peer->parked_until_ms);
    }
    for (unsigned i = 0; i < s->log_count && s->fetches; i++) {
        const struct sync_log *log = &s->log[s->order[i]];
        if (log->fetching)
            earlier(&at, log->deadline_ms);
    }
    return at;
}

bool sync_reported(const struct sync *s, unsigned peer, const uint8_t log[static LOG_ID_LEN],
                   struct head *ret) {
    unsigned slot = sync_find(s, log);
    if (slot == SYNC_LOGS || peer >= SYNC_PEERS || !s->report[peer][slot].has)
        return false;
    *ret = s->report[peer][slot].head;
    return true;
}

bool sync_complete(const struct sync *s, unsigned peer) {
    return peer < SYNC_PEERS && s->peer[peer].up && s->peer[peer].complete;
}
