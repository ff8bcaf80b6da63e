#include "tests/proto/naive.h"

#include <string.h>

struct asked {
    const struct history *h;
    const struct history_known *known;
    const struct history_trust *trust;
    struct naive *done;                           /* base views are ready before a word is read */
    uint32_t word[HISTORY_LOGS][HISTORY_LOGS][2]; /* from, about: the latest endorsement and succession */
};

/* --- 2.2: notes --------------------------------------------------------------------------------------- */

static unsigned count(unsigned keys) {
    return keys == 0 ? 0 : (keys & 1) + count(keys >> 1);
}

static bool same(const struct history *h, uint32_t a, uint32_t b, uint64_t size) {
    return size == 0 || (a != HISTORY_NONE && b != HISTORY_NONE && history_common(h, a, b, size) == size);
}

static bool key_repeated(const struct history *h, uint32_t note) {
    const struct history_note *n = &h->note[note];
    for (unsigned i = 0; i < n->operator_count; i++) {
        for (unsigned j = 0; j < i; j++)
            if (n->operator_key[i] == n->operator_key[j])
                return true;
        for (uint32_t p = n->parent; p != HISTORY_NONE; p = h->note[p].parent)
            if (history_operates(&h->note[p], n->operator_key[i]))
                return true;
    }
    return false;
}

bool naive_valid(const struct history *h, uint32_t note) {
    const struct history_note *n = &h->note[note];
    if (key_repeated(h, note) || count(n->signers & n->root) < n->root_need || n->max <= n->anchor_size)
        return false;
    if (n->parent == HISTORY_NONE)
        return n->epoch == 0 && n->anchor_size == 0;
    const struct history_note *p = &h->note[n->parent];
    return naive_valid(h, n->parent) && n->epoch == p->epoch + 1 &&
           count(n->signers & p->next) >= p->next_need && p->anchor_size + 1 <= n->anchor_size &&
           n->anchor_size <= p->max && same(h, n->anchor_tree, p->anchor_tree, p->anchor_size);
}

static bool knows(const struct asked *q, uint32_t note) {
    const struct history_note *n = &q->h->note[note];
    return q->known->note[note] && naive_valid(q->h, note) &&
           (n->parent == HISTORY_NONE || knows(q, n->parent));
}

/* Whether a note is another or stands before it. */
static bool leads(const struct history *h, uint32_t note, uint32_t to) {
    return to != HISTORY_NONE && (note == to || leads(h, note, h->note[to].parent));
}

/* --- 5.2: words --------------------------------------------------------------------------------------- */

static bool heard(const struct asked *q, uint32_t state, uint32_t about) {
    return q->trust->pinned[state] != HISTORY_NONE && !q->trust->hold[state] &&
           state != q->h->state_of[about];
}

static void read_words(struct asked *q, uint32_t from) {
    const struct naive_view *base = &q->done->base[from];
    memset(q->word[from], 0xff, sizeof q->word[from]);
    for (uint64_t i = 0; base->note != HISTORY_NONE && i < base->size; i++) {
        uint16_t leaf = q->h->tree[base->tree].leaf[i];
        if (leaf >= HISTORY_WORDS)
            continue;
        const struct history_word *w = &q->h->word[leaf];
        if (w->kind == HISTORY_SUCCEED)
            q->word[from][w->log][1] = leaf;
        else
            q->word[from][w->log][0] = w->kind == HISTORY_ENDORSE ? leaf : HISTORY_NONE;
    }
}

/* What a State says of a log: NULL if nothing, or if it is not heard, or if it names no note that is held. */
static const struct history_word *word(const struct asked *q, uint32_t state, uint32_t log, bool succession) {
    if (!heard(q, state, log))
        return NULL;
    uint32_t place = q->word[q->trust->pinned[state]][log][succession];
    if (place == HISTORY_NONE)
        return NULL;
    const struct history_word *w = &q->h->word[place];
    bool stands = w->state == q->h->state_of[log] && w->note != HISTORY_NONE && knows(q, w->note) &&
                  q->h->note[w->note].log == log && q->h->note[w->note].epoch == w->epoch;
    return stands ? w : NULL;
}

