#include "node/survey.h"

#include <string.h>

#include "store/erased.h"

/* Ids of its questions: far above those of replication, which count from 1. */
#define ID_BASE (UINT64_C(1) << 62)

/* The erasures of a log, the latest entries last: a ring of the latest SURVEY_ENTRIES_MAX. */
static unsigned latest(struct txn *t, const uint8_t *log, uint64_t ret[static SURVEY_ENTRIES_MAX],
                       bool *ret_more) {
    uint64_t size = erased_view(t, log);
    struct erased e = {.begun = false};
    unsigned count = 0;
    while (size && erased_next(t, log, size, &e))
        ret[count++ % SURVEY_ENTRIES_MAX] = e.entry;
    *ret_more = count > SURVEY_ENTRIES_MAX;
    return *ret_more ? SURVEY_ENTRIES_MAX : count;
}

static void parts_add(struct survey *s, struct txn *t, uint64_t index) {
    struct bytes leaf;
    bool has[PART_CLASSES];
    struct digest commitment[PART_CLASSES];
    if (logs_leaf(t, s->log, index, &leaf))
        return;
    leaf_parts(leaf, has, commitment);
    for (unsigned class = 0; class < PART_CLASSES; class ++)
        if (has[class])
            s->part[s->count++] = (struct survey_part){index, (enum part_class) class, commitment[class]};
}

void survey_begin(struct survey *s, struct txn *t, const uint8_t log[static LOG_ID_LEN], uint64_t now_s) {
    uint64_t entry[SURVEY_ENTRIES_MAX];
    memcpy(s->log, log, LOG_ID_LEN);
    memset(s->peer, 0, sizeof s->peer);
    s->turn++;
    s->begun_s = now_s;
    s->count = 0;
    s->entries = latest(t, log, entry, &s->more);
    for (unsigned i = 0; i < s->entries; i++)
        parts_add(s, t, entry[i]);
}

/* The number of a question tells the survey and how far it has come, so that a late answer is told. */
static uint64_t id_of(const struct survey *s, const struct survey_peer *p) {
    return ID_BASE + s->turn * SURVEY_ENTRIES_MAX * PART_CLASSES + p->next;
}

bool survey_ask(struct survey *s, unsigned peer, uint64_t now_ms, struct message *ret) {
    struct survey_peer *p = &s->peer[peer];
    if (!s->turn || p->done || p->sent)
        return false;
    p->asked = true;
    p->until_ms = now_ms + SURVEY_ANSWER_MS;
    p->done = p->next == s->count;
    if (p->done)
        return false;
    p->sent = s->count - p->next < PARTS_PER_REQUEST ? s->count - p->next : PARTS_PER_REQUEST;
    memset(ret, 0, sizeof *ret);
    ret->kind = MESSAGE_PARTS;
    ret->id = id_of(s, p);
    memcpy(ret->parts.log, s->log, LOG_ID_LEN);
    ret->parts.count = p->sent;
    s->open[peer]++;
    for (unsigned i = 0; i < p->sent; i++) {
        const struct survey_part *part = &s->part[p->next + i];
        ret->parts.want[i].index = part->index;
        ret->parts.want[i].class = part->class;
        ret->parts.want[i].commitment = part->commitment;
    }
    return true;
}

bool survey_is_answer(const struct message *m) {
    return m->id >= ID_BASE && (m->kind == (MESSAGE_PARTS | MESSAGE_ANSWER) || m->kind == MESSAGE_ERROR);
}

static void served_note(struct survey_peer *p, uint64_t entry) {
    bool named = p->served_count > 0 && p->served_entry[p->served_count - 1] == entry;
    p->served++;
    if (!named && p->served_count < SURVEY_SERVED_MAX)
        p->served_entry[p->served_count++] = entry;
}

static void part_note(struct survey_peer *p, const struct survey_part *asked, const struct part *given) {
    switch (given->state) {
    case PART_HELD:
        if (part_verify(asked->class, given->salted, &asked->commitment) == ERR_OK)
            served_note(p, asked->index);
        else
            p->unknown++;
        return;
    case PART_WITHHELD:
        p->withheld++;
        return;
    case PART_GONE:
        p->gone++;
        return;
    default:
        p->unknown++;
    }
}

bool survey_take(struct survey *s, unsigned peer, const struct message *m) {
    struct survey_peer *p = &s->peer[peer];
    if (!s->open[peer])
        return false;
    s->open[peer]--;
    if (!p->sent || m->id != id_of(s, p))
        return true; /* of an earlier survey */
    unsigned given = m->kind == MESSAGE_ERROR ? 0 : m->parts_given.count;
    for (unsigned i = 0; i < given && i < p->sent; i++)
        part_note(p, &s->part[p->next + i], &m->parts_given.part[i]);
    if (!given) { /* it does not carry the log, or cannot answer now */
        p->unknown += s->count - p->next;
        p->done = true;
    }
    p->next += given < p->sent ? given : p->sent;
    p->sent = 0;
    return true;
}

void survey_down(struct survey *s, unsigned peer) {
    s->open[peer] = 0;
    s->peer[peer].sent = 0;
    s->peer[peer].until_ms = 0;
}

json_t *survey_json(const struct survey *s, unsigned peer, uint64_t now_ms) {
    const struct survey_peer *p = &s->peer[peer];
    json_t *entries = json_array();
    if (!p->asked) {
        json_decref(entries);
        return json_null();
    }
    for (unsigned i = 0; i < p->served_count; i++)
        json_array_append_new(entries, json_integer((json_int_t)p->served_entry[i]));
    return json_pack("{s:b, s:b, s:i, s:i, s:i, s:i, s:o}", "answered", p->done, "waiting",
                     !p->done && now_ms < p->until_ms, "gone", (int)p->gone, "hidden", (int)p->withheld,
                     "unknown", (int)p->unknown, "served", (int)p->served, "entries", entries);
}
