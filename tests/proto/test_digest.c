/* Digests, against FIPS 180-4, RFC 6962, and libsodium's SHA-256 as an independent one. */
#include "proto/digest.h"

#include <sodium.h>
#include <string.h>

#include "tests/lib/unhex.h"
#include "tests/test.h"

static void is(struct digest got, const char *hex) {
    uint8_t want[DIGEST_LEN];
    assert_int_equal(unhex(want, sizeof(want), hex), DIGEST_LEN);
    assert_memory_equal(got.b, want, DIGEST_LEN);
}

static void hashes_the_vectors_of_fips_180(void **state) {
    (void)state;
    is(digest_of(bytes_str("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    is(digest_of(bytes_str("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    is(digest_of(bytes_str("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void hashes_the_vectors_of_rfc_6962(void **state) {
    (void)state;
    is(digest_empty(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    is(digest_leaf(bytes_str("")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    is(digest_leaf(bytes_str("L123456")), "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
    /* The vector's children are texts, not digests, so it is rebuilt from pieces. */
    struct bytes pieces[] = {{(const uint8_t *)"\x01", 1}, bytes_str("N123"), bytes_str("N456")};
    is(digest_pieces(pieces, 3), "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb");
    /* And an inner node of real digests: leaves "" and 00 of the eight-leaf tree. */
    struct digest a = digest_leaf(bytes_str("")), b = digest_leaf((struct bytes){(const uint8_t *)"", 1});
    is(digest_node(&a, &b), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
}

static void agrees_with_libsodium_at_every_length_and_cut(void **state) {
    (void)state;
    uint8_t data[300];
    struct dice dice = {7};
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)dice_throw(&dice);
    for (size_t len = 0; len <= sizeof(data); len++) {
        uint8_t want[DIGEST_LEN];
        crypto_hash_sha256(want, data, len);
        struct digest got = digest_of((struct bytes){data, len});
        assert_memory_equal(got.b, want, DIGEST_LEN);
        size_t cut = (size_t)dice_below(&dice, len + 1);
        struct bytes pieces[] = {{data, cut}, {NULL, 0}, {data + cut, len - cut}};
        got = digest_pieces(pieces, 3);
        assert_memory_equal(got.b, want, DIGEST_LEN);
    }
    uint8_t want[DIGEST_LEN], leaf[1 + sizeof(data)] = {0};
    memcpy(leaf + 1, data, sizeof(data));
    crypto_hash_sha256(want, leaf, sizeof(leaf));
    assert_memory_equal(digest_leaf(BYTES(data)).b, want, DIGEST_LEN);
}

static void commits_to_a_part_under_its_domain_class_and_salt(void **state) {
    (void)state;
    uint8_t salt[SALT_LEN], message[15 + 1 + SALT_LEN + 5], want[DIGEST_LEN];
    for (size_t i = 0; i < SALT_LEN; i++)
        salt[i] = (uint8_t)i;
    memcpy(message, "comity/part/v1", 15); /* with its NUL */
    for (uint8_t class = 0; class < PART_CLASSES; class ++) {
        message[15] = class;
        memcpy(message + 16, salt, SALT_LEN);
        memcpy(message + 16 + SALT_LEN, "hello", 5);
        crypto_hash_sha256(want, message, sizeof(message));
        struct digest got = digest_part(class, salt, bytes_str("hello"));
        assert_memory_equal(got.b, want, DIGEST_LEN);
    }
}

static void tells_digests_apart_by_every_bit(void **state) {
    (void)state;
    struct digest a = digest_empty(), b = a;
    assert_true(digest_eq(&a, &b));
    for (unsigned bit = 0; bit < 8 * DIGEST_LEN; bit++) {
        b = a;
        b.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(digest_eq(&a, &b));
    }
}

static void hashes_again_after_a_thread_is_done(void **state) {
    (void)state;
    digest_thread_done();
    digest_thread_done();
    is(digest_of(bytes_str("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_the_vectors_of_fips_180),
        cmocka_unit_test(hashes_the_vectors_of_rfc_6962),
        cmocka_unit_test(agrees_with_libsodium_at_every_length_and_cut),
        cmocka_unit_test(commits_to_a_part_under_its_domain_class_and_salt),
        cmocka_unit_test(tells_digests_apart_by_every_bit),
        cmocka_unit_test(hashes_again_after_a_thread_is_done),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    digest_thread_done();
    return failed;
}
