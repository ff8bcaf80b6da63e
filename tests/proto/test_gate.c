/* The one gate: a good package in any cut passes; every way to cheat is refused, with its reason and place.
 */
#include "proto/gate.h"

#include <stdlib.h>
#include <string.h>

#include "proto/leaf.h"
#include "proto/message.h"
#include "tests/lib/guard.h"
#include "tests/lib/unhex.h"
#include "tests/test.h"

#define ENTRIES 40

/* A State: its note, its operator, forty contacts with both parts. */
static struct pubkey root_key, operator_key, stranger_key;
static uint8_t root_secret[KEY_SECRET_LEN], operator_secret[KEY_SECRET_LEN], stranger_secret[KEY_SECRET_LEN];
static struct authority authority;
static uint8_t note_text[AUTHORITY_MAX];
static struct package_note note;
static char origin[ORIGIN_MAX + 1];
static uint8_t leaf_bytes[ENTRIES][512], part_bytes[ENTRIES][PART_CLASSES][SALT_LEN + 16];
static struct entry entry[ENTRIES];
static struct digest hash[ENTRIES];
static uint8_t frame[FRAME_MAX];
static struct digest leaf_hash[FETCH_ENTRIES_MAX];
static struct guard guard;
static bool observer; /* the node that judges */

static void make_state(void) {
    uint8_t seed[KEY_SEED_LEN] = {1};
    key_from_seed(seed, &root_key, root_secret);
    seed[0] = 2;
    key_from_seed(seed, &operator_key, operator_secret);
    seed[0] = 3;
    key_from_seed(seed, &stranger_key, stranger_secret);
    authority = (struct authority){.network = "poc.example",
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
    CHECK_OK(authority_write(&authority, note_text, sizeof(note_text), &note.text));
    note.count = 1;
    note.signature[0].key = root_key;
    key_sign(root_secret, note.text, &note.signature[0].signature);
    authority_origin(&authority, origin);
    for (unsigned i = 0; i < ENTRIES; i++) {
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
        CHECK_OK(leaf_encode(&l, leaf_bytes[i], sizeof(leaf_bytes[i]), &entry[i].leaf));
        hash[i] = digest_leaf(entry[i].leaf);
    }
}

static struct frontier frontier_at(uint64_t size) {
    struct frontier f;
    frontier_init(&f);
    while (f.size < size)
        frontier_add(&f, &hash[f.size]);
    return f;
}

static bool lookup(void *context, unsigned level, uint64_t index, struct digest *ret) {
    (void)context;
    struct frontier f;
    frontier_init(&f);
    for (uint64_t i = index << level; i < (index + 1) << level; i++)
        frontier_add(&f, &hash[i]);
    *ret = frontier_root(&f);
    return true;
}

static void sign(struct package *p, const uint8_t *secret, const char *name) {
    struct checkpoint c = {.size = p->size, .root = p->root};
    memcpy(c.origin, name, strlen(name) + 1);
    checkpoint_sign(&c, secret, &p->signature[0]);
    p->signature_count = 1;
}

/* The head of a package that leads to size, signed by the operator. */
static struct package head_to(uint64_t from, uint64_t size) {
    struct package p = {.from = from, .size = size};
    struct frontier f = frontier_at(size);
    p.root = frontier_root(&f);
    origin_log_id(origin, p.log);
    sign(&p, operator_secret, origin);
    return p;
}

/* Write it as the answer to a FETCH and read it back, as every package travels. */
static struct package travel(const struct package *head, uint64_t to, const struct proof *proof) {
    struct package_writer pw;
    struct bytes bytes;
    struct message m;
    writer_init(&pw.w, frame, sizeof(frame));
    message_begin_package(&pw.w, 7);
    package_begin(&pw, NULL, 0, head, &note, 1);
    for (uint64_t i = head->from; i < to; i++)
        package_entry(&pw, &entry[i]);
    CHECK_OK(package_end(&pw, proof, to < head->size, &bytes));
    CHECK_OK(message_decode(bytes, &m));
    assert_int_equal(m.kind, MESSAGE_FETCH + MESSAGE_ANSWER);
    return m.package;
}

static struct package good(uint64_t from, uint64_t to, uint64_t size) {
    struct package head = head_to(from, size);
    struct proof proof = {0};
    if (to > 0 && to < size)
        CHECK_OK(merkle_prove_consistency(&proof, to, size, lookup, NULL));
    return travel(&head, to, &proof);
}

static enum err judge(const struct package *p, uint64_t held, struct gate_verdict *ret) {
    struct frontier f = frontier_at(held);
    struct gate_base base = {origin, &authority, &f, false, observer};
    return gate_check(&base, p, leaf_hash, ret);
}

static void opens_a_log_with_its_first_note(void **state) {
    (void)state;
    struct authority got;
    CHECK_OK(gate_open(origin, &note, &got));
    assert_true(digest_eq(&got.hash, &authority.hash));
    char other[ORIGIN_MAX + 1];
    memcpy(other, origin, sizeof(other));
    other[strlen(other) - 1] ^= 1;
    CHECK_ERR(gate_open(other, &note, &got), ERR_ORIGIN);
    struct package_note bad = note;
    bad.count = 0;
    CHECK_ERR(gate_open(origin, &bad, &got), ERR_UNSIGNED);
    bad = note;
    bad.signature[0].signature.b[3] ^= 1;
    CHECK_REFUSED(gate_open(origin, &bad, &got));
    bad = note;
    bad.text.len--;
    CHECK_REFUSED(gate_open(origin, &bad, &got));
}

static void passes_good_packages_in_every_cut(void **state) {
    (void)state;
    for (uint64_t size = 1; size <= ENTRIES; size += 3) {
        for (uint64_t from = 0; from < size; from++) {
            for (uint64_t to = from + 1; to <= size; to += 1 + to % 4) {
                struct package p = good(from, to, size);
                struct gate_verdict v;
                assert_int_equal(p.entry_count, to - from);
                CHECK_OK(judge(&p, from, &v));
                assert_int_equal(v.complete, to == size);
                assert_int_equal(v.after.size, to);
                assert_int_equal(v.signature_count, 1);
                assert_true(pubkey_eq(&v.signature[0].key, &operator_key));
                struct frontier want = frontier_at(to);
                struct digest a = frontier_root(&v.after), b = frontier_root(&want);
                assert_true(digest_eq(&a, &b));
                assert_memory_equal(leaf_hash, hash + from, (to - from) * sizeof(hash[0]));
            }
        }
    }
}

/* Of all entries but one, both parts may be stored; of that one, these. */
static void check_parts(const struct gate_verdict *v, unsigned count, unsigned at, enum part_state public,
                        enum part_state members) {
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(v->part[i][PART_PUBLIC], i == at ? public : PART_HELD);
        assert_int_equal(v->part[i][PART_MEMBERS], i == at ? members : PART_HELD);
    }
}

