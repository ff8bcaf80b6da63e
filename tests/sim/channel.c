#include "tests/sim/channel.h"

#include <stdlib.h>
#include <string.h>

#include "tests/sim/curious.h"
#include "tests/sim/faults.h"
#include "tests/sim/liar.h"
#include "tests/sim/member.h"
#include "tests/sim/station.h"
#include "tests/sim/watch.h"
#include "tests/sim/watch_wire.h"

enum note { NOTE_FRAME = 20, NOTE_UP, NOTE_DOWN };

struct weather weather;
struct channel_count channel_count;

static struct station *end_of(const struct channel *w, unsigned side) {
    return &scene.station[w->end[side]];
}

static unsigned number_of(const struct channel *w) {
    return (unsigned)(w - scene.channel);
}

static unsigned side_of(const struct channel *w, const struct station *s) {
    return w->end[1] == s->number;
}

/* Whether nothing goes from this side to the other. */
static bool is_cut(const struct channel *w, unsigned side) {
    unsigned from = w->end[side], to = w->end[!side];
    if (weather.isolated[from] || weather.isolated[to] || weather.clogged[number_of(w)])
        return true;
    if (!weather.split || weather.side[from] == weather.side[to])
        return false;
    return !weather.one_way || weather.side[from] < weather.side[to];
}

/* ---- dialling ---- */

static void dial_happen(struct occasion *o);

static void dial_later(struct channel *w) {
    uint64_t most = UINT64_C(1000) << (w->fails < 9 ? w->fails : 9);
    if (w->dialling)
        return;
    w->dialling = true;
    w->fails++;
    scene_after(w->fails == 1 ? w->latency_ms
                              : 1000 + dice_below(&scene.dice.net, most < 300000 ? most : 300000),
                (struct occasion){.happen = dial_happen, .what = w});
}

static void dial_happen(struct occasion *o) {
    struct channel *w = o->what;
    struct station *a = end_of(w, 0), *b = end_of(w, 1);
    w->dialling = false;
    if (!a->up || w->up[0])
        return;
    bool reached = b->up && !w->up[1] && !is_cut(w, 0) && !is_cut(w, 1);
    if (!reached || !station_admits(a, b) || !station_admits(b, a) || station_has(a, b) ||
        station_has(b, a)) {
        dial_later(w);
        return;
    }
    w->fails = 0;
    w->generation++;
    w->up[0] = w->up[1] = w->whole = true;
    w->last_ms[0] = w->last_ms[1] = scene.now_ms;
    w->stalled_ms = 0;
    story_note(NOTE_UP, a->number, b->number, w->generation);
    STORY("%s and %s are linked", a->name, b->name);
    uint64_t generation = w->generation;
    station_up(b, number_of(w), a->number);
    if (w->generation == generation && w->whole && w->up[0] && a->up && b->up)
        station_up(a, number_of(w), b->number);
}

void channel_add(unsigned dialler, unsigned other) {
    struct channel *w = &scene.channel[scene.channel_count];
    for (unsigned i = 0; i < scene.channel_count; i++)
        if ((scene.channel[i].end[0] == dialler && scene.channel[i].end[1] == other) ||
            (scene.channel[i].end[1] == dialler && scene.channel[i].end[0] == other))
            return; /* there is one */
    if (scene.channel_count == CHANNELS_MAX)
        abort();
    *w = (struct channel){.end = {dialler, other}};
    w->latency_ms = dice_between(&scene.dice.net, 2, 150);
    w->held_last[0] = &w->held[0];
    w->held_last[1] = &w->held[1];
    scene.channel_count++;
}

void channel_dial_all(struct station *s) {
    for (unsigned i = 0; i < scene.channel_count; i++)
        if (scene.channel[i].end[0] == s->number && !scene.channel[i].up[0]) {
            scene.channel[i].fails = 0;
            dial_later(&scene.channel[i]);
        }
}

/* ---- ending ---- */

static void held_drop(struct channel *w) {
    for (unsigned side = 0; side < 2; side++) {
        while (w->held[side]) {
            struct held *next = w->held[side]->next;
            frame_free(w->held[side]->frame);
            free(w->held[side]);
            w->held[side] = next;
        }
        w->held_last[side] = &w->held[side];
    }
}

static void down_now(struct channel *w, unsigned side) {
    if (!w->up[side])
        return;
    w->up[side] = false;
    story_note(NOTE_DOWN, w->end[side], w->end[!side], w->generation);
    station_down(end_of(w, side), number_of(w));
    if (side == 0 && end_of(w, 0)->up)
        dial_later(w);
}

static void down_happen(struct occasion *o) {
    struct channel *w = o->what;
    if (w->generation == o->a)
        down_now(w, (unsigned)o->b);
}

