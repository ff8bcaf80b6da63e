/* What must hold when the faults have ended and all has come to rest. */
#include <stdlib.h>
#include <string.h>

#include "proto/view.h"
#include "store/changes.h"
#include "store/roster.h"
#include "store/rows.h"
#include "tests/sim/accord.h"
#include "tests/sim/creed.h"
#include "tests/sim/desk.h"
#include "tests/sim/faults.h"
#include "tests/sim/memdb.h"
#include "tests/sim/watch.h"
#include "tests/sim/watch_doctor.h"

static uint64_t looked_ms; /* when it was last looked whether all have converged */
void watch_healed(void) {
    looked_ms = 0;
    watch_choose();
}

/* Whether what this node shows of a log is what another shows; but for the day of the State's cosignature: it
 * travels with the head that it was given for, so who takes a later one waits for the next. */
static bool same_head(const struct log_record *a, const struct log_record *b) {
    return a->head.epoch == b->head.epoch && a->head.size == b->head.size &&
           digest_eq(&a->head.root, &b->head.root) && a->head.flags == b->head.flags &&
           digest_eq(&a->note, &b->note);
}

/* Whether a sound node has so many leaves of a log to give: of what it holds beyond its head nobody is told.
 */
static bool is_to_be_had(const struct member *m, uint64_t size) {
    struct log_record record;
    for (unsigned i = 0; i < scene.station_count; i++) {
        struct station *s = &scene.station[i];
        if (watch_asks(s, m) && station_log(s, m->id, &record) && record.head.size >= size)
            return true;
    }
    return false;
}

/* Whether a node shows what follows from all that is known where it is asked for. */
static bool believes(struct station *s, const struct member *m) {
    struct dossier_view v = watch_belief(s, m);
    struct log_record record;
    return station_log(s, m->id, &record) && v.size == record.head.size &&
           digest_eq(&v.root, &record.head.root) && v.flags == record.head.flags &&
           v.epoch == record.head.epoch;
}

/* An honest State's log stands at what was signed last, if that is anywhere at all. */
static bool log_converged(const struct member *m, const char **ret_why, const struct station **ret_at) {
    struct log_record first[STATIONS_MAX], record;
    bool any[STATIONS_MAX] = {false}, told = m->villain && accord_is();
    for (unsigned i = 0; i < scene.station_count; i++) {
        struct station *s = &scene.station[i];
        unsigned like = told ? watch_group(s, m) : 0; /* who is honest needs no trust to choose by */
        if (!watch_asks(s, m))
            continue;
        *ret_at = s;
        *ret_why = "is not up, or does not have the log";
        if (!station_log(s, m->id, &record))
            return false;
        *ret_why = "shows another head than others";
        if (any[like] && !same_head(&first[like], &record))
            return false;
        *ret_why = "has not taken all of its pending target";
        if (record.target && is_to_be_had(m, record.target) && !m->set_back &&
            !(record.head.flags & VIEW_DISPUTED))
            return false;
        first[like] = record;
        any[like] = true;
    }
    for (unsigned i = 0; told && i < scene.member_count; i++) /* also of who has spoken since */
        if (&scene.member[i] == m || scene.member[i].speaks)
            watch_learn(&scene.member[i]);
    for (unsigned i = 0; told && i < scene.station_count; i++) {
        *ret_at = &scene.station[i];
        *ret_why = "shows another head than follows from its trust";
        if (watch_asks(*ret_at, m) && *ret_at != &scene.station[m->home] && !believes(&scene.station[i], m))
            return false;
    }
    return true;
}

bool watch_all_same(void) {
    const struct station *at = NULL;
    const char *why = NULL;
    for (unsigned i = 0; i < scene.member_count; i++)
        if (!log_converged(&scene.member[i], &why, &at))
            return false;
    return true;
}

bool watch_converged(void) {
    if (scene.now_ms < looked_ms + (accord_is() ? 3000 : 250)) /* what follows from words takes a while */
        return false;
    looked_ms = scene.now_ms;
    return watch_all_same();
}

/* For people: what each node shows of a log. */
static void tell_heads(const struct member *m) {
    for (unsigned i = 0; story.told && i < scene.station_count; i++) {
        struct station *s = &scene.station[i];
        struct log_record r;
        if (!station_log(s, m->id, &r)) {
            STORY("%s: %s", s->name, s->up ? "has no such log" : "is down");
            continue;
        }
        STORY("%s%s shows %s in epoch %llu of %llu, at %llu, day %llu, flags %u, f %llu; holds %llu, target "
              "%llu, "
              "second branch %d from %llu to %llu",
              s->name,
              s->liar      ? " (liar)"
              : s->tainted ? " (damaged)"
                           : "",
              m->name, (unsigned long long)r.head.epoch, (unsigned long long)r.epoch,
              (unsigned long long)r.head.size, (unsigned long long)r.head.day, r.head.flags,
              (unsigned long long)r.head.f, (unsigned long long)r.held, (unsigned long long)r.target,
              r.has_side, (unsigned long long)r.side_base, (unsigned long long)r.side_held);
        for (unsigned k = 0; k < SYNC_PEERS; k++) {
            struct head h;
            if (s->place[k].up && replica_reported(s->replica, k, m->id, &h))
                STORY("    %s reports epoch %llu, %llu, day %llu, flags %u%s",
                      scene.station[s->place[k].other].name, (unsigned long long)h.epoch,
                      (unsigned long long)h.size, (unsigned long long)h.day, h.flags,
                      replica_complete(s->replica, k) ? "" : ", not complete");
        }
    }
}

