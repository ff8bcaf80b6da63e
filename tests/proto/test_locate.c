/* The search for the first difference: found wherever it is, with honest peers and with liars, and made
 * evidence of. */
#include "proto/locate.h"

#include <string.h>

#include "proto/extension.h"
#include "tests/lib/forked.h"
#include "tests/lib/unhex.h"
#include "tests/test.h"

/* What an honest peer answers about a tree. */
static struct proved honest(const struct locate *l, merkle_lookup *lookup, void *tree) {
    struct extension e;
    struct proved answer;
    const struct proof none = {.count = 0};
    CHECK_OK(extension_init(&e, l->size, l->size, &l->root, &none, lookup, tree));
    CHECK_OK(extension_prove(&e, l->at, l->at, &answer));
    return answer;
}

struct search {
    uint64_t anchor, held, size; /* of the anchor, the tree at hand, the other */
    struct toytree_part own, other;
};

static struct locate begin(struct search *s) {
    struct locate l;
    struct digest root = toytree_root(s->other.tree, s->size);
    s->own.held = s->held;
    s->other.held = s->size;
    CHECK_OK(locate_begin(&l, s->anchor, s->held, s->size, &root, toytree_lookup, &s->own));
    return l;
}

static struct locate run(struct search *s) {
    struct locate l = begin(s);
    while (l.state == LOCATE_ASK) {
        struct proved answer = honest(&l, toytree_lookup, &s->other);
        CHECK_OK(locate_take(&l, &answer, toytree_lookup, &s->own));
        assert_true(l.asked <= 3 + 7); /* of at most 64 leaves */
    }
    return l;
}

#define SIZES 13

static void finds_every_difference_from_every_anchor(void **state) {
    (void)state;
    static struct toytree own, other;
    toytree_grow(&own, 1, 0, SIZES);
    for (uint64_t f = 0; f <= SIZES; f++) {
        memset(&other, 0, sizeof other);
        while (other.size < SIZES) {
            struct digest leaf = toytree_leaf(other.size < f ? 1 : 2, other.size);
            toytree_add(&other, &leaf);
        }
        for (uint64_t held = 0; held <= SIZES; held++)
            for (uint64_t size = 0; size <= SIZES; size++)
                for (uint64_t anchor = 0; anchor <= (held < size ? held : size); anchor++) {
                    struct search s = {anchor, held, size, {&own, held}, {&other, size}};
                    struct locate l = run(&s);
                    enum locate_state want = f >= held || f >= size ? LOCATE_NONE
                                             : f < anchor           ? LOCATE_VOID
                                                                    : LOCATE_FOUND;
                    if (anchor > f && (anchor == size || anchor == held))
                        want = LOCATE_VOID;
                    assert_int_equal(l.state, want);
                    if (want == LOCATE_FOUND)
                        assert_int_equal(l.at, f);
                    if (held == 0 || size == anchor || (size <= held && size <= f))
                        assert_int_equal(l.asked, 0); /* what is at hand tells */
                }
    }
}

/* Every answer a lie: the other tree's honest answers with the proof broken, or the leaf, or at random.  What
 * is found is true all the same, and the search ends. */
static void is_not_led_astray_by_a_liar(void **state) {
    (void)state;
    static struct toytree own, other;
    struct dice dice = {77};
    unsigned seen[LOCATE_LIAR + 1] = {0};
    for (unsigned round = 0; round < 1000; round++) {
        uint64_t f = dice_below(&dice, 64);
        memset(&own, 0, sizeof own);
        memset(&other, 0, sizeof other);
        toytree_grow(&own, 1, f, 64);
        toytree_grow(&other, 2, f, 64);
        struct search s = {dice_below(&dice, f + 1), 0, 0, {&own, 0}, {&other, 0}};
        s.held = s.anchor + dice_below(&dice, 64 - s.anchor) + 1;
        s.size = s.anchor + dice_below(&dice, 64 - s.anchor) + 1;
        struct locate l = begin(&s);
        while (l.state == LOCATE_ASK) {
            struct proved answer = honest(&l, toytree_lookup, &s.other);
            switch (dice_below(&dice, 4)) {
            case 0:
                answer.consistency.node[0].b[0] ^= 1;
                break;
            case 1:
                answer.consistency.count = (unsigned)dice_below(&dice, PROOF_MAX);
                break;
            case 2:
                answer.leaf.b[0] ^= (uint8_t)dice_below(&dice, 2);
                break;
            default:
                break;
            }
            CHECK_OK(locate_take(&l, &answer, toytree_lookup, &s.own));
            assert_true(l.asked <= 3 + 7);
        }
        seen[l.state]++;
        if (l.state == LOCATE_FOUND)
            assert_int_equal(l.at, f);
    }
    for (unsigned i = LOCATE_FOUND; i <= LOCATE_LIAR; i++)
        assert_true(seen[i] > 20);
}

