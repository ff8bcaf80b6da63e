/* Bundles from one real store to another: whole, cut, altered, forked, out of order, for the wrong reader. */
#include "node/unbundling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/eraser.h"
#include "node/restored.h"
#include "proto/view.h"
#include "store/believe.h"
#include "store/entries.h"
#include "store/lacking.h"
#include "store/roster.h"
#include "tests/lib/stick.h"
#include "tests/test.h"

static struct stick stick;
static struct author other; /* France's second history, or another State */

static struct log_record record_at(unsigned number, const struct author *a) {
    struct log_record record;
    struct txn t;
    txn_begin(&t, world.site[number].store, false);
    logs_get(&t, a->id, &record);
    txn_abort(&t);
    return record;
}

static void believes(unsigned number, const struct author *a, uint64_t size, unsigned flags, uint64_t epoch) {
    struct log_record record = record_at(number, a);
    struct digest root = author_root(a, size);
    assert_int_equal(record.head.size, size);
    assert_int_equal(record.head.flags, flags);
    assert_int_equal(record.head.epoch, epoch);
    assert_true(digest_eq(&record.head.root, &root));
    assert_int_equal(record.head.f, flags & VIEW_DISPUTED ? size : 0);
}

static unsigned parts_in(unsigned number, const struct author *a, enum part_class class,
                         enum part_state state) {
    unsigned count = 0;
    for (uint64_t i = 0; i < a->size; i++)
        count += part_at(number, a, i, class) == state;
    return count;
}

/* Hand a package to a site as a peer's answer would come. */
static void hand(unsigned number, struct author *a, uint64_t from, uint64_t to, uint64_t target,
                 enum err want) {
    struct site *site = &world.site[number];
    struct log_record record;
    uint64_t at;
    struct txn t;
    struct package package = author_package(a, from, to, target);
    txn_begin(&t, site->store, true);
    enum err err = intake_package(site->intake, &t, &package, 1, &record, &at);
    if (t.words)
        believe_all(&t, 1);
    CHECK_OK(txn_commit(&t));
    assert_string_equal(err_name(err), err_name(want));
}

/* France publishes at site 0, so many entries with both parts. */
static void published(unsigned sites, uint64_t entries) {
    memset(&stick, 0, sizeof stick);
    world_carrying(sites);
    author_fill(&fr, entries, 300, 600);
    publish(0, &fr, entries);
}

static void read_ok(unsigned number) {
    CHECK_OK(stick_read(&stick, number));
    assert_true(stick.u.complete);
}

static void a_log_comes_whole_and_goes_on(void **state) {
    (void)state;
    static const uint64_t sizes[] = {1, 2, 700, 701, 1500, 3000};
    published(2, 1);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (sizes[i] > fr.size) {
            author_fill(&fr, sizes[i] - fr.size, 300, 600);
            publish(0, &fr, sizes[i]);
        }
        stick_write(&stick, 0, true);
        read_ok(1);
        assert_int_equal(stick_log(&stick, &fr)->before, i ? sizes[i - 1] : 0);
        assert_int_equal(stick_log(&stick, &fr)->size, sizes[i]);
        stick_done(&stick);
        believes(1, &fr, sizes[i], 0, 0);
        read_ok(1); /* once more: nothing is news */
        assert_int_equal(stick_log(&stick, &fr)->before, sizes[i]);
        assert_false(stick_log(&stick, &fr)->refused);
        stick_done(&stick);
    }
    assert_true(stick.size > 4 * FETCH_BYTES_MAX); /* several packages */
    assert_int_equal(parts_in(1, &fr, PART_MEMBERS, PART_HELD), 3000);
    assert_int_equal(parts_in(1, &fr, PART_PUBLIC, PART_HELD), 3000);
    /* And back: what site 1 has made of it is the same file. */
    uint8_t *first = stick_bytes(&stick);
    uint64_t size = stick.size;
    stick_write(&stick, 1, true);
    uint8_t *second = stick_bytes(&stick);
    assert_int_equal(stick.size, size);
    assert_memory_equal(first, second, size);
    free(first);
    free(second);
    world_close();
}

static void a_stream_does_as_well(void **state) {
    (void)state;
    published(2, 1500);
    stick_write(&stick, 0, true);
    CHECK_OK(stick_read_stream(&stick, 1));
    stick_done(&stick);
    believes(1, &fr, 1500, 0, 0);
    world_close();
}

static void an_older_bundle_changes_nothing(void **state) {
    (void)state;
    published(2, 900);
    stick_write(&stick, 0, true);
    author_fill(&fr, 200, 300, 600);
    publish(1, &fr, 1100);
    struct log_record before = record_at(1, &fr);
    read_ok(1);
    assert_false(stick_log(&stick, &fr)->refused);
    stick_done(&stick);
    struct log_record after = record_at(1, &fr);
    assert_memory_equal(&before, &after, sizeof before);
    world_close();
}

