#include "tests/sim/watch.h"

#include <stdlib.h>
#include <string.h>

#include "proto/leaf.h"
#include "proto/view.h"
#include "store/forks.h"
#include "tests/sim/creed.h"
#include "tests/sim/desk.h"
#include "tests/sim/memdb.h"
#include "tests/sim/rfc.h"
#include "tests/sim/watch_wire.h"

#define ASKED_MOST 150 /* FETCH and PARTS of one log, by one node, within a minute */

/* What a node last believed of a log, to see that it goes on from there. */
struct last {
    bool any;
    uint64_t life, epoch, size;
};

static struct last *last;

void watch_open(void) {
    last = calloc((size_t)STATIONS_MAX * scene.member_count, sizeof *last);
    if (!last)
        abort();
    watch_wire_open();
    watch_witnesses();
}

void watch_close_all(void) {
    watch_choose_end();
    free(last);
    last = NULL;
    watch_wire_close();
}

void watch_forget(const struct station *s) {
    memset(&last[(size_t)s->number * scene.member_count], 0, scene.member_count * sizeof *last);
}

bool watch_is_sound(const struct station *s) {
    return !s->tainted && !s->liar && !(s->member && s->member->villain);
}

/* ---- logs of honest States: everything is as it was signed ---- */

/* Whether a tree that others may have seen begins with these leaves. */
static bool were_signed(const struct member *m, const struct digest *leaf, uint64_t count) {
    for (unsigned i = m->tree_count; i-- > 0;)
        if ((m->tree[i].left || m->tree[i].tried) && m->tree[i].size >= count &&
            memcmp(m->tree[i].leaf, leaf, count * sizeof *leaf) == 0)
            return true;
    return count == 0;
}

static void honest_leaves(struct station *s, struct txn *t, const struct log_record *record,
                          const struct member *m) {
    struct digest *leaf = malloc((record->held + 1) * sizeof *leaf);
    struct leaf_cursor c = {.index = 0};
    uint64_t count = 0;
    if (!leaf)
        abort();
    while (count < record->held && logs_leaf_next(t, record->id, &c))
        leaf[count++] = rfc_leaf(c.leaf);
    logs_leaf_done(&c);
    if (count < record->held)
        scene_wrong("held leaves are there", "%s, log %s: leaf %llu of %llu is not", s->name, m->name,
                    (unsigned long long)count, (unsigned long long)record->held);
    if (!were_signed(m, leaf, count))
        scene_wrong("I1 agreement", "%s holds %llu leaves of %s that were never signed as one log", s->name,
                    (unsigned long long)count, m->name);
    free(leaf);
}

static bool was_signed(const struct member *m, const struct head *head) {
    struct digest empty = digest_empty();
    if (head->size == 0 && digest_eq(&head->root, &empty))
        return true;
    for (unsigned i = 0; i < m->tree_count; i++)
        if (m->tree[i].size == head->size && digest_eq(&m->tree[i].root, &head->root))
            return true;
    for (unsigned i = 0; i < m->note_count; i++)
        if (m->note[i].authority.anchor_size == head->size &&
            digest_eq(&m->note[i].authority.anchor_root, &head->root))
            return true;
    return false;
}

static void honest_head(struct station *s, const struct log_record *record, const struct member *m) {
    const struct head *head = &record->head;
    struct last *before = &last[(size_t)s->number * scene.member_count + m->number];
    if (head->flags & (VIEW_DISPUTED | VIEW_CONTESTED))
        scene_wrong("an honest log is not accused", "%s shows %s with flags %u", s->name, m->name,
                    head->flags);
    if (!was_signed(m, head))
        scene_wrong("a head was signed", "%s shows %s at %llu, which nobody has signed", s->name, m->name,
                    (unsigned long long)head->size);
    /* Who was put back unawares may have forgotten a note, and gone on without it. */
    bool forgotten = m->set_back && head->epoch > before->epoch;
    if (before->any && !forgotten && (head->epoch < before->epoch || head->size < before->size))
        scene_wrong("I2 honest logs only grow", "%s goes back with %s from epoch %llu, %llu to %llu, %llu",
                    s->name, m->name, (unsigned long long)before->epoch, (unsigned long long)before->size,
                    (unsigned long long)head->epoch, (unsigned long long)head->size);
    *before = (struct last){true, s->life, head->epoch, head->size};
}

static bool is_committed(struct bytes leaf, unsigned class) {
    bool has[PART_CLASSES];
    struct digest commitment[PART_CLASSES];
    leaf_parts(leaf, has, commitment);
    return has[class];
}

