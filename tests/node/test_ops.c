#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "node/invitation.h"
#include "proto/message.h"
#include "store/roster.h"
#include "tests/lib/officer.h"

struct fixture {
    struct officer fr, ke;
    uint8_t buffer[INVITATION_MAX];
};

static int open_two(void **state) {
    static struct fixture f;
    officer_open(&f.fr, "test.example", "fr", 1, PART_MEMBERS);
    officer_open(&f.ke, "test.example", "ke", 2, PART_PUBLIC);
    *state = &f;
    return 0;
}

static int close_two(void **state) {
    struct fixture *f = *state;
    officer_close(&f->fr);
    officer_close(&f->ke);
    return 0;
}

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

/* The refusal of an operation with this body must say all of these words. */
static void refused(struct officer *o, const char *name, json_t *body, const char *says) {
    json_t *answer = officer_call(o, name, body, OPS_REFUSED);
    if (!strstr(text_of(answer, "error"), says))
        fail_msg("%s says '%s', not '%s'", name, text_of(answer, "error"), says);
    assert_true(*text_of(answer, "code"));
    json_decref(answer);
}

static struct bytes invitation_of(struct officer *o, uint8_t *buffer) {
    char node[2 * KEY_LEN + 1];
    size_t len = 0;
    hex_put(node, o->node.b, KEY_LEN);
    json_t *answer = officer_call(
        o, "invite",
        json_pack("{s:s, s:s, s:[s]}", "node", node, "name", "", "addresses", "tcp://127.0.0.1:23101"),
        OPS_DONE);
    CHECK_OK(base64_get(buffer, INVITATION_MAX, &len, bytes_str(text_of(answer, "invitation"))));
    json_decref(answer);
    return (struct bytes){buffer, len};
}

static size_t count(struct officer *o, const char *name, const char *list) {
    json_t *answer = officer_call(o, name, json_object(), OPS_DONE);
    size_t n = json_array_size(json_object_get(answer, list));
    json_decref(answer);
    return n;
}

static void an_operation_that_nobody_knows_is_told_from_a_refusal(void **state) {
    struct fixture *f = *state;
    json_t *answer = officer_call(&f->fr, "launch", json_object(), OPS_UNKNOWN);
    assert_non_null(strstr(text_of(answer, "error"), "launch"));
    json_decref(answer);
}

static void garbage_for_every_operation_is_refused_and_changes_nothing(void **state) {
    static const char *const names[] = {"draft-add",    "draft-approve", "draft-drop",  "log-open",
                                        "submit",       "invite",        "trust-add",   "trust-remove",
                                        "trust-hold",   "peer-add",      "peer-remove", "trust-notes",
                                        "trust-confirm"};
    static const char *const bodies[] = {"",
                                         "{",
                                         "[]",
                                         "null",
                                         "{}",
                                         "{\"a\":1,\"a\":2}",
                                         "\xdd\xff\xff\xff\xff",
                                         "\x81",
                                         "{\"drafts\":5}",
                                         "{\"node\":\"zz\",\"address\":1,\"name\":[]}",
                                         "{\"origin\":7}",
                                         "{\"drafts\":[7,null]}"};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (size_t j = 0; j < sizeof bodies / sizeof *bodies; j++) {
            struct ops_reply reply;
            /* Dropping what is not there is no mistake. */
            if (!strcmp(names[i], "draft-drop") && strstr(bodies[j], "drafts"))
                continue;
            ops_call(&f->fr.ops, names[i], bytes_str(bodies[j]), &reply);
            if (reply.status != OPS_REFUSED)
                fail_msg("%s of '%s': status %d", names[i], bodies[j], (int)reply.status);
            free(reply.body);
        }
    assert_int_equal(count(&f->fr, "draft-list", "drafts"), 0);
    assert_int_equal(count(&f->fr, "trust-list", "states"), 1);
    assert_int_equal(count(&f->fr, "peer-list", "peers"), 0);
}

/* The sum of the first draft, and its text to look at. */
static json_t *first_draft(struct officer *o, char sum[static 2 * DIGEST_LEN + 1]) {
    json_t *answer = officer_call(o, "draft-list", json_object(), OPS_DONE);
    const json_t *item = json_array_get(json_object_get(answer, "drafts"), 0);
    struct digest digest = digest_of(bytes_str(text_of(item, "text")));
    json_t *draft = json_loads(text_of(item, "text"), 0, NULL);

    hex_put(sum, digest.b, DIGEST_LEN);
    json_object_set(draft, "seq", json_object_get(item, "seq"));
    json_decref(answer);
    return draft;
}

