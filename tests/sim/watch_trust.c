/* Whom to ask for what, when all has come to rest: the core, who of it follows which log, and what is known
 * of each where it is asked for. */
#include <stdlib.h>
#include <string.h>

#include "store/believe.h"
#include "tests/sim/accord.h"
#include "tests/sim/creed.h"
#include "tests/sim/desk.h"
#include "tests/sim/watch.h"

#define PASSES 3 /* what is known decides who follows, and who follows what is known */

static bool *follows, *asks; /* by station and member, as the next two */
static uint64_t *closes;
static unsigned *group;
static struct dossier **known; /* of each log, by the first of a group and member */

static size_t at(const struct station *s, const struct member *m) {
    return (size_t)s->number * scene.member_count + m->number;
}

bool watch_is_whole(const struct station *s) {
    return s->core;
}

bool watch_asks(const struct station *s, const struct member *m) {
    return asks[at(s, m)];
}

unsigned watch_group(const struct station *s, const struct member *m) {
    return group[at(s, m)];
}

static bool may_be_core(const struct station *s) {
    return watch_is_sound(s) && s->twin == s->number;
}

/* The nodes of a State that words admit are known by its entries, which somebody else has to give first. */
static bool knows_node(struct station *s, const struct member *m) {
    struct log_record record;
    return desk_pinned(s, m) || (station_log(s, m->id, &record) && record.head.size > 0);
}

/* Observers are accredited by the first State, as far as others have heard of it. */
static bool admits(const struct station *a, const struct station *b) {
    const struct member *first = &scene.member[0];
    if (b->member)
        return follows[at(a, b->member)] &&
               (a->member == b->member || knows_node(&scene.station[a->number], b->member));
    return follows[at(a, first)] && (may_be_core(&scene.station[first->home]) || station_admits(a, b));
}

bool watch_links(const struct station *a, const struct station *b) {
    return admits(a, b) && admits(b, a);
}

/* Go from those that are marked over the links; over no observer. */
static void spread(bool *mark, bool (*may)(const struct station *s, const struct member *m),
                   const struct member *m) {
    bool more = true;
    while (more) {
        more = false;
        for (unsigned i = 0; i < 2 * scene.channel_count; i++) {
            const struct channel *w = &scene.channel[i / 2];
            const struct station *a = &scene.station[w->end[i % 2]], *b = &scene.station[w->end[1 - i % 2]];
            if (mark[a->number] && !a->partial && !mark[b->number] && watch_links(a, b) && may(b, m))
                mark[b->number] = more = true;
        }
    }
}

static bool core_may(const struct station *s, const struct member *m) {
    (void)m;
    return may_be_core(s);
}

/* The core: sound nodes of States that reach each other over sound nodes, and the observers beside them. */
static void core_choose(void) {
    bool mark[STATIONS_MAX] = {false};
    unsigned first = 0;
    while (first < scene.member_count && !may_be_core(&scene.station[first]))
        first++;
    if (first < scene.member_count) {
        mark[first] = true;
        spread(mark, core_may, NULL);
    }
    for (unsigned i = 0; i < scene.station_count; i++)
        scene.station[i].core = mark[i];
}

/* States' nodes take nothing from observers (design 6.1), so where a log was put back an observer may be left
 * with what nobody else has any more. */
static bool log_may(const struct station *s, const struct member *m) {
    return s->core && follows[at(s, m)] &&
           !(s->partial && (m->set_back || m->may_fork || !scene.station[m->home].core));
}

static uint64_t closed; /* what those of the group that is sought close */

static bool group_may(const struct station *s, const struct member *m) {
    return asks[at(s, m)] && closes[at(s, m)] == closed;
}

static void groups_choose(const struct member *m) {
    for (unsigned i = 0; i < scene.station_count; i++)
        group[at(&scene.station[i], m)] = STATIONS_MAX;
    for (unsigned i = 0; i < scene.station_count; i++) {
        bool mark[STATIONS_MAX] = {false};
        const struct station *s = &scene.station[i];
        if (!asks[at(s, m)] || group[at(s, m)] < STATIONS_MAX)
            continue;
        closed = closes[at(s, m)];
        mark[i] = true;
        spread(mark, group_may, m);
        for (unsigned k = i; k < scene.station_count; k++)
            if (mark[k] && group[at(&scene.station[k], m)] == STATIONS_MAX)
                group[at(&scene.station[k], m)] = i;
    }
}

