#include "store/roster.h"

#include <assert.h>
#include <string.h>

#include "proto/reader.h"
#include "proto/writer.h"
#include "store/rows.h"

#define PIN_ROW_MAX 64

static bool pin_read(struct txn *t, struct bytes key, struct bytes value, struct pin *ret) {
    struct pin pin = {.origin = ""};
    struct reader r;
    reader_init(&r, value);
    if (!key.len || key.len > ORIGIN_MAX)
        reader_fail(&r, ERR_CORRUPT);
    else
        memcpy(pin.origin, key.ptr, key.len);
    reader_array(&r, 5);
    pin.epoch = reader_uint(&r, UINT64_MAX);
    reader_fixed(&r, pin.hash.b, DIGEST_LEN);
    pin.added = reader_uint(&r, UINT64_MAX);
    pin.own = reader_bool(&r);
    pin.hold = reader_bool(&r);
    if (reader_end(&r)) {
        txn_fail(t, ERR_CORRUPT);
        return false;
    }
    *ret = pin;
    return true;
}

/* Whether two origins of a network name the same State: all but the trust root. */
static bool same_code(const char *a, const char *b) {
    const char *end = strrchr(a, '/');
    return end && strncmp(a, b, (size_t)(end - a) + 1) == 0;
}

static bool pin_rival(struct txn *t, const char *origin) {
    struct pin other = {.origin = ""};
    while (roster_next(t, &other))
        if (same_code(origin, other.origin) && strcmp(origin, other.origin) != 0)
            return true;
    return false;
}

void roster_pin(struct txn *t, const struct pin *pin) {
    uint8_t buffer[PIN_ROW_MAX];
    struct writer w;
    struct bytes value;
    if (pin_rival(t, pin->origin))
        txn_fail(t, ERR_EXISTS);
    writer_init(&w, buffer, sizeof buffer);
    writer_array(&w, 5);
    writer_uint(&w, pin->epoch);
    writer_bin(&w, BYTES(pin->hash.b));
    writer_uint(&w, pin->added);
    writer_bool(&w, pin->own);
    writer_bool(&w, pin->hold);
    enum err err = writer_end(&w, &value);
    if (err)
        txn_fail(t, err);
    else
        row_put(t, TABLE_PINS, bytes_str(pin->origin), value);
}

bool roster_get(struct txn *t, const char *origin, struct pin *ret) {
    struct bytes value;
    return origin[0] && row_get(t, TABLE_PINS, bytes_str(origin), &value) &&
           pin_read(t, bytes_str(origin), value, ret);
}

void roster_remove(struct txn *t, const char *origin) {
    if (origin[0])
        row_delete(t, TABLE_PINS, bytes_str(origin));
}

bool roster_next(struct txn *t, struct pin *pin) {
    /* The first key after this origin is this origin with a NUL behind it, or what comes later. */
    uint8_t from[ORIGIN_MAX + 2] = {0};
    struct bytes key, value;
    size_t len = strlen(pin->origin);
    memcpy(from, pin->origin, len);
    return row_ceil(t, TABLE_PINS, (struct bytes){from, len + 1}, &key, &value) &&
           pin_read(t, key, value, pin);
}

#define ENDORSEMENTS "endorsements"

unsigned roster_endorsements(struct txn *t) {
    struct bytes value;
    return store_setting(t, ENDORSEMENTS, &value) && value.len == 1 ? value.ptr[0] : 0;
}

void roster_endorsements_set(struct txn *t, unsigned k) {
    store_set(t, ENDORSEMENTS, BYTES(((uint8_t[]){(uint8_t)k})));
}
