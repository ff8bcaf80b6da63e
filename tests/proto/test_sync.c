/* The machine of replication alone: hostile peers against honest ones, by events and actions. */
#include "proto/sync.h"

#include <stdlib.h>
#include <string.h>

#include "proto/sync_state.h"
#include "tests/test.h"

enum { HOSTILE, HONEST };

static struct {
    struct sync *sync;
    struct sync_actions actions;
    uint64_t now_ms, held;
} world;

static const uint8_t log_id[LOG_ID_LEN] = {7}, instance[INSTANCE_LEN] = {1};

/* Larger reports are news: what the store would say. */
static bool compared(const struct sync_actions *actions) {
    bool any = false;
    for (unsigned i = 0; i < actions->count; i++) {
        const struct sync_action *a = &actions->action[i];
        if (a->kind != SYNC_COMPARE)
            continue;
        struct sync_news news = {
            .any = a->head.size > world.held, .from = world.held, .target = a->head.size};
        sync_compared(world.sync, a->peer, a->log, &news);
        any = true;
    }
    return any;
}

static void add(const struct sync_actions *more) {
    for (unsigned i = 0; i < more->count; i++)
        world.actions.action[world.actions.count++] = more->action[i];
}

/* One event more: its actions are added to those that are known. */
static void step_on(struct sync_event *event) {
    struct sync_event turn = {.kind = SYNC_TURN, .now_ms = world.now_ms};
    struct sync_actions more;
    event->now_ms = world.now_ms;
    sync_step(world.sync, event, &more);
    add(&more);
    while (compared(&more)) {
        sync_step(world.sync, &turn, &more);
        add(&more);
    }
}

static void step(struct sync_event *event) {
    world.actions.count = 0;
    step_on(event);
}

static const struct sync_action *find(enum sync_action_kind kind) {
    for (unsigned i = 0; i < world.actions.count; i++)
        if (world.actions.action[i].kind == kind)
            return &world.actions.action[i];
    return NULL;
}

static int set_up(void **state) {
    (void)state;
    memset(&world, 0, sizeof world);
    world.sync = calloc(1, sync_size(64));
    assert_non_null(world.sync);
    world.now_ms = 1000000;
    world.held = 3;
    sync_init(world.sync, 64, (const uint8_t[INSTANCE_LEN]){9});
    struct sync_event event = {.kind = SYNC_HEAD, .seq = 1, .head = {.size = 3}, .held = 3};
    memcpy(event.head.log, log_id, LOG_ID_LEN);
    step(&event);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    free(world.sync);
    return 0;
}

static void hear(unsigned peer, struct message *m) {
    struct sync_event event = {.kind = SYNC_MESSAGE, .peer = peer, .message = m};
    step(&event);
}

/* Answer a question for heads: this log has so many entries; or the peer carries nothing. */
static void report(unsigned peer, const struct sync_action *ask, uint64_t size) {
    uint8_t buffer[HEAD_MAX];
    struct message m = {.id = ask->id};
    struct sync_event event = {.kind = SYNC_MESSAGE, .peer = peer, .message = &m};
    struct head head = {.size = size};
    struct headsum sum = {.count = 0};
    struct writer w;
    memcpy(head.log, log_id, LOG_ID_LEN);
    writer_init(&w, buffer, sizeof buffer);
    if (size) {
        head_write(&w, &head);
        headsum_add(&sum, &head);
    }
    if (ask->kind == SYNC_SEND_RADIX) {
        m.kind = MESSAGE_RADIX | MESSAGE_ANSWER;
        memcpy(m.groups.instance, instance, INSTANCE_LEN);
        m.groups.next = ask->id;
        m.groups.sum = sum;
        m.groups.count = 1; /* of it, nothing is read when there are so few */
    } else {
        m.kind = (ask->kind == SYNC_SEND_VECTOR ? MESSAGE_VECTOR : MESSAGE_CHANGES) | MESSAGE_ANSWER;
        memcpy(m.heads.instance, instance, INSTANCE_LEN);
        m.heads.next = ask->id;
        m.heads.sum = sum;
        m.heads.head_count = size > 0;
        CHECK_OK(writer_end(&w, &m.heads.heads));
    }
    step_on(&event);
}

