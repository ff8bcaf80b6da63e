#include "node/standing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/pending.h"
#include "node/renewal.h"

/* What a person has to know and to do; the sizes stand in front of it. */
static const char *const advice[] = {
    [STANDING_CLEAN] = "",
    [STANDING_HALF] = "",
    [STANDING_DONE] = "",
    [STANDING_LOG_BACK] =
        "the store was put back to an earlier state. Nothing is lost yet: start comityd, let it fetch the "
        "own "
        "log from a peer until `comity status` shows the ledger's size, and publish again. If no peer holds "
        "so much, the custodians open the next epoch",
    [STANDING_LEDGER_BACK] =
        "the ledger was put back to an earlier state, or another machine signs for this State. No key of "
        "this "
        "epoch signs here again: find the newer ledger, or have the custodians open the next epoch "
        "(`comity authority propose`)",
    [STANDING_LEDGER_LOST] =
        "the signer's ledger is not there. Without it no key of this epoch may sign again, because nobody "
        "can "
        "tell what was signed. Put it back if it was only moved, never from a copy; else have the custodians "
        "open the next epoch (`comity authority propose`), handed in on this node",
    [STANDING_FORK] =
        "the ledger and the store have different roots at the same size: one of them is of another history. "
        "Nothing is signed. Compare `comity log show` with what peers hold, then have the custodians open "
        "the next epoch",
    [STANDING_OTHER] =
        "the ledger belongs to another log than this node's: put the right ledger directory back",
    [STANDING_DISPUTED] =
        "two histories of the own log are signed. Nothing is signed in this epoch again: find out who used "
        "an "
        "operator key (`comity log show --evidence`), and have the custodians open the next epoch with an "
        "anchor before the fork",
    [STANDING_CONTESTED] =
        "two authority notes of one epoch are signed by root keys. Nothing is signed until other States have "
        "confirmed or endorsed one of them: the custodians speak with them",
    [STANDING_INCOMPLETE] =
        "the custodians have opened a new epoch, and entries below its anchor are not held here yet. Start "
        "comityd and let it fetch the own log from a peer, then publish again",
};

static void put_sizes(const struct standing *s, const struct ownlog *log, char *ret, size_t max) {
    snprintf(ret, max, "ledger at epoch %llu, size %llu; store at epoch %llu, size %llu: ",
             (unsigned long long)s->epoch, (unsigned long long)s->size,
             (unsigned long long)log->authority.epoch, (unsigned long long)log->size);
}

void standing_say(const struct standing *standing, const struct ownlog *log, char *ret, size_t max) {
    char sizes[160] = "";

    if (standing->state >= STANDING_LOG_BACK && standing->state <= STANDING_FORK &&
        standing->state != STANDING_LEDGER_LOST)
        put_sizes(standing, log, sizes, sizeof(sizes));
    snprintf(ret, max, "%s%s", sizes, advice[standing->state]);
}

/* ---- ledger and store ---- */

/* What the node itself knows against signing, whatever the ledger says. */
static enum standing_state of_flags(const struct ownlog *log) {
    if (log->flags & VIEW_CONTESTED)
        return STANDING_CONTESTED;
    if (log->flags & VIEW_DISPUTED)
        return STANDING_DISPUTED;
    return log->flags & VIEW_INCOMPLETE || !log->anchored ? STANDING_INCOMPLETE : STANDING_CLEAN;
}

/* Nothing of this epoch is in the ledger: it begins at the anchor, unless something was signed already. */
static enum standing_state at_new_epoch(const struct ownlog *log, struct standing *s) {
    s->base = log->anchor;
    return ownlog_at_anchor(log) ? STANDING_CLEAN : STANDING_LEDGER_BACK;
}

static enum standing_state within_epoch(const struct ownlog *log, const struct ledger *l,
                                        struct standing *s) {
    s->base = l->frontier;
    if (l->frontier.size != log->size)
        return l->frontier.size > log->size ? STANDING_LOG_BACK : STANDING_LEDGER_BACK;
    return digest_eq(&l->root, &log->root) ? STANDING_CLEAN : STANDING_FORK;
}

