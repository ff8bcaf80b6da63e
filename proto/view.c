#include "proto/view.h"

/* ---- 1. the end of the chain ----
 *
 * Trusted inputs close epochs: a person's pin or confirm first, then the endorsements of enough States.  Of a
 * closed epoch one note stands, and its rivals are void: so a retired root key cannot reopen it.  An open
 * epoch with one note goes on; with two it is contested, whoever came first, because order of arrival is a
 * matter of luck and of the attacker's aim. */

struct chain {
    uint32_t end;    /* last note that stands alone */
    uint32_t closed; /* last one that trust has closed */
    bool contested;  /* two or more may follow it */
    uint32_t rival[2];
};

/* The notes that may follow one: how many, and the first two.  Of those, with endorsed, only the endorsed. */
static uint32_t children(const struct view_facts *x, uint32_t parent, bool endorsed, uint32_t ret[2]) {
    uint32_t count = 0;
    for (uint32_t i = parent + 1; i < x->note_count; i++)
        if (x->note[i].parent == parent && (!endorsed || x->note[i].endorsed)) {
            if (count < 2)
                ret[count] = i;
            count++;
        }
    return count;
}

/* Endorsements go on from where the trusted note stands: who names another line below it does not count.  Two
 * notes of one epoch with enough endorsements each close nothing. */
static uint32_t closed_by_trust(const struct view_facts *x, bool base) {
    uint32_t at = x->trusted == VIEW_NONE ? 0 : x->trusted, next[2];
    while (!base && children(x, at, true, next) == 1)
        at = next[0];
    return at;
}

static struct chain chain_of(const struct view_facts *x, bool base) {
    struct chain chain = {.closed = closed_by_trust(x, base)};
    uint32_t next[2], count;
    chain.end = chain.closed;
    while ((count = children(x, chain.end, false, next)) == 1)
        chain.end = next[0];
    chain.contested = count > 1;
    for (unsigned i = 0; chain.contested && i < 2; i++)
        chain.rival[i] = next[i];
    return chain;
}

static bool descends(const struct view_facts *x, uint32_t note, uint32_t from) {
    while (note != VIEW_NONE && note > from)
        note = x->note[note].parent;
    return note == from;
}

uint32_t view_closed(const struct view_facts *facts, bool base) {
    return closed_by_trust(facts, base);
}

bool view_is_void(const struct view_facts *facts, uint32_t note) {
    uint32_t closed = closed_by_trust(facts, false);
    return !descends(facts, note, closed) && !descends(facts, closed, note);
}

bool view_has_voids(const struct view_facts *facts) {
    uint32_t at = closed_by_trust(facts, false), next[2];
    while (facts->note[at].parent != VIEW_NONE) {
        at = facts->note[at].parent;
        if (children(facts, at, false, next) > 1)
            return true;
    }
    return false;
}

/* ---- 2. the anchor ---- */

static bool holds(const struct view_facts *x, uint32_t branch, uint64_t size, const struct digest *root) {
    struct digest found;
    return x->root(x->context, branch, size, &found) && digest_eq(&found, root);
}

/* The first branch whose first size leaves have this root. */
static uint32_t holder(const struct view_facts *x, uint64_t size, const struct digest *root) {
    for (uint32_t branch = 0; branch < x->branch_count; branch++)
        if (holds(x, branch, size, root))
            return branch;
    return VIEW_NONE;
}

/* ---- 3. candidates ----
 *
 * A prefix is what an operator key of the epoch has signed and what is held of it: a candidate, or the leaves
 * before a located fork.  What does not go on from the anchor is void: no view, and no fork either, else a
 * dismissed key could dispute what the custodians have settled. */

struct prefix {
    uint32_t branch;
    uint64_t size;
    struct digest root;
};

static bool prefix_get(const struct view_facts *x, uint32_t note, uint64_t size, const struct digest *root,
                       struct prefix *ret) {
    const struct view_note *n = &x->note[note];
    if (size < n->anchor_size || size > n->max)
        return false;
    for (uint32_t branch = 0; branch < x->branch_count; branch++)
        if (holds(x, branch, size, root) && holds(x, branch, n->anchor_size, &n->anchor_root)) {
            *ret = (struct prefix){branch, size, *root};
            return true;
        }
    return false;
}

