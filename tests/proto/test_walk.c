/* Two machines that tell each other what they carry: what one asks, the other answers, through the bytes of
 * messages.  What the asking one knows in the end is what the other carries, whatever differed before, and it
 * costs what logs.md says. */
#include <stdlib.h>
#include <string.h>

#include "proto/sync_state.h"
#include "proto/view.h"
#include "tests/test.h"

enum { ASKS, ANSWERS, LOGS_MAX = 20000 };

static struct {
    struct sync *sync[2];
    uint64_t now_ms, seq, random;
    unsigned asked[MESSAGE_ANSWER]; /* questions by kind */
    unsigned trips;
    uint64_t bytes;
    bool closed, parked;
} pair;

static struct head all[LOGS_MAX];

static uint64_t next_random(void) {
    pair.random ^= pair.random << 13;
    pair.random ^= pair.random >> 7;
    pair.random ^= pair.random << 17;
    return pair.random;
}

static void hear(unsigned side, const struct message *m);

/* A message crosses over as bytes. */
static void cross(unsigned to, const struct message *m) {
    static uint8_t frame[FRAME_MAX], copy[FRAME_MAX];
    struct message got;
    struct bytes bytes;
    CHECK_OK(message_encode(m, frame, sizeof frame, &bytes));
    memcpy(copy, bytes.ptr, bytes.len);
    CHECK_OK(message_decode((struct bytes){copy, bytes.len}, &got));
    pair.bytes += bytes.len;
    hear(to, &got);
}

static void perform(unsigned side, const struct sync_action *a, const struct message *m) {
    static uint8_t room[RADIX_BYTES_MAX];
    struct message out = {.id = a->id};
    struct writer w;
    writer_init(&w, room, sizeof room);
    switch (a->kind) {
    case SYNC_SEND_CHANGES:
        out.kind = MESSAGE_CHANGES;
        memcpy(out.changes.instance, a->instance, INSTANCE_LEN);
        out.changes.since = a->since;
        out.changes.wait_s = a->wait_s;
        pair.parked = a->wait_s > 0;
        break;
    case SYNC_SEND_VECTOR:
        out.kind = MESSAGE_VECTOR;
        memcpy(out.vector.from, a->log, LOG_ID_LEN);
        break;
    case SYNC_SEND_RADIX:
        out.kind = MESSAGE_RADIX;
        sync_radix_question(pair.sync[side], a->peer, &out);
        break;
    case SYNC_ANSWER_CHANGES:
        sync_changes(pair.sync[side], a, &w, &out);
        break;
    case SYNC_ANSWER_HEADS:
        if (m->kind == MESSAGE_VECTOR)
            sync_vector(pair.sync[side], m, &w, &out);
        else
            sync_radix(pair.sync[side], m, &w, &out);
        break;
    case SYNC_COMPARE:
        sync_compared(pair.sync[side], a->peer, a->log, &(struct sync_news){.any = false});
        return;
    case SYNC_CLOSE:
        pair.closed = true;
        return;
    default:
        return;
    }
    if (out.kind < MESSAGE_ANSWER)
        pair.asked[out.kind]++;
    pair.trips += out.kind < MESSAGE_ANSWER && !pair.parked;
    cross(!side, &out);
}

static void step(unsigned side, struct sync_event *event) {
    struct sync_actions *actions = malloc(sizeof *actions); /* a step leads to another */
    event->now_ms = pair.now_ms;
    event->random = next_random();
    sync_step(pair.sync[side], event, actions);
    for (unsigned i = 0; i < actions->count; i++)
        perform(side, &actions->action[i], event->message);
    free(actions);
}

static void hear(unsigned side, const struct message *m) {
    struct sync_event event = {.kind = SYNC_MESSAGE, .message = m};
    step(side, &event);
}

static void carry(unsigned side, const struct head *head) {
    struct sync_event event = {.kind = SYNC_HEAD, .head = *head, .held = head->size, .seq = ++pair.seq};
    step(side, &event);
}

static void drop(unsigned side, const struct head *head) {
    struct sync_event event = {.kind = SYNC_DROP, .head = *head};
    step(side, &event);
}

static void count_from_here(void) {
    memset(pair.asked, 0, sizeof pair.asked);
    pair.trips = 0;
    pair.bytes = 0;
    pair.parked = false;
}

