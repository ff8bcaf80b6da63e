/* Surveys: what peers say of what is erased is counted, and nobody is led astray by what they send. */
#include "node/survey.h"

#include <string.h>

#include "tests/store/author.h"
#include "tests/store/two_states.h"
#include "tests/test.h"

static struct survey survey; /* too large for a stack */
static struct message question, answer;

static void erase(struct author *a, uint64_t entry) {
    struct leaf leaf = {.kind = LEAF_ERASE, .time = 7};
    leaf.erase.count = 1;
    leaf.erase.entry[0] = entry;
    author_leaf(a, &leaf);
}

static void begin(struct fixture *f) {
    struct txn t;
    txn_begin(&t, f->store, false);
    survey_begin(&survey, &t, f->fr.id, 1000);
    CHECK_OK(txn_commit(&t));
}

/* The answer to the last question, all parts in one state. */
static void answer_make(enum part_state state) {
    memset(&answer, 0, sizeof answer);
    answer.id = question.id;
    answer.kind = MESSAGE_PARTS | MESSAGE_ANSWER;
    answer.parts_given.count = question.parts.count;
    for (unsigned i = 0; i < question.parts.count; i++)
        answer.parts_given.part[i].state = state;
}

static long long said(unsigned peer, const char *name) {
    json_t *json = survey_json(&survey, peer, 0);
    long long number = json_integer_value(json_object_get(json, name));
    json_decref(json);
    return number;
}

static bool answered(unsigned peer) {
    json_t *json = survey_json(&survey, peer, 0);
    bool is = json_is_true(json_object_get(json, "answered"));
    json_decref(json);
    return is;
}

static void each_peer_is_asked_for_what_is_erased_and_nothing_else(void **state) {
    struct fixture *f = *state;
    author_fill(&f->fr, 5, 100, 200);
    erase(&f->fr, 1);
    erase(&f->fr, 3);
    publish_all(f, &f->fr);
    begin(f);
    assert_true(survey_ask(&survey, 0, 0, &question));
    assert_int_equal(question.kind, MESSAGE_PARTS);
    assert_int_equal(question.parts.count, 4); /* two parts of each */
    assert_int_equal(question.parts.want[0].index, 1);
    assert_int_equal(question.parts.want[3].index, 3);
    struct digest want = part_commitment(PART_MEMBERS, f->fr.entry[3].part[PART_MEMBERS].salted);
    assert_true(digest_eq(&question.parts.want[3].commitment, &want));
    assert_false(survey_ask(&survey, 0, 0, &question)); /* one at a time */
    answer_make(PART_GONE);
    answer.parts_given.part[1].state = PART_WITHHELD;
    answer.parts_given.part[2].state = PART_NONE;
    answer.parts_given.part[3] = f->fr.entry[3].part[PART_MEMBERS];
    assert_true(survey_is_answer(&answer));
    assert_true(survey_take(&survey, 0, &answer));
    assert_false(survey_ask(&survey, 0, 0, &question));
    assert_true(answered(0));
    assert_int_equal(said(0, "gone"), 1);
    assert_int_equal(said(0, "hidden"), 1);
    assert_int_equal(said(0, "unknown"), 1);
    assert_int_equal(said(0, "served"), 1);
    json_t *json = survey_json(&survey, 0, 0);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(json, "entries"), 0)), 3);
    json_decref(json);
    /* Who was not asked has said nothing. */
    json = survey_json(&survey, 1, 0);
    assert_true(json_is_null(json));
    json_decref(json);
}

/* Bytes that are not the part serve nothing. */
static void garbage_is_not_what_was_asked_for(void **state) {
    struct fixture *f = *state;
    static const uint8_t garbage[SALT_LEN + 1];
    author_fill(&f->fr, 1, 100, 200);
    erase(&f->fr, 0);
    publish_all(f, &f->fr);
    begin(f);
    assert_true(survey_ask(&survey, 0, 0, &question));
    answer_make(PART_HELD);
    for (unsigned i = 0; i < 2; i++)
        answer.parts_given.part[i].salted = BYTES(garbage);
    assert_true(survey_take(&survey, 0, &answer));
    assert_int_equal(said(0, "served"), 0);
    assert_int_equal(said(0, "unknown"), 2);
}

static void what_does_not_belong_to_a_question_changes_nothing(void **state) {
    struct fixture *f = *state;
    author_fill(&f->fr, 1, 100, 200);
    erase(&f->fr, 0);
    publish_all(f, &f->fr);
    begin(f);
    assert_true(survey_ask(&survey, 0, 0, &question));
    answer_make(PART_GONE);
    struct message late = answer, unasked = answer;
    unasked.id = 7; /* replication's */
    assert_false(survey_is_answer(&unasked));
    begin(f); /* another survey */
    assert_true(survey_is_answer(&late));
    assert_true(survey_take(&survey, 0, &late));
    assert_false(answered(0));
    assert_true(survey_ask(&survey, 0, 0, &question));
    assert_int_equal(said(0, "gone"), 0);
    assert_false(survey_take(&survey, 1, &answer)); /* of a peer that was not asked */
    /* More parts than were asked for: the rest is not read. */
    answer_make(PART_GONE);
    answer.parts_given.count = PARTS_PER_REQUEST;
    assert_true(survey_take(&survey, 0, &answer));
    assert_int_equal(said(0, "gone"), 2);
    assert_false(survey_take(&survey, 0, &answer)); /* once more */
    assert_int_equal(said(0, "gone"), 2);
}

static void refusals_and_lost_links_end_it(void **state) {
    struct fixture *f = *state;
    author_fill(&f->fr, 2, 100, 200);
    erase(&f->fr, 0);
    publish_all(f, &f->fr);
    begin(f);
    assert_true(survey_ask(&survey, 0, 0, &question));
    memset(&answer, 0, sizeof answer);
    answer.id = question.id;
    answer.kind = MESSAGE_ERROR;
    assert_true(survey_is_answer(&answer));
    assert_true(survey_take(&survey, 0, &answer));
    assert_true(answered(0));
    assert_int_equal(said(0, "unknown"), 2);
    assert_true(survey_ask(&survey, 1, 0, &question));
    survey_down(&survey, 1);
    assert_false(answered(1));
}

/* Many are asked for in pieces, and what did not fit an answer is asked for again. */
static void many_are_asked_for_in_pieces(void **state) {
    struct fixture *f = *state;
    unsigned questions = 0;
    author_fill(&f->fr, 1100, 100, 200);
    for (uint64_t i = 0; i < 1100; i++)
        erase(&f->fr, i);
    publish_all(f, &f->fr);
    begin(f);
    assert_int_equal(survey.entries, SURVEY_ENTRIES_MAX);
    assert_true(survey.more);
    for (; survey_ask(&survey, 2, 0, &question); questions++) {
        answer_make(PART_GONE);
        answer.parts_given.count -= answer.parts_given.count / 2;
        assert_true(questions < 1000);
        assert_true(survey_take(&survey, 2, &answer));
    }
    assert_true(answered(2));
    assert_int_equal(said(2, "gone"), 2 * SURVEY_ENTRIES_MAX);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_two_states, close_them)
    const struct CMUnitTest tests[] = {
        TEST(each_peer_is_asked_for_what_is_erased_and_nothing_else),
        TEST(garbage_is_not_what_was_asked_for),
        TEST(what_does_not_belong_to_a_question_changes_nothing),
        TEST(refusals_and_lost_links_end_it),
        TEST(many_are_asked_for_in_pieces),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
