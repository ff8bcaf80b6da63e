/* The bounds of what is under way at one time: at each the machine waits, and goes on when there is room. */
#include <stdlib.h>
#include <string.h>

#include "proto/sync_state.h"
#include "tests/test.h"

enum { LOGS = 400, LARGE = SYNC_BYTES_PEER / FETCH_BYTES_MAX };

static struct {
    struct sync *sync;
    uint64_t now_ms, seq;
    struct sync_action sent[4096]; /* FETCH, PROVE and PARTS that are under way, oldest first */
    unsigned sent_count, commits, closed, locates;
    struct sync_action commit[1024];
} world;

static const uint8_t instance[INSTANCE_LEN] = {1};

static struct head head_number(unsigned i, uint64_t size) {
    struct head head = {.size = size};
    be32_put(head.log, (i + 1) * 2654435761u); /* spread as hashes are */
    be32_put(head.log + 4, i);
    return head;
}

static void step(struct sync_event *event) {
    struct sync_event turn = {.kind = SYNC_TURN};
    bool compared = true;
    for (; compared; event = &turn) {
        struct sync_actions actions;
        compared = false;
        event->now_ms = world.now_ms;
        sync_step(world.sync, event, &actions);
        for (unsigned i = 0; i < actions.count; i++) {
            const struct sync_action *a = &actions.action[i];
            struct sync_news news = {.any = true, .from = 0, .target = a->head.size};
            if (a->kind == SYNC_COMPARE) {
                compared = true;
                sync_compared(world.sync, a->peer, a->log, &news);
            } else if (a->kind == SYNC_SEND_FETCH || a->kind == SYNC_SEND_PARTS) {
                world.sent[world.sent_count++] = *a;
            } else if (a->kind == SYNC_COMMIT) {
                world.commit[world.commits++] = *a;
            }
            world.locates += a->kind == SYNC_LOCATE;
            world.closed += a->kind == SYNC_CLOSE;
        }
    }
}

/* The peer reports these logs, each of so many entries. */
static void report(unsigned peer, unsigned first, unsigned count, uint64_t size) {
    static uint8_t buffer[HEADS_MAX * HEAD_MAX];
    struct sync_event up = {.kind = SYNC_LINK_UP, .peer = peer};
    struct message m = {.kind = MESSAGE_CHANGES | MESSAGE_ANSWER};
    struct sync_event event = {.kind = SYNC_MESSAGE, .peer = peer, .message = &m};
    struct writer w;
    memcpy(up.instance, instance, INSTANCE_LEN);
    memcpy(world.sync->peer[peer].instance, instance, INSTANCE_LEN);
    world.sync->peer[peer].cursor = 1; /* so that it is asked for changes alone */
    step(&up);
    writer_init(&w, buffer, sizeof buffer);
    for (unsigned i = first; i < first + count; i++) {
        struct head head = head_number(i, size);
        head_write(&w, &head);
        headsum_add(&m.heads.sum, &head);
    }
    memcpy(m.heads.instance, instance, INSTANCE_LEN);
    m.id = world.sync->peer[peer].ask_id;
    m.heads.next = 2;
    m.heads.head_count = count;
    m.heads.heads = (struct bytes){buffer, w.len};
    step(&event);
}

/* Answer the oldest FETCH with so many entries. */
static void deliver_bytes(uint32_t count, size_t bytes) {
    static const uint8_t entries[FETCH_BYTES_MAX];
    struct sync_action fetch = world.sent[0];
    struct message m = {.id = fetch.id, .kind = MESSAGE_FETCH | MESSAGE_ANSWER};
    struct sync_event event = {.kind = SYNC_MESSAGE, .peer = fetch.peer, .message = &m};
    memmove(&world.sent[0], &world.sent[1], --world.sent_count * sizeof *world.sent);
    memcpy(m.package.log, fetch.log, LOG_ID_LEN);
    m.package.from = fetch.from;
    m.package.size = fetch.target;
    m.package.entry_count = count;
    m.package.entries = (struct bytes){entries, bytes};
    m.package.more = fetch.from + count < fetch.target;
    step(&event);
}

static void deliver(uint32_t count) {
    deliver_bytes(count, world.sent[0].bytes);
}

