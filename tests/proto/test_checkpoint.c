/* Checkpoints: one spelling each, refused in every other; signatures and cosignatures. */
#include "proto/checkpoint.h"

#include <stdio.h>
#include <string.h>

#include "proto/note.h"
#include "tests/lib/guard.h"
#include "tests/lib/unhex.h"
#include "tests/test.h"

#define ROOT "8t2RzLvgFaqu4Q7rknZAkvhIs2wr1glSX5H9qUGYxVM="
#define EMPTY "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define ORIGIN "poc.example/fr/0123456789abcdef"

static struct guard guard;

static enum err parse(const char *text, struct checkpoint *ret) {
    size_t len = strlen(text);
    return checkpoint_parse((struct bytes){guard_copy(&guard, text, len), len}, ret);
}

static void round_trips_a_checkpoint(void **state) {
    (void)state;
    static const char *const good[] = {
        ORIGIN "\n0\n" EMPTY "\n", ORIGIN "\n1\n" ROOT "\n", ORIGIN "\n70000\n" ROOT "\n",
        ORIGIN "\n9223372036854775807\n" ROOT "\n", "a.example/zz/0000000000000000\n3\n" ROOT "\n"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct checkpoint c;
        uint8_t buffer[CHECKPOINT_TEXT_MAX];
        CHECK_OK(parse(good[i], &c));
        assert_true(bytes_is(checkpoint_text(&c, buffer), good[i]));
    }
}