static void log_choose(const struct member *m) {
    bool mark[STATIONS_MAX] = {false};
    unsigned first = m->home;
    for (unsigned i = 0; i < scene.member_count && !log_may(&scene.station[first], m); i++)
        first = i;
    if (log_may(&scene.station[first], m)) {
        mark[first] = true;
        spread(mark, log_may, m);
    }
    for (unsigned i = 0; i < scene.station_count; i++)
        asks[at(&scene.station[i], m)] = mark[i];
    groups_choose(m);
}

static struct dossier **known_of(const struct station *s, const struct member *m) {
    return &known[(size_t)group[at(s, m)] * scene.member_count + m->number];
}

void watch_learn(const struct member *m) {
    for (unsigned i = 0; i < scene.station_count; i++) {
        struct station *s = &scene.station[i];
        if (!watch_asks(s, m) || !s->up)
            continue;
        if (!*known_of(s, m))
            *known_of(s, m) = dossier_new();
        dossier_add(*known_of(s, m), s, m->id);
    }
}

static void known_clear(void) {
    for (size_t i = 0; known && i < (size_t)STATIONS_MAX * scene.member_count; i++)
        if (known[i]) {
            dossier_free(known[i]);
            known[i] = NULL;
        }
}

/* By its trust, and by what is known where it is asked for. */
static struct creed *creed_of(struct station *s) {
    struct dossier **mine = calloc(scene.member_count, sizeof *mine);
    if (!mine)
        abort();
    for (unsigned i = 0; i < scene.member_count; i++)
        mine[i] = watch_asks(s, &scene.member[i]) ? *known_of(s, &scene.member[i]) : NULL;
    struct creed *c = creed_new(s, mine);
    free(mine);
    return c;
}

static void follows_learn(void) {
    for (unsigned i = 0; i < scene.station_count; i++) {
        struct station *s = &scene.station[i];
        if (!s->up || !may_be_core(s))
            continue;
        struct creed *c = creed_of(s);
        for (unsigned k = 0; k < scene.member_count; k++) {
            follows[i * scene.member_count + k] = creed_follows(c, k);
            closes[i * scene.member_count + k] = scene.member[k].villain ? creed_closes(c, k) : 0;
        }
        creed_free(c);
    }
}

static void *array(size_t size) {
    void *p = calloc((size_t)STATIONS_MAX * scene.member_count, size);
    if (!p)
        abort();
    return p;
}

void watch_choose(void) {
    watch_choose_end();
    follows = array(sizeof *follows);
    asks = array(sizeof *asks);
    closes = array(sizeof *closes);
    group = array(sizeof *group);
    known = array(sizeof *known);
    for (unsigned i = 0; i < scene.station_count; i++)
        for (unsigned k = 0; k < scene.member_count; k++)
            follows[i * scene.member_count + k] = accord_pins(&scene.station[i], &scene.member[k]);
    for (unsigned pass = 0; pass < (accord_is() ? PASSES : 1); pass++) {
        if (pass)
            follows_learn();
        known_clear();
        core_choose();
        for (unsigned i = 0; i < scene.member_count; i++) {
            log_choose(&scene.member[i]);
            watch_learn(&scene.member[i]);
        }
    }
}

void watch_choose_end(void) {
    known_clear();
    free(known);
    free(follows);
    free(asks);
    free(closes);
    free(group);
    known = NULL;
    follows = asks = NULL;
    closes = NULL;
    group = NULL;
}

struct dossier_view watch_belief(struct station *s, const struct member *m) {
    struct creed *c = creed_of(s);
    struct dossier_view v = creed_view(c, m->number);
    creed_free(c);
    return v;
}

static void follows_as_trusted(struct station *s, struct creed *c, const char *rule) {
    struct log_record record;
    struct txn t;
    for (unsigned i = 0; i < scene.member_count; i++) {
        const struct member *m = &scene.member[i];
        txn_begin(&t, s->store, false);
        bool does = logs_get(&t, m->id, &record) && believe_follows(&t, &record);
        txn_abort(&t);
        if (does != creed_follows(c, i))
            scene_wrong(rule, "%s %s %s", s->name, does ? "follows" : "does not follow", m->name);
    }
}

void watch_trust(struct station *s) {
    struct disk *disk = disk_use(NULL);
    if (!s->tainted && accord_is()) {
        struct creed *c = creed_new(s, NULL);
        follows_as_trusted(s, c, "who is followed follows from trust and words");
        watch_logs(s, c);
        creed_free(c);
    }
    disk_use(disk);
}

void watch_trust_rest(void) {
    for (unsigned i = 0; i < scene.station_count; i++) {
        struct station *s = &scene.station[i];
        if (!accord_is() || !s->core)
            continue;
        struct creed *c = creed_of(s);
        follows_as_trusted(s, c, "whom words admit is followed at rest");
        creed_free(c);
    }
}
