/* Receipts: every entry of a log can be proven by one, and no altered file proves anything. */
#include "proto/receipt.h"

#include <stdlib.h>
#include <string.h>

#include "proto/gate.h"
#include "tests/lib/guard.h"
#include "tests/lib/unhex.h"
#include "tests/test.h"

#define ENTRIES 11
#define COSIGNED 1767312000

/* A State with its note, an operator, a witness, and contacts with both parts. */
static uint8_t root_secret[KEY_SECRET_LEN], operator_secret[KEY_SECRET_LEN], witness_secret[KEY_SECRET_LEN],
    stranger_secret[KEY_SECRET_LEN];
static struct pubkey root_key, operator_key, witness_key, stranger_key;
static uint8_t note_text[AUTHORITY_MAX], notes[2 * AUTHORITY_MAX];
static struct package_note note;
static char origin[ORIGIN_MAX + 1];
static uint8_t leaf_bytes[ENTRIES][512], part_bytes[ENTRIES][PART_CLASSES][SALT_LEN + 16];
static struct entry entry[ENTRIES];
static struct digest hash[ENTRIES];
static char file[RECEIPT_MAX];
static uint8_t extra[RECEIPT_EXTRA_MAX];
static struct guard guard;

static void make_key(uint8_t seed, struct pubkey *key, uint8_t *secret) {
    uint8_t bytes[KEY_SEED_LEN] = {seed};
    key_from_seed(bytes, key, secret);
}

static void make_entry(unsigned i) {
    struct leaf l = {.kind = LEAF_CONTACT, .time = 1767225600 + i};
    be32_put(l.contact.id, i);
    l.contact.kind = bytes_str("technical");
    l.contact.valid_from = 1767225600;
    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        uint8_t *part = part_bytes[i][class];
        memset(part, (int)(i + 1), SALT_LEN);
        size_t len = SALT_LEN + unhex(part + SALT_LEN, 16, class ? "81 01 a3 736563" : "81 01 a3 707562");
        entry[i].part[class] = (struct part){PART_HELD, {part, len}};
        l.has_part[class] = true;
        l.part[class] = part_commitment((enum part_class) class, entry[i].part[class].salted);
    }
    CHECK_OK(leaf_encode(&l, leaf_bytes[i], sizeof leaf_bytes[i], &entry[i].leaf));
    hash[i] = digest_leaf(entry[i].leaf);
}

static int setup(void **state) {
    (void)state;
    make_key(1, &root_key, root_secret);
    make_key(2, &operator_key, operator_secret);
    make_key(3, &witness_key, witness_secret);
    make_key(4, &stranger_key, stranger_secret);
    struct authority authority = {.network = "poc.example",
                                  .code = "ke",
                                  .anchor_root = digest_empty(),
                                  .max = 1000,
                                  .root_need = 1,
                                  .root_count = 1,
                                  .root = {root_key},
                                  .next_need = 1,
                                  .next_count = 1,
                                  .next = {authority_commitment(&stranger_key)},
                                  .operator_count = 1,
                                  .operator_key = {operator_key}};
    CHECK_OK(authority_write(&authority, note_text, sizeof note_text, &note.text));
    note.count = 1;
    note.signature[0].key = root_key;
    key_sign(root_secret, note.text, &note.signature[0].signature);
    authority_origin(&authority, origin);
    for (unsigned i = 0; i < ENTRIES; i++)
        make_entry(i);
    guard_open(&guard, RECEIPT_MAX + 1);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    guard_close(&guard);
    digest_thread_done();
    return 0;
}

static bool lookup(void *context, unsigned level, uint64_t index, struct digest *ret) {
    struct frontier f;
    (void)context;
    frontier_init(&f);
    for (uint64_t i = index << level; i < (index + 1) << level; i++)
        frontier_add(&f, &hash[i]);
    *ret = frontier_root(&f);
    return true;
}

/* A receipt in all its pieces, to be spoilt one at a time. */
struct making {
    struct receipt receipt;
    struct checkpoint checkpoint;
    struct checkpoint_signature signature[2];
    uint8_t checkpoint_text[NOTE_MAX];
};