static void refuses_every_other_spelling(void **state) {
    (void)state;
    static const struct {
        const char *what, *text;
    } bad[] = {
        {"nothing", ""},
        {"no final newline", ORIGIN "\n3\n" ROOT},
        {"no root", ORIGIN "\n3\n"},
        {"an empty origin", "\n3\n" ROOT "\n"},
        {"CRLF", ORIGIN "\r\n3\r\n" ROOT "\r\n"},
        {"a leading zero", ORIGIN "\n03\n" ROOT "\n"},
        {"a plus", ORIGIN "\n+3\n" ROOT "\n"},
        {"a minus", ORIGIN "\n-3\n" ROOT "\n"},
        {"a space before", ORIGIN "\n 3\n" ROOT "\n"},
        {"a space after", ORIGIN "\n3 \n" ROOT "\n"},
        {"hex", ORIGIN "\n0x3\n" ROOT "\n"},
        {"an exponent", ORIGIN "\n1e3\n" ROOT "\n"},
        {"no number", ORIGIN "\n\n" ROOT "\n"},
        {"2^63", ORIGIN "\n9223372036854775808\n" ROOT "\n"},
        {"2^64", ORIGIN "\n18446744073709551616\n" ROOT "\n"},
        {"2^64+3", ORIGIN "\n18446744073709551619\n" ROOT "\n"},
        {"a root of 31 bytes", ORIGIN "\n3\n8t2RzLvgFaqu4Q7rknZAkvhIs2wr1glSX5H9qUGYxQ==\n"},
        {"a root of 33 bytes", ORIGIN "\n3\n8t2RzLvgFaqu4Q7rknZAkvhIs2wr1glSX5H9qUGYxVMA\n"},
        {"wrong padding bits", ORIGIN "\n3\n8t2RzLvgFaqu4Q7rknZAkvhIs2wr1glSX5H9qUGYxVN=\n"},
        {"no padding", ORIGIN "\n3\n8t2RzLvgFaqu4Q7rknZAkvhIs2wr1glSX5H9qUGYxVM\n"},
        {"the alphabet of URLs", ORIGIN "\n1\n8t2RzLvgFaqu4Q7rknZAkvhIs2wr1glSX5H9qUGY_VM=\n"},
        {"an empty tree with a root", ORIGIN "\n0\n" ROOT "\n"},
        {"an extension line", ORIGIN "\n3\n" ROOT "\nmore\n"},
        {"an empty extension line", ORIGIN "\n3\n" ROOT "\n\n"},
        {"an origin that is too long",
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n3\n" ROOT "\n"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct checkpoint c;
        if (parse(bad[i].text, &c) == ERR_OK)
            fail_msg("%s: accepted", bad[i].what);
    }
    const char good[] = ORIGIN "\n3\n" ROOT "\n";
    for (size_t cut = 0; cut < strlen(good); cut++) {
        struct checkpoint c;
        CHECK_REFUSED(checkpoint_parse((struct bytes){guard_copy(&guard, good, cut), cut}, &c));
    }
}

static struct checkpoint some(void) {
    struct checkpoint c;
    CHECK_OK(parse(ORIGIN "\n3\n" ROOT "\n", &c));
    return c;
}

static void signs_and_cosigns_each_in_its_own_domain(void **state) {
    (void)state;
    struct checkpoint c = some(), other;
    uint8_t seed[KEY_SEED_LEN] = {9}, secret[KEY_SECRET_LEN];
    struct pubkey public;
    struct checkpoint_signature plain, timed, moved;
    key_from_seed(seed, &public, secret);
    checkpoint_sign(&c, secret, &plain);
    assert_true(pubkey_eq(&plain.key, &public));
    assert_int_equal(plain.time, 0);
    CHECK_OK(checkpoint_verify(&c, &plain));
    checkpoint_cosign(&c, 1700000000, secret, &timed);
    assert_int_equal(timed.time, 1700000000);
    CHECK_OK(checkpoint_verify_cosignature(&c, &timed));
    /* One is never taken for the other, nor for another time, size, root or origin. */
    CHECK_ERR(checkpoint_verify(&c, &timed), ERR_SIGNATURE);
    moved = plain;
    moved.time = 1700000000;
    CHECK_ERR(checkpoint_verify_cosignature(&c, &moved), ERR_SIGNATURE);
    moved = timed;
    moved.time++;
    CHECK_ERR(checkpoint_verify_cosignature(&c, &moved), ERR_SIGNATURE);
    other = c;
    other.size++;
    CHECK_ERR(checkpoint_verify(&other, &plain), ERR_SIGNATURE);
    CHECK_ERR(checkpoint_verify_cosignature(&other, &timed), ERR_SIGNATURE);
    other = c;
    other.root.b[0] ^= 1;
    CHECK_ERR(checkpoint_verify(&other, &plain), ERR_SIGNATURE);
    other = c;
    other.origin[0] ^= 1;
    CHECK_ERR(checkpoint_verify(&other, &plain), ERR_SIGNATURE);
    for (unsigned bit = 0; bit < 8 * SIGNATURE_LEN; bit++) {
        moved = plain;
        moved.signature.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK_ERR(checkpoint_verify(&c, &moved), ERR_SIGNATURE);
    }
}

static void builds_a_note_that_a_verifier_of_notes_accepts(void **state) {
    (void)state;
    struct checkpoint c = some();
    struct checkpoint_signature signature[2];
    uint8_t seed[KEY_SEED_LEN] = {9}, secret[KEY_SECRET_LEN], buffer[NOTE_MAX];
    struct pubkey operator_key, witness;
    key_from_seed(seed, &operator_key, secret);
    checkpoint_sign(&c, secret, &signature[0]);
    seed[0] = 10;
    key_from_seed(seed, &witness, secret);
    checkpoint_cosign(&c, 1700000000, secret, &signature[1]);
    struct bytes bytes;
    CHECK_OK(checkpoint_note(&c, signature, 2, buffer, sizeof(buffer), &bytes));
    struct note note;
    CHECK_OK(note_parse(bytes, &note));
    assert_int_equal(note.line_count, 2);
    assert_true(bytes_is(note.text, ORIGIN "\n3\n" ROOT "\n"));
    /* Design 2.1: the key name of a checkpoint is its origin, of a witness <origin>/w/<16 hex>.  Whose
     * origin, the name itself says. */
    struct note_key key = {ORIGIN, KEY_TYPE_ED25519, operator_key};
    struct signature got;
    uint64_t time;
    CHECK_OK(note_verify(&note, &key, &got));
    char name[KEY_NAME_MAX + 1];
    assert_true(note.line[1].name.len <= KEY_NAME_MAX);
    memcpy(name, note.line[1].name.ptr, note.line[1].name.len);
    name[note.line[1].name.len] = 0;
    key = (struct note_key){name, KEY_TYPE_COSIGNATURE, witness};
    CHECK_OK(note_verify_cosignature(&note, &key, &time, &got));
    assert_int_equal(time, 1700000000);
    for (size_t max = 0; max < bytes.len; max++) {
        struct bytes out;
        CHECK_ERR(checkpoint_note(&c, signature, 2, buffer, max, &out), ERR_FULL);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips_a_checkpoint),
        cmocka_unit_test(refuses_every_other_spelling),
        cmocka_unit_test(signs_and_cosigns_each_in_its_own_domain),
        cmocka_unit_test(builds_a_note_that_a_verifier_of_notes_accepts),
    };
    guard_open(&guard, 4096);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    guard_close(&guard);
    return failed;
}
