#include "store/entries.h"
#include "tests/test.h"

#include <string.h>

#include "store/directory.h"
#include "tests/lib/tmp.h"
#include "tests/store/author.h"
#include "tests/store/two_states.h"

/* Deliver up to an entry in a transaction of its own. */
static struct log_record deliver(struct fixture *f, struct author *a, uint64_t to, uint64_t target) {
    struct txn t;
    struct log_record record;
    txn_begin(&t, f->store, true);
    CHECK_OK(author_deliver(a, &t, to, target, &record));
    CHECK_OK(txn_commit(&t));
    return record;
}

static void an_opened_log_is_empty_and_known_by_its_id(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct log_record record, walked = {.seq = 0};
    struct package_note note;
    txn_begin(&t, f->store, false);
    assert_true(logs_get(&t, f->fr.id, &record));
    assert_string_equal(record.origin, f->fr.origin);
    assert_string_equal(record.code, "fr");
    assert_int_equal(record.head.size, 0);
    struct digest empty = digest_empty();
    assert_true(digest_eq(&record.head.root, &empty));
    assert_int_equal(record.seq, 0);
    assert_true(logs_note(&t, &record, 0, &note));
    assert_true(bytes_eq(note.text, f->fr.note.text));
    assert_int_equal(note.count, 1);
    assert_memory_equal(&note.signature[0], &f->fr.note.signature[0], sizeof note.signature[0]);
    assert_false(logs_note(&t, &record, 1, &note));
    unsigned count = 0;
    while (logs_next(&t, &walked))
        count++;
    assert_int_equal(count, 2);
    CHECK_OK(txn_commit(&t));
}

static void a_log_opens_once(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct log_record record;
    txn_begin(&t, f->store, true);
    logs_open(&t, f->fr.origin, &f->fr.note, &record);
    CHECK_ERR(txn_commit(&t), ERR_EXISTS);
}

static void a_head_moves_when_its_target_is_reached(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct checkpoint c;
    struct checkpoint_signature s[SIGNATURES_MAX];
    unsigned count;
    author_fill(&f->fr, 10, 200, 0);
    struct log_record record = deliver(f, &f->fr, 4, 10);
    assert_int_equal(record.held, 4);
    assert_int_equal(record.target, 10);
    assert_int_equal(record.head.size, 0);
    assert_int_equal(record.seq, 0);
    txn_begin(&t, f->store, false);
    assert_true(logs_target(&t, &record, &c, s, SIGNATURES_MAX, &count));
    assert_int_equal(c.size, 10);
    CHECK_OK(checkpoint_verify(&c, &s[0]));
    logs_checkpoint(&t, &record, &c, s, SIGNATURES_MAX, &count);
    assert_int_equal(count, 0);
    CHECK_OK(txn_commit(&t));
    record = deliver(f, &f->fr, 10, 10);
    assert_int_equal(record.head.size, 10);
    assert_int_equal(record.target, 0);
    assert_int_equal(record.seq, 1);
    txn_begin(&t, f->store, false);
    assert_false(logs_target(&t, &record, &c, s, SIGNATURES_MAX, &count));
    logs_checkpoint(&t, &record, &c, s, SIGNATURES_MAX, &count);
    assert_int_equal(count, 1);
    CHECK_OK(checkpoint_verify(&c, &s[0]));
    CHECK_OK(txn_commit(&t));
}

static void a_package_that_does_not_fit_changes_nothing(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct log_record record, after;
    struct gate_verdict verdict = {.complete = true};
    author_fill(&f->fr, 6, 200, 0);
    deliver(f, &f->fr, 4, 4);
    struct package late = author_package(&f->fr, 5, 6, 6);
    frontier_init(&verdict.after);
    verdict.after.size = 6;
    txn_begin(&t, f->store, true);
    logs_append(&t, &record, false, &f->fr.authority.hash, &late, f->fr.leaf_hash, &verdict, 1);
    CHECK_ERR(txn_commit(&t), ERR_GAP);
    txn_begin(&t, f->store, false);
    assert_true(logs_get(&t, f->fr.id, &after));
    assert_int_equal(after.held, 4);
    assert_int_equal(after.head.size, 4);
    struct bytes leaf;
    CHECK_ERR(logs_leaf(&t, f->fr.id, 4, &leaf), ERR_NOT_FOUND);
    CHECK_OK(txn_commit(&t));
}

