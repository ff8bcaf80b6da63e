#include "tests/proto/whole.h"

#include <assert.h>

#include "tests/proto/naive.h"

static void add_notes(struct belief *b, const struct history_known *known) {
    for (uint32_t i = 0; i < b->h->note_count; i++) {
        const struct history_note *n = &b->h->note[i];
        struct belief_log *l = &b->log[n->log];
        if (known->note[i] && naive_valid(b->h, i) &&
            (n->parent == HISTORY_NONE || belief_find(l, n->parent) != VIEW_NONE))
            belief_add_note(l, i);
    }
}

/* A checkpoint is of every note of which its key is an operator's. */
static void add_checkpoint(struct belief_log *l, const struct history_checkpoint *c) {
    for (uint32_t i = 0; i < l->facts.note_count; i++)
        if (history_operates(&l->h->note[l->place[i]], c->key)) {
            assert(l->facts.candidate_count < BELIEF_CANDIDATES);
            l->candidate[l->facts.candidate_count++] = (struct view_candidate){i, c->size, c->root};
        }
}

static void add_fork(struct belief *b, uint32_t fork) {
    const struct history_fork *e = &b->h->fork[fork];
    const struct history_checkpoint *c = &b->h->checkpoint[e->a];
    struct belief_log *l = &b->log[c->log];
    for (uint32_t i = 0; i < l->facts.note_count; i++)
        if (naive_proves(b->h, fork, l->place[i])) {
            assert(l->facts.fork_count < BELIEF_FORKS);
            l->fork[l->facts.fork_count++] = (struct view_fork){i, e->f, b->h->tree[c->tree].root[e->f]};
        }
}

void whole_compute(struct belief *b, const struct history *h, const struct history_known *known,
                   const struct history_trust *trust) {
    belief_init(b, h);
    add_notes(b, known);
    for (uint32_t i = 0; i < h->tree_count; i++)
        if (known->held[i] > 0) {
            struct belief_log *l = &b->log[h->tree[i].log];
            assert(l->facts.branch_count < BELIEF_BRANCHES);
            l->branch[l->facts.branch_count++] = (struct belief_branch){i, known->held[i]};
        }
    for (uint32_t i = 0; i < h->checkpoint_count; i++)
        if (known->checkpoint[i])
            add_checkpoint(&b->log[h->checkpoint[i].log], &h->checkpoint[i]);
    for (uint32_t i = 0; i < h->fork_count; i++)
        if (known->fork[i])
            add_fork(b, i);
    belief_compute(b, trust);
}