static void link_up(void) {
    struct sync_event event = {.kind = SYNC_LINK_UP, .instance = {7}};
    pair.sync[ANSWERS]->peer[0].up = true; /* without questions of its own */
    count_from_here();
    step(ASKS, &event);
    for (int i = 0; i < 1000 && !pair.parked && !pair.closed; i++) { /* questions have a rate */
        struct sync_event timeout = {.kind = SYNC_TIMEOUT};
        pair.now_ms = sync_deadline(pair.sync[ASKS]);
        step(ASKS, &timeout);
    }
}

static void link_down(void) {
    struct sync_event event = {.kind = SYNC_LINK_DOWN};
    step(ASKS, &event);
    step(ANSWERS, &event);
}

/* The asking side's copy is what the other carries, record by record and in its sums. */
static void check_copy(void) {
    const struct sync *a = pair.sync[ANSWERS], *b = pair.sync[ASKS];
    uint64_t count = 0;
    assert_false(pair.closed);
    assert_true(sync_complete(b, 0));
    assert_true(headsum_eq(&a->own.all, &b->peer[0].sums.all));
    for (uint32_t slot = a->oldest; slot != SYNC_NONE; slot = a->log[slot].newer, count++) {
        struct head head;
        assert_true(sync_reported(b, 0, a->log[slot].head.log, &head));
        assert_true(head_same(&head, &a->log[slot].head));
    }
    assert_int_equal(count, b->peer[0].sums.all.count);
}

static void logs_make(void) {
    for (unsigned i = 0; i < LOGS_MAX; i++) {
        struct head *h = &all[i];
        *h = (struct head){
            .size = 10, .root = digest_of((struct bytes){(uint8_t *)&i, sizeof i}), .day = 20000};
        memcpy(h->log, h->root.b, LOG_ID_LEN);
    }
}

static int set_up(void **state) {
    (void)state;
    memset(&pair, 0, sizeof pair);
    pair.now_ms = 1000000;
    pair.random = 88172645463325252u;
    for (unsigned side = 0; side < 2; side++) {
        pair.sync[side] = calloc(1, sync_size(LOGS_MAX));
        assert_non_null(pair.sync[side]);
        sync_init(pair.sync[side], LOGS_MAX, (const uint8_t[INSTANCE_LEN]){side == ANSWERS ? 7 : 8});
    }
    logs_make();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    free(pair.sync[ASKS]);
    free(pair.sync[ANSWERS]);
    return 0;
}

static void both_carry(unsigned logs) {
    for (unsigned i = 0; i < logs; i++) {
        carry(ANSWERS, &all[i]);
        carry(ASKS, &all[i]);
    }
}

static void change(unsigned side, unsigned count, unsigned logs) {
    for (unsigned k = 0; k < count; k++) {
        struct head *h = &all[next_random() % logs];
        h->size++;
        carry(side, h);
    }
}

static void one_question_tells_that_all_is_the_same(void **state) {
    (void)state;
    both_carry(5000);
    link_up();
    check_copy();
    assert_int_equal(pair.asked[MESSAGE_RADIX], 1);
    assert_int_equal(pair.trips, 1);
    assert_in_range(pair.bytes, 100, 500);
}

static void few_logs_come_in_one_page(void **state) {
    (void)state;
    both_carry(193);
    change(ANSWERS, 10, 193);
    link_up();
    check_copy();
    assert_int_equal(pair.asked[MESSAGE_VECTOR], 1);
    assert_in_range(pair.trips, 1, 3);
}

static void a_walk_finds_ten_of_many(void **state) {
    (void)state;
    both_carry(LOGS_MAX);
    change(ANSWERS, 10, LOGS_MAX);
    link_up();
    check_copy();
    assert_int_equal(pair.asked[MESSAGE_VECTOR], 0);
    assert_in_range(pair.trips, 3, 6);
    assert_in_range(pair.bytes, 1000, 24000);
}

static void an_empty_node_takes_the_vector(void **state) {
    (void)state;
    for (unsigned i = 0; i < 5000; i++)
        carry(ANSWERS, &all[i]);
    link_up();
    assert_int_equal(pair.asked[MESSAGE_RADIX], 0);
    assert_int_equal(pair.asked[MESSAGE_VECTOR], (5000 + HEADS_MAX - 1) / HEADS_MAX);
    /* It carries none of them, so it remembers some, and does not compare sums. */
    assert_true(sync_complete(pair.sync[ASKS], 0));
    assert_int_equal(pair.sync[ASKS]->strange, SYNC_STRANGE);
}