/* What is stored of a log, counted anew. */
static uint64_t bytes_of(struct txn *t, const struct log_record *record) {
    struct entry_cursor c = {.leaf = {.index = 0}};
    uint64_t bytes = 0;
    while (logs_entry_next(t, record->id, true, &c)) {
        bytes += LOG_ENTRY_BYTES + c.entry.leaf.len;
        for (unsigned class = 0; class < PART_CLASSES; class ++)
            bytes += c.entry.part[class].state == PART_HELD ? c.entry.part[class].salted.len : 0;
    }
    logs_entry_done(&c);
    return bytes;
}

static void its_bytes_are_counted_as_they_come_and_go(void **state) {
    struct fixture *f = *state;
    struct txn t;
    author_fill(&f->fr, 20, 300, 500);
    deliver(f, &f->fr, 7, 7);
    struct log_record record = deliver(f, &f->fr, 20, 20), after;
    txn_begin(&t, f->store, true);
    assert_int_equal(record.bytes, bytes_of(&t, &record));
    assert_in_range(record.bytes, 20 * 700, 20 * 1000);
    entries_destroy(&t, record.id, 3);
    assert_int_equal(record.bytes - bytes_of(&t, &record),
                     f->fr.entry[3].part[0].salted.len + f->fr.entry[3].part[1].salted.len);
    uint64_t dropped = entries_drop(&t, record.id, 10);
    record.held = 10;
    assert_int_equal(dropped + bytes_of(&t, &record),
                     record.bytes - f->fr.entry[3].part[0].salted.len - f->fr.entry[3].part[1].salted.len);
    txn_abort(&t);
    txn_begin(&t, f->store, false);
    assert_true(logs_get(&t, record.id, &after));
    assert_int_equal(after.bytes, bytes_of(&t, &after));
    txn_abort(&t);
}

static void at_the_quota_a_package_fits_and_one_byte_below_it_does_not(void **state) {
    struct fixture *f = *state;
    struct txn t;
    author_fill(&f->fr, 6, 200, 0);
    struct log_record record = deliver(f, &f->fr, 4, 4), after;
    struct package package = author_package(&f->fr, 4, 6, 6);
    uint64_t need = record.bytes + package.entries.len + 2 * LOG_ENTRY_BYTES;
    txn_begin(&t, f->store, true);
    assert_true(logs_fits(&t, &record, &package, need));
    assert_int_equal(record.need, 0);
    assert_false(logs_fits(&t, &record, &package, need - 1));
    assert_int_equal(record.need, need);
    CHECK_OK(txn_commit(&t));
    txn_begin(&t, f->store, false);
    assert_true(logs_get(&t, record.id, &after));
    txn_abort(&t);
    assert_int_equal(after.need, need);
    assert_int_equal(after.head.size, 4);
    record = deliver(f, &f->fr, 6, 6); /* it has been raised */
    assert_int_equal(record.need, 0);
}

static void a_later_target_replaces_the_pending_one(void **state) {
    struct fixture *f = *state;
    author_fill(&f->fr, 30, 100, 0);
    deliver(f, &f->fr, 5, 10);
    struct log_record record = deliver(f, &f->fr, 8, 20);
    assert_int_equal(record.target, 20);
    record = deliver(f, &f->fr, 9, 15);
    assert_int_equal(record.target, 20);
    record = deliver(f, &f->fr, 15, 15);
    assert_int_equal(record.head.size, 15);
    assert_int_equal(record.target, 20);
    record = deliver(f, &f->fr, 30, 30);
    assert_int_equal(record.head.size, 30);
    assert_int_equal(record.target, 0);
}

/* Its leaves have come on the way to a larger one. */
static void what_a_smaller_target_covers_stands_in_the_directory(void **state) {
    struct fixture *f = *state;
    struct txn t;
    uint64_t wrong, rows;
    author_fill(&f->fr, 10, 200, 0);
    struct log_record record = deliver(f, &f->fr, 8, 10);
    assert_int_equal(record.noted, 0);
    record = deliver(f, &f->fr, 8, 8);
    assert_int_equal(record.head.size, 8);
    assert_int_equal(record.target, 10);
    txn_begin(&t, f->store, false);
    assert_true(directory_check(&t, f->fr.id, 0, 8, &wrong, &rows));
    assert_int_equal(rows, 8);
    CHECK_OK(txn_commit(&t));
}

static void a_checkpoint_given_again_moves_nothing(void **state) {
    struct fixture *f = *state;
    author_fill(&f->fr, 3, 100, 0);
    struct log_record first = deliver(f, &f->fr, 3, 3);
    struct log_record again = deliver(f, &f->fr, 3, 3);
    assert_int_equal(again.seq, first.seq);
    assert_int_equal(again.head.size, 3);
}

