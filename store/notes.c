#include "store/notes.h"

#include <string.h>

#include "proto/reader.h"
#include "proto/writer.h"

#define NOTE_KEY (LOG_ID_LEN + 8 + DIGEST_LEN)
#define NOTE_SIGNATURES (ROOT_KEYS_MAX * 2)
#define NOTE_ROW_MAX                                                                                         \
    (AUTHORITY_MAX + NOTE_SIGNATURES * (KEY_LEN + SIGNATURE_LEN + 8) + PROOF_MAX * (DIGEST_LEN + 2) + 160)

static void note_key(uint8_t ret[static NOTE_KEY], const uint8_t *log, uint64_t epoch,
                     const struct digest *hash) {
    memcpy(ret, log, LOG_ID_LEN);
    be64_put(ret + LOG_ID_LEN, epoch);
    memcpy(ret + LOG_ID_LEN + 8, hash->b, DIGEST_LEN);
}

void notes_put(struct txn *t, const uint8_t log[static LOG_ID_LEN], const struct authority *a,
               const struct package_note *note) {
    uint8_t key[NOTE_KEY], buffer[NOTE_ROW_MAX];
    struct writer w;
    struct bytes value;
    writer_init(&w, buffer, sizeof buffer);
    writer_array(&w, 5);
    writer_bin(&w, BYTES(a->prev.b));
    writer_uint(&w, a->anchor_size);
    writer_bin(&w, BYTES(a->anchor_root.b));
    writer_uint(&w, a->max);
    package_note_write(&w, note);
    enum err err = writer_end(&w, &value);
    note_key(key, log, a->epoch, &a->hash);
    if (err)
        txn_fail(t, err);
    else
        row_put(t, TABLE_NOTES, BYTES(key), value);
}

/* What a row says; prev is all zero for epoch 0. */
static bool row_read(struct txn *t, struct bytes key, struct bytes value, struct view_note *ret,
                     struct digest *ret_prev, struct package_note *ret_note) {
    struct reader r;
    memset(ret, 0, sizeof *ret);
    reader_init(&r, value);
    if (key.len != NOTE_KEY || reader_array(&r, 5) != 5)
        reader_fail(&r, ERR_CORRUPT);
    else {
        ret->epoch = be64_get(key.ptr + LOG_ID_LEN);
        memcpy(ret->hash.b, key.ptr + LOG_ID_LEN + 8, DIGEST_LEN);
    }
    reader_fixed(&r, ret_prev->b, DIGEST_LEN);
    ret->anchor_size = reader_uint(&r, INT64_MAX);
    reader_fixed(&r, ret->anchor_root.b, DIGEST_LEN);
    ret->max = reader_uint(&r, INT64_MAX);
    package_note_next(&r, ret_note);
    if (reader_end(&r)) {
        txn_fail(t, ERR_CORRUPT);
        return false;
    }
    return true;
}

bool notes_get(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t epoch, const struct digest *hash,
               struct package_note *ret) {
    uint8_t key[NOTE_KEY];
    struct bytes value;
    struct view_note summary;
    struct digest prev;
    note_key(key, log, epoch, hash);
    return row_get(t, TABLE_NOTES, BYTES(key), &value) &&
           row_read(t, BYTES(key), value, &summary, &prev, ret);
}

bool notes_find(struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t epoch,
                const uint8_t tag[static NOTE_TAG_LEN], struct digest *ret) {
    uint8_t sought[NOTE_KEY] = {0};
    struct bytes key, value;
    memcpy(sought, log, LOG_ID_LEN);
    be64_put(sought + LOG_ID_LEN, epoch);
    memcpy(sought + LOG_ID_LEN + 8, tag, NOTE_TAG_LEN);
    if (!row_ceil(t, TABLE_NOTES, BYTES(sought), &key, &value) ||
        !row_starts(key, sought, LOG_ID_LEN + 8 + NOTE_TAG_LEN) || key.len != NOTE_KEY)
        return false;
    memcpy(ret->b, key.ptr + LOG_ID_LEN + 8, DIGEST_LEN);
    return true;
}

/* Rows come by epoch, so that a parent has been read before its children. */
static uint32_t parent_of(const struct view_note *note, uint32_t count, uint64_t epoch,
                          const struct digest *prev) {
    for (uint32_t i = 0; epoch && i < count; i++)
        if (note[i].epoch + 1 == epoch && digest_eq(&note[i].hash, prev))
            return i;
    return VIEW_NONE;
}

uint32_t notes_load(struct txn *t, const uint8_t log[static LOG_ID_LEN],
                    struct view_note ret[static NOTES_MAX]) {
    uint32_t count = 0;
    struct bytes key = {log, LOG_ID_LEN}, value;
    struct package_note note;
    struct digest prev;
    MDB_cursor *c = row_cursor(t, TABLE_NOTES);
    if (!c)
        return 0;
    for (bool there = row_move(t, c, MDB_SET_RANGE, &key, &value);
         there && row_starts(key, log, LOG_ID_LEN) && count < NOTES_MAX;
         there = row_move(t, c, MDB_NEXT, &key, &value)) {
        if (!row_read(t, key, value, &ret[count], &prev, &note))
            break;
        ret[count].parent = parent_of(ret, count, ret[count].epoch, &prev);
        if ((ret[count].parent == VIEW_NONE) != (count == 0))
            txn_fail(t, ERR_CORRUPT);
        count++;
    }
    mdb_cursor_close(c);
    return t->err ? 0 : count;
}
