/* Replication between real stores over queues in memory: the machine, its glue, the gate and LMDB. */
#include "node/replica.h"

#include <stdlib.h>
#include <string.h>

#include "node/answer.h"
#include "store/entries.h"
#include "tests/lib/world.h"
#include "tests/test.h"

static uint64_t held_at(unsigned number) {
    struct log_record record;
    struct txn t;
    txn_begin(&t, world.site[number].store, false);
    assert_true(logs_get(&t, fr.id, &record));
    txn_abort(&t);
    return record.held;
}

static void an_entry_reaches_a_node_two_hops_away(void **state) {
    (void)state;
    world_carrying(3);
    link_sites(0, 1);
    link_sites(1, 2);
    settle();
    author_fill(&fr, 5, 300, 600);
    publish(0, &fr, 5);
    settle();
    assert_int_equal(size_at(2, &fr), 5);
    assert_int_equal(part_at(2, &fr, 4, PART_MEMBERS), PART_HELD);
    world_close();
}

static void nothing_is_said_when_nothing_has_changed(void **state) {
    (void)state;
    world_carrying(2);
    author_fill(&fr, 3, 300, 0);
    publish(0, &fr, 3);
    link_sites(0, 1);
    settle();
    assert_true(world.site[0].complete[1] && world.site[1].complete[0]);
    uint64_t before = world.letters, bytes = world.bytes;
    pass(3600 * 1000);
    /* Twelve long polls an hour from each side, each a question and an answer. */
    assert_in_range(world.letters - before, 1, 2 * 2 * 13);
    assert_in_range((world.bytes - bytes) / 60, 1, 200);
    world_close();
}

static void a_long_log_comes_in_packages_and_resumes(void **state) {
    (void)state;
    world_carrying(2);
    author_fill(&fr, 5000, 300, 600);
    publish(0, &fr, 5000);
    link_sites(0, 1);
    for (int packages = 0; packages < 2;) { /* some packages, then the power goes */
        struct letter *letter = world.first;
        assert_non_null(letter);
        world.first = letter->next;
        world.last = world.first ? world.last : &world.first;
        replica_message(world.site[letter->to].replica, letter->from, letter->frame);
        free(letter);
        packages += jobs_run(&world.site[1]);
    }
    site_stop(&world.site[1]);
    site_start(&world.site[1]);
    struct log_record record;
    struct txn t;
    txn_begin(&t, world.site[1].store, false);
    assert_true(logs_get(&t, fr.id, &record));
    txn_abort(&t);
    assert_true(record.held > 0 && record.head.size == 0);
    link_sites(0, 1);
    settle();
    assert_int_equal(size_at(1, &fr), 5000);
    world_close();
}

/* The tree that was begun with is held by nobody any more; a smaller one, signed as well, is. */
static void a_target_that_nobody_delivers_does_not_hold_back_a_smaller_head(void **state) {
    (void)state;
    world_carrying(2);
    author_fill(&fr, 5000, 300, 600);
    publish(0, &fr, 5000);
    link_sites(0, 1);
    for (int packages = 0; packages < 2;)
        packages += happen() && world.site[1].job == NULL && held_at(1) > 0;
    assert_int_equal(size_at(1, &fr), 0);
    uint64_t held = held_at(1);
    site_stop(&world.site[0]);
    tmp_close(world.site[0].dir);
    tmp_open(world.site[0].dir);
    site_start(&world.site[0]);
    carry(0, &fr);
    publish(0, &fr, 100);
    assert_true(held > 100 && held < 5000);
    link_sites(0, 1);
    settle();
    pass(60 * 1000);
    assert_int_equal(size_at(1, &fr), 100);
    assert_true(held_at(1) >= held);
    publish(0, &fr, 5000);
    settle();
    pass(60 * 1000);
    assert_int_equal(size_at(1, &fr), 5000);
    world_close();
}

static void an_observer_never_receives_a_members_part(void **state) {
    (void)state;
    world_carrying(2);
    world.site[1].class = LINK_OBSERVER;
    author_fill(&fr, 20, 300, 600);
    publish(0, &fr, 20);
    link_sites(0, 1);
    settle();
    assert_int_equal(size_at(1, &fr), 20);
    for (uint64_t i = 0; i < 20; i++) {
        assert_int_equal(part_at(1, &fr, i, PART_PUBLIC), PART_HELD);
        assert_int_equal(part_at(1, &fr, i, PART_MEMBERS), PART_WITHHELD);
    }
    world_close();
}

