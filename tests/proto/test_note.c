/* Signed notes, against the examples of C2SP and of Go's sumdb, and a toy log that Go has verified. */
#include "proto/note.h"

#include <stdio.h>
#include <string.h>

#include "proto/digest.h"
#include "tests/lib/guard.h"
#include "tests/lib/unhex.h"
#include "tests/test.h"

#define DASH "\xe2\x80\x94 "

static const char foo_vkey[] = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
static const char foo_note[] =
    "This is an example message.\n\n" DASH "example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

static const char peter_vkey[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char peter_note[] =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem "
    "is.\n\n" DASH "PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

static const char zz_vkey[] = "toy.example/state/ZZ+7cfade97+AQFw19WO8kNlSsozYAUaWR3INr7iUVz472CT9Mg8YQ3m";
static const char yy_vkey[] = "toy.example/state/YY/w+fe4d3045+BCxH9dEIlAKhLDpap5D8QhzkYwbrQ8v6D/NR+l8H0I5l";
static const char xx_vkey[] = "toy.example/state/XX/w+d71209c4+BL48IkpYAINp42VbRNKHkKfH9qoWrpWXpjTCoGlpXUVs";
#define TOY_TEXT "toy.example/state/ZZ\n3\n8t2RzLvgFaqu4Q7rknZAkvhIs2wr1glSX5H9qUGYxVM=\n"
static const char toy_note[] = TOY_TEXT
    "\n" DASH "toy.example/state/ZZ "
    "fPrel4SnQcBzcS1HTcGM8PSgihypHDU1J8EO1iY/gAJtP8i/ZwUCIN0zhbieALJG6rJIswOkuTcFyRMwtfHKrTu9sAw=\n" DASH
    "toy.example/state/YY/w "
    "/k0wRQAAAABlU/EAY/qtydY7Tv+K7Ppvn2Q/lk+BUmHOg1CCxaVFdqpoFoogbc2p6eual/"
    "6l3BEWVQ3cmY3Sk+uys89BT5pIjcrYAg==\n" DASH "toy.example/state/XX/w "
    "1xIJxAAAAABlU/EBES19O2kT0r6qFm7U7xxnT2eaIKhrWWJTiGoDGBhrQW/xk9FKh8933aq8TBOyhiPTYeFwlJaj/"
    "yNLl8GIxrwpDA==\n";

static struct guard guard;
static char names[4][KEY_NAME_MAX + 1];

static struct note_key vkey(const char *text, unsigned slot) {
    struct note_key key;
    CHECK_OK(note_vkey_get(bytes_str(text), names[slot], &key));
    key.name = names[slot];
    return key;
}

static void verifies_the_example_of_c2sp(void **state) {
    (void)state;
    struct note note;
    struct signature signature;
    struct note_key key = vkey(foo_vkey, 0);
    assert_string_equal(key.name, "example.com/foo");
    assert_int_equal(key.type, KEY_TYPE_ED25519);
    assert_true(note_key_id(&key) == 0x530d903au);
    CHECK_OK(note_parse(bytes_str(foo_note), &note));
    assert_true(bytes_is(note.text, "This is an example message.\n"));
    assert_int_equal(note.line_count, 1);
    CHECK_OK(note_verify(&note, &key, &signature));
}

static void verifies_the_example_of_go(void **state) {
    (void)state;
    struct note note;
    struct signature signature;
    struct note_key key = vkey(peter_vkey, 0), other = vkey(foo_vkey, 1);
    CHECK_OK(note_parse(bytes_str(peter_note), &note));
    CHECK_OK(note_verify(&note, &key, &signature));
    CHECK_ERR(note_verify(&note, &other, &signature), ERR_UNSIGNED);
}

static void verifies_the_toy_log_with_its_cosignatures(void **state) {
    (void)state;
    struct note note;
    struct signature signature;
    uint64_t time = 0;
    struct note_key zz = vkey(zz_vkey, 0), yy = vkey(yy_vkey, 1), xx = vkey(xx_vkey, 2);
    assert_int_equal(yy.type, KEY_TYPE_COSIGNATURE);
    CHECK_OK(note_parse(bytes_str(toy_note), &note));
    assert_true(bytes_is(note.text, TOY_TEXT));
    assert_int_equal(note.line_count, 3);
    CHECK_OK(note_verify(&note, &zz, &signature));
    CHECK_OK(note_verify_cosignature(&note, &yy, &time, &signature));
    assert_int_equal(time, 1700000000);
    CHECK_OK(note_verify_cosignature(&note, &xx, &time, &signature));
    assert_int_equal(time, 1700000001);
}

/* The toy keys' seeds are SHA-256("comity toy seed " + name): so the note can be made again, byte for byte.
 */
static void makes_the_toy_note_again_byte_for_byte(void **state) {
    (void)state;
    static const struct {
        const char *vkey;
        uint64_t time;
    } signer[] = {{zz_vkey, 0}, {yy_vkey, 1700000000}, {xx_vkey, 1700000001}};
    uint8_t buffer[2048];
    size_t pos = 0;
    CHECK_OK(note_begin(buffer, sizeof(buffer), &pos, bytes_str(TOY_TEXT)));
    for (unsigned i = 0; i < 3; i++) {
        struct note_key key = vkey(signer[i].vkey, 0);
        char seed_text[200];
        uint8_t secret[KEY_SECRET_LEN], message[512];
        size_t len;
        struct pubkey public;
        struct signature signature;
        snprintf(seed_text, sizeof(seed_text), "comity toy seed %s", key.name);
        struct digest seed = digest_of(bytes_str(seed_text));
        key_from_seed(seed.b, &public, secret);
        assert_true(pubkey_eq(&public, &key.key));
        struct bytes signed_bytes = bytes_str(TOY_TEXT);
        if (key.type == KEY_TYPE_COSIGNATURE) {
            CHECK_OK(note_cosigned(message, sizeof(message), &len, signer[i].time, signed_bytes));
            signed_bytes = (struct bytes){message, len};
        }
        key_sign(secret, signed_bytes, &signature);
        CHECK_OK(note_add(buffer, sizeof(buffer), &pos, &key, signer[i].time, &signature));
    }
    assert_int_equal(pos, strlen(toy_note));
    assert_memory_equal(buffer, toy_note, pos);
    /* In every buffer that is too small it says so. */
    for (size_t max = 0; max < 400; max += 7) {
        struct signature signature = {{0}};
        struct note_key key = vkey(zz_vkey, 0);
        size_t at = 0;
        enum err err = note_begin(buffer, max, &at, bytes_str(TOY_TEXT));
        if (!err)
            err = note_add(buffer, max, &at, &key, 0, &signature);
        if (err)
            CHECK_ERR(err, ERR_FULL);
        assert_true(at <= max || err);
    }
}

static void writes_a_cosigned_message_as_the_standard_says(void **state) {
    (void)state;
    uint8_t buffer[128];
    size_t len = 0;
    CHECK_OK(note_cosigned(buffer, sizeof(buffer), &len, 1700000000, bytes_str("a\n")));
    assert_true(bytes_is((struct bytes){buffer, len}, "cosignature/v1\ntime 1700000000\na\n"));
    CHECK_OK(note_cosigned(buffer, sizeof(buffer), &len, 0, bytes_str("a\n")));
    assert_true(bytes_is((struct bytes){buffer, len}, "cosignature/v1\ntime 0\na\n"));
    for (size_t max = 0; max < len; max++)
        CHECK_ERR(note_cosigned(buffer, max, &len, 0, bytes_str("a\n")), ERR_FULL);
}

static void round_trips_verifier_keys_and_refuses_malformed_ones(void **state) {
    (void)state;
    static const char *const good[] = {foo_vkey, peter_vkey, zz_vkey, yy_vkey, xx_vkey};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        char text[256];
        struct note_key key = vkey(good[i], 0);
        CHECK_OK(note_vkey_put(text, sizeof(text), &key));
        assert_string_equal(text, good[i]);
        for (size_t max = 0; max <= strlen(good[i]); max++)
            CHECK_ERR(note_vkey_put(text, max, &key), ERR_FULL);
        for (size_t cut = 0; cut < strlen(good[i]); cut++)
            CHECK_REFUSED(note_vkey_get((struct bytes){(const uint8_t *)good[i], cut}, names[1], &key));
    }
    static const char *const bad[] = {
        "",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",                   /* no name */
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",    /* another id */
        "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",    /* another name */
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",    /* capitals */
        "example.com/foo+530d903+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",     /* a short id */
        "example.com/foo +530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",   /* a space */
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n",  /* a newline */
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2kAA==" /* a longer key */
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct note_key key;
        if (note_vkey_get(bytes_str(bad[i]), names[1], &key) == ERR_OK)
            fail_msg("%s: accepted", bad[i]);
    }
}

