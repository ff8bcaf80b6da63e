#include "tests/sim/faults.h"

#include <stdio.h>
#include <string.h>

#include "tests/sim/accord.h"
#include "tests/sim/channel.h"
#include "tests/sim/desk.h"
#include "tests/sim/forger.h"
#include "tests/sim/memdb.h"
#include "tests/sim/scribe.h"
#include "tests/sim/station.h"
#include "tests/sim/vfile.h"
#include "tests/sim/villain.h"
#include "tests/sim/watch.h"

struct faults faults;

const char *fault_name(enum fault fault) {
    static const char *const names[] = {
#define X(name, text) text,
        FAULT_MAP(X)
#undef X
    };
    return names[fault];
}

bool fault_chance(enum fault fault) {
    return faults.on[fault] && !scene.healed && dice_chance(&scene.dice.fault, faults.rate[fault]);
}

void fault_count(enum fault fault) {
    faults.count[fault]++;
}

static uint64_t dice(uint64_t n) {
    return dice_below(&scene.dice.fault, n);
}

/* Of the kinds that befall single frames, so many in a thousand at most; of the others, of each look of the
 * actor at that kind. */
static unsigned most_of(enum fault fault) {
    switch (fault) {
    case FAULT_LOSS:
        return 300;
    case FAULT_RESET:
    case FAULT_STALL:
        return 20;
    case FAULT_SWALLOW:
        return 30;
    case FAULT_DELAY:
    case FAULT_LIE:
    case FAULT_REPLAY:
    case FAULT_SILENCE:
        return 400;
    case FAULT_HUGE:
        return 200;
    case FAULT_CRASH_START:
        return 500;
    case FAULT_EIO:
    case FAULT_FLIP:
    case FAULT_BACK_BOTH:
    case FAULT_LEDGER_LOST:
    case FAULT_CLONE:
    case FAULT_RESTORE:
    case FAULT_BACK_LOG:
    case FAULT_BACK_LEDGER:
        return 150;
    default:
        return 500;
    }
}

static void kinds_draw(unsigned only) {
    for (unsigned i = 0; i < FAULTS; i++) {
        bool on = dice(2);
        faults.on[i] = only == FAULTS ? on : only == i; /* beyond: none */
        faults.rate[i] = 1 + (unsigned)dice(most_of((enum fault)i));
    }
    weather.loss = faults.on[FAULT_LOSS] ? faults.rate[FAULT_LOSS] : 0;
}

void faults_open(unsigned only) {
    memset(&faults, 0, sizeof faults);
    kinds_draw(only);
}

void faults_again(unsigned only) {
    scene.healed = false;
    kinds_draw(only);
    STORY("faults begin again");
    faults_begin();
}

/* ---- the network ---- */

static void clear_happen(struct occasion *o) {
    (void)o;
    bool clogged[CHANNELS_MAX];
    unsigned loss = weather.loss;
    memcpy(clogged, weather.clogged, sizeof clogged);
    memset(&weather, 0, sizeof weather);
    memcpy(weather.clogged, clogged, sizeof clogged);
    weather.loss = loss;
    STORY("the network is whole again");
    channel_review();
}

static void unclog_happen(struct occasion *o) {
    weather.clogged[o->a] = false;
    channel_review();
}

static void cut(enum fault fault) {
    if (fault == FAULT_ISOLATE) {
        unsigned which = (unsigned)dice(scene.station_count);
        weather.isolated[which] = true;
        STORY("%s is cut off", scene.station[which].name);
    } else if (fault == FAULT_SWIZZLE) {
        for (unsigned i = 0; i < scene.channel_count; i++)
            if (dice(2)) {
                weather.clogged[i] = true;
                scene_after(dice(200000), (struct occasion){.happen = unclog_happen, .a = i});
            }
        STORY("some links are clogged");
    } else {
        weather.split = true;
        weather.one_way = fault == FAULT_ONE_WAY;
        for (unsigned i = 0; i < scene.station_count; i++)
            weather.side[i] = (uint8_t)dice(2);
        STORY("the network is cut in two%s", weather.one_way ? ", in one direction" : "");
    }
    fault_count(fault);
    if (fault != FAULT_SWIZZLE)
        scene_after(1000 + dice(300000), (struct occasion){.happen = clear_happen});
}