/* The last question for heads to the peer that waits for no change; NULL. */
static const struct sync_action *asked(unsigned peer) {
    for (unsigned i = world.actions.count; i-- > 0;) {
        const struct sync_action *a = &world.actions.action[i];
        bool heads =
            a->kind == SYNC_SEND_CHANGES || a->kind == SYNC_SEND_VECTOR || a->kind == SYNC_SEND_RADIX;
        if (heads && a->peer == peer)
            return a->wait_s ? NULL : a;
    }
    return NULL;
}

/* The peer's link comes up, and it reports; the actions are those of all of it. */
static void link_up(unsigned peer, uint64_t size) {
    struct sync_event event = {.kind = SYNC_LINK_UP, .peer = peer};
    memcpy(event.instance, instance, INSTANCE_LEN);
    step(&event);
    for (int turn = 0; turn < 8 && asked(peer); turn++) {
        struct sync_action ask = *asked(peer);
        report(peer, &ask, size);
    }
}

/* What has changed since is told to the CHANGES that waits. */
static void change(unsigned peer, uint64_t size) {
    struct sync_action ask = {.kind = SYNC_SEND_CHANGES, .id = world.sync->peer[peer].ask_id};
    world.actions.count = 0;
    report(peer, &ask, size);
    for (int turn = 0; turn < 8 && asked(peer); turn++) {
        ask = *asked(peer);
        report(peer, &ask, size);
    }
}

static void link_down(unsigned peer) {
    struct sync_event event = {.kind = SYNC_LINK_DOWN, .peer = peer};
    step(&event);
}

static void wait_for(uint64_t ms) {
    struct sync_event event = {.kind = SYNC_TIMEOUT};
    world.now_ms += ms;
    step(&event);
}

/* Answer a FETCH with entries, and with more behind them; the gate likes it. */
static void deliver(const struct sync_action *fetch, uint32_t count, size_t bytes, uint64_t target) {
    static const uint8_t entries[FETCH_BYTES_MAX];
    struct message m = {.id = fetch->id, .kind = MESSAGE_FETCH | MESSAGE_ANSWER};
    struct sync_event event = {.kind = SYNC_COMMITTED, .peer = fetch->peer, .head = {.size = 3}};
    uint64_t from = fetch->from;
    unsigned peer = fetch->peer;
    m.package.from = from;
    m.package.size = target;
    m.package.entry_count = count;
    m.package.entries = (struct bytes){entries, bytes};
    m.package.more = from + count < target;
    memcpy(m.package.log, log_id, LOG_ID_LEN);
    hear(peer, &m);
    assert_non_null(find(SYNC_COMMIT));
    if (find(SYNC_SEND_FETCH))
        return; /* the next is asked for already; its verdict comes later */
    event.held = world.held = from + count;
    memcpy(event.head.log, log_id, LOG_ID_LEN);
    step(&event);
}

static void a_peer_that_serves_entry_by_entry_loses_its_turn(void **state) {
    (void)state;
    link_up(HOSTILE, 1000);
    struct sync_action fetch = *find(SYNC_SEND_FETCH);
    assert_int_equal(fetch.peer, HOSTILE);
    link_up(HONEST, 1000);
    deliver(&fetch, 1, 300, 1000);
    assert_non_null(find(SYNC_SEND_FETCH));
    assert_int_equal(find(SYNC_SEND_FETCH)->peer, HONEST);
    assert_int_equal(find(SYNC_SEND_FETCH)->from, 4);
}

static void a_peer_that_takes_its_time_loses_its_turn(void **state) {
    (void)state;
    link_up(HOSTILE, 100000);
    struct sync_action fetch = *find(SYNC_SEND_FETCH);
    link_up(HONEST, 100000);
    world.now_ms += 40000;
    deliver(&fetch, 2000, FETCH_BYTES_MAX, 100000);
    assert_int_equal(find(SYNC_SEND_FETCH)->peer, HONEST);
}

static void a_slow_peer_keeps_its_turn_when_it_is_the_only_one(void **state) {
    (void)state;
    link_up(HONEST, 1000);
    struct sync_action fetch = *find(SYNC_SEND_FETCH);
    world.now_ms += 40000;
    deliver(&fetch, 1, 300, 1000);
    assert_non_null(find(SYNC_SEND_FETCH));
    assert_int_equal(find(SYNC_SEND_FETCH)->peer, HONEST);
}

static void a_full_answer_in_time_keeps_the_turn(void **state) {
    (void)state;
    link_up(HONEST, 100000);
    struct sync_action fetch = *find(SYNC_SEND_FETCH);
    link_up(HOSTILE, 100000);
    deliver(&fetch, 2000, FETCH_BYTES_MAX, 100000);
    assert_int_equal(find(SYNC_SEND_FETCH)->peer, HONEST);
}

