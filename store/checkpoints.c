#include <assert.h>
#include <string.h>

#include "proto/reader.h"
#include "proto/writer.h"
#include "store/changes.h"
#include "store/records.h"

#define COSIGNATURE_KEY (LOG_ID_LEN + KEY_LEN)
#define COSIGNATURE_ROW (8 + 8 + 1 + SIGNATURE_LEN)
#define DAY_S 86400

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
    struct slot slot;
    unsigned count = 0;
    memcpy(c.origin, record->origin, sizeof c.origin);
    if (c.size && slot_get(t, record->id, SLOT_HEAD, &slot) && slot.size == c.size &&
        digest_eq(&slot.note, &record->note)) {
        for (; count < slot.signature_count && count < max; count++)
            signature[count] = slot.signature[count];
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
    struct slot slot;
    if (!record->target || !slot_get(t, record->id, SLOT_TARGET, &slot))
        return false;
    *ret = (struct checkpoint){.size = slot.size, .root = slot.root};
    memcpy(ret->origin, record->origin, sizeof ret->origin);
    for (*ret_count = 0; *ret_count < slot.signature_count && *ret_count < max; (*ret_count)++)
        signature[*ret_count] = slot.signature[*ret_count];
    return true;
}

static void cosignature_key(uint8_t ret[static COSIGNATURE_KEY], const uint8_t *log,
                            const struct pubkey *key) {
    memcpy(ret, log, LOG_ID_LEN);
    memcpy(ret + LOG_ID_LEN, key->b, KEY_LEN);
}

uint64_t logs_cosigned(struct txn *t, const uint8_t id[static LOG_ID_LEN], const struct pubkey *key) {
    struct cosignature_row row[COSIGNATURES_MAX];
    unsigned rows = cosignatures_load(t, id, row);
    for (unsigned i = 0; i < rows; i++)
        if (pubkey_eq(&row[i].s.key, key))
            return row[i].s.time;
    return 0;
}

void cosignatures_cut(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t size) {
    struct cosignature_row row[COSIGNATURES_MAX];
    unsigned rows = cosignatures_load(t, log, row);
    for (unsigned i = 0; i < rows; i++)
        if (row[i].size > size) {
            uint8_t key[COSIGNATURE_KEY];
            cosignature_key(key, log, &row[i].s.key);
            row_delete(t, TABLE_COSIGNATURES, BYTES(key));
        }
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