static bool endorsed(const struct asked *q, uint32_t note) {
    unsigned states = 0;
    for (uint32_t state = 0; state < q->h->state_count; state++) {
        const struct history_word *w = word(q, state, q->h->note[note].log, false);
        states += w && leads(q->h, note, w->note);
    }
    return q->trust->k > 0 && states >= q->trust->k;
}

/* --- 5.3: successors ---------------------------------------------------------------------------------- */

static bool has_child(const struct asked *q, uint32_t note) {
    for (uint32_t i = 0; i < q->h->note_count; i++)
        if (q->h->note[i].parent == note && knows(q, i))
            return true;
    return false;
}

static uint32_t successor(const struct asked *q, uint32_t log) {
    uint32_t found = HISTORY_NONE;
    for (uint32_t state = 0; state < q->h->state_count; state++) {
        const struct history_word *w = word(q, state, log, true);
        unsigned alike = 0;
        for (uint32_t other = 0; w && other < q->h->state_count; other++) {
            const struct history_word *x = word(q, other, log, true);
            alike += x && x->note == w->note && x->successor == w->successor;
        }
        if (!w || q->trust->k == 0 || alike < q->trust->k || has_child(q, w->note))
            continue;
        if (found != HISTORY_NONE && found != w->successor)
            return HISTORY_NONE;
        found = w->successor;
    }
    return found;
}

static uint32_t heir(const struct naive *done, uint32_t log) {
    uint32_t at = log;
    for (unsigned steps = 0; done->next[at] != HISTORY_NONE; steps++) {
        if (steps > HISTORY_LOGS)
            return log;
        at = done->next[at];
    }
    return at;
}

/* --- 3: the view -------------------------------------------------------------------------------------- */

/* Step 1.  Of the notes after one: the trusted, the only one that enough States endorse, the only one. */
static uint32_t end_of_chain(const struct asked *q, uint32_t log, bool base, bool *contested) {
    uint32_t at = q->h->first_note[log], trusted = q->trust->trusted[log];
    *contested = false;
    for (;;) {
        uint32_t children = 0, child = HISTORY_NONE, closed = 0, by_words = HISTORY_NONE,
                 by_hand = HISTORY_NONE;
        for (uint32_t i = 0; i < q->h->note_count; i++) {
            if (q->h->note[i].parent != at || !knows(q, i))
                continue;
            children++;
            child = i;
            if (trusted != HISTORY_NONE && knows(q, trusted) && leads(q->h, i, trusted))
                by_hand = i;
            if (!base && endorsed(q, i)) {
                closed++;
                by_words = i;
            }
        }
        if (by_hand != HISTORY_NONE)
            at = by_hand;
        else if (closed == 1)
            at = by_words;
        else if (children == 1)
            at = child;
        else {
            *contested = children > 1;
            return at;
        }
    }
}

static bool holds(const struct asked *q, uint32_t log, uint32_t tree, uint64_t size) {
    for (uint32_t i = 0; size > 0 && i < q->h->tree_count; i++)
        if (q->h->tree[i].log == log && q->known->held[i] >= size && same(q->h, i, tree, size))
            return true;
    return size == 0;
}

/* Step 3, without the data: an operator of the note, within its bounds, upon its anchor. */
static bool signed_for(const struct history *h, const struct history_checkpoint *c, uint32_t note) {
    const struct history_note *n = &h->note[note];
    return c->log == n->log && history_operates(n, c->key) && n->anchor_size <= c->size &&
           c->size <= n->max && c->tree != HISTORY_NONE && same(h, c->tree, n->anchor_tree, n->anchor_size);
}

bool naive_proves(const struct history *h, uint32_t fork, uint32_t note) {
    const struct history_fork *e = &h->fork[fork];
    return signed_for(h, &h->checkpoint[e->a], note) && signed_for(h, &h->checkpoint[e->b], note) &&
           e->f >= h->note[note].anchor_size;
}

