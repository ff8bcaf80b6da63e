#include "store/records.h"

#include <string.h>

#include "proto/reader.h"
#include "proto/view.h"
#include "proto/writer.h"

#define RECORD_FIELDS 27
#define RECORD_FIELDS_BEFORE 25 /* without bytes and need: what came before is not counted */
#define RECORD_MAX 512

void record_put(struct txn *t, const struct log_record *record) {
    uint8_t buffer[RECORD_MAX];
    struct writer w;
    struct bytes value;
    writer_init(&w, buffer, sizeof buffer);
    writer_array(&w, RECORD_FIELDS);
    writer_str(&w, bytes_str(record->origin));
    writer_uint(&w, record->epoch);
    writer_bin(&w, BYTES(record->end.b));
    writer_bin(&w, BYTES(record->note.b));
    writer_uint(&w, record->head.epoch);
    writer_uint(&w, record->head.size);
    writer_bin(&w, BYTES(record->head.root.b));
    writer_uint(&w, record->head.flags);
    writer_uint(&w, record->head.f);
    writer_uint(&w, record->head.day);
    writer_uint(&w, record->base);
    writer_uint(&w, record->held);
    writer_uint(&w, record->noted);
    writer_uint(&w, record->target);
    writer_uint(&w, record->seq);
    writer_uint(&w, record->moved);
    writer_bool(&w, record->has_side);
    writer_uint(&w, record->side_base);
    writer_uint(&w, record->side_held);
    writer_uint(&w, record->side_noted);
    writer_bool(&w, record->admitted);
    writer_bool(&w, record->has_heir);
    writer_bin(&w, BYTES(record->heir));
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        writer_uint(&w, record->whole[class]);
    writer_uint(&w, record->bytes);
    writer_uint(&w, record->need);
    enum err err = writer_end(&w, &value);
    if (err)
        txn_fail(t, err);
    else
        row_put(t, TABLE_LOGS, BYTES(record->id), value);
}

void record_less(struct log_record *record, uint64_t bytes) {
    record->bytes -= bytes < record->bytes ? bytes : record->bytes;
}

static enum err record_read(struct bytes value, const uint8_t *id, struct log_record *ret) {
    struct reader r;
    char network[NETWORK_MAX + 1];
    memset(ret, 0, sizeof *ret);
    memcpy(ret->id, id, LOG_ID_LEN);
    memcpy(ret->head.log, id, LOG_ID_LEN);
    reader_init(&r, value);
    uint32_t fields = reader_array(&r, RECORD_FIELDS);
    if (fields != RECORD_FIELDS && fields != RECORD_FIELDS_BEFORE)
        reader_fail(&r, ERR_CORRUPT);
    struct bytes origin = reader_str(&r, ORIGIN_MAX);
    if (origin.len)
        memcpy(ret->origin, origin.ptr, origin.len);
    ret->epoch = reader_uint(&r, UINT64_MAX);
    reader_fixed(&r, ret->end.b, DIGEST_LEN);
    reader_fixed(&r, ret->note.b, DIGEST_LEN);
    ret->head.epoch = reader_uint(&r, UINT64_MAX);
    ret->head.size = reader_uint(&r, UINT64_MAX);
    reader_fixed(&r, ret->head.root.b, DIGEST_LEN);
    ret->head.flags = (unsigned)reader_uint(&r, UINT32_MAX);
    ret->head.f = reader_uint(&r, UINT64_MAX);
    ret->head.day = reader_uint(&r, UINT64_MAX);
    ret->base = reader_uint(&r, UINT64_MAX);
    ret->held = reader_uint(&r, UINT64_MAX);
    ret->noted = reader_uint(&r, UINT64_MAX);
    ret->target = reader_uint(&r, UINT64_MAX);
    ret->seq = reader_uint(&r, UINT64_MAX);
    ret->moved = reader_uint(&r, UINT64_MAX);
    ret->has_side = reader_bool(&r);
    ret->side_base = reader_uint(&r, UINT64_MAX);
    ret->side_held = reader_uint(&r, UINT64_MAX);
    ret->side_noted = reader_uint(&r, UINT64_MAX);
    ret->admitted = reader_bool(&r);
    ret->has_heir = reader_bool(&r);
    reader_fixed(&r, ret->heir, LOG_ID_LEN);
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        ret->whole[class] = reader_uint(&r, UINT64_MAX);
    ret->bytes = fields == RECORD_FIELDS ? reader_uint(&r, UINT64_MAX) : 0;
    ret->need = fields == RECORD_FIELDS ? reader_uint(&r, UINT64_MAX) : 0;
    const struct digest *told = ret->head.flags & VIEW_INCOMPLETE ? &ret->end : &ret->note;
    memcpy(ret->head.note, told->b, NOTE_TAG_LEN);
    enum err err = reader_end(&r);
    return err ? err : origin_check(origin, network, ret->code);
}

static bool record_get(struct txn *t, struct bytes id, struct bytes value, struct log_record *ret) {
    if (id.len == LOG_ID_LEN && !record_read(value, id.ptr, ret))
        return true;
    memset(ret, 0, sizeof *ret);
    txn_fail(t, ERR_CORRUPT);
    return false;
}

bool logs_get(struct txn *t, const uint8_t id[static LOG_ID_LEN], struct log_record *ret) {
    uint8_t key[LOG_ID_LEN];
    struct bytes value;
    memcpy(key, id, LOG_ID_LEN); /* id may lie in *ret */
    memset(ret, 0, sizeof *ret);
    return row_get(t, TABLE_LOGS, BYTES(key), &value) && record_get(t, BYTES(key), value, ret);
}

bool logs_next(struct txn *t, struct log_record *record) {
    uint8_t from[LOG_ID_LEN + 1] = {0};
    struct bytes key, value;
    static const uint8_t zero[LOG_ID_LEN];
    bool start = memcmp(record->id, zero, LOG_ID_LEN) == 0;
    memcpy(from, record->id, LOG_ID_LEN);
    struct bytes sought = {from, start ? LOG_ID_LEN : sizeof from};
    return row_ceil(t, TABLE_LOGS, sought, &key, &value) && record_get(t, key, value, record);
}

uint64_t logs_count(struct txn *t) {
    return row_count(t, TABLE_LOGS);
}
