/* Evidence of a fork: what is made is believed by whoever has the note, and each rule refuses alone. */
#include "proto/evidence.h"

#include <string.h>

#include "tests/lib/forked.h"
#include "tests/lib/guard.h"
#include "tests/lib/unhex.h"
#include "tests/test.h"

static struct forked state_ke;
static struct evidence good;
static struct guard guard;

static enum err check(const struct evidence *e) {
    return evidence_check(e, state_ke.origin, &state_ke.note);
}

/* Write, read and write again: the same bytes, and the same verdict. */
static void there_and_back(const struct forked *s, const struct evidence *e) {
    static uint8_t first[EVIDENCE_MAX], second[EVIDENCE_MAX];
    struct bytes a, b;
    struct evidence read;
    CHECK_OK(evidence_write(e, first, sizeof first, &a));
    CHECK_OK(evidence_read(a, &read));
    CHECK_OK(evidence_write(&read, second, sizeof second, &b));
    assert_true(bytes_eq(a, b));
    CHECK_OK(evidence_check(&read, s->origin, &s->note));
}

static void is_made_for_every_anchor_and_index_and_size(void **state) {
    (void)state;
    static struct forked s;
    struct evidence e;
    unsigned made = 0;
    for (uint64_t f = 0; f <= 12; f++)
        for (uint64_t anchor = 0; anchor <= f; anchor++) {
            forked_init(&s, anchor, f, 14);
            for (uint64_t a = f + 1; a <= 14; a++) {
                uint64_t b = f + 1 + (a * 7 + anchor) % (14 - f);
                CHECK_OK(forked_evidence(&s, a, b, &e));
                assert_int_equal(e.f, f);
                assert_true(memcmp(e.side[0].proved.leaf.b, e.side[1].proved.leaf.b, DIGEST_LEN) < 0);
                there_and_back(&s, &e);
                made++;
            }
        }
    assert_true(made > 400);
}

static void is_the_same_whoever_makes_it(void **state) {
    (void)state;
    struct toytree_part part = {&state_ke.branch[1], 29};
    struct evidence_side mine, other = good.side[0].size == 40 ? good.side[0] : good.side[1];
    struct extension own;
    struct evidence e;
    const struct proof none = {.count = 0};
    uint8_t first[EVIDENCE_MAX], second[EVIDENCE_MAX];
    struct bytes a, b;
    forked_sign(&state_ke, 1, 29, 2, &mine);
    CHECK_OK(extension_init(&own, 29, 29, &mine.root, &none, toytree_lookup, &part));
    CHECK_OK(evidence_make(&e, state_ke.origin, &state_ke.note, 20, &own, &mine, &other));
    CHECK_OK(evidence_write(&good, first, sizeof first, &a));
    CHECK_OK(evidence_write(&e, second, sizeof second, &b));
    assert_true(bytes_eq(a, b));
}

static void is_not_made_of_what_is_no_fork(void **state) {
    (void)state;
    struct toytree_part part = {&state_ke.branch[0], 40};
    struct evidence_side mine, other;
    struct extension own;
    struct evidence e;
    const struct proof none = {.count = 0};
    forked_sign(&state_ke, 0, 40, 1, &mine);
    CHECK_OK(extension_init(&own, 40, 40, &mine.root, &none, toytree_lookup, &part));
    /* A prefix of one's own tree. */
    forked_sign(&state_ke, 0, 30, 1, &other);
    struct toytree_part prefix = {&state_ke.branch[0], 30};
    struct extension tree;
    CHECK_OK(extension_init(&tree, 30, 30, &other.root, &none, toytree_lookup, &prefix));
    CHECK_OK(extension_prove(&tree, 20, 20, &other.proved));
    CHECK_ERR(evidence_make(&e, state_ke.origin, &state_ke.note, 20, &own, &mine, &other), ERR_ALIKE);
    /* The other branch, but not at its first difference, or at none that there is. */
    struct toytree_part rest = {&state_ke.branch[1], 40};
    forked_sign(&state_ke, 1, 40, 2, &other);
    CHECK_OK(extension_init(&tree, 40, 40, &other.root, &none, toytree_lookup, &rest));
    CHECK_OK(extension_prove(&tree, 25, 25, &other.proved));
    CHECK_ERR(evidence_make(&e, state_ke.origin, &state_ke.note, 25, &own, &mine, &other), ERR_PROOF);
    CHECK_ERR(evidence_make(&e, state_ke.origin, &state_ke.note, 4, &own, &mine, &other), ERR_BOUNDS);
    CHECK_ERR(evidence_make(&e, state_ke.origin, &state_ke.note, 40, &own, &mine, &other), ERR_RANGE);
    part.held = 0;
    CHECK_ERR(evidence_make(&e, state_ke.origin, &state_ke.note, 20, &own, &mine, &other), ERR_CORRUPT);
}