static void check_wrong(const struct gate_verdict *v, unsigned count, uint64_t at, enum err why) {
    assert_int_equal(v->wrong.count, count);
    if (count) {
        assert_int_equal(v->wrong.at, at);
        CHECK_ERR(v->wrong.why, why);
    }
}

static void passes_parts_that_are_withheld_or_gone_and_tells_of_missing_ones(void **state) {
    (void)state;
    struct gate_verdict v;
    struct entry kept = entry[3];
    for (int s = PART_NONE; s <= PART_GONE; s++) {
        entry[3].part[PART_MEMBERS].state = (enum part_state)s;
        struct package p = good(0, 8, 8);
        CHECK_OK(judge(&p, 0, &v));
        check_wrong(&v, s == PART_NONE, 3, ERR_COMMITMENT);
        check_parts(&v, 8, 3, PART_HELD, s == PART_HELD ? PART_HELD : PART_WITHHELD);
    }
    entry[3] = kept;
}

/* Promise 4, at the gate: whoever gives it. */
static void leaves_members_parts_out_for_an_observer(void **state) {
    (void)state;
    struct gate_verdict v;
    struct package p = good(0, 8, 8);
    observer = true;
    CHECK_OK(judge(&p, 0, &v));
    check_wrong(&v, 8, 0, ERR_DENIED);
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(v.part[i][PART_PUBLIC], PART_HELD);
        assert_int_equal(v.part[i][PART_MEMBERS], PART_WITHHELD);
    }
    for (unsigned i = 0; i < 8; i++)
        entry[i].part[PART_MEMBERS].state = PART_WITHHELD;
    p = good(0, 8, 8);
    CHECK_OK(judge(&p, 0, &v));
    check_wrong(&v, 0, 0, ERR_OK);
    observer = false;
    for (unsigned i = 0; i < 8; i++)
        entry[i].part[PART_MEMBERS].state = PART_HELD;
    struct bytes members = entry[2].part[PART_MEMBERS].salted;
    CHECK_OK(gate_part(false, entry[2].leaf, PART_MEMBERS, members));
    CHECK_ERR(gate_part(true, entry[2].leaf, PART_MEMBERS, members), ERR_DENIED);
    CHECK_OK(gate_part(true, entry[2].leaf, PART_PUBLIC, entry[2].part[PART_PUBLIC].salted));
}

