/* Sweeps: what comes due is destroyed, in steps, and nothing else is. */
#include "store/sweep.h"

#include <string.h>

#include "store/ages.h"
#include "store/lacking.h"
#include "store/scrub.h"
#include "tests/store/author.h"
#include "tests/store/two_states.h"
#include "tests/test.h"

static struct retention_policy policy;

static void erase(struct author *a, uint64_t entry) {
    struct leaf leaf = {.kind = LEAF_ERASE, .time = 7};
    leaf.erase.count = 1;
    leaf.erase.entry[0] = entry;
    author_leaf(a, &leaf);
}

/* The next entry: a version of contact `name`, with a members' part. */
static void version(struct author *a, uint8_t name, uint64_t valid_from) {
    static uint8_t buffer[LEAF_MAX], salted[SALT_LEN + 64];
    struct leaf leaf = {.kind = LEAF_CONTACT, .time = 1};
    struct bytes bytes, part[PART_CLASSES] = {{0}};
    memset(leaf.contact.id, name, CONTACT_ID_LEN);
    leaf.contact.kind = bytes_str("technical");
    leaf.contact.valid_from = valid_from;
    memset(salted, (int)a->size, SALT_LEN);
    salted[SALT_LEN] = 0x80; /* an empty map */
    part[PART_MEMBERS] = (struct bytes){salted, SALT_LEN + 1};
    leaf.has_part[PART_MEMBERS] = true;
    leaf.part[PART_MEMBERS] = part_commitment(PART_MEMBERS, part[PART_MEMBERS]);
    CHECK_OK(leaf_encode(&leaf, buffer, sizeof buffer, &bytes));
    author_add(a, bytes, part);
}

static void withdraw(struct author *a, uint8_t name) {
    struct leaf leaf = {.kind = LEAF_WITHDRAW, .time = 1};
    uint8_t id[CONTACT_ID_LEN];
    memset(id, name, sizeof id);
    leaf.withdraw.kind = LEAF_CONTACT;
    leaf.withdraw.id = BYTES(id);
    author_leaf(a, &leaf);
}

/* Sweep to the end at a time; gives when something is due next. */
static uint64_t sweep(struct fixture *f, uint64_t now_s, unsigned *ret_destroyed) {
    struct sweep s = {.inside = false};
    bool more = true;
    for (unsigned steps = 0; more; steps++) {
        struct txn t;
        assert_true(steps < 1000);
        txn_begin(&t, f->store, true);
        more = sweep_step(&t, &policy, now_s, &s);
        CHECK_OK(txn_commit(&t));
    }
    *ret_destroyed = s.destroyed;
    return s.due_s;
}

static const char *parts(struct fixture *f, const struct author *a) {
    static char text[64];
    size_t len = 0;
    struct txn t;
    struct bytes part;
    txn_begin(&t, f->store, false);
    for (uint64_t i = 0; i < a->size && len < sizeof text - 1; i++)
        text[len++] = "-HwgE"[logs_part(&t, a->id, i, PART_MEMBERS, &part)];
    CHECK_OK(txn_commit(&t));
    text[len] = '\0';
    return text;
}

static bool scrub_is_wanted(struct fixture *f) {
    struct txn t;
    txn_begin(&t, f->store, false);
    bool wanted = scrub_wanted(&t);
    txn_abort(&t);
    return wanted;
}

