/* States that others speak for: a log that is pinned nowhere near is asked for, admitted, and lost again. */
#include <string.h>

#include "store/believe.h"
#include "store/roster.h"
#include "tests/lib/world.h"
#include "tests/test.h"

static struct author ke, jp;

static void say(struct author *a, enum leaf_kind kind, const struct author *of, const char *successor) {
    struct leaf leaf = {.kind = kind, .time = 1};
    leaf.word.origin = bytes_str(of->origin);
    leaf.word.code = bytes_str(of->authority.code);
    leaf.word.epoch = of->authority.epoch;
    leaf.word.note = of->authority.hash;
    if (successor)
        leaf.word.successor = bytes_str(successor);
    author_leaf(a, &leaf);
}

static void unsay(struct author *a, const struct author *of) {
    struct leaf leaf = {.kind = LEAF_WITHDRAW, .time = 1, .withdraw = {LEAF_ENDORSE, BYTES(of->id)}};
    author_leaf(a, &leaf);
}

/* Publish all of an author's entries on a site, as its daemon would. */
static void publish_all(unsigned number, struct author *a) {
    struct site *site = &world.site[number];
    struct log_record record;
    uint64_t at;
    struct txn t;
    txn_begin(&t, site->store, true);
    assert_true(logs_get(&t, a->id, &record));
    struct package package = author_package(a, record.held, a->size, a->size);
    CHECK_OK(intake_package(site->intake, &t, &package, 1, &record, &at));
    if (t.words)
        believe_all(&t, 1);
    CHECK_OK(txn_commit(&t));
    replica_rescan(site->replica);
    settle();
}

static void set_k(unsigned number, unsigned k) {
    struct txn t;
    txn_begin(&t, world.site[number].store, true);
    roster_endorsements_set(&t, k);
    believe_all(&t, 1);
    CHECK_OK(txn_commit(&t));
    replica_rescan(world.site[number].replica);
}

static bool follows(unsigned number, const struct author *a) {
    struct log_record record;
    struct txn t;
    txn_begin(&t, world.site[number].store, false);
    bool found = logs_get(&t, a->id, &record) && believe_follows(&t, &record);
    txn_abort(&t);
    return found;
}

static bool admitted(unsigned number, const struct author *a) {
    struct log_record record;
    struct txn t;
    txn_begin(&t, world.site[number].store, false);
    assert_true(logs_get(&t, a->id, &record));
    txn_abort(&t);
    return record.admitted;
}

static bool shows(unsigned number, const struct author *a) {
    struct log_record record;
    struct txn t;
    txn_begin(&t, world.site[number].store, false);
    bool found = logs_get(&t, a->id, &record) && believe_shows(&t, &record);
    txn_abort(&t);
    return found;
}

/* Site 0 has pinned all three; site 1 has pinned Kenya and Japan, and wants k of them. */
static void two_sites(unsigned k) {
    world_open(2);
    author_open(&ke, "ke", 50);
    author_open(&jp, "jp", 60);
    carry(0, &fr);
    for (unsigned i = 0; i < 2; i++) {
        carry(i, &ke);
        carry(i, &jp);
    }
    author_fill(&fr, 9, 200, 300);
    author_fill(&ke, 3, 200, 0);
    author_fill(&jp, 2, 200, 0);
    publish(0, &fr, 9);
    publish_all(0, &ke);
    publish_all(0, &jp);
    set_k(1, k);
    link_sites(0, 1);
    settle();
}

static void done(void) {
    author_close(&ke);
    author_close(&jp);
    world_close();
}

static void enough_words_bring_a_log_in(void **state) {
    (void)state;
    two_sites(2);
    assert_int_equal(size_at(1, &ke), 3);
    say(&ke, LEAF_ENDORSE, &fr, NULL);
    publish_all(0, &ke);
    pass(60000);
    assert_false(follows(1, &fr));
    unsigned moved = world.site[1].moved;
    say(&jp, LEAF_ENDORSE, &fr, NULL);
    publish_all(0, &jp);
    pass(60000);
    assert_true(follows(1, &fr));
    assert_int_equal(world.site[1].moved - moved, 2); /* Japan's head, and that of the log that is opened */
    assert_int_equal(size_at(1, &fr), 9);
    unsay(&jp, &fr); /* and one word less takes it out again; its data stay */
    publish_all(0, &jp);
    pass(60000);
    assert_false(follows(1, &fr));
    assert_int_equal(size_at(1, &fr), 9);
    done();
}

static void no_words_count_where_k_is_0(void **state) {
    (void)state;
    two_sites(0);
    say(&ke, LEAF_ENDORSE, &fr, NULL);
    say(&jp, LEAF_ENDORSE, &fr, NULL);
    publish_all(0, &ke);
    publish_all(0, &jp);
    pass(60000);
    assert_false(follows(1, &fr));
    done();
}

static void a_successor_takes_the_place_of_a_log(void **state) {
    (void)state;
    struct author heir;
    two_sites(1);
    author_open(&heir, "fr", 70);
    author_fill(&heir, 4, 200, 0);
    carry(1, &fr);
    /* Site 0 believes in the successor, since a person there has pinned it instead. */
    struct txn t;
    txn_begin(&t, world.site[0].store, true);
    roster_remove(&t, fr.origin);
    CHECK_OK(txn_commit(&t));
    carry(0, &heir);
    publish_all(0, &heir);
    say(&ke, LEAF_SUCCEED, &fr, heir.origin);
    publish_all(0, &ke);
    pass(120000);
    assert_true(follows(1, &heir));
    assert_int_equal(size_at(1, &heir), 4);
    assert_true(shows(1, &heir));
    assert_false(shows(1, &fr)); /* its roots are lost; it is carried on, and shown no more */
    assert_true(follows(1, &fr));
    author_close(&heir);
    done();
}

