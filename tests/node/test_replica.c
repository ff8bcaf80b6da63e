/* Replication between real stores over queues in memory: the machine, its glue, the gate and LMDB, without
 * sockets or clocks. */
#include "node/replica.h"

#include <stdlib.h>
#include <string.h>

#include "node/answer.h"
#include "node/intake.h"
#include "store/roster.h"
#include "tests/lib/tmp.h"
#include "tests/store/author.h"
#include "tests/test.h"

enum { NODES = 4 };

struct letter {
    struct letter *next;
    unsigned from, to;
    struct frame *frame;
};

struct site {
    unsigned number;
    char dir[TMP_LEN];
    struct store *store;
    struct replica *replica;
    struct intake *intake;
    struct committer_job *job, **job_last;
    bool linked[NODES], complete[NODES], broken;
    unsigned refused, closed;
    enum link_class class; /* as what others take it */
};

static struct {
    struct site site[NODES];
    struct letter *first, **last;
    uint64_t now_ms, letters, bytes;
    unsigned count;
    bool quiet; /* what is carried or published is told to replication later */
    bool spoil; /* site 0 sends parts with a flipped bit */
} world;

static struct author fr;

static void put_letter(unsigned from, unsigned to, struct frame *frame) {
    struct letter *letter = malloc(sizeof *letter);
    assert_non_null(letter);
    *letter = (struct letter){NULL, from, to, frame};
    *world.last = letter;
    world.last = &letter->next;
    world.letters++;
    world.bytes += frame->len;
}

static uint64_t io_now(void *context) {
    (void)context;
    return world.now_ms;
}

static uint64_t io_random(void *context) {
    (void)context;
    return 4; /* chosen by fair dice */
}

static void io_send(void *context, unsigned peer, struct frame *frame) {
    struct site *site = context;
    struct message m;
    if (world.spoil && site->number == 0 &&
        message_decode((struct bytes){frame->data, frame->len}, &m) == ERR_OK &&
        m.kind == (MESSAGE_FETCH | MESSAGE_ANSWER) && m.package.entry_count)
        frame->data[(size_t)(m.package.entries.ptr - frame->data) + m.package.entries.len - 1] ^= 1;
    put_letter(site->number, peer, frame);
}

/* What was under way on a link ends with it. */
static void letters_drop(unsigned a, unsigned b) {
    world.last = &world.first;
    while (*world.last) {
        struct letter *letter = *world.last;
        if ((letter->from == a && letter->to == b) || (letter->from == b && letter->to == a)) {
            *world.last = letter->next;
            frame_free(letter->frame);
            free(letter);
        } else {
            world.last = &letter->next;
        }
    }
}

static void unlink_sites(unsigned a, unsigned b) {
    letters_drop(a, b);
    for (int turn = 0; turn < 2; turn++) {
        struct site *site = &world.site[turn ? b : a];
        unsigned peer = turn ? a : b;
        if (site->linked[peer]) {
            site->linked[peer] = false;
            replica_down(site->replica, peer);
        }
    }
}

static void io_close(void *context, unsigned peer, enum err why) {
    struct site *site = context;
    (void)why;
    site->closed++;
    unlink_sites(site->number, peer);
}

static enum err io_commit(void *context, struct committer_job *job) {
    struct site *site = context;
    job->next = NULL;
    *site->job_last = job;
    site->job_last = &job->next;
    return ERR_OK;
}

static void io_reported(void *context, unsigned peer) {
    struct site *site = context;
    site->complete[peer] = true;
}

static void io_refused(void *context, unsigned peer, const struct committer_job *job) {
    struct site *site = context;
    (void)peer;
    site->refused += job->err != ERR_GAP; /* what was behind a refused one */
}

static void site_start(struct site *site) {
    struct replica_io io = {site, io_now, io_random, io_send, io_close, io_commit, io_reported, io_refused};
    site->store = author_store(site->dir, 0);
    site->intake = intake_new();
    site->job = NULL;
    site->job_last = &site->job;
    CHECK_OK(replica_open(site->store, &io, site->class == LINK_MEMBER, &site->replica));
    replica_rescan(site->replica);
}

static void site_stop(struct site *site) {
    for (unsigned i = 0; i < world.count; i++)
        if (site->linked[i])
            unlink_sites(site->number, i);
    for (struct committer_job *next; site->job; site->job = next) {
        next = site->job->next;
        committer_job_free(site->job);
    }
    replica_close(site->replica);
    intake_free(site->intake);
    store_close(site->store);
}

