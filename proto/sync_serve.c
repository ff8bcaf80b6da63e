/* Answering peers: what the store holds is read by the caller; only the parked CHANGES are kept here. */
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
    p->parked = false;
    answer_changes(peer, p->parked_id, p->parked_since, false, ret);
}

/* A cursor of another database, or from the future of this one, is a gap, never a guess. */
static void changes_request(struct sync *s, unsigned peer, const struct message *m,
                            struct sync_actions *ret) {
    struct sync_peer *p = &s->peer[peer];
    bool other = memcmp(m->changes.instance, s->instance, INSTANCE_LEN) != 0;
    bool gap = m->changes.since > s->seq || (other && m->changes.since > 0);
    answer_parked(p, peer, ret);
    if (gap || m->changes.since < s->seq || m->changes.wait_s == 0) {
        answer_changes(peer, m->id, m->changes.since, gap, ret);
        return;
    }
    p->parked = true;
    p->parked_id = m->id;
    p->parked_since = m->changes.since;
    p->parked_until_ms = s->now_ms + m->changes.wait_s * 1000;
}

void serve_request(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret) {
    if (m->kind == MESSAGE_CHANGES) {
        changes_request(s, peer, m, ret);
        return;
    }
    struct sync_action *action = sync_act(ret, SYNC_ANSWER, peer);
    action->id = m->id;
}

void serve_changed(struct sync *s, struct sync_actions *ret) {
    for (unsigned peer = 0; peer < SYNC_PEERS; peer++)
        if (s->peer[peer].parked && s->peer[peer].parked_since < s->seq)
            answer_parked(&s->peer[peer], peer, ret);
}

void serve_timeout(struct sync *s, struct sync_actions *ret) {
    for (unsigned peer = 0; peer < SYNC_PEERS; peer++)
        if (s->peer[peer].parked && s->now_ms >= s->peer[peer].parked_until_ms)
            answer_parked(&s->peer[peer], peer, ret);
}
