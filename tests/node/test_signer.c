#include "tests/test.h"

#include <string.h>

#include "node/signer.h"
#include "tests/lib/tmp.h"

#define ORIGIN "test.example/fr/0123456789abcdef"
#define MOST 16

struct fixture {
    char dir[TMP_LEN];
    uint8_t first[KEY_SECRET_LEN], second[KEY_SECRET_LEN]; /* two operators */
    uint8_t content[MOST];
    struct bytes leaf[MOST];
    struct digest root[MOST + 1];
};

static int open_ledger(void **state) {
    static struct fixture f;
    struct ledger l;
    struct pubkey key;
    struct frontier tree = {0};
    uint8_t seed[KEY_SEED_LEN] = {1};
    tmp_open(f.dir);
    key_from_seed(seed, &key, f.first);
    seed[0] = 2;
    key_from_seed(seed, &key, f.second);
    ledger_init(&l, ORIGIN, 0);
    CHECK_OK(ledger_create(f.dir, &l));
    f.root[0] = frontier_root(&tree);
    for (unsigned i = 0; i < MOST; i++) {
        f.content[i] = (uint8_t)i;
        f.leaf[i] = (struct bytes){&f.content[i], 1};
        struct digest leaf = digest_leaf(f.leaf[i]);
        frontier_add(&tree, &leaf);
        f.root[i + 1] = frontier_root(&tree);
    }
    *state = &f;
    return 0;
}

static int close_ledger(void **state) {
    struct fixture *f = *state;
    tmp_close(f->dir);
    return 0;
}

/* From what is stored to what shall be signed. */
static struct signer_request request(const struct fixture *f, unsigned from, unsigned to) {
    return (struct signer_request){.origin = ORIGIN,
                                   .from = from,
                                   .from_root = f->root[from],
                                   .leaf = f->leaf + from,
                                   .count = to - from,
                                   .root = f->root[to]};
}

static void what_it_signs_is_a_checkpoint_of_the_whole_tree(void **state) {
    struct fixture *f = *state;
    struct signer_request r = request(f, 0, 3);
    struct checkpoint_signature s;
    struct checkpoint c = {.origin = ORIGIN, .size = 3, .root = f->root[3]};
    CHECK_OK(signer_sign(f->dir, &r, f->first, &s));
    CHECK_OK(checkpoint_verify(&c, &s));
    r = request(f, 3, 10);
    c = (struct checkpoint){.origin = ORIGIN, .size = 10, .root = f->root[10]};
    CHECK_OK(signer_sign(f->dir, &r, f->first, &s));
    CHECK_OK(checkpoint_verify(&c, &s));
}

static void the_ledger_stands_before_the_signature_is_given(void **state) {
    struct fixture *f = *state;
    struct signer_request r = request(f, 0, 3);
    struct checkpoint_signature s;
    struct ledger l;
    CHECK_OK(signer_sign(f->dir, &r, f->first, &s));
    CHECK_OK(ledger_load(f->dir, &l));
    assert_int_equal(l.frontier.size, 3);
    assert_memory_equal(l.last.signature.b, s.signature.b, SIGNATURE_LEN);
}

static void the_same_request_again_gives_the_same_signature_also_to_another_operator(void **state) {
    struct fixture *f = *state;
    struct signer_request r = request(f, 0, 5);
    struct checkpoint_signature s, again;
    CHECK_OK(signer_sign(f->dir, &r, f->first, &s));
    CHECK_OK(signer_sign(f->dir, &r, f->first, &again));
    assert_memory_equal(&s, &again, sizeof s);
    CHECK_OK(signer_sign(f->dir, &r, f->second, &again));
    assert_memory_equal(&s, &again, sizeof s);
}

