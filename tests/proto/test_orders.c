/* Small histories of one log, all of them, in every order of arrival: two notes or three, two trees of at
 * most three leaves, a checkpoint of each, one or two forks.
 *
 * Up to the names of leaves the trees are aaa and, from f on, b; a third, of which no leaf is sent, parts
 * from the first at g.  Each order is a way through the sets of messages; nodes that keep the same after the
 * same messages are one, so that all 8! orders are tried and few nodes are. */
#include <string.h>

#include "tests/proto/bounded.h"
#include "tests/proto/naive.h"
#include "tests/proto/whole.h"
#include "tests/test.h"

#define MESSAGES 8
#define STATES 64 /* different nodes after the same messages */
#define KEPT 6

/* What a bounded node keeps of the log, and nothing else. */
struct snapshot {
    uint32_t note_count, branch_count, candidate_count, fork_count;
    uint32_t place[KEPT];
    struct belief_branch branch[2];
    struct view_candidate candidate[KEPT];
    struct view_fork fork[KEPT];
};

struct states {
    unsigned count;
    struct snapshot state[STATES];
};

static struct history h;
static struct bounded node;
static struct belief whole;
static struct states after[1 << MESSAGES];
static unsigned long histories, nodes, views[8];

static struct snapshot save(void) {
    const struct belief_log *l = &node.kept.log[0];
    struct snapshot s;
    memset(&s, 0, sizeof s);
    s.note_count = l->facts.note_count;
    s.branch_count = l->facts.branch_count;
    s.candidate_count = l->facts.candidate_count;
    s.fork_count = l->facts.fork_count;
    assert_true(s.note_count <= KEPT && s.branch_count <= 2 && s.candidate_count <= KEPT &&
                s.fork_count <= KEPT);
    memcpy(s.place, l->place, s.note_count * sizeof s.place[0]);
    for (uint32_t i = 0; i < s.branch_count; i++) {
        s.branch[i].tree = l->branch[i].tree;
        s.branch[i].len = l->branch[i].len;
    }
    for (uint32_t i = 0; i < s.candidate_count; i++) {
        s.candidate[i].note = l->candidate[i].note;
        s.candidate[i].size = l->candidate[i].size;
        s.candidate[i].root = l->candidate[i].root;
    }
    for (uint32_t i = 0; i < s.fork_count; i++) {
        s.fork[i].note = l->fork[i].note;
        s.fork[i].f = l->fork[i].f;
        s.fork[i].root = l->fork[i].root;
    }
    return s;
}

/* A node that keeps this, whose peers have been sent a set of messages. */
static void load(const struct snapshot *s, unsigned set) {
    bounded_init(&node, &h, &h.trust);
    struct belief_log *l = &node.kept.log[0];
    for (uint32_t i = 0; i < s->note_count; i++)
        belief_add_note(l, s->place[i]);
    memcpy(l->branch, s->branch, sizeof s->branch);
    memcpy(l->candidate, s->candidate, sizeof s->candidate);
    memcpy(l->fork, s->fork, sizeof s->fork);
    l->facts.branch_count = s->branch_count;
    l->facts.candidate_count = s->candidate_count;
    l->facts.fork_count = s->fork_count;
    for (unsigned i = 0; i < h.message_count; i++)
        if (set >> i & 1)
            history_learn(&node.peers, &h.message[i]);
}

static void add(struct states *states, const struct snapshot *s) {
    for (unsigned i = 0; i < states->count; i++)
        if (memcmp(&states->state[i], s, sizeof *s) == 0)
            return;
    assert_true(states->count < STATES);
    states->state[states->count++] = *s;
    nodes++;
}

/* All that was sent is sent again until it must have told everything: the view is the one of a node that
 * keeps all. */
