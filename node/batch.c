#include "node/batch.h"

#include <stdlib.h>
#include <string.h>

#define BATCH_SIZE_MAX (UINT64_C(1) << 62)

/* An old subtree that meets the edge is a peak: the last complete one of its level. */
static bool old_peak(const struct frontier *f, unsigned level, uint64_t index, struct digest *ret) {
    if (!(f->size >> level & 1) || index != (f->size >> level) - 1)
        return false;
    *ret = f->peak[level];
    return true;
}

bool batch_lookup(void *context, unsigned level, uint64_t index, struct digest *ret) {
    const struct batch *b = context;

    if (level > 62 || index >= b->after.size >> level)
        return false;
    uint64_t first = b->base.size >> level;
    if (index < first)
        return old_peak(&b->base, level, index, ret);
    *ret = b->node[level][index - first];
    return true;
}

static enum err build_level(struct batch *b, unsigned level) {
    uint64_t first = b->base.size >> level, end = b->after.size >> level;

    if (end == first)
        return ERR_OK;
    b->node[level] = malloc((size_t)(end - first) * sizeof(struct digest));
    if (!b->node[level])
        return ERR_MEMORY;
    for (uint64_t i = first; level && i < end; i++) {
        struct digest left, right;
        if (!batch_lookup(b, level - 1, 2 * i, &left) || !batch_lookup(b, level - 1, 2 * i + 1, &right))
            return ERR_CORRUPT;
        b->node[level][i - first] = digest_node(&left, &right);
    }
    return ERR_OK;
}

enum err batch_build(struct batch *ret, const struct frontier *base, const struct bytes *leaf,
                     uint32_t count) {
    struct batch b = {.base = *base, .after = *base};
    enum err err = ERR_OK;

    if (base->size > BATCH_SIZE_MAX - count)
        return ERR_RANGE;
    b.after.size += count;
    for (unsigned level = 0; level < 63 && !err; level++) {
        err = build_level(&b, level);
        for (uint32_t i = 0; !level && !err && i < count; i++)
            b.node[0][i] = digest_leaf(leaf[i]);
    }
    b.after = *base;
    for (uint32_t i = 0; !err && i < count; i++)
        frontier_add(&b.after, &b.node[0][i]);
    if (err)
        batch_free(&b);
    else
        *ret = b;
    return err;
}

void batch_free(struct batch *batch) {
    for (unsigned level = 0; level < 64; level++)
        free(batch->node[level]);
    memset(batch, 0, sizeof(*batch));
}

enum err batch_prove(struct batch *batch, uint64_t size, struct proof *ret) {
    struct proof none = {0};

    if (size < batch->base.size || size > batch->after.size)
        return ERR_RANGE;
    if (!size || size == batch->after.size) {
        *ret = none; /* nothing precedes the empty tree, and equal trees need no proof */
        return ERR_OK;
    }
    return merkle_prove_consistency(ret, size, batch->after.size, batch_lookup, batch);
}