/* ---- each rule ---- */

/* Sign a side again, as who holds an operator's key can: what is signed is then no reason to refuse. */
static void sign_again(struct evidence_side *side) {
    struct checkpoint c = {.size = side->size, .root = side->root};
    memcpy(c.origin, state_ke.origin, sizeof c.origin);
    checkpoint_sign(&c, state_ke.secret[0], &side->signature[0]);
    side->signature_count = 1;
}

static void of_another_log(struct evidence *e) {
    e->log[LOG_ID_LEN - 1] ^= 1;
}
static void of_another_note(struct evidence *e) {
    e->note.b[0] ^= 1;
}
static void sides_in_the_other_order(struct evidence *e) {
    struct evidence_side swap = e->side[0];
    e->side[0] = e->side[1];
    e->side[1] = swap;
}
static void without_signatures(struct evidence *e) {
    e->side[1].signature_count = 0;
}
static void with_too_many_signatures(struct evidence *e) {
    e->side[1].signature_count = EVIDENCE_SIGNATURES_MAX + 1;
}
static void with_one_signature_twice(struct evidence *e) {
    e->side[1].signature_count = 2;
    e->side[1].signature[1] = e->side[1].signature[0];
}
static void with_one_side_twice(struct evidence *e) {
    e->side[1] = e->side[0];
}
static void below_the_anchor(struct evidence *e) {
    e->f = state_ke.note.anchor_size - 1;
}
static void beyond_max(struct evidence *e) {
    e->side[0].size = state_ke.note.max + 1;
}
static void at_the_end_of_a_side(struct evidence *e) {
    e->f = e->side[0].size < e->side[1].size ? e->side[0].size : e->side[1].size;
}
static void signed_by_a_stranger(struct evidence *e) {
    e->side[0].signature[0].key = state_ke.key[FORKED_OPERATORS];
}
static void signed_wrongly(struct evidence *e) {
    e->side[0].signature[0].signature.b[3] ^= 1;
}
static void signed_by_another_operator(struct evidence *e) {
    e->side[0].signature[0].key = state_ke.key[2];
}
static void of_a_size_that_was_not_signed(struct evidence *e) {
    e->side[0].size++;
}
static void of_a_root_that_was_not_signed(struct evidence *e) {
    e->side[1].root.b[5] ^= 1;
}
static void of_a_signed_root_of_nothing(struct evidence *e) {
    e->side[1].root.b[5] ^= 1;
    sign_again(&e->side[1]);
}
static void of_a_signed_size_of_another_tree(struct evidence *e) {
    e->side[1].size += 64;
    sign_again(&e->side[1]);
}
static void at_another_index(struct evidence *e) {
    e->f++;
}
static void of_other_common_leaves(struct evidence *e) {
    e->root_f.b[8] ^= 1;
}
static void of_another_anchor(struct evidence *e) {
    e->from_anchor.node[0].b[0] ^= 1;
}
static void with_a_proof_from_the_anchor_too_long(struct evidence *e) {
    e->from_anchor.node[e->from_anchor.count++] = e->root_f;
}
static void without_the_proof_from_the_anchor(struct evidence *e) {
    e->from_anchor.count = 0;
}
static void with_a_wrong_consistency(struct evidence *e) {
    e->side[0].proved.consistency.node[0].b[1] ^= 1;
}
static void without_a_consistency(struct evidence *e) {
    e->side[1].proved.consistency.count = 0;
}
static void with_a_wrong_inclusion(struct evidence *e) {
    e->side[0].proved.inclusion.node[0].b[1] ^= 1;
}
static void with_a_short_inclusion(struct evidence *e) {
    e->side[1].proved.inclusion.count--;
}
static void with_another_leaf(struct evidence *e) {
    e->side[0].proved.leaf.b[31] ^= 1;
}
static void with_the_proofs_of_the_other_side(struct evidence *e) {
    struct digest leaf = e->side[0].proved.leaf;
    e->side[0].proved = e->side[1].proved;
    e->side[0].proved.leaf = leaf;
}