static void a_lost_cursor_costs_a_walk(void **state) {
    (void)state;
    both_carry(LOGS_MAX);
    link_up();
    link_down();
    for (unsigned i = 0; i < 10; i++) /* more changes than are looked back at, most of them here as well */
        change(ANSWERS, 1, LOGS_MAX);
    pair.sync[ASKS]->peer[0].cursor = 0;
    link_up();
    check_copy();
    assert_int_equal(pair.asked[MESSAGE_VECTOR], 0);
    assert_in_range(pair.bytes, 1000, 24000);
}

static void an_old_cursor_is_a_gap(void **state) {
    (void)state;
    both_carry(LOGS_MAX);
    link_up();
    link_down();
    for (unsigned i = 0; i < SYNC_CHANGES_BACK; i++) {
        all[i].size++;
        carry(ANSWERS, &all[i]);
    }
    link_up(); /* so many are told one by one */
    check_copy();
    assert_int_equal(pair.asked[MESSAGE_RADIX], 0);
    link_down();
    for (unsigned i = 0; i < SYNC_CHANGES_BACK + 1; i++) {
        all[i].size++;
        carry(ANSWERS, &all[i]);
    }
    link_up();
    check_copy();
    assert_true(pair.asked[MESSAGE_RADIX] > 0);
}

/* Any two sets: what is only here, only there, in both, and changed. */
static void any_difference_is_found(void **state) {
    (void)state;
    for (unsigned turn = 0; turn < 60; turn++) {
        unsigned logs = (unsigned)(next_random() % (turn % 3 ? 3000 : 700)) + 1;
        unsigned odds = (unsigned[]){2, 10, 100, 1000}[turn % 4];
        for (unsigned i = 0; i < logs; i++) {
            bool here = next_random() % odds, there = next_random() % odds;
            if (here)
                carry(ASKS, &all[i]);
            all[i].size += next_random() % odds == 0;
            all[i].flags = next_random() % 50 == 0 ? VIEW_DISPUTED : 0;
            if (there)
                carry(ANSWERS, &all[i]);
        }
        link_up();
        if (pair.sync[ASKS]->peer[0].overflow == false)
            check_copy();
        link_down();
        if (turn % 2)
            pair.sync[ASKS]->peer[0].cursor = 0;
        for (unsigned i = 0; turn % 5 == 4 && i < LOGS_MAX; i++) {
            drop(ASKS, &all[i]);
            drop(ANSWERS, &all[i]);
        }
    }
}

/* Ids that begin alike, as only a liar's do, are told apart by the vector in the end. */
static void ids_that_eight_digits_do_not_part(void **state) {
    (void)state;
    for (unsigned i = 0; i < 600; i++) {
        memset(all[i].log, 0x11, LOG_ID_LEN);
        be32_put(all[i].log + 12, i);
    }
    both_carry(600);
    change(ANSWERS, 1, 600);
    link_up();
    for (int i = 0; i < 10 && !sync_complete(pair.sync[ASKS], 0); i++) {
        struct sync_event timeout = {.kind = SYNC_TIMEOUT};
        pair.now_ms = sync_deadline(pair.sync[ASKS]);
        step(ASKS, &timeout);
    }
    check_copy();
}

static void a_log_that_is_dropped_or_carried_again_is_told_at_once(void **state) {
    (void)state;
    both_carry(1000);
    link_up();
    drop(ANSWERS, &all[5]);
    check_copy();
    struct head head;
    assert_false(sync_reported(pair.sync[ASKS], 0, all[5].log, &head));
    uint64_t seq = pair.seq;
    pair.seq = 3; /* with the number of its last change */
    carry(ANSWERS, &all[5]);
    pair.seq = seq;
    check_copy();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_question_tells_that_all_is_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(few_logs_come_in_one_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_walk_finds_ten_of_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_node_takes_the_vector, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_lost_cursor_costs_a_walk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_old_cursor_is_a_gap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_difference_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ids_that_eight_digits_do_not_part, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_log_that_is_dropped_or_carried_again_is_told_at_once, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
