#include "tests/sim/creed.h"

#include <stdlib.h>
#include <string.h>

#include "store/roster.h"
#include "tests/sim/member.h"

/* ---- trust, and what is known ---- */

static void pins_load(struct creed *c, struct txn *t) {
    for (unsigned i = 0; i < scene.member_count; i++) {
        struct pin pin = {.epoch = 0};
        c->pin[i].pinned = roster_get(t, scene.member[i].origin, &pin);
        c->pin[i].hold = c->pin[i].pinned && pin.hold;
        c->pin[i].hash = pin.hash;
    }
}

/* What is known of a log, read when it is first asked for; NULL: nothing. */
static const struct dossier *log_of(struct creed *c, unsigned i) {
    if (!c->log[i]) {
        c->log[i] = c->own[i] = dossier_new();
        dossier_add(c->own[i], c->station, scene.member[i].id);
    }
    return c->log[i]->note_count ? c->log[i] : NULL;
}

static int member_about(const struct saying *s) {
    for (unsigned i = 0; i < scene.member_count; i++)
        if (memcmp(scene.member[i].id, s->about, LOG_ID_LEN) == 0)
            return (int)i;
    return -1;
}

/* Of each log the latest word, as the base view of the State that says it has it; what is withdrawn leaves
 * none. */
static void words_read(struct creed *c, unsigned from) {
    const struct dossier *d = scene.member[from].speaks && c->pin[from].pinned ? log_of(c, from) : NULL;
    if (!d || !d->saying_count)
        return;
    struct dossier_view base = dossier_view(d, &c->pin[from].hash, NULL);
    for (uint64_t i = 0; base.any && i < base.size; i++) {
        const struct saying *s = dossier_said(d, &base, i);
        int about = s ? member_about(s) : -1;
        if (about >= 0)
            c->said[from * scene.member_count + (unsigned)about][s->kind] = s->withdrawn ? NULL : s;
    }
}

struct creed *creed_new(struct station *s, struct dossier *const *known) {
    size_t n = scene.member_count;
    struct creed *c = calloc(1, sizeof *c);
    struct txn t;
    if (!c)
        abort();
    c->station = s;
    c->k = s->endorsements;
    c->pin = calloc(n, sizeof *c->pin);
    c->log = calloc(n, sizeof *c->log);
    c->own = calloc(n, sizeof *c->own);
    c->said = calloc(n * n, sizeof *c->said);
    if (!c->pin || !c->log || !c->own || !c->said)
        abort();
    struct disk *disk = disk_use(NULL);
    txn_begin(&t, s->store, false);
    pins_load(c, &t);
    txn_abort(&t);
    disk_use(disk);
    for (unsigned i = 0; known && i < n; i++)
        c->log[i] = known[i];
    for (unsigned i = 0; c->k && i < n; i++)
        words_read(c, i);
    return c;
}

void creed_free(struct creed *c) {
    if (!c)
        return;
    for (unsigned i = 0; i < scene.member_count; i++)
        if (c->own[i])
            dossier_free(c->own[i]);
    free(c->pin);
    free(c->log);
    free(c->own);
    free(c->said);
    free(c);
}

/* ---- 5.2 ---- */

static bool same_code(unsigned a, unsigned b) {
    return strcmp(scene.member[a].code, scene.member[b].code) == 0;
}

/* What a State says of a log, if it is heard on it and names a note of it that is known. */
static const struct saying *word(struct creed *c, unsigned from, unsigned about, enum saying_kind kind) {
    const struct saying *s = c->said[from * scene.member_count + about][kind];
    struct digest hash;
    if (!s || !c->pin[from].pinned || c->pin[from].hold || same_code(from, about) ||
        strcmp(s->code, scene.member[about].code) != 0 || !log_of(c, about))
        return NULL;
    memcpy(hash.b, s->note, DIGEST_LEN);
    const struct dossier_note *note = dossier_note(log_of(c, about), &hash);
    return note && note->epoch == s->epoch ? s : NULL;
}

