#include "tests/sim/desk.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cosign.h"
#include "node/renewal.h"
#include "proto/message.h"
#include "store/believe.h"
#include "store/roster.h"
#include "tests/sim/faults.h"
#include "tests/sim/rfc.h"
#include "tests/sim/station.h"
#include "tests/sim/watch.h"

#define ENTRIES_MAX 80

const uint8_t desk_canary[16] = {0xc0, 0x17, 0x1d, 'm', 'e', 'm', 'b', 'e',
                                 'r',  's',  ' ',  'o', 'n', 'l', 'y', 0xca};

enum note { NOTE_SIGNED = 40, NOTE_ACKED, NOTE_EPOCH };

/* One visit of the officer's. */
struct visit {
    struct member *member;
    struct station *home;
    struct ops ops;
    unsigned kill;
    bool killed;
};

static uint64_t ops_now(void) {
    return station_now_s(&scene.station[scene.at]);
}

static struct visit visit_of(struct member *m) {
    struct station *home = &scene.station[m->home];
    struct visit v = {.member = m, .home = home};
    v.ops =
        (struct ops){.store = home->store, .network = SCENE_NETWORK, .origin = m->origin, .now_s = ops_now};
    return v;
}

/* The answer of an operation; NULL if it was refused. */
static json_t *ask(struct visit *v, const char *name, struct bytes body) {
    struct ops_reply reply;
    ops_call(&v->ops, name, body, &reply);
    json_t *answer = reply.status == OPS_DONE ? json_loadb(reply.body, reply.len, 0, NULL) : NULL;
    if (!answer)
        STORY("%s's own node refuses %s: %.*s", v->member->name, name, (int)reply.len, reply.body);
    if (!answer && memmem(reply.body, reply.len, "\"code\":\"IO\"", 11))
        v->home->leaving = true; /* the officer does as he is told, and starts it anew */
    free(reply.body);
    return answer;
}

static bool look(struct visit *v, struct ownlog *ret) {
    json_t *answer = ask(v, "log-state", bytes_str("{}"));
    enum err err = answer ? ownlog_parse(answer, ret) : ERR_IO;
    json_decref(answer);
    return !err;
}

/* ---- the publisher's side ---- */

static enum err submit(void *context, struct bytes message) {
    struct visit *v = context;
    if (v->killed)
        return ERR_IO;
    struct message m;
    json_t *answer = ask(v, "submit", message);
    json_decref(answer);
    if (answer && message_decode(message, &m) == ERR_OK)
        member_left(v->member, m.package.size, &m.package.root);
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
    json_t *answer = ask(context, "log-root", bytes_str(body));
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
            replica_reported(s->replica, i, v->member->id, &head) && head.epoch == p->epoch && !head.flags &&
            head.size > p->base.size && watch_is_sound(&scene.station[s->place[i].other]))
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
    story_note(NOTE_SIGNED, v->member->number, p.epoch, size);
    member_signed(v->member, p.epoch, size, leaf);
    pending_free(&p);
    disk_use(disk);
}

static void step(void *context, unsigned number, uint64_t done) {
    struct visit *v = context;
    (void)done;
    if (number == 2 && !v->home->disk.dead)
        remember(v, false);
    if (number == v->kill && !v->killed && !v->home->disk.dead) {
        v->killed = v->home->disk.dead = true; /* what it writes from here on is not written */
        STORY("%s's officer's program is killed after step %u", v->member->name, number);
    }
}

static struct publisher publisher_of(struct visit *v) {
    return (struct publisher){v->home->dir, v, submit, drop, root_of, step};
}

/* ---- entries ---- */

static bool huge; /* this batch has large entries */

static struct bytes payload_make(uint8_t *buffer, size_t max, enum part_class class, uint64_t number) {
    static uint8_t filling[PART_MAX - 128];
    struct writer w;
    struct bytes ret;
    writer_init(&w, buffer, max);
    writer_map(&w, huge ? 3 : 2);
    writer_uint(&w, 900);
    writer_uint(&w, number);
    writer_uint(&w, 901);
    writer_bin(&w, class == PART_MEMBERS ? BYTES(desk_canary) : bytes_str("for everybody"));
    if (huge) {
        memset(filling, (int)(number % 251), sizeof filling);
        writer_uint(&w, 902);
        writer_bin(&w, BYTES(filling));
    }
    return writer_end(&w, &ret) ? (struct bytes){0} : ret;
}