static void a_claim_is_not_renewed_by_leaving_and_coming_back(void **state) {
    (void)state;
    link_up(HOSTILE, INT64_MAX);
    assert_non_null(find(SYNC_SEND_FETCH));
    world.now_ms += 50000;
    link_down(HOSTILE);
    link_up(HOSTILE, INT64_MAX);
    assert_null(find(SYNC_SEND_FETCH));
    link_up(HONEST, 1000);
    assert_int_equal(find(SYNC_SEND_FETCH)->peer, HONEST);
}

static void a_claim_is_not_renewed_by_taking_it_back(void **state) {
    (void)state;
    link_up(HOSTILE, INT64_MAX);
    wait_for(SYNC_FETCH_MS);
    assert_null(find(SYNC_SEND_FETCH));
    link_down(HOSTILE);
    link_up(HOSTILE, 0); /* the sum tells that the copy is stale */
    struct head head;
    assert_false(sync_reported(world.sync, HOSTILE, log_id, &head));
    change(HOSTILE, INT64_MAX);
    assert_true(sync_reported(world.sync, HOSTILE, log_id, &head));
    assert_null(find(SYNC_SEND_FETCH));
}

/* Who claims and is silent keeps a log from others for a moment the first time, and hardly at all then. */
/* Another package of the same commit was of words, so that all logs are told before the verdicts of theirs.
 */
static void what_is_told_before_its_verdict_has_moved(void **state) {
    (void)state;
    struct sync_event told = {.kind = SYNC_HEAD, .seq = 2, .head = {.size = 3}};
    struct sync_event verdict = {.kind = SYNC_COMMITTED, .peer = HONEST, .head = {.size = 3}};
    struct message m = {.kind = MESSAGE_FETCH | MESSAGE_ANSWER};
    link_up(HONEST, 7);
    m.id = find(SYNC_SEND_FETCH)->id;
    m.package.from = 3;
    m.package.size = 7;
    m.package.entry_count = 4;
    memcpy(m.package.log, log_id, LOG_ID_LEN);
    hear(HONEST, &m);
    assert_non_null(find(SYNC_COMMIT));
    world.held = 0; /* it had a note: its entries are wanted from another branch now */
    memcpy(told.head.log, log_id, LOG_ID_LEN);
    memcpy(verdict.head.log, log_id, LOG_ID_LEN);
    step(&told);
    assert_null(find(SYNC_SEND_FETCH));
    step(&verdict);
    assert_non_null(find(SYNC_SEND_FETCH));
    assert_int_equal(find(SYNC_SEND_FETCH)->from, 0);
}

static void a_claim_gives_way_to_who_has_more(void **state) {
    (void)state;
    link_up(HOSTILE, INT64_MAX);
    struct sync_action first = *find(SYNC_SEND_FETCH);
    link_up(HONEST, 10);
    assert_null(find(SYNC_SEND_FETCH));
    wait_for(SYNC_PATIENCE_MS - 1);
    assert_null(find(SYNC_SEND_FETCH));
    wait_for(1);
    assert_int_equal(find(SYNC_SEND_FETCH)->peer, HONEST);
    struct sync_action fetch = *find(SYNC_SEND_FETCH);
    deliver(&fetch, 7, 700, 10);
    wait_for(10000); /* its back-off is over */
    assert_int_equal(find(SYNC_SEND_FETCH)->peer, HOSTILE);
    assert_true(find(SYNC_SEND_FETCH)->id > first.id);
    wait_for(SYNC_DISTRUST_MS);
    assert_null(find(SYNC_SEND_FETCH)); /* nobody else has more */
    change(HONEST, 20);
    wait_for(SYNC_DISTRUST_MS);
    assert_int_equal(find(SYNC_SEND_FETCH)->peer, HONEST);
}

/* What a slow line brings late is not what a silent peer never brings. */
static void slow_peers_do_not_drive_each_other_out(void **state) {
    (void)state;
    link_up(0, 100);
    struct sync_action late = *find(SYNC_SEND_FETCH);
    link_up(1, 100);
    wait_for(SYNC_PATIENCE_MS);
    assert_int_equal(find(SYNC_SEND_FETCH)->peer, 1);
    struct sync_action fetch = *find(SYNC_SEND_FETCH);
    wait_for(20000); /* the other one has not answered: it is no better */
    assert_null(find(SYNC_SEND_FETCH));
    struct message m = {.id = late.id, .kind = MESSAGE_FETCH | MESSAGE_ANSWER};
    hear(0, &m); /* now it is, but more time is given than the first time */
    assert_null(find(SYNC_CLOSE));
    deliver(&fetch, 10, 1000, 100);
    assert_non_null(find(SYNC_SEND_FETCH));
    assert_int_equal(find(SYNC_SEND_FETCH)->from, 13);
}