/* How many States support a note: they name it, or one that descends from it.  One log of each is pinned. */
static bool is_endorsed(struct creed *c, unsigned about, const struct dossier_note *note) {
    unsigned states = 0;
    for (unsigned from = 0; from < scene.member_count; from++) {
        const struct saying *s = word(c, from, about, SAYING_ENDORSE);
        struct digest hash;
        if (!s)
            continue;
        memcpy(hash.b, s->note, DIGEST_LEN);
        states += dossier_leads(log_of(c, about), note, &hash);
    }
    return c->k && states >= c->k;
}

uint64_t creed_closes(struct creed *c, unsigned about) {
    const struct dossier *d = log_of(c, about);
    uint64_t sum = c->pin[about].pinned ? be64_get(c->pin[about].hash.b) : 0;
    for (unsigned i = 0; d && i < d->note_count; i++)
        if (is_endorsed(c, about, &d->note[i]))
            sum += be64_get(d->note[i].hash.b + 8);
    return sum;
}

struct dossier_view creed_view(struct creed *c, unsigned about) {
    bool endorsed[DOSSIER_NOTES] = {false};
    const struct dossier *d = log_of(c, about);
    for (unsigned i = 0; d && i < d->note_count; i++)
        endorsed[i] = is_endorsed(c, about, &d->note[i]);
    return d ? dossier_view(d, &c->pin[about].hash, endorsed) : (struct dossier_view){.any = false};
}

static bool is_admitted(struct creed *c, unsigned about) {
    const struct dossier *d = log_of(c, about);
    for (unsigned i = 0; d && i < d->note_count; i++)
        if (!d->note[i].has_prev)
            return is_endorsed(c, about, &d->note[i]);
    return false;
}

/* ---- 5.3 ---- */

static bool has_child(const struct dossier *d, const uint8_t *note) {
    for (unsigned i = 0; i < d->note_count; i++)
        if (d->note[i].has_prev && memcmp(d->note[i].prev.b, note, DIGEST_LEN) == 0)
            return true;
    return false;
}

static bool alike(const struct saying *a, const struct saying *b) {
    return a->epoch == b->epoch && !memcmp(a->note, b->note, SAYING_NOTE_LEN) &&
           !memcmp(a->successor, b->successor, LOG_ID_LEN);
}

/* The log that k States name alike as the successor, if no child of the last note is a veto, and there are
 * not two; -1: none. */
static int successor(struct creed *c, unsigned about) {
    const uint8_t *found = NULL;
    for (unsigned from = 0; from < scene.member_count; from++) {
        const struct saying *s = word(c, from, about, SAYING_SUCCEED);
        unsigned states = 0;
        for (unsigned other = 0; s && other < scene.member_count; other++) {
            const struct saying *o = word(c, other, about, SAYING_SUCCEED);
            states += o && alike(o, s);
        }
        if (!s || !c->k || states < c->k || has_child(log_of(c, about), s->note))
            continue;
        if (found && memcmp(found, s->successor, LOG_ID_LEN) != 0)
            return -1;
        found = s->successor;
    }
    for (unsigned i = 0; found && i < scene.member_count; i++)
        if (memcmp(scene.member[i].id, found, LOG_ID_LEN) == 0)
            return log_of(c, i) && same_code(i, about) ? (int)i : -1;
    return -1;
}

/* Whether successors, step by step, lead from one log to another; a ring leads nowhere. */
static bool leads_to(struct creed *c, unsigned from, unsigned to) {
    bool met = false;
    int at = successor(c, from);
    for (unsigned steps = 0; at >= 0; steps++) {
        if (steps > scene.member_count)
            return false;
        met = met || (unsigned)at == to;
        at = successor(c, (unsigned)at);
    }
    return met;
}

bool creed_follows(struct creed *c, unsigned about) {
    bool pinned = false, rival = false;
    if (!log_of(c, about))
        return false;
    if (c->pin[about].pinned)
        return !c->pin[about].hold;
    for (unsigned i = 0; i < scene.member_count; i++) {
        if (i == about || !same_code(i, about))
            continue;
        pinned = pinned || c->pin[i].pinned;
        rival = rival || is_admitted(c, i);
    }
    for (unsigned i = 0; i < scene.member_count; i++) {
        bool trusted = c->pin[i].pinned ? !c->pin[i].hold : !pinned && is_admitted(c, i);
        if (i != about && same_code(i, about) && trusted && leads_to(c, i, about))
            return true;
    }
    return !pinned && !rival && is_admitted(c, about);
}
