/* The view and trust over random histories.
 *
 * For each: the rule as it is (proto/view.h, proto/trust.h) over all that was ever sent says the same as the
 * rule written a second time from the design (naive.h), halfway and in the end; so does a node that keeps
 * only what proto/keep.h says, in whatever order, with duplicates, losses and restarts; two that have heard a
 * part each tell each other all that matters; what no key of an open epoch has signed moves nothing; and
 * after an honest next epoch all is well.
 *
 * usage: test_proto_histories [SEED [COUNT]]    a failure prints the command that repeats it */
#include <stdlib.h>
#include <string.h>

#include "tests/proto/courier.h"
#include "tests/proto/naive.h"
#include "tests/proto/sequel.h"
#include "tests/proto/whole.h"
#include "tests/test.h"

#if defined(__SANITIZE_ADDRESS__)
#define COUNT 4000
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COUNT 4000
#endif
#endif
#ifndef COUNT
#define COUNT 20000
#endif

static uint64_t first_seed = 1;
static unsigned long history_count = COUNT;

static struct history h;
static struct history_known known;
static struct belief whole, later;
static struct naive naive;
static struct bounded one, other;

static unsigned long count_views, count_flags[8], count_closed, count_admitted, count_succeeded;

#define FAIL(what, log)                                                                                      \
    fail_msg("%s, log %u; repeat it: test_proto_histories %llu 1", what, (unsigned)(log),                    \
             (unsigned long long)h.seed)

/* --- two answers that must be one --------------------------------------------------------------------- */

static bool is_view(const struct belief_log *l, const struct view *v, const struct naive_view *n) {
    if (v->note == VIEW_NONE || n->note == HISTORY_NONE)
        return v->note == VIEW_NONE && n->note == HISTORY_NONE;
    struct digest root = n->size == 0 ? digest_empty() : h.tree[n->tree].root[n->size];
    return l->place[v->note] == n->note && l->place[v->end] == n->end && v->size == n->size &&
           digest_eq(&v->root, &root) && v->flags == n->flags && v->epoch == h.note[n->note].epoch &&
           v->f == (v->flags & VIEW_DISPUTED ? v->size : 0);
}

static void check_naive(const struct history_trust *trust, const char *when) {
    naive_all(&h, &known, trust, &naive);
    whole_compute(&whole, &h, &known, trust);
    for (uint32_t log = 0; log < h.log_count; log++) {
        if (!is_view(&whole.log[log], &whole.base[log], &naive.base[log]) ||
            !is_view(&whole.log[log], &whole.view[log], &naive.view[log]))
            FAIL(when, log);
        if (whole.next[log] != naive.next[log] || whole.heir[log] != naive.heir[log] ||
            whole.admitted[log] != naive.admitted[log])
            FAIL("succession or admission", log);
    }
}

static bool same_view(const struct belief_log *a, const struct view *x, const struct belief_log *b,
                      const struct view *y) {
    if (x->note == VIEW_NONE || y->note == VIEW_NONE)
        return x->note == y->note;
    return a->place[x->note] == b->place[y->note] && x->size == y->size && digest_eq(&x->root, &y->root) &&
           x->flags == y->flags && x->f == y->f && a->place[x->end] == b->place[y->end];
}

static void check_same(const struct belief *a, const struct belief *b, const char *when) {
    for (uint32_t log = 0; log < h.log_count; log++)
        if (!same_view(&a->log[log], &a->base[log], &b->log[log], &b->base[log]) ||
            !same_view(&a->log[log], &a->view[log], &b->log[log], &b->view[log]) ||
            a->next[log] != b->next[log] || a->heir[log] != b->heir[log] ||
            a->admitted[log] != b->admitted[log])
            FAIL(when, log);
}

/* --- what holds at any time --------------------------------------------------------------------------- */

static bool on_branch(const struct belief_log *l, uint32_t branch, uint64_t size, const struct digest *root) {
    struct digest found;
    return size == 0 || (l->facts.root(l->facts.context, branch, size, &found) && digest_eq(&found, root));
}

