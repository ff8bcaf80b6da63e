/* Leaves: every kind there and back, the gate's bounds, and that strangeness is kept, not refused. */
#include "proto/leaf.h"

#include <string.h>

#include "proto/reader.h"
#include "proto/writer.h"
#include "tests/lib/guard.h"
#include "tests/lib/unhex.h"
#include "tests/test.h"

static struct guard guard;
static struct pubkey key;

static struct names french(void) {
    return (struct names){.count = 2,
                          .name = {{bytes_str("fr"), bytes_str("République d'exemple")},
                                   {bytes_str("ar"), bytes_str("جمهورية")}}};
}

enum { SAMPLES = 14 };

static struct leaf sample(unsigned i) {
    struct leaf l = {.time = 1767225600};
    switch (i) {
    case 0:
        l.kind = LEAF_AUTHORITY;
        l.authority.epoch = 0;
        l.authority.hash = digest_of(bytes_str("note"));
        break;
    case 1:
        l.kind = LEAF_STATE;
        l.state.state = french();
        l.state.authority = french();
        break;
    case 2:
    case 3:
    case 4:
    case 5:
        l.kind = LEAF_CONTACT;
        memset(l.contact.id, 0xab, sizeof(l.contact.id));
        l.contact.kind = bytes_str("technical");
        l.contact.valid_from = 1767225600;
        l.contact.valid_until = i == 2 ? 0 : 1798761600;
        l.contact.review_by = i == 3 ? 1780000000 : 0;
        l.contact.status = i == 5;
        for (unsigned class = 0; class < PART_CLASSES; class ++) {
            l.has_part[class] = i == 5 || (i == 4 && class == PART_MEMBERS);
            if (l.has_part[class])
                l.part[class] = digest_of((struct bytes){(const uint8_t *)"xy" + class, 1});
        }
        break;
    case 6:
        l.kind = LEAF_NODE;
        l.node.id = key;
        l.node.witness = key;
        memset(l.node.box, 0x11, sizeof(l.node.box));
        l.has_part[PART_MEMBERS] = true;
        l.part[PART_MEMBERS] = digest_of(bytes_str("z"));
        break;
    case 7:
        l.kind = LEAF_OBSERVER;
        l.observer.id = key;
        l.observer.name = bytes_str("Office of Example Affairs");
        break;
    case 8:
        l.kind = LEAF_WITHDRAW;
        l.withdraw.kind = LEAF_CONTACT;
        l.withdraw.id = (struct bytes){(const uint8_t *)"0123456789abcdef", CONTACT_ID_LEN};
        break;
    case 9:
        l.kind = LEAF_WITHDRAW;
        l.withdraw.kind = LEAF_NODE;
        l.withdraw.id = BYTES(key.b);
        break;
    case 12:
    case 13:
        l.kind = LEAF_ERASE;
        l.erase.count = i == 12 ? 1 : LEAF_ERASE_MAX;
        for (unsigned k = 0; k < l.erase.count; k++)
            l.erase.entry[k] = k * 1000003;
        break;
    default:
        l.kind = i == 10 ? LEAF_ENDORSE : LEAF_SUCCEED;
        l.word.origin = bytes_str("poc.example/ke/0123456789abcdef");
        l.word.code = bytes_str("ke");
        l.word.epoch = 3;
        l.word.note = digest_of(bytes_str("note"));
        if (l.kind == LEAF_SUCCEED)
            l.word.successor = bytes_str("poc.example/ke/fedcba9876543210");
    }
    return l;
}

static struct bytes encoded(unsigned i) {
    static uint8_t buffer[LEAF_MAX];
    struct leaf l = sample(i);
    struct bytes out;
    CHECK_OK(leaf_encode(&l, buffer, sizeof(buffer), &out));
    return out;
}

static void same_names(const struct names *a, const struct names *b) {
    assert_int_equal(a->count, b->count);
    for (unsigned i = 0; i < a->count; i++) {
        assert_true(bytes_eq(a->name[i].tag, b->name[i].tag));
        assert_true(bytes_eq(a->name[i].text, b->name[i].text));
    }
}

