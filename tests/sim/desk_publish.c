#include "tests/sim/desk_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cosign.h"
#include "proto/message.h"
#include "tests/sim/faults.h"
#include "tests/sim/rfc.h"
#include "tests/sim/watch.h"

/* ---- the publisher's side ---- */

static enum err submit(void *context, struct bytes message) {
    struct visit *v = context;
    if (v->killed)
        return ERR_IO;
    struct message m;
    json_t *answer = desk_ask(v, "submit", message);
    json_decref(answer);
    if (message_decode(message, &m) == ERR_OK) {
        if (answer)
            member_left(v->member, m.package.size, &m.package.root);
        else if (v->home->disk.dead)
            member_tried(v->member, m.package.size, &m.package.root);
    }
    if (answer && !v->home->disk.dead)
        watch_commit(v->home, v->member->id);
    return answer ? ERR_OK : ERR_DENIED;
}

static enum err drop(void *context, const struct pending_draft *draft, uint32_t count) {
    (void)context, (void)draft, (void)count;
    return ERR_OK;
}

static enum err root_of(void *context, uint64_t size, struct digest *ret) {
    char body[64];
    size_t len = 0;
    snprintf(body, sizeof body, "{\"size\": %llu}", (unsigned long long)size);
    json_t *answer = desk_ask(context, "log-root", bytes_str(body));
    const char *text = json_string_value(json_object_get(answer, "root"));
    enum err err = text ? base64_get(ret->b, DIGEST_LEN, &len, bytes_str(text)) : ERR_IO;
    json_decref(answer);
    return err;
}

/* Before it signs, a node asks: no peer that has answered holds more of this epoch than is signed upon. */
static void asked_before(struct visit *v, const struct pending *p) {
    const struct station *s = v->home;
    struct head head;
    for (unsigned i = 0; i < SYNC_PEERS; i++)
        if (s->place[i].up && scene.station[s->place[i].other].member && replica_complete(s->replica, i) &&
            replica_reported(s->replica, i, v->member->id, &head) && head.epoch == p->epoch &&
            !(head.flags & VIEW_DOUBTFUL) && head.size > p->base.size &&
            watch_is_sound(&scene.station[s->place[i].other]))
            scene_wrong("what peers hold is asked before anything is signed",
                        "%s signs upon %llu, and %s has said that it holds %llu", v->member->name,
                        (unsigned long long)p->base.size, scene.station[s->place[i].other].name,
                        (unsigned long long)head.size);
}

/* A signature has left the signer: write the tree into the book, leaf by leaf. */
static void remember(struct visit *v, bool finishing) {
    struct pending p = {0};
    struct digest leaf[1024];
    struct bytes bytes;
    struct txn t;
    uint64_t size = 0;
    struct disk *disk = disk_use(NULL);
    if (pending_load(v->home->dir, &p))
        scene_wrong("the batch is written before it is signed", "%s has signed, and there is no batch",
                    v->member->name);
    struct digest base = frontier_root(&p.base);
    if (!finishing)
        asked_before(v, &p);
    const struct digest *before = member_leaves(v->member, p.base.size, &base);
    for (; before && size < p.base.size; size++)
        leaf[size] = before[size];
    txn_begin(&t, v->home->store, false);
    for (; size < p.base.size && !logs_leaf(&t, v->member->id, size, &bytes); size++)
        leaf[size] = rfc_leaf(bytes);
    txn_abort(&t);
    if (size < p.base.size)
        scene_wrong("what is signed is held", "%s signs upon %llu leaves and holds %llu", v->member->name,
                    (unsigned long long)p.base.size, (unsigned long long)size);
    for (uint32_t i = 0; i < p.count; i++)
        leaf[size++] = rfc_leaf(p.entry[i].leaf);
    story_note(DESK_SIGNED, v->member->number, p.epoch, size);
    member_signed(v->member, p.epoch, size, leaf);
    pending_free(&p);
    disk_use(disk);
}

static void step(void *context, unsigned number, uint64_t done) {
    struct visit *v = context;
    (void)done;
    if (number == 2 && !v->home->disk.dead)
        remember(v, false);
    if (number == 1 && v->kill == 1 && dice_chance(&scene.dice.fault, 700)) {
        v->home->disk.crash_at = dice_between(&scene.dice.fault, 1, 40); /* while it signs */
        return;
    }
    if (number == 3 && v->kill == 3 && dice_chance(&scene.dice.fault, 400))
        return; /* after a later package */
    if (number == v->kill && !v->killed && !v->home->disk.dead) {
        v->killed = v->home->disk.dead = true; /* what it writes from here on is not written */
        STORY("%s's officer's program is killed after step %u", v->member->name, number);
    }
}