/* ---- disks ---- */

static void crash(struct station *s) {
    s->disk.crash_at = 1 + dice(1u << dice(12));
    s->disk.crash_late = dice(2);
    fault_count(FAULT_CRASH);
}

static void room_happen(struct occasion *o) {
    struct station *s = o->what;
    s->disk.full = false;
    STORY("%s has room on its disk again", s->name);
}

static void fill(struct station *s) {
    if (dice(2)) {
        s->disk.full_at = 1 + dice(300);
    } else {
        s->disk.full = true;
        scene_after(1000 + dice(200000), (struct occasion){.happen = room_happen, .what = s});
        STORY("the disk of %s is full", s->name);
    }
    fault_count(FAULT_DISK_FULL);
}

static void fill_all(void) {
    for (unsigned i = 0; i < scene.station_count; i++) {
        struct station *s = &scene.station[i];
        s->disk.full = true;
        scene_after(60000, (struct occasion){.happen = room_happen, .what = s});
    }
    STORY("every disk is full");
    fault_count(FAULT_FULL_ALL);
}

/* What a flipped bit has touched is known to nobody: the node is not asked for anything, but what it says may
 * harm nobody else. */
static void flip(struct station *s) {
    if (s->gone || disk_is_real() || (s->member && !s->member->villain && dice(4)))
        return;
    station_stop(s, true);
    const char *table = mem_flip(s->db, NULL, dice_next(&scene.dice.fault));
    s->tainted = s->was_tainted = true;
    STORY("a bit flips in the table %s of %s", table ? table : "none", s->name);
    fault_count(FAULT_FLIP);
    station_start_later(s, 1000);
}

/* A part whose bytes are others: its leaf stands, so the log is to go on everywhere. */
static void bruise(struct station *s) {
    if (disk_is_real() || s->tainted)
        return;
    station_stop(s, true);
    if (mem_flip(s->db, "parts", dice_next(&scene.dice.fault))) {
        s->bruised = true;
        STORY("a bit of a part flips at %s", s->name);
        fault_count(FAULT_BRUISE);
    }
    station_start_later(s, 1000);
}

/* ---- copies ---- */

static void copy_name(char *ret, size_t max, const struct station *s) {
    char name[24];
    snprintf(name, sizeof name, "copy%u", s->number);
    disk_path(ret, (unsigned)max, name);
}

static void back_up(struct station *s) {
    char db[160], dir[176];
    if (s->tainted) /* a backup is read back before it is kept */
        return;
    copy_name(db, sizeof db, s);
    snprintf(dir, sizeof dir, "%.150s.copy", s->dir);
    disk_copy(s->db, db);
    vfile_copy(s->dir, dir);
    s->has_copy = true;
    STORY("a copy of %s is kept", s->name);
}

/* Put back what was copied of a State's node. */
static void put_back(struct station *s, enum fault fault) {
    char db[160], dir[176];
    struct member *m = s->member;
    if (!s->has_copy || !m || m->villain || m->home != s->number || s->tainted)
        return;
    copy_name(db, sizeof db, s);
    snprintf(dir, sizeof dir, "%.150s.copy", s->dir);
    station_stop(s, false);
    if (fault != FAULT_BACK_LEDGER)
        disk_copy(db, s->db);
    if (fault == FAULT_BACK_LEDGER || fault == FAULT_BACK_BOTH) {
        vfile_copy(dir, s->dir);
    }
    m->unmarked = m->unmarked || fault == FAULT_BACK_LOG || fault == FAULT_BACK_BOTH;
    m->set_back = m->set_back || fault != FAULT_BACK_LEDGER;
    s->lost_ledger = s->lost_ledger || fault == FAULT_BACK_LEDGER || fault == FAULT_BACK_BOTH;
    m->may_fork = m->may_fork || (m->set_back && s->lost_ledger);          /* nobody can prevent it */
    m->note_waits = m->note_waits || (fault == FAULT_RESTORE && m->epoch); /* it is brought again */
    watch_forget(s);
    s->restored = fault == FAULT_RESTORE;
    STORY("%s: %s", s->name, fault_name(fault));
    fault_count(fault);
    station_start_later(s, 1000);
}

