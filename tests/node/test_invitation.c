#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/armour.h"
#include "tests/lib/guard.h"
#include "tests/lib/officer.h"

struct fixture {
    struct officer fr;
    uint8_t data[INVITATION_MAX];
    struct bytes bytes;
};

/* An invitation as the node itself makes it. */
static struct bytes make(struct officer *o, uint8_t buffer[static INVITATION_MAX]) {
    char node[2 * KEY_LEN + 1];
    size_t len = 0;
    hex_put(node, o->node.b, KEY_LEN);
    json_t *answer = officer_call(
        o, "invite",
        json_pack("{s:s, s:s, s:[s]}", "node", node, "name", "", "addresses", "tcp://127.0.0.1:23101"),
        OPS_DONE);
    CHECK_OK(base64_get(buffer, INVITATION_MAX, &len,
                        bytes_str(json_string_value(json_object_get(answer, "invitation")))));
    json_decref(answer);
    return (struct bytes){buffer, len};
}

static int open_state(void **state) {
    static struct fixture f;
    officer_open(&f.fr, "test.example", "fr", 1, PART_PUBLIC);
    f.bytes = make(&f.fr, f.data);
    *state = &f;
    return 0;
}

static int close_state(void **state) {
    struct fixture *f = *state;
    officer_close(&f->fr);
    return 0;
}

static enum err judge(struct bytes bytes, struct invitation *v, struct invited *said) {
    enum err err = invitation_read(bytes, v);
    return err ? err : invitation_verify(v, "test.example", said);
}

static void a_good_invitation_says_who_and_where(void **state) {
    struct fixture *f = *state;
    struct invitation v;
    struct invited said;
    CHECK_OK(judge(f->bytes, &v, &said));
    assert_string_equal(v.origin, f->fr.origin);
    assert_string_equal(said.authority.code, "fr");
    assert_true(pubkey_eq(&v.node, &f->fr.node));
    assert_int_equal(v.address_count, 1);
    assert_true(bytes_is(v.address[0], "tcp://127.0.0.1:23101"));
    assert_int_equal(v.part.state, PART_HELD);
    assert_true(digest_eq(&said.fingerprint, &f->fr.note.authority.hash));
    CHECK_ERR(invitation_verify(&v, "other.example", &said), ERR_NETWORK);
}

static void a_members_part_never_travels_in_an_invitation(void **state) {
    struct officer ke;
    static uint8_t buffer[INVITATION_MAX];
    struct invitation v;
    (void)state;
    officer_open(&ke, "test.example", "ke", 2, PART_MEMBERS);
    struct bytes bytes = make(&ke, buffer);
    CHECK_OK(invitation_read(bytes, &v));
    assert_int_equal(v.part.state, PART_NONE);
    assert_null(memmem(bytes.ptr, bytes.len, "127.0.0.1:23100", 15));
    officer_close(&ke);
}

static void an_invitation_cut_at_any_byte_is_refused(void **state) {
    struct fixture *f = *state;
    struct guard g;
    struct invitation v;
    struct invited said;
    guard_open(&g, INVITATION_MAX);
    for (size_t len = 0; len < f->bytes.len; len++)
        CHECK_REFUSED(judge((struct bytes){guard_copy(&g, f->data, len), len}, &v, &said));
    guard_close(&g);
}

/* Every byte is bound by a signature, a hash, or a form; only the address and the name are hints for
 * dialling. */
static void a_changed_byte_is_refused_or_only_changes_a_hint(void **state) {
    struct fixture *f = *state;
    struct invitation good, v;
    struct invited said;
    CHECK_OK(judge(f->bytes, &good, &said));
    for (size_t i = 0; i < f->bytes.len; i++) {
        f->data[i] ^= 1;
        const uint8_t *at = f->data + i;
        bool hint = at >= good.address[0].ptr && at < good.address[0].ptr + good.address[0].len;
        if (!hint)
            CHECK_REFUSED(judge(f->bytes, &v, &said));
        f->data[i] ^= 1;
    }
    CHECK_OK(judge(f->bytes, &v, &said));
}