static void refuses_malformed_notes(void **state) {
    (void)state;
    static const struct {
        const char *what, *text;
    } bad[] = {
        {"nothing", ""},
        {"no signature", "text\n"},
        {"no signature line", "text\n\n"},
        {"no blank line", "text\n" DASH "a AAAAAAA=\n"},
        {"no final newline", "text\n\n" DASH "a AAAAAAAA"},
        {"CRLF", "text\r\n\r\n" DASH "a AAAAAAAA\r\n"},
        {"a hyphen for the dash", "text\n\n- a AAAAAAAA\n"},
        {"an en dash", "text\n\n\xe2\x80\x93 a AAAAAAAA\n"},
        {"no space after the dash", "text\n\n\xe2\x80\x94"
                                    "a AAAAAAAA\n"},
        {"a space at the end", "text\n\n" DASH "a AAAAAAAA \n"},
        {"two spaces", "text\n\n" DASH "a  AAAAAAAA\n"},
        {"a tab", "text\n\n" DASH "a\tAAAAAAAA\n"},
        {"a tab in the text", "te\txt\n\n" DASH "a AAAAAAAA\n"},
        {"an empty name", "text\n\n" DASH " AAAAAAAA\n"},
        {"a plus in the name", "text\n\n" DASH "a+b AAAAAAAA\n"},
        {"no base64", "text\n\n" DASH "a \n"},
        {"base64 without padding", "text\n\n" DASH "a AAAAAAA\n"},
        {"wrong padding bits", "text\n\n" DASH "a AAAAAAB=\n"},
        {"a key id and nothing", "text\n\n" DASH "a AAAAAA==\n"},
        {"not UTF-8", "te\xff"
                      "xt\n\n" DASH "a AAAAAAAA\n"},
        {"ESC", "te\x1b[2Jxt\n\n" DASH "a AAAAAAAA\n"},
        {"text after the signatures", "text\n\n" DASH "a AAAAAAAA\nmore\n"},
        {"a blank line at the end", "text\n\n" DASH "a AAAAAAAA\n\n"},
    };
    struct note note;
    CHECK_OK(note_parse(bytes_str("text\n\n" DASH "a AAAAAAA=\n"), &note));
    CHECK_OK(note_parse(bytes_str("te\n\n\nxt\n\n" DASH "a AAAAAAA=\n"), &note));
    assert_true(bytes_is(note.text, "te\n\n\nxt\n"));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (note_parse(bytes_str(bad[i].text), &note) == ERR_OK)
            fail_msg("%s: accepted", bad[i].what);
}