static void world_open(unsigned count) {
    memset(&world, 0, sizeof world);
    world.last = &world.first;
    world.count = count;
    world.now_ms = 1000;
    author_open(&fr, "fr", 1);
    for (unsigned i = 0; i < count; i++) {
        world.site[i].number = i;
        world.site[i].class = LINK_MEMBER;
        tmp_open(world.site[i].dir);
        site_start(&world.site[i]);
    }
}

static void world_close(void) {
    author_close(&fr);
    for (unsigned i = 0; i < world.count; i++) {
        site_stop(&world.site[i]);
        tmp_close(world.site[i].dir);
    }
    while (world.first) {
        struct letter *letter = world.first;
        world.first = letter->next;
        frame_free(letter->frame);
        free(letter);
    }
}

static void link_sites(unsigned a, unsigned b) {
    for (int turn = 0; turn < 2; turn++) {
        struct site *site = &world.site[turn ? b : a], *peer = &world.site[turn ? a : b];
        site->linked[peer->number] = true;
        site->complete[peer->number] = false;
        replica_up(site->replica, peer->number, peer->class, store_instance(peer->store));
    }
}

static bool jobs_run(struct site *site) {
    struct committer_job *job = site->job;
    struct txn t;
    if (!job)
        return false;
    site->job = job->next;
    site->job_last = site->job ? site->job_last : &site->job;
    txn_begin(&t, site->store, true);
    job->err = intake_package(site->intake, &t, &job->message.package, 1, &job->record, &job->at);
    job->seq = changes_newest(&t);
    CHECK_OK(txn_commit(&t));
    replica_committed(site->replica, job);
    return true;
}

/* Let everything happen that follows without the clock. */
static void settle(void) {
    for (bool busy = true; busy;) {
        busy = false;
        struct letter *letter = world.first;
        if (letter) {
            world.first = letter->next;
            world.last = world.first ? world.last : &world.first;
            if (world.site[letter->to].linked[letter->from])
                replica_message(world.site[letter->to].replica, letter->from, letter->frame);
            else
                frame_free(letter->frame);
            free(letter);
            busy = true;
        }
        for (unsigned i = 0; i < world.count; i++)
            busy = jobs_run(&world.site[i]) || busy;
    }
}

/* Let so much time pass, with every timeout in it. */
static void pass(uint64_t ms) {
    for (uint64_t end = world.now_ms + ms; world.now_ms < end;) {
        uint64_t next = end;
        for (unsigned i = 0; i < world.count; i++)
            if (replica_deadline(world.site[i].replica) < next)
                next = replica_deadline(world.site[i].replica);
        world.now_ms = next > world.now_ms ? next : world.now_ms + 1;
        for (unsigned i = 0; i < world.count; i++)
            if (replica_deadline(world.site[i].replica) <= world.now_ms)
                replica_timeout(world.site[i].replica);
        settle();
    }
}

/* Pin a State and open its log. */
static void carry(unsigned number, struct author *a) {
    struct pin pin = {.epoch = 0, .hash = a->authority.hash};
    struct txn t;
    author_register(a, world.site[number].store);
    memcpy(pin.origin, a->origin, sizeof pin.origin);
    txn_begin(&t, world.site[number].store, true);
    roster_pin(&t, &pin);
    CHECK_OK(txn_commit(&t));
    if (!world.quiet)
        replica_rescan(world.site[number].replica);
}

static void publish(unsigned number, struct author *a, uint64_t to) {
    struct log_record record;
    struct txn t;
    do {
        txn_begin(&t, world.site[number].store, true);
        assert_true(logs_get(&t, a->id, &record));
        uint64_t step = record.held + 500 < to ? record.held + 500 : to;
        CHECK_OK(author_deliver(a, &t, step, to, &record));
        CHECK_OK(txn_commit(&t));
    } while (record.head.size < to);
    if (!world.quiet)
        replica_rescan(world.site[number].replica);
}

static uint64_t size_at(unsigned number, const struct author *a) {
    struct log_record record;
    struct txn t;
    txn_begin(&t, world.site[number].store, false);
    bool there = logs_get(&t, a->id, &record);
    txn_abort(&t);
    return there ? record.head.size : 0;
}