/* A leaf of a kind that this program does not know, whose parts it carries all the same. */
static void future_leaf(struct entry *e, uint8_t *buffer) {
    struct writer w;
    writer_init(&w, buffer, LEAF_MAX);
    writer_array(&w, 2);
    writer_str(&w, bytes_str("mission/v3"));
    writer_map(&w, 3);
    writer_uint(&w, 1);
    writer_uint(&w, SCENE_START_S);
    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        struct digest commitment = part_commitment((enum part_class) class, e->part[class].salted);
        writer_uint(&w, 8 + class);
        writer_bin(&w, BYTES(commitment.b));
    }
    if (writer_end(&w, &e->leaf))
        abort();
    fault_count(FAULT_FUTURE);
}

/* Canonical, and nothing that anybody could use: kept, and without effect. */
static void nonsense_leaf(struct entry *e, uint8_t *buffer, uint64_t number) {
    struct writer w;
    *e = (struct entry){.leaf = {0}};
    writer_init(&w, buffer, LEAF_MAX);
    writer_array(&w, 2);
    writer_str(&w, bytes_str("contact/v1"));
    writer_uint(&w, number);
    if (writer_end(&w, &e->leaf))
        abort();
    fault_count(FAULT_NONSENSE);
}

/* What was said about a person before is to be dropped everywhere. */
static void erase_leaf(struct entry *e, uint8_t *buffer, uint64_t index) {
    struct leaf leaf = {.kind = LEAF_ERASE, .time = SCENE_START_S};
    if (index <= BIRTH_ENTRIES)
        return;
    leaf.erase.count = 1;
    leaf.erase.entry[0] = dice_between(&scene.dice.work, BIRTH_ENTRIES, index - 1);
    *e = (struct entry){.leaf = {0}};
    if (leaf_encode(&leaf, buffer, LEAF_MAX, &e->leaf))
        abort();
    fault_count(FAULT_ERASE);
}

/* index: where it will stand. */
static size_t entry_make(struct member *m, uint64_t index, uint8_t *buffer, struct entry *ret) {
    struct dice *dice = &scene.dice.work;
    static uint8_t text[PART_CLASSES][PART_MAX];
    uint8_t id[CONTACT_ID_LEN] = {(uint8_t)m->number};
    struct bytes payload[PART_CLASSES] = {{0}};
    struct draft_salts salts;
    size_t len = 0;
    bool old = m->contacts && dice_chance(dice, 300);
    be64_put(id + 8, old ? dice_below(dice, m->contacts) : m->contacts++);
    for (size_t i = 0; i < sizeof salts; i++)
        ((uint8_t *)&salts)[i] = (uint8_t)dice_next(dice);
    memcpy(salts.class[PART_MEMBERS], desk_canary, sizeof desk_canary); /* nor may the salt be seen */
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        if (dice_chance(dice, 700))
            payload[class] =
                payload_make(text[class], sizeof text[class], (enum part_class) class, m->published);
    struct leaf leaf = {.kind = LEAF_CONTACT, .time = SCENE_START_S};
    memcpy(leaf.contact.id, id, sizeof id);
    leaf.contact.kind = bytes_str("technical");
    leaf.contact.valid_from = SCENE_START_S + (dice_chance(dice, 100) ? 86400 * 400 : 0);
    if (old && dice_chance(dice, 300)) {
        leaf = (struct leaf){.kind = LEAF_WITHDRAW, .time = SCENE_START_S};
        leaf.withdraw.kind = LEAF_CONTACT;
        leaf.withdraw.id = BYTES(id);
        payload[0] = payload[1] = (struct bytes){0};
    }
    if (draft_leaf(&leaf, payload, &salts, buffer, ret, &len))
        abort();
    m->published++;
    if (payload[0].len && payload[1].len && dice_chance(dice, 100))
        future_leaf(ret, buffer + len);
    else if (dice_chance(dice, 50))
        nonsense_leaf(ret, buffer + len, m->published);
    else if (fault_chance(FAULT_ERASE))
        erase_leaf(ret, buffer + len, index);
    return len + LEAF_MAX;
}

