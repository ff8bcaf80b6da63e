/* What may follow an authority note: each rule of design 2.2, broken one at a time. */
#include "proto/chain.h"

#include <string.h>

#include "tests/test.h"

static struct pubkey public[32];
static uint8_t secret[32][KEY_SECRET_LEN];

static int keys(void **state) {
    (void)state;
    for (uint8_t i = 0; i < 32; i++) {
        uint8_t seed[KEY_SEED_LEN] = {i, 'c', 'h', 'a', 'i', 'n'};
        key_from_seed(seed, &public[i], secret[i]);
    }
    return 0;
}

/* A chain of one note and a good second one: roots 0 1 2 (two of them sign), then 3 4 5; operators 10, 11. */
struct fixture {
    struct authority chain[2], child;
    struct proof proof;
    uint8_t text[AUTHORITY_MAX];
    struct bytes written;
    struct authority_signature signature[ROOT_KEYS_MAX * 2];
    unsigned count;
};

static struct digest leaf(uint64_t i) {
    return digest_leaf(BYTES(((uint8_t[]){(uint8_t)i})));
}

static struct frontier tree(uint64_t size) {
    struct frontier f;
    frontier_init(&f);
    for (uint64_t i = 0; i < size; i++) {
        struct digest hash = leaf(i);
        frontier_add(&f, &hash);
    }
    return f;
}

static struct authority note(uint64_t epoch, unsigned root, unsigned next, unsigned operator) {
    struct authority a = {.network = "chain.example", .code = "aa", .epoch = epoch, .max = 100};
    a.anchor_root = digest_empty();
    a.root_need = a.next_need = 2;
    a.root_count = a.next_count = 3;
    for (unsigned i = 0; i < 3; i++) {
        a.root[i] = public[root + i];
        a.next[i] = authority_commitment(&public[next + i]);
    }
    a.operator_count = 1;
    a.operator_key[0] = public[operator];
    return a;
}

static void write(struct fixture *f) {
    assert_int_equal(authority_write(&f->child, f->text, sizeof f->text, &f->written), ERR_OK);
}

static void sign(struct fixture *f, unsigned key) {
    f->signature[f->count].key = public[key];
    key_sign(secret[key], f->written, &f->signature[f->count].signature);
    f->count++;
}

static void renew(struct fixture *f) {
    write(f);
    f->count = 0;
    sign(f, 3);
    sign(f, 4);
}

static void begin(struct fixture *f) {
    uint8_t text[AUTHORITY_MAX];
    struct bytes written;
    memset(f, 0, sizeof *f);
    f->chain[0] = note(0, 0, 3, 10);
    assert_int_equal(authority_write(&f->chain[0], text, sizeof text, &written), ERR_OK);
    struct frontier anchor = tree(5);
    f->child = note(1, 3, 6, 11);
    f->child.has_prev = true;
    f->child.prev = f->chain[0].hash;
    f->child.anchor_size = 5;
    f->child.anchor_root = frontier_root(&anchor);
    renew(f);
}

static enum err check(const struct fixture *f) {
    return chain_check_next(f->chain, 1, &f->child, f->written, f->signature, f->count, &f->proof);
}

static void a_good_note_follows(void **state) {
    (void)state;
    struct fixture f;
    begin(&f);
    assert_int_equal(check(&f), ERR_OK);
}

static void signers_are_counted_by_key(void **state) {
    (void)state;
    struct fixture f;
    begin(&f);
    f.count = 1;
    assert_int_equal(check(&f), ERR_COMMITTED);
    sign(&f, 3);
    assert_int_equal(check(&f), ERR_COMMITTED); /* the same key twice */
    sign(&f, 5);
    assert_int_equal(check(&f), ERR_OK);
    f.signature[2].signature.b[0] ^= 1;
    assert_int_equal(check(&f), ERR_COMMITTED);
    begin(&f);
    f.count = 0;
    sign(&f, 0); /* the roots of the epoch before have no say any more */
    sign(&f, 1);
    assert_int_equal(check(&f), ERR_COMMITTED);
}

static void both_thresholds_hold(void **state) {
    (void)state;
    struct fixture f;
    begin(&f);
    for (unsigned i = 0; i < 3; i++) /* roots 12 13 14: none of them committed */
        f.child.root[i] = public[12 + i];
    renew(&f);
    assert_int_equal(check(&f), ERR_UNSIGNED);
    sign(&f, 12);
    sign(&f, 14);
    assert_int_equal(check(&f), ERR_OK); /* two committed ones and two of its own */
    f.count = 0;
    sign(&f, 12);
    sign(&f, 14);
    assert_int_equal(check(&f), ERR_COMMITTED);
}