static struct publisher publisher_of(struct visit *v) {
    return (struct publisher){v->home->dir, v, submit, drop, root_of, step};
}

/* ---- publishing ---- */

static bool finished(struct visit *v, const struct publisher *p, struct ownlog *log,
                     struct standing *standing) {
    if (publisher_look(p, log, standing))
        return false;
    if (standing->state != STANDING_HALF && standing->state != STANDING_DONE)
        return true;
    STORY("%s's officer finishes what was interrupted", v->member->name);
    if (standing->state == STANDING_HALF) /* the ledger was written, though the signature has not come back */
        remember(v, true);
    enum err err = publisher_finish(p, log);
    station_renew(v->home); /* also if the entries are in, and only what comes after them has failed */
    return !err && desk_look(v, log) && !publisher_look(p, log, standing);
}

static void acked(struct visit *v, const struct checkpoint *head) {
    struct member *m = v->member;
    const struct signed_tree *tree = NULL;
    story_note(DESK_ACKED, m->number, head->size, story_bytes(head->root.b, DIGEST_LEN));
    for (unsigned i = 0; i < m->tree_count; i++)
        if (m->tree[i].size == head->size && digest_eq(&m->tree[i].root, &head->root))
            tree = &m->tree[i];
    if (!tree)
        scene_wrong("what was signed is what is told", "%s is told of another tree than it has signed",
                    m->name);
    m->acked = *tree;
    STORY("%s has published up to entry %llu", m->name, (unsigned long long)head->size);
}

/* Before anything is signed enough peers have said what they hold of the own log since the start, and none
 * that is heard says that it holds more. */
static void asked_first(struct visit *v, const struct ownlog *log) {
    struct station *home = v->home;
    unsigned asked = 0, need = home->configured < OWNHEAD_PEERS ? home->configured : OWNHEAD_PEERS;
    for (unsigned i = 0; i < SYNC_PEERS; i++) {
        const struct place *p = &home->place[i];
        struct head head;
        if (!p->used || p->own == OWNHEAD_UNKNOWN)
            continue;
        const struct admitted *row = admission_find(&home->admission, &scene.station[p->other].key);
        if (!row || row->class != LINK_MEMBER)
            continue;
        asked++;
        if (p->up && replica_complete(home->replica, i) &&
            replica_reported(home->replica, i, v->member->id, &head) && head.epoch == log->authority.epoch &&
            head.size > log->size)
            scene_wrong("nothing is signed behind what a peer holds",
                        "%s signs upon %llu entries; %s reports %llu", v->member->name,
                        (unsigned long long)log->size, scene.station[p->other].name,
                        (unsigned long long)head.size);
    }
    if (asked < need)
        scene_wrong("peers are asked before anything is signed", "%s has asked %u of %u", v->member->name,
                    asked, need);
}

/* by_hand: the officer has compared size and root with other States, and asks no peer. */
static bool publish(struct visit *v, unsigned entries, bool by_hand) {
    struct publisher p = publisher_of(v);
    struct ownlog log;
    struct standing standing;
    struct pending batch;
    struct checkpoint head;
    struct pubkey key;
    uint8_t secret[KEY_SECRET_LEN];
    char reason[STANDING_TEXT_MAX];
    if (!desk_look(v, &log) || !finished(v, &p, &log, &standing))
        return false;
    if (standing.state != STANDING_CLEAN) {
        standing_say(&standing, &log, reason, sizeof reason);
        STORY("%s may not sign: %.200s", v->member->name, reason);
        return false;
    }
    if (!by_hand && !station_confirmed(v->home, reason, sizeof reason)) {
        STORY("%s does not sign yet: %s", v->member->name, reason);
        return false;
    }
    if (!by_hand)
        asked_first(v, &log);
    json_decref(desk_ask(v, "log-confirm", bytes_str("{}")));
    bool halved = v->kill == 3 && faults.on[FAULT_HUGE] && dice_chance(&scene.dice.fault, 500);
    bool huge = scene.station_count <= 5 && (fault_chance(FAULT_HUGE) || halved);
    if (huge) {
        fault_count(FAULT_HUGE);
        entries = (unsigned)dice_between(&scene.dice.work, 20, DESK_ENTRIES_MAX);
    }
    desk_batch(v->member, &log, &standing, entries, huge, &batch);
    member_operator(v->member, log.authority.epoch, &key, secret);
    enum err err = publisher_run(&p, &log, &batch, secret, &head);
    pending_free(&batch);
    if (!err && !v->home->disk.dead)
        acked(v, &head);
    else
        STORY("%s could not publish: %s", v->member->name, err_text(err));
    station_renew(v->home);
    return !err;
}

