/* The corpus of bad inputs, 38 to 55, 67, 68 and 78 to 82: what reaches the gate, most of it signed with
 * right keys.  Each goes through the intake into a store; it is refused with this error, and whatever it is,
 * the head stays where it was. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/intake.h"
#include "proto/writer.h"
#include "store/roster.h"
#include "tests/lib/sound.h"
#include "tests/lib/tmp.h"
#include "tests/store/author.h"
#include "tests/test.h"

#define HELD 5 /* entries that the node has before each */

static char dir[TMP_LEN];
static struct store *store;
static struct intake *intake;
static struct author fr, other, ke; /* France, its second history from 3 on, Kenya */
static struct txn t;

static int set_up(void **state) {
    (void)state;
    struct pin pin = {.own = false};
    struct log_record record;
    tmp_open(dir);
    store = author_store(dir, 0);
    intake = intake_new(false);
    author_open(&fr, "fr", 1);
    author_fill(&fr, 8, 120, 200);
    author_branch(&fr, 3, &other);
    author_fill(&other, 5, 120, 200);
    author_open(&ke, "ke", 2);
    author_fill(&ke, 8, 120, 200);
    author_register(&fr, store);
    author_register(&ke, store);
    txn_begin(&t, store, true);
    memcpy(pin.origin, fr.origin, sizeof pin.origin);
    pin.hash = fr.authority.hash;
    roster_pin(&t, &pin);
    CHECK_OK(author_deliver(&fr, &t, HELD, HELD, &record));
    CHECK_OK(txn_commit(&t));
    txn_begin(&t, store, true); /* each row acts in it, and it is given up */
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    txn_abort(&t);
    intake_free(intake);
    store_close(store);
    author_close(&fr);
    author_close(&other);
    author_close(&ke);
    tmp_close(dir);
    return 0;
}

static void sign(struct package *p, const char *origin, const struct author *by) {
    struct checkpoint c = {.size = p->size, .root = p->root};
    memcpy(c.origin, origin, strlen(origin) + 1);
    checkpoint_sign(&c, by->operator_secret, &p->signature[0]);
}

static uint64_t head_now(const struct author *a) {
    struct log_record record;
    assert_true(logs_get(&t, a->id, &record));
    return record.head.size;
}

/* Hand it in: what is said, and where France's head is then; nothing else has become wrong. */
static void hand(const char *what, const struct package *p, enum err want, uint64_t size) {
    struct log_record record;
    char why[SOUND_TEXT];
    uint64_t at;
    enum err err = intake_package(intake, &t, p, 1, &record, &at);
    if (err != want)
        fail_msg("%s: %s, not %s", what, err_name(err), err_name(want));
    CHECK_OK(t.err);
    if (head_now(&fr) != size)
        fail_msg("%s: the head moved to %llu", what, (unsigned long long)head_now(&fr));
    if (!sound_store(&t, why))
        fail_msg("%s: %s", what, why);
}

static struct package good(void) {
    return author_package(&fr, HELD, 8, 8);
}

/* ---- 38 to 43, 45, 51, 68, 78: one thing of a good package is another ---- */

static void of_kenya(struct package *p) {
    memcpy(p->log, ke.id, LOG_ID_LEN);
}

static void by_kenya(struct package *p) {
    sign(p, fr.origin, &ke);
}