static enum standing_state compare(const struct ownlog *log, const struct ledger *l, struct standing *s) {
    enum standing_state state = of_flags(log);

    if (strcmp(log->origin, l->origin) != 0)
        return STANDING_OTHER;
    if (l->epoch > log->authority.epoch)
        return STANDING_LOG_BACK;
    if (state)
        return state;
    return l->epoch < log->authority.epoch ? at_new_epoch(log, s) : within_epoch(log, l, s);
}

static enum standing_state without(const char *dir, const struct ownlog *log, struct standing *s) {
    enum standing_state state = of_flags(log);

    s->renewal = renewal_granted(dir, &log->authority.hash);
    if (state)
        return state;
    state = s->renewal ? at_new_epoch(log, s) : STANDING_LEDGER_LOST;
    return state == STANDING_LEDGER_BACK ? STANDING_LEDGER_LOST : state;
}

/* ---- the batch at hand ---- */

/* Where a batch begins and ends; hashing its leaves one after the other is all that this needs. */
static void ends_of(const struct pending *p, struct digest *ret_before, struct frontier *ret_after) {
    *ret_before = frontier_root(&p->base);
    *ret_after = p->base;
    for (uint32_t i = 0; i < p->count; i++) {
        struct digest leaf = digest_leaf(p->entry[i].leaf);
        frontier_add(ret_after, &leaf);
    }
}

/* A batch of the open epoch explains a ledger that is ahead, or a crash before or after that. */
static enum standing_state explain(const struct ownlog *log, const struct ledger *l, const struct pending *p,
                                   enum standing_state state) {
    struct digest before, root;
    struct frontier after;

    ends_of(p, &before, &after);
    root = frontier_root(&after);
    if (l->epoch != p->epoch || after.size != l->frontier.size || !digest_eq(&root, &l->root))
        return state; /* it was never signed */
    if (state == STANDING_CLEAN)
        return STANDING_DONE;
    return state == STANDING_LOG_BACK && p->base.size == log->size && digest_eq(&before, &log->root)
               ? STANDING_HALF
               : state;
}

/* A batch of an earlier epoch: what of it lies below the anchor is published, the rest was never. */
static enum err outlived(const struct ownlog *log, const struct pending *p, standing_root *root,
                         void *context, enum standing_state *state) {
    struct digest before, stored, ended;
    struct frontier after;

    ends_of(p, &before, &after);
    ended = frontier_root(&after);
    if (*state != STANDING_CLEAN || after.size > log->authority.anchor_size)
        return ERR_OK;
    enum err err = root(context, after.size, &stored);
    if (!err && digest_eq(&stored, &ended))
        *state = STANDING_DONE;
    return err;
}

static enum err look_at_batch(const char *dir, const struct ownlog *log, const struct ledger *l,
                              standing_root *root, void *context, enum standing_state *state) {
    struct pending p = {0};
    enum err err = pending_load(dir, &p);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    if (strcmp(p.origin, log->origin) == 0 && p.epoch == log->authority.epoch)
        *state = explain(log, l, &p, *state);
    else if (strcmp(p.origin, log->origin) == 0 && p.epoch < log->authority.epoch)
        err = outlived(log, &p, root, context, state);
    pending_free(&p);
    return err;
}

enum err standing_look(const char *dir, const struct ownlog *log, standing_root *root, void *context,
                       struct standing *ret) {
    struct standing s = {.state = STANDING_CLEAN};
    struct ledger l = {.epoch = 0};
    enum err err = ledger_load(dir, &l);

    if (err && err != ERR_NOT_FOUND)
        return err;
    s.epoch = l.epoch;
    s.size = l.frontier.size;
    s.state = err ? without(dir, log, &s) : compare(log, &l, &s);
    err = look_at_batch(dir, log, &l, root, context, &s.state);
    if (!err)
        *ret = s;
    return err;
}