static void a_state_waits_for_a_member_rather_than_take_an_observers_copy(void **state) {
    (void)state;
    world_carrying(3); /* 0 publishes, 1 is an observer, 2 hears only of the observer at first */
    world.site[1].class = LINK_OBSERVER;
    author_fill(&fr, 4, 300, 600);
    publish(0, &fr, 4);
    link_sites(0, 1);
    link_sites(1, 2);
    settle();
    assert_int_equal(size_at(1, &fr), 4);
    assert_int_equal(size_at(2, &fr), 0);
    link_sites(0, 2);
    settle();
    assert_int_equal(size_at(2, &fr), 4);
    assert_int_equal(part_at(2, &fr, 3, PART_MEMBERS), PART_HELD);
    world_close();
}

static void a_peer_that_sends_spoiled_leaves_loses_its_claim_and_another_delivers(void **state) {
    (void)state;
    world_carrying(3);
    author_fill(&fr, 50, 300, 600);
    publish(0, &fr, 50);
    publish(1, &fr, 50);
    world.spoil_leaves = true;
    link_sites(0, 2);
    settle();
    assert_int_equal(size_at(2, &fr), 0);
    assert_int_equal(world.site[2].refused, 1);
    link_sites(1, 2);
    settle();
    assert_int_equal(size_at(2, &fr), 50);
    world_close();
}

static void a_spoiling_peer_alone_is_asked_again_but_ever_more_rarely(void **state) {
    (void)state;
    world_carrying(2);
    author_fill(&fr, 5, 300, 600);
    publish(0, &fr, 5);
    world.spoil_leaves = true;
    link_sites(0, 1);
    settle();
    pass(24 * 3600 * 1000);
    assert_in_range(world.site[1].refused, 8, 70);
    world.spoil_leaves = false;
    pass(3600 * 1000);
    assert_int_equal(size_at(1, &fr), 5);
    world_close();
}

/* What is good before it comes each time, and gives way each time. */
static void who_alone_has_a_log_with_a_damaged_leaf_is_asked_ever_more_rarely(void **state) {
    (void)state;
    uint8_t key[8], leaf[LEAF_MAX];
    uint64_t row, count;
    struct bytes value;
    struct txn t;
    world_carrying(2);
    author_fill(&fr, 100, 300, 16000);
    for (uint64_t to = 20; to <= 100; to += 20)
        publish(0, &fr, to);
    txn_begin(&t, world.site[0].store, true);
    assert_true(entries_find(&t, fr.id, 90, &row, &count));
    be64_put(key, row);
    assert_true(row_get(&t, TABLE_LEAVES, BYTES(key), &value));
    memcpy(leaf, value.ptr, value.len);
    leaf[value.len - 1] ^= 1;
    row_put(&t, TABLE_LEAVES, BYTES(key), (struct bytes){leaf, value.len});
    CHECK_OK(txn_commit(&t));
    link_sites(0, 1);
    settle();
    uint64_t once = world.sent[MESSAGE_FETCH];
    assert_in_range(once, 4, 20);
    pass(20 * 60 * 1000);
    assert_in_range(world.sent[MESSAGE_FETCH], 4 * once, 14 * once);
    world_close();
}

static void quota_set(unsigned number, uint64_t quota, const char *own) {
    intake_quota(world.site[number].intake, quota, own);
    replica_quota(world.site[number].replica, quota);
}

/* What is there is kept, and nothing is asked for until more may be kept; other logs go on. */
static void a_log_that_comes_to_the_quota_stops_and_goes_on_when_it_is_raised(void **state) {
    (void)state;
    struct author ke;
    world_carrying(2);
    author_open(&ke, "ke", 2);
    carry(0, &ke);
    carry(1, &ke);
    quota_set(1, 1 << 19, "");
    author_fill(&fr, 50, 300, 600);
    author_fill(&ke, 5, 300, 600);
    publish(0, &fr, 50);
    link_sites(0, 1);
    settle();
    assert_int_equal(size_at(1, &fr), 50);
    author_fill(&fr, 1000, 300, 600);
    publish(0, &fr, 250);
    for (uint64_t to = 450; to <= 1050; to += 200)
        publish(0, &fr, to);
    settle();
    uint64_t stopped = held_at(1), asked = world.sent[MESSAGE_FETCH];
    assert_in_range(stopped, 50, 1049);
    author_fill(&fr, 5, 300, 600);
    for (uint64_t to = 1051; to <= 1055; to++) { /* news that cannot be kept is not asked for */
        publish(0, &fr, to);
        settle();
    }
    pass(3600 * 1000);
    assert_int_equal(held_at(1), stopped);
    assert_int_equal(world.sent[MESSAGE_FETCH], asked);
    assert_int_equal(world.site[1].refused, 0); /* and nobody is to blame */
    publish(0, &ke, 5);
    settle();
    assert_int_equal(size_at(1, &ke), 5);
    quota_set(1, 16 << 20, "");
    unlink_sites(0, 1);
    site_stop(&world.site[1]); /* as after a change of the configuration */
    site_start(&world.site[1]);
    link_sites(0, 1);
    settle();
    assert_int_equal(size_at(1, &fr), 1055);
    author_close(&ke);
    world_close();
}