/* Of a State whose clock was ahead once, there is nothing to see until then; nor at an anchor, which no
 * operator has signed. */
bool watch_fresh(const struct member *m) {
    struct station *home = &scene.station[m->home];
    struct log_record own, record;
    if (!station_log(home, m->id, &own))
        return false;
    if (own.head.day != station_now_s(home) / 86400 || m->cosigned_s / 86400 > own.head.day ||
        own.head.size == m->note[m->note_count - 1].authority.anchor_size)
        return true;
    for (unsigned i = 0; i < scene.station_count; i++)
        if (watch_asks(&scene.station[i], m) && station_log(&scene.station[i], m->id, &record) &&
            same_head(&own, &record) && record.head.day < own.head.day)
            return false;
    return true;
}

void watch_converged_or_wrong(uint64_t bound_ms) {
    const struct station *at = NULL;
    const char *why = NULL;
    if (accord_is() && !watch_all_same()) /* a word may have been published since */
        watch_choose();
    for (unsigned i = 0; i < scene.member_count; i++)
        if (!log_converged(&scene.member[i], &why, &at)) {
            tell_heads(&scene.member[i]);
            scene_wrong("I6 convergence", "%llu s after the faults ended, %s %s: %s",
                        (unsigned long long)bound_ms / 1000, at->name, why, scene.member[i].name);
        }
}

/* Each log stands once among the changes: else they grow with every head. */
static void changes_are_few(struct station *s) {
    struct txn t;
    struct bytes key, value;
    uint64_t rows = 0, logs = 0;
    struct log_record record = {.seq = 0};
    txn_begin(&t, s->store, false);
    MDB_cursor *c = row_cursor(&t, TABLE_CHANGES);
    for (MDB_cursor_op op = MDB_FIRST; c && row_move(&t, c, op, &key, &value); op = MDB_NEXT)
        rows++;
    if (c)
        mdb_cursor_close(c);
    while (logs_next(&t, &record))
        logs += record.seq > 0;
    txn_abort(&t);
    if (rows != logs)
        scene_wrong("I7 bounds", "%s keeps %llu changes of %llu logs", s->name, (unsigned long long)rows,
                    (unsigned long long)logs);
}

/* All that was known anywhere has the same view as what each node now shows. */
static void nothing_lost(unsigned number) {
    const struct member *m = &scene.member[number];
    struct log_record record;
    watch_learn(m);
    for (unsigned i = 0; i < scene.station_count; i++) {
        struct station *s = &scene.station[i];
        if (!watch_asks(s, m) || !station_log(s, m->id, &record) || s->member == m)
            continue;
        struct dossier_view v = watch_belief(s, m);
        if (v.size != record.head.size || !digest_eq(&v.root, &record.head.root) ||
            v.flags != record.head.flags || v.epoch != record.head.epoch)
            scene_wrong("nothing that was known is lost",
                        "%s shows %s in epoch %llu at %llu, flags %u; from all that was known follows "
                        "%llu, %llu, %u",
                        s->name, m->name, (unsigned long long)record.head.epoch,
                        (unsigned long long)record.head.size, record.head.flags, (unsigned long long)v.epoch,
                        (unsigned long long)v.size, v.flags);
    }
}

/* I4, at rest: what was acknowledged is everywhere, but where a whole machine was put back. */
static void acked_is_there(const struct member *m) {
    struct log_record record;
    for (unsigned i = 0; i < scene.station_count; i++) {
        struct station *s = &scene.station[i];
        if (!watch_asks(s, m) || m->villain || m->may_fork || m->set_back ||
            !watch_is_whole(&scene.station[m->home]) || !station_log(s, m->id, &record))
            continue;
        if (record.head.size < m->acked.size)
            scene_wrong("I4 what is acknowledged is seen everywhere",
                        "%s shows %llu entries of %s; its officer was told of %llu", s->name,
                        (unsigned long long)record.head.size, m->name, (unsigned long long)m->acked.size);
    }
}