static void unknown_logs_and_those_on_hold_are_left_alone(void **state) {
    (void)state;
    struct pin pin;
    struct txn t;
    published(3, 20);
    author_open(&other, "ke", 50);
    carry(0, &other);
    author_fill(&other, 5, 300, 600);
    publish(0, &other, 5);
    stick_write(&stick, 0, true);
    read_ok(1);
    assert_int_equal(stick_log(&stick, &other)->state, UNBUNDLED_UNKNOWN);
    assert_int_equal(stick_log(&stick, &fr)->state, UNBUNDLED_TAKEN);
    stick_done(&stick);
    assert_int_equal(size_at(1, &other), 0);
    txn_begin(&t, world.site[2].store, true);
    assert_true(roster_get(&t, fr.origin, &pin));
    pin.hold = true;
    roster_pin(&t, &pin);
    believe_all(&t, 1);
    CHECK_OK(txn_commit(&t));
    carry(2, &other);
    read_ok(2);
    assert_int_equal(stick_log(&stick, &fr)->state, UNBUNDLED_LEFT);
    stick_done(&stick);
    assert_int_equal(size_at(2, &fr), 0);
    assert_int_equal(size_at(2, &other), 5);
    author_close(&other);
    world_close();
}

/* A log that only the words of another one, later in the same bundle, admit. */
static void words_of_the_bundle_admit_logs_of_it(void **state) {
    (void)state;
    struct leaf leaf = {.kind = LEAF_ENDORSE, .time = 1};
    struct txn t;
    memset(&stick, 0, sizeof stick);
    world_open(2);
    author_open(&other, "ke", 50);
    carry(0, &fr);
    carry(0, &other);
    carry(1, &other);
    author_fill(&fr, 9, 200, 300);
    leaf.word.origin = bytes_str(fr.origin);
    leaf.word.code = bytes_str(fr.authority.code);
    leaf.word.epoch = 0;
    leaf.word.note = fr.authority.hash;
    author_leaf(&other, &leaf);
    publish(0, &fr, 9);
    publish(0, &other, 1);
    txn_begin(&t, world.site[1].store, true);
    roster_endorsements_set(&t, 1);
    believe_all(&t, 1);
    CHECK_OK(txn_commit(&t));
    stick_write(&stick, 0, true);
    assert_true(strcmp(fr.origin, other.origin) < 0); /* France stands first */
    read_ok(1);
    assert_int_equal(stick_log(&stick, &fr)->state, UNBUNDLED_TAKEN);
    stick_done(&stick);
    believes(1, &fr, 9, 0, 0);
    author_close(&other);
    world_close();
}

/* ---- parts ---- */

static void an_observer_gets_public_parts_and_nothing_else(void **state) {
    (void)state;
    published(3, 50);
    world.site[1].class = LINK_OBSERVER;
    stick_write(&stick, 0, true);
    CHECK_ERR(stick_read(&stick, 1), ERR_DENIED);
    assert_int_equal(stick.u.log_count, 0);
    stick_done(&stick);
    assert_int_equal(size_at(1, &fr), 0);
    stick_write(&stick, 0, false);
    read_ok(1);
    stick_done(&stick);
    assert_int_equal(parts_in(1, &fr, PART_PUBLIC, PART_HELD), 50);
    assert_int_equal(parts_in(1, &fr, PART_MEMBERS, PART_WITHHELD), 50);
    /* Its own bundle brings a State the log, and another one the parts. */
    stick_write(&stick, 1, false);
    read_ok(2);
    stick_done(&stick);
    assert_int_equal(parts_in(2, &fr, PART_MEMBERS, PART_WITHHELD), 50);
    stick_write(&stick, 0, true);
    stick_flip(&stick, stick.size - 200, 1); /* in the last part of the last entry */
    CHECK_ERR(stick_read(&stick, 2), ERR_CORRUPT);
    assert_int_equal(stick_log(&stick, &fr)->wrong, 1);
    assert_int_equal(stick_log(&stick, &fr)->wrong_entry, 49);
    assert_int_equal(stick_log(&stick, &fr)->parts, 49);
    stick_done(&stick);
    stick_flip(&stick, stick.size - 200, 1);
    read_ok(2);
    assert_int_equal(stick_log(&stick, &fr)->parts, 1);
    stick_done(&stick);
    assert_int_equal(parts_in(2, &fr, PART_MEMBERS, PART_HELD), 50);
    struct log_record record = record_at(2, &fr);
    assert_false(lacking_any(&record, true));
    world_close();
}