static void same(const struct leaf *a, const struct leaf *b) {
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->time, b->time);
    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        assert_int_equal(a->has_part[class], b->has_part[class]);
        assert_true(!a->has_part[class] || digest_eq(&a->part[class], &b->part[class]));
    }
    switch (a->kind) {
    case LEAF_ERASE:
        assert_int_equal(a->erase.count, b->erase.count);
        assert_memory_equal(a->erase.entry, b->erase.entry, a->erase.count * sizeof *a->erase.entry);
        break;
    case LEAF_ENDORSE:
    case LEAF_SUCCEED:
        assert_true(bytes_eq(a->word.origin, b->word.origin));
        assert_true(bytes_eq(a->word.code, b->word.code));
        assert_int_equal(a->word.epoch, b->word.epoch);
        assert_true(digest_eq(&a->word.note, &b->word.note));
        assert_true(bytes_eq(a->word.successor, b->word.successor));
        break;
    case LEAF_AUTHORITY:
        assert_int_equal(a->authority.epoch, b->authority.epoch);
        assert_true(digest_eq(&a->authority.hash, &b->authority.hash));
        break;
    case LEAF_STATE:
        same_names(&a->state.state, &b->state.state);
        same_names(&a->state.authority, &b->state.authority);
        break;
    case LEAF_CONTACT:
        assert_memory_equal(a->contact.id, b->contact.id, CONTACT_ID_LEN);
        assert_true(bytes_eq(a->contact.kind, b->contact.kind));
        assert_int_equal(a->contact.valid_from, b->contact.valid_from);
        assert_int_equal(a->contact.valid_until, b->contact.valid_until);
        assert_int_equal(a->contact.review_by, b->contact.review_by);
        assert_int_equal(a->contact.status, b->contact.status);
        break;
    case LEAF_NODE:
        assert_true(pubkey_eq(&a->node.id, &b->node.id));
        assert_true(pubkey_eq(&a->node.witness, &b->node.witness));
        assert_memory_equal(a->node.box, b->node.box, sizeof(a->node.box));
        break;
    case LEAF_OBSERVER:
        assert_true(pubkey_eq(&a->observer.id, &b->observer.id));
        assert_true(bytes_eq(a->observer.name, b->observer.name));
        break;
    default:
        assert_int_equal(a->kind, LEAF_WITHDRAW);
        assert_int_equal(a->withdraw.kind, b->withdraw.kind);
        assert_true(bytes_eq(a->withdraw.id, b->withdraw.id));
    }
}

static void round_trips_every_kind(void **state) {
    (void)state;
    for (unsigned i = 0; i < SAMPLES; i++) {
        struct leaf l = sample(i), got;
        struct bytes bytes = encoded(i);
        CHECK_OK(leaf_check(bytes));
        CHECK_OK(leaf_decode(bytes, &got));
        same(&l, &got);
        bool has[PART_CLASSES];
        struct digest commitment[PART_CLASSES];
        leaf_parts(bytes, has, commitment);
        for (unsigned class = 0; class < PART_CLASSES; class ++) {
            assert_int_equal(has[class], l.has_part[class]);
            assert_true(!has[class] || digest_eq(&commitment[class], &l.part[class]));
        }
        for (size_t max = 0; max < bytes.len; max++) {
            uint8_t small[LEAF_MAX];
            struct bytes out;
            CHECK_ERR(leaf_encode(&l, small, max, &out), ERR_FULL);
        }
    }
}

/* The exact bytes are hashed for ever, so they are written down. */
static void writes_the_bytes_that_are_hashed_for_ever(void **state) {
    (void)state;
    uint8_t want[256];
    size_t len = unhex(want, sizeof(want),
                       "92 aa 636f6e746163742f7631 87"
                       "01 ce 6955b900"
                       "02 c410 abababababababababababababababab"
                       "03 a9 746563686e6963616c"
                       "04 ce 6955b900"
                       "05 ce 6b36ec80"
                       "07 00"
                       "09 c420 a1fce4363854ff888cff4b8e7875d600c2682390412a8cf79b37d0b11148b0fa");
    struct bytes got = encoded(4);
    assert_int_equal(got.len, len);
    assert_memory_equal(got.ptr, want, len);
}

