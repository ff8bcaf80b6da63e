#include "tests/sim/dossier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/evidence.h"
#include "proto/view.h"
#include "store/branch.h"
#include "store/forks.h"
#include "store/notes.h"
#include "store/records.h"
#include "tests/sim/member.h"
#include "tests/sim/rfc.h"
#include "tests/sim/vsign.h"

struct dossier *dossier_new(void) {
    struct dossier *d = calloc(1, sizeof *d);
    if (!d)
        abort();
    return d;
}

void dossier_free(struct dossier *d) {
    for (unsigned i = 0; i < d->tree_count; i++) {
        free(d->tree[i].leaf);
        free(d->tree[i].root);
    }
    free(d->note);
    free(d->claim);
    free(d->saying);
    free(d);
}

/* Room for one more; the array doubles at each power of two. */
static void *room(void *array, unsigned count, size_t size) {
    if (count & (count - 1))
        return array;
    void *p = realloc(array, (count ? 2 * count : 1) * size);
    if (!p)
        abort();
    return p;
}

/* ---- the text of a note ---- */

static int base64_value(char c) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : 0;
}

static size_t unbase64(const char *text, size_t len, uint8_t *ret, size_t max) {
    size_t out = 0;
    for (size_t i = 0; i + 3 < len; i += 4) {
        uint32_t word = 0;
        for (size_t k = 0; k < 4; k++)
            word = word << 6 | (uint32_t)base64_value(text[i + k]);
        for (size_t k = 0; k < 3 && out < max; k++)
            if (text[i + k + 1] != '=')
                ret[out++] = (uint8_t)(word >> (16 - 8 * k));
    }
    return out;
}

struct words {
    unsigned count;
    const char *word[24];
    size_t len[24];
};

static struct words split(const char *line, size_t len) {
    struct words w = {0};
    for (const char *end = line + len, *at = line; at < end && w.count < 24; w.count++) {
        const char *space = memchr(at, ' ', (size_t)(end - at));
        const char *stop = space ? space : end;
        w.word[w.count] = at;
        w.len[w.count] = (size_t)(stop - at);
        at = stop + 1;
    }
    return w;
}

static uint64_t number(const struct words *w, unsigned at) {
    return at < w->count ? strtoull(w->word[at], NULL, 10) : 0;
}

static void key_read(const struct words *w, unsigned at, uint8_t ret[static KEY_LEN]) {
    uint8_t typed[KEY_LEN + 1] = {0};
    unbase64(w->word[at], w->len[at], typed, sizeof typed);
    memcpy(ret, typed + 1, KEY_LEN);
}

static void line_read(struct dossier_note *n, const struct words *w) {
    const char *what = w->word[0];
    size_t len = w->len[0];
    if (len == 5 && !memcmp(what, "epoch", 5))
        n->epoch = number(w, 1);
    else if (len == 4 && !memcmp(what, "prev", 4))
        n->has_prev = unbase64(w->word[1], w->len[1], n->prev.b, DIGEST_LEN) == DIGEST_LEN;
    else if (len == 6 && !memcmp(what, "anchor", 6)) {
        n->anchor = number(w, 1);
        unbase64(w->word[2], w->len[2], n->anchor_root.b, DIGEST_LEN);
    } else if (len == 3 && !memcmp(what, "max", 3))
        n->max = number(w, 1);
    else if (len == 4 && !memcmp(what, "root", 4)) {
        n->root_need = (unsigned)number(w, 1);
        for (unsigned i = 2; i < w->count; i++)
            key_read(w, i, n->root[n->root_count++]);
    } else if (len == 4 && !memcmp(what, "next", 4)) {
        n->next_need = (unsigned)number(w, 1);
        for (unsigned i = 2; i < w->count; i++)
            unbase64(w->word[i], w->len[i], n->next[n->next_count++].b, DIGEST_LEN);
    } else if (len == 8 && !memcmp(what, "operator", 8))
        for (unsigned i = 1; i < w->count; i++)
            key_read(w, i, n->operator_key[n->operator_count++]);
}

static struct dossier_note note_read(struct bytes text) {
    struct dossier_note n = {.hash = digest_of(text)};
    const char *at = (const char *)text.ptr, *end = at + text.len;
    for (unsigned line = 0; at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        struct words w = split(at, (size_t)(stop - at));
        if (line > 1 && w.count)
            line_read(&n, &w);
        at = stop + 1;
    }
    return n;
}