static void one_that_only_says_that_it_is_public_is_found_out(void **state) {
    (void)state;
    published(2, 50);
    world.site[1].class = LINK_OBSERVER;
    stick_write(&stick, 0, true);
    uint8_t *bytes = stick_bytes(&stick);
    uint8_t *said = memchr(bytes, 0xc3, 200); /* true, of the header alone */
    assert_non_null(said);
    *said = 0xc2;
    stick_put(&stick, bytes, stick.size);
    free(bytes);
    CHECK_ERR(stick_read(&stick, 1), ERR_DENIED);
    assert_true(*stick.u.complaint);
    stick_done(&stick);
    assert_int_equal(parts_in(1, &fr, PART_MEMBERS, PART_HELD), 0);
    world_close();
}

static bool has_bytes(unsigned number, uint64_t index) {
    struct txn t;
    txn_begin(&t, world.site[number].store, false);
    bool held = entries_held(&t, fr.id, index);
    txn_abort(&t);
    return held;
}

static void erased_parts_do_not_come_back(void **state) {
    (void)state;
    struct leaf leaf = {.kind = LEAF_ERASE, .time = 7};
    struct retention_policy policy = {.erase_delay_s = 1, .retention_s = RETENTION_NEVER};
    unsigned destroyed;
    published(3, 30);
    stick_write(&stick, 0, true);
    uint8_t *old = stick_bytes(&stick);
    uint64_t old_size = stick.size;
    leaf.erase.count = 1;
    leaf.erase.entry[0] = 7;
    author_leaf(&fr, &leaf);
    publish(0, &fr, 31);
    stick_write(&stick, 0, true);
    read_ok(1);
    stick_done(&stick);
    assert_false(has_bytes(1, 7)); /* they never came */
    stick_put(&stick, old, old_size);
    read_ok(1);
    stick_done(&stick);
    assert_false(has_bytes(1, 7));
    read_ok(2); /* one that knows nothing takes the old one first, then hears of it */
    stick_done(&stick);
    assert_int_equal(part_at(2, &fr, 7, PART_MEMBERS), PART_HELD);
    stick_write(&stick, 0, true);
    read_ok(2);
    stick_done(&stick);
    assert_int_equal(part_at(2, &fr, 7, PART_MEMBERS), PART_HIDDEN);
    CHECK_OK(eraser_run(&policy, world.site[2].store, 1, &destroyed)); /* first seen */
    CHECK_OK(eraser_run(&policy, world.site[2].store, 1000, &destroyed));
    assert_true(destroyed > 0);
    stick_put(&stick, old, old_size);
    read_ok(2);
    stick_done(&stick);
    assert_int_equal(part_at(2, &fr, 7, PART_MEMBERS), PART_GONE);
    free(old);
    world_close();
}

/* ---- forks ---- */

/* Two histories that part at f; site 0 has the first, site 1 the second, the others nothing yet. */
static void two_histories(unsigned sites, uint64_t f, uint64_t first, uint64_t second) {
    memset(&stick, 0, sizeof stick);
    world_carrying(sites);
    author_fill(&fr, first, 200, 300);
    author_branch(&fr, f, &other);
    author_fill(&other, second - f, 200, 300);
    publish(0, &fr, first);
    publish(1, &other, second);
}

static bool shows(unsigned number, const struct author *a) {
    struct log_record record = record_at(number, a);
    struct digest root, want = author_root(a, a->size);
    bool found = false;
    struct txn t;
    txn_begin(&t, world.site[number].store, false);
    struct tree_reader tree[] = {tree_of(&t, &record), tree_of_side(&t, &record)};
    uint64_t held[] = {record.held, record.side_held};
    for (unsigned i = 0; i < 2; i++)
        found = found || (held[i] >= a->size && !merkle_root(&root, a->size, logs_lookup, &tree[i]) &&
                          digest_eq(&root, &want));
    txn_abort(&t);
    return found;
}

static void done(void) {
    author_close(&other);
    world_close();
}

/* {where they part, size of the one, size of the other}. */
static const uint64_t parts[][3] = {{0, 5, 9},        {0, 1, 1},       {1, 20, 20},  {12, 20, 25},
                                    {19, 20, 30},     {300, 700, 600}, {16, 17, 32}, {2000, 2100, 3000},
                                    {900, 3000, 901}, {255, 256, 256}};

/* Where each record begins, and the length of the file behind the last; returns how many there are. */
static unsigned records_of(const uint8_t *bytes, uint64_t size, uint64_t *ret, unsigned max) {
    unsigned count = 0;
    uint64_t at = BUNDLE_MAGIC_LEN;
    while (at < size && count + 1 < max) {
        ret[count++] = at;
        at += BUNDLE_HEAD_LEN + be32_get(bytes + at + 1);
    }
    ret[count] = at;
    return count;
}

