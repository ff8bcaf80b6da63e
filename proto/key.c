#include "proto/key.h"

#include <sodium.h>
#include <string.h>

bool pubkey_eq(const struct pubkey *a, const struct pubkey *b) {
    return memcmp(a->b, b->b, KEY_LEN) == 0;
}

/* A small-order key would let anybody sign, and other verifiers would disagree with libsodium about it. */
enum err key_check(const struct pubkey *key) {
    return crypto_core_ed25519_is_valid_point(key->b) == 1 ? ERR_OK : ERR_KEY;
}

void key_from_seed(const uint8_t seed[static KEY_SEED_LEN], struct pubkey *ret_public,
                   uint8_t ret_secret[static KEY_SECRET_LEN]) {
    crypto_sign_seed_keypair(ret_public->b, ret_secret, seed);
}

void key_sign(const uint8_t secret[static KEY_SECRET_LEN], struct bytes message, struct signature *ret) {
    crypto_sign_detached(ret->b, NULL, message.ptr, message.len, secret);
}

enum err key_verify(const struct pubkey *key, struct bytes message, const struct signature *signature) {
    return crypto_sign_verify_detached(signature->b, message.ptr, message.len, key->b) == 0 ? ERR_OK
                                                                                            : ERR_SIGNATURE;
}