/* ---- whether a note stands: 2.2 ---- */

const struct dossier_note *dossier_note(const struct dossier *d, const struct digest *hash) {
    for (unsigned i = 0; i < d->note_count; i++)
        if (digest_eq(&d->note[i].hash, hash))
            return &d->note[i];
    return NULL;
}

static bool has_key(const uint8_t (*key)[KEY_LEN], unsigned count, const uint8_t *wanted) {
    for (unsigned i = 0; i < count; i++)
        if (memcmp(key[i], wanted, KEY_LEN) == 0)
            return true;
    return false;
}

static bool is_committed(const struct dossier_note *n, const uint8_t *key) {
    uint8_t typed[KEY_LEN + 1] = {KEY_TYPE_ED25519};
    memcpy(typed + 1, key, KEY_LEN);
    struct digest hash = digest_of(BYTES(typed));
    for (unsigned i = 0; i < n->next_count; i++)
        if (digest_eq(&n->next[i], &hash))
            return true;
    return false;
}

/* How many keys have signed: of its own roots, or of those that the note before commits to. */
static unsigned signers(const struct package_note *note, const struct dossier_note *n,
                        const struct dossier_note *prev) {
    uint8_t seen[2 * ROOT_KEYS_MAX][KEY_LEN];
    unsigned count = 0;
    for (unsigned i = 0; i < note->count; i++) {
        const uint8_t *key = note->signature[i].key.b;
        bool may = prev ? is_committed(prev, key) : has_key(n->root, n->root_count, key);
        if (may && !has_key((const uint8_t(*)[KEY_LEN])seen, count, key) &&
            vsign_made(key, note->text, note->signature[i].signature.b))
            memcpy(seen[count++], key, KEY_LEN);
    }
    return count;
}

static const char *note_fault(const struct dossier *d, const struct package_note *note,
                              const struct dossier_note *n) {
    const struct dossier_note *prev = n->has_prev ? dossier_note(d, &n->prev) : NULL;
    for (unsigned i = 0; i < note->count; i++)
        if (!vsign_made(note->signature[i].key.b, note->text, note->signature[i].signature.b))
            return "a signature that is none is kept with it";
    if (signers(note, n, NULL) < n->root_need)
        return "too few of its roots have signed it";
    if (n->max <= n->anchor)
        return "its max is not above its anchor";
    if (!n->has_prev)
        return n->epoch || n->anchor ? "it is no first note" : NULL;
    if (!prev)
        return "the note before it is not kept";
    if (n->epoch != prev->epoch + 1)
        return "its epoch is not the next";
    if (signers(note, n, prev) < prev->next_need)
        return "too few have signed it of those that the note before commits to";
    if (n->anchor <= prev->anchor || n->anchor > prev->max)
        return "its anchor is out of bounds";
    if (!rfc_consistent(prev->anchor, &prev->anchor_root, n->anchor, &n->anchor_root, &note->proof))
        return "its anchor does not go on from the one before";
    for (const struct dossier_note *p = prev; p; p = p->has_prev ? dossier_note(d, &p->prev) : NULL)
        for (unsigned i = 0; i < n->operator_count; i++)
            if (has_key(p->operator_key, p->operator_count, n->operator_key[i]))
                return "an operator key stands in an earlier note";
    return NULL;
}

/* ---- what a node holds ---- */

static void notes_add(struct dossier *d, struct station *s, struct txn *t, const struct log_record *record) {
    static struct view_note note[NOTES_MAX];
    uint32_t count = notes_load(t, record->id, note);
    for (uint32_t i = 0; i < count; i++) {
        struct package_note full;
        if (dossier_note(d, &note[i].hash) || d->note_count == DOSSIER_NOTES)
            continue;
        if (!notes_get(t, record->id, note[i].epoch, &note[i].hash, &full))
            scene_wrong("a kept note can be read", "%s, log %s", s->name, member_name(record->id));
        struct dossier_note n = note_read(full.text);
        const char *fault = note_fault(d, &full, &n);
        if (fault)
            scene_wrong("authority is as the design says", "%s keeps a note of %s, epoch %llu: %s", s->name,
                        member_name(record->id), (unsigned long long)n.epoch, fault);
        d->note = room(d->note, d->note_count, sizeof n);
        d->note[d->note_count++] = n;
    }
}

