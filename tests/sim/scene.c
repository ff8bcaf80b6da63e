#include "tests/sim/scene.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scene scene;

static void *must(void *p) {
    if (!p)
        abort();
    return p;
}

void scene_open(uint64_t seed, unsigned stations, unsigned members) {
    memset(&scene, 0, sizeof scene);
    scene.seed = seed;
    scene.now_ms = 1000;
    scene.station_count = stations;
    scene.member_count = members;
    scene.station = must(calloc(STATIONS_MAX, sizeof *scene.station));
    scene.channel = must(calloc(CHANNELS_MAX, sizeof *scene.channel));
    dice_seed(&scene.dice.net, seed, "net");
    dice_seed(&scene.dice.disk, seed, "disk");
    dice_seed(&scene.dice.clock, seed, "clock");
    dice_seed(&scene.dice.work, seed, "work");
    dice_seed(&scene.dice.fault, seed, "fault");
    dice_seed(&scene.dice.villain, seed, "villain");
    dice_seed(&scene.dice.watch, seed, "watch");
    dice_seed(&scene.dice.words, seed, "words");
    story.now_ms = &scene.now_ms;
    story.hash = seed;
    story.events = 0;
}

void scene_close(void) {
    agenda_close(&scene.agenda);
    free(scene.station);
    free(scene.channel);
}

void scene_after(uint64_t ms, struct occasion o) {
    o.at_ms = scene.now_ms + ms;
    agenda_put(&scene.agenda, o);
}

void scene_run(uint64_t until_ms, bool (*done)(void)) {
    struct occasion o;
    while (!done || !done()) {
        if (!scene.agenda.count || scene.agenda.heap[0].at_ms > until_ms) {
            scene.now_ms = until_ms;
            return;
        }
        agenda_take(&scene.agenda, &o);
        scene.now_ms = o.at_ms > scene.now_ms ? o.at_ms : scene.now_ms;
        o.happen(&o);
    }
}

void scene_wrong(const char *rule, const char *format, ...) {
    va_list args;
    fflush(stdout);
    fprintf(stderr, "seed %llu, at %u:%02u.%03u: %s: ", (unsigned long long)scene.seed,
            (unsigned)(scene.now_ms / 60000), (unsigned)(scene.now_ms / 1000 % 60),
            (unsigned)(scene.now_ms % 1000), rule);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    fflush(stderr);
    _Exit(3);
}
