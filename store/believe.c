#include "store/believe.h"

#include <string.h>

#include "store/branch.h"
#include "store/changes.h"
#include "store/directory.h"
#include "store/facts.h"
#include "store/forks.h"
#include "store/lacking.h"
#include "store/records.h"
#include "store/roster.h"

#define HEIRS_MAX 16 /* steps of a succession that are followed */

static bool holds(const struct facts *f, uint32_t branch, uint64_t size, const struct digest *root) {
    struct digest found;
    return f->x.root(f->x.context, branch, size, &found) && digest_eq(&found, root);
}

/* The log's own leaves are those that the view is of. */
static void branch_choose(struct txn *t, struct log_record *record, const struct facts *f,
                          const struct view *view) {
    if (view->branch == 1 && !holds(f, 0, view->size, &view->root))
        branch_swap(t, record);
}

/* What the view is of may be signed in the second branch alone, though the log's own leaves are the same: the
 * signature must not go with that branch. */
static void candidate_keep(struct txn *t, struct log_record *record, const struct facts *f,
                           const struct view *view) {
    struct slot slot;
    if (record->has_side && !(view->flags & VIEW_DISPUTED) && slot_get(t, record->id, SLOT_SIDE, &slot) &&
        slot.size == view->size && digest_eq(&slot.root, &view->root) &&
        digest_eq(&slot.note, &f->note[view->note].hash))
        slot_put(t, record->id, SLOT_HEAD, &slot);
}

/* A new epoch stands: what the one before has left beyond its anchor is void, but not what has come on the
 * way to a target of this one. */
static void epoch_begin(struct txn *t, struct log_record *record, const struct facts *f,
                        const struct view *view) {
    struct slot slot;
    branch_drop(t, record);
    if (!record->target || !slot_get(t, record->id, SLOT_TARGET, &slot) ||
        !digest_eq(&slot.note, &f->note[view->note].hash))
        branch_cut(t, record, view->size);
}

/* Whether the second branch holds an anchor.  Read anew: the branches may just have been swapped. */
static bool side_holds(struct txn *t, const struct log_record *record, const struct view_note *note) {
    struct tree_reader tree = tree_of_side(t, record);
    struct digest root;
    return record->side_held >= note->anchor_size &&
           merkle_root(&root, note->anchor_size, logs_lookup, &tree) == ERR_OK &&
           digest_eq(&root, &note->anchor_root);
}

/* The leaves of the last anchor are not on the log's own branch, nor on a second one that is as long, of a
 * fork, say: they are fetched again from the anchor that is held, beside what this node goes on to show.  A
 * fork that only the second branch shows is not given up; but what does not go on from that anchor, the other
 * history of an epoch that is over, leads nowhere. */
static void anchor_seek(struct txn *t, struct log_record *record, const struct facts *f,
                        const struct view *view) {
    uint64_t held = record->has_side ? record->side_held : record->held;
    struct view_fork fork;
    struct bytes evidence;
    bool proven =
        !(view->flags & VIEW_DISPUTED) ||
        (forks_get(t, record->id, &f->note[view->note].hash, &fork, &evidence) && fork.f == view->f);
    bool going = record->has_side && record->target > held; /* in pieces, beyond the anchor's size */
    bool ended = held >= f->note[view->end].anchor_size && !going && (!record->has_side || proven);
    if (ended || (record->has_side && !side_holds(t, record, &f->note[view->note])))
        branch_begin(t, record, f->note[view->note].anchor_size);
}

/* A fork: the second branch is for the other history, from where they part. */
static void variant_seek(struct txn *t, struct log_record *record, const struct view *view) {
    if (!record->has_side || (record->side_base != view->f && record->held > view->f))
        branch_begin(t, record, view->f);
}

static void target_review(struct txn *t, struct log_record *record, const struct facts *f,
                          const struct view *view) {
    struct slot slot;
    if (!record->target)
        return;
    bool stays = view->flags & VIEW_CONTESTED && view->note == view->end; /* at its anchor, whatever comes */
    bool stands =
        !stays && slot_get(t, record->id, SLOT_TARGET, &slot) && slot.size > record->head.size &&
        (digest_eq(&slot.note, &f->note[view->note].hash) || digest_eq(&slot.note, &f->note[view->end].hash));
    if (!stands) {
        slot_drop(t, record->id, SLOT_TARGET);
        record->target = 0;
    }
}