static void erased_parts_are_destroyed_after_the_delay(void **state) {
    struct fixture *f = *state;
    unsigned destroyed;
    uint64_t waiting, due;
    struct txn t;
    policy = (struct retention_policy){100, RETENTION_NEVER};
    author_fill(&f->fr, 3, 100, 200);
    erase(&f->fr, 1);
    publish_all(f, &f->fr);
    assert_int_equal(sweep(f, 1000, &destroyed), 1100);
    assert_int_equal(destroyed, 0);
    assert_string_equal(parts(f, &f->fr), "HEH-");
    txn_begin(&t, f->store, false);
    sweep_waiting(&t, f->fr.id, &waiting, &due);
    txn_abort(&t);
    assert_int_equal(waiting, 1);
    assert_int_equal(due, 1100);
    assert_int_equal(sweep(f, 1099, &destroyed), 1100);
    assert_false(scrub_is_wanted(f));
    assert_int_equal(sweep(f, 1100, &destroyed), RETENTION_NEVER);
    assert_int_equal(destroyed, 1);
    assert_string_equal(parts(f, &f->fr), "HgH-");
    assert_true(scrub_is_wanted(f));
    uint64_t version = store_version(f->store);
    assert_int_equal(sweep(f, 99999, &destroyed), RETENTION_NEVER);
    assert_int_equal(store_version(f->store), version); /* nothing was written */
}

/* The delay runs from when this node saw it, and a clock that was ahead does not hold it up. */
static void the_delay_runs_from_the_first_sight(void **state) {
    struct fixture *f = *state;
    unsigned destroyed;
    policy = (struct retention_policy){100, RETENTION_NEVER};
    author_fill(&f->fr, 2, 100, 200);
    publish_all(f, &f->fr);
    sweep(f, 500, &destroyed);
    erase(&f->fr, 0);
    publish_all(f, &f->fr);
    assert_int_equal(sweep(f, 90000, &destroyed), 90100); /* the clock was wrong */
    author_fill(&f->fr, 1, 100, 200);
    publish_all(f, &f->fr);
    assert_int_equal(sweep(f, 600, &destroyed), 700);
    sweep(f, 700, &destroyed);
    assert_int_equal(destroyed, 1);
}

static void ages_that_stand_close_are_one(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct log_record r;
    txn_begin(&t, f->store, true);
    assert_true(logs_get(&t, f->fr.id, &r));
    for (uint64_t i = 1; i <= 100; i++) {
        r.head.size = i;
        assert_true(ages_behind(&t, &r, 1000 + i));
        ages_note(&t, &r, 1000 + i, 10);
        assert_false(ages_behind(&t, &r, 1000 + i));
    }
    uint64_t rows = 0, last = 0;
    for (uint64_t i = 0; i < 100; i++) {
        uint64_t seen = ages_seen(&t, f->fr.id, i);
        assert_true(seen >= 1001 + i && seen <= 1001 + i + 10); /* never earlier, and not much later */
        rows += seen != last;
        last = seen;
    }
    assert_true(rows <= 12);
    assert_true(ages_seen(&t, f->fr.id, 100) == UINT64_MAX);
    ages_cut(&t, f->fr.id, 50);
    assert_true(ages_seen(&t, f->fr.id, 50) == UINT64_MAX);
    assert_true(ages_seen(&t, f->fr.id, 3) < UINT64_MAX);
    assert_true(ages_seen(&t, f->ke.id, 0) == UINT64_MAX);
    CHECK_OK(txn_commit(&t));
}

static void former_versions_are_destroyed_after_the_retention_period(void **state) {
    struct fixture *f = *state;
    unsigned destroyed;
    policy = (struct retention_policy){100, 1000};
    version(&f->fr, 'a', 0); /* 0 */
    version(&f->fr, 'b', 0); /* 1: stays */
    version(&f->fr, 'c', 0); /* 2 */
    publish_all(f, &f->fr);
    assert_int_equal(sweep(f, 500, &destroyed), RETENTION_NEVER);
    version(&f->fr, 'a', 0);    /* 3: in place of 0 */
    version(&f->fr, 'c', 5000); /* 4: announced, in place of 2 from then on */
    version(&f->fr, 'd', 0);    /* 5 */
    withdraw(&f->fr, 'd');      /* 6 */
    publish_all(f, &f->fr);
    assert_int_equal(sweep(f, 600, &destroyed), 1600);
    sweep(f, 1599, &destroyed);
    assert_int_equal(destroyed, 0);
    assert_string_equal(parts(f, &f->fr), "HHHHHH-");
    assert_int_equal(sweep(f, 1600, &destroyed), 6000);
    assert_int_equal(destroyed, 2);
    assert_string_equal(parts(f, &f->fr), "gHHHHg-");
    sweep(f, 6000, &destroyed);
    assert_string_equal(parts(f, &f->fr), "gHgHHg-");
}

