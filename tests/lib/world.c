#include "tests/lib/world.h"

#include <stdlib.h>
#include <string.h>

#include "store/believe.h"
#include "store/roster.h"
#include "tests/test.h"

struct world world;
struct author fr;

static void kind_count(const struct frame *frame) {
    struct reader r;
    reader_init(&r, (struct bytes){frame->data, frame->len});
    reader_array(&r, MESSAGE_ITEMS);
    reader_uint(&r, UINT64_MAX);
    uint64_t kind = reader_uint(&r, MESSAGE_ANSWER * 2 - 1);
    world.sent[r.err ? MESSAGE_NONE : kind]++;
    world.sent_bytes[r.err ? MESSAGE_NONE : kind] += frame->len;
}

void put_letter(unsigned from, unsigned to, struct frame *frame) {
    struct letter *letter = malloc(sizeof *letter);
    assert_non_null(letter);
    *letter = (struct letter){NULL, from, to, frame};
    *world.last = letter;
    world.last = &letter->next;
    world.letters++;
    world.bytes += frame->len;
    kind_count(frame);
}

static uint64_t io_now(void *context) {
    (void)context;
    return world.now_ms;
}

static uint64_t io_random(void *context) {
    (void)context;
    return 4; /* chosen by fair dice */
}

/* A flipped bit in the first leaf of a package; or in the last part of one, or the first of an answer to
 * PARTS. */
static void frame_spoil(struct frame *frame) {
    struct message m;
    struct reader r;
    struct entry entry;
    struct bytes bytes = {NULL, 0};
    if (message_decode((struct bytes){frame->data, frame->len}, &m))
        return;
    reader_init(&r, m.package.entries);
    if (m.kind == (MESSAGE_FETCH | MESSAGE_ANSWER) && world.spoil_leaves && package_entry_next(&r, &entry))
        bytes = entry.leaf;
    else if (m.kind == (MESSAGE_FETCH | MESSAGE_ANSWER) && world.spoil)
        bytes = m.package.entries;
    else if (m.kind == (MESSAGE_PARTS | MESSAGE_ANSWER) && m.parts_given.count)
        bytes = m.parts_given.part[0].salted;
    if (bytes.len)
        frame->data[(size_t)(bytes.ptr - frame->data) + bytes.len - 1] ^= 1;
}

static void io_send(void *context, unsigned peer, struct frame *frame) {
    struct site *site = context;
    if ((world.spoil || world.spoil_leaves) && site->number == 0)
        frame_spoil(frame);
    put_letter(site->number, peer, frame);
}

/* What was under way on a link ends with it. */
void letters_drop(unsigned a, unsigned b) {
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

void unlink_sites(unsigned a, unsigned b) {
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
    site->closed++;
    site->closed_why = why;
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

void site_start(struct site *site) {
    struct replica_io io = {site, io_now, io_random, io_send, io_close, io_commit, io_reported, io_refused};
    site->store = author_store(site->dir, 0);
    site->intake = intake_new(site->class == LINK_OBSERVER);
    site->job = NULL;
    site->job_last = &site->job;
    CHECK_OK(replica_open(site->store, &io, site->class == LINK_MEMBER, &site->replica));
    replica_rescan(site->replica);
}

void site_stop(struct site *site) {
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

void world_open(unsigned count) {
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

void world_close(void) {
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

void link_sites(unsigned a, unsigned b) {
    for (int turn = 0; turn < 2; turn++) {
        struct site *site = &world.site[turn ? b : a], *peer = &world.site[turn ? a : b];
        site->linked[peer->number] = true;
        site->complete[peer->number] = false;
        replica_up(site->replica, peer->number, peer->class, store_instance(peer->store));
    }
}

/* Take the first jobs that wait, as many as share a transaction. */
static struct committer_job *jobs_take(struct site *site) {
    struct committer_job *first = site->job, **last = &site->job;
    for (unsigned i = 0; *last && i < (world.group ? world.group : 1); i++)
        last = &(*last)->next;
    site->job = *last;
    *last = NULL;
    site->job_last = &site->job;
    while (*site->job_last)
        site->job_last = &(*site->job_last)->next;
    return site->job == first ? NULL : first;
}

bool jobs_run(struct site *site) {
    struct committer_job *jobs = jobs_take(site);
    struct txn t;
    if (!jobs)
        return false;
    txn_begin(&t, site->store, true);
    for (struct committer_job *job = jobs; job; job = job->next)
        committer_judge(site->intake, &t, job, 1);
    bool others = t.words;
    if (others)
        believe_all(&t, 1);
    CHECK_OK(txn_commit(&t));
    for (struct committer_job *next; jobs; jobs = next) {
        next = jobs->next;
        site->moved += jobs->head_moved;
        replica_committed(site->replica, jobs);
    }
    if (others)
        replica_rescan(site->replica);
    return true;
}

bool happen(void) {
    struct letter *letter = world.first;
    bool busy = letter != NULL;
    if (letter) {
        world.first = letter->next;
        world.last = world.first ? world.last : &world.first;
        if (world.site[letter->to].linked[letter->from])
            replica_message(world.site[letter->to].replica, letter->from, letter->frame);
        else
            frame_free(letter->frame);
        free(letter);
    }
    for (unsigned i = 0; i < world.count; i++)
        busy = jobs_run(&world.site[i]) || busy;
    return busy;
}

/* Let everything happen that follows without the clock. */
void settle(void) {
    while (happen()) {
    }
}

/* Let so much time pass, with every timeout in it. */
void pass(uint64_t ms) {
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
void carry(unsigned number, struct author *a) {
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

void publish(unsigned number, struct author *a, uint64_t to) {
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

uint64_t size_at(unsigned number, const struct author *a) {
    struct log_record record;
    struct txn t;
    txn_begin(&t, world.site[number].store, false);
    bool there = logs_get(&t, a->id, &record);
    txn_abort(&t);
    return there ? record.head.size : 0;
}

enum part_state part_at(unsigned number, const struct author *a, uint64_t index, enum part_class class) {
    struct bytes part;
    struct txn t;
    txn_begin(&t, world.site[number].store, false);
    enum part_state state = logs_part(&t, a->id, index, class, &part);
    txn_abort(&t);
    return state;
}

/* A world in which France publishes, and these many sites follow it. */
void world_carrying(unsigned count) {
    world_open(count);
    for (unsigned i = 0; i < count; i++)
        carry(i, &fr);
}