static void a_fork_is_located_from_the_file_alone(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        two_histories(3, parts[i][0], parts[i][1], parts[i][2]);
        stick_write(&stick, 1, true);
        read_ok(0);
        const struct unbundled_log *log = stick_log(&stick, &fr);
        assert_true(log->forked && log->located && !log->refused);
        assert_int_equal(log->differs, parts[i][0]);
        stick_done(&stick);
        believes(0, &fr, parts[i][0], VIEW_DISPUTED, 0);
        assert_true(shows(0, &fr) && shows(0, &other)); /* nobody is left without a contact */
        /* Its own bundle has the evidence and both variants, for one that holds nothing. */
        stick_write(&stick, 0, true);
        read_ok(2);
        assert_false(stick_log(&stick, &fr)->refused);
        stick_done(&stick);
        believes(2, &fr, parts[i][0], VIEW_DISPUTED, 0);
        assert_true(shows(2, &fr) && shows(2, &other));
        read_ok(1);
        assert_false(stick_log(&stick, &fr)->refused);
        stick_done(&stick);
        believes(1, &fr, parts[i][0], VIEW_DISPUTED, 0);
        assert_true(shows(1, &fr) && shows(1, &other));
        done();
    }
}

static void from_a_stream_it_is_a_claim_and_the_rest_goes_on(void **state) {
    (void)state;
    struct author ke;
    two_histories(2, 12, 20, 25);
    author_open(&ke, "ke", 50);
    for (unsigned i = 0; i < 2; i++)
        carry(i, &ke);
    author_fill(&ke, 5, 300, 600);
    publish(1, &ke, 5);
    stick_write(&stick, 1, true);
    CHECK_OK(stick_read_stream(&stick, 0));
    assert_true(stick_log(&stick, &fr)->forked && !stick_log(&stick, &fr)->located);
    stick_done(&stick);
    believes(0, &fr, 20, 0, 0);
    assert_int_equal(size_at(0, &ke), 5);
    read_ok(0); /* the file shows it */
    stick_done(&stick);
    believes(0, &fr, 12, VIEW_DISPUTED, 0);
    author_close(&ke);
    done();
}

static void a_smaller_fork_is_found_in_a_disputed_log(void **state) {
    (void)state;
    struct author third;
    two_histories(3, 12, 20, 25);
    author_branch(&fr, 4, &third);
    third.branch = 9;
    author_fill(&third, 3, 200, 0);
    hand(2, &third, 0, 7, 7, ERR_OK);
    stick_write(&stick, 1, true);
    read_ok(0);
    stick_done(&stick);
    believes(0, &fr, 12, VIEW_DISPUTED, 0);
    stick_write(&stick, 2, true);
    read_ok(0);
    stick_done(&stick);
    believes(0, &fr, 4, VIEW_DISPUTED, 0);
    stick_write(&stick, 0, true);
    read_ok(1);
    stick_done(&stick);
    believes(1, &fr, 4, VIEW_DISPUTED, 0);
    author_close(&third);
    done();
}

static void the_next_epoch_heals_it_by_courier_too(void **state) {
    (void)state;
    for (unsigned way = 0; way < 4; way++) {
        struct author *chosen = way % 2 ? &other : &fr;
        two_histories(3, 12, 40, 45);
        if (way / 2) { /* the fork is known before the custodians act */
            stick_write(&stick, 0, true);
            read_ok(1);
            stick_done(&stick);
            stick_write(&stick, 1, true);
            read_ok(0);
            stick_done(&stick);
            read_ok(2);
            stick_done(&stick);
            believes(2, &fr, 12, VIEW_DISPUTED, 0);
        }
        author_epoch(chosen, 30, 0);
        author_fill(chosen, 5, 200, 300);
        uint64_t size = chosen->size;
        hand(way % 2, chosen, 30, 30, 30, ERR_OK);
        hand(way % 2, chosen, 30, size, size, ERR_OK);
        believes(way % 2, chosen, size, 0, 1);
        stick_write(&stick, way % 2, true);
        read_ok(!(way % 2));
        stick_done(&stick);
        believes(!(way % 2), chosen, size, 0, 1);
        read_ok(2);
        stick_done(&stick);
        believes(2, chosen, size, 0, 1);
        done();
    }
}

static void many_epochs_come_in_one_bundle(void **state) {
    (void)state;
    memset(&stick, 0, sizeof stick);
    world_carrying(2);
    uint64_t anchor = 0;
    for (unsigned epoch = 1; epoch <= AUTHOR_EPOCHS; epoch++) {
        author_fill(&fr, 10, 200, 300);
        hand(0, &fr, anchor, fr.size, fr.size, ERR_OK);
        anchor = fr.size - 2;
        author_epoch(&fr, anchor, 0);
        hand(0, &fr, anchor, anchor, anchor, ERR_OK);
    }
    author_fill(&fr, 10, 200, 300);
    hand(0, &fr, anchor, fr.size, fr.size, ERR_OK);
    believes(0, &fr, fr.size, 0, AUTHOR_EPOCHS);
    stick_write(&stick, 0, true);
    read_ok(1);
    stick_done(&stick);
    believes(1, &fr, fr.size, 0, AUTHOR_EPOCHS);
    world_close();
}

/* ---- couriers alone ---- */

