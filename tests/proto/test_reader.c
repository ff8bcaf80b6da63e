/* The bounded reader, against a table of hostile bytes, against msgpack-c as an oracle, and against itself.
 */
#include "proto/reader.h"

#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/limits.h"
#include "tests/lib/guard.h"
#include "tests/lib/unhex.h"
#include "tests/test.h"

static struct guard guard;

/* Check bytes that end at a forbidden page. */
static enum err check_at(const uint8_t *bytes, size_t len, unsigned depth, unsigned items) {
    const uint8_t *at = guard_copy(&guard, bytes, len);
    return reader_check((struct bytes){at, len}, depth, items);
}

struct hostile {
    const char *hex;
    enum err err;
    const char *what;
};

static const struct hostile hostile[] = {
    {"", ERR_SHORT, "nothing"},
    {"c1", ERR_CANON, "the byte that is never used"},
    {"dd ffffffff", ERR_ITEMS, "an array of 4 billion items in 5 bytes"},
    {"dd 0fffffff", ERR_ITEMS, "an array for which msgpack-c asks 8 GB"},
    {"dd 08000000", ERR_ITEMS, "an array for which msgpack-c asks 3 GB"},
    {"df 0fffffff", ERR_ITEMS, "a map of 268 million pairs"},
    {"df ffffffff", ERR_ITEMS, "a map of 4 billion pairs"},
    {"c6 ffffffff", ERR_SHORT, "4 GB of bytes"},
    {"db ffffffff", ERR_SHORT, "4 GB of text"},
    {"dc ffff dc ffff dc ffff", ERR_ITEMS, "a chain of large arrays"},
    {"93 01 02", ERR_ITEMS, "an array that promises more than is there"},
    {"82 01 02 03", ERR_ITEMS, "a map that promises more than is there"},
    {"92 01", ERR_ITEMS, "an array cut short"},
    {"01 02", ERR_TRAILING, "a value and another"},
    {"c0 00", ERR_TRAILING, "a value and a byte"},
    {"90 90", ERR_TRAILING, "an empty array and another"},
    {"cc 05", ERR_CANON, "5 in two bytes"},
    {"cc 7f", ERR_CANON, "127 in two bytes"},
    {"cd 00 05", ERR_CANON, "5 in three bytes"},
    {"cd 00 ff", ERR_CANON, "255 in three bytes"},
    {"ce 00 00 ff ff", ERR_CANON, "65535 in five bytes"},
    {"cf 00 00 00 00 ff ff ff ff", ERR_CANON, "2^32-1 in nine bytes"},
    {"d9 01 61", ERR_CANON, "short text with a long head"},
    {"d9 1f 61616161616161616161616161616161616161616161616161616161616161", ERR_CANON,
     "31 bytes, long head"},
    {"da 00 20 6161616161616161616161616161616161616161616161616161616161616161", ERR_CANON, "str16 for 32"},
    {"db 00 00 00 01 61", ERR_CANON, "str32 for one byte"},
    {"c5 00 01 61", ERR_CANON, "bin16 for one byte"},
    {"c6 00 00 00 01 61", ERR_CANON, "bin32 for one byte"},
    {"dc 00 01 c0", ERR_CANON, "array16 for one item"},
    {"dd 00 00 00 01 c0", ERR_CANON, "array32 for one item"},
    {"de 00 01 01 c0", ERR_CANON, "map16 for one pair"},
    {"df 00 00 00 01 01 c0", ERR_CANON, "map32 for one pair"},
    {"82 01 c0 01 c0", ERR_ORDER, "a key twice"},
    {"82 02 c0 01 c0", ERR_ORDER, "keys out of order"},
    {"83 01 c0 cc 80 c0 05 c0", ERR_ORDER, "keys out of order, of different lengths"},
    {"81 a1 61 c0", ERR_ORDER, "a text as key"},
    {"81 c0 c0", ERR_ORDER, "nil as key"},
    {"81 90 c0", ERR_ORDER, "an array as key"},
    {"81 c4 01 61 c0", ERR_ORDER, "bytes as key"},
    {"82 c2 c0 c3 c0", ERR_ORDER, "booleans as keys"},
    {"ca 3f 80 00 00", ERR_CANON, "a float"},
    {"ca 7f c0 00 00", ERR_CANON, "NaN"},
    {"cb 80 00 00 00 00 00 00 00", ERR_CANON, "minus zero"},
    {"cb 3f f0 00 00 00 00 00 00", ERR_CANON, "a double where 1 could stand"},
    {"d4 01 00", ERR_CANON, "ext of one byte"},
    {"d6 ff 00 00 00 00", ERR_CANON, "a timestamp"},
    {"d7 ff 00 00 00 00 00 00 00 00", ERR_CANON, "a longer timestamp"},
    {"c7 0c ff 00 00 00 00 00 00 00 00 00 00 00 00", ERR_CANON, "the longest timestamp"},
    {"c7 01 01 00", ERR_CANON, "ext8"},
    {"c8 00 01 01 00", ERR_CANON, "ext16"},
    {"c9 00 00 00 01 01 00", ERR_CANON, "ext32"},
    {"c9 ff ff ff ff 01", ERR_CANON, "ext32 of 4 GB"},
    {"d8 01 00000000000000000000000000000000", ERR_CANON, "ext of sixteen bytes"},
    {"ff", ERR_CANON, "-1"},
    {"e0", ERR_CANON, "-32"},
    {"d0 80", ERR_CANON, "-128"},
    {"d0 05", ERR_CANON, "5 as a signed number"},
    {"d1 80 00", ERR_CANON, "int16"},
    {"d2 80 00 00 00", ERR_CANON, "int32"},
    {"d3 80 00 00 00 00 00 00 00", ERR_CANON, "-2^63"},
    {"d3 7f ff ff ff ff ff ff ff", ERR_CANON, "2^63-1 as a signed number"},
    {"a2 c0 af", ERR_UTF8, "an overlong slash"},
    {"a2 c1 bf", ERR_UTF8, "overlong"},
    {"a3 e0 80 af", ERR_UTF8, "overlong in three"},
    {"a4 f0 80 80 af", ERR_UTF8, "overlong in four"},
    {"a3 ed a0 80", ERR_UTF8, "a surrogate"},
    {"a3 ed bf bf", ERR_UTF8, "the last surrogate"},
    {"a4 f4 90 80 80", ERR_UTF8, "beyond U+10FFFF"},
    {"a4 f5 80 80 80", ERR_UTF8, "a byte that never stands in UTF-8"},
    {"a1 80", ERR_UTF8, "a lone continuation"},
    {"a1 c3", ERR_UTF8, "cut in the middle of a letter"},
    {"a2 c3 28", ERR_UTF8, "a wrong continuation"},
    {"a1 fe", ERR_UTF8, "0xfe"},
    {"a1 00", ERR_UTF8, "NUL in text"},
    {"a1 0a", ERR_UTF8, "a newline in text"},
    {"a1 09", ERR_UTF8, "a tab in text"},
    {"a1 1b", ERR_UTF8, "ESC in text"},
    {"a1 7f", ERR_UTF8, "DEL in text"},
    {"a2 c2 80", ERR_UTF8, "U+0080 in text"},
    {"a2 c2 9b", ERR_UTF8, "C1 CSI in text"},
    {"a2 c2 9f", ERR_UTF8, "U+009F in text"},
    {"cc", ERR_SHORT, "a number cut short"},
    {"cd 01", ERR_SHORT, "a number cut short"},
    {"ce 01 02 03", ERR_SHORT, "a number cut short"},
    {"cf 01 02 03 04 05 06 07", ERR_SHORT, "a number cut short"},
    {"a3 61 62", ERR_SHORT, "text cut short"},
    {"c4", ERR_SHORT, "bytes without their length"},
    {"c4 02 00", ERR_SHORT, "bytes cut short"},
    {"d9", ERR_SHORT, "text without its length"},
    {"da 01", ERR_SHORT, "text with half its length"},
    {"dc 00", ERR_SHORT, "an array with half its count"},
    {"de", ERR_SHORT, "a map without its count"},
};

