/* Learning what peers carry: a copy of each peer's heads, kept by CHANGES, checked by its sum, and mended by
 * RADIX where the two differ, or by VECTOR where nothing is known yet.
 *
 * Nothing of it outlives the process.  At first a peer is taken to carry what this node does; one RADIX tells
 * whether it is so, and leads to what is not. */
#include <string.h>

#include "proto/sync_state.h"

#define MISMATCH_WAIT_MS 60000 /* a peer whose sums never fit is asked for its vector once a minute */

/* Asking costs both sides, so a peer that answers everything at once, and never the same, is asked so often:
 * a burst that covers any honest report, then SYNC_ASKS_S a second. */
static uint64_t ask_allowed_ms(struct sync *s, struct sync_peer *p) {
    uint64_t step = 1000 / SYNC_ASKS_S, burst = step * (SYNC_ASKS_BURST + 2 * s->slots / s->bounds.heads);
    p->asks_ms = (p->asks_ms > s->now_ms ? p->asks_ms : s->now_ms) + step;
    return p->asks_ms > s->now_ms + burst ? p->asks_ms - burst : s->now_ms;
}

static void ask_now(struct sync *s, unsigned peer, struct sync_actions *ret) {
    static const enum sync_action_kind kinds[] = {[MESSAGE_CHANGES] = SYNC_SEND_CHANGES,
                                                  [MESSAGE_VECTOR] = SYNC_SEND_VECTOR,
                                                  [MESSAGE_RADIX] = SYNC_SEND_RADIX};
    struct sync_peer *p = &s->peer[peer];
    struct sync_action *action = sync_act(ret, kinds[p->ask_kind], peer);
    p->asking = p->ask_kind;
    p->ask_at_ms = UINT64_MAX;
    p->ask_id = p->next_id++;
    p->ask_deadline_ms = s->now_ms + p->ask_wait_s * 1000 + SYNC_ANSWER_MS;
    action->id = p->ask_id;
    action->wait_s = p->ask_wait_s;
    action->since = p->cursor;
    memcpy(action->instance, p->instance, INSTANCE_LEN);
    memcpy(action->log, p->vector_from, LOG_ID_LEN);
}

void pull_ask(struct sync *s, unsigned peer, unsigned kind, uint64_t wait_s, struct sync_actions *ret) {
    struct sync_peer *p = &s->peer[peer];
    p->ask_kind = kind;
    p->ask_wait_s = wait_s;
    p->ask_at_ms = ask_allowed_ms(s, p);
    if (p->ask_at_ms <= s->now_ms)
        ask_now(s, peer, ret);
    else
        s->counts.paced++;
}

/* From its beginning. */
void pull_vector(struct sync *s, unsigned peer, struct sync_actions *ret) {
    struct sync_peer *p = &s->peer[peer];
    s->counts.vectors++;
    p->complete = p->overflow = false;
    memset(p->vector_from, 0, LOG_ID_LEN);
    pull_ask(s, peer, MESSAGE_VECTOR, 0, ret);
}

/* What is known of the peer is checked: by its changes since then, or as a whole. */
void pull_up(struct sync *s, unsigned peer, struct sync_actions *ret) {
    struct sync_peer *p = &s->peer[peer];
    p->up = true;
    p->complete = p->announced = p->parked = false;
    p->next_id = 1;
    p->mismatches = 0;
    report_renew(s, peer);
    if (p->cursor) {
        pull_ask(s, peer, MESSAGE_CHANGES, 0, ret);
        return;
    }
    if (!p->sums.all.count)
        report_guess(s, peer);
    if (p->sums.all.count)
        walk_begin(s, peer, ret);
    else
        pull_vector(s, peer, ret);
}

void pull_down(struct sync *s, unsigned peer) {
    struct sync_peer *p = &s->peer[peer];
    p->up = p->complete = p->parked = false;
    p->asking = 0;
}

void pull_complete(struct sync *s, unsigned peer, struct sync_actions *ret) {
    struct sync_peer *p = &s->peer[peer];
    p->complete = true;
    p->guessed = false;
    p->mismatches = 0;
    if (!p->announced)
        sync_act(ret, SYNC_REPORTED, peer);
    p->announced = true;
    pull_ask(s, peer, MESSAGE_CHANGES, CHANGES_WAIT_MAX_S, ret);
}

