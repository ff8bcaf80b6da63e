#include "tests/sim/play.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/digest.h"
#include "proto/view.h"
#include "tests/lib/tmp.h"
#include "tests/sim/accord.h"
#include "tests/sim/calm_many.h"
#include "tests/sim/channel.h"
#include "tests/sim/cramped.h"
#include "tests/sim/desk.h"
#include "tests/sim/liar.h"
#include "tests/sim/memdb.h"
#include "tests/sim/station.h"
#include "tests/sim/vfile.h"
#include "tests/sim/villain.h"
#include "tests/sim/vsign.h"
#include "tests/sim/watch.h"

#define ROUND_MS 60000 /* a round of gossip, as threats.md counts them */
#define OBSERVERS_MOST 2

static uint64_t dice(uint64_t n) {
    return dice_below(&scene.dice.work, n);
}

/* ---- the federation ---- */

static unsigned nodes_of(const struct play *p, struct dice *d) {
    static const unsigned sizes[] = {2, 3, 5, 12};
    if (p->nodes)
        return p->nodes;
    uint64_t draw = dice_below(d, 1000);
    return draw < 1 ? 48 : draw < 50 ? 12 : sizes[dice_below(d, 3)];
}

/* A ring, so that all are reached, and chords up to so many links a node. */
static void link_all(unsigned count, unsigned each) {
    for (unsigned i = 0; i < count && count > 1; i++) {
        unsigned next = (i + 1) % count;
        if (count > 2 || i == 0)
            channel_add(i, next);
        for (unsigned k = 2; 2 * k <= each; k++) {
            unsigned other = (i + 1 + (unsigned)dice_below(&scene.dice.net, count - 1)) % count;
            if (other != next && other != i && scene.channel_count < CHANNELS_MAX - 2)
                channel_add(i, other);
        }
    }
}

static void stations_make(unsigned states, unsigned observers) {
    uint8_t seed[KEY_SEED_LEN];
    char name[24];
    for (unsigned i = 0; i < states; i++) {
        struct member *m = &scene.member[i];
        bool villain =
            faults.on[FAULT_FORK] && states > 2 && (i == 1 || (i == 2 && accord_is() && states > 4));
        int old = accord_old(i);
        member_make(m, i, i, villain, old < 0 ? NULL : &scene.member[old]);
        station_make(&scene.station[i], i, m->name, m->seeds.node, m);
    }
    for (unsigned i = 0; i < observers; i++) {
        memset(seed, 0xee, sizeof seed);
        be64_put(seed, scene.seed);
        seed[8] = (uint8_t)i;
        snprintf(name, sizeof name, "observer-%u", i + 1);
        station_make(&scene.station[states + i], states + i, name, seed, NULL);
    }
}

/* A State joins a node's roster while others have long been at work; tried again until it is there. */
static void late_happen(struct occasion *o) {
    struct station *s = &scene.station[o->a];
    struct log_record record;
    if (s->up) {
        desk_trust(s, &scene.member[o->b]);
        if (s->up) {
            station_enter(s);
            station_renew(s);
            station_leave(s);
        }
    }
    if (s->up && station_log(s, scene.member[o->b].id, &record))
        fault_count(FAULT_LATE);
    else
        scene_after(2000, *o);
}

static void trust_all(void) {
    for (unsigned i = 0; i < scene.station_count; i++) {
        struct station *s = &scene.station[i];
        for (unsigned k = 0; k < scene.member_count; k++)
            if (s->member == &scene.member[k] || !accord_pins(s, &scene.member[k]))
                continue;
            else if (faults.on[FAULT_LATE] && dice(4) == 0)
                scene_after(dice(200000), (struct occasion){.happen = late_happen, .a = i, .b = k});
            else
                desk_trust(s, &scene.member[k]);
        if (s->member && s->member->villain) /* it is its own State's node like any other */
            desk_trust(s, s->member);
        station_enter(s);
        station_renew(s);
        station_leave(s);
    }
    for (unsigned i = 0; i < scene.channel_count; i++)
        for (unsigned side = 0; side < 2; side++) {
            struct station *s = &scene.station[scene.channel[i].end[side]];
            const struct station *other = &scene.station[scene.channel[i].end[!side]];
            s->configured += other->member && accord_pins(s, other->member);
        }
}