/* One thing is changed, and one rule speaks. */
static void refuses_each_lie_with_its_reason(void **state) {
    (void)state;
    static const struct {
        void (*change)(struct evidence *e);
        enum err want;
    } lies[] = {
        {of_another_log, ERR_ORIGIN},
        {of_another_note, ERR_EPOCH},
        {sides_in_the_other_order, ERR_SCHEMA},
        {without_signatures, ERR_SCHEMA},
        {with_too_many_signatures, ERR_SCHEMA},
        {with_one_signature_twice, ERR_SCHEMA},
        {with_one_side_twice, ERR_ALIKE},
        {below_the_anchor, ERR_BOUNDS},
        {beyond_max, ERR_BOUNDS},
        {at_the_end_of_a_side, ERR_RANGE},
        {signed_by_a_stranger, ERR_UNSIGNED},
        {signed_wrongly, ERR_SIGNATURE},
        {signed_by_another_operator, ERR_SIGNATURE},
        {of_a_size_that_was_not_signed, ERR_SIGNATURE},
        {of_a_root_that_was_not_signed, ERR_SIGNATURE},
        {of_a_signed_root_of_nothing, ERR_PROOF},
        {of_a_signed_size_of_another_tree, ERR_PROOF},
        {at_another_index, ERR_PROOF},
        {of_other_common_leaves, ERR_ANCHOR},
        {of_another_anchor, ERR_ANCHOR},
        {with_a_proof_from_the_anchor_too_long, ERR_ANCHOR},
        {without_the_proof_from_the_anchor, ERR_ANCHOR},
        {with_a_wrong_consistency, ERR_PROOF},
        {without_a_consistency, ERR_PROOF},
        {with_a_wrong_inclusion, ERR_PROOF},
        {with_a_short_inclusion, ERR_PROOF},
        {with_another_leaf, ERR_PROOF},
        {with_the_proofs_of_the_other_side, ERR_PROOF},
    };
    CHECK_OK(check(&good));
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct evidence e = good;
        lies[i].change(&e);
        if (check(&e) != lies[i].want)
            fail_msg("lie %zu: %s, not %s", i, err_name(check(&e)), err_name(lies[i].want));
    }
}

/* An anchor at f has no proof of its own: its root must be that of the f leaves. */
static void holds_an_anchor_at_the_fork_to_its_root(void **state) {
    (void)state;
    static struct forked s;
    struct evidence e;
    for (uint64_t f = 0; f <= 9; f += 9) {
        forked_init(&s, f, f, 12);
        CHECK_OK(forked_evidence(&s, 11, 12, &e));
        assert_int_equal(e.from_anchor.count, 0);
        CHECK_OK(evidence_check(&e, s.origin, &s.note));
        struct evidence other = e;
        other.root_f.b[0] ^= 1;
        CHECK_ERR(evidence_check(&other, s.origin, &s.note), ERR_ANCHOR);
        other = e;
        other.from_anchor.node[other.from_anchor.count++] = e.root_f;
        CHECK_ERR(evidence_check(&other, s.origin, &s.note), ERR_ANCHOR);
        if (f > 0)
            continue;
        other = e; /* from nothing there is no consistency */
        other.side[0].proved.consistency.count = 1;
        CHECK_ERR(evidence_check(&other, s.origin, &s.note), ERR_PROOF);
    }
}

static void passes_over_signatures_of_keys_that_may_not_sign(void **state) {
    (void)state;
    struct evidence e = good;
    struct evidence_side *side = &e.side[0];
    const struct pubkey *stranger = &state_ke.key[FORKED_OPERATORS];
    bool after = memcmp(side->signature[0].key.b, stranger->b, KEY_LEN) < 0;
    side->signature[1] = side->signature[0];
    side->signature[after ? 1 : 0].key = *stranger;
    side->signature_count = 2;
    CHECK_OK(check(&e));
    side->signature[after ? 0 : 1].signature.b[0] ^= 1;
    CHECK_ERR(check(&e), ERR_SIGNATURE);
}

