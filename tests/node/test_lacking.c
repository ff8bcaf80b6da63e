/* Parts that were withheld are asked for again: between real stores, over queues in memory. */
#include "store/lacking.h"

#include <string.h>

#include "store/entries.h"
#include "tests/lib/world.h"
#include "tests/test.h"

enum { HOUR_MS = 3600 * 1000 };

static unsigned parts_in(unsigned number, enum part_class class, enum part_state state) {
    unsigned count = 0;
    for (uint64_t i = 0; i < fr.size; i++)
        count += part_at(number, &fr, i, class) == state;
    return count;
}

static struct log_record record_at(unsigned number) {
    struct log_record record;
    struct txn t;
    txn_begin(&t, world.site[number].store, false);
    assert_true(logs_get(&t, fr.id, &record));
    txn_abort(&t);
    return record;
}

/* Site 1, a State's, has taken what site 0 gives to observers. */
static void taken_for_an_observer(unsigned sites, uint64_t entries, size_t part_len) {
    world_carrying(sites);
    author_fill(&fr, entries, 300, part_len);
    for (uint64_t to = 0; to < entries;) { /* so many that a package takes them */
        uint64_t most = to + FETCH_BYTES_MAX / (PART_CLASSES * part_len + 400);
        to = most < entries ? most : entries;
        publish(0, &fr, to);
    }
    world.site[1].class = LINK_OBSERVER;
    link_sites(0, 1);
    settle();
    assert_int_equal(size_at(1, &fr), entries);
    assert_int_equal(parts_in(1, PART_MEMBERS, PART_WITHHELD), entries);
    world.site[1].class = LINK_MEMBER;
}

static void an_observer_asks_in_vain_and_ever_more_rarely(void **state) {
    (void)state;
    taken_for_an_observer(2, 300, 600);
    pass(24 * HOUR_MS);
    assert_in_range(world.sent[MESSAGE_PARTS], 8, 60);
    assert_int_equal(parts_in(1, PART_MEMBERS, PART_WITHHELD), 300);
    author_fill(&fr, 1, 300, 600);
    publish(0, &fr, 301);
    settle();
    assert_int_equal(size_at(1, &fr), 301); /* entries come as before */
    world_close();
}

static void a_node_that_has_become_a_member_gets_what_was_withheld(void **state) {
    (void)state;
    taken_for_an_observer(2, 300, 600);
    unlink_sites(0, 1);
    link_sites(0, 1);
    uint64_t asked = world.sent[MESSAGE_PARTS];
    pass(60 * 1000); /* it has just asked in vain: it waits a little */
    assert_int_equal(parts_in(1, PART_MEMBERS, PART_HELD), 300);
    assert_false(lacking_any(&(struct log_record[]){record_at(1)}[0], true));
    assert_in_range(world.sent[MESSAGE_PARTS] - asked, 300 / PARTS_PER_REQUEST, 300 / PARTS_PER_REQUEST + 2);
    pass(24 * HOUR_MS);
    assert_in_range(world.sent[MESSAGE_PARTS] - asked, 1, 300 / PARTS_PER_REQUEST + 2);
    world_close();
}

static void what_does_not_fit_an_answer_is_asked_for_again(void **state) {
    (void)state;
    taken_for_an_observer(2, 100, 16000);
    unlink_sites(0, 1);
    link_sites(0, 1);
    pass(60 * 1000);
    assert_int_equal(parts_in(1, PART_MEMBERS, PART_HELD), 100);
    world_close();
}

static void another_peer_gives_what_one_withholds(void **state) {
    (void)state;
    taken_for_an_observer(3, 50, 600);
    publish(2, &fr, 50);
    link_sites(1, 2);
    settle();
    assert_int_equal(parts_in(1, PART_MEMBERS, PART_HELD), 50);
    world_close();
}

static void it_is_known_after_a_start(void **state) {
    (void)state;
    taken_for_an_observer(2, 50, 600);
    site_stop(&world.site[1]);
    site_start(&world.site[1]);
    link_sites(0, 1);
    settle();
    assert_int_equal(parts_in(1, PART_MEMBERS, PART_HELD), 50);
    world_close();
}