static void vector_read(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret) {
    static const uint8_t zero[LOG_ID_LEN];
    struct sync_peer *p = &s->peer[peer];
    struct reader r;
    struct head head;
    if (memcmp(p->vector_from, zero, LOG_ID_LEN) == 0) {
        p->begun_next = m->heads.next;
        memcpy(p->instance, m->heads.instance, INSTANCE_LEN);
    }
    reader_init(&r, m->heads.heads);
    while (head_next(&r, &head)) {
        if (memcmp(head.log, p->vector_from, LOG_ID_LEN) <= 0) { /* not ascending: it would never end */
            sync_act(ret, SYNC_CLOSE, peer)->err = ERR_ORDER;
            return;
        }
        report_drop_range(s, peer, p->vector_from, true, head.log);
        report_set(s, peer, &head);
        memcpy(p->vector_from, head.log, LOG_ID_LEN);
    }
    if (m->heads.more && m->heads.head_count) {
        pull_ask(s, peer, MESSAGE_VECTOR, 0, ret);
        return;
    }
    report_drop_range(s, peer, p->vector_from, true, NULL);
    p->guessed = false;
    /* What changed while the pages came is asked for from the first page's cursor; then the sum tells. */
    p->cursor = p->begun_next;
    pull_ask(s, peer, MESSAGE_CHANGES, 0, ret);
}

static void changes_read(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret) {
    struct sync_peer *p = &s->peer[peer];
    struct reader r;
    struct head head;
    if (m->heads.gap || memcmp(p->instance, m->heads.instance, INSTANCE_LEN) != 0) {
        walk_begin(s, peer, ret);
        return;
    }
    reader_init(&r, m->heads.heads);
    while (head_next(&r, &head))
        report_set(s, peer, &head);
    bool stuck = m->heads.more && m->heads.next <= p->cursor;
    p->cursor = m->heads.next;
    if (stuck) {
        sync_act(ret, SYNC_CLOSE, peer)->err = ERR_ORDER;
    } else if (m->heads.more) {
        pull_ask(s, peer, MESSAGE_CHANGES, 0, ret);
    } else if (p->overflow || headsum_eq(&p->sums.all, &m->heads.sum)) {
        pull_complete(s, peer, ret);
    } else if (p->mismatches++ < 2) {
        walk_begin(s, peer, ret);
    } else {
        p->complete = false;
        p->ask_kind = 0;
        p->ask_at_ms = s->now_ms + MISMATCH_WAIT_MS + s->random % MISMATCH_WAIT_MS;
    }
}

void pull_heads(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret) {
    struct sync_peer *p = &s->peer[peer];
    if (m->id != p->ask_id || !p->asking || m->kind != (p->asking | MESSAGE_ANSWER)) {
        sync_act(ret, SYNC_CLOSE, peer)->err = ERR_MESSAGE; /* never asked, or answered twice */
        return;
    }
    p->asking = 0;
    if (m->kind == (MESSAGE_VECTOR | MESSAGE_ANSWER))
        vector_read(s, peer, m, ret);
    else if (m->kind == (MESSAGE_RADIX | MESSAGE_ANSWER))
        walk_answer(s, peer, m, ret);
    else
        changes_read(s, peer, m, ret);
}

/* Refused: the vector is asked for when the peer says. */
bool pull_error(struct sync *s, unsigned peer, const struct message *m) {
    struct sync_peer *p = &s->peer[peer];
    if (!p->asking || p->ask_id != m->id)
        return false;
    p->asking = 0;
    p->ask_kind = 0;
    p->ask_at_ms = s->now_ms + 1000 * (m->error.retry_s ? m->error.retry_s : 30);
    return true;
}

void pull_timeout(struct sync *s, struct sync_actions *ret) {
    for (unsigned peer = 0; peer < SYNC_PEERS; peer++) {
        struct sync_peer *p = &s->peer[peer];
        if (p->up && p->asking && s->now_ms >= p->ask_deadline_ms) {
            sync_act(ret, SYNC_CLOSE, peer)->err = ERR_LATE;
            s->counts.late++;
            p->ask_deadline_ms = UINT64_MAX;
        } else if (p->up && !p->asking && s->now_ms >= p->ask_at_ms) {
            if (p->ask_kind)
                ask_now(s, peer, ret);
            else
                pull_vector(s, peer, ret);
        }
    }
}