static void begins_a_side_with_the_two_lowest_keys(void **state) {
    (void)state;
    struct checkpoint c = {.size = 40, .root = toytree_root(&state_ke.branch[0], 40)};
    struct checkpoint_signature s[FORKED_OPERATORS + 2];
    struct evidence_side side, again;
    memcpy(c.origin, state_ke.origin, sizeof c.origin);
    for (unsigned i = 0; i <= FORKED_OPERATORS; i++) /* the last is no operator */
        checkpoint_sign(&c, state_ke.secret[i], &s[i]);
    s[FORKED_OPERATORS + 1] = s[0];
    for (unsigned turn = 0; turn < FORKED_OPERATORS + 2; turn++) {
        CHECK_OK(evidence_side_begin(&side, &c, &state_ke.note, s, FORKED_OPERATORS + 2));
        assert_int_equal(side.signature_count, 2);
        assert_true(memcmp(side.signature[0].key.b, side.signature[1].key.b, KEY_LEN) < 0);
        for (unsigned i = 0; i < FORKED_OPERATORS; i++)
            assert_true(memcmp(state_ke.key[i].b, side.signature[1].key.b, KEY_LEN) >= 0 ||
                        pubkey_eq(&state_ke.key[i], &side.signature[0].key));
        if (turn > 0)
            assert_memory_equal(side.signature, again.signature, sizeof side.signature);
        again = side;
        struct checkpoint_signature first = s[0];
        memmove(&s[0], &s[1], (FORKED_OPERATORS + 1) * sizeof s[0]);
        s[FORKED_OPERATORS + 1] = first;
    }
    for (unsigned i = 0; i < FORKED_OPERATORS + 2; i++)
        if (pubkey_eq(&s[i].key, &state_ke.key[FORKED_OPERATORS]))
            CHECK_ERR(evidence_side_begin(&side, &c, &state_ke.note, &s[i], 1), ERR_UNSIGNED);
    CHECK_ERR(evidence_side_begin(&side, &c, &state_ke.note, s, 0), ERR_UNSIGNED);
    s[2].signature.b[0] ^= 1;
    s[2].key = state_ke.key[1];
    CHECK_ERR(evidence_side_begin(&side, &c, &state_ke.note, s, 3), ERR_SIGNATURE);
}

/* ---- bytes ---- */

static void refuses_every_truncation_and_every_flipped_bit(void **state) {
    (void)state;
    static uint8_t bytes[EVIDENCE_MAX], again[EVIDENCE_MAX];
    struct bytes written, out;
    struct evidence got;
    CHECK_OK(evidence_write(&good, bytes, sizeof bytes, &written));
    for (size_t max = 0; max < written.len; max++)
        CHECK_ERR(evidence_write(&good, again, max, &out), ERR_FULL);
    for (size_t cut = 0; cut < written.len; cut++)
        CHECK_REFUSED(evidence_read((struct bytes){guard_copy(&guard, bytes, cut), cut}, &got));
    for (size_t bit = 0; bit < 8 * written.len; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        const uint8_t *copy = guard_copy(&guard, bytes, written.len);
        if (evidence_read((struct bytes){copy, written.len}, &got) == ERR_OK) {
            CHECK_OK(evidence_write(&got, again, sizeof again, &out));
            assert_int_equal(out.len, written.len);
            assert_memory_equal(out.ptr, copy, out.len);
            CHECK_REFUSED(check(&got));
        }
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    bytes[written.len] = 0xc0;
    CHECK_REFUSED(evidence_read((struct bytes){bytes, written.len + 1}, &got));
}

static void fits_its_bound_at_its_longest(void **state) {
    (void)state;
    static uint8_t bytes[2 * EVIDENCE_MAX];
    struct evidence e = good, got;
    struct bytes written;
    e.f = INT64_MAX;
    e.from_anchor.count = PROOF_MAX;
    for (unsigned i = 0; i < 2; i++) {
        e.side[i].size = INT64_MAX;
        e.side[i].proved.consistency.count = e.side[i].proved.inclusion.count = PROOF_MAX;
        e.side[i].signature_count = 2;
        memset(&e.side[i].signature[1], 0xff, sizeof e.side[i].signature[1]);
    }
    CHECK_OK(evidence_write(&e, bytes, sizeof bytes, &written));
    assert_true(written.len <= EVIDENCE_MAX);
    CHECK_OK(evidence_read(written, &got));
    CHECK_ERR(check(&got), ERR_BOUNDS);
    memset(bytes, 0, sizeof bytes);
    CHECK_ERR(evidence_read((struct bytes){bytes, EVIDENCE_MAX + 1}, &got), ERR_SIZE);
}

/* ---- answering ---- */

/* Who holds the common leaves alone answers as who holds the branch. */
static void answers_for_both_sides_from_the_common_leaves(void **state) {
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        const struct evidence_side *side = &good.side[i];
        const struct toytree *branch = &state_ke.branch[side->size == 40 ? 0 : 1];
        struct toytree_part whole = {branch, side->size}, common = {&state_ke.branch[0], good.f};
        struct proved got;
        for (uint64_t a = 0; a <= good.f; a++)
            for (uint64_t index = 0; index <= good.f; index++) {
                CHECK_OK(
                    evidence_prove(&good, side->size, &side->root, a, index, toytree_lookup, &common, &got));
                struct digest root = toytree_root(branch, a), leaf;
                CHECK_OK(proved_begins(&got, a, &root, side->size, &side->root));
                CHECK_OK(proved_stands(&got, index, side->size, &side->root));
                assert_true(toytree_lookup(&whole, 0, index, &leaf));
                assert_true(digest_eq(&leaf, &got.leaf));
            }
        const struct digest *root = &side->root;
        uint64_t size = side->size, f = good.f;
        CHECK_ERR(evidence_prove(&good, size, root, f + 1, f, toytree_lookup, &common, &got), ERR_RANGE);
        CHECK_ERR(evidence_prove(&good, size, root, f, f + 1, toytree_lookup, &common, &got), ERR_RANGE);
        CHECK_ERR(evidence_prove(&good, size + 1, root, f, f, toytree_lookup, &common, &got), ERR_NOT_FOUND);
        root = &good.root_f;
        CHECK_ERR(evidence_prove(&good, size, root, f, f, toytree_lookup, &common, &got), ERR_NOT_FOUND);
    }
}

