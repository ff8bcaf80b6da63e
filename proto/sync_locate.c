/* Searching where a peer's signed tree parts from the one that is held (design 2.6): one PROVE at a time.
 *
 * The search itself is proto/locate.h, over the leaves that the store holds; here are its questions, and what
 * follows from its end. */
#include <string.h>

#include "proto/sync_state.h"

void locate_start(struct sync *s, struct sync_claim *claim, struct sync_actions *ret) {
    claim->fork = false;
    if (s->locates == s->bounds.locates || !s->peer[claim->peer].up) {
        fetch_blame(s, claim->peer, claim->slot, 0); /* another time */
        claim_end(s, claim);
        return;
    }
    claim->kind = CLAIM_PROOF;
    s->locates++;
    memcpy(sync_act(ret, SYNC_LOCATE, claim->peer)->log, s->log[claim->slot].head.log, LOG_ID_LEN);
}

static void prove_send(struct sync *s, struct sync_claim *claim, const struct locate *locate,
                       struct sync_actions *ret) {
    struct sync_action *action = sync_act(ret, SYNC_SEND_PROVE, claim->peer);
    action->id = flight_begin(s, claim, PROVED_MAX)->id;
    memcpy(action->log, s->log[claim->slot].head.log, LOG_ID_LEN);
    action->from = locate->at;
    action->target = locate->size;
    action->root = locate->root;
}

void locate_answer(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret) {
    struct sync_flight flight;
    struct sync_claim *claim = flight_answered(s, peer, m->id, CLAIM_PROOF, &flight, ret);
    if (claim)
        memcpy(sync_act(ret, SYNC_LOCATE, peer)->log, s->log[claim->slot].head.log, LOG_ID_LEN);
}

bool sync_locating(const struct sync *s, const uint8_t log[static LOG_ID_LEN]) {
    uint32_t slot = table_find(s, log);
    return slot != SYNC_NONE && s->log[slot].claim != CLAIM_NONE &&
           s->claim[s->log[slot].claim].kind == CLAIM_PROOF;
}

/* What goes to the store as a package does; its verdict comes back as one's. */
static void proof_hand_on(struct sync *s, struct sync_claim *claim, enum sync_action_kind kind,
                          struct sync_actions *ret) {
    memcpy(sync_act(ret, kind, claim->peer)->log, s->log[claim->slot].head.log, LOG_ID_LEN);
    claim->commits++;
    s->commits++;
    claim->failed = claim->moved = false;
    claim->from = claim->target = 0;
}

void locate_verdict(struct sync *s, const struct sync_event *event, struct sync_actions *ret) {
    uint32_t slot = table_find(s, event->head.log);
    struct sync_claim *claim = slot == SYNC_NONE ? NULL : claim_of(s, slot);
    if (!claim || claim->kind != CLAIM_PROOF)
        return;
    const struct sync_log *log = &s->log[slot];
    unsigned state = event->err || !event->locate ? LOCATE_LIAR : event->locate->state;
    if (state == LOCATE_ASK && !flight_room(s, claim, PROVED_MAX)) {
        fetch_blame(s, claim->peer, slot, 0); /* another time */
        fetch_go_on(s, claim, ret);
        return;
    }
    if (state == LOCATE_ASK) {
        prove_send(s, claim, event->locate, ret);
        return;
    }
    if (state == LOCATE_FOUND) {
        proof_hand_on(s, claim, SYNC_COMMIT, ret);
        return;
    }
    if (state == LOCATE_NONE && log->held > log->head.size) {
        claim->undone = true;
        sync_report(s, claim->peer, slot)->failures = claim->failures;
        fetch_blame(s, claim->peer, slot, 0);
        proof_hand_on(s, claim, SYNC_RETREAT, ret);
        return;
    }
    /* It lies; or what is held cannot be compared with it now; or its tree holds what is held, and the
     * entries that it gave are not that tree's: what is damaged there may be mended. */
    fetch_blame(s, claim->peer, slot, 0);
    fetch_go_on(s, claim, ret);
}
