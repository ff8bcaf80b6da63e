/* Authority notes of epoch 0: one spelling, keys counted once, thresholds counted by distinct keys. */
#include "proto/authority.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/guard.h"
#include "tests/lib/unhex.h"
#include "tests/test.h"

static struct guard guard;
static struct pubkey public[32];
static uint8_t secret[32][KEY_SECRET_LEN];

/* Roots are keys 0 to n-1, those of the next epoch n to 2n-1, one operator: key 31. */
static struct authority author(unsigned m, unsigned n) {
    struct authority a = {.network = "poc.example",
                          .code = "fr",
                          .max = AUTHORITY_GROWTH,
                          .root_need = m,
                          .root_count = n,
                          .next_need = m,
                          .next_count = n,
                          .operator_count = 1};
    a.anchor_root = digest_empty();
    for (unsigned i = 0; i < n; i++) {
        a.root[i] = public[i];
        a.next[i] = authority_commitment(&public[n + i]);
    }
    a.operator_key[0] = public[31];
    return a;
}

static struct bytes written(struct authority *a) {
    static uint8_t buffer[AUTHORITY_MAX];
    struct bytes text;
    CHECK_OK(authority_write(a, buffer, sizeof(buffer), &text));
    return text;
}

static enum err parse(const char *text, size_t len, struct authority *ret) {
    return authority_parse((struct bytes){guard_copy(&guard, text, len), len}, ret);
}

static void round_trips_a_note(void **state) {
    (void)state;
    for (unsigned n = 1; n <= 5; n++) {
        for (unsigned m = 1; m <= n; m++) {
            struct authority a = author(m, n), b;
            struct bytes text = written(&a);
            struct digest hash = digest_of(text);
            assert_true(digest_eq(&a.hash, &hash));
            CHECK_OK(parse((const char *)text.ptr, text.len, &b));
            assert_true(digest_eq(&b.hash, &hash));
            assert_string_equal(b.network, "poc.example");
            assert_string_equal(b.code, "fr");
            assert_int_equal(b.epoch, 0);
            assert_false(b.has_prev);
            assert_int_equal(b.max, AUTHORITY_GROWTH);
            assert_int_equal(b.root_need, m);
            assert_int_equal(b.root_count, n);
            assert_int_equal(b.next_count, n);
            assert_memory_equal(b.root, a.root, n * sizeof(a.root[0]));
            assert_memory_equal(b.next, a.next, n * sizeof(a.next[0]));
            assert_true(authority_has_operator(&b, &public[31]));
            assert_false(authority_has_operator(&b, &public[0]));
        }
    }
}

static void writes_the_text_that_the_design_shows(void **state) {
    (void)state;
    struct authority a = author(1, 1);
    struct bytes text = written(&a);
    char want[1024], key[4][64];
    const struct pubkey *listed[] = {&public[0], &public[31]};
    for (unsigned i = 0; i < 2; i++) {
        uint8_t typed[1 + KEY_LEN] = {0x01};
        size_t at = 0;
        memcpy(typed + 1, listed[i]->b, KEY_LEN);
        CHECK_OK(base64_put(key[i], sizeof(key[i]), &at, BYTES(typed)));
        key[i][at] = 0;
    }
    uint8_t typed[1 + KEY_LEN] = {0x01};
    size_t at = 0;
    memcpy(typed + 1, public[1].b, KEY_LEN);
    struct digest next = digest_of(BYTES(typed));
    CHECK_OK(base64_put(key[2], sizeof(key[2]), &at, BYTES(next.b)));
    key[2][at] = 0;
    snprintf(want, sizeof(want),
             "comity-authority/v1\npoc.example/fr\nepoch 0\nprev -\n"
             "anchor 0 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nmax 1048576\n"
             "root 1 %s\nnext 1 %s\noperator %s\n",
             key[0], key[2], key[1]);
    assert_true(bytes_is(text, want));
}