static enum part_state part_at(unsigned number, const struct author *a, uint64_t index,
                               enum part_class class) {
    struct bytes part;
    struct txn t;
    txn_begin(&t, world.site[number].store, false);
    enum part_state state = logs_part(&t, a->id, index, class, &part);
    txn_abort(&t);
    return state;
}

/* A world in which France publishes, and these many sites follow it. */
static void world_carrying(unsigned count) {
    world_open(count);
    for (unsigned i = 0; i < count; i++)
        carry(i, &fr);
}

static void an_entry_reaches_a_node_two_hops_away(void **state) {
    (void)state;
    world_carrying(3);
    link_sites(0, 1);
    link_sites(1, 2);
    settle();
    author_fill(&fr, 5, 300, 600);
    publish(0, &fr, 5);
    settle();
    assert_int_equal(size_at(2, &fr), 5);
    assert_int_equal(part_at(2, &fr, 4, PART_MEMBERS), PART_HELD);
    world_close();
}

static void nothing_is_said_when_nothing_has_changed(void **state) {
    (void)state;
    world_carrying(2);
    author_fill(&fr, 3, 300, 0);
    publish(0, &fr, 3);
    link_sites(0, 1);
    settle();
    assert_true(world.site[0].complete[1] && world.site[1].complete[0]);
    uint64_t before = world.letters, bytes = world.bytes;
    pass(3600 * 1000);
    /* Twelve long polls an hour from each side, each a question and an answer. */
    assert_in_range(world.letters - before, 1, 2 * 2 * 13);
    assert_in_range((world.bytes - bytes) / 60, 1, 200);
    world_close();
}

static void a_long_log_comes_in_packages_and_resumes(void **state) {
    (void)state;
    world_carrying(2);
    author_fill(&fr, 5000, 300, 600);
    publish(0, &fr, 5000);
    link_sites(0, 1);
    for (int i = 0; i < 9; i++) { /* some packages, then the power goes */
        struct letter *letter = world.first;
        assert_non_null(letter);
        world.first = letter->next;
        world.last = world.first ? world.last : &world.first;
        replica_message(world.site[letter->to].replica, letter->from, letter->frame);
        free(letter);
        jobs_run(&world.site[1]);
    }
    site_stop(&world.site[1]);
    site_start(&world.site[1]);
    struct log_record record;
    struct txn t;
    txn_begin(&t, world.site[1].store, false);
    assert_true(logs_get(&t, fr.id, &record));
    txn_abort(&t);
    assert_true(record.held > 0 && record.head.size == 0);
    link_sites(0, 1);
    settle();
    assert_int_equal(size_at(1, &fr), 5000);
    world_close();
}

static void an_observer_never_receives_a_members_part(void **state) {
    (void)state;
    world_carrying(2);
    world.site[1].class = LINK_OBSERVER;
    author_fill(&fr, 20, 300, 600);
    publish(0, &fr, 20);
    link_sites(0, 1);
    settle();
    assert_int_equal(size_at(1, &fr), 20);
    for (uint64_t i = 0; i < 20; i++) {
        assert_int_equal(part_at(1, &fr, i, PART_PUBLIC), PART_HELD);
        assert_int_equal(part_at(1, &fr, i, PART_MEMBERS), PART_WITHHELD);
    }
    world_close();
}

static void a_state_waits_for_a_member_rather_than_take_an_observers_copy(void **state) {
    (void)state;
    world_carrying(3); /* 0 publishes, 1 is an observer, 2 hears only of the observer at first */
    world.site[1].class = LINK_OBSERVER;
    author_fill(&fr, 4, 300, 600);
    publish(0, &fr, 4);
    link_sites(0, 1);
    link_sites(1, 2);
    settle();
    assert_int_equal(size_at(1, &fr), 4);
    assert_int_equal(size_at(2, &fr), 0);
    link_sites(0, 2);
    settle();
    assert_int_equal(size_at(2, &fr), 4);
    assert_int_equal(part_at(2, &fr, 3, PART_MEMBERS), PART_HELD);
    world_close();
}

static void a_peer_that_sends_spoiled_parts_loses_its_claim_and_another_delivers(void **state) {
    (void)state;
    world_carrying(3);
    author_fill(&fr, 50, 300, 600);
    publish(0, &fr, 50);
    publish(1, &fr, 50);
    world.spoil = true;
    link_sites(0, 2);
    settle();
    assert_int_equal(size_at(2, &fr), 0);
    assert_int_equal(world.site[2].refused, 1);
    link_sites(1, 2);
    settle();
    assert_int_equal(size_at(2, &fr), 50);
    world_close();
}