static void sign(struct making *m, const uint8_t *secret) {
    checkpoint_sign(&m->checkpoint, secret, &m->signature[0]);
    checkpoint_cosign(&m->checkpoint, COSIGNED, witness_secret, &m->signature[1]);
    CHECK_OK(checkpoint_note(&m->checkpoint, m->signature, 2, m->checkpoint_text, sizeof m->checkpoint_text,
                             &m->receipt.checkpoint));
}

static void make(struct making *m, uint64_t index, uint64_t size) {
    struct writer w;

    *m = (struct making){
        .receipt = {.index = index, .entry = entry[index], .note_count = 1, .witness_count = 1}};
    memcpy(m->checkpoint.origin, origin, sizeof origin);
    m->checkpoint.size = size;
    CHECK_OK(merkle_root(&m->checkpoint.root, size, lookup, NULL));
    CHECK_OK(merkle_prove_inclusion(&m->receipt.inclusion, index, size, lookup, NULL));
    m->receipt.witness[0].key = witness_key;
    m->receipt.witness[0].origin = bytes_str(origin);
    writer_init(&w, notes, sizeof notes);
    package_note_write(&w, &note);
    CHECK_OK(writer_end(&w, &m->receipt.notes));
    sign(m, operator_secret);
}

static size_t write_out(const struct making *m) {
    size_t len = 0;
    CHECK_OK(receipt_write(&m->receipt, extra, file, sizeof file, &len));
    return len;
}

/* Read what stands in file, and judge it. */
static enum err judge(size_t len, struct receipt_report *report) {
    static struct receipt receipt;
    static struct authority chain[EPOCHS_MAX];
    struct bytes text = {guard_copy(&guard, file, len), len};
    enum err err = receipt_read(text, extra, &receipt, &report->place);
    return err ? err : receipt_check(&receipt, chain, report);
}

static void every_entry_of_a_log_can_be_proven(void **state) {
    (void)state;
    for (uint64_t size = 1; size <= ENTRIES; size++)
        for (uint64_t index = 0; index < size; index++) {
            struct making m;
            struct receipt_report report;
            make(&m, index, size);
            CHECK_OK(judge(write_out(&m), &report));
            struct digest first = digest_of(note.text);
            assert_true(digest_eq(&report.fingerprint, &first));
            assert_true(report.checkpoint.size == size && report.signatures == 1 && report.cosignatures == 1);
            assert_true(report.cosignature[0].time == COSIGNED);
            assert_true(bytes_is(report.cosignature[0].witness->origin, origin));
            assert_true(report.understood && report.leaf.kind == LEAF_CONTACT);
        }
}

static void it_is_a_proof_as_c2sp_has_it(void **state) {
    struct making m;
    (void)state;
    make(&m, 2, 3);
    size_t len = write_out(&m);
    file[len] = '\0';
    assert_memory_equal(file, "c2sp.org/tlog-proof@v1\nextra ", 29);
    assert_non_null(strstr(file, "\nindex 2\n"));
    const char *blank = strstr(file, "\n\n");
    assert_non_null(blank);
    assert_memory_equal(blank + 2, m.receipt.checkpoint.ptr, m.receipt.checkpoint.len);
    assert_int_equal((size_t)(blank + 2 - file) + m.receipt.checkpoint.len, len);
}

static void no_bit_of_it_can_be_turned(void **state) {
    struct making m;
    (void)state;
    make(&m, 4, ENTRIES);
    m.receipt.witness[0].origin = (struct bytes){NULL, 0}; /* what is only said may be turned */
    size_t len = write_out(&m);
    for (size_t i = 0; i < len; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            struct receipt_report report;
            file[i] = (char)(file[i] ^ 1 << bit);
            if (judge(len, &report) == ERR_OK)
                fail_msg("byte %zu, bit %u", i, bit);
            file[i] = (char)(file[i] ^ 1 << bit);
        }
}

static void no_beginning_of_it_proves_anything(void **state) {
    struct making m;
    (void)state;
    make(&m, 4, ENTRIES);
    size_t len = write_out(&m);
    for (size_t i = 0; i < len; i++) {
        struct receipt_report report;
        /* Without the cosignature it would be a proof; but the file says that there is one. */
        if (judge(i, &report) == ERR_OK)
            fail_msg("the first %zu bytes", i);
    }
}

