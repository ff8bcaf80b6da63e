#include "store/tiles.h"

#include <assert.h>
#include <string.h>

#include "store/logs.h"

#define TILE_HEIGHT 8
#define TILE_WIDTH ((size_t)1 << TILE_HEIGHT)
#define TILE_KEY (LOG_ID_LEN + 1 + 8)
#define LEVELS 8 /* an index has 63 bits */
/* Full tiles that one round of FETCH_ENTRIES_MAX hashes can complete. */
#define FILLED_MAX (FETCH_ENTRIES_MAX / TILE_WIDTH + 1)

static_assert(sizeof(struct digest) == DIGEST_LEN, "an array of digests is a tile's bytes");

/* The root of 2^height hashes, which are overwritten. */
static struct digest fold(struct digest *hash, unsigned height) {
    for (size_t count = (size_t)1 << height; count > 1; count /= 2)
        for (size_t i = 0; i < count / 2; i++)
            hash[i] = digest_node(&hash[2 * i], &hash[2 * i + 1]);
    return hash[0];
}

static void tile_key(uint8_t ret[static TILE_KEY], const uint8_t *log, unsigned level, uint64_t index) {
    memcpy(ret, log, LOG_ID_LEN);
    ret[LOG_ID_LEN] = (uint8_t)level;
    be64_put(ret + LOG_ID_LEN + 1, index);
}

/* Add as many hashes to the tile at the right edge of a level as there is room for; size hashes lie there
 * already.  True if that fills it: then *ret_root is its root. */
static bool tile_grow(struct txn *t, const uint8_t *log, unsigned level, uint64_t size,
                      const struct digest *hash, uint32_t count, uint32_t *ret_taken,
                      struct digest *ret_root) {
    struct digest tile[TILE_WIDTH];
    size_t width = size % TILE_WIDTH;
    size_t take = count < TILE_WIDTH - width ? count : TILE_WIDTH - width;
    uint8_t key[TILE_KEY];
    tile_key(key, log, level, size / TILE_WIDTH);
    if (width) {
        struct bytes old = {NULL, 0};
        if (!row_get(t, TABLE_TILES, BYTES(key), &old) || old.len != width * DIGEST_LEN) {
            txn_fail(t, ERR_CORRUPT);
            return false;
        }
        memcpy(tile, old.ptr, old.len);
    }
    memcpy(tile + width, hash, take * DIGEST_LEN);
    width += take;
    row_put(t, TABLE_TILES, BYTES(key), (struct bytes){tile[0].b, width * DIGEST_LEN});
    *ret_taken = (uint32_t)take;
    if (width < TILE_WIDTH)
        return false;
    *ret_root = fold(tile, TILE_HEIGHT);
    return true;
}

/* Add hashes to one level; those of the tiles that they fill are the next level's. */
static uint32_t level_append(struct txn *t, const uint8_t *log, unsigned level, uint64_t size,
                             const struct digest *hash, uint32_t count, struct digest *ret_filled) {
    uint32_t filled = 0;
    while (count && !t->err) {
        uint32_t taken = 0;
        if (tile_grow(t, log, level, size, hash, count, &taken, &ret_filled[filled]))
            filled++;
        size += taken;
        hash += taken;
        count -= taken;
    }
    return t->err ? 0 : filled;
}

void tiles_append(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t size,
                  const struct digest *leaf_hash, uint32_t count) {
    assert(count <= FETCH_ENTRIES_MAX);
    struct digest filled[2][FILLED_MAX];
    for (unsigned level = 0; level < LEVELS && count; level++) {
        count = level_append(t, log, level, size, leaf_hash, count, filled[level % 2]);
        leaf_hash = filled[level % 2];
        size /= TILE_WIDTH;
    }
}

/* Complete subtrees of 256^level leaves among the first size, and so hashes of that level. */
static uint64_t hashes(uint64_t size, unsigned level) {
    return size >> (TILE_HEIGHT * level);
}

void tiles_begin(struct txn *t, const uint8_t branch[static LOG_ID_LEN], const uint8_t log[static LOG_ID_LEN],
                 uint64_t size) {
    for (unsigned level = 0; level < LEVELS; level++) {
        uint64_t count = hashes(size, level);
        size_t width = count % TILE_WIDTH * DIGEST_LEN;
        struct bytes tile = logs_tile(t, log, level, count / TILE_WIDTH);
        struct digest copy[TILE_WIDTH];
        uint8_t key[TILE_KEY];
        if (width == 0)
            continue;
        if (tile.len < width) {
            txn_fail(t, ERR_CORRUPT);
            return;
        }
        memcpy(copy, tile.ptr, width);
        tile_key(key, branch, level, count / TILE_WIDTH);
        row_put(t, TABLE_TILES, BYTES(key), (struct bytes){copy[0].b, width});
    }
}