static void refuses_every_hostile_value_with_its_reason(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        uint8_t bytes[64];
        size_t len = unhex(bytes, sizeof(bytes), hostile[i].hex);
        enum err got = check_at(bytes, len, 4, 64);
        if (got != hostile[i].err)
            fail_msg("%s (%s): %s, not %s", hostile[i].hex, hostile[i].what, err_name(got),
                     err_name(hostile[i].err));
    }
}

static void refuses_hostile_values_inside_an_array_too(void **state) {
    (void)state;
    for (size_t i = 1; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        uint8_t bytes[64] = {0x91};
        size_t len = 1 + unhex(bytes + 1, sizeof(bytes) - 1, hostile[i].hex);
        enum err got = check_at(bytes, len, 4, 64);
        if (got == ERR_OK)
            fail_msg("91 %s (%s): accepted", hostile[i].hex, hostile[i].what);
    }
}

static void accepts_every_canonical_form(void **state) {
    (void)state;
    static const char *const good[] = {
        "c0",
        "c2",
        "c3",
        "00",
        "7f",
        "cc 80",
        "cc ff",
        "cd 01 00",
        "cd ff ff",
        "ce 00 01 00 00",
        "ce ff ff ff ff",
        "cf 00 00 00 01 00 00 00 00",
        "cf ff ff ff ff ff ff ff ff",
        "a0",
        "a1 61",
        "a2 c3 a9",
        "a3 e2 82 ac",
        "a4 f0 9f 8c 8d",
        "a3 ef bb bf",
        "a2 c2 a0",
        "a4 f4 8f bf bf",
        "a3 ed 9f bf",
        "a3 ee 80 80",
        "d9 20 6161616161616161616161616161616161616161616161616161616161616161",
        "c4 00",
        "c4 01 00",
        "90",
        "91 c0",
        "80",
        "81 00 c0",
        "82 00 c0 01 c0",
        "82 7f c0 cc 80 c0",
        "92 a1 61 81 01 91 91 02",
        "81 cf ff ff ff ff ff ff ff ff c0",
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        uint8_t bytes[64];
        size_t len = unhex(bytes, sizeof(bytes), good[i]);
        enum err got = check_at(bytes, len, 4, 64);
        if (got != ERR_OK)
            fail_msg("%s: %s", good[i], err_name(got));
        /* Truncated anywhere it is refused. */
        for (size_t cut = 0; cut < len; cut++)
            CHECK_REFUSED(check_at(bytes, cut, 4, 64));
    }
}

