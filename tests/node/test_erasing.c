/* Erasure among nodes: hidden with the view, given to nobody, destroyed by each in its own time, and not
 * while anybody disputes what the log says.  Real stores, the gate and replication, without links. */
#include <string.h>

#include "node/eraser.h"
#include "node/intake.h"
#include "proto/view.h"
#include "store/directory.h"
#include "store/roster.h"
#include "tests/lib/world.h"
#include "tests/test.h"

static struct author other; /* France's second history */
static const struct retention_policy at_once = {.erase_delay_s = 0, .retention_s = RETENTION_NEVER};
static const struct retention_policy late = {.erase_delay_s = 1000000, .retention_s = RETENTION_NEVER};

static void hand(unsigned number, struct author *a, uint64_t from, uint64_t to, uint64_t target) {
    struct site *site = &world.site[number];
    struct log_record record;
    uint64_t at;
    struct txn t;
    struct package package = author_package(a, from, to, target);
    txn_begin(&t, site->store, true);
    CHECK_OK(intake_package(site->intake, &t, &package, 1, &record, &at));
    CHECK_OK(txn_commit(&t));
    replica_rescan(site->replica);
}

static unsigned flags_at(unsigned number) {
    struct log_record record;
    struct txn t;
    txn_begin(&t, world.site[number].store, false);
    assert_true(logs_get(&t, fr.id, &record));
    txn_abort(&t);
    return record.head.flags;
}

static void erase(struct author *a, uint64_t entry) {
    struct leaf leaf = {.kind = LEAF_ERASE, .time = 7};
    leaf.erase.count = 1;
    leaf.erase.entry[0] = entry;
    author_leaf(a, &leaf);
}

/* Let a site's eraser do all that it has to do at a time. */
static unsigned erase_at(unsigned number, const struct retention_policy *policy, uint64_t now_s) {
    unsigned destroyed;
    CHECK_OK(eraser_run(policy, world.site[number].store, now_s, &destroyed));
    return destroyed;
}

static void all_have(uint64_t entry, enum part_state want) {
    for (unsigned i = 0; i < world.count; i++)
        for (unsigned class = 0; class < PART_CLASSES; class ++)
            assert_int_equal(part_at(i, &fr, entry, class), want);
}

static void meet(uint64_t ms) {
    settle();
    pass(ms);
}

static void what_is_erased_is_given_to_nobody(void **state) {
    (void)state;
    world_carrying(4);
    author_fill(&fr, 5, 200, 300);
    link_sites(0, 1);
    publish(0, &fr, 5);
    meet(1000);
    assert_int_equal(part_at(1, &fr, 2, PART_MEMBERS), PART_HELD);
    erase(&fr, 2);
    publish(0, &fr, 6);
    meet(1000);
    assert_int_equal(part_at(0, &fr, 2, PART_MEMBERS), PART_HIDDEN);
    assert_int_equal(part_at(1, &fr, 2, PART_PUBLIC), PART_HIDDEN);
    /* Who comes now gets all but that, hidden as it is or destroyed. */
    link_sites(1, 2);
    meet(1000);
    assert_int_equal(part_at(2, &fr, 2, PART_MEMBERS), PART_HIDDEN);
    assert_int_equal(part_at(2, &fr, 1, PART_MEMBERS), PART_HELD);
    assert_int_equal(erase_at(2, &late, 50), 0);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(erase_at(i, &at_once, 50), 1);
    link_sites(2, 3);
    meet(1000);
    /* That it is gone is not taken on a peer's word; this node's own sweep says so. */
    assert_int_equal(part_at(3, &fr, 2, PART_MEMBERS), PART_HIDDEN);
    assert_int_equal(erase_at(3, &at_once, 50), 1);
    all_have(2, PART_GONE);
    all_have(1, PART_HELD);
    world_close();
}

/* Two histories that part at f; site 0 has the first, site 1 the second; an erasure lies before f, or in the
 * first history alone. */
static void dispute(uint64_t f, bool before) {
    world_carrying(3);
    author_fill(&fr, 8, 200, 300);
    if (before)
        erase(&fr, 2); /* 8 */
    author_fill(&fr, f - fr.size, 200, 300);
    author_branch(&fr, f, &other);
    if (!before)
        erase(&fr, 2);
    author_fill(&fr, 5, 200, 300);
    author_fill(&other, 3, 200, 300);
    hand(0, &fr, 0, fr.size, fr.size);
    hand(1, &other, 0, other.size, other.size);
    assert_int_equal(part_at(0, &fr, 2, PART_MEMBERS), PART_HIDDEN);
}

static void done(void) {
    author_close(&other);
    world_close();
}