/* Commitments by their definition; a members' part is nowhere but at members. */
static void parts_fit(struct station *s, struct txn *t, const struct log_record *record) {
    struct entry_cursor c = {.leaf = {.index = 0}};
    static const char domain[] = "comity/part/v1";
    for (uint64_t at = 0; logs_entry_next(t, record->id, true, &c); at++)
        for (unsigned class = 0; class < PART_CLASSES; class ++) {
            const struct part *part = &c.entry.part[class];
            uint8_t byte = (uint8_t) class;
            if (s->bruised)
                continue;
            if (part->state == PART_NONE && is_committed(c.entry.leaf, class))
                scene_wrong("a part is what its leaf commits to", "%s, log %s, entry %llu: it has none",
                            s->name, member_name(record->id), (unsigned long long)at);
            if (part->state == PART_WITHHELD && (class == PART_PUBLIC || !s->partial) &&
                at < record->whole[class])
                scene_wrong("what is lacking is known to be",
                            "%s, log %s, entry %llu, class %u: whole up to %llu of %llu", s->name,
                            member_name(record->id), (unsigned long long)at, class,
                            (unsigned long long)record->whole[class], (unsigned long long)record->held);
            if (part->state != PART_HELD)
                continue;
            struct bytes piece[] = {{(const uint8_t *)domain, sizeof domain}, {&byte, 1}, part->salted};
            struct digest commitment = digest_pieces(piece, 3);
            if (!memmem(c.entry.leaf.ptr, c.entry.leaf.len, commitment.b, DIGEST_LEN))
                scene_wrong("a part is what its leaf commits to", "%s, log %s, entry %llu", s->name,
                            member_name(record->id), (unsigned long long)at);
            if (s->partial && class == PART_MEMBERS)
                scene_wrong("I8 no member-only byte at an observer", "%s, log %s, entry %llu", s->name,
                            member_name(record->id), (unsigned long long)at);
        }
    logs_entry_done(&c);
}

/* ---- any log: what is believed follows from what is held ---- */

static void view_follows(struct station *s, const struct log_record *record, const struct member *m,
                         struct creed *c) {
    struct dossier_view v = creed_view(c, m->number);
    const struct head *head = &record->head;
    uint64_t f = head->flags & VIEW_DISPUTED ? head->f : 0;
    if (v.size != head->size || !digest_eq(&v.root, &head->root) || v.flags != head->flags || v.f != f ||
        v.epoch != head->epoch || !digest_eq(&v.note, &record->note))
        scene_wrong(
            "the view follows from what is held",
            "%s shows %s in epoch %llu at %llu with flags %u, f %llu; it follows epoch %llu, %llu, %u, %llu",
            s->name, member_name(record->id), (unsigned long long)head->epoch, (unsigned long long)head->size,
            head->flags, (unsigned long long)f, (unsigned long long)v.epoch, (unsigned long long)v.size,
            v.flags, (unsigned long long)v.f);
}

/* Whoever shows a dispute has the evidence to give to others. */
static void can_prove(const struct station *s, struct txn *t, const struct log_record *record) {
    struct view_fork fork;
    struct bytes evidence;
    if (!forks_get(t, record->id, &record->note, &fork, &evidence) || fork.f != record->head.f)
        scene_wrong("I5 a fork is proven", "%s shows %s disputed at %llu, without evidence", s->name,
                    member_name(record->id), (unsigned long long)record->head.f);
}

/* With a creed, closely. */
static void look_at(struct station *s, const struct member *m, struct creed *c) {
    struct log_record record;
    struct txn t;
    struct disk *disk = disk_use(NULL);
    txn_begin(&t, s->store, false);
    if (logs_get(&t, m->id, &record)) {
        if (!m->villain && !m->may_fork)
            honest_head(s, &record, m);
        if (record.head.flags & VIEW_DISPUTED)
            can_prove(s, &t, &record);
        if (c && !m->villain && !m->may_fork)
            honest_leaves(s, &t, &record, m);
        if (!m->villain)
            watch_cosignatures(s, &t, &record, m);
        if (c) {
            view_follows(s, &record, m, c);
            parts_fit(s, &t, &record);
        }
    }
    txn_abort(&t);
    disk_use(disk);
}

void watch_commit(struct station *s, const uint8_t log[static LOG_ID_LEN]) {
    struct member *m = member_of(log);
    bool tricky = m && (m->villain || m->may_fork || m->epoch);
    bool closely = dice_chance(&scene.dice.watch, tricky ? 500 : 100);
    if (m && !s->tainted) {
        struct creed *c = closely ? creed_new(s, NULL) : NULL;
        look_at(s, m, c);
        creed_free(c);
    }
    if (s->waiting > COMMITTER_QUEUE_MAX)
        scene_wrong("I7 bounds", "%u packages wait at %s", s->waiting, s->name);
}

