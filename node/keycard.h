/* Key cards: the public half of keys, which travels to whoever proposes an authority note.
 *
 *     comity-card/v1
 *     name <network>/<code>
 *     root <base64 of type || key>          or: operator <base64 of type || key>
 *     next <base64 SHA-256 of type || key>  of a custodian: commits to the key after this one
 *
 * No secret is in it; a forged one is noticed when the custodians read the note that they sign. */
#ifndef NODE_KEYCARD_H
#define NODE_KEYCARD_H

#include "node/keyfile.h"

#define KEYCARD_MAX 512

struct keycard {
    enum keyfile_kind kind;
    char name[KEY_NAME_MAX + 1];
    struct pubkey key;
    struct digest next; /* of a root key */
};

/* ERR_VERSION: not of this form; ERR_SCHEMA, ERR_BASE64, ERR_KEY, ERR_NAME, ERR_TRAILING. */
enum err keycard_parse(struct bytes text, struct keycard *ret) MUST_CHECK;
enum err keycard_print(const struct keycard *card, char *buffer, size_t max, struct bytes *ret) MUST_CHECK;

#endif
