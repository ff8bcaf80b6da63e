/* The replication machine with its glue, over a real store: links that come and go, peers that say anything
 * at any time, a gate with any verdict, a clock that jumps.  What it sends can be read and goes to peers that
 * are there; what it has in flight stays within its limits; it asks for no time that has passed; and nothing
 * for members goes to an observer. */
#include <stdlib.h>
#include <string.h>

#include "node/replica.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/fixture.h"

#define PEERS 5
#define EVENTS 96
#define JOBS_MAX 256
#define ASKED_MAX 256

/* A request that it has sent and that nobody has answered. */
struct asked {
    bool open;
    uint64_t id, sent_ms;
    unsigned kind;
    uint8_t log[LOG_ID_LEN];
    uint64_t from, target;
};

static struct {
    struct replica *replica;
    struct supply *supply;
    uint64_t now_ms;
    bool up[PEERS], observer[PEERS], closing[PEERS];
    struct asked asked[PEERS][ASKED_MAX];
    unsigned requests[PEERS], answers[PEERS]; /* of the peer's, and to them, since its link came up */
    struct committer_job *job[JOBS_MAX];
    unsigned jobs;
} world;

static struct fixture fixture;

static void end(void) {
    fixture_close(&fixture);
}

static void begin(void) {
    if (fixture.store)
        return;
    fixture_open(&fixture);
    for (unsigned i = 0; i < 2; i++) {
        struct author *a = fixture_state(&fixture, i ? "ke" : "fr", "{\"en\":\"State\"}");
        fixture_contact(
            a, 1,
            "{\"kind\":\"technical\",\"organisation\":{\"en\":\"Centre\"},\"emails\":[{\"address\":"
            "\"" CANARY "@a.example\"}],\"public\":[\"organisation\"]}",
            1767225600);
        fixture_publish(&fixture, a);
    }
    MUST(atexit(end) == 0);
}

/* ---- what it does to the world ---- */

static uint64_t io_now(void *context) {
    (void)context;
    return world.now_ms;
}

static uint64_t io_random(void *context) {
    (void)context;
    return supply_u64(world.supply);
}

/* Of its requests to a peer that are open: in the time that an answer may take. */
static unsigned in_flight(unsigned peer) {
    unsigned count = 0;
    for (unsigned i = 0; i < ASKED_MAX; i++)
        count += world.asked[peer][i].open && world.asked[peer][i].kind == MESSAGE_FETCH &&
                 world.now_ms - world.asked[peer][i].sent_ms < SYNC_FETCH_MS;
    return count;
}

static void ask(unsigned peer, const struct message *m) {
    unsigned all = 0, at = 0;
    while (at < ASKED_MAX && world.asked[peer][at].open) {
        MUST(world.asked[peer][at].id != m->id);
        at++;
    }
    MUST(at < ASKED_MAX);
    struct asked *a = &world.asked[peer][at];
    *a = (struct asked){.open = true, .id = m->id, .sent_ms = world.now_ms, .kind = m->kind};
    if (m->kind == MESSAGE_FETCH) {
        memcpy(a->log, m->fetch.log, LOG_ID_LEN);
        a->from = m->fetch.from;
        a->target = m->fetch.target;
    }
    MUST(in_flight(peer) <= SYNC_FETCH_PEER);
    for (unsigned i = 0; i < PEERS; i++)
        all += in_flight(i);
    MUST(all <= SYNC_FETCH_ALL);
}

static void io_send(void *context, unsigned peer, struct frame *frame) {
    struct message m;
    (void)context;
    MUST(frame && peer < PEERS && world.up[peer]);
    struct bytes bytes = {frame->data, frame->len};
    MUST(message_decode(bytes, &m) == ERR_OK);
    MUST(!world.observer[peer] || !fuzz_canary(bytes));
    if (m.kind & MESSAGE_ANSWER || m.kind == MESSAGE_ERROR)
        MUST(++world.answers[peer] <= world.requests[peer]);
    else
        ask(peer, &m);
    frame_free(frame);
}

