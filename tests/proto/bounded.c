#include "tests/proto/bounded.h"

#include <assert.h>
#include <string.h>

#include "proto/keep.h"
#include "tests/proto/naive.h"

#define BRANCHES 2

void bounded_init(struct bounded *n, const struct history *h, const struct history_trust *trust) {
    n->h = h;
    n->trust = *trust;
    memset(&n->peers, 0, sizeof n->peers);
    memset(n->named, 0, sizeof n->named);
    belief_init(&n->kept, h);
    belief_compute(&n->kept, trust);
}

/* --- notes ------------------------------------------------------------------------------------------- */

static void take_note(struct bounded *n, uint32_t note) {
    const struct history_note *a = &n->h->note[note];
    struct belief_log *l = &n->kept.log[a->log];
    uint32_t parent = belief_find(l, a->parent);
    if (!naive_valid(n->h, note) || belief_find(l, note) != VIEW_NONE ||
        (a->parent != HISTORY_NONE && parent == VIEW_NONE))
        return;
    if (a->parent == HISTORY_NONE || keep_note(&l->facts, parent, n->named[note])) {
        uint32_t place = belief_add_note(l, note);
        if (n->trust.trusted[a->log] == note)
            l->facts.trusted = place;
    }
}

static void name(struct bounded *n, uint32_t note) {
    for (; note != HISTORY_NONE; note = n->h->note[note].parent)
        n->named[note] = true;
}

static bool is_named(const struct bounded *n, uint32_t note, const struct trust_word *word) {
    return note != HISTORY_NONE && digest_eq(&n->h->note[note].hash, &word->note);
}

/* The notes that words name; with a succession, those that follow the last one too, for they are a veto. */
static void name_all(struct bounded *n, const struct trust_word *word, uint32_t count, bool succession) {
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t note = 0; !word[i].hold && note < n->h->note_count; note++)
            if (is_named(n, note, &word[i]) || (succession && is_named(n, n->h->note[note].parent, &word[i])))
                name(n, note);
}

/* --- leaves ------------------------------------------------------------------------------------------ */

static bool begins(const struct history *h, uint32_t a, uint32_t b, uint64_t size) {
    return size == 0 || (a != HISTORY_NONE && b != HISTORY_NONE && history_common(h, a, b, size) == size);
}

/* Whether a peer can give the first leaves of a tree. */
static bool is_given(const struct bounded *n, uint32_t tree, uint64_t size) {
    for (uint32_t i = 0; tree != HISTORY_NONE && i < n->h->tree_count; i++)
        if (n->h->tree[i].log == n->h->tree[tree].log && n->peers.held[i] >= size &&
            begins(n->h, i, tree, size))
            return true;
    return false;
}

static bool on_branch(const struct belief_log *l, uint32_t branch, uint64_t size, const struct digest *root) {
    struct digest found;
    return l->facts.root(l->facts.context, branch, size, &found) && digest_eq(&found, root);
}

static bool is_held(const struct belief_log *l, const struct view_candidate *c) {
    for (uint32_t branch = 0; branch < l->facts.branch_count; branch++)
        if (on_branch(l, branch, c->size, &c->root))
            return true;
    return false;
}

/* Candidates go with their leaves. */
static void purge(struct belief_log *l) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < l->facts.candidate_count; i++)
        if (is_held(l, &l->candidate[i]))
            l->candidate[count++] = l->candidate[i];
    l->facts.candidate_count = count;
}

/* Hold the first leaves of a tree: on the branch that they extend, or as the second branch.  The branch with
 * the view stays. */
static void bring(struct belief_log *l, uint32_t tree, uint64_t size) {
    for (uint32_t b = 0; b < l->facts.branch_count; b++) {
        uint64_t len = l->branch[b].len, least = len < size ? len : size;
        if (!begins(l->h, l->branch[b].tree, tree, least))
            continue;
        if (size > len)
            l->branch[b] = (struct belief_branch){tree, size};
        return;
    }
    uint32_t other = 1;
    if (l->facts.branch_count < BRANCHES)
        l->facts.branch_count++;
    else
        other = view_of(&l->facts, false).branch == 1 ? 0 : 1;
    l->branch[other] = (struct belief_branch){tree, size};
    purge(l);
}

/* --- forks and candidates ---------------------------------------------------------------------------- */

static void set_fork(struct belief_log *l, const struct view_fork *fork) {
    uint32_t i = 0;
    while (i < l->facts.fork_count && l->fork[i].note != fork->note)
        i++;
    l->fork[i] = *fork;
    if (i == l->facts.fork_count)
        l->facts.fork_count++;
}

