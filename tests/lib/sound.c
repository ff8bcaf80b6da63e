#include "tests/lib/sound.h"

#include <stdio.h>
#include <string.h>

#include "proto/chain.h"
#include "proto/evidence.h"
#include "store/branch.h"
#include "store/directory.h"
#include "store/facts.h"
#include "store/forks.h"
#include "store/records.h"

struct sound {
    struct txn *t;
    const struct log_record *record;
    struct facts facts;
    char *why;
};

static bool wrong(struct sound *s, const char *what, uint64_t at) {
    const struct log_record *r = s->record;
    const unsigned long long n[] = {at,       r->head.epoch, r->head.size, r->epoch,     r->held,
                                    r->noted, r->target,     r->base,      r->side_base, r->side_held};
    snprintf(s->why, SOUND_TEXT,
             "%s: %s at %llu; view of epoch %llu, size %llu, flags %x; chain to %llu, held %llu, noted %llu, "
             "target %llu, base %llu, %s branch %llu to %llu",
             r->origin, what, n[0], n[1], n[2], r->head.flags, n[3], n[4], n[5], n[6], n[7],
             r->has_side ? "second" : "no", n[8], n[9]);
    return false;
}

/* ---- notes ---- */

static bool note_read(struct sound *s, uint32_t at, struct package_note *ret, struct authority *ret_a) {
    const struct view_note *kept = &s->facts.note[at];
    return notes_get(s->t, s->record->id, kept->epoch, &kept->hash, ret) &&
           !authority_parse(ret->text, ret_a) && digest_eq(&ret_a->hash, &kept->hash) &&
           ret_a->epoch == kept->epoch && ret_a->anchor_size == kept->anchor_size &&
           digest_eq(&ret_a->anchor_root, &kept->anchor_root) && ret_a->max == kept->max;
}

/* The note is one that its parents allow. */
static bool note_follows(struct sound *s, uint32_t at) {
    static struct authority chain[EPOCHS_MAX];
    struct package_note note, parent;
    struct authority a;
    char origin[ORIGIN_MAX + 1];
    if (!note_read(s, at, &note, &a))
        return false;
    if (s->facts.note[at].parent == VIEW_NONE) {
        authority_origin(&a, origin);
        return !strcmp(origin, s->record->origin) &&
               !authority_check_first(&a, note.text, note.signature, note.count);
    }
    for (uint32_t up = s->facts.note[at].parent; up != VIEW_NONE; up = s->facts.note[up].parent)
        if (!note_read(s, up, &parent, &chain[s->facts.note[up].epoch]))
            return false;
    return !chain_check_next(chain, (unsigned)a.epoch, &a, note.text, note.signature, note.count,
                             &note.proof);
}

/* ---- leaves ---- */

static bool parts_fit(const struct entry *e) {
    bool has[PART_CLASSES];
    struct digest commitment[PART_CLASSES];
    leaf_parts(e->leaf, has, commitment);
    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        const struct part *part = &e->part[class];
        if (has[class] == (part->state == PART_NONE))
            return false;
        if (part->state == PART_HELD &&
            part_verify((enum part_class) class, part->salted, &commitment[class]))
            return false;
    }
    return true;
}

/* A place at which the root is known from elsewhere. */
struct mark {
    const char *what;
    uint64_t size;
    struct digest root;
};

static bool marks_fit(struct sound *s, const struct frontier *edge, const struct mark *mark, unsigned count) {
    struct digest root = frontier_root(edge);
    for (unsigned i = 0; i < count; i++)
        if (mark[i].size == edge->size && !digest_eq(&mark[i].root, &root))
            return wrong(s, mark[i].what, edge->size);
    return true;
}

