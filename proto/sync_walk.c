/* Finding where a peer's report and the copy of it differ: sums of ranges of log ids are compared from the
 * whole down (proto/radix.h), and the heads of the smallest ranges that differ are taken over. */
#include <string.h>

#include "proto/sync_state.h"

/* The sum of what a peer has reported under a prefix. */
static struct headsum copy_sum(const struct sync *s, unsigned peer, struct radix prefix) {
    struct headsum sum = {.count = 0};
    uint8_t first[LOG_ID_LEN];
    if (prefix.len <= RADIX_DEPTH)
        return radix_sum(&s->peer[peer].sums, prefix);
    radix_first(prefix, first);
    for (uint32_t slot = table_from(s, first, false);
         slot != SYNC_NONE && radix_covers(prefix, s->log[slot].head.log); slot = table_next(s, slot))
        if (s->report[sync_at(s, peer, slot)].has) {
            struct head head = report_head(s, peer, slot);
            headsum_add(&sum, &head);
        }
    return sum;
}

static void ask_next(struct sync *s, unsigned peer, struct sync_actions *ret) {
    struct sync_walk *walk = &s->peer[peer].walk;
    walk->asked_count = 0;
    while (walk->count && walk->asked_count < s->bounds.prefixes)
        walk->asked[walk->asked_count++] = walk->pending[--walk->count];
    pull_ask(s, peer, MESSAGE_RADIX, 0, ret);
}

void walk_begin(struct sync *s, unsigned peer, struct sync_actions *ret) {
    struct sync_peer *p = &s->peer[peer];
    s->counts.walks++;
    p->complete = p->overflow = false;
    p->walk.first = true;
    p->walk.questions = 0;
    p->walk.count = 1;
    p->walk.pending[0] = (struct radix){0, 0};
    ask_next(s, peer, ret);
}

static void drop_under(struct sync *s, unsigned peer, struct radix prefix, const uint8_t *above,
                       const uint8_t *below) {
    uint8_t first[LOG_ID_LEN], after[LOG_ID_LEN];
    radix_first(prefix, first);
    if (!below && radix_after(prefix, after))
        below = after;
    report_drop_range(s, peer, above ? above : first, above != NULL, below);
}

/* The peer's heads under a prefix take the place of what was known. */
static bool heads_take(struct sync *s, unsigned peer, struct radix prefix, const struct radix_group *group) {
    uint8_t last[LOG_ID_LEN];
    bool any = false;
    struct reader r;
    struct head head;
    reader_init(&r, group->heads);
    while (head_next(&r, &head)) {
        if (!radix_covers(prefix, head.log) || (any && memcmp(head.log, last, LOG_ID_LEN) <= 0))
            return false;
        drop_under(s, peer, prefix, any ? last : NULL, head.log);
        report_set(s, peer, &head);
        memcpy(last, head.log, LOG_ID_LEN);
        any = true;
    }
    drop_under(s, peer, prefix, any ? last : NULL, NULL);
    return true;
}

/* False if there is no room for all that differ. */
static bool children_take(struct sync *s, unsigned peer, struct radix prefix,
                          const struct radix_group *group) {
    struct sync_walk *walk = &s->peer[peer].walk;
    for (unsigned i = 0; i < 16; i++) {
        struct radix child = radix_child(prefix, i);
        struct headsum sum = copy_sum(s, peer, child);
        if (headsum_eq(&sum, &group->child[i]))
            continue;
        if (walk->count == s->bounds.walk)
            return false;
        if (group->child[i].count)
            walk->pending[walk->count++] = child;
        else
            drop_under(s, peer, child, NULL, NULL);
    }
    return true;
}

/* False if the walk leads nowhere: the peer has more to say than a walk can bring. */
static bool groups_take(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret) {
    struct sync_walk *walk = &s->peer[peer].walk;
    struct radix_group group;
    struct reader r;
    bool going = ++walk->questions <= SYNC_WALK_QUESTIONS;
    reader_init(&r, m->groups.groups);
    for (unsigned i = 0; going && i < walk->asked_count && message_group_next(&r, &group); i++) {
        bool breach = group.deeper ? walk->asked[i].len == RADIX_DIGITS_MAX
                                   : !heads_take(s, peer, walk->asked[i], &group);
        if (breach) {
            sync_act(ret, SYNC_CLOSE, peer)->err = ERR_ORDER;
            return true;
        }
        going = !group.deeper || children_take(s, peer, walk->asked[i], &group);
    }
    return going;
}

void walk_answer(struct sync *s, unsigned peer, const struct message *m, struct sync_actions *ret) {
    struct sync_peer *p = &s->peer[peer];
    struct sync_walk *walk = &p->walk;
    if (m->groups.count != walk->asked_count) {
        sync_act(ret, SYNC_CLOSE, peer)->err = ERR_MESSAGE;
        return;
    }
    if (walk->first) {
        p->begun_next = m->groups.next;
        memcpy(p->instance, m->groups.instance, INSTANCE_LEN);
        if (headsum_eq(&p->sums.all, &m->groups.sum)) {
            p->cursor = p->begun_next;
            pull_complete(s, peer, ret);
            return;
        }
        walk->first = false;
        if (m->groups.sum.count <= s->bounds.heads) { /* one page of VECTOR brings them all */
            pull_vector(s, peer, ret);
            return;
        }
    }
    unsigned before = ret->count;
    bool going = groups_take(s, peer, m, ret);
    if (ret->count > before)
        return; /* it is cut off */
    if (!going) {
        pull_vector(s, peer, ret);
    } else if (walk->count) {
        ask_next(s, peer, ret);
    } else {
        /* What changed meanwhile is asked for from the first answer's cursor; then the sum tells. */
        p->cursor = p->begun_next;
        p->guessed = false;
        pull_ask(s, peer, MESSAGE_CHANGES, 0, ret);
    }
}

void sync_radix_question(const struct sync *s, unsigned peer, struct message *ret) {
    const struct sync_walk *walk = &s->peer[peer].walk;
    ret->radix.count = walk->asked_count;
    memcpy(ret->radix.prefix, walk->asked, walk->asked_count * sizeof *walk->asked);
}
