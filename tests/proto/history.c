#include "tests/proto/history.h"

#include <assert.h>
#include <string.h>

/* SplitMix64: any seed is as good as any other. */
static uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

unsigned history_random(uint64_t *random, unsigned n) {
    *random += 0x9e3779b97f4a7c15u;
    return (unsigned)(mix(*random) % n);
}

/* A digest that depends on all that was put in before; not a hash for enemies. */
static struct digest chained(const struct digest *before, uint64_t value) {
    struct digest ret = {{0}};
    for (unsigned half = 0; half < 2; half++) {
        uint64_t word;
        memcpy(&word, before->b + half * sizeof word, sizeof word);
        word = mix(word + value * 0x9e3779b97f4a7c15u + half);
        memcpy(ret.b + half * sizeof word, &word, sizeof word);
    }
    return ret;
}

static struct digest named(uint64_t kind, uint64_t value) {
    return chained(&(struct digest){{(uint8_t)kind}}, value);
}

uint16_t history_plain(unsigned variant) {
    return (uint16_t)(HISTORY_WORDS + variant);
}

void history_grow(struct history *h, uint32_t tree, uint16_t leaf) {
    struct history_tree *t = &h->tree[tree];
    assert(t->len < HISTORY_LEAVES);
    t->root[t->len + 1] = chained(&t->root[t->len], leaf + 1u);
    t->leaf[t->len++] = leaf;
}

uint32_t history_branch(struct history *h, uint32_t log, uint32_t from, uint64_t size) {
    assert(h->tree_count < HISTORY_TREES);
    uint32_t tree = h->tree_count++;
    struct history_tree *t = &h->tree[tree];
    *t = (struct history_tree){.log = log};
    t->root[0] = digest_empty();
    for (uint64_t i = 0; i < size; i++)
        history_grow(h, tree, h->tree[from].leaf[i]);
    return tree;
}

uint32_t history_sign(struct history *h, uint32_t tree, uint64_t size, unsigned key) {
    assert(h->checkpoint_count < HISTORY_CHECKPOINTS && size <= h->tree[tree].len);
    struct history_checkpoint *c = &h->checkpoint[h->checkpoint_count];
    *c = (struct history_checkpoint){.log = h->tree[tree].log, .tree = tree, .key = key, .size = size};
    c->root = h->tree[tree].root[size];
    return h->checkpoint_count++;
}

bool history_locate(struct history *h, uint32_t a, uint32_t b) {
    const struct history_checkpoint *x = &h->checkpoint[a], *y = &h->checkpoint[b];
    uint64_t least = x->size < y->size ? x->size : y->size;
    uint64_t f = history_common(h, x->tree, y->tree, least);
    assert(h->fork_count < HISTORY_FORKS);
    if (f == least)
        return false;
    h->fork[h->fork_count++] = (struct history_fork){a, b, f};
    return true;
}

void history_send(struct history *h, enum history_what what, uint32_t which, uint64_t size) {
    assert(h->message_count < HISTORY_MESSAGES);
    h->message[h->message_count++] = (struct history_message){what, which, size};
}

uint32_t history_renew(struct history *h, uint32_t log, uint32_t parent) {
    assert(h->note_count < HISTORY_NOTES);
    uint32_t place = h->note_count++;
    struct history_note *n = &h->note[place];
    *n = (struct history_note){.log = log, .parent = parent, .root_need = 2, .next_need = 2};
    n->hash = named(1, place);
    n->root = parent == HISTORY_NONE ? 7u : h->note[parent].next;
    n->epoch = parent == HISTORY_NONE ? 0 : h->note[parent].epoch + 1;
    n->next = 7u << (3 * (n->epoch + 1));
    n->signers = n->root;
    n->operator_count = 1;
    n->operator_key[0] = place;
    n->anchor_tree = HISTORY_NONE;
    n->anchor_root = digest_empty();
    n->max = 20;
    return place;
}

void history_learn(struct history_known *known, const struct history_message *message) {
    switch (message->what) {
    case HISTORY_NOTE:
        known->note[message->which] = true;
        break;
    case HISTORY_CHECKPOINT:
        known->checkpoint[message->which] = true;
        break;
    case HISTORY_FORK:
        known->fork[message->which] = true;
        break;
    case HISTORY_TREE:
        if (known->held[message->which] < message->size)
            known->held[message->which] = message->size;
        break;
    }
}

uint64_t history_common(const struct history *h, uint32_t a, uint32_t b, uint64_t max) {
    uint64_t i = 0;
    while (i < max && i < h->tree[a].len && i < h->tree[b].len && h->tree[a].leaf[i] == h->tree[b].leaf[i])
        i++;
    return i;
}

bool history_operates(const struct history_note *note, unsigned key) {
    for (unsigned i = 0; i < note->operator_count; i++)
        if (note->operator_key[i] == key)
            return true;
    return false;
}