/* What is stored of an author's log is what the author has made: entries, parts, tiles, frontier, proofs. */
static void check_log(struct txn *t, struct author *a, const struct log_record *record) {
    struct entry_cursor c = {.leaf = {.index = 0}};
    struct frontier held;
    uint64_t count = 0;
    for (; logs_entry_next(t, a->id, true, &c); count++) {
        assert_int_equal(c.leaf.index, count);
        assert_true(bytes_eq(c.entry.leaf, a->entry[count].leaf));
        for (unsigned class = 0; class < PART_CLASSES; class ++) {
            assert_int_equal(c.entry.part[class].state, a->entry[count].part[class].state);
            assert_true(bytes_eq(c.entry.part[class].salted, a->entry[count].part[class].salted));
        }
    }
    logs_entry_done(&c);
    assert_int_equal(count, record->held);
    logs_frontier(t, record, false, &held);
    struct digest got = frontier_root(&held), want = author_root(a, record->held);
    assert_true(digest_eq(&got, &want));
    CHECK_OK(t->err);
}

static void logs_that_grow_by_turns_keep_their_entries_apart(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct log_record fr, ke;
    author_fill(&f->fr, 40, 150, 200);
    author_fill(&f->ke, 40, 180, 90);
    for (unsigned i = 1; i <= 10; i++) {
        fr = deliver(f, &f->fr, i * 4, 40);
        if (i % 3 == 0)
            fr = deliver(f, &f->fr, i * 4, 40);
        ke = deliver(f, &f->ke, i * 3, 40);
    }
    txn_begin(&t, f->store, false);
    check_log(&t, &f->fr, &fr);
    check_log(&t, &f->ke, &ke);
    struct bytes leaf;
    CHECK_OK(logs_leaf(&t, f->ke.id, 29, &leaf));
    assert_true(bytes_eq(leaf, f->ke.entry[29].leaf));
    CHECK_ERR(logs_leaf(&t, f->ke.id, 30, &leaf), ERR_NOT_FOUND);
    CHECK_ERR(logs_leaf(&t, f->ke.id, UINT64_MAX, &leaf), ERR_NOT_FOUND);
    struct leaf_cursor c = {.index = 27};
    unsigned count = 0;
    for (; logs_leaf_next(&t, f->ke.id, &c); count++)
        assert_true(bytes_eq(c.leaf, f->ke.entry[27 + count].leaf));
    logs_leaf_done(&c);
    assert_int_equal(count, 3);
    CHECK_OK(txn_commit(&t));
}

static void a_part_is_held_withheld_or_none(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct bytes part;
    author_fill(&f->fr, 2, 200, 120);
    author_fill(&f->fr, 1, 200, 0);
    f->fr.entry[0].part[PART_MEMBERS] = (struct part){.state = PART_WITHHELD};
    f->fr.entry[1].part[PART_MEMBERS] = (struct part){.state = PART_GONE};
    deliver(f, &f->fr, 3, 3);
    txn_begin(&t, f->store, false);
    assert_int_equal(logs_part(&t, f->fr.id, 0, PART_PUBLIC, &part), PART_HELD);
    assert_true(bytes_eq(part, f->fr.entry[0].part[PART_PUBLIC].salted));
    assert_int_equal(logs_part(&t, f->fr.id, 0, PART_MEMBERS, &part), PART_WITHHELD);
    /* That it is gone is what one peer says. */
    assert_int_equal(logs_part(&t, f->fr.id, 1, PART_MEMBERS, &part), PART_WITHHELD);
    assert_int_equal(logs_part(&t, f->fr.id, 2, PART_PUBLIC, &part), PART_NONE);
    assert_int_equal(logs_part(&t, f->fr.id, 3, PART_PUBLIC, &part), PART_NONE);
    f->fr.entry[1].part[PART_MEMBERS].state = PART_WITHHELD;
    struct log_record record;
    assert_true(logs_get(&t, f->fr.id, &record));
    assert_int_equal(record.whole[PART_MEMBERS], 0);
    check_log(&t, &f->fr, &record);
    CHECK_OK(txn_commit(&t));
}

