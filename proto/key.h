/* Ed25519 keys and signatures (libsodium; strict verification, the one that all nodes agree on).
 *
 * Secret keys are libsodium's 64 bytes (seed, public key).  Randomness comes from the caller, as a seed. */
#ifndef PROTO_KEY_H
#define PROTO_KEY_H

#include "proto/bytes.h"

#define KEY_LEN 32
#define KEY_SECRET_LEN 64
#define KEY_SEED_LEN 32
#define SIGNATURE_LEN 64

/* Type bytes of C2SP signed notes. */
#define KEY_TYPE_ED25519 0x01
#define KEY_TYPE_COSIGNATURE 0x04

struct pubkey {
    uint8_t b[KEY_LEN];
};

struct signature {
    uint8_t b[SIGNATURE_LEN];
};

bool pubkey_eq(const struct pubkey *a, const struct pubkey *b);

/* ERR_KEY unless it is canonical and of the prime-order group (crypto_core_ed25519_is_valid_point). */
enum err key_check(const struct pubkey *key) MUST_CHECK;

void key_from_seed(const uint8_t seed[static KEY_SEED_LEN], struct pubkey *ret_public,
                   uint8_t ret_secret[static KEY_SECRET_LEN]);
void key_sign(const uint8_t secret[static KEY_SECRET_LEN], struct bytes message, struct signature *ret);

/* ERR_SIGNATURE if the key did not sign this message. */
enum err key_verify(const struct pubkey *key, struct bytes message,
                    const struct signature *signature) MUST_CHECK;

#endif