static void with_s_beyond_l(struct package *p) {
    static const uint8_t l[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                  0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    unsigned carry = 0;
    for (unsigned i = 0; i < 32; i++) {
        carry += p->signature[0].signature.b[32 + i] + l[i];
        p->signature[0].signature.b[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
}

static void by_a_cosignature(struct package *p) {
    struct checkpoint c = {.size = p->size, .root = p->root};
    memcpy(c.origin, fr.origin, sizeof c.origin);
    checkpoint_cosign(&c, 1700000000, fr.operator_secret, &p->signature[0]);
    p->signature[0].time = 0;
}

static void with_a_gap(struct package *p) {
    p->from++;
}

static void with_other_leaves(struct package *p) {
    p->root.b[0] ^= 1;
    sign(p, fr.origin, &fr);
}

static void of_another_epoch(struct package *p) {
    p->epoch = 1;
}

static void beyond_max(struct package *p) {
    p->size = fr.authority.max + 1;
    sign(p, fr.origin, &fr);
}

static void of_another_origin(struct package *p) {
    sign(p, ke.origin, &fr);
}

static void unsigned_at_all(struct package *p) {
    p->signature_count = 0;
}

static const struct row {
    const char *number, *what;
    void (*change)(struct package *p);
    enum err err;
} rows[] = {
    {"38", "signed by another State", of_kenya, ERR_UNSIGNED},
    {"39", "by a key that is no operator's", by_kenya, ERR_UNSIGNED},
    {"39", "by nobody", unsigned_at_all, ERR_UNSIGNED},
    {"42", "a second spelling of a good signature", with_s_beyond_l, ERR_SIGNATURE},
    {"43", "by a cosignature", by_a_cosignature, ERR_SIGNATURE},
    {"44", "with a gap before it", with_a_gap, ERR_GAP},
    {"45", "leaves that are not those of the signed root: where they part is looked for", with_other_leaves,
     ERR_FORK},
    {"51", "of an epoch that is not there", of_another_epoch, ERR_EPOCH},
    {"51", "beyond the epoch's max", beyond_max, ERR_BOUNDS},
    {"78", "a checkpoint of another State", of_another_origin, ERR_SIGNATURE},
    {"82", "a larger tree than its entries make", with_other_leaves, ERR_FORK},
};

static void one_thing_is_another(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct package p = good();
        rows[i].change(&p);
        char what[100];
        snprintf(what, sizeof what, "%s, %s", rows[i].number, rows[i].what);
        hand(what, &p, rows[i].err, HELD);
    }
    struct package p = good();
    hand("and a good one", &p, ERR_OK, 8);
}

/* 41 */
static void no_bit_of_a_signature_may_be_another(void **state) {
    (void)state;
    for (unsigned bit = 0; bit < 8 * SIGNATURE_LEN; bit++) {
        struct package p = good();
        p.signature[0].signature.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        hand("41, a flipped bit", &p, ERR_SIGNATURE, HELD);
    }
}

/* 40: a key whose epoch is over signs what lies below the anchor, at it and beyond. */
static void a_dismissed_key_moves_nothing(void **state) {
    struct author_mark before;
    (void)state;
    author_mark(&fr, &before);
    author_epoch(&fr, 6, 0);
    struct package p = author_package(&fr, HELD, 6, 6);
    p.signature_count = 0;
    hand("40, the epoch's note and its anchor", &p, ERR_OK, 6);
    author_return(&fr, &before);
    for (uint64_t size = 5; size <= 8; size++) {
        p = author_package(&fr, size < 6 ? size : 6, size, size);
        hand("40, by the key of the epoch before", &p, ERR_OK, 6);
    }
}

/* 44, 79 to 81: what is held already, in the same and in other bytes. */
static void what_is_held_already_moves_nothing(void **state) {
    (void)state;
    struct package p = author_package(&fr, 0, HELD, HELD);
    hand("44, the same entries again", &p, ERR_OK, HELD);
    p = author_package(&fr, HELD, HELD, HELD);
    hand("79, the same checkpoint again", &p, ERR_OK, HELD);
    p = author_package(&fr, 4, 4, 4);
    hand("81, a smaller one", &p, ERR_OK, HELD);
    p = author_package(&other, 3, 5, 5);
    hand("44, other entries at the same place", &p, ERR_FORK, HELD);
    p = author_package(&other, 5, 5, 5);
    hand("80, the same size and another root", &p, ERR_FORK, HELD);
}

/* 46 to 50, 55, 67: what a leaf says is not the gate's business; too long and not canonical is. */
static void add_and_hand(const char *what, struct bytes leaf, enum err want) {
    struct author_mark mark;
    author_mark(&fr, &mark);
    mark.size = HELD;
    author_return(&fr, &mark);
    author_add(&fr, leaf, NULL);
    struct package p = author_package(&fr, HELD, HELD + 1, HELD + 1);
    hand(what, &p, want, want ? HELD : HELD + 1);
    txn_abort(&t);
    txn_begin(&t, store, true);
}

static struct bytes leaf_of(uint8_t *buffer, size_t max, const char *kind, uint64_t time, size_t extra,
                            size_t commitment) {
    static const uint8_t zeros[LEAF_MAX];
    struct writer w;
    struct bytes leaf;
    writer_init(&w, buffer, max);
    writer_array(&w, 2);
    writer_str(&w, bytes_str(kind));
    writer_map(&w, 1u + (commitment > 0) + (extra > 0));
    writer_uint(&w, 1);
    writer_uint(&w, time);
    if (commitment) {
        writer_uint(&w, 8);
        writer_bin(&w, (struct bytes){zeros, commitment});
    }
    if (extra) {
        writer_uint(&w, 999);
        writer_bin(&w, (struct bytes){zeros, extra});
    }
    CHECK_OK(writer_end(&w, &leaf));
    return leaf;
}

static void strange_leaves_are_kept_and_say_nothing(void **state) {
    static const uint64_t times[] = {0, 1, 2147483648, 4294967296, 253402300800, INT64_MAX};
    uint8_t buffer[LEAF_MAX + 64];
    struct leaf said;
    (void)state;
    struct bytes leaf = leaf_of(buffer, sizeof buffer, "unknown/v9", 1, 0, 0);
    add_and_hand("46, of an unknown kind", leaf, ERR_OK);
    CHECK_ERR(leaf_decode(leaf, &said), ERR_KIND);
    leaf = leaf_of(buffer, sizeof buffer, "contact/v1", 1, 0, 0);
    add_and_hand("48, a contact without its fields", leaf, ERR_OK);
    CHECK_REFUSED(leaf_decode(leaf, &said));
    for (size_t length = 31; length <= 33; length += 2) {
        leaf = leaf_of(buffer, sizeof buffer, "state/v1", 1, 0, length);
        add_and_hand("67, a commitment of another length", leaf, ERR_OK);
        CHECK_REFUSED(leaf_decode(leaf, &said));
    }
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        add_and_hand("55, any time", leaf_of(buffer, sizeof buffer, "unknown/v9", times[i], 0, 0), ERR_OK);
    size_t room = LEAF_MAX - leaf_of(buffer, sizeof buffer, "unknown/v9", 1, 300, 0).len + 300;
    add_and_hand("47, as long as it may be", leaf_of(buffer, sizeof buffer, "unknown/v9", 1, room, 0),
                 ERR_OK);
    add_and_hand("47, one byte longer", leaf_of(buffer, sizeof buffer, "unknown/v9", 1, room + 1, 0),
                 ERR_SIZE);
}

/* 68 */
static void a_part_that_its_leaf_does_not_commit_to_is_left_out(void **state) {
    (void)state;
    struct bytes part;
    struct entry *e = &fr.entry[HELD];
    struct part kept = e->part[PART_PUBLIC];
    e->part[PART_PUBLIC] = fr.entry[0].part[PART_PUBLIC];
    struct package p = good();
    e->part[PART_PUBLIC] = kept;
    hand("68, the part of another entry", &p, ERR_OK, 8);
    assert_int_equal(intake_wrong(intake)->count, 1);
    assert_int_equal(intake_wrong(intake)->at, HELD);
    CHECK_ERR(intake_wrong(intake)->why, ERR_COMMITMENT);
    assert_int_equal(logs_part(&t, fr.id, HELD, PART_PUBLIC, &part), PART_WITHHELD);
    assert_int_equal(logs_part(&t, fr.id, HELD, PART_MEMBERS, &part), PART_HELD);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(one_thing_is_another),
        TEST(no_bit_of_a_signature_may_be_another),
        TEST(a_dismissed_key_moves_nothing),
        TEST(what_is_held_already_moves_nothing),
        TEST(strange_leaves_are_kept_and_say_nothing),
        TEST(a_part_that_its_leaf_does_not_commit_to_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