static void a_walk_without_members_opens_no_members_part(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct entry_cursor c = {.leaf = {.index = 1}};
    author_fill(&f->fr, 5, 200, 120);
    deliver(f, &f->fr, 5, 5);
    txn_begin(&t, f->store, false);
    unsigned count = 0;
    for (; logs_entry_next(&t, f->fr.id, false, &c); count++) {
        assert_int_equal(c.entry.part[PART_PUBLIC].state, PART_HELD);
        assert_int_equal(c.entry.part[PART_MEMBERS].state, PART_WITHHELD);
        assert_int_equal(c.entry.part[PART_MEMBERS].salted.len, 0);
    }
    logs_entry_done(&c);
    assert_int_equal(count, 4);
    CHECK_OK(txn_commit(&t));
}

/* The tile as it must be when size leaves are held. */
static void check_tile(struct txn *t, struct author *a, uint64_t size, unsigned level, uint64_t index) {
    uint64_t count = size >> (8 * level), first = index * 256;
    size_t width = first >= count ? 0 : count - first < 256 ? (size_t)(count - first) : 256;
    struct bytes tile = logs_tile(t, a->id, level, index);
    assert_int_equal(tile.len, width * DIGEST_LEN);
    for (size_t i = 0; i < width; i++)
        assert_memory_equal(tile.ptr + i * DIGEST_LEN, a->level[8 * level][first + i].b, DIGEST_LEN);
}

static void check_proofs(struct tree_reader *tree, struct author *a, uint64_t size, uint64_t held) {
    struct digest root, want = author_root(a, size), held_root = author_root(a, held);
    struct proof proof;
    CHECK_OK(merkle_root(&root, size, logs_lookup, tree));
    assert_true(digest_eq(&root, &want));
    CHECK_OK(merkle_prove_consistency(&proof, size, held, logs_lookup, tree));
    CHECK_OK(merkle_check_consistency(size, held, &want, &held_root, &proof));
    uint64_t index[] = {0, size / 2, size / 3, size - 1};
    for (unsigned i = 0; i < 4; i++) {
        CHECK_OK(merkle_prove_inclusion(&proof, index[i], size, logs_lookup, tree));
        CHECK_OK(merkle_check_inclusion(index[i], size, &a->level[0][index[i]], &proof, &want));
    }
}

/* Sizes where trees of tiles go wrong, in rising order, and a large one. */
static const uint64_t sizes[] = {1,     2,     3,     4,     5,     7,     8,     9,     15,    16,    17,
                                 31,    32,    33,    63,    64,    65,    127,   128,   129,   255,   256,
                                 257,   300,   511,   512,   513,   767,   768,   1023,  1024,  1025,  2047,
                                 2049,  4095,  4096,  4097,  8191,  8193,  16383, 16384, 16385, 32767, 32768,
                                 32769, 65279, 65280, 65281, 65535, 65536, 65537, 65792, 70000};
#define SIZES (sizeof sizes / sizeof *sizes)

static void proofs_from_tiles_hold_at_every_awkward_size(void **state) {
    struct fixture *f = *state;
    struct txn t;
    author_fill(&f->fr, sizes[SIZES - 1], 90, 0);
    for (unsigned i = 0; i < SIZES; i++) {
        struct log_record record = {.held = i ? sizes[i - 1] : 0};
        struct frontier held;
        while (record.held < sizes[i])
            record =
                deliver(f, &f->fr, record.held + 3000 < sizes[i] ? record.held + 3000 : sizes[i], sizes[i]);
        assert_int_equal(record.head.size, sizes[i]);
        txn_begin(&t, f->store, false);
        struct tree_reader tree = {.txn = &t};
        memcpy(tree.id, f->fr.id, LOG_ID_LEN);
        logs_frontier(&t, &record, false, &held);
        struct digest root = frontier_root(&held);
        assert_true(digest_eq(&root, &record.head.root));
        for (unsigned level = 0; level < 4; level++) {
            uint64_t edge = sizes[i] >> (8 * level) >> 8;
            check_tile(&t, &f->fr, sizes[i], level, edge);
            check_tile(&t, &f->fr, sizes[i], level, edge + 1);
            if (edge)
                check_tile(&t, &f->fr, sizes[i], level, edge - 1);
        }
        for (unsigned j = 0; j <= i; j++)
            check_proofs(&tree, &f->fr, sizes[j], sizes[i]);
        CHECK_OK(txn_commit(&t));
    }
}