static json_t *approval(const json_t *draft, const char *sum, int approver) {
    return json_pack("{s:[{s:O, s:s}], s:i}", "drafts", "seq", json_object_get(draft, "seq"), "sum", sum,
                     "approver", approver);
}

static void another_than_the_author_approves_what_was_shown(void **state) {
    struct fixture *f = *state;
    char sum[2 * DIGEST_LEN + 1], again[2 * DIGEST_LEN + 1];
    json_t *drafts = json_pack("[{s:s, s:s, s:i, s:i}]", "action", "withdraw", "id",
                               "00000000000000000000000000000001", "author", 1, "approved_by", 2);

    json_decref(officer_call(&f->fr, "draft-add", json_pack("{s:o}", "drafts", drafts), OPS_DONE));
    json_t *draft = first_draft(&f->fr, sum);
    assert_null(json_object_get(draft, "approved_by"));
    refused(&f->fr, "draft-approve", approval(draft, sum, 1), "its author cannot approve it");
    refused(&f->fr, "draft-approve", approval(draft, "00", 2), "is not what was shown any more");
    json_decref(officer_call(&f->fr, "draft-approve", approval(draft, sum, 2), OPS_DONE));
    json_t *approved = first_draft(&f->fr, again);
    assert_int_equal(json_integer_value(json_object_get(approved, "approved_by")), 2);
    assert_true(*text_of(approved, "approved"));
    assert_int_equal(json_integer_value(json_object_get(approved, "seq")),
                     json_integer_value(json_object_get(draft, "seq")));
    /* The text that was shown before is another now. */
    refused(&f->fr, "draft-approve", approval(draft, sum, 3), "is not what was shown any more");
    json_decref(draft);
    json_decref(approved);
    json_decref(officer_call(&f->fr, "draft-drop", json_pack("{s:b}", "all", 1), OPS_DONE));
}

static void all_drafts_of_a_request_are_kept_or_none(void **state) {
    struct fixture *f = *state;
    json_t *drafts =
        json_pack("[{s:s, s:s, s:i}, {s:s, s:s}]", "action", "withdraw", "id",
                  "00000000000000000000000000000001", "author", 1, "action", "withdraw", "id", "xyz");
    refused(&f->fr, "draft-add", json_pack("{s:o}", "drafts", drafts), "draft 1");
    assert_int_equal(count(&f->fr, "draft-list", "drafts"), 0);
    officer_draft(&f->fr, 3);
    assert_int_equal(count(&f->fr, "draft-list", "drafts"), 3);
}

static void nobody_drafts_for_another_state(void **state) {
    struct fixture *f = *state;
    json_t *record =
        json_pack("{s:s, s:s, s:s, s:{s:s}, s:[{s:s}]}", "state", "KE", "kind", "technical", "status",
                  "active", "organisation", "en", "Office", "emails", "address", "office@example.org");
    refused(&f->fr, "draft-add",
            json_pack("{s:[{s:s, s:s, s:i, s:o}]}", "drafts", "action", "put", "id",
                      "00000000000000000000000000000001", "author", 1, "record", record),
            "own State");
}

static void observer_id(unsigned number, char ret[static 65]) {
    uint8_t seed[KEY_SEED_LEN] = {(uint8_t)number, 77}, secret[KEY_SECRET_LEN];
    struct pubkey key;
    key_from_seed(seed, &key, secret);
    hex_put(ret, key.b, KEY_LEN);
}

static void an_observer_whose_id_is_no_key_is_refused(void **state) {
    struct fixture *f = *state;
    refused(&f->fr, "draft-add",
            json_pack("{s:[{s:s, s:s, s:s, s:i}]}", "drafts", "action", "accredit", "node",
                      "0000000000000000000000000000000000000000000000000000000000000000", "name", "O",
                      "author", 1),
            "node id");
}

static void a_state_accredits_64_observers_and_no_more(void **state) {
    struct fixture *f = *state;
    for (unsigned i = 0; i <= OBSERVERS_PER_STATE_MAX; i++) {
        char node[65];
        observer_id(i, node);
        json_t *body = json_pack("{s:[{s:s, s:s, s:s, s:i}]}", "drafts", "action", "accredit", "node", node,
                                 "name", "Observatory", "author", 1);
        if (i < OBSERVERS_PER_STATE_MAX)
            json_decref(officer_call(&f->fr, "draft-add", body, OPS_DONE));
        else
            refused(&f->fr, "draft-add", body, "at most 64");
    }
    /* Half of them published, the other half drafted: it is the sum that counts. */
    json_decref(officer_call(&f->fr, "draft-drop", json_pack("{s:[i]}", "seqs", 64), OPS_DONE));
    struct pending batch;
    struct checkpoint head;
    struct ownlog log = officer_log(&f->fr);
    officer_batch(&f->fr, &batch);
    CHECK_OK(publisher_run(&f->fr.publisher, &log, &batch, f->fr.operator_secret, &head));
    officer_batch_free(&batch);
    for (unsigned i = 0; i < 2; i++) {
        char node[65];
        observer_id(100, node);
        json_t *body = json_pack("{s:[{s:s, s:s, s:s, s:i}]}", "drafts", "action", "accredit", "node", node,
                                 "name", "Observatory", "author", 1);
        if (!i)
            json_decref(officer_call(&f->fr, "draft-add", body, OPS_DONE));
        else
            refused(&f->fr, "draft-add", body, "at most 64");
    }
}

