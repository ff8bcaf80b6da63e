/* C2SP signed notes: a text, a blank line, and signature lines "— name base64(key id || signature)".
 *
 * A note is never relayed as received: the text and the signatures that verified are kept apart, and the note
 * is built anew, because one bad line of a known key makes other verifiers refuse the whole note. */
#ifndef PROTO_NOTE_H
#define PROTO_NOTE_H

#include "proto/digest.h"
#include "proto/key.h"
#include "proto/limits.h"

struct note_line {
    struct bytes name;
    uint32_t key_id;
    uint8_t payload[8 + SIGNATURE_LEN]; /* what follows the key id */
    size_t payload_len;
};

struct note {
    struct bytes text; /* with its final newline, without the blank line */
    unsigned line_count;
    struct note_line line[NOTE_LINES_MAX];
};

/* A key that may sign: its name and type belong to its identity. */
struct note_key {
    const char *name;
    uint8_t type; /* KEY_TYPE_* */
    struct pubkey key;
};

/* Split a note; verifies nothing.  ret points into bytes.  ERR_NOTE, ERR_UTF8, ERR_BASE64, ERR_SIZE. */
enum err note_parse(struct bytes bytes, struct note *ret) MUST_CHECK;

/* SHA-256(name 0x0a type key), its first four bytes, big-endian. */
uint32_t note_key_id(const struct note_key *key);

/* Find and verify this key's line (type 0x01): ERR_UNSIGNED if there is none, ERR_SIGNATURE if one is wrong.
 */
enum err note_verify(const struct note *note, const struct note_key *key, struct signature *ret) MUST_CHECK;

/* The same for a cosignature (type 0x04), which also carries its time. */
enum err note_verify_cosignature(const struct note *note, const struct note_key *key, uint64_t *ret_time,
                                 struct signature *ret) MUST_CHECK;

/* Begin a note in a buffer: the text and the blank line.  ERR_FULL. */
enum err note_begin(uint8_t *buffer, size_t max, size_t *pos, struct bytes text) MUST_CHECK;

/* Append a signature line; time counts for cosignatures only.  ERR_FULL. */
enum err note_add(uint8_t *buffer, size_t max, size_t *pos, const struct note_key *key, uint64_t time,
                  const struct signature *signature) MUST_CHECK;

/* Verifier key "name+hash+base64(type || key)": write it with a NUL, and read it (name is copied). */
enum err note_vkey_put(char *to, size_t max, const struct note_key *key) MUST_CHECK;
enum err note_vkey_get(struct bytes text, char name[static KEY_NAME_MAX + 1],
                       struct note_key *ret) MUST_CHECK;

/* "cosignature/v1\ntime <t>\n" and the note's text: what a cosignature signs.  ERR_FULL. */
enum err note_cosigned(uint8_t *buffer, size_t max, size_t *ret_len, uint64_t time,
                       struct bytes text) MUST_CHECK;

#endif