static void io_close(void *context, unsigned peer, enum err why) {
    (void)context;
    MUST(peer < PEERS && why != ERR_OK);
    world.closing[peer] = true;
}

static enum err io_commit(void *context, struct committer_job *job) {
    (void)context;
    if (supply_byte(world.supply) >= 240)
        return ERR_BUSY;
    MUST(world.jobs < SYNC_COMMITS_ALL + SYNC_LOCATES);
    world.job[world.jobs++] = job;
    return ERR_OK;
}

static void io_reported(void *context, unsigned peer) {
    (void)context;
    MUST(world.up[peer] && replica_complete(world.replica, peer));
}

static void io_refused(void *context, unsigned peer, const struct committer_job *job) {
    (void)context;
    MUST(peer < PEERS && job->err);
}

/* ---- what the world does to it ---- */

static void down(unsigned peer) {
    world.up[peer] = world.closing[peer] = false;
    memset(world.asked[peer], 0, sizeof world.asked[peer]);
    world.requests[peer] = world.answers[peer] = 0;
    replica_down(world.replica, peer);
}

static void up(struct supply *s, unsigned peer) {
    uint8_t instance[INSTANCE_LEN] = {supply_byte(s) % 3};
    if (world.up[peer])
        return;
    world.up[peer] = true;
    world.observer[peer] = peer == 0;
    replica_up(world.replica, peer, peer ? LINK_MEMBER : LINK_OBSERVER, instance);
}

static const uint8_t *any_log(struct supply *s) {
    static uint8_t other[LOG_ID_LEN];
    uint8_t which = supply_byte(s) % 4;
    memset(other, which, sizeof other);
    return which < 2 ? fixture.state[which].id : other;
}

static void heads_make(struct supply *s, struct message *m, uint8_t *buffer, size_t max) {
    struct writer w;
    writer_init(&w, buffer, max);
    memset(m->heads.instance, supply_byte(s) % 3, 1);
    m->heads.next = supply_byte(s);
    uint8_t how = supply_byte(s);
    m->heads.gap = how & 1;
    m->heads.more = how & 2;
    for (m->heads.head_count = 0; m->heads.head_count < (unsigned)how >> 4; m->heads.head_count++) {
        struct head head = {.epoch = supply_byte(s) % 3, .size = supply_byte(s)};
        memcpy(head.log, any_log(s), LOG_ID_LEN);
        head.root.b[0] = supply_byte(s);
        head_write(&w, &head);
        headsum_add(&m->heads.sum, &head);
    }
    if (how & 4)
        m->heads.sum.count = supply_u64(s);
    if (writer_end(&w, &m->heads.heads))
        m->heads.heads = (struct bytes){NULL, 0};
}

/* Sums of what lies deeper, or heads, for as many prefixes as the input likes. */
static void groups_make(struct supply *s, struct message *m, uint8_t *buffer, size_t max) {
    struct writer w;
    writer_init(&w, buffer, max);
    m->groups.sum.count = supply_byte(s);
    for (m->groups.count = 0; m->groups.count < (unsigned)supply_byte(s) % 3; m->groups.count++) {
        struct radix_group group = {.deeper = supply_byte(s) & 1};
        for (unsigned i = 0; i < 16; i++)
            group.child[i].count = supply_byte(s) % 4;
        message_group_write(&w, &group);
    }
    if (writer_end(&w, &m->groups.groups))
        m->groups.groups = (struct bytes){NULL, 0};
}

