/* What a node can do whose key is admitted: a State that others trust, and that has turned against them. */
#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tests/system/enemy.h"

#define MANY 100000
#define KNOWN 64
#define HUGE_SIZE 1000000000

static const uint8_t instance[INSTANCE_LEN] = "a hostile peer";

/* ---- a session ---- */

static bool say(struct enemy *e, struct wire *wire, const struct message *m) {
    static uint8_t buffer[HEADS_MAX * HEAD_MAX + 1024];
    struct bytes body;
    if (message_encode(m, buffer, sizeof buffer, &body) || !wire_frame(wire, body))
        return false;
    e->frames_sent++;
    return true;
}

/* Up: HELLO said and heard. */
static bool session(struct enemy *e, struct wire *wire) {
    struct message hello = {.kind = MESSAGE_HELLO};
    struct frame *frame = NULL;
    bool said = false;
    if (!enemy_open(e, wire, 0))
        return false;
    hello.hello.version_count = 1;
    hello.hello.version[0] = PROTOCOL_VERSION;
    hello.hello.network = bytes_str(e->network);
    hello.hello.instance = BYTES(instance);
    hello.hello.software = bytes_str("hostile/1");
    hello.hello.frame_max = FRAME_MAX;
    bool good = wire_secure(wire, e->identity, &e->node);
    while (good && !frame && !wire->closed && enemy_goes_on(e)) {
        if (wire->secure && !said)
            said = say(e, wire, &hello);
        frame = wire_step(wire, true, 50);
    }
    if (!frame)
        enemy_close(e, wire);
    frame_free(frame);
    return frame != NULL;
}

static struct wire *wire_new(void) {
    struct wire *wire = malloc(sizeof *wire);
    if (!wire)
        abort();
    return wire;
}

/* ---- broken frames ---- */

void enemy_frames(struct enemy *e) {
    struct wire *wire = wire_new();
    uint8_t body[4096];
    while (enemy_goes_on(e)) {
        if (!session(e, wire))
            continue;
        for (unsigned i = 0; i < 20; i++) {
            enemy_fill(e, body, sizeof body);
            body[0] = (uint8_t)(0x90 + enemy_roll(e) % 16); /* an array, at least */
            wire_frame(wire, (struct bytes){body, 1 + enemy_roll(e) % sizeof body});
            e->frames_sent++;
        }
        while (!wire->closed && enemy_goes_on(e))
            frame_free(wire_step(wire, true, 100));
        enemy_close(e, wire);
    }
    free(wire);
}

void enemy_oversize(struct enemy *e) {
    static const uint32_t lengths[] = {FRAME_MAX + 1, UINT32_MAX, 0x80000000u};
    struct wire *wire = wire_new();
    for (unsigned round = 0; enemy_goes_on(e); round++) {
        if (!session(e, wire))
            continue;
        wire_head(wire, lengths[round % 3]);
        e->frames_sent++;
        while (!wire->closed && enemy_goes_on(e))
            frame_free(wire_step(wire, true, 100));
        enemy_close(e, wire);
    }
    free(wire);
}

/* ---- questions without end ---- */

typedef void question(struct enemy *e, struct message *m);

/* Ask as fast as it goes, and read the answers or not. */
static void flood(struct enemy *e, bool listen, question *next) {
    struct wire *wire = wire_new();
    struct message m;
    while (enemy_goes_on(e)) {
        if (!session(e, wire))
            continue;
        for (uint64_t id = 1; !wire->closed && enemy_goes_on(e);) {
            memset(&m, 0, sizeof m);
            m.id = id;
            next(e, &m);
            if (say(e, wire, &m)) {
                id++;
                if (wire->out.len < WIRE_ROOM / 4)
                    continue;
            }
            struct frame *frame = wire_step(wire, listen, 100);
            for (; frame; frame = wire_step(wire, listen, 0)) {
                e->frames_got++;
                frame_free(frame);
            }
        }
        enemy_close(e, wire);
    }
    free(wire);
}

static void ask_changes(struct enemy *e, struct message *m) {
    static const unsigned kinds[] = {MESSAGE_CHANGES, MESSAGE_VECTOR, MESSAGE_RADIX};
    (void)e;
    m->kind = kinds[m->id % 3];
    if (m->kind != MESSAGE_RADIX)
        return;
    m->radix.count = RADIX_PREFIXES; /* one and the same */
}

void enemy_changes(struct enemy *e) {
    flood(e, true, ask_changes);
}

/* The heads that the node has told of; 0 if none yet. */
static struct head known[KNOWN];
static unsigned known_count;

static void learn(struct enemy *e) {
    struct wire *wire = wire_new();
    struct message vector = {.id = 1, .kind = MESSAGE_VECTOR}, m;
    known_count = 0;
    while (enemy_goes_on(e) && !known_count) {
        if (!session(e, wire))
            continue;
        say(e, wire, &vector);
        while (!wire->closed && enemy_goes_on(e) && !known_count) {
            struct frame *frame = wire_step(wire, true, 100);
            struct reader r;
            if (frame && !message_decode((struct bytes){frame->data, frame->len}, &m) &&
                m.kind == (MESSAGE_VECTOR | MESSAGE_ANSWER))
                for (reader_init(&r, m.heads.heads);
                     known_count < KNOWN && head_next(&r, &known[known_count]);)
                    known_count++;
            frame_free(frame);
        }
        enemy_close(e, wire);
    }
    free(wire);
}