static void reads_no_byte_beyond_a_truncated_note(void **state) {
    (void)state;
    struct note_key zz = vkey(zz_vkey, 0), xx = vkey(xx_vkey, 1);
    size_t len = strlen(toy_note);
    for (size_t cut = 0; cut < len; cut++) {
        struct note note;
        struct signature signature;
        uint64_t time;
        const uint8_t *at = guard_copy(&guard, toy_note, cut);
        if (note_parse((struct bytes){at, cut}, &note) != ERR_OK)
            continue;
        /* What is left may be a note of fewer lines, never one of other lines. */
        assert_true(note.line_count < 3);
        CHECK_ERR(note_verify_cosignature(&note, &xx, &time, &signature), ERR_UNSIGNED);
        CHECK_OK(note_verify(&note, &zz, &signature));
    }
}

static void refuses_every_bit_flip_of_what_it_verifies(void **state) {
    (void)state;
    struct note_key zz = vkey(zz_vkey, 0), yy = vkey(yy_vkey, 1);
    size_t len = strlen(toy_note), first_line = strlen(TOY_TEXT) + 1;
    size_t second_line = first_line + strcspn(toy_note + first_line, "\n") + 1;
    size_t third_line = second_line + strcspn(toy_note + second_line, "\n") + 1;
    for (size_t bit = 0; bit < 8 * len; bit++) {
        char flipped[sizeof(toy_note)];
        memcpy(flipped, toy_note, sizeof(toy_note));
        flipped[bit / 8] = (char)(flipped[bit / 8] ^ (1 << bit % 8));
        struct note note;
        struct signature signature;
        uint64_t time;
        if (note_parse((struct bytes){guard_copy(&guard, flipped, len), len}, &note) != ERR_OK)
            continue;
        size_t at = bit / 8;
        if (at < second_line)
            CHECK_REFUSED(note_verify(&note, &zz, &signature));
        if (at < first_line || (at >= second_line && at < third_line))
            CHECK_REFUSED(note_verify_cosignature(&note, &yy, &time, &signature));
    }
}

