/* The random histories: what honest States and all kinds of dishonest ones make. */
#include "tests/proto/history.h"

#include <string.h>

#define WRONG_KEY 900
#define NOTES_OF_LOG 11

static unsigned below(struct history *h, unsigned n) {
    return history_random(&h->random, n);
}

static bool chance(struct history *h, unsigned percent) {
    return below(h, 100) < percent;
}

static struct digest garbage(struct history *h) {
    struct digest ret = {{0xff}};
    for (unsigned i = 1; i < 9; i++)
        ret.b[i] = (uint8_t)below(h, 256);
    return ret;
}

/* --- who may sign ------------------------------------------------------------------------------------ */

/* One thing that is wrong with the signers, the keys or the bounds of a note. */
static void spoil(struct history *h, struct history_note *n) {
    switch (below(h, 8)) {
    case 0: /* m - 1 signers */
        n->signers &= n->signers - 1;
        n->signers &= n->signers - 1;
        break;
    case 1: /* the roots of the epoch before */
        if (n->parent != HISTORY_NONE)
            n->signers = h->note[n->parent].root;
        break;
    case 2: /* new roots that were never committed to, and sign alone */
        n->root = n->signers = 7u << 12;
        break;
    case 3: /* a key twice */
        n->operator_key[n->operator_count++] = n->operator_key[0];
        break;
    case 4: /* an operator key of an earlier note */
        if (n->parent != HISTORY_NONE)
            n->operator_key[n->operator_count++] = h->note[n->parent].operator_key[0];
        break;
    case 5:
        n->epoch++;
        break;
    case 6: /* enough of the roots, too few of those committed to */
        n->root |= 7u << 12;
        n->signers = 3u << 12;
        break;
    default:
        n->max = 0;
        break;
    }
}

static void make_children(struct history *h, uint32_t log, uint32_t parent) {
    static const uint8_t first[] = {0, 1, 1, 1, 1, 2, 2, 3, 4}, second[] = {0, 0, 0, 1, 1, 2, 3, 4};
    uint64_t epoch = h->note[parent].epoch;
    unsigned count = epoch == 0 ? first[below(h, sizeof first)] : second[below(h, sizeof second)];
    if (h->orderly[log])
        count = count > 0;
    for (unsigned i = 0; i < count && h->note_count < h->first_note[log] + NOTES_OF_LOG; i++) {
        uint32_t note = history_renew(h, log, parent);
        struct history_note *n = &h->note[note];
        if (i > 0 && chance(h, 20)) /* rivals with an operator in common */
            n->operator_key[n->operator_count++] = h->note[note - 1].operator_key[0];
    }
}

static void make_notes(struct history *h, uint32_t log) {
    h->first_note[log] = h->note_count;
    uint32_t first = history_renew(h, log, HISTORY_NONE);
    make_children(h, log, first);
    uint32_t end = h->note_count;
    for (uint32_t i = first + 1; i < end; i++)
        make_children(h, log, i);
    h->word_about[log] = first + below(h, h->note_count - first);
    h->heir[log] = below(h, h->log_count);
    for (uint32_t other = 0; other < h->log_count; other++)
        if (other != log && h->state_of[other] == h->state_of[log] && chance(h, 70))
            h->heir[log] = other;
}

/* --- leaves ------------------------------------------------------------------------------------------ */

static uint16_t make_word(struct history *h) {
    struct history_word *w = &h->word[h->word_count];
    w->log = below(h, h->log_count);
    unsigned kind = below(h, 10);
    w->kind = kind < 6 ? HISTORY_ENDORSE : kind < 9 ? HISTORY_SUCCEED : HISTORY_WITHDRAW;
    w->note = h->word_about[w->log];
    if (chance(h, 25))
        w->note = h->first_note[w->log] + below(h, 4);
    if (chance(h, 7) || w->note >= h->note_count)
        w->note = HISTORY_NONE;
    w->epoch = w->note == HISTORY_NONE ? 0 : h->note[w->note].epoch + chance(h, 4);
    w->state = chance(h, 94) ? h->state_of[w->log] : below(h, h->state_count);
    w->successor = chance(h, 75) ? h->heir[w->log] : below(h, h->log_count);
    return (uint16_t)h->word_count++;
}

static uint16_t make_leaf(struct history *h) {
    if (chance(h, 45) && h->word_count < HISTORY_WORDS)
        return make_word(h);
    return history_plain(below(h, 4));
}

static void grow(struct history *h, uint32_t tree, unsigned count) {
    while (count-- && h->tree[tree].len < HISTORY_LEAVES)
        history_grow(h, tree, make_leaf(h));
}

/* A tree that leaves another at f. */
static uint32_t fork_at(struct history *h, uint32_t from, uint64_t f) {
    uint32_t tree = history_branch(h, h->tree[from].log, from, f);
    uint16_t leaf = make_leaf(h);
    while (f < h->tree[from].len && leaf == h->tree[from].leaf[f])
        leaf = history_plain(below(h, 4));
    history_grow(h, tree, leaf);
    grow(h, tree, below(h, 5));
    return tree;
}