static void a_spoiling_peer_alone_is_asked_again_but_ever_more_rarely(void **state) {
    (void)state;
    world_carrying(2);
    author_fill(&fr, 5, 300, 600);
    publish(0, &fr, 5);
    world.spoil = true;
    link_sites(0, 1);
    settle();
    pass(24 * 3600 * 1000);
    assert_in_range(world.site[1].refused, 8, 70);
    world.spoil = false;
    pass(3600 * 1000);
    assert_int_equal(size_at(1, &fr), 5);
    world_close();
}

static void a_log_that_is_not_pinned_is_neither_fetched_nor_given(void **state) {
    struct author ke;
    (void)state;
    world_open(2);
    author_open(&ke, "ke", 2);
    carry(0, &fr);
    carry(1, &fr);
    carry(0, &ke);
    author_fill(&ke, 3, 300, 0);
    author_fill(&fr, 3, 300, 0);
    publish(0, &ke, 3);
    publish(0, &fr, 3);
    link_sites(0, 1);
    settle();
    assert_int_equal(size_at(1, &ke), 0);
    assert_int_equal(size_at(1, &fr), 3);
    carry(1, &ke); /* pinned later: it comes without a new link */
    settle();
    assert_int_equal(size_at(1, &ke), 3);
    author_close(&ke);
    world_close();
}

static void a_peer_whose_database_is_new_is_heard_from_the_beginning(void **state) {
    (void)state;
    world_carrying(2);
    author_fill(&fr, 7, 300, 0);
    publish(0, &fr, 4);
    link_sites(0, 1);
    settle();
    site_stop(&world.site[0]); /* its disk is replaced */
    tmp_close(world.site[0].dir);
    tmp_open(world.site[0].dir);
    site_start(&world.site[0]);
    carry(0, &fr);
    link_sites(0, 1);
    settle();
    assert_int_equal(size_at(0, &fr), 4); /* it gets back what its peer holds of its own log */
    publish(0, &fr, 7);
    settle();
    assert_int_equal(size_at(1, &fr), 7);
    world_close();
}

static void what_no_peer_may_send_closes_its_link(void **state) {
    static const struct {
        const char *what;
        uint8_t bytes[40];
        size_t len;
    } bad[] = {{"nothing", {0}, 0},
               {"four thousand million items", {0xdd, 0xff, 0xff, 0xff, 0xff}, 5},
               {"a second HELLO", {0x97, 0, 1, 0x91, 1, 0xa1, 'x', 0xc4, 0, 0xa0, 0}, 11},
               {"a call of the control socket", {0x94, 1, 8, 0xa1, 'x', 0xc4, 0}, 7},
               {"an answer to nothing", {0x93, 9, 38, 0x90}, 4},
               {"trailing bytes", {0x93, 1, 3, 0xc4, 16, [21] = 7}, 22}};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        world_open(2);
        link_sites(0, 1);
        settle();
        struct frame *frame = frame_new(bad[i].len);
        memcpy(frame->data, bad[i].bytes, bad[i].len);
        put_letter(0, 1, frame);
        settle();
        if (world.site[1].closed != 1)
            fail_msg("%s is taken", bad[i].what);
        world_close();
    }
}

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

static void many_logs_are_reported_in_pages(void **state) {
    enum { LOGS = HEADS_MAX + 8 };
    static uint8_t ids[LOGS][LOG_ID_LEN];
    (void)state;
    world_open(2);
    world.quiet = true;
    for (unsigned i = 0; i < LOGS; i++) {
        char code[3] = {(char)('a' + i / 26), (char)('a' + i % 26), 0};
        struct author a;
        author_open(&a, code, (uint8_t)i);
        memcpy(ids[i], a.id, LOG_ID_LEN);
        carry(1, &a);
        carry(0, &a);
        author_fill(&a, 1, 200, 0);
        publish(0, &a, 1);
        author_close(&a);
    }
    replica_rescan(world.site[0].replica);
    replica_rescan(world.site[1].replica);
    link_sites(0, 1);
    settle();
    assert_true(world.site[1].complete[0]);
    struct txn t;
    txn_begin(&t, world.site[1].store, false);
    for (unsigned i = 0; i < LOGS; i++) {
        struct log_record record;
        assert_true(logs_get(&t, ids[i], &record));
        assert_int_equal(record.head.size, 1);
    }
    txn_abort(&t);
    uint64_t before = world.letters;
    pass(400 * 1000); /* and a long poll later both still agree */
    assert_in_range(world.letters - before, 1, 8);
    world_close();
}

