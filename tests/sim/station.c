#include "tests/sim/station.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/restored.h"
#include "proto/view.h"
#include "store/believe.h"
#include "tests/sim/channel.h"
#include "tests/sim/cramped.h"
#include "tests/sim/faults.h"
#include "tests/sim/member.h"
#include "tests/sim/vfile.h"
#include "tests/sim/watch.h"
#include "tests/sim/watch_inside.h"

#define GROUP_MAX 16 /* as node/committer.c has it */
#define SAME_MS_MAX 2000

enum note { NOTE_COMMIT = 1, NOTE_START, NOTE_STOP, NOTE_CLOSE, NOTE_REFUSED };

void station_make(struct station *s, unsigned number, const char *name,
                  const uint8_t seed[static KEY_SEED_LEN], struct member *member) {
    uint8_t secret[KEY_SECRET_LEN];
    char dir[24];
    *s = (struct station){.number = number, .twin = number, .member = member, .partial = !member};
    snprintf(s->name, sizeof s->name, "%s", name);
    snprintf(dir, sizeof dir, "n%u", number);
    disk_path(s->db, sizeof s->db, dir);
    snprintf(s->dir, sizeof s->dir, "/sim/%s", dir);
    key_from_seed(seed, &s->key, secret);
    s->job_last = &s->job;
}

uint64_t station_now_s(const struct station *s) {
    return (uint64_t)((int64_t)(SCENE_START_S + scene.now_ms / 1000) + s->skew_s);
}

/* ---- what replication asks for ---- */

static uint64_t io_now(void *context) {
    const struct station *s = context;
    return scene.now_ms + s->boot_ms;
}

static uint64_t io_random(void *context) {
    (void)context;
    return dice_next(&scene.dice.net);
}

static void io_send(void *context, unsigned peer, struct frame *frame) {
    struct station *s = context;
    if (s->disk.dead || !s->place[peer].up)
        frame_free(frame);
    else
        channel_send(s, s->place[peer].channel, frame);
}

static void io_close(void *context, unsigned peer, enum err why) {
    struct station *s = context;
    s->closed++;
    story_note(NOTE_CLOSE, s->number, peer, why);
    if (!s->place[peer].up)
        return;
    STORY("%s closes its link to %s: %s", s->name, scene.station[s->place[peer].other].name, err_text(why));
    watch_close(s, &scene.station[s->place[peer].other], why);
    channel_break(s->place[peer].channel);
}

static void commit_later(struct station *s);

static enum err io_commit(void *context, struct committer_job *job) {
    struct station *s = context;
    if (s->waiting >= cramped.queue)
        return ERR_BUSY;
    job->next = NULL;
    *s->job_last = job;
    s->job_last = &job->next;
    s->waiting++;
    commit_later(s);
    return ERR_OK;
}

static void own_update(struct station *s, unsigned i);

static void io_reported(void *context, unsigned peer) {
    own_update(context, peer);
    watch_own(context);
}

static void io_refused(void *context, unsigned peer, const struct committer_job *job) {
    struct station *s = context;
    s->refused++;
    story_note(NOTE_REFUSED, s->number, peer, job->err);
    STORY("%s refuses what %s gave of %s: %s", s->name, scene.station[s->place[peer].other].name,
          member_name(job->log), err_text(job->err));
    watch_refused(s, &scene.station[s->place[peer].other], job);
}

/* ---- timers ---- */

static void timer_happen(struct occasion *o);

static void timer_arm(struct station *s) {
    uint64_t due = replica_deadline(s->replica), now = scene.now_ms + s->boot_ms;
    if (due == UINT64_MAX)
        return;
    uint64_t at = due > now ? due - s->boot_ms : scene.now_ms;
    if (s->timer_ms >= scene.now_ms && s->timer_ms <= at && s->timer_ms)
        return;
    s->timer_ms = at;
    scene_after(at - scene.now_ms, (struct occasion){.happen = timer_happen, .what = s, .a = s->life});
}

static void timer_happen(struct occasion *o) {
    struct station *s = o->what;
    if (!s->up || s->life != o->a)
        return;
    s->timer_ms = 0;
    if (replica_deadline(s->replica) <= scene.now_ms + s->boot_ms) {
        s->same_ms++;
        if (s->same_ms > SAME_MS_MAX)
            scene_wrong("no busy loop", "%s asks to be woken at once for ever", s->name);
        station_enter(s);
        replica_timeout(s->replica);
        station_leave(s);
        if (s->up && replica_deadline(s->replica) > scene.now_ms + s->boot_ms)
            s->same_ms = 0;
        return;
    }
    s->same_ms = 0;
    timer_arm(s);
}

