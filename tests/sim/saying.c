#include "tests/sim/saying.h"

#include <string.h>

#include "proto/digest.h"

/* What of msgpack these leaves are made of. */
struct item {
    enum { ITEM_END, ITEM_NUMBER, ITEM_TEXT, ITEM_BYTES, ITEM_ARRAY, ITEM_MAP, ITEM_OTHER } kind;
    uint64_t number; /* or how many */
    const uint8_t *at;
};

static uint64_t big_endian(const uint8_t *at, size_t len) {
    uint64_t n = 0;
    while (len--)
        n = n << 8 | *at++;
    return n;
}

static struct item next(struct bytes *rest) {
    if (!rest->len)
        return (struct item){ITEM_END, 0, NULL};
    const uint8_t *p = rest->ptr;
    uint8_t tag = *p;
    bool number = tag >= 0xcc && tag <= 0xcf, sized = tag == 0xd9 || tag == 0xc4;
    size_t head = 1 + (number ? (size_t)1 << (tag - 0xcc) : sized), len;
    struct item i = {ITEM_OTHER, 0, p + head};
    if (head > rest->len)
        return (struct item){ITEM_END, 0, NULL};
    if (number || tag < 0x80) {
        i.kind = ITEM_NUMBER;
        i.number = number ? big_endian(p + 1, head - 1) : tag;
    } else if (tag >> 4 == 8 || tag >> 4 == 9) {
        i.kind = tag >> 4 == 8 ? ITEM_MAP : ITEM_ARRAY;
        i.number = tag & 15;
    } else if (sized || tag >> 5 == 5) {
        i.kind = tag == 0xc4 ? ITEM_BYTES : ITEM_TEXT;
        i.number = sized ? p[1] : tag & 31;
    }
    len = head + (i.kind == ITEM_TEXT || i.kind == ITEM_BYTES ? i.number : 0);
    if (len > rest->len)
        return (struct item){ITEM_END, 0, NULL};
    *rest = (struct bytes){p + len, rest->len - len};
    return i;
}

static bool is(const struct item *i, const char *text) {
    return i->kind == ITEM_TEXT && i->number == strlen(text) && !memcmp(i->at, text, i->number);
}

static void log_of(const struct item *origin, uint8_t ret[static LOG_ID_LEN]) {
    struct digest d = digest_of((struct bytes){origin->at, origin->number});
    memcpy(ret, d.b, LOG_ID_LEN);
}

static bool word_field(struct saying *s, uint64_t key, const struct item *value) {
    switch (key) {
    case 2:
        log_of(value, s->about);
        return value->kind == ITEM_TEXT;
    case 3:
        if (value->kind != ITEM_TEXT || value->number != CODE_LEN)
            return false;
        memcpy(s->code, value->at, CODE_LEN);
        return true;
    case 4:
        s->epoch = value->number;
        return value->kind == ITEM_NUMBER;
    case 5:
        if (value->kind != ITEM_BYTES || value->number != SAYING_NOTE_LEN)
            return false;
        memcpy(s->note, value->at, SAYING_NOTE_LEN);
        return true;
    case 6:
        log_of(value, s->successor);
        return value->kind == ITEM_TEXT;
    default:
        return true;
    }
}

static bool withdrawal_field(struct saying *s, uint64_t key, const struct item *value) {
    if (key == 2) {
        s->kind = is(value, "succeed/v1") ? SAYING_SUCCEED : SAYING_ENDORSE;
        return is(value, "succeed/v1") || is(value, "endorse/v1");
    }
    if (key != 3)
        return true;
    if (value->kind != ITEM_BYTES || value->number != LOG_ID_LEN)
        return false;
    memcpy(s->about, value->at, LOG_ID_LEN);
    return true;
}

bool saying_read(struct bytes leaf, struct saying *ret) {
    struct item list = next(&leaf), kind = next(&leaf), map = next(&leaf);
    memset(ret, 0, sizeof *ret);
    ret->withdrawn = is(&kind, "withdraw/v1");
    ret->kind = is(&kind, "succeed/v1") ? SAYING_SUCCEED : SAYING_ENDORSE;
    if (list.kind != ITEM_ARRAY || map.kind != ITEM_MAP ||
        !(ret->withdrawn || is(&kind, "succeed/v1") || is(&kind, "endorse/v1")))
        return false;
    for (uint64_t i = 0; i < map.number; i++) {
        struct item key = next(&leaf), value = next(&leaf);
        if (key.kind != ITEM_NUMBER || value.kind == ITEM_END ||
            !(ret->withdrawn ? withdrawal_field : word_field)(ret, key.number, &value))
            return false;
    }
    return true;
}
