/* A message that is read is written again to the same bytes. */
#include "proto/message.h"
#include "tests/fuzz/fuzz.h"

static enum err package_again(const struct message *m, uint8_t *buffer, struct bytes *ret) {
    static struct package_note note[NOTES_PER_FETCH];
    struct package_writer pw;
    struct reader r;
    struct entry entry;
    uint32_t notes = 0, entries = 0;
    reader_init(&r, m->package.notes);
    while (notes < m->package.note_count && package_note_next(&r, &note[notes]))
        notes++;
    enum err err = notes == m->package.note_count ? reader_end(&r) : r.err;
    writer_init(&pw.w, buffer, FRAME_MAX);
    message_begin_package(&pw.w, m->id);
    package_begin(&pw, NULL, 0, &m->package, note, notes);
    reader_init(&r, m->package.entries);
    for (; package_entry_next(&r, &entry); entries++)
        package_entry(&pw, &entry);
    err = err ? err : reader_end(&r);
    if (err) /* the shape of notes and entries is looked at when they are walked */
        return err;
    MUST(entries == m->package.entry_count);
    return package_end(&pw, &m->package.proof, m->package.more, ret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t buffer[FRAME_MAX];
    static struct message m;
    struct bytes frame = {data, size}, again;
    if (message_decode(frame, &m))
        return 0;
    if (m.kind != (MESSAGE_FETCH | MESSAGE_ANSWER))
        MUST(message_encode(&m, buffer, sizeof buffer, &again) == ERR_OK);
    else if (package_again(&m, buffer, &again))
        return 0;
    MUST(bytes_eq(frame, again));
    return 0;
}