/* Grow the roots of a tree as far as they are asked for. */
static const struct digest *root_at(const struct dossier_tree *tree, uint64_t size) {
    static const struct digest zero;
    if (!digest_eq(&tree->root[size], &zero))
        return &tree->root[size];
    tree->root[size] = rfc_root(tree->leaf, size);
    return &tree->root[size];
}

static bool same_leaves(const struct dossier_tree *a, const struct dossier_tree *b, uint64_t count) {
    return count <= a->len && count <= b->len && memcmp(a->leaf, b->leaf, count * sizeof *a->leaf) == 0;
}

static void tree_add(struct dossier *d, const struct digest *leaf, uint64_t len) {
    struct dossier_tree tree = {len, (struct digest *)(uintptr_t)leaf, NULL};
    for (unsigned i = 0; i < d->tree_count; i++)
        if (same_leaves(&d->tree[i], &tree, len))
            return;
    if (d->tree_count == DOSSIER_TREES)
        return;
    tree.leaf = malloc((len + 1) * sizeof *leaf);
    tree.root = calloc(len + 1, sizeof *leaf);
    if (!tree.leaf || !tree.root)
        abort();
    memcpy(tree.leaf, leaf, len * sizeof *leaf);
    d->tree[d->tree_count++] = tree;
}

static const struct saying *saying_find(const struct dossier *d, const struct digest *leaf) {
    for (unsigned i = 0; i < d->saying_count; i++)
        if (digest_eq(&d->saying[i].leaf, leaf))
            return &d->saying[i].saying;
    return NULL;
}

static void saying_add(struct dossier *d, struct bytes leaf, const struct digest *hash) {
    struct dossier_saying s = {.leaf = *hash};
    if (!saying_read(leaf, &s.saying) || saying_find(d, hash))
        return;
    d->saying = room(d->saying, d->saying_count, sizeof s);
    d->saying[d->saying_count++] = s;
}

static bool leaves_read(struct dossier *d, struct txn *t, const uint8_t *id, uint64_t from, uint64_t to,
                        struct digest *ret) {
    struct leaf_cursor c = {.index = from};
    uint64_t at = from;
    while (at < to && logs_leaf_next(t, id, &c)) {
        ret[at] = rfc_leaf(c.leaf);
        saying_add(d, c.leaf, &ret[at++]);
    }
    logs_leaf_done(&c);
    return at >= to;
}

static void trees_add(struct dossier *d, struct station *s, struct txn *t, const struct log_record *record) {
    uint8_t side[LOG_ID_LEN];
    uint64_t most = record->held > record->side_held ? record->held : record->side_held;
    struct digest *leaf = malloc((most + 1) * sizeof *leaf);
    if (!leaf)
        abort();
    if (!leaves_read(d, t, record->id, 0, record->held, leaf))
        scene_wrong("held leaves are there", "%s, log %s: not all of %llu", s->name, member_name(record->id),
                    (unsigned long long)record->held);
    tree_add(d, leaf, record->held);
    if (record->has_side) {
        branch_id(record->id, side);
        if (!leaves_read(d, t, side, record->side_base, record->side_held, leaf))
            scene_wrong("held leaves are there", "%s, second branch of %s: not all of %llu", s->name,
                        member_name(record->id), (unsigned long long)record->side_held);
        tree_add(d, leaf, record->side_held);
    }
    free(leaf);
}

static void claim_add(struct dossier *d, struct dossier_claim claim) {
    for (unsigned i = 0; i < d->claim_count; i++)
        if (digest_eq(&d->claim[i].note, &claim.note) && digest_eq(&d->claim[i].root, &claim.root) &&
            d->claim[i].size == claim.size && d->claim[i].fork == claim.fork)
            return;
    if (d->claim_count == DOSSIER_CLAIMS)
        return;
    d->claim = room(d->claim, d->claim_count, sizeof claim);
    d->claim[d->claim_count++] = claim;
}