static void a_lookup_outside_the_tree_finds_nothing(void **state) {
    struct fixture *f = *state;
    struct txn t;
    struct digest node;
    author_fill(&f->fr, 300, 90, 0);
    deliver(f, &f->fr, 300, 300);
    txn_begin(&t, f->store, false);
    struct tree_reader tree = {.txn = &t};
    memcpy(tree.id, f->fr.id, LOG_ID_LEN);
    assert_true(logs_lookup(&tree, 0, 299, &node));
    assert_false(logs_lookup(&tree, 0, 300, &node));
    assert_true(logs_lookup(&tree, 8, 0, &node));
    assert_false(logs_lookup(&tree, 8, 1, &node));
    assert_false(logs_lookup(&tree, 9, 0, &node));
    assert_false(logs_lookup(&tree, 0, UINT64_MAX, &node));
    assert_false(logs_lookup(&tree, 7, UINT64_MAX, &node));
    assert_false(logs_lookup(&tree, 64, 0, &node));
    CHECK_OK(txn_commit(&t));
}

static struct checkpoint_signature cosigned(const struct author *a, const struct log_record *record,
                                            uint8_t witness, uint64_t time) {
    uint8_t seed[KEY_SEED_LEN] = {witness, 0xcc}, secret[KEY_SECRET_LEN];
    struct checkpoint c = {.size = record->head.size, .root = record->head.root};
    struct checkpoint_signature s;
    struct pubkey key;
    memcpy(c.origin, a->origin, sizeof c.origin);
    key_from_seed(seed, &key, secret);
    checkpoint_cosign(&c, time, secret, &s);
    return s;
}

static struct log_record cosign(struct fixture *f, struct log_record record, uint8_t witness, uint64_t time,
                                bool own) {
    struct txn t;
    struct checkpoint_signature s = cosigned(&f->fr, &record, witness, time);
    txn_begin(&t, f->store, true);
    logs_cosign(&t, &record, &s, own);
    CHECK_OK(txn_commit(&t));
    return record;
}

/* Check every signature of the head; the cosignatures' times go to ret. */
static unsigned cosignature_times(struct fixture *f, const struct log_record *record,
                                  uint64_t ret[static COSIGNATURES_MAX]) {
    struct txn t;
    struct checkpoint c;
    struct checkpoint_signature s[SIGNATURES_MAX + COSIGNATURES_MAX];
    unsigned count, times = 0;
    txn_begin(&t, f->store, false);
    logs_checkpoint(&t, record, &c, s, SIGNATURES_MAX + COSIGNATURES_MAX, &count);
    CHECK_OK(txn_commit(&t));
    CHECK_OK(checkpoint_verify(&c, &s[0]));
    for (unsigned i = 1; i < count; i++) {
        CHECK_OK(checkpoint_verify_cosignature(&c, &s[i]));
        ret[times++] = s[i].time;
    }
    return times;
}

static void the_newest_cosignature_of_each_witness_is_kept(void **state) {
    struct fixture *f = *state;
    uint64_t time[COSIGNATURES_MAX];
    author_fill(&f->fr, 9, 100, 0);
    struct log_record record = deliver(f, &f->fr, 3, 3);
    cosign(f, record, 1, 1000, false);
    cosign(f, record, 1, 3000, false);
    cosign(f, record, 1, 2000, false);
    assert_int_equal(cosignature_times(f, &record, time), 1);
    assert_int_equal(time[0], 3000);
    record = deliver(f, &f->fr, 5, 5);
    assert_int_equal(cosignature_times(f, &record, time), 0);
    cosign(f, record, 1, 2500, false);
    assert_int_equal(cosignature_times(f, &record, time), 1);
    assert_int_equal(time[0], 2500);
}

static void a_log_keeps_sixteen_cosignatures_and_the_own_one(void **state) {
    struct fixture *f = *state;
    uint64_t time[COSIGNATURES_MAX];
    author_fill(&f->fr, 3, 100, 0);
    struct log_record record = deliver(f, &f->fr, 3, 3);
    cosign(f, record, 0, 1, true);
    for (uint8_t i = 1; i <= 20; i++)
        cosign(f, record, i, 100 + i, false);
    cosign(f, record, 30, 50, false);
    unsigned count = cosignature_times(f, &record, time);
    assert_int_equal(count, COSIGNATURES_MAX);
    uint64_t least = UINT64_MAX, sum = 0;
    for (unsigned i = 0; i < count; i++) {
        least = time[i] < least ? time[i] : least;
        sum += time[i];
    }
    assert_int_equal(least, 1);
    assert_int_equal(sum, 1 + 15 * (106 + 120) / 2);
}