static void the_own_log_has_no_quota(void **state) {
    (void)state;
    world_carrying(2);
    quota_set(1, 4096, fr.origin);
    author_fill(&fr, 50, 300, 600);
    publish(0, &fr, 50);
    link_sites(0, 1);
    settle();
    assert_int_equal(size_at(1, &fr), 50);
    world_close();
}

/* The leaves verify by themselves: the log goes on, and the part is asked of others first. */
static void a_spoiled_part_stops_no_log_and_another_peer_gives_it(void **state) {
    (void)state;
    world_carrying(3);
    author_fill(&fr, 50, 300, 600);
    publish(0, &fr, 50);
    world.spoil = true;
    link_sites(0, 2);
    settle();
    assert_int_equal(size_at(2, &fr), 50);
    assert_int_equal(world.site[2].refused, 1);
    assert_int_equal(part_at(2, &fr, 49, PART_MEMBERS), PART_WITHHELD);
    assert_int_equal(part_at(2, &fr, 49, PART_PUBLIC), PART_HELD);
    assert_int_equal(part_at(2, &fr, 48, PART_MEMBERS), PART_HELD);
    assert_int_equal(world.sent[MESSAGE_PARTS], 0); /* who gave it is not asked at once */
    publish(1, &fr, 50);
    link_sites(1, 2);
    settle();
    assert_int_equal(world.sent[MESSAGE_PARTS], 1);
    assert_int_equal(part_at(2, &fr, 49, PART_MEMBERS), PART_HELD);
    world_close();
}

static void who_alone_has_a_part_and_spoils_it_is_asked_ever_more_rarely(void **state) {
    (void)state;
    world_carrying(2);
    author_fill(&fr, 5, 300, 600);
    publish(0, &fr, 5);
    world.spoil = true;
    link_sites(0, 1);
    settle();
    pass(24 * 3600 * 1000);
    assert_in_range(world.sent[MESSAGE_PARTS], 8, 60);
    assert_int_equal(world.site[1].refused, 1 + world.sent[MESSAGE_PARTS]);
    author_fill(&fr, 1, 300, 600);
    publish(0, &fr, 6);
    settle();
    assert_int_equal(size_at(1, &fr), 6); /* entries come as before */
    world.spoil = false;
    pass(2 * 3600 * 1000);
    assert_int_equal(part_at(1, &fr, 4, PART_MEMBERS), PART_HELD);
    assert_int_equal(part_at(1, &fr, 5, PART_MEMBERS), PART_HELD);
    world_close();
}

/* Promise 4: also if a State gives away what it was given. */
static void an_observer_stores_no_members_part_whoever_gives_it(void **state) {
    (void)state;
    world_carrying(2);
    site_stop(&world.site[1]);
    world.site[1].class = LINK_OBSERVER;
    site_start(&world.site[1]);
    world.site[1].class = LINK_MEMBER; /* site 0 takes it for a State's */
    author_fill(&fr, 5, 300, 600);
    publish(0, &fr, 5);
    link_sites(0, 1);
    settle();
    assert_int_equal(size_at(1, &fr), 5);
    assert_int_equal(world.site[1].refused, 1);
    for (uint64_t i = 0; i < 5; i++) {
        assert_int_equal(part_at(1, &fr, i, PART_PUBLIC), PART_HELD);
        assert_int_equal(part_at(1, &fr, i, PART_MEMBERS), PART_WITHHELD);
    }
    pass(3600 * 1000);
    assert_int_equal(world.sent[MESSAGE_PARTS], 0); /* nothing is lacking */
    world_close();
}

