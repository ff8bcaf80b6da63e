#include "proto/keep.h"

/* ---- notes ---- */

static bool is_ancestor(const struct view_facts *x, uint32_t note, uint32_t of) {
    while (of != VIEW_NONE && of > note)
        of = x->note[of].parent;
    return of == note;
}

/* Two of an open epoch are enough to contest it, whichever they are; below a contested note nothing has an
 * effect, so that whoever holds stolen roots cannot grow a tree of notes here. */
bool keep_note(const struct view_facts *kept, uint32_t parent, bool named) {
    uint32_t siblings = 0;
    for (uint32_t i = parent + 1; i < kept->note_count; i++)
        siblings += kept->note[i].parent == parent;
    if (named)
        return siblings < KEEP_CHILDREN;
    return siblings < 2 && is_ancestor(kept, parent, view_of(kept, false).end);
}

/* ---- forks and candidates ---- */

static bool on_branch(const struct view_facts *x, uint32_t branch, uint64_t size, const struct digest *root) {
    struct digest found;
    return x->root(x->context, branch, size, &found) && digest_eq(&found, root);
}

/* Whether any branch holds so many leaves, from the anchor of the note on; whether they have this root. */
static bool leaves_held(const struct view_facts *x, uint32_t note, uint64_t size, const struct digest *root,
                        bool *ret_same) {
    const struct view_note *n = &x->note[note];
    bool held = false;
    *ret_same = false;
    for (uint32_t branch = 0; branch < x->branch_count; branch++) {
        struct digest found;
        if (!on_branch(x, branch, n->anchor_size, &n->anchor_root) ||
            !x->root(x->context, branch, size, &found))
            continue;
        held = true;
        *ret_same = *ret_same || digest_eq(&found, root);
    }
    return held;
}

static bool in_bounds(const struct view_note *note, uint64_t size) {
    return size >= note->anchor_size && size <= note->max;
}

/* Whether one branch begins with both. */
static bool on_one_branch(const struct view_facts *x, uint64_t a, const struct digest *root_a, uint64_t b,
                          const struct digest *root_b) {
    for (uint32_t branch = 0; branch < x->branch_count; branch++)
        if (on_branch(x, branch, a, root_a) && on_branch(x, branch, b, root_b))
            return true;
    return false;
}

/* Under another prefix than a fork that is kept, be f equal, smaller or larger, a smaller fork lies before
 * both: neither must pass for one that is known, though the leaves of both be held.  A kept one whose leaves
 * are not held any more counts for nothing, and gives way. */
enum keep keep_fork(const struct view_facts *kept, const struct view_fork *fork) {
    bool same, smallest = true;
    if (!in_bounds(&kept->note[fork->note], fork->f))
        return KEEP_DROP;
    if (!leaves_held(kept, fork->note, fork->f, &fork->root, &same))
        return KEEP_FETCH;
    if (!same)
        return KEEP_LOCATE;
    for (uint32_t i = 0; i < kept->fork_count; i++) {
        const struct view_fork *k = &kept->fork[i];
        if (k->note != fork->note || !leaves_held(kept, k->note, k->f, &k->root, &same) || !same)
            continue;
        if (!on_one_branch(kept, k->f, &k->root, fork->f, &fork->root))
            return KEEP_LOCATE;
        smallest = smallest && fork->f < k->f;
    }
    return smallest ? KEEP_TAKE : KEEP_DROP;
}

/* Whether a kept candidate of the same note goes on from this one. */
static bool is_covered(const struct view_facts *x, const struct view_candidate *candidate) {
    for (uint32_t i = 0; i < x->candidate_count; i++) {
        const struct view_candidate *c = &x->candidate[i];
        if (c->note == candidate->note && c->size >= candidate->size &&
            on_one_branch(x, c->size, &c->root, candidate->size, &candidate->root))
            return true;
    }
    return candidate->size == x->note[candidate->note].anchor_size;
}

enum keep keep_candidate(const struct view_facts *kept, const struct view_candidate *candidate) {
    bool same;
    if (!in_bounds(&kept->note[candidate->note], candidate->size))
        return KEEP_DROP;
    if (!leaves_held(kept, candidate->note, candidate->size, &candidate->root, &same))
        return KEEP_FETCH;
    return !same ? KEEP_LOCATE : is_covered(kept, candidate) ? KEEP_DROP : KEEP_TAKE;
}