static void accepts_depth_up_to_the_bound_and_no_further(void **state) {
    (void)state;
    uint8_t bytes[16];
    memset(bytes, 0x91, sizeof(bytes));
    for (unsigned depth = 1; depth <= 8; depth++) {
        bytes[depth] = 0xc0;
        CHECK_OK(check_at(bytes, depth + 1, depth, 64));
        bytes[depth] = 0x90;
        CHECK_ERR(check_at(bytes, depth + 1, depth, 64), ERR_DEPTH);
        bytes[depth] = 0x80;
        CHECK_ERR(check_at(bytes, depth + 1, depth, 64), ERR_DEPTH);
        bytes[depth] = 0x91;
    }
}

static void refuses_a_hundred_thousand_nested_arrays_without_recursion(void **state) {
    (void)state;
    size_t len = 100000;
    uint8_t *bytes = malloc(len);
    assert_non_null(bytes);
    memset(bytes, 0x91, len);
    CHECK_ERR(reader_check((struct bytes){bytes, len}, 8, 64), ERR_DEPTH);
    free(bytes);
}

static void accepts_items_up_to_the_bound_and_no_further(void **state) {
    (void)state;
    uint8_t bytes[3 + 2 * 70];
    for (unsigned count = 14; count <= 66; count++) {
        struct msgpack_sbuffer out;
        msgpack_sbuffer_init(&out);
        msgpack_packer pack;
        msgpack_packer_init(&pack, &out, msgpack_sbuffer_write);
        msgpack_pack_array(&pack, count);
        for (unsigned i = 0; i < count; i++)
            msgpack_pack_nil(&pack);
        assert_true(out.size <= sizeof(bytes));
        CHECK_ERR(check_at((uint8_t *)out.data, out.size, 4, 64), count <= 64 ? ERR_OK : ERR_ITEMS);
        msgpack_sbuffer_clear(&out);
        msgpack_pack_map(&pack, count);
        for (unsigned i = 0; i < count; i++) {
            msgpack_pack_unsigned_int(&pack, i);
            msgpack_pack_nil(&pack);
        }
        CHECK_ERR(check_at((uint8_t *)out.data, out.size, 4, 64), count <= 64 ? ERR_OK : ERR_ITEMS);
        msgpack_sbuffer_destroy(&out);
    }
}