/* Grow the tree of the leaves under an id from what edge holds, up to held. */
static bool leaves_fit(struct sound *s, const uint8_t *id, uint64_t held, const struct mark *mark,
                       unsigned marks, struct frontier *edge, uint64_t base, struct frontier *ret_at_base) {
    struct entry_cursor c = {.leaf = {.index = edge->size}};
    bool fit = marks_fit(s, edge, mark, marks);
    if (ret_at_base && edge->size == base)
        *ret_at_base = *edge;
    while (fit && logs_entry_next(s->t, id, true, &c)) {
        if (c.leaf.index != edge->size || leaf_check(c.entry.leaf) || !parts_fit(&c.entry))
            fit = wrong(s, "a leaf or its parts", c.leaf.index);
        struct digest hash = digest_leaf(c.entry.leaf);
        frontier_add(edge, &hash);
        fit = fit && marks_fit(s, edge, mark, marks);
        if (ret_at_base && edge->size == base)
            *ret_at_base = *edge;
    }
    logs_entry_done(&c);
    return fit && (edge->size == held || wrong(s, "the leaves end too early or too late", edge->size));
}

static bool edge_fits(struct sound *s, bool side, const struct frontier *edge, struct tree_reader *tree) {
    struct frontier kept;
    struct digest root = frontier_root(edge), found;
    logs_frontier(s->t, s->record, side, &kept);
    found = frontier_root(&kept);
    if (kept.size != edge->size || !digest_eq(&found, &root))
        return wrong(s, "the frontier", kept.size);
    if (merkle_root(&found, edge->size, logs_lookup, tree) || !digest_eq(&found, &root))
        return wrong(s, "the tiles", edge->size);
    return true;
}

static bool trees_fit(struct sound *s) {
    const struct log_record *r = s->record;
    struct mark mark[2] = {{"the head's root", r->head.size, r->head.root},
                           {"the candidate's root", 0, {{0}}}};
    struct frontier edge, base = {.size = 0};
    struct slot slot;
    unsigned marks = 1;
    uint8_t id[LOG_ID_LEN];
    struct tree_reader tree = tree_of(s->t, r), side = tree_of_side(s->t, r);
    /* One of an epoch that is over stays behind, and has no say; nor has one whose leaves were cut. */
    if (slot_get(s->t, r->id, SLOT_HEAD, &slot) && digest_eq(&slot.note, &r->note) && slot.size <= r->held)
        mark[marks++] = (struct mark){"the candidate's root", slot.size, slot.root};
    if (r->head.size > r->noted || r->noted > r->held)
        return wrong(s, "the head is past what is held", r->head.size);
    frontier_init(&edge);
    if (!leaves_fit(s, r->id, r->held, mark, marks, &edge, r->side_base, &base) ||
        !edge_fits(s, false, &edge, &tree))
        return false;
    if (!r->has_side)
        return true;
    branch_id(r->id, id);
    if (base.size != r->side_base)
        return wrong(s, "the second branch begins nowhere", r->side_base);
    marks = slot_get(s->t, r->id, SLOT_SIDE, &slot) && digest_eq(&slot.note, &r->note);
    mark[0] = (struct mark){"the second candidate's root", slot.size, slot.root};
    return leaves_fit(s, id, r->side_held, mark, marks, &base, 0, NULL) && edge_fits(s, true, &base, &side);
}

/* ---- what is signed ---- */

static bool slot_fits(struct sound *s, enum checkpoint_slot at) {
    struct package_note note;
    struct authority a;
    struct slot slot;
    if (!slot_get(s->t, s->record->id, at, &slot))
        return true;
    uint32_t of = facts_note(&s->facts, &slot.note);
    struct checkpoint c = {.size = slot.size, .root = slot.root};
    memcpy(c.origin, s->record->origin, sizeof c.origin);
    bool fit = of != VIEW_NONE && note_read(s, of, &note, &a) && slot.signature_count > 0;
    for (unsigned i = 0; fit && i < slot.signature_count; i++)
        fit =
            authority_has_operator(&a, &slot.signature[i].key) && !checkpoint_verify(&c, &slot.signature[i]);
    return fit || wrong(s, "a signed tree", at);
}