static void refuses_every_truncation_and_survives_every_bit_flip(void **state) {
    (void)state;
    for (unsigned i = 0; i < SAMPLES; i++) {
        struct bytes bytes = encoded(i);
        uint8_t copy[LEAF_MAX], again[LEAF_MAX];
        memcpy(copy, bytes.ptr, bytes.len);
        for (size_t cut = 0; cut < bytes.len; cut++)
            CHECK_REFUSED(leaf_check((struct bytes){guard_copy(&guard, copy, cut), cut}));
        for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
            copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
            struct bytes at = {guard_copy(&guard, copy, bytes.len), bytes.len}, out;
            struct leaf got;
            if (leaf_check(at) == ERR_OK && leaf_decode(at, &got) == ERR_OK) {
                /* What decodes is encoded to the same bytes, unless it is longer by keys unknown to its kind.
                 */
                if (leaf_encode(&got, again, sizeof(again), &out) == ERR_OK && out.len == at.len)
                    assert_memory_equal(out.ptr, at.ptr, at.len);
            }
            copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
}

static enum err decode_hex(const char *hex, struct leaf *ret) {
    static uint8_t bytes[LEAF_MAX];
    size_t len = unhex(bytes, sizeof(bytes), hex);
    struct bytes at = {guard_copy(&guard, bytes, len), len};
    CHECK_OK(leaf_check(at));
    return leaf_decode(at, ret);
}

static void keeps_unknown_kinds_and_shapes_and_says_so(void **state) {
    (void)state;
    static const char *const unknown[] = {
        "92 a9 667574757265 2f7631 81 01 00",  /* future/v1 */
        "92 aa 636f6e746163742f7632 81 01 00", /* contact/v2 */
        "92 a0 80",
        "92 01 80",
        "90",
        "c0",
        "91 c0",
        "93 aa 636f6e746163742f7631 80 c0",
        "80",
    };
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        struct leaf got;
        CHECK_ERR(decode_hex(unknown[i], &got), ERR_KIND);
        assert_int_equal(got.kind, LEAF_UNKNOWN);
    }
}

static void ignores_unknown_keys(void **state) {
    (void)state;
    struct leaf got;
    CHECK_OK(decode_hex("92 ac 617574686f726974792f7631 86 01 05 02 00"
                        "03 c420 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
                        "18 92 01 02 40 a2 6869 cd 0200 81 01 c0",
                        &got));
    assert_int_equal(got.kind, LEAF_AUTHORITY);
    assert_int_equal(got.time, 5);
}

