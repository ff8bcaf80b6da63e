/* What is to happen, in order of time and, within a millisecond, of being put down. */
#ifndef TESTS_SIM_AGENDA_H
#define TESTS_SIM_AGENDA_H

#include <stdbool.h>
#include <stdint.h>

struct occasion {
    uint64_t at_ms, seq;
    void (*happen)(struct occasion *o); /* o is a copy on the stack */
    void (*drop)(struct occasion *o);   /* frees what it carries if it never happens; NULL: nothing */
    void *what;
    uint64_t a, b, c;
};

struct agenda {
    struct occasion *heap;
    uint32_t count, room;
    uint64_t seq;
};

void agenda_put(struct agenda *agenda, struct occasion o);
bool agenda_take(struct agenda *agenda, struct occasion *ret); /* false: nothing is left */
void agenda_close(struct agenda *agenda);                      /* drops what is left */

#endif