static void open_log(unsigned number, struct author *a) {
    struct log_record record;
    struct txn t;
    txn_begin(&t, world.site[number].store, true);
    logs_open(&t, a->origin, &a->note, &record);
    believe_all(&t, 1);
    CHECK_OK(txn_commit(&t));
}

/* Words that bring in another log of a State that is pinned do nothing, and so does what they make of it. */
static void no_words_lead_past_a_pinned_log(void **state) {
    (void)state;
    struct author rival, heir;
    two_sites(1);
    author_open(&rival, "fr", 70);
    author_open(&heir, "fr", 80);
    open_log(1, &rival);
    open_log(1, &heir);
    say(&ke, LEAF_ENDORSE, &rival, NULL);
    say(&ke, LEAF_SUCCEED, &rival, heir.origin);
    publish_all(0, &ke);
    pass(60000);
    assert_true(follows(1, &rival));
    assert_true(follows(1, &heir));
    carry(1, &fr);
    assert_true(follows(1, &fr));
    assert_false(follows(1, &rival));
    assert_false(follows(1, &heir));
    author_close(&rival);
    author_close(&heir);
    done();
}

/* An author's notes, with none of its entries. */
static void bring_note(unsigned number, struct author *a) {
    struct site *site = &world.site[number];
    struct package package = author_package(a, a->size, a->size, a->size);
    struct log_record record;
    uint64_t at;
    struct txn t;
    txn_begin(&t, site->store, true);
    (void)!intake_package(site->intake, &t, &package, 1, &record, &at);
    believe_all(&t, 1);
    CHECK_OK(txn_commit(&t));
}

/* Of the notes only the one that is endorsed was asked for; the entries are of the epoch after it. */
static void a_log_is_opened_by_who_is_an_epoch_further(void **state) {
    (void)state;
    static uint8_t buffer[65536];
    struct author za;
    struct site *site;
    struct package_writer pw;
    struct bytes written;
    struct reader r;
    struct log_record record;
    uint64_t at;
    struct txn t;
    two_sites(1);
    site = &world.site[1];
    author_open(&za, "za", 90);
    author_fill(&za, 9, 200, 0);
    say(&ke, LEAF_ENDORSE, &za, NULL);
    publish_all(1, &ke);
    author_epoch(&za, 5, 0);
    za.later_count = 0; /* not in its packages */
    struct package head = author_package(&za, 0, 0, 9), package;
    package_begin(&pw, buffer, sizeof buffer, &head, &za.note, 1);
    CHECK_OK(package_end(&pw, &(struct proof){.count = 0}, true, &written));
    reader_init(&r, written);
    CHECK_OK(package_read(&r, &package));
    txn_begin(&t, site->store, true);
    CHECK_OK(intake_package(site->intake, &t, &package, 1, &record, &at));
    CHECK_OK(txn_commit(&t));
    assert_int_equal(record.epoch, 0);
    assert_int_equal(record.held, 0);
    assert_true(follows(1, &za));
    author_close(&za);
    done();
}

static void pin_at(unsigned number, const struct author *a, uint64_t epoch, const struct digest *hash) {
    struct pin pin = {.epoch = epoch, .hash = *hash};
    struct txn t;
    memcpy(pin.origin, a->origin, sizeof pin.origin);
    txn_begin(&t, world.site[number].store, true);
    roster_pin(&t, &pin);
    believe_all(&t, 1);
    CHECK_OK(txn_commit(&t));
}

#define ABOUT 30

/* Kenya's next epoch is contested here until a person confirms one of its notes; what it has said upon that
 * note counts then, and no more when the confirm is taken back; whichever log is believed first. */
static void words_come_and_go_with_a_confirm(void **state) {
    (void)state;
    struct author rival, about[ABOUT];
    two_sites(1);
    author_fill(&ke, 2, 200, 0);
    author_branch(&ke, ke.size, &rival);
    memcpy(rival.operator_secret, ke.operator_secret, KEY_SECRET_LEN);
    struct digest first = ke.authority.hash;
    author_epoch(&ke, 3, 0);
    author_epoch(&rival, 4, 1);
    for (unsigned i = 0; i < ABOUT; i++) {
        author_open(&about[i], "za", (uint8_t)(100 + i));
        open_log(1, &about[i]);
    }
    unsigned before = 0;
    for (unsigned i = 0; i < ABOUT; i++) {
        before += memcmp(about[i].id, ke.id, LOG_ID_LEN) < 0;
        say(&ke, LEAF_ENDORSE, &about[i], NULL);
    }
    assert_in_range(before, 1, ABOUT - 1);
    publish_all(1, &ke);
    bring_note(1, &rival);
    for (unsigned turn = 0; turn < 2; turn++) {
        for (unsigned i = 0; i < ABOUT; i++)
            assert_false(admitted(1, &about[i]));
        pin_at(1, &ke, 1, &ke.authority.hash);
        for (unsigned i = 0; i < ABOUT; i++)
            assert_true(admitted(1, &about[i]));
        pin_at(1, &ke, 0, &first);
    }
    for (unsigned i = 0; i < ABOUT; i++)
        author_close(&about[i]);
    author_close(&rival);
    done();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enough_words_bring_a_log_in),
        cmocka_unit_test(no_words_count_where_k_is_0),
        cmocka_unit_test(a_successor_takes_the_place_of_a_log),
        cmocka_unit_test(no_words_lead_past_a_pinned_log),
        cmocka_unit_test(words_come_and_go_with_a_confirm),
        cmocka_unit_test(a_log_is_opened_by_who_is_an_epoch_further),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