/* The gate's verdict on the oldest package: so many entries of its log are held now. */
static void judge(uint64_t held, enum err err) {
    struct sync_action commit = world.commit[0];
    struct sync_event event = {.kind = SYNC_COMMITTED, .peer = commit.peer, .held = held, .err = err};
    memmove(&world.commit[0], &world.commit[1], --world.commits * sizeof *world.commit);
    memcpy(event.head.log, commit.log, LOG_ID_LEN);
    step(&event);
}

static int set_up(void **state) {
    (void)state;
    memset(&world, 0, sizeof world);
    world.now_ms = 1000000;
    world.sync = calloc(1, sync_size(LOGS));
    assert_non_null(world.sync);
    sync_init(world.sync, LOGS, (const uint8_t[INSTANCE_LEN]){9});
    for (unsigned i = 0; i < LOGS; i++) {
        struct sync_event event = {.kind = SYNC_HEAD, .head = head_number(i, 0)};
        step(&event);
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    free(world.sync);
    return 0;
}

static void so_many_questions_to_one_peer(void **state) {
    (void)state;
    report(0, 0, LARGE + 1, 1000);
    assert_int_equal(world.sent_count, LARGE); /* no more bytes than its queue takes */
    deliver(1000);
    assert_int_equal(world.sent_count, LARGE);
    assert_int_equal(world.sync->peer[0].bytes, SYNC_BYTES_PEER);
    deliver(1000);
    assert_int_equal(world.sent_count, LARGE - 1); /* there is nothing more */
    report(2, 100, SYNC_FETCH_PEER + 1, 10);
    unsigned small = world.sent_count - (LARGE - 1);
    assert_int_equal(small, (SYNC_BYTES_PEER - FETCH_BYTES_MAX) / FETCH_BYTES_SMALL + 1);
    for (unsigned i = 1; i < LARGE; i++)
        deliver(1000);
    deliver(10);
    assert_int_equal(world.sent_count, small);
}

/* An answer of more bytes than were asked for is not handed on. */
static void an_answer_of_more_than_was_asked_loses_the_claim(void **state) {
    (void)state;
    report(0, 0, 1, 10);
    assert_int_equal(world.sent[0].bytes, FETCH_BYTES_SMALL);
    deliver_bytes(10, FETCH_BYTES_SMALL);
    assert_int_equal(world.commits, 1);
    report(1, 1, 1, 10);
    deliver_bytes(10, FETCH_BYTES_SMALL + 1);
    assert_int_equal(world.commits, 1);
    assert_int_equal(sync_counts(world.sync).lost, 1);
}

static void so_many_questions_to_all(void **state) {
    (void)state;
    enum { ALL = SYNC_BYTES_ALL / FETCH_BYTES_MAX };
    for (unsigned peer = 0; peer < ALL / LARGE; peer++)
        report(peer, peer * LARGE, LARGE, 1000);
    assert_int_equal(world.sent_count, ALL);
    report(60, 300, 1, 10);
    assert_int_equal(world.sent_count, ALL);
    deliver(1000);
    assert_int_equal(world.sent_count, ALL);
    assert_int_equal(world.sent[ALL - 1].peer, 60);
}

static void so_many_packages_of_a_log_at_the_gate(void **state) {
    (void)state;
    report(0, 0, 1, 1000000);
    for (unsigned i = 0; world.sent_count; i++)
        deliver(1000);
    assert_int_equal(world.commits, SYNC_COMMITS);
    judge(1000, ERR_OK);
    assert_int_equal(world.sent_count, 1);
    assert_int_equal(world.sent[0].from, 1000 * SYNC_COMMITS);
}

static void so_many_packages_of_all_logs_at_the_gate(void **state) {
    (void)state;
    for (unsigned peer = 0; peer < 5; peer++)
        report(peer, peer, 1, 1000000);
    while (world.sent_count)
        deliver(1000);
    assert_in_range(world.commits, SYNC_COMMITS_ALL, SYNC_COMMITS_ALL + 5); /* one more each was under way */
    unsigned commits = world.commits;
    while (world.commits > SYNC_COMMITS_ALL - 1)
        judge(1000, ERR_OK);
    assert_true(world.sent_count > 0);
    assert_true(commits < 5 * SYNC_COMMITS);
}

/* A log of millions does not keep others from their peer. */
static void a_log_gives_way_after_so_many_packages(void **state) {
    unsigned packages = 0;
    (void)state;
    report(0, 0, LARGE, 1000000);
    report(0, LARGE, 1, 10); /* waits: all questions to the peer are taken */
    struct head small = head_number(LARGE, 10);
    bool asked = false;
    uint64_t held[LARGE] = {0};
    for (; !asked && packages < 1000; packages++) {
        struct sync_action fetch = world.sent[0];
        deliver(1000);
        for (unsigned i = 0; i < LARGE; i++) {
            struct head h = head_number(i, 0);
            if (memcmp(h.log, fetch.log, LOG_ID_LEN) == 0)
                judge(held[i] += 1000, ERR_OK);
        }
        for (unsigned i = 0; i < world.sent_count; i++)
            asked = asked || memcmp(world.sent[i].log, small.log, LOG_ID_LEN) == 0;
    }
    assert_true(asked);
    assert_in_range(packages, SYNC_PACKAGES, LARGE * SYNC_PACKAGES + 1);
    assert_true(sync_counts(world.sync).turns > 0);
}

static void so_many_searches_at_one_time(void **state) {
    (void)state;
    for (unsigned i = 0; i < SYNC_LOCATES + 1; i++)
        report(i, i, 1, 10);
    while (world.sent_count)
        deliver(10);
    while (world.commits)
        judge(0, ERR_FORK);
    assert_int_equal(world.locates, SYNC_LOCATES);
    assert_int_equal(world.sync->claims, SYNC_LOCATES);
}

static void carried_logs_have_their_room(void **state) {
    (void)state;
    assert_false(sync_full(world.sync));
    struct sync_event drop = {.kind = SYNC_DROP, .head = head_number(0, 0)};
    step(&drop);
    struct sync_event event = {.kind = SYNC_HEAD, .head = head_number(LOGS, 0)};
    step(&event);
    assert_false(sync_full(world.sync));
    event.head = head_number(LOGS + 1, 0);
    step(&event);
    assert_true(sync_full(world.sync));
}

/* Reported by a peer, they take the room of no carried one, and one more is only counted. */
static void strange_logs_have_theirs(void **state) {
    (void)state;
    for (unsigned i = 0; i < SYNC_STRANGE; i += 256)
        report(i / 256, LOGS + i, 256, 10);
    assert_int_equal(world.sync->strange, SYNC_STRANGE);
    assert_int_equal(sync_counts(world.sync).strange, 0);
    report(10, LOGS + SYNC_STRANGE, 1, 10);
    assert_int_equal(world.sync->strange, SYNC_STRANGE);
    assert_int_equal(sync_counts(world.sync).strange, 1);
    assert_int_equal(world.sent_count, 0);
    report(11, 5, 1, 10);
    assert_int_equal(world.sent_count, 1);
}

/* Logs that are carried no more, but reported, make room when there would be too many. */
static void dropped_logs_do_not_fill_the_table(void **state) {
    (void)state;
    for (unsigned turn = 0; turn < 8; turn++) {
        report(turn, turn * LOGS, LOGS < HEADS_MAX ? LOGS : HEADS_MAX, 10);
        for (unsigned i = 0; i < LOGS; i++) {
            struct sync_event drop = {.kind = SYNC_DROP, .head = head_number(turn * LOGS + i, 0)};
            step(&drop);
        }
        for (unsigned i = 0; i < LOGS; i++) {
            struct sync_event event = {.kind = SYNC_HEAD, .head = head_number((turn + 1) * LOGS + i, 0)};
            step(&event);
        }
        assert_false(sync_full(world.sync));
        assert_in_range(world.sync->strange, 0, SYNC_STRANGE + SYNC_CLAIMS); /* asked for just now */
        while (world.sent_count)
            deliver(10);
        while (world.commits)
            judge(10, ERR_OK);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(so_many_questions_to_one_peer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_of_more_than_was_asked_loses_the_claim, set_up, tear_down),
        cmocka_unit_test_setup_teardown(so_many_questions_to_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(so_many_packages_of_a_log_at_the_gate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(so_many_packages_of_all_logs_at_the_gate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_log_gives_way_after_so_many_packages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(so_many_searches_at_one_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(carried_logs_have_their_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strange_logs_have_theirs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(dropped_logs_do_not_fill_the_table, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
