/* Answers from the store: errors for what is not there, parts for those who may have them. */
#include "node/answer.h"

#include <string.h>

#include "tests/lib/world.h"
#include "tests/test.h"

static void a_request_for_what_is_not_there_is_answered_with_an_error(void **state) {
    (void)state;
    world_carrying(1);
    author_fill(&fr, 3, 300, 0);
    publish(0, &fr, 3);
    struct answers answers = {.store = world.site[0].store};
    struct message m = {.id = 1, .kind = MESSAGE_FETCH}, answer;
    m.fetch.from = 0;
    for (int i = 0; i < 3; i++) {
        if (i > 0)
            memcpy(m.fetch.log, fr.id, LOG_ID_LEN);
        m.fetch.from = i == 1 ? 4 : 0;
        m.fetch.target = i == 2 ? 4 : 0;
        struct frame *frame = answer_request(&answers, &m, LINK_MEMBER);
        CHECK_OK(message_decode((struct bytes){frame->data, frame->len}, &answer));
        assert_int_equal(answer.kind, MESSAGE_ERROR);
        assert_int_equal(answer.error.code, i == 0 ? MESSAGE_ERROR_UNKNOWN : MESSAGE_ERROR_RANGE);
        frame_free(frame);
    }
    world_close();
}

static void parts_are_given_by_index_and_commitment_and_class(void **state) {
    struct bytes leaf;
    bool has[PART_CLASSES];
    struct digest commitment[PART_CLASSES];
    struct txn t;
    (void)state;
    world_carrying(1);
    author_fill(&fr, 2, 300, 600);
    publish(0, &fr, 2);
    txn_begin(&t, world.site[0].store, false);
    CHECK_OK(logs_leaf(&t, fr.id, 1, &leaf));
    leaf_parts(leaf, has, commitment);
    txn_abort(&t);
    struct answers answers = {.store = world.site[0].store};
    struct message m = {.id = 1, .kind = MESSAGE_PARTS}, answer;
    memcpy(m.parts.log, fr.id, LOG_ID_LEN);
    m.parts.count = 3;
    for (unsigned i = 0; i < 3; i++) { /* public, members, and another commitment */
        m.parts.want[i].index = 1;
        m.parts.want[i].class = i == 0 ? PART_PUBLIC : PART_MEMBERS;
        m.parts.want[i].commitment = commitment[i == 1];
    }
    for (int member = 0; member < 2; member++) {
        struct frame *frame = answer_request(&answers, &m, member ? LINK_MEMBER : LINK_OBSERVER);
        CHECK_OK(message_decode((struct bytes){frame->data, frame->len}, &answer));
        assert_int_equal(answer.parts_given.count, 3);
        assert_int_equal(answer.parts_given.part[0].state, PART_HELD);
        assert_int_equal(answer.parts_given.part[1].state, member ? PART_HELD : PART_WITHHELD);
        assert_int_equal(answer.parts_given.part[2].state, PART_NONE);
        CHECK_OK(part_verify(PART_PUBLIC, answer.parts_given.part[0].salted, &commitment[0]));
        frame_free(frame);
    }
    world_close();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_for_what_is_not_there_is_answered_with_an_error),
        cmocka_unit_test(parts_are_given_by_index_and_commitment_and_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
