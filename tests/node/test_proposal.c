#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/proposal.h"

#define KEYS 16

static struct pubkey public[KEYS];
static uint8_t secret[KEYS][KEY_SECRET_LEN];

static int keys(void **state) {
    (void)state;
    for (uint8_t i = 0; i < KEYS; i++) {
        uint8_t seed[KEY_SEED_LEN] = {i, 'p', 'r', 'o', 'p', 'o', 's', 'a', 'l'};
        key_from_seed(seed, &public[i], secret[i]);
    }
    return 0;
}

static struct authority_signature sign(struct bytes text, unsigned key) {
    struct authority_signature s = {.key = public[key]};
    key_sign(secret[key], text, &s.signature);
    return s;
}

/* Roots key to key + 2, two of them sign; the next ones follow. */
static void append(struct proposal *p, unsigned key, unsigned officer) {
    struct authority a = {.network = "proposal.example", .code = "aa", .max = 1000, .operator_count = 1};
    struct package_note note = {0};
    uint8_t text[AUTHORITY_MAX];

    a.anchor_root = digest_empty();
    if (p->count) {
        a.epoch = proposal_authority(p)->epoch + 1;
        a.has_prev = true;
        a.prev = proposal_authority(p)->hash;
        a.anchor_size = 1;
        a.anchor_root = digest_leaf(bytes_str("leaf"));
    }
    a.root_count = a.next_count = 3;
    a.root_need = a.next_need = 2;
    for (unsigned i = 0; i < 3; i++) {
        a.root[i] = public[key + i];
        a.next[i] = authority_commitment(&public[key + 3 + i]);
    }
    a.operator_key[0] = public[officer];
    CHECK_OK(authority_write(&a, text, sizeof(text), &note.text));
    CHECK_OK(proposal_append(p, &note));
}

/* Epoch 0 complete, epoch 1 proposed. */
static void make(struct proposal *p) {
    *p = (struct proposal){.held = 7, .made = 1700000000};
    append(p, 0, 12);
    for (unsigned i = 0; i < 2; i++) {
        struct authority_signature s = sign(proposal_note(p)->text, i);
        CHECK_OK(proposal_add(p, &s));
    }
    append(p, 3, 13);
    CHECK_OK(proposal_lose(p, bytes_str("entry 5: contact 0123456789ab")));
    CHECK_OK(proposal_lose(p, bytes_str("entry 6: node ba9876543210")));
}

static void it_reads_back_as_it_was_written(void **state) {
    struct proposal p, again;
    char *text, *second, *mailed;
    (void)state;
    make(&p);
    struct authority_signature s = sign(proposal_note(&p)->text, 4);
    CHECK_OK(proposal_add(&p, &s));
    CHECK_OK(proposal_print(&p, &text));
    CHECK_OK(proposal_parse(bytes_str(text), &again));
    assert_int_equal(again.count, 2);
    assert_int_equal(again.held, 7);
    assert_int_equal(again.lost_count, 2);
    assert_int_equal(again.made, 1700000000);
    CHECK_OK(proposal_print(&again, &second));
    assert_string_equal(text, second);
    proposal_free(&again);
    /* With other line ends, remarks and empty lines around the notes. */
    mailed = malloc(2 * strlen(text) + 100);
    size_t len = 0;
    for (const char *c = text; *c; c++) {
        if (*c == '\n')
            mailed[len++] = '\r';
        mailed[len++] = *c;
    }
    len += (size_t)snprintf(mailed + len, 100, "\r\n\r\n# carried on a stick\r\n");
    CHECK_OK(proposal_parse((struct bytes){(uint8_t *)mailed, len}, &again));
    free(second);
    CHECK_OK(proposal_print(&again, &second));
    assert_string_equal(text, second);
    proposal_free(&again);
    proposal_free(&p);
    free(text);
    free(second);
    free(mailed);
}

static void the_chain_is_judged_as_a_gate_does(void **state) {
    struct proposal p;
    struct proposal_tally t;
    uint64_t at;
    (void)state;
    make(&p);
    CHECK_ERR(proposal_judge(&p, &at), ERR_COMMITTED);
    assert_int_equal(at, 1);
    for (unsigned key = 3; key < 5; key++) {
        struct authority_signature s = sign(proposal_note(&p)->text, key);
        CHECK_OK(proposal_add(&p, &s));
        proposal_count(&p, &t);
        assert_int_equal(t.committed, key - 2);
        assert_int_equal(t.root, key - 2);
    }
    assert_int_equal(t.committed_need, 2);
    assert_int_equal(t.root_need, 2);
    CHECK_OK(proposal_judge(&p, &at));
    p.note[0].signature[0].signature.b[0] ^= 1;
    CHECK_ERR(proposal_judge(&p, &at), ERR_UNSIGNED);
    assert_int_equal(at, 0);
    proposal_free(&p);
}