static void down_later(struct channel *w, unsigned side, uint64_t ms) {
    scene_after(ms, (struct occasion){.happen = down_happen, .what = w, .a = w->generation, .b = side});
}

static void break_in(struct channel *w, uint64_t ms_0, uint64_t ms_1) {
    if (!w->whole)
        return;
    w->whole = false;
    held_drop(w);
    down_later(w, 0, ms_0);
    down_later(w, 1, ms_1);
}

void channel_break(unsigned channel) {
    struct channel *w = &scene.channel[channel];
    break_in(w, dice_below(&scene.dice.net, w->latency_ms), dice_below(&scene.dice.net, w->latency_ms));
}

void channel_gone(struct station *s, bool power) {
    for (unsigned i = 0; i < scene.channel_count; i++) {
        struct channel *w = &scene.channel[i];
        unsigned side = side_of(w, s);
        if ((w->end[0] != s->number && w->end[1] != s->number) || !w->up[side])
            continue;
        w->up[side] = false;
        uint64_t late = power ? dice_below(&scene.dice.net, CHANNEL_SILENCE_MS) : w->latency_ms;
        w->whole = false;
        held_drop(w);
        down_later(w, !side, late);
    }
}

void channel_readmit(struct station *s) {
    for (unsigned i = 0; i < scene.channel_count; i++) {
        struct channel *w = &scene.channel[i];
        unsigned side = side_of(w, s);
        if ((w->end[0] == s->number || w->end[1] == s->number) && w->whole && w->up[side] &&
            !station_admits(s, end_of(w, !side)))
            channel_break(i);
    }
}

static void silence_happen(struct occasion *o) {
    struct channel *w = o->what;
    if (w->generation != o->a || !w->whole || (!is_cut(w, 0) && !is_cut(w, 1)))
        return;
    break_in(w, dice_below(&scene.dice.net, 60000), dice_below(&scene.dice.net, 60000));
}

/* ---- frames ---- */

static void arrive_drop(struct occasion *o) {
    frame_free(o->what);
}

static void arrive_happen(struct occasion *o) {
    struct channel *w = &scene.channel[o->a];
    struct frame *frame = o->what;
    unsigned side = (unsigned)o->c; /* of the sender */
    if (w->generation != o->b || !w->whole || !w->up[!side]) {
        frame_free(frame);
        return;
    }
    watch_frame(end_of(w, side), end_of(w, !side), frame);
    if (end_of(w, !side)->partial && curious_asked(frame)) {
        frame_free(frame);
        return;
    }
    station_frame(end_of(w, !side), number_of(w), frame);
}

static void pass(struct channel *w, unsigned side, struct frame *frame, uint64_t delay_ms) {
    uint64_t at = scene.now_ms + delay_ms;
    at = at < w->last_ms[side] ? w->last_ms[side] : at;
    at = at < w->stalled_ms ? w->stalled_ms : at;
    w->last_ms[side] = at;
    scene_after(at - scene.now_ms, (struct occasion){.happen = arrive_happen,
                                                     .drop = arrive_drop,
                                                     .what = frame,
                                                     .a = number_of(w),
                                                     .b = w->generation,
                                                     .c = side});
}

static void hold(struct channel *w, unsigned side, struct frame *frame) {
    struct held *held = malloc(sizeof *held);
    if (!held)
        abort();
    if (!w->held[0] && !w->held[1])
        scene_after(CHANNEL_SILENCE_MS,
                    (struct occasion){.happen = silence_happen, .what = w, .a = w->generation});
    *held = (struct held){NULL, frame};
    *w->held_last[side] = held;
    w->held_last[side] = &held->next;
}

/* What a lost frame does to a stream: mostly it is late; the link may end; the other side may have lost it.
 */
static bool lose(struct channel *w, uint64_t *delay_ms) {
    uint64_t fate = dice_below(&scene.dice.net, 100);
    if (fate < 75) {
        fault_count(FAULT_LOSS);
        *delay_ms += dice_between(&scene.dice.net, 200, 3000);
        return false;
    }
    fault_count(fate < 92 ? FAULT_RESET : FAULT_SWALLOW);
    if (fate < 92)
        channel_break(number_of(w));
    return true;
}

/* True if it is lost. */
static bool troubled(struct channel *w, uint64_t *delay_ms) {
    if (dice_chance(&scene.dice.net, weather.loss) && lose(w, delay_ms))
        return true;
    if (scene.healed)
        return false;
    if (fault_chance(FAULT_RESET)) {
        fault_count(FAULT_RESET);
        channel_break(number_of(w));
        return true;
    }
    if (fault_chance(FAULT_SWALLOW)) {
        fault_count(FAULT_SWALLOW);
        return true;
    }
    if (fault_chance(FAULT_DELAY)) {
        fault_count(FAULT_DELAY);
        *delay_ms += dice_below(&scene.dice.net, 5000);
    }
    if (fault_chance(FAULT_STALL)) {
        fault_count(FAULT_STALL);
        w->stalled_ms = scene.now_ms + dice_below(&scene.dice.net, 120000);
    }
    return false;
}

