/* Evidence behind the signature: whoever holds an operator's key signs whatever he likes, and still shows no
 * fork that is not there.  The input says how good evidence is changed before it is signed again. */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/lib/forked.h"

#define SIZE 24
#define ANCHOR 3
#define FORK 9

static struct forked state;

static struct digest any_root(struct supply *s) {
    return toytree_root(&state.branch[supply_byte(s) & 1], supply_below(s, SIZE + 1));
}

/* True proofs, but of whatever tree, size and index. */
static struct proved any_proved(struct supply *s) {
    uint64_t size = 1 + supply_below(s, SIZE), held = 1 + supply_below(s, (uint32_t)size);
    struct toytree_part whole = {&state.branch[supply_byte(s) & 1], size};
    struct digest root = toytree_root(whole.tree, size);
    struct proof proof;
    struct extension e;
    struct proved proved;
    MUST(merkle_prove_consistency(&proof, held, size, toytree_lookup, &whole) == ERR_OK);
    MUST(extension_init(&e, held, size, &root, &proof, toytree_lookup, &whole) == ERR_OK);
    MUST(extension_prove(&e, supply_below(s, (uint32_t)held + 1), supply_below(s, (uint32_t)held), &proved) ==
         ERR_OK);
    return proved;
}

static void change_proof(struct supply *s, struct proof *p) {
    uint8_t how = supply_byte(s);
    if (how < 64 && p->count < PROOF_MAX)
        p->node[p->count++] = any_root(s);
    else if (how < 128 && p->count)
        p->count--;
    else if (p->count)
        p->node[how % p->count].b[supply_below(s, DIGEST_LEN)] ^= supply_byte(s);
}

static void change_side(struct supply *s, struct evidence_side *side) {
    switch (supply_byte(s) % 7) {
    case 0:
        side->size = 1 + supply_below(s, SIZE);
        return;
    case 1:
        side->root = any_root(s);
        return;
    case 2:
        side->proved.leaf = toytree_leaf(supply_byte(s) % 3, supply_below(s, SIZE));
        return;
    case 3:
        change_proof(s, &side->proved.consistency);
        return;
    case 4:
        change_proof(s, &side->proved.inclusion);
        return;
    case 5:
        side->root.b[supply_below(s, DIGEST_LEN)] ^= supply_byte(s);
        return;
    default:
        side->proved = any_proved(s);
    }
}

static void change(struct supply *s, struct evidence *e) {
    switch (supply_byte(s) % 6) {
    case 0:
        e->f = supply_below(s, SIZE + 1);
        return;
    case 1:
        e->root_f = any_root(s);
        return;
    case 2:
        change_proof(s, &e->from_anchor);
        return;
    case 3:
        e->from_anchor = any_proved(s).consistency;
        return;
    case 4:
        e->side[supply_byte(s) & 1] = e->side[supply_byte(s) & 1];
        return;
    default:
        change_side(s, &e->side[supply_byte(s) & 1]);
    }
}

static void sign_again(struct evidence_side *side) {
    struct checkpoint c = {.size = side->size, .root = side->root};
    memcpy(c.origin, state.origin, sizeof c.origin);
    checkpoint_sign(&c, state.secret[0], &side->signature[0]);
    side->signature_count = 1;
}

/* The side's root is that of a prefix of this branch that goes beyond f, with the branch's leaf at f.  Its
 * size may be signed wrongly: trees of two sizes can have proofs of one shape, and the root still commits to
 * the leaf. */
static bool is_of(const struct evidence_side *side, unsigned branch, uint64_t f) {
    struct toytree_part part = {&state.branch[branch], SIZE};
    struct digest leaf;
    if (!toytree_lookup(&part, 0, f, &leaf) || !digest_eq(&leaf, &side->proved.leaf))
        return false;
    for (uint64_t size = f + 1; size <= SIZE; size++) {
        struct digest root = toytree_root(&state.branch[branch], size);
        if (digest_eq(&root, &side->root))
            return true;
    }
    return false;
}

static bool is_true(const struct evidence *e) {
    struct digest root = toytree_root(&state.branch[0], FORK);
    return e->f == FORK && digest_eq(&e->root_f, &root) &&
           ((is_of(&e->side[0], 0, FORK) && is_of(&e->side[1], 1, FORK)) ||
            (is_of(&e->side[0], 1, FORK) && is_of(&e->side[1], 0, FORK)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t buffer[EVIDENCE_MAX], again[EVIDENCE_MAX];
    static struct evidence good[2], e, read;
    struct supply s = {data, size};
    struct bytes first, second;
    if (state.f == 0) {
        forked_init(&state, ANCHOR, FORK, SIZE);
        MUST(forked_evidence(&state, SIZE, FORK + 1, &good[0]) == ERR_OK);
        MUST(forked_evidence(&state, 13, 20, &good[1]) == ERR_OK);
    }
    e = good[supply_byte(&s) & 1];
    for (unsigned changes = 0; s.left && changes < 16; changes++)
        change(&s, &e);
    sign_again(&e.side[0]);
    sign_again(&e.side[1]);
    if (evidence_check(&e, state.origin, &state.note))
        return 0;
    MUST(is_true(&e));
    MUST(evidence_write(&e, buffer, sizeof buffer, &first) == ERR_OK);
    MUST(evidence_read(first, &read) == ERR_OK);
    MUST(evidence_write(&read, again, sizeof again, &second) == ERR_OK);
    MUST(bytes_eq(first, second));
    return 0;
}
