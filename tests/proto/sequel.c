#include "tests/proto/sequel.h"

#define UNKNOWN_KEY 901
#define FLOOD_LEAVES 100 /* variants that no other tree has */
#define HONEST_LEAVES 50

static unsigned below(struct history *h, unsigned n) {
    return history_random(&h->random, n);
}

/* --- a flood ------------------------------------------------------------------------------------------ */

static bool is_open(const struct belief *now, uint32_t log, unsigned key) {
    const struct belief_log *l = &now->log[log];
    const uint32_t open[] = {now->view[log].note, now->view[log].end, now->base[log].note,
                             now->base[log].end};
    for (unsigned i = 0; i < sizeof open / sizeof open[0]; i++)
        if (history_operates(&now->h->note[l->place[open[i]]], key))
            return true;
    return false;
}

static unsigned retired_key(struct history *h, const struct belief *now, uint32_t log) {
    const struct belief_log *l = &now->log[log];
    const struct history_note *n = &h->note[l->place[below(h, l->facts.note_count)]];
    unsigned key = n->operator_key[below(h, n->operator_count)];
    return is_open(now, log, key) ? UNKNOWN_KEY : key;
}

/* A tree that leaves what is held somewhere. */
static uint32_t stray_tree(struct history *h, const struct belief *now, const struct history_known *known,
                           uint32_t log) {
    const struct view *view = &now->view[log];
    uint32_t from = view->branch == VIEW_NONE ? HISTORY_NONE : now->log[log].branch[view->branch].tree;
    uint64_t held = from == HISTORY_NONE ? 0 : known->held[from];
    uint32_t tree = history_branch(h, log, from, held == 0 ? 0 : below(h, (unsigned)held + 1));
    for (unsigned more = 1 + below(h, 4); more > 0 && h->tree[tree].len < HISTORY_LEAVES; more--)
        history_grow(h, tree, history_plain(FLOOD_LEAVES + below(h, 3)));
    h->tree[tree].given = h->tree[tree].len;
    history_send(h, HISTORY_TREE, tree, h->tree[tree].len);
    return tree;
}

static void false_note(struct history *h, const struct belief *now, uint32_t log) {
    const struct belief_log *l = &now->log[log];
    uint32_t parent = l->place[below(h, l->facts.note_count)];
    uint32_t note = history_renew(h, log, parent);
    struct history_note *n = &h->note[note];
    n->signers &= n->signers - 1;
    n->signers &= n->signers - 1;
    n->anchor_size = h->note[parent].anchor_size + 1;
    n->max = n->anchor_size + 5;
    history_send(h, HISTORY_NOTE, note, 0);
}

/* Retired roots sign a rival of a note that trust has closed, and its operator signs away. */
static void void_rival(struct history *h, const struct belief *now, const struct history_known *known,
                       uint32_t log) {
    const struct belief_log *l = &now->log[log];
    if (l->facts.trusted == VIEW_NONE)
        return;
    const struct history_note *closed = &h->note[l->place[l->facts.trusted]];
    while (closed->parent != HISTORY_NONE && below(h, 2))
        closed = &h->note[closed->parent];
    if (closed->parent == HISTORY_NONE)
        return;
    uint32_t note = history_renew(h, log, closed->parent);
    struct history_note *n = &h->note[note];
    n->anchor_size = closed->anchor_size;
    n->anchor_tree = closed->anchor_tree;
    n->anchor_root = closed->anchor_root;
    n->max = n->anchor_size + 5;
    history_send(h, HISTORY_NOTE, note, 0);
    uint32_t tree = stray_tree(h, now, known, log);
    history_send(h, HISTORY_CHECKPOINT, history_sign(h, tree, h->tree[tree].len, n->operator_key[0]), 0);
}

void sequel_flood(struct history *h, const struct belief *now, const struct history_known *known) {
    for (uint32_t log = 0; log < h->log_count; log++) {
        if (now->view[log].note == VIEW_NONE)
            continue;
        uint32_t before = HISTORY_NONE;
        for (unsigned i = 0; i < 3; i++) {
            uint32_t tree = stray_tree(h, now, known, log);
            uint64_t size = 1 + below(h, (unsigned)h->tree[tree].len);
            uint32_t checkpoint = history_sign(h, tree, size, retired_key(h, now, log));
            history_send(h, HISTORY_CHECKPOINT, checkpoint, 0);
            if (before != HISTORY_NONE && history_locate(h, before, checkpoint))
                history_send(h, HISTORY_FORK, h->fork_count - 1, 0);
            before = checkpoint;
        }
        false_note(h, now, log);
        void_rival(h, now, known, log);
    }
}

/* --- the next epoch ----------------------------------------------------------------------------------- */

/* Any leaves that are held and go on from the anchor; new ones if there are none. */
static uint32_t beyond_anchor(struct history *h, const struct history_known *known,
                              const struct history_note *n) {
    for (uint32_t i = 0; i < h->tree_count; i++)
        if (h->tree[i].log == n->log && known->held[i] > n->anchor_size &&
            (n->anchor_size == 0 || history_common(h, i, n->anchor_tree, n->anchor_size) == n->anchor_size))
            return i;
    uint32_t tree = history_branch(h, n->log, n->anchor_tree, n->anchor_size);
    history_grow(h, tree, history_plain(HONEST_LEAVES));
    return tree;
}

uint32_t sequel_renew(struct history *h, const struct belief *now, const struct history_known *known,
                      uint32_t log, uint32_t *ret_tree) {
    const struct belief_log *l = &now->log[log];
    const struct view *view = &now->view[log];
    uint32_t parent = l->place[view->note], note = history_renew(h, log, parent);
    struct history_note *n = &h->note[note];
    uint64_t size = view->size;
    uint32_t from = size == 0 ? HISTORY_NONE : l->branch[view->branch].tree;
    if (size <= h->note[parent].anchor_size) {
        size = h->note[parent].anchor_size + 1;
        from = beyond_anchor(h, known, &h->note[parent]);
    }
    uint32_t tree = history_branch(h, log, from, size);
    n->anchor_size = size;
    n->anchor_tree = tree;
    n->anchor_root = h->tree[tree].root[size];
    n->max = size + 10;
    for (unsigned i = 0; i < 3; i++)
        history_grow(h, tree, history_plain(HONEST_LEAVES + 1 + i));
    h->tree[tree].given = h->tree[tree].len;
    history_send(h, HISTORY_NOTE, note, 0);
    history_send(h, HISTORY_TREE, tree, h->tree[tree].len);
    history_send(h, HISTORY_CHECKPOINT, history_sign(h, tree, h->tree[tree].len, n->operator_key[0]), 0);
    *ret_tree = tree;
    return note;
}
