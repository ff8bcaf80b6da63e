#include "node/gauges.h"

#include "node/tally.h"

void gauges_tell(const struct net_counts *c, const struct sync_counts *s) {
    const uint64_t value[] = {
        [GAUGE_LINKS_HALF_OPEN] = c->half_open,
        [GAUGE_LINKS_QUEUED] = c->queued,
        [GAUGE_LINKS_OPENED] = c->opened,
        [GAUGE_LINKS_UP] = c->up,
        [GAUGE_LINKS_FLOODED] = c->flooded,
        [GAUGE_LINKS_CROWDED] = c->crowded,
        [GAUGE_LINKS_FULL] = c->full,
        [GAUGE_LINKS_OTHERS] = c->refused - c->flooded - c->crowded - c->full,
        [GAUGE_LINKS_LATE] = c->late,
        [GAUGE_LINKS_BROKEN] = c->broken,
        [GAUGE_LINKS_GLUTTED] = c->glutted,
        [GAUGE_LINKS_PAUSED] = c->paused,
        [GAUGE_LINKS_IN] = c->bytes_in,
        [GAUGE_LINKS_OUT] = c->bytes_out,
        [GAUGE_SYNC_LATE] = s->late,
        [GAUGE_SYNC_LOST] = s->lost,
        [GAUGE_SYNC_TURNS] = s->turns,
        [GAUGE_SYNC_PACED] = s->paced,
        [GAUGE_SYNC_STRANGE] = s->strange,
        [GAUGE_SYNC_JUDGED] = s->judged,
        [GAUGE_SYNC_SPARED] = s->spared,
        [GAUGE_SYNC_WALKS] = s->walks,
        [GAUGE_SYNC_VECTORS] = s->vectors,
    };
    for (unsigned gauge = GAUGE_LINKS_HALF_OPEN; gauge < GAUGES; gauge++)
        gauge_set((enum gauge)gauge, value[gauge]);
}
