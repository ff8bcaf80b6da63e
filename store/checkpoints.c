#include <assert.h>
#include <string.h>

#include "proto/reader.h"
#include "proto/writer.h"
#include "store/changes.h"
#include "store/records.h"

#define SLOT_KEY (LOG_ID_LEN + 1)
#define CHECKPOINT_MAX (64 + SIGNATURES_MAX * (KEY_LEN + SIGNATURE_LEN + 8))
#define COSIGNATURE_KEY (LOG_ID_LEN + KEY_LEN)
#define COSIGNATURE_ROW (8 + 8 + 1 + SIGNATURE_LEN)
#define DAY_S 86400

static void slot_key(uint8_t ret[static SLOT_KEY], const uint8_t *log, enum checkpoint_slot slot) {
    memcpy(ret, log, LOG_ID_LEN);
    ret[LOG_ID_LEN] = (uint8_t)slot;
}

void checkpoint_put(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum checkpoint_slot slot,
                    uint64_t size, const struct digest *root, const struct checkpoint_signature *signature,
                    unsigned count) {
    uint8_t key[SLOT_KEY], buffer[CHECKPOINT_MAX];
    struct writer w;
    struct bytes value;
    writer_init(&w, buffer, sizeof buffer);
    writer_array(&w, 3);
    writer_uint(&w, size);
    writer_bin(&w, BYTES(root->b));
    writer_array(&w, count);
    for (unsigned i = 0; i < count; i++) {
        writer_array(&w, 2);
        writer_bin(&w, BYTES(signature[i].key.b));
        writer_bin(&w, BYTES(signature[i].signature.b));
    }
    enum err err = writer_end(&w, &value);
    slot_key(key, log, slot);
    if (err)
        txn_fail(t, err);
    else
        row_put(t, TABLE_CHECKPOINTS, BYTES(key), value);
}

void checkpoint_drop(struct txn *t, const uint8_t log[static LOG_ID_LEN], enum checkpoint_slot slot) {
    uint8_t key[SLOT_KEY];
    slot_key(key, log, slot);
    row_delete(t, TABLE_CHECKPOINTS, BYTES(key));
}

/* The size and root that a slot holds and up to max of its signatures; false if it is empty. */
static bool slot_get(struct txn *t, const uint8_t *log, enum checkpoint_slot slot, struct checkpoint *ret,
                     struct checkpoint_signature *signature, unsigned max, unsigned *ret_count) {
    uint8_t key[SLOT_KEY];
    struct bytes value;
    struct reader r;
    slot_key(key, log, slot);
    if (!row_get(t, TABLE_CHECKPOINTS, BYTES(key), &value))
        return false;
    reader_init(&r, value);
    reader_array(&r, 3);
    ret->size = reader_uint(&r, UINT64_MAX);
    reader_fixed(&r, ret->root.b, DIGEST_LEN);
    unsigned count = reader_array(&r, SIGNATURES_MAX), kept = 0;
    for (unsigned i = 0; i < count; i++) {
        struct checkpoint_signature s = {.time = 0};
        reader_array(&r, 2);
        reader_fixed(&r, s.key.b, KEY_LEN);
        reader_fixed(&r, s.signature.b, SIGNATURE_LEN);
        if (kept < max)
            signature[kept++] = s;
    }
    if (reader_end(&r))
        txn_fail(t, ERR_CORRUPT);
    *ret_count = t->err ? 0 : kept;
    return !t->err;
}

/* One row of the cosignatures: what a witness has signed last, and whether it is the State's own. */
struct cosignature_row {
    uint64_t size;
    bool own;
    struct checkpoint_signature s;
};

static bool cosignature_read(struct txn *t, struct bytes key, struct bytes value,
                             struct cosignature_row *ret) {
    if (key.len != COSIGNATURE_KEY || value.len != COSIGNATURE_ROW) {
        txn_fail(t, ERR_CORRUPT);
        return false;
    }
    memcpy(ret->s.key.b, key.ptr + LOG_ID_LEN, KEY_LEN);
    ret->size = be64_get(value.ptr);
    ret->s.time = be64_get(value.ptr + 8);
    ret->own = value.ptr[16] != 0;
    memcpy(ret->s.signature.b, value.ptr + 17, SIGNATURE_LEN);
    return true;
}

