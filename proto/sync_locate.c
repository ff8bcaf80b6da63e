/* Searching where a peer's signed tree parts from the one that is held (design 2.6): one PROVE at a time.
 *
 * The search itself is proto/locate.h, over the leaves that the store holds; here are its questions, and what
 * follows from its end. */
#include <string.h>

#include "proto/sync_state.h"

void locate_end(struct sync *s, struct sync_log *log) {
    if (!log->locating)
        return;
    log->locating = false;
    s->locates--;
    s->pull_due = true;
}

void locate_start(struct sync *s, unsigned peer, unsigned slot, struct sync_actions *ret) {
    struct sync_log *log = &s->log[slot];
    if (s->locates == SYNC_LOCATES || !s->peer[peer].up) {
        fetch_blame(s, peer, slot, 0); /* another time */
        return;
    }
    log->peer = peer;
    log->locating = true;
    s->locates++;
    memcpy(sync_act(ret, SYNC_LOCATE, peer)->log, log->id, LOG_ID_LEN);
}

static void prove_send(struct sync *s, struct sync_log *log, const struct locate *locate,
                       struct sync_actions *ret) {
    struct sync_action *action = sync_act(ret, SYNC_SEND_PROVE, log->peer);
    flight_begin(s, log);
    action->id = log->request;
    memcpy(action->log, log->id, LOG_ID_LEN);
    action->from = locate->at;
    action->target = locate->size;
    action->root = locate->root;
}

void locate_answer(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret) {
    unsigned slot = fetch_waiting(s, peer, m->id);
    bool late = slot == SYNC_LOGS && m->id > 0 && m->id < s->peer[peer].next_id;
    if (late)
        return;
    if (slot == SYNC_LOGS || !s->log[slot].locating) {
        sync_act(ret, SYNC_CLOSE, peer)->err = ERR_MESSAGE;
        return;
    }
    flight_end(s, &s->log[slot]);
    memcpy(sync_act(ret, SYNC_LOCATE, peer)->log, s->log[slot].id, LOG_ID_LEN);
}

bool sync_locating(const struct sync *s, const uint8_t log[static LOG_ID_LEN]) {
    unsigned slot = sync_find(s, log);
    return slot != SYNC_LOGS && s->log[slot].locating;
}

/* The proof of the fork goes to the store as a package does, and its verdict comes back as one's. */
static void proof_commit(struct sync *s, struct sync_log *log, struct sync_actions *ret) {
    struct sync_action *commit = sync_act(ret, SYNC_COMMIT, log->peer);
    memcpy(commit->log, log->id, LOG_ID_LEN);
    log->commits++;
    s->commits++;
    log->failed = log->moved = false;
    log->from = log->target = 0;
}

void locate_verdict(struct sync *s, const struct sync_event *event, struct sync_actions *ret) {
    unsigned slot = sync_find(s, event->head.log);
    if (slot == SYNC_LOGS || !s->log[slot].locating)
        return;
    struct sync_log *log = &s->log[slot];
    unsigned peer = log->peer;
    if (event->err || !event->locate) { /* what is held cannot be compared with it now */
        locate_end(s, log);
        fetch_blame(s, peer, slot, 0);
        return;
    }
    if (event->locate->state == LOCATE_ASK) {
        prove_send(s, log, event->locate, ret);
        return;
    }
    locate_end(s, log);
    if (event->locate->state == LOCATE_FOUND)
        proof_commit(s, log, ret);
    else if (event->locate->state == LOCATE_LIAR)
        fetch_blame(s, peer, slot, 0);
    else if (event->locate->state == LOCATE_NONE && log->held > log->head.size) {
        memcpy(sync_act(ret, SYNC_RETREAT, peer)->log, log->id, LOG_ID_LEN);
        fetch_blame(s, peer, slot, 0);
    } else
        fetch_vain(s, peer, slot);
}