/* True if what peers are told has changed. */
static bool head_set(struct log_record *record, const struct facts *f, const struct view *view) {
    struct head head = record->head;
    head.epoch = view->epoch;
    head.size = view->size;
    head.root = view->root;
    head.flags = view->flags | (view_has_voids(&f->x) ? VIEW_VOIDS : 0);
    head.f = view->f;
    uint32_t told = view->flags & VIEW_INCOMPLETE ? view->end : view->note;
    memcpy(head.note, f->note[told].hash.b, NOTE_TAG_LEN);
    bool moved = !head_same(&head, &record->head);
    record->head = head;
    record->note = f->note[view->note].hash;
    record->epoch = f->note[view->end].epoch;
    record->end = f->note[view->end].hash;
    return moved;
}

/* What is believed stands in the directory: leaves that came on the way to a larger target may be all that a
 * smaller one, an anchor or a fork asks for. */
static void directory_cover(struct txn *t, struct log_record *record) {
    if (record->head.size <= record->noted)
        return;
    directory_note(t, record->id, record->noted, record->held);
    record->noted = record->held;
}

/* Words are read in base views: where one moves that holds any, or has held any, all logs are to be believed
 * anew. */
static void base_set(struct txn *t, struct log_record *record, uint64_t base, bool spoke) {
    if (base != record->base && (spoke || directory_speaks(t, record->id)))
        t->words = true;
    record->base = base;
}

static void believe(struct txn *t, struct log_record *record, struct facts *f, uint64_t now_s) {
    facts_load(t, record, f);
    if (t->err)
        return;
    struct view view = view_of(&f->x, false);
    uint64_t base = view_of(&f->x, true).size;
    bool complete = !(view.flags & (VIEW_INCOMPLETE | VIEW_CONTESTED));
    bool later = view.epoch > record->head.epoch || !digest_eq(&f->note[view.note].hash, &record->note);
    bool spoke = base < record->base && directory_speaks(t, record->id);
    branch_choose(t, record, f, &view);
    candidate_keep(t, record, f, &view);
    if (complete && later && record->seq)
        epoch_begin(t, record, f, &view);
    else if (view.flags & VIEW_INCOMPLETE)
        anchor_seek(t, record, f, &view);
    else if (view.flags & VIEW_DISPUTED)
        variant_seek(t, record, &view);
    if (view.size < record->head.size)
        lacking_return(t, record, view.size);
    if (head_set(record, f, &view)) {
        record->moved = now_s;
        changes_move(t, record);
    }
    directory_cover(t, record);
    target_review(t, record, f, &view);
    base_set(t, record, base, spoke);
    record->admitted = f->note[0].endorsed;
    record->has_heir = facts_heir(t, record, f, record->heir);
}

void believe_log(struct txn *t, struct log_record *record, uint64_t now_s) {
    struct facts facts;
    believe(t, record, &facts, now_s);
    if (!t->err)
        record_put(t, record);
}

/* Where a base view moves, logs that stand before it have been believed by words as they were.  Base views do
 * not depend on words, so once more is enough. */
void believe_all(struct txn *t, uint64_t now_s) {
    bool again = true;
    for (unsigned turn = 0; again && turn < 2; turn++) {
        struct log_record record = {.seq = 0};
        t->words = false;
        while (logs_next(t, &record))
            believe_log(t, &record, now_s);
        again = t->words;
    }
    t->words = false;
}

enum err believe_require(struct store *store, unsigned k, uint64_t now_s) {
    struct txn t;
    txn_begin(&t, store, false);
    bool same = roster_endorsements(&t) == k;
    enum err err = t.err;
    txn_abort(&t);
    if (err || same)
        return err;
    txn_begin(&t, store, true);
    roster_endorsements_set(&t, k);
    believe_all(&t, now_s);
    return txn_commit(&t);
}