static void the_own_cosignature_moves_the_day_and_the_cursor(void **state) {
    struct fixture *f = *state;
    author_fill(&f->fr, 3, 100, 0);
    struct log_record record = deliver(f, &f->fr, 3, 3);
    record = cosign(f, record, 1, 20000 * UINT64_C(86400) + 5, false);
    assert_int_equal(record.head.day, 0);
    assert_int_equal(record.seq, 1);
    record = cosign(f, record, 2, 20000 * UINT64_C(86400) + 5, true);
    assert_int_equal(record.head.day, 20000);
    assert_int_equal(record.seq, 2);
    record = cosign(f, record, 2, 20000 * UINT64_C(86400) + 9, true);
    assert_int_equal(record.seq, 2);
}

static void changes_are_given_once_per_log_in_pages(void **state) {
    struct fixture *f = *state;
    struct author other[5];
    struct txn t;
    struct head head[4];
    uint64_t next;
    bool more;
    for (uint8_t i = 0; i < 5; i++) {
        char code[] = {'a', (char)('a' + i), '\0'};
        author_open(&other[i], code, (uint8_t)(10 + i));
        author_register(&other[i], f->store);
        author_fill(&other[i], 4, 100, 0);
        deliver(f, &other[i], 2, 2);
    }
    deliver(f, &other[0], 4, 4);
    txn_begin(&t, f->store, false);
    assert_int_equal(changes_newest(&t), 6);
    assert_int_equal(changes_after(&t, 0, head, 4, &next, &more), 4);
    for (unsigned i = 0; i < 4; i++)
        assert_memory_equal(head[i].log, other[i + 1].id, LOG_ID_LEN);
    assert_int_equal(next, 5);
    assert_true(more);
    assert_int_equal(changes_after(&t, next, head, 4, &next, &more), 1);
    assert_memory_equal(head[0].log, other[0].id, LOG_ID_LEN);
    assert_int_equal(head[0].size, 4);
    assert_int_equal(next, 6);
    assert_false(more);
    assert_int_equal(changes_after(&t, next, head, 4, &next, &more), 0);
    assert_int_equal(next, 6);
    assert_int_equal(changes_after(&t, UINT64_MAX, head, 4, &next, &more), 0);
    CHECK_OK(txn_commit(&t));
    for (unsigned i = 0; i < 5; i++)
        author_close(&other[i]);
}

static void a_reader_sees_one_state_while_the_writer_goes_on(void **state) {
    struct fixture *f = *state;
    struct txn reader;
    struct log_record before, after;
    author_fill(&f->fr, 200, 300, 600);
    deliver(f, &f->fr, 100, 100);
    txn_begin(&reader, f->store, false);
    struct leaf_cursor c = {.index = 0};
    unsigned count = 0;
    while (logs_leaf_next(&reader, f->fr.id, &c)) {
        if (count++ == 50)
            after = deliver(f, &f->fr, 200, 200);
        assert_true(bytes_eq(c.leaf, f->fr.entry[c.index].leaf));
    }
    logs_leaf_done(&c);
    assert_int_equal(count, 100);
    assert_int_equal(after.head.size, 200);
    assert_true(logs_get(&reader, f->fr.id, &before));
    assert_int_equal(before.head.size, 100);
    CHECK_OK(txn_commit(&reader));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_two_states, close_them)
    const struct CMUnitTest tests[] = {
        TEST(an_opened_log_is_empty_and_known_by_its_id),
        TEST(a_log_opens_once),
        TEST(a_head_moves_when_its_target_is_reached),
        TEST(its_bytes_are_counted_as_they_come_and_go),
        TEST(at_the_quota_a_package_fits_and_one_byte_below_it_does_not),
        TEST(a_package_that_does_not_fit_changes_nothing),
        TEST(a_later_target_replaces_the_pending_one),
        TEST(what_a_smaller_target_covers_stands_in_the_directory),
        TEST(a_checkpoint_given_again_moves_nothing),
        TEST(logs_that_grow_by_turns_keep_their_entries_apart),
        TEST(a_part_is_held_withheld_or_none),
        TEST(a_walk_without_members_opens_no_members_part),
        TEST(proofs_from_tiles_hold_at_every_awkward_size),
        TEST(a_lookup_outside_the_tree_finds_nothing),
        TEST(the_newest_cosignature_of_each_witness_is_kept),
        TEST(a_log_keeps_sixteen_cosignatures_and_the_own_one),
        TEST(the_own_cosignature_moves_the_day_and_the_cursor),
        TEST(changes_are_given_once_per_log_in_pages),
        TEST(a_reader_sees_one_state_while_the_writer_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
