#include "tests/proto/belief.h"

#include <assert.h>
#include <string.h>

static bool root_at(void *context, uint32_t branch, uint64_t size, struct digest *ret) {
    const struct belief_log *l = context;
    if (size > l->branch[branch].len)
        return false;
    *ret = size == 0 ? l->empty : l->h->tree[l->branch[branch].tree].root[size];
    return true;
}

void belief_init(struct belief *b, const struct history *h) {
    struct digest empty = digest_empty();
    b->h = h;
    for (uint32_t log = 0; log < h->log_count; log++) {
        struct belief_log *l = &b->log[log];
        l->h = h;
        l->empty = empty;
        l->branch[0] = (struct belief_branch){HISTORY_NONE, 0};
        l->facts = (struct view_facts){.branch_count = 1, .trusted = VIEW_NONE, .root = root_at};
        l->facts.note = l->note;
        l->facts.candidate = l->candidate;
        l->facts.fork = l->fork;
        l->facts.context = l;
    }
}

uint32_t belief_find(const struct belief_log *l, uint32_t note) {
    for (uint32_t i = 0; i < l->facts.note_count; i++)
        if (l->place[i] == note)
            return i;
    return VIEW_NONE;
}

uint32_t belief_add_note(struct belief_log *l, uint32_t note) {
    const struct history_note *n = &l->h->note[note];
    uint32_t i = l->facts.note_count++;
    assert(i < BELIEF_NOTES);
    l->place[i] = note;
    l->note[i] = (struct view_note){.hash = n->hash,
                                    .parent = belief_find(l, n->parent),
                                    .epoch = n->epoch,
                                    .anchor_size = n->anchor_size,
                                    .anchor_root = n->anchor_root,
                                    .max = n->max};
    return i;
}

static const char *code(uint32_t state) {
    static const char codes[HISTORY_STATES][CODE_LEN + 1] = {"aa", "bb", "cc", "dd"};
    return codes[state];
}

static struct trust_word word_of(const struct history *h, uint32_t state, const struct history_word *w,
                                 const struct history_trust *trust) {
    struct trust_word ret = {.hold = trust->hold[state], .epoch = w->epoch};
    memcpy(ret.from, code(state), sizeof ret.from);
    memcpy(ret.code, code(w->state), sizeof ret.code);
    if (w->note == HISTORY_NONE)
        memset(&ret.note, 0xee, sizeof ret.note);
    else
        ret.note = h->note[w->note].hash;
    ret.successor[0] = (uint8_t)w->successor;
    return ret;
}

/* The latest words of one State, from the end of its base view back. */
static void read_words(struct belief *b, uint32_t state, const struct history_trust *trust) {
    uint32_t from = trust->pinned[state];
    bool endorsed[HISTORY_LOGS] = {false}, succeeded[HISTORY_LOGS] = {false};
    if (b->base[from].note == VIEW_NONE || b->base[from].size == 0)
        return;
    const struct history_tree *tree = &b->h->tree[b->log[from].branch[b->base[from].branch].tree];
    for (uint64_t i = b->base[from].size; i > 0; i--) {
        if (tree->leaf[i - 1] >= HISTORY_WORDS)
            continue;
        const struct history_word *w = &b->h->word[tree->leaf[i - 1]];
        bool *done = w->kind == HISTORY_SUCCEED ? &succeeded[w->log] : &endorsed[w->log];
        if (*done)
            continue;
        *done = true;
        if (w->kind == HISTORY_ENDORSE)
            b->endorse[w->log][b->endorse_count[w->log]++] = word_of(b->h, state, w, trust);
        else if (w->kind == HISTORY_SUCCEED)
            b->succeed[w->log][b->succeed_count[w->log]++] = word_of(b->h, state, w, trust);
    }
}

static void read_all_words(struct belief *b, const struct history_trust *trust) {
    memset(b->endorse_count, 0, sizeof b->endorse_count);
    memset(b->succeed_count, 0, sizeof b->succeed_count);
    for (uint32_t state = 0; state < b->h->state_count; state++)
        if (trust->pinned[state] != HISTORY_NONE)
            read_words(b, state, trust);
}

static struct view view_log(const struct belief_log *l, bool base) {
    return l->facts.note_count ? view_of(&l->facts, base) : (struct view){.note = VIEW_NONE};
}

static void succeed(struct belief *b, uint32_t log, const struct history_trust *trust) {
    struct belief_log *l = &b->log[log];
    uint8_t id[LOG_ID_LEN];
    b->next[log] = HISTORY_NONE;
    if (trust_succeed(l->note, l->facts.note_count, code(b->h->state_of[log]), trust->k, b->succeed[log],
                      b->succeed_count[log], id))
        b->next[log] = id[0];
}

void belief_compute(struct belief *b, const struct history_trust *trust) {
    for (uint32_t log = 0; log < b->h->log_count; log++) {
        struct belief_log *l = &b->log[log];
        l->facts.trusted =
            trust->trusted[log] == HISTORY_NONE ? VIEW_NONE : belief_find(l, trust->trusted[log]);
        b->base[log] = view_log(l, true);
    }
    read_all_words(b, trust);
    for (uint32_t log = 0; log < b->h->log_count; log++) {
        struct belief_log *l = &b->log[log];
        trust_endorse(l->note, l->facts.note_count, code(b->h->state_of[log]), trust->k, b->endorse[log],
                      b->endorse_count[log]);
        b->view[log] = view_log(l, false);
        succeed(b, log, trust);
        b->admitted[log] = false;
    }
    for (uint32_t log = 0; log < b->h->log_count; log++) {
        const struct belief_log *l = &b->log[log];
        uint32_t pinned = trust->pinned[b->h->state_of[log]];
        b->heir[log] = trust_follow(log, b->next, b->h->log_count);
        if (pinned == log || (pinned == HISTORY_NONE && l->facts.note_count && l->note[0].endorsed))
            b->admitted[b->heir[log]] = true;
    }
}
