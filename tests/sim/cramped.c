#include "tests/sim/cramped.h"

#include "node/replica_state.h"
#include "proto/sync_state.h"
#include "tests/sim/scene.h"

struct cramped cramped;
static struct sync_bounds bounds;

/* Small in half of the cases: from the least that is of any use up to most. */
static unsigned draw(struct dice *d, unsigned usual, unsigned least, unsigned most) {
    unsigned small = (unsigned)dice_between(d, least, most);
    return dice_below(d, 2) ? usual : small;
}

/* Packages of few entries, and a writer that takes few at a time. */
static void bytes_draw(struct dice *d) {
    bounds.bytes_small = draw(d, FETCH_BYTES_SMALL, 1, 1500);
    bounds.bytes_large =
        bounds.bytes_small < FETCH_BYTES_SMALL ? draw(d, FETCH_BYTES_MAX, 1500, 4000) : FETCH_BYTES_MAX;
    bounds.bytes_peer = bounds.bytes_large * draw(d, 4, 1, 2);
    bounds.bytes_peer = bounds.bytes_peer < PROVED_MAX ? PROVED_MAX : bounds.bytes_peer;
    bounds.bytes_all = bounds.bytes_peer * draw(d, 8, 1, 2);
    cramped.queue = draw(d, COMMITTER_QUEUE_MAX, 1, 3);
}

void cramped_open(bool may, bool all) {
    struct dice d;
    dice_seed(&d, scene.seed, "cramped");
    bounds = sync_bounds;
    cramped = (struct cramped){.on = may && (dice_below(&d, 3) == 0 || all), .queue = COMMITTER_QUEUE_MAX};
    if (!cramped.on)
        return;
    bounds.heads = draw(&d, HEADS_MAX, 1, 4);
    bounds.radix_heads = draw(&d, RADIX_HEADS, 1, 2);
    bounds.prefixes = draw(&d, RADIX_PREFIXES, 1, 3);
    bounds.walk = draw(&d, SYNC_WALK, 2, 40);
    bounds.changes_back = draw(&d, SYNC_CHANGES_BACK, 1, 4);
    bounds.fetches_peer = draw(&d, SYNC_FETCH_PEER, 1, 3);
    bounds.fetches_all = draw(&d, SYNC_FETCH_ALL, 1, 4);
    bounds.commits = draw(&d, SYNC_COMMITS, 1, 3);
    bounds.commits_all = draw(&d, SYNC_COMMITS_ALL, 1, 4);
    bounds.packages = draw(&d, SYNC_PACKAGES, 1, 3);
    bounds.locates = draw(&d, SYNC_LOCATES, 1, 2);
    bounds.gleans = draw(&d, SYNC_PARTS, 1, 2);
    bounds.claims = draw(&d, SYNC_CLAIMS, 1, 4);
    cramped.forgets = bounds.changes_back < SYNC_CHANGES_BACK;
    if (all)
        bytes_draw(&d);
    STORY("little room: %u heads, %u of a prefix, %u prefixes, %u in a walk, %u changes, %u and %u requests, "
          "%u claims, "
          "%u and %u at the gate, %u packages, %u and %u bytes, %u and %u in all, %u jobs",
          bounds.heads, bounds.radix_heads, bounds.prefixes, bounds.walk, bounds.changes_back,
          bounds.fetches_peer, bounds.fetches_all, bounds.claims, bounds.commits, bounds.commits_all,
          bounds.packages, bounds.bytes_small, bounds.bytes_large, bounds.bytes_peer, bounds.bytes_all,
          cramped.queue);
}

void cramped_apply(struct replica *r) {
    r->sync->bounds = bounds;
}
