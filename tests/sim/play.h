/* One simulation from its beginning to its end: a federation, faults, their end, convergence, rest. */
#ifndef TESTS_SIM_PLAY_H
#define TESTS_SIM_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/sim/calm.h"
#include "tests/sim/faults.h"

struct play {
    uint64_t seed;
    unsigned nodes; /* 0: chosen by the seed */
    int loss;       /* per thousand frames, also when the faults have ended; -1: chosen by the seed */
    unsigned only;  /* one kind of fault, or FAULTS */
    int real_disk, real_keys; /* 1, 0; -1: chosen by the seed */
    bool cramped;             /* in every seed, and of all bounds: see cramped.h */
    bool no_flips;            /* no bits flip, as on real disks: so that both kinds can play the same */
    const char *directory;    /* of the machine, for real disks */
    /* Results. */
    unsigned stations;
    bool twice; /* faults, convergence, and both again */
    uint64_t hash, events, converged_ms, bound_ms;
    struct faults faults;
    bool updated;
    struct calm calm;
};

void play(struct play *p);

#endif