/* Damage that `comity doctor` has found is mended by `comity restore`, with a backup from before it and with
 * the ledger as it is; who has no backup is left as it is. */
static void repair(struct station *s) {
    char db[160];
    struct member *m = s->member;
    if (!s->tainted || !s->has_copy || (m && (m->villain || m->home != s->number)))
        return;
    copy_name(db, sizeof db, s);
    station_stop(s, false);
    disk_copy(db, s->db);
    if (m) {
        m->set_back = true;
        m->may_fork = m->may_fork || s->lost_ledger;
        m->note_waits = m->note_waits || m->epoch;
    }
    watch_forget(s);
    s->tainted = false;
    s->restored = true;
    STORY("%s is put back as it was before it was damaged", s->name);
    fault_count(FAULT_REPAIR);
}

static void lose_ledger(struct station *s) {
    char path[180];
    if (!s->member || s->member->villain || s->member->home != s->number)
        return;
    station_stop(s, false);
    s->lost_ledger = true;
    s->member->may_fork = s->member->may_fork || s->member->set_back; /* nobody knows how far it went */
    snprintf(path, sizeof path, "%.150s/ledger", s->dir);
    vfile_remove(path);
    STORY("%s has lost its ledger", s->name);
    fault_count(FAULT_LEDGER_LOST);
    station_start_later(s, 1000);
}

/* The whole machine is copied, and both go on: which of them is the State's, nobody can tell. */
static void copy_machine(struct station *s) {
    struct member *m = s->member;
    unsigned number = scene.station_count, links = scene.channel_count;
    char name[24];
    if (!m || m->villain || m->has_clone || m->home != s->number || s->tainted || number == STATIONS_MAX)
        return;
    struct station *twin = &scene.station[scene.station_count++];
    station_stop(s, false);
    snprintf(name, sizeof name, "%.10s's clone", s->name);
    station_make(twin, number, name, m->seeds.node, m);
    twin->twin = s->number;
    twin->configured = s->configured;
    twin->bruised = s->bruised;
    twin->endorsements = s->endorsements;
    disk_copy(s->db, twin->db);
    vfile_copy(s->dir, twin->dir);
    for (unsigned i = 0; i < links; i++)
        for (unsigned side = 0; side < 2; side++)
            if (scene.channel[i].end[side] == s->number)
                channel_add(number, scene.channel[i].end[!side]);
    m->has_clone = m->may_fork = true;
    m->clone = number;
    STORY("%s is copied, and both run", s->name);
    fault_count(FAULT_CLONE);
    station_start_later(s, 1000);
    station_start_later(twin, 1000);
}

/* ---- people ---- */

/* Its people try until it is done: the machine may be down, or its disk full. */
static void release_happen(struct occasion *o) {
    if (!desk_hold(&scene.station[o->a], &scene.member[o->b], false))
        scene_after(5000, *o);
}

static void hold(struct station *s) {
    unsigned which = (unsigned)dice(scene.member_count);
    if (!s->up || s->member == &scene.member[which])
        return;
    STORY("%s is put on hold at %s", scene.member[which].name, s->name);
    (void)desk_hold(s, &scene.member[which], true);
    watch_forget(s);
    fault_count(FAULT_TRUST);
    scene_after(dice(120000), (struct occasion){.happen = release_happen, .a = s->number, .b = which});
}

/* A question that only a newer program knows. */
static void ask_of_the_future(void) {
    static const uint8_t question[] = {0x93, 0xce, 0x7f, 0xff, 0xff, 0xff, 21, 0xa3, 'n', 'e', 'w'};
    struct channel *w = &scene.channel[dice(scene.channel_count)];
    struct frame *frame = frame_new(sizeof question);
    if (!frame || !w->up[0] || !scene.station[w->end[0]].up) {
        frame_free(frame);
        return;
    }
    memcpy(frame->data, question, sizeof question);
    channel_send(&scene.station[w->end[0]], (unsigned)(w - scene.channel), frame);
    fault_count(FAULT_FUTURE);
}

