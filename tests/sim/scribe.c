#include "tests/sim/scribe.h"

#include <string.h>

#include "node/ownlog.h"
#include "node/renewal.h"
#include "node/signer.h"
#include "tests/sim/desk_state.h"
#include "tests/sim/faults.h"

enum ask {
    ASK_OTHER_LEAF,  /* in place of the last that was signed */
    ASK_SMALLER,     /* a tree of fewer leaves, from the beginning of the epoch or of the log */
    ASK_OTHER_ROOT,  /* than follows from the leaves */
    ASK_OTHER_TREE,  /* upon a tree that the ledger does not know */
    ASK_BEYOND,      /* upon more than the ledger knows */
    ASK_OTHER_KEY,   /* that the note does not name */
    ASK_FORMER_NOTE, /* in an epoch that is over */
    ASKS
};

struct errand {
    struct member *member;
    struct station *home;
    struct ownlog log;
    struct ledger ledger;
    bool has_ledger;
    struct frontier base; /* what the request goes on from */
    struct signer_request request;
    struct bytes leaf;
    uint8_t secret[KEY_SECRET_LEN];
};

static uint64_t dice(uint64_t n) {
    return dice_below(&scene.dice.fault, n);
}

/* The right edge of the first size leaves, from the book of what was signed. */
static bool edge_of(const struct errand *e, uint64_t size, struct frontier *ret) {
    const struct digest *leaf = member_leaves(e->member, e->ledger.frontier.size, &e->ledger.root);
    frontier_init(ret);
    if (!leaf || size > e->ledger.frontier.size)
        return size == 0;
    for (uint64_t i = 0; i < size; i++)
        frontier_add(ret, &leaf[i]);
    return true;
}

/* From where, and with which root and key: each does not fit in one way. */
static bool errand_make(struct errand *e, enum ask ask) {
    uint64_t signed_size = e->has_ledger ? e->ledger.frontier.size : 0;
    struct signer_request *r = &e->request;
    struct pubkey key;
    *r = (struct signer_request){.origin = e->member->origin,
                                 .authority = &e->log.authority,
                                 .anchor = &e->log.anchor,
                                 .leaf = &e->leaf,
                                 .count = 1};
    member_operator(e->member, e->log.authority.epoch, &key, e->secret);
    e->base = e->has_ledger ? e->ledger.frontier : e->log.anchor;
    if (!e->has_ledger && ask != ASK_SMALLER)
        return false;
    if (ask == ASK_OTHER_LEAF && (!signed_size || !edge_of(e, signed_size - 1, &e->base)))
        return false;
    if (ask == ASK_SMALLER) {
        e->base = e->log.anchor; /* of a log that has no ledger, its very beginning */
        if (e->has_ledger && (signed_size < 2 || !edge_of(e, dice(2) ? 0 : dice(signed_size - 1), &e->base)))
            return false;
    }
    if (ask == ASK_BEYOND) {
        struct digest more = {{7}};
        frontier_add(&e->base, &more);
    }
    r->from = e->base.size;
    r->from_root = frontier_root(&e->base);
    if (ask == ASK_OTHER_TREE)
        r->from_root.b[dice(DIGEST_LEN)] ^= 1;
    struct frontier after = e->base;
    struct digest leaf = digest_leaf(e->leaf);
    frontier_add(&after, &leaf);
    r->root = frontier_root(&after);
    if (ask == ASK_OTHER_ROOT)
        r->root.b[dice(DIGEST_LEN)] ^= 1;
    if (ask == ASK_OTHER_KEY)
        member_operator(e->member, e->log.authority.epoch + 1, &key, e->secret);
    if (ask == ASK_FORMER_NOTE) {
        if (!e->log.authority.epoch || e->ledger.epoch < e->log.authority.epoch)
            return false;
        r->authority = &e->member->note[e->log.authority.epoch - 1].authority;
        member_operator(e->member, r->authority->epoch, &key, e->secret);
    }
    return true;
}

/* A new epoch begins at its anchor, and with the right to a new ledger: that alone is no misuse. */
static bool is_allowed(const struct errand *e, enum ask ask) {
    bool fresh = e->has_ledger ? e->ledger.epoch < e->log.authority.epoch
                               : renewal_granted(e->home->dir, &e->log.authority.hash);
    return fresh && ask != ASK_OTHER_ROOT && ask != ASK_OTHER_KEY && ask != ASK_OTHER_TREE &&
           e->request.from == e->log.anchor.size;
}

static bool ledger_same(const struct errand *e) {
    struct ledger now;
    struct disk *disk = disk_use(NULL);
    bool there = ledger_load(e->home->dir, &now) == ERR_OK;
    disk_use(disk);
    return there == e->has_ledger &&
           (!there || (now.epoch == e->ledger.epoch && now.frontier.size == e->ledger.frontier.size &&
                       digest_eq(&now.root, &e->ledger.root)));
}

static void ask_signer(struct errand *e, enum ask ask) {
    struct checkpoint_signature signature;
    enum err err = signer_sign(e->home->dir, &e->request, e->secret, &signature);
    fault_count(FAULT_MISUSE);
    STORY("%s's signer is asked for %llu leaves that do not fit (%d): %s", e->member->name,
          (unsigned long long)e->request.from + 1, (int)ask, err_text(err));
    if (!err && !e->home->disk.dead)
        scene_wrong("the signer signs only what goes on from its ledger",
                    "%s, epoch %llu: of %llu leaves are signed, upon %llu; request %d", e->member->name,
                    (unsigned long long)e->request.authority->epoch, (unsigned long long)e->request.from + 1,
                    (unsigned long long)(e->has_ledger ? e->ledger.frontier.size : 0), (int)ask);
    if (!e->home->disk.dead && !ledger_same(e))
        scene_wrong("what the signer refuses leaves the ledger as it was", "%s, request %d", e->member->name,
                    (int)ask);
}

void scribe_asks(struct member *m) {
    static const uint8_t leaf[] = {0x92, 0xa5, 'c', 'l', 'e', 'r', 'k', 0x80};
    static struct errand e;
    enum ask ask = (enum ask)dice(ASKS);
    e = (struct errand){.member = m, .home = &scene.station[m->home], .leaf = BYTES(leaf)};
    if (!e.home->up || m->villain || e.home->tainted)
        return;
    struct visit v = desk_visit(m);
    station_enter(e.home);
    if (desk_look(&v, &e.log) && e.log.anchored && !e.home->disk.dead) {
        enum err err = ledger_load(e.home->dir, &e.ledger);
        e.has_ledger = !err;
        if ((!err || err == ERR_NOT_FOUND) && errand_make(&e, ask) && !is_allowed(&e, ask))
            ask_signer(&e, ask);
    }
    station_leave(e.home);
}
