/* The form of a bundle: what is written is read, every bound holds, and nothing else is taken. */
#include "proto/bundle.h"

#include <stdio.h>
#include <string.h>

#include "proto/authority.h"
#include "proto/writer.h"
#include "tests/lib/guard.h"
#include "tests/test.h"

static const char origin[] = "poc.example/ke/0123456789abcdef";

static void name(char ret[static ORIGIN_MAX + 1], const char *text) {
    snprintf(ret, ORIGIN_MAX + 1, "%s", text);
}

static struct bundle_header header(void) {
    struct bundle_header h = {
        .network = "poc.example", .members = true, .made = 1767312000, .software = "comity/0.1.0"};
    name(h.maker, origin);
    return h;
}

static void values_are_read_as_they_were_written(void **state) {
    (void)state;
    uint8_t buffer[BUNDLE_HEADER_MAX];
    struct bytes value;
    struct bundle_header h = header(), h2;
    struct bundle_log log = {.epoch = 3, .size = 123456, .root = digest_empty()}, log2;
    struct bundle_end end = {.logs = 193, .packages = 400, .sum = digest_empty()}, end2;
    CHECK_OK(bundle_header_write(&h, buffer, sizeof buffer, &value));
    CHECK_OK(bundle_header_read(value, &h2));
    assert_string_equal(h2.network, h.network);
    assert_string_equal(h2.maker, h.maker);
    assert_string_equal(h2.software, h.software);
    assert_true(h2.members && h2.made == h.made);
    name(log.origin, origin);
    origin_log_id(origin, log.id);
    CHECK_OK(bundle_log_write(&log, buffer, sizeof buffer, &value));
    CHECK_OK(bundle_log_read(value, &log2));
    assert_string_equal(log2.origin, origin);
    assert_memory_equal(log2.id, log.id, LOG_ID_LEN);
    assert_true(log2.epoch == 3 && log2.size == 123456 && digest_eq(&log2.root, &log.root));
    CHECK_OK(bundle_end_write(&end, buffer, sizeof buffer, &value));
    CHECK_OK(bundle_end_read(value, &end2));
    assert_true(end2.logs == 193 && end2.packages == 400 && digest_eq(&end2.sum, &end.sum));
}

/* The longest of everything, and what is a byte longer. */
static void the_longest_names_fit_and_longer_ones_do_not(void **state) {
    (void)state;
    uint8_t buffer[BUNDLE_HEADER_MAX], text[NETWORK_MAX + 2];
    char longest[ORIGIN_MAX + 1];
    struct bytes value;
    struct bundle_header h = {.members = true, .made = INT64_MAX}, h2;
    struct bundle_log log = {.epoch = INT64_MAX, .size = INT64_MAX}, log2;
    struct bundle_end end = {.logs = INT64_MAX, .packages = INT64_MAX};
    memset(longest, 'n', NETWORK_MAX);
    snprintf(longest + NETWORK_MAX, sizeof longest - NETWORK_MAX, "/ke/0123456789abcdef");
    assert_int_equal(strlen(longest), ORIGIN_MAX);
    memset(h.network, 'n', NETWORK_MAX);
    memset(h.software, 's', SOFTWARE_MAX);
    name(h.maker, longest);
    CHECK_OK(bundle_header_write(&h, buffer, sizeof buffer, &value));
    assert_in_range(value.len, 1, BUNDLE_HEADER_MAX);
    CHECK_OK(bundle_header_read(value, &h2));
    name(log.origin, longest);
    CHECK_OK(bundle_log_write(&log, buffer, BUNDLE_LOG_MAX, &value));
    CHECK_OK(bundle_log_read(value, &log2));
    CHECK_OK(bundle_end_write(&end, buffer, BUNDLE_END_MAX, &value));
    struct writer w;
    memset(text, 'n', sizeof text);
    writer_init(&w, buffer, sizeof buffer);
    writer_array(&w, 5);
    writer_str(&w, (struct bytes){text, NETWORK_MAX + 1});
    writer_str(&w, bytes_str(""));
    writer_bool(&w, false);
    writer_uint(&w, 0);
    writer_str(&w, bytes_str(""));
    CHECK_OK(writer_end(&w, &value));
    CHECK_ERR(bundle_header_read(value, &h2), ERR_SIZE);
}

