/* Ed25519 as strict as all nodes must be alike: RFC 8032's vector, small orders, malleability, bit flips. */
#include "proto/key.h"

#include <string.h>

#include "tests/lib/unhex.h"
#include "tests/test.h"

static struct pubkey key_of(const char *hex) {
    struct pubkey key;
    assert_int_equal(unhex(key.b, sizeof(key.b), hex), KEY_LEN);
    return key;
}

static void signs_as_rfc_8032_does(void **state) {
    (void)state;
    uint8_t seed[KEY_SEED_LEN], secret[KEY_SECRET_LEN], message[] = {0x72}, want[SIGNATURE_LEN];
    struct pubkey public, known = key_of("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    struct signature signature;
    unhex(seed, sizeof(seed), "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    unhex(want, sizeof(want),
          "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
          "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    key_from_seed(seed, &public, secret);
    assert_true(pubkey_eq(&public, &known));
    CHECK_OK(key_check(&public));
    key_sign(secret, BYTES(message), &signature);
    assert_memory_equal(signature.b, want, SIGNATURE_LEN);
    CHECK_OK(key_verify(&public, BYTES(message), &signature));
}

static void refuses_all_512_bit_flips_of_a_signature_and_every_flip_of_message_and_key(void **state) {
    (void)state;
    uint8_t seed[KEY_SEED_LEN] = {1}, secret[KEY_SECRET_LEN], message[] = "three words here";
    struct pubkey public;
    struct signature good, bad;
    key_from_seed(seed, &public, secret);
    key_sign(secret, BYTES(message), &good);
    for (unsigned bit = 0; bit < 8 * SIGNATURE_LEN; bit++) {
        bad = good;
        bad.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK_ERR(key_verify(&public, BYTES(message), &bad), ERR_SIGNATURE);
    }
    for (unsigned bit = 0; bit < 8 * sizeof(message); bit++) {
        message[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK_ERR(key_verify(&public, BYTES(message), &good), ERR_SIGNATURE);
        message[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (unsigned bit = 0; bit < 8 * KEY_LEN; bit++) {
        struct pubkey other = public;
        other.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK_REFUSED(key_verify(&other, BYTES(message), &good));
    }
    CHECK_ERR(key_verify(&public, (struct bytes){message, sizeof(message) - 1}, &good), ERR_SIGNATURE);
}

static void refuses_a_signature_whose_scalar_is_not_reduced(void **state) {
    (void)state;
    /* S + L is the same scalar in another spelling. */
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                      0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    uint8_t seed[KEY_SEED_LEN] = {2}, secret[KEY_SECRET_LEN], message[] = "m";
    struct pubkey public;
    struct signature s;
    key_from_seed(seed, &public, secret);
    key_sign(secret, BYTES(message), &s);
    unsigned carry = 0;
    for (unsigned i = 0; i < 32; i++) {
        carry += (unsigned)s.b[32 + i] + order[i];
        s.b[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    CHECK_ERR(key_verify(&public, BYTES(message), &s), ERR_SIGNATURE);
}

/* Go's verifier accepts some of these for any message; here none is ever a key. */
static void refuses_keys_of_small_order_and_other_spellings(void **state) {
    (void)state;
    static const char *const bad[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "0200000000000000000000000000000000000000000000000000000000000000",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    struct signature forged = {{1}};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct pubkey key = key_of(bad[i]);
        if (key_check(&key) != ERR_KEY)
            fail_msg("%s: accepted", bad[i]);
        CHECK_REFUSED(key_verify(&key, bytes_str("any message"), &forged));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_as_rfc_8032_does),
        cmocka_unit_test(refuses_all_512_bit_flips_of_a_signature_and_every_flip_of_message_and_key),
        cmocka_unit_test(refuses_a_signature_whose_scalar_is_not_reduced),
        cmocka_unit_test(refuses_keys_of_small_order_and_other_spellings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