static void check(const struct snapshot *s, unsigned set) {
    load(s, set);
    for (unsigned round = 0; round < 4; round++) {
        for (unsigned i = 0; i < h.message_count; i++)
            if (set >> i & 1)
                bounded_take(&node, &h.message[i]);
        bounded_refresh(&node);
    }
    const struct view *v = &node.kept.view[0], *w = &whole.view[0];
    if (v->size != w->size || v->flags != w->flags ||
        node.kept.log[0].place[v->note] != whole.log[0].place[w->note] || !digest_eq(&v->root, &w->root))
        fail_msg("history %lu, messages %x: %u leaves, flags %u; all: %u leaves, flags %u", histories, set,
                 (unsigned)v->size, v->flags, (unsigned)w->size, w->flags);
}

static void check_set(unsigned set) {
    struct history_known known;
    struct naive naive;
    memset(&known, 0, sizeof known);
    known.note[0] = true;
    for (unsigned i = 0; i < h.message_count; i++)
        if (set >> i & 1)
            history_learn(&known, &h.message[i]);
    whole_compute(&whole, &h, &known, &h.trust);
    naive_all(&h, &known, &h.trust, &naive);
    assert_int_equal(whole.view[0].size, naive.view[0].size);
    assert_int_equal(whole.view[0].flags, naive.view[0].flags);
    for (unsigned i = 0; i < after[set].count; i++)
        check(&after[set].state[i], set);
}

/* Through all sets of messages; with often, not only the whole set is compared. */
static void every_order(bool often) {
    unsigned all = (1u << h.message_count) - 1;
    assert_true(h.message_count <= MESSAGES);
    for (unsigned set = 0; set <= all; set++)
        after[set].count = 0;
    bounded_init(&node, &h, &h.trust);
    belief_add_note(&node.kept.log[0], 0);
    struct snapshot first = save();
    add(&after[0], &first);
    for (unsigned set = 0; set < all; set++) {
        for (unsigned i = 0; i < after[set].count; i++)
            for (unsigned m = 0; m < h.message_count; m++) {
                if (set >> m & 1)
                    continue;
                load(&after[set].state[i], set);
                bounded_take(&node, &h.message[m]);
                struct snapshot next = save();
                add(&after[set | 1u << m], &next);
            }
        if (often)
            check_set(set);
    }
    check_set(all);
    histories++;
    views[whole.view[0].flags & 7]++;
}

/* --- the histories ------------------------------------------------------------------------------------ */

struct small {
    unsigned a, f, b;   /* leaves of the trees; where the second leaves the first */
    unsigned rivals;    /* 1: two notes of epoch 1; 0: one */
    unsigned anchor[2]; /* of each: so many leaves of the first tree; or, less ON_SECOND, of the second */
    unsigned sign_a, sign_b; /* by the operator of which note; NOBODY */
    unsigned fork;           /* which evidence there is, as below */
    bool confirmed;          /* the last note */
};

#define ON_SECOND 3
#define NOBODY 3
#define FORKS 9

static void anchor(uint32_t note, unsigned where) {
    struct history_note *n = &h.note[note];
    n->anchor_tree = where > ON_SECOND;
    n->anchor_size = where > ON_SECOND ? where - ON_SECOND : where;
    n->anchor_root = h.tree[n->anchor_tree].root[n->anchor_size];
}

/* Whether there is such an anchor, and none that says the same. */
static bool is_anchor(const struct small *s, unsigned where) {
    return where > ON_SECOND ? where - ON_SECOND > s->f && where - ON_SECOND <= s->b : where <= s->a;
}

static void send_fork(uint32_t a, uint32_t b, unsigned key) {
    uint32_t x = history_sign(&h, a, h.tree[a].len, key), y = history_sign(&h, b, h.tree[b].len, key);
    if (history_locate(&h, x, y))
        history_send(&h, HISTORY_FORK, h.fork_count - 1, 0);
}

/* Of both trees, by the operators of the first note, of the second, of both; or of one, and of the first tree
 * and the third. */
static void send_forks(const struct small *s) {
    unsigned last = s->rivals + 1;
    if (s->fork < 3) {
        if (s->fork != 1)
            send_fork(0, 1, last - 1);
        if (s->fork != 0)
            send_fork(0, 1, last);
        return;
    }
    unsigned key = last - (s->fork & 1), g = (s->fork - 3) / 2;
    uint32_t third = history_branch(&h, 0, 0, g < s->a ? g : s->a);
    history_grow(&h, third, history_plain(2));
    send_fork(0, 1, key);
    send_fork(0, third, key);
}

