#include "tests/sim/calm_many.h"

#include <string.h>

#include "tests/sim/channel.h"
#include "tests/sim/cramped.h"
#include "tests/sim/desk.h"
#include "tests/sim/station.h"
#include "tests/sim/watch.h"
#include "tests/sim/watch_inside.h"

#define SPREAD_MS 5000  /* a change is known to all neighbours, and asked about, long before */
#define REST_MS 4000000 /* longer than any back-off */
#define QUESTIONS 8 /* for heads, of a link, while one log comes or goes: RADIX, VECTOR, and few of them */

static uint64_t dice(uint64_t n) {
    return dice_below(&scene.dice.work, n);
}

static unsigned links_of(const struct station *s) {
    unsigned count = 0;
    for (unsigned i = 0; i < SYNC_PEERS; i++)
        count += s->place[i].used && s->place[i].up;
    return count;
}

/* A node that carries a log no more, or again, says so, and is asked no more than that. */
static void tell(struct station *s, const struct member *m, bool hold) {
    memset(&channel_count, 0, sizeof channel_count);
    channel_count.log = m->id;
    if (!desk_hold(s, m, hold))
        return;
    watch_forget(s);
    scene_run(scene.now_ms + SPREAD_MS, NULL);
    watch_inside_reported(s);
    if (channel_count.walks > (uint64_t)QUESTIONS * links_of(s) && !watch_anybody_lies())
        scene_wrong("reports are mended once", "%llu questions for all heads since %s %s %s",
                    (unsigned long long)channel_count.walks, s->name, hold ? "holds" : "holds no more",
                    m->name);
}

void calm_hold(void) {
    struct station *s = &scene.station[dice(scene.station_count)];
    const struct member *m = &scene.member[dice(scene.member_count)];
    if (!watch_is_whole(s) || !s->up || s->member == m)
        return;
    STORY("at rest, %s is put on hold at %s for a moment", m->name, s->name);
    tell(s, m, true);
    tell(s, m, false);
    scene_run(scene.now_ms + REST_MS, NULL);
}

/* ---- all at once ---- */

static bool publishes(const struct member *m) {
    return watch_is_whole(&scene.station[m->home]) && !m->villain && !m->may_fork && !m->set_back;
}

void calm_all_at_once(void) {
    unsigned publishers = 0;
    if (scene.member_count > 12)
        return;
    for (unsigned i = 0; i < scene.member_count; i++)
        if (publishes(&scene.member[i]))
            desk_cosign(&scene.member[i]); /* the day's */
    scene_run(scene.now_ms + 100000, NULL);
    memset(&channel_count, 0, sizeof channel_count);
    channel_count.log = scene.member[0].id;
    for (unsigned i = 0; i < scene.member_count; i++)
        publishers += publishes(&scene.member[i]) && desk_publish(&scene.member[i], 1, 0);
    STORY("%u States publish in the same moment", publishers);
    /* Where the writer's queue is full, a package comes again after LOCAL_RETRY_MS. */
    uint64_t bound_s = cramped.queue < COMMITTER_QUEUE_MAX ? 200 : 20;
    scene_run(scene.now_ms + 1000 * bound_s, NULL);
    if (!watch_all_same() && !watch_anybody_lies())
        scene_wrong("promise 9: an update is everywhere at once",
                    "%u States have published in the same moment, and after %llu s not all have it",
                    publishers, (unsigned long long)bound_s);
    if (channel_count.walks && !watch_anybody_lies() && !cramped.forgets)
        scene_wrong("reports are not lost at rest",
                    "%llu questions for all heads while %u entries went round",
                    (unsigned long long)channel_count.walks, publishers);
    if (cramped.queue == COMMITTER_QUEUE_MAX &&
        channel_count.all > (uint64_t)publishers * scene.station_count * 105 / 100 && !watch_anybody_lies())
        scene_wrong("promise 9: every node pulls an entry once", "%llu packages of %u entries for %u nodes",
                    (unsigned long long)channel_count.all, publishers, scene.station_count);
}