/* ---- reports without end ---- */

/* Answer VECTOR with a page that more come behind; false if it has not been asked for. */
static bool page_turn(uint64_t *number) {
    const struct sync_action *ask = find(SYNC_SEND_VECTOR);
    uint8_t buffer[HEAD_MAX];
    struct head head = {.size = 1};
    struct message m = {.kind = MESSAGE_VECTOR | MESSAGE_ANSWER};
    struct writer w;
    if (!ask)
        return false;
    m.id = ask->id;
    m.heads.more = true;
    m.heads.head_count = 1;
    be64_put(head.log, ++*number);
    writer_init(&w, buffer, sizeof buffer);
    head_write(&w, &head);
    m.heads.heads = (struct bytes){buffer, w.len};
    hear(HOSTILE, &m);
    return true;
}

/* A package with so many signatures that the gate refuses, or that brings nothing. */
static void judged(unsigned peer, unsigned signatures, enum err err) {
    struct sync_claim *claim = NULL;
    struct sync_event event = {
        .kind = SYNC_COMMITTED, .peer = peer, .err = err, .head = {.size = 3}, .held = 3};
    event.signatures = signatures;
    memcpy(event.head.log, log_id, LOG_ID_LEN);
    for (unsigned i = 0; i < SYNC_CLAIMS && !claim; i++)
        claim = world.sync->claim[i].used ? &world.sync->claim[i] : NULL;
    assert_non_null(claim);
    const struct sync_flight *flight = world.sync->flight;
    while (!flight->used)
        flight++;
    struct sync_action fetch = {.id = flight->id, .peer = peer, .from = flight->from};
    struct message m = {.id = fetch.id, .kind = MESSAGE_FETCH | MESSAGE_ANSWER};
    m.package.from = fetch.from;
    m.package.size = fetch.from + 1;
    m.package.entry_count = 1;
    memcpy(m.package.log, log_id, LOG_ID_LEN);
    hear(peer, &m);
    assert_non_null(find(SYNC_COMMIT));
    step(&event);
}

/* At the bound it is asked as before, one signature beyond it is not, until the rate allows it. */
static void whose_signatures_come_to_nothing_is_asked_at_a_rate(void **state) {
    (void)state;
    const unsigned burst = SYNC_JUDGED_PEER_S * SYNC_JUDGED_BURST_S;
    link_up(HOSTILE, 4);
    assert_non_null(find(SYNC_SEND_FETCH));
    judged(HOSTILE, burst, ERR_SIGNATURE);
    assert_int_equal(sync_counts(world.sync).judged, burst);
    assert_int_equal(sync_counts(world.sync).spared, 0);
    wait_for(10000);
    assert_non_null(find(SYNC_SEND_FETCH)); /* the log's own back-off is over */
    uint64_t then = world.now_ms;
    judged(HOSTILE, burst + 1, ERR_OK); /* it need not be refused: nothing has come of it */
    assert_int_equal(sync_counts(world.sync).spared, 1);
    change(HOSTILE, 4 + 2);
    assert_null(find(SYNC_SEND_FETCH));
    assert_int_equal(sync_deadline(world.sync), then + 1000 / SYNC_JUDGED_PEER_S);
    wait_for(1000 / SYNC_JUDGED_PEER_S - 1);
    assert_null(find(SYNC_SEND_FETCH));
    link_up(HONEST, 4); /* the others are asked */
    assert_non_null(find(SYNC_SEND_FETCH));
    assert_int_equal(find(SYNC_SEND_FETCH)->peer, HONEST);
}

static void signatures_for_nothing_have_a_bound_for_all(void **state) {
    (void)state;
    const unsigned burst = SYNC_JUDGED_ALL_S * SYNC_JUDGED_BURST_S;
    link_up(HOSTILE, 4);
    judged(HOSTILE, burst, ERR_SIGNATURE);
    link_up(HONEST, 4);
    assert_non_null(find(SYNC_SEND_FETCH));
    judged(HONEST, 1, ERR_OK);
    change(HONEST, 5);
    assert_null(find(SYNC_SEND_FETCH));
    wait_for(1);
    assert_non_null(find(SYNC_SEND_FETCH));
}

