/* Learning what peers carry: a copy of each peer's heads, kept by CHANGES, checked by its digest, renewed by
 * VECTOR. */
#include <string.h>

#include "proto/sync_state.h"

#define MISMATCH_WAIT_MS 60000 /* a peer whose digests never fit is asked for its vector once a minute */

static void ask(struct sync *s, unsigned peer, unsigned kind, uint64_t wait_s, struct sync_actions *ret) {
    struct sync_peer *p = &s->peer[peer];
    struct sync_action *action =
        sync_act(ret, kind == MESSAGE_CHANGES ? SYNC_SEND_CHANGES : SYNC_SEND_VECTOR, peer);
    p->asking = kind;
    p->ask_id = p->next_id++;
    p->ask_deadline_ms = s->now_ms + wait_s * 1000 + SYNC_ANSWER_MS;
    action->id = p->ask_id;
    action->wait_s = wait_s;
    action->since = p->cursor;
    memcpy(action->instance, p->instance, INSTANCE_LEN);
    memcpy(action->log, p->vector_from, LOG_ID_LEN);
}

/* Ask for the whole vector from its beginning. */
static void ask_vector(struct sync *s, unsigned peer, struct sync_actions *ret) {
    struct sync_peer *p = &s->peer[peer];
    p->complete = false;
    p->overflow = false;
    p->vector_next = 0;
    memset(p->vector_from, 0, LOG_ID_LEN);
    for (unsigned i = 0; i < s->log_count; i++)
        s->report[peer][s->order[i]].fresh = false;
    ask(s, peer, MESSAGE_VECTOR, 0, ret);
}

void pull_up(struct sync *s, unsigned peer, struct sync_actions *ret) {
    struct sync_peer *p = &s->peer[peer];
    p->up = true;
    p->complete = p->announced = p->parked = false;
    p->next_id = 1;
    p->mismatches = p->fetches = 0;
    /* Not parked the first time: the answer tells that what is known of this peer is complete. */
    ask(s, peer, MESSAGE_CHANGES, 0, ret);
}

void pull_down(struct sync *s, unsigned peer) {
    struct sync_peer *p = &s->peer[peer];
    p->up = p->complete = p->parked = false;
    p->asking = 0;
}

/* What it has failed to deliver is remembered: a claim is not renewed by taking it back and making it again.
 */
static void report_drop(struct sync *s, unsigned peer, unsigned slot) {
    s->report[peer][slot].has = s->report[peer][slot].fresh = false;
    s->log[slot].reports--;
    sync_release(s, slot);
}

static void report_set(struct sync *s, unsigned peer, const struct head *head) {
    unsigned slot = sync_slot(s, head->log, false);
    if (slot == SYNC_LOGS) {
        s->peer[peer].overflow = true;
        return;
    }
    struct sync_report *report = &s->report[peer][slot];
    if (!report->has)
        s->log[slot].reports++;
    if (!report->has || !head_same(&report->head, head)) {
        report->worth = WORTH_UNKNOWN;
        report->version++;
        s->pull_due = true;
    }
    report->has = report->fresh = true;
    report->head = *head;
}

/* Digest over the copy of what this peer has reported; chained like heads_digest(). */
static bool copy_matches(const struct sync *s, unsigned peer, const struct message *m) {
    struct head_digest digest;
    uint64_t count = 0;
    head_digest_init(&digest);
    for (unsigned i = 0; i < s->log_count; i++) {
        const struct sync_report *report = &s->report[peer][s->order[i]];
        if (report->has) {
            head_digest_add(&digest, &report->head);
            count++;
        }
    }
    return count == m->heads.count && digest_eq(&digest.value, &m->heads.digest);
}

static void vector_read(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret) {
    struct sync_peer *p = &s->peer[peer];
    static const uint8_t zero[LOG_ID_LEN];
    struct reader r;
    struct head head;
    if (memcmp(p->vector_from, zero, LOG_ID_LEN) == 0) {
        p->vector_next = m->heads.next;
        memcpy(p->instance, m->heads.instance, INSTANCE_LEN);
    }
    reader_init(&r, m->heads.heads);
    while (message_head_next(&r, &head)) {
        if (memcmp(head.log, p->vector_from, LOG_ID_LEN) <= 0) { /* not ascending: it would never end */
            sync_act(ret, SYNC_CLOSE, peer)->err = ERR_ORDER;
            return;
        }
        memcpy(p->vector_from, head.log, LOG_ID_LEN);
        report_set(s, peer, &head);
    }
    if (m->heads.more && m->heads.head_count) {
        ask(s, peer, MESSAGE_VECTOR, 0, ret);
        return;
    }
    for (unsigned i = SYNC_LOGS; i-- > 0;)
        if (s->report[peer][i].has && !s->report[peer][i].fresh)
            report_drop(s, peer, i);
    /* What changed while the pages came is asked for from the first page's cursor; then the digest tells. */
    p->cursor = p->vector_next;
    ask(s, peer, MESSAGE_CHANGES, 0, ret);
}

static void changes_read(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret) {
    struct sync_peer *p = &s->peer[peer];
    struct reader r;
    struct head head;
    if (m->heads.gap || memcmp(p->instance, m->heads.instance, INSTANCE_LEN) != 0) {
        ask_vector(s, peer, ret);
        return;
    }
    reader_init(&r, m->heads.heads);
    while (message_head_next(&r, &head))
        report_set(s, peer, &head);
    bool stuck = m->heads.more && m->heads.next <= p->cursor;
    p->cursor = m->heads.next;
    if (stuck) {
        sync_act(ret, SYNC_CLOSE, peer)->err = ERR_ORDER;
    } else if (m->heads.more) {
        ask(s, peer, MESSAGE_CHANGES, 0, ret);
    } else if (p->overflow || copy_matches(s, peer, m)) {
        p->complete = true;
        p->mismatches = 0;
        if (!p->announced)
            sync_act(ret, SYNC_REPORTED, peer);
        p->announced = true;
        ask(s, peer, MESSAGE_CHANGES, CHANGES_WAIT_MAX_S, ret);
    } else if (p->mismatches++ < 2) {
        ask_vector(s, peer, ret);
    } else {
        p->complete = false;
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
    p->ask_at_ms = UINT64_MAX;
    if (m->kind == (MESSAGE_VECTOR | MESSAGE_ANSWER))
        vector_read(s, peer, m, ret);
    else
        changes_read(s, peer, m, ret);
}

void pull_timeout(struct sync *s, struct sync_actions *ret) {
    for (unsigned peer = 0; peer < SYNC_PEERS; peer++) {
        struct sync_peer *p = &s->peer[peer];
        if (p->up && p->asking && s->now_ms >= p->ask_deadline_ms) {
            sync_act(ret, SYNC_CLOSE, peer)->err = ERR_LATE;
            p->ask_deadline_ms = UINT64_MAX;
        } else if (p->up && !p->asking && s->now_ms >= p->ask_at_ms) {
            ask_vector(s, peer, ret);
        }
    }
}
