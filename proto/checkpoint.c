#include "proto/checkpoint.h"

#include <string.h>

#include "proto/authority.h"
#include "proto/note.h"

static size_t decimal_put(uint8_t *to, uint64_t value) {
    uint8_t digits[20];
    size_t count = 0, len = 0;
    do
        digits[count++] = (uint8_t)('0' + value % 10);
    while (value /= 10);
    while (count)
        to[len++] = digits[--count];
    return len;
}

struct bytes checkpoint_text(const struct checkpoint *c, uint8_t buffer[static CHECKPOINT_TEXT_MAX]) {
    size_t pos = strlen(c->origin);
    memcpy(buffer, c->origin, pos);
    buffer[pos++] = '\n';
    pos += decimal_put(buffer + pos, c->size);
    buffer[pos++] = '\n';
    /* An origin of 80, 20 digits, base64 of 32 bytes in 44 and three newlines are 147: it fits. */
    (void)!base64_put((char *)buffer, CHECKPOINT_TEXT_MAX, &pos, BYTES(c->root.b));
    buffer[pos++] = '\n';
    return (struct bytes){buffer, pos};
}

enum err checkpoint_parse(struct bytes text, struct checkpoint *ret) {
    struct bytes origin, size, root;
    char network[NETWORK_MAX + 1], code[CODE_LEN + 1];
    size_t len;
    struct checkpoint c;
    struct digest empty = digest_empty();
    if (!line_cut(&text, &origin) || !line_cut(&text, &size) || !line_cut(&text, &root) || text.len)
        return ERR_CHECKPOINT;
    enum err err = origin_check(origin, network, code);
    if (err)
        return err;
    if (decimal_get(&c.size, size))
        return ERR_CHECKPOINT;
    err = base64_get(c.root.b, DIGEST_LEN, &len, root);
    if (err)
        return err == ERR_FULL ? ERR_CHECKPOINT : err;
    if (len != DIGEST_LEN || (c.size == 0 && !digest_eq(&c.root, &empty)))
        return ERR_CHECKPOINT;
    memcpy(c.origin, origin.ptr, origin.len);
    c.origin[origin.len] = '\0';
    *ret = c;
    return ERR_OK;
}

void checkpoint_sign(const struct checkpoint *c, const uint8_t secret[static KEY_SECRET_LEN],
                     struct checkpoint_signature *ret) {
    uint8_t buffer[CHECKPOINT_TEXT_MAX];
    ret->time = 0;
    memcpy(ret->key.b, secret + KEY_SEED_LEN, KEY_LEN);
    key_sign(secret, checkpoint_text(c, buffer), &ret->signature);
}

enum err checkpoint_verify(const struct checkpoint *c, const struct checkpoint_signature *s) {
    uint8_t buffer[CHECKPOINT_TEXT_MAX];
    return key_verify(&s->key, checkpoint_text(c, buffer), &s->signature);
}

/* What a cosignature signs; it always fits. */
static struct bytes cosigned(const struct checkpoint *c, uint64_t time,
                             uint8_t buffer[static CHECKPOINT_TEXT_MAX + 64]) {
    uint8_t text[CHECKPOINT_TEXT_MAX];
    size_t len = 0;
    (void)!note_cosigned(buffer, CHECKPOINT_TEXT_MAX + 64, &len, time, checkpoint_text(c, text));
    return (struct bytes){buffer, len};
}

void checkpoint_cosign(const struct checkpoint *c, uint64_t time, const uint8_t secret[static KEY_SECRET_LEN],
                       struct checkpoint_signature *ret) {
    uint8_t buffer[CHECKPOINT_TEXT_MAX + 64];
    ret->time = time;
    memcpy(ret->key.b, secret + KEY_SEED_LEN, KEY_LEN);
    key_sign(secret, cosigned(c, time, buffer), &ret->signature);
}

enum err checkpoint_verify_cosignature(const struct checkpoint *c, const struct checkpoint_signature *s) {
    uint8_t buffer[CHECKPOINT_TEXT_MAX + 64];
    if (s->time == 0 || s->time > INT64_MAX)
        return ERR_RANGE;
    return key_verify(&s->key, cosigned(c, s->time, buffer), &s->signature);
}

enum err checkpoint_note(const struct checkpoint *c, const struct checkpoint_signature *signature,
                         unsigned count, uint8_t *buffer, size_t max, struct bytes *ret) {
    uint8_t text[CHECKPOINT_TEXT_MAX];
    char name[KEY_NAME_MAX + 1];
    size_t pos = 0;
    enum err err = note_begin(buffer, max, &pos, checkpoint_text(c, text));
    for (unsigned i = 0; i < count && !err; i++) {
        bool witness = signature[i].time != 0;
        struct note_key key = {witness ? name : c->origin, witness ? KEY_TYPE_COSIGNATURE : KEY_TYPE_ED25519,
                               signature[i].key};
        if (witness)
            witness_name(c->origin, &signature[i].key, name);
        err = note_add(buffer, max, &pos, &key, signature[i].time, &signature[i].signature);
    }
    if (!err)
        *ret = (struct bytes){buffer, pos};
    return err;
}