/* A batch of new entries upon what the ledger holds; an epoch begins with the entry that names its note. */
static void batch_make(struct member *m, const struct ownlog *log, const struct standing *standing,
                       unsigned entries, struct pending *ret) {
    size_t used = 0, len;
    *ret = (struct pending){.epoch = log->authority.epoch, .base = standing->base};
    snprintf(ret->origin, sizeof ret->origin, "%s", m->origin);
    ret->entry = calloc(entries + 1, sizeof *ret->entry);
    ret->data = malloc((entries + 2) * (DRAFT_ENTRY_MAX + LEAF_MAX));
    if (!ret->entry || !ret->data)
        abort();
    if (ret->epoch && ownlog_at_anchor(log)) {
        if (draft_note(&log->authority, SCENE_START_S, ret->data, &ret->entry[ret->count++], &len))
            abort();
        used += len;
    }
    for (unsigned i = 0; i < entries; i++) {
        uint64_t index = ret->base.size + ret->count;
        used += entry_make(m, index, ret->data + used, &ret->entry[ret->count++]);
    }
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
    if (publisher_finish(p, log))
        return false;
    station_renew(v->home);
    return look(v, log) && !publisher_look(p, log, standing);
}

static void acked(struct visit *v, const struct checkpoint *head) {
    struct member *m = v->member;
    const struct signed_tree *tree = NULL;
    story_note(NOTE_ACKED, m->number, head->size, story_bytes(head->root.b, DIGEST_LEN));
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
    if (!look(v, &log) || !finished(v, &p, &log, &standing))
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
    json_decref(ask(v, "log-confirm", bytes_str("{}")));
    huge = scene.station_count <= 5 && fault_chance(FAULT_HUGE);
    if (huge) {
        fault_count(FAULT_HUGE);
        entries = (unsigned)dice_between(&scene.dice.work, 20, ENTRIES_MAX);
    }
    batch_make(v->member, &log, &standing, entries, &batch);
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
    struct visit v = visit_of(m);
    if (!v.home->up || m->villain)
        return false;
    if (m->note_waits) /* what is signed beyond its anchor would be void */
        return desk_rotate(m);
    v.kill = kill;
    station_enter(v.home);
    bool done = publish(&v, entries < ENTRIES_MAX ? entries : ENTRIES_MAX, false);
    station_leave(v.home);
    if (v.home->up) /* whether it is done or half done: the head may be another */
        desk_cosign(m);
    return done;
}

void desk_stands(struct member *m) {
    struct visit v = visit_of(m);
    struct ownlog log;
    if (!v.home->up || m->note_waits)
        return;
    station_enter(v.home);
    bool full = look(&v, &log) && log.size + 2 > log.authority.max;
    bool done =
        full || publish(&v, 1, true) || publish(&v, 1, true); /* the first may have ended what was begun */
    station_leave(v.home);
    if (!done)
        scene_wrong("who has lost nothing may sign", "%s cannot publish any more", m->name);
}

/* A witness says how far it holds the log, and so never less than before. */
static void witnessed(struct member *m) {
    struct log_record record;
    if (!station_log(&scene.station[m->home], m->id, &record))
        return;
    bool less = record.head.epoch < m->witnessed_epoch ||
                (record.head.epoch == m->witnessed_epoch && record.head.size < m->witnessed);
    if (less && !m->unmarked && !m->may_fork && !scene.station[m->home].tainted)
        scene_wrong("a witness never goes back", "%s has cosigned %llu entries, and now %llu", m->name,
                    (unsigned long long)m->witnessed, (unsigned long long)record.head.size);
    m->witnessed_epoch = record.head.epoch;
    m->witnessed = record.head.size;
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
        witnessed(m);
    return moved;
}

/* ---- custodians ---- */

/* Write a package of notes alone. */
static struct bytes note_package(const struct member *m, const struct member_note *note, uint8_t *buffer,
                                 size_t max) {
    struct package_writer pw = {0};
    struct package head = {.epoch = note->authority.epoch, .root = digest_empty()};
    struct proof none = {0};
    struct bytes ret;
    memcpy(head.log, m->id, LOG_ID_LEN);
    writer_init(&pw.w, buffer, max);
    message_begin_package(&pw.w, 1);
    package_begin(&pw, NULL, 0, &head, &note->note, 1);
    if (package_end(&pw, &none, false, &ret))
        abort();
    return ret;
}

