#include "tests/sim/watch_wire.h"

#include <stdlib.h>
#include <string.h>

#include "node/replica_state.h"
#include "proto/leaf.h"
#include "store/believe.h"
#include "tests/sim/accord.h"
#include "tests/sim/cramped.h"
#include "tests/sim/member.h"
#include "tests/sim/watch.h"

#define QUESTIONS 64       /* of one side of a link that have no answer yet; older ones were given up */
#define SURVEYS (1u << 30) /* ids from here on are not replication's */
#define AGAIN_MS 2000      /* after a refusal; fetch_back_off() waits for 2,500 at least */
#define AGAIN_TIMES 3
#define WALKS_IN_A_ROW 3
#define LOGS 32 /* that are told apart */

struct question {
    uint64_t id; /* 0: none */
    unsigned kind;
    uint8_t log[LOG_ID_LEN], instance[INSTANCE_LEN];
    uint64_t since, from, bytes;
};

/* One direction of a link: what is asked there. */
struct way {
    uint64_t generation;
    unsigned next, walks; /* walks: in a row that have not led to a report that fits */
    struct question question[QUESTIONS];
};

static struct way *ways; /* [CHANNELS_MAX][2] */
static struct refusal {
    uint64_t at_ms;
    unsigned again; /* times in a row that it was asked at once all the same */
} * refusals;       /* [STATIONS_MAX][STATIONS_MAX][LOGS] */

void watch_wire_open(void) {
    ways = calloc((size_t)CHANNELS_MAX * 2, sizeof *ways);
    refusals = calloc((size_t)STATIONS_MAX * STATIONS_MAX * LOGS, sizeof *refusals);
    if (!ways || !refusals)
        abort();
}

void watch_wire_close(void) {
    free(ways);
    free(refusals);
    ways = NULL;
    refusals = NULL;
}

static struct way *way_of(const struct channel *link, unsigned side) {
    struct way *way = &ways[(size_t)(link - scene.channel) * 2 + side];
    if (way->generation != link->generation) {
        memset(way, 0, sizeof *way);
        way->generation = link->generation;
    }
    return way;
}

static struct refusal *refusal_of(const struct station *s, const struct station *other, const uint8_t *log) {
    const struct member *m = member_of(log);
    if (!m || m->number >= LOGS)
        return NULL;
    return &refusals[((size_t)s->number * STATIONS_MAX + other->number) * LOGS + m->number];
}

/* ---- questions ---- */

/* Whoever was refused is not asked at once again; once or twice a report that was taken back and made anew
 * may have hidden that. */
static void asks_again(const struct station *from, const struct station *to, const uint8_t *log) {
    struct refusal *r = refusal_of(from, to, log);
    if (!r || !r->at_ms)
        return;
    r->again = scene.now_ms < r->at_ms + AGAIN_MS ? r->again + 1 : 0;
    r->at_ms = 0;
    if (r->again >= AGAIN_TIMES)
        scene_wrong("who has failed is left alone for a while",
                    "%s asks %s for %s, at once after each of %u failures", from->name, to->name,
                    member_name(log), r->again);
}

/* The sum in the answer to CHANGES fits once all heads have been asked for; only a change of trust between
 * the two may hide it, and not often. */
static void asks_for_heads(const struct station *from, const struct station *to, struct way *way,
                           const struct message *m) {
    if (m->kind == MESSAGE_CHANGES && m->changes.wait_s)
        way->walks = 0;
    else if (m->kind == MESSAGE_RADIX && m->radix.count == 1 && !m->radix.prefix[0].len)
        way->walks++;
    if (way->walks > WALKS_IN_A_ROW && !cramped.forgets)
        scene_wrong("reports fit once all heads were asked for", "%s asks %s %u times in a row", from->name,
                    to->name, way->walks);
}

static void asked(const struct station *from, const struct station *to, struct way *way,
                  const struct message *m) {
    struct question *q = &way->question[way->next++ % QUESTIONS];
    *q = (struct question){.id = m->id, .kind = m->kind};
    bool fetches = m->kind == MESSAGE_FETCH || m->kind == MESSAGE_PROVE || m->kind == MESSAGE_PARTS;
    if (m->kind == MESSAGE_CHANGES) {
        q->since = m->changes.since;
        memcpy(q->instance, m->changes.instance, INSTANCE_LEN);
    }
    if (m->kind == MESSAGE_FETCH) {
        q->from = m->fetch.from;
        q->bytes = m->fetch.bytes;
        memcpy(q->log, m->fetch.log, LOG_ID_LEN);
        asks_again(from, to, q->log);
    }
    if (fetches && to->partial && !from->partial && m->id < SURVEYS)
        scene_wrong("nothing is fetched from observers", "%s asks %s for entries", from->name, to->name);
    if (!fetches)
        asks_for_heads(from, to, way, m);
}

void watch_wire_refused(const struct station *s, const struct station *other, const uint8_t *log) {
    struct refusal *r = refusal_of(s, other, log);
    if (r && !r->at_ms)
        r->at_ms = scene.now_ms;
}

/* ---- answers ---- */

static bool is_named(const struct message *m, const struct head *head) {
    struct reader r;
    struct head named;
    reader_init(&r, m->heads.heads);
    while (head_next(&r, &named))
        if (memcmp(named.log, head->log, LOG_ID_LEN) == 0)
            return head_same(&named, head);
    return false;
}