static uint64_t between(struct history *h, uint64_t from, uint64_t to) {
    return from >= to ? from : from + below(h, (unsigned)(to - from));
}

/* --- the trees of a note, and what is signed of them -------------------------------------------------- */

struct grove {
    uint32_t note, count, tree[8];
    bool twins, silent; /* trees 0 and 2, 1 and 3 part at one f; only evidence is sent */
};

static void plant(struct history *h, struct grove *g) {
    static const uint8_t counts[] = {0, 1, 1, 1, 2, 2, 3, 4, 4, 4, 5, 6};
    const struct history_note *n = &h->note[g->note];
    unsigned count = counts[h->orderly[n->log] ? 1 : below(h, sizeof counts)];
    uint64_t anchor = n->anchor_tree == HISTORY_NONE ? 0 : n->anchor_size;
    if (count == 0 || h->tree_count + count > HISTORY_TREES)
        return;
    uint32_t first = history_branch(h, n->log, n->anchor_tree, anchor);
    grow(h, first, 1 + below(h, 7));
    g->tree[g->count++] = first;
    if (count >= 4 && h->tree[first].len >= anchor + 2) { /* two equal f under different prefixes */
        uint64_t f = between(h, anchor + 1, h->tree[first].len);
        uint32_t other = fork_at(h, first, between(h, anchor, f));
        grow(h, other, f < h->tree[other].len ? 0 : (unsigned)(f + 1 - h->tree[other].len));
        g->tree[g->count++] = other;
        g->tree[g->count++] = fork_at(h, first, f);
        g->tree[g->count++] = fork_at(h, other, f);
        g->twins = chance(h, 70);
        g->silent = g->twins && chance(h, 60);
    }
    while (g->count < count) {
        uint32_t from = g->tree[below(h, g->count)];
        uint64_t low = chance(h, 10) ? 0 : anchor;
        g->tree[g->count++] = fork_at(h, from, between(h, low, h->tree[from].len + 1));
    }
}

static unsigned signer(struct history *h, const struct history_note *n) {
    return chance(h, 95) ? n->operator_key[below(h, n->operator_count)] : WRONG_KEY;
}

static uint64_t any_size(struct history *h, const struct history_note *n, uint32_t tree) {
    uint64_t least = n->anchor_size > 0 && chance(h, 90) ? n->anchor_size : 1;
    return chance(h, 50) ? h->tree[tree].len : between(h, least, h->tree[tree].len + 1);
}

static void sign_trees(struct history *h, const struct grove *g) {
    const struct history_note *n = &h->note[g->note];
    for (unsigned i = g->silent ? 1 + below(h, g->count) : 0; i < g->count; i++)
        for (unsigned times = below(h, 4); times > 0 && h->checkpoint_count < HISTORY_CHECKPOINTS; times--) {
            uint64_t size = any_size(h, n, g->tree[i]);
            if (size <= h->tree[g->tree[i]].len)
                history_send(h, HISTORY_CHECKPOINT, history_sign(h, g->tree[i], size, signer(h, n)), 0);
        }
    if (chance(h, 25) && h->checkpoint_count < HISTORY_CHECKPOINTS) {
        struct history_checkpoint *c = &h->checkpoint[h->checkpoint_count];
        *c = (struct history_checkpoint){.log = n->log, .tree = HISTORY_NONE, .root = garbage(h)};
        c->key = signer(h, n);
        c->size = n->anchor_size + below(h, 8);
        history_send(h, HISTORY_CHECKPOINT, h->checkpoint_count++, 0);
    }
}

/* Evidence; its checkpoints are not always sent alone. */
static void find_fork(struct history *h, const struct history_note *n, uint32_t a, uint32_t b) {
    uint64_t f = history_common(h, a, b, HISTORY_LEAVES);
    if (f == h->tree[a].len || f == h->tree[b].len || h->fork_count == HISTORY_FORKS ||
        h->checkpoint_count + 2 > HISTORY_CHECKPOINTS)
        return;
    uint32_t x = history_sign(h, a, between(h, f + 1, h->tree[a].len + 1), signer(h, n));
    uint32_t y = history_sign(h, b, between(h, f + 1, h->tree[b].len + 1), signer(h, n));
    if (history_locate(h, x, y))
        history_send(h, HISTORY_FORK, h->fork_count - 1, 0);
}

static void find_forks(struct history *h, const struct grove *g) {
    const struct history_note *n = &h->note[g->note];
    if (g->twins) {
        find_fork(h, n, g->tree[0], g->tree[2]);
        find_fork(h, n, g->tree[1], g->tree[3]);
    }
    for (unsigned times = g->count < 2 || g->silent ? 0 : below(h, 2 * g->count); times > 0; times--)
        find_fork(h, n, g->tree[below(h, g->count)], g->tree[below(h, g->count)]);
}