/* The first synchronisation of very many logs: each package has its signature. */
static void good_packages_have_no_rate(void **state) {
    (void)state;
    link_up(HONEST, 4);
    for (uint64_t i = 0; i < 3 * SYNC_JUDGED_PEER_S * SYNC_JUDGED_BURST_S; i++) {
        struct sync_action fetch = *find(SYNC_SEND_FETCH);
        deliver(&fetch, 1, 100, fetch.from + 1);
        wait_for(1000 / SYNC_ASKS_S);
        change(HONEST, world.held + 1);
        assert_non_null(find(SYNC_SEND_FETCH));
    }
    assert_int_equal(sync_counts(world.sync).judged, 0);
}

static void halt(bool halted) {
    struct sync_event event = {.kind = SYNC_HALT, .halted = halted};
    step(&event);
}

/* With too little room on the disk. */
static void who_is_halted_asks_for_nothing_to_be_stored_and_then_goes_on(void **state) {
    (void)state;
    halt(true);
    link_up(HONEST, 4);
    assert_null(find(SYNC_SEND_FETCH));
    assert_true(sync_complete(world.sync, HONEST)); /* what it reports is heard */
    change(HONEST, 5);
    wait_for(60000);
    assert_null(find(SYNC_SEND_FETCH));
    assert_in_range(sync_deadline(world.sync), world.now_ms + 1, UINT64_MAX);
    halt(false);
    assert_non_null(find(SYNC_SEND_FETCH));
    assert_int_equal(find(SYNC_SEND_FETCH)->target, 5);
}

static void who_is_halted_takes_what_is_under_way_and_asks_for_no_more(void **state) {
    (void)state;
    link_up(HONEST, 100);
    struct sync_action fetch = *find(SYNC_SEND_FETCH);
    halt(true);
    deliver(&fetch, 10, FETCH_BYTES_MAX, 100);
    assert_null(find(SYNC_SEND_FETCH));
    assert_int_equal(world.held, 13);
    halt(false);
    assert_non_null(find(SYNC_SEND_FETCH));
    assert_int_equal(find(SYNC_SEND_FETCH)->from, 13);
}

static void pages_without_end_are_asked_for_at_a_rate(void **state) {
    uint64_t number = 0;
    (void)state;
    struct sync_event drop = {.kind = SYNC_DROP}, up = {.kind = SYNC_LINK_UP, .peer = HOSTILE};
    memcpy(drop.head.log, log_id, LOG_ID_LEN);
    step(&drop);
    step(&up);
    while (number < 10000 && page_turn(&number)) {
    }
    assert_in_range(number, SYNC_ASKS_BURST, 2 * SYNC_ASKS_BURST);
    uint64_t before = number;
    for (unsigned ms = 0; ms < 10000; ms += 10) {
        wait_for(10);
        while (page_turn(&number)) {
        }
    }
    assert_in_range(number - before, 9 * SYNC_ASKS_S, 11 * SYNC_ASKS_S);
    struct head head;
    assert_false(sync_reported(world.sync, HONEST, log_id, &head));
}

/* Whatever is asked, all sums below it differ. */
static void a_walk_without_end_is_given_up(void **state) {
    static uint8_t buffer[RADIX_BYTES_MAX];
    struct radix_group group = {.deeper = true};
    unsigned questions = 0;
    (void)state;
    for (unsigned i = 0; i < 16; i++)
        group.child[i] = (struct headsum){1000 + i, i, i};
    struct sync_event up = {.kind = SYNC_LINK_UP, .peer = HOSTILE};
    step(&up);
    for (; find(SYNC_SEND_RADIX) && questions < 1000; questions++) {
        struct message question,
            m = {.id = find(SYNC_SEND_RADIX)->id, .kind = MESSAGE_RADIX | MESSAGE_ANSWER};
        struct writer w;
        sync_radix_question(world.sync, HOSTILE, &question);
        writer_init(&w, buffer, sizeof buffer);
        m.groups.sum.count = 100000;
        m.groups.count = question.radix.count;
        for (unsigned i = 0; i < question.radix.count; i++)
            message_group_write(&w, &group);
        CHECK_OK(writer_end(&w, &m.groups.groups));
        hear(HOSTILE, &m);
    }
    bool over = find(SYNC_SEND_VECTOR) || find(SYNC_CLOSE);
    assert_true(over);
    assert_in_range(questions, 3, SYNC_WALK_QUESTIONS);
}