static void two_operators_share_one_ledger(void **state) {
    struct fixture *f = *state;
    struct signer_request r = request(f, 0, 5), other = request(f, 0, 4), next = request(f, 5, 6);
    struct checkpoint_signature s;
    CHECK_OK(signer_sign(f->dir, &r, f->first, &s));
    CHECK_ERR(signer_sign(f->dir, &other, f->second, &s), ERR_STALE);
    CHECK_OK(signer_sign(f->dir, &next, f->second, &s));
}

static void another_root_at_a_signed_size_is_refused(void **state) {
    struct fixture *f = *state;
    struct signer_request r = request(f, 0, 5), other = request(f, 0, 5);
    struct checkpoint_signature s;
    CHECK_OK(signer_sign(f->dir, &r, f->first, &s));
    other.root.b[0] ^= 1;
    CHECK_ERR(signer_sign(f->dir, &other, f->first, &s), ERR_FORK);
}

static void a_store_that_was_put_back_is_refused(void **state) {
    struct fixture *f = *state;
    struct signer_request r = request(f, 0, 8), longer = request(f, 2, 9);
    struct checkpoint_signature s;
    CHECK_OK(signer_sign(f->dir, &r, f->first, &s));
    CHECK_ERR(signer_sign(f->dir, &longer, f->first, &s), ERR_STALE);
}

static void a_ledger_that_was_put_back_is_refused(void **state) {
    struct fixture *f = *state;
    struct signer_request r = request(f, 0, 4), ahead = request(f, 6, 8);
    struct checkpoint_signature s;
    CHECK_OK(signer_sign(f->dir, &r, f->first, &s));
    CHECK_ERR(signer_sign(f->dir, &ahead, f->first, &s), ERR_GAP);
}

static void a_store_of_another_history_is_refused(void **state) {
    struct fixture *f = *state;
    struct signer_request r = request(f, 0, 4), other = request(f, 4, 6);
    struct checkpoint_signature s;
    CHECK_OK(signer_sign(f->dir, &r, f->first, &s));
    other.from_root.b[5] ^= 4;
    CHECK_ERR(signer_sign(f->dir, &other, f->first, &s), ERR_FORK);
}

static void a_root_that_the_signer_does_not_compute_itself_is_never_signed(void **state) {
    struct fixture *f = *state;
    struct signer_request r = request(f, 0, 4);
    struct checkpoint_signature s;
    struct ledger l;
    r.root = f->root[5];
    CHECK_ERR(signer_sign(f->dir, &r, f->first, &s), ERR_ROOT);
    CHECK_OK(ledger_load(f->dir, &l));
    assert_int_equal(l.frontier.size, 0);
}

static void another_log_or_epoch_or_nothing_at_all_is_refused(void **state) {
    struct fixture *f = *state;
    struct signer_request r = request(f, 0, 4);
    struct checkpoint_signature s;
    r.origin = "test.example/fr/fedcba9876543210";
    CHECK_ERR(signer_sign(f->dir, &r, f->first, &s), ERR_ORIGIN);
    r = request(f, 0, 4);
    r.epoch = 1;
    CHECK_ERR(signer_sign(f->dir, &r, f->first, &s), ERR_EPOCH);
    r = request(f, 0, 0);
    CHECK_ERR(signer_sign(f->dir, &r, f->first, &s), ERR_RANGE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_ledger, close_ledger)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_it_signs_is_a_checkpoint_of_the_whole_tree),
        TEST(the_ledger_stands_before_the_signature_is_given),
        TEST(the_same_request_again_gives_the_same_signature_also_to_another_operator),
        TEST(two_operators_share_one_ledger),
        TEST(another_root_at_a_signed_size_is_refused),
        TEST(a_store_that_was_put_back_is_refused),
        TEST(a_ledger_that_was_put_back_is_refused),
        TEST(a_store_of_another_history_is_refused),
        TEST(a_root_that_the_signer_does_not_compute_itself_is_never_signed),
        TEST(another_log_or_epoch_or_nothing_at_all_is_refused),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    digest_thread_done();
    return failed;
}
