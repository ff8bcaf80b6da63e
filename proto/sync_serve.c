/* Answering peers: heads from the table here, entries from the store by the caller; parked CHANGES wait. */
#include <string.h>

#include "proto/sync_state.h"

static void answer_changes(unsigned peer, uint64_t id, uint64_t since, bool gap, struct sync_actions *ret) {
    struct sync_action *action = sync_act(ret, SYNC_ANSWER_CHANGES, peer);
    action->id = id;
    action->since = since;
    action->gap = gap;
}

static void answer_parked(struct sync_peer *p, unsigned peer, struct sync_actions *ret) {
    if (!p->parked)
        return;
    p->parked = p->untold = false;
    answer_changes(peer, p->parked_id, p->parked_since, false, ret);
}

/* A cursor of another database, or from the future of this one, is a gap, never a guess. */
static void changes_request(struct sync *s, unsigned peer, const struct message *m,
                            struct sync_actions *ret) {
    struct sync_peer *p = &s->peer[peer];
    bool other = memcmp(m->changes.instance, s->instance, INSTANCE_LEN) != 0;
    bool gap = m->changes.since > s->seq || (other && m->changes.since > 0);
    answer_parked(p, peer, ret);
    if (gap || m->changes.since < s->seq || m->changes.wait_s == 0 || p->untold) {
        p->untold = false;
        answer_changes(peer, m->id, m->changes.since, gap, ret);
        return;
    }
    p->parked = true;
    p->parked_id = m->id;
    p->parked_since = m->changes.since;
    p->parked_until_ms = s->now_ms + m->changes.wait_s * 1000;
}

void serve_request(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret) {
    if (m->kind == MESSAGE_CHANGES)
        changes_request(s, peer, m, ret);
    else if (m->kind == MESSAGE_VECTOR || m->kind == MESSAGE_RADIX)
        sync_act(ret, SYNC_ANSWER_HEADS, peer)->id = m->id;
    else
        sync_act(ret, SYNC_ANSWER, peer)->id = m->id;
}

/* A log that is carried again, or no more, moves no cursor; the sum tells, also whose question is on its
 * way. */
void serve_changed(struct sync *s, const struct headsum *before, struct sync_actions *ret) {
    if (headsum_eq(before, &s->own.all))
        return;
    for (unsigned peer = 0; peer < SYNC_PEERS; peer++) {
        s->peer[peer].untold = true;
        answer_parked(&s->peer[peer], peer, ret);
    }
}

void serve_timeout(struct sync *s, struct sync_actions *ret) {
    for (unsigned peer = 0; peer < SYNC_PEERS; peer++)
        if (s->peer[peer].parked && s->now_ms >= s->peer[peer].parked_until_ms)
            answer_parked(&s->peer[peer], peer, ret);
}

/* ---- what is answered ---- */

void sync_changes(const struct sync *s, const struct sync_action *action, struct writer *w,
                  struct message *ret) {
    bool gap = false;
    uint32_t slot = action->gap ? SYNC_NONE : table_since(s, action->since, &gap);
    *ret = (struct message){.id = action->id, .kind = MESSAGE_CHANGES | MESSAGE_ANSWER};
    memcpy(ret->heads.instance, s->instance, INSTANCE_LEN);
    ret->heads.sum = s->own.all;
    ret->heads.next = s->seq;
    ret->heads.gap = gap || action->gap;
    for (; !ret->heads.gap && slot != SYNC_NONE; slot = s->log[slot].newer) {
        ret->heads.more = ret->heads.head_count == s->bounds.heads;
        if (ret->heads.more)
            break;
        head_write(w, &s->log[slot].head);
        ret->heads.next = s->log[slot].seq;
        ret->heads.head_count++;
    }
    if (!ret->heads.more)
        ret->heads.next = s->seq;
    ret->heads.heads = (struct bytes){w->ptr, w->len};
}

void sync_vector(const struct sync *s, const struct message *request, struct writer *w, struct message *ret) {
    uint32_t slot = table_from(s, request->vector.from, true);
    *ret = (struct message){.id = request->id, .kind = MESSAGE_VECTOR | MESSAGE_ANSWER};
    memcpy(ret->heads.instance, s->instance, INSTANCE_LEN);
    ret->heads.sum = s->own.all;
    ret->heads.next = s->seq;
    for (; slot != SYNC_NONE && !ret->heads.more; slot = table_next(s, slot)) {
        if (!s->log[slot].seq)
            continue;
        ret->heads.more = ret->heads.head_count == s->bounds.heads;
        if (ret->heads.more)
            break;
        head_write(w, &s->log[slot].head);
        ret->heads.head_count++;
    }
    ret->heads.heads = (struct bytes){w->ptr, w->len};
}

/* The heads under a prefix, or, if they are many, the sums of those that go on from it. */
static void group_write(const struct sync *s, struct radix prefix, struct writer *w) {
    uint8_t buffer[RADIX_HEADS * HEAD_MAX], first[LOG_ID_LEN];
    struct radix_group group = {.deeper = false};
    struct writer heads;
    unsigned count = 0, most = s->bounds.radix_heads;
    writer_init(&heads, buffer, sizeof buffer);
    radix_first(prefix, first);
    for (uint32_t slot = table_from(s, first, false);
         slot != SYNC_NONE && radix_covers(prefix, s->log[slot].head.log) && count <= most;
         slot = table_next(s, slot)) {
        if (!s->log[slot].seq)
            continue;
        if (count < most)
            head_write(&heads, &s->log[slot].head);
        count++;
    }
    group.deeper = count > most && prefix.len < RADIX_DIGITS_MAX;
    group.head_count = count < most ? count : most;
    group.heads = (struct bytes){buffer, heads.len};
    for (unsigned i = 0; group.deeper && i < 16; i++)
        group.child[i] = table_sum(s, radix_child(prefix, i));
    message_group_write(w, &group);
}

void sync_radix(const struct sync *s, const struct message *request, struct writer *w, struct message *ret) {
    *ret = (struct message){.id = request->id, .kind = MESSAGE_RADIX | MESSAGE_ANSWER};
    memcpy(ret->groups.instance, s->instance, INSTANCE_LEN);
    ret->groups.sum = s->own.all;
    ret->groups.next = s->seq;
    ret->groups.count = request->radix.count;
    for (unsigned i = 0; i < request->radix.count; i++)
        group_write(s, request->radix.prefix[i], w);
    ret->groups.groups = (struct bytes){w->ptr, w->len};
}
