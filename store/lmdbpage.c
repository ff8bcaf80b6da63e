#include "store/lmdbpage.h"

#include <assert.h>
#include <string.h>

/* Offsets and flags of lmdb 0.9, mdb.c: MDB_page, MDB_node, MDB_db, MDB_meta, on machines of 64 bits. */
enum {
    PAGE_FLAGS = 10,
    PAGE_LOWER = 12,
    PAGE_UPPER = 14,
    PAGE_COUNT = 12, /* of a value's own pages, in place of both */
    P_BRANCH = 0x01,
    P_LEAF = 0x02,
    P_OVERFLOW = 0x04,
    P_META = 0x08,
    P_KINDS = 0x6f,
    NODE_FLAGS = 4,
    NODE_KEY_LEN = 6,
    NODE_HEAD = 8,
    F_BIGDATA = 0x01,
    F_SUBDATA = 0x02,
    F_DUPDATA = 0x04,
    DB_LEN = 48,
    DB_ROOT = 40,
    META_VERSION = 4,
    META_FREE = 24,
    META_MAIN = META_FREE + DB_LEN,
    META_LAST = META_MAIN + DB_LEN,
    META_TXN = META_LAST + 8
};

#define MAGIC 0xBEEFC0DEu

static_assert(sizeof(size_t) == 8, "page numbers have 64 bits");

static uint16_t u16(const uint8_t *at) {
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint32_t u32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint64_t u64(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

enum err lmdbpage_meta(const uint8_t *pages, size_t page_size, struct lmdbmeta *ret) {
    *ret = (struct lmdbmeta){.txn = 0};
    for (unsigned i = 0; i < 2; i++) {
        const uint8_t *page = pages + i * page_size, *meta = page + LMDBPAGE_HEAD;
        if (u64(page) != i || !(u16(page + PAGE_FLAGS) & P_META) || u32(meta) != MAGIC ||
            u32(meta + META_VERSION) != 1)
            return ERR_VERSION;
        if (i > 0 && u64(meta + META_TXN) < ret->txn)
            continue;
        *ret = (struct lmdbmeta){u64(meta + META_FREE + DB_ROOT), u64(meta + META_MAIN + DB_ROOT),
                                 u64(meta + META_LAST), u64(meta + META_TXN)};
    }
    return ERR_OK;
}

static const uint8_t *node_at(const struct lmdbpage *page, unsigned node) {
    return page->bytes + u16(page->bytes + LMDBPAGE_HEAD + 2 * (size_t)node);
}

static uint64_t low_words(const uint8_t *node) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return u16(node) | (uint64_t)u16(node + 2) << 16;
#else
    return u16(node + 2) | (uint64_t)u16(node) << 16;
#endif
}

/* Whether a node lies within the used end of its page, with its value if that is there. */
static bool node_good(const struct lmdbpage *page, unsigned i) {
    size_t at = u16(page->bytes + LMDBPAGE_HEAD + 2 * (size_t)i);
    if (at < page->upper || at + NODE_HEAD > page->size)
        return false;
    const uint8_t *node = page->bytes + at;
    uint64_t len = NODE_HEAD + (uint64_t)u16(node + NODE_KEY_LEN);
    if (page->leaf)
        len += u16(node + NODE_FLAGS) & F_BIGDATA ? 8 : low_words(node);
    return len <= page->size - at;
}

enum err lmdbpage_read(const uint8_t *bytes, size_t page_size, uint64_t number, struct lmdbpage *ret) {
    uint16_t kind = u16(bytes + PAGE_FLAGS) & P_KINDS;
    struct lmdbpage page = {.bytes = bytes,
                            .size = page_size,
                            .leaf = kind == P_LEAF,
                            .lower = u16(bytes + PAGE_LOWER),
                            .upper = u16(bytes + PAGE_UPPER)};
    if (u64(bytes) != number || (kind != P_LEAF && kind != P_BRANCH) || page.lower < LMDBPAGE_HEAD ||
        page.lower % 2 || page.lower > page.upper || page.upper > page_size)
        return ERR_CORRUPT;
    page.count = (page.lower - LMDBPAGE_HEAD) / 2;
    for (unsigned i = 0; i < page.count; i++)
        if (!node_good(&page, i))
            return ERR_CORRUPT;
    *ret = page;
    return ERR_OK;
}

struct bytes lmdbpage_key(const struct lmdbpage *page, unsigned node) {
    const uint8_t *at = node_at(page, node);
    return (struct bytes){at + NODE_HEAD, u16(at + NODE_KEY_LEN)};
}

uint64_t lmdbpage_child(const struct lmdbpage *page, unsigned node) {
    const uint8_t *at = node_at(page, node);
    return low_words(at) | (uint64_t)u16(at + NODE_FLAGS) << 32;
}

enum err lmdbpage_value(const struct lmdbpage *page, unsigned node, struct lmdbvalue *ret) {
    const uint8_t *at = node_at(page, node);
    unsigned flags = u16(at + NODE_FLAGS);
    const uint8_t *data = at + NODE_HEAD + u16(at + NODE_KEY_LEN);
    *ret = (struct lmdbvalue){.len = low_words(at), .page = LMDBPAGE_NONE, .root = LMDBPAGE_NONE};
    if (flags & F_DUPDATA)
        return ERR_VERSION; /* no table of the store has several values under a key */
    if (flags & F_BIGDATA)
        ret->page = u64(data);
    if (flags & F_SUBDATA) {
        if (ret->len != DB_LEN)
            return ERR_CORRUPT;
        ret->table = true;
        ret->root = u64(data + DB_ROOT);
    }
    return ERR_OK;
}

enum err lmdbpage_run(const uint8_t *head, size_t page_size, uint64_t number, uint64_t len,
                      uint64_t *ret_pages) {
    *ret_pages = u32(head + PAGE_COUNT);
    if (u64(head) != number || (u16(head + PAGE_FLAGS) & P_KINDS) != P_OVERFLOW || !*ret_pages ||
        len > *ret_pages * page_size - LMDBPAGE_HEAD)
        return ERR_CORRUPT;
    return ERR_OK;
}