static void check_refused(struct making *m, enum err want, enum receipt_place place) {
    struct receipt_report report;
    CHECK_ERR(judge(write_out(m), &report), want);
    assert_int_equal(report.place, place);
}

static void each_lie_is_named(void **state) {
    struct making m;
    static uint8_t other_part[SALT_LEN + 6];
    (void)state;

    make(&m, 3, ENTRIES);
    sign(&m, stranger_secret);
    check_refused(&m, ERR_UNSIGNED, RECEIPT_SIGNATURE);

    make(&m, 3, ENTRIES);
    m.checkpoint.size = 1001;
    sign(&m, operator_secret);
    check_refused(&m, ERR_BOUNDS, RECEIPT_SIZE);

    make(&m, 3, ENTRIES);
    m.receipt.index = 4;
    check_refused(&m, ERR_PROOF, RECEIPT_INCLUSION);

    make(&m, 3, ENTRIES);
    m.receipt.entry = entry[4];
    check_refused(&m, ERR_PROOF, RECEIPT_INCLUSION);

    make(&m, 3, ENTRIES);
    memcpy(other_part, part_bytes[3][1], sizeof other_part);
    other_part[0] ^= 1;
    m.receipt.entry.part[1].salted = BYTES(other_part);
    check_refused(&m, ERR_COMMITMENT, RECEIPT_PART);

    make(&m, 3, ENTRIES);
    m.receipt.entry.part[0] = (struct part){.state = PART_NONE};
    check_refused(&m, ERR_COMMITMENT, RECEIPT_PART);

    make(&m, 3, ENTRIES);
    m.receipt.note_count = 0;
    m.receipt.notes.len = 0;
    check_refused(&m, ERR_MISSING, RECEIPT_NOTE);

    make(&m, 3, ENTRIES);
    m.checkpoint.origin[strlen(origin) - 1] ^= 1;
    sign(&m, operator_secret);
    check_refused(&m, ERR_ORIGIN, RECEIPT_NOTE);

    make(&m, 3, ENTRIES);
    m.receipt.witness[0].key = stranger_key;
    check_refused(&m, ERR_UNSIGNED, RECEIPT_WITNESS);

    make(&m, 3, ENTRIES);
    m.receipt.witness_count = 2;
    m.receipt.witness[1] = m.receipt.witness[0];
    check_refused(&m, ERR_KEY_TWICE, RECEIPT_WITNESS);

    make(&m, 3, ENTRIES);
    m.receipt.anchor.count = 1;
    check_refused(&m, ERR_PROOF, RECEIPT_ANCHOR);
}

/* A second epoch: the key to which the first note commits appoints another operator, from entry 5 on. */
static void make_second(struct making *m, uint64_t index, uint64_t size, uint64_t anchor) {
    static uint8_t text[AUTHORITY_MAX];
    static struct pubkey key;
    static uint8_t secret[KEY_SECRET_LEN];
    struct authority second = {
        .network = "poc.example", .code = "ke", .epoch = 1, .has_prev = true, .max = 500};
    struct package_note next = {.count = 1};
    struct writer w;

    make(m, index, size);
    make_key(5, &key, secret);
    second.prev = digest_of(note.text);
    second.anchor_size = anchor;
    CHECK_OK(merkle_root(&second.anchor_root, anchor, lookup, NULL));
    second.root_need = second.root_count = second.next_need = second.next_count = second.operator_count = 1;
    second.root[0] = stranger_key;
    second.next[0] = authority_commitment(&witness_key);
    second.operator_key[0] = key;
    CHECK_OK(authority_write(&second, text, sizeof text, &next.text));
    next.signature[0].key = stranger_key;
    key_sign(stranger_secret, next.text, &next.signature[0].signature);
    writer_init(&w, notes, sizeof notes);
    package_note_write(&w, &note);
    package_note_write(&w, &next);
    CHECK_OK(writer_end(&w, &m->receipt.notes));
    m->receipt.note_count = 2;
    if (anchor < size)
        CHECK_OK(merkle_prove_consistency(&m->receipt.anchor, anchor, size, lookup, NULL));
    sign(m, secret);
}