static bool is_covered(const struct belief_log *l, const struct view_candidate *old,
                       const struct view_candidate *c) {
    for (uint32_t b = 0; b < l->facts.branch_count; b++)
        if (old->note == c->note && on_branch(l, b, c->size, &c->root) &&
            on_branch(l, b, old->size, &old->root))
            return true;
    return false;
}

/* One on a branch: it takes the place of a smaller one on the same branch or, if there is no room, of one of
 * another note. */
static void set_candidate(struct belief_log *l, const struct view_candidate *c) {
    uint32_t count = 0, others = 0;
    for (uint32_t i = 0; i < l->facts.candidate_count; i++)
        if (!is_covered(l, &l->candidate[i], c))
            l->candidate[count++] = l->candidate[i];
    while (others < count && l->candidate[others].note == c->note)
        others++;
    if (count == BRANCHES) {
        assert(others < count);
        l->candidate[others] = l->candidate[--count];
    }
    l->candidate[count++] = *c;
    l->facts.candidate_count = count;
}

/* Of the leaves on a branch, how many have been signed for this note. */
static uint64_t signed_of(const struct belief_log *l, uint32_t note, uint32_t branch) {
    const struct view_facts *x = &l->facts;
    uint64_t most = 0;
    if (!on_branch(l, branch, l->note[note].anchor_size, &l->note[note].anchor_root))
        return 0;
    for (uint32_t i = 0; i < x->candidate_count; i++)
        if (x->candidate[i].note == note && x->candidate[i].size > most &&
            on_branch(l, branch, x->candidate[i].size, &x->candidate[i].root))
            most = x->candidate[i].size;
    for (uint32_t i = 0; i < x->fork_count; i++)
        if (x->fork[i].note == note && x->fork[i].f > most &&
            on_branch(l, branch, x->fork[i].f, &x->fork[i].root))
            most = x->fork[i].f;
    return most;
}

/* Find where a tree that is signed for a note parts from what is held and signed for it. */
static bool locate(struct belief_log *l, uint32_t note, uint32_t tree, uint64_t size) {
    bool found = false;
    for (uint32_t b = 0; b < l->facts.branch_count; b++) {
        uint64_t least = signed_of(l, note, b);
        if (least == 0)
            continue;
        least = least < size ? least : size;
        uint64_t f = history_common(l->h, tree, l->branch[b].tree, least);
        if (f == least)
            continue;
        struct view_fork fork = {note, f, l->h->tree[tree].root[f]};
        if (keep_fork(&l->facts, &fork) == KEEP_TAKE)
            set_fork(l, &fork);
        found = true;
    }
    return found;
}

/* Leaves that were signed for the note, from peers: true if they are held afterwards, and no fork was found.
 */
static bool fetch(struct bounded *n, struct belief_log *l, uint32_t note, uint32_t tree, uint64_t size) {
    const struct history_note *a = &n->h->note[l->place[note]];
    if (!is_given(n, tree, size) || !begins(n->h, tree, a->anchor_tree, a->anchor_size) ||
        locate(l, note, tree, size))
        return false;
    bring(l, tree, size);
    return true;
}

static void take_candidate(struct bounded *n, struct belief_log *l, const struct view_candidate *c,
                           uint32_t tree) {
    enum keep keep = keep_candidate(&l->facts, c);
    if ((keep == KEEP_FETCH || keep == KEEP_LOCATE) && fetch(n, l, c->note, tree, c->size))
        keep = keep_candidate(&l->facts, c);
    if (keep == KEEP_TAKE)
        set_candidate(l, c);
}

static void take_fork(struct bounded *n, struct belief_log *l, const struct view_fork *fork, uint32_t tree,
                      bool needed) {
    enum keep keep = keep_fork(&l->facts, fork);
    if ((keep == KEEP_FETCH || keep == KEEP_LOCATE) && needed && fetch(n, l, fork->note, tree, fork->f))
        keep = keep_fork(&l->facts, fork);
    if (keep == KEEP_TAKE)
        set_fork(l, fork);
}

/* While the last anchor is not held, ask for it, or for that of the epoch before. */
static struct view take_anchor(struct bounded *n, struct belief_log *l) {
    struct view view = view_of(&l->facts, false);
    for (uint32_t i = view.end; i != view.note; i = l->note[i].parent) {
        const struct history_note *a = &n->h->note[l->place[i]];
        if (is_given(n, a->anchor_tree, a->anchor_size)) {
            bring(l, a->anchor_tree, a->anchor_size);
            return view_of(&l->facts, false);
        }
    }
    return view;
}