/* A checkpoint is one that an operator of its note has signed. */
static bool was_signed(const struct dossier_note *n, const char *origin, uint64_t size,
                       const struct digest *root, const struct checkpoint_signature *signature,
                       unsigned count) {
    char text[CHECKPOINT_TEXT_MAX], coded[BASE64_LEN(DIGEST_LEN) + 1];
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t padded[DIGEST_LEN + 1] = {0};
    memcpy(padded, root->b, DIGEST_LEN);
    for (unsigned i = 0; i < 11; i++) {
        uint32_t word = (uint32_t)padded[3 * i] << 16 | (uint32_t)padded[3 * i + 1] << 8 | padded[3 * i + 2];
        for (unsigned k = 0; k < 4; k++)
            coded[4 * i + k] = digits[word >> (18 - 6 * k) & 63];
    }
    coded[43] = '=';
    coded[44] = '\0';
    int len = snprintf(text, sizeof text, "%s\n%llu\n%s\n", origin, (unsigned long long)size, coded);
    for (unsigned i = 0; i < count; i++)
        if (has_key(n->operator_key, n->operator_count, signature[i].key.b) &&
            vsign_made(signature[i].key.b, (struct bytes){(const uint8_t *)text, (size_t)len},
                       signature[i].signature.b))
            return true;
    return false;
}

static void claims_add(struct dossier *d, struct station *s, struct txn *t, const struct log_record *record) {
    static const enum checkpoint_slot slots[] = {SLOT_HEAD, SLOT_SIDE};
    struct slot slot;
    for (unsigned i = 0; i < 2; i++) {
        if (!slot_get(t, record->id, slots[i], &slot) || (i && !record->has_side))
            continue;
        const struct dossier_note *n = dossier_note(d, &slot.note);
        if (!n || !was_signed(n, record->origin, slot.size, &slot.root, slot.signature, slot.signature_count))
            scene_wrong("a head is signed",
                        "%s keeps a checkpoint of %s over %llu that no operator key of its note has signed",
                        s->name, member_name(record->id), (unsigned long long)slot.size);
        claim_add(d, (struct dossier_claim){slot.note, slot.root, slot.size, false});
    }
    for (unsigned i = 0; i < d->note_count; i++) {
        struct view_fork fork;
        struct bytes bytes;
        struct evidence e;
        if (!forks_get(t, record->id, &d->note[i].hash, &fork, &bytes))
            continue;
        if (evidence_read(bytes, &e) || e.f != fork.f || !digest_eq(&e.root_f, &fork.root))
            scene_wrong("evidence can be shown", "%s, log %s", s->name, member_name(record->id));
        for (unsigned side = 0; side < 2; side++)
            if (!was_signed(&d->note[i], record->origin, e.side[side].size, &e.side[side].root,
                            e.side[side].signature, e.side[side].signature_count))
                scene_wrong("evidence is signed", "%s, log %s", s->name, member_name(record->id));
        claim_add(d, (struct dossier_claim){d->note[i].hash, fork.root, fork.f, true});
    }
}

void dossier_add(struct dossier *d, struct station *s, const uint8_t log[static LOG_ID_LEN]) {
    struct log_record record;
    struct txn t;
    struct disk *disk = disk_use(NULL);
    txn_begin(&t, s->store, false);
    if (logs_get(&t, log, &record)) {
        notes_add(d, s, &t, &record);
        trees_add(d, s, &t, &record);
        claims_add(d, s, &t, &record);
    }
    if (t.err)
        scene_wrong("the store can be read", "%s, log %s: %s", s->name, member_name(log), err_text(t.err));
    txn_abort(&t);
    disk_use(disk);
}

/* ---- what follows: 3 ---- */

/* A tree that begins with size leaves of this root; NULL: they are not held. */
static const struct dossier_tree *held(const struct dossier *d, uint64_t size, const struct digest *root) {
    for (unsigned i = 0; i < d->tree_count; i++)
        if (size <= d->tree[i].len && digest_eq(root_at(&d->tree[i], size), root))
            return &d->tree[i];
    return NULL;
}

bool dossier_leads(const struct dossier *d, const struct dossier_note *note, const struct digest *to) {
    for (const struct dossier_note *n = dossier_note(d, to); n;
         n = n->has_prev ? dossier_note(d, &n->prev) : NULL)
        if (n == note)
            return true;
    return false;
}

/* Of the notes that follow one: the trusted, the only one that enough States endorse, the only one.  *flags:
 * whether several follow the last, or one before it. */
