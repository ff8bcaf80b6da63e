#include "tests/sim/desk_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/draft.h"
#include "tests/sim/accord.h"
#include "tests/sim/faults.h"
#include "tests/sim/speech.h"

const uint8_t desk_canary[16] = {0xc0, 0x17, 0x1d, 'm', 'e', 'm', 'b', 'e',
                                 'r',  's',  ' ',  'o', 'n', 'l', 'y', 0xca};

static bool huge; /* this batch has large entries */

static struct bytes payload_make(uint8_t *buffer, size_t max, enum part_class class, uint64_t number) {
    static uint8_t filling[PART_MAX - 128];
    struct writer w;
    struct bytes ret;
    writer_init(&w, buffer, max);
    writer_map(&w, huge ? 3 : 2);
    writer_uint(&w, 900);
    writer_uint(&w, number);
    writer_uint(&w, 901);
    writer_bin(&w, class == PART_MEMBERS ? BYTES(desk_canary) : bytes_str("for everybody"));
    if (huge) {
        memset(filling, (int)(number % 251), sizeof filling);
        writer_uint(&w, 902);
        writer_bin(&w, BYTES(filling));
    }
    return writer_end(&w, &ret) ? (struct bytes){0} : ret;
}

/* A leaf of a kind that this program does not know, whose parts it carries all the same. */
static void future_leaf(struct entry *e, uint8_t *buffer) {
    struct writer w;
    writer_init(&w, buffer, LEAF_MAX);
    writer_array(&w, 2);
    writer_str(&w, bytes_str("mission/v3"));
    writer_map(&w, 3);
    writer_uint(&w, 1);
    writer_uint(&w, SCENE_START_S);
    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        struct digest commitment = part_commitment((enum part_class) class, e->part[class].salted);
        writer_uint(&w, 8 + class);
        writer_bin(&w, BYTES(commitment.b));
    }
    if (writer_end(&w, &e->leaf))
        abort();
    fault_count(FAULT_FUTURE);
}

/* Canonical, and nothing that anybody could use: kept, and without effect. */
static void nonsense_leaf(struct entry *e, uint8_t *buffer, uint64_t number) {
    struct writer w;
    *e = (struct entry){.leaf = {0}};
    writer_init(&w, buffer, LEAF_MAX);
    writer_array(&w, 2);
    writer_str(&w, bytes_str("contact/v1"));
    writer_uint(&w, number);
    if (writer_end(&w, &e->leaf))
        abort();
    fault_count(FAULT_NONSENSE);
}

/* What was said about a person before is to be dropped everywhere. */
static void erase_leaf(struct entry *e, uint8_t *buffer, uint64_t index) {
    struct leaf leaf = {.kind = LEAF_ERASE, .time = SCENE_START_S};
    if (index <= BIRTH_ENTRIES)
        return;
    leaf.erase.count = 1;
    leaf.erase.entry[0] = dice_between(&scene.dice.work, BIRTH_ENTRIES, index - 1);
    *e = (struct entry){.leaf = {0}};
    if (leaf_encode(&leaf, buffer, LEAF_MAX, &e->leaf))
        abort();
    fault_count(FAULT_ERASE);
}

static void word_leaf(struct member *m, struct entry *e, uint8_t *buffer) {
    static const struct bytes no_part[PART_CLASSES];
    static const struct draft_salts salts;
    struct leaf leaf;
    size_t len;
    if (!speech_make(m, &leaf))
        return;
    *e = (struct entry){.leaf = {0}};
    if (draft_leaf(&leaf, no_part, &salts, buffer, e, &len))
        abort();
}

/* index: where it will stand. */
static size_t entry_make(struct member *m, uint64_t index, uint8_t *buffer, struct entry *ret) {
    struct dice *dice = &scene.dice.work;
    static uint8_t text[PART_CLASSES][PART_MAX];
    uint8_t id[CONTACT_ID_LEN] = {(uint8_t)m->number};
    struct bytes payload[PART_CLASSES] = {{0}};
    struct draft_salts salts;
    size_t len = 0;
    bool old = m->contacts && dice_chance(dice, 300);
    be64_put(id + 8, old ? dice_below(dice, m->contacts) : m->contacts++);
    for (size_t i = 0; i < sizeof salts; i++)
        ((uint8_t *)&salts)[i] = (uint8_t)dice_next(dice);
    memcpy(salts.class[PART_MEMBERS], desk_canary, sizeof desk_canary); /* nor may the salt be seen */
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        if (dice_chance(dice, 700))
            payload[class] =
                payload_make(text[class], sizeof text[class], (enum part_class) class, m->published);
    struct leaf leaf = {.kind = LEAF_CONTACT, .time = SCENE_START_S};
    memcpy(leaf.contact.id, id, sizeof id);
    leaf.contact.kind = bytes_str("technical");
    leaf.contact.valid_from = SCENE_START_S + (dice_chance(dice, 100) ? 86400 * 400 : 0);
    if (old && dice_chance(dice, 300)) {
        leaf = (struct leaf){.kind = LEAF_WITHDRAW, .time = SCENE_START_S};
        leaf.withdraw.kind = LEAF_CONTACT;
        leaf.withdraw.id = BYTES(id);
        payload[0] = payload[1] = (struct bytes){0};
    }
    if (draft_leaf(&leaf, payload, &salts, buffer, ret, &len))
        abort();
    m->published++;
    if (payload[0].len && payload[1].len && dice_chance(dice, 100))
        future_leaf(ret, buffer + len);
    else if (dice_chance(dice, 50))
        nonsense_leaf(ret, buffer + len, m->published);
    else if (fault_chance(FAULT_ERASE))
        erase_leaf(ret, buffer + len, index);
    else if (accord_is() && fault_chance(FAULT_WORDS))
        word_leaf(m, ret, buffer + len);
    return len + LEAF_MAX;
}

void desk_batch(struct member *m, const struct ownlog *log, const struct standing *standing, unsigned entries,
                bool large, struct pending *ret) {
    huge = large;
    size_t used = 0, len;
    *ret = (struct pending){.epoch = log->authority.epoch, .base = standing->base};
    snprintf(ret->origin, sizeof ret->origin, "%s", m->origin);
    ret->entry = calloc(entries + 1, sizeof *ret->entry);
    ret->data = malloc((entries + 2) * (DRAFT_ENTRY_MAX + LEAF_MAX));
    if (!ret->entry || !ret->data)
        abort();
    if (ret->epoch && ownlog_at_anchor(log)) {
        if (draft_note(&log->authority, SCENE_START_S, ret->data, &ret->entry[ret->count++], &len))
            abort();
        used += len;
    }
    for (unsigned i = 0; i < entries; i++) {
        uint64_t index = ret->base.size + ret->count;
        used += entry_make(m, index, ret->data + used, &ret->entry[ret->count++]);
    }
}