static void make(const struct small *s) {
    h.note_count = h.tree_count = h.checkpoint_count = h.fork_count = h.message_count = 0;
    h.state_count = h.log_count = 1;
    h.first_note[0] = history_renew(&h, 0, HISTORY_NONE);
    memset(&h.trust, 0xff, sizeof h.trust);
    memset(h.trust.hold, 0, sizeof h.trust.hold);
    h.trust.k = 0;
    uint32_t first = history_branch(&h, 0, HISTORY_NONE, 0);
    for (unsigned i = 0; i < s->a; i++)
        history_grow(&h, first, history_plain(0));
    uint32_t second = history_branch(&h, 0, first, s->f);
    for (unsigned i = s->f; i < s->b; i++)
        history_grow(&h, second, history_plain(1));
    for (unsigned i = 0; i <= s->rivals; i++)
        anchor(history_renew(&h, 0, 0), s->anchor[i]);
    if (s->sign_a != NOBODY)
        history_send(&h, HISTORY_CHECKPOINT, history_sign(&h, first, s->a, s->sign_a), 0);
    if (s->sign_b != NOBODY)
        history_send(&h, HISTORY_CHECKPOINT, history_sign(&h, second, s->b, s->sign_b), 0);
    send_forks(s);
    history_send(&h, HISTORY_TREE, first, s->a);
    history_send(&h, HISTORY_TREE, second, s->b);
    for (uint32_t i = 1; i < h.note_count; i++)
        history_send(&h, HISTORY_NOTE, i, 0);
    if (s->confirmed)
        h.trust.trusted[0] = h.note_count - 1;
}

/* All signers and all forks, with trees and anchors given. */
static void every_signer(struct small *s) {
    for (s->sign_a = 0; s->sign_a <= NOBODY; s->sign_a++)
        for (s->sign_b = 0; s->sign_b <= NOBODY; s->sign_b++)
            for (s->fork = 0; s->fork < (s->rivals ? 3 : FORKS); s->fork++) {
                if (s->rivals ? s->sign_a == 0 || s->sign_b == 0 : s->sign_a == 2 || s->sign_b == 2)
                    continue;
                make(s);
                every_order(histories % 16 == 0);
            }
}

static void every_anchor(struct small *s) {
    for (s->anchor[0] = 1; s->anchor[0] <= ON_SECOND + 3; s->anchor[0]++) {
        if (!is_anchor(s, s->anchor[0]))
            continue;
        if (!s->rivals)
            every_signer(s);
        for (s->anchor[1] = s->anchor[0]; s->rivals && s->anchor[1] <= ON_SECOND + 3; s->anchor[1] += 2)
            if (is_anchor(s, s->anchor[1]))
                every_signer(s);
    }
}

static void every_tree(unsigned rivals, bool confirmed) {
    struct small s = {.rivals = rivals, .confirmed = confirmed};
    for (s.a = 1; s.a <= 3; s.a++)
        for (s.f = 0; s.f < s.a; s.f++)
            for (s.b = s.f + 1; s.b <= 3; s.b++)
                every_anchor(&s);
}

static void tell(void) {
    print_message("%lu histories, %lu nodes; %lu disputed, %lu contested, %lu incomplete\n", histories, nodes,
                  views[VIEW_DISPUTED], views[VIEW_CONTESTED], views[VIEW_INCOMPLETE]);
}

static void two_notes_in_every_order(void **state) {
    (void)state;
    every_tree(0, false);
    tell();
}

static void two_rivals_in_every_order(void **state) {
    (void)state;
    every_tree(1, false);
    tell();
}

static void a_confirmed_rival_in_every_order(void **state) {
    (void)state;
    every_tree(1, true);
    tell();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_notes_in_every_order),
        cmocka_unit_test(two_rivals_in_every_order),
        cmocka_unit_test(a_confirmed_rival_in_every_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