unsigned believe_voids(struct txn *t, const struct log_record *record) {
    struct facts facts;
    unsigned count = 0;
    facts_load(t, record, &facts);
    for (uint32_t i = 0; !t->err && i < facts.x.note_count; i++)
        count += view_is_void(&facts.x, i);
    return count;
}

/* ---- who is followed ---- */

static unsigned code_place(const char *code) {
    return (unsigned)(code[0] - 'a') * 26 + (unsigned)(code[1] - 'a');
}

void believe_following(struct txn *t, struct following *ret) {
    struct log_record record = {.seq = 0};
    struct pin pin = {.origin = ""};
    memset(ret, 0, sizeof *ret);
    while (roster_next(t, &pin)) {
        char network[NETWORK_MAX + 1], code[CODE_LEN + 1];
        if (!origin_check(bytes_str(pin.origin), network, code))
            ret->code[code_place(code)].pinned = true;
    }
    while (logs_next(t, &record)) {
        struct following_code *code = &ret->code[code_place(record.code)];
        code->admitted += record.admitted && code->admitted < 2;
        code->has_heir = code->has_heir || record.has_heir;
    }
}

/* The logs that a State's words lead to from one on, step by step, and the last of them (trust.h). */
struct line {
    uint32_t count, last;
    struct log_record log[HEIRS_MAX];
};

static void line_of(struct txn *t, const struct log_record *record, struct line *ret) {
    uint32_t next[HEIRS_MAX];
    ret->log[0] = *record;
    ret->count = 1;
    for (uint32_t at = 0; at < ret->count; at++) {
        struct log_record *log = &ret->log[at], *heir = &ret->log[ret->count];
        next[at] = VIEW_NONE;
        for (uint32_t i = 0; log->has_heir && i < ret->count; i++)
            if (memcmp(ret->log[i].id, log->heir, LOG_ID_LEN) == 0)
                next[at] = i;
        if (log->has_heir && next[at] == VIEW_NONE && ret->count < HEIRS_MAX &&
            logs_get(t, log->heir, heir) && strcmp(heir->code, record->code) == 0)
            next[at] = ret->count++;
    }
    ret->last = trust_follow(0, next, ret->count);
}

/* Whether the log of this State that is trusted leads here: where one is pinned, no other. */
static bool is_heir(struct txn *t, const struct log_record *record, bool pinned) {
    struct log_record from = {.seq = 0};
    struct line line;
    while (logs_next(t, &from)) {
        struct pin pin;
        bool trusted = roster_get(t, from.origin, &pin) ? !pin.hold : from.admitted && !pinned;
        if (!trusted || !from.has_heir || strcmp(from.code, record->code) != 0)
            continue;
        line_of(t, &from, &line);
        for (uint32_t i = 1; line.last > 0 && i < line.count; i++)
            if (memcmp(line.log[i].id, record->id, LOG_ID_LEN) == 0)
                return true;
    }
    return false;
}

bool believe_follows_in(struct txn *t, const struct log_record *record, const struct following *f) {
    const struct following_code *code = &f->code[code_place(record->code)];
    struct pin pin;
    if (roster_get(t, record->origin, &pin))
        return !pin.hold;
    bool rivalled = code->pinned || code->admitted > record->admitted; /* by another log of its code */
    return (record->admitted && !rivalled) || (code->has_heir && is_heir(t, record, code->pinned));
}

bool believe_follows(struct txn *t, const struct log_record *record) {
    struct following following;
    struct pin pin;
    if (roster_get(t, record->origin, &pin))
        return !pin.hold;
    believe_following(t, &following);
    return believe_follows_in(t, record, &following);
}

bool believe_carries(struct txn *t, const struct log_record *record) {
    return record->seq > 0 && believe_follows(t, record);
}

bool believe_shows(struct txn *t, const struct log_record *record) {
    struct line line;
    if (!believe_carries(t, record))
        return false;
    if (!record->has_heir)
        return true;
    line_of(t, record, &line);
    return line.last == 0;
}