static void refuses_a_package_that_does_not_begin_where_the_log_ends(void **state) {
    (void)state;
    struct gate_verdict v;
    struct package p = good(4, 8, 10);
    CHECK_OK(judge(&p, 4, &v));
    CHECK_ERR(judge(&p, 3, &v), ERR_GAP);
    CHECK_ERR(judge(&p, 5, &v), ERR_GAP);
    CHECK_ERR(judge(&p, 0, &v), ERR_GAP);
    p.from = UINT64_MAX;
    CHECK_ERR(judge(&p, 4, &v), ERR_GAP);
}

static void refuses_other_logs_epochs_and_sizes_beyond_the_bounds(void **state) {
    (void)state;
    struct gate_verdict v;
    struct package p = good(0, 8, 8);
    p.log[0] ^= 1;
    CHECK_ERR(judge(&p, 0, &v), ERR_ORIGIN);
    p = good(0, 8, 8);
    p.epoch = 1;
    CHECK_ERR(judge(&p, 0, &v), ERR_EPOCH);
    authority.max = 7;
    p = good(0, 8, 8);
    CHECK_ERR(judge(&p, 0, &v), ERR_BOUNDS);
    authority.max = 8;
    CHECK_OK(judge(&p, 0, &v));
    authority.max = 1000;
}

