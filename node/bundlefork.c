#include "node/bundlefork.h"

#include <stdlib.h>
#include <string.h>

#include "proto/message.h"

/* Complete subtrees that two proofs of one tree name: each proof has at most PROOF_MAX nodes, of which one,
 * at the right edge, is made of as many again. */
enum { NODES_MAX = 4 * PROOF_MAX };

struct subtree {
    unsigned level;
    uint64_t index;
    struct digest root;
};

struct wood {
    struct subtree node[NODES_MAX]; /* in the order in which they are completed */
    unsigned count, have;
    struct frontier frontier; /* of the leaves so far */
};

static uint64_t end_of(const struct subtree *s) {
    return (s->index + 1) << s->level;
}

static int by_end(const void *a, const void *b) {
    const struct subtree *x = a, *y = b;
    if (end_of(x) != end_of(y))
        return end_of(x) < end_of(y) ? -1 : 1;
    return x->level < y->level ? -1 : x->level > y->level;
}

static struct subtree *find(struct wood *w, unsigned level, uint64_t index) {
    for (unsigned i = 0; i < w->count; i++)
        if (w->node[i].level == level && w->node[i].index == index)
            return &w->node[i];
    return NULL;
}

/* Before the leaves are read: which nodes are asked for. */
static bool note(void *context, unsigned level, uint64_t index, struct digest *ret) {
    struct wood *w = context;
    *ret = digest_empty();
    if (find(w, level, index))
        return true;
    if (w->count == NODES_MAX)
        return false;
    w->node[w->count++] = (struct subtree){level, index, *ret};
    return true;
}

static bool look_up(void *context, unsigned level, uint64_t index, struct digest *ret) {
    const struct subtree *s = find(context, level, index);
    if (s)
        *ret = s->root;
    return s != NULL;
}

static enum err prove(struct wood *w, merkle_lookup *lookup, uint64_t f, uint64_t size, struct proved *ret) {
    enum err err = lookup(w, 0, f, &ret->leaf) ? ERR_OK : ERR_CORRUPT;
    ret->consistency.count = 0;
    if (!err && f > 0)
        err = merkle_prove_consistency(&ret->consistency, f, size, lookup, w);
    return err ? err : merkle_prove_inclusion(&ret->inclusion, f, size, lookup, w);
}

static void done(struct wood *w, unsigned level, uint64_t index, const struct digest *root) {
    struct subtree *next = &w->node[w->have];
    if (w->have < w->count && next->level == level && next->index == index) {
        next->root = *root;
        w->have++;
    }
}

static void leaf_add(struct wood *w, struct bytes leaf) {
    uint64_t index = w->frontier.size;
    struct digest root = digest_leaf(leaf);
    frontier_add(&w->frontier, &root);
    done(w, 0, index, &root);
    for (unsigned level = 0; index >> level & 1; level++) {
        /* The peaks below the one that the leaf has completed are stale, and still there. */
        root = digest_node(&w->frontier.peak[level], &root);
        done(w, level + 1, index >> (level + 1), &root);
    }
}

/* Entries of a package that go on from the leaves so far; others begin again below, or leave a gap. */
static enum err package_add(struct wood *w, const struct package *package, uint64_t size) {
    struct reader r;
    struct entry entry;
    if (package->from != w->frontier.size)
        return package->from > w->frontier.size ? ERR_GAP : ERR_OK;
    reader_init(&r, package->entries);
    while (w->frontier.size < size && package_entry_next(&r, &entry))
        leaf_add(w, entry.leaf);
    return r.err;
}

static enum err leaves_read(struct wood *w, struct bundle_reader *r, uint64_t size) {
    struct bytes value;
    struct message m;
    enum err err = bundle_reader_next(r, &value); /* the beginning of the log */
    while (!err && w->frontier.size < size) {
        err = bundle_reader_next(r, &value);
        if (!err && r->kind != BUNDLE_PACKAGE)
            return ERR_GAP;
        if (!err)
            err = message_decode(value, &m);
        if (!err && m.kind == (MESSAGE_FETCH | MESSAGE_ANSWER))
            err = package_add(w, &m.package, size);
    }
    return err;
}

enum err bundlefork_prove(int fd, uint64_t at, uint64_t f, uint64_t size, const struct digest *root,
                          struct proved *ret) {
    struct bundle_reader r = {.buffer = NULL};
    struct wood *w = calloc(1, sizeof *w);
    enum err err = w ? ERR_OK : ERR_MEMORY;
    if (!err && f < size)
        err = prove(w, note, f, size, ret);
    if (!err) {
        qsort(w->node, w->count, sizeof *w->node, by_end);
        frontier_init(&w->frontier);
        err = bundle_reader_from(&r, fd, at);
    }
    if (!err)
        err = leaves_read(w, &r, size);
    if (!err) {
        struct digest found = frontier_root(&w->frontier);
        err = !digest_eq(&found, root) ? ERR_ROOT : f < size ? prove(w, look_up, f, size, ret) : ERR_RANGE;
    }
    bundle_reader_close(&r);
    free(w);
    return err;
}
