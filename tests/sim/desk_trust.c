#include "tests/sim/desk_state.h"

#include <stdio.h>

#include "store/believe.h"
#include "store/roster.h"

void desk_trust(struct station *s, const struct member *m) {
    struct pin pin = {.added = SCENE_START_S};
    struct peer_row row = {.invited = true, .configured = true};
    struct package_note note = *member_first(m);
    struct log_record record;
    struct authority authority;
    struct txn t;
    if (gate_open(m->origin, &note, &authority))
        scene_wrong("a State begins", "the first note of %s is refused", m->name);
    snprintf(pin.origin, sizeof pin.origin, "%s", m->origin);
    snprintf(row.origin, sizeof row.origin, "%s", m->origin);
    pin.hash = authority.hash;
    row.node = scene.station[m->home].key;
    station_enter(s);
    txn_begin(&t, s->store, true);
    if (!logs_get(&t, m->id, &record))
        logs_open(&t, m->origin, &note, &record);
    roster_pin(&t, &pin);
    peers_put(&t, &row);
    believe_all(&t, SCENE_START_S);
    if (txn_commit(&t) && !s->disk.dead && scene.now_ms <= 1000) /* the beginning is without faults */
        scene_wrong("a State begins", "%s is not pinned at %s", m->name, s->name);
    station_leave(s);
}

bool desk_hold(struct station *s, const struct member *m, bool hold) {
    struct pin pin = {.epoch = 0};
    struct txn t;
    if (!s->up || s->member == m)
        return false;
    station_enter(s);
    txn_begin(&t, s->store, true);
    bool changes = roster_get(&t, m->origin, &pin) && pin.hold != hold;
    if (changes) {
        pin.hold = hold;
        roster_pin(&t, &pin);
        believe_all(&t, station_now_s(s));
    }
    bool done = txn_commit(&t) == ERR_OK;
    if (done) {
        if (changes)
            station_renew(s);
        if (hold && !s->disk.dead && station_admits(s, &scene.station[m->home]))
            scene_wrong("a State on hold is not linked", "%s admits the node of %s", s->name, m->name);
    }
    station_leave(s);
    return done;
}