static void refuses_a_mebibyte_of_nils_in_one_array(void **state) {
    (void)state;
    size_t len = FRAME_MAX;
    uint8_t *bytes = malloc(len);
    assert_non_null(bytes);
    memset(bytes, 0xc0, len);
    unhex(bytes, 5, "dd 000ffffb");
    CHECK_ERR(reader_check((struct bytes){bytes, len}, MESSAGE_DEPTH, MESSAGE_ITEMS), ERR_ITEMS);
    free(bytes);
}

/* --- msgpack-c as the oracle -----------------------------------------------------------------------------
 */

static bool oracle_text(const uint8_t *p, size_t len) {
    for (size_t i = 0; i < len;) {
        uint32_t c = p[i];
        unsigned more = c < 0x80                ? 0
                        : c >= 0xc2 && c < 0xe0 ? 1
                        : c >= 0xe0 && c < 0xf0 ? 2
                        : c >= 0xf0 && c < 0xf5 ? 3
                                                : 9;
        if (more == 9 || i + more >= len)
            return false;
        c = more == 0 ? c : c & (0x3fu >> more);
        for (unsigned k = 1; k <= more; k++) {
            if ((p[i + k] & 0xc0) != 0x80)
                return false;
            c = c << 6 | (p[i + k] & 0x3fu);
        }
        static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) || c < 0x20 ||
            (c >= 0x7f && c < 0xa0))
            return false;
        i += more + 1;
    }
    return true;
}

static bool oracle_object(const msgpack_object *o, unsigned depth, unsigned items) {
    uint64_t last = 0;
    switch (o->type) {
    case MSGPACK_OBJECT_NIL:
    case MSGPACK_OBJECT_BOOLEAN:
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
    case MSGPACK_OBJECT_BIN:
        return true;
    case MSGPACK_OBJECT_STR:
        return oracle_text((const uint8_t *)o->via.str.ptr, o->via.str.size);
    case MSGPACK_OBJECT_ARRAY:
        if (!depth || o->via.array.size > items)
            return false;
        for (uint32_t i = 0; i < o->via.array.size; i++)
            if (!oracle_object(&o->via.array.ptr[i], depth - 1, items))
                return false;
        return true;
    case MSGPACK_OBJECT_MAP:
        if (!depth || o->via.map.size > items)
            return false;
        for (uint32_t i = 0; i < o->via.map.size; i++) {
            const msgpack_object_kv *kv = &o->via.map.ptr[i];
            if (kv->key.type != MSGPACK_OBJECT_POSITIVE_INTEGER || (i && kv->key.via.u64 <= last) ||
                !oracle_object(&kv->val, depth - 1, items))
                return false;
            last = kv->key.via.u64;
        }
        return true;
    default:
        return false;
    }
}