static void an_answer_about_fewer_prefixes_ends_the_link(void **state) {
    (void)state;
    struct sync_event up = {.kind = SYNC_LINK_UP, .peer = HOSTILE};
    step(&up);
    struct message m = {.id = find(SYNC_SEND_RADIX)->id, .kind = MESSAGE_RADIX | MESSAGE_ANSWER};
    hear(HOSTILE, &m);
    assert_non_null(find(SYNC_CLOSE));
}

/* ---- parts that are lacking ---- */

static void lacks(const uint8_t id[static LOG_ID_LEN]) {
    struct sync_event event = {.kind = SYNC_HEAD, .seq = 1, .head = {.size = 3}, .held = 3, .lacks = true};
    memcpy(event.head.log, id, LOG_ID_LEN);
    step(&event);
}

static void parts_are_asked_for_when_there_is_nothing_else(void **state) {
    (void)state;
    lacks(log_id);
    link_up(HONEST, 1000);
    assert_null(find(SYNC_SEND_PARTS)); /* entries first */
    struct sync_action fetch = *find(SYNC_SEND_FETCH);
    struct sync_event event = {.kind = SYNC_COMMITTED, .peer = HONEST, .held = 1000, .lacks = true};
    struct message m = {.id = fetch.id, .kind = MESSAGE_FETCH | MESSAGE_ANSWER};
    m.package.from = 3;
    m.package.size = 1000;
    m.package.entry_count = 997;
    memcpy(m.package.log, log_id, LOG_ID_LEN);
    hear(HONEST, &m);
    world.held = event.head.size = 1000;
    memcpy(event.head.log, log_id, LOG_ID_LEN);
    step(&event);
    assert_non_null(find(SYNC_SEND_PARTS));
    assert_int_equal(find(SYNC_SEND_PARTS)->target, 1000);
}

static void parts_of_so_many_logs_are_asked_for_at_one_time(void **state) {
    enum { LOGS = SYNC_PARTS + 1 };
    uint8_t buffer[LOGS * HEAD_MAX];
    struct message m = {.kind = MESSAGE_VECTOR | MESSAGE_ANSWER},
                   groups = {.kind = MESSAGE_RADIX | MESSAGE_ANSWER};
    struct head head = {.size = 3};
    struct writer w;
    (void)state;
    writer_init(&w, buffer, sizeof buffer);
    for (unsigned i = 0; i < LOGS; i++) {
        head.log[0] = (uint8_t)(i + 20);
        lacks(head.log);
        head_write(&w, &head);
    }
    CHECK_OK(writer_end(&w, &m.heads.heads));
    m.heads.head_count = LOGS;
    memcpy(m.heads.instance, instance, INSTANCE_LEN);
    world.actions.count = 0;
    for (unsigned peer = 0; peer < 3; peer++) {
        struct sync_event event = {.kind = SYNC_LINK_UP, .peer = peer};
        struct sync_event message = {.kind = SYNC_MESSAGE, .peer = peer, .message = &groups};
        memcpy(event.instance, instance, INSTANCE_LEN);
        step_on(&event);
        groups.id = asked(peer)->id;
        groups.groups.count = 1;
        groups.groups.sum.count = LOGS;
        step_on(&message);
        m.id = asked(peer)->id;
        message.message = &m;
        step_on(&message);
    }
    unsigned questions = 0;
    for (unsigned i = 0; i < world.actions.count; i++)
        questions += world.actions.action[i].kind == SYNC_SEND_PARTS;
    assert_int_equal(questions, SYNC_PARTS);
}

/* ---- room ---- */

static const uint8_t other_log[LOG_ID_LEN] = {8};

/* The peer's report has this log too. */
static void change_other(unsigned peer, uint64_t size) {
    uint8_t buffer[HEAD_MAX];
    struct head head = {.size = size};
    struct message m = {.id = world.sync->peer[peer].ask_id, .kind = MESSAGE_CHANGES | MESSAGE_ANSWER};
    struct writer w;
    memcpy(head.log, other_log, LOG_ID_LEN);
    writer_init(&w, buffer, sizeof buffer);
    head_write(&w, &head);
    CHECK_OK(writer_end(&w, &m.heads.heads));
    memcpy(m.heads.instance, instance, INSTANCE_LEN);
    m.heads.sum = world.sync->peer[peer].sums.all;
    headsum_add(&m.heads.sum, &head);
    m.heads.next = m.id;
    m.heads.head_count = 1;
    hear(peer, &m);
}