/* ---- the committer ---- */

static void renew_happen(struct occasion *o) {
    struct station *s = o->what;
    if (!s->up || s->life != o->a)
        return;
    s->renew_due = false;
    station_enter(s);
    station_renew(s);
    station_leave(s);
}

static void renew_soon(struct station *s) {
    if (s->renew_due)
        return;
    s->renew_due = true;
    scene_after(50, (struct occasion){.happen = renew_happen, .what = s, .a = s->life});
}

static void job_done(struct station *s, struct committer_job *job) {
    bool others = job->others_moved;
    if (job->head_moved)
        renew_soon(s);
    if (job->err == ERR_IO || job->err == ERR_CORRUPT)
        s->leaving = true;
    replica_committed(s->replica, job);
    if (others)
        station_renew(s);
}

/* As many packages as are taken together, in one transaction. */
static void group_run(struct station *s, struct committer_job **job, unsigned count) {
    struct txn t;
    uint64_t now_s = station_now_s(s);
    txn_begin(&t, s->store, true);
    for (unsigned i = 0; i < count; i++)
        committer_judge(s->intake, &t, job[i], now_s);
    bool words = t.words;
    if (words)
        believe_all(&t, now_s);
    uint64_t seq = changes_newest(&t);
    enum err err = txn_commit(&t);
    for (unsigned i = 0; i < count; i++) {
        job[i]->seq = seq;
        if (err) {
            job[i]->err = err;
            job[i]->head_moved = false;
        }
        story_note(NOTE_COMMIT, s->number, job[i]->record.head.size, job[i]->err);
    }
    if (!s->disk.dead)
        for (unsigned i = 0; i < count && !err; i++)
            watch_commit(s, job[i]->log);
    if (!s->disk.dead && !err && words)
        watch_trust(s);
}

static void commit_happen(struct occasion *o) {
    struct station *s = o->what;
    struct committer_job *job[GROUP_MAX];
    unsigned count = 0, most = (unsigned)dice_between(&scene.dice.disk, 1, GROUP_MAX);
    if (!s->up || s->life != o->a)
        return;
    s->commit_due = false;
    while (s->job && count < most) {
        job[count++] = s->job;
        s->job = s->job->next;
        s->waiting--;
    }
    s->job_last = s->job ? s->job_last : &s->job;
    station_enter(s);
    group_run(s, job, count);
    for (unsigned i = 0; i < count; i++)
        job_done(s, job[i]);
    if (s->job)
        commit_later(s);
    station_leave(s);
}

static void commit_later(struct station *s) {
    uint64_t ms = dice_below(&scene.dice.disk, 20);
    if (s->commit_due)
        return;
    s->commit_due = true;
    scene_after(ms, (struct occasion){.happen = commit_happen, .what = s, .a = s->life});
}

/* ---- the own log, as peers know it: as node/peering.c ---- */

static void own_update(struct station *s, unsigned i) {
    struct place *p = &s->place[i];
    if (!s->member || !p->used)
        return;
    if (p->up && replica_complete(s->replica, i)) {
        p->own_head = (struct head){.size = 0};
        p->own_held = replica_reported(s->replica, i, s->member->id, &p->own_head);
        p->own = OWNHEAD_AGREES;
    }
    if (p->own_held)
        p->own = ownhead_compare(s->store, s->member->id, &p->own_head);
}

bool station_confirmed(struct station *s, char *ret_reason, size_t max) {
    struct ownhead_word word[SYNC_PEERS];
    struct txn t;
    uint64_t when;
    unsigned count = 0;
    for (unsigned i = 0; i < SYNC_PEERS; i++) {
        struct place *p = &s->place[i];
        own_update(s, i);
        const struct admitted *row =
            p->used ? admission_find(&s->admission, &scene.station[p->other].key) : NULL;
        if (!row || row->class != LINK_MEMBER || p->own == OWNHEAD_UNKNOWN)
            continue;
        word[count] = (struct ownhead_word){.said = p->own, .holds = p->own_head.size > 0};
        snprintf(word[count++].peer, sizeof word->peer, "%.16s", scene.station[p->other].name);
    }
    txn_begin(&t, s->store, false);
    bool restored = restored_get(&t, &when);
    txn_abort(&t);
    return ownhead_confirmed(word, count, s->configured, restored, ret_reason, max);
}