/* What was lost before the anchor is mostly lost for the trees after it too. */
static uint64_t given_of(struct history *h, const struct history_note *n, const struct history_tree *t) {
    bool lost = n->anchor_tree != HISTORY_NONE && h->tree[n->anchor_tree].given < n->anchor_size;
    if (chance(h, lost ? 20 : 75) || h->orderly[t->log])
        return t->len;
    uint64_t most = lost ? h->tree[n->anchor_tree].given : t->len;
    return chance(h, 40) ? 0 : below(h, (unsigned)most + 1);
}

static void send_trees(struct history *h, const struct grove *g) {
    for (unsigned i = 0; i < g->count; i++) {
        struct history_tree *t = &h->tree[g->tree[i]];
        t->given = given_of(h, &h->note[g->note], t);
        if (chance(h, 30) && t->given > 0)
            history_send(h, HISTORY_TREE, g->tree[i], below(h, (unsigned)t->given));
        history_send(h, HISTORY_TREE, g->tree[i], t->given);
    }
}

/* --- anchors ------------------------------------------------------------------------------------------ */

/* Mostly on one of the parent's trees, whichever and however much of it is held; sometimes nowhere. */
static void make_anchor(struct history *h, struct history_note *n, const struct grove *parent) {
    const struct history_note *p = &h->note[n->parent];
    uint64_t least = p->anchor_size + 1;
    n->anchor_size = least + below(h, 3);
    if (parent->count > 0 && chance(h, 93)) {
        n->anchor_tree = parent->tree[chance(h, 50) ? 0 : below(h, parent->count)];
        if (h->tree[n->anchor_tree].len < least)
            n->anchor_tree = parent->tree[0];
        uint64_t len = h->tree[n->anchor_tree].len;
        n->anchor_size = between(h, chance(h, 5) && least > 1 ? least - 1 : least, len + 1);
        if (n->anchor_size > len)
            n->anchor_size = len;
        n->anchor_root = h->tree[n->anchor_tree].root[n->anchor_size];
    } else {
        n->anchor_root = garbage(h);
    }
    n->max = n->anchor_size + (chance(h, 5) ? 0 : 2 + below(h, 10));
}

static void make_log(struct history *h, uint32_t log) {
    struct grove grove[HISTORY_NOTES];
    uint32_t end = log + 1 < h->log_count ? h->first_note[log + 1] : h->note_count;
    for (uint32_t i = h->first_note[log]; i < end; i++) {
        struct history_note *n = &h->note[i];
        grove[i] = (struct grove){.note = i};
        if (n->parent == HISTORY_NONE)
            n->max = 4 + below(h, 10);
        else
            make_anchor(h, n, &grove[n->parent]);
        plant(h, &grove[i]);
        sign_trees(h, &grove[i]);
        find_forks(h, &grove[i]);
        send_trees(h, &grove[i]);
        if (chance(h, n->epoch == 0 ? 2 : 10))
            spoil(h, n);
        if (chance(h, 96))
            history_send(h, HISTORY_NOTE, i, 0);
    }
}

/* --- trust ------------------------------------------------------------------------------------------- */

static void make_trust(struct history *h, struct history_trust *trust) {
    *trust = (struct history_trust){.k = (below(h, 5) + 1) / 2};
    memset(trust->pinned, 0xff, sizeof trust->pinned);
    memset(trust->trusted, 0xff, sizeof trust->trusted);
    for (uint32_t log = 0; log < h->log_count; log++) {
        uint32_t end = log + 1 < h->log_count ? h->first_note[log + 1] : h->note_count;
        if (!chance(h, 80) || trust->pinned[h->state_of[log]] != HISTORY_NONE)
            continue;
        trust->pinned[h->state_of[log]] = log;
        trust->trusted[log] = h->first_note[log];
        if (chance(h, 40))
            trust->trusted[log] = h->first_note[log] + below(h, end - h->first_note[log]);
    }
    for (unsigned state = 0; state < h->state_count; state++)
        trust->hold[state] = chance(h, 10);
}

void history_make(struct history *h, uint64_t seed) {
    memset(h, 0, sizeof *h);
    h->seed = h->random = seed;
    h->state_count = 2 + below(h, HISTORY_STATES - 1);
    h->log_count = h->state_count;
    for (unsigned i = 0; i < HISTORY_LOGS; i++)
        h->state_of[i] = i < h->state_count ? i : below(h, h->state_count);
    while (h->log_count < HISTORY_LOGS && chance(h, 55))
        h->log_count++;
    for (uint32_t log = 0; log < h->log_count; log++) {
        h->orderly[log] = chance(h, 42);
        make_notes(h, log);
    }
    for (uint32_t log = 0; log < h->log_count; log++)
        make_log(h, log);
    make_trust(h, &h->before);
    make_trust(h, &h->trust);
}