static bool evidence_fits(struct sound *s, uint32_t of) {
    struct package_note note;
    struct authority a;
    struct evidence e;
    struct view_fork fork;
    struct bytes bytes;
    if (!forks_get(s->t, s->record->id, &s->facts.note[of].hash, &fork, &bytes))
        return true;
    return (note_read(s, of, &note, &a) && !evidence_read(bytes, &e) &&
            !evidence_check(&e, s->record->origin, &a) && e.f == fork.f &&
            digest_eq(&e.root_f, &fork.root)) ||
           wrong(s, "evidence", fork.f);
}

static bool cosignatures_fit(struct sound *s) {
    struct checkpoint_signature sig[SIGNATURES_MAX + COSIGNATURES_MAX];
    struct checkpoint c = {.size = 0};
    unsigned count = 0;
    bool fit = true;
    logs_checkpoint(s->t, s->record, &c, sig, SIGNATURES_MAX + COSIGNATURES_MAX, &count);
    for (unsigned i = 0; fit && i < count; i++)
        fit = !sig[i].time || !checkpoint_verify_cosignature(&c, &sig[i]); /* the others: slot_fits() */
    if (count)
        fit = fit && c.size == s->record->head.size && digest_eq(&c.root, &s->record->head.root);
    return fit || wrong(s, "the checkpoint", c.size);
}

/* ---- what follows from them ---- */

static bool head_fits(struct sound *s) {
    const struct head *head = &s->record->head;
    struct view view = view_of(&s->facts.x, false), base = view_of(&s->facts.x, true);
    unsigned flags = view.flags | (view_has_voids(&s->facts.x) ? VIEW_VOIDS : 0);
    if (view.size != head->size || view.epoch != head->epoch || flags != head->flags || view.f != head->f ||
        !digest_eq(&view.root, &head->root))
        return wrong(s, "the head is not what the rule gives", view.size);
    if (base.size != s->record->base || base.size > view.size)
        return wrong(s, "the base view", base.size);
    return true;
}

static bool rows_fit(struct sound *s, const uint8_t *id, uint64_t from, uint64_t to) {
    uint64_t at = 0, rows = 0;
    if (!directory_check(s->t, id, from, to, &at, &rows))
        return wrong(s, "the directory's row of an entry", at);
    if (rows != directory_rows(s->t, id))
        return wrong(s, "rows of no entry", directory_rows(s->t, id));
    return true;
}

static bool directory_fits(struct sound *s) {
    const struct log_record *r = s->record;
    uint8_t id[LOG_ID_LEN];
    branch_id(r->id, id);
    return rows_fit(s, r->id, 0, r->noted) && rows_fit(s, id, r->side_base, r->side_noted);
}

static bool log_fits(struct sound *s) {
    facts_load(s->t, s->record, &s->facts);
    if (s->t->err)
        return wrong(s, "it cannot be read", s->t->err);
    for (uint32_t i = 0; i < s->facts.x.note_count; i++)
        if (!note_follows(s, i))
            return wrong(s, "an authority note", s->facts.note[i].epoch);
        else if (!evidence_fits(s, i))
            return false;
    for (unsigned at = SLOT_HEAD; at <= SLOT_RIVAL; at++)
        if (!slot_fits(s, (enum checkpoint_slot)at))
            return false;
    return trees_fit(s) && cosignatures_fit(s) && head_fits(s) && directory_fits(s);
}

bool sound_store(struct txn *t, char ret_why[static SOUND_TEXT]) {
    static struct sound s;
    struct log_record record = {.seq = 0};
    bool fit = true;
    s.t = t;
    s.record = &record;
    s.why = ret_why;
    *ret_why = '\0';
    while (fit && logs_next(t, &record))
        fit = log_fits(&s);
    return fit && (!t->err || wrong(&s, "the store cannot be read", t->err));
}