static void later_epochs_follow_from_the_first(void **state) {
    struct making m;
    struct receipt_report report;
    (void)state;

    for (uint64_t size = 5; size <= ENTRIES; size++) {
        make_second(&m, 2, size, 5);
        CHECK_OK(judge(write_out(&m), &report));
        struct digest first = digest_of(note.text);
        assert_true(digest_eq(&report.fingerprint, &first) && report.authority.epoch == 1);
    }
    make_second(&m, 2, 9, 5);
    sign(&m, operator_secret); /* of the epoch that has ended */
    check_refused(&m, ERR_UNSIGNED, RECEIPT_SIGNATURE);

    make_second(&m, 2, 9, 5);
    m.receipt.anchor.count = 0;
    check_refused(&m, ERR_PROOF, RECEIPT_ANCHOR);

    make_second(&m, 2, 4, 5);
    check_refused(&m, ERR_BOUNDS, RECEIPT_SIZE);

    make_second(&m, 2, 9, 5);
    m.receipt.notes.ptr++; /* no note any more */
    m.receipt.notes.len--;
    CHECK_REFUSED(judge(write_out(&m), &report));
}

static void a_part_may_be_left_out(void **state) {
    struct making m;
    struct receipt_report report;
    (void)state;
    make(&m, 3, ENTRIES);
    m.receipt.entry.part[1] = (struct part){.state = PART_WITHHELD};
    size_t len = write_out(&m);
    CHECK_OK(judge(len, &report));
    m.receipt.entry.part[0] = (struct part){.state = PART_GONE};
    CHECK_OK(judge(write_out(&m), &report));
}

static void what_is_no_receipt_is_told_apart(void **state) {
    static const struct {
        const char *text;
        enum err want;
    } bad[] = {
        {"", ERR_KIND},
        {"hello\n", ERR_KIND},
        {"c2sp.org/tlog-proof@v2\nextra \n", ERR_KIND},
        {"c2sp.org/tlog-proof@v1\r\nextra \r\n", ERR_KIND},
        {"c2sp.org/tlog-proof@v1\nindex 0\n\n", ERR_MISSING},
        {"c2sp.org/tlog-proof@v1\nextra ????\nindex 0\n\n", ERR_BASE64},
        {"c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n", ERR_SHORT},
        {"c2sp.org/tlog-proof@v1\nextra gA==\nindex 0\n\n", ERR_MISSING},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct receipt_report report;
        memcpy(file, bad[i].text, strlen(bad[i].text));
        enum err err = judge(strlen(bad[i].text), &report);
        if (err != bad[i].want)
            fail_msg("%s: %s, not %s", bad[i].text, err_name(err), err_name(bad[i].want));
    }
}

static void what_is_too_long_is_not_read(void **state) {
    struct receipt_report report;
    static struct receipt receipt;
    uint8_t *text = calloc(1, RECEIPT_MAX + 1);
    (void)state;
    assert_non_null(text);
    CHECK_ERR(receipt_read((struct bytes){text, RECEIPT_MAX + 1}, extra, &receipt, &report.place), ERR_SIZE);
    CHECK_ERR(receipt_read((struct bytes){text, RECEIPT_MAX}, extra, &receipt, &report.place), ERR_KIND);
    free(text);
    struct making m;
    size_t len = 0;
    make(&m, 3, ENTRIES);
    size_t whole = write_out(&m);
    for (size_t max = 0; max < whole; max++)
        CHECK_ERR(receipt_write(&m.receipt, extra, file, max, &len), ERR_FULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_entry_of_a_log_can_be_proven),
        cmocka_unit_test(it_is_a_proof_as_c2sp_has_it),
        cmocka_unit_test(no_bit_of_it_can_be_turned),
        cmocka_unit_test(no_beginning_of_it_proves_anything),
        cmocka_unit_test(each_lie_is_named),
        cmocka_unit_test(later_epochs_follow_from_the_first),
        cmocka_unit_test(a_part_may_be_left_out),
        cmocka_unit_test(what_is_no_receipt_is_told_apart),
        cmocka_unit_test(what_is_too_long_is_not_read),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