static void request_make(struct supply *s, struct message *m) {
    m->id = 1 + supply_below(s, 512);
    m->kind = MESSAGE_CHANGES + supply_byte(s) % 6;
    m->kind = m->kind == MESSAGE_ERROR ? MESSAGE_RADIX : m->kind;
    switch (m->kind) {
    case MESSAGE_RADIX:
        m->radix.count = 1 + supply_byte(s) % 3;
        for (unsigned i = 0; i < m->radix.count; i++)
            m->radix.prefix[i] = radix_of(any_log(s), supply_byte(s) % 4);
        return;
    case MESSAGE_CHANGES:
        memset(m->changes.instance, supply_byte(s) & 1 ? 7 : 0, INSTANCE_LEN); /* 7: of author_store() */
        m->changes.since = supply_byte(s) % 8;
        m->changes.wait_s = supply_below(s, CHANGES_WAIT_MAX_S + 1);
        return;
    case MESSAGE_FETCH:
        memcpy(m->fetch.log, any_log(s), LOG_ID_LEN);
        m->fetch.epoch = supply_byte(s) % 2;
        m->fetch.from = supply_byte(s) % 8;
        m->fetch.target = m->fetch.from + supply_byte(s) % 4;
        m->fetch.bytes = supply_byte(s) * 64u;
        return;
    case MESSAGE_PROVE:
        memcpy(m->prove.log, any_log(s), LOG_ID_LEN);
        m->prove.target = 1 + supply_byte(s) % 8;
        m->prove.a = supply_byte(s) % m->prove.target;
        m->prove.index = supply_byte(s) % m->prove.target;
        return;
    case MESSAGE_PARTS:
        memcpy(m->parts.log, any_log(s), LOG_ID_LEN);
        m->parts.count = supply_byte(s) % 4;
        for (unsigned i = 0; i < m->parts.count; i++)
            m->parts.want[i].class = (enum part_class)(supply_byte(s) % PART_CLASSES);
        return;
    default:
        return;
    }
}

/* The package of a FETCH: what was asked, or near it. */
static bool package_make(struct supply *s, const struct asked *a, uint8_t *buffer, struct bytes *ret) {
    struct package head = {.size = a->target, .from = a->from, .signature_count = 1};
    struct package_writer pw;
    struct proof none = {.count = 0};
    uint8_t how = supply_byte(s);
    memcpy(head.log, how & 1 ? any_log(s) : a->log, LOG_ID_LEN);
    if (how & 2)
        head.from = supply_byte(s);
    if (how & 4)
        head.size = supply_byte(s);
    writer_init(&pw.w, buffer, FRAME_MAX);
    message_begin_package(&pw.w, a->id);
    package_begin(&pw, NULL, 0, &head, NULL, 0);
    for (unsigned i = 0; i < (unsigned)how >> 4; i++)
        package_entry(&pw, &fixture.state[0].entry[0]);
    return package_end(&pw, &none, how & 8, ret) == ERR_OK;
}

static void hear(unsigned peer, struct bytes bytes) {
    struct message m;
    struct frame *frame = frame_new(bytes.len);
    MUST(frame != NULL);
    if (bytes.len)
        memcpy(frame->data, bytes.ptr, bytes.len);
    enum err err = message_decode(bytes, &m);
    world.requests[peer] += (err == ERR_OK && !(m.kind & MESSAGE_ANSWER)) || err == ERR_KIND;
    replica_message(world.replica, peer, frame);
}

