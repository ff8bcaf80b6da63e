#include "node/tally.h"

#include <stdatomic.h>

static atomic_ullong counts[TALLIES], refusals[ERR_COUNT], gauges[GAUGES];

void tally_more(enum tally tally, unsigned count) {
    atomic_fetch_add_explicit(&counts[tally], count, memory_order_relaxed);
}

void tally_add(enum tally tally) {
    tally_more(tally, 1);
}

uint64_t tally_get(enum tally tally) {
    return atomic_load_explicit(&counts[tally], memory_order_relaxed);
}

void tally_gate_refused(enum err err) {
    if ((unsigned)err < ERR_COUNT)
        atomic_fetch_add_explicit(&refusals[err], 1, memory_order_relaxed);
}

uint64_t tally_gate_refusals(enum err err) {
    return (unsigned)err < ERR_COUNT ? atomic_load_explicit(&refusals[err], memory_order_relaxed) : 0;
}

void gauge_set(enum gauge gauge, uint64_t value) {
    atomic_store_explicit(&gauges[gauge], value, memory_order_relaxed);
}

uint64_t gauge_get(enum gauge gauge) {
    return atomic_load_explicit(&gauges[gauge], memory_order_relaxed);
}
