/* Packages that a liar makes itself: another leaf in a tree of its own, under a signature that is none of the
 * State's; a beginning of the tree with another leaf and a proof of nothing; the cosignature of a foreign
 * witness. */
#ifndef TESTS_SIM_COUNTERFEIT_H
#define TESTS_SIM_COUNTERFEIT_H

#include "proto/package.h"
#include "tests/sim/scene.h"

struct counterfeit {
    bool made;
    uint32_t entries;       /* to be given of the package's */
    uint32_t other;         /* the entry that gets another leaf; entries: none */
    uint8_t leaf[LEAF_MAX]; /* that */
    uint8_t evidence[EVIDENCE_MAX];
};

/* Perhaps: the head of the package is changed, and points into *ret. */
void counterfeit_make(struct station *s, struct package *p, struct counterfeit *ret);

/* A signature that is none, under the name of one of its roots, beside the good ones of a note. */
void counterfeit_note(struct package_note *n);

void counterfeit_leaf(struct counterfeit *c, uint32_t at, struct entry *e);

#endif
