#include "node/restored.h"

static const char setting[] = "restored";

void restored_set(struct txn *t, uint64_t now_s) {
    uint8_t when[8];

    be64_put(when, now_s);
    store_set(t, setting, BYTES(when));
}

bool restored_get(struct txn *t, uint64_t *ret_when) {
    struct bytes value;

    if (!store_setting(t, setting, &value) || value.len != 8)
        return false;
    *ret_when = be64_get(value.ptr);
    return true;
}

void restored_clear(struct txn *t) {
    uint64_t when;

    if (restored_get(t, &when))
        store_set(t, setting, (struct bytes){(const uint8_t *)"", 0});
}