static void federation_make(unsigned count) {
    unsigned observers = count > 2 ? (unsigned)dice_below(&scene.dice.work, OBSERVERS_MOST + 1) : 0;
    unsigned states = count - (count > 2 ? observers % (count - 1) : 0);
    struct pubkey observer[OBSERVERS_MOST];
    scene.member_count = states;
    scene.member = calloc(states, sizeof *scene.member);
    if (!scene.member)
        abort();
    accord_draw(states);
    stations_make(states, count - states);
    accord_apply();
    watch_open();
    link_all(count, count <= 5 ? count : 5);
    for (unsigned i = states; i < count; i++)
        observer[i - states] = scene.station[i].key;
    for (unsigned i = 0; i < count; i++) {
        vfile_make(scene.station[i].dir);
        station_start(&scene.station[i]);
        if (i < states && !scene.member[i].villain)
            desk_found(&scene.member[i], observer, i == 0 ? count - states : 0);
    }
    trust_all();
    if (faults.on[FAULT_LIE] && states > 2)
        scene.station[1].liar = true;
}

/* ---- what people do ---- */

static void officer_happen(struct occasion *o) {
    struct member *m = &scene.member[o->a];
    if (scene.healed)
        return;
    if (m->villain)
        villain_acts(m);
    else {
        unsigned home = m->home;
        if (m->has_clone && !scene.station[m->clone].gone &&
            dice(2)) /* the officer sits down at the other machine */
            m->home = m->clone;
        bool kill = fault_chance(FAULT_KILL_OFFICER);
        if (kill)
            fault_count(FAULT_KILL_OFFICER);
        desk_publish(m, 1 + (unsigned)dice(4), kill ? 1 + (unsigned)dice(5) : 0);
        m->home = home;
    }
    scene_after(m->villain ? villain_pause(o->b) : 5000 + dice(o->b), *o);
}

static void work_begin(uint64_t most_ms) {
    for (unsigned i = 0; i < scene.member_count; i++)
        scene_after(dice(most_ms), (struct occasion){.happen = officer_happen, .a = i, .b = most_ms});
}

/* A copy that was put back may be from before the State was known, or held. */
static void trust_again(struct station *s, const struct member *m) {
    desk_hold(s, m, false);
    if (!s->up || s->member == m || !accord_pins(s, m) || desk_pinned(s, m))
        return;
    desk_trust(s, m);
    if (s->up) {
        station_enter(s);
        station_renew(s);
        station_leave(s);
    }
}

/* What the people of each State do once they can: finish, publish, heal a fork. */
static void settle_happen(struct occasion *o) {
    struct member *m = &scene.member[o->a];
    struct log_record record;
    for (unsigned i = 0; i < scene.station_count; i++)
        trust_again(&scene.station[i], m);
    if (m->villain) {
        if (dice(2) && o->b == 0)
            villain_repents(m);
        return;
    }
    desk_cosign(m); /* as the daemon does each day, and when it starts */
    if (o->b && station_log(&scene.station[m->home], m->id, &record) && record.head.flags & VIEW_DISPUTED)
        desk_rotate(m);
    else
        desk_publish(m, 1, 0);
}

static void settle(void) {
    for (unsigned i = 0; i < scene.member_count; i++)
        for (unsigned turn = 0; turn < 2; turn++)
            scene_after(10000 + 40000 * turn + dice(20000),
                        (struct occasion){.happen = settle_happen, .a = i, .b = turn});
    scene_run(scene.now_ms + 90000, NULL);
}

/* ---- the end ---- */

static unsigned log_2(unsigned n) {
    unsigned bits = 0;
    while (1u << bits < n)
        bits++;
    return bits;
}

static uint64_t bound_ms(void) {
    unsigned bits = log_2(scene.station_count);
    return ROUND_MS * (uint64_t)(weather.loss ? 8 * bits + 8 : 3 * bits + 4);
}

/* Who has lost nothing can go on. */
static void all_stand(void) {
    for (unsigned i = 0; i < scene.member_count; i++) {
        struct member *m = &scene.member[i];
        struct station *home = &scene.station[m->home];
        if (m->villain || m->may_fork || m->set_back || home->lost_ledger || !watch_is_whole(home))
            continue;
        desk_stands(m);
    }
}

/* A day later each State cosigns its head; within the same bound all know of it. */
static bool all_fresh(void) {
    for (unsigned i = 0; i < scene.member_count; i++)
        if (scene.member[i].cosigned && !watch_fresh(&scene.member[i]))
            return false;
    return true;
}