static void what_is_gone_is_not_asked_for(void **state) {
    struct txn t;
    (void)state;
    taken_for_an_observer(2, 50, 600);
    txn_begin(&t, world.site[1].store, true);
    for (uint64_t i = 0; i < 50; i += 2)
        entries_part(&t, fr.id, i, PART_MEMBERS, BYTES(((uint8_t[]){PART_GONE})));
    CHECK_OK(txn_commit(&t));
    unlink_sites(0, 1);
    link_sites(0, 1);
    pass(60 * 1000);
    assert_int_equal(parts_in(1, PART_MEMBERS, PART_HELD), 25);
    assert_int_equal(parts_in(1, PART_MEMBERS, PART_GONE), 25);
    assert_false(lacking_any(&(struct log_record[]){record_at(1)}[0], true));
    world_close();
}

static void a_wrong_part_is_left_out_and_another_peer_asked(void **state) {
    (void)state;
    taken_for_an_observer(3, 50, 600);
    world.spoil = true;
    unlink_sites(0, 1);
    link_sites(0, 1);
    pass(10 * 1000);
    assert_in_range(world.site[1].refused, 1, 2);
    assert_int_equal(parts_in(1, PART_MEMBERS, PART_HELD), 49); /* those behind it have come */
    publish(2, &fr, 50);
    link_sites(1, 2);
    settle();
    assert_int_equal(parts_in(1, PART_MEMBERS, PART_HELD), 50);
    world_close();
}

static void an_observer_asks_no_members_part_and_nobody_asks_an_observer(void **state) {
    (void)state;
    world_carrying(3);
    site_stop(&world.site[1]);
    world.site[1].class = LINK_OBSERVER;
    site_start(&world.site[1]);
    author_fill(&fr, 20, 300, 600);
    publish(0, &fr, 20);
    link_sites(0, 1);
    settle();
    pass(2 * HOUR_MS);
    assert_int_equal(world.sent[MESSAGE_PARTS], 0);
    world.site[2].class = LINK_OBSERVER; /* a State's, taken for an observer */
    link_sites(0, 2);
    settle();
    uint64_t asked = world.sent[MESSAGE_PARTS];
    world.site[2].class = LINK_MEMBER;
    unlink_sites(0, 2);
    link_sites(1, 2);
    pass(2 * HOUR_MS);
    assert_int_equal(world.sent[MESSAGE_PARTS], asked);
    assert_int_equal(parts_in(2, PART_MEMBERS, PART_WITHHELD), 20);
    world_close();
}

/* One part that nobody gives does not hide those behind it. */
static void a_withheld_part_does_not_hide_others(void **state) {
    struct txn t;
    (void)state;
    taken_for_an_observer(3, 2 * LACKING_SCAN, 40);
    link_sites(1, 2); /* site 2 holds the members' parts of the last entries alone */
    settle();
    unlink_sites(1, 2);
    unlink_sites(0, 1);
    txn_begin(&t, world.site[2].store, true);
    for (uint64_t i = fr.size - 10; i < fr.size; i++)
        entries_part(&t, fr.id, i, PART_MEMBERS, fr.entry[i].part[PART_MEMBERS].salted);
    CHECK_OK(txn_commit(&t));
    link_sites(1, 2);
    pass(10 * 24 * (uint64_t)HOUR_MS);
    assert_int_equal(parts_in(1, PART_MEMBERS, PART_HELD), 10);
    world_close();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_observer_asks_in_vain_and_ever_more_rarely),
        cmocka_unit_test(a_node_that_has_become_a_member_gets_what_was_withheld),
        cmocka_unit_test(what_does_not_fit_an_answer_is_asked_for_again),
        cmocka_unit_test(another_peer_gives_what_one_withholds),
        cmocka_unit_test(it_is_known_after_a_start),
        cmocka_unit_test(what_is_gone_is_not_asked_for),
        cmocka_unit_test(a_wrong_part_is_left_out_and_another_peer_asked),
        cmocka_unit_test(an_observer_asks_no_members_part_and_nobody_asks_an_observer),
        cmocka_unit_test(a_withheld_part_does_not_hide_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
