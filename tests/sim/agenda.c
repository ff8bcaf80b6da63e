#include "tests/sim/agenda.h"

#include <stdlib.h>

static bool before(const struct occasion *a, const struct occasion *b) {
    return a->at_ms < b->at_ms || (a->at_ms == b->at_ms && a->seq < b->seq);
}

void agenda_put(struct agenda *agenda, struct occasion o) {
    if (agenda->count == agenda->room) {
        agenda->room = agenda->room ? 2 * agenda->room : 256;
        agenda->heap = realloc(agenda->heap, agenda->room * sizeof *agenda->heap);
        if (!agenda->heap)
            abort();
    }
    uint32_t at = agenda->count++;
    o.seq = agenda->seq++;
    while (at > 0 && before(&o, &agenda->heap[(at - 1) / 2])) {
        agenda->heap[at] = agenda->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    agenda->heap[at] = o;
}

bool agenda_take(struct agenda *agenda, struct occasion *ret) {
    if (!agenda->count)
        return false;
    *ret = agenda->heap[0];
    struct occasion last = agenda->heap[--agenda->count];
    uint32_t at = 0;
    for (uint32_t child = 1; child < agenda->count; child = 2 * at + 1) {
        if (child + 1 < agenda->count && before(&agenda->heap[child + 1], &agenda->heap[child]))
            child++;
        if (!before(&agenda->heap[child], &last))
            break;
        agenda->heap[at] = agenda->heap[child];
        at = child;
    }
    agenda->heap[at] = last;
    return true;
}

void agenda_close(struct agenda *agenda) {
    for (uint32_t i = 0; i < agenda->count; i++)
        if (agenda->heap[i].drop)
            agenda->heap[i].drop(&agenda->heap[i]);
    free(agenda->heap);
    *agenda = (struct agenda){.heap = 0};
}