static unsigned dice_seed, ends[8],
    later; /* plays by the flags that France's log has at last, and beyond its first epoch */

static unsigned dice(unsigned sides) {
    return (unsigned)rand_r(&dice_seed) % sides;
}

/* One publishes what it likes at its own site, whatever comes of it there. */
static void try_hand(unsigned number, struct author *a, uint64_t from, uint64_t to) {
    struct site *site = &world.site[number];
    struct log_record record;
    uint64_t at;
    struct txn t;
    struct package package = author_package(a, from, to, to);
    txn_begin(&t, site->store, true);
    enum err err = intake_package(site->intake, &t, &package, 1, &record, &at);
    assert_int_not_equal(err, ERR_CORRUPT);
    if (t.words)
        believe_all(&t, 1);
    CHECK_OK(txn_commit(&t));
}

static void grow(unsigned number, struct author *a) {
    uint64_t wanted = logs_wanted(&(struct log_record[]){record_at(number, a)}[0]);
    author_fill(a, 1 + dice(20), 200, dice(2) ? 300 : 0);
    try_hand(number, a, wanted < a->size ? wanted : a->size, a->size);
}

static bool holds(unsigned number, const struct author *a, uint64_t size) {
    struct log_record record = record_at(number, a);
    struct digest root, want = author_root(a, size);
    struct txn t;
    txn_begin(&t, world.site[number].store, false);
    struct tree_reader tree = tree_of(&t, &record);
    bool held =
        size <= record.head.size && !merkle_root(&root, size, logs_lookup, &tree) && digest_eq(&root, &want);
    txn_abort(&t);
    return held;
}

/* Custodians anchor what their node holds, and no other. */
static void next_epoch(unsigned number, struct author *a, uint8_t variant) {
    uint64_t low = a->authority.anchor_size + 1;
    if (a->later_count == AUTHOR_EPOCHS || a->size < low)
        return;
    uint64_t anchor = low + dice((unsigned)(a->size - low) + 1);
    if (!holds(number, a, anchor))
        return;
    author_epoch(a, anchor, variant);
    try_hand(number, a, anchor, anchor);
}

static void trip(unsigned from, unsigned to) {
    stick_write(&stick, from, true);
    enum err err = dice(8) ? stick_read(&stick, to) : stick_read_stream(&stick, to);
    CHECK_OK(err);
    assert_true(stick.u.complete);
    stick_done(&stick);
}

/* What two sites believe of a log. */
static bool alike(unsigned a, unsigned b, const struct author *of) {
    struct log_record x = record_at(a, of), y = record_at(b, of);
    return x.head.size == y.head.size && x.head.flags == y.head.flags && x.head.epoch == y.head.epoch &&
           x.head.f == y.head.f && digest_eq(&x.head.root, &y.head.root);
}

/* France signs two histories, now and then, and its custodians go on upon one of them, or upon both; Kenya is
 * honest; nobody has a link.  However the courier goes about, all come to believe the same. */
static void a_courier_s_play(unsigned seed) {
    struct author ke;
    dice_seed = seed;
    memset(&stick, 0, sizeof stick);
    world_carrying(4);
    author_open(&ke, "ke", 50);
    for (unsigned i = 0; i < 4; i++)
        carry(i, &ke);
    author_fill(&fr, 1 + dice(20), 200, 300);
    author_branch(&fr, dice((unsigned)fr.size + 1), &other);
    bool forks = dice(4) > 0, rivals = dice(4) == 0;
    for (unsigned step = 0; step < 30; step++) {
        switch (dice(8)) {
        case 0:
            grow(0, &fr);
            break;
        case 1:
            if (forks)
                grow(1, &other);
            break;
        case 2:
            grow(2, &ke);
            break;
        case 3:
            if (dice(2))
                next_epoch(0, &fr, 0);
            else if (rivals)
                next_epoch(1, &other, 1);
            break;
        default:
            trip(dice(4), dice(4));
        }
    }
    for (unsigned round = 0; round < 4; round++)
        for (unsigned from = 0; from < 4; from++)
            for (unsigned to = 0; to < 4; to++)
                if (from != to)
                    trip(from, to);
    for (unsigned i = 1; i < 4; i++)
        if (!alike(0, i, &fr) || !alike(0, i, &ke)) {
            struct log_record x = record_at(0, &fr), y = record_at(i, &fr);
            fail_msg("seed %u: site 0 at %llu, flags %u, epoch %llu; site %u at %llu, flags %u, epoch %llu",
                     seed, (unsigned long long)x.head.size, x.head.flags, (unsigned long long)x.head.epoch, i,
                     (unsigned long long)y.head.size, y.head.flags, (unsigned long long)y.head.epoch);
        }
    assert_int_equal(record_at(3, &ke).head.size, ke.size);
    ends[record_at(0, &fr).head.flags & 7]++;
    later += record_at(0, &fr).head.epoch > 0;
    author_close(&ke);
    done();
}

