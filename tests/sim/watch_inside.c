#include "tests/sim/watch_inside.h"

#include <string.h>

#include "node/replica_state.h"
#include "proto/sync_state.h"
#include "store/believe.h"
#include "store/lacking.h"
#include "tests/sim/cramped.h"
#include "tests/sim/member.h"
#include "tests/sim/watch.h"

struct tally {
    unsigned fetches, bytes, claims, commits, locates, gleans, peer_fetches[SYNC_PEERS],
        peer_bytes[SYNC_PEERS], claim_flights[SYNC_CLAIMS];
};

static void bound(const struct station *s, const char *what, uint64_t is, uint64_t most) {
    if (is > most)
        scene_wrong("I7 bounds", "%s has %llu %s, of at most %llu", s->name, (unsigned long long)is, what,
                    (unsigned long long)most);
}

static void same(const struct station *s, const char *what, uint64_t said, uint64_t counted) {
    if (said != counted)
        scene_wrong("what is under way is counted", "%s says %llu %s, and there are %llu", s->name,
                    (unsigned long long)said, what, (unsigned long long)counted);
}

static void flights_tally(const struct sync *y, struct tally *t) {
    for (const struct sync_flight *f = y->flight; f < y->flight + SYNC_FETCH_ALL; f++)
        if (f->used) {
            t->fetches++;
            t->bytes += f->bytes;
            t->peer_fetches[f->peer]++;
            t->peer_bytes[f->peer] += f->bytes;
            t->claim_flights[f->claim]++;
        }
}

static void claims_tally(const struct station *s, const struct sync *y, struct tally *t) {
    for (unsigned i = 0; i < SYNC_CLAIMS; i++) {
        const struct sync_claim *c = &y->claim[i];
        if (!c->used)
            continue;
        t->claims++;
        t->commits += c->commits;
        t->locates += c->kind == CLAIM_PROOF;
        t->gleans += c->kind == CLAIM_PARTS;
        same(s, "requests of a claim", c->flights, t->claim_flights[i]);
        same(s, "the claim of a log", y->log[c->slot].claim, i);
        bound(s, "packages of one log at the gate", c->commits, y->bounds.commits + 1);
    }
}

static void bounds_hold(const struct station *s, const struct sync *y) {
    const struct sync_bounds *b = &y->bounds;
    bound(s, "requests in flight", y->fetches, b->fetches_all);
    bound(s, "bytes asked for", y->bytes, b->bytes_all);
    bound(s, "claims", y->claims, b->claims);
    bound(s, "packages at the gate", y->commits, b->commits_all + b->fetches_all);
    bound(s, "searches for a fork", y->locates, b->locates);
    bound(s, "searches for parts", y->gleans, b->gleans);
    bound(s, "logs that are only reported", y->strange, b->strange + SYNC_CLAIMS);
    bound(s, "jobs waiting", s->waiting, cramped.queue);
    for (unsigned i = 0; i < SYNC_PEERS; i++) {
        bound(s, "requests to one peer", y->peer[i].fetches, b->fetches_peer);
        bound(s, "bytes asked of one peer", y->peer[i].bytes, b->bytes_peer);
    }
}

void watch_inside(const struct station *s) {
    const struct sync *y = s->replica->sync;
    struct tally t = {0};
    flights_tally(y, &t);
    claims_tally(s, y, &t);
    same(s, "requests in flight", y->fetches, t.fetches);
    same(s, "bytes asked for", y->bytes, t.bytes);
    same(s, "claims", y->claims, t.claims);
    same(s, "packages at the gate", y->commits, t.commits);
    same(s, "searches for a fork", y->locates, t.locates);
    same(s, "searches for parts", y->gleans, t.gleans);
    same(s, "comparisons", y->comparing, 0);
    for (unsigned i = 0; i < SYNC_PEERS; i++) {
        same(s, "requests to one peer", y->peer[i].fetches, t.peer_fetches[i]);
        same(s, "bytes asked of one peer", y->peer[i].bytes, t.peer_bytes[i]);
    }
    bounds_hold(s, y);
}

/* ---- beside the store ---- */