static struct sync_action fetch_of(const uint8_t id[static LOG_ID_LEN]) {
    for (unsigned i = 0; i < world.actions.count; i++)
        if (world.actions.action[i].kind == SYNC_SEND_FETCH &&
            memcmp(world.actions.action[i].log, id, LOG_ID_LEN) == 0)
            return world.actions.action[i];
    return (struct sync_action){.kind = SYNC_CLOSE};
}

static void give(const struct sync_action *fetch, uint32_t count, uint64_t size) {
    struct message m = {.id = fetch->id, .kind = MESSAGE_FETCH | MESSAGE_ANSWER};
    m.package.from = fetch->from;
    m.package.size = size;
    m.package.entry_count = count;
    m.package.more = fetch->from + count < size;
    memcpy(m.package.log, fetch->log, LOG_ID_LEN);
    hear(fetch->peer, &m);
}

static void a_claim_that_was_held_back_takes_no_room_of_others(void **state) {
    struct sync_event head = {.kind = SYNC_HEAD, .seq = 2, .head = {.size = 3}, .held = 3};
    struct sync_event verdict = {.kind = SYNC_COMMITTED, .peer = HONEST, .head = {.size = 3}, .held = 13};
    (void)state;
    memcpy(head.head.log, other_log, LOG_ID_LEN);
    step(&head);
    world.sync->bounds.fetches_all = world.sync->bounds.commits = 1;
    link_up(HONEST, 1000);
    struct sync_action fetch = fetch_of(log_id), other;
    give(&fetch, 10, 1000);
    assert_null(find(SYNC_SEND_FETCH)); /* the gate has enough of it */
    change_other(HONEST, 500);
    other = fetch_of(other_log);
    assert_int_equal(other.kind, SYNC_SEND_FETCH);
    /* Its verdict comes while the only request is the other's. */
    memcpy(verdict.head.log, log_id, LOG_ID_LEN);
    step(&verdict);
    world.held = 13;
    assert_null(find(SYNC_SEND_FETCH));
    assert_int_equal(world.sync->fetches, 1);
    /* It has its turn when there is room. */
    give(&other, 497, 500);
    assert_int_equal(fetch_of(log_id).from, 13);
    assert_int_equal(world.sync->fetches, 1);
}

/* Claims that wait for their first request are not in each other's way, however many may be under way. */
static void a_claim_that_waits_has_room(void **state) {
    struct sync_event head = {.kind = SYNC_HEAD, .seq = 2, .head = {.size = 3}, .held = 3};
    (void)state;
    memcpy(head.head.log, other_log, LOG_ID_LEN);
    step(&head);
    world.sync->bounds.claims = 1;
    link_up(HONEST, 1000);
    assert_int_equal(fetch_of(log_id).kind, SYNC_SEND_FETCH);
}

static void an_answer_of_another_kind_ends_the_link(void **state) {
    (void)state;
    lacks(log_id);
    link_up(HONEST, 3);
    const struct sync_action *ask = find(SYNC_SEND_PARTS);
    assert_non_null(ask);
    struct message m = {.id = ask->id, .kind = MESSAGE_FETCH | MESSAGE_ANSWER};
    hear(HONEST, &m);
    assert_non_null(find(SYNC_CLOSE));
    m = (struct message){.id = 999, .kind = MESSAGE_PARTS | MESSAGE_ANSWER};
    hear(HONEST, &m);
    assert_non_null(find(SYNC_CLOSE));
}

/* Under one digit: so many heads are given, and of one more the sums. */
static void so_many_heads_of_a_prefix_are_given_and_of_more_the_sums(void **state) {
    (void)state;
    static uint8_t room[RADIX_BYTES_MAX];
    struct message question = {.id = 1, .kind = MESSAGE_RADIX}, answer;
    struct radix_group group;
    for (unsigned count = 1; count <= RADIX_HEADS + 1; count++) {
        struct sync_event event = {.kind = SYNC_HEAD, .seq = 1 + count, .head = {.size = 1}, .held = 1};
        struct writer w;
        struct reader r;
        event.head.log[0] = 0xa0;
        event.head.log[1] = (uint8_t)count;
        step(&event);
        question.radix.count = 1;
        question.radix.prefix[0] = radix_of(event.head.log, 1);
        writer_init(&w, room, sizeof room);
        sync_radix(world.sync, &question, &w, &answer);
        reader_init(&r, answer.groups.groups);
        assert_true(message_group_next(&r, &group));
        assert_int_equal(group.deeper, count > RADIX_HEADS);
        assert_int_equal(group.head_count, count > RADIX_HEADS ? 0 : count);
    }
}