/* Replace the first `from` of a good note by `to`: the result must be refused. */
static void refuses_each_malformed_line(void **state) {
    (void)state;
    struct authority a = author(2, 3);
    struct bytes bytes = written(&a);
    char text[AUTHORITY_MAX], bad[AUTHORITY_MAX + 64];
    memcpy(text, bytes.ptr, bytes.len);
    text[bytes.len] = 0;
    static const struct {
        const char *from, *to;
    } change[] = {
        {"comity-authority/v1", "comity-authority/v2"},
        {"comity-authority/v1\n", ""},
        {"comity-authority/v1\n", "comity-authority/v1\n\n"},
        {"comity-authority/v1", " comity-authority/v1"},
        {"poc.example/fr", "poc.example/FR"},
        {"poc.example/fr", "poc.example/fra"},
        {"poc.example/fr", "poc.example/f"},
        {"poc.example/fr", "poc.example"},
        {"poc.example/fr", "/fr"},
        {"poc.example/fr", "poc_example/fr"},
        {"poc.example/fr", "POC.example/fr"},
        {"poc.example/fr", "poc.example/fr "},
        {"poc.example/fr", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/fr"},
        {"epoch 0", "epoch 00"},
        {"epoch 0", "epoch -1"},
        {"epoch 0", "epoch"},
        {"epoch 0", "epoch  0"},
        {"epoch 0", "Epoch 0"},
        {"epoch 0", "epoch 0 "},
        {"epoch 0", "epoch 18446744073709551616"},
        {"epoch 0\n", ""},
        {"prev -", "prev"},
        {"prev -", "prev --"},
        {"prev -", "prev AAAA"},
        {"anchor 0 4", "anchor 0  4"},
        {"anchor 0 ", "anchor "},
        {"anchor 0", "anchor 00"},
        {"anchor 0", "anchor 1048576"},
        {"SuFU=\n", "SuFU\n"},
        {"SuFU=\n", "SuFV=\n"},
        {"max 1048576", "max 0"},
        {"max 1048576", "max 01"},
        {"max 1048576", "max 9223372036854775808"},
        {"max 1048576\n", ""},
        {"root 2 ", "root 0 "},
        {"root 2 ", "root 4 "},
        {"root 2 ", "root 255 "},
        {"root 2 ", "root 02 "},
        {"root 2 ", "root "},
        {"root 2 ", "root 2  "},
        {"root 2 A", "root 2 B"},
        {"next 2 ", "next 0 "},
        {"next 2 ", "next 4 "},
        {"next 2 ", "next 2\t"},
        {"operator ", "operator"},
        {"operator ", "operators "},
        {"operator ", "operator  "},
        {"\noperator", "\n\noperator"},
        {"\noperator", " \noperator"},
        {"\nprev", "\r\nprev"},
    };
    struct authority got;
    CHECK_OK(parse(text, strlen(text), &got));
    for (size_t i = 0; i < sizeof(change) / sizeof(change[0]); i++) {
        const char *at = strstr(text, change[i].from);
        assert_non_null(at);
        snprintf(bad, sizeof(bad), "%.*s%s%s", (int)(at - text), text, change[i].to,
                 at + strlen(change[i].from));
        if (parse(bad, strlen(bad), &got) == ERR_OK)
            fail_msg("'%s' for '%s': accepted", change[i].to, change[i].from);
    }
    for (size_t cut = 0; cut < strlen(text); cut++)
        CHECK_REFUSED(parse(text, cut, &got));
    snprintf(bad, sizeof(bad), "%smore\n", text);
    CHECK_REFUSED(parse(bad, strlen(bad), &got));
    snprintf(bad, sizeof(bad), "%s\n", text);
    CHECK_REFUSED(parse(bad, strlen(bad), &got));
}

/* A flipped bit either is refused, or gives another note with another hash: never the same one. */
static void gives_no_note_two_spellings(void **state) {
    (void)state;
    struct authority a = author(2, 3);
    struct bytes bytes = written(&a);
    uint8_t text[AUTHORITY_MAX];
    memcpy(text, bytes.ptr, bytes.len);
    for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
        struct authority got;
        uint8_t again[AUTHORITY_MAX];
        struct bytes spelt;
        text[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (parse((const char *)text, bytes.len, &got) == ERR_OK) {
            CHECK_OK(authority_write(&got, again, sizeof(again), &spelt));
            assert_true(bytes_eq(spelt, (struct bytes){text, bytes.len}));
        }
        text[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void refuses_a_key_that_stands_twice_or_is_none(void **state) {
    (void)state;
    struct authority a = author(1, 3), got;
    struct bytes text;
    a.root[2] = a.root[0];
    text = written(&a);
    CHECK_ERR(parse((const char *)text.ptr, text.len, &got), ERR_KEY_TWICE);
    a = author(1, 3);
    a.next[1] = a.next[0];
    text = written(&a);
    CHECK_ERR(parse((const char *)text.ptr, text.len, &got), ERR_KEY_TWICE);
    a = author(1, 3);
    a.operator_count = 2;
    a.operator_key[1] = a.operator_key[0];
    text = written(&a);
    CHECK_ERR(parse((const char *)text.ptr, text.len, &got), ERR_KEY_TWICE);
    a = author(1, 3);
    a.operator_key[0] = a.root[1];
    text = written(&a);
    CHECK_ERR(parse((const char *)text.ptr, text.len, &got), ERR_KEY_TWICE);
    /* The identity: a universal forgery for those who accept it. */
    a = author(1, 3);
    a.root[1] = (struct pubkey){{1}};
    text = written(&a);
    CHECK_ERR(parse((const char *)text.ptr, text.len, &got), ERR_KEY);
    a = author(1, 3);
    a.operator_key[0] = (struct pubkey){{1}};
    text = written(&a);
    CHECK_ERR(parse((const char *)text.ptr, text.len, &got), ERR_KEY);
}

/* Every m of n up to 5, every subset of signers: enough is enough, one less is not. */
static void counts_distinct_root_keys_for_every_m_of_n(void **state) {
    (void)state;
    for (unsigned n = 1; n <= 5; n++) {
        for (unsigned m = 1; m <= n; m++) {
            struct authority a = author(m, n);
            struct bytes text = written(&a);
            for (unsigned set = 0; set < 1u << n; set++) {
                struct authority_signature signature[ROOT_KEYS_MAX * 2];
                unsigned count = 0;
                for (unsigned i = 0; i < n; i++)
                    if (set >> i & 1) {
                        signature[count].key = public[i];
                        key_sign(secret[i], text, &signature[count++].signature);
                    }
                unsigned signers = count;
                enum err want = signers >= m ? ERR_OK : ERR_UNSIGNED;
                CHECK_ERR(authority_check_first(&a, text, signature, count), want);
                /* The same signatures again, strangers and the operator add nothing. */
                for (unsigned i = 0; i < signers; i++)
                    signature[count++] = signature[i];
                signature[count].key = public[30];
                key_sign(secret[30], text, &signature[count++].signature);
                signature[count].key = public[31];
                key_sign(secret[31], text, &signature[count++].signature);
                CHECK_ERR(authority_check_first(&a, text, signature, count), want);
            }
        }
    }
}

static void refuses_what_is_no_first_note_or_not_signed_as_it_stands(void **state) {
    (void)state;
    struct authority a = author(1, 1);
    struct bytes text = written(&a);
    struct authority_signature s = {.key = public[0]};
    key_sign(secret[0], text, &s.signature);
    CHECK_OK(authority_check_first(&a, text, &s, 1));
    CHECK_ERR(authority_check_first(&a, text, &s, 0), ERR_UNSIGNED);
    for (unsigned bit = 0; bit < 8 * SIGNATURE_LEN; bit++) {
        s.signature.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK_REFUSED(authority_check_first(&a, text, &s, 1));
        s.signature.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    s.key = public[1];
    CHECK_ERR(authority_check_first(&a, text, &s, 1), ERR_UNSIGNED);
    /* Signed well, but of another epoch, with an ancestor, or an anchor. */
    for (unsigned i = 0; i < 4; i++) {
        a = author(1, 1);
        if (i == 0)
            a.epoch = 1;
        if (i == 1)
            a.has_prev = true;
        if (i == 2)
            a.anchor_size = 1;
        if (i == 3)
            a.anchor_root.b[0] ^= 1;
        text = written(&a);
        s.key = public[0];
        key_sign(secret[0], text, &s.signature);
        CHECK_ERR(authority_check_first(&a, text, &s, 1), ERR_EPOCH);
    }
}

static void names_logs_and_keys_as_the_design_says(void **state) {
    (void)state;
    struct authority a = author(1, 1);
    struct bytes text = written(&a);
    char origin[ORIGIN_MAX + 1], want[200], hash[65], name[KEY_NAME_MAX + 1];
    uint8_t id[LOG_ID_LEN];
    struct digest d = digest_of(text);
    hex_put(hash, d.b, 8);
    snprintf(want, sizeof(want), "poc.example/fr/%s", hash);
    authority_origin(&a, origin);
    assert_string_equal(origin, want);
    d = digest_of(bytes_str(origin));
    origin_log_id(origin, id);
    assert_memory_equal(id, d.b, LOG_ID_LEN);
    authority_root_name(&a, name);
    assert_string_equal(name, "poc.example/fr");
    d = digest_of(BYTES(public[7].b));
    hex_put(hash, d.b, 8);
    snprintf(want, sizeof(want), "%s/w/%s", origin, hash);
    witness_name(origin, &public[7], name);
    assert_string_equal(name, want);
    char network[NETWORK_MAX + 1], code[CODE_LEN + 1];
    CHECK_OK(origin_check(bytes_str(origin), network, code));
    assert_string_equal(network, "poc.example");
    assert_string_equal(code, "fr");
    static const char *const bad[] = {"",
                                      "poc.example/fr",
                                      "poc.example/fr/",
                                      "poc.example/fr/0123456789abcde",
                                      "poc.example/fr/0123456789abcdefa",
                                      "poc.example/fr/0123456789ABCDEF",
                                      "poc.example/fr/0123456789abcdeg",
                                      "poc.example/FR/0123456789abcdef",
                                      "poc example/fr/0123456789abcdef",
                                      "/fr/0123456789abcdef",
                                      "a/b/fr/0123456789abcdef",
                                      "poc.example/fr/0123456789abcdef/",
                                      "poc.example/fr/0123456789abcdef\n"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (origin_check(bytes_str(bad[i]), network, code) == ERR_OK)
            fail_msg("%s: accepted", bad[i]);
}

static void takes_sixteen_operator_keys_and_refuses_one_more(void **state) {
    (void)state;
    struct authority a = author(1, 1), got;
    struct authority one = author(1, 1);
    char text[AUTHORITY_MAX], key[256];
    a.operator_count = OPERATOR_KEYS_MAX;
    for (unsigned i = 0; i < OPERATOR_KEYS_MAX; i++)
        a.operator_key[i] = public[31 - i];
    struct bytes full = written(&a);
    CHECK_OK(parse((const char *)full.ptr, full.len, &got));
    assert_int_equal(got.operator_count, OPERATOR_KEYS_MAX);
    memcpy(text, full.ptr, full.len - 1);
    size_t len = full.len - 1;
    one.operator_key[0] = public[31 - OPERATOR_KEYS_MAX]; /* its note ends in that key */
    struct bytes last = written(&one);
    const uint8_t *at = last.ptr + last.len - 1;
    while (at[-1] != ' ')
        at--;
    int more = snprintf(key, sizeof key, " %.*s", (int)(last.ptr + last.len - at), (const char *)at);
    memcpy(text + len, key, (size_t)more);
    CHECK_REFUSED(parse(text, len + (size_t)more, &got));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_sixteen_operator_keys_and_refuses_one_more),
        cmocka_unit_test(round_trips_a_note),
        cmocka_unit_test(writes_the_text_that_the_design_shows),
        cmocka_unit_test(refuses_each_malformed_line),
        cmocka_unit_test(gives_no_note_two_spellings),
        cmocka_unit_test(refuses_a_key_that_stands_twice_or_is_none),
        cmocka_unit_test(counts_distinct_root_keys_for_every_m_of_n),
        cmocka_unit_test(refuses_what_is_no_first_note_or_not_signed_as_it_stands),
        cmocka_unit_test(names_logs_and_keys_as_the_design_says),
    };
    for (uint8_t i = 0; i < 32; i++) {
        uint8_t seed[KEY_SEED_LEN] = {i, 0x5a};
        key_from_seed(seed, &public[i], secret[i]);
    }
    guard_open(&guard, AUTHORITY_MAX + 64);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    guard_close(&guard);
    return failed;
}
