#include "node/publisher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/renewal.h"
#include "proto/message.h"

static void step(const struct publisher *p, unsigned number, uint64_t done) {
    if (p->step)
        p->step(p->context, number, done);
}

/* ---- a batch and its tree ---- */

static enum err tree_of(const struct pending *b, struct batch *ret, struct bytes **ret_leaf) {
    struct bytes *leaf = calloc(b->count ? b->count : 1, sizeof(*leaf));
    enum err err = leaf ? ERR_OK : ERR_MEMORY;

    for (uint32_t i = 0; leaf && i < b->count; i++)
        leaf[i] = b->entry[i].leaf;
    if (!err)
        err = batch_build(ret, &b->base, leaf, b->count);
    if (err)
        free(leaf);
    else
        *ret_leaf = leaf;
    return err;
}

/* Whether the batch ends at this size and root. */
static bool ends(const struct batch *tree, uint64_t size, const struct digest *root) {
    struct digest found = frontier_root(&tree->after);
    return tree->after.size == size && digest_eq(&found, root);
}

enum err publisher_look(const struct publisher *p, const struct ownlog *log, struct standing *ret) {
    return standing_look(p->dir, log, p->root, p->context, ret);
}

/* ---- handing in ---- */

struct handing {
    const struct publisher *p;
    const struct pending *batch;
    struct batch *tree;
    struct package head;
    uint8_t *buffer; /* of FRAME_MAX */
};

/* Write the next package from entry `at` of the batch; gives how many entries it took. */
static enum err write_package(struct handing *h, uint32_t at, uint32_t *ret_count, struct bytes *ret) {
    struct package_writer pw = {0};
    struct proof proof;
    size_t size = 0;
    uint32_t count = 0;

    h->head.from = h->tree->base.size + at;
    writer_init(&pw.w, h->buffer, FRAME_MAX);
    message_begin_package(&pw.w, 1);
    package_begin(&pw, NULL, 0, &h->head, NULL, 0);
    for (; at + count < h->batch->count && count < FETCH_ENTRIES_MAX; count++) {
        const struct entry *entry = &h->batch->entry[at + count];
        size += package_entry_size(entry);
        if (size > FETCH_BYTES_MAX)
            break;
        package_entry(&pw, entry);
    }
    enum err err = batch_prove(h->tree, h->head.from + count, &proof);
    if (!err)
        err = package_end(&pw, &proof, at + count < h->batch->count, ret);
    *ret_count = count;
    return err;
}

static enum err hand_in(struct handing *h, uint64_t held) {
    enum err err = ERR_OK;

    for (uint32_t at = (uint32_t)(held - h->tree->base.size), count = 0; at < h->batch->count && !err;
         at += count) {
        struct bytes message;
        err = write_package(h, at, &count, &message);
        if (!err)
            err = h->p->submit(h->p->context, message);
        if (!err)
            step(h->p, 3, at + count);
    }
    return err;
}

static enum err submit(const struct publisher *p, const struct pending *batch, struct batch *tree,
                       const struct checkpoint_signature *signature, uint64_t held) {
    struct handing h = {p,
                        batch,
                        tree,
                        {.epoch = batch->epoch, .size = tree->after.size, .signature_count = 1},
                        malloc(FRAME_MAX)};
    enum err err = h.buffer ? ERR_OK : ERR_MEMORY;

    origin_log_id(batch->origin, h.head.log);
    h.head.root = frontier_root(&tree->after);
    h.head.signature[0] = *signature;
    if (!err)
        err = hand_in(&h, held);
    free(h.buffer);
    return err;
}

static enum err tidy(const struct publisher *p, const struct pending *batch) {
    enum err err = batch->draft_count ? p->drop(p->context, batch->draft, batch->draft_count) : ERR_OK;

    if (err)
        return err;
    step(p, 4, 0);
    err = renewal_drop(p->dir);
    if (!err)
        err = pending_remove(p->dir);
    if (!err)
        step(p, 5, 0);
    return err;
}

/* Hand in what is missing of a batch that the ledger has signed.  The ledger may be there without being on
 * the disk, if its program ended before the directory was synced: it is written once more before anything
 * leaves. */
static enum err resume(const struct publisher *p, const struct ownlog *log, const struct pending *pending) {
    struct ledger l;
    struct batch tree = {0};
    struct bytes *leaf = NULL;
    enum err err = ledger_load(p->dir, &l);

    if (!err)
        err = tree_of(pending, &tree, &leaf);
    if (!err && !ends(&tree, l.frontier.size, &l.root))
        err = ERR_ROOT;
    if (!err && log->held < tree.after.size)
        err = ledger_save(p->dir, &l);
    if (!err && log->held < tree.after.size)
        err = log->held >= tree.base.size ? submit(p, pending, &tree, &l.last, log->held) : ERR_GAP;
    free(leaf);
    batch_free(&tree);
    return err;
}

enum err publisher_finish(const struct publisher *p, const struct ownlog *log) {
    struct pending pending = {0};
    enum err err = pending_load(p->dir, &pending);

    /* One of an earlier epoch is below the anchor, or it would not have to be finished. */
    if (!err && pending.epoch == log->authority.epoch)
        err = resume(p, log, &pending);
    if (!err)
        err = tidy(p, &pending);
    pending_free(&pending);
    return err;
}

/* Sign what was read back from the disk, with the root that the stored tree and these leaves give. */
static enum err sign(const struct publisher *p, const struct ownlog *log, const struct pending *batch,
                     const struct batch *tree, const struct bytes *leaf,
                     const uint8_t secret[static KEY_SECRET_LEN], struct checkpoint_signature *ret) {
    struct signer_request request = {.origin = log->origin,
                                     .authority = &log->authority,
                                     .anchor = &log->anchor,
                                     .from = log->size,
                                     .from_root = log->root,
                                     .leaf = leaf,
                                     .count = batch->count,
                                     .root = frontier_root(&tree->after)};

    return signer_sign(p->dir, &request, secret, ret);
}

enum err publisher_run(const struct publisher *p, const struct ownlog *log, const struct pending *batch,
                       const uint8_t secret[static KEY_SECRET_LEN], struct checkpoint *ret_head) {
    struct pending back = {0};
    struct batch tree = {0};
    struct bytes *leaf = NULL;
    struct checkpoint_signature signature;
    enum err err;

    if (batch->base.size != log->size || log->held != log->size || batch->epoch != log->authority.epoch)
        return ERR_GAP;
    if (log->size > log->authority.max || batch->count > log->authority.max - log->size)
        return ERR_BOUNDS;
    err = pending_save(p->dir, batch);
    if (err)
        return err;
    step(p, 1, 0);
    err = pending_load(p->dir, &back);
    if (!err)
        err = tree_of(&back, &tree, &leaf);
    if (!err)
        err = sign(p, log, &back, &tree, leaf, secret, &signature);
    if (!err) {
        step(p, 2, 0);
        err = submit(p, &back, &tree, &signature, log->held);
    }
    if (!err)
        err = tidy(p, &back);
    if (!err) {
        *ret_head = (struct checkpoint){.size = tree.after.size, .root = frontier_root(&tree.after)};
        snprintf(ret_head->origin, sizeof(ret_head->origin), "%s", log->origin);
    }
    free(leaf);
    batch_free(&tree);
    pending_free(&back);
    return err;
}