static void a_node_that_the_log_does_not_name_is_refused(void **state) {
    struct fixture *f = *state;
    struct invitation v;
    struct invited said;
    CHECK_OK(invitation_read(f->bytes, &v));
    v.node = f->fr.root.key;
    CHECK_ERR(invitation_verify(&v, "test.example", &said), ERR_SCHEMA);
}

/* ---- the text around it ---- */

static enum err back(const char *text, uint8_t *buffer, struct bytes *ret) {
    return armour_get(bytes_str(text), buffer, ret);
}

static char *armoured(const struct fixture *f) {
    char *text = NULL;
    CHECK_OK(armour_put(f->bytes, "State: FR\nNetwork: test.example\n", &text));
    return text;
}

/* Each line of the text in this format. */
static char *with_lines(const char *text, const char *before, const char *after) {
    size_t len = 0, max = strlen(text) * 4 + 64;
    char *all = calloc(1, max), *copy = strdup(text), *save = copy, *line;
    while ((line = strsep(&copy, "\n")) && (copy || *line))
        len += (size_t)snprintf(all + len, max - len, "%s%s%s\n", before, line, after);
    free(save);
    return all;
}

static void it_survives_what_mail_programs_do(void **state) {
    struct fixture *f = *state;
    static uint8_t buffer[INVITATION_MAX];
    static const struct {
        const char *before, *after;
    } ways[] = {{"", ""}, {"", "\r"}, {"> ", ""}, {">> ", " \r"}, {"    ", ""}, {"\t> > ", "\t"}};
    struct bytes bytes;
    char *text = armoured(f);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char *mangled = with_lines(text, ways[i].before, ways[i].after), *mail = NULL;
        assert_true(
            asprintf(&mail, "Dear colleague,\nhere: it is\n\n%s\n-- \nOffice: of examples\n", mangled) > 0);
        CHECK_OK(back(mail, buffer, &bytes));
        assert_true(bytes_eq(bytes, f->bytes));
        free(mail);
        free(mangled);
    }
    free(text);
}

static void text_without_an_end_or_with_another_sum_is_refused(void **state) {
    struct fixture *f = *state;
    static uint8_t buffer[INVITATION_MAX];
    struct bytes bytes;
    char *text = armoured(f);
    CHECK_ERR(back("", buffer, &bytes), ERR_NOT_FOUND);
    CHECK_ERR(back("hello\n", buffer, &bytes), ERR_NOT_FOUND);
    size_t len = strlen(text);
    for (size_t cut = 0; cut + 2 < len; cut++) {
        enum err err = armour_get((struct bytes){(const uint8_t *)text, cut}, buffer, &bytes);
        CHECK_REFUSED(err);
    }
    for (size_t i = 0; i < len; i++) {
        char old = text[i];
        text[i] = old == 'A' ? 'B' : 'A';
        /* Marks and comments are for people; nothing else may change unseen. */
        if (!back(text, buffer, &bytes))
            assert_true(bytes_eq(bytes, f->bytes));
        text[i] = old;
    }
    free(text);
}

static void an_endless_file_is_refused_by_its_size(void **state) {
    static uint8_t buffer[INVITATION_MAX];
    struct bytes bytes;
    size_t len = 200000;
    char *text = malloc(len + 80);
    (void)state;
    size_t n = (size_t)snprintf(text, 80, "-----BEGIN COMITY INVITATION-----\n");
    memset(text + n, 'A', len);
    text[n + len] = 0;
    CHECK_ERR(back(text, buffer, &bytes), ERR_SIZE);
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_state, close_state)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_good_invitation_says_who_and_where),
        TEST(a_members_part_never_travels_in_an_invitation),
        TEST(an_invitation_cut_at_any_byte_is_refused),
        TEST(a_changed_byte_is_refused_or_only_changes_a_hint),
        TEST(a_node_that_the_log_does_not_name_is_refused),
        TEST(it_survives_what_mail_programs_do),
        TEST(text_without_an_end_or_with_another_sum_is_refused),
        cmocka_unit_test(an_endless_file_is_refused_by_its_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
