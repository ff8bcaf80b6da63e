#include "tests/lib/forked.h"

#include <assert.h>
#include <string.h>

static void keys_make(struct forked *s) {
    for (uint8_t i = 0; i <= FORKED_OPERATORS; i++) {
        uint8_t seed[KEY_SEED_LEN] = "forked, a key of a test";
        seed[KEY_SEED_LEN - 1] = i;
        key_from_seed(seed, &s->key[i], s->secret[i]);
    }
}

void forked_init(struct forked *ret, uint64_t anchor, uint64_t f, uint64_t size) {
    uint8_t text[AUTHORITY_MAX], root_secret[KEY_SECRET_LEN], root_seed[KEY_SEED_LEN] = "forked, a root";
    struct bytes bytes;
    assert(anchor <= f && f < size);
    memset(ret, 0, sizeof *ret);
    keys_make(ret);
    ret->f = f;
    for (unsigned branch = 0; branch < 2; branch++)
        toytree_grow(&ret->branch[branch], branch + 1, f, size);
    struct authority *note = &ret->note;
    *note = (struct authority){.network = "poc.example",
                               .code = "ke",
                               .epoch = anchor ? 1 : 0,
                               .has_prev = anchor > 0,
                               .anchor_size = anchor,
                               .anchor_root = toytree_root(&ret->branch[0], anchor),
                               .max = TOYTREE_MAX,
                               .root_need = 1,
                               .root_count = 1,
                               .next_need = 1,
                               .next_count = 1,
                               .operator_count = FORKED_OPERATORS};
    key_from_seed(root_seed, &note->root[0], root_secret);
    note->next[0] = authority_commitment(&ret->key[FORKED_OPERATORS]);
    memcpy(note->operator_key, ret->key, sizeof note->operator_key[0] * FORKED_OPERATORS);
    enum err err = authority_write(note, text, sizeof text, &bytes);
    assert(!err);
    struct authority first = *note; /* the origin is that of another note, the first */
    first.epoch = 0;
    first.hash = digest_empty();
    authority_origin(&first, ret->origin);
}

void forked_sign(const struct forked *s, unsigned branch, uint64_t size, unsigned operators,
                 struct evidence_side *ret) {
    struct checkpoint c = {.size = size, .root = toytree_root(&s->branch[branch], size)};
    struct checkpoint_signature signature[FORKED_OPERATORS];
    unsigned count = 0;
    memcpy(c.origin, s->origin, sizeof c.origin);
    for (unsigned i = 0; i < FORKED_OPERATORS; i++)
        if (operators >> i & 1)
            checkpoint_sign(&c, s->secret[i], &signature[count++]);
    enum err err = evidence_side_begin(ret, &c, &s->note, signature, count);
    assert(!err);
}

enum err forked_evidence(const struct forked *s, uint64_t size_0, uint64_t size_1, struct evidence *ret) {
    struct toytree_part part[2] = {{&s->branch[0], size_0}, {&s->branch[1], size_1}};
    struct evidence_side side[2];
    struct extension tree[2];
    const struct proof none = {.count = 0};
    enum err err = ERR_OK;
    for (unsigned i = 0; i < 2 && !err; i++) {
        forked_sign(s, i, part[i].held, i + 1, &side[i]);
        err = extension_init(&tree[i], part[i].held, part[i].held, &side[i].root, &none, toytree_lookup,
                             &part[i]);
    }
    err = err ? err : extension_prove(&tree[1], s->f, s->f, &side[1].proved);
    return err ? err : evidence_make(ret, s->origin, &s->note, s->f, &tree[0], &side[0], &side[1]);
}