/* The answer to the CHANGES that site 1 has just sent to its scripted peer 0. */
static void script_heads(const struct head *head, unsigned count, uint64_t next, bool more) {
    static uint8_t buffer[HEADS_MAX * HEAD_MAX];
    struct message m = {.kind = MESSAGE_CHANGES | MESSAGE_ANSWER}, question;
    struct writer w;
    struct letter *letter = world.first;
    assert_non_null(letter);
    CHECK_OK(message_decode((struct bytes){letter->frame->data, letter->frame->len}, &question));
    assert_int_equal(question.kind, MESSAGE_CHANGES);
    m.id = question.id;
    letters_drop(0, 1);
    memcpy(m.heads.instance, store_instance(world.site[0].store), INSTANCE_LEN);
    m.heads.next = next;
    m.heads.more = more;
    m.heads.head_count = count;
    writer_init(&w, buffer, sizeof buffer);
    for (unsigned i = 0; i < count; i++)
        head_write(&w, &head[i]);
    CHECK_OK(writer_end(&w, &m.heads.heads));
    replica_message(world.site[1].replica, 0, answer_frame(&m));
}

static void a_peer_that_reports_logs_without_end_does_not_crowd_out_the_carried_ones(void **state) {
    struct head head[HEADS_MAX];
    struct message m;
    (void)state;
    world_open(2);
    carry(1, &fr);
    world.site[1].linked[0] = true;
    replica_up(world.site[1].replica, 0, LINK_MEMBER, store_instance(world.site[0].store));
    for (uint64_t page = 0; page < 20; page++) {
        memset(head, 0, sizeof head);
        for (unsigned i = 0; i < HEADS_MAX; i++) {
            be64_put(head[i].log, page * HEADS_MAX + i + 1);
            head[i].size = 1;
        }
        script_heads(head, HEADS_MAX, page + 1, true);
    }
    memcpy(head[0].log, fr.id, LOG_ID_LEN);
    head[0].size = 9;
    script_heads(head, 1, 21, false);
    bool asked = false;
    for (const struct letter *letter = world.first; letter; letter = letter->next) {
        CHECK_OK(message_decode((struct bytes){letter->frame->data, letter->frame->len}, &m));
        asked = asked || (m.kind == MESSAGE_FETCH && memcmp(m.fetch.log, fr.id, LOG_ID_LEN) == 0);
    }
    assert_true(asked);
    letters_drop(0, 1);
    world_close();
}

static void pages_that_never_advance_close_the_link(void **state) {
    struct head head[1] = {{.size = 1}};
    (void)state;
    world_open(2);
    world.site[1].linked[0] = true;
    replica_up(world.site[1].replica, 0, LINK_MEMBER, store_instance(world.site[0].store));
    script_heads(head, 1, 5, true);
    assert_int_equal(world.site[1].closed, 0);
    script_heads(head, 1, 5, true);
    assert_int_equal(world.site[1].closed, 1);
    world_close();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_logs_are_reported_in_pages),
        cmocka_unit_test(a_peer_that_reports_logs_without_end_does_not_crowd_out_the_carried_ones),
        cmocka_unit_test(pages_that_never_advance_close_the_link),
        cmocka_unit_test(an_entry_reaches_a_node_two_hops_away),
        cmocka_unit_test(nothing_is_said_when_nothing_has_changed),
        cmocka_unit_test(a_long_log_comes_in_packages_and_resumes),
        cmocka_unit_test(an_observer_never_receives_a_members_part),
        cmocka_unit_test(a_state_waits_for_a_member_rather_than_take_an_observers_copy),
        cmocka_unit_test(a_peer_that_sends_spoiled_parts_loses_its_claim_and_another_delivers),
        cmocka_unit_test(a_spoiling_peer_alone_is_asked_again_but_ever_more_rarely),
        cmocka_unit_test(a_log_that_is_not_pinned_is_neither_fetched_nor_given),
        cmocka_unit_test(a_peer_whose_database_is_new_is_heard_from_the_beginning),
        cmocka_unit_test(what_no_peer_may_send_closes_its_link),
        cmocka_unit_test(a_request_for_what_is_not_there_is_answered_with_an_error),
        cmocka_unit_test(parts_are_given_by_index_and_commitment_and_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