/* No log is left out that has moved between the cursor that was asked for and the one that is given; but for
 * those that words have just admitted, of which replication hears in a moment. */
static void names_all(struct station *from, struct txn *t, const struct question *q,
                      const struct message *m) {
    struct log_record record;
    uint64_t seq = q->since, of_log;
    while (changes_next(t, &seq, &record) && seq <= m->heads.next)
        if (believe_follows(t, &record) &&
            (!accord_is() || sync_carries(from->replica->sync, record.id, &of_log)) &&
            !is_named(m, &record.head))
            scene_wrong("an answer to CHANGES names all that has changed",
                        "%s leaves out %s, change %llu, or says something else of it, between %llu and %llu",
                        from->name, member_name(record.id), (unsigned long long)seq,
                        (unsigned long long)q->since, (unsigned long long)m->heads.next);
}

static void answers_changes(struct station *from, const struct question *q, const struct message *m) {
    struct txn t;
    bool own = memcmp(q->instance, store_instance(from->store), INSTANCE_LEN) == 0;
    struct disk *disk = disk_use(NULL);
    txn_begin(&t, from->store, false);
    uint64_t newest = changes_newest(&t);
    if (!m->heads.gap && q->since && (!own || q->since > newest))
        scene_wrong("a cursor that is not known is a gap",
                    "%s answers to %llu%s, its newest change being %llu", from->name,
                    (unsigned long long)q->since, own ? "" : " of another database",
                    (unsigned long long)newest);
    if (!m->heads.gap && m->heads.next < q->since)
        scene_wrong("a cursor never goes back", "%s answers to %llu with %llu", from->name,
                    (unsigned long long)q->since, (unsigned long long)m->heads.next);
    if (!m->heads.gap)
        names_all(from, &t, q, m);
    txn_abort(&t);
    disk_use(disk);
}

/* A part is there, withheld or gone, if its leaf commits to it, and else not. */
static void parts_are_told(const struct station *from, const struct package *p) {
    struct reader r;
    struct entry e;
    reader_init(&r, p->entries);
    for (uint64_t at = p->from; package_entry_next(&r, &e); at++) {
        bool has[PART_CLASSES];
        struct digest commitment[PART_CLASSES];
        leaf_parts(e.leaf, has, commitment);
        for (unsigned class = 0; class < PART_CLASSES; class ++)
            if (has[class] != (e.part[class].state != PART_NONE))
                scene_wrong("a part is what its leaf commits to", "%s gives entry %llu of %s, class %u: %d",
                            from->name, (unsigned long long)at, member_name(p->log), class,
                            (int)e.part[class].state);
    }
}

static void answers_fetch(const struct station *from, const struct question *q, const struct message *m) {
    const struct package *p = &m->package;
    if (memcmp(p->log, q->log, LOG_ID_LEN) != 0 || p->from != q->from)
        scene_wrong("an answer is to its question", "%s was asked for %s from %llu, and gives %s from %llu",
                    from->name, member_name(q->log), (unsigned long long)q->from, member_name(p->log),
                    (unsigned long long)p->from);
    if (p->more != (p->from + p->entry_count < p->size))
        scene_wrong("an answer says whether there is more", "%s gives %s up to %llu of %llu and says %s",
                    from->name, member_name(p->log), (unsigned long long)(p->from + p->entry_count),
                    (unsigned long long)p->size, p->more ? "more" : "that is all");
    if (p->entries.len > q->bytes && p->entry_count > 1)
        scene_wrong("an answer has no more bytes than were asked for", "%s gives %zu, not %llu", from->name,
                    p->entries.len, (unsigned long long)q->bytes);
    parts_are_told(from, p);
}

static void answered(struct station *from, const struct station *to, struct way *way,
                     const struct message *m) {
    struct question *q = way->question;
    while (q < way->question + QUESTIONS && (q->id != m->id || !q->kind))
        q++;
    if (q == way->question + QUESTIONS)
        return;
    if (m->kind == MESSAGE_ERROR && q->kind == MESSAGE_FETCH)
        watch_wire_refused(to, from, q->log);
    else if (m->kind != MESSAGE_ERROR && m->kind != (q->kind | MESSAGE_ANSWER))
        scene_wrong("an answer is to its question", "%s was asked %u, and answers %u", from->name, q->kind,
                    m->kind);
    else if (m->kind == (MESSAGE_CHANGES | MESSAGE_ANSWER))
        answers_changes(from, q, m);
    else if (m->kind == (MESSAGE_FETCH | MESSAGE_ANSWER))
        answers_fetch(from, q, m);
    q->kind = MESSAGE_NONE;
}

void watch_said(struct station *from, const struct channel *link, unsigned side, const struct frame *frame) {
    const struct station *to = &scene.station[link->end[!side]];
    struct message m;
    if (!watch_is_sound(from) || !watch_is_sound(to) || !link->whole ||
        message_decode((struct bytes){frame->data, frame->len}, &m))
        return;
    if (m.kind & MESSAGE_ANSWER || m.kind == MESSAGE_ERROR)
        answered(from, to, way_of(link, !side), &m);
    else
        asked(from, to, way_of(link, side), &m);
}
