/* Signatures for simulations: libsodium's Ed25519, or a keyed hash in its place that costs a hundredth.
 *
 * Whoever has a secret key can sign with it, and nobody else does: so an actor who is given only its own keys
 * is as bound by this as by the real thing.  Every signature is shown to who watches. */
#ifndef TESTS_SIM_VSIGN_H
#define TESTS_SIM_VSIGN_H

#include "proto/key.h"

void vsign_real(bool real);

/* Called for each signature that is made. */
extern void (*vsign_watch)(const uint8_t key[static KEY_LEN], struct bytes message);

/* Whether the signature is this key's of this message, without any of proto/. */
bool vsign_made(const uint8_t key[static KEY_LEN], struct bytes message,
                const uint8_t signature[static SIGNATURE_LEN]);

#endif
