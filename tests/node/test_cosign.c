/* The daily cosignature of the own head. */
#include "node/cosign.h"

#include "node/restored.h"

#include "tests/store/two_states.h"
#include "tests/test.h"

static void the_own_head_is_cosigned_once_a_day_and_never_backwards(void **state) {
    struct fixture *f = *state;
    uint8_t seed[KEY_SEED_LEN] = {7}, secret[KEY_SECRET_LEN];
    struct pubkey key;
    struct log_record record;
    struct txn t;
    bool moved;
    key_from_seed(seed, &key, secret);
    author_fill(&f->fr, 1, 200, 0);
    CHECK_OK(cosign_own(f->store, f->fr.id, secret, 86400 * 20, &moved));
    assert_false(moved); /* an empty log has no head to cosign */
    publish_all(f, &f->fr);
    static const struct {
        uint64_t at;
        bool moves;
    } days[] = {{86400 * 20 + 5, true}, {86400 * 20 + 6, false}, {86400 * 21, true}, {86400 * 20, false}};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        CHECK_OK(cosign_own(f->store, f->fr.id, secret, days[i].at, &moved));
        assert_int_equal(moved, days[i].moves);
    }
    txn_begin(&t, f->store, false);
    assert_true(logs_get(&t, f->fr.id, &record));
    assert_int_equal(record.head.day, 21);
    txn_abort(&t);
}

static void a_clock_that_went_back_cosigns_no_new_head_either(void **state) {
    struct fixture *f = *state;
    uint8_t seed[KEY_SEED_LEN] = {7}, secret[KEY_SECRET_LEN];
    struct pubkey key;
    bool moved;
    key_from_seed(seed, &key, secret);
    static const struct {
        uint64_t at;
        bool moves;
    } heads[] = {{86400 * 20, true}, {86400 * 20, true}, {86400 * 20 - 1, false}, {86400 * 21, true}};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        author_fill(&f->fr, 1, 200, 0);
        publish_all(f, &f->fr);
        CHECK_OK(cosign_own(f->store, f->fr.id, secret, heads[i].at, &moved));
        assert_int_equal(moved, heads[i].moves);
    }
}

static void a_node_put_back_cosigns_nothing_before_it_has_compared(void **state) {
    struct fixture *f = *state;
    uint8_t seed[KEY_SEED_LEN] = {7}, secret[KEY_SECRET_LEN];
    struct pubkey key;
    struct txn t;
    uint64_t when;
    bool moved;
    key_from_seed(seed, &key, secret);
    author_fill(&f->fr, 1, 200, 0);
    publish_all(f, &f->fr);
    txn_begin(&t, f->store, true);
    restored_set(&t, 1234);
    CHECK_OK(txn_commit(&t));
    CHECK_OK(cosign_own(f->store, f->fr.id, secret, 86400 * 20, &moved));
    assert_false(moved);
    txn_begin(&t, f->store, true);
    assert_true(restored_get(&t, &when));
    assert_int_equal(when, 1234);
    restored_clear(&t);
    assert_false(restored_get(&t, &when));
    CHECK_OK(txn_commit(&t));
    CHECK_OK(cosign_own(f->store, f->fr.id, secret, 86400 * 20, &moved));
    assert_true(moved);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_own_head_is_cosigned_once_a_day_and_never_backwards,
                                        open_two_states, close_them),
        cmocka_unit_test_setup_teardown(a_clock_that_went_back_cosigns_no_new_head_either, open_two_states,
                                        close_them),
        cmocka_unit_test_setup_teardown(a_node_put_back_cosigns_nothing_before_it_has_compared,
                                        open_two_states, close_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
