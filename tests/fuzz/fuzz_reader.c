/* What the check of canonical bytes accepts, the typed calls read to its end, and the writer writes again. */
#include "proto/reader.h"
#include "proto/writer.h"
#include "tests/fuzz/fuzz.h"

#define DEPTH 6
#define ITEMS 64
#define BIG 65536

static void copy(struct reader *r, struct writer *w) {
    uint32_t count;
    switch (reader_peek(r)) {
    case READER_NIL:
        MUST(reader_nil(r));
        writer_nil(w);
        return;
    case READER_BOOL:
        writer_bool(w, reader_bool(r));
        return;
    case READER_UINT:
        writer_uint(w, reader_uint(r, UINT64_MAX));
        return;
    case READER_STR:
        writer_str(w, reader_str(r, BIG));
        return;
    case READER_BIN:
        writer_bin(w, reader_bin(r, BIG));
        return;
    case READER_ARRAY:
        writer_array(w, count = reader_array(r, ITEMS));
        for (; count && !r->err; count--)
            copy(r, w);
        return;
    case READER_MAP:
        writer_map(w, count = reader_map(r, ITEMS));
        for (; count && !r->err; count--) {
            writer_uint(w, reader_uint(r, UINT64_MAX));
            copy(r, w);
        }
        return;
    case READER_NONE:
        reader_fail(r, ERR_SHORT);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t buffer[BIG];
    struct bytes value = {data, size}, again;
    struct reader r;
    struct writer w;
    if (size > BIG)
        return 0;
    enum err err = reader_check(value, DEPTH, ITEMS);
    reader_init(&r, value);
    while (!r.err && r.at < r.end) /* whatever the bytes are, passing over values ends within them */
        reader_raw(&r);
    MUST(r.at <= data + size);
    if (err)
        return 0;
    reader_init(&r, value);
    writer_init(&w, buffer, sizeof buffer);
    copy(&r, &w);
    MUST(reader_end(&r) == ERR_OK);
    MUST(writer_end(&w, &again) == ERR_OK);
    MUST(bytes_eq(value, again));
    return 0;
}