static void however_the_courier_goes_about_all_believe_the_same(void **state) {
    (void)state;
    const char *more = getenv("COURIER_SEEDS");
    unsigned seeds = more ? (unsigned)strtoul(more, NULL, 10) : 12;
    for (unsigned seed = 1; seed <= seeds; seed++)
        a_courier_s_play(seed);
    print_message("%u plays: %u end undisputed, %u disputed, %u contested; %u in a later epoch\n", seeds,
                  ends[0], ends[VIEW_DISPUTED], ends[VIEW_CONTESTED], later);
    assert_true(ends[0] && ends[VIEW_DISPUTED] && later);
}

/* ---- what is wrong with a file ---- */

/* A bundle that ends early is taken as far as its last whole package. */
static void a_cut_one_keeps_what_came_whole(void **state) {
    (void)state;
    uint64_t at[64];
    published(2, 1000);
    stick_write(&stick, 0, true);
    uint8_t *bytes = stick_bytes(&stick);
    uint64_t size = stick.size;
    unsigned count = records_of(bytes, size, at, 64), tried = 0;
    assert_true(count > 4 && at[count] == size);
    unsigned seed = 4711;
    uint64_t held = 0;
    /* In this order the store of site 1 goes on from one to the next. */
    for (uint64_t next = 0; next <= size; next += 4096, tried++) {
        uint64_t cut = tried % 8 || next + 4096 > size ? next : next + (unsigned)rand_r(&seed) % 4096;
        cut = next + 4096 > size ? size - 1 : cut;
        stick_put(&stick, bytes, cut);
        enum err err = stick_read(&stick, 1), want = cut < 15 ? ERR_NOT_FOUND : ERR_SHORT;
        assert_false(stick.u.complete);
        if (err != want)
            fail_msg("cut at %llu: %s", (unsigned long long)cut, err_name(err));
        if (stick.u.log_count && stick_log(&stick, &fr)->refused)
            fail_msg("cut at %llu: %s", (unsigned long long)cut, stick_log(&stick, &fr)->error);
        unsigned whole = 0;
        while (whole < count && at[whole + 1] <= cut)
            whole++;
        if (want == ERR_SHORT && cut >= at[0])
            assert_int_equal(stick.u.at, at[whole]);
        stick_done(&stick);
        uint64_t now = record_at(1, &fr).held;
        assert_true(now >= held);
        if (whole > 2 && now == 0)
            fail_msg("cut at %llu: %u records are whole, and nothing is kept", (unsigned long long)cut,
                     whole);
        held = now;
    }
    assert_true(tried > 200 && held == 1000); /* all but the end record came */
    stick_put(&stick, bytes, size);
    read_ok(1);
    stick_done(&stick);
    believes(1, &fr, 1000, 0, 0);
    free(bytes);
    world_close();
}

/* One byte of it is another: what is believed was signed, whatever it was, and the other log is unharmed
 * unless the frames are. */
static void begin_afresh(struct site *site) {
    site_stop(site);
    tmp_close(site->dir);
    tmp_open(site->dir);
    site_start(site);
    carry(site->number, &fr);
    carry(site->number, &other);
}

static void an_altered_one_harms_one_log_at_most(void **state) {
    (void)state;
    unsigned seed = 99, refused = 0, spared = 0;
    uint64_t at[64];
    published(2, 40);
    author_open(&other, "ke", 50);
    carry(0, &other);
    author_fill(&other, 30, 300, 600);
    publish(0, &other, 30);
    stick_write(&stick, 0, true);
    uint8_t *bytes = stick_bytes(&stick);
    assert_int_equal(records_of(bytes, stick.size, at, 64),
                     6); /* header, France, its package, Kenya, its, end */
    for (unsigned i = 0; i < 300; i++) {
        uint64_t byte = (unsigned)rand_r(&seed) % stick.size;
        uint8_t bit = (uint8_t)(1u << rand_r(&seed) % 8);
        begin_afresh(&world.site[1]);
        stick_flip(&stick, byte, bit);
        if (stick_read(&stick, 1) == ERR_OK) /* the sum tells, if nothing else does */
            fail_msg("bit %u of byte %llu: taken", bit, (unsigned long long)byte);
        for (size_t k = 0; k < stick.u.log_count; k++)
            refused += stick.u.log[k].refused || stick.u.log[k].wrong;
        stick_done(&stick);
        stick_flip(&stick, byte, bit);
        struct log_record record = record_at(1, &fr);
        if (record.head.size)
            believes(1, &fr, record.head.size, 0, 0);
        if (byte >= at[2] + BUNDLE_HEAD_LEN && byte < at[3]) {
            assert_int_equal(size_at(1, &other), 30);
            spared++;
        } else if (byte >= at[4] + BUNDLE_HEAD_LEN && byte < at[5]) {
            assert_int_equal(size_at(1, &fr), 40);
            spared++;
        }
    }
    assert_true(refused > 200 && spared > 200);
    free(bytes);
    author_close(&other);
    world_close();
}

