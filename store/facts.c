#include "store/facts.h"

#include <string.h>

#include "store/directory.h"
#include "store/forks.h"
#include "store/records.h"
#include "store/roster.h"

/* ---- trees ---- */

static bool held_root(void *facts, uint32_t branch, uint64_t size, struct digest *ret) {
    struct facts *f = facts;
    return size <= f->held[branch] && merkle_root(ret, size, logs_lookup, &f->tree[branch]) == ERR_OK;
}

static void branches_load(struct txn *t, const struct log_record *record, struct facts *f) {
    f->x.branch_count = record->has_side ? 2 : 1;
    f->tree[0] = tree_of(t, record);
    f->held[0] = record->held;
    f->tree[1] = tree_of_side(t, record);
    f->held[1] = record->side_held;
}

/* ---- words ----
 *
 * They are read in the base view of the State that says them, and of each its latest on an origin counts. */

static bool word_read(struct txn *t, const struct log_record *from, enum leaf_kind kind, const uint8_t *about,
                      struct trust_word *ret) {
    uint64_t index;
    struct leaf leaf;
    uint8_t id[LOG_ID_LEN];
    char origin[ORIGIN_MAX + 1] = {0};
    if (!directory_word(t, from->id, kind, about, from->base, &index) ||
        !logs_leaf_of(t, from->id, index, kind, &leaf))
        return false;
    memcpy(ret->from, from->code, sizeof ret->from);
    memcpy(ret->code, leaf.word.code.ptr, leaf.word.code.len);
    ret->epoch = leaf.word.epoch;
    ret->note = leaf.word.note;
    if (kind == LEAF_SUCCEED) {
        memcpy(origin, leaf.word.successor.ptr, leaf.word.successor.len);
        origin_log_id(origin, id);
        memcpy(ret->successor, id, LOG_ID_LEN);
    }
    return true;
}

/* The words of all pinned States on an origin. */
static uint32_t words_load(struct txn *t, enum leaf_kind kind, const uint8_t *about,
                           struct trust_word ret[static WORDS_MAX]) {
    struct pin pin = {.origin = ""};
    uint32_t count = 0;
    while (count < WORDS_MAX && roster_next(t, &pin)) {
        struct log_record from;
        uint8_t id[LOG_ID_LEN];
        origin_log_id(pin.origin, id);
        ret[count] = (struct trust_word){.hold = pin.hold};
        if (logs_get(t, id, &from) && word_read(t, &from, kind, about, &ret[count]))
            count++;
    }
    return count;
}

static void notes_endorse(struct txn *t, const struct log_record *record, struct facts *f) {
    struct trust_word word[WORDS_MAX];
    unsigned k = roster_endorsements(t);
    uint32_t count = k ? words_load(t, LEAF_ENDORSE, record->id, word) : 0;
    trust_endorse(f->note, f->x.note_count, record->code, k, word, count);
}

bool facts_heir(struct txn *t, const struct log_record *record, const struct facts *f,
                uint8_t ret[static LOG_ID_LEN]) {
    struct trust_word word[WORDS_MAX];
    unsigned k = roster_endorsements(t);
    uint32_t count = k ? words_load(t, LEAF_SUCCEED, record->id, word) : 0;
    return trust_succeed(f->note, f->x.note_count, record->code, k, word, count, ret);
}

uint32_t facts_named(struct txn *t, const struct log_record *record, struct named ret[static NAMED_MAX]) {
    static const enum leaf_kind kinds[] = {LEAF_ENDORSE, LEAF_SUCCEED};
    struct trust_word word[WORDS_MAX];
    struct pin pin;
    uint32_t count = 0;
    if (roster_get(t, record->origin, &pin))
        ret[count++] = (struct named){pin.epoch, pin.hash};
    for (unsigned i = 0; roster_endorsements(t) && i < 2; i++) {
        uint32_t words = words_load(t, kinds[i], record->id, word);
        for (uint32_t w = 0; w < words; w++)
            ret[count++] = (struct named){word[w].epoch, word[w].note};
    }
    return count;
}

/* ---- notes, candidates, forks ---- */

uint32_t facts_note(const struct facts *f, const struct digest *hash) {
    for (uint32_t i = 0; i < f->x.note_count; i++)
        if (digest_eq(&f->note[i].hash, hash))
            return i;
    return VIEW_NONE;
}

static void candidates_load(struct txn *t, const struct log_record *record, struct facts *f) {
    static const enum checkpoint_slot slots[] = {SLOT_HEAD, SLOT_SIDE};
    struct slot slot;
    for (unsigned i = 0; i < f->x.branch_count; i++) {
        if (!slot_get(t, record->id, slots[i], &slot))
            continue;
        uint32_t note = facts_note(f, &slot.note);
        if (note != VIEW_NONE)
            f->candidate[f->x.candidate_count++] = (struct view_candidate){note, slot.size, slot.root};
    }
}

static void forks_load(struct txn *t, const struct log_record *record, struct facts *f) {
    struct bytes evidence;
    for (uint32_t i = 0; i < f->x.note_count; i++)
        if (forks_get(t, record->id, &f->note[i].hash, &f->fork[f->x.fork_count], &evidence))
            f->fork[f->x.fork_count++].note = i;
}

void facts_load(struct txn *t, const struct log_record *record, struct facts *ret) {
    struct pin pin;
    ret->x = (struct view_facts){.note = ret->note,
                                 .candidate = ret->candidate,
                                 .fork = ret->fork,
                                 .trusted = VIEW_NONE,
                                 .root = held_root,
                                 .context = ret};
    ret->x.note_count = notes_load(t, record->id, ret->note);
    if (!ret->x.note_count) {
        txn_fail(t, ERR_CORRUPT);
        return;
    }
    if (roster_get(t, record->origin, &pin))
        ret->x.trusted = facts_note(ret, &pin.hash);
    notes_endorse(t, record, ret);
    branches_load(t, record, ret);
    candidates_load(t, record, ret);
    forks_load(t, record, ret);
}
