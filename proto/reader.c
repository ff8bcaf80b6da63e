#include "proto/reader.h"

#include <assert.h>
#include <string.h>

/* The head of one value: its type, and its number, length or count. */
struct item {
    enum reader_type type;
    uint64_t value;
    size_t head;
};

/* Numbers behind the first byte: big-endian, and larger than what a shorter spelling could say. */
static enum err item_number(struct item *item, const uint8_t *at, size_t left, size_t width, uint64_t least) {
    if (left <= width)
        return ERR_SHORT;
    item->value = 0;
    for (size_t i = 1; i <= width; i++)
        item->value = item->value << 8 | at[i];
    item->head = 1 + width;
    return item->value < least ? ERR_CANON : ERR_OK;
}

/* Formats with a length or number field, by first byte from 0xc4 on; width 0 is a format that is not allowed.
 */
static const struct {
    enum reader_type type;
    uint8_t width;
    uint64_t least;
} formats[] = {
    [0xc4 - 0xc4] = {READER_BIN, 1, 0},           [0xc5 - 0xc4] = {READER_BIN, 2, 0x100},
    [0xc6 - 0xc4] = {READER_BIN, 4, 0x10000},     [0xcc - 0xc4] = {READER_UINT, 1, 0x80},
    [0xcd - 0xc4] = {READER_UINT, 2, 0x100},      [0xce - 0xc4] = {READER_UINT, 4, 0x10000},
    [0xcf - 0xc4] = {READER_UINT, 8, 1ull << 32}, [0xd9 - 0xc4] = {READER_STR, 1, 32},
    [0xda - 0xc4] = {READER_STR, 2, 0x100},       [0xdb - 0xc4] = {READER_STR, 4, 0x10000},
    [0xdc - 0xc4] = {READER_ARRAY, 2, 16},        [0xdd - 0xc4] = {READER_ARRAY, 4, 0x10000},
    [0xde - 0xc4] = {READER_MAP, 2, 16},          [0xdf - 0xc4] = {READER_MAP, 4, 0x10000},
};

/* Read the head of the value at `at`; the content of str and bin is all there when it returns ERR_OK. */
static enum err item_read(struct item *item, const uint8_t *at, size_t left) {
    *item = (struct item){READER_NONE, 0, 1};
    if (left == 0)
        return ERR_SHORT;
    uint8_t first = at[0];
    enum err err = ERR_OK;
    if (first < 0x80)
        *item = (struct item){READER_UINT, first, 1};
    else if (first < 0x90)
        *item = (struct item){READER_MAP, first & 0x0f, 1};
    else if (first < 0xa0)
        *item = (struct item){READER_ARRAY, first & 0x0f, 1};
    else if (first < 0xc0)
        *item = (struct item){READER_STR, first & 0x1f, 1};
    else if (first == 0xc0)
        *item = (struct item){READER_NIL, 0, 1};
    else if (first == 0xc2 || first == 0xc3)
        *item = (struct item){READER_BOOL, first & 1, 1};
    else if (first >= 0xc4 && first - 0xc4u < sizeof formats / sizeof *formats &&
             formats[first - 0xc4].width) {
        item->type = formats[first - 0xc4].type;
        err = item_number(item, at, left, formats[first - 0xc4].width, formats[first - 0xc4].least);
    } else
        return ERR_CANON;
    if (!err && (item->type == READER_STR || item->type == READER_BIN) && item->value > left - item->head)
        return ERR_SHORT;
    return err;
}

/* A container whose items are still to come. */
struct level {
    bool map;
    uint64_t left;     /* items; two for each pair of a map */
    uint64_t key, any; /* the last key of a map, and whether there was one */
};

enum { LEVELS = 8 };

/* One value at the cursor, checked; containers are pushed on the stack. */
static enum err check_one(struct level *stack, unsigned *depth, unsigned depth_max, unsigned items_max,
                          const uint8_t **at, const uint8_t *end) {
    struct item item;
    enum err err = item_read(&item, *at, (size_t)(end - *at));
    if (err)
        return err;
    struct level *in = *depth ? &stack[*depth - 1] : NULL;
    bool key = in && in->map && in->left % 2 == 0;
    if (key && (item.type != READER_UINT || (in->any && item.value <= in->key)))
        return ERR_ORDER;
    if (key)
        in->key = item.value, in->any = 1;
    if (in)
        in->left--;
    *at += item.head;
    if (item.type == READER_STR || item.type == READER_BIN) {
        if (item.type == READER_STR && !utf8_clean((struct bytes){*at, item.value}))
            return ERR_UTF8;
        *at += item.value;
    }
    if (item.type != READER_ARRAY && item.type != READER_MAP)
        return ERR_OK;
    if (*depth >= depth_max)
        return ERR_DEPTH;
    /* Each item takes at least one byte: a count beyond that is refused before anything is done for it. */
    uint64_t items = item.type == READER_MAP ? 2 * item.value : item.value;
    if (item.value > items_max || items > (uint64_t)(end - *at))
        return ERR_ITEMS;
    stack[(*depth)++] = (struct level){.map = item.type == READER_MAP, .left = items};
    return ERR_OK;
}