static void gives_no_meaning_to_what_fails_its_schema(void **state) {
    (void)state;
    static const struct {
        const char *what, *hex;
    } bad[] = {
        {"no keys", "92 ac 617574686f726974792f7631 80"},
        {"no hash", "92 ac 617574686f726974792f7631 82 01 05 02 00"},
        {"a hash of 31 bytes", "92 ac 617574686f726974792f7631 83 01 05 02 00 03 c41f "
                               "00000000000000000000000000000000000000000000000000000000000000"},
        {"a text as epoch", "92 ac 617574686f726974792f7631 83 01 05 02 a130 03 c420 "
                            "0000000000000000000000000000000000000000000000000000000000000000"},
        {"a time beyond 2^63", "92 ac 617574686f726974792f7631 83 01 cf8000000000000000 02 00 03 c420 "
                               "0000000000000000000000000000000000000000000000000000000000000000"},
        {"a node key of small order",
         "92 ab 6f627365727665722f7631 83 01 05 02 c420 "
         "0100000000000000000000000000000000000000000000000000000000000000 03 a161"},
        {"a contact with an id of 15 bytes", "92 aa 636f6e746163742f7631 85 01 05 02 c40f "
                                             "000000000000000000000000000000 03 a161 04 05 07 00"},
        {"a contact with status 2", "92 aa 636f6e746163742f7631 85 01 05 02 c410 "
                                    "00000000000000000000000000000000 03 a161 04 05 07 02"},
        {"a contact without a PoC kind", "92 aa 636f6e746163742f7631 84 01 05 02 c410 "
                                         "00000000000000000000000000000000 04 05 07 00"},
        {"a commitment of 31 bytes", "92 aa 636f6e746163742f7631 86 01 05 02 c410 "
                                     "00000000000000000000000000000000 03 a161 04 05 07 00 08 c41f "
                                     "00000000000000000000000000000000000000000000000000000000000000"},
        {"a name without its text", "92 a8 73746174652f7631 83 01 05 02 91 91 a2 6672 03 90"},
        {"a withdrawal of a 17-byte id",
         "92 ab 77697468647261772f7631 83 01 05 02 aa 636f6e746163742f7631 03 c411 "
         "0000000000000000000000000000000000"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct leaf got;
        enum err err = decode_hex(bad[i].hex, &got);
        if (err == ERR_OK || err == ERR_KIND)
            fail_msg("%s: %s", bad[i].what, err_name(err));
    }
}

static void takes_bytes_items_and_depth_up_to_the_bounds(void **state) {
    (void)state;
    static uint8_t bytes[LEAF_MAX + 8];
    for (size_t len = LEAF_MAX - 1; len <= LEAF_MAX + 1; len++) {
        struct writer w;
        writer_init(&w, bytes, sizeof(bytes));
        writer_array(&w, 2);
        writer_str(&w, bytes_str("x/v1"));
        writer_bin_head(&w, (uint32_t)(len - w.len - 3));
        memset(bytes + w.len, 0, len - w.len);
        CHECK_ERR(leaf_check((struct bytes){bytes, len}), len <= LEAF_MAX ? ERR_OK : ERR_SIZE);
    }
    for (uint32_t items = LEAF_ITEMS - 1; items <= LEAF_ITEMS + 1; items++) {
        struct writer w;
        struct bytes out;
        writer_init(&w, bytes, sizeof(bytes));
        writer_array(&w, 2);
        writer_str(&w, bytes_str("x/v1"));
        writer_array(&w, items);
        for (uint32_t i = 0; i < items; i++)
            writer_nil(&w);
        CHECK_OK(writer_end(&w, &out));
        CHECK_ERR(leaf_check(out), items <= LEAF_ITEMS ? ERR_OK : ERR_ITEMS);
    }
    for (size_t depth = LEAF_DEPTH - 1; depth <= LEAF_DEPTH + 1; depth++) {
        memset(bytes, 0x91, depth);
        bytes[depth] = 0xc0;
        CHECK_ERR(leaf_check((struct bytes){bytes, depth + 1}), depth <= LEAF_DEPTH ? ERR_OK : ERR_DEPTH);
    }
}

static void refuses_to_write_what_would_not_decode(void **state) {
    (void)state;
    uint8_t buffer[LEAF_MAX];
    struct bytes out;
    struct leaf l = sample(2);
    l.contact.kind = bytes_str("a kind with far too many characters in it");
    CHECK_REFUSED(leaf_encode(&l, buffer, sizeof(buffer), &out));
    l = sample(2);
    l.contact.kind = bytes_str("new\nline");
    CHECK_REFUSED(leaf_encode(&l, buffer, sizeof(buffer), &out));
    l = sample(7);
    l.observer.id = (struct pubkey){{1}};
    CHECK_REFUSED(leaf_encode(&l, buffer, sizeof(buffer), &out));
    l = sample(0);
    l.kind = LEAF_UNKNOWN;
    CHECK_REFUSED(leaf_encode(&l, buffer, sizeof(buffer), &out));
}

static void names_its_kinds(void **state) {
    (void)state;
    static const char *const want[] = {"",        "authority/v1", "state/v1",   "contact/v1",
                                       "node/v1", "observer/v1",  "withdraw/v1"};
    for (unsigned i = 0; i < sizeof(want) / sizeof(want[0]); i++)
        assert_string_equal(leaf_kind_name((enum leaf_kind)i), want[i]);
    assert_string_equal(leaf_kind_name((enum leaf_kind)77), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips_every_kind),
        cmocka_unit_test(writes_the_bytes_that_are_hashed_for_ever),
        cmocka_unit_test(refuses_every_truncation_and_survives_every_bit_flip),
        cmocka_unit_test(keeps_unknown_kinds_and_shapes_and_says_so),
        cmocka_unit_test(ignores_unknown_keys),
        cmocka_unit_test(gives_no_meaning_to_what_fails_its_schema),
        cmocka_unit_test(takes_bytes_items_and_depth_up_to_the_bounds),
        cmocka_unit_test(refuses_to_write_what_would_not_decode),
        cmocka_unit_test(names_its_kinds),
    };
    uint8_t seed[KEY_SEED_LEN] = {4}, secret[KEY_SECRET_LEN];
    key_from_seed(seed, &key, secret);
    guard_open(&guard, LEAF_MAX);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    guard_close(&guard);
    return failed;
}
