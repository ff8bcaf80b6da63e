#include "node/eraser.h"

#include <string.h>

#define READER_WAIT_S 5
#define SWEEP_EVERY_S 10 /* at most, where the delay is of hours */
#define STEPS_OF_DELAY 16
#define FAILURE_WAIT_S 60

bool eraser_due(const struct eraser *eraser, struct store *store, uint64_t now_s) {
    if (now_s < eraser->not_before)
        return false;
    return eraser->stage != ERASER_REST || eraser->version != store_version(store) || eraser->due_s <= now_s;
}

static enum err sweep(struct eraser *e, struct store *store, uint64_t now_s) {
    struct txn t;
    txn_begin(&t, store, true);
    struct sweep next = e->sweep;
    bool more = sweep_step(&t, &e->policy, now_s, &next);
    enum err err = txn_commit(&t);
    if (err)
        return err;
    e->sweep = next;
    if (!more) {
        e->due_s = next.due_s;
        e->destroyed += next.destroyed;
        e->stage = ERASER_SCRUB;
        e->scrub = (struct scrub){.wanted = 0};
    }
    return ERR_OK;
}

static enum err scrub(struct eraser *e, struct store *store) {
    bool more = false;
    enum err err = scrub_step(store, &e->scrub, &more);
    if (!err && !more)
        e->stage = ERASER_REST;
    return err;
}

/* While a log moves all the time, it is not swept all the time. */
static uint64_t pause_s(const struct eraser *e) {
    uint64_t pause = e->policy.erase_delay_s / STEPS_OF_DELAY;
    return pause < SWEEP_EVERY_S ? pause : SWEEP_EVERY_S;
}

enum err eraser_step(struct eraser *eraser, struct store *store, uint64_t now_s, bool *ret_more) {
    enum err err;
    *ret_more = false;
    if (!eraser_due(eraser, store, now_s))
        return ERR_OK;
    if (eraser->stage == ERASER_REST) {
        eraser->version = store_version(store);
        eraser->sweep = (struct sweep){.inside = false};
        eraser->stage = ERASER_SWEEP;
    }
    err = eraser->stage == ERASER_SWEEP ? sweep(eraser, store, now_s) : scrub(eraser, store);
    if (err == ERR_BUSY) {
        eraser->not_before = now_s + READER_WAIT_S;
        return ERR_OK;
    }
    if (err) {
        eraser->stage = ERASER_REST;
        eraser->version = 0; /* begin again */
        eraser->not_before = now_s + FAILURE_WAIT_S;
        return err;
    }
    *ret_more = eraser->stage != ERASER_REST;
    if (!*ret_more)
        eraser->not_before = now_s + pause_s(eraser);
    return ERR_OK;
}

enum err eraser_run(const struct retention_policy *policy, struct store *store, uint64_t now_s,
                    unsigned *ret_destroyed) {
    struct eraser e = {.policy = *policy};
    bool more = true;
    enum err err = ERR_OK;
    while (!err && more)
        err = eraser_step(&e, store, now_s, &more);
    *ret_destroyed = e.destroyed;
    return !err && e.stage != ERASER_REST ? ERR_BUSY : err;
}