static void each_line_is_held_to_the_parent(void **state) {
    (void)state;
    struct fixture f;
    begin(&f);
    memcpy(f.child.code, "bb", 3);
    renew(&f);
    assert_int_equal(check(&f), ERR_ORIGIN);
    begin(&f);
    f.child.epoch = 2;
    renew(&f);
    assert_int_equal(check(&f), ERR_EPOCH);
    begin(&f);
    f.child.prev.b[0] ^= 1;
    renew(&f);
    assert_int_equal(check(&f), ERR_EPOCH);
    begin(&f);
    f.child.operator_key[0] = public[10];
    renew(&f);
    assert_int_equal(check(&f), ERR_KEY_TWICE);
    begin(&f);
    f.child.operator_key[0] = public[1];
    renew(&f);
    assert_int_equal(check(&f), ERR_KEY_TWICE);
    begin(&f);
    f.text[0] ^= 1; /* not the text that was read */
    assert_int_equal(check(&f), ERR_AUTHORITY);
}

static void the_anchor_moves_on_and_stays_within(void **state) {
    (void)state;
    struct fixture f;
    begin(&f);
    f.child.anchor_size = 0;
    f.child.anchor_root = digest_empty();
    renew(&f);
    assert_int_equal(check(&f), ERR_BOUNDS); /* not above the parent's */
    f.child.anchor_size = 100;
    f.child.max = 200;
    renew(&f);
    assert_int_equal(check(&f), ERR_OK); /* from an empty tree anything follows */
    f.child.anchor_size = 101;
    renew(&f);
    assert_int_equal(check(&f), ERR_BOUNDS);
}

/* The tree of the fixture, for proofs. */
static bool lookup(void *context, unsigned level, uint64_t index, struct digest *ret) {
    struct frontier f;
    (void)context;
    frontier_init(&f);
    for (uint64_t i = index << level; i < (index + 1) << level; i++) {
        struct digest hash = leaf(i);
        frontier_add(&f, &hash);
    }
    *ret = frontier_root(&f);
    return true;
}

static void an_anchor_extends_the_one_before(void **state) {
    (void)state;
    struct fixture f;
    struct frontier later = tree(9), other = tree(8);
    begin(&f);
    f.chain[1] = f.child;
    f.child = note(2, 6, 15, 12);
    f.child.has_prev = true;
    f.child.prev = f.chain[1].hash;
    f.child.anchor_size = 9;
    f.child.anchor_root = frontier_root(&later);
    write(&f);
    f.count = 0;
    sign(&f, 6);
    sign(&f, 8);
    assert_int_equal(merkle_prove_consistency(&f.proof, 5, 9, lookup, NULL), ERR_OK);
    assert_int_equal(chain_check_next(f.chain, 2, &f.child, f.written, f.signature, f.count, &f.proof),
                     ERR_OK);
    f.proof.node[0].b[0] ^= 1;
    assert_int_equal(chain_check_next(f.chain, 2, &f.child, f.written, f.signature, f.count, &f.proof),
                     ERR_PROOF);
    f.proof.count = 0;
    assert_int_equal(chain_check_next(f.chain, 2, &f.child, f.written, f.signature, f.count, &f.proof),
                     ERR_PROOF);
    f.child.anchor_root = frontier_root(&other); /* thieves of roots cannot rewrite what lies below */
    write(&f);
    f.count = 0;
    sign(&f, 6);
    sign(&f, 8);
    assert_int_equal(merkle_prove_consistency(&f.proof, 5, 9, lookup, NULL), ERR_OK);
    assert_int_equal(chain_check_next(f.chain, 2, &f.child, f.written, f.signature, f.count, &f.proof),
                     ERR_PROOF);
}

static void a_chain_has_an_end(void **state) {
    (void)state;
    static struct authority chain[EPOCHS_MAX];
    struct fixture f;
    begin(&f);
    chain[EPOCHS_MAX - 1] = f.chain[0];
    assert_int_equal(chain_check_next(chain, EPOCHS_MAX, &f.child, f.written, f.signature, f.count, &f.proof),
                     ERR_EPOCH);
    chain[EPOCHS_MAX - 2] = f.chain[0];
    assert_int_equal(
        chain_check_next(chain, EPOCHS_MAX - 1, &f.child, f.written, f.signature, f.count, &f.proof), ERR_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_note_follows),
        cmocka_unit_test(signers_are_counted_by_key),
        cmocka_unit_test(both_thresholds_hold),
        cmocka_unit_test(each_line_is_held_to_the_parent),
        cmocka_unit_test(the_anchor_moves_on_and_stays_within),
        cmocka_unit_test(an_anchor_extends_the_one_before),
        cmocka_unit_test(a_chain_has_an_end),
    };
    return cmocka_run_group_tests(tests, keys, NULL);
}