static void clock_jump(struct station *s) {
    static const int64_t jumps[] = {
        3600, -3600, 86400 * 30, -86400 * 30, INT64_C(86400) * 3650, -INT64_C(86400) * 3650};
    s->skew_s = dice(4) ? jumps[dice(6)] : 0;
    fault_count(FAULT_CLOCK);
    STORY("the clock of %s is off by %lld s", s->name, (long long)s->skew_s);
}

static struct member *a_member(void) {
    return &scene.member[dice(scene.member_count)];
}

static void act(enum fault fault) {
    struct station *s = &scene.station[dice(scene.station_count)];
    switch (fault) {
    case FAULT_PARTITION:
    case FAULT_ONE_WAY:
    case FAULT_ISOLATE:
    case FAULT_SWIZZLE:
        cut(fault);
        break;
    case FAULT_SLOW:
        weather.slow[dice(scene.channel_count)] = (uint8_t)dice(15);
        fault_count(fault);
        break;
    case FAULT_CRASH:
        crash(s);
        break;
    case FAULT_POWER:
        if (s->up) {
            STORY("%s loses power", s->name);
            fault_count(fault);
            station_stop(s, true);
            station_start_later(s, 500 + dice(120000));
        }
        break;
    case FAULT_DISK_FULL:
        fill(s);
        break;
    case FAULT_FULL_ALL:
        fill_all();
        break;
    case FAULT_EIO:
        s->disk.broken_at = 1 + dice(200);
        fault_count(fault);
        break;
    case FAULT_FLIP:
        if (!s->has_copy && dice(2))
            back_up(s);
        else
            flip(s);
        break;
    case FAULT_BRUISE:
        bruise(s);
        break;
    case FAULT_CLOCK:
        clock_jump(s);
        break;
    case FAULT_RESTORE:
    case FAULT_BACK_LOG:
    case FAULT_BACK_LEDGER:
    case FAULT_BACK_BOTH:
        if (!s->has_copy || dice(3) == 0)
            back_up(s);
        else
            put_back(s, fault);
        break;
    case FAULT_LEDGER_LOST:
        lose_ledger(s);
        break;
    case FAULT_MISUSE:
        scribe_asks(a_member());
        break;
    case FAULT_CLONE:
        copy_machine(s);
        break;
    case FAULT_TRUST:
        hold(s);
        break;
    case FAULT_FUTURE:
        ask_of_the_future();
        break;
    case FAULT_FORGED:
        (dice(4) ? forger_brings : courier_forges)(s, a_member());
        break;
    case FAULT_COURIER:
        courier_carries(&scene.station[dice(scene.station_count)], s, a_member()->id);
        break;
    case FAULT_ROTATE:
        desk_rotate(accord_is() && dice(2) ? accord_ceding() : a_member());
        break;
    case FAULT_CONFIRM:
        for (unsigned tries = 0; accord_is() && tries < 4; tries++)
            if (desk_confirm(s, a_member())) {
                fault_count(fault);
                break;
            }
        break;
    default:
        break;
    }
}

/* One look at each kind; the next comes in a while. */
static void actor_happen(struct occasion *o) {
    if (scene.healed)
        return;
    for (unsigned i = 0; i < FAULTS; i++)
        if (fault_chance((enum fault)i))
            act((enum fault)i);
    scene_after(5000 + dice(30000), *o);
}

void faults_begin(void) {
    scene_after(dice(20000), (struct occasion){.happen = actor_happen});
}

void faults_heal(void) {
    scene.healed = true;
    unsigned loss = weather.loss;
    memset(&weather, 0, sizeof weather);
    weather.loss = loss;
    channel_review();
    for (unsigned i = 0; i < scene.station_count; i++) {
        struct station *s = &scene.station[i];
        s->disk.full = s->disk.dead = false;
        s->disk.crash_at = s->disk.full_at = s->disk.broken_at = 0;
        s->skew_s = INT64_C(86400) * scene.days;
        repair(s);
        if (s->twin != s->number) { /* the copy is found, and switched off */
            station_stop(s, false);
            s->life++;
            s->gone = true;
        } else if (!s->up)
            station_start_later(s, 1);
    }
    STORY("no more faults from here on");
}
