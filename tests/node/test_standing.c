/* Ledger, batch and log, in each way in which they can stand to each other. */
#include "node/standing.h"
#include "tests/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/pending.h"
#include "node/renewal.h"
#include "tests/lib/tmp.h"

#define ORIGIN "test.example/fr/0123456789abcdef"
#define MOST 16

struct fixture {
    char dir[TMP_LEN];
    uint8_t content[MOST];
    struct frontier tree[MOST + 1];
    uint8_t secret[KEY_SECRET_LEN];
};

static int open_dir(void **state) {
    static struct fixture f;
    static const uint8_t seed[KEY_SEED_LEN] = {1};
    struct pubkey key;
    struct ledger l;
    memset(&f, 0, sizeof f);
    tmp_open(f.dir);
    key_from_seed(seed, &key, f.secret);
    for (unsigned i = 0; i < MOST; i++) {
        f.content[i] = (uint8_t)i;
        struct digest leaf = digest_leaf((struct bytes){&f.content[i], 1});
        f.tree[i + 1] = f.tree[i];
        frontier_add(&f.tree[i + 1], &leaf);
    }
    ledger_init(&l, ORIGIN, 0);
    CHECK_OK(ledger_create(f.dir, &l));
    *state = &f;
    return 0;
}

static int close_dir(void **state) {
    struct fixture *f = *state;
    tmp_close(f->dir);
    return 0;
}

static void ledger_at(struct fixture *f, const char *origin, uint64_t epoch, unsigned size) {
    struct ledger l;
    struct checkpoint c = {.size = size};
    ledger_init(&l, origin, epoch);
    l.frontier = f->tree[size];
    l.root = c.root = frontier_root(&l.frontier);
    snprintf(c.origin, sizeof c.origin, "%s", origin);
    checkpoint_sign(&c, f->secret, &l.last);
    CHECK_OK(ledger_save(f->dir, &l));
}

/* A batch of the leaves [from, to). */
static void batch_of(struct fixture *f, uint64_t epoch, unsigned from, unsigned to) {
    struct entry entry[MOST] = {{.leaf = {NULL, 0}}};
    struct pending p = {.origin = ORIGIN, .epoch = epoch, .base = f->tree[from], .entry = entry};
    for (unsigned i = from; i < to; i++)
        entry[p.count++].leaf = (struct bytes){&f->content[i], 1};
    CHECK_OK(pending_save(f->dir, &p));
}

static struct ownlog log_at(const struct fixture *f, uint64_t epoch, unsigned anchor, unsigned size) {
    struct ownlog log = {.origin = ORIGIN,
                         .authority = {.epoch = epoch,
                                       .anchor_size = anchor,
                                       .anchor_root = frontier_root(&f->tree[anchor]),
                                       .max = 100,
                                       .hash = digest_of(bytes_str(epoch ? "note 1" : "note 0"))},
                         .anchored = true,
                         .anchor = f->tree[anchor],
                         .size = size,
                         .held = size,
                         .root = frontier_root(&f->tree[size])};
    return log;
}

static enum err root_of(void *context, uint64_t size, struct digest *ret) {
    const struct fixture *f = context;
    *ret = frontier_root(&f->tree[size]);
    return ERR_OK;
}

/* The state, and that it says what to do if a person has to do something. */
static enum standing_state look(struct fixture *f, const struct ownlog *log, unsigned base) {
    struct standing s;
    char text[STANDING_TEXT_MAX];
    CHECK_OK(standing_look(f->dir, log, root_of, f, &s));
    standing_say(&s, log, text, sizeof text);
    assert_int_equal(s.state > STANDING_DONE, *text != 0);
    assert_true(!*text || (strlen(text) > 60 && strlen(text) < STANDING_TEXT_MAX - 1));
    if (s.state == STANDING_CLEAN)
        assert_int_equal(s.base.size, base);
    return s.state;
}

#define EXPECT(state, log, base) assert_int_equal(look(f, log, base), STANDING_##state)

static void within_an_epoch_both_stand_at_the_same_tree(void **state) {
    struct fixture *f = *state;
    struct ownlog log = log_at(f, 0, 0, 5);
    ledger_at(f, ORIGIN, 0, 5);
    EXPECT(CLEAN, &log, 5);
    ledger_at(f, ORIGIN, 0, 7);
    EXPECT(LOG_BACK, &log, 0);
    ledger_at(f, ORIGIN, 0, 3);
    EXPECT(LEDGER_BACK, &log, 0);
    ledger_at(f, ORIGIN, 0, 5);
    log.root.b[0] ^= 1;
    EXPECT(FORK, &log, 0);
    ledger_at(f, "test.example/ke/0123456789abcdef", 0, 5);
    EXPECT(OTHER, &log, 0);
}