static void next_day(uint64_t bound) {
    scene.days++;
    for (unsigned i = 0; i < scene.station_count; i++)
        scene.station[i].skew_s += 86400;
    for (unsigned i = 0; i < scene.member_count; i++) {
        struct member *m = &scene.member[i];
        m->cosigned = !m->may_fork && !m->set_back && /* or its own future days are known to others alone */
                      watch_is_whole(&scene.station[m->home]) && desk_cosign(m);
    }
    scene_run(scene.now_ms + bound, all_fresh);
    for (unsigned i = 0; i < scene.member_count; i++)
        if (scene.member[i].cosigned && !watch_fresh(&scene.member[i]))
            scene_wrong("a day's cosignature comes to all", "that of %s does not", scene.member[i].name);
}

static void converge(struct play *p) {
    uint64_t begin = scene.now_ms, before = p->converged_ms;
    p->bound_ms = bound_ms();
    watch_healed();
    do { /* all may be alike for a moment, while there is news under way */
        scene_run(begin + p->bound_ms, watch_converged);
        watch_converged_or_wrong(p->bound_ms);
        p->converged_ms = scene.now_ms - begin;
        scene_run(scene.now_ms + 10000, NULL);
    } while (!watch_all_same() && scene.now_ms < begin + p->bound_ms);
    p->converged_ms = before > p->converged_ms ? before : p->converged_ms;
    all_stand();
    if (accord_is()) /* what was half done may have been a word */
        watch_choose();
    scene_run(scene.now_ms + p->bound_ms, watch_converged);
    watch_converged_or_wrong(p->bound_ms);
    next_day(p->bound_ms);
    scene_run(scene.now_ms + p->bound_ms, watch_converged); /* what came with the day is taken up, too */
    watch_converged_or_wrong(p->bound_ms);
    STORY("all have converged, at most %llu s after faults ended",
          (unsigned long long)p->converged_ms / 1000);
    watch_rest();
}

static void open_seed(const struct play *p, struct dice *choice) {
    bool disk = p->real_disk < 0 ? dice_below(choice, 100) == 0 : p->real_disk;
    bool keys = p->real_keys < 0 ? dice_below(choice, 100) == 0 : p->real_keys;
    disk_real(disk ? p->directory : NULL);
    if (disk && mkdir(p->directory, 0700) && errno != EEXIST)
        abort();
    vsign_real(keys);
    mem_clear();
    vfile_clear();
}

/* Faults for so long; then they end, and all that can converges. */
static void phase(struct play *p, unsigned count, uint64_t most_ms) {
    work_begin(count > 12 ? 100000 : 60000);
    scene_run(scene.now_ms + most_ms, NULL);
    faults_heal();
    settle();
    converge(p);
}

static void flips_stop(const struct play *p) {
    if (p->no_flips)
        faults.on[FAULT_FLIP] = faults.on[FAULT_BRUISE] = false;
}

void play(struct play *p) {
    struct dice choice;
    dice_seed(&choice, p->seed, "choice");
    unsigned count = nodes_of(p, &choice);
    open_seed(p, &choice);
    scene_open(p->seed, count, 0);
    scene.healed = true; /* the beginning is without faults */
    faults_open(p->only);
    cramped_open(p->only <= FAULTS, p->cramped);
    flips_stop(p);
    if (p->loss >= 0)
        weather.loss = (unsigned)p->loss;
    federation_make(count);
    scene.healed = false;
    uint64_t most = p->only > FAULTS ? 30000 : count > 12 ? 120000 : 120000 + dice(900000);
    STORY("%u nodes, of which %u are observers'", count, count - scene.member_count);
    faults_begin();
    p->converged_ms = 0;
    phase(p, count, most);
    p->twice = p->only == FAULTS && dice_below(&choice, 4) == 0;
    if (p->twice) {
        faults_again(p->only);
        flips_stop(p);
        weather.loss = p->loss >= 0 ? (unsigned)p->loss : weather.loss;
        phase(p, count, 60000 + dice_below(&choice, 240000));
    }
    memset(&p->calm, 0, sizeof p->calm);
    p->updated = calm_update(&p->calm);
    calm_hold();
    calm_all_at_once();
    for (unsigned i = 0; i < scene.station_count; i++)
        station_stop(&scene.station[i], false);
    if (disk_is_real()) /* the next run begins anew */
        tmp_close(p->directory);
    p->stations = count;
    p->hash = story.hash;
    p->events = story.events;
    p->faults = faults;
    channel_close();
    liar_close();
    for (unsigned i = 0; i < scene.member_count; i++)
        member_close(&scene.member[i]);
    watch_close_all();
    free(scene.member);
    scene_close();
    mem_clear();
    vfile_clear();
}
