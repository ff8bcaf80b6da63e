#include "store/ages.h"

#include <string.h>

#include "store/rows.h"

#define AGE_KEY (LOG_ID_LEN + 8)

struct age {
    uint64_t size, seen_s;
};

static void key_put(uint8_t ret[static AGE_KEY], const uint8_t *log, uint64_t size) {
    memcpy(ret, log, LOG_ID_LEN);
    be64_put(ret + LOG_ID_LEN, size);
}

static bool age_read(struct txn *t, const uint8_t *log, struct bytes key, struct bytes value,
                     struct age *ret) {
    if (!row_starts(key, log, LOG_ID_LEN))
        return false;
    if (key.len != AGE_KEY || value.len != 8) {
        txn_fail(t, ERR_CORRUPT);
        return false;
    }
    *ret = (struct age){be64_get(key.ptr + LOG_ID_LEN), be64_get(value.ptr)};
    return true;
}

/* The row of the largest size that is no larger than this one. */
static bool age_floor(struct txn *t, const uint8_t *log, uint64_t size, struct age *ret) {
    uint8_t sought[AGE_KEY];
    struct bytes key, value;
    key_put(sought, log, size);
    return row_floor(t, TABLE_AGES, BYTES(sought), &key, &value) && age_read(t, log, key, value, ret);
}

static bool age_ceil(struct txn *t, const uint8_t *log, uint64_t size, struct age *ret) {
    uint8_t sought[AGE_KEY];
    struct bytes key, value;
    key_put(sought, log, size);
    return row_ceil(t, TABLE_AGES, BYTES(sought), &key, &value) && age_read(t, log, key, value, ret);
}

static void age_put(struct txn *t, const uint8_t *log, const struct age *age) {
    uint8_t key[AGE_KEY], value[8];
    key_put(key, log, age->size);
    be64_put(value, age->seen_s);
    row_put(t, TABLE_AGES, BYTES(key), BYTES(value));
}

static void age_delete(struct txn *t, const uint8_t *log, uint64_t size) {
    uint8_t key[AGE_KEY];
    key_put(key, log, size);
    row_delete(t, TABLE_AGES, BYTES(key));
}

bool ages_behind(struct txn *t, const struct log_record *record, uint64_t now_s) {
    struct age last;
    if (!age_floor(t, record->id, UINT64_MAX, &last))
        return record->head.size > 0;
    return last.size < record->head.size || last.seen_s > now_s;
}

/* A clock that was wrong has set times that are yet to come; they would hold erasures up until then. */
static void future_mend(struct txn *t, const uint8_t *log, uint64_t now_s) {
    struct age age;
    uint64_t size = UINT64_MAX;
    while (age_floor(t, log, size, &age) && age.seen_s > now_s) {
        age.seen_s = now_s;
        age_put(t, log, &age);
        if (!age.size)
            return;
        size = age.size - 1;
    }
}

void ages_note(struct txn *t, const struct log_record *record, uint64_t now_s, uint64_t step_s) {
    struct age last, before, fresh = {record->head.size, now_s};
    future_mend(t, record->id, now_s);
    if (age_floor(t, record->id, UINT64_MAX, &last)) {
        if (last.size >= fresh.size)
            return;
        if (last.size && age_floor(t, record->id, last.size - 1, &before) && now_s - before.seen_s < step_s)
            age_delete(t, record->id, last.size);
    }
    if (fresh.size)
        age_put(t, record->id, &fresh);
}

uint64_t ages_seen(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t index) {
    struct age age;
    return index < UINT64_MAX && age_ceil(t, log, index + 1, &age) ? age.seen_s : UINT64_MAX;
}

void ages_cut(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t size) {
    struct age age;
    while (size < UINT64_MAX && age_ceil(t, log, size + 1, &age))
        age_delete(t, log, age.size);
}