static void a_record_s_head_is_bounded_by_its_kind(void **state) {
    (void)state;
    static const struct {
        uint8_t kind;
        uint32_t most;
    } rows[] = {
        {'H', BUNDLE_HEADER_MAX}, {'L', BUNDLE_LOG_MAX}, {'P', BUNDLE_PACKAGE_MAX}, {'E', BUNDLE_END_MAX}};
    uint8_t head[BUNDLE_HEAD_LEN];
    enum bundle_kind kind;
    uint32_t len;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bundle_head_write((enum bundle_kind)rows[i].kind, rows[i].most, head);
        CHECK_OK(bundle_head_read(head, &kind, &len));
        assert_int_equal(kind, rows[i].kind);
        assert_int_equal(len, rows[i].most);
        be32_put(head + 1, rows[i].most + 1);
        CHECK_ERR(bundle_head_read(head, &kind, &len), ERR_SIZE);
        be32_put(head + 1, 0);
        CHECK_ERR(bundle_head_read(head, &kind, &len), ERR_SIZE);
        be32_put(head + 1, UINT32_MAX);
        CHECK_ERR(bundle_head_read(head, &kind, &len), ERR_SIZE);
    }
    be32_put(head + 1, 1);
    unsigned kinds = 0;
    for (unsigned c = 0; c < 256; c++) {
        head[0] = (uint8_t)c;
        kinds += bundle_head_read(head, &kind, &len) == ERR_OK;
    }
    assert_int_equal(kinds, 4);
}

static void names_are_names(void **state) {
    (void)state;
    uint8_t buffer[BUNDLE_HEADER_MAX];
    struct bytes value;
    struct bundle_header h = header();
    struct bundle_log log = {.size = 1};
    static const char *const wrong[] = {"../../etc/x", "poc.example/ke/0123456789abcdeg",
                                        "poc.example/k/0123456789abcdef", "/ke/0123456789abcdef",
                                        "poc.example/ke/0123456789ABCDEF"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        name(h.maker, wrong[i]);
        CHECK_OK(bundle_header_write(&h, buffer, sizeof buffer, &value));
        CHECK_ERR(bundle_header_read(value, &h), ERR_NAME);
        name(log.origin, wrong[i]);
        CHECK_OK(bundle_log_write(&log, buffer, sizeof buffer, &value));
        CHECK_ERR(bundle_log_read(value, &log), ERR_NAME);
    }
    name(h.maker, "other.example/ke/0123456789abcdef");
    CHECK_OK(bundle_header_write(&h, buffer, sizeof buffer, &value));
    CHECK_ERR(bundle_header_read(value, &h), ERR_NETWORK);
    h.maker[0] = '\0'; /* an observer's */
    CHECK_OK(bundle_header_write(&h, buffer, sizeof buffer, &value));
    CHECK_OK(bundle_header_read(value, &h));
}

static void cut_anywhere_or_with_more_behind_it_is_refused(void **state) {
    (void)state;
    uint8_t buffer[BUNDLE_HEADER_MAX];
    struct bytes value;
    struct bundle_header h = header();
    struct bundle_log log = {.size = 70000, .epoch = 1, .root = digest_empty()};
    struct bundle_end end = {.logs = 1, .packages = 70000, .sum = digest_empty()};
    struct guard guard;
    guard_open(&guard, sizeof buffer);
    name(log.origin, origin);
    for (unsigned which = 0; which < 3; which++) {
        enum err err = which == 0   ? bundle_header_write(&h, buffer, sizeof buffer - 1, &value)
                       : which == 1 ? bundle_log_write(&log, buffer, sizeof buffer - 1, &value)
                                    : bundle_end_write(&end, buffer, sizeof buffer - 1, &value);
        CHECK_OK(err);
        buffer[value.len] = 0;
        for (size_t len = 0; len <= value.len + 1; len++) {
            struct bytes part = {guard_copy(&guard, buffer, len), len};
            struct bundle_header h2;
            struct bundle_log log2;
            struct bundle_end end2;
            err = which == 0   ? bundle_header_read(part, &h2)
                  : which == 1 ? bundle_log_read(part, &log2)
                               : bundle_end_read(part, &end2);
            if ((err == ERR_OK) != (len == value.len))
                fail_msg("value %u, %zu of %zu bytes: %s", which, len, value.len, err_name(err));
        }
    }
    guard_close(&guard);
}

static void the_sum_tells_every_byte_and_the_order(void **state) {
    (void)state;
    uint8_t head[BUNDLE_HEAD_LEN];
    struct digest a = bundle_sum_begin(), b = a, c = a;
    bundle_head_write(BUNDLE_PACKAGE, 2, head);
    bundle_sum_add(&a, head, bytes_str("xy"));
    bundle_sum_add(&a, head, bytes_str("zz"));
    bundle_sum_add(&b, head, bytes_str("zz"));
    bundle_sum_add(&b, head, bytes_str("xy"));
    bundle_sum_add(&c, head, bytes_str("xy"));
    assert_false(digest_eq(&a, &b) || digest_eq(&a, &c));
    struct digest first = digest_of(bytes_str(BUNDLE_MAGIC));
    struct bytes piece[] = {BYTES(first.b), BYTES(head), bytes_str("xy")};
    struct digest want = digest_pieces(piece, 3);
    assert_true(digest_eq(&c, &want));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read_as_they_were_written),
        cmocka_unit_test(the_longest_names_fit_and_longer_ones_do_not),
        cmocka_unit_test(a_record_s_head_is_bounded_by_its_kind),
        cmocka_unit_test(names_are_names),
        cmocka_unit_test(cut_anywhere_or_with_more_behind_it_is_refused),
        cmocka_unit_test(the_sum_tells_every_byte_and_the_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