/* A fork at 20 is known, and only its common leaves are held; a tree that leaves them at 7 comes up. */
static void a_smaller_fork_is_shown_from_the_common_leaves(void **state) {
    (void)state;
    static struct forked earlier;
    struct evidence e;
    struct evidence_side mine = good.side[0], other;
    struct toytree_part common = {&state_ke.branch[0], good.f}, rest;
    struct extension own, tree;
    const struct proof none = {.count = 0};
    forked_init(&earlier, 5, 7, 33);
    assert_string_equal(earlier.origin, state_ke.origin);
    forked_sign(&earlier, 1, 33, 4, &other);
    rest = (struct toytree_part){&earlier.branch[1], 33};
    CHECK_OK(extension_init(&tree, 33, 33, &other.root, &none, toytree_lookup, &rest));
    CHECK_OK(extension_prove(&tree, 7, 7, &other.proved));
    CHECK_OK(extension_init(&own, good.f, mine.size, &mine.root, &mine.proved.consistency, toytree_lookup,
                            &common));
    CHECK_OK(evidence_make(&e, state_ke.origin, &state_ke.note, 7, &own, &mine, &other));
    assert_int_equal(e.f, 7);
    there_and_back(&state_ke, &e);
}

/* At each bound of its form it is read, and refused for another reason; one beyond, for that. */
static void is_bounded_in_depth_and_items(void **state) {
    (void)state;
    uint8_t deep[EVIDENCE_DEPTH + 2], wide[4 + EVIDENCE_ITEMS + 1];
    struct evidence e;
    memset(deep, 0x91, sizeof deep);
    deep[EVIDENCE_DEPTH] = 0xc0;
    assert_int_not_equal(evidence_read((struct bytes){deep, EVIDENCE_DEPTH + 1}, &e), ERR_DEPTH);
    deep[EVIDENCE_DEPTH] = 0x91;
    deep[EVIDENCE_DEPTH + 1] = 0xc0;
    CHECK_ERR(evidence_read((struct bytes){deep, EVIDENCE_DEPTH + 2}, &e), ERR_DEPTH);
    memset(wide, 0xc0, sizeof wide);
    memcpy(wide, (const uint8_t[]){0x91, 0xdc, 0, EVIDENCE_ITEMS}, 4);
    assert_int_not_equal(evidence_read((struct bytes){wide, 4 + EVIDENCE_ITEMS}, &e), ERR_ITEMS);
    wide[3]++;
    CHECK_ERR(evidence_read((struct bytes){wide, 4 + EVIDENCE_ITEMS + 1}, &e), ERR_ITEMS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_bounded_in_depth_and_items),
        cmocka_unit_test(is_made_for_every_anchor_and_index_and_size),
        cmocka_unit_test(is_the_same_whoever_makes_it),
        cmocka_unit_test(is_not_made_of_what_is_no_fork),
        cmocka_unit_test(refuses_each_lie_with_its_reason),
        cmocka_unit_test(holds_an_anchor_at_the_fork_to_its_root),
        cmocka_unit_test(passes_over_signatures_of_keys_that_may_not_sign),
        cmocka_unit_test(begins_a_side_with_the_two_lowest_keys),
        cmocka_unit_test(refuses_every_truncation_and_every_flipped_bit),
        cmocka_unit_test(fits_its_bound_at_its_longest),
        cmocka_unit_test(answers_for_both_sides_from_the_common_leaves),
        cmocka_unit_test(a_smaller_fork_is_shown_from_the_common_leaves),
    };
    guard_open(&guard, EVIDENCE_MAX);
    forked_init(&state_ke, 5, 20, 40);
    CHECK_OK(forked_evidence(&state_ke, 40, 29, &good));
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    guard_close(&guard);
    return failed;
}