void watch_logs(struct station *s, struct creed *c) {
    for (unsigned i = 0; i < scene.member_count; i++)
        look_at(s, &scene.member[i], c);
}

/* ---- starting ---- */

void watch_started(struct station *s) {
    struct member *m = s->member;
    struct log_record record;
    struct bytes leaf;
    struct txn t;
    if (!m || m->home != s->number || m->villain || m->may_fork || m->set_back || s->tainted ||
        !m->acked.size)
        return;
    txn_begin(&t, s->store, false);
    if (!logs_get(&t, m->id, &record) || record.head.size < m->acked.size)
        scene_wrong("I4 what is acknowledged survives", "%s was told of %llu entries and has %llu", m->name,
                    (unsigned long long)m->acked.size, (unsigned long long)record.head.size);
    for (uint64_t i = 0; i < m->acked.size; i++) {
        struct digest hash = {{0}};
        if (logs_leaf(&t, m->id, i, &leaf) == ERR_OK)
            hash = rfc_leaf(leaf);
        if (!digest_eq(&hash, &m->acked.leaf[i]))
            scene_wrong("I4 what is acknowledged survives", "%s: entry %llu is another", m->name,
                        (unsigned long long)i);
    }
    txn_abort(&t);
}

/* ---- frames ---- */

/* Whoever is refused waits longer each time: nobody asks for one log without end. */
static void asked(const struct station *from, const struct frame *frame) {
    static struct {
        uint64_t minute;
        unsigned count;
        uint64_t from; /* how far it has asked */
    } asks[STATIONS_MAX][32], *a;
    struct message m;
    const struct member *log;
    if (frame->len > 256 || message_decode((struct bytes){frame->data, frame->len}, &m) ||
        (m.kind != MESSAGE_FETCH && m.kind != MESSAGE_PARTS) ||
        (log = member_of(m.kind == MESSAGE_FETCH ? m.fetch.log : m.parts.log)) == NULL || log->number >= 32)
        return;
    a = &asks[from->number][log->number];
    if (a->minute != scene.now_ms / 60000) {
        a->minute = scene.now_ms / 60000;
        a->from = a->count = 0;
    }
    bool goes_on = m.kind == MESSAGE_FETCH && m.fetch.from > a->from; /* entries may come one by one */
    if (m.kind == MESSAGE_FETCH)
        a->from = m.fetch.from > a->from ? m.fetch.from : a->from;
    a->count += !goes_on;
    if (a->count > ASKED_MOST)
        scene_wrong("nobody asks without end", "%s has asked %u times for %s within a minute", from->name,
                    a->count, log->name);
}

void watch_frame(const struct station *from, const struct station *to, const struct frame *frame) {
    if (frame->len > FRAME_MAX)
        scene_wrong("I7 bounds", "%s sends a frame of %zu bytes", from->name, frame->len);
    if (watch_is_sound(from))
        asked(from, frame);
    if (!watch_is_sound(from) || !to->partial)
        return;
    if (memmem(frame->data, frame->len, desk_canary, sizeof desk_canary))
        scene_wrong("I8 no member-only byte on an observer's link", "%s to %s", from->name, to->name);
}

/* Honest nodes speak the protocol, so none ends a link with another but for silence. */
void watch_close(const struct station *s, const struct station *other, enum err why) {
    if (watch_is_sound(s) && watch_is_sound(other) && why != ERR_LATE && why != ERR_MEMORY)
        scene_wrong("honest nodes understand each other", "%s ends its link to %s: %s", s->name, other->name,
                    err_text(why));
}

static bool is_ours(enum err err) {
    return err == ERR_DISK_FULL || err == ERR_IO || err == ERR_BUSY || err == ERR_CORRUPT ||
           err == ERR_NOT_FOUND;
}

/* On the way to an anchor of a log with two histories, what another gives may be of the one that is left. */
static bool is_forked_in_epochs(const struct member *m) {
    for (unsigned i = 0; m->villain && i < m->branch_count; i++)
        if (m->branch[i].later_count)
            return true;
    return m->may_fork && m->epoch;
}

/* Whatever the State has signed, one history or more: the gate has no quarrel with who passes it on. */
void watch_refused(const struct station *s, const struct station *other, const struct committer_job *job) {
    const struct member *m = member_of(job->log);
    if (job->err && !is_ours(job->err))
        watch_wire_refused(s, other, job->log);
    if (!m || !watch_is_sound(s) || !watch_is_sound(other) || is_ours(job->err) || is_forked_in_epochs(m))
        return;
    if (!job->err && other->bruised)
        return;
    scene_wrong("honest nodes give what is good", "%s refuses what %s gave of %s: %s", s->name, other->name,
                m->name, err_text(job->err ? job->err : job->wrong.why));
}