/* Steps 3 and 4.  Whatever was signed for the epoch and is held, by itself or before a located fork, is
 * compared with every other. */
static void grow_view(const struct asked *q, struct naive_view *view) {
    const struct history *h = q->h;
    uint32_t note = view->note, seen[HISTORY_CHECKPOINTS + HISTORY_FORKS], count_seen = 0;
    uint64_t size[HISTORY_CHECKPOINTS + HISTORY_FORKS], f = UINT64_MAX;
    for (uint32_t i = 0; i < h->checkpoint_count; i++) {
        const struct history_checkpoint *c = &h->checkpoint[i];
        if (!q->known->checkpoint[i] || !signed_for(h, c, note) || !holds(q, c->log, c->tree, c->size))
            continue;
        seen[count_seen] = c->tree;
        size[count_seen++] = c->size;
        if (c->size > view->size) {
            view->size = c->size;
            view->tree = c->tree;
        }
    }
    for (uint32_t i = 0; i < h->fork_count; i++) {
        uint32_t tree = h->checkpoint[h->fork[i].a].tree;
        if (!q->known->fork[i] || !naive_proves(h, i, note) ||
            !holds(q, h->note[note].log, tree, h->fork[i].f))
            continue;
        seen[count_seen] = tree;
        size[count_seen++] = h->fork[i].f;
        f = h->fork[i].f < f ? h->fork[i].f : f;
    }
    uint32_t at = view->tree;
    for (uint32_t i = 0; i < count_seen; i++)
        for (uint32_t j = 0; j < i; j++) {
            uint64_t least = size[i] < size[j] ? size[i] : size[j];
            uint64_t common = history_common(h, seen[i], seen[j], least);
            f = common < least && common < f ? common : f;
        }
    for (uint32_t i = 0; i < count_seen; i++)
        at = size[i] >= f ? seen[i] : at;
    if (f != UINT64_MAX) {
        view->size = f;
        view->tree = at;
        view->flags |= NAIVE_DISPUTED;
    }
}

static struct naive_view view_of_log(const struct asked *q, uint32_t log, bool base) {
    const struct history *h = q->h;
    struct naive_view view = {.note = HISTORY_NONE};
    if (!knows(q, h->first_note[log]))
        return view;
    bool contested;
    view.note = view.end = end_of_chain(q, log, base, &contested);
    view.flags = contested ? NAIVE_CONTESTED : 0;
    while (!holds(q, log, h->note[view.note].anchor_tree, h->note[view.note].anchor_size)) {
        view.note = h->note[view.note].parent;
        view.flags |= NAIVE_INCOMPLETE;
    }
    view.tree = h->note[view.note].anchor_tree;
    view.size = h->note[view.note].anchor_size;
    if (!contested || view.note != view.end)
        grow_view(q, &view);
    return view;
}

/* --- all together ------------------------------------------------------------------------------------- */

void naive_all(const struct history *h, const struct history_known *known, const struct history_trust *trust,
               struct naive *ret) {
    struct asked q = {.h = h, .known = known, .trust = trust, .done = ret};
    for (uint32_t log = 0; log < h->log_count; log++) {
        ret->base[log] = view_of_log(&q, log, true);
        read_words(&q, log);
    }
    for (uint32_t log = 0; log < h->log_count; log++) {
        ret->view[log] = view_of_log(&q, log, false);
        ret->next[log] = successor(&q, log);
        ret->admitted[log] = false;
    }
    for (uint32_t log = 0; log < h->log_count; log++) {
        uint32_t pinned = trust->pinned[h->state_of[log]];
        ret->heir[log] = heir(ret, log);
        if (pinned == log ||
            (pinned == HISTORY_NONE && knows(&q, h->first_note[log]) && endorsed(&q, h->first_note[log])))
            ret->admitted[ret->heir[log]] = true;
    }
}
