#include "tests/store/author.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NETWORK "test.example"
#define BLOCK_BYTES ((size_t)1 << 20)
#define ROOT_LATER 0x40     /* second byte of the seeds of root keys, plus the epoch */
#define OPERATOR_LATER 0x80 /* of operator keys, plus 16 times the variant */

struct author_block {
    struct author_block *next;
    size_t len;
    uint8_t bytes[BLOCK_BYTES];
};

static void *must(void *p) {
    if (!p)
        abort();
    return p;
}

static void key_make(uint8_t a, uint8_t b, struct pubkey *ret_public, uint8_t *ret_secret) {
    uint8_t seed[KEY_SEED_LEN] = {a, b};
    key_from_seed(seed, ret_public, ret_secret);
}

void author_root_key(const struct author *a, uint64_t epoch, struct pubkey *ret,
                     uint8_t ret_secret[static KEY_SECRET_LEN]) {
    key_make(a->seed, epoch ? (uint8_t)(ROOT_LATER + epoch) : 1, ret, ret_secret);
}

void author_open(struct author *a, const char *code, uint8_t seed) {
    struct authority *au = &a->authority;
    struct pubkey root, root_next;
    uint8_t root_secret[KEY_SECRET_LEN], root_next_secret[KEY_SECRET_LEN];
    memset(a, 0, sizeof *a);
    snprintf(au->network, sizeof au->network, "%s", NETWORK);
    snprintf(au->code, sizeof au->code, "%s", code);
    a->seed = seed;
    author_root_key(a, 0, &root, root_secret);
    key_make(seed, 2, &au->operator_key[0], a->operator_secret);
    au->anchor_root = digest_empty();
    au->max = UINT64_C(1) << 40;
    au->root_need = au->root_count = au->next_need = au->next_count = au->operator_count = 1;
    au->root[0] = root;
    author_root_key(a, 1, &root_next, root_next_secret);
    au->next[0] = authority_commitment(&root_next);
    if (authority_write(au, a->note_text, sizeof a->note_text, &a->note.text))
        abort();
    a->note.count = 1;
    a->note.signature[0].key = root;
    key_sign(root_secret, a->note.text, &a->note.signature[0].signature);
    authority_origin(au, a->origin);
    origin_log_id(a->origin, a->id);
    a->frame = must(malloc(FRAME_MAX));
    a->leaf_hash = must(calloc(FETCH_ENTRIES_MAX, sizeof *a->leaf_hash));
}

void author_branch(const struct author *a, uint64_t size, struct author *ret) {
    author_open(ret, a->authority.code, a->seed);
    for (uint64_t i = 0; i < size; i++) {
        struct bytes part[PART_CLASSES] = {a->entry[i].part[0].salted, a->entry[i].part[1].salted};
        author_add(ret, a->entry[i].leaf, part);
    }
    ret->branch = (uint8_t)(a->branch + 1);
}

void author_epoch(struct author *a, uint64_t anchor, uint8_t variant) {
    struct authority next = a->authority;
    struct package_note *note = &a->later[a->later_count];
    struct pubkey root_next;
    uint8_t root_secret[KEY_SECRET_LEN], other[KEY_SECRET_LEN];
    assert(a->later_count < AUTHOR_EPOCHS);
    next.epoch++;
    next.has_prev = true;
    next.prev = a->authority.hash;
    next.anchor_size = anchor;
    next.anchor_root = author_root(a, anchor);
    author_root_key(a, next.epoch, &next.root[0], root_secret);
    author_root_key(a, next.epoch + 1, &root_next, other);
    next.next[0] = authority_commitment(&root_next);
    key_make(a->seed, (uint8_t)(OPERATOR_LATER + 16u * variant + next.epoch), &next.operator_key[0],
             a->operator_secret);
    *note = (struct package_note){.count = 1};
    if (authority_write(&next, a->later_text[a->later_count], AUTHORITY_MAX, &note->text))
        abort();
    note->signature[0].key = next.root[0];
    key_sign(root_secret, note->text, &note->signature[0].signature);
    if (a->authority.anchor_size &&
        merkle_prove_consistency(&note->proof, a->authority.anchor_size, anchor, author_lookup, a))
        abort();
    a->authority = next;
    a->later_count++;
}

static void blocks_free(struct author *a, const struct author_block *last) {
    while (a->blocks != last) {
        struct author_block *next = a->blocks->next;
        free(a->blocks);
        a->blocks = next;
    }
}