static void a_batch_explains_a_ledger_that_is_ahead(void **state) {
    struct fixture *f = *state;
    struct ownlog log = log_at(f, 0, 0, 5);
    batch_of(f, 0, 5, 8);
    ledger_at(f, ORIGIN, 0, 5);
    EXPECT(CLEAN, &log, 5); /* written, never signed */
    ledger_at(f, ORIGIN, 0, 8);
    EXPECT(HALF, &log, 0);
    ledger_at(f, ORIGIN, 0, 9);
    EXPECT(LOG_BACK, &log, 0); /* something else was signed */
    log = log_at(f, 0, 0, 4);
    ledger_at(f, ORIGIN, 0, 8);
    EXPECT(LOG_BACK, &log, 0); /* the log does not reach to where the batch begins */
    log = log_at(f, 0, 0, 8);
    EXPECT(DONE, &log, 0);
    log = log_at(f, 0, 0, 10);
    EXPECT(LEDGER_BACK, &log, 0);
}

static void a_new_epoch_begins_at_its_anchor(void **state) {
    struct fixture *f = *state;
    struct ownlog log = log_at(f, 1, 4, 4);
    for (unsigned size = 0; size < 8; size++) { /* whatever the old epoch has signed */
        ledger_at(f, ORIGIN, 0, size ? size : 1);
        EXPECT(CLEAN, &log, 4);
    }
    log = log_at(f, 1, 4, 6); /* somebody has signed in it, and not with this ledger */
    EXPECT(LEDGER_BACK, &log, 0);
    ledger_at(f, ORIGIN, 1, 6);
    EXPECT(CLEAN, &log, 6);
    log = log_at(f, 0, 0, 8); /* the store does not know the epoch any more */
    EXPECT(LOG_BACK, &log, 0);
}

static void a_batch_of_the_epoch_before_is_tidied_up_or_forgotten(void **state) {
    struct fixture *f = *state;
    struct ownlog log = log_at(f, 1, 6, 6);
    ledger_at(f, ORIGIN, 0, 6);
    batch_of(f, 0, 4, 6); /* all of it lies below the anchor */
    EXPECT(DONE, &log, 0);
    batch_of(f, 0, 4, 8); /* its end does not */
    EXPECT(CLEAN, &log, 6);
    f->content[5] = 99; /* another one, which never was in the log */
    batch_of(f, 0, 4, 6);
    EXPECT(CLEAN, &log, 6);
}

static void what_the_node_knows_against_signing_comes_first(void **state) {
    struct fixture *f = *state;
    struct ownlog log = log_at(f, 0, 0, 5);
    ledger_at(f, ORIGIN, 0, 5);
    log.flags = VIEW_DISPUTED;
    EXPECT(DISPUTED, &log, 0);
    log.flags = VIEW_CONTESTED;
    EXPECT(CONTESTED, &log, 0);
    log.flags = VIEW_INCOMPLETE;
    EXPECT(INCOMPLETE, &log, 0);
    log.flags = 0;
    log.anchored = false;
    EXPECT(INCOMPLETE, &log, 0);
}

static void a_lost_ledger_waits_for_the_next_epoch(void **state) {
    struct fixture *f = *state;
    char path[TMP_LEN + 32];
    struct ownlog log = log_at(f, 0, 0, 5), next = log_at(f, 1, 5, 5), later = log_at(f, 1, 5, 7);
    snprintf(path, sizeof path, "%s/ledger/ledger", f->dir);
    assert_int_equal(unlink(path), 0);
    EXPECT(LEDGER_LOST, &log, 0);
    EXPECT(LEDGER_LOST, &next, 0);
    CHECK_OK(renewal_grant(f->dir, &next.authority.hash));
    EXPECT(LEDGER_LOST, &log, 0);
    EXPECT(CLEAN, &next, 5);
    EXPECT(LEDGER_LOST, &later, 0); /* something was signed in it already */
    CHECK_OK(renewal_drop(f->dir));
    EXPECT(LEDGER_LOST, &next, 0);
}

static void a_lost_directory_is_a_lost_ledger(void **state) {
    struct fixture *f = *state;
    char path[TMP_LEN + 32];
    struct ownlog log = log_at(f, 0, 0, 5);
    int lock = -1;
    snprintf(path, sizeof path, "%s/ledger", f->dir);
    tmp_close(path);
    EXPECT(LEDGER_LOST, &log, 0);
    CHECK_OK(ledger_lock(f->dir, &lock));
    close(lock);
    CHECK_ERR(ledger_lock("/nonexistent", &lock), ERR_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_dir, close_dir)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(within_an_epoch_both_stand_at_the_same_tree),
        TEST(a_batch_explains_a_ledger_that_is_ahead),
        TEST(a_new_epoch_begins_at_its_anchor),
        TEST(a_batch_of_the_epoch_before_is_tidied_up_or_forgotten),
        TEST(what_the_node_knows_against_signing_comes_first),
        TEST(a_lost_ledger_waits_for_the_next_epoch),
        TEST(a_lost_directory_is_a_lost_ledger),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    digest_thread_done();
    return failed;
}
