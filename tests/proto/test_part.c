/* Parts: bounded, canonical, and what their leaf commits to or refused. */
#include "proto/part.h"

#include <stdlib.h>
#include <string.h>

#include "proto/writer.h"
#include "tests/lib/guard.h"
#include "tests/lib/unhex.h"
#include "tests/test.h"

static struct guard guard;
static uint8_t salted[SALT_LEN + PART_MAX + 16];

static enum err check(size_t len) {
    return part_check((struct bytes){guard_copy(&guard, salted, len), len});
}

static void takes_a_salt_and_a_canonical_payload(void **state) {
    (void)state;
    size_t len = SALT_LEN + unhex(salted + SALT_LEN, PART_MAX, "82 01 a2 6869 02 91 c0");
    CHECK_OK(check(len));
    for (size_t cut = 0; cut < len; cut++)
        CHECK_REFUSED(check(cut));
    salted[len] = 0xc0;
    CHECK_REFUSED(check(len + 1));
    assert_int_equal(part_payload((struct bytes){salted, len}).len, len - SALT_LEN);
    assert_ptr_equal(part_payload((struct bytes){salted, len}).ptr, salted + SALT_LEN);
}

static void takes_a_payload_up_to_its_bound(void **state) {
    (void)state;
    for (size_t payload = PART_MAX - 1; payload <= PART_MAX + 1; payload++) {
        struct writer w;
        struct bytes out;
        writer_init(&w, salted + SALT_LEN, PART_MAX + 16);
        writer_map(&w, 1);
        writer_uint(&w, 1);
        writer_bin_head(&w, (uint32_t)(payload - 5));
        memset(salted + SALT_LEN + w.len, 7, payload - 5);
        assert_int_equal(w.len, 5);
        (void)out;
        CHECK_ERR(check(SALT_LEN + payload), payload <= PART_MAX ? ERR_OK : ERR_SIZE);
    }
}

static void takes_nesting_up_to_its_bound(void **state) {
    (void)state;
    for (unsigned depth = 1; depth <= PART_DEPTH + 1; depth++) {
        memset(salted + SALT_LEN, 0x91, depth);
        salted[SALT_LEN + depth] = 0xc0;
        CHECK_ERR(check(SALT_LEN + depth + 1), depth <= PART_DEPTH ? ERR_OK : ERR_DEPTH);
    }
}

static void verifies_against_the_commitment_and_refuses_every_bit_flip(void **state) {
    (void)state;
    memset(salted, 3, SALT_LEN);
    size_t len = SALT_LEN + unhex(salted + SALT_LEN, PART_MAX, "81 01 a6 736563726574");
    struct bytes part = {salted, len};
    for (unsigned class = 0; class < PART_CLASSES; class ++) {
        struct digest commitment = part_commitment((enum part_class) class, part);
        struct digest want = digest_part((uint8_t) class, salted, part_payload(part));
        assert_true(digest_eq(&commitment, &want));
        CHECK_OK(part_verify((enum part_class) class, part, &commitment));
        /* A public part is no members' part. */
        CHECK_ERR(part_verify((enum part_class)(1 - class), part, &commitment), ERR_COMMITMENT);
        for (size_t bit = 0; bit < 8 * len; bit++) {
            salted[bit / 8] ^= (uint8_t)(1u << bit % 8);
            CHECK_REFUSED(part_verify((enum part_class) class, part, &commitment));
            salted[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        commitment.b[31] ^= 1;
        CHECK_ERR(part_verify((enum part_class) class, part, &commitment), ERR_COMMITMENT);
    }
    struct digest commitment = {{0}};
    for (size_t cut = 0; cut < len; cut++)
        CHECK_REFUSED(
            part_verify(PART_PUBLIC, (struct bytes){guard_copy(&guard, salted, cut), cut}, &commitment));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_a_salt_and_a_canonical_payload),
        cmocka_unit_test(takes_a_payload_up_to_its_bound),
        cmocka_unit_test(takes_nesting_up_to_its_bound),
        cmocka_unit_test(verifies_against_the_commitment_and_refuses_every_bit_flip),
    };
    guard_open(&guard, sizeof(salted));
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    guard_close(&guard);
    return failed;
}
