#include "tests/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/file.h"
#include "node/renewal.h"
#include "node/signer.h"
#include "tests/lib/tmp.h"

#define ORIGIN "test.example/fr/0123456789abcdef"
#define MOST 16

struct fixture {
    char dir[TMP_LEN];
    uint8_t first[KEY_SECRET_LEN], second[KEY_SECRET_LEN], third[KEY_SECRET_LEN]; /* operators */
    struct authority epoch0, epoch1; /* of the first two; of the second and third, anchored at 4 */
    struct frontier tree[MOST + 1];
    uint8_t content[MOST];
    struct bytes leaf[MOST];
    struct digest root[MOST + 1];
};

static void operator_make(uint8_t number, struct pubkey *ret, uint8_t secret[static KEY_SECRET_LEN]) {
    uint8_t seed[KEY_SEED_LEN] = {number};
    key_from_seed(seed, ret, secret);
}

static int open_ledger(void **state) {
    static struct fixture f;
    struct ledger l;
    struct pubkey key[3];
    tmp_open(f.dir);
    operator_make(1, &key[0], f.first);
    operator_make(2, &key[1], f.second);
    operator_make(3, &key[2], f.third);
    ledger_init(&l, ORIGIN, 0);
    CHECK_OK(ledger_create(f.dir, &l));
    frontier_init(&f.tree[0]);
    f.root[0] = frontier_root(&f.tree[0]);
    for (unsigned i = 0; i < MOST; i++) {
        f.content[i] = (uint8_t)i;
        f.leaf[i] = (struct bytes){&f.content[i], 1};
        struct digest leaf = digest_leaf(f.leaf[i]);
        f.tree[i + 1] = f.tree[i];
        frontier_add(&f.tree[i + 1], &leaf);
        f.root[i + 1] = frontier_root(&f.tree[i + 1]);
    }
    f.epoch0 = (struct authority){
        .anchor_root = f.root[0], .max = 12, .operator_count = 2, .operator_key = {key[0], key[1]}};
    f.epoch1 = (struct authority){.epoch = 1,
                                  .anchor_size = 4,
                                  .anchor_root = f.root[4],
                                  .max = 14,
                                  .operator_count = 2,
                                  .operator_key = {key[1], key[2]},
                                  .hash = digest_of(bytes_str("note 1"))};
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
                                   .authority = &f->epoch0,
                                   .anchor = &f->tree[0],
                                   .from = from,
                                   .from_root = f->root[from],
                                   .leaf = f->leaf + from,
                                   .count = to - from,
                                   .root = f->root[to]};
}