static void names_the_peer_that_contradicts_itself(void **state) {
    (void)state;
    static struct toytree own, other;
    toytree_grow(&own, 1, 20, 40);
    toytree_grow(&other, 2, 20, 40);
    struct search s = {5, 40, 40, {&own, 40}, {&other, 40}};
    /* It hides the fork: nothing but the anchor is shown. */
    struct locate l = begin(&s);
    struct proved answer = honest(&l, toytree_lookup, &s.other);
    CHECK_OK(locate_take(&l, &answer, toytree_lookup, &s.own));
    while (l.state == LOCATE_ASK) {
        answer = honest(&l, toytree_lookup, &s.other);
        answer.consistency.node[0].b[0] ^= 1;
        CHECK_OK(locate_take(&l, &answer, toytree_lookup, &s.own));
    }
    assert_int_equal(l.state, LOCATE_LIAR);
    /* A leaf that does not stand where the tree is the same. */
    l = begin(&s);
    answer = honest(&l, toytree_lookup, &s.other);
    answer.leaf.b[0] ^= 1;
    CHECK_OK(locate_take(&l, &answer, toytree_lookup, &s.own));
    assert_int_equal(l.state, LOCATE_LIAR);
    /* It does not extend the anchor, or does not say so. */
    l = begin(&s);
    answer.consistency.count = 0;
    CHECK_OK(locate_take(&l, &answer, toytree_lookup, &s.own));
    assert_int_equal(l.state, LOCATE_VOID);
    /* It claims to extend nothing, and then shows that it extends all: an extension hidden. */
    s = (struct search){0, 20, 40, {&own, 20}, {&own, 40}};
    l = begin(&s);
    assert_int_equal(l.at, 20);
    answer.consistency.count = 0;
    CHECK_OK(locate_take(&l, &answer, toytree_lookup, &s.own));
    while (l.state == LOCATE_ASK) {
        answer = honest(&l, toytree_lookup, &s.other);
        CHECK_OK(locate_take(&l, &answer, toytree_lookup, &s.own));
    }
    assert_int_equal(l.state, LOCATE_LIAR);
}

static void asks_a_bounded_number_of_questions_of_huge_trees(void **state) {
    (void)state;
    struct dice dice = {9};
    unsigned most = 0;
    for (unsigned round = 0; round < 200; round++) {
        uint64_t size = (round % 2 ? 1 + dice_below(&dice, INT64_MAX) : INT64_MAX),
                 f = dice_below(&dice, size);
        struct toytree_huge own = {.held =
                                       round % 3 ? INT64_MAX - 1 : f + 1 + dice_below(&dice, INT64_MAX - f)},
                            other = {.held = size, .odd_count = 1, .odd = {f}, .branch = {1}};
        uint64_t anchor = round % 5 ? dice_below(&dice, f + 1) : 1 % (f + 1);
        struct digest root;
        struct locate l;
        if (own.held <= f)
            own.held = f + 1;
        CHECK_OK(merkle_root(&root, size, toytree_huge_lookup, &other));
        CHECK_OK(locate_begin(&l, anchor, own.held, size, &root, toytree_huge_lookup, &own));
        while (l.state == LOCATE_ASK) {
            struct proved answer = honest(&l, toytree_huge_lookup, &other);
            CHECK_OK(locate_take(&l, &answer, toytree_huge_lookup, &own));
        }
        assert_int_equal(l.state, LOCATE_FOUND);
        assert_true(l.at == f);
        most = l.asked > most ? l.asked : most;
    }
    assert_true(most <= LOCATE_QUESTIONS_MAX);
    assert_true(most > 50);
}

/* ---- from the search to the evidence, and on ---- */

#define LEAVES 300
#ifndef STRIDE
#define STRIDE 29 /* of anchors, for forks beyond EVERY; 1 takes a minute */
#endif
#define EVERY 24

/* One node holds a branch, asks another about its own, and makes evidence of what it finds. */
static struct evidence search_and_make(const struct forked *s, const struct evidence_side side[2]) {
    struct toytree_part own = {&s->branch[0], side[0].size}, other = {&s->branch[1], side[1].size};
    struct evidence_side found = side[1];
    struct extension tree;
    struct locate l;
    struct evidence e;
    const struct proof none = {.count = 0};
    CHECK_OK(locate_begin(&l, s->note.anchor_size, own.held, other.held, &found.root, toytree_lookup, &own));
    while (l.state == LOCATE_ASK) {
        found.proved = honest(&l, toytree_lookup, &other);
        CHECK_OK(locate_take(&l, &found.proved, toytree_lookup, &own));
    }
    assert_int_equal(l.state, LOCATE_FOUND);
    assert_int_equal(l.at, s->f);
    CHECK_OK(extension_init(&tree, own.held, own.held, &side[0].root, &none, toytree_lookup, &own));
    CHECK_OK(evidence_make(&e, s->origin, &s->note, l.at, &tree, &side[0], &found));
    return e;
}