/* Canonical, by msgpack-c alone: it unpacks to the last byte, holds only what may be there, and packing it
 * again gives the same bytes. */
static bool oracle(const uint8_t *bytes, size_t len, unsigned depth, unsigned items) {
    msgpack_unpacked got;
    msgpack_unpacked_init(&got);
    size_t at = 0;
    bool good = msgpack_unpack_next(&got, (const char *)bytes, len, &at) == MSGPACK_UNPACK_SUCCESS &&
                at == len && oracle_object(&got.data, depth, items);
    if (good) {
        msgpack_sbuffer out;
        msgpack_sbuffer_init(&out);
        msgpack_packer pack;
        msgpack_packer_init(&pack, &out, msgpack_sbuffer_write);
        msgpack_pack_object(&pack, got.data);
        good = out.size == len && !memcmp(out.data, bytes, len);
        msgpack_sbuffer_destroy(&out);
    }
    msgpack_unpacked_destroy(&got);
    return good;
}

static void show(const uint8_t *bytes, size_t len, const char *what) {
    print_error("%s:", what);
    for (size_t i = 0; i < len; i++)
        print_error(" %02x", bytes[i]);
    print_error("\n");
}

static void agrees_with_msgpack_c_on_random_bytes(void **state) {
    (void)state;
    static const uint8_t heads[] = {0xc0, 0xc2, 0xc3, 0xc4, 0xcc, 0xcd, 0xce, 0xcf, 0xd9, 0xda, 0xdc, 0xde,
                                    0x80, 0x81, 0x82, 0x83, 0x90, 0x91, 0x92, 0x93, 0xa0, 0xa1, 0xa2, 0x00,
                                    0x01, 0x02, 0x03, 0x7f, 0x80, 0xff, 0x61, 0xca, 0xcb, 0xd4, 0xc7, 0xe0};
    struct dice dice = {20260101};
    unsigned accepted = 0;
    for (unsigned round = 0; round < 30000; round++) {
        uint8_t bytes[24];
        size_t len = (size_t)dice_below(&dice, sizeof(bytes)) + 1;
        for (size_t i = 0; i < len; i++) {
            bytes[i] =
                dice_below(&dice, 8) ? heads[dice_below(&dice, sizeof(heads))] : (uint8_t)dice_throw(&dice);
            /* msgpack-c takes memory by the count that these announce. */
            if (bytes[i] == 0xdd || bytes[i] == 0xdf || bytes[i] == 0xc6 || bytes[i] == 0xdb ||
                bytes[i] == 0xc9)
                bytes[i] = 0xc0;
        }
        /* Cut at the first value's end now and then, so that enough of them are whole. */
        for (size_t cut = len; cut > 0; cut--) {
            bool mine = check_at(bytes, cut, 4, 64) == ERR_OK, theirs = oracle(bytes, cut, 4, 64);
            if (mine != theirs) {
                show(bytes, cut, mine ? "accepted, not canonical" : "refused, canonical");
                fail();
            }
            accepted += mine;
            if (mine)
                break;
        }
    }
    /* The generator must reach both answers, or the comparison says nothing. */
    assert_true(accepted > 2000);
}

/* A value with every type at every length class. */
static size_t rich(uint8_t *bytes, size_t max) {
    return unhex(bytes, max,
                 "9c c0 c2 c3 05 cc c8 cd 03 e8 ce 00 01 11 70 cf 00 00 00 02 54 0b e4 00"
                 "a5 c3 a9 c3 a9 7a"
                 "d9 21 6161616161616161616161616161616161616161616161616161616161616161 62"
                 "c4 03 01 02 ff"
                 "83 01 92 a2 66 72 a1 78 02 81 cc 80 90 cd 01 00 c4 00");
}