static void a_change_that_is_not_told_in_time_ends_the_link(void **state) {
    (void)state;
    link_up(HONEST, 3);
    wait_for(CHANGES_WAIT_MAX_S * 1000 + SYNC_ANSWER_MS - 1);
    assert_null(find(SYNC_CLOSE));
    wait_for(1);
    assert_non_null(find(SYNC_CLOSE));
    assert_int_equal(find(SYNC_CLOSE)->err, ERR_LATE);
}

/* A question that crosses the news on its way: what has changed moves no cursor, so it has to be said. */
static void a_question_is_not_parked_while_a_drop_is_untold(void **state) {
    (void)state;
    struct message m = {.id = 1, .kind = MESSAGE_CHANGES};
    struct sync_event event = {.kind = SYNC_DROP};
    link_up(HONEST, 3);
    m.changes.since = sync_newest(world.sync);
    m.changes.wait_s = CHANGES_WAIT_MAX_S;
    memcpy(m.changes.instance, world.sync->instance, INSTANCE_LEN);
    memcpy(event.head.log, log_id, LOG_ID_LEN);
    step(&event);
    assert_null(find(SYNC_ANSWER_CHANGES));
    hear(HONEST, &m);
    assert_non_null(find(SYNC_ANSWER_CHANGES));
    m.id = 2;
    hear(HONEST, &m);
    assert_null(find(SYNC_ANSWER_CHANGES));
}

/* While it was asked it may have been put back, and be whole again now. */
static void what_came_to_nothing_is_asked_for_again_with_the_next_link(void **state) {
    (void)state;
    struct message m = {.kind = MESSAGE_FETCH | MESSAGE_ANSWER};
    struct sync_event verdict = {.kind = SYNC_COMMITTED, .peer = HONEST, .seq = 1, .held = 3};
    verdict.head.size = 3;
    memcpy(verdict.head.log, log_id, LOG_ID_LEN);
    link_up(HONEST, 4);
    m.id = find(SYNC_SEND_FETCH)->id;
    m.package.from = 3;
    m.package.size = 4;
    m.package.entry_count = 1;
    memcpy(m.package.log, log_id, LOG_ID_LEN);
    hear(HONEST, &m);
    assert_non_null(find(SYNC_COMMIT));
    step(&verdict);
    assert_null(find(SYNC_SEND_FETCH));
    change(HONEST, 4);
    wait_for(60000);
    assert_null(find(SYNC_SEND_FETCH));
    link_down(HONEST);
    link_up(HONEST, 4);
    assert_non_null(find(SYNC_SEND_FETCH));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(so_many_heads_of_a_prefix_are_given_and_of_more_the_sums, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_change_that_is_not_told_in_time_ends_the_link, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_question_is_not_parked_while_a_drop_is_untold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_came_to_nothing_is_asked_for_again_with_the_next_link, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_is_halted_asks_for_nothing_to_be_stored_and_then_goes_on, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_is_halted_takes_what_is_under_way_and_asks_for_no_more, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(whose_signatures_come_to_nothing_is_asked_at_a_rate, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(signatures_for_nothing_have_a_bound_for_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(good_packages_have_no_rate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_peer_that_serves_entry_by_entry_loses_its_turn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_peer_that_takes_its_time_loses_its_turn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_slow_peer_keeps_its_turn_when_it_is_the_only_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_full_answer_in_time_keeps_the_turn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_claim_is_not_renewed_by_leaving_and_coming_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_claim_is_not_renewed_by_taking_it_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_told_before_its_verdict_has_moved, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_claim_gives_way_to_who_has_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(slow_peers_do_not_drive_each_other_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pages_without_end_are_asked_for_at_a_rate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_walk_without_end_is_given_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_about_fewer_prefixes_ends_the_link, set_up, tear_down),
        cmocka_unit_test_setup_teardown(parts_are_asked_for_when_there_is_nothing_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(parts_of_so_many_logs_are_asked_for_at_one_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_claim_that_was_held_back_takes_no_room_of_others, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_claim_that_waits_has_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_of_another_kind_ends_the_link, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