bool desk_publish(struct member *m, unsigned entries, unsigned kill) {
    struct visit v = desk_visit(m);
    if (!v.home->up || m->villain)
        return false;
    if (m->note_waits) /* what is signed beyond its anchor would be void */
        return desk_rotate(m);
    v.kill = kill;
    station_enter(v.home);
    bool done = publish(&v, entries < DESK_ENTRIES_MAX ? entries : DESK_ENTRIES_MAX, false);
    station_leave(v.home);
    if (v.home->up) /* whether it is done or half done: the head may be another */
        desk_cosign(m);
    return done;
}

void desk_stands(struct member *m) {
    struct visit v = desk_visit(m);
    struct ownlog log;
    if (!v.home->up || m->note_waits)
        return;
    station_enter(v.home);
    bool full = desk_look(&v, &log) && log.size + 2 > log.authority.max;
    bool done =
        full || publish(&v, 1, true) || publish(&v, 1, true); /* the first may have ended what was begun */
    station_leave(v.home);
    if (!done)
        scene_wrong("who has lost nothing may sign", "%s cannot publish any more", m->name);
}

bool desk_cosign(struct member *m) {
    struct station *home = &scene.station[m->home];
    struct pubkey key;
    uint8_t secret[KEY_SECRET_LEN];
    bool moved = false;
    if (!home->up || m->villain)
        return false;
    key_from_seed(m->seeds.witness, &key, secret);
    station_enter(home);
    if (cosign_own(home->store, m->id, secret, station_now_s(home), &moved) == ERR_OK && moved)
        station_renew(home);
    station_leave(home);
    if (moved)
        watch_witnessed(m);
    return moved;
}

/* ---- the beginning ---- */

static void first_entries(struct member *m, const struct pubkey *observer, unsigned observers,
                          struct pending *ret) {
    static uint8_t buffer[BIRTH_ENTRIES * DRAFT_ENTRY_MAX], more[SYNC_PEERS][LEAF_MAX];
    struct draft_salts salts[BIRTH_ENTRIES];
    struct names names = {1, {{bytes_str("en"), bytes_str("A State")}}}, none = {0};
    struct bytes endpoint = bytes_str("tcp://127.0.0.1:23100");
    struct birth_entries what = {&m->note[0].authority, &m->seeds,     &names, &none, &endpoint, 1,
                                 PART_MEMBERS,          SCENE_START_S, salts};
    static const struct bytes no_part[PART_CLASSES];
    size_t len;
    memset(salts, 7, sizeof salts);
    memcpy(salts[2].class[PART_MEMBERS], desk_canary, sizeof desk_canary);
    *ret = (struct pending){.count = BIRTH_ENTRIES + observers};
    snprintf(ret->origin, sizeof ret->origin, "%s", m->origin);
    ret->entry = calloc(ret->count, sizeof *ret->entry);
    if (!ret->entry || birth_make(&what, buffer, ret->entry))
        abort();
    for (unsigned i = 0; i < observers; i++) {
        struct leaf leaf = {.kind = LEAF_OBSERVER, .time = SCENE_START_S};
        leaf.observer.id = observer[i];
        leaf.observer.name = bytes_str("an observer");
        if (draft_leaf(&leaf, no_part, &salts[0], more[i], &ret->entry[BIRTH_ENTRIES + i], &len))
            abort();
    }
}

void desk_found(struct member *m, const struct pubkey *observer, unsigned observers) {
    static uint8_t buffer[AUTHORITY_MAX + 8192];
    struct visit v = desk_visit(m);
    struct publisher p = publisher_of(&v);
    struct pending batch;
    struct checkpoint head;
    struct ledger ledger;
    struct ownlog log;
    struct pubkey key;
    uint8_t secret[KEY_SECRET_LEN];
    station_enter(v.home);
    ledger_init(&ledger, m->origin, 0);
    if (ledger_create(v.home->dir, &ledger))
        scene_wrong("a State begins", "%s: no ledger", m->name);
    json_t *answer = desk_ask(&v, "log-open", desk_note(m, &m->note[0], buffer, sizeof buffer));
    first_entries(m, observer, observers, &batch);
    member_operator(m, 0, &key, secret);
    if (!answer || !desk_look(&v, &log) || publisher_run(&p, &log, &batch, secret, &head))
        scene_wrong("a State begins", "%s: its first entries are refused", m->name);
    json_decref(answer);
    acked(&v, &head);
    pending_free(&batch);
    station_renew(v.home);
    station_leave(v.home);
}