uint64_t station_reported(const struct station *s) {
    uint64_t most = 0;
    for (unsigned i = 0; i < SYNC_PEERS; i++)
        if (s->place[i].used && s->place[i].own_held && s->place[i].own_head.size > most)
            most = s->place[i].own_head.size;
    return most;
}

/* ---- life ---- */

void station_enter(struct station *s) {
    scene.at = s->number;
    disk_use(&s->disk);
}

/* Promise 3: a full disk makes a node read-only, not broken. */
static void ends_for_a_reason(const struct station *s) {
    if ((s->leaving || store_broken(s->store)) && !s->disk.dead && !s->disk.hit_broken && !s->tainted)
        scene_wrong("a node ends for a reason", "%s can no longer write, and no write has failed for good%s",
                    s->name, s->disk.hit_full ? ": its disk was full" : "");
}

void station_leave(struct station *s) {
    disk_use(NULL);
    if (s->up)
        ends_for_a_reason(s);
    s->leaving = s->leaving || (s->up && store_broken(s->store)); /* the daemon ends, and is started again */
    if (s->up && (s->disk.dead || s->leaving)) {
        bool power = s->disk.dead && dice_chance(&scene.dice.fault, 500);
        STORY("%s %s", s->name,
              s->leaving && !s->disk.dead ? "can no longer write its store, and ends"
              : power                     ? "loses power in the middle of its work"
                                          : "is killed in the middle of its work");
        if (power)
            fault_count(FAULT_POWER);
        station_stop(s, power);
        station_start_later(s, dice_between(&scene.dice.fault, 500, 60000));
    } else if (s->up) {
        watch_inside(s);
        timer_arm(s);
    }
}

void station_renew(struct station *s) {
    if (admission_load(&s->admission, s->store) == ERR_OK)
        channel_readmit(s);
    replica_rescan(s->replica);
}

/* As `comity restore` leaves it. */
static enum err mark_restored(struct station *s) {
    uint8_t instance[INSTANCE_LEN];
    struct txn t;
    for (unsigned i = 0; i < INSTANCE_LEN; i++)
        instance[i] = (uint8_t)dice_next(&scene.dice.disk);
    txn_begin(&t, s->store, true);
    restored_set(&t, station_now_s(s));
    enum err err = txn_commit(&t);
    err = err ? err : store_renew(s->store, instance);
    s->restored = s->restored && err;
    return err;
}

static enum err open_all(struct station *s) {
    struct store_options options = {.network = SCENE_NETWORK};
    struct replica_io io = {s, io_now, io_random, io_send, io_close, io_commit, io_reported, io_refused};
    for (unsigned i = 0; i < INSTANCE_LEN; i++)
        options.instance[i] = (uint8_t)dice_next(&scene.dice.disk);
    memset(options.secret, (int)s->number + 1, sizeof options.secret);
    enum err err = store_open(s->db, &options, &s->store);
    if (!err && s->restored)
        err = mark_restored(s);
    if (!err)
        err = believe_require(s->store, s->endorsements, station_now_s(s));
    if (!err)
        err = replica_open(s->store, &io, !s->partial, &s->replica);
    if (!err)
        cramped_apply(s->replica);
    s->intake = intake_new(s->partial);
    return err;
}

static void close_all(struct station *s) {
    for (struct committer_job *next; s->job; s->job = next) {
        next = s->job->next;
        committer_job_free(s->job);
    }
    s->job_last = &s->job;
    s->waiting = 0;
    replica_close(s->replica);
    intake_free(s->intake);
    store_close(s->store);
    admission_done(&s->admission);
    s->replica = NULL;
    s->intake = NULL;
    s->store = NULL;
}

