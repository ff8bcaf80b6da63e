#include "tests/sim/desk_state.h"

#include <stdio.h>

#include "store/believe.h"
#include "store/notes.h"
#include "store/roster.h"
#include "tests/sim/watch.h"

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
    bool pinned = roster_get(&t, m->origin, &pin), changes = pinned && pin.hold != hold;
    if (changes) {
        pin.hold = hold;
        roster_pin(&t, &pin);
        believe_all(&t, station_now_s(s));
    }
    bool done = txn_commit(&t) == ERR_OK;
    if (done) {
        if (changes)
            station_renew(s);
        if (changes && !s->disk.dead)
            watch_trust(s);
        if (hold && pinned && !s->disk.dead && station_admits(s, &scene.station[m->home]))
            scene_wrong("a State on hold is not linked", "%s admits the node of %s", s->name, m->name);
    }
    station_leave(s);
    return done;
}

/* Of an honest State there is nothing to choose. */
static bool note_choose(struct txn *t, const struct member *m, struct pin *pin) {
    static struct view_note note[NOTES_MAX];
    struct log_record record;
    if (!roster_get(t, m->origin, pin) || !logs_get(t, m->id, &record))
        return false;
    uint32_t count = notes_load(t, m->id, note);
    uint32_t which = (uint32_t)dice_below(&scene.dice.words, count);
    bool last = dice_chance(&scene.dice.words, 500);
    pin->epoch = last ? record.epoch : note[which].epoch;
    pin->hash = last ? record.end : note[which].hash;
    return count > 1;
}

bool desk_confirm(struct station *s, const struct member *m) {
    struct pin pin = {.epoch = 0};
    struct txn t;
    if (!s->up || s->member == m)
        return false;
    station_enter(s);
    txn_begin(&t, s->store, true);
    bool chosen = note_choose(&t, m, &pin);
    if (chosen) {
        roster_pin(&t, &pin);
        believe_all(&t, station_now_s(s));
    }
    bool done = txn_commit(&t) == ERR_OK && chosen;
    if (done) {
        STORY("at %s epoch %llu of %s is confirmed", s->name, (unsigned long long)pin.epoch, m->name);
        station_renew(s);
        if (!s->disk.dead)
            watch_trust(s);
    }
    station_leave(s);
    return done;
}

bool desk_pinned(struct station *s, const struct member *m) {
    struct pin pin = {.epoch = 0};
    struct txn t;
    if (!s->up)
        return false;
    struct disk *disk = disk_use(NULL);
    txn_begin(&t, s->store, false);
    bool pinned = roster_get(&t, m->origin, &pin);
    txn_abort(&t);
    disk_use(disk);
    return pinned;
}