/* The view goes on from the last anchor, and from the base view. */
static void check_floor(const struct belief *b, const char *who) {
    for (uint32_t log = 0; log < h.log_count; log++) {
        const struct belief_log *l = &b->log[log];
        const struct view *view = &b->view[log], *base = &b->base[log];
        if (view->note == VIEW_NONE)
            continue;
        const struct view_note *n = &l->note[view->note];
        if (view->size < n->anchor_size || !on_branch(l, view->branch, n->anchor_size, &n->anchor_root) ||
            !on_branch(l, view->branch, view->size, &view->root))
            FAIL(who, log);
        if (base->size > view->size || !on_branch(l, view->branch, base->size, &base->root))
            FAIL("base view", log);
    }
}

static struct view seen[HISTORY_LOGS];

/* While its note is the end of the chain, a view grows, but not once it is disputed. */
static void check_growth(const struct bounded *n) {
    for (uint32_t log = 0; log < h.log_count; log++) {
        const struct view *now = &n->kept.view[log], *was = &seen[log];
        bool open = now->note != VIEW_NONE && !((now->flags | was->flags) & VIEW_CONTESTED) &&
                    now->end == now->note && was->end == was->note && now->note == was->note;
        bool undone = was->flags & VIEW_DISPUTED && !(now->flags & VIEW_DISPUTED);
        bool grown = now->size > was->size, shrunk = now->size < was->size;
        if (open && (undone || (now->flags & VIEW_DISPUTED ? was->flags & VIEW_DISPUTED && grown : shrunk)))
            FAIL("a dispute undone, or a view that shrinks without one", log);
        seen[log] = *now;
    }
}

static void look(const struct bounded *n) {
    check_floor(&n->kept, "bounded node below its anchor");
    check_growth(n);
}

static void bring_all(struct bounded *n, const struct history_trust *before, uint32_t count,
                      uint64_t *random) {
    bounded_init(n, &h, before);
    for (uint32_t log = 0; log < HISTORY_LOGS; log++)
        seen[log].note = VIEW_NONE;
    courier_scatter(n, count, &h.trust, random, look);
    if (!courier_settle(n, count, random))
        FAIL("never settles", 0);
}

/* --- the properties ----------------------------------------------------------------------------------- */

static void learn_from(uint32_t message) {
    for (; message < h.message_count; message++)
        history_learn(&known, &h.message[message]);
}

static void halfway(void) {
    uint64_t random = h.random;
    memset(&known, 0, sizeof known);
    for (uint32_t i = 0; i < h.message_count; i++)
        if (history_random(&random, 10) < 6)
            history_learn(&known, &h.message[i]);
    check_naive(&h.before, "the rule and the naive rule, halfway");
    check_floor(&whole, "below the anchor, halfway");
}

static void count(void) {
    for (uint32_t log = 0; log < h.log_count; log++) {
        count_views++;
        count_flags[whole.view[log].flags & 7]++;
        count_closed += whole.view[log].flags != whole.base[log].flags;
        count_admitted += whole.admitted[log] && h.trust.pinned[h.state_of[log]] != log;
        count_succeeded += whole.next[log] != HISTORY_NONE;
    }
}

static void in_the_end(uint64_t *random) {
    learn_from(0);
    check_naive(&h.trust, "the rule and the naive rule, in the end");
    check_floor(&whole, "below the anchor, in the end");
    count();
    bring_all(&one, &h.before, h.message_count, random);
    check_same(&one.kept, &whole, "a bounded node and one that keeps all");
}

static void after_a_flood(uint64_t *random) {
    uint32_t flood = h.message_count;
    sequel_flood(&h, &whole, &known);
    learn_from(flood);
    whole_compute(&later, &h, &known, &h.trust);
    check_same(&later, &whole, "a flood moves the view");
    bring_all(&other, &h.trust, h.message_count, random);
    check_same(&other.kept, &whole, "a bounded node in a flood");
    if (!courier_settle(&one, h.message_count, random))
        FAIL("never settles after a flood", 0);
    check_same(&one.kept, &whole, "a bounded node after a flood");
}

/* What is signed goes to one node or the other.  Then each tells the other what it keeps, and both believe
 * what one that had heard everything would: longest chain, smallest f, largest head. */