static void drafts_are_dropped_by_number_by_text_or_all(void **state) {
    struct fixture *f = *state;
    officer_draft(&f->fr, 5);
    json_t *answer = officer_call(&f->fr, "draft-drop", json_pack("{s:[i, i]}", "seqs", 2, 99), OPS_DONE);
    assert_int_equal(json_integer_value(json_object_get(answer, "dropped")), 1);
    json_decref(answer);
    /* An officer who names a draft that is not there has it all left as it was. */
    refused(&f->fr, "draft-drop", json_pack("{s:[i, i], s:b}", "seqs", 3, 99, "strict", true), "no draft 99");
    json_decref(officer_call(&f->fr, "draft-drop",
                             json_pack("{s:[{s:i, s:s}]}", "drafts", "seq", 1, "sum", "00"), OPS_DONE));
    assert_int_equal(count(&f->fr, "draft-list", "drafts"), 4);
    json_decref(officer_call(&f->fr, "draft-drop", json_pack("{s:b}", "all", true), OPS_DONE));
    assert_int_equal(count(&f->fr, "draft-list", "drafts"), 0);
}

static void trust_is_added_renewed_put_on_hold_and_removed(void **state) {
    struct fixture *f = *state;
    struct bytes invitation = invitation_of(&f->ke, f->buffer);
    json_t *answer = officer_call_bytes(&f->fr, "trust-add", invitation, OPS_DONE);
    assert_true(json_is_true(json_object_get(answer, "new")));
    assert_string_equal(text_of(answer, "origin"), f->ke.origin);
    json_decref(answer);
    assert_true(f->fr.ops.changed_trust);
    answer = officer_call_bytes(&f->fr, "trust-add", invitation, OPS_DONE);
    assert_false(json_is_true(json_object_get(answer, "new")));
    json_decref(answer);
    assert_int_equal(count(&f->fr, "trust-list", "states"), 2);
    assert_int_equal(count(&f->fr, "peer-list", "peers"), 1);
    json_decref(officer_call(&f->fr, "trust-hold",
                             json_pack("{s:s, s:b}", "origin", f->ke.origin, "hold", true), OPS_DONE));
    json_decref(officer_call(&f->fr, "trust-remove", json_pack("{s:s}", "origin", f->ke.origin), OPS_DONE));
    assert_int_equal(count(&f->fr, "trust-list", "states"), 1);
    assert_int_equal(count(&f->fr, "peer-list", "peers"), 0);
    json_decref(officer_call_bytes(&f->fr, "trust-add", invitation, OPS_DONE));
}

static void the_own_state_is_neither_removed_nor_added(void **state) {
    struct fixture *f = *state;
    refused(&f->fr, "trust-remove", json_pack("{s:s}", "origin", f->fr.origin), "own State");
    json_t *answer = officer_call_bytes(&f->fr, "trust-add", invitation_of(&f->fr, f->buffer), OPS_REFUSED);
    assert_non_null(strstr(text_of(answer, "error"), "own State"));
    json_decref(answer);
}

static void a_second_log_of_a_state_is_refused_until_the_first_is_removed(void **state) {
    struct fixture *f = *state;
    struct officer other;
    officer_open(&other, "test.example", "ke", 3, PART_MEMBERS);
    json_decref(officer_call_bytes(&f->fr, "trust-add", invitation_of(&f->ke, f->buffer), OPS_DONE));
    struct bytes second = invitation_of(&other, f->buffer);
    json_t *answer = officer_call_bytes(&f->fr, "trust-add", second, OPS_REFUSED);
    assert_non_null(strstr(text_of(answer, "error"), f->ke.origin));
    assert_string_equal(text_of(answer, "code"), "EXISTS");
    json_decref(answer);
    json_decref(officer_call(&f->fr, "trust-remove", json_pack("{s:s}", "origin", f->ke.origin), OPS_DONE));
    json_decref(officer_call_bytes(&f->fr, "trust-add", second, OPS_DONE));
    officer_close(&other);
}