static const struct dossier_note *chain_end(const struct dossier *d, const struct digest *trusted,
                                            const bool *endorsed, unsigned *flags) {
    const struct dossier_note *at = NULL;
    for (unsigned i = 0; i < d->note_count; i++)
        if (!d->note[i].has_prev)
            at = &d->note[i];
    *flags = 0;
    while (at) {
        const struct dossier_note *child = NULL, *by_hand = NULL, *by_words = NULL;
        unsigned children = 0, closed = 0;
        for (unsigned i = 0; i < d->note_count; i++) {
            const struct dossier_note *n = &d->note[i];
            if (!n->has_prev || !digest_eq(&n->prev, &at->hash))
                continue;
            children++;
            child = n;
            if (dossier_leads(d, n, trusted))
                by_hand = n;
            if (endorsed && endorsed[i]) {
                closed++;
                by_words = n;
            }
        }
        if (by_hand)
            at = by_hand;
        else if (closed == 1)
            at = by_words;
        else if (children == 1)
            at = child;
        else {
            *flags |= children > 1 ? VIEW_CONTESTED : 0;
            return at;
        }
        *flags |= children > 1 ? VIEW_VOIDS : 0;
    }
    return NULL;
}

/* A claim of this note that counts: within its bounds, held, and upon its anchor. */
static const struct dossier_tree *counts(const struct dossier *d, const struct dossier_note *n,
                                         const struct dossier_claim *c) {
    if (!digest_eq(&c->note, &n->hash) || c->size < n->anchor || c->size > n->max)
        return NULL;
    for (unsigned i = 0; i < d->tree_count; i++)
        if (c->size <= d->tree[i].len && digest_eq(root_at(&d->tree[i], c->size), &c->root) &&
            digest_eq(root_at(&d->tree[i], n->anchor), &n->anchor_root))
            return &d->tree[i];
    return NULL;
}

static void grow(const struct dossier *d, const struct dossier_note *n, struct dossier_view *v) {
    const struct dossier_tree *seen[DOSSIER_CLAIMS], *at = held(d, v->size, &v->root);
    uint64_t size[DOSSIER_CLAIMS], f = UINT64_MAX;
    unsigned count = 0;
    for (unsigned i = 0; i < d->claim_count; i++) {
        const struct dossier_claim *c = &d->claim[i];
        const struct dossier_tree *tree = counts(d, n, c);
        if (!tree)
            continue;
        seen[count] = tree;
        size[count++] = c->size;
        if (c->fork)
            f = c->size < f ? c->size : f;
        else if (c->size > v->size) {
            v->size = c->size;
            at = tree;
        }
    }
    for (unsigned i = 0; i < count; i++)
        for (unsigned k = 0; k < i; k++) {
            uint64_t least = size[i] < size[k] ? size[i] : size[k], same = 0;
            while (same < least && digest_eq(&seen[i]->leaf[same], &seen[k]->leaf[same]))
                same++;
            f = same < least && same < f ? same : f;
        }
    if (f != UINT64_MAX) {
        for (unsigned i = 0; i < count; i++)
            at = size[i] >= f ? seen[i] : at;
        v->size = v->f = f;
        v->flags |= VIEW_DISPUTED;
    }
    if (at)
        v->root = *root_at(at, v->size);
}

struct dossier_view dossier_view(const struct dossier *d, const struct digest *trusted,
                                 const bool *endorsed) {
    struct dossier_view v = {.any = false};
    const struct dossier_note *end = chain_end(d, trusted, endorsed, &v.flags), *n = end;
    if (!end)
        return v;
    while (n->has_prev && !held(d, n->anchor, &n->anchor_root)) {
        n = dossier_note(d, &n->prev);
        v.flags |= VIEW_INCOMPLETE;
    }
    v.any = true;
    v.note = n->hash;
    v.epoch = n->epoch;
    v.size = n->anchor;
    v.root = n->anchor_root;
    if (!(v.flags & VIEW_CONTESTED) || n != end)
        grow(d, n, &v);
    return v;
}

const struct saying *dossier_said(const struct dossier *d, const struct dossier_view *view, uint64_t index) {
    const struct dossier_tree *tree = held(d, view->size, &view->root);
    return tree && index < view->size ? saying_find(d, &tree->leaf[index]) : NULL;
}