static void ask_everything(struct enemy *e, struct message *m) {
    (void)e;
    const struct head *head = &known[m->id % (known_count ? known_count : 1)];
    if (m->id % 8 == 0 && head->size) {
        m->kind = MESSAGE_PROVE;
        memcpy(m->prove.log, head->log, LOG_ID_LEN);
        m->prove.target = head->size;
        m->prove.root = head->root;
        m->prove.a = m->prove.index = m->id % head->size;
        return;
    }
    m->kind = MESSAGE_FETCH;
    memcpy(m->fetch.log, head->log, LOG_ID_LEN);
    m->fetch.target = head->size;
    m->fetch.bytes = FETCH_BYTES_MAX;
}

void enemy_fetch(struct enemy *e) {
    learn(e);
    flood(e, true, ask_everything);
}

void enemy_deaf(struct enemy *e) {
    learn(e);
    flood(e, false, ask_everything);
}

/* ---- claims ---- */

struct claims {
    unsigned count;
    struct head *head; /* by log id */
    bool gap;          /* every cursor is unknown, so that all is asked for again and again */
    uint64_t next;
};

static void answer_heads(struct enemy *e, struct wire *wire, const struct message *asked,
                         const struct claims *c) {
    static uint8_t buffer[HEADS_MAX * HEAD_MAX];
    struct message m = {.id = asked->id, .kind = asked->kind | MESSAGE_ANSWER};
    struct writer w;
    bool vector = asked->kind == MESSAGE_VECTOR;
    unsigned at = 0;
    writer_init(&w, buffer, sizeof buffer);
    while (vector && at < c->count && memcmp(c->head[at].log, asked->vector.from, LOG_ID_LEN) <= 0)
        at++;
    m.heads.gap = c->gap && !vector;
    for (; !m.heads.gap && at < c->count && m.heads.head_count < HEADS_MAX; at++, m.heads.head_count++)
        head_write(&w, &c->head[at]);
    m.heads.more = vector && at < c->count;
    for (unsigned i = 0; c->count <= KNOWN && i < c->count; i++)
        headsum_add(&m.heads.sum, &c->head[i]);
    memcpy(m.heads.instance, instance, INSTANCE_LEN);
    m.heads.next = c->next;
    m.heads.sum.count = c->count;
    if (!writer_end(&w, &m.heads.heads))
        say(e, wire, &m);
}

/* Few logs are told by the vector; many differ everywhere, however far one looks. */
static void answer_radix(struct enemy *e, struct wire *wire, const struct message *asked,
                         const struct claims *c) {
    static uint8_t buffer[RADIX_BYTES_MAX];
    struct message m = {.id = asked->id, .kind = MESSAGE_RADIX | MESSAGE_ANSWER};
    struct radix_group group = {.deeper = c->count > KNOWN};
    struct writer w;
    writer_init(&w, buffer, sizeof buffer);
    for (unsigned i = 0; i < 16; i++)
        group.child[i] = (struct headsum){c->count / 16, c->next, i};
    for (unsigned i = 0; i < asked->radix.count; i++)
        message_group_write(&w, &group);
    memcpy(m.groups.instance, instance, INSTANCE_LEN);
    m.groups.next = c->next;
    m.groups.sum = (struct headsum){c->count, c->next, 1};
    m.groups.count = asked->radix.count;
    if (!writer_end(&w, &m.groups.groups))
        say(e, wire, &m);
}

/* Claim, and deliver nothing.  A question for changes is answered at once, with other claims. */
static void claim(struct enemy *e, struct claims *c) {
    struct wire *wire = wire_new();
    struct message m;
    while (enemy_goes_on(e)) {
        if (!session(e, wire))
            continue;
        while (!wire->closed && enemy_goes_on(e)) {
            struct frame *frame = wire_step(wire, true, 100);
            bool heads = frame && !message_decode((struct bytes){frame->data, frame->len}, &m) &&
                         (m.kind == MESSAGE_CHANGES || m.kind == MESSAGE_VECTOR || m.kind == MESSAGE_RADIX);
            e->frames_got += frame != NULL;
            if (heads) {
                if (m.kind == MESSAGE_CHANGES && m.changes.wait_s)
                    poll(NULL, 0, 50);
                c->next++;
                for (unsigned i = 0; i < c->count && c->count <= KNOWN; i++)
                    c->head[i].size++;
                if (m.kind == MESSAGE_RADIX)
                    answer_radix(e, wire, &m, c);
                else
                    answer_heads(e, wire, &m, c);
            }
            frame_free(frame);
        }
        enemy_close(e, wire);
    }
    free(wire);
}

void enemy_huge(struct enemy *e) {
    struct claims c = {.head = known, .next = 1};
    learn(e);
    c.count = known_count;
    for (unsigned i = 0; i < known_count; i++) {
        known[i].size += HUGE_SIZE;
        known[i].root.b[0] ^= 1;
    }
    claim(e, &c);
}

/* In ascending order as they are made. */
void enemy_many(struct enemy *e) {
    struct claims c = {.count = MANY, .head = calloc(MANY, sizeof *c.head), .gap = true, .next = 1};
    for (unsigned i = 0; c.head && i < MANY; i++) {
        be32_put(c.head[i].log, (UINT32_MAX / MANY) * i);
        enemy_fill(e, c.head[i].log + 4, 4);
        c.head[i].size = 10;
    }
    if (c.head)
        claim(e, &c);
    free(c.head);
}
