/* What the files of the desk share: a visit, the node's answers, and what goes into a batch. */
#ifndef TESTS_SIM_DESK_STATE_H
#define TESTS_SIM_DESK_STATE_H

#include <jansson.h>

#include "tests/sim/desk.h"
#include "tests/sim/station.h"

enum desk_note { DESK_SIGNED = 40, DESK_ACKED, DESK_EPOCH };

/* One visit of the officer's. */
struct visit {
    struct member *member;
    struct station *home;
    struct ops ops;
    unsigned kill;
    bool killed;
};

struct visit desk_visit(struct member *m);

/* The answer of an operation; NULL if it was refused. */
json_t *desk_ask(struct visit *v, const char *name, struct bytes body);

/* What the node says of the own log. */
bool desk_look(struct visit *v, struct ownlog *ret);

/* A batch of new entries upon what the ledger holds, large ones or not; an epoch begins with the entry that
 * names its note. */
void desk_batch(struct member *m, const struct ownlog *log, const struct standing *standing, unsigned entries,
                bool large, struct pending *ret);

/* Write a package of a note alone. */
struct bytes desk_note(const struct member *m, const struct member_note *note, uint8_t *buffer, size_t max);

#endif