/* The first tile of a level from an index on. */
static bool tile_ceil(struct txn *t, const uint8_t *id, unsigned level, uint64_t index, uint64_t *ret_index,
                      struct bytes *ret) {
    uint8_t sought[TILE_KEY];
    struct bytes key;
    tile_key(sought, id, level, index);
    if (!row_ceil(t, TABLE_TILES, BYTES(sought), &key, ret) || !row_starts(key, sought, LOG_ID_LEN + 1))
        return false;
    if (key.len != TILE_KEY) {
        txn_fail(t, ERR_CORRUPT);
        return false;
    }
    *ret_index = be64_get(key.ptr + LOG_ID_LEN + 1);
    return true;
}

static void tile_put(struct txn *t, const uint8_t *id, unsigned level, uint64_t index, struct bytes tile) {
    struct digest copy[TILE_WIDTH]; /* what a row gives ends with the next write */
    uint8_t key[TILE_KEY];
    if (tile.len > sizeof copy) {
        txn_fail(t, ERR_CORRUPT);
        return;
    }
    memcpy(copy, tile.ptr, tile.len);
    tile_key(key, id, level, index);
    row_put(t, TABLE_TILES, BYTES(key), (struct bytes){copy[0].b, tile.len});
}

static void tile_delete(struct txn *t, const uint8_t *id, unsigned level, uint64_t index) {
    uint8_t key[TILE_KEY];
    tile_key(key, id, level, index);
    row_delete(t, TABLE_TILES, BYTES(key));
}

void tiles_cut(struct txn *t, const uint8_t id[static LOG_ID_LEN], uint64_t size) {
    for (unsigned level = 0; level < LEVELS; level++) {
        uint64_t count = hashes(size, level), index;
        size_t width = count % TILE_WIDTH * DIGEST_LEN;
        struct bytes tile;
        while (tile_ceil(t, id, level, count / TILE_WIDTH + (width > 0), &index, &tile))
            tile_delete(t, id, level, index);
        if (width && tile_ceil(t, id, level, count / TILE_WIDTH, &index, &tile) &&
            index == count / TILE_WIDTH && tile.len > width)
            tile_put(t, id, level, index, (struct bytes){tile.ptr, width});
    }
}

static void tiles_move(struct txn *t, const uint8_t *from, const uint8_t *to, uint64_t size) {
    for (unsigned level = 0; level < LEVELS; level++) {
        uint64_t index;
        struct bytes tile;
        while (tile_ceil(t, from, level, hashes(size, level) / TILE_WIDTH, &index, &tile)) {
            tile_put(t, to, level, index, tile);
            tile_delete(t, from, level, index);
        }
    }
}

void tiles_swap(struct txn *t, const uint8_t a[static LOG_ID_LEN], const uint8_t b[static LOG_ID_LEN],
                uint64_t size) {
    static const uint8_t between[LOG_ID_LEN]; /* no log has this id */
    tiles_move(t, a, between, size);
    tiles_move(t, b, a, size);
    tiles_move(t, between, b, size);
}

struct bytes logs_tile(struct txn *t, const uint8_t id[static LOG_ID_LEN], unsigned level, uint64_t index) {
    uint8_t key[TILE_KEY];
    struct bytes tile = {NULL, 0};
    if (level >= LEVELS)
        return tile;
    tile_key(key, id, level, index);
    row_get(t, TABLE_TILES, BYTES(key), &tile);
    return tile;
}

bool logs_lookup(void *tree_reader, unsigned level, uint64_t index, struct digest *ret) {
    struct tree_reader *tree = tree_reader;
    unsigned height = level % TILE_HEIGHT;
    if (level >= LEVELS * TILE_HEIGHT || index > UINT64_MAX >> height)
        return false;
    uint64_t first = index << height;
    size_t at = first % TILE_WIDTH, count = (size_t)1 << height;
    bool below = tree->has_side && first / TILE_WIDTH < hashes(tree->base, level / TILE_HEIGHT) / TILE_WIDTH;
    const uint8_t *id = tree->has_side && !below ? tree->side : tree->id;
    struct bytes tile = logs_tile(tree->txn, id, level / TILE_HEIGHT, first / TILE_WIDTH);
    if (tile.len / DIGEST_LEN < at + count)
        return false;
    struct digest hash[TILE_WIDTH / 2];
    memcpy(hash, tile.ptr + at * DIGEST_LEN, count * DIGEST_LEN);
    *ret = fold(hash, height);
    return true;
}