static void refuses_what_no_operator_has_signed(void **state) {
    (void)state;
    struct gate_verdict v;
    struct proof none = {0};
    struct package head = head_to(0, 8);
    head.signature_count = 0;
    struct package p = travel(&head, 8, &none);
    CHECK_ERR(judge(&p, 0, &v), ERR_UNSIGNED);
    sign(&head, stranger_secret, origin);
    p = travel(&head, 8, &none);
    CHECK_ERR(judge(&p, 0, &v), ERR_UNSIGNED);
    sign(&head, root_secret, origin); /* a custodian is no operator */
    p = travel(&head, 8, &none);
    CHECK_ERR(judge(&p, 0, &v), ERR_UNSIGNED);
    sign(&head, operator_secret, "poc.example/ke/0000000000000000"); /* another log of the same operator */
    p = travel(&head, 8, &none);
    CHECK_ERR(judge(&p, 0, &v), ERR_SIGNATURE);
    /* Signed for another size or root. */
    head = head_to(0, 9);
    struct package eight = head_to(0, 8);
    head.size = 8;
    head.root = eight.root;
    p = travel(&head, 8, &none);
    CHECK_ERR(judge(&p, 0, &v), ERR_SIGNATURE);
    for (unsigned bit = 0; bit < 8 * SIGNATURE_LEN; bit += 3) {
        head = head_to(0, 8);
        head.signature[0].signature.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        p = travel(&head, 8, &none);
        CHECK_ERR(judge(&p, 0, &v), ERR_SIGNATURE);
    }
    /* A cosignature of the operator's key is no signature. */
    head = head_to(0, 8);
    struct checkpoint c = {.size = 8, .root = head.root};
    memcpy(c.origin, origin, strlen(origin) + 1);
    checkpoint_cosign(&c, 1700000000, operator_secret, &head.signature[0]);
    p = travel(&head, 8, &none);
    CHECK_REFUSED(judge(&p, 0, &v));
    /* A stranger's beside the operator's is left out. */
    head = head_to(0, 8);
    checkpoint_sign(&c, stranger_secret, &head.signature[1]);
    head.signature_count = 2;
    p = travel(&head, 8, &none);
    CHECK_OK(judge(&p, 0, &v));
    assert_int_equal(v.signature_count, 1);
}

static void refuses_leaves_that_do_not_hash_to_the_signed_root(void **state) {
    (void)state;
    struct gate_verdict v;
    struct proof none = {0}, proof;
    for (unsigned i = 0; i < 8; i++) {
        struct entry kept = entry[i];
        entry[i] = entry[i + 8]; /* a good leaf, in the wrong place */
        struct package p = good(0, 8, 8);
        CHECK_ERR(judge(&p, 0, &v), ERR_ROOT);
        p = good(0, 8, 20);
        CHECK_ERR(judge(&p, 0, &v), ERR_PROOF);
        entry[i] = kept;
    }
    /* One entry too many, one too few without a proof, and none at all. */
    struct package head = head_to(0, 8), p = travel(&head, 9, &none);
    CHECK_REFUSED(judge(&p, 0, &v));
    p = travel(&head, 7, &none);
    CHECK_ERR(judge(&p, 0, &v), ERR_PROOF);
    p = travel(&head, 0, &none);
    CHECK_REFUSED(judge(&p, 0, &v));
    /* A proof where none belongs, and each node of a good one changed. */
    CHECK_OK(merkle_prove_consistency(&proof, 7, 20, lookup, NULL));
    p = travel(&head, 8, &proof);
    CHECK_REFUSED(judge(&p, 0, &v));
    head = head_to(0, 20);
    p = travel(&head, 7, &proof);
    CHECK_OK(judge(&p, 0, &v));
    for (unsigned i = 0; i < proof.count; i++) {
        proof.node[i].b[9] ^= 1;
        p = travel(&head, 7, &proof);
        CHECK_ERR(judge(&p, 0, &v), ERR_PROOF);
        proof.node[i].b[9] ^= 1;
    }
    proof.count--;
    p = travel(&head, 7, &proof);
    CHECK_ERR(judge(&p, 0, &v), ERR_PROOF);
}

