/* Whom a node is to follow, and what it is to believe of each log, by its own trust (design 3 and 5): the
 * rule of words once more, over dossiers, pins and holds alone.
 *
 * Words are read in base views, the latest of each State on each log; k of them close epochs, admit and
 * replace. */
#ifndef TESTS_SIM_CREED_H
#define TESTS_SIM_CREED_H

#include "tests/sim/dossier.h"

struct creed_pin {
    bool pinned, hold;
    struct digest hash;
};

struct creed {
    struct station *station;
    unsigned k;
    struct creed_pin *pin;           /* by member, as the others */
    const struct dossier **log;      /* what is known; NULL: not asked for yet */
    struct dossier **own;            /* of these, what was made for this creed */
    const struct saying *(*said)[2]; /* [from * members + about]: its latest endorsement and succession */
};

/* The trust of a node.  Of each State's log with a dossier in known, it knows that; else what it holds
 * itself. known may be NULL. */
struct creed *creed_new(struct station *s, struct dossier *const *known);
void creed_free(struct creed *c);

struct dossier_view creed_view(struct creed *c, unsigned about);
bool creed_follows(struct creed *c, unsigned about);

/* What trust closes of a log, as a number: nodes with the same believe the same of what both know. */
uint64_t creed_closes(struct creed *c, unsigned about);

#endif