void author_mark(const struct author *a, struct author_mark *ret) {
    *ret = (struct author_mark){.authority = a->authority,
                                .later_count = a->later_count,
                                .size = a->size,
                                .block = a->blocks,
                                .block_len = a->blocks ? a->blocks->len : 0};
    memcpy(ret->operator_secret, a->operator_secret, sizeof ret->operator_secret);
}

void author_return(struct author *a, const struct author_mark *mark) {
    a->authority = mark->authority;
    a->later_count = mark->later_count;
    a->size = mark->size;
    memcpy(a->operator_secret, mark->operator_secret, sizeof a->operator_secret);
    blocks_free(a, mark->block);
    if (a->blocks)
        a->blocks->len = mark->block_len;
}

void author_close(struct author *a) {
    blocks_free(a, NULL);
    for (unsigned i = 0; i < AUTHOR_LEVELS; i++)
        free(a->level[i]);
    free(a->entry);
    free(a->frame);
    free(a->leaf_hash);
}

static struct bytes keep(struct author *a, struct bytes b) {
    if (!a->blocks || BLOCK_BYTES - a->blocks->len < b.len) {
        struct author_block *block = must(malloc(sizeof *block));
        block->next = a->blocks;
        block->len = 0;
        a->blocks = block;
    }
    uint8_t *to = a->blocks->bytes + a->blocks->len;
    if (b.len)
        memcpy(to, b.ptr, b.len);
    a->blocks->len += b.len;
    return (struct bytes){to, b.len};
}

static void node_add(struct author *a, unsigned level, uint64_t index, struct digest node) {
    assert(level < AUTHOR_LEVELS);
    if (index >= a->level_room[level]) {
        a->level_room[level] = index < 64 ? 128 : index * 2;
        a->level[level] = must(realloc(a->level[level], a->level_room[level] * sizeof node));
    }
    a->level[level][index] = node;
    if (index % 2)
        node_add(a, level + 1, index / 2, digest_node(&a->level[level][index - 1], &node));
}

void author_add(struct author *a, struct bytes leaf, const struct bytes part[PART_CLASSES]) {
    uint64_t at = a->size;
    if (at >= a->entry_room) {
        a->entry_room = at < 64 ? 128 : at * 2;
        a->entry = must(realloc(a->entry, a->entry_room * sizeof *a->entry));
    }
    struct entry *e = &a->entry[at];
    *e = (struct entry){.leaf = keep(a, leaf)};
    for (unsigned class = 0; part && class < PART_CLASSES; class ++)
        if (part[class].len)
            e->part[class] = (struct part){PART_HELD, keep(a, part[class])};
    node_add(a, 0, a->size++, digest_leaf(leaf));
}

void author_leaf(struct author *a, const struct leaf *leaf) {
    uint8_t buffer[LEAF_MAX];
    struct bytes bytes;
    if (leaf_encode(leaf, buffer, sizeof buffer, &bytes))
        abort();
    author_add(a, bytes, NULL);
}

/* A part of about len bytes: salt, and a map with one bin that no field knows. */
static struct bytes part_make(uint8_t *buffer, size_t max, uint64_t index, size_t len) {
    static const uint8_t filler[PART_MAX];
    struct writer w;
    struct bytes payload;
    memset(buffer, 0, SALT_LEN);
    be64_put(buffer, index);
    writer_init(&w, buffer + SALT_LEN, max - SALT_LEN);
    writer_map(&w, 1);
    writer_uint(&w, 9999);
    writer_bin(&w, (struct bytes){filler, len > SALT_LEN + 8 ? len - SALT_LEN - 8 : 0});
    if (writer_end(&w, &payload))
        abort();
    return (struct bytes){buffer, SALT_LEN + payload.len};
}

/* A contact's leaf, with an unknown key that brings it to about len bytes. */
static struct bytes leaf_make(uint8_t *buffer, size_t max, const struct author *a, size_t len,
                              const struct bytes *part) {
    static const uint8_t filler[LEAF_MAX];
    uint8_t number[8];
    struct writer w;
    struct bytes leaf;
    be64_put(number, a->size);
    number[0] = a->branch;
    struct digest id = digest_pieces((struct bytes[]){BYTES(a->id), BYTES(number)}, 2);
    writer_init(&w, buffer, max);
    writer_array(&w, 2);
    writer_str(&w, bytes_str(a->unknown ? "unknown/v9" : "contact/v1"));
    writer_map(&w, part ? 8 : 6);
    writer_uint(&w, 1);
    writer_uint(&w, 1700000000);
    writer_uint(&w, 2);
    writer_bin(&w, (struct bytes){id.b, CONTACT_ID_LEN});
    writer_uint(&w, 3);
    writer_str(&w, bytes_str("technical"));
    writer_uint(&w, 4);
    writer_uint(&w, 1700000000);
    writer_uint(&w, 7);
    writer_uint(&w, 0);
    for (unsigned class = 0; part && class < PART_CLASSES; class ++) {
        struct digest commitment = part_commitment((enum part_class) class, part[class]);
        writer_uint(&w, 8 + class);
        writer_bin(&w, BYTES(commitment.b));
    }
    writer_uint(&w, 999);
    writer_bin(&w, (struct bytes){filler, len > w.len + 2 ? len - w.len - 2 : 0});
    if (writer_end(&w, &leaf))
        abort();
    return leaf;
}

