/* Claims: which peer delivers a log now, and the requests that are under way for it.  A log has one at most.
 *
 * So many are under way at one time that the wire, the gate and the disk have work, and no more: what waits,
 * waits in the queues. */
#include <assert.h>

#include "proto/sync_state.h"

struct sync_claim *claim_of(struct sync *s, uint32_t slot) {
    return s->log[slot].claim == CLAIM_NONE ? NULL : &s->claim[s->log[slot].claim];
}

struct sync_claim *claim_begin(struct sync *s, unsigned peer, uint32_t slot, enum sync_claim_kind kind) {
    unsigned i = 0;
    while (i < SYNC_CLAIMS && s->claim[i].used)
        i++;
    if (i == SYNC_CLAIMS || s->log[slot].claim != CLAIM_NONE)
        return NULL;
    s->claim[i] =
        (struct sync_claim){.used = true, .fresh = true, .kind = (uint8_t)kind, .peer = peer, .slot = slot};
    s->log[slot].claim = (uint8_t)i;
    s->claims++;
    return &s->claim[i];
}

/* Who else has something to say of the log is looked at now. */
void claim_end(struct sync *s, struct sync_claim *claim) {
    uint32_t slot = claim->slot;
    bool moved = claim->moved;
    assert(claim->flights == 0 && claim->commits == 0);
    s->locates -= claim->kind == CLAIM_PROOF;
    s->gleans -= claim->kind == CLAIM_PARTS;
    s->claims--;
    s->log[slot].claim = CLAIM_NONE;
    *claim = (struct sync_claim){.used = false};
    if (moved)
        report_forget(s, slot);
    else
        report_wake(s, slot);
    table_release(s, slot);
}

/* Nobody pays for what is good, so the first synchronisation of any number of logs has no rate; whose
 * packages come to nothing is asked for as many as cost a node little. */
static void judged_add(uint64_t *us, uint64_t now_ms, uint64_t signatures, uint64_t rate) {
    uint64_t now = now_ms * 1000;
    *us = (*us > now ? *us : now) + signatures * 1000000 / rate;
}

void claim_judged(struct sync *s, unsigned peer, unsigned signatures) {
    bool before = s->now_ms < claim_judged_ms(s, peer);
    judged_add(&s->peer[peer].judged_us, s->now_ms, signatures, SYNC_JUDGED_PEER_S);
    judged_add(&s->judged_us, s->now_ms, signatures, SYNC_JUDGED_ALL_S);
    s->counts.judged += signatures;
    s->counts.spared += !before && s->now_ms < claim_judged_ms(s, peer);
}

uint64_t claim_judged_ms(const struct sync *s, unsigned peer) {
    uint64_t us = s->peer[peer].judged_us > s->judged_us ? s->peer[peer].judged_us : s->judged_us;
    uint64_t burst = SYNC_JUDGED_BURST_S * UINT64_C(1000000);
    return us > burst ? (us - burst + 999) / 1000 : 0;
}

bool claim_room(const struct sync *s, unsigned peer) {
    const struct sync_peer *p = &s->peer[peer];
    if (s->now_ms < claim_judged_ms(s, peer))
        return false;
    const struct sync_bounds *b = &s->bounds;
    bool bytes = p->bytes + (p->comparing + 1) * b->bytes_large <= b->bytes_peer &&
                 s->bytes + (s->comparing + 1) * b->bytes_large <= b->bytes_all;
    return bytes && s->commits < b->commits_all && p->up && !p->partial && !p->guessed &&
           p->fetches + p->comparing < b->fetches_peer && s->fetches + s->comparing < b->fetches_all &&
           s->claims + s->comparing < b->claims;
}

bool flight_room(const struct sync *s, const struct sync_claim *claim, uint32_t bytes) {
    const struct sync_peer *p = &s->peer[claim->peer];
    const struct sync_bounds *b = &s->bounds;
    return p->fetches < b->fetches_peer && s->fetches < b->fetches_all && p->bytes + bytes <= b->bytes_peer &&
           s->bytes + bytes <= b->bytes_all;
}

/* How long a peer is waited for while another says that it has more. */
static uint64_t patience(const struct sync *s, const struct sync_claim *claim) {
    if (s->peer[claim->peer].silent)
        return SYNC_DISTRUST_MS;
    uint64_t ms = (uint64_t)SYNC_PATIENCE_MS << s->log[claim->slot].overtaken;
    return ms < SYNC_PATIENCE_MAX_MS ? ms : SYNC_PATIENCE_MAX_MS;
}

struct sync_flight *flight_begin(struct sync *s, struct sync_claim *claim, uint32_t bytes) {
    struct sync_peer *p = &s->peer[claim->peer];
    struct sync_flight *flight = s->flight;
    while (flight < s->flight + SYNC_FETCH_ALL && flight->used)
        flight++;
    assert(flight < s->flight + SYNC_FETCH_ALL);
    *flight = (struct sync_flight){.used = true,
                                   .claim = (uint8_t)(claim - s->claim),
                                   .peer = claim->peer,
                                   .id = p->next_id++,
                                   .from = claim->from,
                                   .bytes = bytes,
                                   .sent_ms = s->now_ms,
                                   .look_ms = s->now_ms + patience(s, claim),
                                   .deadline_ms = s->now_ms + SYNC_FETCH_MS};
    claim->fresh = false;
    claim->flights++;
    s->fetches++;
    p->fetches++;
    s->bytes += bytes;
    p->bytes += bytes;
    return flight;
}

void flight_end(struct sync *s, struct sync_flight *flight) {
    s->claim[flight->claim].flights--;
    s->peer[flight->peer].fetches--;
    s->fetches--;
    s->peer[flight->peer].bytes -= flight->bytes;
    s->bytes -= flight->bytes;
    flight->used = false;
}

static struct sync_flight *flight_find(struct sync *s, unsigned peer, uint64_t id) {
    for (struct sync_flight *f = s->flight; f < s->flight + SYNC_FETCH_ALL; f++)
        if (f->used && f->peer == peer && f->id == id)
            return f;
    return NULL;
}

struct sync_claim *flight_answered(struct sync *s, unsigned peer, uint64_t id, enum sync_claim_kind kind,
                                   struct sync_flight *ret_flight, struct sync_actions *ret) {
    struct sync_flight *flight = flight_find(s, peer, id);
    bool late = !flight && id > 0 && id < s->peer[peer].next_id; /* it was given up */
    s->peer[peer].silent = false;
    if (late)
        return NULL;
    if (!flight || s->claim[flight->claim].kind != kind) {
        sync_act(ret, SYNC_CLOSE, peer)->err = ERR_MESSAGE;
        return NULL;
    }
    *ret_flight = *flight;
    flight_end(s, flight);
    return &s->claim[ret_flight->claim];
}
