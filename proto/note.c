#include "proto/note.h"

#include <string.h>

#define DASH "\xe2\x80\x94 " /* em dash and a space begin a signature line */

static const size_t dash_len = sizeof DASH - 1;

/* Signed notes allow newlines, and refuse every other control character. */
static bool note_clean(struct bytes note) {
    struct bytes line;
    while (line_cut(&note, &line))
        if (!utf8_clean(line))
            return false;
    return note.len == 0;
}

static enum err line_parse(struct bytes line, struct note_line *ret) {
    struct bytes name;
    uint8_t raw[4 + sizeof ret->payload];
    size_t len;
    if (line.len < dash_len || memcmp(line.ptr, DASH, dash_len) != 0)
        return ERR_NOTE;
    line.ptr += dash_len;
    line.len -= dash_len;
    if (!word_cut(&line, &name) || name.len == 0 || memchr(name.ptr, '+', name.len))
        return ERR_NOTE;
    enum err err = base64_get(raw, sizeof raw, &len, line);
    if (err == ERR_FULL) /* a signature of a type unknown here: it names no key that we know */
        len = 0;
    else if (err)
        return err;
    else if (len < 5)
        return ERR_NOTE;
    ret->name = name;
    ret->key_id = len ? be32_get(raw) : 0;
    ret->payload_len = len ? len - 4 : 0;
    if (len)
        memcpy(ret->payload, raw + 4, len - 4);
    return ERR_OK;
}

enum err note_parse(struct bytes bytes, struct note *ret) {
    if (bytes.len > NOTE_MAX)
        return ERR_SIZE;
    if (!note_clean(bytes))
        return bytes.len && bytes.ptr[bytes.len - 1] != '\n' ? ERR_NOTE : ERR_UTF8;
    /* The text may hold empty lines: the last one separates it from the signatures. */
    size_t cut = bytes.len;
    while (cut >= 2 && !(bytes.ptr[cut - 2] == '\n' && bytes.ptr[cut - 1] == '\n'))
        cut--;
    if (cut < 2)
        return ERR_NOTE;
    struct bytes rest = {bytes.ptr + cut, bytes.len - cut}, line;
    ret->text = (struct bytes){bytes.ptr, cut - 1};
    ret->line_count = 0;
    while (line_cut(&rest, &line)) {
        if (ret->line_count == NOTE_LINES_MAX)
            return ERR_SIZE;
        enum err err = line_parse(line, &ret->line[ret->line_count++]);
        if (err)
            return err;
    }
    return ret->line_count ? ERR_OK : ERR_NOTE;
}

uint32_t note_key_id(const struct note_key *key) {
    const uint8_t newline = '\n';
    struct digest digest = digest_pieces(
        (struct bytes[]){bytes_str(key->name), {&newline, 1}, {&key->type, 1}, {key->key.b, KEY_LEN}}, 4);
    return be32_get(digest.b);
}

/* The next line of this key from *at on; NULL when there is none. */
static const struct note_line *line_of(const struct note *note, const struct note_key *key, unsigned *at) {
    uint32_t id = note_key_id(key);
    for (; *at < note->line_count; (*at)++)
        if (note->line[*at].key_id == id && bytes_is(note->line[*at].name, key->name))
            return &note->line[(*at)++];
    return NULL;
}

enum err note_verify(const struct note *note, const struct note_key *key, struct signature *ret) {
    unsigned at = 0;
    enum err err = ERR_UNSIGNED;
    for (const struct note_line *line; (line = line_of(note, key, &at));) {
        struct signature signature;
        if (line->payload_len != SIGNATURE_LEN)
            return ERR_SIGNATURE;
        memcpy(signature.b, line->payload, SIGNATURE_LEN);
        err = key_verify(&key->key, note->text, &signature);
        if (err)
            return err;
        *ret = signature;
    }
    return err;
}

enum err note_cosigned(uint8_t *buffer, size_t max, size_t *ret_len, uint64_t time, struct bytes text) {
    static const char first[] = "cosignature/v1\ntime ";
    char digits[20];
    size_t count = 0, len = sizeof first - 1;
    do
        digits[count++] = (char)('0' + time % 10);
    while (time /= 10);
    if (text.len > max || max - text.len < len + count + 1)
        return ERR_FULL;
    memcpy(buffer, first, len);
    while (count)
        buffer[len++] = (uint8_t)digits[--count];
    buffer[len++] = '\n';
    memcpy(buffer + len, text.ptr, text.len);
    *ret_len = len + text.len;
    return ERR_OK;
}