enum err reader_check(struct bytes value, unsigned depth_max, unsigned items_max) {
    struct level stack[LEVELS];
    unsigned depth = 0;
    assert(depth_max <= LEVELS);
    if (value.len == 0)
        return ERR_SHORT;
    const uint8_t *at = value.ptr, *end = value.ptr + value.len;
    do {
        enum err err = check_one(stack, &depth, depth_max, items_max, &at, end);
        if (err)
            return err;
        while (depth && stack[depth - 1].left == 0)
            depth--;
    } while (depth);
    return at == end ? ERR_OK : ERR_TRAILING;
}

void reader_init(struct reader *r, struct bytes value) {
    *r = (struct reader){value.ptr, value.ptr + value.len, ERR_OK};
}

void reader_fail(struct reader *r, enum err err) {
    if (!r->err)
        r->err = err;
}

enum reader_type reader_peek(const struct reader *r) {
    struct item item;
    if (r->err || item_read(&item, r->at, (size_t)(r->end - r->at)))
        return READER_NONE;
    return item.type;
}

/* Take the head of the next value if it is of this type and its number is at most max; else 0 and an error.
 */
static uint64_t take(struct reader *r, enum reader_type type, uint64_t max, enum err beyond) {
    struct item item;
    if (r->err)
        return 0;
    r->err = item_read(&item, r->at, (size_t)(r->end - r->at));
    if (!r->err && item.type != type)
        r->err = ERR_TYPE;
    if (!r->err && item.value > max)
        r->err = beyond;
    if (r->err)
        return 0;
    r->at += item.head;
    return item.value;
}

uint64_t reader_uint(struct reader *r, uint64_t max) {
    return take(r, READER_UINT, max, ERR_RANGE);
}

bool reader_bool(struct reader *r) {
    return take(r, READER_BOOL, 1, ERR_RANGE) == 1;
}

/* item_read has seen that the content is there. */
static struct bytes take_bytes(struct reader *r, enum reader_type type, size_t max) {
    uint64_t len = take(r, type, max, ERR_SIZE);
    struct bytes view = {r->at, r->err ? 0 : (size_t)len};
    if (!r->err)
        r->at += len;
    return view;
}

struct bytes reader_str(struct reader *r, size_t max) {
    return take_bytes(r, READER_STR, max);
}

struct bytes reader_bin(struct reader *r, size_t max) {
    return take_bytes(r, READER_BIN, max);
}

void reader_fixed(struct reader *r, uint8_t *ret, size_t len) {
    struct bytes view = take_bytes(r, READER_BIN, len);
    if (!r->err && view.len != len)
        r->err = ERR_SIZE;
    if (r->err)
        memset(ret, 0, len);
    else
        memcpy(ret, view.ptr, len);
}

uint32_t reader_array(struct reader *r, uint32_t max) {
    return (uint32_t)take(r, READER_ARRAY, max, ERR_ITEMS);
}

uint32_t reader_map(struct reader *r, uint32_t max) {
    return (uint32_t)take(r, READER_MAP, max, ERR_ITEMS);
}

bool reader_nil(struct reader *r) {
    if (reader_peek(r) != READER_NIL)
        return false;
    r->at++;
    return true;
}

struct bytes reader_raw(struct reader *r) {
    const uint8_t *from = r->at;
    uint64_t left = 1;
    while (left && !r->err) {
        struct item item;
        r->err = item_read(&item, r->at, (size_t)(r->end - r->at));
        if (r->err)
            break;
        r->at += item.head;
        left--;
        if (item.type == READER_STR || item.type == READER_BIN)
            r->at += item.value;
        else if (item.type == READER_ARRAY)
            left += item.value;
        else if (item.type == READER_MAP)
            left += 2 * item.value;
    }
    return (struct bytes){from, r->err ? 0 : (size_t)(r->at - from)};
}

enum err reader_end(const struct reader *r) {
    if (r->err)
        return r->err;
    return r->at == r->end ? ERR_OK : ERR_TRAILING;
}