/* A third node asks one that has kept the evidence and the f common leaves alone. */
static enum locate_state ask_holder(const struct forked *s, const struct evidence *e, unsigned side,
                                    const struct toytree *third, uint64_t *ret_at) {
    struct toytree_part own = {third, e->f}, common = {&s->branch[0], e->f};
    const struct evidence_side *asked = &e->side[side];
    struct locate l;
    struct proved answer;
    CHECK_OK(locate_begin(&l, s->note.anchor_size, e->f, asked->size, &asked->root, toytree_lookup, &own));
    while (l.state == LOCATE_ASK) {
        CHECK_OK(evidence_prove(e, asked->size, &asked->root, l.at, l.at, toytree_lookup, &common, &answer));
        CHECK_OK(locate_take(&l, &answer, toytree_lookup, &own));
    }
    *ret_at = l.at;
    return l.state;
}

/* Every fork; each anchor of the first ones, and some of the others. */
static void what_is_found_makes_evidence_for_every_fork_and_anchor(void **state) {
    (void)state;
    static struct forked s;
    static struct toytree third;
    struct dice dice = {300};
    struct evidence_side side[2];
    for (uint64_t f = 0; f < LEAVES; f++) {
        forked_init(&s, 0, f, LEAVES);
        for (unsigned i = 0; i < 2; i++)
            forked_sign(&s, i, f + 1 + dice_below(&dice, LEAVES - f), 1 + i, &side[i]);
        uint64_t earlier = dice_below(&dice, f + 1), at;
        memset(&third, 0, sizeof third);
        toytree_grow(&third, 3, earlier, LEAVES);
        for (uint64_t anchor = 0; anchor <= f; anchor++) {
            if (f > EVERY && anchor < f && (anchor + f) % STRIDE)
                continue;
            s.note.anchor_size = anchor;
            s.note.anchor_root = toytree_root(&s.branch[0], anchor);
            struct evidence e = search_and_make(&s, side);
            assert_int_equal(ask_holder(&s, &e, anchor & 1, &s.branch[1], &at), LOCATE_NONE);
            enum locate_state got = ask_holder(&s, &e, anchor & 1, &third, &at);
            assert_int_equal(got, earlier == f        ? LOCATE_NONE
                                  : earlier >= anchor ? LOCATE_FOUND
                                                      : LOCATE_VOID);
            assert_true(got != LOCATE_FOUND || at == earlier);
        }
    }
}

static void refuses_sizes_below_the_anchor_and_says_what_is_not_to_be_had(void **state) {
    (void)state;
    static struct toytree own;
    toytree_grow(&own, 1, 20, 40);
    struct toytree_part part = {&own, 40}, none = {&own, 0};
    struct digest root = toytree_root(&own, 30);
    struct proved answer = {.consistency.count = 0};
    struct locate l, before;
    CHECK_ERR(locate_begin(&l, 10, 9, 30, &root, toytree_lookup, &part), ERR_BOUNDS);
    CHECK_ERR(locate_begin(&l, 10, 40, 9, &root, toytree_lookup, &part), ERR_BOUNDS);
    CHECK_ERR(locate_begin(&l, 10, 40, UINT64_MAX, &root, toytree_lookup, &part), ERR_BOUNDS);
    CHECK_ERR(locate_begin(&l, 10, 40, 30, &root, toytree_lookup, &none), ERR_CORRUPT);
    root.b[0] ^= 1;
    CHECK_OK(locate_begin(&l, 10, 40, 30, &root, toytree_lookup, &part));
    before = l;
    CHECK_ERR(locate_take(&l, &answer, toytree_lookup, &none), ERR_CORRUPT);
    assert_memory_equal(&l, &before, sizeof l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_difference_from_every_anchor),
        cmocka_unit_test(is_not_led_astray_by_a_liar),
        cmocka_unit_test(names_the_peer_that_contradicts_itself),
        cmocka_unit_test(asks_a_bounded_number_of_questions_of_huge_trees),
        cmocka_unit_test(what_is_found_makes_evidence_for_every_fork_and_anchor),
        cmocka_unit_test(refuses_sizes_below_the_anchor_and_says_what_is_not_to_be_had),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