static void as_stored(const struct station *s, const struct sync *y, struct txn *t,
                      const struct log_record *record) {
    uint32_t slot = table_find(y, record->id);
    const struct sync_log *log = slot == SYNC_NONE ? NULL : &y->log[slot];
    bool carried = log && log->carried;
    const char *what = carried != believe_follows(t, record)                  ? "whether it carries it"
                       : !carried                                             ? NULL
                       : log->seq != record->seq                              ? "its last change"
                       : record->seq && !head_same(&log->head, &record->head) ? "its head"
                       : log->held != logs_wanted(record)                     ? "from where it is wanted"
                       : log->lacks != lacking_any(record, s->replica->partial_observers)
                           ? "whether parts of it are lacking"
                           : NULL;
    if (what)
        scene_wrong("a node that starts knows what it holds", "%s, of log %s: %s", s->name,
                    member_name(record->id), what);
}

void watch_inside_started(const struct station *s) {
    struct log_record record = {.seq = 0};
    struct txn t;
    if (!watch_is_sound(s))
        return;
    struct disk *disk = disk_use(NULL);
    txn_begin(&t, s->store, false);
    while (logs_next(&t, &record))
        as_stored(s, s->replica->sync, &t, &record);
    txn_abort(&t);
    disk_use(disk);
}

/* ---- at rest ---- */

/* The copy of a report is what its peer carries, log by log. */
static void report_fits(const struct station *s, unsigned at, const struct station *other) {
    const struct sync *y = s->replica->sync, *z = other->replica->sync;
    struct headsum sum = {.count = 0};
    for (uint32_t slot = z->oldest; slot != SYNC_NONE; slot = z->log[slot].newer) {
        uint32_t mine = table_find(y, z->log[slot].head.log);
        bool has = mine != SYNC_NONE && y->report[sync_at(y, at, mine)].has;
        struct head head = {.size = 0};
        if (has)
            head = report_head(y, at, mine);
        if (!has || !head_same(&head, &z->log[slot].head))
            scene_wrong("a report is what its peer carries", "%s takes %s to %s %s", s->name, other->name,
                        has ? "say something else of" : "carry no", member_name(z->log[slot].head.log));
        headsum_add(&sum, &head);
    }
    if (!headsum_eq(&sum, &y->peer[at].sums.all))
        scene_wrong("a report is what its peer carries",
                    "%s takes %s to carry %llu logs, of which it has %llu", s->name, other->name,
                    (unsigned long long)y->peer[at].sums.all.count, (unsigned long long)sum.count);
}

static bool is_core_peer(const struct station *s, unsigned at) {
    const struct place *p = &s->place[at];
    return p->used && p->up && watch_is_whole(&scene.station[p->other]) && scene.station[p->other].up;
}

/* Parts that nobody has given are asked for again each hour; entries are not. */
static bool fetches(const struct sync *y, unsigned peer) {
    for (const struct sync_claim *c = y->claim; c < y->claim + SYNC_CLAIMS; c++)
        if (c->used && c->peer == peer && c->kind != CLAIM_PARTS)
            return true;
    return false;
}

static void peer_rests(const struct station *s, unsigned at) {
    const struct sync_peer *p = &s->replica->sync->peer[at];
    const struct station *other = &scene.station[s->place[at].other];
    const char *what = !p->up                          ? "its link is not known to be up"
                       : !p->complete                  ? "its report is not complete"
                       : fetches(s->replica->sync, at) ? "entries are still asked of it"
                       : p->asking != MESSAGE_CHANGES  ? "it is not asked for changes"
                       : p->ready_first != SYNC_NONE && !p->partial && !s->replica->sync->fetches
                           ? "something of it is yet to be looked at"
                           : NULL;
    if (what)
        scene_wrong("all comes to rest", "%s, of its peer %s: %s", s->name, other->name, what);
    report_fits(s, at, other);
}

void watch_inside_rest(const struct station *s) {
    if (!watch_is_whole(s) || !s->up)
        return;
    for (unsigned i = 0; i < SYNC_PEERS; i++)
        if (is_core_peer(s, i))
            peer_rests(s, i);
    if (s->waiting && !watch_anybody_lies())
        scene_wrong("all comes to rest", "%u packages wait at %s", s->waiting, s->name);
}

void watch_inside_reported(const struct station *s) {
    for (unsigned i = 0; i < scene.station_count; i++) {
        const struct station *other = &scene.station[i];
        for (unsigned k = 0; k < SYNC_PEERS && watch_is_whole(other) && other->up; k++)
            if (other->place[k].used && other->place[k].up && other->place[k].other == s->number)
                report_fits(other, k, s);
    }
}
