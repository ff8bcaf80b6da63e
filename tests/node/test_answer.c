/* Answers from the store: errors for what is not there, parts for those who may have them. */
#include "node/answer.h"

#include <string.h>

#include "tests/lib/world.h"
#include "tests/test.h"

static struct frame *ask(const struct message *m, enum link_class class) {
    struct txn t;
    txn_begin(&t, world.site[0].store, false);
    struct frame *frame = answer_request(&t, m, class);
    txn_abort(&t);
    return frame;
}

static void a_request_for_what_is_not_there_is_answered_with_an_error(void **state) {
    (void)state;
    world_carrying(1);
    author_fill(&fr, 3, 300, 0);
    publish(0, &fr, 3);
    struct message m = {.id = 1, .kind = MESSAGE_FETCH}, answer;
    m.fetch.from = 0;
    for (int i = 0; i < 3; i++) {
        if (i > 0)
            memcpy(m.fetch.log, fr.id, LOG_ID_LEN);
        m.fetch.from = i == 1 ? 4 : 0;
        m.fetch.target = i == 2 ? 4 : 0;
        m.fetch.bytes = FETCH_BYTES_MAX;
        struct frame *frame = ask(&m, LINK_MEMBER);
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
    struct message m = {.id = 1, .kind = MESSAGE_PARTS}, answer;
    memcpy(m.parts.log, fr.id, LOG_ID_LEN);
    m.parts.count = 3;
    for (unsigned i = 0; i < 3; i++) { /* public, members, and another commitment */
        m.parts.want[i].index = 1;
        m.parts.want[i].class = i == 0 ? PART_PUBLIC : PART_MEMBERS;
        m.parts.want[i].commitment = commitment[i == 1];
    }
    for (int member = 0; member < 2; member++) {
        struct frame *frame = ask(&m, member ? LINK_MEMBER : LINK_OBSERVER);
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

/* The answer to PROVE about size leaves of FR's log, from a to them and of the leaf at index. */
static struct message prove(uint64_t a, uint64_t size, const struct digest *root, uint64_t index) {
    static struct message answer;
    struct message m = {.id = 1, .kind = MESSAGE_PROVE};
    memcpy(m.prove.log, fr.id, LOG_ID_LEN);
    m.prove.a = a;
    m.prove.target = size;
    m.prove.root = *root;
    m.prove.index = index;
    struct frame *frame = ask(&m, LINK_OBSERVER);
    CHECK_OK(message_decode((struct bytes){frame->data, frame->len}, &answer));
    frame_free(frame);
    return answer;
}

static struct digest root_at(uint64_t size) {
    struct txn t;
    struct tree_reader tree = {.txn = &t};
    struct digest root;
    memcpy(tree.id, fr.id, LOG_ID_LEN);
    txn_begin(&t, world.site[0].store, false);
    CHECK_OK(merkle_root(&root, size, logs_lookup, &tree));
    txn_abort(&t);
    return root;
}

static void proves_every_beginning_and_leaf_of_the_tree_that_is_named(void **state) {
    (void)state;
    world_carrying(1);
    author_fill(&fr, 7, 300, 0);
    publish(0, &fr, 7);
    for (uint64_t size = 1; size <= 7; size++) {
        struct digest root = root_at(size), other = root;
        for (uint64_t a = 0; a <= size; a++) {
            struct digest root_a = root_at(a);
            uint64_t index = a < size ? a : 0;
            struct message answer = prove(a, size, &root, index);
            assert_int_equal(answer.kind, MESSAGE_PROVE | MESSAGE_ANSWER);
            CHECK_OK(proved_begins(&answer.proved, a, &root_a, size, &root));
            CHECK_OK(proved_stands(&answer.proved, index, size, &root));
        }
        other.b[0] ^= 1;
        struct message answer = prove(1, size, &other, 0);
        assert_int_equal(answer.kind, MESSAGE_ERROR);
        assert_int_equal(answer.error.code, MESSAGE_ERROR_RANGE);
    }
    struct digest root = root_at(7);
    assert_int_equal(prove(1, 8, &root, 0).kind, MESSAGE_ERROR);
    world_close();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_for_what_is_not_there_is_answered_with_an_error),
        cmocka_unit_test(parts_are_given_by_index_and_commitment_and_class),
        cmocka_unit_test(proves_every_beginning_and_leaf_of_the_tree_that_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