/* Somebody writes into the file while it is read: what was read is judged, and nothing else. */
static unsigned looks;

static void file_changes(void *context, uint64_t at) {
    struct stick *s = context;
    looks++;
    if (at + 600000 < s->size)
        for (unsigned i = 0; i < 64; i++)
            stick_flip(s, at + 3000 + 9000 * i, 0x55);
    else
        stick_cut(s, at + 10);
}

static void a_file_that_changes_while_it_is_read_is_judged_as_read(void **state) {
    (void)state;
    published(2, 3000);
    stick_write(&stick, 0, true);
    stick.u.progress = file_changes;
    looks = 0;
    assert_int_not_equal(stick_read(&stick, 1), ERR_OK);
    stick.u.progress = NULL;
    stick_done(&stick);
    assert_true(looks > 1);
    struct log_record record = record_at(1, &fr);
    assert_true(record.held < 3000);
    if (record.head.size)
        believes(1, &fr, record.head.size, 0, 0);
    stick_write(&stick, 0, true);
    read_ok(1);
    stick_done(&stick);
    believes(1, &fr, 3000, 0, 0);
    world_close();
}

static void put_record(uint8_t **to, const uint8_t *bytes, const uint64_t *at, unsigned which) {
    memcpy(*to, bytes + at[which], at[which + 1] - at[which]);
    *to += at[which + 1] - at[which];
}

/* Read the stick at a fresh site 1; what came of it, and how far its log is then. */
static enum err read_afresh(uint64_t *ret_held) {
    enum err err = stick_read(&stick, 1);
    *ret_held = record_at(1, &fr).held;
    return err;
}

static void records_out_of_order_are_refused(void **state) {
    (void)state;
    uint64_t at[64], held;
    published(2, 3000);
    stick_write(&stick, 0, true);
    uint8_t *bytes = stick_bytes(&stick), *made = malloc(2 * stick.size), *to;
    uint64_t size = stick.size;
    unsigned count = records_of(bytes, size, at, 64);
    assert_non_null(made);
    /* A package before its log begins. */
    memcpy(made, bytes, at[1]);
    to = made + at[1];
    put_record(&to, bytes, at, 2);
    stick_put(&stick, made, (uint64_t)(to - made));
    CHECK_ERR(read_afresh(&held), ERR_ORDER);
    assert_int_equal(stick.u.record, 2);
    stick_done(&stick);
    assert_int_equal(held, 0);
    /* A second header. */
    to = made + at[1];
    put_record(&to, bytes, at, 0);
    stick_put(&stick, made, (uint64_t)(to - made));
    CHECK_ERR(read_afresh(&held), ERR_ORDER);
    stick_done(&stick);
    /* Two packages change places: the log is taken in two rounds, and the sum tells. */
    to = made + at[1];
    put_record(&to, bytes, at, 1);
    put_record(&to, bytes, at, 3);
    put_record(&to, bytes, at, 2);
    for (unsigned i = 4; i < count; i++)
        put_record(&to, bytes, at, i);
    stick_put(&stick, made, (uint64_t)(to - made));
    CHECK_ERR(read_afresh(&held), ERR_CORRUPT);
    stick_done(&stick);
    assert_int_equal(held, 3000);
    /* Something behind the end. */
    memcpy(made, bytes, size);
    made[size] = 'x';
    stick_put(&stick, made, size + 1);
    CHECK_ERR(read_afresh(&held), ERR_TRAILING);
    stick_done(&stick);
    free(made);
    free(bytes);
    world_close();
}

static void a_package_of_another_log_is_refused_where_it_stands(void **state) {
    (void)state;
    uint64_t at[64], held;
    published(2, 20);
    author_open(&other, "ke", 50);
    carry(0, &other);
    carry(1, &other);
    author_fill(&other, 30, 300, 600);
    publish(0, &other, 30);
    stick_write(&stick, 0, true);
    uint8_t *bytes = stick_bytes(&stick), *made = malloc(stick.size), *to = made;
    unsigned count = records_of(bytes, stick.size, at, 64);
    assert_int_equal(count, 6); /* header, France, its package, Kenya, its package, end */
    memcpy(to, bytes, at[0]);
    to += at[0];
    static const unsigned order[] = {0, 1, 4, 3, 2};
    for (unsigned i = 0; i < 5; i++)
        put_record(&to, bytes, at, order[i]);
    stick_put(&stick, made, (uint64_t)(to - made));
    CHECK_ERR(read_afresh(&held), ERR_SHORT);
    assert_true(stick_log(&stick, &fr)->refused && stick_log(&stick, &other)->refused);
    assert_string_equal(stick_log(&stick, &fr)->code, "ORIGIN");
    assert_int_equal(stick_log(&stick, &fr)->refused_record, 3);
    stick_done(&stick);
    assert_int_equal(held, 0);
    free(made);
    free(bytes);
    author_close(&other);
    world_close();
}

