#include "tests/sim/vsign.h"

#include <sodium.h>
#include <string.h>

static bool real;
void (*vsign_watch)(const uint8_t key[static KEY_LEN], struct bytes message);

void vsign_real(bool on) {
    real = on;
}

#define WRAP(type, name, parameters)                                                                         \
    type __real_##name parameters;                                                                           \
    type __wrap_##name parameters;                                                                           \
    type __wrap_##name parameters

static void hash_of(const uint8_t *key, const uint8_t *message, size_t len,
                    uint8_t ret[static SIGNATURE_LEN]) {
    crypto_generichash(ret, SIGNATURE_LEN, message, len, key, KEY_LEN);
}

WRAP(int, crypto_sign_seed_keypair, (unsigned char *key, unsigned char *secret, const unsigned char *seed)) {
    if (real)
        return __real_crypto_sign_seed_keypair(key, secret, seed);
    crypto_generichash(key, KEY_LEN, seed, KEY_SEED_LEN, NULL, 0);
    memcpy(secret, seed, KEY_SEED_LEN);
    memcpy(secret + KEY_SEED_LEN, key, KEY_LEN);
    return 0;
}

WRAP(int, crypto_sign_detached,
     (unsigned char *signature, unsigned long long *signature_len, const unsigned char *message,
      unsigned long long len, const unsigned char *secret)) {
    if (vsign_watch)
        vsign_watch(secret + KEY_SEED_LEN, (struct bytes){message, (size_t)len});
    if (real)
        return __real_crypto_sign_detached(signature, signature_len, message, len, secret);
    hash_of(secret + KEY_SEED_LEN, message, (size_t)len, signature);
    return 0;
}

WRAP(int, crypto_sign_verify_detached,
     (const unsigned char *signature, const unsigned char *message, unsigned long long len,
      const unsigned char *key)) {
    uint8_t wanted[SIGNATURE_LEN];
    if (real)
        return __real_crypto_sign_verify_detached(signature, message, len, key);
    hash_of(key, message, (size_t)len, wanted);
    return memcmp(wanted, signature, SIGNATURE_LEN) ? -1 : 0;
}

WRAP(int, crypto_core_ed25519_is_valid_point, (const unsigned char *key)) {
    return real ? __real_crypto_core_ed25519_is_valid_point(key) : 1;
}

WRAP(int, crypto_scalarmult_base, (unsigned char *point, const unsigned char *number)) {
    if (real)
        return __real_crypto_scalarmult_base(point, number);
    return crypto_generichash(point, KEY_LEN, number, KEY_LEN, NULL, 0);
}

bool vsign_made(const uint8_t key[static KEY_LEN], struct bytes message,
                const uint8_t signature[static SIGNATURE_LEN]) {
    return __wrap_crypto_sign_verify_detached(signature, message.ptr, message.len, key) == 0;
}