/* The same in epoch 1. */
static struct signer_request later(const struct fixture *f, unsigned from, unsigned to) {
    struct signer_request r = request(f, from, to);
    r.authority = &f->epoch1;
    r.anchor = &f->tree[4];
    return r;
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

/* It may have been renamed by a program that ended before it synced the directory. */
static void the_ledger_is_written_again_before_the_same_signature(void **state) {
    struct fixture *f = *state;
    struct signer_request r = request(f, 0, 5);
    struct checkpoint_signature s;
    char ledger[TMP_LEN + 24], former[TMP_LEN + 24];
    struct stat st;
    snprintf(ledger, sizeof ledger, "%s/ledger/ledger", f->dir);
    snprintf(former, sizeof former, "%s/ledger/former", f->dir);
    CHECK_OK(signer_sign(f->dir, &r, f->first, &s));
    assert_int_equal(link(ledger, former), 0);
    CHECK_OK(signer_sign(f->dir, &r, f->first, &s));
    assert_int_equal(stat(former, &st), 0);
    assert_int_equal(st.st_nlink, 1); /* another file has taken its place */
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

static void another_log_or_nothing_at_all_is_refused(void **state) {
    struct fixture *f = *state;
    struct signer_request r = request(f, 0, 4);
    struct checkpoint_signature s;
    r.origin = "test.example/fr/fedcba9876543210";
    CHECK_ERR(signer_sign(f->dir, &r, f->first, &s), ERR_ORIGIN);
    r = request(f, 0, 0);
    CHECK_ERR(signer_sign(f->dir, &r, f->first, &s), ERR_RANGE);
}

static void only_operators_of_the_epoch_sign(void **state) {
    struct fixture *f = *state;
    struct signer_request r = request(f, 0, 5), next = later(f, 4, 6);
    struct checkpoint_signature s;
    struct ledger l;
    CHECK_ERR(signer_sign(f->dir, &r, f->third, &s), ERR_OPERATOR); /* not appointed yet */
    CHECK_OK(signer_sign(f->dir, &r, f->first, &s));
    CHECK_ERR(signer_sign(f->dir, &next, f->first, &s), ERR_OPERATOR); /* dismissed */
    CHECK_OK(ledger_load(f->dir, &l));
    assert_int_equal(l.epoch, 0);
    CHECK_OK(signer_sign(f->dir, &next, f->third, &s));
    CHECK_OK(ledger_load(f->dir, &l));
    assert_int_equal(l.epoch, 1);
}

static void nothing_is_signed_past_the_max_of_the_epoch(void **state) {
    struct fixture *f = *state;
    struct signer_request r = request(f, 0, 13), most = request(f, 0, 12);
    struct checkpoint_signature s;
    CHECK_ERR(signer_sign(f->dir, &r, f->first, &s), ERR_BOUNDS);
    CHECK_OK(signer_sign(f->dir, &most, f->first, &s));
    r = later(f, 12, 15);
    CHECK_ERR(signer_sign(f->dir, &r, f->second, &s), ERR_BOUNDS);
}

/* What an officer signed past the anchor in the epoch before is void, and another history may follow. */
static void a_new_epoch_begins_at_its_anchor_and_the_old_one_never_signs_again(void **state) {
    struct fixture *f = *state;
    struct signer_request old = request(f, 0, 8), more = request(f, 8, 9), next = later(f, 4, 6), other;
    struct checkpoint_signature s, again;
    const uint8_t content = 77;
    const struct bytes leaf = {&content, 1};
    struct digest hash = digest_leaf(leaf);
    struct frontier tree = f->tree[4];
    CHECK_OK(signer_sign(f->dir, &old, f->first, &s));
    frontier_add(&tree, &hash);
    other = later(f, 4, 5);
    other.leaf = &leaf;
    other.root = frontier_root(&tree);
    CHECK_OK(signer_sign(f->dir, &other, f->second, &s));
    CHECK_OK(signer_sign(f->dir, &other, f->third, &again));
    assert_memory_equal(&s, &again, sizeof s);
    CHECK_ERR(signer_sign(f->dir, &next, f->second, &s), ERR_STALE);
    CHECK_ERR(signer_sign(f->dir, &old, f->second, &s), ERR_EPOCH); /* though it once was signed */
    CHECK_ERR(signer_sign(f->dir, &more, f->second, &s), ERR_EPOCH);
}

static void a_new_epoch_whose_anchor_is_not_the_stored_trees_changes_nothing(void **state) {
    struct fixture *f = *state;
    struct signer_request first = request(f, 0, 3), next = later(f, 4, 6);
    struct checkpoint_signature s;
    struct ledger l;
    CHECK_OK(signer_sign(f->dir, &first, f->first, &s));
    next.anchor = &f->tree[3];
    CHECK_ERR(signer_sign(f->dir, &next, f->second, &s), ERR_ROOT);
    struct frontier tree = f->tree[4];
    tree.peak[2].b[0] ^= 1;
    next.anchor = &tree;
    CHECK_ERR(signer_sign(f->dir, &next, f->second, &s), ERR_ROOT);
    CHECK_OK(ledger_load(f->dir, &l));
    assert_int_equal(l.epoch, 0);
    assert_int_equal(l.frontier.size, 3);
}

/* An old ledger, of the epoch before, and a store that has entries of this one. */
static void a_ledger_of_the_epoch_before_does_not_sign_over_this_epochs_entries(void **state) {
    struct fixture *f = *state;
    struct signer_request first = request(f, 0, 3), next = later(f, 6, 7);
    struct checkpoint_signature s;
    CHECK_OK(signer_sign(f->dir, &first, f->first, &s));
    CHECK_ERR(signer_sign(f->dir, &next, f->second, &s), ERR_GAP);
}

static void lose_ledger(const struct fixture *f) {
    char path[TMP_LEN + 32];
    snprintf(path, sizeof path, "%s/" LEDGER_DIR "/ledger", f->dir);
    assert_int_equal(unlink(path), 0);
}

static void a_lost_ledger_comes_back_with_the_next_epoch_only(void **state) {
    struct fixture *f = *state;
    struct signer_request first = request(f, 0, 3), more = request(f, 3, 4), next = later(f, 4, 6);
    struct checkpoint_signature s;
    struct digest other = digest_of(bytes_str("another note"));
    struct authority second = f->epoch1;
    CHECK_OK(signer_sign(f->dir, &first, f->first, &s));
    CHECK_ERR(renewal_grant(f->dir, &f->epoch1.hash), ERR_EXISTS); /* a good ledger needs none */
    lose_ledger(f);
    CHECK_ERR(signer_sign(f->dir, &more, f->first, &s), ERR_NOT_FOUND);
    CHECK_ERR(signer_sign(f->dir, &next, f->second, &s), ERR_NOT_FOUND);
    CHECK_OK(renewal_grant(f->dir, &other));
    CHECK_ERR(signer_sign(f->dir, &next, f->second, &s), ERR_NOT_FOUND);
    CHECK_OK(renewal_grant(f->dir, &f->epoch1.hash));
    CHECK_ERR(signer_sign(f->dir, &more, f->first, &s), ERR_NOT_FOUND);
    CHECK_OK(signer_sign(f->dir, &next, f->second, &s));
    /* Used up: lost again, it does not come back in the same epoch. */
    lose_ledger(f);
    CHECK_ERR(signer_sign(f->dir, &next, f->second, &s), ERR_NOT_FOUND);
    second.hash = digest_of(bytes_str("note 2"));
    second.epoch = 2;
    next.authority = &second;
    CHECK_OK(renewal_grant(f->dir, &second.hash));
    CHECK_OK(signer_sign(f->dir, &next, f->second, &s));
}

static void a_damaged_ledger_is_set_aside_for_the_next_epoch(void **state) {
    struct fixture *f = *state;
    struct signer_request next = later(f, 4, 6);
    struct checkpoint_signature s;
    char path[TMP_LEN + 32];
    snprintf(path, sizeof path, "%s/" LEDGER_DIR "/ledger", f->dir);
    CHECK_OK(file_replace(path, bytes_str("comity-ledger/v1\nnonsense\n")));
    CHECK_REFUSED(signer_sign(f->dir, &next, f->second, &s));
    CHECK_OK(renewal_grant(f->dir, &f->epoch1.hash));
    CHECK_OK(signer_sign(f->dir, &next, f->second, &s));
    snprintf(path, sizeof path, "%s/" LEDGER_DIR "/damaged", f->dir);
    assert_int_equal(access(path, F_OK), 0);
}

/* ---- two officers at once ---- */

struct signed_ {
    uint64_t size;
    struct digest root;
};

/* Sign one leaf of one's own on top of whatever the ledger has, or of what it had some turns ago. */
static void officer_at_work(const struct fixture *f, const uint8_t *secret, uint8_t number, int out) {
    struct ledger seen = {.epoch = 0};
    for (unsigned turn = 0; turn < 60; turn++) {
        uint8_t content[2] = {number, (uint8_t)turn};
        struct bytes leaf = BYTES(content);
        struct digest hash = digest_leaf(leaf);
        struct checkpoint_signature s;
        struct authority authority = f->epoch0;
        int lock = -1;
        for (unsigned tries = 0; ledger_lock(f->dir, &lock) && tries < 100000; tries++)
            usleep(50);
        if (lock < 0 || (turn % 3 == 0 && ledger_load(f->dir, &seen)))
            _exit(1);
        struct frontier after = seen.frontier;
        frontier_add(&after, &hash);
        authority.max = 1000;
        struct signer_request r = request(f, 0, 0);
        r.authority = &authority;
        r.from = seen.frontier.size;
        r.from_root = seen.root;
        r.leaf = &leaf;
        r.count = 1;
        r.root = frontier_root(&after);
        if (signer_sign(f->dir, &r, secret, &s) == ERR_OK) {
            struct signed_ done = {after.size, r.root};
            if (write(out, &done, sizeof done) != (ssize_t)sizeof done)
                _exit(2);
        }
        close(lock);
    }
    _exit(0);
}

static void two_officers_who_race_sign_one_history(void **state) {
    struct fixture *f = *state;
    struct signed_ s;
    struct digest seen[200];
    uint64_t count = 0;
    int ends[2], status;
    pid_t child[2];
    memset(seen, 0, sizeof seen);
    assert_int_equal(pipe(ends), 0);
    for (uint8_t i = 0; i < 2; i++)
        if ((child[i] = fork()) == 0)
            officer_at_work(f, i ? f->second : f->first, i, ends[1]);
    close(ends[1]);
    static const struct digest none;
    while (read(ends[0], &s, sizeof s) == (ssize_t)sizeof s) {
        assert_true(s.size < 200);
        assert_true(digest_eq(&seen[s.size], &none)); /* every size once, so with one root */
        seen[s.size] = s.root;
        count++;
    }
    close(ends[0]);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(waitpid(child[i], &status, 0), child[i]);
        assert_int_equal(status, 0);
    }
    assert_true(count >= 40); /* each third turn at least was over the newest ledger */
    for (uint64_t size = 1; size <= count; size++)
        assert_false(digest_eq(&seen[size], &none));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_ledger, close_ledger)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_it_signs_is_a_checkpoint_of_the_whole_tree),
        TEST(the_ledger_stands_before_the_signature_is_given),
        TEST(the_same_request_again_gives_the_same_signature_also_to_another_operator),
        TEST(the_ledger_is_written_again_before_the_same_signature),
        TEST(two_operators_share_one_ledger),
        TEST(another_root_at_a_signed_size_is_refused),
        TEST(a_store_that_was_put_back_is_refused),
        TEST(a_ledger_that_was_put_back_is_refused),
        TEST(a_store_of_another_history_is_refused),
        TEST(a_root_that_the_signer_does_not_compute_itself_is_never_signed),
        TEST(another_log_or_nothing_at_all_is_refused),
        TEST(only_operators_of_the_epoch_sign),
        TEST(nothing_is_signed_past_the_max_of_the_epoch),
        TEST(a_new_epoch_begins_at_its_anchor_and_the_old_one_never_signs_again),
        TEST(a_new_epoch_whose_anchor_is_not_the_stored_trees_changes_nothing),
        TEST(a_ledger_of_the_epoch_before_does_not_sign_over_this_epochs_entries),
        TEST(a_lost_ledger_comes_back_with_the_next_epoch_only),
        TEST(a_damaged_ledger_is_set_aside_for_the_next_epoch),
        TEST(two_officers_who_race_sign_one_history),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    digest_thread_done();
    return failed;
}