static void leaves_out_a_part_that_is_not_what_its_leaf_commits_to(void **state) {
    (void)state;
    struct gate_verdict v;
    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        struct bytes salted = entry[2].part[class].salted;
        uint8_t *bytes = part_bytes[2][class];
        for (size_t bit = 0; bit < 8 * salted.len; bit += 5) {
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            struct package p = good(0, 8, 8);
            CHECK_OK(judge(&p, 0, &v));
            check_wrong(&v, 1, 2, v.wrong.why);
            check_parts(&v, 8, 2, class ? PART_HELD : PART_WITHHELD, class ? PART_WITHHELD : PART_HELD);
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
    /* The members' part in the place of the public one: nobody is shown what is not for him. */
    struct entry kept = entry[2];
    entry[2].part[PART_PUBLIC] = kept.part[PART_MEMBERS];
    struct package p = good(0, 8, 8);
    CHECK_OK(judge(&p, 0, &v));
    check_wrong(&v, 1, 2, ERR_COMMITMENT);
    check_parts(&v, 8, 2, PART_WITHHELD, PART_HELD);
    entry[2] = kept;
    /* A part that its leaf does not know. */
    uint8_t bare[] = {0x92, 0xa4, 'x', '/', 'v', '1', 0x80};
    struct digest kept_hash = hash[2];
    entry[2].leaf = BYTES(bare);
    hash[2] = digest_leaf(entry[2].leaf);
    p = good(0, 8, 8);
    CHECK_OK(judge(&p, 0, &v));
    check_wrong(&v, 2, 2, ERR_COMMITMENT);
    check_parts(&v, 8, 2, PART_NONE, PART_NONE);
    entry[2] = kept;
    hash[2] = kept_hash;
}

/* Whatever its operator signs: not canonical, too long or too deep is refused; strange but canonical is kept.
 */
static void refuses_signed_leaves_that_are_not_canonical_and_keeps_strange_ones(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        enum err err;
    } leaf[] = {
        {"", ERR_SHORT},
        {"dd ffffffff", ERR_ITEMS},
        {"92 a1 78", ERR_SHORT},
        {"cc 05", ERR_CANON},
        {"ff", ERR_CANON},
        {"82 02 c0 01 c0", ERR_ORDER},
        {"c0 c0", ERR_TRAILING},
        {"91 91 91 91 91 c0", ERR_DEPTH},
        {"91 a1 00", ERR_UTF8},
        {"c0", ERR_OK},
        {"92 a4 782f7631 80", ERR_OK},
        {"92 aa 636f6e746163742f7631 80", ERR_OK},
    };
    struct entry kept = entry[5];
    struct digest kept_hash = hash[5];
    for (size_t i = 0; i < sizeof(leaf) / sizeof(leaf[0]); i++) {
        uint8_t bytes[32];
        size_t len = unhex(bytes, sizeof(bytes), leaf[i].hex);
        entry[5] = (struct entry){.leaf = {bytes, len}};
        hash[5] = digest_leaf(entry[5].leaf);
        struct package p = good(0, 8, 8);
        struct gate_verdict v;
        CHECK_ERR(judge(&p, 0, &v), leaf[i].err);
        if (leaf[i].err)
            assert_int_equal(v.at, 5);
    }
    static uint8_t large[LEAF_MAX + 1] = {0xc5};
    for (size_t len = LEAF_MAX; len <= LEAF_MAX + 1; len++) {
        large[1] = (uint8_t)((len - 3) >> 8);
        large[2] = (uint8_t)(len - 3);
        entry[5] = (struct entry){.leaf = {large, len}};
        hash[5] = digest_leaf(entry[5].leaf);
        struct package head = head_to(0, 8);
        struct package_writer pw;
        struct proof none = {0};
        struct bytes bytes;
        struct message m;
        writer_init(&pw.w, frame, sizeof(frame));
        message_begin_package(&pw.w, 7);
        package_begin(&pw, NULL, 0, &head, &note, 1);
        for (unsigned k = 0; k < 8; k++)
            package_entry(&pw, &entry[k]);
        CHECK_OK(package_end(&pw, &none, false, &bytes));
        enum err err = message_decode(bytes, &m);
        struct gate_verdict v;
        if (!err)
            err = judge(&m.package, 0, &v);
        CHECK_ERR(err, len <= LEAF_MAX ? ERR_OK : ERR_SIZE);
    }
    entry[5] = kept;
    hash[5] = kept_hash;
}