/* All cosignatures of a log: never more than COSIGNATURES_MAX rows. */
static unsigned cosignatures_load(struct txn *t, const uint8_t *log,
                                  struct cosignature_row ret[static COSIGNATURES_MAX]) {
    unsigned count = 0;
    struct bytes key = {log, LOG_ID_LEN}, value;
    MDB_cursor *c = row_cursor(t, TABLE_COSIGNATURES);
    if (!c)
        return 0;
    for (bool there = row_move(t, c, MDB_SET_RANGE, &key, &value);
         there && row_starts(key, log, LOG_ID_LEN) && count < COSIGNATURES_MAX;
         there = row_move(t, c, MDB_NEXT, &key, &value))
        if (cosignature_read(t, key, value, &ret[count]))
            count++;
    mdb_cursor_close(c);
    return t->err ? 0 : count;
}

void logs_checkpoint(struct txn *t, const struct log_record *record, struct checkpoint *ret,
                     struct checkpoint_signature *signature, unsigned max, unsigned *ret_count) {
    struct checkpoint c = {.size = record->head.size, .root = record->head.root};
    unsigned count = 0;
    memcpy(c.origin, record->origin, sizeof c.origin);
    if (c.size && slot_get(t, record->id, SLOT_HEAD, &c, signature, max, &count)) {
        struct cosignature_row row[COSIGNATURES_MAX];
        unsigned rows = cosignatures_load(t, record->id, row);
        for (unsigned i = 0; i < rows && count < max; i++)
            if (row[i].size == c.size)
                signature[count++] = row[i].s;
    }
    *ret = c;
    *ret_count = t->err ? 0 : count;
}

bool logs_target(struct txn *t, const struct log_record *record, struct checkpoint *ret,
                 struct checkpoint_signature *signature, unsigned max, unsigned *ret_count) {
    struct checkpoint c = {0};
    memcpy(c.origin, record->origin, sizeof c.origin);
    if (!record->target || !slot_get(t, record->id, SLOT_TARGET, &c, signature, max, ret_count))
        return false;
    *ret = c;
    return true;
}

static void cosignature_key(uint8_t ret[static COSIGNATURE_KEY], const uint8_t *log,
                            const struct pubkey *key) {
    memcpy(ret, log, LOG_ID_LEN);
    memcpy(ret + LOG_ID_LEN, key->b, KEY_LEN);
}

/* Whether a says less about the log today than b: of a smaller tree, or earlier; the State's own never. */
static bool cosignature_weaker(const struct cosignature_row *a, const struct cosignature_row *b) {
    if (a->own != b->own)
        return b->own;
    return a->size != b->size ? a->size < b->size : a->s.time < b->s.time;
}

/* Find room for the cosignature of a key among the log's; false if all that are there are worth more. */
static bool cosignature_room(struct txn *t, const uint8_t *log, const struct cosignature_row *fresh) {
    struct cosignature_row row[COSIGNATURES_MAX];
    unsigned count = cosignatures_load(t, log, row), weakest = 0;
    for (unsigned i = 0; i < count; i++) {
        if (pubkey_eq(&row[i].s.key, &fresh->s.key))
            return row[i].size < fresh->size || (row[i].size == fresh->size && row[i].s.time < fresh->s.time);
        if (cosignature_weaker(&row[i], &row[weakest]))
            weakest = i;
    }
    if (count < COSIGNATURES_MAX)
        return true;
    if (!cosignature_weaker(&row[weakest], fresh))
        return false;
    uint8_t key[COSIGNATURE_KEY];
    cosignature_key(key, log, &row[weakest].s.key);
    row_delete(t, TABLE_COSIGNATURES, BYTES(key));
    return true;
}

void logs_cosign(struct txn *t, struct log_record *record, const struct checkpoint_signature *cosignature,
                 bool own) {
    struct cosignature_row fresh = {.own = own, .s = *cosignature};
    uint8_t key[COSIGNATURE_KEY], value[COSIGNATURE_ROW];
    assert(cosignature->time > 0);
    if (!logs_get(t, record->id, record)) {
        txn_fail(t, ERR_NOT_FOUND);
        return;
    }
    fresh.size = record->head.size;
    if (!cosignature_room(t, record->id, &fresh))
        return;
    cosignature_key(key, record->id, &fresh.s.key);
    be64_put(value, fresh.size);
    be64_put(value + 8, fresh.s.time);
    value[16] = own;
    memcpy(value + 17, fresh.s.signature.b, SIGNATURE_LEN);
    row_put(t, TABLE_COSIGNATURES, BYTES(key), BYTES(value));
    if (own && record->head.day < fresh.s.time / DAY_S) {
        record->head.day = fresh.s.time / DAY_S;
        changes_move(t, record);
        record_put(t, record);
    }
}