static void refuses_every_truncation_and_judges_every_bit_flip_as_msgpack_c_does(void **state) {
    (void)state;
    uint8_t bytes[256], flipped[256];
    size_t len = rich(bytes, sizeof(bytes));
    CHECK_OK(check_at(bytes, len, 4, 64));
    assert_true(oracle(bytes, len, 4, 64));
    for (size_t cut = 0; cut < len; cut++)
        CHECK_REFUSED(check_at(bytes, cut, 4, 64));
    for (size_t bit = 0; bit < 8 * len; bit++) {
        memcpy(flipped, bytes, len);
        flipped[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (check_at(flipped, len, 4, 64) == ERR_OK && !oracle(flipped, len, 4, 64)) {
            show(flipped, len, "accepted, not canonical");
            fail();
        }
    }
}

/* --- the typed calls -------------------------------------------------------------------------------------
 */

static void reads_back_what_stands_there(void **state) {
    (void)state;
    uint8_t bytes[256], fixed[3];
    size_t len = rich(bytes, sizeof(bytes));
    struct reader r;
    reader_init(&r, (struct bytes){guard_copy(&guard, bytes, len), len});
    assert_int_equal(reader_peek(&r), READER_ARRAY);
    assert_int_equal(reader_array(&r, 64), 12);
    assert_int_equal(reader_peek(&r), READER_NIL);
    assert_true(reader_nil(&r));
    assert_int_equal(reader_peek(&r), READER_BOOL);
    assert_false(reader_nil(&r));
    assert_false(reader_bool(&r));
    assert_true(reader_bool(&r));
    assert_int_equal(reader_peek(&r), READER_UINT);
    assert_int_equal(reader_uint(&r, 5), 5);
    assert_int_equal(reader_uint(&r, UINT64_MAX), 200);
    assert_int_equal(reader_uint(&r, UINT64_MAX), 1000);
    assert_int_equal(reader_uint(&r, UINT64_MAX), 70000);
    assert_true(reader_uint(&r, UINT64_MAX) == 10000000000u);
    assert_int_equal(reader_peek(&r), READER_STR);
    assert_true(bytes_is(reader_str(&r, 5), "\xc3\xa9\xc3\xa9z"));
    assert_int_equal(reader_str(&r, 33).len, 33);
    assert_int_equal(reader_peek(&r), READER_BIN);
    reader_fixed(&r, fixed, 3);
    assert_int_equal(fixed[2], 0xff);
    assert_int_equal(reader_peek(&r), READER_MAP);
    assert_int_equal(reader_map(&r, 3), 3);
    assert_int_equal(reader_uint(&r, 1), 1);
    struct bytes raw = reader_raw(&r);
    assert_int_equal(raw.len, 6);
    assert_int_equal(raw.ptr[0], 0x92);
    assert_int_equal(reader_uint(&r, 2), 2);
    raw = reader_raw(&r);
    assert_int_equal(raw.len, 4);
    assert_int_equal(reader_uint(&r, 256), 256);
    assert_int_equal(reader_bin(&r, 0).len, 0);
    assert_int_equal(reader_peek(&r), READER_NONE);
    CHECK_OK(reader_end(&r));
}

#define READ(hex_text, call, want)                                                                           \
    do {                                                                                                     \
        uint8_t read_bytes[64];                                                                              \
        size_t read_len = unhex(read_bytes, sizeof(read_bytes), hex_text);                                   \
        struct reader r;                                                                                     \
        reader_init(&r, (struct bytes){guard_copy(&guard, read_bytes, read_len), read_len});                 \
        (void)call;                                                                                          \
        CHECK_ERR(reader_end(&r), want);                                                                     \
    } while (0)

static void refuses_the_wrong_type_and_what_is_too_large(void **state) {
    (void)state;
    READ("05", reader_uint(&r, 5), ERR_OK);
    READ("05", reader_uint(&r, 4), ERR_RANGE);
    READ("a1 61", reader_uint(&r, 4), ERR_TYPE);
    READ("c3", reader_uint(&r, 4), ERR_TYPE);
    READ("01", reader_bool(&r), ERR_TYPE);
    READ("a1 61", reader_str(&r, 1), ERR_OK);
    READ("a2 61 61", reader_str(&r, 1), ERR_SIZE);
    READ("c4 01 61", reader_str(&r, 1), ERR_TYPE);
    READ("a1 61", reader_bin(&r, 1), ERR_TYPE);
    READ("c4 02 61 61", reader_bin(&r, 1), ERR_SIZE);
    READ("92 c0 c0", reader_map(&r, 9), ERR_TYPE);
    READ("92 c0 c0", reader_array(&r, 1), ERR_ITEMS);
    READ("82 01 c0 02 c0", reader_map(&r, 1), ERR_ITEMS);
    READ("81 01 c0", reader_array(&r, 9), ERR_TYPE);
    READ("01 02", reader_uint(&r, 9), ERR_TRAILING);
    READ("", reader_uint(&r, 9), ERR_SHORT);
}

static void keeps_the_first_error_and_gives_zeroes_after_it(void **state) {
    (void)state;
    uint8_t bytes[] = {0x05, 0x06, 0xa1, 0x61}, fixed[2] = {1, 2};
    struct reader r;
    reader_init(&r, BYTES(bytes));
    assert_int_equal(reader_uint(&r, 4), 0);
    assert_int_equal(reader_uint(&r, 100), 0);
    assert_int_equal(reader_str(&r, 9).len, 0);
    assert_int_equal(reader_array(&r, 9), 0);
    assert_false(reader_bool(&r));
    assert_false(reader_nil(&r));
    assert_int_equal(reader_raw(&r).len, 0);
    reader_fixed(&r, fixed, sizeof(fixed));
    assert_int_equal(fixed[0], 0);
    assert_int_equal(fixed[1], 0);
    assert_int_equal(reader_peek(&r), READER_NONE);
    reader_fail(&r, ERR_MESSAGE);
    CHECK_ERR(reader_end(&r), ERR_RANGE);
}

static void wants_a_fixed_length_exactly(void **state) {
    (void)state;
    uint8_t bytes[] = {0xc4, 2, 7, 8}, fixed[3];
    for (size_t want = 1; want <= 3; want++) {
        struct reader r;
        reader_init(&r, BYTES(bytes));
        reader_fixed(&r, fixed, want);
        CHECK_ERR(reader_end(&r), want == 2 ? ERR_OK : ERR_SIZE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_every_hostile_value_with_its_reason),
        cmocka_unit_test(refuses_hostile_values_inside_an_array_too),
        cmocka_unit_test(accepts_every_canonical_form),
        cmocka_unit_test(accepts_depth_up_to_the_bound_and_no_further),
        cmocka_unit_test(refuses_a_hundred_thousand_nested_arrays_without_recursion),
        cmocka_unit_test(accepts_items_up_to_the_bound_and_no_further),
        cmocka_unit_test(refuses_a_mebibyte_of_nils_in_one_array),
        cmocka_unit_test(agrees_with_msgpack_c_on_random_bytes),
        cmocka_unit_test(refuses_every_truncation_and_judges_every_bit_flip_as_msgpack_c_does),
        cmocka_unit_test(reads_back_what_stands_there),
        cmocka_unit_test(refuses_the_wrong_type_and_what_is_too_large),
        cmocka_unit_test(keeps_the_first_error_and_gives_zeroes_after_it),
        cmocka_unit_test(wants_a_fixed_length_exactly),
    };
    guard_open(&guard, 4096);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    guard_close(&guard);
    return failed;
}