static void nothing_is_destroyed_while_the_log_is_disputed(void **state) {
    (void)state;
    dispute(12, true);
    erase_at(0, &late, 50); /* it has been seen */
    link_sites(0, 1);
    link_sites(1, 2);
    meet(120000);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(flags_at(i), VIEW_DISPUTED);
        assert_int_equal(erase_at(i, &at_once, 5000000), 0);
    }
    all_have(2, PART_HIDDEN);
    /* The custodians have acted: what lies below their anchor is carried out at once. */
    author_epoch(&fr, 14, 0);
    author_fill(&fr, 2, 200, 300);
    hand(0, &fr, 14, 14, 14);
    hand(0, &fr, 14, fr.size, fr.size);
    meet(300000);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(flags_at(i), 0);
        assert_int_equal(size_at(i, &fr), fr.size);
        bool left =
            part_at(i, &fr, 2, PART_MEMBERS) != PART_GONE; /* site 2 may have heard that it has gone */
        assert_int_equal(erase_at(i, &late, 51), left);
    }
    all_have(2, PART_GONE);
    done();
}

static void what_a_fork_unhides_is_asked_for(void **state) {
    (void)state;
    dispute(12, false);
    link_sites(0, 2);
    meet(60000);
    assert_int_equal(part_at(2, &fr, 2, PART_MEMBERS), PART_HIDDEN);
    /* The fork is before the leaf that erases: the entry stands again, at one who was never given its parts.
     */
    link_sites(0, 1);
    meet(120000);
    assert_int_equal(flags_at(2), VIEW_DISPUTED);
    meet(600000);
    all_have(2, PART_HELD);
    done();
}

static void an_erasure_that_the_custodians_leave_out_comes_to_nothing(void **state) {
    (void)state;
    dispute(12, false);
    erase_at(0, &late, 50);
    /* A site that comes meanwhile does not get it... */
    link_sites(0, 2);
    meet(60000);
    assert_int_equal(part_at(2, &fr, 2, PART_MEMBERS), PART_HIDDEN);
    link_sites(0, 1);
    meet(120000);
    assert_int_equal(flags_at(0), VIEW_DISPUTED);
    assert_int_equal(part_at(0, &fr, 2, PART_MEMBERS), PART_HELD);
    assert_int_equal(erase_at(0, &at_once, 5000000), 0);
    /* ... and has it once nothing erases it any more. */
    author_epoch(&other, 13, 0);
    author_fill(&other, 2, 200, 300);
    hand(1, &other, 13, 13, 13);
    hand(1, &other, 13, other.size, other.size);
    meet(300000);
    meet(300000);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(size_at(i, &fr), other.size);
        assert_int_equal(erase_at(i, &at_once, 9000000), 0);
    }
    all_have(2, PART_HELD);
    done();
}

/* The same leaf number in another history is another erasure: its delay begins anew. */
static void a_delay_does_not_outlive_its_history(void **state) {
    (void)state;
    const struct retention_policy policy = {.erase_delay_s = 100, .retention_s = RETENTION_NEVER};
    world_carrying(1);
    author_fill(&fr, 6, 200, 300);
    author_branch(&fr, 6, &other);
    erase(&fr, 2);
    erase(&other, 3);
    hand(0, &fr, 0, 7, 7);
    assert_int_equal(erase_at(0, &policy, 1000), 0);
    author_epoch(&other, 6, 0);
    hand(0, &other, 6, 7, 7);
    assert_int_equal(size_at(0, &fr), 7);
    assert_int_equal(part_at(0, &fr, 2, PART_MEMBERS), PART_HELD);
    assert_int_equal(part_at(0, &fr, 3, PART_MEMBERS), PART_HIDDEN);
    assert_int_equal(erase_at(0, &policy, 1099), 0);
    assert_int_equal(erase_at(0, &policy, 1150), 0);
    assert_int_equal(erase_at(0, &policy, 1200), 1);
    assert_int_equal(part_at(0, &fr, 3, PART_MEMBERS), PART_GONE);
    done();
}