/* Which of the first size entries a leaf among them erases. */
static bool *erased_of(struct txn *t, const uint8_t *log, uint64_t size) {
    bool *ret = calloc(size + 1, sizeof *ret);
    struct bytes bytes;
    struct leaf leaf;
    if (!ret)
        abort();
    for (uint64_t i = 0; i < size; i++)
        if (!logs_leaf(t, log, i, &bytes) && !leaf_decode(bytes, &leaf) && leaf.kind == LEAF_ERASE)
            for (unsigned k = 0; k < leaf.erase.count; k++)
                if (leaf.erase.entry[k] < i)
                    ret[leaf.erase.entry[k]] = true;
    return ret;
}

/* Whether somebody has the part of an entry damaged, or one who is asked for the log has it as it was. */
static bool is_had(const struct member *m, uint64_t index, enum part_class class,
                   const struct digest *commitment, bool damaged) {
    bool had = false;
    for (unsigned i = 0; i < scene.station_count && !had; i++) {
        struct station *s = &scene.station[i];
        struct bytes part;
        struct txn t;
        if (!s->up || (damaged ? !s->bruised : !watch_asks(s, m)))
            continue;
        txn_begin(&t, s->store, false);
        had = logs_part(&t, m->id, index, class, &part) == PART_HELD &&
              (part_verify(class, part, commitment) != ERR_OK) == damaged;
        txn_abort(&t);
    }
    return had;
}

/* What is damaged may be the only copy, or the only one in reach; a State that was put back may have lost the
 * only one, and one that is out of reach keeps its own. */
static bool may_lack(const struct member *m, uint64_t index, enum part_class class,
                     const struct digest *commitment) {
    bool keeps = watch_asks(&scene.station[m->home], m) && !m->set_back;
    return is_had(m, index, class, commitment, true) ||
           (!keeps && !is_had(m, index, class, commitment, false));
}

/* Members hold all parts that honest States gave and have not erased, observers the public ones. */
static void parts_are_there(struct station *s, const struct member *m) {
    struct log_record record;
    struct bytes leaf, part;
    struct txn t;
    if (m->villain || m->may_fork)
        return;
    txn_begin(&t, s->store, false);
    bool there = logs_get(&t, m->id, &record);
    bool *erased = erased_of(&t, m->id, there ? record.head.size : 0);
    for (uint64_t i = 0; there && i < record.head.size; i++) {
        bool has[PART_CLASSES];
        struct digest commitment[PART_CLASSES];
        if (logs_leaf(&t, m->id, i, &leaf))
            scene_wrong("held leaves are there", "%s, log %s, entry %llu", s->name, m->name,
                        (unsigned long long)i);
        leaf_parts(leaf, has, commitment);
        for (unsigned class = 0; class < PART_CLASSES; class ++) {
            enum part_state want = !has[class]                           ? PART_NONE
                                   : erased[i]                           ? PART_HIDDEN
                                   : s->partial && class == PART_MEMBERS ? PART_WITHHELD
                                                                         : PART_HELD;
            enum part_state state = logs_part(&t, m->id, i, (enum part_class) class, &part);
            if (state != want && !(erased[i] && state == PART_GONE) &&
                !may_lack(m, i, (enum part_class) class, &commitment[class]))
                scene_wrong("parts travel with their entries", "%s, log %s, entry %llu, class %u: %d, not %d",
                            s->name, m->name, (unsigned long long)i, class, (int)state, (int)want);
        }
    }
    txn_abort(&t);
    free(erased);
}

bool watch_anybody_lies(void) {
    for (unsigned i = 0; i < scene.station_count; i++)
        if (scene.station[i].liar || scene.station[i].was_tainted)
            return true;
    return false;
}

/* Whose home lies, or is damaged, may keep parts back. */
static bool gives_parts(const struct member *m) {
    const struct station *home = &scene.station[m->home];
    return !home->liar && !home->was_tainted;
}

void watch_parts(void) {
    for (unsigned i = 0; i < scene.station_count; i++)
        for (unsigned k = 0; k < scene.member_count && watch_is_whole(&scene.station[i]); k++)
            if (watch_asks(&scene.station[i], &scene.member[k]) && gives_parts(&scene.member[k]))
                parts_are_there(&scene.station[i], &scene.member[k]);
}

void watch_rest(void) {
    for (unsigned i = 0; i < scene.member_count; i++) {
        nothing_lost(i);
        acked_is_there(&scene.member[i]);
    }
    watch_trust_rest();
    for (unsigned i = 0; i < scene.station_count; i++) {
        struct station *s = &scene.station[i];
        if (!watch_is_whole(s))
            continue;
        changes_are_few(s);
        watch_doctor(s);
        struct creed *c = creed_new(s, NULL);
        watch_logs(s, c);
        creed_free(c);
        for (unsigned k = 0; k < scene.member_count; k++) {
            watch_directory(s, scene.member[k].id, SCENE_START_S + 3600);
            watch_directory(s, scene.member[k].id, SCENE_START_S + 86400 * 500);
        }
        if (s->partial && !disk_is_real() && mem_contains(s->db, desk_canary, sizeof desk_canary))
            scene_wrong("I8 no member-only byte at an observer", "%s has one in its store", s->name);
    }
}
