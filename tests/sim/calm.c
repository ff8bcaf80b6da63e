#include "tests/sim/calm.h"

#include <string.h>

#include "tests/sim/accord.h"
#include "tests/sim/channel.h"
#include "tests/sim/curious.h"
#include "tests/sim/desk.h"
#include "tests/sim/station.h"
#include "tests/sim/watch.h"
#include "tests/sim/watch_inside.h"

#define REST_MS 4000000 /* longer than any back-off */
#define HOP_MS 700      /* one way three times, at most 188 ms each, and the disk */
#define SLACK_MS 500

static const struct member *publisher;
static uint64_t wanted;

static const struct station *lacks;

static bool everywhere(void) {
    struct log_record record;
    for (unsigned i = 0; i < scene.station_count; i++) {
        struct station *s = &scene.station[i];
        lacks = s;
        if (watch_asks(s, publisher) &&
            (!station_log(s, publisher->id, &record) || record.head.size < wanted))
            return false;
    }
    return true;
}

/* How many links lie between the publisher and the last of the core. */
static unsigned hops_from(unsigned first) {
    static unsigned at[STATIONS_MAX];
    unsigned most = 0;
    memset(at, 0xff, sizeof at);
    at[first] = 0;
    for (unsigned hop = 0; hop <= most; hop++)
        for (unsigned i = 0; i < 2 * scene.channel_count; i++) {
            const struct channel *w = &scene.channel[i / 2];
            unsigned from = w->end[i % 2], to = w->end[1 - i % 2];
            if (at[from] == hop && at[to] > hop + 1 && w->whole && w->up[0] && w->up[1] &&
                watch_asks(&scene.station[to], publisher) && !scene.station[from].partial) {
                at[to] = hop + 1;
                most = hop + 1;
            }
        }
    for (unsigned i = 0; i < scene.station_count; i++)
        if (watch_asks(&scene.station[i], publisher) && at[i] > STATIONS_MAX && !watch_anybody_lies())
            scene_wrong("links come back", "%s is not linked to the others, in spite of %u s of rest",
                        scene.station[i].name, REST_MS / 1000);
    return most;
}

/* Nothing was done to this State that keeps it from signing, and it can ask enough peers. */
static bool may_sign(const struct member *m) {
    const struct station *home = &scene.station[m->home];
    if (!watch_is_whole(home) || m->villain || m->may_fork || m->set_back || home->lost_ledger ||
        m->acked.size + DESK_ENTRIES_MAX > m->note[m->note_count - 1].authority.max) /* the epoch is full */
        return false;
    for (unsigned i = 0; i < scene.channel_count; i++)
        for (unsigned side = 0; side < 2; side++)
            if (scene.channel[i].end[side] == m->home) {
                const struct station *other = &scene.station[scene.channel[i].end[!side]];
                if (!watch_is_whole(other) || !watch_links(home, other))
                    return false;
            }
    return true;
}

/* Each State publishes: whatever was interrupted and lost in between, it can go on. */
static void all_publish(void) {
    for (unsigned i = 0; i < scene.member_count; i++) {
        struct member *m = &scene.member[i];
        bool waited = m->note_waits;
        if (!desk_publish(m, 1, 0) && may_sign(m) && !waited)
            scene_wrong("an honest State can go on", "%s may not publish, though nothing stands against it",
                        m->name);
        scene_run(scene.now_ms + 5000, NULL);
    }
}

static bool publish(void) {
    for (unsigned i = 0; i < scene.member_count; i++) {
        struct member *m = &scene.member[(i + scene.seed) % scene.member_count];
        if (!watch_is_whole(&scene.station[m->home]) || m->villain || m->may_fork || m->set_back)
            continue;
        desk_cosign(m); /* the day's, so that it is not part of the update */
        scene_run(scene.now_ms + 100000, NULL);
        memset(&channel_count, 0, sizeof channel_count);
        channel_count.log = m->id;
        publisher = m;
        if (desk_publish(m, 1, 0)) {
            wanted = m->acked.size;
            return true;
        }
    }
    return false;
}

bool calm_update(struct calm *ret) {
    weather.loss = 0;
    scene_run(scene.now_ms + REST_MS, NULL);
    if (accord_is()) /* a villain's node may have brought late what ends a word */
        watch_choose();
    for (unsigned i = 0; i < scene.station_count; i++)
        watch_inside_rest(&scene.station[i]);
    watch_parts();
    curious_ask();
    if (scene.member_count <= 12)
        all_publish();
    if (!publish())
        return false;
    uint64_t begin = scene.now_ms, bound;
    ret->hops = hops_from(publisher->home);
    bound = ret->hops * HOP_MS + SLACK_MS;
    scene_run(begin + bound, everywhere);
    if (!everywhere())
        scene_wrong("promise 9: an update is everywhere at once",
                    "%s published %llu, and after %llu ms not all have it", publisher->name,
                    (unsigned long long)wanted, (unsigned long long)bound);
    ret->took_ms = scene.now_ms - begin;
    STORY("an entry of %s is everywhere after %llu ms, over at most %u links", publisher->name,
          (unsigned long long)ret->took_ms, ret->hops);
    scene_run(scene.now_ms + 20000, NULL);
    for (unsigned i = 0; i < scene.station_count; i++)
        ret->nodes += scene.station[i].up && i != publisher->home;
    ret->entry_bytes = channel_count.entry_most;
    ret->pulled_bytes = channel_count.entry_bytes;
    ret->other_bytes = channel_count.bytes - channel_count.entry_bytes;
    ret->packages = channel_count.packages;
    if (channel_count.walks && !watch_anybody_lies())
        scene_wrong("reports are not lost at rest", "%llu questions for all heads while one entry went round",
                    (unsigned long long)channel_count.walks);
    /* A peer that has not answered the last time, long ago, is waited for shortly: that may cost one more. */
    if (ret->packages > ret->nodes + 1 + ret->nodes / 20 && !watch_anybody_lies())
        scene_wrong("promise 9: every node pulls an entry once", "%llu packages for %u nodes",
                    (unsigned long long)ret->packages, ret->nodes);
    return true;
}