enum err note_verify_cosignature(const struct note *note, const struct note_key *key, uint64_t *ret_time,
                                 struct signature *ret) {
    uint8_t message[NOTE_MAX + 64];
    size_t len;
    unsigned at = 0;
    enum err err = ERR_UNSIGNED;
    for (const struct note_line *line; (line = line_of(note, key, &at));) {
        struct signature signature;
        if (line->payload_len != 8 + SIGNATURE_LEN)
            return ERR_SIGNATURE;
        uint64_t time = be64_get(line->payload);
        memcpy(signature.b, line->payload + 8, SIGNATURE_LEN);
        if (time > INT64_MAX)
            return ERR_SIGNATURE;
        err = note_cosigned(message, sizeof message, &len, time, note->text);
        if (!err)
            err = key_verify(&key->key, (struct bytes){message, len}, &signature);
        if (err)
            return err;
        *ret_time = time;
        *ret = signature;
    }
    return err;
}

static enum err put(uint8_t *buffer, size_t max, size_t *pos, struct bytes data) {
    if (*pos > max || max - *pos < data.len)
        return ERR_FULL;
    memcpy(buffer + *pos, data.ptr, data.len);
    *pos += data.len;
    return ERR_OK;
}

enum err note_begin(uint8_t *buffer, size_t max, size_t *pos, struct bytes text) {
    enum err err = put(buffer, max, pos, text);
    return err ? err : put(buffer, max, pos, bytes_str("\n"));
}

enum err note_add(uint8_t *buffer, size_t max, size_t *pos, const struct note_key *key, uint64_t time,
                  const struct signature *signature) {
    uint8_t raw[4 + 8 + SIGNATURE_LEN];
    size_t len = 4;
    be32_put(raw, note_key_id(key));
    if (key->type == KEY_TYPE_COSIGNATURE) {
        be64_put(raw + len, time);
        len += 8;
    }
    memcpy(raw + len, signature->b, SIGNATURE_LEN);
    enum err err = put(buffer, max, pos, bytes_str(DASH));
    err = err ? err : put(buffer, max, pos, bytes_str(key->name));
    err = err ? err : put(buffer, max, pos, bytes_str(" "));
    err = err ? err : base64_put((char *)buffer, max, pos, (struct bytes){raw, len + SIGNATURE_LEN});
    return err ? err : put(buffer, max, pos, bytes_str("\n"));
}

enum err note_vkey_put(char *to, size_t max, const struct note_key *key) {
    uint8_t id[4], typed[1 + KEY_LEN];
    size_t pos = 0, name_len = strlen(key->name);
    be32_put(id, note_key_id(key));
    typed[0] = key->type;
    memcpy(typed + 1, key->key.b, KEY_LEN);
    if (max < name_len + 1 + 8 + 1 + 1)
        return ERR_FULL;
    memcpy(to, key->name, name_len);
    pos = name_len;
    to[pos++] = '+';
    hex_put(to + pos, id, sizeof id);
    pos += 8;
    to[pos++] = '+';
    return base64_put(to, max, &pos, BYTES(typed));
}

/* The base64 may hold "+": cut at the first two only. */
enum err note_vkey_get(struct bytes text, char name[static KEY_NAME_MAX + 1], struct note_key *ret) {
    uint8_t id[4], typed[1 + KEY_LEN];
    size_t len, at = 0;
    while (at < text.len && text.ptr[at] != '+')
        at++;
    if (at == 0 || at > KEY_NAME_MAX || text.len - at < 10 || text.ptr[at + 9] != '+' ||
        !utf8_clean((struct bytes){text.ptr, at}) || memchr(text.ptr, ' ', at))
        return ERR_KEY;
    if (hex_get(id, 4, (struct bytes){text.ptr + at + 1, 8}) ||
        base64_get(typed, sizeof typed, &len, (struct bytes){text.ptr + at + 10, text.len - at - 10}) ||
        len != sizeof typed)
        return ERR_KEY;
    memcpy(name, text.ptr, at);
    name[at] = '\0';
    struct note_key key = {.name = name, .type = typed[0]};
    memcpy(key.key.b, typed + 1, KEY_LEN);
    if ((key.type != KEY_TYPE_ED25519 && key.type != KEY_TYPE_COSIGNATURE) || key_check(&key.key) ||
        note_key_id(&key) != be32_get(id))
        return ERR_KEY;
    *ret = key;
    return ERR_OK;
}
