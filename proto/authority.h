/* Authority notes (design 2.2): the chain of texts that says which keys may sign a State's log.
 *
 * A note's identity is the SHA-256 of its text; its signatures prove it but are not part of it.  Epoch 0 is
 * judged here; what may follow it is proto/chain.h. */
#ifndef PROTO_AUTHORITY_H
#define PROTO_AUTHORITY_H

#include "proto/digest.h"
#include "proto/key.h"
#include "proto/limits.h"

struct authority {
    char network[NETWORK_MAX + 1];
    char code[CODE_LEN + 1];
    uint64_t epoch;
    bool has_prev;
    struct digest prev;
    uint64_t anchor_size;
    struct digest anchor_root;
    uint64_t max;
    unsigned root_need, root_count;
    struct pubkey root[ROOT_KEYS_MAX];
    unsigned next_need, next_count;
    struct digest next[ROOT_KEYS_MAX]; /* SHA-256(type || key) of the next epoch's root keys */
    unsigned operator_count;
    struct pubkey operator_key[OPERATOR_KEYS_MAX];
    struct digest hash; /* of the text; set by authority_parse and authority_write */
};

/* A root signature, by its position in the note's root list. */
struct authority_signature {
    struct pubkey key;
    struct signature signature;
};

/* ERR_NAME unless it is 1 to 60 of [a-z0-9.-], or two lower-case letters. */
enum err authority_check_network(struct bytes name) MUST_CHECK;
enum err authority_check_code(struct bytes code) MUST_CHECK;

/* Read a text; every key is checked and counted once.  ERR_AUTHORITY, _NAME, _KEY, _KEY_TWICE, _BASE64,
 * _RANGE, _SIZE. */
enum err authority_parse(struct bytes text, struct authority *ret) MUST_CHECK;

/* Write the text of a note; it parses back to the same.  Sets a->hash.  ERR_FULL. */
enum err authority_write(struct authority *a, uint8_t *buffer, size_t max, struct bytes *ret) MUST_CHECK;

/* Commitment of a root key in an earlier note's "next". */
struct digest authority_commitment(const struct pubkey *key);

/* Epoch 0 only: signed by m distinct of its own roots, prev "-", anchor empty.  ERR_EPOCH, ERR_UNSIGNED. */
enum err authority_check_first(const struct authority *a, struct bytes text,
                               const struct authority_signature *signature, unsigned count) MUST_CHECK;

/* How many distinct keys have signed a text: of a note's root keys, and of those that its next commits to.  A
 * signature that does not verify counts for nothing. */
unsigned authority_count_roots(const struct authority *a, struct bytes text,
                               const struct authority_signature *signature, unsigned count);
unsigned authority_count_committed(const struct authority *a, struct bytes text,
                                   const struct authority_signature *signature, unsigned count);

/* Whether the key is one of its roots; whether it may sign checkpoints in this epoch; whether its next
 * commits to it. */
bool authority_has_root(const struct authority *a, const struct pubkey *key);
bool authority_has_operator(const struct authority *a, const struct pubkey *key);
bool authority_has_commitment(const struct authority *a, const struct pubkey *key);

/* <network>/<code>/<16 hex> of an epoch-0 note, and the log id: the first 16 bytes of SHA-256(origin). */
void authority_origin(const struct authority *first, char ret[static ORIGIN_MAX + 1]);
void origin_log_id(const char *origin, uint8_t ret[static LOG_ID_LEN]);

/* Split an origin: ERR_NAME unless it follows 2.1. */
enum err origin_check(struct bytes origin, char ret_network[static NETWORK_MAX + 1],
                      char ret_code[static CODE_LEN + 1]) MUST_CHECK;

/* The key name of root keys: <network>/<code>. */
void authority_root_name(const struct authority *a, char ret[static KEY_NAME_MAX + 1]);

/* The key name of a witness key: <origin>/w/<16 hex>. */
void witness_name(const char *origin, const struct pubkey *key, char ret[static KEY_NAME_MAX + 1]);

#endif
