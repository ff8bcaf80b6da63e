/* The three texts and the one line that people sign or compare: each that is read is written again to the
 * same bytes. */
#include "proto/authority.h"
#include "proto/checkpoint.h"
#include "proto/note.h"
#include "tests/fuzz/fuzz.h"

static void try_note(struct bytes text) {
    static uint8_t buffer[2 * NOTE_MAX];
    struct note note;
    size_t pos = 0;
    if (note_parse(text, &note))
        return;
    MUST(note_begin(buffer, sizeof buffer, &pos, note.text) == ERR_OK);
    for (unsigned i = 0; i < note.line_count; i++) {
        const struct note_line *line = &note.line[i];
        uint8_t raw[4 + sizeof line->payload];
        const struct bytes piece[] = {bytes_str("\xe2\x80\x94 "), line->name, bytes_str(" ")};
        if (line->payload_len == 0) /* of a type unknown here: not kept */
            return;
        for (unsigned p = 0; p < 3; p++)
            for (size_t at = 0; at < piece[p].len; at++)
                buffer[pos++] = piece[p].ptr[at];
        be32_put(raw, line->key_id);
        for (size_t at = 0; at < line->payload_len; at++)
            raw[4 + at] = line->payload[at];
        MUST(base64_put((char *)buffer, sizeof buffer, &pos, (struct bytes){raw, 4 + line->payload_len}) ==
             ERR_OK);
        buffer[pos++] = '\n';
    }
    MUST(bytes_eq(text, (struct bytes){buffer, pos}));
}

static void try_checkpoint(struct bytes text) {
    uint8_t buffer[CHECKPOINT_TEXT_MAX];
    struct checkpoint c;
    if (!checkpoint_parse(text, &c))
        MUST(bytes_eq(text, checkpoint_text(&c, buffer)));
}

static void try_authority(struct bytes text) {
    uint8_t buffer[AUTHORITY_MAX];
    struct authority a, again;
    struct bytes written;
    if (authority_parse(text, &a))
        return;
    again = a;
    MUST(authority_write(&again, buffer, sizeof buffer, &written) == ERR_OK);
    MUST(bytes_eq(text, written) && digest_eq(&a.hash, &again.hash));
}

static void try_vkey(struct bytes text) {
    char name[KEY_NAME_MAX + 1], buffer[KEY_NAME_MAX + 80];
    struct note_key key;
    if (note_vkey_get(text, name, &key))
        return;
    MUST(note_vkey_put(buffer, sizeof buffer, &key) == ERR_OK);
    MUST(bytes_is(text, buffer));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct bytes text = {data, size};
    try_note(text);
    try_checkpoint(text);
    try_authority(text);
    try_vkey(text);
    return 0;
}