/* Candidates first, then forks. */
static bool prefix_at(const struct view_facts *x, uint32_t note, uint32_t i, struct prefix *ret) {
    if (i < x->candidate_count) {
        const struct view_candidate *c = &x->candidate[i];
        return c->note == note && prefix_get(x, note, c->size, &c->root, ret);
    }
    const struct view_fork *f = &x->fork[i - x->candidate_count];
    return f->note == note && prefix_get(x, note, f->f, &f->root, ret);
}

/* The largest prefix; of equal ones that have different leaves either will do, since they dispute each other.
 * Without any, the anchor: it is root-signed, and a head. */
static struct prefix longest_of(const struct view_facts *x, uint32_t note) {
    const struct view_note *n = &x->note[note];
    struct prefix longest = {holder(x, n->anchor_size, &n->anchor_root), n->anchor_size, n->anchor_root};
    struct prefix p;
    for (uint32_t i = 0; i < x->candidate_count + x->fork_count; i++)
        if (prefix_at(x, note, i, &p) && p.size > longest.size)
            longest = p;
    return longest;
}

/* ---- 4. forks ----
 *
 * Whoever signs two histories has lost the right to choose: the view is what both have in common, and does
 * not grow before the custodians' next epoch.  Every prefix is compared with the longest, small ones too, and
 * also when the log is disputed already: of two nodes that have seen different pairs, each must come to the
 * smallest f.  (If two prefixes differ at d, one of them differs from the longest at d or before.) */

/* How many leaves two branches have in common, of the first size. */
static uint64_t common(const struct view_facts *x, uint32_t a, uint32_t b, uint64_t size) {
    uint64_t low = 0, high = size; /* the first low are; the first high + 1 are not, or are not asked for */
    while (low < high) {
        uint64_t middle = low + (high - low + 1) / 2;
        struct digest root;
        if (x->root(x->context, a, middle, &root) && holds(x, b, middle, &root))
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static bool fork_of(const struct view_facts *x, uint32_t note, const struct prefix *longest,
                    uint64_t *ret_f) {
    uint64_t f = UINT64_MAX;
    struct prefix p;
    for (uint32_t i = 0; i < x->candidate_count + x->fork_count; i++) {
        if (!prefix_at(x, note, i, &p))
            continue;
        uint64_t shared = p.branch == longest->branch ? p.size : common(x, p.branch, longest->branch, p.size);
        if ((shared < p.size || i >= x->candidate_count) && shared < f)
            f = shared;
    }
    *ret_f = f;
    return f != UINT64_MAX;
}

static void epoch_view(const struct view_facts *x, uint32_t note, struct view *view) {
    struct prefix longest = longest_of(x, note);
    view->branch = longest.branch;
    view->size = longest.size;
    view->root = longest.root;
    if (!fork_of(x, note, &longest, &view->f))
        view->f = 0;
    else {
        view->flags |= VIEW_DISPUTED;
        view->size = view->f;
        x->root(x->context, view->branch, view->size, &view->root);
    }
}

/* While the leaves of the last anchor are not held, the last epoch whose anchor is held stands in for it; the
 * anchor of epoch 0 is empty, so there is one. */
static uint32_t note_held(const struct view_facts *x, uint32_t end, uint32_t *ret_branch) {
    for (uint32_t note = end;; note = x->note[note].parent) {
        *ret_branch = holder(x, x->note[note].anchor_size, &x->note[note].anchor_root);
        if (*ret_branch != VIEW_NONE || note == 0)
            return note;
    }
}

struct view view_of(const struct view_facts *facts, bool base) {
    struct chain chain = chain_of(facts, base);
    struct view view = {.end = chain.end, .rival = {VIEW_NONE, VIEW_NONE}};
    view.note = note_held(facts, chain.end, &view.branch);
    const struct view_note *note = &facts->note[view.note];
    view.epoch = note->epoch;
    if (view.note != chain.end)
        view.flags |= VIEW_INCOMPLETE;
    if (chain.contested) {
        view.flags |= VIEW_CONTESTED;
        view.rival[0] = chain.rival[0];
        view.rival[1] = chain.rival[1];
    }
    if (chain.contested && view.note == chain.end) { /* what the rivals agree on: the anchor before them */
        view.size = note->anchor_size;
        view.root = note->anchor_root;
    } else
        epoch_view(facts, view.note, &view);
    return view;
}