static void only_signatures_that_count_are_taken(void **state) {
    struct proposal p;
    (void)state;
    make(&p);
    struct bytes text = proposal_note(&p)->text;
    struct authority_signature s = sign(text, 0); /* a root key of the epoch before */
    CHECK_ERR(proposal_add(&p, &s), ERR_DENIED);
    s = sign(text, 13); /* an officer's */
    CHECK_ERR(proposal_add(&p, &s), ERR_DENIED);
    s = sign(bytes_str("another text"), 3);
    CHECK_ERR(proposal_add(&p, &s), ERR_SIGNATURE);
    s = sign(text, 3);
    CHECK_OK(proposal_add(&p, &s));
    CHECK_ERR(proposal_add(&p, &s), ERR_EXISTS);
    proposal_free(&p);
}

static void copies_that_went_two_ways_are_merged(void **state) {
    struct proposal one, two, other;
    unsigned added;
    uint64_t at;
    (void)state;
    make(&one);
    make(&two);
    struct authority_signature s = sign(proposal_note(&one)->text, 3);
    CHECK_OK(proposal_add(&one, &s));
    CHECK_OK(proposal_add(&two, &s));
    s = sign(proposal_note(&one)->text, 5);
    CHECK_OK(proposal_add(&two, &s));
    two.note[1].signature[two.note[1].count] = s; /* what somebody wrote into it counts for nothing */
    two.note[1].signature[two.note[1].count++].key = public[4];
    CHECK_OK(proposal_merge(&one, &two, &added));
    assert_int_equal(added, 1);
    CHECK_OK(proposal_judge(&one, &at));
    other = (struct proposal){0};
    append(&other, 0, 12);
    CHECK_ERR(proposal_merge(&one, &other, &added), ERR_ORIGIN);
    proposal_free(&one);
    proposal_free(&two);
    proposal_free(&other);
}

static void what_is_cut_is_refused(void **state) {
    struct proposal p, again;
    char *text;
    (void)state;
    make(&p);
    struct authority_signature s = sign(proposal_note(&p)->text, 4);
    CHECK_OK(proposal_add(&p, &s));
    CHECK_OK(proposal_print(&p, &text));
    for (size_t len = 0; text[len]; len++) {
        enum err err = proposal_parse((struct bytes){(uint8_t *)text, len}, &again);
        if (err)
            continue;
        /* Cut between two lines it may read as less; it never reads as something else. */
        assert_true(again.count < 2 || proposal_note(&again)->count == 0);
        proposal_free(&again);
    }
    free(text);
    proposal_free(&p);
}

static void what_is_no_proposal_is_refused(void **state) {
    static const struct {
        const char *text;
        enum err want;
    } cases[] = {{"", ERR_VERSION},
                 {"comity-proposal/v2\n", ERR_VERSION},
                 {"comity-proposal/v1\n", ERR_SCHEMA},
                 {"comity-proposal/v1\nheld 1\nmade 1\n", ERR_MISSING},
                 {"comity-proposal/v1\nheld -1\nmade 1\n", ERR_RANGE},
                 {"comity-proposal/v1\nheld 1\nmade 1\nsigned x y\n", ERR_SCHEMA},
                 {"comity-proposal/v1\nheld 1\nmade 1\n\ncomity-authority/v1\n", ERR_AUTHORITY}};
    struct proposal p;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK_ERR(proposal_parse(bytes_str(cases[i].text), &p), cases[i].want);
    p = (struct proposal){0};
    CHECK_ERR(proposal_lose(&p, bytes_str("")), ERR_SIZE);
    CHECK_ERR(proposal_lose(&p, bytes_str("a\033[2J")), ERR_UTF8);
    for (unsigned i = 0; i < PROPOSAL_LOST_MAX; i++)
        CHECK_OK(proposal_lose(&p, bytes_str("entry")));
    CHECK_ERR(proposal_lose(&p, bytes_str("entry")), ERR_ITEMS);
    proposal_free(&p);
    uint8_t *much = calloc(1, PROPOSAL_MAX + 1);
    CHECK_ERR(proposal_parse((struct bytes){much, PROPOSAL_MAX + 1}, &p), ERR_SIZE);
    free(much);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_reads_back_as_it_was_written),
        cmocka_unit_test(the_chain_is_judged_as_a_gate_does),
        cmocka_unit_test(only_signatures_that_count_are_taken),
        cmocka_unit_test(copies_that_went_two_ways_are_merged),
        cmocka_unit_test(what_is_cut_is_refused),
        cmocka_unit_test(what_is_no_proposal_is_refused),
    };
    return cmocka_run_group_tests(tests, keys, NULL);
}