static void told_by_each_other(uint64_t *random) {
    struct history_trust trust = h.trust;
    struct bounded *const nodes[] = {&one, &other};
    uint64_t split = *random;
    trust.k = 0; /* no words, which would first have to be told themselves */
    for (unsigned i = 0; i < 2; i++) {
        bounded_init(nodes[i], &h, &trust);
        for (unsigned round = 0; round < 4; round++) {
            *random = split;
            for (uint32_t m = 0; m < h.message_count; m++) {
                unsigned whose = history_random(random, 5);
                bool for_both = h.message[m].what == HISTORY_NOTE || h.message[m].what == HISTORY_TREE;
                if (for_both || whose == 4 || whose % 2 == i)
                    bounded_take(nodes[i], &h.message[m]);
            }
            bounded_refresh(nodes[i]);
        }
    }
    for (unsigned times = 0; times < 3; times++) {
        bounded_tell(&one, &other);
        bounded_tell(&other, &one);
    }
    whole_compute(&whole, &h, &known, &trust);
    check_same(&one.kept, &whole, "a node told by another");
    check_same(&other.kept, &whole, "the other node told by it");
}

static void is_well(uint32_t log, uint32_t note, uint32_t tree) {
    const struct view *v = &whole.view[log];
    const struct history_tree *t = &h.tree[tree];
    if (whole.log[log].place[v->note] != note || v->flags != 0 || v->size != t->len ||
        !digest_eq(&v->root, &t->root[t->len]))
        FAIL("not well after an honest next epoch", log);
}

/* With a confirm everywhere; or, where the epoch is uncontested and its anchor held, of one log without. */
static void after_the_next_epoch(uint64_t *random) {
    uint32_t begin = h.message_count, only = history_random(random, 2 * h.log_count);
    uint32_t note[HISTORY_LOGS], tree[HISTORY_LOGS];
    bool renewed[HISTORY_LOGS];
    for (uint32_t log = 0; log < h.log_count; log++) {
        bool quiet = !(whole.view[log].flags & (VIEW_CONTESTED | VIEW_INCOMPLETE));
        renewed[log] = whole.view[log].note != VIEW_NONE && (only >= h.log_count || (log == only && quiet));
        if (!renewed[log])
            continue;
        note[log] = sequel_renew(&h, &whole, &known, log, &tree[log]);
        if (only >= h.log_count)
            h.trust.trusted[log] = note[log];
    }
    learn_from(begin);
    check_naive(&h.trust, "the rule and the naive rule, after the next epoch");
    for (uint32_t log = 0; log < h.log_count; log++)
        if (renewed[log])
            is_well(log, note[log], tree[log]);
    struct bounded *const nodes[] = {&one, &other};
    for (unsigned i = 0; i < 2; i++) {
        nodes[i]->trust = h.trust;
        if (!courier_settle(nodes[i], h.message_count, random))
            FAIL("never settles after the next epoch", 0);
        check_same(&nodes[i]->kept, &whole, "a bounded node after the next epoch");
    }
}

static void every_history_has_one_view(void **state) {
    (void)state;
    print_message("%lu histories from seed %llu\n", history_count, (unsigned long long)first_seed);
    for (unsigned long i = 0; i < history_count; i++) {
        history_make(&h, first_seed + i);
        uint64_t random = ~h.seed;
        halfway();
        in_the_end(&random);
        after_a_flood(&random);
        after_the_next_epoch(&random);
        told_by_each_other(&random);
    }
    print_message("%lu views: %lu disputed, %lu contested, %lu incomplete, %lu of these disputed too; "
                  "%lu closed by endorsements, %lu admitted so, %lu succeeded\n",
                  count_views, count_flags[VIEW_DISPUTED], count_flags[VIEW_CONTESTED],
                  count_flags[VIEW_INCOMPLETE], count_flags[VIEW_INCOMPLETE | VIEW_DISPUTED], count_closed,
                  count_admitted, count_succeeded);
}

int main(int argc, char **argv) {
    if (argc > 1)
        first_seed = strtoull(argv[1], NULL, 0);
    if (argc > 2)
        history_count = strtoul(argv[2], NULL, 0);
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_history_has_one_view)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
