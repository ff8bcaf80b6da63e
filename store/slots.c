#include <string.h>

#include "proto/reader.h"
#include "proto/writer.h"
#include "store/records.h"

#define SLOT_KEY (LOG_ID_LEN + 1)
#define SLOT_ROW_MAX (128 + SIGNATURES_MAX * (KEY_LEN + SIGNATURE_LEN + 8))

static void slot_key(uint8_t ret[static SLOT_KEY], const uint8_t *log, enum checkpoint_slot slot) {
    memcpy(ret, log, LOG_ID_LEN);
    ret[LOG_ID_LEN] = (uint8_t)slot;
}

void slot_put(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum checkpoint_slot slot,
              const struct slot *value) {
    uint8_t key[SLOT_KEY], buffer[SLOT_ROW_MAX];
    struct writer w;
    struct bytes row;
    writer_init(&w, buffer, sizeof buffer);
    writer_array(&w, 4);
    writer_bin(&w, BYTES(value->note.b));
    writer_uint(&w, value->size);
    writer_bin(&w, BYTES(value->root.b));
    writer_array(&w, value->signature_count);
    for (unsigned i = 0; i < value->signature_count; i++) {
        writer_array(&w, 2);
        writer_bin(&w, BYTES(value->signature[i].key.b));
        writer_bin(&w, BYTES(value->signature[i].signature.b));
    }
    enum err err = writer_end(&w, &row);
    slot_key(key, log, slot);
    if (err)
        txn_fail(t, err);
    else
        row_put(t, TABLE_CHECKPOINTS, BYTES(key), row);
}

bool slot_get(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum checkpoint_slot slot,
              struct slot *ret) {
    uint8_t key[SLOT_KEY];
    struct bytes row;
    struct reader r;
    slot_key(key, log, slot);
    if (!row_get(t, TABLE_CHECKPOINTS, BYTES(key), &row))
        return false;
    memset(ret, 0, sizeof *ret);
    reader_init(&r, row);
    reader_array(&r, 4);
    reader_fixed(&r, ret->note.b, DIGEST_LEN);
    ret->size = reader_uint(&r, INT64_MAX);
    reader_fixed(&r, ret->root.b, DIGEST_LEN);
    ret->signature_count = reader_array(&r, SIGNATURES_MAX);
    for (unsigned i = 0; i < ret->signature_count && !r.err; i++) {
        reader_array(&r, 2);
        reader_fixed(&r, ret->signature[i].key.b, KEY_LEN);
        reader_fixed(&r, ret->signature[i].signature.b, SIGNATURE_LEN);
    }
    if (reader_end(&r))
        txn_fail(t, ERR_CORRUPT);
    return !t->err;
}

void slot_drop(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum checkpoint_slot slot) {
    uint8_t key[SLOT_KEY];
    slot_key(key, log, slot);
    row_delete(t, TABLE_CHECKPOINTS, BYTES(key));
}

void slots_swap(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum checkpoint_slot a,
                enum checkpoint_slot b) {
    struct slot first, second;
    bool has_first = slot_get(t, log, a, &first), has_second = slot_get(t, log, b, &second);
    slot_drop(t, log, a);
    slot_drop(t, log, b);
    if (has_first)
        slot_put(t, log, b, &first);
    if (has_second)
        slot_put(t, log, a, &second);
}