void station_start(struct station *s) {
    s->life++;
    s->commit_due = s->renew_due = s->leaving = false;
    s->timer_ms = 0;
    s->boot_ms = dice_below(&scene.dice.clock, UINT64_C(1) << 40);
    s->disk.dead = false;
    s->disk.hit_full = s->disk.hit_broken = 0;
    memset(s->place, 0, sizeof s->place);
    station_enter(s);
    enum err err = open_all(s);
    story_note(NOTE_START, s->number, s->life, err);
    if (!err) {
        s->up = true;
        station_renew(s);
    }
    if (err || s->disk.dead) {
        STORY("%s does not start: %s", s->name, s->disk.dead ? "killed again" : err_text(err));
        s->up = true;
        station_stop(s, false);
        station_start_later(s, dice_between(&scene.dice.fault, 500, 60000));
        return;
    }
    STORY("%s has started", s->name);
    if (!s->disk.dead && !store_broken(s->store))
        watch_inside_started(s);
    station_leave(s);
    if (s->up) {
        watch_started(s);
        channel_dial_all(s);
    }
}

static void start_happen(struct occasion *o) {
    struct station *s = o->what;
    if (s->up || s->life != o->a)
        return;
    if (!scene.healed && fault_chance(FAULT_CRASH_START)) {
        fault_count(FAULT_CRASH_START);
        s->disk.crash_at = dice_between(&scene.dice.fault, 1, 80);
        s->disk.crash_late = dice_chance(&scene.dice.fault, 500);
    }
    station_start(s);
}

void station_start_later(struct station *s, uint64_t ms) {
    if (s->gone)
        return;
    scene_after(ms, (struct occasion){.happen = start_happen, .what = s, .a = s->life});
}

void station_stop(struct station *s, bool power) {
    if (!s->up)
        return;
    s->up = false;
    disk_use(NULL);
    story_note(NOTE_STOP, s->number, power, 0);
    channel_gone(s, power);
    close_all(s);
    vfile_crash(s->dir, power, &scene.dice.disk);
    s->disk.crash_at = 0;
    s->disk.dead = false;
}

bool station_log(struct station *s, const uint8_t log[static LOG_ID_LEN], struct log_record *ret) {
    struct txn t;
    if (!s->up)
        return false;
    txn_begin(&t, s->store, false);
    bool there = logs_get(&t, log, ret);
    txn_abort(&t);
    return there;
}

/* ---- links ---- */

bool station_admits(const struct station *s, const struct station *other) {
    return s->up && admission_find(&s->admission, &other->key);
}

static unsigned place_by_channel(const struct station *s, unsigned channel) {
    unsigned i = 0;
    while (i < SYNC_PEERS && !(s->place[i].up && s->place[i].channel == channel))
        i++;
    return i;
}

/* As place_of() of node/peering.c: its own place, a new one, or that of a node that is down. */
static unsigned place_for(struct station *s, const struct station *other) {
    unsigned best = SYNC_PEERS;
    for (unsigned i = 0; i < SYNC_PEERS; i++) {
        struct place *p = &s->place[i];
        if (p->used && scene.station[p->other].twin == other->twin)
            return i;
        bool better = best == SYNC_PEERS || (s->place[best].used && !p->used);
        if (!p->up && better)
            best = i;
    }
    if (best < SYNC_PEERS)
        s->place[best] = (struct place){.used = true};
    return best;
}

bool station_has(const struct station *s, const struct station *other) {
    for (unsigned i = 0; i < SYNC_PEERS; i++)
        if (s->place[i].up && scene.station[s->place[i].other].twin == other->twin)
            return true;
    return false;
}

void station_up(struct station *s, unsigned channel, unsigned other) {
    struct station *peer = &scene.station[other];
    unsigned at = place_for(s, peer);
    const struct admitted *row = admission_find(&s->admission, &peer->key);
    if (at == SYNC_PEERS || !row) {
        channel_break(channel);
        return;
    }
    struct place *p = &s->place[at];
    p->up = true;
    p->other = other;
    p->channel = channel;
    station_enter(s);
    replica_up(s->replica, at, row->class, store_instance(peer->store));
    station_leave(s);
}

void station_down(struct station *s, unsigned channel) {
    unsigned at = s->up ? place_by_channel(s, channel) : SYNC_PEERS;
    if (at == SYNC_PEERS)
        return;
    s->place[at].up = false;
    station_enter(s);
    replica_down(s->replica, at);
    station_leave(s);
}

void station_frame(struct station *s, unsigned channel, struct frame *frame) {
    unsigned at = s->up ? place_by_channel(s, channel) : SYNC_PEERS;
    if (at == SYNC_PEERS) {
        frame_free(frame);
        return;
    }
    s->frames_in++;
    s->bytes_in += frame->len;
    station_enter(s);
    replica_message(s->replica, at, frame);
    station_leave(s);
}
