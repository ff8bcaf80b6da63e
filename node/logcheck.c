#include "node/logcheck.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/tilepath.h"
#include "proto/chain.h"
#include "proto/evidence.h"
#include "proto/gate.h"
#include "proto/leaf.h"

#define FAULTS_LISTED 100
#define WITNESSES_MAX 64

/* A tile in the making, one for each level. */
struct tile {
    uint64_t index;
    unsigned width;
    uint8_t hash[TILE_WIDTH * DIGEST_LEN];
};

struct run {
    const struct logcheck_options *o;
    struct logcheck_report *report;
    struct authority chain[EPOCHS_MAX];
    const struct authority *authority; /* the last that holds */
    struct logsource_head head;
    struct frontier frontier;
    struct tile tile[TILE_LEVELS];
    unsigned witness_count;
    struct pubkey witness[WITNESSES_MAX]; /* of the State's nodes, by their leaves */
};

static void fault(struct run *r, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fault(struct run *r, const char *where, const char *format, ...) {
    char what[300];
    va_list arguments;
    if (r->report->fault_count++ >= FAULTS_LISTED)
        return;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    json_array_append_new(r->report->faults, json_pack("{s:s, s:s}", "where", where, "what", what));
}

static void entry_name(uint64_t index, char ret[static 40]) {
    snprintf(ret, 40, "entry %llu", (unsigned long long)index);
}

static void check_authority(struct run *r) {
    r->authority = &r->chain[0];
    for (unsigned i = 0; i < r->o->note_count && i < EPOCHS_MAX; i++) {
        struct package_note note = r->o->note[i];
        char where[40];
        enum err err = i == 0 ? gate_open(r->o->origin, &note, &r->chain[0])
                              : gate_next(r->chain, i, &note, &r->chain[i]);
        snprintf(where, sizeof where, "authority note %u", i);
        if (err != ERR_OK) {
            fault(r, where, "%s%s: %s", err_text(err), err_standard(err),
                  i == 0 ? "the origin does not follow from it, or its root keys have not signed it"
                         : "it does not follow from the one before");
            return;
        }
        r->authority = &r->chain[i];
    }
}

/* The leaves go on from each anchor of the chain. */
static void check_anchors(struct run *r) {
    struct digest root = frontier_root(&r->frontier);
    for (const struct authority *a = r->chain; a <= r->authority; a++)
        if (a->anchor_size == r->frontier.size && !digest_eq(&a->anchor_root, &root))
            fault(r, "root", "the first %llu entries are not those of the anchor of epoch %llu",
                  (unsigned long long)a->anchor_size, (unsigned long long)a->epoch);
}

/* Every line by a key of the epoch must be right, and one must be there. */
static void check_signatures(struct run *r) {
    for (unsigned i = 0; i < r->authority->operator_count; i++) {
        const struct note_key key = {r->o->origin, KEY_TYPE_ED25519, r->authority->operator_key[i]};
        struct signature signature;
        enum err err = note_verify(&r->head.note, &key, &signature);
        if (err == ERR_OK)
            r->report->signatures++;
        else if (err != ERR_UNSIGNED)
            fault(r, "checkpoint", "the signature of operator key %u is wrong: %s", i + 1, err_text(err));
    }
    if (r->report->signatures == 0)
        fault(r, "checkpoint", "no operator key of the epoch has signed it");
}

static void check_checkpoint(struct run *r) {
    const struct checkpoint *c = &r->head.checkpoint;
    if (strcmp(c->origin, r->o->origin) != 0)
        fault(r, "checkpoint", "is of another log, %s", c->origin);
    if (c->size < r->authority->anchor_size || c->size > r->authority->max)
        fault(r, "checkpoint", "size %llu lies outside anchor %llu and max %llu of its epoch",
              (unsigned long long)c->size, (unsigned long long)r->authority->anchor_size,
              (unsigned long long)r->authority->max);
    check_signatures(r);
}

static void proven_by(struct run *r, enum logcheck_proof proof, const struct digest *root) {
    r->report->proof = proof;
    r->head.checkpoint.size = r->o->size;
    r->head.checkpoint.root = *root;
}

/* No checkpoint is there: whether the size at which the log is said to stand is that of the evidence, or an
 * anchor. */
static bool proven_otherwise(struct run *r) {
    struct evidence e;
    const struct authority *a = r->chain;
    if (r->o->evidence.len && evidence_read(r->o->evidence, &e) == ERR_OK && e.f == r->o->size) {
        while (a < r->authority && !digest_eq(&a->hash, &e.note))
            a++;
        if (evidence_check(&e, r->o->origin, a) == ERR_OK) {
            proven_by(r, LOGCHECK_EVIDENCE, &e.root_f);
            return true;
        }
    }
    for (a = r->authority; a > r->chain && a->anchor_size != r->o->size;)
        a--;
    if (a == r->chain)
        return false;
    proven_by(r, LOGCHECK_ANCHOR, &a->anchor_root);
    return true;
}

/* Compare a finished tile with the one given. */
static enum err check_tile(struct run *r, unsigned level) {
    struct tile *t = &r->tile[level];
    char name[TILE_PATH_MAX];
    uint8_t *data;
    size_t len;

    tile_path_put(name, level, t->index, t->width);
    enum err err = r->o->source->get(r->o->source->context, name, &data, &len);
    if (err == ERR_NOT_FOUND) {
        fault(r, name, "is not there");
        return ERR_OK;
    }
    if (err != ERR_OK)
        return err;
    r->report->tiles++;
    if (len != (size_t)t->width * DIGEST_LEN)
        fault(r, name, "has %zu bytes, not %u", len, t->width * DIGEST_LEN);
    for (unsigned i = 0; i < t->width && len == (size_t)t->width * DIGEST_LEN; i++)
        if (memcmp(data + i * DIGEST_LEN, t->hash + i * DIGEST_LEN, DIGEST_LEN) != 0) {
            fault(r, name, "hash %u is not what the entries give", i);
            break;
        }
    free(data);
    return ERR_OK;
}

static struct digest tile_root(const struct tile *t) {
    struct frontier f;
    frontier_init(&f);
    for (unsigned i = 0; i < t->width; i++) {
        struct digest d;
        memcpy(d.b, t->hash + i * DIGEST_LEN, DIGEST_LEN);
        frontier_add(&f, &d);
    }
    return frontier_root(&f);
}

/* Add a hash to a level; a tile that is full is checked, and its root goes one level up. */
static enum err tile_add(struct run *r, const struct digest *hash) {
    struct digest up = *hash;
    for (unsigned level = 0; level < TILE_LEVELS; level++) {
        struct tile *t = &r->tile[level];
        memcpy(t->hash + t->width++ * DIGEST_LEN, up.b, DIGEST_LEN);
        if (t->width < TILE_WIDTH)
            return ERR_OK;
        enum err err = check_tile(r, level);
        if (err != ERR_OK)
            return err;
        up = tile_root(t);
        t->index++;
        t->width = 0;
    }
    return ERR_OK;
}

static enum err tiles_end(struct run *r) {
    enum err err = ERR_OK;
    for (unsigned level = 0; err == ERR_OK && level < TILE_LEVELS; level++)
        if (r->tile[level].width > 0)
            err = check_tile(r, level);
    return err;
}

static void check_part(struct run *r, uint64_t index, enum part_class class,
                       const struct digest *commitment) {
    char where[40];
    uint8_t *data = NULL;
    size_t len = 0;
    enum part_state state = r->o->part(r->o->context, index, class, &data, &len);

    if (state == PART_NONE)
        state = PART_GONE; /* the leaf commits to one */
    r->report->parts[state]++;
    if (state != PART_HELD)
        return;
    enum err err = part_check((struct bytes){data, len});
    if (err == ERR_OK)
        err = part_verify(class, (struct bytes){data, len}, commitment);
    entry_name(index, where);
    if (err != ERR_OK)
        fault(r, where, "its %s part: %s", class == PART_PUBLIC ? "public" : "members'", err_text(err));
    free(data);
}

/* What the first leaf should be, and which witness keys the State's nodes have. */
static void note_meaning(struct run *r, uint64_t index, const struct leaf *leaf) {
    for (const struct authority *a = r->chain; a <= r->authority; a++)
        if (a->anchor_size == index) {
            bool named = leaf->kind == LEAF_AUTHORITY && leaf->authority.epoch == a->epoch &&
                         digest_eq(&leaf->authority.hash, &a->hash);
            r->report->named = named && (a->epoch == 0 || r->report->named);
        }
    if (leaf->kind == LEAF_NODE && r->witness_count < WITNESSES_MAX)
        r->witness[r->witness_count++] = leaf->node.witness;
}

static void check_leaf(struct run *r, uint64_t index, struct bytes bytes) {
    char where[40];
    struct leaf leaf;

    enum err err = leaf_check(bytes);
    if (err != ERR_OK) {
        entry_name(index, where);
        fault(r, where, "%s%s", err_text(err), err_standard(err));
        return;
    }
    memset(&leaf, 0, sizeof leaf);
    err = leaf_decode(bytes, &leaf);
    if (err != ERR_OK) {
        r->report->leaves_unknown++;
        leaf.kind = LEAF_UNKNOWN;
    }
    note_meaning(r, index, &leaf);
    for (unsigned class = 0; err == ERR_OK && r->o->part != NULL && class < PART_CLASSES; class ++)
        if (leaf.has_part[class])
            check_part(r, index, class, &leaf.part[class]);
}

/* The entries of a bundle, one by one; false if it does not hold just so many. */
static enum err walk_bundle(struct run *r, const char *name, uint64_t first, unsigned width,
                            struct bytes data, bool *ret_whole) {
    size_t at = 0;
    *ret_whole = false;
    for (unsigned i = 0; i < width; i++) {
        if (data.len - at < 2 || data.len - at - 2 < ((size_t)data.ptr[at] << 8 | data.ptr[at + 1])) {
            fault(r, name, "ends within entry %llu", (unsigned long long)first + i);
            return ERR_OK;
        }
        struct bytes leaf = {data.ptr + at + 2, (size_t)data.ptr[at] << 8 | data.ptr[at + 1]};
        struct digest hash = digest_leaf(leaf);
        check_leaf(r, first + i, leaf);
        frontier_add(&r->frontier, &hash);
        check_anchors(r);
        enum err err = tile_add(r, &hash);
        if (err != ERR_OK)
            return err;
        at += 2 + leaf.len;
    }
    *ret_whole = at == data.len;
    if (!*ret_whole)
        fault(r, name, "goes on after its last entry");
    return ERR_OK;
}

static enum err walk_entries(struct run *r) {
    uint64_t size = r->head.checkpoint.size;
    enum err err = ERR_OK;
    bool whole = true;

    for (uint64_t i = 0; err == ERR_OK && whole && tile_width(size, TILE_ENTRIES, i) > 0; i++) {
        char name[TILE_PATH_MAX];
        uint8_t *data;
        size_t len;
        unsigned width = tile_width(size, TILE_ENTRIES, i);

        tile_path_put(name, TILE_ENTRIES, i, width);
        err = r->o->source->get(r->o->source->context, name, &data, &len);
        if (err == ERR_NOT_FOUND || err == ERR_SIZE) {
            fault(r, name, "%s",
                  err == ERR_SIZE ? err_text(err) : "is not there: the rest cannot be verified");
            return ERR_OK;
        }
        if (err != ERR_OK)
            return err;
        err = walk_bundle(r, name, i * TILE_WIDTH, width, (struct bytes){data, len}, &whole);
        free(data);
        if (r->o->progress != NULL)
            r->o->progress(r->o->progress_context, r->frontier.size, size);
    }
    return err == ERR_OK && whole ? tiles_end(r) : err;
}

static void check_cosignatures(struct run *r) {
    for (unsigned i = 0; i < r->witness_count; i++) {
        char name[KEY_NAME_MAX + 1];
        uint64_t time;
        struct signature signature;
        bool again = false;
        for (unsigned k = 0; k < i; k++)
            again = again || pubkey_eq(&r->witness[k], &r->witness[i]);
        witness_name(r->o->origin, &r->witness[i], name);
        const struct note_key key = {name, KEY_TYPE_COSIGNATURE, r->witness[i]};
        enum err err = again ? ERR_UNSIGNED : note_verify_cosignature(&r->head.note, &key, &time, &signature);
        r->report->cosignatures += err == ERR_OK;
        if (err != ERR_OK && err != ERR_UNSIGNED)
            fault(r, "checkpoint", "the cosignature %s is wrong", name);
    }
}

static void check_root(struct run *r) {
    r->report->root = frontier_root(&r->frontier);
    if (r->frontier.size != r->head.checkpoint.size)
        fault(r, "root", "only %llu of %llu entries could be read", (unsigned long long)r->frontier.size,
              (unsigned long long)r->head.checkpoint.size);
    else if (!digest_eq(&r->report->root, &r->head.checkpoint.root))
        fault(r, "root", "the entries do not hash to the root that is %s",
              r->report->proof == LOGCHECK_CHECKPOINT ? "signed" : "proven");
}

enum err logcheck(const struct logcheck_options *options, struct logcheck_report *ret) {
    struct run *r = calloc(1, sizeof *r);
    memset(ret, 0, sizeof *ret);
    if (r == NULL)
        return ERR_MEMORY;
    ret->faults = json_array();
    r->o = options;
    r->report = ret;
    frontier_init(&r->frontier);
    check_authority(r);
    enum err err = logsource_head(options->source, &r->head);
    bool otherwise = err == ERR_NOT_FOUND && ret->fault_count == 0 && proven_otherwise(r);
    if (err == ERR_OK || otherwise) {
        ret->size = r->head.checkpoint.size;
        if (!otherwise)
            check_checkpoint(r);
        err = walk_entries(r);
        check_root(r);
        if (!otherwise)
            check_cosignatures(r);
    } else if (err != ERR_IO && err != ERR_MEMORY) {
        fault(r, "checkpoint", "%s",
              err == ERR_NOT_FOUND ? "is not there: nothing has been signed" : err_text(err));
        err = ERR_OK;
    }
    free(r->head.bytes);
    free(r);
    return err;
}

void logcheck_free(struct logcheck_report *report) {
    json_decref(report->faults);
    report->faults = NULL;
}