static void a_log_that_is_not_pinned_is_neither_fetched_nor_given(void **state) {
    struct author ke;
    (void)state;
    world_open(2);
    author_open(&ke, "ke", 2);
    carry(0, &fr);
    carry(1, &fr);
    carry(0, &ke);
    author_fill(&ke, 3, 300, 0);
    author_fill(&fr, 3, 300, 0);
    publish(0, &ke, 3);
    publish(0, &fr, 3);
    link_sites(0, 1);
    settle();
    assert_int_equal(size_at(1, &ke), 0);
    assert_int_equal(size_at(1, &fr), 3);
    carry(1, &ke); /* pinned later: it comes without a new link */
    settle();
    assert_int_equal(size_at(1, &ke), 3);
    author_close(&ke);
    world_close();
}

static void a_peer_whose_database_is_new_is_heard_from_the_beginning(void **state) {
    (void)state;
    world_carrying(2);
    author_fill(&fr, 7, 300, 0);
    publish(0, &fr, 4);
    link_sites(0, 1);
    settle();
    site_stop(&world.site[0]); /* its disk is replaced */
    tmp_close(world.site[0].dir);
    tmp_open(world.site[0].dir);
    site_start(&world.site[0]);
    carry(0, &fr);
    link_sites(0, 1);
    settle();
    assert_int_equal(size_at(0, &fr), 4); /* it gets back what its peer holds of its own log */
    publish(0, &fr, 7);
    settle();
    assert_int_equal(size_at(1, &fr), 7);
    world_close();
}

static void what_no_peer_may_send_closes_its_link(void **state) {
    static const struct {
        const char *what;
        uint8_t bytes[40];
        size_t len;
    } bad[] = {{"nothing", {0}, 0},
               {"four thousand million items", {0xdd, 0xff, 0xff, 0xff, 0xff}, 5},
               {"a second HELLO", {0x97, 0, 1, 0x91, 1, 0xa1, 'x', 0xc4, 0, 0xa0, 0}, 11},
               {"a call of the control socket", {0x94, 1, 8, 0xa1, 'x', 0xc4, 0}, 7},
               {"an answer to nothing", {0x93, 9, 38, 0x90}, 4},
               {"trailing bytes", {0x93, 1, 3, 0xc4, 16, [21] = 7}, 22}};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        world_open(2);
        link_sites(0, 1);
        settle();
        struct frame *frame = frame_new(bad[i].len);
        memcpy(frame->data, bad[i].bytes, bad[i].len);
        put_letter(0, 1, frame);
        settle();
        if (world.site[1].closed != 1)
            fail_msg("%s is taken", bad[i].what);
        world_close();
    }
}

static void many_logs_are_reported_in_pages(void **state) {
    enum { LOGS = HEADS_MAX + 8 };
    static uint8_t ids[LOGS][LOG_ID_LEN];
    (void)state;
    world_open(2);
    world.quiet = true;
    for (unsigned i = 0; i < LOGS; i++) {
        char code[3] = {(char)('a' + i / 26), (char)('a' + i % 26), 0};
        struct author a;
        author_open(&a, code, (uint8_t)i);
        memcpy(ids[i], a.id, LOG_ID_LEN);
        carry(1, &a);
        carry(0, &a);
        author_fill(&a, 1, 200, 0);
        publish(0, &a, 1);
        author_close(&a);
    }
    replica_rescan(world.site[0].replica);
    replica_rescan(world.site[1].replica);
    link_sites(0, 1);
    settle();
    assert_true(world.site[1].complete[0]);
    struct txn t;
    txn_begin(&t, world.site[1].store, false);
    for (unsigned i = 0; i < LOGS; i++) {
        struct log_record record;
        assert_true(logs_get(&t, ids[i], &record));
        assert_int_equal(record.head.size, 1);
    }
    txn_abort(&t);
    uint64_t before = world.letters;
    pass(400 * 1000); /* and a long poll later both still agree */
    assert_in_range(world.letters - before, 1, 8);
    world_close();
}