void bounded_refresh(struct bounded *n) {
    belief_compute(&n->kept, &n->trust);
    memset(n->named, 0, sizeof n->named);
    for (uint32_t log = 0; log < n->h->log_count; log++) {
        name(n, n->trust.trusted[log]);
        name_all(n, n->kept.endorse[log], n->kept.endorse_count[log], false);
        name_all(n, n->kept.succeed[log], n->kept.succeed_count[log], true);
    }
    for (uint32_t note = 0; note < n->h->note_count; note++)
        if (n->named[note] && n->peers.note[note])
            take_note(n, note);
    for (uint32_t log = 0; log < n->h->log_count; log++)
        if (n->kept.log[log].facts.note_count > 0)
            take_anchor(n, &n->kept.log[log]);
    belief_compute(&n->kept, &n->trust);
}

static void take_signed(struct bounded *n, const struct history_message *m) {
    const struct history_fork *e = m->what == HISTORY_FORK ? &n->h->fork[m->which] : NULL;
    const struct history_checkpoint *c = &n->h->checkpoint[e ? e->a : m->which];
    struct belief_log *l = &n->kept.log[c->log];
    if (l->facts.note_count == 0)
        return;
    struct view view = take_anchor(n, l);
    for (uint32_t note = 0; note < l->facts.note_count; note++) {
        bool needed = note == view.note || note == view.end;
        if (e && naive_proves(n->h, m->which, l->place[note]))
            take_fork(n, l, &(struct view_fork){note, e->f, n->h->tree[c->tree].root[e->f]}, c->tree, needed);
        else if (!e && needed && history_operates(&n->h->note[l->place[note]], c->key))
            take_candidate(n, l, &(struct view_candidate){note, c->size, c->root}, c->tree);
    }
}

void bounded_take(struct bounded *n, const struct history_message *m) {
    history_learn(&n->peers, m);
    if (m->what == HISTORY_NOTE)
        take_note(n, m->which);
    else if (m->what != HISTORY_TREE)
        take_signed(n, m);
}

/* --- from node to node -------------------------------------------------------------------------------- */

static uint32_t holder(const struct belief_log *l, uint64_t size, const struct digest *root) {
    for (uint32_t branch = 0; branch < l->facts.branch_count; branch++)
        if (on_branch(l, branch, size, root))
            return l->branch[branch].tree;
    return HISTORY_NONE;
}

static void tell(struct bounded *n, struct belief_log *l, const struct belief_log *from) {
    struct view view = take_anchor(n, l);
    for (uint32_t i = 0; i < from->facts.candidate_count; i++) {
        struct view_candidate c = from->candidate[i];
        c.note = belief_find(l, from->place[c.note]);
        if (c.note == view.note || c.note == view.end)
            take_candidate(n, l, &c, holder(from, c.size, &c.root));
    }
    for (uint32_t i = 0; i < from->facts.fork_count; i++) {
        struct view_fork fork = from->fork[i];
        uint32_t tree = holder(from, fork.f, &fork.root);
        fork.note = belief_find(l, from->place[fork.note]);
        if (fork.note != VIEW_NONE && (fork.f == 0 || tree != HISTORY_NONE))
            take_fork(n, l, &fork, tree, fork.note == view.note || fork.note == view.end);
    }
}

void bounded_tell(struct bounded *n, const struct bounded *from) {
    for (uint32_t log = 0; log < n->h->log_count; log++)
        if (n->kept.log[log].facts.note_count > 0)
            tell(n, &n->kept.log[log], &from->kept.log[log]);
    bounded_refresh(n);
}

void bounded_restart(struct bounded *n) {
    struct belief kept = n->kept;
    belief_init(&n->kept, n->h);
    for (uint32_t log = 0; log < n->h->log_count; log++) {
        struct belief_log *l = &n->kept.log[log], *before = &kept.log[log];
        for (uint32_t i = 0; i < before->facts.note_count; i++)
            belief_add_note(l, before->place[i]);
        memcpy(l->branch, before->branch, sizeof l->branch[0] * BRANCHES);
        l->facts.branch_count = before->facts.branch_count;
        l->facts.candidate_count = before->facts.candidate_count;
        memcpy(l->candidate, before->candidate, sizeof l->candidate[0] * before->facts.candidate_count);
        l->facts.fork_count = before->facts.fork_count;
        memcpy(l->fork, before->fork, sizeof l->fork[0] * before->facts.fork_count);
    }
    memset(n->named, 0, sizeof n->named);
    bounded_refresh(n);
}