/* Answer the oldest open request that the input chooses; of PROVE with a proof of nothing. */
static void answer(struct supply *s, unsigned peer) {
    static uint8_t buffer[FRAME_MAX], heads[16 * (HEAD_MAX + 8)];
    struct message m = {.id = 0};
    struct bytes bytes;
    unsigned at = supply_byte(s) % 8;
    while (at < ASKED_MAX && !world.asked[peer][at].open)
        at++;
    if (at == ASKED_MAX)
        return;
    struct asked a = world.asked[peer][at];
    world.asked[peer][at].open = false;
    m.id = a.id;
    m.kind = a.kind | MESSAGE_ANSWER;
    bool made = true;
    if (supply_byte(s) >= 230) {
        m.kind = MESSAGE_ERROR;
        m.error.code = 1 + supply_byte(s) % 6;
        m.error.retry_s = supply_byte(s);
        made = message_encode(&m, buffer, sizeof buffer, &bytes) == ERR_OK;
    } else if (a.kind == MESSAGE_FETCH) {
        made = package_make(s, &a, buffer, &bytes);
    } else {
        if (a.kind == MESSAGE_CHANGES || a.kind == MESSAGE_VECTOR)
            heads_make(s, &m, heads, sizeof heads);
        else if (a.kind == MESSAGE_RADIX)
            groups_make(s, &m, heads, sizeof heads);
        made = message_encode(&m, buffer, sizeof buffer, &bytes) == ERR_OK;
    }
    if (made)
        hear(peer, bytes);
}

static void say(struct supply *s, unsigned peer) {
    static uint8_t buffer[FRAME_MAX];
    struct message m = {.id = 0};
    struct bytes bytes;
    if (supply_byte(s) >= 200)
        bytes = supply_bytes(s, supply_byte(s));
    else if (request_make(s, &m), message_encode(&m, buffer, sizeof buffer, &bytes))
        return;
    hear(peer, bytes);
}

static void verdict(struct supply *s) {
    static const enum err errs[] = {ERR_OK,  ERR_OK,   ERR_OK,       ERR_ROOT,      ERR_FORK,
                                    ERR_GAP, ERR_BUSY, ERR_UNSIGNED, ERR_NOT_FOUND, ERR_DISK_FULL};
    if (!world.jobs)
        return;
    struct committer_job *job = world.job[0];
    struct txn t;
    memmove(world.job, world.job + 1, --world.jobs * sizeof *world.job);
    job->err = errs[supply_byte(s) % (sizeof errs / sizeof *errs)];
    if (job->kind == COMMITTER_MESSAGE)
        memcpy(job->log, job->message.package.log, LOG_ID_LEN);
    txn_begin(&t, fixture.store, false);
    logs_get(&t, job->log, &job->record);
    job->seq = changes_newest(&t);
    txn_abort(&t);
    job->record.held += supply_byte(s) % 4;
    job->record.head.size += supply_byte(s) % 4;
    replica_committed(world.replica, job);
}

/* Whatever is due is done; there may be work for now, but no end of it would be a loop. */
static void pass(uint64_t ms) {
    world.now_ms += ms;
    for (unsigned i = 0; replica_deadline(world.replica) <= world.now_ms; i++) {
        MUST(i < 64);
        replica_timeout(world.replica);
    }
}

static void event(struct supply *s) {
    unsigned peer = supply_byte(s) % PEERS;
    uint8_t what = supply_byte(s) % 10;
    if (what == 0)
        up(s, peer);
    else if (what == 1)
        verdict(s);
    else if (what == 2)
        pass((uint64_t)supply_byte(s) * supply_byte(s) * 16);
    else if (what == 3)
        replica_rescan(world.replica);
    else if (!world.up[peer])
        up(s, peer);
    else if (what == 4)
        down(peer);
    else if (what < 8)
        answer(s, peer);
    else
        say(s, peer);
    for (unsigned i = 0; i < PEERS; i++)
        if (world.closing[i])
            down(i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct supply s = {data, size};
    struct replica_io io = {NULL, io_now, io_random, io_send, io_close, io_commit, io_reported, io_refused};
    begin();
    memset(&world, 0, sizeof world);
    world.supply = &s;
    world.now_ms = 1000;
    MUST(replica_open(fixture.store, &io, supply_byte(&s) & 1, &world.replica) == ERR_OK);
    replica_rescan(world.replica);
    for (unsigned i = 0; i < EVENTS && s.left; i++)
        event(&s);
    for (unsigned i = 0; i < world.jobs; i++)
        committer_job_free(world.job[i]);
    replica_close(world.replica);
    return 0;
}