static void an_older_invitation_does_not_bring_an_old_node_back(void **state) {
    struct fixture *f = *state;
    static uint8_t old_buffer[INVITATION_MAX];
    struct bytes old = invitation_of(&f->ke, old_buffer);
    struct pending batch;
    struct checkpoint head;
    struct ownlog log = officer_log(&f->ke);
    officer_draft(&f->ke, 1);
    officer_batch(&f->ke, &batch);
    CHECK_OK(publisher_run(&f->ke.publisher, &log, &batch, f->ke.operator_secret, &head));
    officer_batch_free(&batch);
    json_decref(officer_call_bytes(&f->fr, "trust-add", invitation_of(&f->ke, f->buffer), OPS_DONE));
    json_t *answer = officer_call_bytes(&f->fr, "trust-add", old, OPS_REFUSED);
    assert_string_equal(text_of(answer, "code"), "STALE");
    json_decref(answer);
}

static void an_invitation_of_another_network_is_refused(void **state) {
    struct fixture *f = *state;
    struct officer other;
    officer_open(&other, "exercise.example", "ke", 2, PART_MEMBERS);
    json_t *answer = officer_call_bytes(&f->fr, "trust-add", invitation_of(&other, f->buffer), OPS_REFUSED);
    assert_string_equal(text_of(answer, "code"), "NETWORK");
    json_decref(answer);
    officer_close(&other);
}

static void peers_are_added_and_removed_by_hand(void **state) {
    struct fixture *f = *state;
    char node[2 * KEY_LEN + 1];
    hex_put(node, f->ke.node.b, KEY_LEN);
    refused(&f->fr, "peer-add", json_pack("{s:s, s:s}", "node", node, "address", "http://x"), "tcp://");
    refused(&f->fr, "peer-add",
            json_pack("{s:s, s:s}", "node",
                      "0000000000000000000000000000000000000000000000000000000000000000", "address",
                      "tcp://h:1"),
            "node id");
    json_decref(officer_call(&f->fr, "peer-add",
                             json_pack("{s:s, s:s, s:s}", "node", node, "address", "tcp://h:1", "name", "n"),
                             OPS_DONE));
    assert_int_equal(count(&f->fr, "peer-list", "peers"), 1);
    json_decref(officer_call(&f->fr, "peer-remove", json_pack("{s:s}", "node", node), OPS_DONE));
    refused(&f->fr, "peer-remove", json_pack("{s:s}", "node", node), "no peer");
    /* A node that came with an invitation goes with its State, not by hand. */
    json_decref(officer_call_bytes(&f->fr, "trust-add", invitation_of(&f->ke, f->buffer), OPS_DONE));
    refused(&f->fr, "peer-remove", json_pack("{s:s}", "node", node), "invitation");
}

static void only_the_own_log_is_written(void **state) {
    struct fixture *f = *state;
    static uint8_t buffer[AUTHORITY_MAX + 8192];
    struct bytes package;
    /* The package that opens the log of another State, in its place and as a submission. */
    CHECK_OK(birth_package(&f->ke.note, f->ke.origin, buffer, sizeof buffer, &package));
    json_t *answer = officer_call_bytes(&f->fr, "log-open", package, OPS_REFUSED);
    assert_string_equal(text_of(answer, "code"), "ORIGIN");
    json_decref(answer);
    answer = officer_call_bytes(&f->fr, "submit", package, OPS_REFUSED);
    assert_string_equal(text_of(answer, "code"), "ORIGIN");
    json_decref(answer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_two, close_two)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_operation_that_nobody_knows_is_told_from_a_refusal),
        TEST(garbage_for_every_operation_is_refused_and_changes_nothing),
        TEST(another_than_the_author_approves_what_was_shown),
        TEST(all_drafts_of_a_request_are_kept_or_none),
        TEST(nobody_drafts_for_another_state),
        TEST(an_observer_whose_id_is_no_key_is_refused),
        TEST(a_state_accredits_64_observers_and_no_more),
        TEST(drafts_are_dropped_by_number_by_text_or_all),
        TEST(trust_is_added_renewed_put_on_hold_and_removed),
        TEST(the_own_state_is_neither_removed_nor_added),
        TEST(a_second_log_of_a_state_is_refused_until_the_first_is_removed),
        TEST(an_older_invitation_does_not_bring_an_old_node_back),
        TEST(an_invitation_of_another_network_is_refused),
        TEST(peers_are_added_and_removed_by_hand),
        TEST(only_the_own_log_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