static void ignores_unknown_lines_and_refuses_a_bad_line_of_a_known_key(void **state) {
    (void)state;
    char text[2048];
    struct note note;
    struct signature signature;
    struct note_key foo = vkey(foo_vkey, 0);
    snprintf(text, sizeof(text), "%s" DASH "stranger AAAAAAA=\n", foo_note);
    CHECK_OK(note_parse(bytes_str(text), &note));
    CHECK_OK(note_verify(&note, &foo, &signature));
    /* Known name and id, other bytes: whoever appended it lies in this key's name. */
    snprintf(text, sizeof(text),
             "%s" DASH "example.com/foo "
             "Uw2QOgn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
             foo_note);
    CHECK_OK(note_parse(bytes_str(text), &note));
    CHECK_ERR(note_verify(&note, &foo, &signature), ERR_SIGNATURE);
    /* The same with a payload of another length. */
    snprintf(text, sizeof(text), "%s" DASH "example.com/foo Uw2QOgAA\n", foo_note);
    CHECK_OK(note_parse(bytes_str(text), &note));
    CHECK_ERR(note_verify(&note, &foo, &signature), ERR_SIGNATURE);
}

static void takes_lines_and_bytes_up_to_the_bounds(void **state) {
    (void)state;
    static char text[NOTE_MAX + 2];
    for (unsigned lines = NOTE_LINES_MAX - 1; lines <= NOTE_LINES_MAX + 1; lines++) {
        int at = snprintf(text, sizeof(text), "text\n\n");
        for (unsigned i = 0; i < lines; i++)
            at += snprintf(text + at, sizeof(text) - (size_t)at, DASH "k%u AAAAAAA=\n", i);
        struct note note;
        enum err err = note_parse(bytes_str(text), &note);
        if (lines <= NOTE_LINES_MAX)
            CHECK_OK(err);
        else
            CHECK_REFUSED(err);
    }
    const char tail[] = "\n\n" DASH "a AAAAAAA=\n";
    for (size_t len = NOTE_MAX - 1; len <= NOTE_MAX + 1; len++) {
        struct note note;
        memset(text, 'x', len);
        memcpy(text + len - strlen(tail), tail, strlen(tail));
        enum err err = note_parse((struct bytes){(uint8_t *)text, len}, &note);
        CHECK_ERR(err, len <= NOTE_MAX ? ERR_OK : ERR_SIZE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verifies_the_example_of_c2sp),
        cmocka_unit_test(verifies_the_example_of_go),
        cmocka_unit_test(verifies_the_toy_log_with_its_cosignatures),
        cmocka_unit_test(makes_the_toy_note_again_byte_for_byte),
        cmocka_unit_test(writes_a_cosigned_message_as_the_standard_says),
        cmocka_unit_test(round_trips_verifier_keys_and_refuses_malformed_ones),
        cmocka_unit_test(refuses_malformed_notes),
        cmocka_unit_test(reads_no_byte_beyond_a_truncated_note),
        cmocka_unit_test(refuses_every_bit_flip_of_what_it_verifies),
        cmocka_unit_test(ignores_unknown_lines_and_refuses_a_bad_line_of_a_known_key),
        cmocka_unit_test(takes_lines_and_bytes_up_to_the_bounds),
    };
    guard_open(&guard, 4096);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    guard_close(&guard);
    return failed;
}