/* For those who want to know everything: what is said. */
static void tell_frame(const struct station *from, const struct station *to, const struct frame *frame) {
    static const char *const names[] = {"nothing", "HELLO", "CHANGES", "VECTOR",
                                        "FETCH",   "PROVE", "PARTS",   "ERROR"};
    struct message m;
    if (message_decode((struct bytes){frame->data, frame->len}, &m)) {
        STORY("    %s to %s: %zu bytes of nonsense", from->name, to->name, frame->len);
        return;
    }
    const char *name =
        (m.kind & ~(unsigned)MESSAGE_ANSWER) < 8 ? names[m.kind & ~(unsigned)MESSAGE_ANSWER] : "?";
    if (m.kind == MESSAGE_FETCH)
        STORY("    %s to %s: %s %llu, %s from %llu to %llu", from->name, to->name, name,
              (unsigned long long)m.id, member_name(m.fetch.log), (unsigned long long)m.fetch.from,
              (unsigned long long)m.fetch.target);
    else if (m.kind == (MESSAGE_FETCH | MESSAGE_ANSWER))
        STORY(
            "    %s to %s: answer to FETCH %llu, %s from %llu, %u entries towards %llu, %u notes, %zu bytes",
            from->name, to->name, (unsigned long long)m.id, member_name(m.package.log),
            (unsigned long long)m.package.from, m.package.entry_count, (unsigned long long)m.package.size,
            m.package.note_count, frame->len);
    else
        STORY("    %s to %s: %s%s %llu, %zu bytes", from->name, to->name,
              m.kind & MESSAGE_ANSWER ? "answer to " : "", name, (unsigned long long)m.id, frame->len);
}

static void count(const struct frame *frame) {
    struct message m;
    channel_count.frames++;
    channel_count.bytes += frame->len;
    if (!channel_count.log || message_decode((struct bytes){frame->data, frame->len}, &m))
        return;
    channel_count.walks += m.kind == MESSAGE_VECTOR || m.kind == MESSAGE_RADIX;
    channel_count.all += m.kind == (MESSAGE_FETCH | MESSAGE_ANSWER) && m.package.entry_count;
    if (m.kind != (MESSAGE_FETCH | MESSAGE_ANSWER) || memcmp(m.package.log, channel_count.log, LOG_ID_LEN) ||
        !m.package.entry_count)
        return;
    channel_count.packages++;
    channel_count.entry_bytes += m.package.entries.len;
    if (m.package.entries.len > channel_count.entry_most)
        channel_count.entry_most = m.package.entries.len;
}

void channel_send(struct station *s, unsigned channel, struct frame *frame) {
    struct channel *w = &scene.channel[channel];
    unsigned side = side_of(w, s);
    uint64_t delay =
        w->latency_ms + dice_below(&scene.dice.net, w->latency_ms / 4 + 1) + 1000u * weather.slow[channel];
    watch_said(s, w, side, frame);
    if (s->liar && !scene.healed)
        frame = liar_speaks(s, frame);
    if (!frame)
        return;
    if (story.told > 1)
        tell_frame(s, end_of(w, !side), frame);
    story_note(NOTE_FRAME, s->number, w->end[!side], story_bytes(frame->data, frame->len));
    count(frame);
    if (!w->whole || !w->up[side])
        frame_free(frame);
    else if (is_cut(w, side))
        hold(w, side, frame);
    else if (troubled(w, &delay))
        frame_free(frame);
    else
        pass(w, side, frame, delay);
}

void channel_review(void) {
    for (unsigned i = 0; i < scene.channel_count; i++) {
        struct channel *w = &scene.channel[i];
        for (unsigned side = 0; side < 2; side++) {
            if (is_cut(w, side))
                continue;
            for (struct held *next, *h = w->held[side]; h; h = next) {
                next = h->next;
                pass(w, side, h->frame, w->latency_ms + dice_below(&scene.dice.net, 3000));
                free(h);
            }
            w->held[side] = NULL;
            w->held_last[side] = &w->held[side];
        }
    }
}

void channel_close(void) {
    memset(&channel_count, 0, sizeof channel_count);
    for (unsigned i = 0; i < scene.channel_count; i++)
        held_drop(&scene.channel[i]);
    memset(&weather, 0, sizeof weather);
}