/* What the next epoch is to stand upon: what is held here, and by a peer too. */
static bool anchor_choose(struct visit *v, const struct ownlog *log, struct member_note *ret) {
    struct member *m = v->member;
    struct txn t;
    struct tree_reader tree = {.txn = &t};
    struct digest root;
    struct proof proof = {.count = 0};
    uint64_t anchor = log->size, last = log->authority.anchor_size;
    char reason[300];
    struct ledger ledger;
    if (ledger_load(v->home->dir, &ledger) == ERR_OK && ledger.frontier.size > anchor)
        return false; /* more was signed than is held here: it is fetched first */
    /* A forked log is healed upon the leaves in common, which all hold. */
    bool held = log->flags & VIEW_DISPUTED ||
                (station_confirmed(v->home, reason, sizeof reason) && station_reported(v->home) >= anchor);
    if (log->flags & ~VIEW_DISPUTED || anchor <= last || anchor > log->authority.max || !held)
        return false;
    memcpy(tree.id, m->id, LOG_ID_LEN);
    txn_begin(&t, v->home->store, false);
    enum err err = merkle_root(&root, anchor, logs_lookup, &tree);
    if (!err && last)
        err = merkle_prove_consistency(&proof, last, anchor, logs_lookup, &tree);
    txn_abort(&t);
    if (!err)
        member_next_note(m, anchor, &root, &proof, 2, ret);
    return !err;
}

static bool hand_in(struct visit *v, const struct member_note *note) {
    static uint8_t buffer[AUTHORITY_MAX + 65536];
    struct ledger ledger;
    enum err err = ledger_load(v->home->dir, &ledger);
    if (err == ERR_NOT_FOUND || err == ERR_CORRUPT || err == ERR_SCHEMA || err == ERR_VERSION)
        err = renewal_grant(v->home->dir, &note->authority.hash);
    if (err && err != ERR_EXISTS)
        return false;
    json_t *answer = ask(v, "submit", note_package(v->member, note, buffer, sizeof buffer));
    json_decref(answer);
    if (answer)
        station_renew(v->home);
    return answer != NULL;
}

bool desk_rotate(struct member *m) {
    struct visit v = visit_of(m);
    struct ownlog log;
    bool done = false;
    if (!v.home->up || m->villain || m->note_count == MEMBER_EPOCHS)
        return false;
    station_enter(v.home);
    if (look(&v, &log) && !v.home->disk.dead) {
        if (!m->note_waits && log.authority.epoch == m->epoch &&
            anchor_choose(&v, &log, &m->note[m->note_count])) {
            m->note[m->note_count].note.text.ptr = m->note[m->note_count].text;
            m->note_count++;
            m->epoch++;
            m->note_waits = true;
            story_note(NOTE_EPOCH, m->number, m->epoch, log.size);
            STORY("%s's custodians sign epoch %llu, anchored at %llu", m->name, (unsigned long long)m->epoch,
                  (unsigned long long)log.size);
        }
        if (m->note_waits && hand_in(&v, &m->note[m->note_count - 1]) && !v.home->disk.dead) {
            m->note_waits = false;
            done = true;
            fault_count(FAULT_ROTATE);
        }
    }
    station_leave(v.home);
    return done;
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
    struct visit v = visit_of(m);
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
    json_t *answer = ask(&v, "log-open", note_package(m, &m->note[0], buffer, sizeof buffer));
    first_entries(m, observer, observers, &batch);
    member_operator(m, 0, &key, secret);
    if (!answer || !look(&v, &log) || publisher_run(&p, &log, &batch, secret, &head))
        scene_wrong("a State begins", "%s: its first entries are refused", m->name);
    json_decref(answer);
    acked(&v, &head);
    pending_free(&batch);
    station_renew(v.home);
    station_leave(v.home);
}

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
    if (roster_get(&t, m->origin, &pin) && pin.hold != hold) {
        pin.hold = hold;
        roster_pin(&t, &pin);
        believe_all(&t, station_now_s(s));
    }
    bool done = txn_commit(&t) == ERR_OK;
    if (done) {
        station_renew(s);
        if (hold && !s->disk.dead && station_admits(s, &scene.station[m->home]))
            scene_wrong("a State on hold is not linked", "%s admits the node of %s", s->name, m->name);
    }
    station_leave(s);
    return done;
}