/* A frame cut or flipped anywhere: refused by form, by the gate, or harmless; never another leaf let in. */
static void lets_no_other_leaf_in_through_any_flipped_bit(void **state) {
    (void)state;
    struct package head = head_to(0, 4);
    struct proof none = {0};
    (void)travel(&head, 4, &none);
    struct package_writer pw;
    struct bytes bytes;
    writer_init(&pw.w, frame, sizeof(frame));
    message_begin_package(&pw.w, 7);
    package_begin(&pw, NULL, 0, &head, &note, 1);
    for (unsigned i = 0; i < 4; i++)
        package_entry(&pw, &entry[i]);
    CHECK_OK(package_end(&pw, &none, false, &bytes));
    uint8_t *copy = malloc(bytes.len);
    assert_non_null(copy);
    memcpy(copy, bytes.ptr, bytes.len);
    struct message m;
    for (size_t cut = 0; cut < bytes.len; cut++)
        CHECK_REFUSED(message_decode((struct bytes){guard_copy(&guard, copy, cut), cut}, &m));
    for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct gate_verdict v;
        struct bytes at = {guard_copy(&guard, copy, bytes.len), bytes.len};
        if (message_decode(at, &m) == ERR_OK && m.kind == MESSAGE_FETCH + MESSAGE_ANSWER &&
            judge(&m.package, 0, &v) == ERR_OK)
            assert_memory_equal(leaf_hash, hash, m.package.entry_count * sizeof(hash[0]));
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    free(copy);
}

static void gives_back_the_notes_and_cosignatures_of_a_package(void **state) {
    (void)state;
    struct package head = head_to(0, 4);
    struct checkpoint c = {.size = 4, .root = head.root};
    memcpy(c.origin, origin, strlen(origin) + 1);
    checkpoint_cosign(&c, 1700000000, stranger_secret, &head.cosignature[0]);
    head.cosignature_count = 1;
    struct proof none = {0};
    struct package p = travel(&head, 4, &none);
    assert_int_equal(p.cosignature_count, 1);
    assert_int_equal(p.cosignature[0].time, 1700000000);
    CHECK_OK(checkpoint_verify_cosignature(&c, &p.cosignature[0]));
    assert_int_equal(p.note_count, 1);
    struct reader r;
    struct package_note got;
    reader_init(&r, p.notes);
    assert_true(package_note_next(&r, &got));
    assert_true(bytes_eq(got.text, note.text));
    assert_int_equal(got.count, 1);
    struct authority a;
    CHECK_OK(gate_open(origin, &got, &a));
    assert_false(package_note_next(&r, &got));
    CHECK_OK(reader_end(&r));
    struct entry e;
    reader_init(&r, p.entries);
    for (unsigned i = 0; i < 4; i++) {
        assert_true(package_entry_next(&r, &e));
        assert_true(bytes_eq(e.leaf, entry[i].leaf));
        assert_true(bytes_eq(e.part[1].salted, entry[i].part[1].salted));
    }
    assert_false(package_entry_next(&r, &e));
    CHECK_OK(reader_end(&r));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_a_log_with_its_first_note),
        cmocka_unit_test(passes_good_packages_in_every_cut),
        cmocka_unit_test(passes_parts_that_are_withheld_or_gone_and_tells_of_missing_ones),
        cmocka_unit_test(refuses_a_package_that_does_not_begin_where_the_log_ends),
        cmocka_unit_test(refuses_other_logs_epochs_and_sizes_beyond_the_bounds),
        cmocka_unit_test(refuses_what_no_operator_has_signed),
        cmocka_unit_test(refuses_leaves_that_do_not_hash_to_the_signed_root),
        cmocka_unit_test(leaves_out_a_part_that_is_not_what_its_leaf_commits_to),
        cmocka_unit_test(leaves_members_parts_out_for_an_observer),
        cmocka_unit_test(refuses_signed_leaves_that_are_not_canonical_and_keeps_strange_ones),
        cmocka_unit_test(lets_no_other_leaf_in_through_any_flipped_bit),
        cmocka_unit_test(gives_back_the_notes_and_cosignatures_of_a_package),
    };
    make_state();
    guard_open(&guard, 65536);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    guard_close(&guard);
    return failed;
}