/* A policy that has changed is applied to what was swept under another. */
static void another_policy_sweeps_anew(void **state) {
    struct fixture *f = *state;
    unsigned destroyed;
    policy = (struct retention_policy){100, RETENTION_NEVER};
    version(&f->fr, 'a', 0);
    version(&f->fr, 'a', 0);
    publish_all(f, &f->fr);
    assert_int_equal(sweep(f, 500, &destroyed), RETENTION_NEVER);
    policy.retention_s = 10;
    sweep(f, 520, &destroyed);
    assert_int_equal(destroyed, 1);
    assert_string_equal(parts(f, &f->fr), "gH");
}

/* More than a step looks at, or destroys; and two logs. */
static void a_sweep_of_many_goes_in_steps(void **state) {
    struct fixture *f = *state;
    unsigned destroyed;
    struct txn t;
    struct bytes part;
    policy = (struct retention_policy){0, 0};
    for (unsigned i = 0; i < 3000; i++)
        version(&f->fr, (uint8_t)(i % 7), 0);
    for (unsigned i = 0; i < 10; i++)
        version(&f->ke, 1, 0);
    publish_all(f, &f->fr);
    publish_all(f, &f->ke);
    sweep(f, 500, &destroyed);
    assert_int_equal(destroyed, 3000 - 7 + 9);
    txn_begin(&t, f->store, false);
    for (uint64_t i = 0; i < 3000; i++)
        assert_int_equal(logs_part(&t, f->fr.id, i, PART_MEMBERS, &part), i < 2993 ? PART_GONE : PART_HELD);
    txn_abort(&t);
    assert_string_equal(parts(f, &f->ke), "gggggggggH");
}

/* What was withheld and is erased is neither asked for nor taken. */
static void what_is_erased_is_not_taken_again(void **state) {
    struct fixture *f = *state;
    struct log_record record;
    struct lacking lacking[PARTS_PER_REQUEST];
    struct txn t;
    uint64_t next;
    unsigned destroyed;
    struct entry kept;
    policy = (struct retention_policy){0, RETENTION_NEVER};
    author_fill(&f->fr, 2, 100, 200);
    kept = f->fr.entry[0];
    f->fr.entry[0].part[PART_MEMBERS] = (struct part){.state = PART_WITHHELD};
    publish_all(f, &f->fr);
    txn_begin(&t, f->store, false);
    assert_true(logs_get(&t, f->fr.id, &record));
    assert_int_equal(lacking_find(&t, &record, true, 0, 2, lacking, &next), 1);
    txn_abort(&t);
    erase(&f->fr, 0);
    publish_all(f, &f->fr);
    for (unsigned swept = 0; swept < 2; swept++) {
        txn_begin(&t, f->store, true);
        assert_true(logs_get(&t, f->fr.id, &record));
        assert_int_equal(lacking_find(&t, &record, true, 0, 3, lacking, &next), 0);
        assert_false(lacking_fill(&t, &record, 0, PART_MEMBERS, kept.part[PART_MEMBERS].salted));
        CHECK_OK(txn_commit(&t));
        assert_string_equal(parts(f, &f->fr), swept ? "gH-" : "EH-");
        sweep(f, 500, &destroyed);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_two_states, close_them)
    const struct CMUnitTest tests[] = {
        TEST(erased_parts_are_destroyed_after_the_delay),
        TEST(the_delay_runs_from_the_first_sight),
        TEST(ages_that_stand_close_are_one),
        TEST(former_versions_are_destroyed_after_the_retention_period),
        TEST(another_policy_sweeps_anew),
        TEST(a_sweep_of_many_goes_in_steps),
        TEST(what_is_erased_is_not_taken_again),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