/* A step at a time, with a power cut after each. */
static void it_goes_on_after_a_crash_at_any_point(void **state) {
    (void)state;
    world_carrying(1);
    author_fill(&fr, 40, 200, 600);
    publish(0, &fr, 40);
    for (uint64_t i = 0; i < 20; i++)
        erase(&fr, 2 * i);
    publish(0, &fr, 60);
    for (unsigned steps = 0; steps < 8; steps++) {
        struct eraser eraser = {.policy = at_once};
        bool more = true;
        for (unsigned i = 0; i < steps && more; i++)
            CHECK_OK(eraser_step(&eraser, world.site[0].store, 50, &more));
        site_stop(&world.site[0]);
        site_start(&world.site[0]);
    }
    erase_at(0, &at_once, 51);
    for (uint64_t i = 0; i < 40; i++)
        assert_int_equal(part_at(0, &fr, i, PART_MEMBERS), i % 2 ? PART_HELD : PART_GONE);
    struct eraser eraser = {.policy = at_once};
    bool more = false;
    CHECK_OK(eraser_step(&eraser, world.site[0].store, 52, &more));
    while (more)
        CHECK_OK(eraser_step(&eraser, world.site[0].store, 52, &more));
    assert_int_equal(eraser.destroyed, 0);
    assert_false(eraser_due(&eraser, world.site[0].store, 1000000)); /* at rest, it does nothing */
    world_close();
}

static long long said(unsigned peer, const char *name) {
    json_t *json = survey_json(replica_surveyed(world.site[0].replica), peer, 0);
    long long number = json_integer_value(json_object_get(json, name));
    assert_true(json_is_true(json_object_get(json, "answered")));
    json_decref(json);
    return number;
}

/* One has destroyed it, one hides it, and one does not keep to the rules: it goes on as if it had not heard.
 */
static void a_survey_tells_who_still_serves_it(void **state) {
    (void)state;
    struct txn t;
    world_carrying(4);
    author_fill(&fr, 5, 200, 300);
    erase(&fr, 2);
    for (unsigned i = 0; i < 3; i++)
        hand(i, &fr, 0, 6, 6);
    for (unsigned i = 1; i < 4; i++)
        link_sites(0, i);
    meet(1000);
    assert_int_equal(erase_at(1, &at_once, 50), 1);
    txn_begin(&t, world.site[2].store, true);
    directory_forget(&t, fr.id, 5, 6);
    CHECK_OK(txn_commit(&t));
    replica_survey(world.site[0].replica, fr.id, 100);
    settle();
    assert_int_equal(said(1, "gone"), 2);
    assert_int_equal(said(2, "served"), 2);
    assert_int_equal(said(3, "hidden"), 2);
    assert_int_equal(said(3, "served") + said(1, "served"), 0);
    /* What it was handed is not kept. */
    assert_int_equal(part_at(0, &fr, 2, PART_MEMBERS), PART_HIDDEN);
    assert_int_equal(world.site[0].closed, 0);
    world_close();
}

/* Where nothing more can be written, nothing is lost, and it is done once there is room. */
static void a_full_disk_puts_it_off(void **state) {
    (void)state;
    char dir[TMP_LEN];
    struct log_record record;
    struct txn t;
    struct bytes part;
    unsigned destroyed = 0;
    tmp_open(dir);
    struct store *store = author_store(dir, 1 << 20);
    author_open(&fr, "fr", 1);
    author_register(&fr, store);
    author_fill(&fr, 20, 200, 600);
    for (uint64_t i = 0; i < 20; i++)
        erase(&fr, i);
    txn_begin(&t, store, true);
    CHECK_OK(author_deliver(&fr, &t, fr.size, fr.size, &record));
    CHECK_OK(txn_commit(&t));
    enum err err = ERR_OK;
    for (size_t len = 30000; len > 16; len -= err ? len / 2 : 0) {
        static const uint8_t text[30000];
        txn_begin(&t, store, true);
        drafts_add(&t, (struct bytes){text, len});
        err = txn_commit(&t);
    }
    CHECK_ERR(err, ERR_DISK_FULL);
    CHECK_ERR(eraser_run(&at_once, store, 50, &destroyed), ERR_DISK_FULL);
    store_close(store);
    store = author_store(dir, 0);
    CHECK_OK(eraser_run(&at_once, store, 50, &destroyed));
    assert_int_equal(destroyed, 20);
    txn_begin(&t, store, false);
    for (uint64_t i = 0; i < 20; i++)
        assert_int_equal(logs_part(&t, fr.id, i, PART_MEMBERS, &part), PART_GONE);
    txn_abort(&t);
    store_close(store);
    author_close(&fr);
    tmp_close(dir);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_erased_is_given_to_nobody),
        cmocka_unit_test(nothing_is_destroyed_while_the_log_is_disputed),
        cmocka_unit_test(what_a_fork_unhides_is_asked_for),
        cmocka_unit_test(an_erasure_that_the_custodians_leave_out_comes_to_nothing),
        cmocka_unit_test(a_delay_does_not_outlive_its_history),
        cmocka_unit_test(it_goes_on_after_a_crash_at_any_point),
        cmocka_unit_test(a_survey_tells_who_still_serves_it),
        cmocka_unit_test(a_full_disk_puts_it_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