/* The answer to the CHANGES or VECTOR that site 1 has just sent to its scripted peer 0. */
static void script_heads(const struct head *head, unsigned count, uint64_t next, bool more) {
    static uint8_t buffer[HEADS_MAX * HEAD_MAX];
    struct message m, question;
    struct writer w;
    struct letter *letter = world.first;
    assert_non_null(letter);
    CHECK_OK(message_decode((struct bytes){letter->frame->data, letter->frame->len}, &question));
    assert_true(question.kind == MESSAGE_CHANGES || question.kind == MESSAGE_VECTOR);
    m = (struct message){.id = question.id, .kind = question.kind | MESSAGE_ANSWER};
    letters_drop(0, 1);
    memcpy(m.heads.instance, store_instance(world.site[0].store), INSTANCE_LEN);
    m.heads.next = next;
    m.heads.more = more;
    m.heads.head_count = count;
    writer_init(&w, buffer, sizeof buffer);
    for (unsigned i = 0; i < count; i++)
        head_write(&w, &head[i]);
    CHECK_OK(writer_end(&w, &m.heads.heads));
    replica_message(world.site[1].replica, 0, answer_frame(&m));
}

static void a_peer_that_reports_logs_without_end_does_not_crowd_out_the_carried_ones(void **state) {
    struct head head[HEADS_MAX];
    struct message m;
    (void)state;
    world_open(2);
    carry(1, &fr);
    world.site[1].linked[0] = true;
    replica_up(world.site[1].replica, 0, LINK_MEMBER, store_instance(world.site[0].store));
    for (uint64_t page = 0; page < 20; page++) {
        memset(head, 0, sizeof head);
        for (unsigned i = 0; i < HEADS_MAX; i++) {
            be64_put(head[i].log, page * HEADS_MAX + i + 1);
            head[i].size = 1;
        }
        script_heads(head, HEADS_MAX, page + 1, true);
    }
    memcpy(head[0].log, fr.id, LOG_ID_LEN);
    head[0].size = 9;
    script_heads(head, 1, 21, false);
    bool asked = false;
    for (const struct letter *letter = world.first; letter; letter = letter->next) {
        CHECK_OK(message_decode((struct bytes){letter->frame->data, letter->frame->len}, &m));
        asked = asked || (m.kind == MESSAGE_FETCH && memcmp(m.fetch.log, fr.id, LOG_ID_LEN) == 0);
    }
    assert_true(asked);
    letters_drop(0, 1);
    world_close();
}

static void pages_that_never_advance_close_the_link(void **state) {
    struct head head[1] = {{.log = {9}, .size = 1}};
    (void)state;
    world_open(2);
    world.site[1].linked[0] = true;
    replica_up(world.site[1].replica, 0, LINK_MEMBER, store_instance(world.site[0].store));
    script_heads(head, 1, 5, true);
    assert_int_equal(world.site[1].closed, 0);
    script_heads(head, 1, 5, true);
    assert_int_equal(world.site[1].closed, 1);
    world_close();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_logs_are_reported_in_pages),
        cmocka_unit_test(a_peer_that_reports_logs_without_end_does_not_crowd_out_the_carried_ones),
        cmocka_unit_test(pages_that_never_advance_close_the_link),
        cmocka_unit_test(an_entry_reaches_a_node_two_hops_away),
        cmocka_unit_test(nothing_is_said_when_nothing_has_changed),
        cmocka_unit_test(a_long_log_comes_in_packages_and_resumes),
        cmocka_unit_test(a_target_that_nobody_delivers_does_not_hold_back_a_smaller_head),
        cmocka_unit_test(an_observer_never_receives_a_members_part),
        cmocka_unit_test(a_state_waits_for_a_member_rather_than_take_an_observers_copy),
        cmocka_unit_test(a_peer_that_sends_spoiled_leaves_loses_its_claim_and_another_delivers),
        cmocka_unit_test(who_alone_has_a_log_with_a_damaged_leaf_is_asked_ever_more_rarely),
        cmocka_unit_test(a_log_that_comes_to_the_quota_stops_and_goes_on_when_it_is_raised),
        cmocka_unit_test(the_own_log_has_no_quota),
        cmocka_unit_test(a_spoiled_part_stops_no_log_and_another_peer_gives_it),
        cmocka_unit_test(who_alone_has_a_part_and_spoils_it_is_asked_ever_more_rarely),
        cmocka_unit_test(an_observer_stores_no_members_part_whoever_gives_it),
        cmocka_unit_test(a_spoiling_peer_alone_is_asked_again_but_ever_more_rarely),
        cmocka_unit_test(a_log_that_is_not_pinned_is_neither_fetched_nor_given),
        cmocka_unit_test(a_peer_whose_database_is_new_is_heard_from_the_beginning),
        cmocka_unit_test(what_no_peer_may_send_closes_its_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
