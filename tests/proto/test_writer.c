/* The writer: msgpack-c reads what it writes, the reader finds it canonical, and a full buffer is said once.
 */
#include "proto/writer.h"

#include <msgpack.h>
#include <string.h>

#include "proto/reader.h"
#include "tests/lib/unhex.h"
#include "tests/test.h"

static const uint64_t numbers[] = {
    0,          1,           127,         128,        255,           256,
    65535,      65536,       0xffffffffu, 1ull << 32, INT64_MAX,     1ull << 63,
    UINT64_MAX, 1700000000u, 4102444800u, 32,         0x7fffffffull, 0x80000000ull};
static const size_t lengths[] = {0, 1, 15, 16, 31, 32, 255, 256, 4095, 65535, 65536};

static uint8_t buffer[70000], content[70000];

static void writes_numbers_in_their_shortest_form(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct writer w;
        struct bytes out;
        writer_init(&w, buffer, sizeof(buffer));
        writer_uint(&w, numbers[i]);
        CHECK_OK(writer_end(&w, &out));
        CHECK_OK(reader_check(out, 0, 0));
        size_t at = 0;
        msgpack_unpacked got;
        msgpack_unpacked_init(&got);
        assert_int_equal(msgpack_unpack_next(&got, (const char *)out.ptr, out.len, &at),
                         MSGPACK_UNPACK_SUCCESS);
        assert_int_equal(at, out.len);
        assert_int_equal(got.data.type, MSGPACK_OBJECT_POSITIVE_INTEGER);
        assert_true(got.data.via.u64 == numbers[i]);
        msgpack_unpacked_destroy(&got);
        uint64_t n = numbers[i];
        assert_int_equal(out.len, n < 128 ? 1 : n < 256 ? 2 : n < 65536 ? 3 : n <= 0xffffffffu ? 5 : 9);
    }
}

static void writes_text_and_bytes_of_every_length_class(void **state) {
    (void)state;
    memset(content, 'a', sizeof(content));
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        for (int bin = 0; bin < 2; bin++) {
            struct writer w;
            struct bytes out, data = {content, lengths[i]};
            writer_init(&w, buffer, sizeof(buffer));
            if (bin)
                writer_bin(&w, data);
            else
                writer_str(&w, data);
            CHECK_OK(writer_end(&w, &out));
            CHECK_OK(reader_check(out, 0, 0));
            size_t at = 0;
            msgpack_unpacked got;
            msgpack_unpacked_init(&got);
            assert_int_equal(msgpack_unpack_next(&got, (const char *)out.ptr, out.len, &at),
                             MSGPACK_UNPACK_SUCCESS);
            assert_int_equal(at, out.len);
            assert_int_equal(got.data.type, bin ? MSGPACK_OBJECT_BIN : MSGPACK_OBJECT_STR);
            assert_int_equal(got.data.via.bin.size, lengths[i]);
            assert_memory_equal(got.data.via.bin.ptr, content, lengths[i]);
            msgpack_unpacked_destroy(&got);
        }
    }
}

static void write_nested(struct writer *w) {
    writer_array(w, 5);
    writer_str(w, bytes_str("contact/v1"));
    writer_map(w, 3);
    writer_uint(w, 1);
    writer_nil(w);
    writer_uint(w, 2);
    writer_bool(w, true);
    writer_uint(w, 300);
    writer_array(w, 0);
    writer_bool(w, false);
    writer_bin_head(w, 4);
    writer_raw(w, (struct bytes){(const uint8_t *)"ab", 2});
    writer_raw(w, (struct bytes){(const uint8_t *)"cd", 2});
    writer_uint(w, UINT64_MAX);
}

static void writes_the_exact_bytes_of_a_nested_value(void **state) {
    (void)state;
    uint8_t want[64];
    size_t len =
        unhex(want, sizeof(want),
              "95 aa 636f6e746163742f7631 83 01 c0 02 c3 cd 012c 90 c2 c4 04 61626364 cf ffffffffffffffff");
    struct writer w;
    struct bytes out;
    writer_init(&w, buffer, sizeof(buffer));
    write_nested(&w);
    CHECK_OK(writer_end(&w, &out));
    assert_int_equal(out.len, len);
    assert_memory_equal(out.ptr, want, len);
    CHECK_OK(reader_check(out, 3, 5));
}

static void says_full_for_every_buffer_that_is_too_small_and_writes_no_byte_beyond(void **state) {
    (void)state;
    struct writer w;
    struct bytes out;
    writer_init(&w, buffer, sizeof(buffer));
    write_nested(&w);
    CHECK_OK(writer_end(&w, &out));
    size_t len = out.len;
    for (size_t max = 0; max <= len; max++) {
        uint8_t small[128];
        memset(small, 0x5a, sizeof(small));
        out = (struct bytes){NULL, 77};
        writer_init(&w, small, max);
        write_nested(&w);
        CHECK_ERR(writer_end(&w, &out), max < len ? ERR_FULL : ERR_OK);
        assert_int_equal(out.len, max < len ? 77 : len);
        for (size_t i = max; i < sizeof(small); i++)
            assert_int_equal(small[i], 0x5a);
    }
}

static void writes_container_heads_as_msgpack_c_does(void **state) {
    (void)state;
    static const uint32_t counts[] = {0, 1, 15, 16, 255, 256, 4096, 65535};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        for (int map = 0; map < 2; map++) {
            msgpack_sbuffer want;
            msgpack_sbuffer_init(&want);
            msgpack_packer pack;
            msgpack_packer_init(&pack, &want, msgpack_sbuffer_write);
            struct writer w;
            struct bytes out;
            writer_init(&w, buffer, sizeof(buffer));
            if (map) {
                msgpack_pack_map(&pack, counts[i]);
                writer_map(&w, counts[i]);
            } else {
                msgpack_pack_array(&pack, counts[i]);
                writer_array(&w, counts[i]);
            }
            CHECK_OK(writer_end(&w, &out));
            assert_int_equal(out.len, want.size);
            assert_memory_equal(out.ptr, want.data, want.size);
            msgpack_sbuffer_destroy(&want);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_numbers_in_their_shortest_form),
        cmocka_unit_test(writes_text_and_bytes_of_every_length_class),
        cmocka_unit_test(writes_the_exact_bytes_of_a_nested_value),
        cmocka_unit_test(says_full_for_every_buffer_that_is_too_small_and_writes_no_byte_beyond),
        cmocka_unit_test(writes_container_heads_as_msgpack_c_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