void author_fill(struct author *a, uint64_t count, size_t leaf_len, size_t part_len) {
    static uint8_t leaf[LEAF_MAX], part[PART_CLASSES][PART_MAX];
    for (; count; count--) {
        struct bytes parts[PART_CLASSES];
        for (unsigned class = 0; part_len && class < PART_CLASSES; class ++)
            parts[class] = part_make(part[class], sizeof part[class], a->size, part_len / PART_CLASSES);
        author_add(a, leaf_make(leaf, sizeof leaf, a, leaf_len, part_len ? parts : NULL),
                   part_len ? parts : NULL);
    }
}

bool author_lookup(void *author, unsigned level, uint64_t index, struct digest *ret) {
    const struct author *a = author;
    if (level >= AUTHOR_LEVELS || index >= a->size >> level)
        return false;
    *ret = a->level[level][index];
    return true;
}

struct digest author_root(const struct author *a, uint64_t size) {
    struct digest root;
    struct author *own = (struct author *)(uintptr_t)a;
    if (merkle_root(&root, size, author_lookup, own))
        abort();
    return root;
}

struct package author_package(struct author *a, uint64_t from, uint64_t to, uint64_t target) {
    struct package head = {.epoch = a->authority.epoch,
                           .size = target,
                           .root = author_root(a, target),
                           .signature_count = 1,
                           .from = from};
    struct checkpoint c = {.size = target, .root = head.root};
    struct package_writer pw;
    struct proof proof = {.count = 0};
    struct package ret;
    struct bytes bytes;
    struct reader r;
    assert(from <= to && to <= target && target <= a->size);
    memcpy(head.log, a->id, LOG_ID_LEN);
    memcpy(c.origin, a->origin, sizeof c.origin);
    checkpoint_sign(&c, a->operator_secret, &head.signature[0]);
    package_begin(&pw, a->frame, FRAME_MAX, &head, a->later, a->later_count);
    for (uint64_t i = from; i < to; i++)
        package_entry(&pw, &a->entry[i]);
    if (to && merkle_prove_consistency(&proof, to, target, author_lookup, a))
        abort();
    if (package_end(&pw, &proof, to < target, &bytes))
        abort();
    reader_init(&r, bytes);
    if (package_read(&r, &ret))
        abort();
    return ret;
}

void author_register(struct author *a, struct store *store) {
    struct txn t;
    struct log_record record;
    struct authority judged;
    if (gate_open(a->origin, &a->note, &judged))
        abort();
    txn_begin(&t, store, true);
    logs_open(&t, a->origin, &a->note, &record);
    if (txn_commit(&t))
        abort();
}

enum err author_deliver(struct author *a, struct txn *t, uint64_t to, uint64_t target,
                        struct log_record *ret) {
    struct frontier held;
    struct gate_verdict verdict;
    if (!logs_get(t, a->id, ret))
        return t->err ? t->err : ERR_NOT_FOUND;
    logs_frontier(t, ret, false, &held);
    struct package package = author_package(a, ret->held, to, target);
    struct gate_base base = {a->origin, &a->authority, &held, false, false};
    enum err err = gate_check(&base, &package, a->leaf_hash, &verdict);
    if (!err)
        logs_append(t, ret, false, &a->authority.hash, &package, a->leaf_hash, &verdict, 1700000000);
    return err ? err : t->err;
}

struct store *author_store(const char *dir, size_t map_bytes) {
    struct store_options options = {.network = NETWORK, .map_bytes = map_bytes};
    struct store *store = NULL;
    memset(options.instance, 7, sizeof options.instance);
    memset(options.secret, 9, sizeof options.secret);
    enum err err = store_open(dir, &options, &store);
    if (err) {
        fprintf(stderr, "%s: %s\n", dir, err_name(err));
        abort();
    }
    return store;
}