static void another_network_or_version_is_refused(void **state) {
    (void)state;
    uint64_t held;
    published(2, 20);
    stick_write(&stick, 0, true);
    uint8_t *bytes = stick_bytes(&stick);
    uint64_t size = stick.size;
    memcpy(memmem(bytes, 60, "test.example", 12), "toast", 5);
    memcpy(memmem(bytes, 90, "test.example", 12), "toast", 5); /* the maker's too */
    stick_put(&stick, bytes, size);
    CHECK_ERR(read_afresh(&held), ERR_NETWORK);
    stick_done(&stick);
    bytes[BUNDLE_MAGIC_LEN - 2] = '2';
    stick_put(&stick, bytes, size);
    CHECK_ERR(read_afresh(&held), ERR_VERSION);
    stick_done(&stick);
    bytes[0] = 'x';
    stick_put(&stick, bytes, size);
    CHECK_ERR(read_afresh(&held), ERR_NOT_FOUND);
    stick_done(&stick);
    stick_put(&stick, bytes, 0);
    CHECK_ERR(read_afresh(&held), ERR_NOT_FOUND);
    stick_done(&stick);
    free(bytes);
    world_close();
}

/* ---- after a restore ---- */

/* Site 1 is France's own; it was put back at second 1000. */
static const char *own_says(const char *maker, uint64_t made) {
    static char said[200];
    uint64_t when;
    struct txn t;
    txn_begin(&t, world.site[1].store, true);
    restored_set(&t, 1000);
    CHECK_OK(txn_commit(&t));
    stick.maker = maker;
    stick.now_s = made;
    stick_write(&stick, 0, true);
    CHECK_OK(stick_read(&stick, 1));
    txn_begin(&t, world.site[1].store, false);
    bool marked = restored_get(&t, &when);
    txn_abort(&t);
    assert_int_equal(stick.u.cleared, !marked);
    snprintf(said, sizeof said, "%s", stick.u.cleared ? "cleared" : stick.u.reason);
    stick_done(&stick);
    return said;
}

static void a_bundle_with_the_own_log_clears_the_marker_of_a_restore(void **state) {
    (void)state;
    published(2, 20);
    stick.own = fr.origin;
    publish(1, &fr, 8); /* what the backup held */
    assert_non_null(strstr(own_says(fr.origin, 2000), "not made by another State"));
    believes(1, &fr, 20, 0, 0); /* what was lost has come all the same */
    assert_non_null(strstr(own_says("", 2000), "not made by another State"));
    assert_non_null(
        strstr(own_says("test.example/ke/00000000000000bb", 999), "before this node was put back"));
    assert_string_equal(own_says("test.example/ke/00000000000000bb", 1000), "cleared");
    world_close();
    /* Another history of it clears nothing. */
    two_histories(2, 12, 20, 25);
    stick.own = fr.origin;
    own_says("test.example/ke/00000000000000bb", 2000);
    struct txn t;
    uint64_t when;
    txn_begin(&t, world.site[1].store, false);
    assert_true(restored_get(&t, &when));
    txn_abort(&t);
    believes(1, &fr, 12, VIEW_DISPUTED, 0);
    done();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_comes_whole_and_goes_on),
        cmocka_unit_test(a_stream_does_as_well),
        cmocka_unit_test(an_older_bundle_changes_nothing),
        cmocka_unit_test(unknown_logs_and_those_on_hold_are_left_alone),
        cmocka_unit_test(words_of_the_bundle_admit_logs_of_it),
        cmocka_unit_test(an_observer_gets_public_parts_and_nothing_else),
        cmocka_unit_test(one_that_only_says_that_it_is_public_is_found_out),
        cmocka_unit_test(erased_parts_do_not_come_back),
        cmocka_unit_test(a_fork_is_located_from_the_file_alone),
        cmocka_unit_test(from_a_stream_it_is_a_claim_and_the_rest_goes_on),
        cmocka_unit_test(a_smaller_fork_is_found_in_a_disputed_log),
        cmocka_unit_test(the_next_epoch_heals_it_by_courier_too),
        cmocka_unit_test(many_epochs_come_in_one_bundle),
        cmocka_unit_test(however_the_courier_goes_about_all_believe_the_same),
        cmocka_unit_test(a_cut_one_keeps_what_came_whole),
        cmocka_unit_test(an_altered_one_harms_one_log_at_most),
        cmocka_unit_test(a_file_that_changes_while_it_is_read_is_judged_as_read),
        cmocka_unit_test(records_out_of_order_are_refused),
        cmocka_unit_test(a_package_of_another_log_is_refused_where_it_stands),
        cmocka_unit_test(another_network_or_version_is_refused),
        cmocka_unit_test(a_bundle_with_the_own_log_clears_the_marker_of_a_restore),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
